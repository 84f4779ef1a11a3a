"""What the pages of a batch show for every kind of import: stage, notes on the file, groups of findings."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from core.choices import BatchState
from core.imports import batches
from core.imports.findings import groups, view
from core.models import ImportBatch, ImportFinding
from core.parsed import describe
from core.rupiah import thousands
from core.sheets.errors import NOTES

_STEP_OF = {"columns": 2, "preview": 3, "result": 5, "undone": 5}
_AGAIN = {
    BatchState.UPLOADED: "read",
    BatchState.CHECKING: "check",
    BatchState.APPLYING: "apply",
    BatchState.APPLIED: "apply",
    BatchState.UNDOING: "undo",
    BatchState.FAILED: "check",
}


def stage_context(batch: ImportBatch, stage: str) -> dict:
    """Steps, stage and notes of a batch, for the head of its page."""
    steps = [_("File"), _("Columns"), _("Check"), _("Apply"), _("Result")]
    current = _STEP_OF.get(stage)
    if current is None:
        current = {BatchState.CHECKING: 3, BatchState.APPLYING: 4, BatchState.UNDOING: 5, BatchState.FAILED: 3}.get(
            batch.state, 1
        )
    return {
        "batch": batch,
        "stage": stage,
        "steps": steps,
        "current_step": current,
        "file_notes": file_notes(batch),
        "again": _AGAIN.get(batch.state, ""),
        "earlier": batches.same_file(batch).exclude(state=BatchState.DISCARDED).first(),
    }


def file_notes(batch: ImportBatch) -> list[str]:
    """What was odd about the file, in words: its ending, its quotes, hidden sheets, error cells."""
    layout = batch.layout
    notes = [describe(code, {}, NOTES)[0] for code in layout.get("notes", [])]
    for about in layout.get("sheets", []):
        if not about["visible"] and not about["taken"]:
            notes.append(" ".join(describe("hidden_sheet", {"name": about["name"]}, NOTES)))
    errors = sum(about["errors"] for about in layout.get("sheets", []) if about["taken"])
    if errors:
        notes.append(" ".join(describe("error_cells", {"n": thousands(errors)}, NOTES)))
    return [note.strip() for note in notes]


def findings_context(batch: ImportBatch) -> dict:
    """Findings grouped by kind: errors, and what people should look at."""
    return {"error_groups": groups(batch, "error"), "note_groups": groups(batch, "warning", "note")}


# Findings that a row left out of the sheet would settle.
_ONE_ROW_TOO_MANY = frozenset({"nik_twice", "person_twice", "kk_twice", "two_heads", "region_outside", "nik_elsewhere"})


def findings_list(batch: ImportBatch, show: str, query, *, after: int, n: int) -> dict:
    """Rows of findings for a list: `refused`, `notes` or `undo`, narrowed by `code` and `field` of the query.

    Each says what can be done about it in the page: `mend` (type a value), `number` (leave the number out),
    `pass_over` (do not read the row), `transfer`.
    """
    code, key = query.get("code", "")[:60], query.get("field", "")[:40]
    rows = ImportFinding.objects.filter(batch=batch, id__gt=after, stage="undo" if show == "undo" else F("stage"))
    rows = rows.filter(level="error") if show == "refused" else rows.exclude(level="error")
    if show == "notes":
        rows = rows.exclude(stage="undo")
    rows = rows.filter(code=code) if code else rows
    rows = rows.filter(field=key) if key else rows
    rows = list(rows.order_by("id")[: n + 1])
    mapped = {about["name"]: about.get("mapping", {}) for about in batch.layout.get("sheets", [])}
    found = [
        {
            "shown": view(batch, row),
            "mend": row.level == "error" and row.field in mapped.get(row.sheet, {}),
            "number": row.level == "error" and row.field in ("nik", "kk") and row.stage == "cells",
            "pass_over": row.code in _ONE_ROW_TOO_MANY,
            "transfer": row.code == "nik_elsewhere",
            "household": row.params.get("household", "") if show == "undo" else "",
        }
        for row in rows[:n]
    ]
    return {"findings": found, "more_findings": rows[n - 1].pk if len(rows) > n else None, "code": code, "field": key}
