"""Blank import sheets to give out: text-formatted columns, drop-downs, examples, and what each column means."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook as Book
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.sheets.naming import safe_sheet_name
from core.sheets.styled import BOX, GREY, put

_REQUIRED = PatternFill("solid", start_color="FCEFD3")
_FORMATS = {"text": "@", "code": "@", "nik": "@", "date": "dd/mm/yyyy", "int": "0", "number": "0.##", "rupiah": "#,##0"}
_WIDTHS = {"text": 24, "code": 14, "nik": 20, "date": 13, "int": 9, "number": 10, "rupiah": 15}


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a blank sheet.

    label: header; kind: text, code, nik (16 digits), date, int, number, rupiah; choices: offered in a drop-down;
    required: coloured and said so; note: what to write, shown when the cell is entered and on the sheet of advice.
    """

    label: Any
    kind: str = "text"
    choices: Sequence[Any] = ()
    required: bool = False
    note: Any = ""
    width: float | None = None


def write_template(
    target: str | os.PathLike | BinaryIO,
    *,
    name: Any,
    columns: Sequence[TemplateColumn],
    examples: Sequence[Sequence] = (),
    notes: Sequence[Any] = (),
    rows: int = 2_000,
) -> None:
    """Write a blank import sheet.

    target: path or binary file; name: of the sheet to fill in; examples: rows in column order, on a sheet of their own
    so that nobody imports them; notes: lines of advice; rows: down to where drop-downs and checks reach.
    """
    book = Book()
    page = book.active
    page.title = safe_sheet_name(name)
    _header(page, columns)
    lists = _lists(columns)
    names = [safe_sheet_name(each, [page.title]) for each in (_("Examples"), _("How to fill it in"), _("Choices"))]
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        # The format of the whole column: cells that are typed or pasted later keep their zeros and digits.
        page.column_dimensions[letter].number_format = _FORMATS[column.kind]
        check = _check(column, names[2], lists)
        if check:
            check.add(f"{letter}2:{letter}{rows + 1}")
            page.add_data_validation(check)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    _examples(book.create_sheet(names[0]), columns, examples)
    _notes(book.create_sheet(names[1]), columns, notes)
    if lists:
        _choices(book.create_sheet(names[2]), columns, lists)
    book.save(target if hasattr(target, "write") else os.fspath(target))


def _header(page: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    for number, column in enumerate(columns, 1):
        cell = put(page.cell(1, number), column.label)
        cell.font, cell.border = Font(bold=True), BOX
        cell.fill = _REQUIRED if column.required else GREY
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(number)].width = column.width or _WIDTHS[column.kind]
        if column.note:
            cell.comment = Comment(str(column.note), "TKPKD", width=260, height=100)
    page.row_dimensions[1].height = 32


def _lists(columns: Sequence[TemplateColumn]) -> dict[tuple[str, ...], int]:
    """Each different list of choices and its column on the sheet of choices; equal lists stand there once."""
    lists: dict[tuple[str, ...], int] = {}
    for column in columns:
        if column.choices:
            lists.setdefault(tuple(map(str, column.choices)), len(lists) + 1)
    return lists


def _check(column: TemplateColumn, choices_name: str, lists: dict[tuple[str, ...], int]) -> DataValidation | None:
    """The drop-down or check of a column; a warning, not a bar: the importer says more than Excel can."""
    check = None
    if column.choices:
        choices = tuple(map(str, column.choices))
        letter = get_column_letter(lists[choices])
        sheet = choices_name.replace("'", "''")
        check = DataValidation(type="list", formula1=f"'{sheet}'!${letter}$2:${letter}${len(choices) + 1}")
        check.error = _("Choose from the list, or leave the cell empty.")
    elif column.kind == "nik":
        check = DataValidation(type="textLength", operator="equal", formula1="16")
        check.error = _("The number should have 16 digits.")
    elif column.note:
        check = DataValidation(type=None)
    if check is None:
        return None
    check.allow_blank, check.showErrorMessage, check.errorStyle = True, True, "warning"
    check.errorTitle = str(column.label)[:32]
    if column.note:
        check.showInputMessage = True
        check.promptTitle, check.prompt = str(column.label)[:32], str(column.note)[:255]
    return check


def _examples(page: Worksheet, columns: Sequence[TemplateColumn], examples: Sequence[Sequence]) -> None:
    _header(page, columns)
    for number, row in enumerate(examples, 2):
        for index, (column, value) in enumerate(zip(columns, row, strict=True), 1):
            cell = put(page.cell(number, index), value)
            cell.number_format = _FORMATS[column.kind]
            cell.font = Font(italic=True)
    page.freeze_panes = "A2"


def _notes(page: Worksheet, columns: Sequence[TemplateColumn], notes: Sequence[Any]) -> None:
    row = 1
    for note in notes:
        put(page.cell(row, 1), note)
        row += 1
    row += 1 if notes else 0
    for number, label in enumerate((_("Column"), _("Required"), _("What to write")), 1):
        cell = put(page.cell(row, number), label)
        cell.font, cell.fill, cell.border = Font(bold=True), GREY, BOX
    for offset, column in enumerate(columns, 1):
        for number, value in enumerate((column.label, _("yes") if column.required else _("no"), column.note), 1):
            cell = put(page.cell(row + offset, number), value)
            cell.border = BOX
            cell.alignment = Alignment(vertical="top", wrap_text=number == 3)
    for letter, width in (("A", 30), ("B", 12), ("C", 90)):
        page.column_dimensions[letter].width = width


def _choices(page: Worksheet, columns: Sequence[TemplateColumn], lists: dict[tuple[str, ...], int]) -> None:
    for choices, index in lists.items():
        owner = next(column for column in columns if tuple(map(str, column.choices)) == choices)
        cell = put(page.cell(1, index), owner.label)
        cell.font, cell.fill = Font(bold=True), GREY
        page.column_dimensions[get_column_letter(index)].width = min(max(map(len, choices), default=10) + 3, 60)
        for row, choice in enumerate(choices, 2):
            put(page.cell(row, index), choice).number_format = "@"
    page.freeze_panes = "A2"
