"""Progress of action items, counted from the log: exact, in a fixed number of queries for a page of items.

received: households of the list that a delivery (not void) of the programme reached since 1 January of its year.
enrolled: households of the list that stand in the programme year (rows neither void nor rejected).
spent: rupiah delivered up to the end of the quarter, of the ceiling of the programme year.
nobody_without: households of the programme's target group in the area that it reached in its year.
Rows of a list that were merged into one household count once; the whole stays the number of frozen rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.templatetags.shell import angka, persen, rupiah_singkat
from meetings.choices import OF_A_SET, Measure
from meetings.coverage import SURVIVORS
from meetings.models import ActionItem
from programs import figures


@dataclass(frozen=True)
class Progress:
    """How far an item is. `done` of `total`, enough at `goal`; in households, in rupiah for `spent`, percent for free.

    `left`: households of the list that moved, died or are no longer poor.
    """

    measure: str
    done: int
    total: int
    goal: int
    left: int = 0

    @property
    def reached(self) -> bool:
        """Whether the number is there."""
        return self.goal > 0 and self.done >= self.goal

    @property
    def share(self) -> float:
        """Part of the goal from 0 to 1."""
        return min(1.0, self.done / self.goal) if self.goal > 0 else 0.0

    @property
    def text(self) -> str:
        """`118 of 142`, `Rp 1,2 miliar of Rp 2 miliar`, `40%`."""
        if self.measure == Measure.FREE:
            return persen(self.done / 100, 0)
        show = rupiah_singkat if self.measure == Measure.SPENT else angka
        return _("%(done)s of %(goal)s") % {"done": show(self.done), "goal": show(self.goal)}

    @property
    def source(self) -> str:
        """Where the number comes from, in words."""
        return {
            Measure.FREE: _("reported"),
            Measure.RECEIVED: _("from deliveries"),
            Measure.ENROLLED: _("from the recipient list"),
            Measure.SPENT: _("from amounts delivered"),
            Measure.NOBODY_WITHOUT: _("from the target group"),
        }[Measure(self.measure)]


_OF_SETS = (
    SURVIVORS
    + """, asked AS (
  SELECT * FROM unnest(%(items)s::bigint[], %(item_sets)s::bigint[], %(programs)s::bigint[], %(years)s::bigint[],
                       %(firsts)s::date[], %(received)s::boolean[])
    AS a(item_id, set_id, program_id, year_id, first, received)
), house AS MATERIALIZED (
  SELECT DISTINCT set_id, household_id, status FROM survivor
), got AS (
  SELECT DISTINCT a.item_id, h.household_id
  FROM asked a JOIN house h ON h.set_id = a.set_id
  JOIN (SELECT s.household_id, s.program_id, s.assistance_id, s.first, s.last FROM programs_aided s
        WHERE s.household_id = ANY(ARRAY(SELECT household_id FROM house)) AND s.first <= %(day)s) d
    ON d.household_id = h.household_id AND d.program_id = a.program_id AND d.last >= a.first
  WHERE a.received AND (d.first >= a.first OR d.last <= %(day)s
    OR (SELECT true FROM programs_delivery v WHERE v.assistance_id = d.assistance_id AND NOT v.void
        AND v.date BETWEEN a.first AND %(day)s LIMIT 1))
  UNION
  SELECT a.item_id, h.household_id
  FROM asked a JOIN house h ON h.set_id = a.set_id
  JOIN (SELECT e.household_id, e.program_year_id FROM programs_enrolled e
        WHERE e.household_id = ANY(ARRAY(SELECT household_id FROM house))) e
    ON e.household_id = h.household_id AND e.program_year_id = a.year_id
  WHERE NOT a.received
)
SELECT a.item_id,
       count(g.household_id),
       (SELECT count(*) FROM households_householdsetrow r WHERE r.set_id = a.set_id),
       count(*) FILTER (WHERE h.status <> 'active'),
       count(*) FILTER (WHERE h.status = 'active' OR g.household_id IS NOT NULL)
FROM asked a JOIN house h ON h.set_id = a.set_id
LEFT JOIN got g ON g.item_id = a.item_id AND g.household_id = h.household_id
GROUP BY a.item_id, a.set_id"""
)

_SPENT = """
SELECT a.item_id,
  (SELECT coalesce(sum(d.amount), 0) FROM programs_delivery d JOIN programs_assistance s ON s.id = d.assistance_id
   WHERE s.program_year_id = a.year_id AND s.status <> 'void' AND NOT d.void AND d.date <= a.last),
  (SELECT coalesce(sum(f.ceiling), 0) FROM programs_programfunding f
   WHERE f.program_year_id = a.year_id AND f.current)
FROM unnest(%(items)s::bigint[], %(years)s::bigint[], %(lasts)s::date[]) AS a(item_id, year_id, last)"""


def progress_of(items: Iterable[ActionItem], *, day: dt.date | None = None) -> dict[int, Progress]:
    """Progress by id of the items that have any; items need `program_year` at hand.

    `day`: deliveries after it are left out (default today). One query for lists, one for money, one for each area.
    """
    items, day = list(items), day or timezone.localdate()
    found: dict[int, Progress] = {}
    kinds = defaultdict(list)
    for item in items:
        kinds[item.measure].append(item)
        if item.measure == Measure.FREE and item.reported is not None:
            found[item.pk] = Progress(item.measure, item.reported, 100, 100)
    of_sets = [item for measure in OF_A_SET for item in kinds[measure]]
    if of_sets:
        found |= _of_sets(of_sets, day)
    if kinds[Measure.SPENT]:
        found |= _of_money(kinds[Measure.SPENT], day)
    if kinds[Measure.NOBODY_WITHOUT]:
        found |= _of_areas(kinds[Measure.NOBODY_WITHOUT])
    return found


def _of_sets(items: list[ActionItem], day: dt.date) -> dict[int, Progress]:
    params = {
        "sets": sorted({i.household_set_id for i in items}),
        "items": [i.pk for i in items],
        "item_sets": [i.household_set_id for i in items],
        "programs": [i.program_year.program_id for i in items],
        "years": [i.program_year_id for i in items],
        "firsts": [dt.date(i.program_year.year, 1, 1) for i in items],
        "received": [i.measure == Measure.RECEIVED for i in items],
        "day": day,
    }
    by_pk = {i.pk: i for i in items}
    with connection.cursor() as cursor:
        cursor.execute(_OF_SETS, params)
        rows = cursor.fetchall()
    found = {}
    for pk, done, total, left, can in rows:
        item = by_pk[pk]
        goal = item.goal_count or (-(-item.goal_percent * total // 100) if item.goal_percent else can)
        found[pk] = Progress(item.measure, done, total, goal, left)
    return found


def _of_money(items: list[ActionItem], day: dt.date) -> dict[int, Progress]:
    params = {
        "items": [i.pk for i in items],
        "years": [i.program_year_id for i in items],
        "lasts": [min(day, _quarter_end(i.program_year.year, i.quarter)) for i in items],
    }
    by_pk = {i.pk: i for i in items}
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, params)
        rows = cursor.fetchall()
    return {
        pk: Progress(Measure.SPENT, int(spent), int(ceiling), int(-(-by_pk[pk].goal_percent * ceiling // 100)))
        for pk, spent, ceiling in rows
    }


def _quarter_end(year: int, quarter: int) -> dt.date:
    return dt.date(year, 12, 31) if quarter == 4 else dt.date(year, quarter * 3 + 1, 1) - dt.timedelta(days=1)


def _of_areas(items: list[ActionItem]) -> dict[int, Progress]:
    by_area = defaultdict(list)
    for item in items:
        by_area[item.area_id].append(item)
    found = {}
    for area, of_area in by_area.items():
        years = list({i.program_year_id: i.program_year for i in of_area}.values())
        counts = figures.program_targets(years, area)
        for item in of_area:
            total, part = counts[item.program_year_id]
            found[item.pk] = Progress(Measure.NOBODY_WITHOUT, part, total, total)
    return found
