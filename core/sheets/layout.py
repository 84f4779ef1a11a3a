"""Where a table begins and ends in a sheet: titles, header rows, column numbers, totals, signatures."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.parsed import cell_text, is_blank, squeeze
from core.sheets.columns import FieldSpec, HeaderCell, Mapping, header_score, normal_header

_SEARCHED = 25  # filled rows in which a header is looked for
_ABOVE, _BELOW = 2, 2  # rows that may belong to a header besides its main row
_LONGEST = 120  # characters of a header; longer is running text
_CODE = re.compile(r"[\d\s.,/\-:()'’]+")


@dataclass(frozen=True)
class HeaderGuess:
    """Header of a table.

    first_row, last_row: its rows, 1-based; data_row: first row that may hold data (a row of column numbers is skipped);
    columns: one HeaderCell a filled column; confidence: 0 to 1, under 0.5 a person should look.
    """

    first_row: int
    last_row: int
    data_row: int
    columns: tuple[HeaderCell, ...]
    confidence: float


def find_header(
    rows: Sequence[tuple[int, list]], *, fields: Sequence[FieldSpec] = (), merged: Sequence[tuple] = ()
) -> HeaderGuess | None:
    """Find the header among the first rows of a sheet.

    rows: `Sheet.head()`; fields: whose words make a row a header; merged: `Sheet.merged`.
    Result None when no row looks like one (a bare list of numbers): see `without_header`.
    """
    searched = rows[:_SEARCHED]
    known = {key for spec in fields for key in spec.keys}
    scores = [_score(cells, known) for _number, cells in searched]
    best = max(range(len(scores)), key=lambda i: (scores[i], -i), default=None)
    if best is None or scores[best] <= 0:
        return None
    main = best
    top = _extend_up(searched, main, merged)
    bottom = _extend_down(searched, main, merged)
    columns = _join(searched[top : bottom + 1], merged)
    after = bottom + 1
    if after < len(rows) and is_column_number_row(rows[after][1]):
        after += 1
    data_row = rows[after][0] if after < len(rows) else rows[min(after, len(rows)) - 1][0] + 1
    hits = sum(any(header_score(cell, spec)[0] for spec in fields) for cell in columns)
    confidence = min(1.0, 0.5 + hits / 8) if hits > 1 else 0.45 if hits else 0.3
    return HeaderGuess(searched[top][0], searched[bottom][0], data_row, tuple(columns), round(confidence, 2))


def without_header(rows: Sequence[tuple[int, list]]) -> HeaderGuess | None:
    """A guess for a sheet that begins with its data: columns without text, to be told by their content."""
    if not rows:
        return None
    width = max(len(cells) for _number, cells in rows)
    filled = [j for j in range(width) if any(j < len(cells) and not is_blank(cells[j]) for _number, cells in rows)]
    return HeaderGuess(0, 0, rows[0][0], tuple(HeaderCell(j, "") for j in filled), 0.2)


def _is_title_text(cell) -> bool:
    """Whether a cell may be (part of) a header: short text that is no number, date or code."""
    return isinstance(cell, str) and not is_blank(cell) and len(cell) <= _LONGEST and not _CODE.fullmatch(cell.strip())


def _score(cells: Sequence, known: set[str]) -> float:
    """How much a row looks like the main row of a header; 0 = not at all."""
    filled = [cell for cell in cells if not is_blank(cell)]
    texts = [cell for cell in filled if _is_title_text(cell)]
    hits = len({normal_header(cell) for cell in texts} & known)
    codes = sum(isinstance(cell, str) and bool(re.fullmatch(r"\d{3}[a-z]?\d?( .*)?", cell.strip())) for cell in filled)
    if known and hits:
        # One word alone may stand in a title ("NAMA"); with others beside it, it is a header.
        return (
            3 * hits + min(len(texts) + codes, 30) / 10 if hits > 1 or len(filled) <= 3 * hits else 1 + len(texts) / 100
        )
    if len(texts) + codes < max(2, 0.8 * len(filled)):
        return 0
    distinct = len({normal_header(cell) for cell in texts})
    return min(0.9, (distinct + codes) / 100)


def _filled(cells: Sequence) -> set[int]:
    return {j for j, cell in enumerate(cells) if not is_blank(cell)}


def _extend_up(rows: Sequence[tuple[int, list]], main: int, merged: Sequence[tuple]) -> int:
    """Index of the first header row: rows of group headings above belong to it, titles do not."""
    top = main
    width = len(_filled(rows[main][1]))
    while top > 0 and main - top < _ABOVE:
        number, cells = rows[top - 1]
        filled = _filled(cells)
        texts = [cells[j] for j in filled if _is_title_text(cells[j])]
        if len(filled) < 2 or len(texts) < 0.7 * len(filled):
            break
        # "Kecamatan : Lubuk Sikarah" is a title in two cells, two or three groups over few columns are a header.
        if any(cell.strip().endswith(":") or cell.strip().startswith(":") for cell in texts) or len(filled) > 2 * width:
            break
        spans = any(row <= number <= last and last_col > col for row, col, last, last_col in merged)
        if merged and not spans and len(filled) < width / 8:
            break
        top -= 1
    return top


def _extend_down(rows: Sequence[tuple[int, list]], main: int, merged: Sequence[tuple]) -> int:
    """Index of the last header row: sub-headings fill only columns that the rows above leave open or group."""
    bottom = main
    open_above = _filled(rows[main][1])
    while bottom + 1 < len(rows) and bottom - main < _BELOW:
        number, cells = rows[bottom + 1]
        filled = _filled(cells)
        if _reached_from_above(number, rows[main][0], merged) >= max(1, len(_filled(rows[main][1])) / 3):
            open_above |= filled
            bottom += 1
            continue
        if not filled or is_column_number_row(cells) or not all(_is_title_text(cells[j]) for j in filled):
            break
        grouped = {
            j
            for row, col, last, last_col in merged
            if row < number and last < number and last_col > col
            for j in range(col, last_col + 1)
        }
        if not merged:  # no spans are told (csv, ods): a group stands over its first column
            grouped = {j for j in filled if j in open_above and j + 1 in filled and j + 1 not in open_above}
        single = open_above - grouped
        if filled & single or not filled & grouped and not filled - open_above:
            break
        if not filled & grouped and len(filled) > len(open_above):
            break
        open_above |= filled
        bottom += 1
    return bottom


def _reached_from_above(number: int, main: int, merged: Sequence[tuple]) -> int:
    """How many cells of the main header row or above reach down to row `number`: whatever it holds is header then."""
    return sum(row <= main < number <= last for row, _col, last, _last_col in merged)


def _join(rows: Sequence[tuple[int, list]], merged: Sequence[tuple]) -> list[HeaderCell]:
    """One HeaderCell a column: the texts of the header rows, merged ones spread over their columns."""
    width = max(len(cells) for _number, cells in rows)
    grid = [[squeeze(cell_text(cells[j])) if j < len(cells) else "" for j in range(width)] for _number, cells in rows]
    numbers = [number for number, _cells in rows]
    for row, col, _last, last_col in merged:
        for i, number in enumerate(numbers):
            if number == row and last_col > col:
                for j in range(col + 1, min(last_col, width - 1) + 1):
                    grid[i][j] = grid[i][j] or grid[i][col]
    if not merged:
        for above, below in zip(grid, grid[1:], strict=False):
            for j in range(1, width):
                if not above[j] and below[j] and above[j - 1]:
                    above[j] = above[j - 1]
    _drop_titles(grid, rows)
    columns = []
    for j in range(width):
        parts = tuple(dict.fromkeys(line[j] for line in grid if line[j]))
        # A text spread from a group over a column without a heading of its own says nothing of that column.
        own = any(j < len(cells) and not is_blank(cells[j]) for _number, cells in rows)
        if parts and own:
            columns.append(HeaderCell(j, " / ".join(parts), parts))
    return columns


def _drop_titles(grid: list[list[str]], rows: Sequence[tuple[int, list]]) -> None:
    """Take out of the upper rows what stands over most of the table: a title, no group."""
    for i, line in enumerate(grid[:-1]):
        for text in set(line) - {""}:
            over = [j for j, other in enumerate(line) if other == text]
            own = [j for j in over if j < len(rows[i][1]) and not is_blank(rows[i][1][j])]
            headed = sum(any(column) for column in zip(*grid, strict=True))
            if len(over) > 3 and len(over) > 0.75 * headed and len(own) == 1:
                for j in over:
                    line[j] = ""


_COLUMN_NUMBER = re.compile(r"[-(\[]?\s*(\d{1,3})\s*[)\].]?(?:\s*=.*)?")


def is_column_number_row(cells: Sequence) -> bool:
    """Whether a row only numbers the columns: 1 2 3, (1) (2) (3), or -1 -2 -3 as Excel makes of the latter."""
    filled = [cell for cell in cells if not is_blank(cell)]
    if len(filled) < 3:
        return False
    numbers = []
    for cell in filled:
        text = cell_text(cell)
        found = _COLUMN_NUMBER.fullmatch(text)
        if not found:
            return False
        numbers.append(int(found[1]))
    steps = sum(later - earlier == 1 for earlier, later in zip(numbers, numbers[1:], strict=False))
    return numbers[0] in (0, 1, 2) and steps >= 0.8 * (len(numbers) - 1)


def layout_fingerprint(header: HeaderGuess) -> str:
    """32 hexadecimal digits, the same for sheets with the same headers in the same order."""
    text = "\x1f".join(normal_header(cell.text) for cell in header.columns)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- the end of a table --------------------------------------------------------------------------------------------

_TOTAL = re.compile(r"(?:grand\s*total|sub\s*total|subtotal|total|jumlah|jml|rekapitulasi)\b", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(?:mengetahui|menyetujui|disahkan|diketahui|dibuat oleh|petugas\b|pendata\b|a\.?n\.? |an\. |plt\.|plh\."
    r"|(?:kepala|sekretaris|plt|plh)\s+(?:dinas|badan|kelurahan|desa|seksi|bidang|kantor)|lurah\b|camat\b"
    r"|wali\s*(?:kota|nagari)\b|ketua\s+r[tw]\b|nip\b[\s.:]*\d|pembina\b|penata\b)",
    re.IGNORECASE,
)
_PLACE_AND_DAY = re.compile(
    r"[A-Z][\w .]{2,30},\s*(?:\d{1,2}|[.…_\s]+)\s*(?:-|/)?\s*"
    r"(?:jan|feb|peb|mar|apr|mei|jun|jul|agu|ags|sep|okt|nov|nop|des|[.…_]+)?\w*\s*\d{0,4}",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:catatan|keterangan|ket\.|sumber|dicetak|printed|\*+\)?)\s*[:.]?", re.IGNORECASE)
_SECTION = re.compile(
    r"(?:r\.?[tw]\.?|dusun|jorong|lingkungan|kelurahan|kel\.|kecamatan|kec\.)[\s.:]*\w", re.IGNORECASE
)
_SIXTEEN = re.compile(r"(?<!\d)\d{16}(?!\d)")
_END_MARK = "###"
_TYPICAL = 200  # rows that tell how full a row of this sheet is


def is_footer_row(cells: list, mapping: Mapping | None = None) -> str:
    """What a row is when it is no data: total, signature, note, section, end_mark; "" for data.

    A row with a number of 16 digits is always data. mapping: how many columns are of interest, when known.
    """
    first = first_word = ""
    for cell in cells:
        if type(cell) is str and cell:
            first = first or cell.strip()
            if cell.upper() != cell.lower():  # it has letters
                first_word = squeeze(cell)
                break
    if first.startswith(_END_MARK):
        return "end_mark"
    if not first_word:
        return ""
    wide = len(mapping.columns) if mapping else len(cells)
    sparse = len(cells) - cells.count("") <= max(3, wide // 3)
    total = _TOTAL.match(first_word)
    return _ending(cells, first_word, bool(total), sparse) if total or sparse else ""


def _ending(cells: list, first_word: str, total: bool, sparse: bool) -> str:
    filled = [cell for cell in cells if not is_blank(cell)]
    texts = [squeeze(cell) for cell in filled if isinstance(cell, str)]
    if any(_SIXTEEN.search(re.sub(r"[\s.\-]", "", text)) for text in texts):
        return ""
    worded = [text for text in texts if not _CODE.fullmatch(text)]
    if total and len(worded) <= 2:
        return "total"
    if not sparse:
        return ""
    if any(_SIGNATURE.match(text) or _PLACE_AND_DAY.fullmatch(text) for text in worded):
        return "signature"
    if _NOTE.match(first_word):
        return "note"
    return "section" if len(filled) == 1 and _SECTION.match(first_word) else ""


def data_rows(sheet, header: HeaderGuess, mapping: Mapping) -> Iterator[tuple[int, list]]:
    """(row number, cells) of the rows that hold data.

    Left out: totals, notes, section titles, repeated headers and column numbers. The end mark `###` ends the table; so
    does a signature or a note, unless a row as full as the others follows.
    """
    titles = {cell.index: normal_header(cell.parts[-1]) for cell in header.columns if cell.parts}
    ids = [index for index in (mapping.index("nik"), mapping.index("kk")) if index is not None]
    usual, seen, over, below_title = 0.0, 0, False, True
    for number, cells in sheet.rows(start=header.data_row):
        if not any(type(cells[j]) is str and len(cells[j]) == 16 and cells[j].isdigit() for j in ids if j < len(cells)):
            kind = is_footer_row(cells, mapping)
            if kind == "end_mark":
                return
            if kind:
                over = over or kind in ("signature", "note")
                continue
            filled = _filled(cells)
            if not filled or (below_title and is_column_number_row(cells)):
                continue
            below_title = _repeats(cells, filled, titles)
            if below_title or (over and len(filled) < max(2, usual / 2)):
                continue
        if seen < _TYPICAL:
            usual, seen = (usual * seen + len(cells) - cells.count("")) / (seen + 1), seen + 1
        yield number, cells


def _repeats(cells: list, filled: set[int], titles: dict[int, str]) -> bool:
    """Whether a row prints the header again (sheets that were pages once)."""
    if len(filled) < 2:
        return False
    same = sum(isinstance(cells[j], str) and titles.get(j) == normal_header(cells[j]) for j in filled)
    return same >= 0.7 * len(filled) and same >= 2
