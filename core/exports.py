"""Lists as workbooks: any queryset with any columns, at once when short, by a job when long, always on record.

An export is built twice when it is long: once to count, once in the worker. So an app registers a builder under a
kind and the job carries only the kind and JSON parameters; the builder checks rights and starts at `visible_to(user)`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import CharField, F, Func, QuerySet
from django.http import FileResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AccessKind, JobState
from core.history import record_access
from core.jobs import JobHandle, job_kind, start_job
from core.models import Job
from core.roles import Perm, access
from core.sheets import XLSX_TYPE, Column, Info, PlainSheet, safe_file_name, write_plain

DIRECT_ROWS = 5000
CHUNK = 5000


@dataclass(frozen=True)
class ExportColumn:
    """A column: `expression` is a field path or an ORM expression that the database answers.

    `kind`: as in `core.sheets.Column`; `labels`: mapping value → text, or a callable, for answers and choices;
    `perm`: right without which the column is left out.
    """

    key: str
    label: Any
    expression: Any
    kind: str = "text"
    labels: Mapping | Callable | None = None
    width: int | None = None
    perm: Perm | None = None


@dataclass(frozen=True)
class ExportSheet:
    """One sheet: a queryset in its own order, and the columns to read from it.

    `rows`: instead of a queryset, a callable that gives tuples in column order (raw SQL), with their number `count`.
    """

    name: Any
    queryset: QuerySet | None
    columns: Sequence[ExportColumn]
    frozen: int = 0
    rows: Callable[[], Iterable[Sequence]] | None = None
    count: int = 0

    def counted(self, limit: int | None = None) -> int:
        """How many rows there are, counted up to `limit`."""
        if self.queryset is None:
            return self.count
        rows = self.queryset.order_by()
        return rows.count() if limit is None else rows[:limit].count()

    def stream(self, columns: Sequence[ExportColumn]) -> Iterable[Sequence]:
        """The rows with these columns."""
        return rows_of(self.queryset, columns) if self.rows is None else self.rows()


@dataclass(frozen=True)
class Export:
    """A workbook to be written. `what`: for the access record; `filters`: (label, text) pairs for the sheet Info.

    `unmasked`: whether NIK and KK stand in full, None when there are none; `purpose`: why they do.
    """

    title: Any
    sheets: Sequence[ExportSheet]
    what: str
    file_name: str = ""
    filters: Sequence[tuple[Any, Any]] = ()
    notes: Sequence[Any] = ()
    data_date: Any = None
    unmasked: bool | None = False
    purpose: str = ""


class Masked(Func):
    """A NIK or KK with its first six digits, made in the database: the full number never leaves it."""

    template = "(left(%(expressions)s, 6) || '••••••••••')"
    output_field = CharField()


def masked(path: str) -> Masked:
    """The number in the field `path`, masked; NULL stays NULL."""
    return Masked(F(path))


_builders: dict[str, Callable[[Any, dict], Export]] = {}


def register_export(kind: str, build: Callable[[Any, dict], Export]) -> None:
    """Make `kind` exportable. `build(user, params)`: params are JSON; raises PermissionDenied or ValidationError."""
    _builders[kind] = build


def build_export(user, kind: str, params: dict) -> Export:
    """The export as `user` may have it: unmasked only with a purpose, columns beyond their rights left out."""
    export = _builders[kind](user, params)
    if export.unmasked and not export.purpose.strip():
        raise ValidationError(_("Write what the full numbers are needed for."))
    return export


def export_response(request, kind: str, params: dict):
    """The workbook as a download; more than 5,000 rows are written by a job, whose page it redirects to."""
    export = build_export(request.user, kind, params)
    if is_long(export):
        return HttpResponseRedirect(reverse("job_detail", args=[_job_for(request.user, kind, params, export).uuid]))
    # The temporary file is closed, and so removed, by the response.
    target = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        write_export(export, target, user=request.user)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=file_name(export), content_type=XLSX_TYPE)


def is_long(export: Export) -> bool:
    """Whether writing takes longer than a page may."""
    left = DIRECT_ROWS
    for sheet in export.sheets:
        left -= sheet.counted(left + 1)
        if left < 0:
            return True
    return False


def file_name(export: Export) -> str:
    """`daftar-keluarga-2026-10-15.xlsx`."""
    return safe_file_name(f"{export.file_name or export.title} {timezone.localdate():%Y-%m-%d}")


def write_export(export: Export, target, *, user, progress: Callable[[int], None] | None = None) -> int:
    """Write the workbook to a path or binary file, record who took what, and return the number of rows.

    `progress`: called with the rows written so far. The rows are streamed by a cursor of the server.
    """
    rights = access(user)
    counter = _Counter(progress)
    sheets = []
    for sheet in export.sheets:
        columns = [c for c in sheet.columns if c.perm is None or user is None or rights.can(c.perm)]
        sheets.append(
            PlainSheet(
                name=sheet.name,
                columns=[Column(c.key, c.label, c.kind, c.width) for c in columns],
                rows=counter.counted(sheet.stream(columns)),
                frozen=sheet.frozen,
            )
        )
    info = Info(
        title=str(export.title),
        who=str(user) if user else "system",
        when=timezone.now(),
        filters=export.filters,
        notes=export.notes,
        data_date=export.data_date or timezone.localdate(),
        unmasked=export.unmasked,
        purpose=export.purpose,
    )
    with transaction.atomic():  # one snapshot for all sheets, and for the server's cursor
        n = write_plain(target, sheets, info)
        record_access(
            user,
            AccessKind.EXPORT_UNMASKED if export.unmasked else AccessKind.EXPORT,
            export.what,
            purpose=export.purpose,
            filters="; ".join(f"{label}: {value}" for label, value in export.filters),
            rows=n,
        )
    return n


def rows_of(queryset: QuerySet, columns: Sequence[ExportColumn]) -> Iterator[Sequence]:
    """The rows as tuples in column order, answers in words."""
    expressions = [F(c.expression) if isinstance(c.expression, str) else c.expression for c in columns]
    names = [f"export_{i}" for i in range(len(columns))]
    rows = queryset.annotate(**dict(zip(names, expressions, strict=True))).values_list(*names)
    words = [(i, _word(c.labels)) for i, c in enumerate(columns) if c.labels is not None]
    if not words:
        yield from rows.iterator(chunk_size=CHUNK)
        return
    for row in rows.iterator(chunk_size=CHUNK):
        row = list(row)
        for i, word in words:
            row[i] = word(row[i])
        yield row


def _word(labels: Mapping | Callable) -> Callable:
    if callable(labels):
        return labels
    known = {value: str(text) for value, text in labels.items()}
    return lambda value: None if value is None else known.get(value, str(value))


class _Counter:
    """Counts rows over all sheets and tells about it every thousand."""

    def __init__(self, progress: Callable[[int], None] | None):
        self.progress, self.rows = progress, 0

    def counted(self, rows: Iterable) -> Iterator:
        for row in rows:
            self.rows += 1
            if self.progress and self.rows % 1000 == 0:
                self.progress(self.rows)
            yield row


# --- long lists ------------------------------------------------------------------------------------------------------


def _job_for(user, kind: str, params: dict, export: Export) -> Job:
    """The job that writes this export; one that waits or runs already is not started twice."""
    asked = {"kind": kind, "params": params}
    waiting = Job.objects.filter(
        by=user, kind="core.export", state__in=[JobState.QUEUED, JobState.RUNNING], params=asked
    ).first()
    return waiting or start_job("core.export", by=user, title=str(export.title), params=asked, queue="long")


@job_kind("core.export")
def run_export(job: JobHandle) -> dict:
    """Write an export to the folder of reports; rights are checked as they are when it runs."""
    if job.by is None or not job.by.is_active:
        raise PermissionDenied(_("The person who asked for this list may not sign in any more."))
    export = build_export(job.by, job.params["kind"], job.params["params"])
    total = sum(sheet.counted() for sheet in export.sheets)
    folder = Path(settings.REPORTS_DIR) / str(job.job.uuid)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(export)
    job.progress(0, total, _("Writing rows"), force=True)
    rows = write_export(export, path, user=job.by, progress=lambda done: job.progress(done, total, _("Writing rows")))
    job.progress(rows, total, "", force=True)
    Job.objects.filter(pk=job.job.pk).update(result_file=str(path.relative_to(settings.REPORTS_DIR)))
    return {"rows": rows}
