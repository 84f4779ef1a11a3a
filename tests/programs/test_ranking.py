"""A quota in a transparent order, with ties and a reserve list; programmes that exclude each other; packages."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from households.models import HouseholdSet
from programs import candidates, ranking
from programs.actions.enrolment import propose
from programs.actions.targeting import set_quota_order
from programs.models import Assistance, Package
from programs.ranking import IN, RESERVE, TIE, Place
from tests import factories as make

HOUSE = {"field": "unfit_house", "op": "eq", "value": True}
SMALL = {"field": "size", "op": "gte", "value": 3}


@pytest.fixture
def poor(world):
    """Six poor families of the own area: (desil, unfit house): a 1 no, b 1 yes, c 2 yes, d 2 yes, e 2 no, f 4 yes."""
    make.CodeFactory(field="floor", code=8, unfit=True)
    plan = {"a": (1, 1), "b": (1, 8), "c": (2, 8), "d": (2, 8), "e": (2, 1), "f": (4, 8)}
    return {
        name: make.family(1, region_id=world.own.region.pk, desil=desil, floor=floor, head={"name": name})
        for name, (desil, floor) in plan.items()
    }


def states(places, poor) -> dict[str, str]:
    names = {h.pk: name for name, h in poor.items()}
    return {names[p.pk]: p.state for p in places}


def ids(poor):
    return [h.pk for h in poor.values()]


def test_order_is_the_desil_then_the_stated_criteria(world, poor, bappeda):
    make.QuotaOrderFactory(program=world.program, criteria=[HOUSE])
    places = ranking.ranked(world.program_year, bappeda, households=ids(poor))
    assert [p.name for p in places] == ["b", "a", "c", "d", "e", "f"]
    assert [(p.desil, p.met) for p in places] == [
        (1, [True]), (1, [False]), (2, [True]), (2, [True]), (2, [False]), (4, [True]),
    ]  # fmt: skip
    assert [p.shared for p in places] == [1, 1, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        (None, "IIIIII"),
        (2, "IIRRRR"),  # a and b; nothing is left to share
        (3, "IITTRR"),  # c and d are equal and one place is left
        (4, "IIIIRR"),
        (0, "RRRRRR"),
    ],
)
def test_quota_takes_whole_groups_of_equals_and_shows_the_tie(world, poor, bappeda, quota, expected):
    make.QuotaOrderFactory(program=world.program, criteria=[HOUSE])
    world.program_year.quota = None if quota is None else quota + 2  # the world's own two rows take two places
    world.program_year.save()
    places = ranking.ranked(world.program_year, bappeda, households=ids(poor))
    letters = {IN: "I", TIE: "T", RESERVE: "R"}
    assert "".join(letters[p.state] for p in places) == expected


def test_cut_never_takes_more_than_there_is_room_for():
    for room in range(8):
        places = [Place(n, n, n, "", (key,)) for n, key in enumerate([1, 1, 2, 2, 2, 3, 4])]
        cut = ranking.cut(places, room)
        assert sum(p.state == IN for p in cut) <= room
        assert [p.state for p in cut] == sorted((p.state for p in cut), key=[IN, TIE, RESERVE].index)


def test_proposal_within_the_quota_leaves_a_reserve(world, poor, bappeda):
    make.QuotaOrderFactory(program=world.program, criteria=[HOUSE])
    world.program_year.quota = 5
    world.program_year.save()
    done = propose(program_year=world.program_year, by=bappeda, households=ids(poor), within_quota=True)
    assert done.added == 2
    assert done.reserve == tuple(poor[name].pk for name in "cdef")
    taken = Assistance.objects.filter(batch=done.batch).values_list("household", flat=True)
    assert set(taken) == {poor["a"].pk, poor["b"].pk}


def test_page_shows_the_order_and_keeps_the_reserve_list(client, world, poor, bappeda):
    make.QuotaOrderFactory(program=world.program, criteria=[HOUSE])
    world.program_year.quota = 5
    world.program_year.save()
    chosen = make.HouseholdSetFactory(owner=bappeda, frozen=True)
    for household in poor.values():
        make.HouseholdSetRowFactory(set=chosen, household=household)
    client.force_login(bappeda)
    url = f"{reverse('programs:enrol', args=[world.program_year.uuid])}?set={chosen.uuid}"
    response = client.get(url)
    wanted = {"b": IN, "a": IN, "c": TIE, "d": TIE, "e": RESERVE, "f": RESERVE}
    assert states(response.context["places"], poor) == wanted
    assert client.post(url, {"within_quota": "on"}).status_code == 302
    reserve = HouseholdSet.objects.exclude(pk=chosen.pk).get()
    assert set(reserve.rows.values_list("household", flat=True)) == {poor[n].pk for n in "cdef"}


def test_set_quota_order(world, operator, bappeda, left):
    set_quota_order(program=world.program, criteria=[HOUSE, SMALL], by=operator, legal_basis="Perwako 3")
    assert world.program.quota_order.criteria == [HOUSE, SMALL]
    assert left("programs_quotaorder")[0] == "program.quota_order"
    for wrong in ([HOUSE, HOUSE], [HOUSE] * 5, [{"field": "nothing"}], [{"field": "program.target", "value": {}}]):
        with pytest.raises(ValidationError):
            set_quota_order(program=world.program, criteria=wrong, by=bappeda)
    with pytest.raises(PermissionDenied):
        set_quota_order(program=world.other_program, criteria=[], by=operator)


def test_page_of_the_order(client, world, operator):
    client.force_login(operator)
    url = reverse("programs:quota_order", args=[world.program.uuid])
    assert client.get(url).status_code == 200
    client.post(url, {"criterion_1": "unfit_house", "criterion_2": "many", "legal_basis": ""})
    assert len(world.program.quota_order.criteria) == 2
    assert client.post(url, {"criterion_1": "many", "criterion_2": "many"}).status_code == 422
    assert client.get(url).context["form"]["criterion_1"].value() == "unfit_house"


# --- exclusive -------------------------------------------------------------------------------------------------------


@pytest.fixture
def excluding(world, poor):
    """Another programme that excludes the world's; family a is in it."""
    other = make.ProgramFactory(name="Zakat")
    make.ExclusivePairFactory(first=other, second=world.program)
    return make.AssistanceFactory(
        program_year=make.ProgramYearFactory(program=other), household=poor["a"], approved=True
    )


def test_a_family_in_an_excluding_programme_is_left_out_and_counted(world, poor, bappeda, excluding):
    plan = candidates.preview(world.program_year, by=bappeda, households=ids(poor))
    assert (plan.fit, plan.barred, plan.barred_by) == (5, 1, [("Zakat", 1)])
    done = propose(program_year=world.program_year, by=bappeda, households=ids(poor))
    assert (done.added, done.left_out) == (5, 1)
    assert not world.program_year.assistance.filter(household=poor["a"]).exists()


def test_it_holds_the_other_way_round_and_for_members(world, poor, bappeda, excluding):
    assert candidates.preview(excluding.program_year, by=bappeda, households=ids(poor)).barred == 0
    head = world.own.household
    assert candidates.preview(excluding.program_year, by=bappeda, households=[head.pk]).barred == 1
    persons = make.ProgramYearFactory(program=make.ProgramFactory(of_persons=True))
    make.ExclusivePairFactory(first=world.program, second=persons.program)
    assert candidates.preview(persons, by=bappeda, members=[world.own.child.pk]).barred == 1


def test_an_ended_row_excludes_nobody(world, poor, bappeda, excluding):
    Assistance.objects.filter(pk=excluding.pk).update(status="stopped", status_reason="pindah")
    assert candidates.preview(world.program_year, by=bappeda, households=ids(poor)).barred == 0


def test_a_reason_lets_it_in_all_the_same(world, poor, bappeda, excluding):
    done = propose(
        program_year=world.program_year,
        by=bappeda,
        households=[poor["a"].pk],
        include_unfit=True,
        override_reason="rumah terbakar",
    )
    assert done.added == 1
    assert Assistance.objects.get(batch=done.batch).override_reason == "rumah terbakar"


def test_pasted_niks_say_why(world, poor, bappeda, excluding):
    member = poor["a"].members.get()
    check = candidates.check_members(world.program_year, [member.pk], bappeda)[member.pk]
    assert check.fits is False
    assert check.why == ["in a programme that excludes this one"]


def test_packages_are_checked_in_the_admin(client, world):
    client.force_login(world.user("bappeda_admin"))
    url = reverse("admin:programs_package_add")
    values = {
        "name": "Lengkap",
        "year_from": 2026,
        "parts-TOTAL_FORMS": 1,
        "parts-INITIAL_FORMS": 0,
        "parts-0-label": "Pendapatan",
        "parts-0-order": 1,
        "parts-0-programs": [world.program.pk],
    }
    wrong = client.post(url, values | {"rule": '{"field": "nothing"}'})
    assert wrong.status_code == 200
    assert client.post(url, values | {"rule": '{"field": "desil", "op": "lte", "value": 2}'}).status_code == 302
    assert Package.objects.get().parts.get().programs.get() == world.program
