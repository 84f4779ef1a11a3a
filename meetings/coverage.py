"""A decision's households then and now: who had a programme when the list was frozen, who has it since, who waits.

Counted are the households that stand for the frozen rows today: rows merged into one household count once. The whole
stays the number of frozen rows: `total = here + left + merged`. A household *has* a programme of year Y when a delivery
that is not void reached it between 1 January of Y and the day asked for; *then* the same, as kept in the frozen rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
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

# Frozen rows followed through merges to the household that stands for them today. OFFSET: few rows were merged, so each
# of them is looked up instead of reading every household of the city.
SURVIVORS = """
WITH RECURSIVE chain AS (
  SELECT r.set_id, r.id AS row_id, r.household_id, h.merged_into_id, h.region_id, h.status
  FROM households_householdsetrow r JOIN households_household h ON h.id = r.household_id
  WHERE r.set_id = ANY(%(sets)s)
  UNION ALL
  SELECT c.set_id, c.row_id, h.id, h.merged_into_id, h.region_id, h.status
  FROM chain c CROSS JOIN LATERAL (SELECT * FROM households_household m WHERE m.id = c.merged_into_id OFFSET 0) h
  WHERE c.merged_into_id IS NOT NULL
), survivor AS (
  SELECT set_id, row_id, household_id, region_id, status FROM chain WHERE merged_into_id IS NULL
)"""

# What is asked: one line a programme year, from the first day of that year, and any programme as the last. Only
# families that had or got something become rows: the rest is what is left of the whole. The first and the last delivery
# of a row of the log tell when a family got it first; rows that began before the day asked for are looked up.
_FOUND = (
    SURVIVORS
    + """, asked AS (
  SELECT * FROM unnest(%(lines)s::int[], %(programs)s::bigint[], %(uuids)s::text[], %(firsts)s::date[])
    AS a(line, program_id, uuid, first)
), house AS MATERIALIZED (
  SELECT household_id, region_id, status, status = 'active' AS here, count(*) AS rows FROM survivor
  WHERE %(everywhere)s OR region_id LIKE ANY(%(areas)s::text[])
  GROUP BY 1, 2, 3
), kept AS MATERIALIZED (
  SELECT s.household_id, l.uuid, max(l.day::date) AS last
  FROM survivor s
  JOIN households_householdsetrow r ON r.id = s.row_id AND r.set_id = ANY(%(sets)s)
  CROSS JOIN LATERAL jsonb_each_text(r."then" -> 'last') AS l(uuid, day)
  GROUP BY 1, 2
), had AS (
  SELECT k.household_id, a.line FROM kept k JOIN asked a ON a.uuid = k.uuid AND k.last >= a.first
  UNION ALL
  SELECT k.household_id, %(any_line)s FROM kept k
  GROUP BY 1 HAVING max(k.last) >= %(any_first)s
), span AS MATERIALIZED (
  SELECT s.household_id, s.program_id, s.assistance_id, s.first, s.last
  FROM programs_aided s
  WHERE s.last >= %(first)s AND s.first <= %(day)s AND s.household_id = ANY(ARRAY(SELECT household_id FROM house))
), begun AS (
  SELECT s.household_id, a.line, s.assistance_id, s.first, a.first AS since
  FROM span s JOIN asked a ON a.program_id = s.program_id AND s.last >= a.first
  UNION ALL
  SELECT s.household_id, %(any_line)s, s.assistance_id, s.first, %(any_first)s FROM span s WHERE s.last >= %(any_first)s
), got AS MATERIALIZED (
  SELECT household_id, line, min(day) AS day
  FROM (SELECT b.household_id, b.line, CASE WHEN b.first >= b.since THEN b.first ELSE (
          SELECT min(d.date) FROM programs_delivery d
          WHERE d.assistance_id = b.assistance_id AND NOT d.void AND d.date >= b.since) END AS day
        FROM begun b) each
  WHERE day <= %(day)s
  GROUP BY 1, 2
), found AS (
  SELECT h.household_id, h.region_id, h.here, f.line, f.had, f.got
  FROM (SELECT household_id, line, bool_or(had) AS had, bool_or(got) AS got
        FROM (SELECT household_id, line, true AS had, false AS got FROM had
              UNION ALL SELECT household_id, line, false, true FROM got) each
        GROUP BY 1, 2) f
  JOIN house h ON h.household_id = f.household_id
)"""
)

# Families by area and status with their frozen rows; by area and line; and by line and month in which they got it.
_COUNT = """
SELECT 'house', region_id, status, NULL::date, count(*), sum(rows)::bigint, 0, 0, 0 FROM house GROUP BY 2, 3
UNION ALL
SELECT 'line', region_id, line::text, NULL, count(*) FILTER (WHERE had), count(*) FILTER (WHERE got),
       count(*) FILTER (WHERE got AND NOT had), count(*) FILTER (WHERE had AND NOT got),
       count(*) FILTER (WHERE here AND got)
FROM found GROUP BY 2, 3
UNION ALL
SELECT 'month', NULL, line::text, date_trunc('month', day)::date, count(*), 0, 0, 0, 0 FROM got GROUP BY 3, 4"""

# Households of a part: of all that stand for the list, or of those that had or got the programme.
_OF_THE_LIST = {"all": "true", "here": "h.here", "left": "NOT h.here", "waiting": "h.here AND f.got IS NOT TRUE"}
_OF_THE_FOUND = {"then": "f.had", "now": "f.got", "since": "f.got AND NOT f.had", "lost": "f.had AND NOT f.got"}
_IDS = """
SELECT h.household_id FROM house h LEFT JOIN found f ON f.household_id = h.household_id AND f.line = %(line)s WHERE """


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
    here: int = 0
    now: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


@dataclass
class Coverage:
    """`frozen`: rows of the set; of them in the reader's area `total` = `here` + `left` + `merged`.

    `months`: (key of a line, first day of the month, households that first got it in that month).
    """

    day: dt.date
    frozen: int
    here: int
    left: int
    merged: int
    left_by: list[tuple[str, str, int]]
    lines: list[Line]
    areas: list[AreaLine]
    months: list[tuple[str, dt.date, int]]

    @property
    def total(self) -> int:
        """Frozen rows in the reader's area."""
        return self.here + self.left + self.merged


def coverage(decision: Decision, *, prefixes: Sequence[str] = ("",), day: dt.date | None = None) -> Coverage | None:
    """What became of the decision's households up to `day` (default today); None without a list.

    `prefixes`: areas in the reader's sight, `[""]` = everywhere. A fixed number of queries, one of them over the list.
    """
    if not decision.household_set_id:
        return None
    day = day or timezone.localdate()
    lines = _lines(decision)
    params = _params(decision, lines, prefixes, day)
    with connection.cursor() as cursor:
        cursor.execute(_FOUND + _COUNT, params)
        rows = cursor.fetchall()
    keys = [line.key for line in lines]
    areas: dict[str, AreaLine] = {}
    states: dict[str, int] = defaultdict(int)
    frozen = 0
    for _kind, code, status, _month, n, of_rows, *_rest in (row for row in rows if row[0] == "house"):
        area = areas.setdefault(code, AreaLine(code, code))
        area.total, area.here = area.total + n, area.here + (n if status == "active" else 0)
        states[status] += n
        frozen += of_rows
    for area in areas.values():
        area.now, area.waiting = dict.fromkeys(keys, 0), dict.fromkeys(keys, area.here)
    for line in lines:
        line.waiting = states["active"]
    for _kind, code, n, _month, then, now, since, lost, here_and_got in (row for row in rows if row[0] == "line"):
        line, area = lines[int(n)], areas[code]
        line.then, line.now, line.since = line.then + then, line.now + now, line.since + since
        line.lost, line.waiting = line.lost + lost, line.waiting - here_and_got
        area.now[line.key], area.waiting[line.key] = now, area.here - here_and_got
    for region in Region.objects.filter(code__in=areas):
        areas[region.code].name = region.name
    labels = dict(HouseholdStatus.choices)
    here = states.pop("active", 0)
    left_by = sorted((status, str(labels[status]), n) for status, n in states.items())
    left = sum(n for _status, _label, n in left_by)
    result = Coverage(
        day=day,
        frozen=decision.household_set.rows.count(),
        here=here,
        left=left,
        merged=frozen - here - left,
        left_by=left_by,
        lines=lines,
        areas=sorted(areas.values(), key=lambda a: a.code),
        months=[(keys[int(line)], month, n) for kind, _code, line, month, n, *_rest in rows if kind == "month"],
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
    firsts = [dt.date(line.program_year.year if line.program_year else frozen.year, 1, 1) for line in lines]
    # The days are given as values beside the lists: only so does the planner know how many deliveries there are since.
    return {
        "sets": [decision.household_set_id],
        "lines": list(range(len(lines))),
        "any_line": len(lines) - 1,
        "programs": [line.program_year.program_id if line.program_year else None for line in lines],
        "uuids": [str(line.program_year.program.uuid) if line.program_year else None for line in lines],
        "firsts": firsts,
        "first": min(firsts),
        "any_first": firsts[-1],
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
    params = _params(decision, lines, prefixes, day or timezone.localdate()) | {
        "line": [line.key for line in lines].index(key)
    }
    condition = (_OF_THE_LIST | _OF_THE_FOUND)[part]
    with connection.cursor() as cursor:
        cursor.execute(_FOUND + _IDS + condition, params)
        return [row[0] for row in cursor.fetchall()]


def over_time(
    decision: Decision, *, prefixes: Sequence[str] = ("",), found: Coverage | None = None
) -> list[tuple[dt.date, dict[str, int]]]:
    """Households that have each programme by the end of each month since the list was frozen, oldest first.

    Deliveries before the month of the freeze stand in the first point. `found`: the coverage, where it is known.
    """
    found = found or coverage(decision, prefixes=prefixes)
    months, month = [], timezone.localtime(decision.household_set.frozen_at).date().replace(day=1)
    while month <= found.day:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return [
        (m, {line.key: sum(n for k, first, n in found.months if k == line.key and first <= m) for line in found.lines})
        for m in months
    ]
