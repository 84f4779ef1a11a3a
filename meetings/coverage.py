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

# What is asked: one line a programme year (its uuid as key), from the first day of that year, and `any`. Only families
# that had or got something become rows: the rest is what is left of the whole.
_FOUND = (
    SURVIVORS
    + """, asked AS (
  SELECT * FROM unnest(%(keys)s::text[], %(programs)s::bigint[], %(uuids)s::text[], %(firsts)s::date[])
    AS a(key, program_id, uuid, first)
), house AS MATERIALIZED (
  SELECT DISTINCT s.household_id, h.region_id, h.status = 'active' AS here
  FROM survivor s JOIN households_household h ON h.id = s.household_id
  WHERE %(everywhere)s OR h.region_id LIKE ANY(%(areas)s::text[])
), kept AS MATERIALIZED (
  SELECT s.household_id, l.uuid, max(l.day::date) AS last
  FROM survivor s
  JOIN households_householdsetrow r ON r.id = s.row_id
  CROSS JOIN LATERAL jsonb_each_text(r."then" -> 'last') AS l(uuid, day)
  GROUP BY 1, 2
), had AS (
  SELECT k.household_id, a.key FROM kept k JOIN asked a ON a.uuid = k.uuid AND k.last >= a.first
  UNION ALL
  SELECT k.household_id, 'any' FROM kept k
  GROUP BY 1 HAVING max(k.last) >= %(any_first)s
), reached AS MATERIALIZED (
  SELECT d.household_id, d.program_id, max(d.date) AS last
  FROM programs_reached d
  WHERE d.date BETWEEN %(first)s AND %(day)s
    AND d.household_id IN (SELECT household_id FROM house)
  GROUP BY 1, 2
), got AS (
  SELECT d.household_id, a.key FROM reached d JOIN asked a ON a.program_id = d.program_id AND d.last >= a.first
  UNION ALL
  SELECT d.household_id, 'any' FROM reached d
  GROUP BY 1 HAVING max(d.last) >= %(any_first)s
), found AS (
  SELECT h.household_id, h.region_id, h.here, f.key, f.had, f.got
  FROM (SELECT household_id, key, bool_or(had) AS had, bool_or(got) AS got
        FROM (SELECT household_id, key, true AS had, false AS got FROM had
              UNION ALL SELECT household_id, key, false, true FROM got) each
        GROUP BY 1, 2) f
  JOIN house h ON h.household_id = f.household_id
)"""
)

_COUNT = """
SELECT region_id, NULL AS key, count(*), count(*) FILTER (WHERE here), 0, 0, 0 FROM house GROUP BY 1
UNION ALL
SELECT region_id, key, count(*) FILTER (WHERE had), count(*) FILTER (WHERE got),
       count(*) FILTER (WHERE got AND NOT had), count(*) FILTER (WHERE had AND NOT got),
       count(*) FILTER (WHERE here AND got)
FROM found GROUP BY 1, 2"""

_STATES = (
    SURVIVORS
    + """
SELECT h.status, count(DISTINCT h.id), count(s.row_id)
FROM survivor s JOIN households_household h ON h.id = s.household_id
WHERE %(everywhere)s OR h.region_id LIKE ANY(%(areas)s::text[])
GROUP BY 1"""
)

# Households of a part: of all that stand for the list, or of those that had or got the programme.
_OF_THE_LIST = {"all": "true", "here": "h.here", "left": "NOT h.here", "waiting": "h.here AND f.got IS NOT TRUE"}
_OF_THE_FOUND = {"then": "f.had", "now": "f.got", "since": "f.got AND NOT f.had", "lost": "f.had AND NOT f.got"}
_IDS = """
SELECT h.household_id FROM house h LEFT JOIN found f ON f.household_id = h.household_id AND f.key = %(key)s WHERE """

_MONTHS = (
    SURVIVORS
    + """, asked AS (
  SELECT * FROM unnest(%(keys)s::text[], %(programs)s::bigint[], %(uuids)s::text[], %(firsts)s::date[])
    AS a(key, program_id, uuid, first)
), house AS MATERIALIZED (
  SELECT DISTINCT s.household_id
  FROM survivor s JOIN households_household h ON h.id = s.household_id
  WHERE %(everywhere)s OR h.region_id LIKE ANY(%(areas)s::text[])
), reached AS MATERIALIZED (
  SELECT d.household_id, d.program_id, d.date
  FROM programs_reached d
  WHERE d.date BETWEEN %(first)s AND %(day)s
    AND d.household_id IN (SELECT household_id FROM house)
), one AS (
  SELECT d.household_id, a.key, min(d.date) AS day
  FROM reached d JOIN asked a ON a.program_id = d.program_id AND d.date >= a.first
  GROUP BY 1, 2
  UNION ALL
  SELECT d.household_id, 'any', min(d.date) FROM reached d
  WHERE d.date >= %(any_first)s GROUP BY 1
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
    here: int = 0
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
        cursor.execute(_FOUND + _COUNT, params)
        counts = cursor.fetchall()
    by_key = {line.key: line for line in lines}
    areas = {row[0]: AreaLine(row[0], row[0], row[2], here=row[3]) for row in counts if row[1] is None}
    for area in areas.values():
        area.now, area.waiting = dict.fromkeys(by_key, 0), dict.fromkeys(by_key, area.here)
    for line in lines:
        line.waiting = sum(area.here for area in areas.values())
    for code, key, then, now, since, lost, here_and_got in counts:
        if key is None:
            continue
        line, area = by_key[key], areas[code]
        line.then, line.now, line.since = line.then + then, line.now + now, line.since + since
        line.lost, line.waiting = line.lost + lost, line.waiting - here_and_got
        area.now[key], area.waiting[key] = now, area.here - here_and_got
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
    firsts = [dt.date(line.program_year.year if line.program_year else frozen.year, 1, 1) for line in lines]
    # The days are given as values beside the lists: only so does the planner know how many deliveries there are since.
    return {
        "sets": [decision.household_set_id],
        "keys": [line.key for line in lines],
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
    params = _params(decision, lines, prefixes, day or timezone.localdate()) | {"key": key}
    condition = (_OF_THE_LIST | _OF_THE_FOUND)[part]
    with connection.cursor() as cursor:
        cursor.execute(_FOUND + _IDS + condition, params)
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
