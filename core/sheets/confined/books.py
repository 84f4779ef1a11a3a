"""Workbooks (xlsx, xlsb, xls, ods) by calamine, under the limits of the child."""

import os
import threading

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from .guard import Refused, Scan, check_zip, column_letter, sheet_parts

_HEADER_ROWS = 60  # merged ranges below are not of a header
_SMALL = 30 << 20  # bytes unzipped; so much is scanned before calamine starts, more beside it


def read_book(path: str, kind: str, spool, limits: dict, *, on_refused) -> dict:
    """Write all worksheets of a workbook to `spool` and tell what it holds.

    on_refused: called with Refused by the scan as soon as it knows, while calamine may still be at work.
    Result: {"date1904", "sheets": [{"name", "visible", "columns", "rows", "filled", "frames", "merged", "errors"}]}.
    Raises Refused.
    """
    scan, watch = None, None
    if kind in ("xlsx", "xlsb", "ods"):
        size = check_zip(path, max_unzipped=limits["max_unzipped"], max_ratio=limits["max_ratio"])
    if kind == "xlsx":
        scan = Scan(path, max_rows=limits["max_rows"], max_columns=limits["max_columns"])
        watch = _Watch(scan, on_refused)
        watch.start()
        if size < _SMALL:
            watch.join()
    # calamine goes by the ending of the name, people's endings lie
    link = os.path.join(limits["folder"], f"book.{kind}")
    os.symlink(path, link)
    sheets = _guarded(_read_sheets, link, spool, limits)
    if watch:
        watch.join()
        parts = sheet_parts(path)
        for sheet in sheets:
            sheet["errors"] = scan.error_cells.get(parts.get(sheet["name"], ""), [])
    return {"date1904": bool(scan and scan.date1904), "sheets": sheets}


class _Watch(threading.Thread):
    """The scan beside calamine (which lets go of the interpreter while it works): costs no time on a second core."""

    def __init__(self, scan: Scan, on_refused):
        super().__init__(daemon=True)
        self.scan = scan
        self.on_refused = on_refused

    def run(self) -> None:
        try:
            self.scan.run()
        except Refused as refused:
            self.on_refused(refused)


def _guarded(work, *args):
    """Run calamine; its own errors and its panics (no `Exception` in Python) become Refused."""
    try:
        return work(*args)
    except PasswordError as error:
        raise Refused("encrypted") from error
    except (Refused, MemoryError):
        raise
    except (CalamineError, OSError, ValueError, OverflowError, IndexError) as error:
        if "limit exceeded" in str(error):  # calamine's own limit of cells in an .ods
            raise Refused("too_large") from error
        raise Refused("unreadable", detail=str(error)[:200]) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Refused("unreadable", detail=str(error)[:200]) from error
        raise


def _read_sheets(link: str, spool, limits: dict) -> list[dict]:
    sheets = []
    with CalamineWorkbook.from_path(link) as book:
        for index, about in enumerate(book.sheets_metadata):
            if about.typ not in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
                continue
            sheet = book.get_sheet_by_index(index)
            columns = sheet.end[1] + 1 if sheet.end else 0
            if columns > limits["max_columns"]:
                raise Refused("too_many_columns", column=column_letter(columns - 1), limit=limits["max_columns"])
            frames, filled, last = spool.sheet(_numbered(sheet)) if sheet.start else ([], 0, 0)
            sheets.append(
                {
                    "name": about.name,
                    "visible": about.visible == SheetVisibleEnum.Visible,
                    "columns": columns,
                    "rows": last,
                    "filled": filled,
                    "frames": frames,
                    "merged": _merged(sheet),
                    "errors": [],
                }
            )
            del sheet
    return sheets


def _numbered(sheet):
    """(row number, cells) from column A on: calamine pads rows on top, but leaves out empty columns on the left."""
    left = [""] * sheet.start[1]
    if not left:
        yield from enumerate(sheet.iter_rows(), 1)
        return
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, left + cells


def _merged(sheet) -> list[tuple[int, int, int, int]]:
    return [
        (top[0] + 1, top[1], bottom[0] + 1, bottom[1])
        for top, bottom in sheet.merged_cell_ranges or ()
        if top[0] < _HEADER_ROWS
    ]
