"""The way of an annual plan: submitted by its agency, returned with remarks or verified by Bappeda, locked."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.history import history
from core.models import Agency
from core.roles import Perm, access, require
from programs import rights
from programs.actions.locking import lock_year, reason_given
from programs.actions.programmes import copy_year
from programs.choices import PLAN_OPEN, PLAN_SETTLED, PlanState, ReviewAct
from programs.models import ProgramYear, ReviewStep
from programs.plans.reading import lacks


def _step(row: ProgramYear, state: str, act: str, action: str, by, remark: str = "") -> ProgramYear:
    row.plan_state, row.version = state, row.version + 1
    with history(by=by, action=action, reason=remark[:250]):
        row.save(update_fields=["plan_state", "version"])
        ReviewStep.objects.create(program_year=row, act=act, by=by, remark=remark)
    return row


def _expect(row: ProgramYear, states) -> None:
    if row.plan_state not in states:
        raise ValidationError(
            _("The plan of %(program)s is %(state)s by now; this step does not fit any more.")
            % {"program": row, "state": row.get_plan_state_display().lower()},
            code="state",
        )


def may_verify(user, program) -> bool:
    """Whether `user` may verify plans and realisation of the programme: Bappeda, or the coordinator of its group."""
    return rights.may(user, Perm.VERIFY_PLANS, program)


@transaction.atomic
def submit_plan(*, program_year: ProgramYear, by) -> ProgramYear:
    """Hand the plan on to Bappeda. Raises ValidationError that names what it lacks."""
    row = lock_year(program_year)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program)
    _expect(row, PLAN_OPEN)
    missing = lacks(row)
    if missing:
        raise ValidationError(_("The plan still lacks: %(what)s.") % {"what": ", ".join(missing)}, code="lacks")
    return _step(row, PlanState.SUBMITTED, ReviewAct.SUBMIT, "plan.submit", by)


@transaction.atomic
def withdraw_plan(*, program_year: ProgramYear, by) -> ProgramYear:
    """Take a submitted plan back before anybody verified it."""
    row = lock_year(program_year)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program)
    _expect(row, (PlanState.SUBMITTED,))
    return _step(row, PlanState.DRAFT, ReviewAct.WITHDRAW, "plan.withdraw", by)


@transaction.atomic
def return_plan(*, program_year: ProgramYear, remark: str, by) -> ProgramYear:
    """Send a submitted plan back with a remark."""
    remark = reason_given(remark)
    row = lock_year(program_year)
    rights.require_program(by, Perm.VERIFY_PLANS, row.program)
    _expect(row, (PlanState.SUBMITTED,))
    return _step(row, PlanState.RETURNED, ReviewAct.RETURN, "plan.return", by, remark)


@transaction.atomic
def verify_plan(*, program_year: ProgramYear, by, remark: str = "") -> ProgramYear:
    """Say that a submitted plan is right; from now on it counts."""
    row = lock_year(program_year)
    rights.require_program(by, Perm.VERIFY_PLANS, row.program)
    _expect(row, (PlanState.SUBMITTED,))
    return _step(row, PlanState.VERIFIED, ReviewAct.VERIFY, "plan.verify", by, remark.strip()[:500])


@transaction.atomic
def reopen_plan(*, program_year: ProgramYear, remark: str, by) -> ProgramYear:
    """Give a verified or locked plan back to its agency for a change of more than its ceilings."""
    remark = reason_given(remark)
    row = lock_year(program_year)
    rights.require_program(by, Perm.VERIFY_PLANS, row.program)
    if row.plan_state == PlanState.LOCKED:
        _require_secretariat(by)
    _expect(row, PLAN_SETTLED)
    return _step(row, PlanState.RETURNED, ReviewAct.REOPEN, "plan.reopen", by, remark)


@transaction.atomic
def lock_plans(*, year: int, by) -> int:
    """Lock every verified plan of a year that is not closed; returns how many. For the secretariat alone."""
    require(by, Perm.VERIFY_PLANS)
    _require_secretariat(by)
    rows = ProgramYear.objects.filter(year=year, plan_state=PlanState.VERIFIED, closed=False)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    for pk in found:
        row = lock_year(ProgramYear(pk=pk))
        if row.plan_state == PlanState.VERIFIED:
            _step(row, PlanState.LOCKED, ReviewAct.LOCK, "plan.lock", by)
    return len(found)


def _require_secretariat(by) -> None:
    if by is not None and access(by).agency_ids(Perm.VERIFY_PLANS) is not None:
        raise PermissionDenied(_("Plans are locked and unlocked by Bappeda."))


@transaction.atomic
def copy_plans(*, agency: Agency, year: int, by) -> list[ProgramYear]:
    """Plan every programme of an agency that ran last year and has no plan for `year` yet like last year's."""
    require(by, Perm.MANAGE_PROGRAMS, agency=agency.pk)
    return [copy_year(source=source, year=year, by=by) for source in to_copy(agency, year)]


def to_copy(agency: Agency, year: int) -> list[ProgramYear]:
    """Last year's programme years of an agency that `copy_plans` would take."""
    planned = ProgramYear.objects.filter(year=year).values("program")
    rows = ProgramYear.objects.filter(program__owner=agency, program__ended__isnull=True, year=year - 1)
    return list(rows.exclude(program__in=planned).select_related("program__owner").order_by("program__name", "pk"))
