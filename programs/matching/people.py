"""Who is who: the rows of a staged list found among our people, each step one SQL statement over the staging.

A row is found by NIK, else by KK (present or former), else by name with birth date or address where exactly one fits.
Everybody else it may be is kept in `near`, the likeliest first; a person chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from programs.matching import near

# A merged duplicate leads to the row that stayed.
_BY_NIK = """
UPDATE programs_recipientrow r SET member_id = m.id, how = 'nik'
FROM households_member m
WHERE r.batch_id = %(batch)s AND r.how IS NULL AND m.nik = r.nik AND m.merged_into_id IS NULL
"""
_BY_MERGED_NIK = """
UPDATE programs_recipientrow r SET member_id = x.member, how = 'nik'
FROM (
  SELECT r.n, min(m.merged_into_id) AS member FROM programs_recipientrow r
  JOIN households_member m ON m.nik = r.nik AND m.merged_into_id IS NOT NULL
  WHERE r.batch_id = %(batch)s AND r.how IS NULL GROUP BY r.n
) x WHERE r.batch_id = %(batch)s AND r.n = x.n
"""
# Two numbers without a header may stand the other way round.
_SWAPPED = """
UPDATE programs_recipientrow r SET nik = r.kk, kk = r.nik
WHERE r.batch_id = %(batch)s AND r.how IS NULL AND r.nik IS NOT NULL AND r.kk IS NOT NULL
  AND EXISTS (SELECT FROM households_member m WHERE m.nik = r.kk AND m.merged_into_id IS NULL)
  AND NOT EXISTS (SELECT FROM households_member m WHERE m.nik = r.nik)
"""
# {number}: the column that holds a KK number: its own, or that of the NIK by mistake.
_BY_KK = """
UPDATE programs_recipientrow r SET household_id = coalesce(h.merged_into_id, h.id), how = 'kk'
FROM households_household h
WHERE r.batch_id = %(batch)s AND r.how IS NULL AND h.kk = r.{number}
  AND (h.merged_into_id IS NULL
       OR NOT EXISTS (SELECT FROM households_household o WHERE o.kk = r.{number} AND o.merged_into_id IS NULL))
"""
_BY_FORMER_KK = """
UPDATE programs_recipientrow r SET household_id = x.household, how = 'old_kk'
FROM (
  SELECT r.n, min(coalesce(h.merged_into_id, h.id)) AS household FROM programs_recipientrow r
  JOIN households_householdnumber k ON k.kk = r.kk AND k.valid_to IS NOT NULL
  JOIN households_household h ON h.id = k.household_id
  WHERE r.batch_id = %(batch)s AND r.how IS NULL
  GROUP BY r.n HAVING count(DISTINCT coalesce(h.merged_into_id, h.id)) = 1
) x WHERE r.batch_id = %(batch)s AND r.n = x.n
"""
# Who of the family the row names.
_NAMED_IN_FAMILY = """
UPDATE programs_recipientrow r SET member_id = x.member
FROM (
  SELECT r.n, min(m.id) AS member FROM programs_recipientrow r
  JOIN households_member m ON m.household_id = r.household_id AND m.name_sort = r.name_sort
    AND m.merged_into_id IS NULL
    AND (r.birth_date IS NULL OR m.birth_date IS NULL OR r.birth_date = m.birth_date)
    AND (r.nik IS NULL OR m.nik IS NULL)
  WHERE r.batch_id = %(batch)s AND r.how IN ('kk', 'old_kk') AND r.member_id IS NULL
  GROUP BY r.n HAVING count(*) = 1
) x WHERE r.batch_id = %(batch)s AND r.n = x.n
"""
# A NIK of ours that differs from the sheet's is a reason to ask; a person of ours without one is not.
_BY_NAME = """
UPDATE programs_recipientrow r SET member_id = x.member, how = 'name'
FROM (
  SELECT r.n, min(m.id) AS member FROM programs_recipientrow r
  JOIN households_member m ON m.birth_date = r.birth_date AND m.name_sort = r.name_sort AND m.merged_into_id IS NULL
  JOIN households_household h ON h.id = m.household_id
  WHERE r.batch_id = %(batch)s AND r.how IS NULL AND NOT r.bad AND (r.nik IS NULL OR m.nik IS NULL)
    AND (r.region IS NULL OR r.region = h.region_id)
  GROUP BY r.n HAVING count(*) = 1
) x WHERE r.batch_id = %(batch)s AND r.n = x.n
"""
# Without a birth date the house tells: one person of this name at this address.
_PLAIN = "lower(regexp_replace({column}, '[^[:alnum:]]', '', 'g'))"
_BY_ADDRESS = f"""
UPDATE programs_recipientrow r SET member_id = x.member, how = 'address'
FROM (
  SELECT r.n, min(m.id) AS member FROM programs_recipientrow r
  JOIN households_member m ON m.name_sort = r.name_sort AND m.merged_into_id IS NULL
  JOIN households_household h ON h.id = m.household_id
  WHERE r.batch_id = %(batch)s AND r.how IS NULL AND NOT r.bad AND (r.nik IS NULL OR m.nik IS NULL)
    AND (r.birth_date IS NULL OR m.birth_date IS NULL) AND (r.region IS NULL OR r.region = h.region_id)
    AND (r.rt IS NULL OR h.rt IN ('', r.rt)) AND (r.rw IS NULL OR h.rw IN ('', r.rw))
    AND length(r.address) >= 6 AND {_PLAIN.format(column="r.address")} = {_PLAIN.format(column="h.address")}
  GROUP BY r.n HAVING count(*) = 1
) x WHERE r.batch_id = %(batch)s AND r.n = x.n
"""
_HOUSEHOLDS = """
UPDATE programs_recipientrow r SET household_id = m.household_id
FROM households_member m WHERE r.batch_id = %(batch)s AND m.id = r.member_id
"""
_CHOSEN = """
UPDATE programs_recipientrow r SET member_id = m.id, how = 'chosen'
FROM unnest(%(sheets)s::int[], %(rows)s::int[], %(members)s::uuid[]) c(sheet, row, member)
JOIN households_member m ON m.uuid = c.member AND m.merged_into_id IS NULL
WHERE r.batch_id = %(batch)s AND r.sheet = c.sheet AND r.row = c.row AND NOT r.applied
"""
# Outside one's area nothing is said of anybody: a number is registered elsewhere, a name is not known at all.
_ELSEWHERE = """
UPDATE programs_recipientrow r
SET elsewhere = r.how IN ('nik', 'kk', 'old_kk'), member_id = NULL, household_id = NULL, how = NULL
FROM households_household h
WHERE r.batch_id = %(batch)s AND h.id = r.household_id AND NOT r.applied
  AND NOT EXISTS (SELECT FROM unnest(%(prefixes)s::text[]) p WHERE p = '' OR h.region_id = p
                  OR starts_with(h.region_id, p || '.'))
"""
_FORGET = """
UPDATE programs_recipientrow SET shown = digest, member_id = NULL, household_id = NULL, how = NULL, near = NULL,
  same_as = NULL, elsewhere = false, assistance_id = NULL, outcome = NULL, told = NULL, digest = NULL
WHERE batch_id = %(batch)s AND NOT applied AND (%(only)s IS NULL OR n = %(only)s)
"""


@dataclass(frozen=True)
class Looking:
    """How to look: areas of the person (`""` everywhere), and "sheet|row" → uuid of the member a person chose."""

    prefixes: Sequence[str]
    chosen: Mapping[str, str]


def identify(batch_id: int, looking: Looking, *, only: int | None = None) -> None:
    """Say for every staged row whom it means: `member_id`, `household_id`, `how`, else `near` or `elsewhere`.

    Forgets what an earlier look found; what would happen to a row then is kept as `shown`. `only`: one row (its n),
    the others stay as they were found.
    """
    params = {"batch": batch_id, "prefixes": list(looking.prefixes), "only": only} | _chosen(looking.chosen)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, params)
        if looking.chosen:
            cursor.execute(_CHOSEN, params)
        cursor.execute(_SWAPPED, params)
        for sql in (_BY_NIK, _BY_MERGED_NIK, _BY_KK.format(number="kk"), _BY_FORMER_KK):
            cursor.execute(sql, params)
        cursor.execute(_BY_KK.format(number="nik"), params)
        cursor.execute(_NAMED_IN_FAMILY, params)
        cursor.execute(_BY_NAME, params)
        cursor.execute(_BY_ADDRESS, params)
        cursor.execute(_HOUSEHOLDS, params)
        cursor.execute(_ELSEWHERE, params)
        near.find(cursor, batch_id, looking.prefixes)


def _chosen(chosen: Mapping[str, str]) -> dict[str, list]:
    places = [key.partition("|") for key in chosen]
    return {
        "sheets": [int(sheet) for sheet, _bar, _row in places],
        "rows": [int(row) for _sheet, _bar, row in places],
        "members": list(chosen.values()),
    }


def mark_repeated(batch_id: int, *, by: str) -> None:
    """`same_as` of rows that mean the same as an earlier one. `by`: columns that tell a beneficiary, from code."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE programs_recipientrow r SET same_as = x.first
            FROM (
              SELECT n, min(n) OVER (PARTITION BY {by}) AS first FROM programs_recipientrow
              WHERE batch_id = %s AND how IS NOT NULL AND NOT bad
            ) x WHERE r.batch_id = %s AND r.n = x.n AND x.first < x.n
            """,
            [batch_id, batch_id],
        )
