"""Long work: a `Job` row with progress, messages, result and cancel, run by a worker on the same database."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.choices import JobState
from core.history import request_id
from core.models import Job

logger = logging.getLogger(__name__)
STALE_AFTER = timedelta(seconds=90)
LOST_AFTER = timedelta(minutes=5)
HEARTBEAT_SECONDS = 15.0  # from a thread of its own: one SQL statement may take minutes without any progress
PROGRESS_SECONDS = 1.0
MESSAGES_KEPT = 200
RESULTS_KEPT = timedelta(days=30)
QUEUES = ("default", "long")

_kinds: dict[str, Callable] = {}


class JobCancelled(Exception):
    """Raised inside the work when the person asked to stop; what is not committed is rolled back."""


class JobLost(JobCancelled):
    """Raised inside the work when it was taken for dead meanwhile and may run elsewhere."""


def job_kind(kind: str):
    """Register `run(job: JobHandle) -> dict | None` as the work of jobs of this kind.

    The work must be safe to run twice and check the owner's rights itself (it runs later than it was asked for).
    """

    def register(run):
        _kinds[kind] = run
        return run

    return register


def start_job(
    kind: str, *, by, title: str = "", params: dict | None = None, queue: str = "default", result_url: str = ""
) -> Job:
    """Make a job row and put it into the queue when the transaction commits.

    `kind`: a registered kind; `by`: owner, None = the system; `params`: JSON the work needs (ids, never data);
    `queue`: `default` or `long`; `result_url`: page to go to when it is done.
    """
    if kind not in _kinds:
        raise LookupError(kind)
    if queue not in QUEUES:
        raise LookupError(queue)
    job = Job.objects.create(
        kind=kind, by=by, title=title[:200], params=params or {}, queue=queue, result_url=result_url
    )
    transaction.on_commit(partial(_enqueue, job.pk, queue))
    return job


def _enqueue(job_id: int, queue: str) -> None:
    run_job.using(queue_name=queue).enqueue(job_id)


@task()
def run_job(job_id: int) -> None:
    """Run one job row: claim it, do its work, keep the outcome. Errors end in the row, not in the worker."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.INTERRUPTED]).update(
        state=JobState.RUNNING, started=now, heartbeat=now, finished=None, message=""
    )
    if not claimed:
        return
    job = Job.objects.select_related("by").get(pk=job_id)
    token = request_id.set(str(job.uuid))
    try:
        with translation.override(_language(job)), JobHandle(job) as handle:
            values = _outcome(job, handle)
    finally:
        request_id.reset(token)
    if not connection.in_atomic_block:  # the work may have broken its connection; the outcome goes out on a new one
        connection.close_if_unusable_or_obsolete()
    # Not ours any more when it was taken for dead and started again: the other run keeps its own outcome.
    Job.objects.filter(pk=job_id, state=JobState.RUNNING, started=now).update(
        finished=timezone.now(), messages=handle.messages, **values
    )


def _outcome(job: Job, handle: JobHandle) -> dict:
    """Do the work of `job`; returns what its row becomes."""
    result, state, message = None, JobState.FAILED, ""
    try:
        result = _kinds[job.kind](handle)
        state = JobState.DONE
    except JobCancelled:
        state, message = JobState.CANCELLED, _("Stopped on request; nothing was changed.")
    except (PermissionDenied, ValidationError) as error:
        message = " ".join(getattr(error, "messages", None) or [str(error)])
    except Exception:
        logger.error("job %s (%s) failed\n%s", job.uuid, job.kind, traceback.format_exc())
        message = _("The work failed and nothing was changed. Tell the secretariat the number %(id)s.") % {
            "id": str(job.uuid)[:8]
        }
    return {"state": state, "message": message[:300], "result": result}


def _language(job: Job) -> str:
    return (job.by.preferences.get("language") if job.by else "") or settings.LANGUAGE_CODE


class JobHandle:
    """What the work talks to. It writes on a second connection, so it is seen while the work's own transaction is
    still open; a thread keeps the heartbeat going meanwhile.
    """

    def __init__(self, job: Job):
        self.job = job
        self.by = job.by
        self.params = job.params
        self.messages: list[str] = []
        self._last = 0.0
        self._side = None
        self._lock = threading.Lock()
        self._connection_params = None
        self._ended = threading.Event()
        self._beat = threading.Thread(target=self._keep_beating, name=f"heartbeat of job {job.pk}", daemon=True)

    def __enter__(self):
        # Asked here: Django's connection objects belong to the thread that made them.
        self._connection_params = connection.get_connection_params()
        self._connection_params.pop("cursor_factory", None)
        self._beat.start()
        return self

    def __exit__(self, *exc):
        self._ended.set()
        self._beat.join()
        if self._side is not None:
            self._side.close()

    def progress(self, done: int, total: int, message: str = "", *, force: bool = False) -> None:
        """Show `done` of `total` (counts of the work's own unit) and a line of text, at most once a second.

        Raises `JobCancelled` when the person asked to stop.
        """
        now = time.monotonic()
        if not force and now - self._last < PROGRESS_SECONDS:
            return
        self._last = now
        self._stop_when_asked(self._update("done = %s, total = %s, message = %s,", [done, total, message[:300]]))

    def raise_if_cancelled(self) -> None:
        """Raise `JobCancelled` when the person asked to stop."""
        self._stop_when_asked(self._update("", []))

    def say(self, text: str) -> None:
        """Add a line to the messages that stay with the job; the first 200 are kept."""
        if len(self.messages) < MESSAGES_KEPT:
            self.messages.append(text[:300])
            self._update("messages = messages || to_jsonb(%s::text),", [text[:300]])

    def _stop_when_asked(self, row: tuple | None) -> None:
        if row and row[0]:
            raise JobCancelled
        if (
            row is None
            and not Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, started=self.job.started).exists()
        ):
            raise JobLost

    def _keep_beating(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            with contextlib.suppress(psycopg2.Error):  # the server restarts: the next beat connects anew
                self._update("", [])

    def _update(self, assignments: str, values: list) -> tuple | None:
        """Write to the row while it is ours; returns (cancel_requested,), None when it is not, or not to be seen."""
        statement = (
            f"UPDATE core_job SET {assignments} heartbeat = now() WHERE id = %s AND state = 'running'"
            " AND started = %s RETURNING cancel_requested"
        )
        with self._lock:
            if self._side is None or self._side.closed:
                self._side = psycopg2.connect(**self._connection_params)
                self._side.autocommit = True
            with self._side.cursor() as cursor:
                cursor.execute(statement, [*values, self.job.pk, self.job.started])
                return cursor.fetchone()


def cancel_job(job: Job, *, by) -> None:
    """Ask running work to stop, or take waiting work out of the queue. Only the owner may."""
    if job.by_id != getattr(by, "pk", None):
        raise PermissionDenied(_("Only the person who started this work may stop it."))
    if not Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED,
        finished=timezone.now(),
        cancel_requested=True,
        message=_("Stopped on request; nothing was changed."),
    ):
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)


def rerun_job(job: Job, *, by) -> bool:
    """Put interrupted or failed work into its queue again; False when it runs or is done. Only the owner may."""
    if job.by_id != getattr(by, "pk", None):
        raise PermissionDenied(_("Only the person who started this work may start it again."))
    again = Job.objects.filter(pk=job.pk, state__in=[JobState.INTERRUPTED, JobState.FAILED]).update(
        state=JobState.QUEUED,
        cancel_requested=False,
        done=0,
        total=0,
        started=None,
        finished=None,
        message="",
        messages=[],
        result=None,
        result_file="",
    )
    if again:
        transaction.on_commit(partial(_enqueue, job.pk, job.queue))
    return bool(again)


def reclaim_stale(stale_after: timedelta = STALE_AFTER) -> int:
    """Mark work whose worker died (no heartbeat for `stale_after`) as interrupted; returns how many.

    The row of a killed worker would else stay "running" for ever, and waiting work whose place in the queue was lost
    (a restored backup, a worker killed while it took it) would wait for ever.
    """
    now = timezone.now()
    queued = DBTaskResult.objects.filter(
        task_path=run_job.module_path, status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    ).values_list("args_kwargs", flat=True)
    in_queue = [call["args"][0] for call in queued]
    dead = Q(state=JobState.RUNNING, heartbeat__lt=now - stale_after)
    dead |= Q(state=JobState.QUEUED, created__lt=now - LOST_AFTER) & ~Q(pk__in=in_queue)
    count = 0
    for job in Job.objects.filter(dead).select_related("by"):
        with translation.override(_language(job)):
            if job.cancel_requested:
                state, message = JobState.CANCELLED, _("Stopped on request; nothing was changed.")
            else:
                state = JobState.INTERRUPTED
                message = _("The work was interrupted; nothing was half applied. It can be started again.")
        same = Job.objects.filter(dead, pk=job.pk, started=job.started)
        count += same.update(state=state, finished=now, message=message)
    return count


def purge_results(kept: timedelta = RESULTS_KEPT) -> int:
    """Remove the result files of work that ended longer than `kept` ago; the rows stay. Returns how many."""
    old = Job.objects.exclude(result_file="").filter(finished__lt=timezone.now() - kept)
    count = 0
    for job in old:
        # The folder of a job bears its uuid; a file elsewhere (an issued report) is not ours to remove.
        shutil.rmtree(Path(settings.REPORTS_DIR) / str(job.uuid), ignore_errors=True)
        count += Job.objects.filter(pk=job.pk).update(result_file="")
    return count
