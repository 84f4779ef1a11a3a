"""The recapitulation by area as it was known on an earlier day, from the figures that were kept that day."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.models import Region
from core.sheets import ReportColumn, ReportSheet
from programs import figures
from reports.models import FigureSnapshot
from reports.workbooks.asking import ReportRequest, paper


def check(request: ReportRequest) -> None:
    """Raise ValidationError unless the figures of that day and year were kept."""
    period, day = request.period, request.known_at
    if (period.first.month, period.last.month) != (1, 12):
        raise ValidationError(_("Figures of past days are kept for whole years. Leave out quarter and half year."))
    if not FigureSnapshot.objects.filter(day=day, year=period.year).exists():
        raise ValidationError(
            _("The figures of %(day)s were not kept; leave the day out for what is known today.")
            % {"day": day.isoformat()}
        )


def build(request: ReportRequest) -> list[ReportSheet]:
    """Two sheets: every kelurahan, and every programme in the area asked for."""
    return [_by_village(request), _by_program(request)]


def _kept(request: ReportRequest, **more):
    return FigureSnapshot.objects.filter(day=request.known_at, year=request.period.year, **more)


def _hidden(rows: list[list], request: ReportRequest, first: int) -> list[list]:
    """Rows with a small count, or a small difference of two, hidden whole for readers without names."""
    if request.names:
        return rows
    columns = [[row[n] for row in rows] for n in range(first, len(rows[0]) if rows else first)]
    marks = [figures.hide_small(column) for column in columns]
    return [
        [*row[:first], *["<5"] * (len(row) - first)] if any(mark[n] is None for mark in marks) else row
        for n, row in enumerate(rows)
    ]


def _sheet(request: ReportRequest, name: str, label: str, rows: list[list], columns: list[ReportColumn]) -> ReportSheet:
    return ReportSheet(
        name=name,
        title=_("Recapitulation as known on a day"),
        subtitles=[f"{request.region}, {request.period.label}", date_format(request.known_at, "j F Y")],
        columns=[
            ReportColumn("no", _("No."), "int", width=6, centred=True),
            ReportColumn("what", label, width=34),
            *columns,
        ],
        rows=rows,
        column_numbers=True,
        notes=[_("Unit: households. Figures kept on that day; later entries and corrections do not change them.")],
        frozen=2,
        **paper(request),
    )


def _columns(*more: ReportColumn) -> list[ReportColumn]:
    return [
        ReportColumn("target", _("Target group"), "int", width=14),
        ReportColumn("reached", _("Reached"), "int", width=14),
        ReportColumn("missing", _("Not reached"), "int", width=14),
        *more,
    ]


def _by_village(request: ReportRequest) -> ReportSheet:
    villages = Region.objects.villages().in_area(request.prefix or request.region.code).order_by("code")
    kept = {row.area: row for row in _kept(request, bundle="all")}
    found = [(village.name, kept.get(village.code)) for village in villages]
    rows = [
        [n, name, *((row.target, row.reached, row.target - row.reached) if row else (0, 0, 0))]
        for n, (name, row) in enumerate(found, 1)
    ]
    return _sheet(request, _("By area"), _("Kelurahan"), _hidden(rows, request, 2), _columns())


def _by_program(request: ReportRequest) -> ReportSheet:
    kept = _kept(request, bundle__startswith="program-", area=request.prefix).order_by("label", "bundle")
    rows = [
        [n, row.label, row.target, row.reached, row.target - row.reached, row.receivers, row.outside]
        for n, row in enumerate(kept, 1)
    ]
    more = (
        ReportColumn("receivers", _("Receivers"), "int", width=14),
        ReportColumn("outside", _("Outside the target group"), "int", width=16),
    )
    return _sheet(request, _("By programme"), _("Programme"), _hidden(rows, request, 2), _columns(*more))
