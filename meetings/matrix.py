"""Matriks tindak lanjut: action items as the printed table that is read out at the start of the next meeting."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AccessKind
from core.dates import tanggal
from core.history import record_access
from core.models import CitySettings
from core.sheets import XLSX_TYPE, Footer, ReportColumn, ReportSheet, Signer, safe_file_name, write_report
from meetings.choices import ItemState
from meetings.measures import progress_of
from meetings.models import ActionItem
from meetings.rows import item_mark, progress_text

MOST_ROWS = 5_000


def columns() -> list[ReportColumn]:
    """The columns of the matrix, in the order of the form."""
    return [
        ReportColumn("no", _("No."), "int", width=5, centred=True),
        ReportColumn("decision", _("Decision"), width=30),
        ReportColumn("title", _("Follow-up"), width=34),
        ReportColumn("who", _("Responsible"), width=22),
        ReportColumn("due", _("Target date"), width=16),
        ReportColumn("progress", _("Progress"), width=16),
        ReportColumn("state", _("Status"), width=18),
        ReportColumn("obstacle", _("Obstacle"), width=26),
        ReportColumn("note", _("Remarks"), width=26),
    ]


def rows(items: Iterable[ActionItem], *, whole: bool) -> list[tuple]:
    """The cells of each item. `whole`: the reader may see names in the whole city, so no small count is hidden."""
    items = list(items)
    progress = progress_of(items)
    today = timezone.localdate()
    found = []
    for n, item in enumerate(items, 1):
        item.progress = progress.get(item.pk)
        who = item.agency.short_name if item.agency else str(item.region or "")
        found.append(
            (
                n,
                f"{item.decision.number}: {item.decision.title}" if item.decision else str(item.meeting or ""),
                item.title,
                f"{who} ({item.owner})" if item.owner else who,
                tanggal(item.due, short=True) if item.due else "",
                progress_text(item, whole),
                item_mark(item, today)[2],
                item.obstacle,
                _remark(item),
            )
        )
    return found


def _remark(item: ActionItem) -> str:
    parts = []
    if item.extensions:
        parts.append(
            _("extended %(n)s times, first due %(day)s") % {"n": item.extensions, "day": tanggal(item.first_due)}
        )
    if item.state == ItemState.DONE:
        parts.append(_("closed %(day)s") % {"day": tanggal(timezone.localtime(item.done_at).date())})
    if item.close_reason:
        parts.append(item.close_reason)
    elif item.proof:
        parts.append(item.proof)
    return "; ".join(parts)


def sheet(cells: list[tuple], *, title: str, subtitles: list[str], who: str, when: dt.datetime) -> ReportSheet:
    """The matrix as a printed sheet with letterhead and signer of the city."""
    city = CitySettings.load()
    letterhead, signers = [], []
    if city:
        letterhead = [t for t in (city.government_name.upper(), city.planning_agency.upper(), city.address) if t]
        signers = [
            Signer(
                post=city.signer_title or city.planning_agency,
                name=city.signer_name,
                rank=city.signer_rank,
                nip=city.signer_nip,
                place=city.place,
                day=timezone.localdate(),
            )
        ]
    return ReportSheet(
        name=_("Follow-up"),
        title=title,
        columns=columns(),
        rows=cells,
        subtitles=subtitles,
        letterhead=letterhead,
        column_numbers=True,
        signers=signers,
        footer=Footer(
            source=f"{city.team_name} {city.home_region}" if city else "",
            data_date=timezone.localdate(),
            printed_by=who,
            printed_at=when,
        ),
        frozen=3,
    )


def matrix_response(found, *, when: dt.datetime) -> HttpResponse:
    """The filtered items as a workbook. `found`: a valid `FollowUp`."""
    items = found.queryset().order_by("due", "pk")[:MOST_ROWS]
    cells = rows(items, whole=found.sees_everywhere)
    title = _("Follow-up matrix")
    target = io.BytesIO()
    subtitles = [_("Year %(year)s") % {"year": found.year}]
    write_report(target, [sheet(cells, title=title, subtitles=subtitles, who=str(found.user), when=when)])
    record_access(found.user, AccessKind.EXPORT, title, filters=found.query(), rows=len(cells))
    response = HttpResponse(target.getvalue(), content_type=XLSX_TYPE)
    name = safe_file_name(f"{title} {timezone.localdate():%Y-%m-%d}")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
