"""Papers as DOCX to edit: the same blocks as the PDF."""

from __future__ import annotations

import io
import re

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from core import papers
from meetings.paperwork import Paper

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # what XML cannot hold
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def _clean(text) -> str:
    return _CONTROL.sub("", str(text))


def docx(paper: Paper, *, size: str = "f4") -> bytes:
    """The paper as a Word file."""
    document = Document()
    document.core_properties.title = paper.title
    section = document.sections[0]
    page = papers.size(size)
    width, height = Mm(page["width"]), Mm(page["height"])
    section.page_width, section.page_height = (height, width) if paper.landscape else (width, height)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = Mm(20)
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(11)
    chapter = document.styles["Heading 1"].font
    chapter.name, chapter.size, chapter.color.rgb = "Arial", Pt(13), RGBColor(0, 0, 0)
    document.styles["Heading 1"].element.rPr.rFonts.attrib.pop(qn("w:asciiTheme"), None)
    document.styles["Heading 1"].element.rPr.rFonts.attrib.pop(qn("w:hAnsiTheme"), None)
    if paper.with_kop:
        _letterhead(document)
    if paper.unmasked:
        section.footer.paragraphs[0].text = "Memuat data pribadi"
    for block in paper.blocks:
        _BLOCKS[block["kind"]](document, block)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _letterhead(document) -> None:
    """Coat of arms at the left, names in the middle of the page, a double rule below."""
    kop = papers.letterhead()
    if not kop["city"]:
        return
    place = document
    if kop["arms"]:
        table = document.add_table(rows=1, cols=3)
        _set_widths(table, (Mm(22), Mm(131), Mm(22)))
        left, place, _right = table.rows[0].cells
        left.paragraphs[0].add_run().add_picture(io.BytesIO(bytes(kop["arms"])), height=Mm(18))
    lines = [(kop["city"].upper(), 13), (kop["agency"].upper(), 13), (kop["address"], 9)]
    for line, points in lines:
        if line:
            run = _paragraph(place, line, _CENTRE).runs[0]
            run.bold, run.font.size = points > 9, Pt(points)
    if place is not document:
        empty = place.paragraphs[0]._p
        empty.getparent().remove(empty)
    _rule(_paragraph(document, ""))


def _rule(paragraph) -> None:
    """A double line above this paragraph."""
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "18"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)


def _paragraph(document, text, align=None, *, bold=False, style=None):
    paragraph = document.add_paragraph(style=style)
    paragraph.add_run(_clean(text)).bold = bold
    paragraph.paragraph_format.space_after = Pt(3)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def _place(document, block):
    _paragraph(document, block["text"], _RIGHT)


def _pairs(document, block):
    table = document.add_table(rows=0, cols=2)
    for label, value in block["rows"]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = _clean(label), f": {_clean(value)}"
        for cell in cells:
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)
    _set_widths(table, (Mm(block["width"] + 6), Mm(160 - block["width"])))
    _paragraph(document, "")


def _set_widths(table, widths) -> None:
    """Fixed columns, said in each place where one of the office programs looks for it."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _to(document, block):
    first = len(document.paragraphs)
    _paragraph(document, "Yth.")
    _lines(document, block)
    _paragraph(document, f"di {block['place']}")
    for paragraph in document.paragraphs[first:]:
        paragraph.paragraph_format.left_indent = Mm(block["indent"])


def _lines(document, block):
    names = block["names"]
    for number, name in enumerate(names, 1):
        _paragraph(document, name if len(names) == 1 else f"{number}. {name}")


def _title(document, block):
    for number, line in enumerate(filter(None, block["lines"])):
        _paragraph(document, line.upper() if number == 0 else line, _CENTRE, bold=number == 0)


def _heading(document, block):
    _paragraph(document, block["text"], bold=True).paragraph_format.keep_with_next = True


def _chapter(document, block):
    document.add_heading(_clean(block["text"]), level=1)


def _contents(document, block):
    """A field that Word fills with the chapters when it is opened or updated."""
    _paragraph(document, block["title"], bold=True)
    run = _paragraph(document, "").runs[0]
    for kind in ("begin", "code", "separate", "words", "end"):
        if kind == "code":
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = 'TOC \\o "1-1" \\h'
        elif kind == "words":
            part = OxmlElement("w:t")
            part.text = "Klik kanan, lalu perbarui bidang ini."
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def _picture(document, block):
    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    document.add_picture(io.BytesIO(block["png"]), width=width)
    _paragraph(document, block["caption"], _CENTRE)


def _text(document, block):
    for line in block["text"].split("\n"):
        _paragraph(document, line)


def _page(document, block):
    document.add_page_break()


def _copies(document, block):
    _paragraph(document, "Tembusan:")
    _lines(document, block)


def _table(document, block):
    widths = [Mm(c["width"]) if c["width"] else None for c in block["columns"]]
    sides = {"right": _RIGHT, "center": _CENTRE}
    aligns = [sides.get(c["align"]) for c in block["columns"]]
    _grid(document, [c["label"] for c in block["columns"]], block["rows"], widths, aligns)


def _signed(document, block):
    rows = [
        [str(n), name, place, f"{'' if n % 2 else '            '}{n}. ………………"]
        for n, (name, place) in enumerate(block["rows"], 1)
    ]
    _grid(document, ["No.", "Nama", "Instansi/jabatan", "Tanda tangan"], rows, [Mm(10), None, None, Mm(60)])


def _grid(document, heads, rows, widths, aligns=()):
    """A table with a head that repeats on each page; columns without a width share what is left."""
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    section = document.sections[0]
    left = section.page_width - section.left_margin - section.right_margin - sum(w for w in widths if w)
    widths = [w or left // widths.count(None) for w in widths]
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(_clean(text)).bold = True
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = _clean(text)
        for cell, align in zip(table.rows[-1].cells, aligns, strict=False):
            cell.paragraphs[0].alignment = align
    for cell in (cell for row in table.rows for cell in row.cells):
        for run in cell.paragraphs[0].runs:
            run.font.size = Pt(9)
    _set_widths(table, widths)
    _paragraph(document, "")


def _sign(document, block):
    table = document.add_table(rows=1, cols=2)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # never the office without its name
    for cell, who in zip(table.rows[0].cells, (block["left"], block["right"]), strict=True):
        if not who["office"]:
            continue
        above = [line for line in (who["place"], who["behalf"]) if line]
        below = [line for line in (who["rank"], f"NIP {who['nip']}" if who["nip"] else "") if line]
        name = who["name"] or "……………………"
        cell.text = "\n".join(_clean(line) for line in [*above, f"{who['office']},", "", "", "", name, *below])
        cell.paragraphs[0].alignment = _CENTRE


_BLOCKS = {
    "place": _place,
    "pairs": _pairs,
    "to": _to,
    "title": _title,
    "heading": _heading,
    "text": _text,
    "chapter": _chapter,
    "contents": _contents,
    "picture": _picture,
    "list": _lines,
    "page": _page,
    "copies": _copies,
    "table": _table,
    "signed": _signed,
    "sign": _sign,
}
