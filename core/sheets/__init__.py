"""Sheets in and out: reader, header recognition, writers."""

from core.sheets.columns import ColumnMatch, FieldSpec, HeaderCell, Mapping, match_columns, normal_header
from core.sheets.errors import SheetError
from core.sheets.layout import (
    HeaderGuess,
    data_rows,
    find_header,
    is_column_number_row,
    is_footer_row,
    layout_fingerprint,
    without_header,
)
from core.sheets.naming import XLSX_TYPE, safe_file_name, safe_sheet_name
from core.sheets.reader import Limits, Sheet, Workbook, column_letter, open_workbook
from core.sheets.styled import Footer, ReportColumn, ReportRow, ReportSheet, Signer, write_report
from core.sheets.template import TemplateColumn, write_template
from core.sheets.writer import Column, Info, PlainSheet, write_plain

__all__ = [
    "Column",
    "ColumnMatch",
    "FieldSpec",
    "Footer",
    "HeaderCell",
    "HeaderGuess",
    "Info",
    "Limits",
    "Mapping",
    "PlainSheet",
    "ReportColumn",
    "ReportRow",
    "ReportSheet",
    "Sheet",
    "SheetError",
    "Signer",
    "TemplateColumn",
    "Workbook",
    "XLSX_TYPE",
    "column_letter",
    "data_rows",
    "find_header",
    "is_column_number_row",
    "is_footer_row",
    "layout_fingerprint",
    "match_columns",
    "normal_header",
    "open_workbook",
    "safe_file_name",
    "safe_sheet_name",
    "without_header",
    "write_plain",
    "write_report",
    "write_template",
]
