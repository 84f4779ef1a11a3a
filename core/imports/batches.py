"""The life of a brought sheet: stored, read, checked, applied, undone. No HTTP here; pages and commands call it."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.errors import DeadlockDetected

from core.choices import BatchState, JobState
from core.history import history
from core.imports import files, layout
from core.imports.kinds import Progress, kind_of, silent
from core.imports.undo import undo_batch
from core.jobs import JobCancelled, JobLost, job_kind, start_job
from core.models import ImportBatch, ImportFinding, Job
from core.registry import registry
from core.roles import Perm, access, require
from core.sheets import SheetError

logger = logging.getLogger(__name__)

SMALL_BYTES = 400_000  # a sheet of this size is read, checked and applied within the request
KEEP_STAGING = timedelta(days=30)
KEEP_FILES = timedelta(days=180)
_STARTING = timedelta(seconds=10)  # a job that began this recently may not hold the lock of its batch yet
_LOCK_SPACE = 7203  # first key of the advisory locks of single batches
_APPLY_LOCK = 720_340_002
_BUSY = {"check": BatchState.CHECKING, "apply": BatchState.APPLYING, "undo": BatchState.UNDOING}
_FROM = {
    "read": {BatchState.UPLOADED},
    "check": {BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED, BatchState.FAILED},
    "apply": {BatchState.CHECKED, BatchState.APPLYING, BatchState.APPLIED},
    "undo": {BatchState.APPLIED, BatchState.UNDOING},
}
_TITLES = {
    "read": _("Read %(file)s"),
    "check": _("Check %(file)s"),
    "apply": _("Apply %(file)s"),
    "undo": _("Undo %(file)s"),
}


# --- bringing and choosing -------------------------------------------------------------------------------------------


def bring(
    *,
    kind: str,
    file,
    name: str,
    by,
    source: str = "",
    effective=None,
    area: str = "",
    purpose: str = "",
    legal_basis: str = "",
    options: dict | None = None,
) -> ImportBatch:
    """Store a brought file and make its batch.

    `file`: a path on this machine or an uploaded file; `name`: as its owner calls it; `effective`: date of the data;
    `area`: region code. Raises PermissionDenied, and ValidationError when the file is refused at once.
    """
    batch = ImportBatch(
        kind=kind,
        by=by,
        file_name=Path(name).name[-200:],
        source=source,
        effective=effective,
        area=area,
        purpose=purpose,
        legal_basis=legal_basis,
        options=options or {},
    )
    require(by, kind_of(batch).perm)
    pieces = files.pieces_of(file) if isinstance(file, Path) else file.chunks()
    batch.path, batch.sha256, batch.size = files.store(pieces, name=name, folder=uuid.uuid4().hex)
    batch.save()
    return batch


def same_file(batch: ImportBatch):
    """Other batches of the same kind with the same bytes, newest first."""
    return ImportBatch.objects.filter(kind=batch.kind, sha256=batch.sha256).exclude(pk=batch.pk).order_by("-id")


def choose_columns(batch: ImportBatch, choice: dict[str, dict[str, int] | None], *, by) -> None:
    """Keep a person's choice: sheet name → {field: column index}, None for a sheet that is not to be read."""
    layout.choose(batch, choice, by=by)
    batch.save(update_fields=["layout"])


def discard(batch: ImportBatch, *, by) -> None:
    """Put a batch aside that was not applied; its staging goes, its row stays. Raises ValidationError when applied."""
    if not ImportBatch.objects.filter(pk=batch.pk, applied_at__isnull=True).update(state=BatchState.DISCARDED):
        raise ValidationError(_("This import is applied. Undo it instead."))
    kind_of(batch).drop_staging(batch)
    logger.info("import %s discarded by %s", batch.uuid, by)


# --- who, and what state ---------------------------------------------------------------------------------------------


def visible_batches(user, kind: str):
    """Imports a person may open: their own; all of them for who may undo the imports of others."""
    rows = ImportBatch.objects.filter(kind=kind)
    if user is None or access(user).can(Perm.UNDO_IMPORTS):
        return rows
    return rows.filter(by=user) if user.is_authenticated else rows.none()


def may_undo(user, batch: ImportBatch) -> bool:
    """Whether `user` may undo: who applied it, or Bappeda."""
    return user is None or batch.applied_by_id == user.pk or access(user).can(Perm.UNDO_IMPORTS)


def is_running(batch: ImportBatch) -> bool:
    """Whether somebody works on the batch at this moment, or will when the queue comes to it."""
    job = batch.job
    if job is not None and job.state == JobState.QUEUED:
        return True
    if job is not None and job.state == JobState.RUNNING and timezone.now() - job.started < _STARTING:
        return True
    return not _lock_is_free(batch)


def stage(batch: ImportBatch) -> str:
    """What the page of the batch shows: reading, columns, busy, interrupted, preview, result, undone, unreadable,
    failed, discarded.
    """
    if is_running(batch):
        return "busy"
    state = batch.state
    if state in _BUSY.values():
        return "interrupted"
    if state == BatchState.UPLOADED:
        return "columns" if batch.layout else "interrupted"
    return {
        BatchState.CHECKED: "preview",
        BatchState.APPLIED: "result",
        BatchState.UNDONE: "undone",
        BatchState.UNREADABLE: "unreadable",
        BatchState.FAILED: "failed",
        BatchState.DISCARDED: "discarded",
    }[state]


# --- steps -----------------------------------------------------------------------------------------------------------


def run(batch: ImportBatch, step: str, *, by, at_once: bool | None = None) -> Job | None:
    """Do a step (read, check, apply, undo): at once for a small sheet, else as a job, which is returned.

    `at_once`: not by size but as the caller knows better.

    Raises ValidationError when the batch is not in a state for it or somebody works on it; a failure of the work
    itself stands in `batch.message` and state.
    """
    _claim(batch, step, by)
    if at_once or (at_once is None and batch.size <= SMALL_BYTES):
        _work(batch, step, by, silent)
        return None
    with transaction.atomic():
        job = start_job(
            f"import.{step}",
            by=by,
            title=_TITLES[step] % {"file": batch.file_name},
            params={"batch": str(batch.uuid)},
            queue="long",
            result_url=reverse(kind_of(batch).url_name, args=[batch.uuid]),
        )
        ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job
    return job


def _claim(batch: ImportBatch, step: str, by) -> None:
    if step == "undo" and not may_undo(by, batch):
        raise PermissionDenied(_("An import is undone by the person who applied it, or by Bappeda."))
    require(by, kind_of(batch).perm if step != "undo" else Perm.SEE_FIGURES)
    batch.refresh_from_db()
    if is_running(batch):
        raise ValidationError(_("This import is being worked on. Wait until it is done."))
    if batch.state not in _FROM[step]:
        raise ValidationError(_("This step does not fit the state of the import. Reload the page."))
    # A batch applied in part keeps its state while the rest goes in: what was applied stays applied.
    state = batch.state if batch.state == BatchState.APPLIED and step == "apply" else _BUSY.get(step, batch.state)
    before = batch.state if batch.state not in _BUSY.values() else batch.options.get("before", BatchState.UPLOADED)
    batch.options["before"] = before
    changed = ImportBatch.objects.filter(pk=batch.pk, state=batch.state).update(
        state=state, options=batch.options, message="", job=None
    )
    if not changed:
        raise ValidationError(_("This import is being worked on. Wait until it is done."))
    batch.state, batch.message, batch.job = state, "", None


class NotNow(ValidationError):
    """Somebody else works on the batch, or it is in another state: nothing about it may be touched."""


def _work(batch: ImportBatch, step: str, by, progress: Progress) -> None:
    """Do the step in one transaction that holds the lock of the batch; afterwards the state says how it went."""
    try:
        _do(batch, step, by, progress)
    except (NotNow, JobLost):
        raise
    except SheetError as error:
        batch.refresh_from_db()
        batch.state, batch.message = BatchState.UNREADABLE, error.message[:500]
        batch.options["error"] = error.code
        batch.save(update_fields=["state", "message", "options"])
    except (JobCancelled, ValidationError, PermissionDenied) as error:
        said = "" if isinstance(error, JobCancelled) else " ".join(getattr(error, "messages", None) or [str(error)])
        _back(batch, batch.options.get("before", BatchState.UPLOADED), said)
        raise
    except Exception:
        was_applied = ImportBatch.objects.filter(pk=batch.pk, applied_at__isnull=False).exists()
        _back(
            batch,
            BatchState.APPLIED if was_applied else BatchState.FAILED,
            _("The work failed and nothing was changed. Try again; if it fails again, tell the secretariat."),
        )
        raise


def _do(batch: ImportBatch, step: str, by, progress: Progress, tries: int = 3) -> None:
    try:
        with transaction.atomic():
            if not _take_lock(batch):
                raise NotNow(_("This import is being worked on. Wait until it is done."))
            batch.refresh_from_db()
            if batch.state not in _FROM[step]:  # a job that is started again late
                raise NotNow(_("This step does not fit the state of the import. Reload the page."))
            _STEPS[step](batch, by, progress)
            batch.save()
    except OperationalError as error:
        # Two page edits may have locked rows crosswise with ours; whoever was chosen to yield tries again.
        if tries <= 1 or not isinstance(error.__cause__, DeadlockDetected):
            raise
        _do(batch, step, by, progress, tries - 1)


def _back(batch: ImportBatch, state: str, message: str) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(state=state, message=message[:500])
    batch.state, batch.message = state, message[:500]


def _read(batch: ImportBatch, by, progress: Progress) -> None:
    with layout.kept_open(batch), layout.open_stored(batch) as book:
        batch.layout = layout.describe_workbook(batch, book)
        guess = kind_of(batch).guess
        if guess is not None:
            guess(batch)


def _check(batch: ImportBatch, by, progress: Progress) -> None:
    kind_of(batch).check(batch, progress)
    batch.options.pop("unchecked", None)
    batch.state = BatchState.CHECKED


@contextlib.contextmanager
def locked(batch: ImportBatch):
    """A transaction that holds the lock of the batch, for a choice on its page; raises NotNow when it is worked on."""
    with transaction.atomic():
        if not _take_lock(batch):
            raise NotNow(_("This import is being worked on. Wait until it is done."))
        batch.refresh_from_db()
        yield
        batch.save()


def _apply(batch: ImportBatch, by, progress: Progress) -> None:
    lock_apply()
    with history(by=by, action="import.apply", reason=batch.file_name, region=batch.area, batch=batch.uuid):
        kind_of(batch).apply(batch, by, progress)
    batch.state, batch.applied_at, batch.applied_by = BatchState.APPLIED, timezone.now(), by


def _undo(batch: ImportBatch, by, progress: Progress) -> None:
    lock_apply()
    kind = kind_of(batch)
    with history(by=by, action="import.undo", reason=batch.file_name, region=batch.area, batch=batch.uuid):
        own = {table.name for table in kind.tables}
        followers = tuple(table for table in registry.import_undo_tables if table.name not in own)
        result = undo_batch(batch, kind.tables + followers, progress)
        kind.after_undo(batch, result, by)
    batch.counts["undo"] = result.counts
    batch.state, batch.undone_at, batch.undone_by = BatchState.UNDONE, timezone.now(), by


_STEPS = {"read": _read, "check": _check, "apply": _apply, "undo": _undo}


def _job_work(step: str):
    def work(job) -> dict:
        batch = ImportBatch.objects.select_related("job").get(uuid=job.params["batch"])
        kind = kind_of(batch)
        if step != "undo":
            require(job.by, kind.perm)
        job.progress(0, 0, force=True)
        _work(batch, step, job.by, job.progress)
        return {"batch": str(batch.uuid), "state": batch.state}

    return work


for _step in _STEPS:
    job_kind(f"import.{_step}")(_job_work(_step))


# --- locks, purge ----------------------------------------------------------------------------------------------------


def lock_apply() -> None:
    """One apply or undo at a time in the whole city, until the end of the transaction: two sheets may hold one NIK."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPLY_LOCK])


def _take_lock(batch: ImportBatch) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, batch.pk])
        return cursor.fetchone()[0]


def _lock_is_free(batch: ImportBatch) -> bool:
    """Asked of the server, so that a killed worker is seen at once: its lock went with its connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s "
            "AND objsubid = 2 AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [_LOCK_SPACE, batch.pk],
        )
        return cursor.fetchone()[0]


def purge_old() -> str:
    """Forget staging and findings after a month and files after half a year; undo needs neither. One line, or ""."""
    now = timezone.now()
    old = ImportBatch.objects.filter(created__lt=now - KEEP_STAGING).exclude(options__has_key="purged")
    count = 0
    for batch in old.order_by("pk")[:200]:
        kind_of(batch).drop_staging(batch)
        ImportFinding.objects.filter(batch=batch).delete()
        batch.options["purged"] = now.isoformat(timespec="seconds")
        batch.save(update_fields=["options"])
        count += 1
    _drop_files(ImportBatch.objects.filter(created__lt=now - KEEP_FILES).exclude(path=""))
    return f"{count} imports: staging purged" if count else ""


def _drop_files(batches: Iterable[ImportBatch]) -> None:
    for batch in batches:
        files.drop(batch.path)
        batch.path = ""
        batch.save(update_fields=["path"])
