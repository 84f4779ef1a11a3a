"""Printed tables and blank import sheets."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest
from django.utils import translation

from core.sheets import (
    Footer,
    ReportColumn,
    ReportRow,
    ReportSheet,
    Signer,
    TemplateColumn,
    find_header,
    match_columns,
    open_workbook,
    write_report,
    write_template,
)
from tests.core.household_fields import FIELDS

COLUMNS = [
    ReportColumn("no", "No", "int", 5, centred=True),
    ReportColumn("place", "Kelurahan"),
    ReportColumn("d1", "1", "int", groups=("Keluarga menurut desil",), total="sum"),
    ReportColumn("d2", "2", "int", groups=("Keluarga menurut desil",), total="sum"),
    ReportColumn("budget", "Pagu (Rp)", "rupiah", groups=("Anggaran", "2026"), total="sum"),
    ReportColumn("spent", "Realisasi (Rp)", "rupiah", groups=("Anggaran", "2026"), total="sum"),
    ReportColumn("rate", "Serapan", "percent", groups=("Anggaran",), total="=IF({budget}=0,0,{spent}/{budget})"),
]
ROWS = [
    ReportRow(["", "Lubuk Sikarah", None, None, None, None, None], "section"),
    (1, "Tanah Garam", 10, 20, 1_000, 500, 0.5),
    (2, "Laing", 5, 6, 3_000, 1_500, 0.5),
    ReportRow(["", "Jumlah Lubuk Sikarah", 15, 26, 4_000, 2_000, 0.5], "subtotal"),
    {"no": 3, "place": "=2+2", "d1": 1, "d2": 1, "budget": 100, "spent": 50, "rate": 0.5},
]
SIGNER = Signer(
    "Kepala Bapperida", "DESMON", "Pembina Utama Muda", "196812311990031001", "Solok", dt.date(2026, 11, 25)
)


def sheet(**more):
    options = {
        "name": "Rekap",
        "title": "Rekapitulasi wilayah",
        "columns": COLUMNS,
        "rows": ROWS,
        "subtitles": ["Kota Solok, Tahun 2026"],
        "letterhead": ["PEMERINTAH KOTA SOLOK", "BAPPERIDA", "Jalan Lubuk Sikarah"],
        "column_numbers": True,
        "total_label": "Jumlah",
        "signers": [SIGNER],
        "notes": ["Data contoh."],
        "footer": Footer(
            "DTSEN & Regsosek",
            dt.date(2026, 9, 30),
            "Sekretariat",
            dt.datetime(2026, 11, 25, 3, 30, tzinfo=dt.UTC),
            True,
        ),
        "frozen": 2,
    }
    return ReportSheet(**{**options, **more})


def written(*sheets):
    buffer = io.BytesIO()
    count = write_report(buffer, sheets)
    return openpyxl.load_workbook(buffer), count


def where(page, text):
    """Row of the cell that holds `text`."""
    return next(cell.row for row in page.iter_rows() for cell in row if cell.value == text)


def test_letterhead_title_and_header():
    book, count = written(sheet())
    page = book["Rekap"]
    assert count == 3
    assert [page.cell(row, 1).value for row in (1, 2, 3)] == [
        "PEMERINTAH KOTA SOLOK",
        "BAPPERIDA",
        "Jalan Lubuk Sikarah",
    ]
    assert all(page.cell(3, column).border.bottom.style == "double" for column in range(1, 8))
    assert page.cell(5, 1).value == "REKAPITULASI WILAYAH"
    header = where(page, "No")
    merged = {str(area) for area in page.merged_cells.ranges}
    assert f"A{header}:A{header + 2}" in merged, "a column without groups reaches down"
    assert f"C{header}:D{header}" in merged, "neighbours share their group"
    assert f"E{header}:G{header}" in merged
    assert f"E{header + 1}:F{header + 1}" in merged
    assert page.cell(header + 2, 5).value == "Pagu (Rp)"
    assert page.cell(header + 1, 3).value == "1"
    assert page.cell(header, 1).fill.start_color.rgb == "00E6E6E6"
    assert page.cell(header, 1).border.left.style == "thin"
    assert [page.cell(header + 3, column).value for column in range(1, 8)] == list(range(1, 8))


def test_no_data_row_is_merged_and_formats_fit():
    book, _count = written(sheet())
    page = book["Rekap"]
    first = where(page, "Tanah Garam")
    assert not any(area.min_row <= first <= area.max_row for area in page.merged_cells.ranges)
    assert [page.cell(first, column).number_format for column in (2, 3, 5, 7)] == ["@", "#,##0", "#,##0", "0.0%"]
    assert page.cell(first - 1, 2).font.bold, "a section stands out"


def test_the_total_row_has_formulas_without_the_subtotals():
    book, _count = written(sheet())
    page = book["Rekap"]
    first, subtotal, total = where(page, "Tanah Garam") - 1, where(page, "Jumlah Lubuk Sikarah"), where(page, "Jumlah")
    assert page.cell(total, 3).value == f"=SUM(C{first}:C{total - 1})-C{subtotal}"
    assert page.cell(total, 7).value == f"=IF(E{total}=0,0,F{total}/E{total})"
    assert page.cell(total, 1).value is None
    numbers = [page.cell(row, 3).value or 0 for row in range(first, total)]
    assert sum(numbers) - page.cell(subtotal, 3).value == 16


def test_text_is_never_a_formula():
    book, _count = written(sheet(title="=T", notes=["=N"], subtitles=["@S"]))
    page = book["Rekap"]
    cell = page.cell(where(page, "=2+2"), 2)
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert not page.cell(where(page, "Laing"), 2).quotePrefix, "the look of other cells is not touched"
    buffer = io.BytesIO()
    write_report(buffer, [sheet(total_label="", title="=T", notes=["=N"])])
    with zipfile.ZipFile(buffer) as parts:
        assert not re.search(rb"<f[ >/]", parts.read("xl/worksheets/sheet1.xml"))


def test_paper():
    book, _count = written(sheet(), sheet(paper="A4", landscape=False))
    page, other = book.worksheets
    header, first = where(page, "No"), where(page, "Lubuk Sikarah")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 14)
    assert (other.page_setup.orientation, other.page_setup.paperSize) == ("portrait", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_title_rows == f"${header}:${first - 1}"
    assert page.freeze_panes == f"C{first}"
    assert page.print_area.startswith("'Rekap'!$A$1:$G$")
    assert page.page_margins.left == pytest.approx(15 / 25.4)
    assert other.title == "Rekap (2)"


def test_the_foot_of_each_page():
    book, _count = written(sheet())
    foot = book["Rekap"].oddFooter
    assert foot.center.text == "Halaman &P dari &N"
    assert foot.left.text.startswith("Memuat data pribadi. Sumber: DTSEN && Regsosek. Keadaan data 30 September 2026")
    assert foot.right.text == "Dicetak 25 November 2026 10.30 oleh Sekretariat"
    long = Footer("x" * 400, None, "y" * 400, dt.datetime(2026, 1, 1), True)
    foot = written(sheet(footer=long))[0]["Rekap"].oddFooter
    assert len(f"&L&8{foot.left.text}&C&8{foot.center.text}&R&8{foot.right.text}") <= 255
    assert "Memuat data pribadi" in foot.left.text
    assert "pribadi" not in (written(sheet(footer=Footer()))[0]["Rekap"].oddFooter.left.text or "")


def test_signatures():
    page = written(sheet())[0]["Rekap"]
    row = where(page, "DESMON")
    cell = next(cell for cell in page[row] if cell.value == "DESMON")
    assert cell.column > 4, "one signer stands right"
    assert cell.font.bold
    assert cell.font.underline == "single"
    assert where(page, "Solok, 25 November 2026") == row - 6
    assert where(page, "NIP 196812311990031001") == row + 2
    page = written(sheet(signers=[Signer("Ketua", "SURYADI"), SIGNER]))[0]["Rekap"]
    columns = [next(c.column for c in page[where(page, name)] if c.value == name) for name in ("SURYADI", "DESMON")]
    assert columns[0] < columns[1]
    assert where(page, "SURYADI") == where(page, "DESMON")


def test_a_table_without_rows_or_groups():
    columns = [ReportColumn("a", "A", total="sum", kind="int")]
    page = written(ReportSheet("x", "T", columns, [], total_label="Jumlah", signers=[SIGNER]))[0]["x"]
    assert page.cell(where(page, "A") + 1, 1).value == "=0"


# --- blank import sheets -------------------------------------------------------------------------------------------

TEMPLATE = [
    TemplateColumn("No. KK", "nik", required=True, note="16 angka dari kartu keluarga"),
    TemplateColumn("NIK", "nik", required=True),
    TemplateColumn("Nama Lengkap", required=True),
    TemplateColumn("Jenis Kelamin", choices=("Laki-laki", "Perempuan")),
    TemplateColumn("Tanggal Lahir", "date", note="05/03/1980"),
    TemplateColumn("Hubungan", choices=[f"Hubungan {n}" for n in range(60)]),
    TemplateColumn("Menumpang", choices=("Laki-laki", "Perempuan")),
    TemplateColumn("RT", "code"),
]
EXAMPLES = [
    ("1372010101150001", "1372014503800001", "SITI", "Perempuan", dt.date(1980, 3, 5), "Hubungan 1", None, "003"),
]


@pytest.fixture
def template():
    buffer = io.BytesIO()
    with translation.override("id"):
        write_template(
            buffer, name="Data keluarga", columns=TEMPLATE, examples=EXAMPLES, notes=["Satu baris satu orang.", "=x"]
        )
    return buffer


def test_numbers_typed_into_the_template_stay_text(template):
    page = openpyxl.load_workbook(template).worksheets[0]
    assert [page.column_dimensions[letter].number_format for letter in "ABCEH"] == ["@", "@", "@", "dd/mm/yyyy", "@"]


def test_choices_come_from_a_list_sheet(template):
    book = openpyxl.load_workbook(template)
    page = book["Data keluarga"]
    assert book.sheetnames == ["Data keluarga", "Contoh", "Petunjuk", "Pilihan"]
    checks = {str(check.sqref): check for check in page.data_validations.dataValidation}
    assert checks["D2:D2001"].formula1 == "'Pilihan'!$A$2:$A$3"
    assert checks["G2:G2001"].formula1 == "'Pilihan'!$A$2:$A$3", "equal lists stand there once"
    assert checks["F2:F2001"].formula1 == "'Pilihan'!$B$2:$B$61"
    assert checks["A2:A2001"].type == "textLength"
    assert checks["A2:A2001"].prompt == "16 angka dari kartu keluarga"
    assert all(check.errorStyle == "warning" for check in checks.values()), "the importer judges, not Excel"
    assert [book["Pilihan"].cell(row, 1).value for row in (2, 3)] == ["Laki-laki", "Perempuan"]
    assert [sheet.sheet_state for sheet in book] == ["visible"] * 4


def test_examples_stand_apart_and_notes_explain(template):
    book = openpyxl.load_workbook(template)
    assert book["Data keluarga"].max_row == 1
    assert book["Contoh"]["A2"].value == "1372010101150001"
    notes = [[cell.value for cell in row] for row in book["Petunjuk"].iter_rows()]
    assert notes[0][0] == "Satu baris satu orang."
    assert book["Petunjuk"]["A2"].data_type == "s"
    assert ["NIK", "ya", None] in [row[:3] for row in notes] or ["NIK", "ya", ""] in [row[:3] for row in notes]
    assert ["No. KK", "ya", "16 angka dari kartu keluarga"] in [row[:3] for row in notes]


def test_a_filled_template_is_understood(template, tmp_path):
    book = openpyxl.load_workbook(template)
    for column, value in enumerate(EXAMPLES[0], 1):
        book["Data keluarga"].cell(2, column, value)
    book.save(tmp_path / "filled.xlsx")
    with open_workbook(tmp_path / "filled.xlsx") as opened:
        page = opened.sheet("Data keluarga")
        header = find_header(page.head(), fields=FIELDS, merged=page.merged)
        mapping = match_columns(header.columns, page.head()[1:], FIELDS)
        [(_number, cells)] = list(page.rows(start=header.data_row))
    assert mapping.cell(cells, "nik") == "1372014503800001"
    assert mapping.cell(cells, "birth_date") == dt.date(1980, 3, 5)
    assert mapping.cell(cells, "rt") == "003"
