"""Hostile and broken files: a clear answer within 20 seconds and 700 MB, and this process lives on."""

import os
import random
import subprocess
import threading
import time
import zipfile
from pathlib import Path
from typing import ClassVar

import pytest

from core.sheets import Limits, SheetError, open_workbook
from core.sheets.errors import MESSAGES
from tests.attack import hostile

SECONDS, MEGABYTES = 20, 700


class Watched(subprocess.Popen):
    """A child whose memory is looked at while it lives.

    Not RUSAGE_CHILDREN: a child counts as large as its parent was when it was started, and this process may have run
    a thousand tests before.
    """

    peaks: ClassVar[list[int]] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)  # returns when the child runs its own program
        threading.Thread(target=self._watch, args=(Path(f"/proc/{self.pid}/status"),), daemon=True).start()

    def _watch(self, status: Path) -> None:
        while True:
            try:
                lines = status.read_text().splitlines()
            except OSError:
                return
            peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), None)
            if peak is None:  # it has ended
                return
            self.peaks.append(peak)
            time.sleep(0.005)


@pytest.fixture
def answer(monkeypatch):
    """Open a file and tell how it ended: the error code, or the filled rows of its sheets."""
    monkeypatch.setattr("core.sheets.reader.subprocess.Popen", Watched)
    Watched.peaks.clear()

    def opened(path, **limits):
        begun = time.monotonic()
        refusal = None
        try:
            with open_workbook(path, limits=Limits(**limits)) as book:
                result = [list(sheet.rows()) for sheet in book.sheets]
        except SheetError as error:
            refusal, result = error, error.code
        if refusal:
            assert refusal.code in MESSAGES
            assert refusal.todo, "a refusal says what to do"
            assert "…" not in refusal.message, f"a value is missing in: {refusal.message}"
        assert time.monotonic() - begun < SECONDS
        assert max(Watched.peaks, default=0) < MEGABYTES * 1024
        return result

    return opened


@pytest.fixture
def left_nothing(tmp_path, monkeypatch):
    """The temporary folder is empty again afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


pytestmark = pytest.mark.usefixtures("left_nothing")


def blanks(megabytes):
    yield hostile.HEAD
    for _ in range(megabytes):
        yield b" " * (1 << 20)
    yield hostile.TAIL


# --- bombs ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_zip_bomb(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "bomb.xlsx", blanks(700))
    assert path.stat().st_size < 2_000_000
    assert answer(path) == "zip_bomb"


def test_zip_bomb_of_overlapping_parts(tmp_path, answer):
    assert answer(hostile.overlapping_zip(tmp_path / "overlap.xlsx", 900, 4 << 20)) == "zip_bomb"


def test_zip_that_lies_about_its_size(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "liar.xlsx", blanks(200))
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\1\2")  # the sheet is the last part
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    assert answer(path) in ("truncated", "unreadable", "zip_bomb", "too_large", "too_slow")


def test_twenty_thousand_parts(tmp_path, answer):
    parts = [(f"xl/media/{number}.bin", b"") for number in range(20_000)]
    assert answer(hostile.xlsx(tmp_path / "parts.xlsx", hostile.rows([["a"]]), parts=parts)) == "zip_bomb"


@pytest.mark.parametrize("where", ["sheet", "strings", "workbook"])
def test_entities(tmp_path, answer, where):
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    for number, doctype in enumerate((laughs, outside)):
        sheet = list(hostile.rows([["NIK", "NAMA"], ["&b;", "x"]]))
        strings = f'<?xml version="1.0"?>{doctype}<sst><si><t>&b;</t></si></sst>' if where == "strings" else ""
        book = f'<?xml version="1.0"?>{doctype}' + hostile._BOOK[21:] if where == "workbook" else hostile._BOOK
        if where == "sheet":
            sheet[0] = sheet[0].replace("?>", f"?>{doctype}")
        path = hostile.xlsx(tmp_path / f"entities{number}.xlsx", sheet, strings=strings, book=book)
        assert answer(path) == "unsafe"


def test_shared_string_bomb(tmp_path, answer):
    strings = f'<?xml version="1.0"?><sst xmlns="{hostile.MAIN}"><si><t>{"x" * 5_000_000}</t></si></sst>'
    cells = (f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 50_001))
    path = hostile.xlsx(tmp_path / "strings.xlsx", [hostile.HEAD, *cells, hostile.TAIL], strings=strings)
    assert answer(path) == "too_large"


def test_one_giant_text_is_cut_to_what_a_cell_holds(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "giant.xlsx", hostile.rows([["NIK"], ["x" * 20_000_000]]))
    [rows] = answer(path)
    assert rows[0] == (1, ["NIK"])
    assert len(rows[1][1][0]) == 32_767


def test_open_document_with_repeated_cells(tmp_path, answer):
    cell = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
        "<text:p>x</text:p></table:table-cell>"
    )
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    assert answer(hostile.ods(tmp_path / "repeated.ods", row)) in ("too_large", "too_many_columns")


# --- shapes --------------------------------------------------------------------------------------------------------


def filled_and_then(empty_row, count):
    yield hostile.HEAD
    yield '<row r="1"><c r="A1" t="inlineStr"><is><t>NIK</t></is></c></row>'
    yield '<row r="2"><c r="A2" t="inlineStr"><is><t>1372</t></is></c></row>'
    for start in range(3, count, 1000):
        yield "".join(empty_row.format(n=n) for n in range(start, start + 1000))
    yield hostile.TAIL


@pytest.mark.slow
@pytest.mark.parametrize(
    "empty_row",
    ['<row r="{n}"/>', '<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"/><c r="C{n}" s="1"></c></row>'],
    ids=["bare", "formatted"],
)
def test_a_million_empty_rows_are_no_rows(tmp_path, answer, empty_row):
    path = hostile.xlsx(tmp_path / "empty.xlsx", filled_and_then(empty_row, 1_000_000))
    assert answer(path) == [[(1, ["NIK"]), (2, ["1372"])]]


@pytest.mark.slow
def test_a_million_rows_of_empty_text(tmp_path, answer):
    row = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t></t></is></c></row>'
    assert answer(hostile.xlsx(tmp_path / "void.xlsx", filled_and_then(row, 1_000_000))) == "too_many_rows"


@pytest.mark.slow
def test_a_million_filled_rows(tmp_path, answer):
    row = '<row r="{n}"><c r="A{n}"><v>1</v></c></row>'
    assert answer(hostile.xlsx(tmp_path / "many.xlsx", filled_and_then(row, 1_000_000))) == "too_many_rows"


def test_nothing_but_empty_rows(tmp_path, answer):
    rows = [hostile.HEAD, *(f'<row r="{n}"/>' for n in range(1, 10_000)), hostile.TAIL]
    assert answer(hostile.xlsx(tmp_path / "nothing.xlsx", rows)) == "empty"


def test_ten_thousand_columns(tmp_path, answer):
    header = [f"K{n}" for n in range(10_000)]
    assert answer(hostile.xlsx(tmp_path / "wide.xlsx", hostile.rows([header, header]))) == "too_many_columns"


def test_ten_thousand_columns_in_text(tmp_path, answer):
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([";".join(f"K{n}" for n in range(10_000))] * 3))
    assert answer(path) == "too_many_columns"


def test_columns_that_are_only_formatted_do_not_count(tmp_path, answer):
    cells = "".join(f'<c r="{hostile.letters(n)}1" s="1"/>' for n in range(1, 10_000))
    sheet = [hostile.HEAD, f'<row r="1"><c r="A1"><v>7</v></c>{cells}</row>', hostile.TAIL]
    assert answer(hostile.xlsx(tmp_path / "formatted.xlsx", sheet)) == [[(1, [7.0])]]


@pytest.mark.parametrize(
    ("far", "code"),
    [("XFD1048576", "too_many_columns"), ("XFD1", "too_many_columns"), ("A1048576", "stray_cells")],
)
def test_one_cell_far_away(tmp_path, answer, far, code):
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    first = '<c r="A1"><v>1</v></c>'
    cell = f'<c r="{far}"><v>1</v></c>'
    inside = f'<row r="1">{first}{cell}</row>' if row == "1" else f'<row r="1">{first}</row><row r="{row}">{cell}</row>'
    assert answer(hostile.xlsx(tmp_path / "far.xlsx", [hostile.HEAD, inside, hostile.TAIL])) == code


def test_a_dimension_that_boasts(tmp_path, answer):
    head = hostile.HEAD.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    sheet = [head, '<row r="1"><c r="A1"><v>1</v></c></row>', hostile.TAIL]
    assert answer(hostile.xlsx(tmp_path / "boast.xlsx", sheet)) == [[(1, [1.0])]]


def test_a_million_elements_deep(tmp_path, answer):
    deep = "<x>" * 1_000_000
    result = answer(hostile.xlsx(tmp_path / "deep.xlsx", [hostile.HEAD, deep, hostile.TAIL]))
    assert result in ("empty", "unreadable", "too_large")


@pytest.mark.parametrize("beginning", ['<c r="AAA1" ', '<c t="e" ', '<c r="A1" t="e">', "<row ", '<row r="1', "<v"])
def test_beginnings_without_end_do_not_slow_the_scan(tmp_path, answer, beginning):
    sheet = [hostile.HEAD, *[beginning * 100_000] * 30, hostile.TAIL]
    assert isinstance(answer(hostile.xlsx(tmp_path / "slow.xlsx", sheet)), str)


# --- broken and mistaken files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_workbook(tmp_path, answer, share):
    whole = hostile.xlsx(tmp_path / "whole.xlsx", hostile.rows([["a", "b"]] * 2_000)).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert answer(path) == "truncated"


def test_damaged_in_the_middle(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "hurt.xlsx", hostile.rows([["a", str(n)] for n in range(20_000)]))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    assert answer(path) in ("truncated", "unreadable")


@pytest.mark.parametrize("seed", range(6))
def test_noise(tmp_path, answer, seed):
    noise = random.Random(seed).randbytes(20_000)
    for start in (b"", b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7\n"):
        path = tmp_path / f"noise{len(start)}.xlsx"
        path.write_bytes(start + noise)
        assert answer(path) in ("wrong_type", "truncated", "unreadable")


def test_encrypted(tmp_path, answer):
    assert answer(hostile.ole(tmp_path / "secret.xlsx", "EncryptionInfo", "EncryptedPackage")) == "encrypted"


def test_zip_with_a_password(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "locked.xlsx", hostile.rows([["a"]]))
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 8] |= 1
    path.write_bytes(content)
    assert answer(path) == "encrypted"


def test_old_workbook_whose_chain_never_ends(tmp_path, answer):
    result = answer(hostile.ole(tmp_path / "loop.xls", "Workbook"), seconds=4)
    assert result in ("unreadable", "too_slow", "too_large", "truncated")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("daftar.xls", b"<html><head></head><body><table><tr><td>NIK</td></tr></table></body></html>"),
        ("daftar.xls", b"\xef\xbb\xbf  <!DOCTYPE html><table><tr><td>NIK</td></tr></table>"),
        ("daftar.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'),
        ("surat.xlsx", b"%PDF-1.7\n1 0 obj"),
        ("pasang.xlsx", b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(200)),
        ("foto.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("kirim.xlsx", b"Rar!\x1a\7\1\0" + bytes(100)),
        ("data.xlsx", b'{"nik": "1372"}'),
        ("surat.xlsx", b"Dengan hormat\nbersama ini kami sampaikan\n"),
        ("acak.csv", bytes(range(256)) * 20),
    ],
)
def test_something_else(tmp_path, answer, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert answer(path) == "wrong_type"


@pytest.mark.parametrize("folder", ["word", "ppt", "isi"])
def test_other_zip(tmp_path, answer, folder):
    path = tmp_path / "surat.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{folder}/document.xml", "<a/>")
    assert answer(path) == "wrong_type"


@pytest.mark.parametrize("part", ["../../etc/cron.d/x", "/etc/passwd", "xl/../../x.xml", "..\\..\\x.xml", "C:\\x.xml"])
def test_parts_that_lead_outside(tmp_path, answer, part):
    path = hostile.xlsx(tmp_path / "outside.xlsx", hostile.rows([["a"]]), parts=[(part, b"x")])
    assert answer(path) == "unsafe"
    assert not os.path.exists("/etc/cron.d/x")


@pytest.mark.parametrize("content", [b"", b"\0" * 5_000, b"\n" * 5_000, b"\xef\xbb\xbf", b";;;;\n;;;;\n" * 100])
def test_empty(tmp_path, answer, content):
    path = tmp_path / "kosong.csv"
    path.write_bytes(content)
    assert answer(path) == "empty"


def test_no_file(tmp_path, answer):
    assert answer(tmp_path / "tidak-ada.xlsx") == "missing"
    assert answer(tmp_path) == "missing"


def test_larger_than_allowed(tmp_path, answer):
    path = tmp_path / "besar.csv"
    path.write_bytes(b"NIK;NAMA\n" * 200_000)
    assert answer(path, max_bytes=1_000_000) == "too_large"


# --- text ----------------------------------------------------------------------------------------------------------


def test_text_of_one_endless_line(tmp_path, answer):
    path = tmp_path / "baris.csv"
    path.write_bytes(b"x" * 30_000_000)
    assert answer(path) == "too_large"


def test_text_with_a_quote_never_closed(tmp_path, answer):
    path = tmp_path / "petik.csv"
    path.write_text('NIK;NAMA\n1;"SITI\n' + '2;"BUDI"\n' * 100_000)
    [rows] = answer(path)
    assert len(rows) == 100_002
    assert rows[1][1] == ["1", "SITI"]
    assert rows[-1][1] == ["2", "BUDI"]


def test_text_where_every_quote_is_open(tmp_path, answer):
    path = tmp_path / "petik2.csv"
    path.write_text("NIK|NAMA\n" + '1|"SITI\n' * 50_000)
    result = answer(path)
    assert result != []


def test_a_million_empty_lines(tmp_path, answer):
    path = tmp_path / "kosong.csv"
    path.write_text("NIK;NAMA\n" + "\n" * 1_000_000 + "1;SITI\n")
    assert answer(path) == [[(1, ["NIK", "NAMA"]), (1_000_002, ["1", "SITI"])]]


def test_the_limits_hold_for_good_files_too(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "good.xlsx", hostile.rows([["a", "b"]] * 50))
    assert answer(path, max_rows=49) == "too_many_rows"
    assert answer(path, max_rows=50) == [[(n, ["a", "b"]) for n in range(1, 51)]]
    large = hostile.xlsx(tmp_path / "large.xlsx", hostile.rows([["nama " * 4] * 25] * 20_000))
    assert answer(large, memory=60 << 20) == "too_large"
    assert answer(large, seconds=1) == "too_slow" or len(answer(large)[0]) == 20_000


def test_memory_of_the_child_is_seen(tmp_path, answer):
    path = hostile.xlsx(tmp_path / "good.xlsx", [hostile.HEAD, hostile.TAIL])
    answer(path)
    assert max(Watched.peaks) > 5 * 1024
