"""Planning: series, meetings through their stages, agenda, topics, and what is carried over to the next meeting."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, access, require
from meetings.actions import mails
from meetings.choices import COMING, NEXT, WRITABLE, Answer, MeetingState, TopicState
from meetings.models import AgendaItem, Decision, Invitation, Meeting, Series, Topic

S = MeetingState
MEETING_FIELDS = frozenset(
    "kind title number month starts ends place link purpose basis papers_due agency region group chair secretary "
    "note_taker series year signer signs_for".split()
)


def lock(meeting: Meeting) -> Meeting:
    """The meeting's row, held until the transaction ends."""
    return Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)


def lock_writable(meeting: Meeting) -> Meeting:
    """As `lock`; ValidationError when the minutes are final or the meeting does not take place."""
    row = lock(meeting)
    if row.state not in WRITABLE:
        if row.state == S.FINAL:
            raise ValidationError(_("The minutes are final. Write an amendment."), code="final")
        raise ValidationError(_("This meeting was postponed or cancelled."), code="off")
    return row


def reason_given(reason: str) -> str:
    """The reason without spaces around it; ValidationError when there is none."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Write the reason.")})
    return reason[:250]


@transaction.atomic
def save_series(*, by, series: Series | None = None, **values) -> Series:
    """Make a series of meetings, or change it. `values`: its fields."""
    require(by, Perm.RUN_MEETINGS)
    row = series or Series()
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    with history(by=by, action="series.save"):
        row.save()
    return row


@transaction.atomic
def plan_meeting(*, by, agenda: list[str] | None = None, **values) -> Meeting:
    """Plan a meeting. `values`: its fields; of a series its kind, place, purpose and basis are taken where left out.

    `agenda`: titles; None takes the template of the series. What is unfinished in the series comes on the agenda first.
    """
    require(by, Perm.RUN_MEETINGS)
    row = Meeting(created_by=by)
    _fill(row, values)
    if row.series:
        for name in ("kind", "place", "purpose", "basis", "agency"):
            if not getattr(row, name):
                setattr(row, name, getattr(row.series, name))
    _set_year(row)
    row.full_clean()
    titles = agenda if agenda is not None else (row.series.agenda if row.series else [])
    with history(by=by, action="meeting.plan", region=row.region_id or ""):
        row.save()
        carry_over(row)
        for title in titles:
            _append(row, title=title)
    return row


@transaction.atomic
def edit_meeting(*, meeting: Meeting, by, **values) -> Meeting:
    """Change a meeting that is not final.

    A changed time or place of one that was invited raises `sequence`, and all who were written to get the new file.
    With a new beginning the answers given so far no longer count.
    """
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if row.state in (S.FINAL, S.CANCELLED):
        raise ValidationError(_("A final or cancelled meeting is not changed any more."))
    before = (row.starts, row.ends, row.place, row.link, row.title)
    _fill(row, values)
    _set_year(row)
    moved = row.state == S.INVITED and (row.starts, row.ends, row.place, row.link, row.title) != before
    row.sequence += moved
    row.full_clean()
    with history(by=by, action="meeting.edit", region=row.region_id or ""):
        row.save()
        if moved and row.starts != before[0]:
            forget_answers(row)
        if moved:
            mails.write_invitations(row, changed=True)
    return row


def forget_answers(meeting: Meeting) -> None:
    """The meeting has another time: everybody is asked again. Inside the caller's history, which keeps the answers."""
    Invitation.objects.filter(meeting=meeting).exclude(answer=Answer.NONE).update(
        answer=Answer.NONE, substitute="", answer_reason="", answered_at=None
    )


def _fill(row: Meeting, values: dict) -> None:
    if unknown := set(values) - MEETING_FIELDS:
        raise TypeError(f"no fields of a meeting: {sorted(unknown)}")
    for name, value in values.items():
        setattr(row, name, value)


def _set_year(row: Meeting) -> None:
    if row.starts:
        local = timezone.localtime(row.starts)
        row.year, row.month = local.year, local.month


def _step(meeting: Meeting, to: str, by, *, reason: str = "", off: bool = False, **values) -> Meeting:
    """Take the stage `to`; `off`: the calendar entry goes away or comes back, so the file counts up."""
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if to not in NEXT[MeetingState(row.state)]:
        raise ValidationError(
            _("A meeting that is “%(state)s” cannot take this step.") % {"state": row.get_state_display()}, code="state"
        )
    row.state, row.state_reason, row.state_at = to, reason, timezone.now()
    row.sequence += off
    for name, value in values.items():
        setattr(row, name, value)
    _set_year(row)
    row.full_clean()
    with history(by=by, action=f"meeting.{to}", reason=reason, region=row.region_id or ""):
        row.save()
        if to in (S.POSTPONED, S.CANCELLED):
            mails.write_off(row)
    return row


@transaction.atomic
def hold(*, meeting: Meeting, by) -> Meeting:
    """The meeting took place."""
    return _step(meeting, S.HELD, by)


@transaction.atomic
def postpone(*, meeting: Meeting, by, reason: str, starts=None, ends=None) -> Meeting:
    """Put the meeting off: with a new time it is planned again at once, without one it waits as postponed.

    Its agenda, invitations and open follow-up stay with it; the calendar file counts up, who was written to is told.
    """
    reason = reason_given(reason)
    row = _step(meeting, S.POSTPONED, by, reason=reason, off=True)
    return replan(meeting=row, by=by, starts=starts, ends=ends) if starts else row


@transaction.atomic
def replan(*, meeting: Meeting, by, starts: dt.datetime, ends: dt.datetime | None = None) -> Meeting:
    """Give a postponed meeting its new time; it must be invited to again."""
    row = _step(meeting, S.PLANNED, by, reason=meeting.state_reason, off=True, starts=starts, ends=ends)
    with history(by=by, action="meeting.carry_over"):
        forget_answers(row)
        carry_over(row)
    return row


@transaction.atomic
def cancel(*, meeting: Meeting, by, reason: str) -> Meeting:
    """The meeting does not take place; what it had to discuss goes to the next one of its series."""
    row = _step(meeting, S.CANCELLED, by, reason=reason_given(reason), off=True)
    carry_to_next(row, by=by)
    return row


@transaction.atomic
def copy_year(*, source: int, target: int, by) -> list[Meeting]:
    """Plan the meetings of `source` again for `target`: same series, month and purpose, without days."""
    require(by, Perm.RUN_MEETINGS)
    if Meeting.objects.filter(year=target, state=S.PLANNED, starts__isnull=True).exists():
        raise ValidationError(_("%(year)s already has meetings that are planned without a day.") % {"year": target})
    made = []
    for old in Meeting.objects.filter(year=source).exclude(state=S.CANCELLED).order_by("starts", "pk"):
        values = {
            name: getattr(old, name)
            for name in ("kind", "title", "month", "place", "purpose", "basis", "papers_due", "agency", "region")
        }
        values["title"] = old.title.replace(str(source), str(target))
        made.append(plan_meeting(by=by, year=target, series=old.series, group=old.group, agenda=None, **values))
    if not made:
        raise ValidationError(_("%(year)s has no meeting to copy.") % {"year": source})
    return made


# --- agenda ----------------------------------------------------------------------------------------------------------


def _append(meeting: Meeting, **values) -> AgendaItem:
    last = meeting.agenda.aggregate(n=Max("order"))["n"] or 0
    row = AgendaItem(meeting=meeting, order=last + 1, **values)
    row.full_clean(validate_constraints=False)
    row.save()
    return row


@transaction.atomic
def add_agenda_item(
    *, meeting: Meeting, by, title: str, presenter=None, minutes_planned: int | None = None, topic: Topic | None = None
) -> AgendaItem:
    """Put a point at the end of the agenda. `topic`: from the backlog, which is then taken."""
    require(by, Perm.RUN_MEETINGS)
    row = lock_writable(meeting)
    with history(by=by, action="agenda.add"):
        item = _append(row, title=title, presenter=presenter, minutes_planned=minutes_planned, topic=topic)
        if topic:
            _take(topic)
    return item


def _take(topic: Topic) -> None:
    topic.state = TopicState.TAKEN
    topic.save(update_fields=["state"])


@transaction.atomic
def edit_agenda_item(*, item: AgendaItem, by, **values) -> AgendaItem:
    """Change title, presenter, planned minutes or whether it is finished."""
    require(by, Perm.RUN_MEETINGS)
    lock_writable(item.meeting)
    row = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    for name in ("title", "presenter", "minutes_planned", "finished"):
        if name in values:
            setattr(row, name, values[name])
    row.full_clean()
    with history(by=by, action="agenda.edit"):
        row.save()
    return row


@transaction.atomic
def move_agenda_item(*, item: AgendaItem, up: bool, by) -> None:
    """Change places with the neighbour above or below."""
    require(by, Perm.RUN_MEETINGS)
    lock_writable(item.meeting)
    items = list(item.meeting.agenda.order_by("order", "pk"))
    here = next(n for n, each in enumerate(items) if each.pk == item.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(items):
        return
    one, other = items[here], items[there]
    one.order, other.order = other.order, one.order
    with history(by=by, action="agenda.move"):
        for row in (one, other):
            row.save(update_fields=["order"])


@transaction.atomic
def drop_agenda_item(*, item: AgendaItem, by) -> None:
    """Take a point off the agenda about which nothing was written, decided or asked for; its topic waits again."""
    require(by, Perm.RUN_MEETINGS)
    lock_writable(item.meeting)
    if item.text or item.decisions.exists() or item.items.exists() or item.carried_to.exists():
        raise ValidationError(_("Something was written or decided about this point: it stays on the agenda."))
    with history(by=by, action="agenda.drop"):
        if item.topic:
            item.topic.state = TopicState.PROPOSED
            item.topic.save(update_fields=["state"])
        item.delete()


# --- carry-over ------------------------------------------------------------------------------------------------------


def unfinished_before(meeting: Meeting):
    """Agenda items of earlier meetings of the series that are unfinished and stand on no later agenda.

    Of meetings that were held nothing written, nothing decided counts as unfinished; of cancelled ones everything.
    """
    decided = Decision.objects.filter(item=OuterRef("pk"))
    carried = AgendaItem.objects.filter(carried_from=OuterRef("pk")).exclude(meeting__state=S.CANCELLED)
    open_end = Q(finished=False) | Q(finished__isnull=True, text="") & ~Exists(decided)
    return (
        AgendaItem.objects.filter(
            Q(meeting__state__in=[S.HELD, S.FINAL, S.CANCELLED]) & open_end,
            meeting__series=meeting.series_id,
            follow_up=False,
        )
        .exclude(meeting=meeting)
        .exclude(Exists(carried))
        .order_by("meeting__starts", "order", "pk")
    )


def carry_over(meeting: Meeting) -> int:
    """Put the follow-up and what is unfinished in the series first on the agenda. Inside the caller's history.

    May be called again: what stands there already is not doubled. Returns how many points came.
    """
    if not meeting.series_id:
        return 0
    come = []
    if not meeting.agenda.filter(follow_up=True).exists():
        come.append(AgendaItem(meeting=meeting, title=_("Follow-up of earlier meetings"), follow_up=True))
    for old in unfinished_before(meeting):
        # Of a cancelled meeting that had carried it itself, the first of the chain is what is carried.
        origin = old.carried_from if old.carried_from_id and old.meeting.state == S.CANCELLED else old
        if not meeting.agenda.filter(carried_from=origin).exists() and all(c.carried_from != origin for c in come):
            come.append(
                AgendaItem(
                    meeting=meeting, title=old.title, presenter=old.presenter, carried_from=origin, topic=old.topic
                )
            )
    if not come:
        return 0
    stay = list(meeting.agenda.order_by("order", "pk"))
    follow = [i for i in stay if i.follow_up]
    for order, item in enumerate([*follow, *come, *(i for i in stay if not i.follow_up)], 1):
        item.order = order
        item.save()
    return len(come)


def carry_to_next(meeting: Meeting, *, by) -> Meeting | None:
    """Bring what `meeting` left to the next planned meeting of its series, where there is one."""
    if not meeting.series_id:
        return None
    coming = Meeting.objects.filter(series=meeting.series_id, state__in=COMING).exclude(pk=meeting.pk)
    target = coming.order_by("year", "starts", "month", "pk").first()
    if target:
        with history(by=by, action="meeting.carry_over"):
            carry_over(target)
    return target


# --- topics ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_topic(*, by, title: str, text: str = "", agency=None) -> Topic:
    """Bring a topic into the backlog. Whoever may see meetings may propose, for the own agency."""
    require(by, Perm.SEE_MEETINGS)
    if agency is None:
        agency = next((a.agency for a in access(by).assignments if a.agency_id), None) or by.agency
    row = Topic(title=" ".join(title.split()), text=text.strip(), agency=agency, by=by)
    row.full_clean()
    with history(by=by, action="topic.propose"):
        row.save()
    return row


@transaction.atomic
def refuse_topic(*, topic: Topic, by, reason: str) -> Topic:
    """Answer a topic that is not taken up."""
    require(by, Perm.RUN_MEETINGS)
    row = Topic.objects.select_for_update(of=("self",)).get(pk=topic.pk)
    if row.state != TopicState.PROPOSED:
        raise ValidationError(_("This topic has its answer already."))
    row.state, row.answer = TopicState.REFUSED, reason_given(reason)
    with history(by=by, action="topic.refuse", reason=row.answer):
        row.save()
    return row
