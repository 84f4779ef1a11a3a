"""The reader: formats, row numbers and columns, dates, error cells, text files, real samples."""

import datetime as dt
import io
import os
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sheets import SheetError, column_letter, open_workbook
from tests.attack import hostile


def save(path, rows, **sheets):
    """A workbook of openpyxl: `rows` on sheet "Data", more sheets by name."""
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for title, content in {"Data": rows, **sheets}.items():
        page = book[title] if title in book.sheetnames else book.create_sheet(title)
        for row in content:
            page.append(row)
    book.save(path)
    return path


def read(path, **options):
    with open_workbook(path, **options) as book:
        return [list(sheet.rows()) for sheet in book.sheets]


# --- what stands where ---------------------------------------------------------------------------------------------


def test_row_numbers_and_columns_are_the_sheets_own(tmp_path):
    book = openpyxl.Workbook()
    book.active["C4"] = "NIK"
    book.active["D6"] = "x"
    book.save(tmp_path / "book.xlsx")
    assert read(tmp_path / "book.xlsx") == [[(4, ["", "", "NIK", ""]), (6, ["", "", "", "x"])]]


def test_rows_can_be_read_again_and_from_the_middle(tmp_path):
    path = save(tmp_path / "book.xlsx", [[f"baris {n}", float(n)] for n in range(1, 3_501)])
    with open_workbook(path) as book:
        sheet = book.sheet("Data")
        assert (sheet.n_rows, sheet.n_columns, sheet.filled_rows) == (3_500, 2, 3_500)
        assert list(sheet.rows()) == list(sheet.rows())
        assert next(sheet.rows(start=2_345)) == (2_345, ["baris 2345", 2345.0])
        assert sum(1 for _ in sheet.rows(start=2_345)) == 1_156
        assert len(sheet.head()) == 60
        assert list(sheet.rows(start=9_999)) == []
        with pytest.raises(KeyError):
            book.sheet("Lain")


def test_values_keep_their_kind(tmp_path):
    row = ["001", 5, 2.5, True, dt.date(1980, 3, 5), dt.datetime(2026, 1, 2, 3, 4), dt.time(10, 30), " a\u00a0b "]
    path = save(tmp_path / "book.xlsx", [["h"] * 8, row, row])
    [(_header, first, second)] = read(path)
    assert first[1] == [
        "001",
        5.0,
        2.5,
        True,
        dt.date(1980, 3, 5),
        dt.datetime(2026, 1, 2, 3, 4),
        dt.time(10, 30),
        " a\u00a0b ",
    ]
    assert [type(cell) for cell in second[1]] == [str, float, float, bool, dt.date, dt.datetime, dt.time, str]


def test_dates_in_a_column_that_begins_without_them(tmp_path):
    rows = [["teks", n] for n in range(1_200)] + [[dt.date(2000, 1, 1), dt.datetime(2000, 1, 1, 12)]] * 1_200
    [read_rows] = read(save(tmp_path / "book.xlsx", rows))
    assert read_rows[1_199] == (1_200, ["teks", 1199.0])
    assert read_rows[1_200] == (1_201, [dt.date(2000, 1, 1), dt.datetime(2000, 1, 1, 12)])
    assert len(read_rows) == 2_400


def test_hidden_and_empty_sheets_are_told(tmp_path):
    book = openpyxl.load_workbook(save(tmp_path / "book.xlsx", [["a"]], Kosong=[], Rahasia=[["b"]]))
    book["Rahasia"].sheet_state = "veryHidden"
    book.save(tmp_path / "book.xlsx")
    with open_workbook(tmp_path / "book.xlsx") as opened:
        assert [(sheet.name, sheet.visible, sheet.filled_rows) for sheet in opened.sheets] == [
            ("Data", True, 1),
            ("Kosong", True, 0),
            ("Rahasia", False, 1),
        ]
        assert list(opened.sheet("Kosong").rows()) == []
        assert opened.sheet("Kosong").head() == []


def test_merged_cells_near_the_top(tmp_path):
    book = openpyxl.load_workbook(save(tmp_path / "book.xlsx", [["a", "b", "c"], ["d"]]))
    book.active.merge_cells("B1:C2")
    book.active.merge_cells("A500:B500")
    book.active["A500"] = "x"
    book.save(tmp_path / "book.xlsx")
    with open_workbook(tmp_path / "book.xlsx") as opened:
        assert opened.sheets[0].merged == ((1, 1, 2, 2),)


def test_error_cells_are_found_though_they_read_as_blank(tmp_path):
    cells = '<c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c><c r="C2" s="3" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    sheet = [hostile.HEAD, '<row r="1"><c r="A1"><v>7</v></c></row>', f'<row r="2">{cells}</row>', hostile.TAIL]
    path = hostile.xlsx(tmp_path / "errors.xlsx", sheet)
    with open_workbook(path) as book:
        assert book.sheets[0].error_cells == ((2, 1, "#N/A"), (2, 2, "#DIV/0!"))
        assert list(book.sheets[0].rows()) == [(1, [7.0, "", ""]), (2, [1.0, "", ""])]


def test_error_cells_of_a_long_sheet(tmp_path):
    """The scan reads in pieces; no error cell is lost or doubled at their borders."""

    def pieces():
        yield hostile.HEAD
        for n in range(1, 60_001):
            error = f'<c r="B{n}" t="e"><v>#REF!</v></c>' if n % 100 == 0 else f'<c r="B{n}"><v>{n}</v></c>'
            yield f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>nama orang ke {n}</t></is></c>{error}</row>'
        yield hostile.TAIL

    with open_workbook(hostile.xlsx(tmp_path / "long.xlsx", pieces())) as book:
        assert [row for row, _column, _text in book.sheets[0].error_cells] == list(range(100, 60_001, 100))
        assert book.sheets[0].filled_rows == 60_000


def test_the_name_given_by_its_owner_counts(tmp_path):
    path = save(tmp_path / "7f3a", [["a"]])
    with open_workbook(path, name="data.xlsx") as book:
        assert book.notes == ()
    with open_workbook(path, name="data.xls") as book:
        assert (book.format, book.notes) == ("xlsx", ("wrong_extension",))


def test_content_counts_more_than_the_ending(tmp_path):
    save(tmp_path / "a.xlsx", [["NIK"], ["1"]]).rename(tmp_path / "a.csv")
    with open_workbook(tmp_path / "a.csv") as book:
        assert (book.format, book.notes) == ("xlsx", ("wrong_extension",))
    (tmp_path / "b.xlsx").write_text("NIK;NAMA\n1;x\n")
    with open_workbook(tmp_path / "b.xlsx") as book:
        assert (book.format, book.notes) == ("csv", ("wrong_extension",))


def test_an_open_document_sheet(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="4"><text:p>4</text:p></table:table-cell>'
    row = f"<table:table-row>{cell.format('NIK')}{cell.format('DESIL')}</table:table-row>"
    path = hostile.ods(tmp_path / "a.ods", row + f"<table:table-row>{cell.format('0137')}{number}</table:table-row>")
    with open_workbook(path) as book:
        assert (book.format, book.notes) == ("ods", ())
        assert list(book.sheets[0].rows()) == [(1, ["NIK", "DESIL"]), (2, ["0137", 4.0])]


def test_column_letters():
    assert [column_letter(n) for n in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_nothing_is_left_open(tmp_path):
    """Neither a descriptor nor a child outlives the book, also when the file is refused."""
    path = save(tmp_path / "book.xlsx", [["a"]])
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(path.read_bytes()[:500])

    def held():
        descriptors = sorted(os.listdir("/proc/self/fd"))
        tasks = Path("/proc/self/task").glob("*/children")
        return len(descriptors), sorted(task.read_text() for task in tasks)

    read(path)
    before = held()
    for _ in range(5):
        read(path)
        with pytest.raises(SheetError):
            open_workbook(broken)
    assert held() == before


# --- text files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_in_every_dress(tmp_path, separator, encoding, end):
    lines = [["NIK", "NAMA", "ALAMAT"], ["0137", "Zoé D’Arc", "Jl. Pandan No 3"], ["0138", "Budi", ""]]
    path = tmp_path / "a.csv"
    path.write_bytes((end.join(separator.join(line) for line in lines) + end).encode(encoding))
    with open_workbook(path) as book:
        assert list(book.sheets[0].rows()) == [(n, line) for n, line in enumerate(lines, 1)]
        assert book.separator == separator
        assert book.encoding == ("utf-8" if encoding == "utf-8" else encoding)


def test_latin_1_where_windows_has_a_hole(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"NIK;NAMA\n1;Zo\xe9\x81\n")
    with open_workbook(tmp_path / "a.csv") as book:
        assert book.encoding == "latin-1"
        assert book.sheets[0].head()[1][1][1].startswith("Zoé")


def test_quotes_as_they_should_be(tmp_path):
    (tmp_path / "a.csv").write_text('a;b\n"x;y";"say ""hi"""\n"two\nlines";z\n')
    assert read(tmp_path / "a.csv") == [[(1, ["a", "b"]), (2, ["x;y", 'say "hi"']), (3, ["two\nlines", "z"])]]


def test_broken_quotes_do_not_swallow_rows(tmp_path):
    """As in DTSEN files: `|`, Latin-1, quotes inside names and quotes never closed."""
    text = 'nik|nama|alamat\n1|"BUDI" SANTOSO|JL A\n2|"SITI|JL B\n3|O"BRIEN|JL C\n4|"IDA"|"JL D"\n'
    (tmp_path / "keluarga_dtsen_v3_2026_1372.csv").write_bytes(text.encode("latin-1"))
    with open_workbook(tmp_path / "keluarga_dtsen_v3_2026_1372.csv") as book:
        [sheet] = book.sheets
        rows = dict(sheet.rows())
        assert [cells[0] for cells in rows.values()] == ["nik", "1", "2", "3", "4"]
        assert all(len(cells) == 3 for cells in rows.values())
        assert rows[3] == ["2", "SITI", "JL B"]
        assert rows[4] == ["3", 'O"BRIEN', "JL C"] or rows[4] == ["3", "OBRIEN", "JL C"]
        assert rows[5] == ["4", "IDA", "JL D"]
        assert "broken_quotes" in book.notes
        assert 3 in sheet.broken_rows


def test_the_separator_that_excel_writes_down(tmp_path):
    (tmp_path / "a.csv").write_text("sep=|\nNIK|ALAMAT\n1|Jl; A, B\n")
    assert read(tmp_path / "a.csv") == [[(1, ["NIK", "ALAMAT"]), (2, ["1", "Jl; A, B"])]]


def test_commas_in_addresses_do_not_mislead(tmp_path):
    (tmp_path / "a.csv").write_text("NIK;ALAMAT\n" + "1;Jl. A, No. 3, Solok, Sumbar\n2;Jl. B\n" * 40)
    with open_workbook(tmp_path / "a.csv") as book:
        assert book.separator == ";"


def test_titles_above_a_text_table(tmp_path):
    (tmp_path / "a.csv").write_text("DAFTAR PENERIMA\nKelurahan Laing\n\nNIK,NAMA,RT\n" + "1,x,2\n" * 30)
    with open_workbook(tmp_path / "a.csv") as book:
        assert book.separator == ","
        assert next(book.sheets[0].rows(start=4)) == (4, ["NIK", "NAMA", "RT"])


def test_a_list_of_numbers_without_separator(tmp_path):
    (tmp_path / "nik.txt").write_text("1372014503800001\n1372014503800002\n")
    assert read(tmp_path / "nik.txt") == [[(1, ["1372014503800001"]), (2, ["1372014503800002"])]]


# --- round trip ----------------------------------------------------------------------------------------------------

cells = st.one_of(
    st.just(""),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20),
    st.integers(-(10**9), 10**9).map(float),
    st.booleans(),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=8))
def test_a_workbook_is_read_as_it_was_written(tmp_path, rows):
    if not any(cell != "" for row in rows for cell in row):
        return
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    for i, row in enumerate(rows, 1):
        for j, value in enumerate(row, 1):
            cell = book.active.cell(i, j)
            if isinstance(value, str):
                cell.value, cell.data_type = value or None, "s"
            else:
                cell.value = value
    book.save(buffer)
    (tmp_path / "trip.xlsx").write_bytes(buffer.getvalue())
    [answer] = read(tmp_path / "trip.xlsx")
    wanted = [(n, row) for n, row in enumerate(rows, 1) if any(cell != "" for cell in row)]
    assert [n for n, _row in answer] == [n for n, _row in wanted]
    for (_n, got), (_m, row) in zip(answer, wanted, strict=True):
        assert got == row[: len(got)]
        assert not any(row[len(got) :])


text_cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(text_cells, min_size=3, max_size=3), min_size=2, max_size=6),
    separator=st.sampled_from(";|\t,"),
)
def test_text_is_read_as_it_was_written(tmp_path, rows, separator):
    """Written by the rules of RFC 4180, under a header that leaves no doubt of the separator."""
    import csv

    header = ["kolom satu", "kolom dua", "kolom tiga"]
    with (tmp_path / "trip.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([header] * 5 + rows)
    [answer] = read(tmp_path / "trip.csv")
    got = dict(answer)
    for number, row in enumerate(rows, 6):
        assert got.get(number, ["", "", ""]) == row


# --- real samples --------------------------------------------------------------------------------------------------


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Simple.xlsb", "unreadable"),
        ("null_archive.xlsx", "wrong_type"),
        ("protected_passtika.xlsx", "encrypted"),
        ("contoh_penduduk.xlsx", [("Sheet1", True, 98)]),
        ("format_siak.xls", [("Sheet1", True, 19)]),
        ("format_impor_program_bantuan.xlsx", [("Program", True, 12), ("Peserta", True, 8)]),
        ("hidden_sheets.xlsx", [("HiddenSheet1", False, 1), ("VisibleSheet1", True, 1), ("HiddenSheet2", False, 1)]),
        ("sample.strict.xlsx", [("Sheet1", True, 10), ("rich test", True, 5), ("Sheet3", True, 0)]),
        ("InlineStrings.xlsx", [("Sheet1", True, 7), ("Sheet2", True, 0), ("Sheet3", True, 0)]),
        ("premiere.win1252.csv", [("CSV", True, 2)]),
        ("semicolon_separated.csv", [("CSV", True, 3)]),
    ],
)
def test_samples(samples, name, answer):
    try:
        with open_workbook(samples(name)) as book:
            got = [(sheet.name, sheet.visible, sheet.filled_rows) for sheet in book.sheets]
    except SheetError as error:
        got = error.code
    assert got == answer


@pytest.mark.samples
def test_sample_details(samples):
    with open_workbook(samples("Date1904System.xlsx")) as book:
        assert book.date1904
        assert book.sheets[0].head()[1] == (2, [dt.datetime(2017, 10, 27, 21, 0)])
    with open_workbook(samples("ErrorTypes.xlsx")) as book:
        assert (8, 0, "#N/A") in book.sheets[0].error_cells
        assert (3, 1, "#DIV/0!") in book.sheets[0].error_cells
    with open_workbook(samples("premiere.win1252.csv")) as book:
        assert book.encoding == "cp1252"
        assert book.sheets[0].head()[0][1][0] == "première"
    with open_workbook(samples("merged_range.xlsx")) as book:
        assert (1, 2, 2, 3) in book.sheets[0].merged
