"""What stands where in a brought file: sheets, headers, columns of fields; found, remembered, corrected by a person."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.files import limits, stored_path
from core.imports.findings import shown_value
from core.imports.kinds import ImportKind, kind_of
from core.models import ImportBatch, SheetLayout
from core.parsed import cell_text
from core.sheets import Sheet, Workbook, open_workbook
from core.sheets.columns import HeaderCell, Mapping, match_columns, normal_header
from core.sheets.layout import HeaderGuess, data_rows, find_header, is_footer_row, layout_fingerprint, without_header

HEAD_ROWS = 60
SAMPLE_ROWS = 5
REASON_HEADER = "Alasan ditolak"  # column of a workbook of refused rows; never read back
_REASON_KEY = normal_header(REASON_HEADER)
_MANY_COLUMNS = 200  # headers kept in the batch row
_NOT_DATA = frozenset({"contoh", "contoh isian", "examples", "petunjuk", "pilihan", "info"})  # sheets beside a template


@dataclass(frozen=True)
class Table:
    """One taken sheet, open for reading. `about` is its entry in `batch.layout["sheets"]`, `index` its place there."""

    index: int
    about: dict
    sheet: Sheet
    header: HeaderGuess
    mapping: Mapping

    def title(self, field: str) -> str:
        """The sheet's own header of a field, or the letter of its column."""
        return self.mapping.header(field)

    def rows(self) -> Iterator[tuple[int, list]]:
        """(row number, cells) of the rows that hold data."""
        return data_rows(self.sheet, self.header, self.mapping)


def describe_workbook(batch: ImportBatch, book: Workbook) -> dict:
    """`batch.layout` for a workbook that was just opened: every sheet with its header, mapping and sample rows.

    Hidden sheets are listed but not taken; a visible sheet is taken when a header with known columns was found.
    """
    fields = kind_of(batch).fields(batch)
    sheets = []
    for sheet in book.sheets:
        head = sheet.head(HEAD_ROWS)
        header = _without_reasons(find_header(head, fields=fields, merged=sheet.merged) or without_header(head))
        about = {
            "name": sheet.name,
            "visible": sheet.visible,
            "rows": sheet.n_rows,
            "filled": sheet.filled_rows,
            "columns": sheet.n_columns,
            "errors": len(sheet.error_cells),
            "taken": False,
        }
        if header is not None:
            about |= _describe_table(batch, head, header, fields)
            about["taken"] = (
                sheet.visible and sheet.name.casefold() not in _NOT_DATA and _worth_taking(about, kind_of(batch))
            )
        sheets.append(about)
    return {
        "format": book.format,
        "notes": list(book.notes),
        "encoding": book.encoding,
        "separator": book.separator,
        "sheets": sheets,
    }


def _describe_table(batch: ImportBatch, head, header: HeaderGuess, fields) -> dict:
    below = [(number, cells) for number, cells in head if number >= header.data_row]
    mapping = match_columns(header.columns, below, fields)
    fingerprint = layout_fingerprint(header)
    how = {key: match.how for key, match in mapping.columns.items()}
    remembered = (
        SheetLayout.objects.filter(kind=batch.kind, fingerprint=fingerprint).first() if header.last_row else None
    )
    choice = mapping.choice()
    if remembered is not None:
        known = {spec.key for spec in fields}
        choice = {key: index for key, index in remembered.mapping.items() if key in known}
        how = dict.fromkeys(choice, "remembered")
    samples = [
        # Shown to people and kept in the batch: whole numbers are masked here already.
        [number, [shown_value(cell_text(cells[c.index])[:60]) if c.index < len(cells) else "" for c in header.columns]]
        for number, cells in below
        if not is_footer_row(cells)
    ]
    return {
        "header": {"first": header.first_row, "last": header.last_row, "data": header.data_row},
        "confidence": header.confidence,
        "titles": [[column.index, column.text[:200], list(column.parts)] for column in header.columns[:_MANY_COLUMNS]],
        "mapping": choice,
        "how": how,
        "samples": samples[:SAMPLE_ROWS],
        "fingerprint": fingerprint,
    }


def _without_reasons(header: HeaderGuess | None) -> HeaderGuess | None:
    """The header without the column of reasons that we added to refused rows, so that the print stays the same."""
    if header is None:
        return None
    kept = tuple(cell for cell in header.columns if _REASON_KEY not in cell.keys)
    return replace(header, columns=kept) if len(kept) < len(header.columns) else header


def _worth_taking(about: dict, kind: ImportKind) -> bool:
    """Whether a sheet holds a table of ours: people or families can be told by it, or what the kind says."""
    keys = about["mapping"].keys()
    if kind.worth is not None:
        return kind.worth(set(keys))
    return bool(keys & {"nik", "kk"}) or {"name", "region"} <= keys or ("name" in keys and len(keys) >= 4)


def header_of(about: dict) -> HeaderGuess:
    """The header of a sheet, rebuilt from `batch.layout`."""
    columns = tuple(HeaderCell(index, text, tuple(parts)) for index, text, parts in about["titles"])
    rows = about["header"]
    return HeaderGuess(rows["first"], rows["last"], rows["data"], columns, about["confidence"])


def mapping_of(about: dict) -> Mapping:
    """The columns of a sheet's fields, rebuilt from `batch.layout`."""
    headers = header_of(about).columns
    return match_columns(headers, (), ()).with_choice(about["mapping"])


def taken_sheets(batch: ImportBatch) -> list[tuple[int, dict]]:
    """(index, entry) of the sheets of `batch.layout` that are read."""
    return [(i, about) for i, about in enumerate(batch.layout.get("sheets", [])) if about.get("taken")]


_kept: dict[str, Workbook] = {}


@contextlib.contextmanager
def open_stored(batch: ImportBatch) -> Iterator[Workbook]:
    """Read the stored file of a batch; raises SheetError."""
    if batch.path in _kept:
        yield _kept[batch.path]
        return
    with open_workbook(stored_path(batch), name=batch.file_name, limits=limits()) as book:
        yield book


@contextlib.contextmanager
def kept_open(batch: ImportBatch) -> Iterator[None]:
    """Read the file of a batch once for several steps that follow each other in this process (commands)."""
    if batch.path in _kept:
        yield
        return
    with open_workbook(stored_path(batch), name=batch.file_name, limits=limits()) as book:
        _kept[batch.path] = book
        try:
            yield
        finally:
            del _kept[batch.path]


def tables(batch: ImportBatch, book: Workbook) -> Iterator[Table]:
    """The taken sheets of an opened workbook, ready to be read."""
    by_name = {sheet.name: sheet for sheet in book.sheets}
    for index, about in taken_sheets(batch):
        if about["name"] in by_name and about.get("titles"):
            yield Table(index, about, by_name[about["name"]], header_of(about), mapping_of(about))


def choose(batch: ImportBatch, choice: dict[str, dict[str, int] | None], *, by) -> None:
    """Keep a person's choice of sheets and columns in `batch.layout`, and remember it for sheets laid out the same.

    `choice`: sheet name → {field: column index}, None for a sheet that is not to be read. Does not save the batch.
    """
    for about in batch.layout["sheets"]:
        chosen = choice.get(about["name"])
        about["taken"] = chosen is not None and bool(about.get("titles"))
        if not about["taken"]:
            continue
        if chosen != about["mapping"]:
            about["how"] = {
                key: about["how"].get(key, "given") if about["mapping"].get(key) == index else "given"
                for key, index in chosen.items()
            }
            about["mapping"] = chosen
        if about["header"]["last"]:
            SheetLayout.objects.update_or_create(
                kind=batch.kind, fingerprint=about["fingerprint"], defaults={"mapping": chosen, "by": by}
            )


def choose_sheet(batch: ImportBatch, name: str) -> None:
    """Read this sheet and no other, hidden or not. Does not save; raises ValidationError when there is none."""
    names = [about["name"] for about in batch.layout["sheets"]]
    if name not in names:
        raise ValidationError(
            _("There is no sheet “%(name)s”. The file holds: %(names)s.") % {"name": name, "names": ", ".join(names)}
        )
    for about in batch.layout["sheets"]:
        about["taken"] = about["name"] == name and bool(about.get("titles"))


def layout_line(batch: ImportBatch) -> str:
    """The chosen sheets in words: sheet, row of the header, number of rows."""
    parts = [
        _("sheet “%(name)s”, header in row %(row)s") % {"name": about["name"], "row": about["header"]["last"]}
        if about["header"]["last"]
        else _("sheet “%(name)s”, without a header") % {"name": about["name"]}
        for _index, about in taken_sheets(batch)
    ]
    return "; ".join(parts[:3]) + (" …" if len(parts) > 3 else "")
