"""Minutes: text of an agenda item without overwriting another writer, comments, final, approved, amended."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from meetings.actions.planning import carry_to_next, lock, lock_writable, reason_given
from meetings.choices import MeetingState
from meetings.models import AgendaItem, Amendment, Comment, Decision, Meeting


class TextConflict(Exception):
    """Somebody else saved the text after it was opened. `item`: as it stands now."""

    def __init__(self, item: AgendaItem):
        self.item = item
        super().__init__(_("Changed by somebody else in the meantime."))


@transaction.atomic
def write_text(*, item: AgendaItem, text: str, version: int, by) -> AgendaItem:
    """Save the minutes of an agenda item as `by` typed them on top of `version`.

    Raises TextConflict when another text was saved since; the same text again is no conflict and no change.
    """
    require(by, Perm.RUN_MEETINGS)
    lock_writable(item.meeting)
    row = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    text = text.replace("\r\n", "\n").replace("\0", "").rstrip()
    if row.text == text:
        return row
    if row.text_version != version:
        raise TextConflict(row)
    row.text, row.text_by, row.text_at = text, by, timezone.now()
    row.text_version += 1
    row.full_clean()
    with history(by=by, action="minutes.write"):
        row.save(update_fields=["text", "text_by", "text_at", "text_version"])
    return row


@transaction.atomic
def send_draft(*, meeting: Meeting, by) -> Meeting:
    """Show the draft to the invited, who may comment until it is final."""
    require(by, Perm.RUN_MEETINGS)
    row = lock_writable(meeting)
    row.draft_sent_at = timezone.now()
    with history(by=by, action="minutes.draft"):
        row.save(update_fields=["draft_sent_at"])
    return row


@transaction.atomic
def comment(*, item: AgendaItem, text: str, by) -> Comment:
    """A remark of somebody who may see the meeting, while its minutes are a draft sent round."""
    if not Meeting.objects.visible_to(by).filter(pk=item.meeting_id).exists():
        raise PermissionDenied
    meeting = lock_writable(item.meeting)
    if meeting.draft_sent_at is None:
        raise ValidationError(_("The draft has not been sent round yet."))
    row = Comment(item=item, text=text.strip(), by=by)
    row.full_clean()
    with history(by=by, action="minutes.comment"):
        row.save()
    return row


@transaction.atomic
def finalise(*, meeting: Meeting, by) -> Meeting:
    """Lock the minutes with who and when. Points without text or decision go to the next meeting of the series."""
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if row.state != MeetingState.HELD:
        raise ValidationError(_("Mark the meeting as held first."))
    if not row.agenda.exclude(text="").exists() and not row.decisions.exists():
        raise ValidationError(_("Nothing is written and nothing decided yet."))
    row.state, row.final_at, row.final_by, row.state_at = MeetingState.FINAL, timezone.now(), by, timezone.now()
    with history(by=by, action="minutes.final"):
        decided = Decision.objects.filter(item=OuterRef("pk"))
        written = row.agenda.filter(finished__isnull=True).annotate(decided=Exists(decided))
        for item in written:
            item.finished = bool(item.text or item.decided or item.follow_up)
            item.save(update_fields=["finished"])
        row.save()
    carry_to_next(row, by=by)
    return row


@transaction.atomic
def approve(*, meeting: Meeting, by) -> Meeting:
    """The chair approves the final minutes."""
    require(by, Perm.APPROVE_MINUTES)
    row = lock(meeting)
    if row.state != MeetingState.FINAL:
        raise ValidationError(_("Only final minutes can be approved."))
    if row.approved_at:
        raise ValidationError(_("These minutes are approved already."))
    row.approved_at, row.approved_by = timezone.now(), by
    with history(by=by, action="minutes.approve"):
        row.save(update_fields=["approved_at", "approved_by"])
    return row


@transaction.atomic
def amend(*, meeting: Meeting, text: str, reason: str, by, item: AgendaItem | None = None) -> Amendment:
    """Add a numbered correction to final minutes; the text stays as it was."""
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if row.state != MeetingState.FINAL:
        raise ValidationError(_("The minutes are not final: change the text itself."))
    number = (row.amendments.aggregate(n=Max("number"))["n"] or 0) + 1
    made = Amendment(meeting=row, item=item, number=number, text=text.strip(), reason=reason_given(reason), by=by)
    made.full_clean()
    with history(by=by, action="minutes.amend", reason=made.reason):
        made.save()
    return made
