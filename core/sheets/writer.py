"""Writes long plain lists: typed columns, streamed, one look for all of them, with a sheet that says what they are."""

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import Format, write_worksheets

from core.dates import tanggal
from core.rupiah import thousands
from core.sheets.naming import CELL_LENGTH, safe_sheet_name, safe_text, unique

_HEADER_FILL = "#E6E6E6"


@dataclass(frozen=True)
class _Kind:
    """How a kind of column is written: number format, usual width in characters."""

    format: str
    width: int


_KINDS = {
    "text": _Kind("@", 26),
    "code": _Kind("@", 20),
    "int": _Kind("#,##0", 11),
    "number": _Kind("#,##0.00", 12),
    "rupiah": _Kind("#,##0", 17),
    "percent": _Kind("0.0%", 10),
    "date": _Kind("dd/mm/yyyy", 12),
    "datetime": _Kind("dd/mm/yyyy hh:mm", 17),
}


@dataclass(frozen=True)
class Column:
    """One column of a list.

    key: name in dict rows; label: header (lazy text allowed); kind: text, code, int, number, rupiah, percent (0.125 =
    12.5 %), date, datetime. Codes (NIK, KK, region, phone) are written as text, never as number. width: characters.
    """

    key: str
    label: Any
    kind: str = "text"
    width: int | None = None


@dataclass(frozen=True)
class PlainSheet:
    """One sheet; rows: iterable of tuples in column order or of dicts by key, read once while writing.

    frozen: columns that stay in sight while scrolling sideways.
    """

    name: Any
    columns: Sequence[Column]
    rows: Iterable
    frozen: int = 0


@dataclass(frozen=True)
class Info:
    """What the sheet "Info" says: what the list is, who made it when, from which data, through which filters.

    filters, notes: (label, value) and texts, lazy ones allowed; unmasked: whether NIK and KK stand in full,
    None when the list holds no such numbers; purpose: what an unmasked list was asked for.
    """

    title: Any
    who: str
    when: dt.datetime
    filters: Sequence[tuple[Any, Any]] = ()
    notes: Sequence[Any] = ()
    data_date: dt.date | None = None
    unmasked: bool | None = None
    purpose: str = ""


@dataclass
class _Count:
    rows: int = 0
    sheets: dict[str, int] = field(default_factory=dict)


def write_plain(target: str | os.PathLike | BinaryIO, sheets: Sequence[PlainSheet], info: Info | None = None) -> int:
    """Write lists to an .xlsx.

    target: path or binary file; sheets: written one after the other, rows streamed; info: adds the sheet "Info" at
    the end. Text is never a formula, whatever it begins with. Result: number of rows written.
    """
    count = _Count()
    names: list[str] = []
    for sheet in sheets:
        names.append(safe_sheet_name(sheet.name, [*names, "Info"] if info else names))
    labels = [unique(str(column.label) for column in sheet.columns) for sheet in sheets]
    books = [
        (name, _records(sheet, keys, name, count)) for sheet, keys, name in zip(sheets, labels, names, strict=True)
    ]
    heads = dict(zip(names, labels, strict=True))
    options: dict[str, dict[str, Any]] = {
        "column_formats": {},
        "column_widths": {},
        "ignore_errors": {},
        "freeze_panes": {},
    }
    for sheet, name in zip(sheets, names, strict=True):
        kinds = [(key, column, _KINDS[column.kind]) for key, column in zip(heads[name], sheet.columns, strict=True)]
        options["column_formats"][name] = {key: Format().set_num_format(kind.format) for key, _column, kind in kinds}
        options["column_widths"][name] = {key: float(column.width or kind.width) for key, column, kind in kinds}
        options["ignore_errors"][name] = [key for key, column, _kind in kinds if column.kind in ("code", "text")]
        options["freeze_panes"][name] = {"row": 1, "col": sheet.frozen}
    header = Format().set_bold().set_background_color(_HEADER_FILL).set_border("thin").set_text_wrap()
    formats = {name: header.set_align("center") for name in names}
    if info:
        books.append(("Info", _info(info, count)))
        options["column_widths"]["Info"] = {_("About this list"): 26.0, " ": 90.0}
        formats["Info"] = Format().set_bold()
    write_worksheets(
        books,
        target if hasattr(target, "write") else os.fspath(target),
        header_format=formats,
        autofilter=dict.fromkeys(names, True),
        **options,
    )
    return count.rows


def _records(sheet: PlainSheet, keys: list[str], name: str, count: _Count) -> Iterator[dict[str, Any]]:
    """The rows as the library wants them; an empty list still has its header."""
    clean = [_CLEAN[column.kind] for column in sheet.columns]
    names = [column.key for column in sheet.columns]
    number = 0
    for row in sheet.rows:
        if isinstance(row, dict):
            row = [row.get(each) for each in names]
        number += 1
        yield {key: wash(value) for key, wash, value in zip(keys, clean, row, strict=True)}
    count.rows += number
    count.sheets[name] = number
    if not number:
        yield dict.fromkeys(keys)


def _text(value) -> str | None:
    if type(value) is str:
        if value.isprintable() and len(value) <= CELL_LENGTH:
            return value
        return safe_text(value)
    return None if value is None else safe_text(str(value))


def _number(value):
    """Numbers as they are; a text that came into a number column stays a text."""
    return value if value is None or not isinstance(value, str) else safe_text(value)


def _moment(value):
    """Moments in local time without zone, which Excel does not know."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    return _number(value)


_CLEAN: dict[str, Callable] = {
    "text": _text,
    "code": _text,
    "int": _number,
    "number": _number,
    "rupiah": _number,
    "percent": _number,
    "date": _moment,
    "datetime": _moment,
}


def _info(info: Info, count: _Count) -> Iterator[dict[str, str]]:
    """Lines of the sheet "Info"; read after the lists, so their length is known."""
    about = _("About this list")
    when = timezone.localtime(info.when) if timezone.is_aware(info.when) else info.when
    lines: list[tuple[Any, Any]] = [
        (_("Title"), info.title),
        (_("Made by"), info.who),
        (_("Made on"), f"{tanggal(when.date())} {when:%H.%M}"),
    ]
    if info.data_date:
        lines.append((_("State of the data"), tanggal(info.data_date)))
    if info.purpose:
        lines.append((_("Purpose"), info.purpose))
    lines += [(_("Filter: %(name)s") % {"name": name}, value) for name, value in info.filters]
    if not info.filters:
        lines.append((_("Filter"), _("none, the whole list")))
    if len(count.sheets) > 1:
        lines += [(_("Rows of “%(name)s”") % {"name": name}, thousands(rows)) for name, rows in count.sheets.items()]
    lines.append((_("Rows"), thousands(count.rows)))
    lines += [(_("Note"), note) for note in info.notes]
    if info.unmasked:
        lines.append((_("Personal data"), _("Contains personal data. Keep it safe and use it only for its purpose.")))
    elif info.unmasked is not None:
        lines.append((_("Personal data"), _("NIK and KK numbers are masked after their first six digits.")))
    for label, value in lines:
        yield {about: safe_text(str(label)), " ": safe_text(str(value))}
