"""The LP2KD as PDF, DOCX and XLSX, all from the same facts and texts."""

from __future__ import annotations

import io

from core.models import CitySettings
from core.papers import PDF_TYPE, signer
from core.sheets import XLSX_TYPE, ReportColumn, ReportSheet, write_report
from meetings import paperwork
from meetings.docx import DOCX_TYPE, docx
from meetings.paperwork import NOBODY, Paper
from reports.lp2kd.facts import Facts, Table, words
from reports.lp2kd.texts import Text, fill, unknown_names
from reports.maps.picture import png
from reports.periods import period
from reports.workbooks.asking import ReportRequest, paper

TYPES = {"pdf": PDF_TYPE, "docx": DOCX_TYPE, "xlsx": XLSX_TYPE}
_ALIGN = {"int": "right", "rupiah": "right", "percent": "right", "number": "right"}


def missing(facts: Facts, texts: list[Text]) -> list[str]:
    """Everything that should be seen to before the report is signed."""
    found = list(facts.missing)
    unwritten = [text.chapter.title for text in texts if not text.own]
    if unwritten:
        found.append(f"Bab yang teksnya belum disunting tahun ini: {', '.join(unwritten)}.")
    for text in texts:
        if names := unknown_names(text.text, facts.values):
            found.append(f"Bab {text.chapter.title} memakai nama angka yang tidak ada: {', '.join(names)}.")
    return found


def build(facts: Facts, texts: list[Text], *, with_pictures: bool = True) -> Paper:
    """The report as blocks: title, contents, chapters with text, tables and map, signature."""
    city = CitySettings.load()
    region = facts.values["wilayah"]
    report = Paper(f"LP2KD {region} {facts.year}")
    report.add(
        "title", lines=["Laporan Pelaksanaan Penanggulangan Kemiskinan Daerah", f"{region} Tahun {facts.year}"], after=6
    )
    report.add("contents", title="Daftar isi")
    for number, text in enumerate(texts, 1):
        report.add("chapter", text=f"{number}. {text.chapter.title}")
        body = fill(text.text, facts.values).strip()
        report.add("text", text=body or "(belum ditulis)")
        for table in facts.tables.get(text.chapter.key, ()):
            _table(report, table)
        if text.chapter.key == "kondisi-umum" and facts.trends and with_pictures:
            report.add(
                "picture", svg=facts.trends, caption="Nilai (garis penuh) dan target (putus-putus) tiap indikator."
            )
        if text.chapter.key == "ketepatan-sasaran" and facts.picture and with_pictures:
            report.add("picture", svg=facts.picture, caption=facts.caption)
    report.add("sign", left=NOBODY, right=NOBODY | (signer() if city else {}))
    return report


def _table(report: Paper, table: Table) -> None:
    report.add("heading", text=table.title)
    columns = [{"label": c.label, "width": c.width, "align": _ALIGN.get(c.kind, "left")} for c in table.columns]
    rows = [[words(value, column.kind) for value, column in zip(row, table.columns, strict=True)] for row in table.rows]
    if rows:
        report.add("table", columns=columns, rows=rows)
    else:
        report.add("text", text="Belum ada data.")
    if table.note:
        report.add("text", text=table.note)


def pdf(facts: Facts, texts: list[Text], *, by) -> bytes:
    """The report as PDF."""
    return paperwork.pdf(build(facts, texts), by=by)


def word(facts: Facts, texts: list[Text]) -> bytes:
    """The report as DOCX."""
    report = build(facts, texts)
    for block in report.blocks:
        if block["kind"] == "picture":
            block["png"] = png(block["svg"])
    return docx(report)


def sheets(facts: Facts, request: ReportRequest) -> list[ReportSheet]:
    """The tables of the report, one sheet each."""
    found = []
    for tables in facts.tables.values():
        for table in tables:
            found.append(
                ReportSheet(
                    name=table.title,
                    title=table.title,
                    subtitles=[f"{facts.values['wilayah']}, {facts.year}"],
                    columns=[
                        ReportColumn(
                            f"c{n}",
                            column.label,
                            column.kind if column.kind != "number" else "text",
                            width=max(10, column.width / 1.9) if column.width else 34,
                            centred=column.kind == "number",
                        )
                        for n, column in enumerate(table.columns)
                    ],
                    rows=table.rows,
                    column_numbers=True,
                    notes=[table.note] if table.note else [],
                    **paper(request),
                )
            )
    return found


def workbook(facts: Facts, *, by) -> bytes:
    """The tables as XLSX."""
    target = io.BytesIO()
    write_report(target, sheets(facts, ReportRequest(name="lp2kd", period=period(facts.year), user=by)))
    return target.getvalue()
