"""The stages of the log: each step does it, leaves its history, and refuses wrong role, area, stage and repetition."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from core.models import HistoryEntry
from programs.actions import steps
from programs.choices import NEXT
from programs.models import Assistance
from tests import factories as make

TODAY = timezone.localdate()
DECREE = {"decree_number": "188.45/12/KPTS/2026", "decree_date": TODAY}


@pytest.fixture
def year(world):
    """The year of the own programme, without the rows of the world."""
    return make.ProgramYearFactory(program=world.program, year=world.year - 1, unit_amount=1_000_000)


def row(year, world, state="", **values):
    values = {"household": make.family(1, region_id=world.own.region.pk)} | values
    return make.AssistanceFactory(program_year=year, **({state: True} if state else {}), **values)


def fresh(row):
    row.refresh_from_db()
    return row


def test_verify(world, year, operator, left):
    proposed, done = row(year, world), row(year, world, "approved")

    outcome = steps.verify(program_year=year, rows=[proposed.pk, done.pk], by=operator, note="kunjungan")

    assert outcome.changed == 1
    assert outcome.skipped == {"now “Approved”": 1}
    assert (fresh(proposed).status, proposed.verified_by, proposed.status_by) == ("verified", operator, operator)
    assert proposed.verified_at is not None
    assert fresh(done).status == "approved"
    assert left("programs_assistance") == ("assistance.verify", str(operator), 1, "kunjungan")


def test_verify_twice_is_refused(world, year, operator):
    proposed = row(year, world)
    steps.verify(program_year=year, rows=[proposed], by=operator)
    with pytest.raises(ValidationError, match="Nothing was changed: 1 × now “Verified”"):
        steps.verify(program_year=year, rows=[proposed], by=operator)


def test_nothing_chosen_is_refused(year, operator):
    with pytest.raises(ValidationError, match="at least one"):
        steps.verify(program_year=year, rows=[], by=operator)


def test_coordinator_verifies_programmes_of_the_own_group_only(world, year):
    coordinator = world.user("group_coordinator")
    proposed = row(year, world)
    steps.verify(program_year=year, rows=[proposed], by=coordinator)
    assert fresh(proposed).status == "verified"
    with pytest.raises(PermissionDenied):
        steps.verify(
            program_year=world.other_program_year, rows=[world.own.other_assistance], by=world.user("group_coordinator")
        )


def test_operator_works_on_the_own_agency_only(world, operator):
    with pytest.raises(PermissionDenied):
        steps.verify(program_year=world.other_program_year, rows=[world.own.other_assistance], by=operator)
    assert fresh(world.own.other_assistance).status == "proposed"


def test_rows_of_another_programme_year_are_not_touched(world, year, bappeda):
    with pytest.raises(ValidationError, match="at least one"):
        steps.verify(program_year=year, rows=[world.own.other_assistance.pk], by=bappeda)
    assert fresh(world.own.other_assistance).status == "proposed"


@pytest.mark.parametrize(
    ("key", "roles"),
    [
        ("verify", {"bappeda_admin", "bappeda_staff", "group_coordinator", "opd_operator"}),
        ("approve", {"bappeda_admin", "bappeda_staff", "opd_approver"}),
        ("return", {"bappeda_admin", "bappeda_staff", "group_coordinator", "opd_operator", "opd_approver"}),
        ("resubmit", {"bappeda_admin", "bappeda_staff", "opd_operator", "kelurahan_operator"}),
        ("reject", {"bappeda_admin", "bappeda_staff", "opd_approver"}),
        ("stop", {"bappeda_admin", "bappeda_staff", "opd_approver"}),
        ("resume", {"bappeda_admin", "bappeda_staff", "opd_approver"}),
    ],
)
def test_who_may_take_which_step(world, key, roles):
    source = {
        "verify": "",
        "approve": "verified",
        "return": "",
        "resubmit": "returned",
        "reject": "verified",
        "stop": "approved",
        "resume": "stopped",
    }[key]
    extra = DECREE if key == "approve" else {} if key in ("verify", "resubmit") else {"reason": "karena"}
    act = {"return": steps.return_}.get(key) or getattr(steps, key)
    may = set()
    for role in world.users:
        year = make.ProgramYearFactory(program=world.program, year=2000 + len(world.program.years.all()))
        values = {"status": "returned", "status_reason": "foto"} if source == "returned" else {}
        one = row(year, world, "" if values else source, **values)
        try:
            act(program_year=year, rows=[one], by=world.user(role), **extra)
        except PermissionDenied:
            assert fresh(one).status == (source or "proposed")
        else:
            may.add(role)
    assert may == roles


def test_kelurahan_proposes_again_in_its_own_area_only(world, year, village):
    returned = {"status": "returned", "status_reason": "foto kurang"}
    own, other = row(year, world, **returned), row(year, world, household=world.other.household, **returned)
    outcome = steps.resubmit(program_year=year, rows=[own, other], by=village)
    assert (outcome.changed, outcome.skipped) == (1, {"not yours to change": 1})
    assert (fresh(own).status, own.proposed_by, fresh(other).status) == ("proposed", village, "returned")


# --- approval ------------------------------------------------------------------------------------------------------


def test_approve_fills_decree_and_amount(world, year, approver, left):
    one, two = row(year, world, "verified"), row(year, world, "verified", amount=250_000)

    outcome = steps.approve(program_year=year, rows=[one, two], by=approver, **DECREE)

    assert outcome.changed == 2
    assert (fresh(one).amount, fresh(two).amount) == (1_000_000, 250_000)
    assert (one.status, one.decree_number, one.decree_date, one.approved_by) == (
        "approved",
        DECREE["decree_number"],
        TODAY,
        approver,
    )
    assert left("programs_assistance")[:3] == ("assistance.approve", str(approver), 2)


def test_approve_needs_a_decree_that_is_not_of_the_future(world, year, approver):
    one = row(year, world, "verified")
    with pytest.raises(ValidationError) as error:
        steps.approve(
            program_year=year, rows=[one], by=approver, decree_number=" ", decree_date=TODAY + dt.timedelta(days=1)
        )
    assert set(error.value.message_dict) == {"decree_number", "decree_date"}
    assert fresh(one).status == "verified"


@pytest.mark.parametrize("who", ["proposed_by", "verified_by"])
def test_four_eyes(world, year, bappeda, who):
    mine, others = row(year, world, "verified", **{who: bappeda}), row(year, world, "verified")

    outcome = steps.approve(program_year=year, rows=[mine, others], by=bappeda, **DECREE)

    assert outcome.changed == 1
    assert fresh(mine).status == "verified"
    with pytest.raises(ValidationError, match="another person must approve it"):
        steps.approve(program_year=year, rows=[mine], by=bappeda, **DECREE)
    year.program.four_eyes = False
    year.program.save()
    steps.approve(program_year=year, rows=[mine], by=bappeda, **DECREE)
    assert fresh(mine).status == "approved"


def test_quota_is_watched_before_it_is_passed(world, year, approver, left):
    year.quota = 2
    year.save()
    row(year, world, "approved")
    rows = [row(year, world, "verified") for _each in range(3)]

    plan = steps.preview_step("approve", program_year=year, rows=rows, by=approver)
    assert (plan.change, plan.over_quota, plan.exceeds) == (3, 2, True)
    with pytest.raises(ValidationError, match="2 above the quota") as error:
        steps.approve(program_year=year, rows=rows, by=approver, **DECREE)
    assert error.value.code == "excess"
    assert fresh(rows[0]).status == "verified"

    steps.approve(program_year=year, rows=rows, by=approver, excess_reason="Perubahan APBD", **DECREE)
    assert fresh(rows[0]).status == "approved"
    assert left("programs_assistance")[3] == "Perubahan APBD"


def test_ceiling_is_watched(world, year, approver):
    make.ProgramFundingFactory(program_year=year, ceiling=2_500_000)
    make.ProgramFundingFactory(
        program_year=year, ceiling=99_000_000, version=2, current=False, reason="usul", source="dak"
    )
    row(year, world, "approved", amount=600_000)
    rows = [row(year, world, "verified") for _each in range(2)]
    plan = steps.preview_step("approve", program_year=year, rows=rows, by=approver)
    assert plan.over_ceiling == 100_000
    with pytest.raises(ValidationError, match="above the ceiling"):
        steps.approve(program_year=year, rows=rows, by=approver, **DECREE)


# --- back, end -----------------------------------------------------------------------------------------------------


def test_return_must_be_verified_anew(world, year, operator, left):
    one = row(year, world, "verified", verified_by=operator)
    steps.return_(program_year=year, rows=[one], by=operator, reason="Foto rumah kurang")
    assert (fresh(one).status, one.status_reason) == ("returned", "Foto rumah kurang")
    assert (one.verified_by, one.verified_at) == (None, None)
    assert left("programs_assistance") == ("assistance.return", str(operator), 1, "Foto rumah kurang")


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (steps.return_, ""),
        (steps.reject, "verified"),
        (steps.stop, "approved"),
        (steps.resume, "stopped"),
        (steps.void, ""),
    ],
)
def test_a_reason_is_needed(world, year, bappeda, act, state):
    one = row(year, world, state)
    before = HistoryEntry.objects.count()
    with pytest.raises(ValidationError) as error:
        act(program_year=year, rows=[one], by=bappeda, reason="  ")
    assert "reason" in error.value.message_dict
    assert HistoryEntry.objects.count() == before


def test_reject_frees_the_place(world, year, approver):
    one = row(year, world, "verified")
    steps.reject(program_year=year, rows=[one], by=approver, reason="Tanah sengketa")
    assert fresh(one).status == "rejected"
    make.AssistanceFactory(program_year=year, household=one.household)


def test_stop_keeps_what_was_delivered_and_resume_brings_it_back(world, year, approver):
    one, two = row(year, world, "received"), row(year, world, "approved")
    delivery = make.DeliveryFactory(assistance=one)
    steps.stop(program_year=year, rows=[one, two], by=approver, reason="Pindah")
    assert (fresh(one).status, fresh(two).status, fresh(delivery).void) == ("stopped", "stopped", False)

    steps.resume(program_year=year, rows=[one, two], by=approver, reason="Kembali")

    assert (fresh(one).status, fresh(two).status) == ("received", "approved")


def test_void_takes_the_deliveries_along(world, year, approver, left):
    one = row(year, world, "received")
    delivery = make.DeliveryFactory(assistance=one)
    steps.void(program_year=year, rows=[one], by=approver, reason="Salah orang")
    assert (fresh(one).status, fresh(delivery).void, delivery.void_reason) == ("void", True, "Salah orang")
    assert left("programs_delivery") == ("assistance.void", str(approver), 1, "Salah orang")


def test_own_slip_may_be_voided_until_somebody_worked_on_it(world, year, village, operator):
    mine = row(year, world, proposed_by=village)
    others, verified = row(year, world, proposed_by=operator), row(year, world, "verified", proposed_by=village)
    outcome = steps.void(program_year=year, rows=[mine, others, verified], by=village, reason="Salah ketik")
    assert (outcome.changed, outcome.skipped) == (1, {"not yours to change": 2})
    assert fresh(mine).status == "void"


def test_every_step_keeps_to_the_table_of_stages():
    for key, step in steps.STEPS.items():
        for source in step.sources:
            assert step.to in NEXT[source] or key == "resume", (key, source)


def test_closed_year_takes_no_step(world, year, operator):
    one = row(year, world)
    year.closed = True
    year.save()
    with pytest.raises(ValidationError, match="closed"):
        steps.verify(program_year=year, rows=[one], by=operator)


def test_a_step_is_whole_or_not_at_all(world, year, approver, monkeypatch):
    one = row(year, world, "received")
    delivery = make.DeliveryFactory(assistance=one)

    def broken(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(steps, "Outcome", broken)
    with pytest.raises(RuntimeError):
        steps.void(program_year=year, rows=[one], by=approver, reason="Salah orang")
    assert (fresh(one).status, fresh(delivery).void) == ("received", False)


def test_steps_for_names_what_a_person_may_do(world):
    def keys(role):
        return {s.key for s in steps.steps_for(world.user(role), world.program)}

    assert keys("opd_operator") == {"verify", "return", "resubmit", "void"}
    assert keys("opd_approver") == {"approve", "return", "reject", "stop", "resume", "void"}
    assert keys("kelurahan_operator") == {"resubmit", "void"}
    assert keys("leadership") == set()


def test_all_rows_move_in_one_statement(world, year, operator, django_assert_max_num_queries):
    rows = [row(year, world).pk for _each in range(15)]
    with django_assert_max_num_queries(16):
        steps.verify(program_year=year, rows=Assistance.objects.filter(pk__in=rows), by=operator)
