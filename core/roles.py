"""Who may do what, where: the table of roles in code, the scopes in `RoleAssignment`.

One reading per request: `access(user)` gives an `Access`, which views, querysets and actions ask. Deny unless
granted; an unknown role grants nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from core.choices import Role
from core.models.people import RoleAssignment
from core.models.regions import area_q


class Perm(StrEnum):
    """Rights. Each is held within the scope of the role that grants it."""

    SEE_FIGURES = "see_figures"  # dashboards, breakdowns, cells under 5 hidden without SEE_NAMES
    SEE_NAMES = "see_names"  # names and addresses
    UNMASK = "unmask"  # NIK and KK in full, with a reason and a record
    UNMASK_RECIPIENTS = "unmask_recipients"  # the same for households that the own agency serves
    SEE_AID = "see_aid"  # which programme and year, of every agency
    SEE_AMOUNTS = "see_amounts"  # amounts; agency scope: of own programmes only
    SEE_HEALTH = "see_health"  # disability, chronic illness, pregnancy
    SEE_HEALTH_FOR_RULE = "see_health_for_rule"  # the same where a programme of the own agency asks for it
    CHANGE_HOUSEHOLDS = "change_households"
    IMPORT_HOUSEHOLDS = "import_households"
    UNDO_IMPORTS = "undo_imports"  # imports of others; own imports need only the right to import
    MANAGE_PROGRAMS = "manage_programs"
    PROPOSE = "propose"
    VERIFY = "verify"
    VERIFY_PLANS = "verify_plans"  # annual plans and quarterly realisation, of who did not write them
    APPROVE = "approve"  # approve, stop, reject
    DELIVER = "deliver"  # record deliveries, bring recipient lists
    SHARE_SETS = "share_sets"
    SEE_MEETINGS = "see_meetings"  # meetings, decisions, action items within `meetings.sight`; agency or area scope
    RUN_MEETINGS = "run_meetings"  # the secretariat: plan, invite, minutes, decisions, action items, letters
    REPORT_ACTIONS = "report_actions"  # progress, obstacles, proof and extensions of own action items
    APPROVE_MINUTES = "approve_minutes"
    MANAGE_REFERENCE = "manage_reference"  # admin: regions, agencies, code lists, programmes
    MANAGE_USERS = "manage_users"  # admin: users, roles, settings
    SEE_LOGS = "see_logs"  # history and access records of everybody


_READ_CITY = {Perm.SEE_FIGURES, Perm.SEE_NAMES, Perm.SEE_AID}
_STAFF = _READ_CITY | {
    Perm.UNMASK,
    Perm.SEE_AMOUNTS,
    Perm.SEE_HEALTH,
    Perm.CHANGE_HOUSEHOLDS,
    Perm.IMPORT_HOUSEHOLDS,
    Perm.UNDO_IMPORTS,
    Perm.MANAGE_PROGRAMS,
    Perm.PROPOSE,
    Perm.VERIFY,
    Perm.VERIFY_PLANS,
    Perm.APPROVE,
    Perm.DELIVER,
    Perm.SHARE_SETS,
    Perm.MANAGE_REFERENCE,
    Perm.SEE_MEETINGS,
    Perm.RUN_MEETINGS,
    Perm.REPORT_ACTIONS,
}

# Rights that an assignment to an agency or a programme group gives for the whole city; its other rights hold for the
# programmes of that agency or group alone.
CITY_WIDE = frozenset({Perm.SEE_FIGURES, Perm.SEE_NAMES, Perm.SEE_AID, Perm.SHARE_SETS})
CITY_WIDE_OF_GROUP = CITY_WIDE | {Perm.SEE_AMOUNTS}  # a coordinator sees the aid of all agencies

# design.md section 3, "Masks and sight".
ROLES: dict[str, frozenset[Perm]] = {
    Role.BAPPEDA_ADMIN: frozenset(_STAFF | {Perm.MANAGE_USERS, Perm.SEE_LOGS}),
    Role.BAPPEDA_STAFF: frozenset(_STAFF),
    Role.GROUP_COORDINATOR: frozenset(
        _READ_CITY | {Perm.SEE_AMOUNTS, Perm.VERIFY, Perm.VERIFY_PLANS, Perm.SHARE_SETS, Perm.SEE_MEETINGS}
    ),
    Role.OPD_OPERATOR: frozenset(
        _READ_CITY
        | {
            Perm.UNMASK_RECIPIENTS,
            Perm.SEE_AMOUNTS,
            Perm.SEE_HEALTH_FOR_RULE,
            Perm.MANAGE_PROGRAMS,
            Perm.PROPOSE,
            Perm.VERIFY,
            Perm.DELIVER,
            Perm.SHARE_SETS,
            Perm.SEE_MEETINGS,
            Perm.REPORT_ACTIONS,
        }
    ),
    Role.OPD_APPROVER: frozenset(
        _READ_CITY
        | {
            Perm.UNMASK_RECIPIENTS,
            Perm.SEE_AMOUNTS,
            Perm.SEE_HEALTH_FOR_RULE,
            Perm.APPROVE,
            Perm.SHARE_SETS,
            Perm.SEE_MEETINGS,
            Perm.REPORT_ACTIONS,
        }
    ),
    Role.KELURAHAN_OPERATOR: frozenset(
        _READ_CITY
        | {
            Perm.UNMASK,
            Perm.SEE_AMOUNTS,
            Perm.SEE_HEALTH,
            Perm.CHANGE_HOUSEHOLDS,
            Perm.IMPORT_HOUSEHOLDS,
            Perm.PROPOSE,
            Perm.SEE_MEETINGS,
            Perm.REPORT_ACTIONS,
        }
    ),
    Role.KECAMATAN_READER: frozenset(_READ_CITY | {Perm.SEE_AMOUNTS, Perm.SEE_MEETINGS}),
    Role.LEADERSHIP: frozenset({Perm.SEE_FIGURES, Perm.SEE_MEETINGS, Perm.APPROVE_MINUTES}),
    Role.AUDITOR: frozenset(_READ_CITY | {Perm.SEE_AMOUNTS, Perm.SEE_LOGS, Perm.SEE_MEETINGS}),
}

AREA_ROLES = frozenset({Role.KELURAHAN_OPERATOR, Role.KECAMATAN_READER})
AGENCY_ROLES = frozenset({Role.OPD_OPERATOR, Role.OPD_APPROVER})


@dataclass(frozen=True)
class Scope:
    """Where one grant holds: region code prefix (`""` = everywhere), agency id or None, programme group or None.

    The three belong together: a person with two roles does not hold the area of one with the agency of the other.
    """

    region: str = ""
    agency: int | None = None
    group: str | None = None


@dataclass
class Access:
    """The rights of one person on one day.

    `grants`: right → scopes in which it is held. Ask with `can`; narrow querysets with `within`, or with
    `region_prefixes` where rows have no agency.
    """

    grants: dict[Perm, list[Scope]] = field(default_factory=dict)
    assignments: list[RoleAssignment] = field(default_factory=list)

    def can(
        self, perm: Perm, *, region: str | None = None, agency: int | None = None, group: str | None = None
    ) -> bool:
        """Whether the right is held; with `region`/`agency`/`group`, held there. Not given = held anywhere."""
        return any(
            (region is None or _covers(s.region, region))
            and (agency is None or s.agency in (None, agency))
            and (group is None or s.group in (None, group))
            for s in self.grants.get(perm, ())
        )

    def within(self, perm: Perm, *, region: str = "", agency: str = "", group: Callable[[str], Q] | None = None) -> Q:
        """Condition "this row lies where the right is held", scope by scope.

        `region`, `agency`: lookup paths to the region code and the agency id of a row; `group`: programme group →
        condition on the row. A scope whose dimension the rows do not have gives nothing.
        """
        q = Q(pk__in=[])
        for s in self.grants.get(perm, ()):
            if (s.region and not region) or (s.agency is not None and not agency) or (s.group and group is None):
                continue
            one = area_q(region, [s.region]) if s.region else Q()
            if s.agency is not None:
                one &= Q(**{agency: s.agency})
            if s.group:
                one &= group(s.group)
            if not one:
                return Q()
            q |= one
        return q

    def region_prefixes(self, perm: Perm, *, agency: int | None = None, group: str | None = None) -> list[str]:
        """Areas in which the right is held, as code prefixes; `[""]` everywhere, `[]` nowhere.

        `agency`, `group`: only what holds for this agency or programme group. Without them an area counts in which
        the right holds for some agency.
        """
        codes = {
            s.region
            for s in self.grants.get(perm, ())
            if (agency is None or s.agency in (None, agency)) and (group is None or s.group in (None, group))
        }
        return [""] if "" in codes else sorted(codes)

    def reaches_as_far(self, perm: Perm, other: Perm) -> bool:
        """Whether `perm` is held in every area in which `other` is: what a column over such rows needs."""
        here, there = self.region_prefixes(perm), self.region_prefixes(other)
        return bool(there) and all(any(_covers(mine, code) for mine in here) for code in there)

    def agency_ids(self, perm: Perm) -> list[int] | None:
        """Agencies for which the right is held in some area; None = every agency, `[]` = none.

        Says nothing about the area: rows that lie in one need `within`.
        """
        scopes = self.grants.get(perm, ())
        if any(s.agency is None and s.group is None for s in scopes):
            return None
        return sorted({s.agency for s in scopes if s.agency is not None})

    def groups(self, perm: Perm) -> list[str]:
        """Programme groups (`a`, `b`, `c`) for which the right is held through a group."""
        return sorted({s.group for s in self.grants.get(perm, ()) if s.group})

    @property
    def roles(self) -> set[str]:
        """Names of the roles in force."""
        return {a.role for a in self.assignments}

    @property
    def main(self) -> RoleAssignment | None:
        """The assignment that names the person in the shell: the first in the order of the role table."""
        order = {role: n for n, role in enumerate(ROLES)}
        return min(self.assignments, key=lambda a: (order.get(a.role, len(order)), a.pk), default=None)


def _covers(prefix: str, code: str) -> bool:
    return prefix == "" or code == prefix or code.startswith(prefix + ".")


def access(user) -> Access:
    """The rights of `user` today, read once and kept on the object; nobody and inactive people hold none."""
    if user is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return Access()
    cached = getattr(user, "_access", None)
    if cached is None:
        cached = Access()
        for a in RoleAssignment.objects.valid_on().filter(user=user).select_related("region", "agency"):
            cached.assignments.append(a)
            for perm in ROLES.get(a.role, ()):
                if scope := _scope(a, perm):
                    cached.grants.setdefault(perm, []).append(scope)
        user._access = cached
    return cached


def _scope(a: RoleAssignment, perm: Perm) -> Scope | None:
    """Where an assignment grants `perm`; None = nowhere, for one that lacks the scope its role needs."""
    if a.role in AREA_ROLES:
        return Scope(region=a.region_id) if a.region_id else None
    if a.role in AGENCY_ROLES:
        if perm in CITY_WIDE:
            return Scope()
        return Scope(agency=a.agency_id) if a.agency_id else None
    if a.role == Role.GROUP_COORDINATOR:
        if perm in CITY_WIDE_OF_GROUP:
            return Scope()
        return Scope(group=a.program_group) if a.program_group else None
    return Scope()


def forget_access(user) -> None:
    """Drop the kept rights after a role of `user` changed within the same process."""
    if hasattr(user, "_access"):
        del user._access


def require(
    user, perm: Perm, *, region: str | None = None, agency: int | None = None, group: str | None = None
) -> None:
    """Raise `PermissionDenied` (403, names the roles that may) unless `user` holds `perm` there.

    `user` None is the system itself (commands without `--by`), which may do everything.
    """
    if user is None or access(user).can(perm, region=region, agency=agency, group=group):
        return
    raise PermissionDenied(_("This needs one of these roles: %(roles)s.") % {"roles": role_labels(perm)})


def role_labels(perm: Perm) -> str:
    """The roles that hold `perm`, in words, for messages that refuse."""
    return ", ".join(str(Role(role).label) for role, perms in ROLES.items() if perm in perms)
