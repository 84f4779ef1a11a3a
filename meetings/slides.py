"""The material of a meeting as PPTX: plain slides that the secretariat can change."""

from __future__ import annotations

import io
import re

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches, Pt

from core.dates import tanggal
from meetings.material import TITLE, Material, Sheet

PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # what XML cannot hold
_PETROL, _GREY = RGBColor(0x0B, 0x5D, 0x70), RGBColor(0x56, 0x64, 0x67)
_WIDTH, _HEIGHT, _SIDE = Inches(13.333), Inches(7.5), Inches(0.6)
_TITLE_ONLY = 5  # layout of the template that comes with python-pptx


def slides(material: Material) -> bytes:
    """The whole presentation."""
    show = Presentation()
    show.slide_width, show.slide_height = _WIDTH, _HEIGHT
    show.core_properties.title = f"{TITLE}: {material.meeting.title}"
    show.core_properties.author = "TKPKD"
    for number, sheet in enumerate(material.sheets, 1):
        _slide(show, sheet, f"{TITLE}, keadaan {tanggal(material.day)} · {number} dari {len(material.sheets)}")
    target = io.BytesIO()
    show.save(target)
    return target.getvalue()


def _slide(show, sheet: Sheet, foot: str) -> None:
    slide = show.slides.add_slide(show.slide_layouts[_TITLE_ONLY])
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = _SIDE, Inches(0.35), _WIDTH - 2 * _SIDE, Inches(0.9)
    _write(title.text_frame, [sheet.title], 28, colour=_PETROL, bold=True)
    top = Inches(1.25)
    if sheet.say:
        _box(slide, top, Inches(0.45), [sheet.say], 16, colour=_GREY)
        top += Inches(0.55)
    if sheet.rows:
        top = _table(slide, sheet, top) + Inches(0.15)
    if sheet.lines:
        size = 20 if not sheet.rows and len(sheet.lines) <= 8 else 14
        _box(slide, top, Inches(6.9) - top, sheet.lines, size)
    _box(slide, Inches(7.0), Inches(0.35), [foot], 10, colour=_GREY)


def _box(slide, top, height, lines, size, *, colour=None) -> None:
    frame = slide.shapes.add_textbox(_SIDE, top, _WIDTH - 2 * _SIDE, height).text_frame
    frame.word_wrap = True
    _write(frame, lines, size, colour=colour)


def _write(frame, lines, size, *, colour=None, bold=False) -> None:
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = PP_ALIGN.LEFT, Pt(6)
        run = paragraph.add_run()
        run.text = _CONTROL.sub("", line)
        run.font.size, run.font.bold = Pt(size), bold
        if colour is not None:
            run.font.color.rgb = colour


def _table(slide, sheet: Sheet, top) -> Emu:
    width = _WIDTH - 2 * _SIDE
    height = Inches(0.42) * (len(sheet.rows) + 1)
    table = slide.shapes.add_table(len(sheet.rows) + 1, len(sheet.columns), _SIDE, top, width, height).table
    whole = sum(column.share for column in sheet.columns)
    for column, made in zip(table.columns, sheet.columns, strict=True):
        column.width = Emu(width * made.share // whole)
    for number, row in enumerate([[c.label for c in sheet.columns], *sheet.rows]):
        for cell, text, made in zip(table.rows[number].cells, row, sheet.columns, strict=True):
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            _write(cell.text_frame, [text], 12, bold=number == 0)
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if made.number else PP_ALIGN.LEFT
            if number == 0:
                cell.fill.solid()
                cell.fill.fore_color.rgb = _PETROL
    return top + height
