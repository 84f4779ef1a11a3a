"""An import from the command line: the page's own steps in one go, an exit code and a JSON report (design.md, 6)."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.choices import BatchState
from core.imports import batches, files
from core.imports.findings import view
from core.imports.layout import choose_sheet, kept_open, taken_sheets
from core.models import ImportBatch, ImportFinding
from core.sheets import SheetError

APPLIED, REFUSED, UNREADABLE = 0, 1, 2


def run_file(
    kind: str,
    path: str,
    *,
    by,
    empty_report: dict,
    sheet: str = "",
    dry_run: bool = False,
    skip_refused: bool = False,
    **bring_options,
) -> tuple[int, dict]:
    """Bring a file, check it and apply it.

    `by`: the acting user, None = the system; `empty_report`: the kind's own part of the report when nothing was
    written; `sheet`: the only sheet to read; `bring_options`: as `batches.bring`.
    Returns the exit code and the report. A dry run and an unreadable file leave no batch behind.
    """
    try:
        batch = batches.bring(kind=kind, file=Path(path), name=Path(path).name, by=by, **bring_options)
    except (ValidationError, PermissionDenied, OSError) as error:
        return UNREADABLE, _report("unreadable", None, empty_report, _said(error))
    try:
        with kept_open(batch):
            code, report = _run(batch, sheet, dry_run, skip_refused, empty_report, by)
    except SheetError as error:
        code, report = UNREADABLE, _report("unreadable", batch, empty_report, error.message)
    except (ValidationError, PermissionDenied) as error:
        code, report = REFUSED, _report("refused", batch, empty_report, _said(error))
    if dry_run or code == UNREADABLE:
        batches.kind_of(batch).drop_staging(batch)
        files.drop(batch.path)
        batch.delete()
        report["batch"] = None
    return code, report


def _run(batch: ImportBatch, sheet: str, dry_run: bool, skip_refused: bool, empty_report: dict, by):
    batches.run(batch, "read", by=by, at_once=True)
    if sheet:
        choose_sheet(batch, sheet)
    if not taken_sheets(batch):
        return UNREADABLE, _report("unreadable", batch, empty_report, _no_table(batch))
    batch.skip_refused = skip_refused
    batch.save()
    batches.run(batch, "check", by=by, at_once=True)
    if batch.state == BatchState.UNREADABLE:
        return UNREADABLE, _report("unreadable", batch, empty_report, batch.message)
    refused = ImportFinding.objects.filter(batch=batch, level="error").exists() and not skip_refused
    if refused:
        return REFUSED, _report("refused", batch, empty_report)
    if dry_run:
        return APPLIED, _report("checked", batch, batch.counts.get("plan", empty_report))
    batches.run(batch, "apply", by=by, at_once=True)
    return APPLIED, _report("applied", batch, batch.counts.get("report", empty_report))


def _said(error: Exception) -> str:
    return " ".join(getattr(error, "messages", None) or [str(error)])


def _no_table(batch: ImportBatch) -> str:
    names = ", ".join(about["name"] for about in batch.layout["sheets"][:5])
    return _("No table with known columns was found (sheets: %(names)s). Name the columns as in the template.") % {
        "names": names
    }


def _report(status: str, batch: ImportBatch | None, own: dict, message: str = "") -> dict:
    errors, warnings = [], []
    if message:
        errors.append({"sheet": "", "row": None, "column": "", "value": "", "code": status, "message": message})
    if batch is not None:
        for finding in ImportFinding.objects.filter(batch=batch).exclude(stage="undo").order_by("id"):
            (errors if finding.level == "error" else warnings).append(_as_json(batch, finding))
    return {
        "status": status,
        "batch": str(batch.uuid) if batch else None,
        "rows": batch.counts.get("rows", 0) if batch else 0,
        **own,
        "errors": errors,
        "warnings": warnings,
    }


def _as_json(batch: ImportBatch, finding: ImportFinding) -> dict:
    shown = view(batch, finding)
    return {
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.col,
        "value": finding.value,
        "code": finding.code,
        "message": f"{shown.text} {shown.todo}".strip(),
    }


def write_report(report: dict, path: str) -> None:
    """Write the report as a file only its owner may read: it names people's numbers."""
    target = Path(path)
    target.touch(mode=0o600)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
