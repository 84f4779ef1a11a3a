"""The meetings of a year: the next one and what it must see, the year line, decisions by state, topics."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.roles import Perm, access, require
from meetings import since
from meetings.actions import planning
from meetings.choices import COMING, UNFINISHED, DecisionState, MeetingState
from meetings.forms.meetings import TopicForm, waiting_topics
from meetings.material import last_meeting
from meetings.models import ActionItem, Decision, Meeting
from meetings.rows import moved_texts, shown
from meetings.views.finding import do
from meetings.views.tabs import home_tabs
from programs.figures import SMALL

STATE_MARKS = {
    MeetingState.PLANNED: ("", "calendar"),
    MeetingState.INVITED: ("warn", "envelope"),
    MeetingState.HELD: ("warn", "pencil"),
    MeetingState.FINAL: ("good", "check-circle"),
    MeetingState.POSTPONED: ("warn", "pause-circle"),
    MeetingState.CANCELLED: ("bad", "x-circle"),
}


@require_safe
def meeting_list(request):
    """Meetings of the chosen year that this person may see."""
    require(request.user, Perm.SEE_MEETINGS)
    user = request.user
    seen = Meeting.objects.visible_to(user)
    rows = list(
        seen.of_year(request.year)
        .select_related("series", "agency", "region")
        .annotate(
            decided=Count("decisions", distinct=True),
            todo=Count("items", filter=Q(items__state__in=UNFINISHED), distinct=True),
            given=Count("items", filter=~Q(items__state="draft"), distinct=True),
        )
        .order_by("starts", "month", "pk")
    )
    rows.sort(key=lambda m: (m.month or 13, m.starts.timestamp() if m.starts else float("inf"), m.pk))
    for row in rows:
        row.mark = STATE_MARKS[MeetingState(row.state)]
        row.month_name = MONTHS.get(row.month, "")
    runs = access(user).can(Perm.RUN_MEETINGS)
    coming = seen.filter(state__in=COMING, starts__gte=timezone.now()).order_by("starts").first()
    context = {
        "tabs": home_tabs("list", runs=runs),
        "rows": rows,
        "coming": coming,
        "coming_facts": _must_see(coming, user) if coming else [],
        # Figures of the whole city: whoever answers for an area sees only its own.
        "coming_figures": _figures_since(coming) if coming and access(user).can(Perm.SEE_FIGURES, region="") else None,
        "leads": runs or access(user).can(Perm.APPROVE_MINUTES),
        "decisions": _decisions(user, request.year),
        "runs": runs,
        "topics": list(waiting_topics()[:20]) if runs else [],
        "own_topics": [] if runs else list(waiting_topics().filter(by=user)[:20]),
        "topic_form": TopicForm(),
        "may_direct": access(user).can(Perm.APPROVE_MINUTES),
    }
    return render(request, "meetings/meeting_list.html", context)


def _must_see(meeting: Meeting, user) -> list[dict]:
    """What the next meeting has to look at: open and overdue items of its series, topics that wait."""
    items = ActionItem.objects.visible_to(user).unfinished()
    if meeting.series_id:
        items = items.filter(meeting__series=meeting.series_id)
    today = timezone.localdate()
    counts = items.aggregate(
        open=Count("pk", distinct=True),
        late=Count("pk", filter=Q(due__lt=today), distinct=True),
        wait=Count("pk", filter=Q(state="proposed"), distinct=True),
    )
    base = reverse("meetings:action_list")
    series = f"&series={meeting.series.uuid}" if meeting.series_id else ""
    return [
        {"label": _("Open follow-up"), "n": counts["open"], "url": f"{base}?who=all&show=all{series}"},
        {"label": _("Overdue"), "n": counts["late"], "url": f"{base}?who=all&show=overdue{series}"},
        {"label": _("Wait for confirmation"), "n": counts["wait"], "url": f"{base}?who=all&show=waiting{series}"},
    ]


def _figures_since(meeting: Meeting) -> dict:
    """Figures of the city since the last meeting of the series, small numbers hidden: the page opens to many."""
    last, today = last_meeting(meeting), timezone.localdate()
    day = timezone.localtime(last.starts).date() if last else today.replace(month=1, day=1)
    start = max(day, today.replace(month=1, day=1) - dt.timedelta(days=1))
    total, target = since.target_between(start, today)
    best = max(since.reached_between(start, today), key=lambda m: m.more, default=None)
    return {
        "day": day,
        "last": last,
        "reached": shown(target.now, False, total),
        "total": total,
        "more": moved_texts(target.then, target.now)[2],
        "spent": since.spent_between(start, today),
        "best": best if best and best.more >= SMALL else None,
    }


def _decisions(user, year: int) -> list[dict]:
    counts = dict(
        Decision.objects.visible_to(user)
        .filter(year=year)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk", distinct=True))
    )
    base = reverse("meetings:decision_list")
    return [
        {"label": label, "n": counts.get(state, 0), "url": f"{base}?year={year}&state={state}"}
        for state, label in DecisionState.choices
    ]


@require_POST
def topic_propose(request):
    """Bring a topic into the backlog."""
    require(request.user, Perm.SEE_MEETINGS)
    form = TopicForm(request.POST)
    back = reverse("meetings:meeting_list")
    if not form.is_valid():
        return do(request, lambda: form.full_clean(), back=back, done=_("Write the topic."))
    return do(
        request,
        lambda: planning.propose_topic(by=request.user, **form.cleaned_data) and None,
        back=back,
        done=_("The secretariat has your topic."),
    )


@require_POST
def year_copy(request):
    """Plan this year's meetings as those of the year before."""
    require(request.user, Perm.RUN_MEETINGS)
    year = request.year
    return do(
        request,
        lambda: planning.copy_year(source=year - 1, target=year, by=request.user) and None,
        back=f"{reverse('meetings:meeting_list')}?year={year}",
    )
