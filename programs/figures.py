"""The figures on aid and coverage: what each one counts, in which unit, from what, and what it leaves out.

One definition each, used by pages, lists, dashboards and reports. Households are counted as they stand today: area,
desil and status are present values. `area`: region code prefix, `""` = the whole city. Each row carries `params`, the
query of the household list (`households.filters.list_url`) that shows exactly the households it counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext as _

from core.kept import kept
from core.models import CitySettings, Region
from core.models.regions import area_q
from households.models import Household, Member
from households.rules import compile_rule
from programs import eligibility
from programs.choices import CLOSED, AssistanceStatus, BenefitUnit
from programs.models import (
    AllowedPair,
    Assistance,
    Delivery,
    EnrolledHousehold,
    Program,
    ProgramFunding,
    ProgramYear,
    ReachedHousehold,
)

SMALL = 5  # cells of fewer households are hidden from readers without the right to names
GAPS = ("kk", "nik", "birth_date", "rt", "desil", "coordinates", "stale", "head")
GAPS_OF_MEMBERS = ("nik", "birth_date", "head")

# --- building blocks -----------------------------------------------------------------------------------------------


def poor_desil_max() -> int:
    """Highest desil of the city's default target group (`CitySettings`, else 4)."""
    city = CitySettings.load()
    return city.poor_desil_max if city else 4


def target_group(area: str = "") -> QuerySet:
    """Households of the default target group: status active, not merged, desil 1 to `poor_desil_max`.

    Unit: households. Source: the present official desil. Leaves out: families without a desil.
    """
    return Household.objects.in_area(area).target_group(poor_desil_max())


def target_params(area: str = "") -> dict:
    """The household list that shows `target_group`."""
    params = {"status": "active", "desil_from": 1, "desil_to": poor_desil_max()}
    return params | {"area": area} if area else params


def program_target(program_year: ProgramYear, area: str = "") -> QuerySet:
    """Target group of one programme year: active households that certainly meet the rule in force that year.

    Unit: households; for programmes of persons the households in which somebody qualifies. Leaves out: households of
    which a needed answer is missing. A programme without a rule means the default target group.
    """
    program, year = program_year.program, program_year.year
    households = Household.objects.unmerged().in_area(area)
    if eligibility.is_for_people(program):
        return households.filter(pk__in=qualified_members(program, year).values("household"))
    return households.filter(eligibility.household_q(program, year))


def qualified_members(program: Program, year: int) -> QuerySet:
    """People who qualify for a programme of persons in `year`."""
    return Member.objects.filter(eligibility.member_q(program, year)).order_by()


def days_of(year: int, quarter: int = 0) -> tuple[dt.date, dt.date]:
    """First and last day of a year, or of its quarter 1 to 4."""
    if not quarter:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    after = dt.date(year + quarter // 4, quarter * 3 % 12 + 1, 1)
    return dt.date(year, quarter * 3 - 2, 1), after - dt.timedelta(days=1)


def reached_rows(year: int, *, programs: Iterable | None = None, kinds: Iterable[str] | None = None) -> QuerySet:
    """Deliveries that are not void and dated in `year`, by the household they reached.

    A household is reached in a year when such a delivery falls into it, whatever became of the aid later; not when aid
    is planned or approved. A person's aid counts for the household of today, a group's for those who belonged to it on
    the day; works on areas count for none. `programs`: uuids, `kinds`: codes; None = all.
    """
    # The range, not the year, is what the index on the date answers.
    return _narrowed(ReachedHousehold.objects.filter(date__range=days_of(year)), programs, kinds)


def enrolled_rows(year: int, *, programs: Iterable | None = None, kinds: Iterable[str] | None = None) -> QuerySet:
    """Open rows of the log (neither void nor rejected) of programme years of `year`, by household."""
    return _narrowed(EnrolledHousehold.objects.filter(year=year), programs, kinds)


def _narrowed(rows: QuerySet, programs, kinds) -> QuerySet:
    if programs:
        rows = rows.filter(program__in=Program.objects.filter(uuid__in=list(programs)).values("pk"))
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return rows.order_by()


@dataclass(frozen=True)
class ByHousehold:
    """Rows of the log that concern one household, named by `OuterRef`: its own and its members', and its groups'.

    Two querysets, because PostgreSQL walks each of them by its index, but reads the views of all aid as a whole.
    """

    own: QuerySet
    grouped: QuerySet

    @property
    def some(self) -> Q:
        """There is such a row."""
        return Q(Exists(self.own)) | Q(Exists(self.grouped))

    @property
    def none(self) -> Q:
        """There is no such row. Two conditions side by side become anti joins, the opposite of an OR does not."""
        return ~Q(Exists(self.own)) & ~Q(Exists(self.grouped))

    @property
    def some_by_row(self) -> Q:
        """As `some`, looked up row by row: for a page, which stops after a few rows, never for a count."""
        own, grouped = (Q(IsNull(Subquery(rows.values("pk")[:1]), False)) for rows in (self.own, self.grouped))
        return own | grouped


def reached_by(household: str, year: int, *, programs=None, kinds=None, quarter: int = 0) -> ByHousehold:
    """What `reached_rows` says, for the household in the field `household` of the rows asked; of one quarter of it."""
    first, last = days_of(year, quarter)
    rows = Delivery.objects.filter(void=False, date__range=(first, last)).order_by()
    narrow = _of_programs("assistance__program_year__program", programs, kinds)
    begun = Q(assistance__group__members__valid_from__isnull=True) | Q(
        assistance__group__members__valid_from__lte=F("date")
    )
    open_ = Q(assistance__group__members__valid_to__isnull=True) | Q(
        assistance__group__members__valid_to__gte=F("date")
    )
    return ByHousehold(
        _aided_between(first, last).filter(
            _of_programs("program_year__program", programs, kinds), counts_for=OuterRef(household)
        ),
        rows.filter(narrow & begun & open_, assistance__group__members__household=OuterRef(household)),
    )


def _aided_between(first: dt.date, last: dt.date) -> QuerySet:
    """Rows of the log with a delivery that is not void from `first` to `last`; as `_AIDED` says it for the views."""
    within = Delivery.objects.filter(assistance=OuterRef("pk"), void=False, date__range=(first, last)).order_by()
    return (
        Assistance.objects.filter(delivered_last__gte=first, delivered_first__lte=last)
        .filter(
            Q(delivered_first__gte=first)
            | Q(delivered_last__lte=last)
            | Q(IsNull(Subquery(within.values("pk")[:1]), False))
        )
        .order_by()
    )


def enrolled_by(household: str, year: int, *, programs=None, kinds=None) -> ByHousehold:
    """What `enrolled_rows` says, for the household in the field `household` of the rows asked."""
    rows = Assistance.objects.filter(program_year__year=year).exclude(status__in=CLOSED).order_by()
    narrow = _of_programs("program_year__program", programs, kinds)
    open_ = Q(group__members__valid_to__isnull=True) | Q(group__members__valid_to__gte=timezone.localdate())
    return ByHousehold(
        rows.filter(narrow, counts_for=OuterRef(household)),
        rows.filter(narrow & open_, group__members__household=OuterRef(household)),
    )


def _of_programs(path: str, programs, kinds) -> Q:
    q = Q()
    if programs:
        q &= Q(**{f"{path}__in": Program.objects.filter(uuid__in=list(programs)).values("pk")})
    if kinds:
        q &= Q(**{f"{path}__benefit_kind__in": list(kinds)})
    return q


def reached(year: int, area: str = "", *, programs=None, kinds=None) -> QuerySet:
    """Households reached in `year` (see `reached_rows`), whatever their desil or status today. Unit: households."""
    households = Household.objects.unmerged().in_area(area)
    return households.filter(pk__in=reached_rows(year, programs=programs, kinds=kinds).values("household"))


# --- coverage ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """A part of a whole. `params`: list of the part; `missing_params`: list of the rest, where there is one."""

    key: str
    label: str
    total: int
    part: int
    params: dict = field(default_factory=dict)
    missing_params: dict = field(default_factory=dict)
    total_params: dict = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Part of the whole from 0 to 1, None of nothing."""
        return self.part / self.total if self.total else None

    @property
    def missing(self) -> int:
        """What the part leaves."""
        return self.total - self.part


# What counts as reached from `first` to `last`. The first and the last delivery of a row tell, but for rows that began
# before and went on after: those are looked up. (A value, not EXISTS, which might read every delivery of the period.)
AIDED = """
s.last >= %s AND s.first <= %s AND (
  s.first >= %s OR s.last <= %s
  OR (SELECT true FROM programs_delivery d WHERE d.assistance_id = s.assistance_id AND NOT d.void
      AND d.date BETWEEN %s AND %s LIMIT 1))
"""


def _aided_params(year: int) -> list[dt.date]:
    return [*days_of(year)] * 3


_AIDED_BY = f"""
SELECT s.household_id FROM programs_aided s
WHERE s.program_year_id IN (SELECT y.id FROM programs_programyear y WHERE y.program_id = %s) AND {AIDED}
"""
_CELLS = f"""
SELECT h.region_id, h.desil, count(*), count(r.household_id)
FROM households_household h
LEFT JOIN (SELECT DISTINCT s.household_id FROM programs_aided s WHERE {AIDED}) r ON r.household_id = h.id
WHERE h.status = 'active' AND h.merged_into_id IS NULL
  AND (%s = '' OR h.region_id = %s OR h.region_id LIKE %s)
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Cells:
    """Active households by (region code, desil or None): how many, and how many of them any programme reached."""

    found: dict[tuple[str, int | None], tuple[int, int]]

    def by(self, key) -> list[tuple]:
        """(key, households, reached) in the order of `key(code, desil)`; None leaves a cell out."""
        sums: dict = {}
        for cell, (total, part) in self.found.items():
            name = key(*cell)
            if name is not None:
                before = sums.get(name, (0, 0))
                sums[name] = (before[0] + total, before[1] + part)
        return [(name, *sums[name]) for name in sorted(sums)]


def coverage_cells(year: int, area: str = "") -> Cells:
    """What coverage by desil, by area and as a whole rest on; one query. Pass it on where several are shown."""
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, [*_aided_params(year), area, area, f"{area}.%"])
        return Cells({(code, desil): (total, part) for code, desil, total, part in cursor.fetchall()})


def _shares(params: dict, year: int) -> dict:
    params = params | {"year": year}
    return {
        "total_params": params,
        "params": params | {"aid": "any"},
        "missing_params": params | {"aid": "none"},
    }


def coverage_by_desil(year: int, area: str = "", *, cells: Cells | None = None) -> list[Share]:
    """Active households of each desil, and how many of them were reached by any programme in `year`.

    Unit: households. Leaves out: families without a desil. `cells`: `coverage_cells` of the same year and area.
    """
    cells = cells or coverage_cells(year, area)
    return [
        Share(
            key=str(desil),
            label=_("Desil %(n)s") % {"n": desil},
            total=total,
            part=part,
            **_shares(_area({"status": "active", "desil_from": desil, "desil_to": desil}, area), year),
        )
        for desil, total, part in cells.by(lambda _code, desil: desil)
    ]


def coverage_by_area(year: int, area: str = "", *, level: str = "village", cells: Cells | None = None) -> list[Share]:
    """Target group (see `target_group`) of each kelurahan (`level` village) or kecamatan (district), and how many of
    it were reached by any programme in `year`. Unit: households. `cells`: `coverage_cells` of the same year and area.
    """
    cells = cells or coverage_cells(year, area)
    length, poor = (None if level == "village" else 8), poor_desil_max()
    rows = cells.by(lambda code, desil: code[:length] if desil and desil <= poor else None)
    found = {key: (total, part) for key, total, part in rows}
    names = dict(Region.objects.filter(code__in=found).order_by("code").values_list("code", "name"))
    return [
        Share(
            key=code,
            label=name,
            total=found[code][0],
            part=found[code][1],
            **_shares(target_params(code), year),
        )
        for code, name in names.items()
    ]


def coverage(year: int, area: str = "", *, cells: Cells | None = None) -> Share:
    """Of the target group (see `target_group`) those reached by any programme in `year`. Unit: households.

    `cells`: `coverage_cells` of the same year and area.
    """
    cells, poor = cells or coverage_cells(year, area), poor_desil_max()
    rows = cells.by(lambda _code, desil: "all" if desil and desil <= poor else None)
    total, part = rows[0][1:] if rows else (0, 0)
    return Share("all", "", total, part, **_shares(target_params(area), year))


def coverage_by_program(year: int, area: str = "") -> list[tuple[ProgramYear, Share]]:
    """For each programme of `year` that goes to households or persons: of its own target group (`program_target`) those
    that it reached in `year`. Unit: households. One query for all of them, kept until a change is recorded.
    """
    years = list(
        ProgramYear.objects.filter(
            year=year, program__benefit_unit__in=[BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON, BenefitUnit.GROUP]
        )
        .select_related("program__owner", "program__benefit_kind", "program__cluster", "program__strategy")
        .prefetch_related("program__rules")
        .order_by("program__name")
    )
    counts = kept("program.targets", year, area, [y.pk for y in years], count=lambda: program_targets(years, area))
    result = []
    for each in years:
        total, part = counts[each.pk]
        params = _area({"fits": str(each.program.uuid), "year": year}, area)
        share = Share(
            key=str(each.program.uuid),
            label=each.program.short_name,
            total=total,
            part=part,
            total_params=params,
            params=params | {"received": str(each.program.uuid)},
            missing_params=params | {"not_received": str(each.program.uuid)},
        )
        result.append((each, share))
    return result


def program_targets(years: list[ProgramYear], area: str = "") -> dict[int, tuple[int, int]]:
    """(target group, reached of it) of each programme year, in households; one query.

    Its parts are planned each for itself: as columns of one row they would be looked up household by household.
    """
    households, parts = Household.objects.unmerged().in_area(area).order_by(), []
    for each in years:
        program = each.program
        if eligibility.is_for_people(program):
            fits = Q(pk__in=qualified_members(program, each.year).values("household"))
        else:
            fits = eligibility.household_q(program, each.year)
        got = Q(pk__in=RawSQL(_AIDED_BY, [program.pk, *_aided_params(each.year)]))
        parts.append(
            households.filter(fits).values_list(Value(each.pk)).annotate(n=Count("pk"), got=Count("pk", filter=got))
        )
    found = parts[0].union(*parts[1:], all=True) if parts else []
    return {y.pk: (0, 0) for y in years} | {pk: (total, part) for pk, total, part in found}


def exclusion(program_year: ProgramYear, area: str = "") -> Share:
    """Exclusion error: households of the programme's target group that it did not reach in its year ÷ target group."""
    total, part = program_targets([program_year], area)[program_year.pk]
    uuid = str(program_year.program.uuid)
    params = _area({"fits": uuid, "year": program_year.year}, area)
    return Share(
        uuid,
        program_year.program.short_name,
        total,
        total - part,
        params=params | {"not_received": uuid},
        missing_params=params | {"received": uuid},
        total_params=params,
    )


def inclusion(program_year: ProgramYear, area: str = "") -> Share:
    """Inclusion error: beneficiaries with a delivery of the programme year who do not certainly meet the rule in force
    today, ÷ all its beneficiaries with a delivery.

    Unit: the programme's own (households or persons). Leaves out groups and areas. `params` are those of the recipients
    list of the programme year.
    """
    rows = received_rows(program_year, area).filter(group__isnull=True, area__isnull=True)
    found = rows.aggregate(n=Count("pk"), fit=Count("pk", filter=row_fits(program_year)))
    return Share(
        str(program_year.program.uuid),
        program_year.program.short_name,
        found["n"],
        found["n"] - found["fit"],
        params={"passed": "received", "fit": "no"},
    )


def row_fits(program_year: ProgramYear) -> Q:
    """Condition on rows of this programme year: the beneficiary certainly meets the rule in force."""
    program, year = program_year.program, program_year.year
    if eligibility.is_for_people(program):
        return Q(member__in=qualified_members(program, year).values("pk"))
    fits = Household.objects.filter(eligibility.household_q(program, year)).order_by()
    return Q(household__in=fits.values("pk"))


# --- nothing, twice, overlap ---------------------------------------------------------------------------------------


def nothing_recorded(year: int, area: str = "", *, cells: Cells | None = None) -> Share:
    """Households of the target group for which no delivery of any programme is recorded in `year` ÷ target group.

    Unit: households. It says what is *recorded*: name `lists_not_in(year)` beside it. `cells`: as in `coverage`.
    """
    all_of_it = coverage(year, area, cells=cells)
    return Share(
        "none",
        "",
        all_of_it.total,
        all_of_it.missing,
        params=all_of_it.missing_params,
        missing_params=all_of_it.params,
        total_params=all_of_it.total_params,
    )


# First one bit a programme tells in one pass who may have both of a pair (programmes 62 apart share a bit, so some come
# who do not); then the rows of those few are looked at.
_TWICE = f"""
WITH masks AS (
  SELECT s.household_id, bit_or(1::bigint << (y.program_id %% 62)::int) AS mask FROM programs_aided s
  JOIN programs_programyear y ON y.id = s.program_year_id AND y.program_id = ANY(%s) WHERE {AIDED} GROUP BY 1
), few AS MATERIALIZED (
  SELECT household_id FROM masks WHERE EXISTS (SELECT FROM unnest(%s::bigint[]) AS pair WHERE mask & pair = pair)
), got AS MATERIALIZED (
  SELECT DISTINCT s.household_id, s.program_id, s.benefit_key FROM programs_aided s
  WHERE s.household_id IN (SELECT household_id FROM few) AND {AIDED}
)
SELECT DISTINCT r.household_id
FROM got r JOIN got s ON s.household_id = r.household_id
JOIN (SELECT unnest(%s::bigint[]) AS first, unnest(%s::bigint[]) AS second) rival
  ON rival.first = r.program_id AND rival.second = s.program_id
WHERE r.benefit_key = '' OR r.benefit_key <> s.benefit_key
"""


def rival_pairs() -> list[tuple[int, int]]:
    """Pairs of programmes of the same kind of benefit that a family should not have together; allowed ones left out."""
    allowed = {frozenset(pair) for pair in AllowedPair.objects.values_list("first", "second")}
    kinds: dict[str, list[int]] = {}
    units = [BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON, BenefitUnit.GROUP]
    for pk, kind in Program.objects.filter(benefit_unit__in=units).order_by("pk").values_list("pk", "benefit_kind"):
        kinds.setdefault(kind, []).append(pk)
    return [
        (first, second)
        for programs in kinds.values()
        for i, first in enumerate(programs)
        for second in programs[i + 1 :]
        if frozenset((first, second)) not in allowed
    ]


def twice_households(year: int) -> RawSQL:
    """Ids of households reached in `year` by two or more programmes of the same kind, as a subquery.

    Leaves out allowed pairs (`AllowedPair`) and rows joined into one benefit (`benefit_key`).
    """
    pairs, days = rival_pairs(), _aided_params(year)
    firsts, seconds = [a for a, _b in pairs], [b for _a, b in pairs]
    masks = [1 << a % 62 | 1 << b % 62 for a, b in pairs]
    return RawSQL(_TWICE, [[*firsts, *seconds], *days, masks, *days, firsts, seconds])


def twice_served(year: int, area: str = "") -> tuple[int, dict]:
    """Number of households of `twice_households`, whatever their desil, and the list that shows them."""
    households = Household.objects.unmerged().in_area(area)
    return households.filter(pk__in=twice_households(year)).count(), _area({"aid": "twice", "year": year}, area)


_OVERLAP = """
WITH got AS (
  SELECT r.household_id, r.program_id, min(r.benefit_key) AS low, max(r.benefit_key) AS high FROM programs_reached r
  JOIN households_household h ON h.id = r.household_id
  WHERE r.date BETWEEN %(first)s AND %(last)s
    AND (%(area)s = '' OR h.region_id = %(area)s OR h.region_id LIKE %(below)s)
  GROUP BY 1, 2
)
SELECT a.program_id, b.program_id, count(*) FROM got a
JOIN got b ON b.household_id = a.household_id AND b.program_id >= a.program_id
WHERE a.program_id = b.program_id OR NOT (a.low = a.high AND b.low = b.high AND a.low = b.low AND a.low <> '')
GROUP BY 1, 2
"""


def overlap(year: int, area: str = "") -> dict[tuple[int, int], int]:
    """Households reached in `year` by both of two programmes, by (smaller, larger) programme id; a programme with
    itself is all it reached. Unit: households, whatever their desil. Leaves out pairs that are one benefit of several
    funders (`benefit_key`: house by Perkim, wages by Baznas).
    """
    first, last = days_of(year)
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAP, {"first": first, "last": last, "area": area, "below": f"{area}.%"})
        return {(a, b): n for a, b, n in cursor.fetchall()}


# --- what is not known -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListNotIn:
    """A programme year whose list of recipients has not come in: `none` at all, or only `partial`ly."""

    program_year: ProgramYear
    state: str


def lists_not_in(year: int) -> list[ListNotIn]:
    """Programme years of `year` whose recipients are not all recorded; figures of aid name them.

    `none`: no delivery of it is recorded; `partial`: decided elsewhere and not yet marked as complete
    (`ProgramYear.list_complete`). Leaves out works on areas and years marked as complete.
    """
    delivered = Delivery.objects.filter(assistance__program_year=OuterRef("pk"), void=False)
    years = (
        ProgramYear.objects.filter(year=year, list_complete__isnull=True)
        .exclude(program__benefit_unit=BenefitUnit.AREA)
        .annotate(delivered=Exists(delivered))
        .filter(Q(delivered=False) | Q(program__decided_elsewhere=True))
        .select_related("program__owner")
        .order_by("program__name")
    )
    return [ListNotIn(y, "partial" if y.delivered else "none") for y in years]


def data_gaps(area: str = "") -> list[tuple[str, int, dict]]:
    """(gap, households with it, list params) among active households, for each gap the household list knows.

    Unit: households. One query for what stands on the household, one for each gap of its members, which counts what
    it finds instead of looking every household up.
    """
    conditions = {gap: compile_rule({"field": f"gap_{gap}", "op": "eq", "value": True}) for gap in GAPS}
    active = Household.objects.active().in_area(area)
    plain = {gap: Count("pk", filter=q) for gap, q in conditions.items() if gap not in GAPS_OF_MEMBERS}
    found = active.aggregate(**plain) | {gap: active.filter(conditions[gap]).count() for gap in GAPS_OF_MEMBERS}
    return [(gap, found[gap], _area({"status": "active", "gap": gap}, area)) for gap in GAPS]


# --- one programme year ------------------------------------------------------------------------------------------

PASSED = ("proposed", "verified", "approved", "received")


@dataclass(frozen=True)
class Funnel:
    """How far the rows of a programme year came, in the programme's own unit. `waiting`: by present status."""

    proposed: int
    verified: int
    approved: int
    received: int
    waiting: dict[str, int]


def rows_of(program_year: ProgramYear, area: str = "") -> QuerySet:
    """Rows of the programme year that are not void, of beneficiaries in `area`."""
    rows = program_year.assistance.exclude(status=AssistanceStatus.VOID)
    if not area:
        return rows
    return rows.filter(
        area_q("counts_for__region_id", [area]) | area_q("group__region_id", [area]) | area_q("area_id", [area])
    )


def passed_q(step: str) -> Q:
    """Condition on rows: they came at least to `step` (one of PASSED), whatever became of them later.

    Returned rows must be verified anew and count as proposed only; received means a delivery that is not void.
    """
    beyond = [AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED, AssistanceStatus.STOPPED]
    if step == "proposed":
        return ~Q(status=AssistanceStatus.VOID)
    if step == "verified":
        return Q(verified_at__isnull=False) | Q(status__in=[AssistanceStatus.VERIFIED, *beyond])
    if step == "approved":
        return Q(approved_at__isnull=False) | Q(status__in=beyond)
    return Q(Exists(Delivery.objects.filter(assistance=OuterRef("pk"), void=False)))


def received_rows(program_year: ProgramYear, area: str = "") -> QuerySet:
    """Rows of the programme year with a delivery that is not void, whenever it was."""
    return rows_of(program_year, area).filter(passed_q("received"))


def funnel(program_year: ProgramYear, area: str = "") -> Funnel:
    """How many rows were proposed, verified, approved and received; each with the one before it as its whole.

    Unit: the programme's own. Source: rows that are not void. Leaves out nothing else; one query.
    """
    columns = {step: Count("pk", filter=passed_q(step)) for step in PASSED}
    columns |= {f"at_{s.value}": Count("pk", filter=Q(status=s)) for s in AssistanceStatus}
    row = rows_of(program_year, area).aggregate(**columns)
    waiting = {s.value: row[f"at_{s.value}"] for s in AssistanceStatus}
    return Funnel(*(row[step] for step in PASSED), waiting)


def stages_of_year(year: int) -> dict[int, dict[str, int]]:
    """Rows of each programme year of `year` by present status: programme year id → status → rows. One query."""
    rows = (
        Assistance.objects.filter(program_year__year=year)
        .order_by()
        .values_list("program_year", "status")
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[str, int]] = {}
    for pk, status, n in rows:
        found.setdefault(pk, {})[status] = n
    return found


@dataclass(frozen=True)
class Money:
    """Whole rupiah. `ceiling` None: no funding entered."""

    ceiling: int | None
    spent: int

    @property
    def share(self) -> float | None:
        """Serapan: spent ÷ ceiling, None without a ceiling."""
        return self.spent / self.ceiling if self.ceiling else None


def money(program_year: ProgramYear, area: str = "") -> Money:
    """Ceiling: newest versions of all sponsors' funding; spent: sum of the deliveries that are not void.

    Leaves out goods without an amount and costs that reach no beneficiary (administration). The ceiling holds for the
    whole city, whatever `area`.
    """
    ceiling = program_year.funding.filter(current=True).aggregate(n=Sum("ceiling"))["n"]
    deliveries = Delivery.objects.filter(assistance__in=rows_of(program_year, area), void=False)
    return Money(ceiling, deliveries.aggregate(n=Sum("amount"))["n"] or 0)


def money_of_year(year: int) -> dict[int, Money]:
    """`money` of every programme year of `year`, by its id; two queries."""
    ceilings = dict(
        ProgramFunding.objects.filter(program_year__year=year, current=True)
        .order_by()
        .values_list("program_year")
        .annotate(Sum("ceiling"))
    )
    spent = dict(
        Assistance.objects.filter(program_year__year=year, delivered_amount__isnull=False)
        .order_by()
        .values_list("program_year")
        .annotate(Sum("delivered_amount"))
    )
    return {pk: Money(ceilings.get(pk), spent.get(pk) or 0) for pk in ceilings.keys() | spent.keys()}


@dataclass(frozen=True)
class LogSum:
    """What the log of one programme year says by a day.

    units: beneficiaries with a delivery that is not void, in the programme's own unit (a group or an area counts
    once); households: those the groups reached, for programmes of groups alone; money: rupiah of the deliveries;
    goods: deliveries of goods.
    """

    units: int = 0
    households: int = 0
    money: int = 0
    goods: int = 0


def log_until(years: Iterable[ProgramYear], day: dt.date) -> dict[int, LogSum]:
    """`LogSum` of each programme year by `day`, by its id; three queries.

    Leaves out deliveries that are void or later, and costs that reach no beneficiary. Households of a group are those
    that belonged to it on the day of the delivery, each counted once.
    """
    years = list(years)
    keys = [y.pk for y in years]
    groups = [y.pk for y in years if y.program.benefit_unit == BenefitUnit.GROUP]
    units = _by_program_year(Assistance.objects.filter(program_year__in=keys, delivered_first__lte=day), "program_year")
    households = _by_program_year(
        ReachedHousehold.objects.filter(program_year__in=groups, date__lte=day),
        "program_year",
        Count("household", distinct=True),
    )
    handed = Delivery.objects.filter(assistance__program_year__in=keys, void=False, date__lte=day).order_by()
    sums = {
        pk: (money or 0, goods)
        for pk, money, goods in handed.values_list("assistance__program_year").annotate(
            money=Sum("amount"), goods=Count("pk", filter=~Q(goods=""))
        )
    }
    return {pk: LogSum(units.get(pk, 0), households.get(pk, 0), *sums.get(pk, (0, 0))) for pk in keys}


def _by_program_year(rows: QuerySet, path: str, counted=None) -> dict[int, int]:
    return dict(rows.order_by().values_list(path).annotate(n=counted or Count("pk")))


def received_by_area(program_year: ProgramYear, area: str = "") -> list[tuple[str, str, int]]:
    """(code, name, beneficiaries with a delivery) for each kelurahan where there are any. Unit: the programme's own."""
    rows = (
        received_rows(program_year, area)
        .annotate(code=Coalesce("counts_for__region", "group__region", "area"))
        .order_by()
        .values("code")
        .annotate(n=Count("pk"))
        .order_by("code")
    )
    found = {row["code"]: row["n"] for row in rows}
    names = Region.objects.filter(code__in=found).order_by("code").values_list("code", "name")
    return [(code, name, found[code]) for code, name in names]


def received_by_desil(program_year: ProgramYear, area: str = "") -> list[tuple[int | None, int]]:
    """(desil today, beneficiaries with a delivery), None for families without a desil. Leaves out groups and areas."""
    rows = (
        received_rows(program_year, area)
        .filter(counts_for__isnull=False)
        .order_by()
        .values_list("counts_for__desil")
        .annotate(n=Count("pk"))
        .order_by(F("counts_for__desil").asc(nulls_last=True))
    )
    return list(rows)


def _area(params: dict, area: str) -> dict:
    return params | {"area": area} if area else params


# --- small cells -------------------------------------------------------------------------------------------------


def gives_away(part: int, total: int) -> bool:
    """Whether a part of `total` may not be shown to readers without names, in numbers or as a share: it or the rest
    counts 1 to 4 households."""
    return 0 < part < SMALL or 0 < total - part < SMALL


def district_of(key: str) -> str:
    """The kecamatan of a kelurahan's code; "" for a key of any other kind."""
    return key[:8] if len(key) == 13 and key.count(".") == 3 else ""


def hide_by_district(keys: list[str], values: list[int | None]) -> list[int | None]:
    """`hide_small` for kelurahan: by kecamatan first, so that its page hides the same ones as that of the city."""
    values = list(values)
    groups: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault(district_of(key), []).append(i)
    hidden = set()
    for places in groups.values():
        kept = hide_small([values[i] for i in places])
        hidden |= {i for i, v in zip(places, kept, strict=True) if v is None and values[i] is not None}
    if len(hidden) != 1:
        return [None if i in hidden else v for i, v in enumerate(values)]
    return hide_small(values)


def hide_small(values: list[int | None]) -> list[int | None]:
    """Counts of one breakdown for readers who may not see names: 1 to 4 become None.

    Where only one cell would be hidden beside a total, the next smallest goes too, or the total would give it away.
    """
    hidden = {i for i, v in enumerate(values) if v is not None and 0 < v < SMALL}
    if len(hidden) == 1:
        rest = [(v, i) for i, v in enumerate(values) if i not in hidden and v]
        if rest:
            hidden.add(min(rest)[1])
    return [None if i in hidden else v for i, v in enumerate(values)]
