"""Coming into a programme year: proposing, lists decided elsewhere, undo, copies of last year."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import HistoryEntry
from households.models import Household
from programs import candidates
from programs.actions import enrolment, steps
from programs.left_out import left_out
from programs.models import Assistance, Delivery
from tests import factories as make

TODAY = timezone.localdate()


@pytest.fixture
def year(world):
    """A year of a programme of `world.agency` for desil 1 to 4, in which nobody is yet."""
    return new_year(world)


def new_year(world, *, rule=None, owner=None, year=None, **program):
    made = make.ProgramFactory(owner=owner or world.agency, cluster=world.program.cluster, **program)
    rule = {"field": "desil", "op": "between", "value": [1, 4]} if rule is None else rule
    make.EligibilityRuleFactory(program=made, rule=rule)
    return make.ProgramYearFactory(program=made, **({"year": year} if year else {}))


def families(n, **values):
    return [make.family(2, **values) for _each in range(n)]


def test_propose_records_who_fits_as_it_is_today(world, year, operator, left):
    rich = make.family(1, region_id=world.own.region.pk, desil=8)
    two = families(2, region_id=world.own.region.pk, desil=3)

    done = enrolment.propose(program_year=year, by=operator, households=[h.pk for h in (rich, *two)], note="rapat")

    assert (done.added, done.already, done.left_out) == (2, 0, 1)
    row = Assistance.objects.get(program_year=year, household=two[0])
    assert (row.status, row.counts_for_id, row.household_then_id) == ("proposed", two[0].pk, two[0].pk)
    assert (row.desil_then, row.region_then_id, row.note, row.batch) == (3, world.own.region.pk, "rapat", done.batch)
    assert row.proposed_by == operator
    assert row.override_reason == ""
    assert left("programs_assistance") == ("assistance.propose", str(operator), 2, "")


def test_propose_twice_skips_who_is_in(world, year, operator):
    ids = [h.pk for h in families(2, region_id=world.own.region.pk)]
    enrolment.propose(program_year=year, by=operator, households=ids)

    again = enrolment.propose(program_year=year, by=operator, households=ids)

    assert (again.added, again.already) == (0, 2)
    assert Assistance.objects.filter(program_year=year).count() == 2


def test_propose_takes_who_was_rejected_before(world, year, operator):
    household = make.family(1, region_id=world.own.region.pk)
    make.AssistanceFactory(program_year=year, household=household, rejected=True)

    done = enrolment.propose(program_year=year, by=operator, households=[household.pk])

    assert done.added == 1


def test_propose_keeps_the_reason_only_on_rows_that_do_not_fit(world, year, operator, left):
    fits, unfit = make.family(1, desil=1), make.family(1, desil=9)
    unknown = make.family(1, without_desil=True)

    done = enrolment.propose(
        program_year=year,
        by=operator,
        households=[fits.pk, unfit.pk, unknown.pk],
        include_unfit=True,
        override_reason="Verifikasi lapangan: rumah roboh",
    )

    assert done.added == 3
    reasons = dict(Assistance.objects.filter(program_year=year).values_list("household", "override_reason"))
    assert reasons == {
        fits.pk: "",
        unfit.pk: "Verifikasi lapangan: rumah roboh",
        unknown.pk: "Verifikasi lapangan: rumah roboh",
    }
    assert left("programs_assistance")[3] == "Verifikasi lapangan: rumah roboh"


def test_propose_the_unfit_needs_a_reason(world, year, operator):
    household = make.family(1, desil=9)
    with pytest.raises(ValidationError, match="reason"):
        enrolment.propose(
            program_year=year, by=operator, households=[household.pk], include_unfit=True, override_reason="  "
        )
    assert not Assistance.objects.filter(program_year=year).exists()


def test_inactive_household_does_not_fit(world, year, operator):
    moved = make.family(1, moved=True, desil=1)
    done = enrolment.propose(program_year=year, by=operator, households=[moved.pk])
    assert (done.added, done.left_out) == (0, 1)


def test_kelurahan_proposes_its_own_households_only(world, year, village):
    done = enrolment.propose(
        program_year=year, by=village, households=[world.own.household.pk, world.other.household.pk]
    )
    assert (done.added, done.left_out) == (1, 1)
    assert list(Assistance.objects.filter(program_year=year).values_list("household", flat=True)) == [
        world.own.household.pk
    ]
    with pytest.raises(PermissionDenied):
        enrolment.propose(program_year=year, by=village, households=[world.other.household.pk])


@pytest.mark.parametrize(
    "role", ["opd_approver", "group_coordinator", "kecamatan_reader", "leadership", "auditor", "none"]
)
def test_propose_is_refused_to_other_roles(world, year, role):
    with pytest.raises(PermissionDenied):
        enrolment.propose(program_year=year, by=world.user(role), households=[world.own.household.pk])
    assert not Assistance.objects.filter(program_year=year).exists()


def test_operator_cannot_propose_for_another_agency(world, operator):
    year = new_year(world, owner=world.other_agency)
    with pytest.raises(PermissionDenied):
        enrolment.propose(program_year=year, by=operator, households=[world.own.household.pk])


def test_propose_of_a_closed_year_is_refused(world, year, operator):
    year.closed = True
    year.save()
    with pytest.raises(ValidationError, match="closed"):
        enrolment.propose(program_year=year, by=operator, households=[world.own.household.pk])


def test_propose_after_the_end_of_the_programme_is_refused(world, year, operator):
    year.program.ended = dt.date(year.year - 1, 12, 31)
    year.program.save()
    with pytest.raises(ValidationError, match="ended"):
        enrolment.propose(program_year=year, by=operator, households=[world.own.household.pk])


def test_propose_is_whole_or_not_at_all(world, year, operator, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("disk full")

    ids = [h.pk for h in families(2)]
    monkeypatch.setattr(enrolment, "Enrolment", broken)
    before = HistoryEntry.objects.count()
    with pytest.raises(RuntimeError):
        enrolment.propose(program_year=year, by=operator, households=ids)
    assert not Assistance.objects.filter(program_year=year).exists()
    assert HistoryEntry.objects.count() == before


def test_propose_costs_the_same_for_many(world, year, operator):
    few = [h.pk for h in families(2)]
    many = [h.pk for h in families(12)]

    def cost(ids):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            enrolment.propose(program_year=year, by=operator, households=ids)
        return len(queries)

    cost(few[:1])
    assert cost(few[1:]) == cost(many)
    assert Assistance.objects.filter(program_year=year).count() == 14


# --- programmes of persons -----------------------------------------------------------------------------------------

PUPIL = {
    "all": [{"field": "desil", "op": "lte", "value": 4}, {"person": {"field": "school_status", "op": "eq", "value": 2}}]
}


def test_person_programme_means_the_people_who_qualify(world, operator):
    year = new_year(world, rule=PUPIL, of_persons=True)
    household = make.family(3, region_id=world.own.region.pk)
    pupil = household.members.order_by("-pk").first()
    pupil.school_status = 2
    pupil.save()

    done = enrolment.propose(program_year=year, by=operator, households=[household.pk, world.own.household.pk])

    assert done.added == 1
    row = Assistance.objects.get(program_year=year)
    assert (row.member_id, row.household_id, row.counts_for_id) == (pupil.pk, None, household.pk)


def test_person_given_by_hand_may_be_forced_in(world, operator):
    year = new_year(world, rule=PUPIL, of_persons=True)
    person = world.own.child
    assert enrolment.propose(program_year=year, by=operator, members=[person.pk]).left_out == 1

    done = enrolment.propose(
        program_year=year, by=operator, members=[person.pk], include_unfit=True, override_reason="mulai sekolah"
    )

    assert done.added == 1
    assert Assistance.objects.get(program_year=year).override_reason == "mulai sekolah"


def test_member_given_for_a_household_programme_means_the_household(world, year, operator):
    done = enrolment.propose(program_year=year, by=operator, members=[world.own.head.pk, world.own.child.pk])
    assert done.added == 1
    assert Assistance.objects.get(program_year=year).household == world.own.household


# --- groups and areas ----------------------------------------------------------------------------------------------


def test_group_and_area_are_proposed_for_their_programmes_only(world, operator):
    year = new_year(world, of_groups=True)
    group = make.RecipientGroupFactory(program=year.program, region=world.own.region)
    row = enrolment.propose_group(program_year=year, group=group, by=operator)
    assert (row.group, row.counts_for, row.region_then) == (group, None, world.own.region)
    with pytest.raises(ValidationError):  # once a year
        enrolment.propose_group(program_year=year, group=group, by=operator)
    with pytest.raises(ValidationError):
        enrolment.propose_area(program_year=year, region=world.own.region, by=operator)
    with pytest.raises(ValidationError, match="groups or areas"):
        enrolment.propose(program_year=year, by=operator, households=[world.own.household.pk])

    area_year = new_year(world, of_areas=True)
    assert enrolment.propose_area(program_year=area_year, region=world.own.region, by=operator).area == world.own.region
    with pytest.raises(PermissionDenied):
        enrolment.propose_area(program_year=area_year, region=world.other.region, by=world.user("kelurahan_operator"))


# --- decided elsewhere -----------------------------------------------------------------------------------------------


def received(year, by, **values):
    values = {"date": dt.date(year.year, 1, 20), "period": "Tahap 1", "amount": 300_000} | values
    return enrolment.record_received(program_year=year, by=by, **values)


def test_list_decided_elsewhere_goes_straight_to_received(world, operator, left):
    year = new_year(world, decided_elsewhere=True)
    done = received(year, operator, households=[world.own.household.pk, world.other.household.pk])

    assert (done.added, done.already) == (2, 0)
    row = Assistance.objects.get(program_year=year, household=world.own.household)
    assert (row.status, row.period, row.amount) == ("received", "Tahap 1", 300_000)
    delivery = row.deliveries.get()
    assert (delivery.date, delivery.stage, delivery.amount, delivery.by) == (
        dt.date(year.year, 1, 20),
        1,
        300_000,
        operator,
    )
    assert left("programs_delivery") == ("assistance.record_received", str(operator), 2, "")


def test_second_stage_of_a_list_adds_deliveries_only(world, operator):
    year = new_year(world, decided_elsewhere=True)
    received(year, operator, households=[world.own.household.pk])

    again = received(year, operator, households=[world.own.household.pk])
    second = received(year, operator, households=[world.own.household.pk], stage=2, date=dt.date(year.year, 2, 20))

    assert (again.added, again.already, second.added) == (0, 1, 0)
    row = Assistance.objects.get(program_year=year)
    assert list(row.deliveries.values_list("stage", flat=True)) == [1, 2]


def test_list_decided_elsewhere_makes_a_proposal_come_true(world, operator):
    year = new_year(world, decided_elsewhere=True)
    enrolment.propose(program_year=year, by=operator, households=[world.own.household.pk])
    received(year, operator, households=[world.own.household.pk])
    assert Assistance.objects.get(program_year=year).status == "received"


def test_list_of_persons_is_recorded_by_person(world, operator):
    year = new_year(world, of_persons=True, decided_elsewhere=True)
    received(year, operator, members=[world.own.child.pk])
    row = Assistance.objects.get(program_year=year)
    assert (row.member, row.counts_for, row.deliveries.count()) == (world.own.child, world.own.household, 1)


def test_own_programme_needs_its_stages_this_year_but_not_in_the_past(world, year, operator):
    with pytest.raises(ValidationError, match="decided here"):
        received(year, operator, households=[world.own.household.pk])
    past = make.ProgramYearFactory(program=year.program, year=year.year - 1)
    assert received(past, operator, households=[world.own.household.pk]).added == 1


@pytest.mark.parametrize(("days", "years"), [(1, 0), (0, -3)])
def test_delivery_date_must_be_possible(world, operator, days, years):
    year = new_year(world, decided_elsewhere=True)
    date = TODAY + dt.timedelta(days=days) if days else dt.date(year.year + years, 6, 1)
    with pytest.raises(ValidationError) as error:
        received(year, operator, households=[world.own.household.pk], date=date)
    assert "date" in error.value.message_dict


@pytest.mark.parametrize("role", ["opd_approver", "kelurahan_operator", "group_coordinator", "leadership"])
def test_recording_received_is_refused_to_other_roles(world, role):
    year = new_year(world, decided_elsewhere=True)
    with pytest.raises(PermissionDenied):
        received(year, world.user(role), households=[world.own.household.pk])


# --- undo ------------------------------------------------------------------------------------------------------------


def test_undo_voids_what_nobody_worked_on(world, year, operator, left):
    one, two = families(2)
    done = enrolment.propose(program_year=year, by=operator, households=[one.pk, two.pk])
    steps.verify(program_year=year, rows=Assistance.objects.filter(household=one), by=operator)

    undone = enrolment.undo_batch(batch=done.batch, by=operator)

    assert (undone.voided, undone.kept) == (1, 1)
    states = dict(Assistance.objects.filter(program_year=year).values_list("household", "status"))
    assert states == {one.pk: "verified", two.pk: "void"}
    assert left("programs_assistance")[:3] == ("assistance.undo_enrolment", str(operator), 1)


def test_undo_of_a_list_voids_its_deliveries(world, operator):
    year = new_year(world, decided_elsewhere=True)
    done = received(year, operator, households=[world.own.household.pk])
    assert enrolment.undo_batch(batch=done.batch, by=operator).voided == 1
    assert Delivery.objects.get(assistance__program_year=year).void


def test_undo_is_for_who_enrolled_and_for_bappeda(world, year, operator, bappeda, village):
    done = enrolment.propose(program_year=year, by=operator, households=[world.own.household.pk])
    with pytest.raises(PermissionDenied):
        enrolment.undo_batch(batch=done.batch, by=village)
    assert enrolment.undo_batch(batch=done.batch, by=bappeda).voided == 1
    with pytest.raises(ValidationError, match="nothing left"):
        enrolment.undo_batch(batch=done.batch, by=bappeda)


# --- who is left out -------------------------------------------------------------------------------------------------


def test_left_out_are_named_with_what_they_lack(world, year, operator):
    rich, unranked, enrolled, fits = families(4, region_id=world.own.region.pk)
    Household.objects.filter(pk=rich.pk).update(desil=9, status="moved", status_reason="x", status_date=TODAY)
    Household.objects.filter(pk=unranked.pk).update(desil=None, desil_source="", desil_date=None)
    make.AssistanceFactory(program_year=year, household=enrolled)
    chosen = [h.pk for h in (rich, unranked, enrolled, fits)]

    with CaptureQueriesContext(connection) as few:
        found = {each.household: each for each in left_out(year, by=operator, households=chosen)}

    assert set(found) == {rich, unranked}
    assert len(found[rich].why) == 2
    assert (found[unranked].why, found[unranked].missing) == ([], ["Desil 1–4"])
    assert len(few) < 8
    assert len(left_out(year, by=operator, households=chosen, most=1)) == 1
    counted = dict(candidates.preview(year, by=operator, households=chosen).reasons)
    assert counted == {"does not meet: Status: Active": 1, "does not meet: Desil 1–4": 1, "data missing: Desil 1–4": 1}


def test_left_out_of_a_programme_of_persons(world, operator):
    personal = new_year(world, rule=PUPIL, of_persons=True)
    young = make.family(2, region_id=world.own.region.pk)
    people = list(young.members.values_list("pk", flat=True))

    named = left_out(personal, by=operator, members=people)
    bare = left_out(personal, by=operator, households=[young.pk])

    assert sorted(each.name for each in named) == sorted(m.name for m in young.members.all())
    assert all(each.why for each in named)
    assert [each.household for each in bare] == [young]


# --- last year -------------------------------------------------------------------------------------------------------


def test_copy_takes_those_who_still_fit(world, year, operator):
    past = make.ProgramYearFactory(program=year.program, year=year.year - 1)
    still, richer, stopped = families(3, desil=2)
    for household, state in ((still, "received"), (richer, "approved"), (stopped, "stopped")):
        make.AssistanceFactory(program_year=past, household=household, **{state: True})
    Household.objects.filter(pk=richer.pk).update(desil=7)

    plan = candidates.preview(year, by=operator, **candidates.recipients_to_copy(past))
    [gone] = left_out(year, by=operator, **candidates.recipients_to_copy(past))
    done = enrolment.copy_recipients(source=past, target=year, by=operator)

    assert (plan.given, plan.fit, plan.unfit) == (2, 1, 1)
    assert (gone.household, gone.why, gone.missing) == (richer, ["Desil 1–4"], [])
    assert (done.added, done.left_out) == (1, 1)
    assert Assistance.objects.get(program_year=year).household == still
    with pytest.raises(ValidationError, match="same programme"):
        enrolment.copy_recipients(source=world.program_year, target=year, by=operator)


def test_copy_names_people_who_are_no_longer_here(client, world, operator):
    now = new_year(world, benefit_unit="person")
    past = make.ProgramYearFactory(program=now.program, year=now.year - 1)
    home = make.family(3, region_id=world.own.region.pk, desil=2)
    stays, died = home.members.order_by("pk")[1:3]
    for member in (stays, died):
        make.AssistanceFactory(program_year=past, member=member, household=None, status="approved")
    type(died).objects.filter(pk=died.pk).update(
        status="deceased", status_date=TODAY, status_reason="Akta kematian", name="Almarhum Uji"
    )
    assert [m.pk for m in candidates.gone_since(past, operator)] == [died.pk]
    client.force_login(operator)
    page = client.get(reverse("programs:enrol", args=[now.uuid]), {"from": "last"}).content.decode()
    assert "Almarhum Uji" in page
    plan = candidates.preview(now, by=operator, **candidates.recipients_to_copy(past))
    assert plan.given == 1
