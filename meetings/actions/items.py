"""Action items: handed out, reported on, extended, proposed as done when their number is there, confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, access, require, role_labels
from meetings.actions import notices
from meetings.actions.planning import reason_given
from meetings.choices import OF_A_SET, ItemState, Measure, UpdateKind
from meetings.measures import Progress, progress_of
from meetings.models import ActionHelper, ActionItem, ActionUpdate, Decision, Meeting

S, K = ItemState, UpdateKind
FIELDS = frozenset(
    "title text agency region owner due priority area program_year measure household_set goal_count goal_percent "
    "quarter agenda_item decision meeting".split()
)


def may_report(user, item: ActionItem) -> bool:
    """Whether `user` answers for this item: the secretariat, its agency or helpers, its kelurahan, its person."""
    rights = access(user)
    if rights.can(Perm.RUN_MEETINGS):
        return True
    for scope in rights.grants.get(Perm.REPORT_ACTIONS, ()):
        if scope.agency and (item.agency_id == scope.agency or item.helping.filter(agency=scope.agency).exists()):
            return True
        if scope.region and item.region_id and (f"{item.region_id}.").startswith(f"{scope.region}."):
            return True
    return rights.can(Perm.REPORT_ACTIONS) and item.owner_id == user.pk


def _require_report(user, item: ActionItem) -> None:
    if user is not None and not may_report(user, item):
        raise PermissionDenied(
            _("Only the agency responsible for it may report. Roles: %(roles)s.")
            % {"roles": role_labels(Perm.REPORT_ACTIONS)}
        )


def _lock(item: ActionItem, *states: str) -> ActionItem:
    row = ActionItem.objects.select_for_update(of=("self",)).select_related("program_year").get(pk=item.pk)
    if row.state not in states:
        raise ValidationError(
            _("An item that is “%(state)s” cannot take this step.") % {"state": row.get_state_display()}, code="state"
        )
    return row


def _note(
    item: ActionItem, kind: str, by, *, text: str = "", progress: Progress | None = None, **values
) -> ActionUpdate:
    row = ActionUpdate(item=item, kind=kind, text=text.strip(), by=by, **values)
    if progress is not None:
        row.done, row.total = progress.done, progress.goal
    row.full_clean()
    row.save()
    return row


# --- made and changed ------------------------------------------------------------------------------------------------


@transaction.atomic
def create_item(*, by, helpers: Iterable = (), state: str = S.OPEN, **values) -> ActionItem:
    """Hand out an item. `values`: its fields; of a decision its meeting, programme list and due date where left out."""
    require(by, Perm.RUN_MEETINGS)
    row = ActionItem(by=by, state=state, year=timezone.localdate().year)
    _fill(row, values)
    row.first_due = row.due
    _check(row)
    with history(by=by, action="item.create", region=row.region_id or ""):
        row.save()
        _set_helpers(row, helpers)
        _note(row, K.CREATED, by)
    notices.tell(row, "assigned")
    return row


def _fill(row: ActionItem, values: dict) -> None:
    if unknown := set(values) - FIELDS:
        raise TypeError(f"no fields of an action item: {sorted(unknown)}")
    for name, value in values.items():
        setattr(row, name, value)
    decision: Decision | None = row.decision
    if decision is not None:
        row.meeting = row.meeting or decision.meeting
        row.due = row.due or decision.due
        row.household_set = row.household_set or (decision.household_set if row.measure in OF_A_SET else None)
    meeting: Meeting | None = row.meeting
    if meeting is not None and not row.pk:
        row.year = meeting.year


def _check(row: ActionItem) -> None:
    if row.measure not in OF_A_SET:
        row.household_set = None
        row.goal_count = None
    if row.measure not in (*OF_A_SET, Measure.SPENT):
        row.goal_percent = None
    if row.measure != Measure.SPENT:
        row.quarter = None
    if row.measure != Measure.FREE:
        row.reported = None
    if row.household_set_id and row.household_set.frozen_at is None:
        raise ValidationError({"household_set": _("Choose a frozen list: a live filter would move the goal.")})
    row.full_clean()


def _set_helpers(row: ActionItem, helpers: Iterable) -> None:
    wanted = {agency.pk: agency for agency in helpers if agency.pk != row.agency_id}
    row.helping.exclude(agency__in=wanted).delete()
    there = set(row.helping.values_list("agency", flat=True))
    for pk, agency in wanted.items():
        if pk not in there:
            ActionHelper(item=row, agency=agency).save()


@transaction.atomic
def edit_item(*, item: ActionItem, by, helpers: Iterable | None = None, **values) -> ActionItem:
    """Change an item that is not closed; a draft with owner and due date becomes open."""
    require(by, Perm.RUN_MEETINGS)
    row = _lock(item, S.DRAFT, S.OPEN, S.PROPOSED)
    was_draft = row.state == S.DRAFT
    _fill(row, values)
    if was_draft and row.due and (row.agency_id or row.region_id):
        row.state, row.first_due = S.OPEN, row.due
    _check(row)
    with history(by=by, action="item.edit", region=row.region_id or ""):
        row.save()
        if helpers is not None:
            _set_helpers(row, helpers)
        _note(row, K.CREATED if was_draft and row.state == S.OPEN else K.CHANGED, by)
    notices.tell(row, "assigned" if was_draft else "changed")
    return row


@transaction.atomic
def direct(*, by, text: str, meeting: Meeting | None = None) -> ActionItem:
    """Arahan: one sentence of the leadership becomes a draft that the secretariat completes."""
    rights = access(by)
    if not (rights.can(Perm.APPROVE_MINUTES) or rights.can(Perm.RUN_MEETINGS)):
        require(by, Perm.APPROVE_MINUTES)
    text = " ".join(text.split())
    if not text:
        raise ValidationError({"text": _("Write what is to be done.")})
    row = ActionItem(by=by, state=S.DRAFT, year=timezone.localdate().year, meeting=meeting, title=text[:200], text=text)
    row.full_clean()
    with history(by=by, action="item.direct"):
        row.save()
        _note(row, K.CREATED, by, text=_("Direction of the leadership"))
    return row


# --- reports of the agency -------------------------------------------------------------------------------------------


@transaction.atomic
def report(
    *, item: ActionItem, by, text: str = "", percent: int | None = None, obstacle: str | None = None, proof: str = ""
):
    """Write progress, an obstacle (`""` takes the last one away) or proof. Progress in percent only for free items."""
    row = _lock(item, S.OPEN, S.PROPOSED)
    _require_report(by, row)
    if percent is not None and row.measure != Measure.FREE:
        raise ValidationError({"percent": _("Progress of this item is counted, not reported.")})
    text, proof = text.strip(), " ".join(proof.split())
    changed_obstacle = obstacle is not None and " ".join(obstacle.split()) != row.obstacle
    if not (text or proof or changed_obstacle or percent is not None):
        raise ValidationError(_("Write what was done, what stands in the way, or the proof."))
    with history(by=by, action="item.report", region=row.region_id or ""):
        if percent is not None:
            row.reported = percent
        if changed_obstacle:
            row.obstacle = " ".join(obstacle.split())
        if proof:
            row.proof = proof
        row.full_clean()
        row.save(update_fields=["reported", "obstacle", "proof"])
        progress = progress_of([row]).get(row.pk)
        if text or percent is not None:
            _note(row, K.PROGRESS, by, text=text, percent=percent, progress=progress)
        if changed_obstacle:
            _note(row, K.OBSTACLE, by, text=row.obstacle or _("The obstacle is gone."))
        if proof:
            _note(row, K.PROOF, by, text=proof)
    return row


@transaction.atomic
def propose_done(*, item: ActionItem, by, text: str = "", proof: str = "") -> ActionItem:
    """Say that the item is done. A free one needs proof; a measured one needs its number, or words why it is not."""
    row = _lock(item, S.OPEN)
    _require_report(by, row)
    proof = " ".join(proof.split())
    progress = progress_of([row]).get(row.pk)
    if row.measure == Measure.FREE and not (proof or row.proof):
        raise ValidationError({"proof": _("Write the proof: number of the letter, or what the file shows.")})
    if row.measure != Measure.FREE and not (progress and progress.reached) and not text.strip():
        raise ValidationError({"text": _("The number is not there yet. Write why it is done all the same.")})
    row.state, row.proposed_at, row.proof = S.PROPOSED, timezone.now(), proof or row.proof
    if row.measure == Measure.FREE:
        row.reported = 100
    row.full_clean()
    with history(by=by, action="item.propose_done", region=row.region_id or ""):
        row.save()
        _note(row, K.PROPOSED, by, text=text or proof, progress=progress)
    return row


@transaction.atomic
def propose_reached(*, by=None) -> int:
    """Propose as done every open measured item whose number is there. The system does this daily; returns how many."""
    rows = list(
        ActionItem.objects.select_for_update(of=("self",))
        .filter(state=S.OPEN)
        .exclude(measure=Measure.FREE)
        .select_related("program_year__program")
        .order_by("pk")
    )
    progress = progress_of(rows)
    reached = [row for row in rows if row.pk in progress and progress[row.pk].reached]
    if not reached:
        return 0
    with history(by=by, action="item.reached"):
        for row in reached:
            row.state, row.proposed_at = S.PROPOSED, timezone.now()
            row.save(update_fields=["state", "proposed_at"])
            _note(row, K.PROPOSED, by, text=_("The number is reached."), progress=progress[row.pk])
    return len(reached)


@transaction.atomic
def ask_extension(*, item: ActionItem, by, new_due: dt.date, reason: str) -> ActionItem:
    """Ask for more time. One request at a time; granted and refused ones are counted."""
    row = _lock(item, S.OPEN)
    _require_report(by, row)
    reason = reason_given(reason)
    if row.asked_due:
        raise ValidationError(_("A request for more time is waiting for its answer."))
    if new_due <= max(row.due, timezone.localdate()):
        raise ValidationError({"new_due": _("The new day must lie after the present one and after today.")})
    row.asked_due = new_due
    with history(by=by, action="item.ask_extension", reason=reason):
        row.save(update_fields=["asked_due"])
        _note(row, K.EXTENSION, by, text=reason, new_due=new_due)
    return row


# --- the secretariat -------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_extension(*, item: ActionItem, by, granted: bool, reason: str = "") -> ActionItem:
    """Grant more time, or not (with reason)."""
    require(by, Perm.RUN_MEETINGS)
    row = _lock(item, S.OPEN, S.PROPOSED)
    if not row.asked_due:
        raise ValidationError(_("Nobody asked for more time."))
    asked = row.asked_due
    text = reason.strip() if granted else reason_given(reason)
    row.asked_due = None
    if granted:
        row.due, row.extensions = asked, row.extensions + 1
    with history(by=by, action="item.answer_extension", reason=text):
        row.save(update_fields=["asked_due", "due", "extensions"])
        _note(row, K.GRANTED if granted else K.REFUSED, by, text=text, new_due=asked)
    notices.tell(row, "changed")
    return row


@transaction.atomic
def extend(*, item: ActionItem, by, new_due: dt.date, reason: str) -> ActionItem:
    """Move the due date without a request; counted like a granted one."""
    require(by, Perm.RUN_MEETINGS)
    reason = reason_given(reason)
    row = _lock(item, S.OPEN)
    if new_due <= row.due:
        raise ValidationError({"new_due": _("The new day must lie after the present one and after today.")})
    row.due, row.extensions, row.asked_due = new_due, row.extensions + 1, None
    with history(by=by, action="item.extend", reason=reason):
        row.save(update_fields=["due", "extensions", "asked_due"])
        _note(row, K.GRANTED, by, text=reason, new_due=new_due)
    notices.tell(row, "changed")
    return row


@transaction.atomic
def confirm(*, item: ActionItem, by, reason: str = "") -> ActionItem:
    """Close an item as done. Against its number only with a reason, and it shows as such from then on."""
    require(by, Perm.RUN_MEETINGS)
    row = _lock(item, S.OPEN, S.PROPOSED)
    progress = progress_of([row]).get(row.pk)
    against = row.measure != Measure.FREE and not (progress and progress.reached)
    if against:
        reason = reason_given(reason)
    elif row.measure == Measure.FREE and not row.proof:
        raise ValidationError(_("This item has no proof yet: write it first."))
    row.state, row.done_at, row.done_by = S.DONE, timezone.now(), by
    row.against_number, row.close_reason, row.asked_due = against, " ".join(reason.split())[:250], None
    row.full_clean()
    with history(by=by, action="item.confirm", reason=reason, region=row.region_id or ""):
        row.save()
        _note(row, K.AGAINST if against else K.CONFIRMED, by, text=reason, progress=progress)
    notices.tell(row, "verified")
    return row


@transaction.atomic
def send_back(*, item: ActionItem, by, reason: str) -> ActionItem:
    """Open an item again that was proposed as done, or closed by mistake."""
    require(by, Perm.RUN_MEETINGS)
    reason = reason_given(reason)
    row = _lock(item, S.PROPOSED, S.DONE)
    row.state, row.proposed_at, row.done_at, row.done_by = S.OPEN, None, None, None
    row.against_number, row.close_reason = False, ""
    with history(by=by, action="item.send_back", reason=reason):
        row.save()
        _note(row, K.RETURNED, by, text=reason)
    notices.tell(row, "changed")
    return row


@transaction.atomic
def cancel_item(*, item: ActionItem, by, reason: str) -> ActionItem:
    """The item is no longer needed."""
    require(by, Perm.RUN_MEETINGS)
    reason = reason_given(reason)
    row = _lock(item, S.DRAFT, S.OPEN, S.PROPOSED)
    row.state, row.close_reason, row.asked_due = S.CANCELLED, reason, None
    row.due = row.due
    with history(by=by, action="item.cancel", reason=reason):
        row.save()
        _note(row, K.CANCELLED, by, text=reason)
    return row
