"""Quality of the data by kelurahan: what is missing, how old it is, which pairs may be the same family."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Region
from core.sheets import ReportColumn, ReportSheet
from households.models import Household
from programs import figures
from reports.workbooks.asking import ReportRequest, paper
from reports.workbooks.names import ReportKind, register


def _villages(request: ReportRequest):
    return Region.objects.villages().in_area(request.prefix or request.region.code).order_by("code")


def _words() -> dict[str, str]:
    return {
        "kk": _("Without a family card number"),
        "nik": _("A member without NIK"),
        "birth_date": _("A member without birth date"),
        "rt": _("Without RT or RW"),
        "desil": _("Without a desil"),
        "coordinates": _("Without coordinates"),
        "stale": _("Not verified for 12 months"),
        "head": _("Without a head"),
    }


def _build(request: ReportRequest) -> list[ReportSheet]:
    words = _words()
    households = dict(
        Household.objects.active().in_area(request.prefix).order_by().values_list("region").annotate(n=Count("pk"))
    )
    rows: list[list] = []
    for n, village in enumerate(_villages(request), 1):
        found = {gap: count for gap, count, _params in figures.data_gaps(village.code)}
        rows.append([n, village.name, households.get(village.code, 0), *(found.get(gap, 0) for gap in words)])
    if not request.names:
        for column in range(2, len(words) + 3):
            hidden = figures.hide_small([row[column] for row in rows])
            for row, value in zip(rows, hidden, strict=True):
                row[column] = "<5" if value is None else value
    group = (_("Active households"),)
    return [
        ReportSheet(
            name=_("Data quality"),
            title=_("Quality of the household data"),
            subtitles=[str(request.region)],
            columns=[
                ReportColumn("no", _("No."), "int", width=6, centred=True),
                ReportColumn("region", _("Kelurahan"), width=24),
                ReportColumn("all", _("All"), "int", width=11, groups=group, total="sum"),
                *(ReportColumn(gap, label, "int", width=13, groups=group, total="sum") for gap, label in words.items()),
            ],
            rows=rows,
            column_numbers=True,
            total_label=_("Total"),
            notes=[
                _("Unit: households as they stand today, whatever the period. One household may lack several things.")
            ],
            frozen=2,
            **paper(request),
        )
    ]


register(
    ReportKind(
        name="mutu-data",
        label=gettext_lazy("Data quality"),
        about=gettext_lazy("What the data of each kelurahan lacks and how old they are."),
        icon="clipboard-check",
        lists_names=False,
        count=lambda request: _villages(request).count(),
        build=_build,
    )
)
