"""Undo of an applied batch, from the row history alone: staging may be gone by then.

Rows that the batch created and nothing later refers to go; rows it changed return to what they were before it; rows
that somebody touched since stay as they are and are listed. All in the caller's transaction and `history`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection

from core.imports.kinds import Progress, UndoTable
from core.models import ImportBatch
from core.registry import registry

_ROWS = """
CREATE TEMP TABLE undo_rows ON COMMIT DROP AS
WITH txs AS (SELECT id FROM history_tx WHERE batch = %(batch)s AND action = 'import.apply'),
mine AS (
  SELECT h.id, h.tbl, h.pk, h.op, h.data FROM history h
  WHERE h.tx_id IN (SELECT id FROM txs) AND h.tbl = ANY(%(tables)s)
), old AS (  -- the earliest value of each column: what stood there before the batch
  SELECT m.tbl, m.pk, jsonb_object_agg(d.key, d.value ORDER BY m.id DESC) AS old
  FROM mine m CROSS JOIN LATERAL jsonb_each(m.data) d WHERE m.op = 'U' GROUP BY m.tbl, m.pk
), firsts AS (
  SELECT tbl, pk, bool_or(op = 'I') AS created, min(id) AS first FROM mine GROUP BY tbl, pk
)
SELECT f.tbl, f.pk::bigint AS pk, f.created, coalesce(o.old, '{}') AS old,
  CASE WHEN EXISTS (
    SELECT FROM history h WHERE h.tbl = f.tbl AND h.pk = f.pk AND h.id > f.first AND h.tx_id NOT IN (SELECT id FROM txs)
  ) THEN 'touched' END AS kept
FROM firsts f LEFT JOIN old o USING (tbl, pk)
"""
_REFERRERS = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = %s::regclass
"""


@dataclass
class UndoResult:
    """What an undo did.

    restored, deleted: table → ids; kept: (table, id, why) with why touched (somebody changed it since), referred
    (something later refers to it), taken (its old number or place is in use) or follows (it belongs to a kept row).
    """

    restored: dict[str, list[int]] = field(default_factory=dict)
    deleted: dict[str, list[int]] = field(default_factory=dict)
    kept: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def counts(self) -> dict:
        """Numbers of rows, for `batch.counts`."""
        return {
            "restored": {table: len(ids) for table, ids in self.restored.items()},
            "deleted": {table: len(ids) for table, ids in self.deleted.items()},
            "kept": dict(Counter(why for _table, _id, why in self.kept if why != "follows")),
        }


def undo_batch(batch: ImportBatch, tables: tuple[UndoTable, ...], progress: Progress) -> UndoResult:
    """Undo what the batch wrote into `tables` (parents first)."""
    result = UndoResult()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS undo_rows")
        cursor.execute(_ROWS, {"batch": batch.uuid, "tables": [table.name for table in tables]})
        cursor.execute("CREATE INDEX ON undo_rows (tbl, pk); ANALYZE undo_rows")
        _decide_what_stays(cursor, tables)
        progress(1, 3)
        for table in reversed(tables):
            result.deleted[table.name] = _delete(cursor, table)
        progress(2, 3)
        # Numbers and places that are unique are freed first: two rows may have to swap them back.
        for table in tables:
            _release(cursor, table)
        for table in tables:
            result.restored[table.name] = _restore(cursor, table)
        cursor.execute("SELECT tbl, pk, kept FROM undo_rows WHERE kept IS NOT NULL ORDER BY tbl, pk")
        result.kept = cursor.fetchall()
    return result


def _decide_what_stays(cursor, tables) -> None:
    """Mark rows that stay, until nothing more follows from it."""
    statements = [statement for table in tables for statement in _stay_statements(cursor, table, tables)]
    changed = True
    while changed:
        changed = False
        for sql, params in statements:
            cursor.execute(sql, params)
            changed = changed or cursor.rowcount > 0
        for table in tables:
            changed = _ask_hooks(cursor, table.name) or changed


def _stay_statements(cursor, table: UndoTable, tables) -> list[tuple[str, list]]:
    statements = []
    undone = {each.name for each in tables}
    cursor.execute(_REFERRERS, [table.name])
    for referrer, column in cursor.fetchall():
        # A referring row that goes itself, or that returns to another value, holds nothing back.
        going = (
            "AND NOT EXISTS (SELECT FROM undo_rows g WHERE g.tbl = %s AND g.pk = r.id AND g.kept IS NULL "
            "AND (g.created OR g.old ? %s))"
            if referrer in undone
            else ""
        )
        statements.append(
            (
                f"UPDATE undo_rows u SET kept = 'referred' WHERE u.tbl = %s AND u.created AND u.kept IS NULL "
                f'AND EXISTS (SELECT FROM {referrer} r WHERE r."{column}" = u.pk {going})',
                [table.name, referrer, column] if going else [table.name],
            )
        )
    for column, parent, only_created in table.follows:
        both_created = "AND p.created AND u.created" if only_created else ""
        statements.append(
            (
                f"UPDATE undo_rows u SET kept = 'follows' FROM {table.name} r JOIN undo_rows p ON p.tbl = %s "
                f'AND p.pk = r."{column}" AND p.kept IS NOT NULL '
                f"WHERE u.tbl = %s AND u.pk = r.id AND u.kept IS NULL {both_created}",
                [parent, table.name],
            )
        )
    statements += [
        (f"UPDATE undo_rows SET kept = 'taken' WHERE tbl = %s AND kept IS NULL AND pk IN ({sql})", [table.name])
        for sql in table.conflicts
    ]
    return statements


def _ask_hooks(cursor, table: str) -> bool:
    """Whether an upper app still uses created rows in a way that no foreign key shows."""
    if not registry.import_undo_blockers:
        return False
    cursor.execute("SELECT pk FROM undo_rows WHERE tbl = %s AND created AND kept IS NULL", [table])
    ids = [pk for (pk,) in cursor.fetchall()]
    used = set().union(*(hook(table, ids) for hook in registry.import_undo_blockers)) if ids else set()
    if used:
        cursor.execute(
            "UPDATE undo_rows SET kept = 'referred' WHERE tbl = %s AND pk = ANY(%s)", [table, [int(pk) for pk in used]]
        )
    return bool(used)


def _delete(cursor, table: UndoTable) -> list[int]:
    cursor.execute(
        f"DELETE FROM {table.name} t USING undo_rows u WHERE u.tbl = %s AND u.pk = t.id AND u.created "
        "AND u.kept IS NULL RETURNING t.id",
        [table.name],
    )
    return [pk for (pk,) in cursor.fetchall()]


def _release(cursor, table: UndoTable) -> None:
    for column in table.release:
        cursor.execute(
            f'UPDATE {table.name} t SET "{column}" = NULL FROM undo_rows u '
            f"WHERE u.tbl = %s AND u.pk = t.id AND NOT u.created AND u.kept IS NULL AND u.old ? %s "
            f'AND t."{column}" IS NOT NULL',
            [table.name, column],
        )


def _restore(cursor, table: UndoTable) -> list[int]:
    cursor.execute(
        "SELECT DISTINCT d.key FROM undo_rows u CROSS JOIN LATERAL jsonb_object_keys(u.old) d(key) "
        "WHERE u.tbl = %s AND NOT u.created AND u.kept IS NULL",
        [table.name],
    )
    columns = sorted(key for (key,) in cursor.fetchall())
    if not columns:
        return []
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attname IN ('version', 'updated')",
        [table.name],
    )
    own = {name for (name,) in cursor.fetchall()}
    sets = [f'"{column}" = r."{column}"' for column in columns]
    sets += ["version = t.version + 1"] if "version" in own and table.counts_writers else []
    sets += ["updated = now()"] if "updated" in own else []
    # hstore, not jsonb_populate_record: the history keeps values as text, those of JSON columns too.
    cursor.execute(
        f"""
        UPDATE {table.name} t SET {", ".join(sets)}
        FROM (
          SELECT (populate_record(o, v.pairs)).* FROM {table.name} o
          JOIN undo_rows u ON u.tbl = %s AND u.pk = o.id AND NOT u.created AND u.kept IS NULL AND u.old <> '{{}}'
          CROSS JOIN LATERAL (
            SELECT hstore(array_agg(d.key), array_agg(d.value)) AS pairs FROM jsonb_each_text(u.old) d
          ) v
        ) r
        WHERE r.id = t.id RETURNING t.id
        """,
        [table.name],
    )
    return [pk for (pk,) in cursor.fetchall()]
