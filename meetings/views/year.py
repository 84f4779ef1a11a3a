"""The year of meetings as month grids, and the attendance of agencies over the year."""

from __future__ import annotations

import calendar
import datetime as dt
import io

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind
from core.history import history, record_access
from core.roles import Perm, access, require
from core.sheets import XLSX_TYPE, safe_file_name
from meetings import links, presence
from meetings.choices import MeetingState
from meetings.models import Meeting
from meetings.views.finding import meeting_url
from meetings.views.home import STATE_MARKS
from meetings.views.tabs import home_tabs


def _crumbs(title: str) -> list[tuple]:
    return [(_("Meetings"), reverse("meetings:meeting_list")), (title, None)]


# --- calendar --------------------------------------------------------------------------------------------------------


@require_safe
def year_calendar(request):
    """Twelve months with the meetings in sight; below each month its list, those without a day last."""
    require(request.user, Perm.SEE_MEETINGS)
    rows = list(Meeting.objects.visible_to(request.user).of_year(request.year).select_related("region"))
    for row in rows:
        row.day = timezone.localtime(row.starts).date() if row.starts else None
        row.mark = (*STATE_MARKS[MeetingState(row.state)], row.get_state_display())
        row.url = meeting_url(row)
    rows.sort(key=lambda m: (m.day or dt.date.max, m.starts.timestamp() if m.starts else 0, m.pk))
    title = _("Calendar %(year)s") % {"year": request.year}
    context = {
        "months": [_month(request.year, n, rows) for n in range(1, 13)],
        "unplaced": [row for row in rows if row.day is None and row.month is None],
        "total": len(rows),
        "weekdays": [(WEEKDAYS_ABBR[n], WEEKDAYS[n]) for n in range(7)],
        "title": title,
        "crumbs": _crumbs(title),
        "tabs": home_tabs("calendar", runs=access(request.user).can(Perm.RUN_MEETINGS)),
        "feed_url": links.feed_url(request.user),
    }
    return render(request, "meetings/year_calendar.html", context)


def _month(year: int, month: int, rows: list[Meeting]) -> dict:
    """Name, weeks of days, meetings. A day: number (0 outside the month), its meetings, link, whether it is today."""
    own = [row for row in rows if (row.day.month if row.day else row.month) == month]
    by_day: dict[dt.date, list[Meeting]] = {}
    for row in own:
        if row.day:
            by_day.setdefault(row.day, []).append(row)
    for row in own:
        first = row.day and by_day[row.day][0] is row
        row.anchor = f"d-{row.day:%Y-%m-%d}" if first else f"m-{row.uuid}"
    today = timezone.localdate()
    weeks = []
    for week in calendar.Calendar().monthdatescalendar(year, month):
        days = []
        for day in week:
            meetings = by_day.get(day, []) if day.month == month else []
            days.append(
                {
                    "n": day.day if day.month == month else 0,
                    "meetings": meetings,
                    "url": meetings[0].url if len(meetings) == 1 else f"#d-{day:%Y-%m-%d}",
                    "mark": meetings[0].mark[0] if len(meetings) == 1 else "",
                    "today": day == today,
                }
            )
        weeks.append(days)
    return {"number": month, "name": MONTHS[month], "weeks": weeks, "meetings": own}


@require_POST
def feed_renew(request):
    """Make the address of the own calendar feed useless and give a new one."""
    require(request.user, Perm.SEE_MEETINGS)
    user = request.user
    user.preferences = user.preferences | {"feed": user.preferences.get("feed", 1) + 1}
    with history(by=user, action="account.preferences"):
        user.save(update_fields=["preferences"])
    return redirect("meetings:year_calendar")


# --- attendance of agencies ------------------------------------------------------------------------------------------


@require_safe
def presence_year(request):
    """Agencies by meetings of the year."""
    require(request.user, Perm.SEE_MEETINGS)
    found = presence.presence_of(request.year, request.user)
    rows = [
        {
            "agency": row.agency,
            "cells": [_cell(row.cells.get(m.pk)) for m in found.meetings],
            "invited": row.invited,
            "came": row.came,
            "share": row.came / row.invited,
            "late": row.count(presence.LATE),
            "substitute": row.count(presence.SUBSTITUTE),
            "absent": row.count(presence.ABSENT),
        }
        for row in found.agencies
    ]
    title = _("Attendance of agencies %(year)s") % {"year": request.year}
    context = {
        "meetings": found.meetings,
        "rows": rows,
        "title": title,
        "crumbs": _crumbs(title),
        "tabs": home_tabs("presence", runs=access(request.user).can(Perm.RUN_MEETINGS)),
        "legend": [(*presence.MARKS[key], presence.words(key)) for key in presence.MARKS],
    }
    return render(request, "meetings/presence_year.html", context)


def _cell(key: str | None) -> tuple | None:
    return (*presence.MARKS[key], presence.words(key)) if key else None


@require_safe
def presence_export(request):
    """The same as a workbook, recorded."""
    require(request.user, Perm.SEE_MEETINGS)
    found = presence.presence_of(request.year, request.user)
    title = _("Attendance of agencies %(year)s") % {"year": request.year}
    target = io.BytesIO()
    presence.write_sheet(found, year=request.year, who=str(request.user), when=timezone.now(), target=target)
    record_access(request.user, AccessKind.EXPORT, title, rows=len(found.agencies))
    response = HttpResponse(target.getvalue(), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{safe_file_name(title)}"'
    return response
