"""PPKE: what reached the families of extreme poverty, by strategy and by kelurahan (Inpres 4/2022, Inpres 8/2025)."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Region
from core.sheets import ReportColumn, ReportRow, ReportSheet
from households.models import Household
from programs import figures
from programs.models import Delivery, Program, ProgramClassification, ProgramFunding, SchemeItem, SchemeMapping
from reports.workbooks.asking import ReportRequest, paper
from reports.workbooks.figures import hide_cells
from reports.workbooks.lists import not_known, reached_in
from reports.workbooks.names import ReportKind, register

EXTREME_DESIL = 1  # the lowest tenth of the official ranking stands for extreme poverty; the sheet says so
SCHEME = "extreme"


def extreme_households(area: str = "") -> QuerySet:
    """Families of extreme poverty: status active, not merged, desil 1 of the present ranking. Unit: households."""
    return Household.objects.in_area(area).target_group(EXTREME_DESIL).order_by()


def strategies() -> dict[int, str]:
    """Programme → code of its strategy against extreme poverty: its own class, else what its strategy implies."""
    implied = dict(
        SchemeMapping.objects.filter(source__scheme="strategy", target__scheme=SCHEME).values_list(
            "source", "target__code"
        )
    )
    found = {
        pk: implied[strategy] for pk, strategy in Program.objects.values_list("pk", "strategy") if strategy in implied
    }
    own = ProgramClassification.objects.filter(item__scheme=SCHEME).values_list("program", "item__code")
    return found | dict(own)


def _reached(request: ReportRequest) -> QuerySet:
    return reached_in(request).filter(household__in=extreme_households(request.prefix).values("pk"))


def _by_program(request: ReportRequest) -> ReportSheet:
    period = request.period
    of = strategies()
    programs = list(
        Program.objects.filter(pk__in=of, years__year=period.year)
        .select_related("owner")
        .order_by("short_name", "pk")
        .distinct()
    )
    reached = dict(_reached(request).values_list("program").annotate(n=Count("household", distinct=True)).order_by())
    ceilings = _sums(
        ProgramFunding.objects.filter(program_year__year=period.year, current=True), "program_year__program", "ceiling"
    )
    deliveries = Delivery.objects.filter(date__range=(period.first, period.last), void=False)
    if request.prefix:
        households = Household.objects.in_area(request.prefix).values("pk")
        deliveries = deliveries.filter(assistance__counts_for__in=households)
    spent = _sums(deliveries, "assistance__program_year__program", "amount")
    poorest = _sums(
        deliveries.filter(assistance__counts_for__in=extreme_households(request.prefix).values("pk")),
        "assistance__program_year__program",
        "amount",
    )
    rows: list = []
    n = 0
    for item in SchemeItem.objects.filter(scheme=SCHEME).order_by("order", "code"):
        mine = [program for program in programs if of[program.pk] == item.code]
        rows.append(ReportRow([None, f"{item.code}. {item.name}", *[None] * 6], "section"))
        for program in mine:
            n += 1
            families = _small(reached.get(program.pk, 0), request)
            rows.append(
                [
                    n,
                    program.short_name,
                    program.owner.short_name,
                    families,
                    ceilings.get(program.pk),
                    spent.get(program.pk, 0),
                    families if isinstance(families, str) else poorest.get(program.pk, 0),
                    None,
                ]
            )
    return ReportSheet(
        name=_("By strategy"),
        title=_("Reducing extreme poverty (PPKE)"),
        subtitles=[f"{request.region}, {period.label}"],
        columns=[
            ReportColumn("no", _("No."), "int", width=6, centred=True),
            ReportColumn("program", _("Strategy / programme"), width=34),
            ReportColumn("agency", _("Agency"), width=20),
            ReportColumn("reached", _("Extremely poor households reached"), "int", width=16),
            ReportColumn("ceiling", _("Ceiling of the year (Rp)"), "rupiah", total="sum"),
            ReportColumn("spent", _("Handed over in the period (Rp)"), "rupiah", total="sum"),
            ReportColumn("poorest", _("of it to extremely poor households (Rp)"), "rupiah", total="sum"),
            ReportColumn("note", _("Remarks"), width=22),
        ],
        rows=rows,
        column_numbers=True,
        total_label=_("Total"),
        notes=[
            _("Extremely poor: households of desil %(n)s, status active, by the newest official ranking.")
            % {"n": EXTREME_DESIL},
            _("A household that several programmes reached counts in each; the second sheet counts it once."),
            *not_known(request),
        ],
        frozen=2,
        **paper(request),
    )


def _sums(rows: QuerySet, key: str, value: str) -> dict[int, int]:
    return {pk: n or 0 for pk, n in rows.order_by().values_list(key).annotate(n=Sum(value))}


def _small(n: int, request: ReportRequest):
    return "<5" if not request.names and 0 < n < figures.SMALL else n


def _by_village(request: ReportRequest) -> ReportSheet:
    of = strategies()
    codes = list(SchemeItem.objects.filter(scheme=SCHEME).order_by("order", "code").values_list("code", flat=True))
    households = dict(extreme_households(request.prefix).values_list("region").annotate(n=Count("pk")).order_by())
    by_code: dict[tuple[str, str], set[int]] = defaultdict(set)
    anyhow: dict[str, set[int]] = defaultdict(set)
    for region, household, program in (
        _reached(request).values_list("household__region", "household", "program").distinct()
    ):
        anyhow[region].add(household)
        if program in of:
            by_code[region, of[program]].add(household)
    villages = Region.objects.villages().in_area(request.prefix or request.region.code).order_by("code")
    rows: list[list] = []
    for n, village in enumerate(villages, 1):
        total, reached = households.get(village.code, 0), len(anyhow[village.code])
        parts = [len(by_code[village.code, code]) for code in codes]
        rows.append([n, village.name, total, *parts, reached, total - reached])
    if not request.names:
        last = 3 + len(codes)
        hide_cells(rows, range(2, last + 2), shares=((2, (last, last + 1)),))
    return ReportSheet(
        name=_("By kelurahan"),
        title=_("Extremely poor households by kelurahan"),
        subtitles=[f"{request.region}, {request.period.label}"],
        columns=[
            ReportColumn("no", _("No."), "int", width=6, centred=True),
            ReportColumn("region", _("Kelurahan"), width=26),
            ReportColumn("total", _("Extremely poor households"), "int", width=14, total="sum"),
            *(
                ReportColumn(
                    f"s{code}",
                    _("Strategy %(code)s") % {"code": code},
                    "int",
                    width=11,
                    total="sum",
                    groups=(_("Reached by"),),
                )
                for code in codes
            ),
            ReportColumn("reached", _("any programme"), "int", width=12, total="sum", groups=(_("Reached by"),)),
            ReportColumn("missing", _("Not reached"), "int", width=12, total="sum"),
        ],
        rows=rows,
        column_numbers=True,
        total_label=_("Total"),
        notes=[_("Unit: households, each counted once in a column."), *not_known(request)],
        frozen=2,
        **paper(request),
    )


register(
    ReportKind(
        name="ppke",
        label=gettext_lazy("Reducing extreme poverty (PPKE)"),
        about=gettext_lazy("Families of extreme poverty: reached, budget and realised, by strategy and kelurahan."),
        icon="clipboard-data",
        lists_names=False,
        count=lambda _request: Program.objects.count(),
        build=lambda request: [_by_program(request), _by_village(request)],
    )
)
