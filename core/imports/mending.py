"""Simple mistakes mended in the page: other values for single cells, kept in the batch with who and when.

The stored file is never changed. The kind's check reads `fixes` and takes these values instead of the cells'.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import ImportBatch

LEFT_OUT = None  # the value of a fix that leaves a number out: "simpan tanpa NIK"
ROW = "*"  # the field of a fix that passes over the whole row
_MOST = 2_000
_LONGEST = 200


def fix_cell(batch: ImportBatch, *, sheet: str, row: int, field: str, value: str, by) -> None:
    """Take `value` for one cell instead of what the sheet holds. Saves the batch."""
    _keep(batch, [(sheet, row)], field, value.strip()[:_LONGEST], by)


def leave_out(batch: ImportBatch, *, rows: Iterable[tuple[str, int]], field: str, by) -> None:
    """Keep these rows without their number (`field` nik or kk): the raw value is noted, the gap is listed."""
    _keep(batch, list(rows), field, LEFT_OUT, by)


def pass_over(batch: ImportBatch, *, sheet: str, row: int, by) -> None:
    """Do not read this row: it stands twice, or does not belong here."""
    _keep(batch, [(sheet, row)], ROW, LEFT_OUT, by)


def _keep(batch: ImportBatch, rows, field, value, by) -> None:
    kept = batch.options.setdefault("fixes", {})
    for sheet, row in rows:
        kept.setdefault(f"{row}|{sheet}", {})[field] = {
            "value": value,
            "by": getattr(by, "pk", None),
            "at": timezone.now().isoformat(timespec="seconds"),
        }
    if len(kept) > _MOST:
        raise ValidationError(_("These are too many corrections for the page. Mend the sheet and bring it again."))
    batch.options["unchecked"] = batch.options.get("unchecked", 0) + len(rows)
    batch.save(update_fields=["options"])


def fixes(batch: ImportBatch) -> dict[tuple[str, int], dict[str, str | None]]:
    """(sheet, row) → field → value taken instead of the cell; None = the number is left out."""
    found = {}
    for key, fields in batch.options.get("fixes", {}).items():
        row, _bar, sheet = key.partition("|")
        found[sheet, int(row)] = {field: fix["value"] for field, fix in fields.items()}
    return found
