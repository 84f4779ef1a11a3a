"""The realisation of a quarter against ceiling, schedule, the other quarters and the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import figures
from programs.choices import QUARTERS, BenefitUnit, Fund, RealisationState, Sponsor
from programs.models import ProgramYear, Realisation
from programs.plans.reading import Face, ceiling_of

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
NUMBERS = ("output", "beneficiaries")
TEXTS = ("explanation", "obstacle", "follow_up")
FACES = {
    RealisationState.DRAFT: Face("", "pencil"),
    RealisationState.SUBMITTED: Face("warn", "hourglass-split"),
    RealisationState.RETURNED: Face("bad", "arrow-return-left"),
    RealisationState.VERIFIED: Face("good", "check-circle"),
}

Source = tuple[str, str]  # sponsor, source of funds
# How a programme reaches people: each is shown apart, and a benefit counts once in one of them.
SHAPES = {
    "money": gettext_lazy("Money to households and persons"),
    "goods": gettext_lazy("Goods and services to households and persons"),
    "group": gettext_lazy("Groups"),
    "area": gettext_lazy("Works in areas"),
}
TAGS = {"goods": gettext_lazy("in kind"), "group": gettext_lazy("groups"), "area": gettext_lazy("areas")}


def quarter_end(year: int, quarter: int) -> dt.date:
    """Last day of a quarter."""
    return dt.date(year, 12, 31) if quarter == 4 else dt.date(year, quarter * 3 + 1, 1) - dt.timedelta(days=1)


def quarter_begin(year: int, quarter: int) -> dt.date:
    """First day of a quarter."""
    return dt.date(year, quarter * 3 - 2, 1)


def quarter_of(year: int, today: dt.date) -> int:
    """The quarter a reader most likely wants: the last one of `year` that has ended, else the first."""
    return max((q for q in QUARTERS if quarter_end(year, q) < today), default=1)


def source_key(source: Source) -> str:
    """A source as a form field names it."""
    return f"spent_{source[0]}_{source[1]}"


def source_label(source: Source) -> str:
    """A source in words; the sponsor beside it where its name does not tell."""
    fund = Fund(source[1]).label
    return str(fund) if source[1] in _TELLS else f"{fund} ({Sponsor(source[0]).label})"


_TELLS = {Fund.APBN, Fund.APBD_PROVINCE, Fund.APBD_CITY, Fund.ZAKAT, Fund.CSR, Fund.DAK, Fund.DBH}


@dataclass(frozen=True)
class Values:
    """The figures of a realisation, cumulative: rupiah by source, output, beneficiaries, and the texts."""

    spent: dict[Source, int | None] = field(default_factory=dict)
    output: int | None = None
    beneficiaries: int | None = None
    explanation: str = ""
    obstacle: str = ""
    follow_up: str = ""

    @property
    def total(self) -> int | None:
        """Rupiah of all sources, None when none is known."""
        known = [amount for amount in self.spent.values() if amount is not None]
        return sum(known) if known else None

    def cells(self) -> dict[str, int | None]:
        """The figures by the names of form fields."""
        return {source_key(s): n for s, n in self.spent.items()} | {name: getattr(self, name) for name in NUMBERS}


def values_of(row: Realisation | None) -> Values:
    """What stands in a realisation; nothing for none. Uses its prefetched spending."""
    if row is None:
        return Values()
    spent = {(each.sponsor, each.source): each.amount for each in row.spending.all()}
    return Values(spent, *(getattr(row, name) for name in (*NUMBERS, *TEXTS)))


@dataclass
class Board:
    """Everything about the realisations of one programme year that a page, a check or a report asks.

    ceilings: source → ceiling in force; rows: quarter → realisation; log: quarter → what the log says;
    before: quarter → figures of the same quarter a year ago.
    """

    program_year: ProgramYear
    ceilings: dict[Source, int]
    rows: dict[int, Realisation] = field(default_factory=dict)
    log: dict[int, figures.LogSum] = field(default_factory=dict)
    before: dict[int, Values] = field(default_factory=dict)

    @property
    def ceiling(self) -> int | None:
        """All sources together, None without any."""
        return sum(self.ceilings.values()) if self.ceilings else None

    @property
    def shape(self) -> str:
        """One of SHAPES. In kind: goods were handed over by one of the quarters that the board knows."""
        unit = self.program_year.program.benefit_unit
        if unit in (BenefitUnit.GROUP, BenefitUnit.AREA):
            return str(unit)
        return "goods" if any(found.goods for found in self.log.values()) else "money"

    @property
    def tag(self) -> str:
        """What marks a programme that gives no money to households or persons, "" for one that does."""
        return str(TAGS.get(self.shape, ""))

    def values(self, quarter: int) -> Values:
        """What is written for a quarter."""
        return values_of(self.rows.get(quarter))

    def earlier(self, quarter: int) -> tuple[int, Values] | None:
        """The nearest earlier quarter with figures."""
        found = [q for q in self.rows if q < quarter]
        return (max(found), self.values(max(found))) if found else None

    def later(self, quarter: int) -> tuple[int, Values] | None:
        """The nearest later quarter with figures."""
        found = [q for q in self.rows if q > quarter]
        return (min(found), self.values(min(found))) if found else None

    def latest(self, until: int = 4) -> tuple[int, Realisation] | None:
        """The last quarter up to `until` that was submitted or verified."""
        good = (RealisationState.SUBMITTED, RealisationState.VERIFIED)
        found = [q for q, row in self.rows.items() if q <= until and row.state in good]
        return (max(found), self.rows[max(found)]) if found else None

    def planned(self, quarter: int) -> tuple[int, int]:
        """(output, rupiah) that the schedule foresees by the end of the quarter."""
        rows = [each for each in self.program_year.schedule.all() if each.quarter <= quarter]
        return sum(each.output for each in rows), sum(each.money for each in rows)

    def proposed(self, quarter: int) -> int | None:
        """Beneficiaries as the log knows them; None where the log cannot know (households that an area serves)."""
        found = self.log.get(quarter, figures.LogSum())
        unit = self.program_year.program.benefit_unit
        if unit == BenefitUnit.AREA:
            return None
        return found.households if unit == BenefitUnit.GROUP else found.units


def doubts(board: Board, quarter: int) -> list[str]:
    """What makes figures that were handed on look stale, in words: the same as a year ago, or as the quarter before.

    Nothing spent and nothing reached is no sign of either.
    """
    values = board.values(quarter)
    if not values.total:
        return []
    found = []
    if (ago := board.before.get(quarter)) and _alike(values, ago):
        found.append(_("the same figures as a year ago"))
    if (earlier := board.earlier(quarter)) and _alike(values, earlier[1]):
        found.append(_("unchanged since quarter %(n)s") % {"n": ROMAN[earlier[0]]})
    return found


def _alike(one: Values, other: Values) -> bool:
    return (one.total, one.output, one.beneficiaries) == (other.total, other.output, other.beneficiaries)


def boards(years: Iterable[ProgramYear], quarters: Iterable[int] = QUARTERS) -> list[Board]:
    """The boards of programme years read by `with_plan`, with the log of these quarters; few queries for all."""
    years = list(years)
    rows: dict[int, dict[int, Realisation]] = {}
    for row in Realisation.objects.filter(program_year__in=years).prefetch_related(Prefetch("spending")):
        rows.setdefault(row.program_year_id, {})[row.quarter] = row
    logs: dict[int, dict[int, figures.LogSum]] = {}
    ends = {(y.year, q) for y in years for q in quarters}
    for year, quarter in sorted(ends):
        of_year = [y for y in years if y.year == year]
        for pk, found in figures.log_until(of_year, quarter_end(year, quarter)).items():
            logs.setdefault(pk, {})[quarter] = found
    found, before = [], _year_before(years)
    for year in years:
        ceilings = getattr(year, "ceilings", None)
        if ceilings is None:
            ceilings = year.funding.filter(current=True).order_by("sponsor", "source")
        by_source = {(each.sponsor, each.source): each.ceiling for each in ceilings}
        ago = before.get((year.program_id, year.year - 1), {})
        found.append(Board(year, by_source, rows.get(year.pk, {}), logs.get(year.pk, {}), ago))
    return found


def _year_before(years: list[ProgramYear]) -> dict[tuple[int, int], dict[int, Values]]:
    """(programme, year) → quarter → figures, of the year before each of these."""
    found: dict[tuple[int, int], dict[int, Values]] = {}
    rows = Realisation.objects.filter(
        program_year__program__in=[y.program_id for y in years],
        program_year__year__in={y.year - 1 for y in years},
    )
    for row in rows.select_related("program_year").prefetch_related("spending"):
        key = (row.program_year.program_id, row.program_year.year)
        found.setdefault(key, {})[row.quarter] = values_of(row)
    return found


def board_of(program_year: ProgramYear, quarters: Iterable[int] = QUARTERS) -> Board:
    """The board of one programme year."""
    return boards([program_year], quarters)[0]


def problems(board: Board, quarter: int, values: Values, *, whole: bool) -> dict[str, str]:
    """What is wrong with the figures of a quarter: field → sentence.

    Figures are cumulative: lower than an earlier quarter, higher than a later one or above the ceiling needs an
    explanation. `whole`: they are to be submitted: nothing may be missing, and a difference from the log needs one too.
    """
    found: dict[str, str] = {}
    if not values.explanation:
        _compare(board, quarter, values, found)
    if not whole:
        return found
    for source in board.ceilings:
        if values.spent.get(source) is None:
            found.setdefault(source_key(source), _("Write what was spent; 0 when nothing was."))
    for name in NUMBERS:
        if getattr(values, name) is None:
            found.setdefault(name, _("Write a number; 0 when nobody was reached."))
    proposed = board.proposed(quarter)
    if proposed is not None and values.beneficiaries not in (None, proposed) and not values.explanation:
        found.setdefault("beneficiaries", _("The log knows %(n)s. Explain the difference.") % {"n": proposed})
    return found


def _compare(board: Board, quarter: int, values: Values, found: dict[str, str]) -> None:
    cells = values.cells()
    if earlier := board.earlier(quarter):
        for name, before in earlier[1].cells().items():
            if before is not None and cells.get(name) is not None and cells[name] < before:
                found[name] = _("Lower than quarter %(n)s. Write the reason in the explanation.") % {
                    "n": ROMAN[earlier[0]]
                }
    if later := board.later(quarter):
        for name, after in later[1].cells().items():
            if after is not None and cells.get(name) is not None and cells[name] > after:
                found.setdefault(
                    name,
                    _("Higher than quarter %(n)s. Write the reason in the explanation, or correct that quarter too.")
                    % {"n": ROMAN[later[0]]},
                )
    for source, ceiling in board.ceilings.items():
        spent = values.spent.get(source)
        if spent is not None and spent > ceiling:
            found.setdefault(
                source_key(source),
                _("Above the ceiling. Enter the changed ceiling first, or write the reason in the explanation."),
            )


def absorbed(board: Board, values: Values) -> float | None:
    """Serapan: spent ÷ ceiling, None without a ceiling or without figures."""
    ceiling = ceiling_of(board.program_year) if board.ceilings else None
    return values.total / ceiling if ceiling and values.total is not None else None
