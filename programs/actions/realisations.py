"""Realisation of a quarter: written and submitted by its agency, returned or verified by Bappeda, corrected later."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm
from programs import rights
from programs.actions.locking import lock_year, reason_given
from programs.choices import QUARTERS, REALISATION_OPEN, RealisationState, ReviewAct
from programs.models import ProgramYear, Realisation, RealisationSpending, ReviewStep
from programs.plans.quarters import (
    ROMAN,
    Board,
    Values,
    board_of,
    problems,
    quarter_begin,
    quarter_end,
    values_of,
)
from programs.plans.reading import changed_by


def _open_board(program_year: ProgramYear, quarter: int, by, perm: Perm) -> Board:
    """The programme year held fast and its figures, for who holds `perm`."""
    if quarter not in QUARTERS:
        raise ValueError(quarter)
    row = lock_year(program_year)
    rights.require_program(by, perm, row.program)
    return board_of(row, [quarter])


def _row(board: Board, quarter: int, states, version: int | None = None) -> Realisation:
    row = board.rows.get(quarter)
    if row is None:
        raise ValidationError(_("Nothing is written for this quarter yet."), code="state")
    if version is not None and version != row.version:
        raise ValidationError(changed_by("programs_realisation", row.pk), code="changed")
    if row.state not in states:
        raise ValidationError(
            _("The realisation of quarter %(n)s is %(state)s by now; this step does not fit any more.")
            % {"n": ROMAN[quarter], "state": row.get_state_display().lower()},
            code="state",
        )
    return row


def _refuse(found: dict[str, str]) -> None:
    if found:
        raise ValidationError({name: [text] for name, text in found.items()})


def _checked(board: Board, quarter: int, values: Values, *, whole: bool) -> None:
    unknown = [source for source in values.spent if source not in board.ceilings]
    known = {source for row in board.rows.values() for source in values_of(row).spent}
    if any(source not in known and values.spent[source] for source in unknown):
        raise ValidationError(_("This source of funds has no ceiling in the plan; enter it there first."))
    _refuse(problems(board, quarter, values, whole=whole))


def _write(board: Board, quarter: int, row: Realisation, values: Values) -> None:
    row.output, row.beneficiaries = values.output, values.beneficiaries
    row.explanation, row.obstacle, row.follow_up = values.explanation, values.obstacle, values.follow_up
    row.from_log = board.proposed(quarter)
    row.clean_fields(exclude=["program_year"])
    row.save()
    kept = {(each.sponsor, each.source): each for each in row.spending.all()}
    for source, amount in values.spent.items():
        each = kept.get(source)
        if amount is None:
            if each is not None:
                each.delete()
        elif each is None:
            RealisationSpending.objects.create(realisation=row, sponsor=source[0], source=source[1], amount=amount)
        elif each.amount != amount:
            each.amount = amount
            each.save(update_fields=["amount"])


def _same(row: Realisation, values: Values) -> bool:
    spent = {source: amount for source, amount in values.spent.items() if amount is not None}
    return values_of(row) == replace(values, spent=spent)


@transaction.atomic
def save_realisation(
    *, program_year: ProgramYear, quarter: int, values: Values, by, version: int | None = None
) -> Realisation:
    """Write the figures of a quarter, cumulative from January, as a draft.

    `version`: of the realisation as the writer saw it, 0 = there was none; None does not ask.
    Raises ValidationError by field (`output`, `beneficiaries`, `spent_<sponsor>_<source>`, …).
    """
    board = _open_board(program_year, quarter, by, Perm.MANAGE_PROGRAMS)
    if quarter_begin(board.program_year.year, quarter) > timezone.localdate():
        raise ValidationError(_("Quarter %(n)s has not begun yet.") % {"n": ROMAN[quarter]}, code="early")
    row = board.rows.get(quarter)
    if row is not None:
        row = _row(board, quarter, REALISATION_OPEN, version)
        if _same(row, values):
            return row
    elif version:
        raise ValidationError(_("Changed by somebody else meanwhile. Load the page again to see what stands there."))
    _checked(board, quarter, values, whole=False)
    if row is None:
        row = Realisation(program_year=board.program_year, quarter=quarter)
    else:
        row.version += 1
    with history(by=by, action="realisation.save"):
        _write(board, quarter, row, values)
    return row


@transaction.atomic
def submit_realisation(*, program_year: ProgramYear, quarter: int, by, version: int | None = None) -> Realisation:
    """Hand the figures of a quarter that has ended on to Bappeda."""
    board = _open_board(program_year, quarter, by, Perm.MANAGE_PROGRAMS)
    row = _row(board, quarter, REALISATION_OPEN, version)
    if quarter_end(board.program_year.year, quarter) >= timezone.localdate():
        raise ValidationError(_("Quarter %(n)s has not ended yet.") % {"n": ROMAN[quarter]}, code="early")
    _checked(board, quarter, values_of(row), whole=True)
    row.submitted_at = row.submitted_at or timezone.now()
    return _step(row, RealisationState.SUBMITTED, ReviewAct.SUBMIT, "realisation.submit", by)


@transaction.atomic
def withdraw_realisation(*, program_year: ProgramYear, quarter: int, by) -> Realisation:
    """Take submitted figures back before anybody verified them."""
    board = _open_board(program_year, quarter, by, Perm.MANAGE_PROGRAMS)
    row = _row(board, quarter, (RealisationState.SUBMITTED,))
    return _step(row, RealisationState.DRAFT, ReviewAct.WITHDRAW, "realisation.withdraw", by)


@transaction.atomic
def return_realisation(*, program_year: ProgramYear, quarter: int, remark: str, by) -> Realisation:
    """Send submitted figures back with a remark."""
    remark = reason_given(remark)
    board = _open_board(program_year, quarter, by, Perm.VERIFY_PLANS)
    row = _row(board, quarter, (RealisationState.SUBMITTED,))
    return _step(row, RealisationState.RETURNED, ReviewAct.RETURN, "realisation.return", by, remark)


@transaction.atomic
def verify_realisation(*, program_year: ProgramYear, quarter: int, by, version: int | None = None) -> Realisation:
    """Say that submitted figures are right."""
    board = _open_board(program_year, quarter, by, Perm.VERIFY_PLANS)
    row = _row(board, quarter, (RealisationState.SUBMITTED,), version)
    return _step(row, RealisationState.VERIFIED, ReviewAct.VERIFY, "realisation.verify", by)


@transaction.atomic
def correct_realisation(
    *, program_year: ProgramYear, quarter: int, values: Values, reason: str, by, version: int | None = None
) -> Realisation:
    """Correct verified figures. What stood there is kept with the reason; Bappeda verifies anew."""
    reason = reason_given(reason)
    board = _open_board(program_year, quarter, by, Perm.MANAGE_PROGRAMS)
    row = _row(board, quarter, (RealisationState.VERIFIED,), version)
    before = values_of(row)
    if _same(row, values):
        raise ValidationError(_("Nothing differs from what stands there."), code="same")
    _checked(board, quarter, values, whole=True)
    row.version += 1
    row.corrections += 1
    row.state = RealisationState.SUBMITTED
    with history(by=by, action="realisation.correct", reason=reason):
        _write(board, quarter, row, values)
        ReviewStep.objects.create(
            program_year=board.program_year,
            quarter=quarter,
            act=ReviewAct.CORRECT,
            by=by,
            remark=reason,
            before=before.cells(),
        )
    return row


def _step(row: Realisation, state: str, act: str, action: str, by, remark: str = "") -> Realisation:
    row.state, row.version = state, row.version + 1
    with history(by=by, action=action, reason=remark):
        row.save(update_fields=["state", "version", "submitted_at"])
        ReviewStep.objects.create(
            program_year_id=row.program_year_id, quarter=row.quarter, act=act, by=by, remark=remark
        )
    return row
