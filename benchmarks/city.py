"""A large city in seconds: the demo city, copied inside the database until it is large enough.

The copies are families of their own (numbers, uuids) with the aid of this year and the last. Names, ages, houses and
the share of each programme are those of the demo city, so that figures and filters find what they find there. The
copies have no row history: pages of lists and figures do not read it, and writing it would double the time.
"""

from __future__ import annotations

import time

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from benchmarks.place import drop_database, use_database

BASE = 20_000  # households of the demo city that is copied
STEP = 500  # serial numbers of NIK and KK in the demo city lie below this, those of copy k above k × STEP

# Table → what differs in copy %(k)s, and which rows are copied. `m`, `h`, `a`: highest keys of the demo city.
_TABLES = {
    "households_household": (
        {
            "id": "id + %(k)s * %(h)s",
            "uuid": "gen_random_uuid()",
            "kk": "CASE WHEN right(kk, 4)::int < %(step)s THEN (kk::bigint + %(k)s * %(step)s)::text END",
        },
        "merged_into_id IS NULL",
    ),
    "households_member": (
        {
            "id": "id + %(k)s * %(m)s",
            "uuid": "gen_random_uuid()",
            "household_id": "household_id + %(k)s * %(h)s",
            "nik": "CASE WHEN right(nik, 4)::int < %(step)s THEN (nik::bigint + %(k)s * %(step)s)::text END",
        },
        "merged_into_id IS NULL AND household_id IN (SELECT id FROM households_household WHERE merged_into_id IS NULL)",
    ),
    "households_membership": (
        {
            "id": "DEFAULT",
            "member_id": "member_id + %(k)s * %(m)s",
            "household_id": "household_id + %(k)s * %(h)s",
        },
        "household_id IN (SELECT id FROM households_household WHERE merged_into_id IS NULL)"
        " AND member_id IN (SELECT id FROM households_member WHERE merged_into_id IS NULL)",
    ),
    "households_householdnumber": (
        {
            "id": "DEFAULT",
            "household_id": "household_id + %(k)s * %(h)s",
            "kk": "CASE WHEN right(kk, 4)::int < %(step)s THEN (kk::bigint + %(k)s * %(step)s)::text ELSE kk END",
        },
        "household_id IN (SELECT id FROM households_household WHERE merged_into_id IS NULL)",
    ),
    "households_welfarerank": (
        {"id": "DEFAULT", "household_id": "household_id + %(k)s * %(h)s"},
        "household_id IN (SELECT id FROM households_household WHERE merged_into_id IS NULL)",
    ),
    "programs_assistance": (
        {
            "id": "id + %(k)s * %(a)s",
            "uuid": "gen_random_uuid()",
            "household_id": "household_id + %(k)s * %(h)s",
            "member_id": "member_id + %(k)s * %(m)s",
            "counts_for_id": "counts_for_id + %(k)s * %(h)s",
            "household_then_id": "household_then_id + %(k)s * %(h)s",
            "receipt_no": "NULL",
            "batch": "NULL",
        },
        "id IN (SELECT id FROM bench_aid)",
    ),
    "programs_delivery": (
        {
            "id": "DEFAULT",
            "uuid": "gen_random_uuid()",
            "assistance_id": "assistance_id + %(k)s * %(a)s",
            "batch": "NULL",
        },
        "assistance_id IN (SELECT id FROM bench_aid)",
    ),
}
_AID = """
CREATE TEMPORARY TABLE bench_aid ON COMMIT DROP AS
SELECT a.id FROM programs_assistance a
JOIN programs_programyear y ON y.id = a.program_year_id
JOIN households_household h ON h.id = a.counts_for_id
WHERE y.year >= %s AND a.group_id IS NULL AND h.merged_into_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM households_member m WHERE m.id = a.member_id AND m.merged_into_id IS NOT NULL)
"""


def ready(members: int, *, name: str = "bench_city") -> dict[str, int]:
    """Work on a city of at least so many members; one built today or earlier this year is used again.

    Returns table in words → rows.
    """
    mark = f"{members} members, {timezone.localdate().year}"
    if use_database(name) or _mark(name) != mark:
        drop_database(name)
        use_database(name)
        started = time.monotonic()
        _build(members)
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")
        print(f"city of {members:,} members built in {time.monotonic() - started:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM households_household), (SELECT count(*) FROM households_member),"
            " (SELECT count(*) FROM programs_assistance), (SELECT count(*) FROM programs_delivery)"
        )
        return dict(zip(("households", "members", "assistance", "deliveries"), cursor.fetchone(), strict=True))


def ready_demo(households: int = 6000, *, name: str = "bench_demo") -> None:
    """Work on the demo city as `seed_demo` makes it."""
    if use_database(name):
        call_command("seed_demo", households=households, verbosity=0)


def _mark(name: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone()[0]


def _build(members: int) -> None:
    call_command("seed_demo", households=BASE, verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor:
        # Copies of rows that passed every rule: neither history nor foreign keys are worked through again.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT (SELECT max(id) FROM households_household), (SELECT max(id) FROM households_member),"
            " (SELECT max(id) FROM programs_assistance), (SELECT count(*) FROM households_member)"
        )
        h, m, a, count = cursor.fetchone()
        cursor.execute(_AID, [timezone.localdate().year - 1])
        for table, (changes, where) in _TABLES.items():
            columns = _columns(cursor, table)
            names = [c for c in columns if changes.get(c) != "DEFAULT"]
            values = ", ".join(changes.get(c, c) for c in names)
            cursor.execute(f"CREATE TEMPORARY TABLE bench_base ON COMMIT DROP AS SELECT * FROM {table} WHERE {where}")
            indexes = _without_indexes(cursor, table)
            for k in range(1, -(-members // count)):
                numbers = {"k": k, "h": h, "m": m, "a": a, "step": STEP}
                cursor.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM bench_base", numbers)
            for definition in indexes:
                cursor.execute(definition)
            cursor.execute("DROP TABLE bench_base")
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _without_indexes(cursor, table: str) -> list[str]:
    """Drop the indexes of `table` that no constraint needs, and return how to make them again, which is faster than
    to keep them during a million inserts.
    """
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = %s::regclass"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


def _columns(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]
