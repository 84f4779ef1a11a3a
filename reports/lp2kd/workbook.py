"""The tables of the LP2KD as a workbook; its texts and pictures are in the written report (`reports.lp2kd`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.sheets import ReportSheet
from programs.models import ProgramYear
from reports.lp2kd.facts import collect
from reports.lp2kd.papers import sheets
from reports.workbooks.asking import ReportRequest
from reports.workbooks.names import ReportKind, register


def build(request: ReportRequest) -> list[ReportSheet]:
    """Every table of the report of the year, always for the whole city."""
    return sheets(collect(request.period.year), request)


register(
    ReportKind(
        name="lp2kd",
        label=_("Yearly report (LP2KD)"),
        about=_("Indicators, programmes and budget, coordination, targeting: the tables of the LP2KD."),
        icon="journal-text",
        lists_names=False,
        count=lambda request: ProgramYear.objects.filter(year=request.period.year).count(),
        build=build,
    )
)
