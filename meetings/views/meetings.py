"""One meeting: its page, planning it, its stages, its agenda."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.attachments import attachment_counts
from core.roles import Perm, access, require
from meetings.actions import planning
from meetings.choices import UNFINISHED, WRITABLE, ItemState, MeetingState
from meetings.forms.decisions import ReasonForm
from meetings.forms.items import QuickItemForm
from meetings.forms.meetings import AgendaForm, MeetingForm, StepForm, TakeTopicForm
from meetings.models import ActionItem, Meeting, Series, Topic
from meetings.people import attendance_of
from meetings.rows import decision_view, item_rows
from meetings.views.finding import (
    do,
    find_agenda_item,
    find_meeting,
    meeting_crumbs,
    meeting_url,
    run_form,
)
from meetings.views.home import STATE_MARKS

STEP_TITLES = {
    "postpone": gettext_lazy("Postpone the meeting"),
    "cancel": gettext_lazy("Cancel the meeting"),
    "replan": gettext_lazy("Plan the meeting anew"),
}


@require_safe
def meeting_detail(request, uuid):
    """Agenda with minutes, decisions with then and now, action items; beside it people, decisions, approval."""
    meeting = find_meeting(request, uuid)
    user = request.user
    runs = access(user).can(Perm.RUN_MEETINGS)
    agenda = list(
        meeting.agenda.select_related("presenter", "text_by", "carried_from__meeting").prefetch_related(
            "comments__by", "amendments"
        )
    )
    sees_text = meeting.state == MeetingState.FINAL or runs or bool(meeting.draft_sent_at) or _reads_all(user)
    for item in agenda:
        item.shown = item.text if sees_text else ""
        item.follow = follow_up(meeting, user) if item.follow_up else None
    decisions = list(
        meeting.decisions.select_related("household_set", "item").prefetch_related("agencies").order_by("sequence")
    )
    items = list(
        ActionItem.objects.visible_to(user)
        .filter(meeting=meeting)
        .select_related("agency", "region", "owner", "decision", "program_year__program")
        .order_by("due", "pk")
    )
    _made_at(agenda, decisions, items)
    mark = STATE_MARKS[MeetingState(meeting.state)]
    context = {
        "meeting": meeting,
        "mark": mark,
        "crumbs": meeting_crumbs(meeting),
        "tabs": meeting_tabs(meeting, "minutes", runs),
        "agenda": agenda,
        "sees_text": sees_text,
        "decisions": [decision_view(d, user) for d in decisions],
        "items": item_rows(items, user),
        "attendance": attendance_of(meeting),
        "amendments": list(meeting.amendments.select_related("item", "by")),
        "runs": runs,
        "writes": runs and meeting.state in WRITABLE,
        "may_final": runs and meeting.state == MeetingState.HELD,
        "may_approve": access(user).can(Perm.APPROVE_MINUTES)
        and meeting.state == MeetingState.FINAL
        and not meeting.approved_at,
        "may_direct": access(user).can(Perm.APPROVE_MINUTES) or runs,
        "takes_direction": meeting.state in (*WRITABLE, MeetingState.FINAL)
        and (access(user).can(Perm.APPROVE_MINUTES) or runs and meeting.state in WRITABLE),
        "may_comment": bool(meeting.draft_sent_at) and meeting.state in WRITABLE,
        "agenda_form": AgendaForm(),
        "quick_form": QuickItemForm(meeting=meeting),
    }
    return render(request, "meetings/meeting_detail.html", context)


def _made_at(agenda: list, decisions: list, items: list) -> None:
    """Give each point what was decided and handed out at it, and how many files it has."""
    files = attachment_counts("agenda", [item.uuid for item in agenda])
    for point in agenda:
        point.files = files.get(point.uuid, 0)
        point.made = [
            {"label": str(d), "url": reverse("meetings:decision_detail", args=[d.uuid]), "icon": "check2-all"}
            for d in decisions
            if d.item_id == point.pk
        ] + [
            {"label": i.title, "url": reverse("meetings:action_detail", args=[i.uuid]), "icon": "check2-square"}
            for i in items
            if i.agenda_item_id == point.pk
        ]


def _reads_all(user) -> bool:
    return any(not (s.region or s.agency or s.group) for s in access(user).grants.get(Perm.SEE_MEETINGS, ()))


def follow_up(meeting: Meeting, user) -> dict | None:
    """Action items of earlier meetings of the series that were unfinished when this one began (or are now)."""
    if not meeting.series_id:
        return None
    items = ActionItem.objects.visible_to(user).filter(meeting__series=meeting.series_id).exclude(meeting=meeting)
    items = items.exclude(state__in=[ItemState.DRAFT, ItemState.CANCELLED])
    if meeting.starts:
        items = items.filter(meeting__starts__lt=meeting.starts)
    if meeting.state in (MeetingState.HELD, MeetingState.FINAL):
        items = items.exclude(done_at__lt=meeting.starts)
    else:
        items = items.filter(state__in=UNFINISHED)
    rows = list(items.select_related("agency", "region", "owner", "decision", "meeting", "program_year__program"))
    rows.sort(key=lambda i: (i.due or timezone.localdate(), i.pk))
    return {"rows": item_rows(rows[:30], user), "n": len(rows)}


def meeting_tabs(meeting: Meeting, current: str, runs: bool) -> list[dict]:
    """Sections of a meeting's page."""
    uuid = meeting.uuid
    found = attendance_of(meeting)
    tabs = [
        ("minutes", _("Minutes"), meeting_url(meeting), None),
        ("people", _("Invitations"), reverse("meetings:invitation_list", args=[uuid]), found.invited),
        ("attendance", _("Attendance"), reverse("meetings:attendance_list", args=[uuid]), found.present or None),
        ("papers", _("Papers"), reverse("meetings:paper_list", args=[uuid]), None),
    ]
    if not runs:
        tabs = [tab for tab in tabs if tab[0] != "papers"]
    return [{"label": label, "url": url, "count": n, "current": key == current} for key, label, url, n in tabs]


# --- planning --------------------------------------------------------------------------------------------------------


def meeting_new(request):
    """Plan a meeting, alone or from the template of a series."""
    require(request.user, Perm.RUN_MEETINGS)
    initial = {"chair": "", "note_taker": str(request.user)}
    series = Series.objects.filter(uuid=request.GET["series"]).first() if _is_uuid(request.GET.get("series")) else None
    if series:
        initial |= {name: getattr(series, name) for name in ("kind", "place", "purpose", "basis")}
        initial |= {"series": series.uuid, "title": series.name, "agency": series.agency and series.agency.uuid}
    form = MeetingForm(request.POST or None, initial=initial)

    def act(values):
        made = planning.plan_meeting(by=request.user, year=request.year, **values)
        return meeting_url(made)

    return run_form(
        request,
        form,
        act,
        title=_("Plan a meeting"),
        back=reverse("meetings:meeting_list"),
        crumbs=[(_("Meetings"), reverse("meetings:meeting_list")), (_("Plan a meeting"), None)],
    )


def _is_uuid(text) -> bool:
    try:
        uuids.UUID(text or "")
    except ValueError:
        return False
    return True


def meeting_edit(request, uuid):
    """Change what is planned."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = MeetingForm(request.POST or None, meeting=meeting)
    return run_form(
        request,
        form,
        lambda values: planning.edit_meeting(meeting=meeting, by=request.user, **values) and None,
        title=_("Change the meeting"),
        back=meeting_url(meeting),
        crumbs=meeting_crumbs(meeting, (_("Change the meeting"), None)),
    )


def meeting_step(request, uuid, step):
    """Postpone, cancel or plan anew, each with what it asks for."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    if step not in STEP_TITLES:
        raise Http404
    act = {"postpone": planning.postpone, "cancel": planning.cancel, "replan": planning.replan}[step]
    form = StepForm(request.POST or None, step=step)
    return run_form(
        request,
        form,
        lambda values: act(meeting=meeting, by=request.user, **values) and None,
        title=str(STEP_TITLES[step]),
        back=meeting_url(meeting),
        crumbs=meeting_crumbs(meeting, (str(STEP_TITLES[step]), None)),
        facts=str(meeting),
    )


@require_POST
def meeting_hold(request, uuid):
    """The meeting took place."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    return do(request, lambda: planning.hold(meeting=meeting, by=request.user) and None, back=meeting_url(meeting))


# --- agenda ----------------------------------------------------------------------------------------------------------


@require_POST
def agenda_add(request, uuid):
    """A new point at the end of the agenda."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = AgendaForm(request.POST)
    back = f"{meeting_url(meeting)}#agenda"
    if not form.is_valid():
        return _refused(request, form, back)
    return do(
        request,
        lambda: planning.add_agenda_item(meeting=meeting, by=request.user, **form.cleaned_data) and None,
        back=back,
    )


def agenda_edit(request, uuid):
    """Change the words of a point, who presents it and how long it may take."""
    item = find_agenda_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    initial = {"title": item.title, "minutes_planned": item.minutes_planned}
    initial["presenter"] = item.presenter and item.presenter.uuid
    return run_form(
        request,
        AgendaForm(request.POST or None, initial=initial),
        lambda values: planning.edit_agenda_item(item=item, by=request.user, **values) and None,
        title=_("Change the agenda item"),
        back=f"{meeting_url(item.meeting)}#i-{item.uuid}",
        crumbs=meeting_crumbs(item.meeting, (_("Change the agenda item"), None)),
        facts=item.title,
    )


def _refused(request, form, back: str):
    """Say what is missing of a small form that stands inside a page."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(errors)}" if label else " ".join(errors))
    return redirect(back)


@require_POST
def agenda_step(request, uuid, step):
    """Move a point, take it off, or say whether it is finished."""
    item = find_agenda_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    user = request.user
    acts = {
        "up": lambda: planning.move_agenda_item(item=item, up=True, by=user),
        "down": lambda: planning.move_agenda_item(item=item, up=False, by=user),
        "drop": lambda: planning.drop_agenda_item(item=item, by=user),
        "carry": lambda: planning.edit_agenda_item(item=item, by=user, finished=False) and None,
        "finish": lambda: planning.edit_agenda_item(item=item, by=user, finished=True) and None,
    }
    if step not in acts:
        raise Http404
    return do(request, acts[step], back=f"{meeting_url(item.meeting)}#agenda")


# --- topics ----------------------------------------------------------------------------------------------------------


def topic_take(request, uuid):
    """Put a topic on the agenda of a coming meeting."""
    require(request.user, Perm.RUN_MEETINGS)
    topic = get_object_or_404(Topic, uuid=uuid)
    form = TakeTopicForm(request.POST or None)

    def act(values):
        meeting = values["meeting"]
        planning.add_agenda_item(
            meeting=meeting, by=request.user, title=topic.title, presenter=topic.agency, topic=topic
        )
        return meeting_url(meeting)

    return _topic_form(request, form, act, topic, _("Take up the topic"))


def topic_refuse(request, uuid):
    """Answer a topic that is not taken up."""
    require(request.user, Perm.RUN_MEETINGS)
    topic = get_object_or_404(Topic, uuid=uuid)
    form = ReasonForm(request.POST or None)
    return _topic_form(
        request,
        form,
        lambda values: planning.refuse_topic(topic=topic, by=request.user, **values) and None,
        topic,
        _("Do not take up the topic"),
    )


def _topic_form(request, form, act, topic: Topic, title: str):
    back = reverse("meetings:meeting_list")
    crumbs = [(_("Meetings"), back), (title, None)]
    return run_form(request, form, act, title=title, back=back, crumbs=crumbs, facts=topic.title)
