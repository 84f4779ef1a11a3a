"""Plain lists out: types, text that is never a formula, the sheet Info, streaming, round trip."""

import datetime as dt
import io
import tracemalloc
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sheets import Column, Info, PlainSheet, open_workbook, safe_file_name, safe_sheet_name, write_plain

COLUMNS = (
    Column("nik", "NIK", "code"),
    Column("name", "Nama"),
    Column("members", "Anggota", "int"),
    Column("ceiling", "Pagu (Rp)", "rupiah"),
    Column("share", "Serapan", "percent"),
    Column("born", "Tanggal lahir", "date"),
    Column("seen", "Dikunjungi", "datetime"),
    Column("area", "Luas", "number"),
)
ROW = (
    "1372014503800001",
    "SITI",
    4,
    2_400_000_000,
    0.125,
    dt.date(1980, 3, 5),
    dt.datetime(2026, 11, 25, 3, 4, tzinfo=dt.UTC),
    Decimal("36.5"),
)
NOW = dt.datetime(2026, 11, 25, 3, 30, tzinfo=dt.UTC)


def info(**more):
    return Info("Daftar keluarga", "Sekretariat", NOW, **more)


def write(rows, columns=COLUMNS, about=None, **options):
    """(bytes of the file, rows written)."""
    buffer = io.BytesIO()
    count = write_plain(buffer, [PlainSheet("Keluarga", columns, rows, **options)], about)
    return buffer.getvalue(), count


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}


def test_every_kind_of_column(tmp_path):
    content, count = write([ROW], frozen=2)
    assert count == 1
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in page[1]] == [column.label for column in COLUMNS]
    values = [cell.value for cell in page[2]]
    assert values[:5] == ["1372014503800001", "SITI", 4, 2_400_000_000, 0.125]
    assert values[5] == dt.datetime(1980, 3, 5)
    assert abs(values[6] - timezone.localtime(ROW[6]).replace(tzinfo=None)) < dt.timedelta(seconds=1)
    assert values[7] == 36.5
    assert [cell.number_format for cell in page[2]] == [
        "@", "@", "#,##0", "#,##0", "0.0%", "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "#,##0.00",
    ]  # fmt: skip
    assert page.freeze_panes == "C2"
    assert page.auto_filter.ref == "A1:H2"
    assert all(cell.font.bold for cell in page[1])
    assert page.column_dimensions["A"].width >= 18


DANGEROUS = ["=1+1", "+62811", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "{=1}", "\r=1"]


@pytest.mark.parametrize("kind", ["text", "code", "int", "rupiah", "date"])
def test_no_text_is_ever_a_formula(tmp_path, kind):
    content, _count = write(
        [(text,) for text in DANGEROUS], [Column("a", "=Kepala", kind)], info(filters=[("=a", "=b")])
    )
    for name, xml in parts(content).items():
        assert "<f>" not in xml, name
        assert "<f " not in xml, name
    (tmp_path / "a.xlsx").write_bytes(content)
    with open_workbook(tmp_path / "a.xlsx") as book:
        cells = [cells[0] for _number, cells in book.sheets[0].rows()]
    assert cells[0] == "=Kepala"
    assert [cell.strip() for cell in cells[1:]] == [text.strip() for text in DANGEROUS]


def test_texts_that_excel_refuses_are_made_fit(tmp_path):
    content, _count = write([("a\x00b\x0bc", "x" * 40_000)], [Column("a", "A"), Column("b", "B")])
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert page["A2"].value == "abc"
    assert len(page["B2"].value) == 32_767


def test_rows_may_be_dicts_and_values_lazy():
    rows = [{"name": gettext_lazy("Active"), "nik": None, "members": None}, {"nik": 137201}]
    content, count = write(rows)
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert count == 2
    assert page["B2"].value == str(gettext_lazy("Active"))
    assert page["A2"].value is None
    assert page["A3"].value == "137201"
    assert page["A3"].data_type == "s"


def test_an_empty_list_still_has_its_header():
    content, count = write([], about=info())
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert count == 0
    assert [cell.value for cell in book["Keluarga"][1]] == [column.label for column in COLUMNS]
    assert not any(cell.value for cell in book["Keluarga"][2])


def test_repeated_labels_do_not_swallow_columns():
    content, _count = write([("a", "b")], [Column("x", "NIK"), Column("y", "NIK")])
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in page[1]] == ["NIK", "NIK (2)"]
    assert [cell.value for cell in page[2]] == ["a", "b"]


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(ValueError):
        write([("only one",)])


def test_several_sheets_and_what_info_says():
    buffer = io.BytesIO()
    about = Info(
        "Daftar keluarga", "Budi (Dinsos)", NOW, [("Kelurahan", "Laing"), ("Desil", "1–4")], ["Contoh"],
        dt.date(2026, 9, 30), unmasked=True, purpose="Pengecekan lapangan",
    )  # fmt: skip
    sheets = [
        PlainSheet("Keluarga", COLUMNS, iter([ROW] * 3)),
        PlainSheet("keluarga", COLUMNS[:2], iter([ROW[:2]] * 2)),
    ]
    with translation.override("id"):
        assert write_plain(buffer, sheets, about) == 5
    book = openpyxl.load_workbook(buffer)
    assert book.sheetnames == ["Keluarga", "keluarga (2)", "Info"]
    said = {str(row[0].value): row[1].value for row in book["Info"].iter_rows(min_row=2)}
    assert said["Dibuat oleh"] == "Budi (Dinsos)"
    assert said["Dibuat pada"] == "25 November 2026 10.30"
    assert said["Keadaan data"] == "30 September 2026"
    assert said["Saringan: Kelurahan"] == "Laing"
    assert said["Saringan: Desil"] == "1–4"
    assert said["Baris"] == "5"
    assert said["Keperluan"] == "Pengecekan lapangan"
    assert "data pribadi" in said["Data pribadi"]


def test_a_masked_list_says_so():
    content, _count = write([ROW], about=info(unmasked=False))
    assert "disamarkan" in parts(content)["xl/worksheets/sheet2.xml"]
    content, _count = write([ROW], about=info())
    assert "disamarkan" not in parts(content)["xl/worksheets/sheet2.xml"]


def test_rows_are_streamed():
    """The list never stands in memory: the writer asks for a row when it needs one."""

    def rows():
        for n in range(30_000):
            yield (f"1372014503{n:06d}", "SITI " * 20, n, n, 0.5, ROW[5], ROW[6], 1)

    buffer = io.BytesIO()
    tracemalloc.start()
    assert write_plain(buffer, [PlainSheet("a", COLUMNS, rows())]) == 30_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000, f"{peak} bytes for a file of {buffer.tell()}"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Daftar: a/b [x]", "Daftar a b x"),
        ("'Laing'", "Laing"),
        ("x" * 50, "x" * 31),
        ("", "Sheet"),
        ("history", "Sheet"),
        ("a\nb", "a b"),
    ],
)
def test_sheet_names(name, safe):
    assert safe_sheet_name(name) == safe


@given(st.lists(st.text(max_size=40), max_size=12))
def test_sheet_names_are_always_accepted(names):
    taken = []
    for name in names:
        taken.append(safe_sheet_name(name, taken))
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip(" '")


def test_file_names():
    assert safe_file_name("Gap: Kel. Laing, 2026") == "gap-kel-laing-2026.xlsx"
    assert safe_file_name("../../etc/passwd", "csv") == "etc-passwd.csv"
    assert safe_file_name("…") == "data.xlsx"


values = st.tuples(
    st.from_regex(r"\d{16}", fullmatch=True).map(lambda text: text if text.isascii() else "0" * 16),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20),
    st.integers(0, 10**9),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(values, min_size=1, max_size=6))
def test_a_written_list_is_read_back(tmp_path, rows):
    columns = [
        Column("a", "NIK", "code"),
        Column("b", "Nama"),
        Column("c", "Pagu", "rupiah"),
        Column("d", "Lahir", "date"),
    ]
    write_plain(tmp_path / "trip.xlsx", [PlainSheet("Data", columns, rows)], info())
    with open_workbook(tmp_path / "trip.xlsx") as book:
        got = [tuple(cells) for _number, cells in book.sheet("Data").rows()]
    assert got[0] == ("NIK", "Nama", "Pagu", "Lahir")
    assert got[1:] == [(nik, name, float(amount), day) for nik, name, amount, day in rows]
