"""The annual action plan (RAT) and the realisation by agency, from `programs.plans`.

Money and output hold for the whole city, whatever area is asked for. Programmes that give goods, and those for groups
and areas, stand apart, each counted once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import tanggal
from core.sheets import ReportColumn, ReportRow, ReportSheet
from programs.choices import PLAN_SETTLED, QUARTERS
from programs.models import ProgramFunding, ProgramYear
from programs.plans.duties import duties_of
from programs.plans.quarters import (
    ROMAN,
    SHAPES,
    Board,
    Source,
    Values,
    boards,
    quarter_end,
    source_label,
    values_of,
)
from programs.plans.reading import with_plan
from reports.workbooks.asking import ReportRequest, paper
from reports.workbooks.names import ReportKind, register


def years_of(year: int) -> list[ProgramYear]:
    """The programme years of a year with their plans, by agency and name."""
    found = with_plan(ProgramYear.objects.filter(year=year).select_related("program__benefit_kind"))
    return list(found.order_by("owner__name", "program__name", "pk"))


def sources_of(years: Iterable[ProgramYear]) -> list[Source]:
    """Every source of funds that some plan has, in one order."""
    return sorted({(each.sponsor, each.source) for year in years for each in year.ceilings})


def _grouped(years: list[ProgramYear], cells, width: int) -> list:
    """Rows numbered through, under a heading for each agency; `cells(year)`: what follows number and name."""
    rows, owner = [], None
    for n, year in enumerate(years, 1):
        if year.owner_id != owner:
            owner = year.owner_id
            rows.append(ReportRow([None, year.owner.name, *[None] * (width - 2)], "section"))
        rows.append([n, year.program.name, *cells(year)])
    return rows


def _head() -> list[ReportColumn]:
    return [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("program", _("Agency / programme"), width=30),
    ]


def _money_columns(sources: list[Source], group: str, key: str) -> list[ReportColumn]:
    columns = [
        ReportColumn(
            f"{key}_{sponsor}_{source}", source_label((sponsor, source)), "rupiah", groups=(group,), total="sum"
        )
        for sponsor, source in sources
    ]
    return [*columns, ReportColumn(key, _("All sources"), "rupiah", groups=(group,), total="sum")]


# --- RAT -------------------------------------------------------------------------------------------------------------


def _rat(request: ReportRequest) -> list[ReportSheet]:
    years = years_of(request.period.year)
    sheets = [_plan_sheet(request, years), _money_sheet(request, years), _schedule_sheet(request, years)]
    changed = _changes_sheet(request)
    return [*sheets, *changed, _last_year_sheet(request)]


def _title(request: ReportRequest) -> dict:
    return {
        "subtitles": [f"{request.region}, " + _("Year %(year)s") % {"year": request.period.year}],
        "column_numbers": True,
        "frozen": 2,
        **paper(request),
    }


def _plan_sheet(request: ReportRequest, years: list[ProgramYear]) -> ReportSheet:
    columns = [
        *_head(),
        ReportColumn("code", _("Code"), "code"),
        ReportColumn("sub", _("Programme / activity / sub-activity"), width=34),
        ReportColumn("indicator", _("Indicator"), width=24),
        ReportColumn("target", _("Target"), "int"),
        ReportColumn("unit", _("Unit"), width=11),
        ReportColumn("places", _("Locations"), width=22),
        ReportColumn("ceiling", _("Ceiling (Rp)"), "rupiah", total="sum"),
        ReportColumn("source", _("Source of funds"), width=18),
        ReportColumn("cluster", _("Cluster"), width=9, centred=True),
        ReportColumn("strategy", _("Strategy"), width=9, centred=True),
        ReportColumn("state", _("State"), width=13),
    ]

    def cells(year: ProgramYear) -> list:
        ceilings = {(each.sponsor, each.source): each.ceiling for each in year.ceilings}
        names = (year.plan_program, year.plan_activity, year.plan_sub_activity)
        places = ", ".join(each.region.name for each in year.locations.all())
        return [
            year.plan_code,
            "\n".join(filter(None, names)),
            year.indicator,
            year.target,
            year.indicator_unit,
            places or _("The whole city"),
            sum(ceilings.values()) if ceilings else None,
            ", ".join(source_label(source) for source in sorted(ceilings)),
            year.program.cluster.code,
            year.program.strategy.code.upper(),
            year.get_plan_state_display(),
        ]

    open_ = sum(year.plan_state not in PLAN_SETTLED for year in years)
    notes = [_("Plans not verified yet: %(n)s.") % {"n": open_}] if open_ else []
    return ReportSheet(
        name=_("Plan"),
        title=_("Annual action plan for poverty reduction"),
        columns=columns,
        rows=_grouped(years, cells, len(columns)),
        total_label=_("Total"),
        notes=[*notes, _("Cluster: Perpres 15/2010. Strategy: Permendagri 53/2020 article 17.")],
        **_title(request),
    )


def _money_sheet(request: ReportRequest, years: list[ProgramYear]) -> ReportSheet:
    sources = sources_of(years)
    columns = [
        *_head(),
        *_money_columns(sources, _("Ceiling (Rp)"), "ceiling"),
        ReportColumn("cost", _("Unit cost (Rp)"), "rupiah", width=14),
    ]

    def cells(year: ProgramYear) -> list:
        ceilings = {(each.sponsor, each.source): each.ceiling for each in year.ceilings}
        whole = sum(ceilings.values()) if ceilings else None
        return [*(ceilings.get(source) for source in sources), whole, year.unit_amount]

    return ReportSheet(
        name=_("Ceilings by source"),
        title=_("Ceilings by source of funds"),
        columns=columns,
        rows=_grouped(years, cells, len(columns)),
        total_label=_("Total"),
        **_title(request),
    )


def _schedule_sheet(request: ReportRequest, years: list[ProgramYear]) -> ReportSheet:
    output, money = _("Output"), _("Rupiah")
    columns = [
        *_head(),
        ReportColumn("target", _("Target"), "int"),
        ReportColumn("unit", _("Unit"), width=11),
        *(ReportColumn(f"o{q}", ROMAN[q], "int", groups=(output,)) for q in QUARTERS),
        *(ReportColumn(f"m{q}", ROMAN[q], "rupiah", groups=(money,), total="sum") for q in QUARTERS),
        ReportColumn("all", _("Year"), "rupiah", groups=(money,), total="sum"),
    ]

    def cells(year: ProgramYear) -> list:
        rows = {each.quarter: each for each in year.schedule.all()}
        outputs = [rows[q].output if q in rows else None for q in QUARTERS]
        rupiah = [rows[q].money if q in rows else None for q in QUARTERS]
        whole = sum(rupiah) if rows and None not in rupiah else None
        return [year.target, year.indicator_unit, *outputs, *rupiah, whole]

    return ReportSheet(
        name=_("Schedule"),
        title=_("Schedule by quarter"),
        columns=columns,
        rows=_grouped(years, cells, len(columns)),
        total_label=_("Total"),
        notes=[_("What each quarter is to bring by itself.")],
        **_title(request),
    )


def _changes_sheet(request: ReportRequest) -> list[ReportSheet]:
    """Ceilings that were changed, with every version; no sheet when there are none."""
    rows = ProgramFunding.objects.filter(program_year__year=request.period.year).select_related("program_year__program")
    versions: dict[tuple, list[ProgramFunding]] = {}
    for each in rows.order_by("program_year__program__name", "program_year", "sponsor", "source", "version"):
        versions.setdefault((each.program_year_id, each.sponsor, each.source), []).append(each)
    changed = [each for found in versions.values() if len(found) > 1 for each in zip(found, found[1:], strict=False)]
    if not changed:
        return []
    columns = [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("program", _("Programme"), width=30),
        ReportColumn("source", _("Source of funds"), width=18),
        ReportColumn("before", _("Before (Rp)"), "rupiah", total="sum"),
        ReportColumn("after", _("After (Rp)"), "rupiah", total="sum"),
        ReportColumn("change", _("Change (Rp)"), "rupiah", total="sum"),
        ReportColumn("when", _("Since"), "date"),
        ReportColumn("reason", _("Reason"), width=40),
    ]
    cells = [
        [
            n,
            after.program_year.program.name,
            source_label((after.sponsor, after.source)),
            before.ceiling,
            after.ceiling,
            after.ceiling - before.ceiling,
            after.created.date(),
            after.reason,
        ]
        for n, (before, after) in enumerate(changed, 1)
    ]
    return [
        ReportSheet(
            name=_("Changed ceilings"),
            title=_("Changed ceilings"),
            columns=columns,
            rows=cells,
            total_label=_("Total"),
            **_title(request),
        )
    ]


def _last_year_sheet(request: ReportRequest) -> ReportSheet:
    """The RAT evaluates the year before."""
    before = request.period.year - 1
    found = boards(years_of(before), [4])
    columns = [
        *_head(),
        ReportColumn("target", _("Target"), "int"),
        ReportColumn("output", _("Output"), "int"),
        ReportColumn("unit", _("Unit"), width=11),
        ReportColumn("reached", _("Output ÷ target"), "percent"),
        ReportColumn("ceiling", _("Ceiling (Rp)"), "rupiah", total="sum"),
        ReportColumn("spent", _("Spent (Rp)"), "rupiah", total="sum"),
        ReportColumn("absorbed", _("Absorbed"), "percent", total="=IF({ceiling}=0,0,{spent}/{ceiling})"),
        ReportColumn("quarter", _("Up to quarter"), width=10, centred=True),
        ReportColumn("obstacle", _("Obstacle"), width=30),
    ]
    by_year = {board.program_year.pk: board for board in found}

    def cells(year: ProgramYear) -> list:
        said = _said(by_year[year.pk], 4)
        return [
            year.target,
            said.values.output,
            year.indicator_unit,
            _share(said.values.output, year.target),
            by_year[year.pk].ceiling,
            said.values.total,
            _share(said.values.total, by_year[year.pk].ceiling),
            said.quarter,
            said.values.obstacle,
        ]

    rows = _grouped([board.program_year for board in found], cells, len(columns))
    return ReportSheet(
        name=_("Year before"),
        title=_("What came of the plan of %(year)s") % {"year": before},
        columns=columns,
        rows=rows,
        total_label=_("Total"),
        notes=[_not_said()],
        **_title(request),
    )


def _not_said() -> str:
    return _("Submitted and verified figures alone; empty where an agency reported nothing.")


# --- realisation by agency -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What an agency reported of a programme: the newest submitted figures up to a quarter. quarter: I … IV, or ""."""

    values: Values
    quarter: str = ""
    state: str = ""


def _said(board: Board, until: int) -> Said:
    found = board.latest(until)
    if found is None:
        return Said(Values())
    quarter, row = found
    return Said(values_of(row), ROMAN[quarter], row.get_state_display())


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if whole and part is not None else None


def _quarter(request: ReportRequest) -> int:
    return (request.period.last.month + 2) // 3


def _realisation(request: ReportRequest) -> list[ReportSheet]:
    quarter = _quarter(request)
    found = boards(years_of(request.period.year), [quarter])
    sources = sources_of([board.program_year for board in found])
    return [
        _agency_sheet(request, found, quarter),
        _program_sheet(request, found, quarter),
        _source_sheet(request, found, sources, quarter),
        _words_sheet(request, found, quarter),
    ]


def _subtitles(request: ReportRequest, quarter: int) -> list[str]:
    end = quarter_end(request.period.year, quarter)
    year = _("Year %(year)s") % {"year": request.period.year}
    return [f"{request.region}, {year}", _("from January to %(day)s") % {"day": tanggal(end)}]


def _agency_sheet(request: ReportRequest, found: list[Board], quarter: int) -> ReportSheet:
    duties = {row.agency.pk: row.duties[f"q{quarter}"] for row in duties_of(request.period.year)}
    by_agency: dict[int, list[Board]] = {}
    for board in found:
        by_agency.setdefault(board.program_year.program.owner_id, []).append(board)
    columns = [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("agency", _("Agency"), width=40),
        ReportColumn("programs", _("Programmes"), "int", total="sum"),
        ReportColumn("handed", _("Reported"), "int", total="sum"),
        ReportColumn("late", _("of them late"), "int", total="sum"),
        ReportColumn("ceiling", _("Ceiling (Rp)"), "rupiah", total="sum"),
        ReportColumn("planned", _("Planned (Rp)"), "rupiah", total="sum"),
        ReportColumn("spent", _("Spent (Rp)"), "rupiah", total="sum"),
        ReportColumn("absorbed", _("Absorbed"), "percent", total="=IF({ceiling}=0,0,{spent}/{ceiling})"),
        ReportColumn("missing", _("Not reported"), width=34),
    ]
    rows = []
    agencies = sorted(by_agency.values(), key=lambda boards_: boards_[0].program_year.program.owner.name)
    for n, own in enumerate(agencies, 1):
        agency = own[0].program_year.program.owner
        duty = duties[agency.pk]
        ceiling = sum(board.ceiling or 0 for board in own)
        spent = sum(_said(board, quarter).values.total or 0 for board in own)
        rows.append(
            [
                n,
                agency.name,
                duty.total,
                duty.handed,
                duty.late_by,
                ceiling,
                sum(board.planned(quarter)[1] for board in own),
                spent,
                _share(spent, ceiling),
                ", ".join(each.program.short_name for each in duty.missing),
            ]
        )
    return ReportSheet(
        name=_("By agency"),
        title=_("Realisation by agency"),
        columns=columns,
        rows=rows,
        total_label=_("Total"),
        notes=[_not_said(), *_area_note(request)],
        **_title(request) | {"subtitles": _subtitles(request, quarter)},
    )


def _area_note(request: ReportRequest) -> list[str]:
    return [_("Money and output hold for the whole city.")] if request.prefix else []


def _by_shape(found: list[Board], cells, width: int) -> list:
    """Rows numbered through, under a heading for each way of reaching people; `cells(board)`: after the number."""
    rows, n = [], 0
    for shape, label in SHAPES.items():
        own = [board for board in found if board.shape == shape]
        if own:
            rows.append(ReportRow([None, str(label), *[None] * (width - 2)], "section"))
        for board in own:
            n += 1
            rows.append([n, board.program_year.program.name, *cells(board)])
    return rows


def _program_head() -> list[ReportColumn]:
    return [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("program", _("Programme"), width=32),
        ReportColumn("agency", _("Agency"), width=20),
    ]


def _program_sheet(request: ReportRequest, found: list[Board], quarter: int) -> ReportSheet:
    columns = [
        *_program_head(),
        ReportColumn("ceiling", _("Ceiling (Rp)"), "rupiah", total="sum"),
        ReportColumn("spent", _("Spent (Rp)"), "rupiah", total="sum"),
        ReportColumn("absorbed", _("Absorbed"), "percent", total="=IF({ceiling}=0,0,{spent}/{ceiling})"),
        ReportColumn("target", _("Target"), "int"),
        ReportColumn("output", _("Output"), "int"),
        ReportColumn("unit", _("Unit"), width=11),
        ReportColumn("reached", _("Output ÷ target"), "percent"),
        ReportColumn("people", _("Beneficiaries"), "int", width=12),
        ReportColumn("log", _("by the log"), "int"),
        ReportColumn("quarter", _("Up to quarter"), width=9, centred=True),
        ReportColumn("state", _("State"), width=14),
    ]

    def cells(board: Board) -> list:
        year, said = board.program_year, _said(board, quarter)
        return [
            year.owner.short_name,
            board.ceiling,
            said.values.total,
            _share(said.values.total, board.ceiling),
            year.target,
            said.values.output,
            year.indicator_unit,
            _share(said.values.output, year.target),
            said.values.beneficiaries,
            board.proposed(quarter),
            said.quarter,
            said.state or _("nothing came"),
        ]

    return ReportSheet(
        name=_("By programme"),
        title=_("Realisation by programme"),
        columns=columns,
        rows=_by_shape(found, cells, len(columns)),
        total_label=_("Total"),
        notes=[
            _not_said(),
            _("Beneficiaries: households or persons; of groups and areas the households served, outside coverage."),
            *_area_note(request),
        ],
        **_title(request) | {"subtitles": _subtitles(request, quarter)},
    )


def _source_sheet(request: ReportRequest, found: list[Board], sources: list[Source], quarter: int) -> ReportSheet:
    columns = [*_program_head(), *_money_columns(sources, _("Spent (Rp)"), "spent")]

    def cells(board: Board) -> list:
        values = _said(board, quarter).values
        return [board.program_year.owner.short_name, *(values.spent.get(source) for source in sources), values.total]

    return ReportSheet(
        name=_("By source"),
        title=_("Spending by source of funds"),
        columns=columns,
        rows=_by_shape(found, cells, len(columns)),
        total_label=_("Total"),
        notes=[_not_said()],
        **_title(request) | {"subtitles": _subtitles(request, quarter)},
    )


def _words_sheet(request: ReportRequest, found: list[Board], quarter: int) -> ReportSheet:
    """What agencies wrote beside their figures; programmes without a word are left out."""
    columns = [
        *_program_head(),
        ReportColumn("obstacle", _("Obstacle"), width=38),
        ReportColumn("follow_up", _("Follow-up"), width=38),
        ReportColumn("explanation", _("Explanation"), width=38),
    ]
    told = []
    for board in found:
        values = _said(board, quarter).values
        if values.obstacle or values.follow_up or values.explanation:
            told.append((board, values))
    rows = [
        [
            n,
            board.program_year.program.name,
            board.program_year.owner.short_name,
            values.obstacle,
            values.follow_up,
            values.explanation,
        ]
        for n, (board, values) in enumerate(told, 1)
    ]
    return ReportSheet(
        name=_("Obstacles"),
        title=_("Obstacles and follow-up"),
        columns=columns,
        rows=rows,
        **_title(request) | {"subtitles": _subtitles(request, quarter)},
    )


def _count(request: ReportRequest) -> int:
    return ProgramYear.objects.filter(year=request.period.year).count()


register(
    ReportKind(
        name="rat",
        label=gettext_lazy("Annual action plan (RAT)"),
        about=gettext_lazy(
            "Every programme: codes, indicator, target, locations, ceilings, schedule; the year before."
        ),
        icon="journal-check",
        lists_names=False,
        count=_count,
        build=_rat,
    )
)
register(
    ReportKind(
        name="realisasi",
        label=gettext_lazy("Realisation by agency"),
        about=gettext_lazy("Spent against ceiling and schedule, output and beneficiaries, by agency and by programme."),
        icon="graph-up-arrow",
        lists_names=False,
        count=_count,
        build=_realisation,
    )
)
