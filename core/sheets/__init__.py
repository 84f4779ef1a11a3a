"""Sheets in and out: reader, header recognition, writers."""

from core.sheets.errors import SheetError
from core.sheets.reader import Limits, Sheet, Workbook, column_letter, open_workbook

__all__ = ["Limits", "Sheet", "SheetError", "Workbook", "column_letter", "open_workbook"]
