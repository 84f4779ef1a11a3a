"""Figures on targeting quality: is the right household reached, and is who is reached the right one?

Goes on with `programs.figures`: one definition each, in households unless it says otherwise, asked of the database in
one statement whatever the size of the city. Area, desil and status are those of today; a past year is judged by the
rule of that year. `programs.definitions` says the same in words for the page of definitions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from households.models import Household
from households.rules import compile_rule, default_day
from programs import eligibility, figures
from programs.choices import BenefitUnit, Fund
from programs.models import Assistance, Package, Program, ProgramFunding, ProgramYear

COVERING = (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON, BenefitUnit.GROUP)  # works on areas stand outside coverage
QUARTERS = (1, 2, 3, 4)


# --- what is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bundle:
    """Programmes judged together. `key`: `all`, `program-<uuid>`, `agency-<id>`, `cluster-<code>`, `fund-<code>`.

    `all` is every programme, measured against the default target group of the city.
    """

    key: str
    label: str
    programs: tuple[Program, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it stands for every programme."""
        return self.key == "all"


@dataclass(frozen=True)
class Asked:
    """Period and households that a figure is about.

    `quarter`: 1–4 or 0 for the whole year; `area`: region code prefix; `rw`, `rt`: inside one kelurahan;
    `desil`: lowest and highest; `source`: where the household's data come from.
    """

    year: int
    quarter: int = 0
    area: str = ""
    rw: str = ""
    rt: str = ""
    desil: tuple[int, int] | None = None
    source: str = ""

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day of the period."""
        return figures.days_of(self.year, self.quarter)

    @property
    def params(self) -> dict:
        """The household list of exactly these households, whatever their aid."""
        found = {"year": self.year, "area": self.area, "rw": self.rw, "rt": self.rt, "source": self.source}
        if self.desil:
            found |= {"desil_from": self.desil[0], "desil_to": self.desil[1]}
        return {name: value for name, value in found.items() if value}


def covering_years(year: int) -> list[ProgramYear]:
    """Programme years of `year` that go to households, persons or groups, by name."""
    return list(
        ProgramYear.objects.filter(year=year, program__benefit_unit__in=COVERING)
        .select_related("program__owner", "program__cluster", "owner")
        .prefetch_related("program__rules")
        .order_by("program__name", "pk")
    )


def everything() -> Bundle:
    """Every programme against the default target group."""
    return Bundle("all", _("All programmes"))


def bundles(kind: str, years: list[ProgramYear]) -> list[Bundle]:
    """Bundles of `kind` (all, program, agency, cluster, fund) over these programme years, by label.

    An agency is the owner in that year; a programme with several sources of funds stands in each of them.
    """
    if kind == "all":
        return [everything()]
    found: dict[str, tuple[str, list[Program]]] = {}
    funds: dict[int, set[str]] = {}
    if kind == "fund":
        rows = ProgramFunding.objects.filter(program_year__in=[y.pk for y in years], current=True)
        for pk, source in rows.values_list("program_year", "source"):
            funds.setdefault(pk, set()).add(source)
    for each in years:
        program = each.program
        match kind:
            case "program":
                keys = [(f"program-{program.uuid}", program.short_name)]
            case "agency":
                keys = [(f"agency-{each.owner_id}", each.owner.short_name)]
            case "cluster":
                keys = [(f"cluster-{program.cluster.code}", str(program.cluster))]
            case _:
                keys = [(f"fund-{code}", str(Fund(code).label)) for code in sorted(funds.get(each.pk, ()))]
        for key, label in keys:
            found.setdefault(key, (label, []))[1].append(program)
    made = [Bundle(key, label, tuple(programs)) for key, (label, programs) in found.items()]
    return sorted(made, key=lambda b: (b.label, b.key))


def bundle_of(key: str, year: int, years: list[ProgramYear] | None = None) -> Bundle | None:
    """The bundle with this key in `year`, None when there is none."""
    if key == "all":
        return everything()
    kind = key.partition("-")[0]
    if kind not in ("program", "agency", "cluster", "fund"):
        return None
    found = bundles(kind, covering_years(year) if years is None else years)
    return next((b for b in found if b.key == key), None)


# --- target group, reached, receivers, outside ---------------------------------------------------------------------


@dataclass(frozen=True)
class Targeting:
    """One row of a breakdown, in households.

    `target`: target group; `reached`: of it those that got something in the period; `receivers`: all that got
    something; `outside`: receivers that do not certainly belong to the target group. `key`: of the breakdown;
    `bundle`, `asked`: what was counted, for the lists behind it.
    """

    key: str
    label: str
    target: int
    reached: int
    receivers: int
    outside: int
    bundle: Bundle = field(default_factory=everything)
    asked: Asked = Asked(0)

    @property
    def missed(self) -> int:
        """Target group that was not reached."""
        return self.target - self.reached

    @property
    def coverage(self) -> float | None:
        """Reached ÷ target group; None without a target group."""
        return self.reached / self.target if self.target else None

    @property
    def exclusion(self) -> float | None:
        """Exclusion error: not reached ÷ target group. Coverage + exclusion = 1."""
        return self.missed / self.target if self.target else None

    @property
    def inclusion(self) -> float | None:
        """Inclusion error: receivers outside the target group ÷ receivers; None without receivers."""
        return self.outside / self.receivers if self.receivers else None

    def counts(self) -> tuple[int, ...]:
        """Every count that a reader could see or work out."""
        return self.target, self.reached, self.missed, self.receivers, self.outside, self.receivers - self.outside

    def params(self, which: str) -> dict:
        """The household list behind `target`, `reached`, `missed`, `receivers` or `outside`."""
        key, got = self.bundle.key, self.bundle.key
        if self.asked.quarter:
            got = f"{key}.q{self.asked.quarter}"
        wanted = {
            "target": {"target_of": key},
            "reached": {"target_of": key, "got": got},
            "missed": {"target_of": key, "not_got": got},
            "receivers": {"got": got},
            "outside": {"got": got, "outside_of": key},
        }[which]
        return self.asked.params | wanted


# What a breakdown groups by, as SQL over the household `h` and the bundle number `x.g`.
BREAKDOWNS = {
    "whole": "''",
    "bundle": "x.g::text",
    "bundle_village": "x.g::text || '/' || h.region_id",
    "district": "left(h.region_id, 8)",
    "village": "h.region_id::text",
    "rw": "h.region_id || '/' || h.rw",
    "rt": "h.region_id || '/' || h.rw || '/' || h.rt",
    "desil": "coalesce(h.desil::text, '')",
    "source": "h.source::text",
    "village_desil": "h.region_id || '/' || coalesce(h.desil::text, '')",
    "rt_desil": "h.region_id || '/' || h.rw || '/' || h.rt || '/' || coalesce(h.desil::text, '')",
}
_COUNT = """
WITH fit(p, household_id) AS MATERIALIZED ({fits}),
bundle(g, p) AS (SELECT * FROM unnest(%s::int[], %s::bigint[])),
wanted AS (SELECT DISTINCT b.g, f.household_id FROM fit f JOIN bundle b ON b.p = f.p),
got AS ({got}),
x AS (
  SELECT coalesce(w.g, r.g) AS g, coalesce(w.household_id, r.household_id) AS household_id,
         w.household_id IS NOT NULL AS fits, r.household_id IS NOT NULL AS served
  FROM wanted w FULL JOIN got r ON r.g = w.g AND r.household_id = w.household_id
)
SELECT {key}, count(*) FILTER (WHERE x.fits), count(*) FILTER (WHERE x.fits AND x.served),
       count(*) FILTER (WHERE x.served), count(*) FILTER (WHERE x.served AND NOT x.fits)
FROM x JOIN households_household h ON h.id = x.household_id
WHERE h.merged_into_id IS NULL {where}
GROUP BY 1
"""
_GOT_ANY = "SELECT DISTINCT 0 AS g, s.household_id FROM programs_aided s WHERE {aided}"
_GOT = """
SELECT DISTINCT b.g, s.household_id FROM programs_aided s
JOIN programs_programyear y ON y.id = s.program_year_id JOIN bundle b ON b.p = y.program_id WHERE {aided}
"""


def fitting(program: Program | None, year: int, area: str = "") -> QuerySet:
    """Households of the target group of a programme in `year`; of None: the default target group.

    Unit: households; for programmes of persons those in which somebody qualifies. Leaves out households of which a
    needed answer is missing.
    """
    if program is None:
        return figures.target_group(area)
    households = Household.objects.unmerged().in_area(area)
    if eligibility.is_for_people(program):
        return households.filter(pk__in=figures.qualified_members(program, year).values("household"))
    return households.filter(eligibility.household_q(program, year))


def _fit_sql(programs: Iterable[Program | None], year: int, area: str) -> tuple[str, list]:
    parts, params = [], []
    for program in programs:
        try:
            sql, own = fitting(program, year, area).order_by().values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::bigint, q.id FROM ({sql}) q(id)")
        params += [program.pk if program else 0, *own]
    return " UNION ALL ".join(parts) or "SELECT 0::bigint, 0::bigint WHERE false", params


def _where(asked: Asked) -> tuple[str, list]:
    sql, params = [], []
    if asked.area:
        sql.append("AND (h.region_id = %s OR h.region_id LIKE %s)")
        params += [asked.area, f"{asked.area}.%"]
    for column, value in (("rw", asked.rw), ("rt", asked.rt), ("source", asked.source)):
        if value:
            sql.append(f"AND h.{column} = %s")
            params.append(value)
    if asked.desil:
        sql.append("AND h.desil BETWEEN %s AND %s")
        params += asked.desil
    return " ".join(sql), params


def _count(groups: list[Bundle], asked: Asked, by: str) -> dict[str, tuple[int, int, int, int]]:
    """(target, reached, receivers, outside) by the text key of the breakdown; one statement."""
    whole = any(b.is_all for b in groups)
    if whole and len(groups) > 1:
        raise ValueError("everything is a bundle of its own")
    programs: dict[int, Program | None] = {0: None} if whole else {p.pk: p for b in groups for p in b.programs}
    pairs = [(0, 0)] if whole else [(n, p.pk) for n, b in enumerate(groups) for p in b.programs]
    fits, fit_params = _fit_sql(programs.values(), asked.year, asked.area)
    where, where_params = _where(asked)
    first, last = asked.days
    sql = _COUNT.format(
        fits=fits, got=(_GOT_ANY if whole else _GOT).format(aided=figures.AIDED), key=BREAKDOWNS[by], where=where
    )
    params = [*fit_params, [g for g, _p in pairs], [p for _g, p in pairs], *[first, last] * 3, *where_params]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {key: tuple(counts) for key, *counts in cursor.fetchall()}


NOTHING = (0, 0, 0, 0)


def by_bundle(groups: list[Bundle], asked: Asked) -> list[Targeting]:
    """Each bundle of programmes against its own target group: households that meet the rule of at least one of them."""
    if not groups:
        return []
    found = _count(groups, asked, "bundle")
    return [Targeting(b.key, b.label, *found.get(str(n), NOTHING), bundle=b, asked=asked) for n, b in enumerate(groups)]


def by_bundle_and_village(groups: list[Bundle], asked: Asked) -> list[tuple[int, str, tuple[int, int, int, int]]]:
    """(place of the bundle, kelurahan, counts) wherever there are any: what snapshots add up."""
    found = _count(groups, asked, "bundle_village") if groups else {}
    return [(int(key.partition("/")[0]), key.partition("/")[2], counts) for key, counts in sorted(found.items())]


def whole(asked: Asked, bundle: Bundle | None = None) -> Targeting:
    """One bundle in the households asked for; coverage, exclusion and inclusion hang on it."""
    bundle = bundle or everything()
    found = _count([bundle], asked, "whole").get("", NOTHING)
    return Targeting(bundle.key, bundle.label, *found, bundle=bundle, asked=asked)


def counted(bundle: Bundle, asked: Asked, by: str) -> dict[str, tuple[int, int, int, int]]:
    """(target, reached, receivers, outside) of one bundle by the text key of a breakdown (BREAKDOWNS)."""
    return _count([bundle], asked, by)


def by_household(by: str, asked: Asked, bundle: Bundle | None = None) -> list[tuple[str, Targeting]]:
    """One bundle by a property of the household: (key, row without label), in the order of the keys.

    `by`: district, village, rw, rt, desil, source. Rows add up to `whole` of the same question.
    """
    bundle = bundle or everything()
    found = _count([bundle], asked, by)
    return [
        (key, Targeting(key, "", *found[key], bundle=bundle, asked=narrowed(asked, by, key))) for key in sorted(found)
    ]


def narrowed(asked: Asked, by: str, key: str) -> Asked:
    """The question that asks for one row of a breakdown alone."""
    match by:
        case "district" | "village":
            return replace(asked, area=key)
        case "rw" | "rt":
            region, rw, *rest = key.split("/")
            return replace(asked, area=region, rw=rw, rt=rest[0] if rest else "")
        case "desil" if key:
            return replace(asked, desil=(int(key), int(key)))
        case "source":
            return replace(asked, source=key)
    return asked


# --- rupiah --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rupiah:
    """What households got in rupiah. `median`: of the households that got any; None when there are none."""

    households: int
    total: int
    median: int | None


_RUPIAH = """
SELECT grouping(t.desil) = 1, t.desil, count(*), sum(t.total), percentile_disc(0.5) WITHIN GROUP (ORDER BY t.total)
FROM (
  SELECT h.id, h.desil, sum(d.amount) AS total
  FROM programs_delivery d
  JOIN programs_assistance a ON a.id = d.assistance_id
  JOIN households_household h ON h.id = a.counts_for_id
  {programs}
  WHERE NOT d.void AND d.date BETWEEN %s AND %s AND d.amount > 0 AND h.merged_into_id IS NULL {where}
  GROUP BY 1, 2
) t GROUP BY GROUPING SETS ((t.desil), ())
"""


@dataclass(frozen=True)
class RupiahByDesil:
    """Rupiah handed over in a period: of all households and of each desil (None = without a desil)."""

    all: Rupiah
    desil: dict[int | None, Rupiah]

    def share(self, highest: int) -> float | None:
        """Part of the rupiah that went to desil 1 to `highest`; None of nothing."""
        if not self.all.total:
            return None
        return sum(r.total for d, r in self.desil.items() if d and d <= highest) / self.all.total


def rupiah(asked: Asked, bundle: Bundle | None = None) -> RupiahByDesil:
    """Rupiah of the deliveries in the period, by the desil of the household today, and the median per household.

    Unit: rupiah, per household that got any. Source: deliveries that are not void. Leaves out goods without an amount,
    money of groups (nobody knows whose share it was) and works on areas. Any status of the household counts: this is
    where the money went.
    """
    programs, params = "", []
    if bundle and not bundle.is_all:
        programs = "JOIN programs_programyear y ON y.id = a.program_year_id AND y.program_id = ANY(%s)"
        params = [[p.pk for p in bundle.programs]]
    where, where_params = _where(asked)
    with connection.cursor() as cursor:
        cursor.execute(_RUPIAH.format(programs=programs, where=where), [*params, *asked.days, *where_params])
        rows = cursor.fetchall()
    found, total = {}, Rupiah(0, 0, None)
    for is_total, desil, n, amount, median in rows:
        if is_total:
            total = Rupiah(n, int(amount or 0), None if median is None else int(median))
        else:
            found[desil] = Rupiah(n, int(amount), int(median))
    return RupiahByDesil(total, found)


# --- overlap of agencies -------------------------------------------------------------------------------------------

_AGENCIES = """
WITH got AS (
  SELECT r.household_id, y.owner_id, min(r.benefit_key) AS low, max(r.benefit_key) AS high FROM programs_reached r
  JOIN programs_programyear y ON y.id = r.program_year_id
  JOIN households_household h ON h.id = r.household_id
  WHERE r.date BETWEEN %(first)s AND %(last)s
    AND (%(area)s = '' OR h.region_id = %(area)s OR h.region_id LIKE %(below)s)
  GROUP BY 1, 2
)
SELECT a.owner_id, b.owner_id, count(*) FROM got a
JOIN got b ON b.household_id = a.household_id AND b.owner_id >= a.owner_id
WHERE a.owner_id = b.owner_id OR NOT (a.low = a.high AND b.low = b.high AND a.low = b.low AND a.low <> '')
GROUP BY 1, 2
"""


def overlap_of_agencies(year: int, area: str = "") -> dict[tuple[int, int], int]:
    """Households reached in `year` by programmes of both of two agencies, by (smaller, larger) agency id.

    An agency with itself is all it reached; it is the owner of the programme in the year of the programme. Unit:
    households, whatever their desil. Leaves out pairs that are one benefit of several funders (`benefit_key`).
    """
    first, last = figures.days_of(year)
    with connection.cursor() as cursor:
        cursor.execute(_AGENCIES, {"first": first, "last": last, "area": area, "below": f"{area}.%"})
        return {(a, b): n for a, b, n in cursor.fetchall()}


# --- packages ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartReached:
    """A part of a package and the households that got it."""

    pk: int
    label: str
    n: int


@dataclass(frozen=True)
class Convergence:
    """How far a package came together. `by_count`: households by the
    number of parts they got, from none to all."""

    package: Package
    target: int
    parts: list[PartReached]
    by_count: list[int]

    @property
    def whole(self) -> int:
        """Households that got every part."""
        return self.by_count[-1] if len(self.by_count) > 1 else 0

    @property
    def share(self) -> float | None:
        """Households with the whole package ÷ households that should have it."""
        return self.whole / self.target if self.target else None


_CONVERGENCE = """
WITH part(n, p) AS (SELECT * FROM unnest(%s::int[], %s::bigint[])),
wanted AS MATERIALIZED ({wanted}),
got AS (
  SELECT DISTINCT s.household_id, part.n FROM programs_aided s
  JOIN programs_programyear y ON y.id = s.program_year_id JOIN part ON part.p = y.program_id WHERE {aided}
)
SELECT coalesce(m.parts, 0::bigint), count(*)
FROM wanted w LEFT JOIN (SELECT household_id, bit_or(1::bigint << n) AS parts FROM got GROUP BY 1) m
  ON m.household_id = w.id
GROUP BY 1
"""


def package_households(package: Package, year: int, area: str = "") -> QuerySet:
    """Households that should have the package: active ones that certainly meet its rule."""
    condition = compile_rule(eligibility.judged(package.rule), day=default_day(year), year=year)
    return Household.objects.unmerged().in_area(area).filter(condition)


def convergence(package: Package, year: int, area: str = "") -> Convergence:
    """Of the households that should have a package those that got all of it in `year`, and how far the others came.

    Unit: households. A part reached a household when something of one of its programmes was handed over in the year.
    Leaves out households of which the rule of the package does not know enough.
    """
    # A part that no programme gives cannot be asked for.
    parts = [p for p in package.parts.prefetch_related("programs").order_by("order", "pk") if p.programs.all()]
    pairs = [(n, p.pk) for n, part in enumerate(parts) for p in part.programs.all()]
    by_count, by_part, target = [0] * (len(parts) + 1), [0] * len(parts), 0
    try:
        sql, params = package_households(package, year, area).order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return Convergence(package, 0, [PartReached(p.pk, p.label, 0) for p in parts], by_count)
    first, last = figures.days_of(year)
    with connection.cursor() as cursor:
        cursor.execute(
            _CONVERGENCE.format(wanted=f"SELECT q.id FROM ({sql}) q(id)", aided=figures.AIDED),
            [[n for n, _p in pairs], [p for _n, p in pairs], *params, *[first, last] * 3],
        )
        for mask, n in cursor.fetchall():
            target += n
            by_count[mask.bit_count()] += n
            for part in range(len(parts)):
                if mask >> part & 1:
                    by_part[part] += n
    return Convergence(
        package, target, [PartReached(p.pk, p.label, n) for p, n in zip(parts, by_part, strict=True)], by_count
    )


def packages_of(year: int) -> list[Package]:
    """Packages in force in `year`."""
    found = Package.objects.filter(year_from__lte=year).order_by("name")
    return [p for p in found if p.year_to is None or p.year_to >= year]


# --- what is not known ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A recipient list that is not in. `could_add`: beneficiaries still to come at most, None when nobody said how many
    are planned; `newest`: day of the last delivery recorded."""

    program_year: ProgramYear
    state: str
    could_add: int | None
    newest: dt.date | None


def waiting_lists(year: int, bundle: Bundle | None = None) -> list[Waiting]:
    """Programme years of `year` whose recipients are not all recorded, and how many may still come.

    Planned beneficiaries (`target`, else `quota`) less those with a delivery. A person lives in one household, so in
    households it is never more.
    """
    missing = figures.lists_not_in(year)
    if bundle and not bundle.is_all:
        programs = {p.pk for p in bundle.programs}
        missing = [m for m in missing if m.program_year.program_id in programs]
    rows = (
        Assistance.objects.filter(program_year__in=[m.program_year.pk for m in missing], delivered_last__isnull=False)
        .order_by()
        .values_list("program_year")
        .annotate(n=Count("pk"), newest=Max("delivered_last"))
    )
    known = {pk: (n, newest) for pk, n, newest in rows}
    found = []
    for each in missing:
        y = each.program_year
        planned = y.target if y.target is not None else y.quota
        n, newest = known.get(y.pk, (0, None))
        found.append(Waiting(y, each.state, None if planned is None else max(planned - n, 0), newest))
    return found


def highest_coverage(row: Targeting, waiting: list[Waiting]) -> float | None:
    """How high coverage could be once every missing list is in.

    Each beneficiary still to come reaches another household of the target group at most. The lowest is what stands
    there; the exclusion error could fall by the same.
    """
    if not row.target:
        return None
    if any(w.could_add is None for w in waiting):
        return 1.0
    return min(row.target, row.reached + sum(w.could_add for w in waiting)) / row.target


# --- small cells ---------------------------------------------------------------------------------------------------


def hidden_rows(rows: list[Targeting]) -> set[int]:
    """Places of the rows that a reader without names may not see: those with a count of 1 to 4, and as many more as it
    takes that no total gives them away: in each column the hidden rows add up to 5 or more, or to nothing.

    Kelurahan are looked at by kecamatan first: the page of a kecamatan hides the same ones as that of the city.
    """
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(figures.district_of(row.key), []).append(i)
    hidden: set[int] = set()
    for places in (*groups.values(), range(len(rows))):
        inside = [rows[i] for i in places]
        gone = {n for n, i in enumerate(places) if i in hidden}
        hidden |= {places[n] for n in _hidden_of(inside, gone)}
    return hidden


def _hidden_of(rows: list[Targeting], hidden: set[int]) -> set[int]:
    """Places to hide among rows that add up to one total, of which some are hidden already."""
    counts = [row.counts() for row in rows]
    hidden = hidden | {i for i, values in enumerate(counts) if any(0 < v < figures.SMALL for v in values)}
    if not hidden:
        return hidden
    rest = sorted((i for i in range(len(rows)) if i not in hidden), key=lambda i: (sum(counts[i]), i))
    while rest and not safe(rows, hidden):
        hidden.add(rest.pop(0))
    return hidden


def safe(rows: list[Targeting], hidden: set[int]) -> bool:
    """Whether the whole may stand beside the rows that are not hidden without giving a hidden count away."""
    counts = [rows[i].counts() for i in hidden]
    return len(hidden) > 1 and not any(0 < sum(column) < figures.SMALL for column in zip(*counts, strict=True))
