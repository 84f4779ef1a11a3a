"""The pages beside the list of meetings, as tabs above each."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _


def home_tabs(current: str, *, runs: bool) -> list[dict]:
    """List, calendar, attendance, the team; for the secretariat the series too."""
    tabs = [
        ("list", _("List"), "meetings:meeting_list"),
        ("calendar", _("Calendar"), "meetings:year_calendar"),
        ("presence", _("Attendance of agencies"), "meetings:presence_year"),
        ("team", _("The team"), "meetings:decree_list"),
    ]
    if runs:
        tabs.append(("series", _("Series"), "meetings:series_list"))
    return [
        {"label": label, "url": reverse(name), "current": key == current, "count": None} for key, label, name in tabs
    ]
