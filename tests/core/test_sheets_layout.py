"""Where a table begins and ends, and which column is which."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nik import FEMALE, MALE, make_kk, make_nik
from core.sheets import (
    FieldSpec,
    HeaderCell,
    data_rows,
    find_header,
    is_column_number_row,
    is_footer_row,
    layout_fingerprint,
    match_columns,
    normal_header,
    open_workbook,
    without_header,
)
from tests.core.household_fields import FIELDS

BY_KEY = {spec.key: spec for spec in FIELDS}


class Rows:
    """Rows of a sheet without a file."""

    def __init__(self, rows, merged=()):
        width = max(len(row) for row in rows)
        self.all = [
            (n, [*row, *[""] * (width - len(row))]) for n, row in enumerate(rows, 1) if any(c != "" for c in row)
        ]
        self.merged = merged

    def head(self, n=60):
        return self.all[:n]

    def rows(self, start=1):
        return iter(row for row in self.all if row[0] >= start)


def person(n, born=dt.date(1980, 3, 5)):
    sex = FEMALE if n % 2 else MALE
    return [make_kk("13.72.01", dt.date(2015, 1, 1), n // 3 + 1), make_nik("13.72.01", born, sex, n + 1), f"ORANG {n}"]


PEOPLE = [[float(n + 1), *person(n), "LP"[n % 2], f"{n % 28 + 1:02d}/03/1980", "003", "Tanah Garam"] for n in range(12)]
HEADER = ["No", "NO. KK", "NIK", "NAMA LENGKAP", "L/P", "TGL LAHIR", "RT", "KELURAHAN"]
KEYS = {"kk": 1, "nik": 2, "name": 3, "sex": 4, "birth_date": 5, "rt": 6, "kelurahan": 7}


def understand(rows, merged=(), fields=FIELDS):
    """(header, {field: column}, row numbers of the data)."""
    sheet = Rows(rows, merged)
    header = find_header(sheet.head(), fields=fields, merged=merged)
    mapping = match_columns(header.columns, [row for row in sheet.head() if row[0] >= header.data_row], fields)
    return header, mapping, [number for number, _cells in data_rows(sheet, header, mapping)]


# --- header --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("titles", [0, 1, 3, 8, 15])
def test_a_header_under_titles(titles):
    lines = [
        ["DAFTAR KELUARGA MISKIN"],
        ["KOTA SOLOK TAHUN 2026"],
        ["Kecamatan", ":", "Lubuk Sikarah"],
        [],
        ["Kelurahan : Laing"],
    ]
    above = (lines * 3)[:titles]
    header, mapping, data = understand([*above, HEADER, *PEOPLE])
    assert (header.first_row, header.last_row) == (titles + 1, titles + 1)
    assert {key: match.index for key, match in mapping.columns.items()} == KEYS
    assert data == list(range(titles + 2, titles + 14))
    assert header.confidence > 0.5


def test_the_word_nama_in_a_title_is_no_header():
    header, mapping, _data = understand([["NAMA", "DAFTAR BNBA"], ["TAHUN", "2026"], [], HEADER, *PEOPLE])
    assert header.first_row == 4
    assert mapping.choice() == KEYS


@pytest.mark.parametrize(
    "numbers",
    [
        [float(n) for n in range(1, 9)],
        [float(-n) for n in range(1, 9)],
        [f"({n})" for n in range(1, 9)],
        [str(n) for n in range(1, 9)],
        ["", *[f"{n}." for n in range(2, 9)]],
    ],
)
def test_a_row_of_column_numbers_is_no_data(numbers):
    header, _mapping, data = understand([["JUDUL"], HEADER, numbers, *PEOPLE])
    assert header.data_row == 4
    assert data[0] == 4


def test_a_header_of_two_rows_with_merged_groups():
    """NO | NOMOR (KK, NIK) | NAMA | KELAHIRAN (TEMPAT, TANGGAL) | L/P, as offices print it."""
    top = ["NO", "NOMOR", "", "NAMA", "KELAHIRAN", "", "L/P"]
    low = ["", "KK", "NIK", "", "TEMPAT", "TANGGAL", ""]
    merged = [(2, 1, 2, 2), (2, 4, 2, 5), (2, 0, 3, 0), (2, 3, 3, 3), (2, 6, 3, 6)]
    people = [[row[0], row[1], row[2], row[3], "SOLOK", row[5], row[4]] for row in PEOPLE]
    fields = [
        FieldSpec("kk", ("Nomor KK", "KK"), kind="kk"),
        BY_KEY["nik"],
        BY_KEY["name"],
        BY_KEY["sex"],
        FieldSpec("birth_place", ("Tempat Lahir", "Kelahiran Tempat")),
        FieldSpec("birth_date", ("Tanggal Lahir", "Kelahiran Tanggal"), kind="date"),
    ]
    header, mapping, data = understand([["DAFTAR"], top, low, *people], merged, fields)
    assert (header.first_row, header.last_row, header.data_row) == (2, 3, 4)
    assert mapping.choice() == {"kk": 1, "nik": 2, "name": 3, "birth_place": 4, "birth_date": 5, "sex": 6}
    assert mapping.header("birth_date") == "KELAHIRAN / TANGGAL"
    assert data == list(range(4, 16))


def test_headings_that_are_numbers_below_cells_that_reach_down():
    """Desil 1 to 4 under one group; the columns beside it are merged downwards."""
    top = ["NO", "KELURAHAN", "DESIL", "", "", "", "JUMLAH"]
    merged = [(1, 2, 1, 5), (1, 0, 2, 0), (1, 1, 2, 1), (1, 6, 2, 6)]
    rows = [top, ["", "", 1.0, 2.0, "3", "4", ""], [1.0, "Laing", 5.0, 6.0, 7.0, 8.0, 26.0]]
    header = find_header(Rows(rows).head(), fields=FIELDS, merged=merged)
    assert (header.first_row, header.last_row, header.data_row) == (1, 2, 3)
    assert [cell.text for cell in header.columns][1:4] == ["KELURAHAN", "DESIL / 1", "DESIL / 2"]


def test_the_same_header_without_told_spans():
    """From csv or ods nothing says which cells are merged."""
    top = ["NO", "NO KK", "NIK", "NAMA", "KELAHIRAN", "", "L/P"]
    low = ["", "", "", "", "TEMPAT", "TANGGAL", ""]
    people = [[row[0], row[1], row[2], row[3], "SOLOK", row[5], row[4]] for row in PEOPLE]
    header, mapping, data = understand([top, low, *people])
    assert (header.first_row, header.last_row) == (1, 2)
    assert [cell.text for cell in header.columns][4:6] == ["KELAHIRAN / TEMPAT", "KELAHIRAN / TANGGAL"]
    assert mapping.index("nik") == 2
    assert data[0] == 3


def test_a_title_over_the_whole_table_is_no_part_of_its_headers():
    header, _mapping, _data = understand(
        [["I. DAFTAR KELUARGA", "", "", "", "", "", "", "II. TEMPAT"], HEADER, *PEOPLE]
    )
    assert [cell.text for cell in header.columns] == [*HEADER[:-1], "II. TEMPAT / KELURAHAN"]


def test_data_right_below_is_never_taken_for_a_header():
    header, _mapping, data = understand([["NIK", "NAMA"], ["", "SITI"], ["", "BUDI"], [PEOPLE[0][2], "IDA"]])
    assert header.last_row == 1
    assert data == [2, 3, 4]


def test_no_header_at_all():
    rows = [[row[2], row[3]] for row in PEOPLE]
    assert find_header(Rows([[row[2]] for row in PEOPLE]).head(), fields=FIELDS) is None
    header = without_header(Rows(rows).head())
    mapping = match_columns(header.columns, Rows(rows).head(), FIELDS)
    assert mapping.index("nik") == 0
    assert header.data_row == 1
    assert without_header([]) is None


def test_unknown_words_still_make_a_header_of_little_confidence():
    header = find_header(Rows([["Kolom A", "Kolom B"], ["x", 1.0], ["y", 2.0]]).head(), fields=FIELDS)
    assert header.first_row == 1
    assert header.confidence < 0.5


@given(
    st.lists(
        st.lists(st.one_of(st.text(max_size=8), st.floats(), st.booleans(), st.just("")), min_size=1, max_size=6),
        max_size=12,
    )
)
def test_any_rows_are_answered(rows):
    if not any(cell != "" for row in rows for cell in row):
        return
    sheet = Rows(rows)
    header = find_header(sheet.head(), fields=FIELDS)
    if header:
        mapping = match_columns(header.columns, sheet.head(), FIELDS)
        assert header.first_row <= header.last_row < header.data_row
        list(data_rows(sheet, header, mapping))
        layout_fingerprint(header)


# --- columns -------------------------------------------------------------------------------------------------------

SYNONYMS = [(spec.key, synonym) for spec in FIELDS for synonym in spec.synonyms]


@given(
    st.sampled_from(SYNONYMS),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from(["_", " ", ".", ". ", "", " - ", "\n"]),
)
def test_headers_match_in_any_case_and_punctuation(pair, case, separator):
    key, synonym = pair
    text = case(synonym).replace(" ", separator).replace("_", separator)
    mapping = match_columns([HeaderCell(3, text)], [], FIELDS)
    found = next(iter(mapping.columns.values()))
    assert found.index == 3
    assert found.how == "exact"
    same = {spec.key for spec in FIELDS if normal_header(synonym) in spec.keys}
    assert found.key in same


@given(st.sampled_from([pair for pair in SYNONYMS if len(normal_header(pair[1])) >= 8]), st.integers(0, 10**6))
def test_headers_match_with_one_slip(pair, seed):
    """Typing errors as in `Desa/Keluarahan`: never taken for another field."""
    key, synonym = pair
    rnd = random.Random(seed)
    i = rnd.randrange(1, len(synonym) - 1)
    slips = [synonym[:i] + synonym[i + 1 :], synonym[:i] + synonym[i] + synonym[i:]]
    mapping = match_columns([HeaderCell(0, rnd.choice(slips))], [], FIELDS)
    same = {spec.key for spec in FIELDS if normal_header(synonym) in spec.keys}
    assert set(mapping.columns) <= same


P3KE = (
    "ID Keluarga P3KE,Provinsi,Kabupaten/Kota,Kecamatan,Desa/Kelurahan,Kode Kemdagri,Desil Kesejahteraan,Alamat,"
    "Kepala Keluarga,NIK,Padan Dukcapil,Jenis Kelamin,Tanggal Lahir,Pekerjaan,Pendidikan,Jenis Atap,Jenis Lantai"
)
P3KE_PERSON = (
    "ID Keluarga P3KE,Provinsi,Kabupaten/Kota,Kecamatan,Desa/Kelurahan,Kode Kemdagri,Desil Kesejahteraan,Alamat,"
    "ID Individu,Nama,NIK,Padan Dukcapil,Jenis Kelamin,Hubungan dengan Kepala Keluarga,Tanggal Lahir,Status Kawin"
)
DTKS = (
    "ID DTKS,Provinsi,Kabupaten/Kota,Kecamatan,Desa/Keluarahan,Alamat,Dusun,RT,RW,Nomor KK,Nomor NIK,Nama,"
    "Tanggal Lahir,Tempat Lahir,Jenis Kelamin,Pekerjaan,Nama Ibu Kandung,Hub Keluarga,Keterangan Padan,Bansos BPNT"
)
DTSEN = (
    "nomor_kartu_keluarga,nama_kepala_keluarga,jumlah_anggota_keluarga,alamat,kelurahan_desa,kecamatan,"
    "kabupaten_kota,provinsi,kode_kelurahan,desil_nasional,luas_lantai,jenis_lantai_terluas"
)


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (P3KE, "district=3 kelurahan=4 desil=6 address=7 head_name=8 nik=9 sex=11 birth_date=12 floor=16"),
        (P3KE_PERSON, "district=3 kelurahan=4 desil=6 address=7 name=9 nik=10 sex=12 relation=13 birth_date=14"),
        (
            DTKS,
            "district=3 kelurahan=4 address=5 hamlet=6 rt=7 rw=8 kk=9 nik=10 name=11 birth_date=12 birth_place=13 "
            "sex=14 relation=17",
        ),
        (DTSEN, "kk=0 head_name=1 address=3 kelurahan=4 district=5 desil=9 floor=11"),
    ],
    ids=["p3ke", "p3ke-person", "dtks", "dtsen"],
)
def test_the_headers_of_public_systems(headers, columns):
    """Each field at its place, and none taken from a column of something else (the mother's name, an id)."""
    header = find_header(Rows([headers.split(","), ["x"] * 20]).head(), fields=FIELDS)
    mapping = match_columns(header.columns, [], FIELDS)
    assert mapping.choice() == {key: int(index) for key, index in (pair.split("=") for pair in columns.split())}


def test_a_typing_error_of_a_public_system():
    mapping = match_columns([HeaderCell(0, "Desa/Keluarahan")], [], FIELDS)
    assert mapping.columns["kelurahan"].how == "fuzzy"


@given(st.permutations(range(len(HEADER))))
def test_the_order_of_columns_does_not_matter(order):
    header, mapping, _data = understand([[HEADER[j] for j in order], *[[row[j] for j in order] for row in PEOPLE]])
    assert mapping.choice() == {key: order.index(index) for key, index in KEYS.items()}


def test_content_tells_what_headers_do_not():
    """A sheet of another office: its own words, the cells leave no doubt."""
    header = ["Urut", "Nomor A", "Nomor B", "Siapa", "Gender", "Kapan", "x", "y"]
    mapping = match_columns([HeaderCell(j, text) for j, text in enumerate(header)], PEOPLE, FIELDS)
    got = {key: (match.index, match.how) for key, match in mapping.columns.items()}
    assert got["nik"] == (2, "content")
    assert got["kk"] == (1, "content")
    assert got["sex"] == (4, "content")
    assert got["birth_date"] == (5, "content")
    assert all(match.confidence < 0.8 for match in mapping.columns.values())
    assert mapping.missing == ("name",)


def test_answers_in_words_give_a_column_away():
    rows = [["Kepala Keluarga"], ["Istri"], ["Anak"], ["Anak"]]
    assert match_columns([HeaderCell(0, "Posisi")], rows, FIELDS).index("relation") == 0


def test_a_header_that_its_cells_belie_yields():
    """A column "KK" that counts 1, 2, 3 beside one "No. KK" with the numbers."""
    headers = [HeaderCell(0, "No KK"), HeaderCell(1, "Nomor KK")]
    rows = [[float(n + 1), person(n)[0]] for n in range(6)]
    assert match_columns(headers, rows, FIELDS).index("kk") == 1
    assert match_columns(headers[:1], rows, FIELDS).index("kk") == 0


def test_codes_and_damaged_numbers_do_not_belie_a_header():
    headers = [HeaderCell(0, "NIK"), HeaderCell(1, "JK"), HeaderCell(2, "Tgl Lahir")]
    rows = [[1372014503800000.0, "1", 25708.0]] * 5
    mapping = match_columns(headers, rows, FIELDS)
    assert [mapping.columns[key].confidence for key in ("nik", "sex", "birth_date")] == [1.0, 1.0, 1.0]


def test_the_first_of_equal_headers_wins():
    mapping = match_columns([HeaderCell(0, "NIK"), HeaderCell(5, "NIK")], [], FIELDS)
    assert mapping.index("nik") == 0
    assert [cell.index for cell in mapping.unmatched] == [5]


def test_a_person_corrects_the_mapping():
    headers = [HeaderCell(j, text) for j, text in enumerate(HEADER)]
    mapping = match_columns(headers, PEOPLE, FIELDS)
    changed = mapping.with_choice({"name": 7, "kelurahan": None, "rt": 6})
    assert changed.columns["name"].how == "given"
    assert changed.columns["rt"].how == "exact"
    assert "kelurahan" not in changed.columns
    assert [cell.index for cell in changed.unmatched] == [0, 3]
    assert changed.with_choice({"nik": None}).missing == ("nik",)
    assert mapping.with_choice(mapping.choice()) == mapping
    assert mapping.index("name") == 3
    taken = mapping.with_choice({"address": 3})
    assert "name" not in taken.columns
    assert taken.missing == ("name",)


def test_cells_of_a_field():
    mapping = match_columns([HeaderCell(1, "NIK")], [], FIELDS)
    assert mapping.cell(["a", "b"], "nik") == "b"
    assert mapping.cell(["a"], "nik") == ""
    assert mapping.cell(["a", "b"], "name") == ""


def test_the_fingerprint_is_of_the_layout():
    def print_of(*texts):
        return layout_fingerprint(find_header(Rows([list(texts), *PEOPLE]).head(), fields=FIELDS))

    assert print_of("NIK", "Nama") == print_of("n.i.k", " NAMA ")
    assert print_of("NIK", "Nama") != print_of("Nama", "NIK")
    assert print_of("NIK", "Nama") != print_of("NIK", "Nama", "RT")
    assert len(print_of("NIK", "Nama")) == 32


# --- the end -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["JUMLAH", "", "", 12.0], "total"),
        (["", "Total", 3.0], "total"),
        (["", "", "JUMLAH KELUARGA", "", "12 KK"], "total"),
        (["Sub Total RW 03", 5.0], "total"),
        (["###", "", ""], "end_mark"),
        (["Mengetahui,", "", "", "", "", "", ""], "signature"),
        (["", "", "", "", "Solok, 23 September 2021", "", ""], "signature"),
        (["", "", "", "", "Solok,      September 2021", "", ""], "signature"),
        (["", "", "", "", "", "NIP. 196812311990031001"], "signature"),
        (["", "LURAH LAING", "", "", "", "", "PETUGAS"], "signature"),
        (["Catatan: data per Juni", "", ""], "note"),
        (["Sumber: DTSEN", "", ""], "note"),
        (["RW 03", "", "", ""], "section"),
        (["", "", ""], ""),
        (["1", "1372014503800001", "TOTAL ABDULLAH"], ""),
        ([1.0, "", "BUDI", "L", "Laing", "Lurah", "SD"], ""),
        ([1.0, "1372014503800001", "x"], ""),
        (["BUDI", "Laing"], ""),
    ],
)
def test_rows_that_are_no_data(cells, kind):
    assert is_footer_row(cells) == kind


def test_totals_signatures_and_page_headers_are_left_out():
    body = [
        *PEOPLE[:4],
        ["JUMLAH RW 03", "", "", "", 4.0],
        [],
        HEADER,
        [float(n) for n in range(1, 9)],
        ["RW 04"],
        *PEOPLE[4:],
        [],
        ["", "JUMLAH", "", "", 12.0],
        ["", "", "", "", "", "Solok, 23 September 2021"],
        ["", "Mengetahui", "", "", "", "Petugas"],
        [],
        ["", "DRS. BUDI SANTOSO", "", "", "", "SITI"],
        ["", "NIP. 196812311990031001"],
    ]
    _header, _mapping, data = understand([["JUDUL"], HEADER, *body])
    assert data == [3, 4, 5, 6, 12, 13, 14, 15, 16, 17, 18, 19]


def test_data_after_a_signature_still_counts():
    """Pages set one under the other, each signed."""
    signed = ["", "", "", "", "", "Mengetahui"]
    _header, _mapping, data = understand(
        [HEADER, *PEOPLE[:3], signed, ["", "", "", "", "", "BUDI"], HEADER, *PEOPLE[3:6]]
    )
    assert data == [2, 3, 4, 8, 9, 10]


def test_the_end_mark_ends_the_table():
    _header, _mapping, data = understand([HEADER, *PEOPLE[:2], ["###"], *PEOPLE[2:4]])
    assert data == [2, 3]


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([1.0, 2.0, 3.0, 4.0], True),
        (["(1)", "(2)", "(3)"], True),
        ([-1.0, -2.0, -3.0], True),
        (["", 2.0, 3.0, 4.0], True),
        (["1", "2", "3", "4=2+3"], True),
        ([1.0, 2.0], False),
        ([1.0, "BUDI", 3.0], False),
        ([1.0, 5.0, 9.0, 13.0], False),
        ([7.0, 8.0, 9.0], False),
        ([], False),
    ],
)
def test_rows_of_column_numbers(cells, answer):
    assert is_column_number_row(cells) is answer


# --- real samples --------------------------------------------------------------------------------------------------


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "sheet", "rows", "data", "columns"),
    [
        (
            "contoh_penduduk.xlsx",
            "Sheet1",
            (1, 1),
            97,
            {"kk": 5, "nik": 6, "name": 4, "sex": 7, "birth_date": 9, "relation": 15, "rt": 3, "rw": 2, "address": 0},
        ),
        (
            "format_siak.xls",
            "Sheet1",
            (1, 1),
            18,
            {
                "kk": 0,
                "nik": 1,
                "name": 2,
                "sex": 6,
                "birth_date": 5,
                "relation": 12,
                "kelurahan": 15,
                "rt": 18,
                "rw": 17,
            },
        ),
        (
            "format_impor_program_bantuan.xlsx",
            "Peserta",
            (1, 1),
            2,
            {"nik": 2, "name": 3, "birth_date": 5, "address": 6},
        ),
        ("format_impor_dtks_regsosek2022k.xlsx", "3.keterangan perumahan", (1, 3), 1, {"kk": 0, "floor": 4}),
        (
            "format_impor_dtks_regsosek2022k.xlsx",
            "4.ket sos-ek anggota",
            (1, 3),
            10,
            {"kk": 0, "nik": 3, "name": 2, "sex": 5, "birth_date": 6},
        ),
        ("format_impor_dtks_regsosek2022k.xlsx", "5.keikutsertaan program dll", (3, 4), 1, {"kk": 0}),
    ],
)
def test_samples(samples, name, sheet, rows, data, columns):
    with open_workbook(samples(name)) as book:
        page = book.sheet(sheet)
        header = find_header(page.head(), fields=FIELDS, merged=page.merged)
        mapping = match_columns(header.columns, [row for row in page.head() if row[0] >= header.data_row], FIELDS)
        assert (header.first_row, header.last_row) == rows
        assert {key: mapping.index(key) for key in columns} == columns
        assert sum(1 for _ in data_rows(page, header, mapping)) == data
