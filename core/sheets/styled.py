"""Printed tables as the province reads them: letterhead, title, grey header, total row, signatures, page numbers."""

import datetime as dt
import os
import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils import timezone
from openpyxl import Workbook as Book
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from core.dates import tanggal
from core.sheets.naming import safe_sheet_name, safe_text

_THIN = Side(style="thin", color="000000")
_DOUBLE = Side(style="double", color="000000")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
GREY = PatternFill("solid", start_color="E6E6E6")
_PAPERS = {"A4": 9, "F4": 14}  # F4 (215 x 330 mm) is Excel's Folio
_MARGIN = 15 / 25.4  # inches
_LEFT, _RIGHT = 125, 85  # characters of a page footer; Excel takes 255 in all, codes included

_FORMATS = {
    "text": "@",
    "code": "@",
    "int": "#,##0",
    "number": "#,##0.00",
    "rupiah": "#,##0",
    "percent": "0.0%",
    "date": "dd mmmm yyyy",
    "datetime": "dd mmmm yyyy hh:mm",
}
_WIDTHS = {"text": 24, "code": 19, "int": 10, "number": 11, "rupiah": 17, "percent": 9, "date": 18, "datetime": 22}
_CENTRED = {"code", "date", "datetime"}


@dataclass(frozen=True)
class ReportColumn:
    """One column of a printed table.

    key: name in dict rows and in total formulas; label: header, with the unit: "Pagu (Rp)"; kind: as
    `writer.Column`; groups: headings above the label, top first, merged over neighbours that share them;
    total: "sum", or a formula with other columns by key ("=IF({budget}=0,0,{spent}/{budget})"), "" = none;
    centred: instead of by kind (running numbers, ticks).
    """

    key: str
    label: Any
    kind: str = "text"
    width: float | None = None
    groups: tuple[Any, ...] = ()
    total: str = ""
    centred: bool = False


@dataclass(frozen=True)
class ReportRow:
    """A row with a look of its own. style: "section" (bold heading), "subtotal" (bold, left out of the total)."""

    cells: Any
    style: str = ""


@dataclass(frozen=True)
class Signer:
    """Who signs below the table; place and day only over the one on the right."""

    post: Any
    name: str = ""
    rank: str = ""
    nip: str = ""
    place: str = ""
    day: dt.date | None = None


@dataclass(frozen=True)
class Footer:
    """What stands at the foot of each page. unmasked: the table shows NIK or KK in full."""

    source: Any = ""
    data_date: dt.date | None = None
    printed_by: str = ""
    printed_at: dt.datetime | None = None
    unmasked: bool = False


@dataclass(frozen=True)
class ReportSheet:
    """One printed table.

    name: sheet; title, subtitles: centred above, the title in capitals; letterhead: lines above a double rule;
    columns, rows (tuples in column order, dicts by key, or ReportRow); column_numbers: a row 1, 2, 3 under the header;
    total_label: text of the total row, "" = no total row; signers: one stands right, two left and right;
    notes: lines under the table; paper: A4 or F4; frozen: columns that stay in sight and repeat on each page.
    """

    name: Any
    title: Any
    columns: Sequence[ReportColumn]
    rows: Iterable
    subtitles: Sequence[Any] = ()
    letterhead: Sequence[Any] = ()
    column_numbers: bool = False
    total_label: Any = ""
    signers: Sequence[Signer] = ()
    notes: Sequence[Any] = ()
    footer: Footer = Footer()
    paper: str = "F4"
    landscape: bool = True
    frozen: int = 1


def write_report(target: str | os.PathLike | BinaryIO, sheets: Sequence[ReportSheet]) -> int:
    """Write printed tables to an .xlsx, one sheet each.

    target: path or binary file. Result: number of data rows written. For lists of tens of thousands of rows see
    `writer.write_plain`.
    """
    book = Book()
    book.remove(book.active)
    rows = 0
    for sheet in sheets:
        page = book.create_sheet(safe_sheet_name(sheet.name, book.sheetnames))
        rows += _Builder(page, sheet).build()
    book.save(target if hasattr(target, "write") else os.fspath(target))
    return rows


def put(cell: Cell, value: Any) -> Cell:
    """Set a cell so that a text is never a formula; moments lose their zone, control characters go."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, dt.date, dt.time)) or type(value).__name__ == "Decimal":
        cell.value = value
        return cell
    text = safe_text(str(value))
    cell.value = text
    if text[:1] == "=":
        cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@", "\t"):
        cell._style = copy(cell._style)
        cell.quotePrefix = True
    return cell


class _Builder:
    """Fills one worksheet from the top down; `row` is the next free row."""

    def __init__(self, page: Worksheet, sheet: ReportSheet):
        self.page = page
        self.sheet = sheet
        self.width = len(sheet.columns)
        self.row = 1

    def build(self) -> int:
        self._letterhead()
        self._titles()
        header = self.row
        self._header()
        first = self.row
        count = self._rows()
        last = self.row - 1
        if self.sheet.total_label:
            self._total(first, last)
        self._notes()
        self._signatures()
        self._page(header, first)
        return count

    def _line(self, text: Any, *, size: int = 11, bold: bool = False, rule: bool = False) -> None:
        """One centred line over the whole width."""
        cell = put(self.page.cell(self.row, 1), text)
        cell.font = Font(bold=bold, size=size)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if self.width > 1:
            self.page.merge_cells(start_row=self.row, end_row=self.row, start_column=1, end_column=self.width)
        if rule:
            for column in range(1, self.width + 1):
                self.page.cell(self.row, column).border = Border(bottom=_DOUBLE)
        self.row += 1

    def _letterhead(self) -> None:
        lines = list(self.sheet.letterhead)
        for number, line in enumerate(lines):
            self._line(line, size=14 if number < 2 else 10, bold=number < 2, rule=number == len(lines) - 1)
        if lines:
            self.row += 1

    def _titles(self) -> None:
        self._line(str(self.sheet.title).upper(), size=12, bold=True)
        for line in self.sheet.subtitles:
            self._line(line)
        self.row += 1

    def _header(self) -> None:
        """Group headings and labels, neighbours with the same heading merged, short columns merged downwards."""
        depth = max((len(column.groups) for column in self.sheet.columns), default=0)
        top = self.row
        grid = [
            [str(group) for group in column.groups] + [str(column.label)] * (depth + 1 - len(column.groups))
            for column in self.sheet.columns
        ]
        for level in range(depth + 1):
            for number in range(self.width):
                cell = self.page.cell(top + level, number + 1)
                cell.font, cell.fill, cell.border = Font(bold=True, size=10), GREY, BOX
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        for left, right, start, end in _blocks(grid, depth + 1):
            put(self.page.cell(top + start, left + 1), grid[left][start])
            if right > left or end > start:
                self.page.merge_cells(
                    start_row=top + start, end_row=top + end, start_column=left + 1, end_column=right + 1
                )
        longest = max(_lines(str(c.label), c.width or _WIDTHS[c.kind]) for c in self.sheet.columns)
        self.page.row_dimensions[top + depth].height = 15 * max(longest - depth, 1) + 3
        self.row = top + depth + 1
        if self.sheet.column_numbers:
            for number in range(1, self.width + 1):
                cell = self.page.cell(self.row, number, number)
                cell.font, cell.border, cell.fill = Font(size=8, italic=True), BOX, GREY
                cell.alignment = Alignment(horizontal="center")
            self.row += 1

    def _styles(self, *, bold: bool) -> list:
        """One ready style a column, copied to every cell: setting fonts and borders cell by cell is slow."""
        styles = []
        for column in self.sheet.columns:
            cell = Cell(self.page, row=1, column=1)
            cell.font = Font(bold=bold, size=10)
            cell.border = BOX
            cell.number_format = _FORMATS[column.kind]
            centred = column.centred or column.kind in _CENTRED
            cell.alignment = Alignment(
                horizontal="center" if centred else None, vertical="top", wrap_text=column.kind == "text"
            )
            styles.append(cell._style)
        return styles

    def _rows(self) -> int:
        plain, bold = self._styles(bold=False), self._styles(bold=True)
        keys = [column.key for column in self.sheet.columns]
        count = 0
        self.styled_rows: dict[str, list[int]] = {"section": [], "subtotal": []}
        for row in self.sheet.rows:
            style = ""
            if isinstance(row, ReportRow):
                row, style = row.cells, row.style
            if isinstance(row, dict):
                row = [row.get(key) for key in keys]
            if style:
                self.styled_rows[style].append(self.row)
            else:
                count += 1
            for number, (value, look) in enumerate(zip(row, bold if style else plain, strict=True), 1):
                cell = self.page.cell(self.row, number)
                cell._style = look  # shared; `put` copies it before it changes one
                put(cell, value)
            self._height(row)
            self.row += 1
        return count

    def _height(self, row: Sequence) -> None:
        """Room for wrapped text; only Excel itself would find it when the file is opened."""
        lines = 1
        for value, column in zip(row, self.sheet.columns, strict=True):
            if column.kind == "text" and value is not None and len(text := str(value)) > 8:
                lines = max(lines, _lines(text, column.width or _WIDTHS["text"]))
        if lines > 1:
            self.page.row_dimensions[self.row].height = 13.5 * min(lines, 30)

    def _total(self, first: int, last: int) -> None:
        """The total row: sums leave subtotals out; other formulas are given with columns by key."""
        letters = {column.key: get_column_letter(n) for n, column in enumerate(self.sheet.columns, 1)}
        texts = [n for n, column in enumerate(self.sheet.columns, 1) if column.kind == "text" and not column.total]
        label_at = texts[0] if texts else 1
        for number, (column, look) in enumerate(zip(self.sheet.columns, self._styles(bold=True), strict=True), 1):
            cell = self.page.cell(self.row, number)
            cell._style = copy(look)
            cell.fill = GREY
            if column.total == "sum":
                cell.value = self._sum(letters[column.key], first, last)
            elif column.total:
                cell.value = re.sub(r"\{(\w+)\}", lambda m: f"{letters[m[1]]}{self.row}", column.total)
            elif number == label_at:
                put(cell, self.sheet.total_label)
                cell.number_format = "@"
        self.row += 1

    def _sum(self, letter: str, first: int, last: int) -> str:
        if last < first:
            return "=0"
        total = f"SUM({letter}{first}:{letter}{last})"
        for row in self.styled_rows["subtotal"]:
            total += f"-{letter}{row}"
        return f"={total}"

    def _notes(self) -> None:
        for note in self.sheet.notes:
            cell = put(self.page.cell(self.row, 1), note)
            cell.font = Font(size=9, italic=True)
            self.row += 1

    def _signatures(self) -> None:
        signers = list(self.sheet.signers)[-2:]
        if not signers:
            return
        self.row += 1
        half = max(self.width // 2, 1)
        right = max(self.width - max(self.width // 3, 2) + 1, 1)
        spans = [(right, self.width)] if len(signers) == 1 else [(1, half), (min(half + 1, self.width), self.width)]
        top = self.row
        for signer, (left, end) in zip(signers, spans, strict=True):
            place = ", ".join(part for part in (signer.place, tanggal(signer.day)) if part)
            lines = [
                place,
                signer.post,
                "",
                "",
                "",
                "",
                signer.name,
                signer.rank,
                f"NIP {signer.nip}" if signer.nip else "",
            ]
            for offset, line in enumerate(lines):
                cell = put(self.page.cell(top + offset, left), line or None)
                cell.alignment = Alignment(horizontal="center", vertical="top", wrap_text=True)
                name = bool(line) and offset == 6
                cell.font = Font(size=10, bold=name, underline="single" if name else None)
                if end > left:
                    self.page.merge_cells(
                        start_row=top + offset, end_row=top + offset, start_column=left, end_column=end
                    )
        self.row = top + 9

    def _page(self, header: int, first: int) -> None:
        """Frozen panes, widths, print area and titles, one page wide, page numbers."""
        page, sheet = self.page, self.sheet
        for number, column in enumerate(sheet.columns, 1):
            page.column_dimensions[get_column_letter(number)].width = column.width or _WIDTHS[column.kind]
        page.freeze_panes = page.cell(first, min(sheet.frozen, self.width - 1) + 1)
        page.sheet_view.showGridLines = False
        page.page_setup.orientation = "landscape" if sheet.landscape else "portrait"
        page.page_setup.paperSize = _PAPERS[sheet.paper]
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_margins.left = page.page_margins.right = page.page_margins.top = _MARGIN
        page.page_margins.bottom = _MARGIN + 0.3
        page.print_options.horizontalCentered = True
        page.print_title_rows = f"{header}:{first - 1}"
        page.print_area = f"A1:{get_column_letter(self.width)}{max(self.row - 1, first)}"
        left, right = _footer_texts(sheet.footer)
        page.oddFooter.left.text, page.oddFooter.left.size = left, 8
        page.oddFooter.center.text, page.oddFooter.center.size = "Halaman &P dari &N", 8
        page.oddFooter.right.text, page.oddFooter.right.size = right, 8


def _blocks(grid: list[list[str]], depth: int) -> list[tuple[int, int, int, int]]:
    """(left, right, top, bottom) of header cells, from one list of texts a column; equal neighbours are one block."""
    blocks, done = [], set()
    for top in range(depth):
        left = 0
        while left < len(grid):
            right = left
            if (left, top) not in done:
                bottom = top
                if all(text == grid[left][top] for text in grid[left][top:]):  # the label itself, downwards
                    bottom = depth - 1
                else:
                    while right + 1 < len(grid) and grid[right + 1][: top + 1] == grid[left][: top + 1]:
                        right += 1
                blocks.append((left, right, top, bottom))
                done |= {(j, i) for j in range(left, right + 1) for i in range(top, bottom + 1)}
            left = right + 1
    return blocks


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column, roughly."""
    return sum(-(-len(line) // max(int(width) - 1, 1)) or 1 for line in text.split("\n"))


def _footer_texts(footer: Footer) -> tuple[str, str]:
    """Left: source, date of the data, warning; right: who printed it when. Excel's codes begin with &: doubled."""
    left = ["Memuat data pribadi" if footer.unmasked else "", f"Sumber: {footer.source}" if footer.source else ""]
    if footer.data_date:
        left.append(f"Keadaan data {tanggal(footer.data_date)}")
    when = footer.printed_at
    if when is not None and timezone.is_aware(when):
        when = timezone.localtime(when)
    printed = f"Dicetak {tanggal(when.date())} {when:%H.%M}" if when else ""
    if footer.printed_by:
        printed = f"{printed or 'Dicetak'} oleh {footer.printed_by}"
    return ". ".join(part for part in left if part).replace("&", "&&")[:_LEFT], printed.replace("&", "&&")[:_RIGHT]
