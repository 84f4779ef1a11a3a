"""Refused rows as a workbook: the original header and rows, and a column that says why; mended, it comes back."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports.layout import REASON_HEADER, open_stored, tables
from core.models import ImportBatch
from core.sheets import Column, Info, PlainSheet, write_plain

_TEXT_FIELDS = {"nik", "kk", "region", "rt", "rw", "rt_rw", "pln_id"}


def write_refused(batch: ImportBatch, reasons: dict[tuple[str, int], str], target, *, by) -> int:
    """Write the rows of `reasons` to `target` (path or binary file).

    `reasons`: (sheet, row) → why it is refused; "" for the other rows of a refused family, which must come along.
    Returns the number of rows. Reads the stored file; raises SheetError when it cannot be read any more.
    """
    with open_stored(batch) as book:
        sheets = [
            PlainSheet(table.about["name"], _columns(table), _rows(table, reasons))
            for table in tables(batch, book)
            if any(sheet == table.about["name"] for sheet, _row in reasons)
        ]
        info = Info(
            title=_("Refused rows of %(file)s") % {"file": batch.file_name},
            who=str(by) if by else "",
            when=timezone.now(),
            notes=[
                _("Mend the rows and bring this workbook again. The column “%(column)s” is not read.")
                % {"column": REASON_HEADER}
            ],
            unmasked=True,
        )
        return write_plain(target, sheets, info)


def _columns(table) -> list[Column]:
    text = {table.mapping.index(field) for field in _TEXT_FIELDS}
    columns = [
        Column(f"c{cell.index}", cell.parts[-1] if cell.parts else cell.text, "code" if cell.index in text else "text")
        for cell in table.header.columns
    ]
    return [*columns, Column("reason", REASON_HEADER, width=60)]


def _rows(table, reasons) -> Iterator[tuple]:
    indexes = [cell.index for cell in table.header.columns]
    name = table.about["name"]
    for number, cells in table.rows():
        reason = reasons.get((name, number))
        if reason is not None:
            yield (*(cells[i] if i < len(cells) else "" for i in indexes), reason)
