"""Aid follows people: moves, splits, merges, frozen sets."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from core.history import history
from households.actions.members import move_member, split_household
from households.actions.sets import freeze_queryset
from households.models import Household, Member
from programs.actions import follow
from programs.models import Assistance, GroupMember
from tests import factories as make

TODAY = timezone.localdate()


@pytest.fixture
def person_year(world):
    """A year of a programme of persons of the own agency."""
    return make.ProgramYearFactory(program=make.ProgramFactory(owner=world.agency, of_persons=True))


def personal(year, member, **values):
    return make.AssistanceFactory(program_year=year, household=None, member=member, received=True, **values)


def test_aid_of_a_person_follows_the_person(world, person_year, bappeda, left):
    aid = personal(person_year, world.own.child)
    move_member(member=world.own.child, to=world.other.household, relation=4, date=TODAY, by=bappeda)
    aid.refresh_from_db()
    assert (aid.counts_for, aid.household_then) == (world.other.household, world.own.household)
    assert left("programs_assistance") == ("member.move", str(bappeda), 1, "")
    world.own.assistance.refresh_from_db()
    assert world.own.assistance.counts_for == world.own.household  # aid of the household stays


def test_aid_of_a_person_follows_into_a_split(world, person_year, bappeda):
    aid = personal(person_year, world.own.child)
    new = split_household(
        household=world.own.household,
        members=[world.own.child],
        head=world.own.child,
        relations={},
        kk=None,
        region=world.own.region,
        address="",
        rt="",
        rw="",
        date=TODAY,
        by=bappeda,
    )
    aid.refresh_from_db()
    assert aid.counts_for == new


def test_membership_of_a_group_follows_the_person_once(world, bappeda):
    group = make.RecipientGroupFactory(region=world.own.region)
    make.GroupMemberFactory(group=group, household=world.own.household, member=world.own.child)
    make.GroupMemberFactory(group=group, household=world.other.household)
    lone = make.GroupMemberFactory(
        household=world.own.household, member=world.own.child, group__region=world.own.region
    )

    move_member(member=world.own.child, to=world.other.household, relation=4, date=TODAY, by=bappeda)

    lone.refresh_from_db()
    assert lone.household == world.other.household
    assert list(group.members.filter(valid_to=None).values_list("household", flat=True)) == [world.other.household.pk]


# --- merge -----------------------------------------------------------------------------------------------------------


def merge(gone, survivor, by, people=()):
    """What the merge of duplicates does to the households, then the hook."""
    with history(by=by, action="household.merge"):
        for old, new in people:
            Member.objects.filter(pk=old.pk).update(
                merged_into=new, status="duplicate", status_reason="ganda", status_date=TODAY
            )
        follow.households_merged(gone.pk, survivor.pk, by)
        Household.objects.filter(pk=gone.pk).update(
            merged_into=survivor, status="duplicate", status_reason="ganda", status_date=TODAY, kk=None
        )


def test_merge_hands_the_aid_over(world, bappeda):
    gone, survivor = make.family(1), make.family(1)
    aid = make.AssistanceFactory(program_year=world.program_year, household=gone)
    merge(gone, survivor, bappeda)
    aid.refresh_from_db()
    assert (aid.household, aid.counts_for, aid.status) == (survivor, survivor, "proposed")


@pytest.mark.parametrize("further", ["gone", "survivor"])
def test_merge_keeps_the_row_that_is_further_on_and_every_delivery(world, bappeda, further):
    gone, survivor = make.family(1), make.family(1)
    states = {"gone": {}, "survivor": {}, further: {"received": True}}
    rows = {
        "gone": make.AssistanceFactory(program_year=world.program_year, household=gone, **states["gone"]),
        "survivor": make.AssistanceFactory(program_year=world.program_year, household=survivor, **states["survivor"]),
    }
    for row in rows.values():
        make.DeliveryFactory(assistance=row, stage=1, amount=100)

    merge(gone, survivor, bappeda)

    kept = rows[further]
    kept.refresh_from_db()
    other = Assistance.objects.get(pk=next(r.pk for r in rows.values() if r.pk != kept.pk))
    assert (kept.status, kept.household, kept.counts_for) == ("received", survivor, survivor)
    assert other.status == "void"
    assert other.status_reason
    assert list(kept.deliveries.order_by("stage").values_list("stage", "amount", "void")) == [
        (1, 100, False),
        (2, 100, False),
    ]


def test_merge_of_people_hands_their_aid_over(world, person_year, bappeda):
    gone, survivor = make.family(2), make.family(2)
    old, new = gone.members.order_by("-pk").first(), survivor.members.order_by("-pk").first()
    moved, twice, kept = (
        personal(person_year, old),
        personal(make.ProgramYearFactory(program=person_year.program, year=2020), old),
        personal(make.ProgramYearFactory(program=person_year.program, year=2021), new),
    )
    second = personal(twice.program_year, new)
    merge(gone, survivor, bappeda, [(old, new)])
    for row in (moved, twice, kept, second):
        row.refresh_from_db()
    assert (moved.member, moved.counts_for) == (new, survivor)
    assert sorted([twice.status, second.status]) == ["received", "void"]
    assert kept.status == "received"
    assert not Assistance.objects.filter(counts_for=gone).exists()


def test_merge_joins_memberships_of_groups(world, bappeda):
    gone, survivor = make.family(1), make.family(1)
    group = make.RecipientGroupFactory()
    for household in (gone, survivor):
        make.GroupMemberFactory(group=group, household=household)
    merge(gone, survivor, bappeda)
    assert GroupMember.objects.filter(group=group, valid_to=None, household=survivor).count() == 1
    assert not GroupMember.objects.filter(household=gone).exists()


# --- a person decides ----------------------------------------------------------------------------------------------


def test_household_aid_goes_on_with_another_household(world, operator, village, left):
    aid, to = world.own.assistance, make.family(1)
    with pytest.raises(PermissionDenied):
        follow.move_household_aid(assistance=aid, to=to, reason="pecah KK", by=village)
    with pytest.raises(ValidationError, match="already is in"):
        follow.move_household_aid(assistance=aid, to=world.other.household, reason="pecah KK", by=operator)
    with pytest.raises(ValidationError):
        follow.move_household_aid(assistance=aid, to=to, reason="", by=operator)
    row = follow.move_household_aid(assistance=aid, to=to, reason="pecah KK", by=operator)
    assert (row.household, row.counts_for, row.household_then) == (to, to, world.own.household)
    assert left("programs_assistance") == ("assistance.move", str(operator), 1, "pecah KK")


def test_aid_of_a_person_is_not_moved_by_hand(world, person_year, operator):
    with pytest.raises(ValidationError, match="follows the person"):
        follow.move_household_aid(
            assistance=personal(person_year, world.own.child), to=make.family(1), reason="x", by=operator
        )


# --- frozen sets ---------------------------------------------------------------------------------------------------


def test_frozen_set_keeps_what_was_received(world, bappeda):
    make.DeliveryFactory(
        assistance=make.AssistanceFactory(
            program_year=world.other_program_year, household=make.family(1), received=True
        ),
        voided=True,
    )
    made = freeze_queryset(name="Laing", by=bappeda, queryset=Household.objects.all())
    world.own.assistance.deliveries.update(void=True, void_reason="salah")  # later changes do not touch it
    then = {r.household_id: r.then["received"] for r in made.rows.all()}
    assert then[world.own.household.pk] == [str(world.program.uuid)]
    assert [v for k, v in then.items() if k not in (world.own.household.pk, world.other.household.pk)] == [[]]


def test_frozen_set_counts_groups(world, bappeda):
    group = make.RecipientGroupFactory(region=world.own.region)
    member = make.GroupMemberFactory(group=group)
    aid = make.AssistanceFactory(
        program_year__program=group.program, household=None, group=group, received=True, counts_for=None
    )
    make.DeliveryFactory(assistance=aid, date=dt.date(TODAY.year, 1, 5))
    made = freeze_queryset(name="KUBE", by=bappeda, queryset=Household.objects.filter(pk=member.household_id))
    assert made.rows.get().then["received"] == [str(group.program.uuid)]
