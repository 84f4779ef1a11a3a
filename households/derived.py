"""Columns derived from the members: name of the head, number of people, place in the work order, sortable names."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# The same words as core.names.search_name for what sheets hold: small letters, no accents, no punctuation.
SEARCH_NAME = "lower(regexp_replace(unaccent({name}), '[^[:alnum:] ]', '', 'g'))"

_MEMBERS = f"""
UPDATE households_member m SET name_sort = {SEARCH_NAME.format(name="m.name")}
WHERE {{where}} AND m.name_sort IS DISTINCT FROM {SEARCH_NAME.format(name="m.name")}
"""
# Head: the active member with relation 1, else the eldest active one; people without birth date come last. A family
# that died or left as a whole keeps the name of its last head: lists and papers still have to say whom they mean.
_HOUSEHOLDS = """
WITH heads AS (
  SELECT DISTINCT ON (m.household_id) m.household_id, m.name, m.name_sort
  FROM households_member m
  WHERE {where} AND m.merged_into_id IS NULL
  ORDER BY m.household_id, (m.status = 'active') DESC, (m.relation = 1) DESC NULLS LAST, m.birth_date NULLS LAST, m.id
), sizes AS (
  SELECT m.household_id, count(*) AS size
  FROM households_member m
  WHERE {where} AND m.status = 'active' AND m.merged_into_id IS NULL
  GROUP BY m.household_id
), wanted AS (
  SELECT h.id, coalesce(heads.name, '') AS head_name, coalesce(heads.name_sort, '') AS head_sort,
         coalesce(sizes.size, 0) AS size, coalesce(h.desil, 11) AS work_order
  FROM households_household h
  LEFT JOIN heads ON heads.household_id = h.id
  LEFT JOIN sizes ON sizes.household_id = h.id
  WHERE {where_household}
)
UPDATE households_household h
SET head_name = w.head_name, head_sort = w.head_sort, size = w.size, work_order = w.work_order
FROM wanted w
WHERE w.id = h.id
  AND (h.head_name, h.head_sort, h.size, h.work_order)
      IS DISTINCT FROM (w.head_name, w.head_sort, w.size, w.work_order)
"""


def refresh(ids: Iterable[int] | None) -> int:
    """Bring the derived columns of households and of their members up to date, inside the caller's `history`.

    `ids`: primary keys of households; None = all of them. Returns how many households changed.
    """
    if ids is None:
        of_members, of_households, params = "true", "true", []
    else:
        of_members, of_households, params = "m.household_id = ANY(%s)", "h.id = ANY(%s)", [list(ids)]
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS.format(where=of_members), params)
        cursor.execute(_HOUSEHOLDS.format(where=of_members, where_household=of_households), params * 3)
        return cursor.rowcount
