"""Looks at a file before calamine does: what it really is, whether it is a bomb, where error cells stand."""

import mmap
import os
import re
import zipfile
import zlib


class Refused(Exception):
    """The file is not read; `code` and `params` name the reason for `core.sheets.errors`."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# First bytes of what people rename or pick by mistake.
_OTHERS = (
    (b"%PDF", "pdf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"{\\rtf", "word"),
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<body", b"<style", b"<meta", b"<script", b"<div")
_ODF = b"application/vnd.oasis.opendocument."
_MAX_PARTS = 5_000
_CHUNK = 1 << 20
_MAX_ERROR_CELLS = 1_000
_BOMB_FLOOR = 30 << 20  # under 30 MB unzipped no ratio is a danger


def sniff(path: str) -> str:
    """What the file is by its content: xlsx, xlsb, ods, xls or text.

    Raises Refused: empty, truncated, encrypted, wrong_type.
    """
    with open(path, "rb") as file:
        start = file.read(4096)
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Refused("empty")
    if start.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _sniff_zip(path)
    if start.startswith(_OLE):
        return _sniff_ole(path)
    for magic, kind in _OTHERS:
        # "MZ" or "BZh" may begin a column name as well; a real one is binary.
        if start.startswith(magic) and (len(magic) > 3 or _is_binary(start)):
            raise Refused("wrong_type", kind=kind)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.lower().startswith(_MARKUP):
        raise Refused("wrong_type", kind="web_page")
    if text.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        raise Refused("wrong_type", kind="json")
    if not start.startswith((b"\xff\xfe", b"\xfe\xff")) and _is_binary(start):
        raise Refused("wrong_type", kind="binary")
    return "text"


def _is_binary(start: bytes) -> bool:
    """Control characters that no text holds; UTF-16 without its mark has a 0 in every other byte instead."""
    zeros = (start[0::2].count(0), start[1::2].count(0))
    if max(zeros) > len(start) // 4 and min(zeros) <= len(start) // 100:
        return False
    return any(byte in start for byte in b"\0\1\2\3\4\5\6\7\x0e\x0f\x10\x11\x12\x13\x14")


def _sniff_zip(path: str) -> str:
    names, mimetype = _names(path)
    if mimetype.startswith(_ODF):
        if mimetype.startswith(_ODF + b"spreadsheet"):
            return "ods"
        raise Refused("wrong_type", kind="odf")
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    for folder, kind in (("word/", "word"), ("ppt/", "slides")):
        if any(name.startswith(folder) for name in names):
            raise Refused("wrong_type", kind=kind)
    raise Refused("wrong_type", kind="archive")


def _names(path: str) -> tuple[set[str], bytes]:
    """Names of the parts of a zip, and the start of its `mimetype` part."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise Refused("encrypted")
            mimetype = b""
            if parts and parts[0].filename == "mimetype":
                with book.open(parts[0]) as file:
                    mimetype = file.read(200)
            return {part.filename.replace("\\", "/") for part in parts}, mimetype
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise Refused("truncated") from error


def _sniff_ole(path: str) -> str:
    """Old binary files: names of their streams stand in UTF-16 in the directory."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def has(name: str) -> bool:
            return content.find(name.encode("utf-16-le")) >= 0

        if has("EncryptedPackage") or has("EncryptionInfo"):
            raise Refused("encrypted")
        if has("Workbook") or has("Book"):
            return "xls"
        if has("WordDocument"):
            raise Refused("wrong_type", kind="word")
        if has("PowerPoint Document"):
            raise Refused("wrong_type", kind="slides")
    raise Refused("truncated")


def check_zip(path: str, *, max_unzipped: int, max_ratio: int) -> int:
    """Total unzipped bytes that a zip declares.

    Raises Refused: zip_bomb (too many parts, too much when unzipped), unsafe (parts that lead outside), truncated.
    """
    with zipfile.ZipFile(path) as book:
        parts = book.infolist()
    if len(parts) > _MAX_PARTS:
        raise Refused("zip_bomb", size=len(parts))
    total = sum(part.file_size for part in parts)
    if total > max_unzipped or (total > _BOMB_FLOOR and total > max_ratio * os.path.getsize(path)):
        raise Refused("zip_bomb", size=round(total / 1e6))
    for part in parts:
        name = part.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
            raise Refused("unsafe")
    return total


class Scan:
    """One pass over the XML of an .xlsx that notes what calamine does not tell, and what it would choke on.

    date1904: the workbook counts days from 1904.
    error_cells: part name -> [(row 1-based, column 0-based, "#N/A")].
    """

    def __init__(self, path: str, *, max_rows: int, max_columns: int):
        self.path = path
        self.max_rows = max_rows
        self.max_columns = max_columns
        self.date1904 = False
        self.error_cells: dict[str, list[tuple[int, int, str]]] = {}

    def run(self) -> None:
        """Read every part once. Raises Refused: unsafe, too_many_rows, too_many_columns, stray_cells, truncated."""
        try:
            with zipfile.ZipFile(self.path) as book:
                # Sheets last: their number is large, and an entity in a small part is refused at once.
                for part in sorted(book.infolist(), key=lambda part: "worksheets/" in part.filename):
                    if part.filename.endswith((".xml", ".rels")):
                        with book.open(part) as file:
                            self._part(part.filename, file)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Refused("truncated") from error

    def _part(self, name: str, file) -> None:
        chunk = file.read(_CHUNK)
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise Refused("unsafe")
        if name.endswith("workbook.xml"):
            self.date1904 = bool(_FROM_1904.search(chunk))
        if "worksheets/" in name and name.endswith(".xml"):
            self._sheet(name, file, chunk)
        else:
            while chunk:
                chunk = file.read(_CHUNK)

    def _sheet(self, name: str, file, chunk: bytes) -> None:
        """Count rows that hold something, look for far columns and error cells, in pieces that end between cells."""
        rows = last_row = 0
        rest = b""
        errors: list[tuple[int, int, str]] = []
        while chunk:
            piece = rest + chunk
            chunk = file.read(_CHUNK)
            cut = piece.rfind(b"<row") if chunk else len(piece)
            if cut <= 0:  # one row longer than a chunk
                cut = piece.rfind(b"<c ")
            piece, rest = (piece[:cut], piece[cut:]) if cut > 0 else (piece, b"")
            if far := _FAR_CELL.search(piece):
                self._far(piece, far)
            if b't="e"' in piece and len(errors) < _MAX_ERROR_CELLS:
                errors += _errors_in(piece, _MAX_ERROR_CELLS - len(errors))
            rows += piece.count(b"<row")
            last_row = _last_row(piece) or last_row
        if rows > self.max_rows and (filled := self._filled_rows(name)) > self.max_rows:
            raise Refused("too_many_rows", rows=filled, limit=self.max_rows)
        if last_row > self.max_rows:  # calamine would set aside room for every row up to it
            raise Refused("stray_cells", row=last_row)
        if errors:
            self.error_cells[name] = errors[:_MAX_ERROR_CELLS]

    def _filled_rows(self, name: str) -> int:
        """How many rows hold something: formatting dragged to the last row makes a million that hold nothing."""
        filled, rest = 0, b""
        with zipfile.ZipFile(self.path) as book, book.open(name) as file:
            while chunk := file.read(_CHUNK):
                *rows, rest = (rest[-_CHUNK:] + chunk).split(b"<row")
                filled += sum(b"<v" in row or b"<is" in row for row in rows)
        return filled + (b"<v" in rest or b"<is" in rest)

    def _far(self, piece: bytes, far: re.Match[bytes] | None) -> None:
        while far:
            if column_index(far[1].decode()) >= self.max_columns:
                raise Refused("too_many_columns", column=far[1].decode(), limit=self.max_columns)
            far = _FAR_CELL.search(piece, far.end())


def _last_row(piece: bytes) -> int:
    """Number of the last row of a piece of sheet XML that holds something; 0 when none says."""
    row = piece.rfind(b"<row", 0, max(piece.rfind(b"<v"), piece.rfind(b"<is"), 0))
    found = _ROW_NUMBER.search(piece, row, row + 300) if row >= 0 else None
    return int(found[1]) if found else 0


# Lengths are bounded: a file made to be slow repeats the beginning of a match a million times.
# A cell that holds something in a column of three letters (from AAA on); most sheets have none. It begins with plain
# letters: any condition before them makes the search of a large sheet nine times slower.
_FAR_CELL = re.compile(rb'r="([A-Z]{3,4})\d{1,8}"[^>/]{0,200}>\s{0,20}<(?!/)')
_FROM_1904 = re.compile(rb"<(?:\w{1,9}:)?workbookPr\b[^>]{0,500}?\bdate1904=[\"'](?:1|true|on)[\"']")
_ROW_NUMBER = re.compile(rb'\br="(\d{1,9})"')
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_VALUE = re.compile(rb"<(?:\w{1,9}:)?v>([^<]{0,20})<")


def _errors_in(piece: bytes, most: int) -> list[tuple[int, int, str]]:
    """Places and texts of error cells; at most `most` are looked at."""
    found = []
    for mark, _stop in zip(re.finditer(rb't="e"', piece), range(most), strict=False):
        tag = piece.rfind(b"<", max(0, mark.start() - 200), mark.start())
        tag_end = piece.find(b">", mark.end(), mark.end() + 200)
        where = _REFERENCE.search(piece, tag, tag_end) if tag >= 0 and tag_end > 0 else None
        value = _VALUE.search(piece, mark.end(), mark.end() + 2000)
        if where and value:
            found.append((int(where[2]), column_index(where[1].decode()), value[1].decode("ascii", "replace")))
    return found


def column_index(letters: str) -> int:
    """ "A" -> 0, "XFD" -> 16383."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letter(index: int) -> str:
    """0 -> "A", 16383 -> "XFD"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_parts(path: str) -> dict[str, str]:
    """Sheet name -> name of its part in an .xlsx, as far as its tables of contents say so."""
    try:
        with zipfile.ZipFile(path) as book:
            names = {part.filename for part in book.infolist()}
            main = next((name for name in names if name.endswith("workbook.xml")), "")
            folder, file = main.rpartition("/")[::2]
            links = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
            if links not in names:
                return {}
            with book.open(main) as part:
                workbook = part.read(4 * _CHUNK)
            with book.open(links) as part:
                relations = part.read(4 * _CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return {}
    targets = {}
    for tag in re.findall(rb"<(?:\w{1,9}:)?Relationship\b[^>]{0,2000}>", relations):
        link = _attributes(tag)
        target = link.get("Target", "")
        targets[link.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
    return {
        sheet["name"]: targets.get(next((v for k, v in sheet.items() if k.endswith("id") and k != "sheetId"), ""), "")
        for tag in re.findall(rb"<(?:\w{1,9}:)?sheet\b[^>]{0,2000}>", workbook)
        if "name" in (sheet := _attributes(tag))
    }


def _attributes(tag: bytes) -> dict[str, str]:
    pairs = re.findall(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag.decode("utf-8", "replace"))
    return {key: _unescaped(double or single) for key, double, single in pairs}


def _unescaped(text: str) -> str:
    text = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])) if int(m[1]) < 0x110000 else "", text)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text
