"""Changes to what targeting needs: the order of a quota, gap lists that are handed over and closed."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Agency, Region
from core.roles import Perm, access, require
from households.actions.sets import freeze_queryset
from households.models import Household
from households.rules import fields_used, uses_health, validate
from programs import eligibility, gaps, ranking, rights
from programs.actions.locking import reason_given
from programs.models import Package, Program, QuotaOrder, WorkOrder


@transaction.atomic
def set_quota_order(*, program: Program, criteria: list[dict], by, legal_basis: str = "") -> QuotaOrder:
    """Say who comes first after the desil. `criteria`: rules over households, in order, at most four.

    Raises ValidationError, PermissionDenied.
    """
    rights.require_program(by, Perm.MANAGE_PROGRAMS, program)
    cleaned = [validate(rule) for rule in criteria]
    if len(cleaned) > ranking.MOST_CRITERIA:
        raise ValidationError(_("At most %(n)s criteria.") % {"n": ranking.MOST_CRITERIA})
    if any({"program.fits", "program.target"} & fields_used(rule) for rule in cleaned):
        raise ValidationError(_("A rule cannot ask whether another rule fits. Write its conditions out."))
    if any(cleaned[i] in cleaned[:i] for i in range(len(cleaned))):
        raise ValidationError(_("A criterion stands twice. Choose another one."))
    row = QuotaOrder.objects.filter(program=program).first() or QuotaOrder(program=program)
    row.criteria, row.legal_basis = cleaned, legal_basis.strip()
    row.full_clean()
    with history(by=by, action="program.quota_order", reason=legal_basis):
        row.save()
    return row


def may_hand_over(user, agency: Agency) -> bool:
    """Whether `user` may give a gap list to this agency: Bappeda and coordinators to all, agencies to themselves."""
    if not access(user).can(Perm.SHARE_SETS):
        return False
    agencies = [a.agency_id for a in rights.agency_roles(user)]
    return access(user).can(Perm.VERIFY) and (not agencies or agency.pk in agencies)


@transaction.atomic
def hand_over(
    *,
    title: str,
    program: Program | None,
    year: int,
    area: Region | None,
    agency: Agency,
    due: dt.date,
    by,
    note: str = "",
    package: Package | None = None,
) -> WorkOrder:
    """Give the households that fit `program` (None: any) and got nothing in `year` to an agency, as a frozen list.

    `package` instead: those that lack a part of it.

    The list is of the day; what is still to do is counted from the log. Raises ValidationError when nobody is in the
    gap, PermissionDenied.
    """
    if not may_hand_over(by, agency):
        raise PermissionDenied(_("You may not hand a gap list to this agency."))
    if due < timezone.localdate():
        raise ValidationError({"due": _("This day lies in the past.")})
    rule = eligibility.own_rule(program, year) if program else package.rule if package else {}
    code = area.code if area else ""
    households = gaps.gap_of_package(package, year, code) if package else gaps.gap_households(program, year, code)
    if uses_health(rule):
        require(by, Perm.SEE_HEALTH)
    seen = households & Household.objects.visible_to(by)
    name = f"{title}, {timezone.localtime():%d-%m-%Y %H.%M.%S}"[:120]
    frozen = freeze_queryset(name=name, by=by, queryset=seen, rule=rule if uses_health(rule) else {}, shared=True)
    order = WorkOrder(
        title=" ".join(title.split()),
        program=program,
        package=package,
        year=year,
        area=area,
        agency=agency,
        due=due,
        note=note.strip(),
        household_set=frozen,
        given_by=by,
    )
    order.full_clean(exclude=["given_at"])
    with history(by=by, action="work_order.hand_over", region=area.code if area else ""):
        order.save()
    return order


@transaction.atomic
def close_work_order(*, order: WorkOrder, result: str, by) -> WorkOrder:
    """Close a gap list with what came of it."""
    row = WorkOrder.objects.select_for_update(of=("self",)).select_related("agency").get(pk=order.pk)
    if not may_hand_over(by, row.agency):
        raise PermissionDenied(_("Only who may hand it over closes a gap list."))
    if row.closed_at is not None:
        raise ValidationError(_("This list is closed already."))
    row.closed_at, row.closed_by, row.result = timezone.now(), by, reason_given(result)
    row.full_clean(exclude=["given_at"])
    with history(by=by, action="work_order.close", reason=row.result, region=row.area_id or ""):
        row.save(update_fields=["closed_at", "closed_by", "result"])
    return row


def hand_over_orders(old: Agency, new: Agency, day: dt.date) -> int:
    """Hook: open lists of an agency that ended go to its successor."""
    return WorkOrder.objects.open().filter(agency=old).update(agency=new)
