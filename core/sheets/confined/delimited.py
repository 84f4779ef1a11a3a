"""Text with separators as offices send it: encoding, separator and broken quotes are found, not asked for."""

import codecs
import csv
from collections import Counter
from itertools import chain

from .guard import Refused

_SEPARATORS = ";\t|,"
_SAMPLE_LINES = 200
_JOIN = 12  # lines that one quoted field may span before its quote counts as a slip
_MAX_LINE = 2_000_000  # characters
_MAX_BROKEN = 1_000


def read_text(path: str, spool, limits: dict, *, must_separate: bool) -> dict:
    """Write the rows of a text file to `spool` and tell what it holds; as `books.read_book` with one sheet.

    must_separate: the name says workbook, so a text without any separator is something else.
    """
    csv.field_size_limit(_MAX_LINE)
    encoding = find_encoding(path)
    with open(path, encoding=encoding, errors="replace", newline="") as file:
        lines = _lines(file)
        sample = []
        for line in lines:
            sample.append(line)
            if len(sample) >= _SAMPLE_LINES:
                break
        separator, said = find_separator(sample)
        if must_separate and not separator:
            raise Refused("wrong_type", kind="text")
        records = Records(separator or ";", chain(sample[said:], lines))
        width = 0

        def numbered():
            nonlocal width
            for number, cells in enumerate(records, 1):
                if len(cells) > limits["max_columns"]:
                    raise Refused("too_many_columns", column=len(cells), limit=limits["max_columns"])
                width = max(width, len(cells))
                yield number, cells

        frames, filled, last = spool.sheet(numbered())
    sheet = {
        "name": "CSV",
        "visible": True,
        "columns": width,
        "rows": last,
        "filled": filled,
        "frames": frames,
        "merged": [],
        "errors": [],
    }
    return {
        "date1904": False,
        "encoding": encoding,
        "separator": separator,
        "broken": records.broken,
        "sheets": [sheet],
    }


def _lines(file):
    for line in file:
        if len(line) > _MAX_LINE:
            raise Refused("too_large", what="line")
        yield line


def find_encoding(path: str) -> str:
    """utf-8-sig, utf-16, utf-16-le/-be (without mark), utf-8, cp1252, or latin-1 when cp1252 has a hole."""
    with open(path, "rb") as file:
        start = file.read(4096)
        if start.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if start[1::2].count(0) > len(start) // 4:
            return "utf-16-le"
        if start[0::2].count(0) > len(start) // 4:
            return "utf-16-be"
        file.seek(0)
        utf8, windows = codecs.getincrementaldecoder("utf-8")(), True
        is_utf8 = True
        while chunk := file.read(1 << 20):
            if is_utf8:
                try:
                    utf8.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            if not is_utf8 and windows:
                windows = not any(hole in chunk for hole in b"\x81\x8d\x8f\x90\x9d")
        if is_utf8:
            try:
                utf8.decode(b"", final=True)
                return "utf-8"
            except UnicodeDecodeError:
                pass
    return "cp1252" if windows else "latin-1"


def find_separator(sample: list[str]) -> tuple[str, int]:
    """The separator that cuts most lines into the same number (two or more) of fields, "" when none does.

    Second part of the result: lines to leave out (Excel's own `sep=;`).
    """
    if sample and sample[0].lower().startswith("sep=") and len(sample[0].strip()) == 5:
        return sample[0][4], 1
    best, best_score = "", 0.0
    lines = [_outside_quotes(line) for line in sample if line.strip()]
    for separator in _SEPARATORS:
        counts = Counter(line.count(separator) for line in lines)
        counts.pop(0, None)
        if not counts:
            continue
        usual, times = max(counts.items(), key=lambda item: (item[1], item[0]))
        # Lines that agree count most, then how many fields; a comma inside an address cuts lines unevenly.
        score = times / len(lines) + min(usual, 20) / 1_000
        if score > best_score and (times > 1 or len(lines) == 1 or times == len(lines)):
            best, best_score = separator, score
    if not best:  # titles above, or every line of another length: the most frequent sign
        totals = {separator: sum(line.count(separator) for line in lines) for separator in _SEPARATORS}
        best = max(totals, key=totals.get)
        best = best if totals[best] else ""
    return best, 0


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2]) if line.count('"') % 2 == 0 else line


class Records:
    """Cuts lines into fields.

    A quoted field may hold the separator and line ends, as in RFC 4180; a quote that is never closed, or stands inside
    a field, is a slip of an old export: the line is cut as it stands and its number noted in `broken`.
    """

    def __init__(self, separator: str, lines):
        self.separator = separator
        self.lines = iter(lines)
        self.waiting: list[str] = []
        self.broken: list[int] = []

    def __iter__(self):
        number = 0
        while (line := self._next()) is not None:
            number += 1
            line = line.rstrip("\r\n")
            if '"' not in line:
                yield [field.strip("\0") for field in line.split(self.separator)]
                continue
            cells = self._quoted(line)
            if cells is None:
                if len(self.broken) < _MAX_BROKEN:
                    self.broken.append(number)
                cells = [_unquoted(field) for field in line.split(self.separator)]
            yield cells

    def _next(self) -> str | None:
        return self.waiting.pop(0) if self.waiting else next(self.lines, None)

    def _quoted(self, line: str) -> list[str] | None:
        """Fields of a line, and of those after it while a quoted field is open; None when the quotes are broken."""
        taken: list[str] = []
        text = line
        while True:
            cells, open_field = self._cut(text)
            if cells is not None or not open_field or len(taken) == _JOIN:
                break
            following = self._next()
            if following is None:
                break
            taken.append(following)
            text = f"{text}\n{following.rstrip(chr(13) + chr(10))}"
        if cells is None:
            self.waiting = taken + self.waiting
        return cells

    def _cut(self, text: str) -> tuple[list[str] | None, bool]:
        """(fields, False), (None, True) when a quoted field is still open, (None, False) when quotes are broken."""
        try:
            rows = list(csv.reader([text + "\n"], delimiter=self.separator, strict=True))
        except csv.Error as error:
            return None, "unexpected end of data" in str(error)
        return (rows[0], False) if len(rows) == 1 else (None, False)


def _unquoted(field: str) -> str:
    field = field.strip()
    if len(field) > 1 and field[0] == field[-1] == '"':
        field = field[1:-1]
    return field.replace('""', '"').strip('"') if field.count('"') != 1 else field.replace('"', "")
