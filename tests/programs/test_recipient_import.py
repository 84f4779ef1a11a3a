"""Lists of recipients: who a row means, what it would do to the log, and what apply writes."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.imports import batches
from core.models import HistoryTransaction, ImportFinding
from households.models import Household, Member
from programs.actions import deliveries, enrolment, programmes
from programs.matching.people import Looking, identify
from programs.models import Assistance, Delivery, RecipientRow
from tests import factories as make
from tests.programs.lists import bring, check, outcomes, said, step
from tests.worlds import build

TODAY = timezone.localdate()
BIRTH = dt.date(1980, 3, 5)
NAMED = ("Nama", "Tanggal Lahir", "Kelurahan")


@pytest.fixture
def year(world):
    """A year of a programme decided elsewhere, for households of desil 1 to 4, in which nobody is yet."""
    return new_year(world, decided_elsewhere=True, four_eyes=False)


def new_year(world, *, stages=("Tahap 1", "Tahap 2"), unit_amount=600_000, year=None, quota=None, **program):
    made = make.ProgramFactory(owner=world.agency, cluster=world.program.cluster, **program)
    make.EligibilityRuleFactory(program=made)
    values = {"year": year} if year else {}
    return make.ProgramYearFactory(program=made, stages=list(stages), unit_amount=unit_amount, quota=quota, **values)


def person(world, name="Gustina", area=None, **household):
    """A household of one person, born 5 March 1980."""
    region = (area or world.own).region.pk
    values = {"desil": 2, **household}
    return make.family(1, region_id=region, head={"name": name, "birth_date": BIRTH}, **values).members.get()


# --- who is meant ----------------------------------------------------------------------------------------------------


def test_a_nik_is_found_and_its_household_received(world, year, operator):
    found = person(world)

    batch = step(check(operator, year, (found.nik, "Gustina"), stage=2), "apply", operator)

    row = Assistance.objects.get(program_year=year)
    assert (row.household_id, row.member_id, row.counts_for_id) == (found.household_id, None, found.household_id)
    assert (row.status, row.household_then_id, row.desil_then) == ("received", found.household_id, 2)
    assert (row.region_then_id, row.amount, row.batch) == (world.own.region.pk, 600_000, batch.uuid)
    delivery = row.deliveries.get()
    assert (delivery.stage, delivery.date, delivery.amount, delivery.by) == (2, TODAY, 300_000, operator)
    assert batch.counts["report"] == {"assistance": {"created": 1, "updated": 0, "unchanged": 0}}


def test_history_says_which_list_it_was(world, year, operator, left):
    step(check(operator, year, (person(world).nik, ""), name="pkh.csv"), "apply", operator)

    assert left("programs_assistance") == ("import.apply", str(operator), 1, "pkh.csv")
    assert left("programs_delivery") == ("import.apply", str(operator), 1, "pkh.csv")


def test_unknown_people_are_listed_and_never_made(world, year, operator):
    before = Member.objects.count(), Household.objects.count()

    batch = step(check(operator, year, ("1372015203800004", "Bujang Salim")), "apply", operator)

    assert outcomes(batch) == ["unknown"]
    assert said(batch) == {"not_in_data": 1}
    assert (Member.objects.count(), Household.objects.count()) == before
    assert not Assistance.objects.filter(program_year=year).exists()


def test_a_kk_is_enough_for_a_programme_of_households(world, year, operator):
    found = person(world)
    former = make.HouseholdNumberFactory(
        household=found.household, kk="1372010101100009", valid_from=None, valid_to=dt.date(2020, 1, 1)
    )

    batch = check(operator, year, (found.household.kk, "Gustina"), (former.kk, ""), header=("No KK", "Nama"))

    assert outcomes(batch) == ["new", "twice"]
    assert said(batch)["by_former_kk"] == 1


def test_a_kk_alone_names_nobody_in_a_programme_of_persons(world, operator):
    year = new_year(world, of_persons=True, decided_elsewhere=True)
    found = person(world)

    batch = check(operator, year, (found.household.kk, ""), (found.household.kk, found.name), header=("No KK", "Nama"))

    assert outcomes(batch) == ["refused", "new"]
    assert said(batch, "error") == {"person_needed": 1}
    rows = RecipientRow.objects.filter(batch_id=batch.pk)
    assert rows.get(n=1).member_id == found.pk


def test_one_person_of_that_name_and_birth_date_is_taken_with_a_note(world, year, operator):
    found = person(world)

    batch = check(operator, year, ("GUSTINA", "05/03/1980", world.own.region.name), header=NAMED)

    assert outcomes(batch) == ["new"]
    assert said(batch, "note") == {"by_name": 1}
    assert RecipientRow.objects.get(batch_id=batch.pk).member_id == found.pk


def test_the_area_tells_two_of_one_name_apart(world, year, operator):
    here = person(world)
    person(world, area=world.other)

    batch = check(
        operator,
        year,
        ("Gustina", "05/03/1980", world.own.region.name),
        ("Gustina", "05/03/1980", ""),
        header=NAMED,
    )

    rows = list(RecipientRow.objects.filter(batch_id=batch.pk).order_by("n"))
    assert rows[0].member_id == here.pk
    assert rows[1].member_id is None
    assert len(rows[1].near) == 2
    assert outcomes(batch) == ["new", "refused"]
    assert said(batch, "error") == {"which_person": 1}


def test_a_chosen_person_goes_in(world, year, operator):
    person(world)
    there = person(world, area=world.other)
    batch = check(operator, year, ("Gustina", "05/03/1980", ""), header=NAMED)

    batch.options["chosen"] = {"0|2": str(there.uuid)}
    batch.save()
    batch = step(step(batch, "check", operator), "apply", operator)

    assert Assistance.objects.get(program_year=year).household_id == there.household_id


def test_a_name_with_another_nik_is_offered_not_taken(world, year, operator):
    found = person(world)

    batch = check(operator, year, ("1372015203800004", "Gustina", "05/03/1980"), header=("NIK", "Nama", "Tgl Lahir"))

    assert outcomes(batch) == ["unknown"]
    assert said(batch) == {"nik_of_other": 1}
    assert RecipientRow.objects.get(batch_id=batch.pk).near == [found.pk]


def test_a_person_of_ours_without_nik_is_found_by_name_and_birth_date(world, year, operator):
    found = person(world)
    Member.objects.filter(pk=found.pk).update(nik=None)

    batch = check(operator, year, ("1372014503800004", "Gustina", "05/03/1980"), header=("NIK", "Nama", "Tgl Lahir"))

    assert outcomes(batch) == ["new"]


def test_a_name_alone_is_refused(world, year, operator):
    person(world)

    batch = check(operator, year, ("Gustina",), ("Zulfahmi",), header=("Nama",), name="daftar nama dan alamat.csv")

    # A sheet with one column that names nobody surely is not taken without a person's word.
    assert batch.state == "unreadable" or said(batch, "error") == {"name_alone": 2}


def test_a_merged_duplicate_leads_to_the_survivor(world, year, operator):
    gone, stays = person(world), person(world, name="Gustina Putri")
    nik = gone.nik
    make.family(1)
    Member.objects.filter(pk=gone.pk).update(
        merged_into=stays, status="duplicate", status_reason="ganda", status_date=TODAY
    )

    batch = check(operator, year, (nik, ""))

    assert RecipientRow.objects.get(batch_id=batch.pk).member_id == stays.pk


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("13720145038000", "nik_length"),
        ("1.37201E+15", "excel_damaged"),
        ("137201450380000A", "nik_not_digits"),
        ("1372014503800000", "nik_serial_zero"),
    ],
)
def test_a_broken_nik_refuses_its_row_and_says_why(world, year, operator, cell, code):
    batch = check(operator, year, (cell, "Gustina"), (person(world).nik, ""))

    assert outcomes(batch) == ["refused", "new"]
    assert said(batch, "error") == {code: 1}
    finding = ImportFinding.objects.get(batch=batch, level="error")
    assert (finding.row, finding.col, finding.field, finding.value) == (2, "NIK", "nik", cell)
    with pytest.raises(ValidationError, match="refused"):
        step(batch, "apply", operator)
    assert not Assistance.objects.filter(program_year=year).exists()


def test_refused_rows_are_left_out_by_choice(world, year, operator):
    batch = check(operator, year, ("13720145038000", "Gustina"), (person(world).nik, ""))
    batch.skip_refused = True
    batch.save()

    batch = step(batch, "apply", operator)

    assert batch.counts["report"]["assistance"]["created"] == 1


@pytest.mark.parametrize("nothing", ["0", "-", "", "0000000000000000"])
def test_placeholders_for_no_nik_are_many_people(world, year, operator, nothing):
    one, two = person(world), person(world, name="Wirman")
    header = ("NIK", "Nama", "Tgl Lahir")

    batch = check(operator, year, (nothing, one.name, "05/03/1980"), (nothing, two.name, "05/03/1980"), header=header)

    assert outcomes(batch) == ["new", "new"]


# --- what is known of them -------------------------------------------------------------------------------------------


def test_statuses_warn_by_name(world, year, operator):
    died = make.family(2, region_id=world.own.region.pk).members.get(relation=4)
    Member.objects.filter(pk=died.pk).update(status="deceased", status_reason="sakit", status_date=TODAY)
    graduated = person(world, name="Wirman")
    Household.objects.filter(pk=graduated.household_id).update(
        status="graduated", status_reason="mandiri", status_date=TODAY
    )

    batch = check(operator, year, (died.nik, ""), (graduated.nik, ""))

    found = said(batch, "warning")
    assert (found["person_deceased"], found["household_graduated"]) == (1, 1)
    assert outcomes(batch) == ["new", "new"]


def test_who_does_not_meet_the_rule_is_warned_of_with_the_condition(world, year, operator):
    batch = check(operator, year, (person(world, desil=8).nik, ""), (person(world, name="Wirman").nik, ""))

    assert said(batch, "warning") == {"unfit": 1}
    finding = ImportFinding.objects.get(batch=batch, code="unfit")
    assert "1" in finding.params["why"]
    assert "4" in finding.params["why"]
    assert batch.counts["unfit"] == 1


def test_aid_of_the_same_kind_in_the_family_warns_but_allowed_pairs_do_not(world, year, operator):
    found, paired = person(world), person(world, name="Wirman")
    rival, friend = new_year(world), new_year(world)
    make.AllowedPairFactory(first=friend.program, second=year.program)
    make.AssistanceFactory(program_year=rival, household=found.household, received=True)
    make.AssistanceFactory(program_year=friend, household=paired.household, received=True)

    batch = check(operator, year, (found.nik, ""), (paired.nik, ""))

    assert said(batch, "warning") == {"same_kind": 1}
    assert ImportFinding.objects.get(batch=batch, code="same_kind").params["programs"] == rival.program.short_name


def test_two_members_of_one_family_count_once(world, year, operator):
    household = make.family(2, region_id=world.own.region.pk)
    head, child = household.members.order_by("relation")

    batch = step(check(operator, year, (head.nik, ""), (child.nik, ""), (head.nik, "")), "apply", operator)

    assert outcomes(batch) == ["new", "twice", "twice"]
    assert (said(batch)["family_twice"], said(batch)["twice"]) == (1, 1)
    assert Assistance.objects.get(program_year=year).household_id == household.pk


def test_a_second_member_of_a_family_is_noted_in_a_programme_of_persons(world, operator):
    year = new_year(world, of_persons=True, decided_elsewhere=True)
    head, child = make.family(2, region_id=world.own.region.pk).members.order_by("relation")
    make.AssistanceFactory(program_year=year, household=None, member=head, received=True)

    batch = step(check(operator, year, (child.nik, "")), "apply", operator)

    assert said(batch)["family_in"] == 1
    row = Assistance.objects.get(program_year=year, member=child)
    assert (row.household_id, row.counts_for_id) == (None, child.household_id)


def test_more_than_the_quota_warns(world, operator):
    year = new_year(world, decided_elsewhere=True, quota=1)
    make.ProgramFundingFactory(program_year=year, ceiling=700_000)

    batch = check(operator, year, (person(world).nik, ""), (person(world, name="Wirman").nik, ""))

    found = said(batch, "warning")
    assert (found["over_quota"], found["over_ceiling"]) == (1, 1)
    assert outcomes(batch) == ["new", "new"]


def test_people_outside_the_area_are_not_named(world, year):
    clerk = make.UserFactory(username="petugas")
    make.RoleAssignmentFactory(user=clerk, role="bappeda_staff")
    there = person(world, area=world.other)
    batch = check(clerk, year, (there.nik, "Gustina"), ("", "Gustina"))
    # The same list, as somebody sees it whose area is the other kelurahan.
    identify(batch.pk, Looking([world.own.region.pk], {}))

    row = RecipientRow.objects.get(batch_id=batch.pk, n=0)
    assert (row.member_id, row.household_id, row.elsewhere, row.near) == (None, None, True, None)
    by_name = RecipientRow.objects.get(batch_id=batch.pk, n=1)
    assert (by_name.member_id, by_name.elsewhere, by_name.near) == (None, False, None)


# --- deliveries ------------------------------------------------------------------------------------------------------

PAID = ("NIK", "Nominal", "Tanggal Salur", "Tahap")


def test_the_sheet_says_amount_day_and_stage(world, year, operator):
    found = person(world)

    rows = [(found.nik, "Rp 750.000,00", "10/01/2026", "Tahap I"), (found.nik, "500000", "2026-02-10", "2")]
    batch = step(check(operator, year, *rows, header=PAID), "apply", operator)

    assert outcomes(batch) == ["new", "new"]
    assert batch.counts["report"]["assistance"] == {"created": 1, "updated": 0, "unchanged": 0}
    paid = Delivery.objects.filter(assistance__program_year=year).order_by("stage")
    assert [(d.stage, d.amount, d.date) for d in paid] == [
        (1, 750_000, dt.date(2026, 1, 10)),
        (2, 500_000, dt.date(2026, 2, 10)),
    ]


def test_a_further_stage_adds_a_delivery_and_the_same_again_changes_nothing(world, year, operator):
    found = person(world)
    step(check(operator, year, (found.nik, ""), stage=1), "apply", operator)

    second = step(check(operator, year, (found.nik, ""), stage=2), "apply", operator)
    again = check(operator, year, (found.nik, ""), stage=2)

    assert outcomes(second) == ["changed"]
    assert second.counts["report"]["assistance"] == {"created": 0, "updated": 1, "unchanged": 0}
    assert outcomes(again) == ["same"]
    assert Delivery.objects.filter(assistance__program_year=year).count() == 2
    assert Assistance.objects.filter(program_year=year).count() == 1


def test_a_recorded_stage_with_another_amount_is_kept_and_named(world, year, operator):
    found = person(world)
    step(check(operator, year, (found.nik, "300000"), header=("NIK", "Nominal")), "apply", operator)

    batch = check(operator, year, (found.nik, "900000"), header=("NIK", "Nominal"))

    assert outcomes(batch) == ["same"]
    assert said(batch, "warning") == {"delivery_differs": 1}


def test_what_was_only_proposed_comes_true(world, year, operator):
    found = person(world)
    proposed = make.AssistanceFactory(program_year=year, household=found.household)

    step(check(operator, year, (found.nik, "")), "apply", operator)

    proposed.refresh_from_db()
    assert proposed.status == "received"
    assert proposed.deliveries.count() == 1


def test_stopped_aid_stays_stopped(world, year, operator):
    found = person(world)
    stopped = make.AssistanceFactory(program_year=year, household=found.household, stopped=True)

    batch = step(check(operator, year, (found.nik, "")), "apply", operator)

    assert said(batch, "warning") == {"is_stopped": 1}
    stopped.refresh_from_db()
    assert (stopped.status, stopped.deliveries.count()) == ("stopped", 0)


def test_a_payment_that_failed_is_left_out(world, year, operator):
    rows = [(person(world).nik, "GAGAL"), (person(world, name="Wirman").nik, "Sukses")]

    batch = step(check(operator, year, *rows, header=("NIK", "Status Salur")), "apply", operator)

    assert outcomes(batch) == ["left", "new"]
    assert Delivery.objects.filter(assistance__program_year=year).count() == 1


@pytest.mark.parametrize(
    ("cell", "header", "code"),
    [
        ("tujuh ratus", "Nominal", "rupiah_unreadable"),
        ("-5000", "Nominal", "rupiah_negative"),
        ("31/02/2026", "Tanggal Salur", "date_impossible"),
        ("kemarin", "Tanggal Salur", "date_unreadable"),
        ("13", "Tahap", "stage_unreadable"),
        (f"{TODAY + dt.timedelta(days=3):%d/%m/%Y}", "Tanggal Salur", "date_ahead"),
        ("01/02/2019", "Tanggal Salur", "date_other_year"),
    ],
)
def test_what_cannot_be_read_refuses_the_row(world, year, operator, cell, header, code):
    batch = check(operator, year, (person(world).nik, cell), header=("NIK", header))

    assert outcomes(batch) == ["refused"]
    assert said(batch, "error") == {code: 1}


def test_decided_here_nothing_is_handed_over_unapproved(world, operator):
    year = new_year(world)
    approved, proposed, new = (person(world, name=name) for name in ("Arlina", "Wirman", "Gustina"))
    row = make.AssistanceFactory(program_year=year, household=approved.household, approved=True)
    make.AssistanceFactory(program_year=year, household=proposed.household)

    batch = check(operator, year, *[(p.nik, "") for p in (approved, proposed, new)], enter_as="received")

    assert outcomes(batch) == ["changed", "refused", "refused"]
    assert said(batch, "error") == {"not_approved": 2}
    batch.skip_refused = True
    batch.save()
    step(batch, "apply", operator)
    row.refresh_from_db()
    assert (row.status, row.deliveries.count()) == ("received", 1)


def test_a_past_year_of_an_own_programme_goes_straight_to_received(world, operator):
    year = new_year(world, year=TODAY.year - 1)

    step(check(operator, year, (person(world).nik, ""), enter_as="received"), "apply", operator)

    row = Assistance.objects.get(program_year=year)
    assert (row.status, row.deliveries.get().date) == ("received", dt.date(TODAY.year - 1, 12, 31))


# --- proposals and decrees -------------------------------------------------------------------------------------------


def test_an_own_programme_takes_the_rows_as_proposed(world, operator):
    year = new_year(world)

    batch = step(check(operator, year, (person(world).nik, "")), "apply", operator)

    row = Assistance.objects.get(program_year=year)
    assert (row.status, row.proposed_by, row.deliveries.count()) == ("proposed", operator, 0)
    assert batch.options["enter_as"] == "proposed"


def test_who_does_not_fit_is_proposed_only_with_a_reason(world, operator):
    year = new_year(world)
    rich = person(world, desil=9)
    batch = check(operator, year, (rich.nik, ""), (person(world, name="Wirman").nik, ""))

    with pytest.raises(ValidationError) as refused:
        step(batch, "apply", operator)
    assert "unfit_reason" in refused.value.message_dict

    batch.options["unfit_reason"] = "Rumah terbakar"
    batch.save()
    step(batch, "apply", operator)
    reasons = dict(Assistance.objects.filter(program_year=year).values_list("household", "override_reason"))
    assert reasons[rich.household_id] == "Rumah terbakar"
    assert sorted(reasons.values()) == ["", "Rumah terbakar"]


def test_a_decree_approves_new_rows_and_proposals_of_others(world, bappeda, operator):
    year = new_year(world, four_eyes=False)
    new, proposed = person(world), person(world, name="Wirman")
    row = make.AssistanceFactory(program_year=year, household=proposed.household, proposed_by=operator)
    decree = {"enter_as": "approved", "decree_number": "188.45/7/2026", "decree_date": "2026-01-20"}

    step(check(bappeda, year, (new.nik, ""), (proposed.nik, ""), **decree), "apply", bappeda)

    for each in Assistance.objects.filter(program_year=year):
        assert (each.status, each.decree_number, each.approved_by) == ("approved", "188.45/7/2026", bappeda)
        assert (each.decree_date, each.amount) == (dt.date(2026, 1, 20), 600_000)
    row.refresh_from_db()
    assert row.proposed_by == operator


def test_four_eyes_hold_for_a_decree_too(world, bappeda, operator):
    year = new_year(world, four_eyes=True)
    new, others, own = person(world), person(world, name="Wirman"), person(world, name="Arlina")
    make.AssistanceFactory(program_year=year, household=others.household, proposed_by=operator)
    make.AssistanceFactory(program_year=year, household=own.household, proposed_by=bappeda)
    decree = {"enter_as": "approved", "decree_number": "SK 9", "decree_date": "2026-01-20"}

    batch = step(check(bappeda, year, *[(p.nik, "") for p in (new, others, own)], **decree), "apply", bappeda)

    status = dict(Assistance.objects.filter(program_year=year).values_list("household", "status"))
    assert status == {new.household_id: "proposed", others.household_id: "approved", own.household_id: "proposed"}
    assert said(batch, "warning") == {"four_eyes": 2}
    assert Assistance.objects.get(program_year=year, household=new.household).decree_number == ""


def test_a_decree_needs_the_right_and_its_number(world, operator, bappeda):
    year = new_year(world)
    nik = person(world).nik

    with pytest.raises(ValidationError, match="may not bring"):
        check(operator, year, (nik, ""), enter_as="approved", decree_number="SK 9", decree_date="2026-01-20")
    with pytest.raises(ValidationError, match="number of the decree"):
        check(bappeda, year, (nik, ""), enter_as="approved")


def test_a_decree_above_the_quota_needs_a_reason(world, bappeda):
    year = new_year(world, four_eyes=False, quota=1)
    decree = {"enter_as": "approved", "decree_number": "SK 9", "decree_date": "2026-01-20"}
    rows = [(person(world).nik, ""), (person(world, name="Wirman").nik, "")]

    with pytest.raises(ValidationError) as refused:
        step(check(bappeda, year, *rows, **decree), "apply", bappeda)
    assert "excess_reason" in refused.value.message_dict

    step(check(bappeda, year, *rows, **decree, excess_reason="tambahan kuota"), "apply", bappeda)
    assert Assistance.objects.filter(program_year=year, status="approved").count() == 2


# --- rights ----------------------------------------------------------------------------------------------------------


def test_other_agencies_programmes_are_not_theirs_to_fill(world, operator):
    with pytest.raises((PermissionDenied, ValidationError)):
        check(operator, world.other_program_year, (person(world).nik, ""))


def test_who_may_not_deliver_brings_no_list(world, village, year):
    with pytest.raises(PermissionDenied):
        bring(village, year, (person(world).nik, ""))


def test_a_right_that_is_gone_stops_the_apply(world, year, operator):
    batch = check(operator, year, (person(world).nik, ""))
    operator.role_assignments.all().delete()

    with pytest.raises((PermissionDenied, ValidationError)):
        step(batch, "apply", world.user("opd_operator"))
    assert not Assistance.objects.filter(program_year=year).exists()


def test_a_closed_year_takes_no_list(world, year, operator, bappeda):
    batch = check(operator, year, (person(world).nik, ""))
    programmes.close_year(program_year=year, by=bappeda)

    with pytest.raises(ValidationError, match="closed"):
        step(batch, "apply", operator)


# --- apply: once, whole, with what changed since ----------------------------------------------------------------------


def test_what_changed_since_the_preview_is_shown_again(world, year, operator, bappeda):
    changed, same = person(world), person(world, name="Wirman")
    batch = check(operator, year, (changed.nik, ""), (same.nik, ""))
    enrolment.record_received(program_year=year, by=operator, date=TODAY, households=[changed.household_id], stage=2)

    batch = step(batch, "apply", operator)

    assert batch.counts["stale"] == 1
    assert said(batch)["changed_since"] == 1
    assert batch.counts["done"] == {"created": 1, "updated": 0, "deliveries": 1}

    batch = step(batch, "apply", operator)
    assert batch.counts["stale"] == 0
    assert Delivery.objects.filter(assistance__household=changed.household, stage=1, void=False).count() == 1
    assert batch.counts["done"] == {"created": 1, "updated": 1, "deliveries": 2}


def test_apply_writes_all_or_nothing(world, year, operator, monkeypatch):
    batch = check(operator, year, (person(world).nik, ""))
    monkeypatch.setattr("programs.imports.apply._DELIVER", "SELECT 1/0")

    with pytest.raises(Exception, match="division by zero"):
        step(batch, "apply", operator)

    assert not Assistance.objects.filter(program_year=year).exists()
    batch.refresh_from_db()
    assert batch.state == "failed"


def test_the_whole_list_marks_the_year_and_undo_takes_it_back(world, year, operator):
    batch = step(check(operator, year, (person(world).nik, ""), complete=True), "apply", operator)
    year.refresh_from_db()
    assert year.list_complete == TODAY

    step(batch, "undo", operator)
    year.refresh_from_db()
    assert year.list_complete is None


def test_the_number_of_queries_does_not_grow_with_the_list(world, year, operator):
    def queries(n):
        rows = [(person(world, name=f"Nama {n} {i}").nik, "") for i in range(n)]
        with CaptureQueriesContext(connection) as captured:
            step(check(operator, year, *rows), "apply", operator)
        return len(captured)

    queries(1)  # what is read once in a process is read here
    assert queries(1) == queries(12)


@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_do_not_double_anybody():
    world = build()
    operator = world.user("opd_operator")
    year = new_year(world, decided_elsewhere=True, four_eyes=False)
    found = person(world)
    first, second = (check(operator, year, (found.nik, ""), name=f"{n}.csv") for n in (1, 2))
    errors = []

    def apply(batch):
        try:
            batches.run(batch, "apply", by=operator, at_once=True)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=(batch,)) for batch in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert Assistance.objects.filter(program_year=year).count() == 1
    assert Delivery.objects.filter(assistance__program_year=year).count() == 1
    made = []
    for batch in (first, second):
        batch.refresh_from_db()
        made.append(batch.counts["done"]["created"])
    assert sorted(made) == [0, 1]


# --- undo ------------------------------------------------------------------------------------------------------------


def test_undo_takes_new_rows_and_their_deliveries_away(world, year, operator):
    batch = step(
        check(operator, year, (person(world).nik, ""), (person(world, name="Wirman").nik, "")), "apply", operator
    )

    batch = step(batch, "undo", operator)

    assert batch.state == "undone"
    assert not Assistance.objects.filter(program_year=year).exists()
    assert not Delivery.objects.filter(assistance__program_year=year).exists()
    assert HistoryTransaction.objects.filter(action="import.undo", batch=batch.uuid).exists()


def test_undo_gives_a_proposal_its_old_stage_back(world, year, operator):
    found = person(world)
    proposed = make.AssistanceFactory(program_year=year, household=found.household)
    batch = step(check(operator, year, (found.nik, "")), "apply", operator)

    step(batch, "undo", operator)

    proposed.refresh_from_db()
    assert (proposed.status, proposed.deliveries.count()) == ("proposed", 0)


def test_undo_keeps_what_somebody_worked_on_since(world, year, operator, bappeda):
    touched, untouched = person(world), person(world, name="Wirman")
    batch = step(check(operator, year, (touched.nik, ""), (untouched.nik, "")), "apply", operator)
    row = Assistance.objects.get(program_year=year, household=touched.household)
    deliveries.deliver(program_year=year, rows=[row.pk], by=bappeda, date=TODAY, stage=2)

    batch = step(batch, "undo", operator)

    assert list(Assistance.objects.filter(program_year=year)) == [row]
    assert row.deliveries.filter(void=False).count() == 2
    finding = ImportFinding.objects.get(batch=batch, stage="undo")
    assert (finding.code, finding.value) == ("undo_referred", "Gustina")


def test_undo_keeps_received_aid_that_got_a_further_delivery(world, year, operator, bappeda):
    found = person(world)
    row = make.AssistanceFactory(program_year=year, household=found.household, approved=True)
    batch = step(check(operator, year, (found.nik, "")), "apply", operator)
    deliveries.deliver(program_year=year, rows=[row.pk], by=bappeda, date=TODAY, stage=2)

    step(batch, "undo", operator)

    row.refresh_from_db()
    assert row.status == "received"


def test_undo_is_for_who_applied_it_and_for_bappeda(world, year, operator, bappeda, approver):
    batch = step(check(operator, year, (person(world).nik, "")), "apply", operator)

    with pytest.raises(PermissionDenied):
        step(batch, "undo", approver)
    assert step(batch, "undo", bappeda).state == "undone"
