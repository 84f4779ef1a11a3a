"""Row history: one statement-level trigger writes `history`, an action says why in `history_tx`.

The trigger fires for every statement, so set-based writes and COPY are recorded too. U keeps the old values of the
changed columns, D the whole old row, I only that the row came: the present row walked back gives any moment. Both
tables refuse UPDATE, DELETE and TRUNCATE.
"""

from __future__ import annotations

import contextlib
import contextvars

from django.db import connection, migrations, transaction

from core.models.records import AccessRecord, HistoryTransaction

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

TRIGGER_FUNCTION = r"""
CREATE EXTENSION IF NOT EXISTS hstore;

CREATE FUNCTION history_tx_current() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE tx bigint := nullif(current_setting('tkpkd.tx', true), '')::bigint;
BEGIN
  IF tx IS NULL THEN  -- a write outside an action (psql, framework): still recorded, and recognisable as such
    INSERT INTO history_tx (at, actor, action, reason, region, request_id)
      VALUES (now(), 'database', 'direct', '', '', '') RETURNING id INTO tx;
    PERFORM set_config('tkpkd.tx', tx::text, true);
  END IF;
  RETURN tx;
END $$;

-- TG_ARGV[0] = primary key column, TG_ARGV[1] = comma list of columns that are not worth a record.
-- EXECUTE plans each time: a plan cached for 0 transition rows would make the next big update crawl.
CREATE FUNCTION history_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE skipped text[] := string_to_array(TG_ARGV[1], ',');
BEGIN
  -- The tx is an uncorrelated sub-select: asked once, and only when there is a row to record.
  IF TG_OP = 'INSERT' THEN
    EXECUTE format('INSERT INTO history (tx_id, tbl, pk, op, data)
      SELECT (SELECT history_tx_current()), $1, n.%1$I::text, ''I'', ''{}'' FROM new_rows n', TG_ARGV[0])
      USING TG_TABLE_NAME::text;
  ELSIF TG_OP = 'DELETE' THEN
    EXECUTE format('INSERT INTO history (tx_id, tbl, pk, op, data)
      SELECT (SELECT history_tx_current()), $1, o.%1$I::text, ''D'', hstore_to_jsonb(hstore(o)) FROM old_rows o',
      TG_ARGV[0]) USING TG_TABLE_NAME::text;
  ELSE
    EXECUTE format('INSERT INTO history (tx_id, tbl, pk, op, data)
      SELECT (SELECT history_tx_current()), $1, d.pk, ''U'', hstore_to_jsonb(d.ho - d.hn)
      FROM (SELECT n.%1$I::text AS pk, hstore(o) - $2 AS ho, hstore(n) - $2 AS hn
            FROM new_rows n JOIN old_rows o ON o.%1$I = n.%1$I) d WHERE d.ho <> d.hn', TG_ARGV[0])
      USING TG_TABLE_NAME::text, skipped;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$;
"""

TRIGGER_FUNCTION_REVERSE = """
DROP FUNCTION IF EXISTS history_refuse() CASCADE;
DROP FUNCTION IF EXISTS history_record() CASCADE;
DROP FUNCTION IF EXISTS history_tx_current() CASCADE;
"""


def track_table(table: str, *, pk: str = "id", skip: tuple[str, ...] = ()) -> migrations.RunSQL:
    """Migration operation that records every change of `table`.

    `pk`: primary key column; `skip`: columns whose change alone is not worth a record (derived values).
    """
    args = f"'{pk}', '{','.join(skip)}'"
    create = "".join(
        f"CREATE TRIGGER history_{op[0].lower()} AFTER {op} ON {table} {refs} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION history_record({args});\n"
        for op, refs in (
            ("INSERT", "REFERENCING NEW TABLE AS new_rows"),
            ("UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("DELETE", "REFERENCING OLD TABLE AS old_rows"),
        )
    )
    create += (
        f"CREATE TRIGGER history_t BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION history_refuse();\n"
    )
    drop = "".join(f"DROP TRIGGER IF EXISTS history_{x} ON {table};\n" for x in "iudt")
    return migrations.RunSQL(create, drop)


def append_only(table: str) -> migrations.RunSQL:
    """Migration operation that makes `table` refuse UPDATE, DELETE and TRUNCATE."""
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION history_refuse();",
        f"DROP TRIGGER IF EXISTS append_only ON {table};",
    )


@contextlib.contextmanager
def history(*, by, action: str, reason: str = "", region: str = "", batch=None):
    """Say why the rows written inside change; opens a transaction of its own when there is none.

    `by`: the acting user, None = the system; `action`: `noun.verb`; `reason`: typed by a person; `region`: area code;
    `batch`: uuid of the import. An inner use speaks for its own rows, then the outer one speaks again.
    Yields the `HistoryTransaction`.
    """
    with transaction.atomic():
        tx = HistoryTransaction.objects.create(
            actor_id=by.pk if by else None,
            actor=str(by) if by else "system",
            action=action,
            reason=reason,
            region=region,
            request_id=request_id.get(),
            batch=batch,
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('tkpkd.tx', true)")
            outer = cursor.fetchone()[0] or ""
            cursor.execute("SELECT set_config('tkpkd.tx', %s, true)", [str(tx.pk)])
            yield tx
            # On an error the transaction is gone, and the setting with it.
            cursor.execute("SELECT set_config('tkpkd.tx', %s, true)", [outer])


_MARK = """
SELECT (SELECT max(id) FROM history), max(id), sum(id), extract(epoch FROM max(at))
FROM (SELECT id, at FROM history_tx ORDER BY id DESC LIMIT 1000) latest
"""


def mark() -> str:
    """A text that is another one after every recorded change: what rests on recorded rows alone holds as long as it.

    Numbers are given out before transactions end, so that the highest alone would not tell of one that ends late; the
    sum of the latest thousand does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return "-".join(map(str, cursor.fetchone()))


def record_access(user, kind: str, what: str, *, purpose: str = "", object_key: str = "", filters: str = "", rows=None):
    """Record a read of personal data (UU 27/2022).

    `kind`: an `AccessKind`; `what`: what was seen, in words, without a full number; `object_key`: `household:<uuid>`;
    `filters`: the filter in words; `rows`: how many rows went out.
    """
    return AccessRecord.objects.create(
        user=user,
        actor=str(user) if user else "system",
        kind=kind,
        what=what[:200],
        purpose=purpose[:300],
        object_key=object_key,
        filters=filters,
        rows=rows,
        request_id=request_id.get(),
    )
