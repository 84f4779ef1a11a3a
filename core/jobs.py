"""Long work: a `Job` row with progress, messages, result and cancel, run by a worker on the same database."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import psycopg2
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from core.choices import JobState
from core.models import Job

logger = logging.getLogger(__name__)
STALE_AFTER = timedelta(seconds=90)
HEARTBEAT_SECONDS = 1.0

_kinds: dict[str, Callable] = {}


class JobCancelled(Exception):
    """Raised inside the work when the person asked to stop; what is not committed is rolled back."""


def job_kind(kind: str):
    """Register `run(job: JobHandle) -> dict | None` as the work of jobs of this kind.

    The work must be safe to run twice and check the owner's rights itself (it runs later than it was asked for).
    """

    def register(run):
        _kinds[kind] = run
        return run

    return register


def start_job(kind: str, *, by, title: str = "", params: dict | None = None, queue: str = "default") -> Job:
    """Make a job row and put it into the queue when the transaction commits.

    `kind`: a registered kind; `by`: owner, None = the system; `params`: JSON the work needs (ids, never data);
    `queue`: `default` or `long`.
    """
    if kind not in _kinds:
        raise LookupError(kind)
    job = Job.objects.create(kind=kind, by=by, title=title[:200], params=params or {})
    transaction.on_commit(partial(_enqueue, job.pk, queue))
    return job


def _enqueue(job_id: int, queue: str) -> None:
    run_job.using(queue_name=queue).enqueue(job_id)


@task()
def run_job(job_id: int) -> None:
    """Run one job row: claim it, do its work, keep the outcome. Errors end in the row, not in the worker."""
    claimed = Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.INTERRUPTED]).update(
        state=JobState.RUNNING, started=timezone.now(), heartbeat=timezone.now(), message=""
    )
    if not claimed:
        return
    job = Job.objects.select_related("by").get(pk=job_id)
    handle = JobHandle(job)
    language = (job.by.preferences.get("language") if job.by else "") or "id"
    try:
        with translation.override(language):
            result = _kinds[job.kind](handle)
            state, message = JobState.DONE, ""
    except JobCancelled:
        result, state, message = None, JobState.CANCELLED, _("Stopped on request; nothing was changed.")
    except (PermissionDenied, ValidationError) as error:
        result, state = None, JobState.FAILED
        message = " ".join(getattr(error, "messages", None) or [str(error)])
    except Exception:
        logger.error("job %s (%s) failed\n%s", job.uuid, job.kind, traceback.format_exc())
        with translation.override(language):
            result, state = None, JobState.FAILED
            message = _("The work failed and nothing was changed. Tell the secretariat the number %(id)s.") % {
                "id": str(job.uuid)[:8]
            }
    finally:
        handle.close()
    values = {"state": state, "finished": timezone.now(), "message": message[:300], "result": result}
    Job.objects.filter(pk=job_id).update(**values)


class JobHandle:
    """What the work talks to: progress goes out on a second connection, so it is seen while the work's own
    transaction is still open, at most once a second.
    """

    def __init__(self, job: Job):
        self.job = job
        self.by = job.by
        self.params = job.params
        self._side = None
        self._last = 0.0

    def progress(self, done: int, total: int, message: str = "", *, force: bool = False) -> None:
        """Show `done` of `total` (counts of the work's own unit) and a line of text; raises `JobCancelled`."""
        now = time.monotonic()
        if not force and now - self._last < HEARTBEAT_SECONDS:
            return
        self._last = now
        with self._cursor() as cursor:
            cursor.execute(
                "UPDATE core_job SET done = %s, total = %s, message = %s, heartbeat = now() WHERE id = %s "
                "RETURNING cancel_requested",
                [done, total, message[:300], self.job.pk],
            )
            row = cursor.fetchone()
        if row and row[0]:
            raise JobCancelled

    def raise_if_cancelled(self) -> None:
        """Raise `JobCancelled` when the person asked to stop; also a heartbeat."""
        with self._cursor() as cursor:
            cursor.execute(
                "UPDATE core_job SET heartbeat = now() WHERE id = %s RETURNING cancel_requested", [self.job.pk]
            )
            row = cursor.fetchone()
        if row and row[0]:
            raise JobCancelled

    def _cursor(self):
        if self._side is None:
            params = connection.get_connection_params()
            params.pop("cursor_factory", None)
            params.pop("context", None)
            self._side = psycopg2.connect(**params)
            self._side.autocommit = True
        return self._side.cursor()

    def close(self) -> None:
        """Close the second connection."""
        if self._side is not None:
            self._side.close()
            self._side = None


def cancel_job(job: Job, *, by) -> None:
    """Ask running work to stop, or take waiting work out of the queue. Only the owner may."""
    if job.by_id != getattr(by, "pk", None):
        raise PermissionDenied(_("Only the person who started this work may stop it."))
    if not Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, finished=timezone.now(), cancel_requested=True
    ):
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)


def rerun_job(job: Job, *, by) -> None:
    """Put interrupted or failed work into the queue again. Only the owner may."""
    if job.by_id != getattr(by, "pk", None):
        raise PermissionDenied(_("Only the person who started this work may start it again."))
    if Job.objects.filter(pk=job.pk, state__in=[JobState.INTERRUPTED, JobState.FAILED]).update(
        state=JobState.QUEUED, cancel_requested=False, done=0, finished=None, message="", result=None
    ):
        transaction.on_commit(partial(_enqueue, job.pk, "long"))


def reclaim_stale() -> int:
    """Mark work whose worker died (no heartbeat for 90 s) as interrupted; returns how many.

    The row of a killed worker would else stay "running" for ever.
    """
    return Job.objects.filter(state=JobState.RUNNING, heartbeat__lt=timezone.now() - STALE_AFTER).update(
        state=JobState.INTERRUPTED,
        finished=timezone.now(),
        message=_("The work was interrupted; nothing was half applied. It can be started again."),
    )
