"""Who may do what on one programme: agency, group and area of one role assignment hold together.

`Access.can` answers for one right in general; a set of rows needs the areas in which it holds for this programme.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from core.choices import Role
from core.models.regions import area_q
from core.roles import AGENCY_ROLES, ROLES, Perm, access
from programs.models import Program, SchemeItem


def group_of(program: Program) -> str:
    """Programme group of Permendagri 53/2020 art. 18 (`a`, `b`, `c`): its own class, else what its cluster implies."""
    own = SchemeItem.objects.filter(scheme="group", pk__in=program.classifications.values("item"))
    implied = SchemeItem.objects.filter(scheme="group", implied_by__source=program.cluster_id)
    found = own.first() or implied.first()
    return found.code if found else ""


def areas(user, perm: Perm, program: Program) -> list[str]:
    """Areas in which `user` holds `perm` for this programme, as code prefixes: `[""]` everywhere, `[]` nowhere.

    `user` None is the system itself, which may do everything.
    """
    if user is None:
        return [""]
    scopes = access(user).grants.get(perm, ())
    group = group_of(program) if any(s.group for s in scopes) else ""
    codes = {s.region for s in scopes if s.agency in (None, program.owner_id) and s.group in (None, group)}
    return [""] if "" in codes else sorted(codes)


def may(user, perm: Perm, program: Program, region: str | None = None) -> bool:
    """Whether `user` holds `perm` for this programme; with `region` (code), held there."""
    prefixes = areas(user, perm, program)
    if region is None:
        return bool(prefixes)
    return any(not p or region == p or region.startswith(f"{p}.") for p in prefixes)


def require_program(user, perm: Perm, program: Program, region: str | None = None) -> None:
    """Raise `PermissionDenied` (403, names the roles) unless `user` holds `perm` for this programme (there)."""
    if may(user, perm, program, region):
        return
    roles = ", ".join(str(Role(r).label) for r, perms in ROLES.items() if perm in perms)
    raise PermissionDenied(
        _("For %(program)s this needs one of these roles: %(roles)s.") % {"program": program.short_name, "roles": roles}
    )


def rows_within(user, perm: Perm, program: Program) -> Q:
    """Condition on the log: rows of beneficiaries in the areas where `user` holds `perm` for this programme."""
    prefixes = areas(user, perm, program)
    if "" in prefixes:
        return ~Q(pk__in=[])  # not an empty condition: that one vanishes when it is joined by "or"
    return (
        area_q("counts_for__region_id", prefixes) | area_q("group__region_id", prefixes) | area_q("area_id", prefixes)
    )


def sees_amounts(user, program: Program, region: str | None = None) -> bool:
    """Whether `user` sees what single beneficiaries of this programme get. Totals of a programme are figures."""
    return may(user, Perm.SEE_AMOUNTS, program, region)


def is_own(user, program: Program) -> bool:
    """Whether `user` works for the agency that owns this programme."""
    return any(a.agency_id == program.owner_id for a in agency_roles(user))


def agency_roles(user) -> list:
    """Role assignments of `user` that tie them to an agency."""
    return [a for a in access(user).assignments if a.role in AGENCY_ROLES]
