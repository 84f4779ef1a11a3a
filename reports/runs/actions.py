"""Keeping what was taken, and making the reports of a finished quarter."""

from __future__ import annotations

import datetime as dt
import io

from django.utils import timezone

from core.attachments import store
from core.contents import Content
from core.sheets import XLSX_TYPE
from reports.periods import parse_period
from reports.runs.models import ReportRun
from reports.workbooks import ReportRequest, write

# What the province reads each quarter; none of them names a household.
QUARTERLY = ("rekap-wilayah", "overlap", "ppke", "tindak-lanjut", "mutu-data")


def record_run(request: ReportRequest, *, period: str, rows: int, data: bytes | None) -> ReportRun:
    """Note that a report was taken; the file of one without names is kept, so that it can be had again as it was.

    Args:
        request: what was asked.
        period: as typed, `2026-Q3`.
        rows: data rows written.
        data: the workbook, None not to keep it.
    """
    kept = data is not None and not request.kind.lists_names and not request.unmasked
    return ReportRun.objects.create(
        name=request.name,
        period=period,
        area=request.area,
        unmasked=request.unmasked,
        rows=rows,
        sha256=store(Content(f"{request.name}.xlsx", XLSX_TYPE, data)) if kept else "",
        by=request.user,
    )


def finished_quarter(today: dt.date) -> str:
    """The quarter before that of `today`, as `2026-Q3`."""
    quarter = (today.month - 1) // 3
    return f"{today.year}-Q{quarter}" if quarter else f"{today.year - 1}-Q4"


def make_quarterly(today: dt.date | None = None) -> str:
    """Write the reports of the finished quarter that are not there yet; returns what was done.

    Small cells are hidden in them, because everybody who may see figures may open them.
    """
    text = finished_quarter(today or timezone.localdate())
    there = set(ReportRun.objects.filter(by=None, period=text).values_list("name", flat=True))
    made = 0
    for name in QUARTERLY:
        if name in there:
            continue
        request = ReportRequest(name=name, period=parse_period(text), user=None, public=True)
        if request.region is None:
            return ""
        target = io.BytesIO()
        rows = write(request, target)
        record_run(request, period=text, rows=rows, data=target.getvalue())
        made += 1
    return f"{made} reports of {text}" if made else ""
