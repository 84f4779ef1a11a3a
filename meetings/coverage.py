"""A decision's households then and now: who had a programme when the list was frozen, who has it since, who waits.

Counted are the households that stand for the frozen rows today: rows merged into one household count once. The whole
stays the number of frozen rows: `total = here + left + merged`. A household *has* a programme of year Y when a delivery
that is not void reached it between 1 January of Y and the day asked for; *then* the same, as kept in the frozen rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import Region
from households.choices import HouseholdStatus
from meetings.models import Decision
from programs.models import ProgramYear

ANY = "any"  # key of the line "any programme at all"
PARTS = ("all", "here", "left", "then", "now", "since", "lost", "waiting")

# Frozen rows followed through merges to the household that stands for them today.
SURVIVORS = """
WITH RECURSIVE chain AS (
  SELECT r.set_id, r.id AS row_id, r.household_id, h.merged_into_id
  FROM households_householdsetrow r JOIN households_household h ON h.id = r.household_id
  WHERE r.set_id = ANY(%(sets)s)
  UNION ALL
  SELECT c.set_id, c.row_id, h.id, h.merged_into_id
  FROM chain c JOIN households_household h ON h.id = c.merged_into_id
), survivor AS (
  SELECT set_id, row_id, household_id FROM chain WHERE merged_into_id IS NULL
)"""

# What is asked: one line a programme year (its uuid as key), from the first day of that year, and `any`.
_MARKS = (
    SURVIVORS
    + """, asked AS (
  SELECT * FROM unnest(%(keys)s::text[], %(programs)s::bigint[], %(uuids)s::text[], %(firsts)s::date[])
    AS a(key, program_id, uuid, first)
), house AS (
  SELECT DISTINCT s.household_id, h.region_id, h.status = 'active' AS here, h.status
  FROM survivor s JOIN households_household h ON h.id = s.household_id
  WHERE %(everywhere)s OR h.region_id LIKE ANY(%(areas)s::text[])
), had AS (
  SELECT DISTINCT s.household_id, a.key
  FROM survivor s
  JOIN households_householdsetrow r ON r.id = s.row_id
  CROSS JOIN LATERAL jsonb_each_text(r."then" -> 'last') AS l(uuid, day)
  JOIN asked a ON (a.uuid = l.uuid OR a.key = 'any') AND l.day::date >= a.first
), got AS (
  SELECT DISTINCT d.household_id, a.key
  FROM programs_reached d
  JOIN asked a ON (a.program_id = d.program_id OR a.key = 'any') AND d.date >= a.first
  WHERE d.date BETWEEN (SELECT min(first) FROM asked) AND %(day)s
    AND d.household_id IN (SELECT household_id FROM house)
), mark AS (
  SELECT h.household_id, h.region_id, h.here, a.key, had.key IS NOT NULL AS had, got.key IS NOT NULL AS got
  FROM house h CROSS JOIN asked a
  LEFT JOIN had ON had.household_id = h.household_id AND had.key = a.key
  LEFT JOIN got ON got.household_id = h.household_id AND got.key = a.key
)"""
)

_COUNT = """
SELECT region_id, key, count(*), count(*) FILTER (WHERE had), count(*) FILTER (WHERE got),
       count(*) FILTER (WHERE got AND NOT had), count(*) FILTER (WHERE had AND NOT got),
       count(*) FILTER (WHERE here AND NOT got)
FROM mark GROUP BY 1, 2"""

_STATES = (
    SURVIVORS
    + """
SELECT h.status, count(DISTINCT h.id), count(s.row_id)
FROM survivor s JOIN households_household h ON h.id = s.household_id
WHERE %(everywhere)s OR h.region_id LIKE ANY(%(areas)s::text[])
GROUP BY 1"""
)

_SELECT = {
    "all": "true",
    "here": "here",
    "left": "NOT here",
    "then": "had",
    "now": "got",
    "since": "got AND NOT had",
    "lost": "had AND NOT got",
    "waiting": "here AND NOT got",
}

_MONTHS = (
    SURVIVORS
    + """, asked AS (
  SELECT * FROM unnest(%(keys)s::text[], %(programs)s::bigint[], %(uuids)s::text[], %(firsts)s::date[])
    AS a(key, program_id, uuid, first)
), one AS (
  SELECT d.household_id, a.key, min(d.date) AS day
  FROM programs_reached d JOIN asked a ON (a.program_id = d.program_id OR a.key = 'any') AND d.date >= a.first
  WHERE d.date <= %(day)s AND d.household_id IN (
    SELECT s.household_id FROM survivor s JOIN households_household h ON h.id = s.household_id
    WHERE %(everywhere)s OR h.region_id LIKE ANY(%(areas)s::text[]))
  GROUP BY 1, 2
)
SELECT key, date_trunc('month', day)::date, count(*) FROM one GROUP BY 1, 2 ORDER BY 2"""
)


@dataclass
class Line:
    """One programme of the decision, or any programme (`key` any). All in households."""

    key: str
    label: str
    program_year: ProgramYear | None = None
    goal: int = 0
    goal_percent: int = 100
    then: int = 0
    now: int = 0
    since: int = 0
    lost: int = 0
    waiting: int = 0

    @property
    def reached(self) -> bool:
        """Whether the target of the decision is met."""
        return self.goal > 0 and self.now >= self.goal


@dataclass
class AreaLine:
    """The same by area of today: households that stand for the set there, and who has each programme now."""

    code: str
    name: str
    total: int = 0
    now: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


@dataclass
class Coverage:
    """`frozen`: rows of the set; of them in the reader's area `total` = `here` + `left` + `merged`."""

    day: dt.date
    frozen: int
    here: int
    left: int
    merged: int
    left_by: list[tuple[str, str, int]]
    lines: list[Line]
    areas: list[AreaLine]

    @property
    def total(self) -> int:
        """Frozen rows in the reader's area."""
        return self.here + self.left + self.merged


def coverage(decision: Decision, *, prefixes: Sequence[str] = ("",), day: dt.date | None = None) -> Coverage | None:
    """What became of the decision's households up to `day` (default today); None without a list.

    `prefixes`: areas in the reader's sight, `[""]` = everywhere. Four queries, whatever the size of the set.
    """
    if not decision.household_set_id:
        return None
    day = day or timezone.localdate()
    lines = _lines(decision)
    params = _params(decision, lines, prefixes, day)
    with connection.cursor() as cursor:
        cursor.execute(_STATES, params)
        states = cursor.fetchall()
        cursor.execute(_MARKS + _COUNT, params)
        counts = cursor.fetchall()
    by_key = {line.key: line for line in lines}
    areas: dict[str, AreaLine] = {}
    for code, key, total, then, now, since, lost, waiting in counts:
        line = by_key[key]
        line.then, line.now, line.since = line.then + then, line.now + now, line.since + since
        line.lost, line.waiting = line.lost + lost, line.waiting + waiting
        area = areas.setdefault(code, AreaLine(code, code))
        area.total, area.now[key], area.waiting[key] = total, now, waiting
    for region in Region.objects.filter(code__in=areas):
        areas[region.code].name = region.name
    labels = dict(HouseholdStatus.choices)
    here = sum(n for status, n, _rows in states if status == "active")
    left_by = sorted((status, str(labels[status]), n) for status, n, _rows in states if status != "active")
    rows = sum(rows for _status, _n, rows in states)
    left = sum(n for _status, _label, n in left_by)
    result = Coverage(
        day=day,
        frozen=decision.household_set.rows.count(),
        here=here,
        left=left,
        merged=rows - here - left,
        left_by=left_by,
        lines=lines,
        areas=sorted(areas.values(), key=lambda a: a.code),
    )
    for line in lines:
        line.goal = -(-line.goal_percent * result.total // 100)
    return result


def _lines(decision: Decision) -> list[Line]:
    named = (
        decision.programs.filter(program_year__isnull=False)
        .select_related("program_year__program__owner")
        .order_by("pk")
    )
    lines = [Line(str(p.program_year.uuid), str(p.program_year), p.program_year, goal_percent=p.target) for p in named]
    return [*lines, Line(ANY, _("Any programme at all"))]


def _params(decision: Decision, lines: list[Line], prefixes: Sequence[str], day: dt.date) -> dict:
    frozen = timezone.localtime(decision.household_set.frozen_at)
    return {
        "sets": [decision.household_set_id],
        "keys": [line.key for line in lines],
        "programs": [line.program_year.program_id if line.program_year else None for line in lines],
        "uuids": [str(line.program_year.program.uuid) if line.program_year else None for line in lines],
        "firsts": [dt.date(line.program_year.year if line.program_year else frozen.year, 1, 1) for line in lines],
        "day": day,
        **area_params(prefixes),
    }


def area_params(prefixes: Sequence[str]) -> dict:
    """Parameters of the area condition in the statements of this module."""
    return {"everywhere": "" in prefixes, "areas": [p for code in prefixes if code for p in (code, f"{code}.%")]}


def household_ids(
    decision: Decision, part: str, key: str = ANY, *, prefixes: Sequence[str] = ("",), day: dt.date | None = None
) -> list[int]:
    """The households behind a number of `coverage`: `part` one of PARTS, `key` of its line."""
    lines = _lines(decision)
    params = _params(decision, lines, prefixes, day or timezone.localdate()) | {"key": key}
    with connection.cursor() as cursor:
        cursor.execute(_MARKS + f"SELECT household_id FROM mark WHERE key = %(key)s AND {_SELECT[part]}", params)
        return [row[0] for row in cursor.fetchall()]


def over_time(decision: Decision, *, prefixes: Sequence[str] = ("",)) -> list[tuple[dt.date, dict[str, int]]]:
    """Households that have each programme by the end of each month since the list was frozen, oldest first.

    Deliveries before the month of the freeze stand in the first point. One query.
    """
    lines = _lines(decision)
    today = timezone.localdate()
    start = timezone.localtime(decision.household_set.frozen_at).date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, _params(decision, lines, prefixes, today))
        found = cursor.fetchall()
    months, month = [], start
    while month <= today:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return [
        (m, {line.key: sum(n for k, first, n in found if k == line.key and first <= m) for line in lines})
        for m in months
    ]
