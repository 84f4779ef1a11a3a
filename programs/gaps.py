"""Gap lists: who fits a programme, any, or a package, and lacks it in the year; how far lists handed over are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from core.models import Region
from households.models import Household
from households.rules import compile_rule
from programs import figures, targeting
from programs.bundle_filters import whole_rule
from programs.models import Package, Program, WorkOrder
from programs.targeting import Asked, Bundle

MOST_IN = 3


def gap_households(program: Program | None, year: int, area: str = "") -> QuerySet:
    """Households of the target group that `program` (None: any programme) did not reach in `year`.

    Unit: households. The same as the missed of `targeting.whole`.
    """
    reached = figures.reached_rows(year, programs=[program.uuid] if program else None)
    return targeting.fitting(program, year, area).exclude(pk__in=reached.values("household"))


def gap_of_package(package: Package, year: int, area: str = "") -> QuerySet:
    """Households that should have the package and lack a part of it in `year`. Unit: households."""
    rule = {"not": whole_rule(package, year)}
    return targeting.package_households(package, year, area).filter(compile_rule(rule, year=year))


def served(order: WorkOrder) -> QuerySet:
    """Ids of households that got what the order asks for, as a subquery."""
    if order.package_id:
        return Household.objects.filter(compile_rule(whole_rule(order.package, order.year), year=order.year)).values(
            "pk"
        )
    rows = figures.reached_rows(order.year, programs=[order.program.uuid] if order.program else None)
    return rows.values("household")


@dataclass(frozen=True)
class Gap:
    """The gap of one bundle: households, and where most of them live: (code, name, households)."""

    bundle: Bundle
    row: targeting.Targeting
    most: list[tuple[str, str, int]]


def gap_table(year: int, area: str = "") -> list[Gap]:
    """The gap of all programmes together and of each of them, largest first after the whole; two statements."""
    years = targeting.covering_years(year)
    found = []
    for kind in ("all", "program"):
        groups = targeting.bundles(kind, years)
        counts: dict[int, list[int]] = {n: [0, 0, 0, 0] for n in range(len(groups))}
        missed: dict[int, dict[str, int]] = {n: {} for n in counts}
        for n, code, each in targeting.by_bundle_and_village(groups, Asked(year, area=area)):
            counts[n] = [a + b for a, b in zip(counts[n], each, strict=True)]
            missed[n][code] = each[0] - each[1]
        found += [(bundle, counts[n], missed[n]) for n, bundle in enumerate(groups)]
    names = dict(Region.objects.filter(code__in={c for _b, _n, m in found for c in m}).values_list("code", "name"))
    rows = []
    for bundle, counts, by_village in found:
        most = sorted(((n, code) for code, n in by_village.items() if n), key=lambda pair: (-pair[0], pair[1]))
        row = targeting.Targeting(bundle.key, bundle.label, *counts, bundle=bundle, asked=Asked(year, area=area))
        rows.append(Gap(bundle, row, [(code, names[code], n) for n, code in most[:MOST_IN]]))
    return sorted(rows, key=lambda gap: (not gap.bundle.is_all, -gap.row.missed, gap.bundle.label))


@dataclass(frozen=True)
class Progress:
    """How far a list is, in households: all of it, reached since, not reached and no longer active, still to do."""

    total: int
    done: int
    left: int

    @property
    def open(self) -> int:
        """Households still to do."""
        return self.total - self.done - self.left


# Rows that were merged into one household count once. Reached: a delivery of the year of the order that is not void; of
# a package every part that some programme gives.
_PROGRESS = """
WITH house AS (
  SELECT DISTINCT o.id, o.program_id, o.package_id, make_date(o.year, 1, 1) AS first, make_date(o.year, 12, 31) AS last,
         coalesce(h.merged_into_id, h.id) AS household_id
  FROM programs_workorder o
  JOIN households_householdsetrow r ON r.set_id = o.household_set_id
  JOIN households_household h ON h.id = r.household_id
  WHERE o.id = ANY(%s)
), part AS (
  SELECT p.package_id, p.id, g.program_id FROM programs_packagepart p
  JOIN programs_packagepart_programs g ON g.packagepart_id = p.id
), got AS (
  SELECT w.id, w.household_id FROM house w
  JOIN programs_aided s ON s.household_id = w.household_id AND s.last >= w.first AND s.first <= w.last
  JOIN programs_programyear y ON y.id = s.program_year_id AND (w.program_id IS NULL OR y.program_id = w.program_id)
  LEFT JOIN part p ON p.package_id = w.package_id AND p.program_id = y.program_id
  WHERE s.first >= w.first OR s.last <= w.last
     OR EXISTS (SELECT FROM programs_delivery d WHERE d.assistance_id = s.assistance_id AND NOT d.void
                AND d.date BETWEEN w.first AND w.last)
  GROUP BY w.id, w.household_id, w.package_id
  HAVING count(DISTINCT p.id) = (SELECT count(DISTINCT q.id) FROM part q WHERE q.package_id = w.package_id)
)
SELECT w.id, {key}, count(*), count(g.household_id),
       count(*) FILTER (WHERE g.household_id IS NULL AND h.status <> 'active')
FROM house w JOIN households_household h ON h.id = w.household_id
LEFT JOIN got g ON g.id = w.id AND g.household_id = w.household_id
WHERE (%s = '' OR h.region_id = %s OR h.region_id LIKE %s)
GROUP BY 1, 2
"""


def progress(orders: list[WorkOrder], area: str = "") -> dict[int, Progress]:
    """How far each order is; one query for a page of them."""
    found = {order.pk: Progress(0, 0, 0) for order in orders}
    for pk, _key, total, done, left in _counted(orders, "''", area):
        found[pk] = Progress(total, done, left)
    return found


def progress_by_village(order: WorkOrder, area: str = "") -> list[tuple[str, str, Progress]]:
    """(code, name, progress) of each kelurahan of one order."""
    rows = {code: Progress(*counts) for _pk, code, *counts in _counted([order], "h.region_id", area)}
    names = Region.objects.filter(code__in=rows).order_by("code").values_list("code", "name")
    return [(code, name, rows[code]) for code, name in names]


def _counted(orders: list[WorkOrder], key: str, area: str) -> list[tuple]:
    with connection.cursor() as cursor:
        ids = [order.pk for order in orders]
        cursor.execute(_PROGRESS.format(key=key), [ids, area, area, f"{area}.%"])
        return cursor.fetchall()


def to_do(order: WorkOrder, households: QuerySet) -> QuerySet:
    """Of `households` those of the order that are active and not reached, in the order of a walk: kelurahan, RW, RT."""
    rows = order.household_set.rows
    meant = rows.annotate(now=Coalesce("household__merged_into_id", "household_id")).values("now")
    return (
        households.filter(pk__in=meant, status="active")
        .exclude(pk__in=served(order))
        .order_by("region_id", "rw", "rt", "head_sort", "pk")
    )
