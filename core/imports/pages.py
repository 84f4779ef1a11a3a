"""What the pages of a batch show for every kind of import: stage, notes on the file, groups of findings."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.choices import BatchState
from core.imports import batches
from core.imports.findings import groups
from core.imports.kinds import kind_of
from core.models import ImportBatch
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


def field_label(batch: ImportBatch, key: str) -> str:
    """Name of a field for people; the key itself for one that the kind does not know."""
    for field in kind_of(batch).fields(batch):
        if field.key == key:
            return str(field.label)
    return key
