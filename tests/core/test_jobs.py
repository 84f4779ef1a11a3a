"""Long work: the row a person sees, from the queue to its end, with the immediate backend and with a real worker."""

import contextlib
import datetime as dt
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core import jobs
from core.choices import JobState
from core.history import history
from core.jobs import (
    JobCancelled,
    JobHandle,
    JobLost,
    cancel_job,
    job_kind,
    purge_results,
    reclaim_stale,
    rerun_job,
    start_job,
)
from core.models import AccessRecord, Agency, HistoryTransaction, Job
from tests import factories as make
from tests.core import slow_work

ROOT = Path(__file__).resolve().parent.parent.parent
slow_work.register()


@job_kind("test.nothing")
def nothing(job):
    return None


@job_kind("test.report")
def report(job):
    job.progress(3, 10, "menulis", force=True)
    job.say("satu baris dilewati")
    with history(by=job.by, action="test.report"):
        make.RegionFactory(code="13", name="Sumatera Barat")
    return {"rows": 10}


@job_kind("test.refused")
def refused(job):
    raise ValidationError(["Kolom NIK tidak ada.", "Pilih kolomnya."])


@job_kind("test.broken")
def broken(job):
    make.AgencyFactory(name="Setengah jalan")
    raise RuntimeError("secret detail")


@job_kind("test.atomic")
def atomic_broken(job):
    with transaction.atomic():
        make.AgencyFactory(name="Setengah jalan")
        connection.cursor().execute("SELECT 1/0")


@pytest.fixture
def owner(db):
    return make.UserFactory()


def run(django_capture_on_commit_callbacks, kind, **options) -> Job:
    with django_capture_on_commit_callbacks(execute=True):
        job = start_job(kind, **options)
    job.refresh_from_db()
    return job


# --- at once -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("immediate_tasks")
def test_outcome_is_kept(owner, django_capture_on_commit_callbacks):
    job = run(django_capture_on_commit_callbacks, "test.report", by=owner, title="Laporan")
    assert (job.state, job.result, job.messages) == (JobState.DONE, {"rows": 10}, ["satu baris dilewati"])
    assert job.started <= job.finished
    tx = HistoryTransaction.objects.get(action="test.report")
    assert (tx.actor_id, tx.request_id) == (owner.pk, str(job.uuid))


@pytest.mark.usefixtures("immediate_tasks")
def test_refusal_is_said_in_words(owner, django_capture_on_commit_callbacks):
    job = run(django_capture_on_commit_callbacks, "test.refused", by=owner)
    assert (job.state, job.message) == (JobState.FAILED, "Kolom NIK tidak ada. Pilih kolomnya.")


@pytest.mark.usefixtures("immediate_tasks", "db")
def test_error_shows_no_inside_and_speaks_the_owners_language(django_capture_on_commit_callbacks, caplog):
    owner = make.UserFactory(preferences={"language": "en"})
    job = run(django_capture_on_commit_callbacks, "test.broken", by=owner)
    assert job.state == JobState.FAILED
    assert job.message == (
        f"The work failed and nothing was changed. Tell the secretariat the number {str(job.uuid)[:8]}."
    )
    assert "secret detail" in caplog.text


@pytest.mark.usefixtures("immediate_tasks")
def test_error_of_the_database_ends_in_the_row(owner, django_capture_on_commit_callbacks):
    job = run(django_capture_on_commit_callbacks, "test.atomic", by=owner)
    assert job.state == JobState.FAILED
    assert not Agency.objects.exists()


@pytest.mark.usefixtures("immediate_tasks")
def test_nothing_goes_into_the_queue_when_the_transaction_fails(owner, django_capture_on_commit_callbacks):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        start_job("test.nothing", by=owner)
        raise ZeroDivisionError
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_unknown_work_and_queue_are_refused(owner):
    with pytest.raises(LookupError):
        start_job("test.unheard", by=owner)
    with pytest.raises(LookupError):
        start_job("test.nothing", by=owner, queue="fast")


def test_row_that_ended_is_not_run_again(owner):
    job = make.JobFactory(kind="test.broken", by=owner, ended=True)
    jobs.run_job.call(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


# --- progress, heartbeat, cancel: on committed rows ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_work_is_still_in_its_transaction():
    job = make.JobFactory(running=True)
    seen = []

    def look():
        seen.append(Job.objects.values_list("done", "total", "message", "messages").get(pk=job.pk))
        connection.close()

    with JobHandle(job) as handle, transaction.atomic():
        make.AgencyFactory()
        handle.progress(40, 100, "menghitung")
        handle.progress(41, 100, "zu schnell")  # within the same second: not written
        handle.say("dua keluarga dilewati")
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [(40, 100, "menghitung", ["dua keluarga dilewati"])]


@pytest.mark.django_db(transaction=True)
def test_heart_beats_while_the_work_says_nothing(monkeypatch):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    job = make.JobFactory(running=True)
    Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - dt.timedelta(minutes=5))
    with JobHandle(job), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3)")
    job.refresh_from_db()
    assert timezone.now() - job.heartbeat < dt.timedelta(seconds=20)
    assert reclaim_stale() == 0
    assert not [t for t in threading.enumerate() if t.name.startswith("heartbeat of job")]


@pytest.mark.django_db(transaction=True)
def test_heart_beats_again_after_its_connection_broke():
    job = make.JobFactory(running=True)
    with JobHandle(job) as handle:
        handle.raise_if_cancelled()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [handle._side.info.backend_pid])
        with contextlib.suppress(Exception):
            handle.raise_if_cancelled()
        handle.raise_if_cancelled()


@pytest.mark.django_db(transaction=True)
def test_cancel_stops_the_work_at_its_next_step():
    job = make.JobFactory(running=True)
    with JobHandle(job) as handle:
        cancel_job(job, by=job.by)
        with pytest.raises(JobCancelled):
            handle.raise_if_cancelled()


@pytest.mark.django_db(transaction=True)
def test_work_taken_for_dead_stops_and_does_not_overwrite_the_other_run():
    job = make.JobFactory(running=True)
    with JobHandle(job) as handle:
        Job.objects.filter(pk=job.pk).update(started=timezone.now())  # somebody started it again
        with pytest.raises(JobLost):
            handle.raise_if_cancelled()


def test_waiting_work_is_cancelled_at_once(owner):
    job = make.JobFactory(by=owner)
    cancel_job(job, by=owner)
    job.refresh_from_db()
    assert (job.state, bool(job.message)) == (JobState.CANCELLED, True)


def test_only_the_owner_cancels_and_starts_again(owner):
    job = make.JobFactory(state=JobState.INTERRUPTED, finished=timezone.now())
    with pytest.raises(PermissionDenied):
        cancel_job(job, by=owner)
    with pytest.raises(PermissionDenied):
        rerun_job(job, by=owner)
    with pytest.raises(PermissionDenied):
        rerun_job(make.JobFactory(), by=None)


@pytest.mark.usefixtures("immediate_tasks")
@pytest.mark.parametrize("state", [JobState.INTERRUPTED, JobState.FAILED])
def test_interrupted_work_runs_again_in_its_queue(state, owner, django_capture_on_commit_callbacks):
    job = make.JobFactory(kind="test.report", by=owner, state=state, finished=timezone.now(), queue="long", done=7)
    with django_capture_on_commit_callbacks(execute=True):
        assert rerun_job(job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"rows": 10})


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE, JobState.CANCELLED])
def test_other_work_does_not_start_again(state, owner):
    job = make.JobFactory(by=owner, state=state, heartbeat=timezone.now())
    assert not rerun_job(job, by=owner)


# --- dead workers ----------------------------------------------------------------------------------------------------


def test_stale_work_is_interrupted(owner):
    long_ago = timezone.now() - dt.timedelta(seconds=100)
    stale = make.JobFactory(by=owner, running=True, heartbeat=long_ago)
    asked = make.JobFactory(by=owner, running=True, heartbeat=long_ago, cancel_requested=True)
    alive = make.JobFactory(by=owner, running=True)
    assert reclaim_stale() == 2
    states = [Job.objects.get(pk=j.pk).state for j in (stale, asked, alive)]
    assert states == [JobState.INTERRUPTED, JobState.CANCELLED, JobState.RUNNING]
    assert Job.objects.get(pk=stale.pk).message


def test_waiting_work_that_no_queue_knows_is_interrupted(owner, django_capture_on_commit_callbacks):
    old = timezone.now() - dt.timedelta(minutes=6)
    lost, new = make.JobFactory(by=owner, created=old), make.JobFactory(by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        queued = start_job("test.nothing", by=owner)
    Job.objects.filter(pk=queued.pk).update(created=old)
    assert DBTaskResult.objects.count() == 1
    assert reclaim_stale() == 1
    states = [Job.objects.get(pk=j.pk).state for j in (lost, new, queued)]
    assert states == [JobState.INTERRUPTED, JobState.QUEUED, JobState.QUEUED]


def start_worker(environment) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "tests.core.slow_work"], cwd=ROOT, env=environment)


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def in_state(job, state):
    return lambda: Job.objects.filter(pk=job.pk, state=state).first()


@pytest.mark.slow
def test_real_worker_killed_cancelled_and_run_again(process_env):
    """One worker process for all of it: starting one takes seconds."""
    owner = make.UserFactory()
    job = start_job("test.sleep", by=owner, params={"seconds": 60}, queue="long")
    worker = start_worker(process_env)
    try:
        wait_for(in_state(job, JobState.RUNNING))
        worker.kill()
        worker.wait()
        time.sleep(0.1)
        assert reclaim_stale() == 0  # it may live, as far as anybody can tell
        assert reclaim_stale(dt.timedelta(0)) == 1
        job.refresh_from_db()
        assert job.state == JobState.INTERRUPTED

        Job.objects.filter(pk=job.pk).update(params={"seconds": 0})
        assert rerun_job(job, by=owner)
        steps = start_job("test.steps", by=owner, queue="long")
        worker = start_worker(process_env)
        wait_for(in_state(job, JobState.DONE))
        wait_for(lambda: Job.objects.filter(pk=steps.pk, done__gt=3).exists())
        cancel_job(steps, by=owner)
        stopped = wait_for(in_state(steps, JobState.CANCELLED))
        assert 3 < stopped.done < 1000
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    finally:
        worker.kill()
        worker.wait()


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["job_detail", "job_status", "job_file"])
@pytest.mark.parametrize("role", ["bappeda_admin", "auditor"])
def test_work_of_others_is_not_found(client, world, name, role):
    job = make.JobFactory(by=world.user("opd_operator"), ended=True)
    client.force_login(world.user(role))
    assert client.get(reverse(name, args=[job.uuid])).status_code == 404


@pytest.mark.parametrize("name", ["job_cancel", "job_rerun"])
def test_work_of_others_cannot_be_changed(client, world, name):
    job = make.JobFactory(by=world.user("opd_operator"))
    client.force_login(world.user("bappeda_admin"))
    assert client.post(reverse(name, args=[job.uuid])).status_code == 404
    assert client.get(reverse(name, args=[job.uuid])).status_code == 405
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (JobState.QUEUED, False)


def test_status_is_polled_until_the_end(client, owner):
    client.force_login(owner)
    job = make.JobFactory(by=owner, running=True, done=5, total=10)
    url = reverse("job_status", args=[job.uuid])
    assert "every 2s" in client.get(url).content.decode()
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished=timezone.now())
    assert "every 2s" not in client.get(url).content.decode()


def test_cancel_page_answers_the_card_over_htmx_and_goes_back_without(client, owner):
    client.force_login(owner)
    job = make.JobFactory(by=owner)
    url = reverse("job_cancel", args=[job.uuid])
    assert f'id="job-{job.uuid}"' in client.post(url, headers={"HX-Request": "true"}).content.decode()
    assert client.post(url).url == reverse("job_detail", args=[job.uuid])


def test_list_shows_own_work_in_pages(client, owner, django_assert_num_queries):
    client.force_login(owner)
    make.JobFactory(title="Milik orang lain")
    for n in range(53):
        make.JobFactory(by=owner, title=f"Pekerjaan {n:02d}")
    first = client.get(reverse("job_list"))
    assert [j.title for j in first.context["jobs"]] == [f"Pekerjaan {n:02d}" for n in range(52, 2, -1)]
    assert (first.context["start"], first.context["end"], first.context["total"]) == (1, 50, 53)
    second = client.get(reverse("job_list") + first.context["next"])
    assert [j.title for j in second.context["jobs"]] == ["Pekerjaan 02", "Pekerjaan 01", "Pekerjaan 00"]
    assert (second.context["start"], second.context["next"]) == (51, "")
    for bad in ("x", "-1", "9" * 30, "²"):
        assert client.get(reverse("job_list"), {"before": bad}).status_code == 200


def test_result_file_is_served_to_its_owner_on_record(client, owner, settings):
    folder = Path(settings.REPORTS_DIR)
    job = make.JobFactory(by=owner, ended=True)
    Job.objects.filter(pk=job.pk).update(result_file=f"{job.uuid}/rekap.xlsx")
    (folder / str(job.uuid)).mkdir(parents=True)
    (folder / str(job.uuid) / "rekap.xlsx").write_bytes(b"PK")
    client.force_login(owner)
    answer = client.get(reverse("job_file", args=[job.uuid]))
    assert b"".join(answer.streaming_content) == b"PK"
    assert answer["Content-Disposition"] == 'attachment; filename="rekap.xlsx"'
    record = AccessRecord.objects.get()
    assert (record.user, record.kind, record.object_key) == (owner, "file", f"job:{job.uuid}")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "/etc/passwd", "{uuid}/gone.xlsx", "."])
def test_file_outside_the_folder_of_reports_is_not_found(client, owner, name):
    job = make.JobFactory(by=owner, ended=True)
    Job.objects.filter(pk=job.pk).update(result_file=name.format(uuid=job.uuid))
    client.force_login(owner)
    assert client.get(reverse("job_file", args=[job.uuid])).status_code == 404
    assert not AccessRecord.objects.exists()


def test_old_result_files_are_removed(owner, settings):
    folder = Path(settings.REPORTS_DIR)
    old = make.JobFactory(by=owner, ended=True, finished=timezone.now() - dt.timedelta(days=40))
    new = make.JobFactory(by=owner, ended=True)
    for job in (old, new):
        (folder / str(job.uuid)).mkdir(parents=True)
        (folder / str(job.uuid) / "a.xlsx").touch()
        Job.objects.filter(pk=job.pk).update(result_file=f"{job.uuid}/a.xlsx")
    assert purge_results() == 1
    assert not (folder / str(old.uuid)).exists()
    assert (folder / str(new.uuid) / "a.xlsx").exists()
    assert Job.objects.get(pk=old.pk).result_file == ""
