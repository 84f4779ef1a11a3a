"""Periodic work: listed, done, and one failure keeps nothing else from running."""

import io
import json
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.choices import JobState
from core.models import Job
from core.registry import PeriodicTask, registry
from tkpkd import periodic


@pytest.fixture
def only(monkeypatch):
    """Replace the registered pieces."""

    def replace(*pieces):
        monkeypatch.setattr(registry, "periodic", list(pieces))

    return replace


def run(*arguments) -> str:
    output = io.StringIO()
    call_command("periodic", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_without_apply_it_only_lists(only):
    done = []
    only(PeriodicTask("water the plants", 60, lambda: done.append(1) or ""))
    assert run() == "every 60 s: water the plants\n"
    assert done == []


@pytest.mark.django_db
def test_a_failure_is_told_and_the_rest_is_done(only, caplog):
    def fail():
        raise RuntimeError("dry")

    only(PeriodicTask("fail", 60, fail), PeriodicTask("water", 60, lambda: "2 plants"))
    output = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("periodic", "--apply", stdout=output)
    assert ended.value.code == 1
    assert output.getvalue() == "water: 2 plants\n"
    assert "periodic work failed: fail" in caplog.text


@pytest.mark.django_db
def test_work_of_a_dead_worker_is_marked_interrupted():
    long_ago = timezone.now() - timedelta(minutes=5)
    dead = Job.objects.create(kind="x", state=JobState.RUNNING, started=long_ago, heartbeat=long_ago)
    alive = Job.objects.create(kind="x", state=JobState.RUNNING, started=long_ago, heartbeat=timezone.now())
    assert periodic.reclaim() == "1 interrupted"
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.state, alive.state) == (JobState.INTERRUPTED, JobState.RUNNING)
    assert periodic.reclaim() == ""


@pytest.mark.django_db
def test_queue_entries_of_a_killed_worker_end_after_a_day():
    def entry(hours: int) -> DBTaskResult:
        return DBTaskResult.objects.create(
            task_path="core.jobs.run_job",
            args_kwargs={"args": [1], "kwargs": {}},
            queue_name="long",
            backend_name="default",
            status=TaskResultStatus.RUNNING,
            started_at=timezone.now() - timedelta(hours=hours),
            exception_class_path="",
            traceback="",
        )

    old, new = entry(25), entry(1)
    assert periodic.tidy_queue() == "1 left by a killed worker"
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, new.status) == (TaskResultStatus.FAILED, TaskResultStatus.RUNNING)


@pytest.fixture
def clock(monkeypatch, settings, tmp_path):
    """An office with an empty backup folder, and a function that sets its clock."""
    settings.OFFICE = True
    settings.BACKUPS_DIR = tmp_path / "backups"

    def at(year, month, day, hour):
        moment = datetime(year, month, day, hour, tzinfo=timezone.get_default_timezone())
        monkeypatch.setattr(periodic.timezone, "localtime", lambda: moment)

    return at


@pytest.mark.django_db(transaction=True)
def test_one_backup_a_night_and_the_newest_fourteen_stay(clock, settings):
    folder = settings.BACKUPS_DIR
    folder.mkdir()
    for day in range(1, 16):
        (folder / f"2026-10-{day:02}").mkdir()
        (folder / f"2026-10-{day:02}" / "manifest.json").write_text("{}")
    (folder / "by-hand").mkdir()

    clock(2026, 11, 25, 0)
    assert periodic.nightly_backup() == ""
    clock(2026, 11, 25, 1)
    assert periodic.nightly_backup() == f"backup {folder / '2026-11-25'}"
    assert "database.dump" in json.loads((folder / "2026-11-25" / "manifest.json").read_text())["files"]
    assert periodic.nightly_backup() == ""
    kept = sorted(entry.name for entry in folder.iterdir())
    assert kept == [*(f"2026-10-{day:02}" for day in range(3, 16)), "2026-11-25", "by-hand"]


@pytest.mark.django_db(transaction=True)
def test_half_a_backup_of_a_killed_process_is_made_again(clock, settings):
    clock(2026, 11, 25, 3)
    half = settings.BACKUPS_DIR / "2026-11-25"
    half.mkdir(parents=True)
    (half / "database.dump").write_text("half")
    assert periodic.nightly_backup() != ""
    assert (half / "manifest.json").exists()


@pytest.mark.django_db
def test_no_backup_outside_an_office(clock, settings):
    settings.OFFICE = False
    clock(2026, 11, 25, 3)
    assert periodic.nightly_backup() == ""
    assert not settings.BACKUPS_DIR.exists()
