"""Rules that look at other rows of the sheet or at the database: each is one statement that writes its findings."""

from __future__ import annotations

from collections.abc import Collection

from households.imports.scope import Judged


def _finding(level: str, code: str, column: str, query: str, *, value: str = "''", params: str = "'{}'::jsonb") -> str:
    """A statement that writes one finding for each row `r` of `query` (what follows SELECT … FROM)."""
    return f"""
    INSERT INTO core_importfinding (batch_id, stage, level, code, sheet, row, col, field, value, params, grp)
    SELECT r.batch_id, 'rules', '{level}', '{code}', (%(sheets)s::text[])[r.sheet + 1], r.row,
      coalesce((%(title_{column})s::text[])[r.sheet + 1], ''), '{column}', left(coalesce({value}, ''), 200), {params},
      r.family
    FROM {query}
    ORDER BY r.n
    """


_ROWS = "households_importrow r"
_OF_BATCH = "r.batch_id = %(batch)s"
# The row of a family's head, for findings on the family.
_FAMILIES = "households_importfamily f JOIN households_importrow r ON r.batch_id = f.batch_id AND r.n = f.head_n"
_F_OF_BATCH = "f.batch_id = %(batch)s"
_PRESENT = "coalesce(r.m_status, 'active') = 'active'"


def within_the_sheet(j: Judged) -> list[str]:
    """Statements on rows among each other."""
    has = j.columns.__contains__
    sql = []
    if has("nik") and has("birth_date"):
        day = "(substr(r.nik, 7, 2)::int %% 40)"
        sql.append(
            _finding(
                "warning",
                "nik_birth_differs",
                "birth_date",
                f"{_ROWS} WHERE {_OF_BATCH} AND r.nik IS NOT NULL AND r.birth_date IS NOT NULL "
                f"AND to_char({day}, 'FM00') || substr(r.nik, 9, 4) <> to_char(r.birth_date, 'DDMMYY')",
                value="to_char(r.birth_date, 'DD/MM/YYYY')",
            )
        )
    if has("nik") and has("sex"):
        woman = "substr(r.nik, 7, 2)::int > 40"
        sql.append(
            _finding(
                "warning",
                "nik_sex_differs",
                "sex",
                f"{_ROWS} WHERE {_OF_BATCH} AND r.nik IS NOT NULL AND r.sex IS NOT NULL AND (r.sex = 'F') <> ({woman})",
                value="r.sex",
            )
        )
    if has("nik"):
        first = (
            "SELECT nik, min(n) AS n FROM households_importrow WHERE batch_id = %(batch)s AND nik IS NOT NULL "
            "AND is_member GROUP BY nik HAVING count(*) > 1"
        )
        twice = (
            f"{_ROWS} JOIN ({first}) x ON x.nik = r.nik AND r.n > x.n "
            "JOIN households_importrow o ON o.batch_id = r.batch_id AND o.n = x.n "
            f"WHERE {_OF_BATCH} AND r.is_member"
        )
        same = "(o.family = r.family AND o.name_sort = r.name_sort)"
        row = "jsonb_build_object('row', o.row)"
        sql.append(_finding("error", "nik_twice", "nik", f"{twice} AND NOT {same}", value="r.nik", params=row))
        sql.append(_finding("error", "person_twice", "name", f"{twice} AND {same}", value="r.name", params=row))
        sql.append(
            _finding(
                "note",
                "nik_missing",
                "nik",
                f"{_ROWS} WHERE {_OF_BATCH} AND r.nik IS NULL AND r.nik_note IS NULL AND r.is_member "
                "AND NOT EXISTS (SELECT FROM core_importfinding x WHERE x.batch_id = r.batch_id AND x.stage = 'cells' "
                "AND x.field = 'nik' AND x.grp = r.family AND x.row = r.row "
                "AND x.sheet = (%(sheets)s::text[])[r.sheet + 1])",
            )
        )
    if has("name"):
        sql.append(_same_person_without_nik())
    if has("name") and has("birth_date") and not j.lookup:
        sql.append(
            _finding(
                "warning",
                "person_alike",
                "name",
                f"{_ROWS} JOIN (SELECT name_sort, birth_date, min(n) AS n FROM households_importrow "
                "WHERE batch_id = %(batch)s AND is_member AND birth_date IS NOT NULL GROUP BY name_sort, birth_date "
                "HAVING min(family) <> max(family)) x ON x.name_sort = r.name_sort AND x.birth_date = r.birth_date "
                "JOIN households_importrow o ON o.batch_id = r.batch_id AND o.n = x.n "
                f"WHERE {_OF_BATCH} AND r.n > o.n AND r.family <> o.family AND r.nik IS DISTINCT FROM o.nik",
                value="r.name",
                params="jsonb_build_object('row', o.row)",
            )
        )
    if has("kk") and has("nik"):
        sql.append(
            _finding(
                "error",
                "kk_is_nik",
                "kk",
                # Of the same family: in the whole city a KK and a NIK may well be the same number.
                f"{_FAMILIES} WHERE {_F_OF_BATCH} AND f.family IN (SELECT g.family FROM households_importfamily g "
                "JOIN households_importrow o ON o.batch_id = g.batch_id AND o.family = g.family AND o.nik = g.kk "
                "WHERE g.batch_id = %(batch)s)",
                value="f.kk",
            )
        )
    if has("relation"):
        sql.append(
            _finding(
                "error",
                "two_heads",
                "relation",
                f"{_ROWS} JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family "
                "JOIN households_importrow o ON o.batch_id = f.batch_id AND o.n = f.head_n "
                f"WHERE {_OF_BATCH} AND f.has_head AND r.relation = 1 AND r.is_member AND r.n <> f.head_n "
                f"AND {_PRESENT} AND r.nik IS DISTINCT FROM o.nik",
                value="r.name",
                params="jsonb_build_object('row', o.row)",
            )
        )
    if j.household_sheets and has("kk"):
        sql.append(
            _finding(
                "error",
                "kk_twice",
                "kk",
                f"{_ROWS} JOIN households_importrow o ON o.batch_id = r.batch_id AND o.sheet = r.sheet "
                "AND o.family = r.family AND o.kk = r.kk AND o.n = (SELECT min(a.n) FROM households_importrow a "
                "WHERE a.batch_id = r.batch_id AND a.family = r.family AND a.sheet = r.sheet) "
                f"WHERE {_OF_BATCH} AND r.sheet = ANY(%(household_sheets)s) AND r.n > o.n",
                value="r.kk",
                params="jsonb_build_object('row', o.row)",
            )
        )
    for column in ("address", "region"):
        if has(column):
            differs = f"lower(r.{column}) <> lower(f.{column})"
            sql.append(
                _finding(
                    "note" if column == "address" else "warning",
                    f"{column}_differs",
                    column,
                    f"(SELECT DISTINCT ON (r.family) r.* FROM {_ROWS} JOIN households_importfamily f "
                    f"ON f.batch_id = r.batch_id AND f.family = r.family WHERE {_OF_BATCH} AND r.n <> f.head_n "
                    f"AND {differs} ORDER BY r.family, r.n) r",
                    value=f"r.{column}",
                )
            )
    return sql


def _same_person_without_nik() -> str:
    """Twice the same name and birth date in one family, where no two different NIKs tell them apart."""
    return _finding(
        "error",
        "person_twice",
        "name",
        f"{_ROWS} JOIN households_importrow o ON o.batch_id = r.batch_id AND o.family = r.family "
        "AND o.name_sort = r.name_sort AND o.n < r.n AND o.birth_date IS NOT DISTINCT FROM r.birth_date "
        f"WHERE {_OF_BATCH} AND r.is_member AND o.is_member AND (r.nik IS NULL OR o.nik IS NULL) "
        "AND r.sheet = o.sheet",
        value="r.name",
        params="jsonb_build_object('row', o.row)",
    )


def against_the_database(j: Judged) -> list[str]:
    """Statements on rows and what we know; `import_match` must be there."""
    has = j.columns.__contains__
    moved = (
        f"{_ROWS} JOIN import_match t ON t.n = r.n JOIN households_member m ON m.id = t.member_id "
        "JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family "
        "JOIN households_household h ON h.id = m.household_id "
        f"WHERE {_OF_BATCH} AND m.household_id IS DISTINCT FROM f.household_id"
    )
    same = (
        "(r.name_sort IS NULL OR r.name_sort = m.name_sort OR r.birth_date = m.birth_date "
        "OR similarity(r.name_sort, m.name_sort) > 0.45)"
    )
    outside = j.outside("h.region_id")
    known = "jsonb_build_object('name', h.head_name)"
    sql = []
    if not j.lookup:
        taken = f"{moved} AND NOT {outside} AND NOT {same}"
        sql.append(_finding("error", "nik_elsewhere", "nik", f"{moved} AND {outside}", value="r.nik"))
        sql.append(_finding("error", "nik_taken", "nik", taken, value="r.nik", params=known))
    sql += [
        _finding(
            "error",
            "family_elsewhere",
            "kk",
            f"{_FAMILIES} JOIN households_household h ON h.id = f.household_id WHERE {_F_OF_BATCH} AND {outside}",
            value="f.kk",
        ),
        _finding("error", "family_ambiguous", "name", f"{_FAMILIES} WHERE {_F_OF_BATCH} AND f.how = 'unclear'"),
        _finding("note", "kk_old", "kk", f"{_FAMILIES} WHERE {_F_OF_BATCH} AND f.how = 'old_kk'", value="f.kk"),
    ]
    if has("nik"):
        here = (
            f"{_ROWS} JOIN import_match t ON t.n = r.n JOIN households_member m ON m.id = t.member_id WHERE {_OF_BATCH}"
        )
        sql.append(
            _finding(
                "warning",
                "nik_changed",
                "nik",
                f"{here} AND t.how = 'name' AND r.nik <> m.nik",
                value="r.nik",
            )
        )
        sql.append(
            _finding(
                "warning",
                "person_differs",
                "name",
                f"{_ROWS} JOIN import_match t ON t.n = r.n JOIN households_member m ON m.id = t.member_id "
                "JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family "
                f"AND f.household_id = m.household_id WHERE {_OF_BATCH} AND t.how = 'nik' AND NOT {same}",
                value="r.name",
            )
        )
        sql.append(
            _finding(
                "note",
                "member_inactive",
                "status",
                f"{here} AND m.status <> 'active' AND r.m_status IS NULL AND NOT (m.status = 'moved' "
                "AND m.household_id <> (SELECT f.household_id FROM households_importfamily f "
                "WHERE f.batch_id = r.batch_id AND f.family = r.family))",
                value="r.name",
                params="jsonb_build_object('status', m.status)",
            )
        )
    sql += _new_families(j)
    return sql


def _new_families(j: Judged) -> list[str]:
    """What a family must bring to be added, and gaps it comes with."""
    has = j.columns.__contains__
    new = f"{_FAMILIES} WHERE {_F_OF_BATCH} AND f.household_id IS NULL AND coalesce(f.how, '') <> 'unclear'"
    nobody = (
        "NOT EXISTS (SELECT FROM households_importrow o WHERE o.batch_id = f.batch_id AND o.family = f.family "
        "AND o.is_member)"
    )
    if j.lookup:
        return [_finding("warning", "not_in_data", "kk" if has("kk") else "nik", new, value="coalesce(f.kk, r.nik)")]
    sql = [
        _finding("warning", "not_in_data", "kk", f"{new} AND {nobody} AND NOT r.bad", value="f.kk"),
        _finding(
            "error",
            "region_missing",
            "region",
            f"{new} AND f.region IS NULL AND NOT ({nobody}) AND NOT ({_BAD_REGION})",
        ),
        _finding(
            "error",
            "name_missing",
            "name",
            f"{_ROWS} LEFT JOIN import_match t ON t.n = r.n WHERE {_OF_BATCH} AND r.is_member AND r.name IS NULL "
            "AND t.n IS NULL",
            value="r.nik",
        ),
    ]
    if has("kk"):
        sql.append(
            _finding(
                "warning",
                "kk_missing",
                "kk",
                f"{_FAMILIES} LEFT JOIN households_household h ON h.id = f.household_id WHERE {_F_OF_BATCH} "
                f"AND f.kk IS NULL AND f.kk_note IS NULL AND h.kk IS NULL AND NOT ({nobody}) "
                "AND NOT EXISTS (SELECT FROM households_importrow o WHERE o.batch_id = f.batch_id "
                "AND o.family = f.family AND o.kk_raw IS NOT NULL)",
                value="f.name",
            )
        )
    if has("relation"):
        sql.append(
            _finding(
                "warning",
                "no_head",
                "relation",
                f"{_FAMILIES} WHERE {_F_OF_BATCH} AND NOT f.has_head AND NOT ({nobody}) AND NOT EXISTS ("
                "SELECT FROM households_member m WHERE m.household_id = f.household_id AND m.relation = 1 "
                "AND m.status = 'active')",
                value="f.name",
            )
        )
    if has("ext_id"):
        sql.append(
            _finding(
                "error",
                "ext_twice",
                "ext_id",
                f"{_FAMILIES} JOIN households_importfamily o ON o.batch_id = f.batch_id AND o.ext_id = f.ext_id "
                "AND o.family < f.family JOIN households_importrow a ON a.batch_id = o.batch_id AND a.n = o.head_n "
                f"WHERE {_F_OF_BATCH}",
                value="f.ext_id",
                params="jsonb_build_object('row', a.row)",
            )
        )
    return sql


def on_the_outcome(j: Judged) -> list[str]:
    """Statements on what would happen, once the differences are known; `import_heads` must be there."""
    if j.lookup:
        return []
    heads = (
        f"{_FAMILIES} JOIN import_heads e ON e.family = f.family JOIN households_member m ON m.id = e.member_id "
        f"WHERE {_F_OF_BATCH}"
    )
    old_head = "jsonb_build_object('name', m.name)"
    return [
        _finding("warning", "move_held", "nik", f"{_ROWS} WHERE {_OF_BATCH} AND r.outcome = 'held'", value="r.name"),
        _finding("warning", "head_stays", "relation", f"{heads} AND e.blocked", value="f.name", params=old_head),
        _finding("warning", "head_replaced", "relation", f"{heads} AND NOT e.blocked", value="f.name", params=old_head),
    ]


_BAD_REGION = (
    "EXISTS (SELECT FROM core_importfinding x WHERE x.batch_id = f.batch_id AND x.grp = f.family "
    "AND x.field IN ('region', 'region_code') AND x.level = 'error')"
)


def run(cursor, j: Judged, statements: Collection[str]) -> None:
    """Execute the statements of this module."""
    params = j.params
    for statement in statements:
        cursor.execute(statement, params)
