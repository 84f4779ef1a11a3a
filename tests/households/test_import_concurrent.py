"""Imports beside each other and beside people at work, and a worker killed in the middle: nothing is half applied.

Threads and processes of their own on the test's database, which is made anew after each test.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.urls import reverse

from core.choices import BatchState, JobState
from core.imports import batches
from core.models import HistoryEntry, HistoryTransaction, ImportBatch, Job
from households.actions.households import edit_household
from households.locking import EditConflict
from households.models import Household, HouseholdNumber, ImportFamily, Member, Membership
from tests.core.test_jobs import ROOT, start_worker, wait_for
from tests.households.sheets import check, family, household, kk, load, load_answers, said, sheet, step
from tests.worlds import build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GATE = 424_242  # key of the advisory lock at which a write waits until the test lets it pass


@pytest.fixture
def world(transactional_db):
    """The world, committed, with the answer codes."""
    made = build()
    load_answers()
    return made


@pytest.fixture
def keeper(world):
    return world.user("kelurahan_operator")


class Gate:
    """A table whose next write by anybody else waits until `open`."""

    def __init__(self):
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory", None)
        self._side = psycopg2.connect(**parameters)
        self._side.autocommit = True

    def _do(self, sql: str):
        with self._side.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None

    def close(self, table: str, when: str = "INSERT OR UPDATE") -> None:
        self._do(f"SELECT pg_advisory_lock({GATE})")
        self._do(
            "CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$"
        )
        self._do(f"CREATE TRIGGER gate AFTER {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()")

    def somebody_waits(self) -> bool:
        return self._do(
            f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {GATE} AND NOT granted"
        ) != [(0,)]

    def open(self) -> None:
        self._do("SELECT pg_advisory_unlock_all()")

    def remove(self) -> None:
        self._side.close()


@pytest.fixture
def gate(world):
    """A `Gate`, opened again at the end whatever happens."""
    made = Gate()
    yield made
    made.remove()


def at_once(*works) -> list[Exception | None]:
    """Run these functions in threads that start together; what each raised."""
    barrier, raised = threading.Barrier(len(works)), [None] * len(works)

    def run(n, work):
        try:
            barrier.wait(20)
            work()
        except Exception as error:
            raised[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "it hangs"
    return raised


def stored() -> list[int]:
    return [model.objects.count() for model in (Household, HouseholdNumber, Member, Membership, HistoryTransaction)]


# --- killed ----------------------------------------------------------------------------------------------------------

MOMENTS = {
    "the first families are written": "households_household",
    "people stand in, their memberships do not": "households_membership",
    "all is written but for the word that it is": "core_importbatch",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_worker_leaves_nothing_and_the_batch_can_be_run_again(client, keeper, gate, process_env, moment):
    load(keeper, family(1))
    batch = check(keeper, family(1, rt="007") + family(2, 3) + family(3))
    before = stored()
    job = batches.run(batch, "apply", by=keeper, at_once=False)
    gate.close(MOMENTS[moment])
    worker = start_worker(process_env)
    try:
        wait_for(gate.somebody_waits)
        batch.refresh_from_db()
        assert (batch.state, batches.stage(batch)) == ("applying", "busy")
        assert stored() == before, "nobody sees it before it is done"
        with pytest.raises(ValidationError):
            batches.run(batch, "apply", by=keeper, at_once=True)
    finally:
        worker.kill()  # SIGKILL: no clean-up of any kind
        worker.wait()
    gate.open()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER gate ON {MOMENTS[moment]}")

    wait_for(lambda: batches.stage(ImportBatch.objects.get(pk=batch.pk)) == "interrupted")
    assert stored() == before
    assert household(1).rt == "001"
    assert not Household.objects.filter(kk__in=[kk(2), kk(3)]).exists()
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING, "found out later, by its heartbeat"
    client.force_login(keeper)
    page = client.get(reverse("households:import_batch", args=[batch.uuid]))
    assert page.context["stage"] == "interrupted"
    assert reverse("households:import_step", args=[batch.uuid, "again"]) in page.content.decode()

    client.post(reverse("households:import_step", args=[batch.uuid, "again"]))
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert (household(1).rt, household(2).size, household(3).size) == ("007", 3, 2)
    assert HistoryTransaction.objects.filter(batch=batch.uuid).count() == 1


def test_killed_undo_leaves_the_import_applied(keeper, gate, process_env):
    batch = load(keeper, family(1) + family(2))
    before = stored()
    batches.run(batch, "undo", by=keeper, at_once=False)
    gate.close("households_household", "DELETE")
    worker = start_worker(process_env)
    try:
        wait_for(gate.somebody_waits)
    finally:
        worker.kill()
        worker.wait()
    gate.open()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER gate ON households_household")
    wait_for(lambda: batches.stage(ImportBatch.objects.get(pk=batch.pk)) == "interrupted")
    assert stored() == before
    step(batch, "undo", keeper)
    assert not Household.objects.filter(kk__in=[kk(1), kk(2)]).exists()


# --- two imports -----------------------------------------------------------------------------------------------------


def spans(*found) -> list[tuple[int, int]]:
    """First and last entry of the history of each batch."""
    result = []
    for batch in found:
        tx = HistoryTransaction.objects.filter(batch=batch.uuid, action="import.apply").values_list("pk", flat=True)
        ids = list(HistoryEntry.objects.filter(tx_id__in=list(tx)).order_by("pk").values_list("pk", flat=True))
        result.append((ids[0], ids[-1]) if ids else (0, 0))
    return result


def test_two_sheets_over_the_same_people_neither_deadlock_nor_mix(keeper):
    """Both hold the same families in opposite order: without one order of locks they would wait for each other."""
    numbers = list(range(1, 31))
    load(keeper, [row for n in numbers for row in family(n)])
    one = check(keeper, [row for n in numbers for row in family(n, rt="011", rw="011")], name="satu.csv")
    two = check(keeper, [row for n in reversed(numbers) for row in family(n, rt="022", rw="022")], name="dua.csv")

    raised = at_once(
        lambda: batches.run(one, "apply", by=keeper, at_once=True),
        lambda: batches.run(two, "apply", by=keeper, at_once=True),
    )

    assert raised == [None, None]
    for batch in (one, two):
        batch.refresh_from_db()
        assert batch.state == "applied"
    places = {(h.rt, h.rw) for h in Household.objects.filter(kk__in=[kk(n) for n in numbers])}
    assert len(places) == 1, "all families stand as one of the two sheets says"
    won, lost = (one, two) if places == {("011", "011")} else (two, one)
    assert won.counts["report"]["households"]["updated"] == 30
    assert said(lost)["changed_since"] == 30, "who came second is shown what changed"
    assert ImportFamily.objects.filter(batch_id=lost.pk, stale=True).count() == 30

    step(lost, "apply", keeper)
    now = {h.rt for h in Household.objects.filter(kk__in=[kk(n) for n in numbers])}
    assert now == {"022" if won is one else "011"}
    (first, last), (start, _end) = spans(won, lost)
    assert first <= last < start, "their writes do not interleave"


def test_two_sheets_with_the_same_new_people_add_them_once(world, keeper):
    """Another KK in each: the people are new to both checks, and can be in one family only."""
    rows = [row for n in range(1, 11) for row in family(n)]
    other = [row | {"kk": kk(100 + i // 2)} for i, row in enumerate(rows)]
    one, two = check(keeper, rows, name="satu.csv"), check(keeper, other, name="dua.csv")

    raised = at_once(
        lambda: batches.run(one, "apply", by=keeper, at_once=True),
        lambda: batches.run(two, "apply", by=keeper, at_once=True),
    )

    assert raised == [None, None]
    for row in rows:
        assert Member.objects.filter(nik=row["nik"]).count() == 1
    assert Household.objects.filter(source="verval").count() == 10
    counts = []
    for batch in (one, two):
        batch.refresh_from_db()
        counts.append((batch.counts["report"]["households"]["created"], batch.counts.get("stale", 0)))
    assert sorted(counts) == [(0, 10), (10, 0)]


def test_a_batch_is_applied_once_although_asked_twice(keeper):
    batch = check(keeper, family(1) + family(2))
    copies = [ImportBatch.objects.get(pk=batch.pk) for _ in range(3)]
    raised = at_once(*(lambda each=each: batches.run(each, "apply", by=keeper, at_once=True) for each in copies))
    assert any(error is None for error in raised)
    assert all(error is None or isinstance(error, ValidationError) for error in raised)
    assert Household.objects.filter(kk__in=[kk(1), kk(2)]).count() == 2
    assert Member.objects.filter(household__kk__in=[kk(1), kk(2)]).count() == 4
    assert ImportBatch.objects.get(pk=batch.pk).state == BatchState.APPLIED


def test_apply_and_undo_of_another_wait_for_each_other(keeper):
    first = load(keeper, [row for n in range(1, 11) for row in family(n)])
    second = check(keeper, [row for n in range(5, 16) for row in family(n, rt="007")])
    raised = at_once(
        lambda: batches.run(first, "undo", by=keeper, at_once=True),
        lambda: batches.run(second, "apply", by=keeper, at_once=True),
    )
    assert raised == [None, None]
    for one in Household.objects.filter(source="verval"):
        assert one.size == one.members.filter(status="active").count() == 2
        assert one.numbers.filter(valid_to=None).count() == 1
    assert Member.objects.filter(household__source="verval", memberships__isnull=True).count() == 0


def test_people_edit_pages_while_a_sheet_is_applied(world, keeper):
    numbers = list(range(1, 21))
    load(keeper, [row for n in numbers for row in family(n)])
    batch = check(keeper, [row for n in numbers for row in family(n, rt="007")])
    bappeda = world.user("bappeda_staff")
    done = []

    def edit(order):
        for n in order:
            try:
                edit_household(
                    household=household(n), section="address", values={"address": f"Diedit {n}"}, version=None,
                    by=bappeda,
                )  # fmt: skip
                done.append(n)
            except EditConflict:
                pass

    raised = at_once(
        lambda: batches.run(batch, "apply", by=keeper, at_once=True),
        lambda: edit(numbers[::2]),
        lambda: edit(reversed(numbers[1::2])),
    )
    assert raised == [None, None, None]
    batch.refresh_from_db()
    stale = batch.counts["stale"]
    assert sorted(done) == numbers
    assert Household.objects.filter(address__startswith="Diedit").count() == 20, "no edit is lost"
    applied = Household.objects.filter(kk__in=[kk(n) for n in numbers], rt="007").count()
    assert applied + stale == 20, "what did not go in is shown again"


def test_commands_in_processes_of_their_own(world, process_env, tmp_path):
    """`manage.py import_households` twice at the same moment: both end well, nobody stands twice."""
    rows = [row for n in range(1, 21) for row in family(n)]
    path = tmp_path / "sama.csv"
    path.write_bytes(sheet(rows).read())
    reports = [tmp_path / "a.json", tmp_path / "b.json"]
    running = [
        subprocess.Popen(
            [sys.executable, "manage.py", "import_households", path, "--area", world.own.region.pk, "--report", report],
            cwd=Path(ROOT),
            env=process_env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for report in reports
    ]
    outputs = [each.communicate(timeout=120) for each in running]
    assert [each.returncode for each in running] == [0, 0], outputs
    found = [json.loads(report.read_text()) for report in reports]
    assert [each["status"] for each in found] == ["applied", "applied"]
    assert sorted(each["households"]["created"] for each in found) == [0, 20]
    assert Member.objects.filter(nik__in=[row["nik"] for row in rows]).count() == 40
