"""Rules that every row keeps stand in the database itself: there by name, and refusing what breaks them."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from households.models import Household, Member
from programs.models import Assistance, Delivery
from tests import factories as make

OURS = ("core", "households", "programs", "meetings", "reports")
NAMED = [
    (model, constraint)
    for app in OURS
    for model in apps.get_app_config(app).get_models()
    if model._meta.managed
    for constraint in model._meta.constraints
]
DAY, EARLIER = dt.date(2026, 2, 1), dt.date(2026, 1, 1)
KK, OTHER_KK = "1372010101100007", "1372010101100008"


# --- they are there --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_named_constraint_stands_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass::text, conname, contype::text FROM pg_constraint WHERE convalidated")
        found = set(cursor.fetchall())
        cursor.execute(
            "SELECT indrelid::regclass::text, indexrelid::regclass::text, 'u' FROM pg_index WHERE indisunique "
            "AND indisvalid"
        )
        found |= set(cursor.fetchall())
    kinds = {models.CheckConstraint: "c", models.UniqueConstraint: "u"}
    wanted = {(model._meta.db_table, each.name, kinds[type(each)]) for model, each in NAMED}
    assert len(wanted) > 120
    assert wanted - found == set()


# --- they refuse -----------------------------------------------------------------------------------------------------


def broken_by(write) -> str:
    """Name of the constraint that refuses a write."""

    def whole():
        with transaction.atomic():
            write()
            connection.check_constraints()

    with pytest.raises(IntegrityError) as error:
        whole()
    return error.value.__cause__.diag.constraint_name


# name → (factory of a sound row, values that break it)
CHECKS = {
    # core
    "region_code_shape": (make.RegionFactory, {"code": "13.7"}),
    "region_level_known": (make.RegionFactory, {"level": "negara"}),
    "one_city_settings_row": (make.CitySettingsFactory, {"id": 2}),
    "city_poor_desil_range": (make.CitySettingsFactory, {"poor_desil_max": 11}),
    "city_arms_sha256": (make.CitySettingsFactory, {"arms": "x" * 64}),
    "city_quorum_percent": (make.CitySettingsFactory, {"quorum_percent": 101}),
    "attachment_withdrawn_reason": (make.AttachmentFactory, {"withdrawn_at": "2026-01-01T00:00Z"}),
    "attachment_sha256_hex": (make.AttachmentFactory, {"sha256": "x" * 64}),
    "job_state_known": (make.JobFactory, {"state": "asleep"}),
    "batch_state_known": (make.ImportBatchFactory, {"state": "asleep"}),
    "batch_applied_state": (lambda: make.ImportBatchFactory(applied=True), {"state": "checked"}),
    "mail_state_known": (make.OutgoingMailFactory, {"state": "lost"}),
    "mail_sent_when_sent": (make.OutgoingMailFactory, {"state": "sent"}),
    "agency_dates_in_order": (make.AgencyFactory, {"valid_from": DAY, "valid_to": EARLIER}),
    "agency_kind_known": (make.AgencyFactory, {"kind": "club"}),
    "agency_succession_other": (make.AgencySuccessionFactory, {"new": models.F("old")}),
    "role_known": (make.RoleAssignmentFactory, {"role": "king"}),
    "role_area_given": (make.RoleAssignmentFactory, {"role": "kelurahan_operator"}),
    "role_agency_given": (make.RoleAssignmentFactory, {"role": "opd_operator"}),
    "role_group_given": (make.RoleAssignmentFactory, {"role": "group_coordinator"}),
    "role_area_only": (make.RoleAssignmentFactory, lambda: {"region": make.RegionFactory()}),
    "role_agency_only": (make.RoleAssignmentFactory, lambda: {"agency": make.AgencyFactory()}),
    "role_group_only": (make.RoleAssignmentFactory, {"program_group": "a"}),
    "role_dates_in_order": (make.RoleAssignmentFactory, {"valid_from": DAY, "valid_to": EARLIER}),
    # households
    "household_kk_digits": (make.HouseholdFactory, {"kk": "137201010110000"}),
    "household_status_known": (make.HouseholdFactory, {"status": "rich"}),
    "household_status_reason": (make.HouseholdFactory, {"status": "moved", "status_date": DAY}),
    "household_desil_range": (make.HouseholdFactory, {"desil": 0}),
    "household_merged_duplicate": (make.HouseholdFactory, lambda: {"merged_into": make.HouseholdFactory()}),
    "household_rt_rw_digits": (make.HouseholdFactory, {"rt": "1"}),
    "household_coordinates": (make.HouseholdFactory, {"lat": 91, "lng": 100}),
    "household_number_digits": (make.HouseholdNumberFactory, {"kk": "x" * 16}),
    "member_nik_digits": (make.MemberFactory, {"nik": "13720145"}),
    "member_status_known": (make.MemberFactory, {"status": "asleep"}),
    "member_status_reason": (make.MemberFactory, {"status": "deceased", "status_reason": "sakit"}),
    "member_sex_known": (make.MemberFactory, {"sex": "X"}),
    "member_merged_duplicate": (make.MemberFactory, lambda: {"merged_into": make.MemberFactory()}),
    "member_name_given": (make.MemberFactory, {"name": ""}),
    "membership_dates_in_order": (make.MembershipFactory, {"valid_from": DAY, "valid_to": EARLIER}),
    "release_source_known": (make.DataReleaseFactory, {"source": "rumour"}),
    "rank_desil_range": (make.WelfareRankFactory, {"desil": 11}),
    "set_name_given": (make.HouseholdSetFactory, {"name": ""}),
    # programmes and the log
    "program_unit_known": (make.ProgramFactory, {"benefit_unit": "street"}),
    "allowed_pair_two": (make.AllowedPairFactory, {"second": models.F("first")}),
    "eligibility_years_in_order": (make.EligibilityRuleFactory, {"year_from": 2026, "year_to": 2025}),
    "program_year_range": (make.ProgramYearFactory, {"year": 1999}),
    "funding_change_reason": (make.ProgramFundingFactory, {"version": 2}),
    "assistance_exactly_one_unit": (make.AssistanceFactory, {"household": None}),
    "assistance_status_known": (make.AssistanceFactory, {"status": "promised"}),
    "assistance_end_has_reason": (make.AssistanceFactory, {"status": "stopped"}),
    "assistance_counts_for_household": (make.AssistanceFactory, {"counts_for": None}),
    "assistance_desil_range": (make.AssistanceFactory, {"desil_then": 11}),
    "delivery_void_reason": (make.DeliveryFactory, {"void": True}),
    "programs_delivery_amount_check": (make.DeliveryFactory, {"amount": -1}),
    "programs_assistance_amount_check": (make.AssistanceFactory, {"amount": -1}),
    # meetings
    "meeting_state_known": (make.MeetingFactory, {"state": "asleep"}),
    "decision_withdrawn_reason": (make.DecisionFactory, {"state": "withdrawn"}),
    "item_state_known": (make.ActionItemFactory, {"state": "asleep"}),
    "item_done_when_done": (make.ActionItemFactory, {"state": "done"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHECKS)
def test_check_refuses(name):
    factory, values = CHECKS[name]
    row = factory()
    values = values() if callable(values) else values
    assert broken_by(lambda: type(row).objects.filter(pk=row.pk).update(**values)) == name


def test_checks_of_people_rights_and_the_log_are_all_tried():
    asked = ("core", "households")
    names = {
        each.name
        for model, each in NAMED
        if isinstance(each, models.CheckConstraint)
        and (model._meta.app_label in asked or model in (Assistance, Delivery))
    }
    assert names - set(CHECKS) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["returned", "stopped", "rejected", "void"])
def test_every_ended_status_of_the_log_needs_its_reason(status):
    row = make.AssistanceFactory()
    rows = Assistance.objects.filter(pk=row.pk)
    assert broken_by(lambda: rows.update(status=status)) == "assistance_end_has_reason"
    rows.update(status=status, status_reason="pindah")


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["moved", "deceased", "excluded", "not_found", "graduated"])
def test_every_ended_status_of_a_household_needs_reason_and_date(status):
    rows = Household.objects.filter(pk=make.HouseholdFactory().pk)
    for values in ({}, {"status_reason": "x"}, {"status_date": DAY}):
        assert broken_by(lambda values=values: rows.update(status=status, **values)) == "household_status_reason"
    rows.update(status=status, status_reason="x", status_date=DAY)


# --- once ------------------------------------------------------------------------------------------------------------


def test_nik_once_among_unmerged_people(db):
    first = make.MemberFactory()
    assert broken_by(lambda: make.MemberFactory(nik=first.nik)) == "member_nik_once"
    Member.objects.filter(pk=first.pk).update(
        merged_into=make.MemberFactory(), status="duplicate", status_reason="ganda", status_date=DAY
    )
    assert make.MemberFactory(nik=first.nik).pk, "who was merged away no longer holds the number"
    assert make.MemberFactory(without_nik=True).pk
    assert make.MemberFactory(without_nik=True).pk, "people without NIK are many"


def test_kk_once_among_unmerged_households(db):
    make.HouseholdFactory(kk=KK)
    assert broken_by(lambda: make.HouseholdFactory(kk=KK)) == "household_kk_once"
    assert make.HouseholdFactory(kk=None).pk
    assert make.HouseholdFactory(kk=None).pk


def test_one_head_in_a_household(db):
    household = make.family(2)
    assert broken_by(lambda: make.MemberFactory(household=household, head=True)) == "member_one_head"
    assert make.MemberFactory(household=household, head=True, died=True).pk, "a head who died makes room"
    child = household.members.get(relation=4)
    assert broken_by(lambda: Member.objects.filter(pk=child.pk).update(relation=1)) == "member_one_head"


def test_one_open_membership_and_one_present_card(db):
    member = make.family(1).members.get()
    assert broken_by(lambda: make.MembershipFactory(member=member)) == "membership_one_open"
    household = member.household
    write = lambda: make.HouseholdNumberFactory(household=household, kk=OTHER_KK)  # noqa: E731
    assert broken_by(write) == "household_number_one_open"


UNITS = {
    "assistance_once_per_household": lambda: {"household": make.HouseholdFactory()},
    "assistance_once_per_member": lambda: {"household": None, "member": make.MemberFactory()},
    "assistance_once_per_group": lambda: {"household": None, "group": make.RecipientGroupFactory()},
    "assistance_once_per_area": lambda: {"household": None, "area": make.RegionFactory()},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", UNITS)
def test_aid_once_a_programme_year_and_beneficiary(name):
    year, unit = make.ProgramYearFactory(), UNITS[name]()
    first = make.AssistanceFactory(program_year=year, **unit)
    assert broken_by(lambda: make.AssistanceFactory(program_year=year, **unit)) == name
    assert broken_by(lambda: make.AssistanceFactory(program_year=year, stopped=True, **unit)) == name
    assert make.AssistanceFactory(program_year=make.ProgramYearFactory(), **unit).pk, "another programme may"
    for state in ("void", "rejected"):
        Assistance.objects.filter(pk=first.pk).update(status=state, status_reason="keliru")
        first = make.AssistanceFactory(program_year=year, **unit)


@pytest.mark.django_db
@pytest.mark.parametrize("units", [(), ("household", "member"), ("household", "area"), ("member", "group", "area")])
def test_aid_has_exactly_one_unit(units):
    row = make.AssistanceFactory()
    rows = {
        "household": row.household,
        "member": make.MemberFactory(household=row.household),
        "group": make.RecipientGroupFactory(),
        "area": make.RegionFactory(),
    }
    values = {name: rows[name] if name in units else None for name in rows}
    write = Assistance.objects.filter(pk=row.pk).update
    assert broken_by(lambda: write(**values)) == "assistance_exactly_one_unit"


def test_one_delivery_a_stage_until_it_is_void(db):
    first = make.DeliveryFactory()
    again = lambda: make.DeliveryFactory(assistance=first.assistance)  # noqa: E731
    assert broken_by(again) == "delivery_once_per_stage"
    Delivery.objects.filter(pk=first.pk).update(void=True, void_reason="salah input")
    assert again().pk


def test_receipt_number_once_a_programme_year(db):
    first = make.AssistanceFactory(receipt_no=7)
    write = lambda: make.AssistanceFactory(program_year=first.program_year, receipt_no=7)  # noqa: E731
    assert broken_by(write) == "assistance_receipt_once"


def test_user_names_and_addresses_once_whatever_their_case(db):
    make.UserFactory(username="rina", email="rina@solok.test")
    assert broken_by(lambda: make.UserFactory(username="RINA", email="")) == "user_name_once"
    assert broken_by(lambda: make.UserFactory(email="Rina@Solok.test")) == "user_email_once"
