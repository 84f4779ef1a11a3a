"""Calendar files (RFC 5545): one meeting as invitation, change or cancellation, and a person's feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress

from meetings.choices import MeetingState
from meetings.models import Meeting

ICS_TYPE = "text/calendar; charset=utf-8"
_HOURS = dt.timedelta(hours=3)  # length of a meeting whose end is not known


def uid(meeting: Meeting) -> str:
    """The same for every file of a meeting, so that calendars replace the entry."""
    return f"{meeting.uuid}@{urlsplit(settings.PUBLIC_URL).hostname or 'tkpkd'}"


def _event(meeting: Meeting, url: str = "") -> Event:
    starts = timezone.localtime(meeting.starts)
    ends = timezone.localtime(meeting.ends) if meeting.ends else starts + _HOURS
    event = Event()
    event.add("uid", uid(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", timezone.now())
    event.add("summary", meeting.title)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.purpose:
        event.add("description", meeting.purpose)
    if url or meeting.link:
        event.add("url", url or meeting.link)
    # Asked for by RFC 5546 of every published or cancelled entry: who answers for it.
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event.add("organizer", vCalAddress(f"mailto:{address}"), parameters={"CN": name or "TKPKD"})
    off = meeting.state in (MeetingState.CANCELLED, MeetingState.POSTPONED)
    event.add("status", "CANCELLED" if off else "CONFIRMED" if meeting.state != MeetingState.PLANNED else "TENTATIVE")
    return event


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//TKPKD//meetings//ID")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def meeting_file(meeting: Meeting, url: str = "") -> bytes:
    """The file of one meeting; of a cancelled or postponed one it takes the entry away."""
    off = meeting.state in (MeetingState.CANCELLED, MeetingState.POSTPONED)
    calendar = _calendar("CANCEL" if off else "PUBLISH")
    calendar.add_component(_event(meeting, url))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def feed(meetings: Iterable[Meeting], name: str) -> bytes:
    """All meetings with a time, as a calendar to subscribe to."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    for meeting in meetings:
        if meeting.starts:
            calendar.add_component(_event(meeting))
    if calendar.subcomponents:
        calendar.add_missing_timezones()
    return calendar.to_ical()
