"""Filling named places of a DOCX or XLSX.

`{{cakupan}}` becomes the figure, wherever it stands in a text; a paragraph that holds only `{{tabel:koordinasi}}`
becomes the tables of that chapter, one that holds only `{{bab:koordinasi}}` its text. Nothing else of the file is
read, so that what a layout says can never run.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator

import docx
import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from core.sheets.naming import safe_text
from reports.lp2kd.facts import Facts, words
from reports.lp2kd.texts import Text, fill

PLACE = re.compile(r"\{\{\s*((?:tabel|bab):)?([a-z0-9_-]+)\s*\}\}")
LARGEST_UNZIPPED = 100 * 1024 * 1024


def places(ending: str, data: bytes) -> set[str]:
    """Names of all places in a layout, as written: `cakupan`, `tabel:koordinasi`.

    Raises:
        ValidationError: the file cannot be opened.
    """
    texts = _docx_texts(_open_docx(data)) if ending == "docx" else _xlsx_texts(_open_xlsx(data))
    return {f"{found[1] or ''}{found[2]}" for text in texts for found in PLACE.finditer(text)}


def known(facts: Facts, texts: list[Text]) -> set[str]:
    """Names that can be filled in."""
    chapters = {text.chapter.key for text in texts}
    return set(facts.values) | {f"bab:{key}" for key in chapters} | {f"tabel:{key}" for key in facts.tables}


def filled(ending: str, data: bytes, facts: Facts, texts: list[Text]) -> bytes:
    """The layout with its places filled."""
    written = {text.chapter.key: fill(text.text, facts.values) for text in texts}
    target = io.BytesIO()
    if ending == "docx":
        document = _open_docx(data)
        for paragraph in list(_docx_paragraphs(document)):
            _fill_paragraph(paragraph, document, facts, written)
        document.save(target)
    else:
        book = _open_xlsx(data)
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.data_type != "f" and PLACE.search(cell.value):
                        cell.value = safe_text(_inserted(cell.value, facts, written))
                        cell.data_type = "s"
        book.save(target)
    return target.getvalue()


def _inserted(text: str, facts: Facts, written: dict[str, str]) -> str:
    def value(found) -> str:
        if found[1] == "bab:":
            return written.get(found[2], found[0])
        return facts.values.get(found[2], found[0]) if not found[1] else found[0]

    return PLACE.sub(value, text)


# --- DOCX ----------------------------------------------------------------------------------------------------------


def _check_size(data: bytes) -> None:
    """Refuse a file that unpacks to more than memory should hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise _damaged() from error
    if size > LARGEST_UNZIPPED:
        raise ValidationError(_("The layout unpacks to more than 100 MB. Take large pictures out of it."))


def _damaged() -> ValidationError:
    return ValidationError(_("The layout cannot be opened. Save it again as DOCX or XLSX and bring the new file."))


def _open_docx(data: bytes) -> Document:
    _check_size(data)
    try:
        return docx.Document(io.BytesIO(data))
    except Exception as error:  # whatever a damaged file raises in python-docx or lxml
        raise _damaged() from error


def _docx_paragraphs(document: Document) -> Iterator[Paragraph]:
    """Paragraphs of body, tables (nested ones too), heads and feet."""
    yield from _paragraphs(document)
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            yield from _paragraphs(part)


def _paragraphs(part) -> Iterator[Paragraph]:
    yield from part.paragraphs
    for table in part.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from _paragraphs(cell)


def _docx_texts(document: Document) -> Iterable[str]:
    return (paragraph.text for paragraph in _docx_paragraphs(document))


def _fill_paragraph(paragraph: Paragraph, document: Document, facts: Facts, written: dict[str, str]) -> None:
    text = paragraph.text
    if not PLACE.search(text):
        return
    alone = PLACE.fullmatch(text.strip())
    if alone and alone[1] == "tabel:" and alone[2] in facts.tables:
        _put_tables(paragraph, document, facts, alone[2])
        return
    # Word cuts a name into several runs as it likes: the first run keeps its look and gets the whole text.
    new = _inserted(text, facts, written)
    runs = paragraph.runs
    for run in runs[1:]:
        run.text = ""
    if runs:
        runs[0].text = new
    else:
        paragraph.text = new


def _put_tables(paragraph: Paragraph, document: Document, facts: Facts, chapter: str) -> None:
    after = paragraph._p
    paragraph.text = ""
    for table in facts.tables[chapter]:
        title = document.add_paragraph(safe_text(table.title))
        grid = document.add_table(rows=1, cols=len(table.columns))
        if "Table Grid" in [style.name for style in document.styles]:
            grid.style = "Table Grid"
        _row(grid, 0, [column.label for column in table.columns])
        for n, row in enumerate(table.rows, 1):
            grid.add_row()
            _row(grid, n, [words(value, column.kind) for value, column in zip(row, table.columns, strict=True)])
        for element in (title._p, grid._tbl):
            after.addnext(element)
            after = element


def _row(grid: Table, n: int, cells: list[str]) -> None:
    for cell, text in zip(grid.rows[n].cells, cells, strict=True):
        cell.text = safe_text(text)


# --- XLSX ----------------------------------------------------------------------------------------------------------


def _open_xlsx(data: bytes) -> openpyxl.Workbook:
    _check_size(data)
    try:
        return openpyxl.load_workbook(io.BytesIO(data))
    except Exception as error:  # whatever a damaged file raises in openpyxl
        raise _damaged() from error


def _xlsx_texts(book: openpyxl.Workbook) -> Iterable[str]:
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            yield from (value for value in row if isinstance(value, str))
