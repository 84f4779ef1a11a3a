"""Who is who: the families and people of a sheet found among ours, each step one SQL statement over the staging.

A family is found by its KK, else by another system's id, else by a former KK, else by its head's NIK together with
most of the members (then the KK changed), else, without numbers, by head and address. A person is found by NIK, else
in the family by name and birth date.
"""

from __future__ import annotations

from collections.abc import Collection

from households.imports.fields import HOUSEHOLD_VALUES

FAMILY_VALUES = (*HOUSEHOLD_VALUES, "desil", "h_status", "status_reason", "status_date")


def gather_families(cursor, batch_id: int, columns: Collection[str]) -> None:
    """Build the families from the staged rows: the head's values, filled up from the other rows.

    columns: columns of staging that the sheets fill.
    """
    values = [name for name in FAMILY_VALUES if name in columns]
    names = [*values, *(name for name in ("kk", "kk_note", "ext_id") if name in columns)]
    listed = "".join(f", {name}" for name in names)
    present = " AND coalesce(m_status, 'active') = 'active'" if "m_status" in columns else ""
    head = f"relation = 1 AND is_member{present}" if "relation" in columns else "false"
    name = "h.name" if "name" in columns else "NULL"
    cursor.execute(
        f"""
        INSERT INTO households_importfamily
          (batch_id, family, head_n, has_head, rows, name,
           n_changes, moved_in, newer, overwrite, stale, applied{listed})
        SELECT g.batch_id, g.family, g.head_n, g.has_head, g.rows, {name}, 0, 0, false, false, false, false
          {"".join(f", h.{name}" for name in names)}
        FROM (
          SELECT batch_id, family, count(*) AS rows, coalesce(bool_or({head}), false) AS has_head,
            coalesce(min(n) FILTER (WHERE {head}), min(n) FILTER (WHERE is_member), min(n)) AS head_n
          FROM households_importrow WHERE batch_id = %s GROUP BY batch_id, family
        ) g JOIN households_importrow h ON h.batch_id = g.batch_id AND h.n = g.head_n
        """,
        [batch_id],
    )
    cursor.execute("ANALYZE households_importfamily (batch_id, family, kk, household_id)")
    if names:
        lacking = " OR ".join(f"(f.{name} IS NULL AND r.{name} IS NOT NULL)" for name in names)
        firsts = ", ".join(
            f"(array_agg({name} ORDER BY n) FILTER (WHERE {name} IS NOT NULL))[1] AS {name}" for name in names
        )
        cursor.execute(
            f"""
            UPDATE households_importfamily f SET {", ".join(f"{name} = coalesce(f.{name}, x.{name})" for name in names)}
            FROM (
              SELECT family, {firsts} FROM households_importrow
              WHERE batch_id = %(batch)s AND family IN (
                SELECT f.family FROM households_importfamily f
                JOIN households_importrow r ON r.batch_id = f.batch_id AND r.family = f.family AND r.n <> f.head_n
                WHERE f.batch_id = %(batch)s AND ({lacking})
              ) GROUP BY family
            ) x WHERE f.batch_id = %(batch)s AND f.family = x.family
            """,
            {"batch": batch_id},
        )
    if "ext_id" in columns:
        # Ids of persons, not of the family: they tell no family.
        cursor.execute(
            """
            UPDATE households_importfamily f SET ext_id = NULL WHERE f.batch_id = %(batch)s AND f.family IN (
              SELECT family FROM households_importrow WHERE batch_id = %(batch)s
              GROUP BY family HAVING count(DISTINCT ext_id) > 1)
            """,
            {"batch": batch_id},
        )


def regroup_people(cursor, batch_id: int) -> None:
    """Rows of a plain list of people (no KK, no relation): those we know of one household stand together."""
    cursor.execute(
        """
        UPDATE households_importrow r SET family = x.family
        FROM (
          SELECT r.n, min(r.family) OVER (PARTITION BY m.household_id) AS family
          FROM households_importrow r JOIN households_member m ON m.nik = r.nik AND m.merged_into_id IS NULL
          WHERE r.batch_id = %(batch)s AND r.kk IS NULL AND r.kk_raw IS NULL AND r.ext_id IS NULL
        ) x WHERE r.batch_id = %(batch)s AND r.n = x.n AND r.family <> x.family
        """,
        {"batch": batch_id},
    )


_BY_KK = """
UPDATE households_importfamily f SET household_id = h.id, how = 'kk'
FROM households_household h
WHERE f.batch_id = %(batch)s AND h.kk = f.kk AND h.merged_into_id IS NULL
"""
_BY_MERGED_KK = """
UPDATE households_importfamily f SET household_id = h.merged_into_id, how = 'kk'
FROM households_household h
WHERE f.batch_id = %(batch)s AND f.household_id IS NULL AND h.kk = f.kk AND h.merged_into_id IS NOT NULL
"""
_FREE = """NOT EXISTS (
  SELECT FROM households_importfamily o WHERE o.batch_id = %(batch)s AND o.household_id = {household})"""
_BY_EXTERNAL_ID = f"""
UPDATE households_importfamily f SET household_id = x.household, how = 'ext'
FROM (
  SELECT DISTINCT ON (e.household) f.family, e.household FROM households_importfamily f
  JOIN (SELECT e.scheme || ':' || e.value AS ext_id, coalesce(h.merged_into_id, h.id) AS household
        FROM households_externalid e JOIN households_household h ON h.id = e.household_id) e ON e.ext_id = f.ext_id
  WHERE f.batch_id = %(batch)s AND f.household_id IS NULL AND {_FREE.format(household="e.household")}
  ORDER BY e.household, f.family
) x WHERE f.batch_id = %(batch)s AND f.family = x.family
"""
_BY_FORMER_KK = f"""
UPDATE households_importfamily f SET household_id = x.household, how = 'old_kk'
FROM (
  SELECT DISTINCT ON (n.household_id) f.family, n.household_id AS household FROM households_importfamily f
  JOIN households_householdnumber n ON n.kk = f.kk AND n.valid_to IS NOT NULL
  JOIN households_household h ON h.id = n.household_id AND h.merged_into_id IS NULL
  WHERE f.batch_id = %(batch)s AND f.household_id IS NULL AND {_FREE.format(household="n.household_id")}
    AND EXISTS (
      SELECT FROM households_importrow r JOIN households_member m ON m.nik = r.nik AND m.household_id = n.household_id
      WHERE r.batch_id = f.batch_id AND r.family = f.family)
  ORDER BY n.household_id, f.family
) x WHERE f.batch_id = %(batch)s AND f.family = x.family
"""
# The head must be known there, and either be the head there too or bring most of that household along: a grown child
# that founds a family of its own is no change of the KK.
_BY_MEMBERS = f"""
WITH known AS (
  SELECT f.family, m.household_id AS household, count(*) AS n, bool_or(r.n = f.head_n) AS with_head,
    bool_or(r.n = f.head_n AND m.relation = 1 AND m.status = 'active') AS same_head, f.kk IS NULL AS without_kk,
    sum(count(*)) OVER (PARTITION BY f.family) AS of_family
  FROM households_importfamily f
  JOIN households_importrow r ON r.batch_id = f.batch_id AND r.family = f.family
  JOIN households_member m ON m.nik = r.nik AND m.merged_into_id IS NULL
  WHERE f.batch_id = %(batch)s AND f.household_id IS NULL
  GROUP BY f.family, f.kk, m.household_id
), fitting AS (
  SELECT DISTINCT ON (k.household) k.family, k.household FROM known k
  WHERE k.with_head AND 2 * k.n > k.of_family AND {_FREE.format(household="k.household")}
    AND (k.same_head OR k.without_kk OR %(people)s OR 2 * k.n > (
      SELECT count(*) FROM households_member m WHERE m.household_id = k.household AND m.status = 'active'))
  ORDER BY k.household, k.n DESC, k.family
)
UPDATE households_importfamily f SET household_id = x.household, how = 'members'
FROM fitting x WHERE f.batch_id = %(batch)s AND f.family = x.family
"""
# Two families of one head's name at one address are told apart by their order: the first of ours is the first again.
_BY_NAME = f"""
WITH ours AS (
  SELECT h.id, h.region_id, h.rw, h.rt, lower(h.address) AS address, h.head_sort, m.birth_date, m.nik, h.kk
  FROM households_household h
  LEFT JOIN households_member m ON m.household_id = h.id AND m.relation = 1 AND m.status = 'active'
  WHERE h.merged_into_id IS NULL AND h.head_sort IN (
    SELECT r.name_sort FROM households_importfamily f JOIN households_importrow r ON r.batch_id = f.batch_id
      AND r.n = f.head_n WHERE f.batch_id = %(batch)s AND f.household_id IS NULL)
    AND {_FREE.format(household="h.id")}
), pairs AS (
  SELECT f.family, o.id AS household,
    row_number() OVER (PARTITION BY f.family ORDER BY o.id) AS place,
    dense_rank() OVER (PARTITION BY o.id ORDER BY f.family) AS turn,
    count(*) OVER (PARTITION BY f.family) AS choices, count(*) OVER (PARTITION BY o.id) AS rivals
  FROM households_importfamily f
  JOIN households_importrow r ON r.batch_id = f.batch_id AND r.n = f.head_n
  JOIN ours o ON o.head_sort = r.name_sort AND (f.region IS NULL OR o.region_id = f.region)
    AND coalesce(f.rw, o.rw) = o.rw AND coalesce(f.rt, o.rt) = o.rt
    AND coalesce(lower(f.address), o.address) = o.address
    AND (r.birth_date IS NULL OR o.birth_date IS NULL OR r.birth_date = o.birth_date)
    AND (r.nik IS NULL OR o.nik IS NULL) AND (f.kk IS NULL OR o.kk IS NULL)
  WHERE f.batch_id = %(batch)s AND f.household_id IS NULL AND (f.address IS NOT NULL OR r.birth_date IS NOT NULL)
)
UPDATE households_importfamily f
SET household_id = CASE WHEN x.choices <= x.rivals THEN x.household END,
    how = CASE WHEN x.choices <= x.rivals THEN 'name' ELSE 'unclear' END
FROM pairs x WHERE f.batch_id = %(batch)s AND f.family = x.family AND x.place = x.turn
"""


def match_families(cursor, batch_id: int, columns: Collection[str]) -> None:
    """Find the household of each staged family. A family that may be several of ours gets `how` unclear."""
    params = {"batch": batch_id, "people": "relation" not in columns}
    if "kk" in columns:
        cursor.execute(_BY_KK, params)
        cursor.execute(_BY_MERGED_KK, params)
    if "ext_id" in columns:
        cursor.execute(_BY_EXTERNAL_ID, params)
    if "kk" in columns:
        cursor.execute(_BY_FORMER_KK, params)
    if "nik" in columns:
        cursor.execute(_BY_MEMBERS, params)
    if "name" in columns:
        cursor.execute(_BY_NAME, params)


# Of rows with one NIK the first is the person. Grouped, not "none before it": planned for a handful of members (right
# after a first import), that would compare every row with every other.
_PEOPLE_BY_NIK = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT r.n, r.family, x.member_id, x.household_id, 'nik' AS how
FROM (
  SELECT min(r.n) AS n, m.id AS member_id, m.household_id
  FROM households_importrow r JOIN households_member m ON m.nik = r.nik AND m.merged_into_id IS NULL
  WHERE r.batch_id = %(batch)s AND r.is_member
  GROUP BY m.id
) x JOIN households_importrow r ON r.batch_id = %(batch)s AND r.n = x.n
"""
_NO_PEOPLE = """
CREATE TEMP TABLE import_match (n integer, family integer, member_id bigint, household_id bigint, how text)
ON COMMIT DROP
"""
# Two people of one family whose NIKs were swapped: name and birth date say who is who, the numbers change hands.
_SWAPPED = """
WITH unlike AS MATERIALIZED (  -- looked for first: in most sheets there is none, and then no other member is looked at
  SELECT t.n, m.id, m.household_id, r.name_sort, r.birth_date
  FROM import_match t
  JOIN households_importrow r ON r.batch_id = %(batch)s AND r.n = t.n
  JOIN households_member m ON m.id = t.member_id
  WHERE r.name_sort <> m.name_sort AND r.birth_date IS DISTINCT FROM m.birth_date
)
UPDATE import_match t SET member_id = o.id, how = 'name'
FROM unlike u JOIN households_member o ON o.household_id = u.household_id AND o.id <> u.id
  AND o.name_sort = u.name_sort AND o.birth_date = u.birth_date AND o.merged_into_id IS NULL
WHERE t.n = u.n
"""
_PEOPLE_BY_NAME = """
INSERT INTO import_match (n, family, member_id, household_id, how)
SELECT n, family, member_id, household_id, 'name' FROM (
  SELECT r.n, r.family, m.id AS member_id, m.household_id,
    row_number() OVER (PARTITION BY r.n ORDER BY m.birth_date = r.birth_date DESC NULLS LAST, m.id) AS of_row,
    row_number() OVER (PARTITION BY m.id ORDER BY m.birth_date = r.birth_date DESC NULLS LAST, r.n) AS of_member
  FROM households_importrow r
  JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family AND f.household_id IS NOT NULL
  JOIN households_member m ON m.household_id = f.household_id AND m.name_sort = r.name_sort AND m.merged_into_id IS NULL
  WHERE r.batch_id = %(batch)s AND r.is_member
    AND (m.birth_date = r.birth_date OR m.birth_date IS NULL OR r.birth_date IS NULL)
    AND (r.nik IS NULL OR m.nik IS NULL OR m.birth_date = r.birth_date)
    AND NOT EXISTS (SELECT FROM import_match t WHERE t.n = r.n)
    AND NOT EXISTS (SELECT FROM import_match t WHERE t.member_id = m.id)
) x WHERE of_row = 1 AND of_member = 1
"""
# A sheet of families names the head without a NIK: that is the head we know, however the name is spelt.
_HEADS = """
INSERT INTO import_match (n, family, member_id, household_id, how)
SELECT DISTINCT ON (m.id) r.n, r.family, m.id, m.household_id, 'head'
FROM households_importrow r
JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family AND f.household_id IS NOT NULL
JOIN households_member m ON m.household_id = f.household_id AND m.relation = 1 AND m.status = 'active'
WHERE r.batch_id = %(batch)s AND r.is_member AND r.nik IS NULL AND r.sheet = ANY(%(household_sheets)s)
  AND NOT EXISTS (SELECT FROM import_match t WHERE t.n = r.n OR t.member_id = m.id)
ORDER BY m.id, r.n
"""


def match_people(cursor, batch_id: int, columns: Collection[str], household_sheets: Collection[int]) -> None:
    """Find the member of each staged row: temporary table `import_match` (n, family, member_id, household_id, how).

    household_id: where the member lives now. household_sheets: indexes of sheets with one row a family.
    """
    cursor.execute("DROP TABLE IF EXISTS import_match")
    cursor.execute(_PEOPLE_BY_NIK if "nik" in columns else _NO_PEOPLE, {"batch": batch_id})
    cursor.execute("ANALYZE import_match")
    if "name" in columns:
        if "birth_date" in columns:
            cursor.execute(_SWAPPED, {"batch": batch_id})
        cursor.execute(_PEOPLE_BY_NAME, {"batch": batch_id})
    if household_sheets:
        cursor.execute(_HEADS, {"batch": batch_id, "household_sheets": list(household_sheets)})
