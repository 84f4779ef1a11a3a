"""What the households of a frozen set had in the moment it was frozen; kept in its rows, never touched again.

`then` of a row gets `last` (programme uuid → day of the last delivery that reached the household up to that day) and
`enrolled` (uuids of programmes in whose year it stood). Later edits of filter, households or log do not reach it.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

_TAKE = """
UPDATE households_householdsetrow r SET "then" = r."then" || jsonb_build_object(
  'last', coalesce(got.last, '{}'::jsonb), 'enrolled', coalesce(inside.programs, '[]'::jsonb), 'taken', %(day)s::text)
FROM households_householdsetrow row
LEFT JOIN (
  SELECT each.household_id, jsonb_object_agg(p.uuid, each.last) AS last
  FROM (SELECT d.household_id, d.program_id, max(d.date) AS last
        FROM programs_reached d
        WHERE d.date <= %(day)s
          AND d.household_id IN (SELECT household_id FROM households_householdsetrow WHERE set_id = %(set)s)
        GROUP BY 1, 2) each
  JOIN programs_program p ON p.id = each.program_id
  GROUP BY 1) got ON got.household_id = row.household_id
LEFT JOIN (
  SELECT e.household_id, jsonb_agg(DISTINCT p.uuid) AS programs
  FROM programs_enrolled e JOIN programs_program p ON p.id = e.program_id
  WHERE e.year = %(year)s
    AND e.household_id IN (SELECT household_id FROM households_householdsetrow WHERE set_id = %(set)s)
  GROUP BY 1) inside ON inside.household_id = row.household_id
WHERE row.set_id = %(set)s AND r.id = row.id
"""


def take(set_id: int, *, day: dt.date) -> int:
    """Write what each household of the set had on `day`; returns the number of rows. Inside the caller's history."""
    with connection.cursor() as cursor:
        # The rows were written a moment ago, so the planner takes them for one and would go round in loops.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(_TAKE, {"set": set_id, "day": day, "year": day.year})
        taken = cursor.rowcount
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
        return taken
