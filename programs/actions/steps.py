"""The stages of the log: verify, approve, return, propose again, reject, stop, resume, void.

Each works on any number of rows of one programme year in one statement. Rows in another stage are left as they are and
counted with the reason; when none can change, that reason is the error.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history import history
from core.roles import Perm
from core.rupiah import rupiah
from programs import rights
from programs.actions.locking import ids_of, lock_year, one_area, reason_given
from programs.candidates import room_of
from programs.choices import NEXT, AssistanceStatus
from programs.eligibility import verdict_of
from programs.models import Assistance, Delivery, ProgramYear

S = AssistanceStatus


@dataclass(frozen=True)
class Step:
    """One kind of change of the stage. `perms`: any of them, for the status a row has now; `reason`: must be given."""

    key: str
    to: S
    sources: frozenset[S]
    perms: tuple[Perm, ...]
    reason: bool = True
    label: object = ""


def _from(to: S) -> frozenset[S]:
    return frozenset(s for s, following in NEXT.items() if to in following)


# Void is for mistakes: the right goes with the stage that was entered by mistake.
_VOID_PERMS = {
    S.PROPOSED: (Perm.VERIFY,),
    S.RETURNED: (Perm.VERIFY,),
    S.VERIFIED: (Perm.VERIFY,),
    S.APPROVED: (Perm.APPROVE,),
    S.RECEIVED: (Perm.APPROVE, Perm.DELIVER),
    S.STOPPED: (Perm.APPROVE,),
}
STEPS = {
    step.key: step
    for step in (
        Step("verify", S.VERIFIED, _from(S.VERIFIED), (Perm.VERIFY,), False, gettext_lazy("Verify")),
        Step("approve", S.APPROVED, frozenset({S.VERIFIED}), (Perm.APPROVE,), False, gettext_lazy("Approve")),
        Step(
            "return",
            S.RETURNED,
            _from(S.RETURNED),
            (Perm.VERIFY, Perm.APPROVE),
            label=gettext_lazy("Return to the proposer"),
        ),
        Step("resubmit", S.PROPOSED, _from(S.PROPOSED), (Perm.PROPOSE,), False, gettext_lazy("Propose again")),
        Step("reject", S.REJECTED, _from(S.REJECTED), (Perm.APPROVE,), label=gettext_lazy("Reject")),
        Step("stop", S.STOPPED, _from(S.STOPPED), (Perm.APPROVE,), label=gettext_lazy("Stop the aid")),
        Step("resume", S.APPROVED, frozenset({S.STOPPED}), (Perm.APPROVE,), label=gettext_lazy("Resume the aid")),
        Step("void", S.VOID, _from(S.VOID), (), label=gettext_lazy("Entered by mistake")),
    )
}


@dataclass(frozen=True)
class Outcome:
    """What a step did: rows changed, and rows left alone by reason. `tx`: its transaction in the history."""

    changed: int
    skipped: dict[str, int]
    tx: int | None = None


@dataclass
class StepPreview:
    """What a step would do, before it does it.

    `skipped`: rows left alone, by reason; `foreign`: those of them that are not the actor's to change.
    """

    step: Step
    ids: list[int] = field(default_factory=list)
    skipped: Counter = field(default_factory=Counter)
    foreign: int = 0
    over_quota: int = 0
    over_ceiling: int = 0

    @property
    def change(self) -> int:
        """How many rows would change."""
        return len(self.ids)

    @property
    def exceeds(self) -> bool:
        """Whether quota or ceiling would be passed."""
        return bool(self.over_quota or self.over_ceiling)


def steps_for(user, program) -> list[Step]:
    """Steps that `user` may take on rows of this programme somewhere."""
    return [step for step in STEPS.values() if any(rights.may(user, p, program) for p in _perms_of(step))]


def _perms_of(step: Step) -> set[Perm]:
    return set(step.perms) or {p for perms in _VOID_PERMS.values() for p in perms} | {Perm.PROPOSE}


def preview_step(key: str, *, program_year: ProgramYear, rows, by) -> StepPreview:
    """Which of `rows` (log rows or ids of this programme year) the step would change, and why not the others."""
    step, program = STEPS[key], program_year.program
    perms = _perms_of(step)
    if not any(rights.may(by, p, program) for p in perms):
        rights.require_program(by, sorted(perms)[0], program)
    within = {perm: rights.rows_within(by, perm, program) for perm in perms}
    allowed = Q(pk__in=[])
    if step.key == "void":
        for status, needed in _VOID_PERMS.items():
            for perm in needed:
                allowed |= Q(status=status) & within[perm]
        if by is not None:  # one's own slip, as long as nobody worked on it
            allowed |= Q(status__in=[S.PROPOSED, S.RETURNED], proposed_by=by) & within[Perm.PROPOSE]
    else:
        for perm in step.perms:
            allowed |= within[perm]
    own = Q(proposed_by=by) | Q(verified_by=by) if by is not None else Q(pk__in=[])
    found = (
        Assistance.objects.filter(program_year=program_year, pk__in=ids_of(rows))
        .annotate(allowed=verdict_of(allowed), own=verdict_of(own))
        .order_by("pk")
        .values_list("pk", "status", "allowed", "own")
    )
    result = StepPreview(step)
    for pk, status, may, is_own in found:
        if status not in step.sources:
            result.skipped[_("now “%(status)s”") % {"status": S(status).label}] += 1
        elif not may:
            result.skipped[_("not yours to change")] += 1
            result.foreign += 1
        elif step.key == "approve" and program.four_eyes and is_own:
            result.skipped[_("you proposed or verified it yourself; another person must approve it")] += 1
        else:
            result.ids.append(pk)
    if step.key in ("approve", "resume"):
        _watch(result, program_year)
    return result


def _watch(result: StepPreview, program_year: ProgramYear) -> None:
    """Quota and ceiling against what is decided: approved and received rows."""
    room = room_of(program_year, (S.APPROVED, S.RECEIVED))
    amounts = Assistance.objects.filter(pk__in=result.ids).values_list("amount", flat=True)
    more = sum(a if a is not None else program_year.unit_amount or 0 for a in amounts)
    result.over_quota = room.over_quota(result.change)
    result.over_ceiling = room.over_ceiling_by(more)


def _take(key: str, *, program_year, rows, by, reason: str = "", excess_reason: str = "", **values) -> Outcome:
    program_year = lock_year(program_year)
    step = STEPS[key]
    if step.reason:
        reason = reason_given(reason)
    plan = preview_step(key, program_year=program_year, rows=rows, by=by)
    if not plan.ids:
        raise _nothing(plan)
    if plan.exceeds and not excess_reason.strip():
        raise ValidationError(excess_text(plan), code="excess")
    area = one_area(rights.areas(by, step.perms[0] if step.perms else Perm.VERIFY, program_year.program))
    values = {"status": step.to, "status_reason": reason[:300], "status_at": timezone.now(), "status_by": by} | values
    with history(by=by, action=f"assistance.{key}", reason=reason or excess_reason, region=area) as tx:
        Assistance.objects.filter(pk__in=plan.ids).update(**values)
        if key == "void":
            Delivery.objects.filter(assistance__in=plan.ids, void=False).update(void=True, void_reason=reason)
        if key == "resume":  # who has received something is again one who receives
            Assistance.objects.filter(Exists(_deliveries()), pk__in=plan.ids).update(status=S.RECEIVED)
    return Outcome(plan.change, dict(plan.skipped), tx.pk)


def _deliveries():
    return Delivery.objects.filter(assistance=OuterRef("pk"), void=False)


def _nothing(plan: StepPreview) -> Exception:
    if not plan.skipped:
        return ValidationError(_("Choose at least one row."), code="nothing")
    texts = "; ".join(f"{n} × {text}" for text, n in plan.skipped.items())
    if plan.foreign == plan.skipped.total():
        return PermissionDenied(_("These rows lie outside the area or the programmes you may change."))
    return ValidationError(_("Nothing was changed: %(reasons)s.") % {"reasons": texts}, code="nothing")


def excess_text(plan: StepPreview) -> str:
    """In words: by how much quota or ceiling would be passed, and what to do."""
    texts = []
    if plan.over_quota:
        texts.append(_("%(n)s above the quota") % {"n": plan.over_quota})
    if plan.over_ceiling:
        texts.append(_("%(amount)s above the ceiling") % {"amount": rupiah(plan.over_ceiling)})
    return _("This would stand %(excess)s. Choose fewer, or write why it is right.") % {"excess": ", ".join(texts)}


@transaction.atomic
def verify(*, program_year: ProgramYear, rows, by, note: str = "") -> Outcome:
    """Mark proposed rows as verified; `note` is kept as the reason in the history."""
    return _take(
        "verify", program_year=program_year, rows=rows, by=by, reason=note, verified_by=by, verified_at=timezone.now()
    )


@transaction.atomic
def approve(
    *, program_year: ProgramYear, rows, by, decree_number: str, decree_date: dt.date, excess_reason: str = ""
) -> Outcome:
    """Approve verified rows by a decree. The amount of the programme year is filled in where a row has none.

    With four eyes nobody approves what they proposed or verified. Above quota or ceiling only with `excess_reason`.
    """
    program_year = lock_year(program_year)
    number = decree_number.strip()
    errors = {}
    if not number:
        errors["decree_number"] = _("Write the number of the decree.")
    elif len(number) > 80:
        errors["decree_number"] = _("The number is too long: write it in 80 letters.")
    if decree_date is None or decree_date > timezone.localdate():
        errors["decree_date"] = _("Write the date of the decree; it cannot lie in the future.")
    if errors:
        raise ValidationError(errors)
    values = {
        "approved_by": by,
        "approved_at": timezone.now(),
        "decree_number": number,
        "decree_date": decree_date,
        "amount": Coalesce(F("amount"), Value(program_year.unit_amount)),
    }
    if program_year.unit_amount is None:
        values.pop("amount")
    return _take("approve", program_year=program_year, rows=rows, by=by, excess_reason=excess_reason, **values)


@transaction.atomic
def return_(*, program_year: ProgramYear, rows, by, reason: str) -> Outcome:
    """Send rows back to their proposer; they must be verified anew afterwards."""
    return _take(
        "return", program_year=program_year, rows=rows, by=by, reason=reason, verified_by=None, verified_at=None
    )


@transaction.atomic
def resubmit(*, program_year: ProgramYear, rows, by, note: str = "") -> Outcome:
    """Propose returned rows again. Who does so counts as their proposer from now on."""
    return _take("resubmit", program_year=program_year, rows=rows, by=by, reason=note, proposed_by=by)


@transaction.atomic
def reject(*, program_year: ProgramYear, rows, by, reason: str) -> Outcome:
    """Refuse rows for good; the beneficiary may be proposed anew."""
    return _take("reject", program_year=program_year, rows=rows, by=by, reason=reason)


@transaction.atomic
def stop(*, program_year: ProgramYear, rows, by, reason: str) -> Outcome:
    """Stop approved or received aid. What was delivered stays delivered."""
    return _take("stop", program_year=program_year, rows=rows, by=by, reason=reason)


@transaction.atomic
def resume(*, program_year: ProgramYear, rows, by, reason: str, excess_reason: str = "") -> Outcome:
    """Take up stopped aid again: received when something was delivered, else approved."""
    return _take("resume", program_year=program_year, rows=rows, by=by, reason=reason, excess_reason=excess_reason)


@transaction.atomic
def void(*, program_year: ProgramYear, rows, by, reason: str) -> Outcome:
    """Mark rows as entered by mistake, their deliveries too: they count nowhere, and stay to be read."""
    return _take("void", program_year=program_year, rows=rows, by=by, reason=reason)
