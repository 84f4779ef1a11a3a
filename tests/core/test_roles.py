"""The table of design.md section 3, asked in the words of its columns, and people who hold several roles."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q

from core.choices import Role
from core.models import RoleAssignment
from core.roles import AGENCY_ROLES, AREA_ROLES, ROLES, Perm, access, forget_access, require
from households.models import Household
from programs.models import Assistance
from tests import factories as make
from tests.worlds import OTHER, OWN

P = Perm
CITY, AREA, OWN_AGENCY, OWN_GROUP = "city", "area", "own agency", "own group"
# Role → right → where it holds. What is not listed is not held.
TABLE = {
    "bappeda_admin": dict.fromkeys(set(Perm) - {P.UNMASK_RECIPIENTS, P.SEE_HEALTH_FOR_RULE, P.APPROVE_MINUTES}, CITY),
    "bappeda_staff": dict.fromkeys(
        set(Perm)
        - {P.UNMASK_RECIPIENTS, P.SEE_HEALTH_FOR_RULE, P.APPROVE_MINUTES}
        - {P.MANAGE_USERS, P.SEE_LOGS},  # staff not users, roles, settings
        CITY,
    ),
    "group_coordinator": {
        P.SEE_FIGURES: CITY,
        P.SEE_NAMES: CITY,
        P.SEE_AID: CITY,
        P.SEE_AMOUNTS: CITY,
        P.SHARE_SETS: CITY,
        P.VERIFY: OWN_GROUP,
        P.VERIFY_PLANS: OWN_GROUP,
        P.SEE_MEETINGS: OWN_GROUP,
        P.SEE_MEETINGS: OWN_GROUP,
    },
    "opd_operator": {
        P.SEE_FIGURES: CITY,
        P.SEE_NAMES: CITY,
        P.SEE_AID: CITY,
        P.SHARE_SETS: CITY,
        P.SEE_AMOUNTS: OWN_AGENCY,
        P.UNMASK_RECIPIENTS: OWN_AGENCY,
        P.SEE_HEALTH_FOR_RULE: OWN_AGENCY,
        P.MANAGE_PROGRAMS: OWN_AGENCY,
        P.PROPOSE: OWN_AGENCY,
        P.VERIFY: OWN_AGENCY,
        P.DELIVER: OWN_AGENCY,
        P.SEE_MEETINGS: OWN_AGENCY,
        P.REPORT_ACTIONS: OWN_AGENCY,
        P.SEE_MEETINGS: OWN_AGENCY,
        P.REPORT_ACTIONS: OWN_AGENCY,
    },
    "opd_approver": {
        P.SEE_FIGURES: CITY,
        P.SEE_NAMES: CITY,
        P.SEE_AID: CITY,
        P.SHARE_SETS: CITY,
        P.SEE_AMOUNTS: OWN_AGENCY,
        P.UNMASK_RECIPIENTS: OWN_AGENCY,
        P.SEE_HEALTH_FOR_RULE: OWN_AGENCY,
        P.APPROVE: OWN_AGENCY,
        P.SEE_MEETINGS: OWN_AGENCY,
        P.REPORT_ACTIONS: OWN_AGENCY,
        P.SEE_MEETINGS: OWN_AGENCY,
        P.REPORT_ACTIONS: OWN_AGENCY,
    },
    "kelurahan_operator": {
        P.SEE_FIGURES: AREA,
        P.SEE_NAMES: AREA,
        P.SEE_AID: AREA,
        P.SEE_AMOUNTS: AREA,
        P.SEE_HEALTH: AREA,
        P.UNMASK: AREA,
        P.CHANGE_HOUSEHOLDS: AREA,
        P.IMPORT_HOUSEHOLDS: AREA,
        P.PROPOSE: AREA,
        P.SEE_MEETINGS: AREA,
        P.REPORT_ACTIONS: AREA,
        P.SEE_MEETINGS: AREA,
        P.REPORT_ACTIONS: AREA,
    },
    "kecamatan_reader": {
        P.SEE_FIGURES: AREA,
        P.SEE_NAMES: AREA,
        P.SEE_AID: AREA,
        P.SEE_AMOUNTS: AREA,
        P.SEE_MEETINGS: AREA,
    },
    "leadership": {P.SEE_FIGURES: CITY, P.SEE_MEETINGS: CITY, P.APPROVE_MINUTES: CITY},
    "auditor": {
        P.SEE_FIGURES: CITY,
        P.SEE_NAMES: CITY,
        P.SEE_AID: CITY,
        P.SEE_AMOUNTS: CITY,
        P.SEE_LOGS: CITY,
        P.SEE_MEETINGS: CITY,
    },
}


def test_table_covers_every_role():
    assert set(TABLE) == set(Role.values) == set(ROLES)


@pytest.mark.parametrize("role", Role.values)
def test_rights_and_their_reach(world, role):
    rights = access(world.user(role))
    own, other = world.agency.pk, world.other_agency.pk
    reach = {
        CITY: (True, True, True, True),
        AREA: (False, True, True, True),
        OWN_AGENCY: (True, False, True, None),
        OWN_GROUP: (True, None, True, False),
    }
    for perm in Perm:
        where = TABLE[role].get(perm)
        if where is None:
            assert not rights.can(perm), (role, perm)
            assert rights.region_prefixes(perm) == [], (role, perm)
            continue
        other_area, other_agency, own_place, other_group = reach[where]
        assert rights.can(perm, region=OWN, agency=own, group="a") is own_place, (role, perm)
        assert rights.can(perm, region=OTHER) is other_area, (role, perm)
        if other_agency is not None:
            assert rights.can(perm, agency=other) is other_agency, (role, perm)
        if other_group is not None:
            assert rights.can(perm, group="c") is other_group, (role, perm)


def test_area_role_ends_at_its_own_code(world):
    make.region("13.72.01.1010")
    user = make.UserFactory(role=Role.KELURAHAN_OPERATOR, role__region=make.region("13.72.01.1010"))
    rights = access(user)
    assert not rights.can(P.SEE_NAMES, region="13.72.01.1001")
    assert not rights.can(P.SEE_NAMES, region="13.72.01")  # the kecamatan holds more than the own kelurahan
    reader = access(world.user("kecamatan_reader"))
    assert reader.can(P.SEE_NAMES, region=OWN)
    assert not reader.can(P.SEE_NAMES, region="13.72.011")


# --- several roles -------------------------------------------------------------------------------------------------


@pytest.fixture
def two_roles(world):
    """Operator of the own kelurahan and of the other agency."""
    user = make.UserFactory()
    make.RoleAssignmentFactory(user=user, role=Role.KELURAHAN_OPERATOR, region=world.own.region)
    make.RoleAssignmentFactory(user=user, role=Role.OPD_OPERATOR, agency=world.other_agency)
    return user


def test_area_of_one_role_and_agency_of_another_do_not_multiply(world, two_roles):
    rights = access(two_roles)
    own, other = world.agency.pk, world.other_agency.pk
    assert rights.can(P.PROPOSE, region=OWN, agency=own)  # as kelurahan operator
    assert rights.can(P.PROPOSE, region=OTHER, agency=other)  # as operator of the other agency
    assert not rights.can(P.PROPOSE, region=OTHER, agency=own)
    assert not rights.can(P.VERIFY, region=OWN, agency=own)
    assert rights.region_prefixes(P.PROPOSE, agency=own) == [OWN]
    assert rights.region_prefixes(P.PROPOSE, agency=other) == [""]
    assert not rights.can(P.CHANGE_HOUSEHOLDS, region=OTHER)
    assert not rights.can(P.UNMASK, region=OTHER)


def test_column_over_rows_of_a_wider_right_needs_that_width(world, two_roles):
    assert access(world.user("kelurahan_operator")).reaches_as_far(P.SEE_HEALTH, P.SEE_NAMES)
    assert not access(two_roles).reaches_as_far(P.SEE_HEALTH, P.SEE_NAMES)  # names in the city, health in one kelurahan
    assert access(world.user("bappeda_staff")).reaches_as_far(P.SEE_HEALTH, P.SEE_NAMES)
    assert not access(world.user("leadership")).reaches_as_far(P.SEE_FIGURES, P.SEE_NAMES)


def test_rows_within_are_those_of_each_scope(world, two_roles):
    paths = {"region": "counts_for__region_id", "agency": "program_year__program__owner_id"}
    found = Assistance.objects.filter(access(two_roles).within(P.SEE_AMOUNTS, **paths))
    assert set(found) == {world.own.assistance, world.own.other_assistance, world.other.other_assistance}


def test_scope_that_rows_cannot_show_gives_nothing(world):
    households = Household.objects.filter(access(world.user("opd_operator")).within(P.PROPOSE, region="region_id"))
    assert not households.exists()
    agencies_only = access(world.user("kelurahan_operator")).within(P.PROPOSE, agency="program_year__owner_id")
    assert not Assistance.objects.filter(agencies_only).exists()
    assert not Assistance.objects.filter(access(world.user("group_coordinator")).within(P.VERIFY)).exists()


def test_group_scope_asks_the_rows(world):
    def group(code):
        return Q(program_year__program__cluster__implies__target__code=code)

    found = Assistance.objects.filter(access(world.user("group_coordinator")).within(P.VERIFY, group=group))
    assert set(found) == {world.own.assistance, world.other.assistance}


def test_everywhere_is_no_condition(world):
    assert access(world.user("bappeda_staff")).within(P.PROPOSE) == Q()


def test_operator_and_approver_in_one_person_keep_their_own_agencies(world):
    user = make.UserFactory()
    make.RoleAssignmentFactory(user=user, role=Role.OPD_OPERATOR, agency=world.agency)
    make.RoleAssignmentFactory(user=user, role=Role.OPD_APPROVER, agency=world.other_agency)
    rights = access(user)
    assert rights.can(P.APPROVE, agency=world.other_agency.pk)
    assert not rights.can(P.APPROVE, agency=world.agency.pk)
    assert not rights.can(P.VERIFY, agency=world.other_agency.pk)
    assert rights.agency_ids(P.SEE_AMOUNTS) == sorted([world.agency.pk, world.other_agency.pk])


def test_leadership_beside_another_role_adds_no_names_elsewhere(world):
    user = make.UserFactory()
    make.RoleAssignmentFactory(user=user, role=Role.LEADERSHIP)
    make.RoleAssignmentFactory(user=user, role=Role.KECAMATAN_READER, region=make.region("13.72.01"))
    assert access(user).region_prefixes(P.SEE_NAMES) == ["13.72.01"]
    assert access(user).region_prefixes(P.SEE_FIGURES) == [""]
    assert access(user).main.role == Role.KECAMATAN_READER


# --- who holds nothing ---------------------------------------------------------------------------------------------


def test_dates_of_roles_are_respected(db):
    today = dt.date.today()
    for start, end, holds in [
        (today, today, True),
        (today - dt.timedelta(9), today - dt.timedelta(1), False),
        (today + dt.timedelta(1), None, False),
        (today, None, True),
    ]:
        user = make.UserFactory()
        make.RoleAssignmentFactory(user=user, role=Role.AUDITOR, valid_from=start, valid_to=end)
        assert access(user).can(P.SEE_LOGS) is holds, (start, end)


def test_inactive_and_anonymous_hold_nothing(world):
    user = world.user("bappeda_admin")
    user.is_active = False
    assert access(user).grants == {}
    assert access(AnonymousUser()).grants == access(None).grants == {}
    assert access(world.user("none")).grants == {}


def test_superuser_flag_is_no_role(db, client):
    user = make.UserFactory(is_superuser=True, is_staff=True)
    assert not access(user).can(P.SEE_FIGURES)
    client.force_login(user)
    assert client.get("/admin/").status_code == 302


def test_has_perm_asks_the_roles(world):
    assert world.user("auditor").has_perm("tkpkd.see_logs")
    assert not world.user("auditor").has_perm("tkpkd.unmask")
    assert not world.user("auditor").has_perm("tkpkd.nonsense")
    assert not world.user("bappeda_admin").has_perm("core.change_user")


def test_kept_rights_are_forgotten_on_demand(world):
    user = world.user("none")
    assert not access(user).can(P.SEE_LOGS)
    make.RoleAssignmentFactory(user=user, role=Role.AUDITOR)
    assert not access(user).can(P.SEE_LOGS)
    forget_access(user)
    assert access(user).can(P.SEE_LOGS)
    forget_access(user)
    forget_access(user)


def test_refusal_names_the_roles(world):
    with pytest.raises(PermissionDenied, match=f"{Role.BAPPEDA_ADMIN.label}, {Role.AUDITOR.label}"):
        require(world.user("leadership"), P.SEE_LOGS)
    require(None, P.SEE_LOGS)  # the system itself


# --- the rows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_assignment_takes_its_own_scope_and_no_other(world, role):
    """A scope that the role does not look at would read as a limit that nobody keeps."""
    needed = "region" if role in AREA_ROLES else "agency" if role in AGENCY_ROLES else None
    needed = "program_group" if role == Role.GROUP_COORDINATOR else needed
    scopes = {"region": world.own.region, "agency": world.agency, "program_group": "a"}
    for given in [None, *scopes]:
        ok = given == needed
        user = make.UserFactory()
        row = RoleAssignment(
            user=user, role=role, valid_from=dt.date(2020, 1, 1), **({given: scopes[given]} if given else {})
        )
        if ok:
            row.save()
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                row.save()
