"""Migrations: none is missing, each can be taken back and leaves what was there before, and rows live through it."""

import pytest
from django.core.management import call_command
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from core.models import HistoryEntry
from households.models import Household, Member
from programs.models import Assistance
from tests.worlds import build

OURS = ("core", "households", "programs", "meetings", "reports")  # lower apps first

# What the database holds of ours: name → definition, without what an extension or another package brought.
_PICTURE = """
WITH own AS (
  SELECT c.oid, c.relname, c.relkind FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relname !~ '^(django_|auth_|account_|mfa_|core_cache)'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
)
SELECT 'column ' || relname || '.' || attname,
  concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
    pg_get_expr(adbin, adrelid))
FROM own JOIN pg_attribute a ON a.attrelid = own.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = own.oid AND d.adnum = a.attnum WHERE relkind IN ('r', 'p')
UNION ALL
SELECT 'constraint ' || relname || '.' || conname, pg_get_constraintdef(p.oid)
FROM own JOIN pg_constraint p ON p.conrelid = own.oid
UNION ALL
SELECT 'index ' || indexrelid::regclass, pg_get_indexdef(indexrelid) FROM own JOIN pg_index i ON i.indrelid = own.oid
UNION ALL
SELECT 'view ' || relname, pg_get_viewdef(oid) FROM own WHERE relkind IN ('v', 'm')
UNION ALL
SELECT 'trigger ' || relname || '.' || tgname, pg_get_triggerdef(t.oid)
FROM own JOIN pg_trigger t ON t.tgrelid = own.oid AND NOT tgisinternal
UNION ALL
SELECT 'statistics ' || stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
WHERE stxnamespace = 'public'::regnamespace
UNION ALL
SELECT 'function ' || p.oid::regprocedure::text, md5(prosrc) FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def picture() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_PICTURE)
        return dict(cursor.fetchall())


def differences(first: dict[str, str], second: dict[str, str]) -> dict[str, tuple]:
    names = sorted(first.keys() | second.keys())
    return {name: (first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)}


@pytest.mark.django_db
def test_none_is_missing(capsys):
    call_command("makemigrations", check=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out


def one_way(migration) -> list[str]:
    """Operations of a migration that cannot be taken back."""
    return [operation.describe() for operation in migration.operations if not operation.reversible]


def test_operations_that_cannot_be_taken_back_are_seen():
    migration = migrations.Migration("0001", "core")
    migration.operations = [
        migrations.RunSQL("SELECT 1"),
        migrations.RunSQL("SELECT 1", "SELECT 2"),
        migrations.RunPython(print),
    ]
    assert len(one_way(migration)) == 2


def test_every_operation_can_be_taken_back():
    ours = {node: each for node, each in MigrationLoader(None).disk_migrations.items() if node[0] in OURS}
    assert len(ours) > 20
    assert {node: found for node, each in ours.items() if (found := one_way(each))} == {}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_step_back_leaves_what_was_there_before():
    """To nothing and up again, step by step; then down again: after each step all is as it was on the way up."""
    whole = picture()
    MigrationExecutor(connection).migrate([("core", None)])  # everything stands on it
    left = picture()
    assert [name for name in left if name.split()[1].startswith(tuple(f"{app}_" for app in OURS))] == []
    assert [name for name in left if name.startswith(("function", "view", "statistics"))] == []

    executor = MigrationExecutor(connection)
    applied, state, steps = set(executor.loader.applied_migrations), ProjectState(), []
    for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True):
        if (migration.app_label, migration.name) in applied:
            state = migration.mutate_state(state, preserve=False)
            continue
        if migration.app_label in OURS:
            steps.append((migration, state.clone(), picture()))
        state = executor.apply_migration(state, migration)
    assert differences(whole, picture()) == {}

    for migration, earlier_state, earlier in reversed(steps):
        executor.unapply_migration(earlier_state, migration)
        assert differences(earlier, picture()) == {}, f"{migration.app_label}.{migration.name} taken back"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rows_live_through_going_back_and_forth():
    build()
    whole = picture()
    rows = {model: list(model.objects.order_by("pk").values()) for model in (Household, Member, Assistance)}
    recorded = HistoryEntry.objects.count()
    graph = MigrationLoader(connection).graph
    # As far back as every first migration, and what these stand on, still holds.
    kept = {node for app in OURS for root in graph.root_nodes(app) for node in graph.forwards_plan(root)}
    MigrationExecutor(connection).migrate([max(node for node in kept if node[0] == app) for app in OURS])
    assert differences(whole, picture()) != {}
    assert Member.objects.values("pk").count() == len(rows[Member])
    call_command("migrate", verbosity=0)
    assert differences(whole, picture()) == {}
    for model, before in rows.items():
        assert list(model.objects.order_by("pk").values()) == before
    assert HistoryEntry.objects.count() >= recorded
