"""Attendance of agencies over a year: which came to which meeting, counted, as a page and as a sheet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import tanggal
from core.models import Agency, CitySettings
from core.papers import letterhead
from core.sheets import Footer, ReportColumn, ReportSheet, write_report
from meetings.choices import Answer, MeetingState
from meetings.models import Attendance, Invitation, Meeting

# What became of an invitation; the order is that of preference where an agency was invited more than once.
PRESENT, LATE, SUBSTITUTE, EXCUSED, ABSENT = "present", "late", "substitute", "excused", "absent"
_BEST = (PRESENT, LATE, SUBSTITUTE, EXCUSED, ABSENT)
CAME = (PRESENT, LATE, SUBSTITUTE)
MARKS = {
    PRESENT: ("good", "check-circle"),
    LATE: ("warn", "clock-history"),
    SUBSTITUTE: ("good", "person-check"),
    EXCUSED: ("", "dash-circle"),
    ABSENT: ("bad", "x-circle"),
}


def words(key: str) -> str:
    """A mark in words."""
    return {
        PRESENT: _("present"),
        LATE: _("late"),
        SUBSTITUTE: _("substitute"),
        EXCUSED: _("excused"),
        ABSENT: _("without word"),
    }[key]


@dataclass
class AgencyYear:
    """One agency: `cells` by meeting id, counts."""

    agency: Agency
    cells: dict[int, str] = field(default_factory=dict)

    def count(self, *keys: str) -> int:
        """How many meetings ended so."""
        return sum(1 for cell in self.cells.values() if cell in keys)

    @property
    def invited(self) -> int:
        """Meetings the agency was invited to."""
        return len(self.cells)

    @property
    def came(self) -> int:
        """Meetings where somebody of the agency was."""
        return self.count(*CAME)


@dataclass
class Year:
    """The meetings held in a year, oldest first, and the agencies invited to them."""

    meetings: list[Meeting]
    agencies: list[AgencyYear]


def presence_of(year: int, user) -> Year:
    """Attendance at the held meetings of `year` that `user` may see; copies (tembusan) do not count."""
    held = Meeting.objects.visible_to(user).of_year(year).filter(state__in=[MeetingState.HELD, MeetingState.FINAL])
    meetings = list(held.order_by("starts", "pk"))
    invitations = Invitation.objects.filter(meeting__in=[m.pk for m in meetings], agency__isnull=False, copy_only=False)
    invitations = invitations.select_related("agency").order_by("meeting__starts", "meeting_id", "pk")
    came = Attendance.objects.filter(meeting__in=[m.pk for m in meetings], withdrawn=False)
    by_invitation = {a.invitation_id: a for a in came if a.invitation_id}
    by_agency = {(a.meeting_id, a.agency_id): a for a in came if a.agency_id}
    found: dict[int, AgencyYear] = {}
    for one in invitations:
        row = found.setdefault(one.agency_id, AgencyYear(one.agency))
        here = by_invitation.get(one.pk) or by_agency.get((one.meeting_id, one.agency_id))
        mark = _mark(here, one)
        old = row.cells.get(one.meeting_id)
        if old is None or _BEST.index(mark) < _BEST.index(old):
            row.cells[one.meeting_id] = mark
    return Year(meetings, sorted(found.values(), key=lambda row: (row.agency.short_name.casefold(), row.agency.pk)))


def _mark(here: Attendance | None, invitation: Invitation) -> str:
    if here is None:
        return EXCUSED if invitation.answer == Answer.DECLINE else ABSENT
    return SUBSTITUTE if here.substitute else LATE if here.late else PRESENT


def write_sheet(found: Year, *, year: int, who: str, when: dt.datetime, target: BinaryIO) -> None:
    """The same as a printed sheet: agencies down, meetings across, counts at the end."""
    city = CitySettings.load()
    columns = [
        ReportColumn("no", _("No."), "int", width=5, centred=True),
        ReportColumn("agency", _("Agency"), width=30),
        *(
            ReportColumn(f"m{m.pk}", f"{tanggal(timezone.localtime(m.starts).date(), short=True)} {m.title}", width=15)
            for m in found.meetings
        ),
        ReportColumn("invited", _("Invited"), "int", width=9),
        ReportColumn("came", _("Present"), "int", width=9),
        ReportColumn("share", _("Share"), "percent", width=9),
    ]
    rows = [
        (
            n,
            row.agency.name,
            *(words(row.cells[m.pk]) if m.pk in row.cells else "" for m in found.meetings),
            row.invited,
            row.came,
            row.came / row.invited,
        )
        for n, row in enumerate(found.agencies, 1)
    ]
    kop = letterhead()
    title = _("Attendance of agencies %(year)s") % {"year": year}
    sheet = ReportSheet(
        name=_("Attendance"),
        title=title,
        columns=columns,
        rows=rows,
        letterhead=[text for text in (kop["city"].upper(), kop["agency"].upper(), kop["address"]) if text],
        footer=Footer(
            source=f"{city.team_name} {city.home_region}" if city else "",
            data_date=timezone.localdate(),
            printed_by=who,
            printed_at=when,
        ),
        frozen=2,
    )
    write_report(target, [sheet])
