"""Reading the rows of a list: one cell after the other, in pure Python; nothing here asks the database.

What stands in the rows of other lists, and who the people are, is asked later by SQL over the staging table.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.dates import parse_birth_date, parse_date, split_place_date
from core.imports.findings import ERROR, NOTE, WARNING
from core.names import RegionMatcher, parse_rt_rw_number, split_rt_rw
from core.nik import parse_kk, parse_nik
from core.parsed import Parsed, cell_text, is_blank, says_nothing
from core.rupiah import parse_rupiah

MOST_STAGES = 12
_TEXTS = {"name": 150, "address": 250, "goods": 200, "period": 40, "decree_number": 80, "note": 300}
_STAGE = re.compile(r"^\D*?(\d{1,2})\D*$")
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_UNPAID = re.compile(
    r"^(?:tidak\b|tdk\b|belum\b|blm\b|gagal|retur|batal|pending|tunda|kosong|n$|no$|false|0$)", re.IGNORECASE
)
_HAS_RT = re.compile(r"\b(?:rt|rw)\b", re.IGNORECASE)
# Notes on numbers that tell a person something; all others are too common to be listed.
_WORTH_SAYING = {"nik": {"temporary": NOTE}, "kk": {"temporary": NOTE}}


class Issue(NamedTuple):
    """Something to say about a cell of a row."""

    level: str
    code: str
    field: str
    value: str = ""
    params: dict = {}


@dataclass
class Row:
    """One row as it was read. `values`: columns of staging that the row fills; `bad`: an error stands in it."""

    values: dict[str, Any] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether a cell of the row cannot be read and must be."""
        return any(issue.level == ERROR for issue in self.issues)

    def say(self, level: str, code: str, field: str, cell="", **params) -> None:
        """Add an issue; `cell`: what stands there."""
        self.issues.append(Issue(level, code, field, cell_text(cell)[:60], params))


@dataclass(frozen=True)
class Reading:
    """What reading needs to know besides the cells.

    villages, districts: matchers of the city's regions; names: code → name; households: whether a number in the
    column "Peserta" is a KK (the programme goes to households); names_enough: a name alone may be looked for;
    day_first, date1904: how the sheet's dates are meant.
    """

    today: dt.date
    villages: RegionMatcher
    districts: RegionMatcher
    names: dict[str, str]
    households: bool = False
    names_enough: bool = False
    day_first: bool = True
    date1904: bool = False


LEFT_OUT = object()  # takes the place of a cell whose number a person chose to leave out


def read_row(cells: dict[str, Any], reading: Reading) -> Row | None:
    """One row of a sheet. `cells`: field → cell, for the fields that have a column. None: the row names nobody."""
    row = Row()
    cells = dict(cells)
    if "participant" in cells:
        _participant(cells, reading)
    _numbers(row, cells)
    _person(row, cells, reading)
    if not any(row.values.get(key) for key in ("nik", "kk", "name")) and not row.issues:
        return None
    _place(row, cells, reading)
    _aid(row, cells, reading)
    if not row.bad and not any(row.values.get(key) for key in ("nik", "kk")):
        _enough_without_number(row, reading)
    return row


def _participant(cells: dict[str, Any], reading: Reading) -> None:
    """OpenSID's column "Peserta": for households it holds the KK, else the NIK; a column of its own is stronger."""
    value = cells.pop("participant")
    key = "kk" if reading.households and cells.get("nik", "") != value else "nik"
    if is_blank(cells.get(key, "")):
        cells[key] = value


def _numbers(row: Row, cells: dict[str, Any]) -> None:
    nik = _number(row, cells, "nik", parse_nik)
    # A list that names the person needs no KK: one that cannot be read is then only left out.
    _number(row, cells, "kk", parse_kk, wrong=WARNING if nik else ERROR)


def _number(row: Row, cells: dict[str, Any], key: str, parse: Callable[[Any], Parsed], wrong: str = ERROR) -> str:
    cell = cells.get(key, "")
    if cell is LEFT_OUT:
        row.issues.append(Issue(NOTE, f"left_out_{key}", key))
        return ""
    parsed = parse(cell)
    if parsed.error:
        row.say(wrong, parsed.error, key, cell, **parsed.params)
        return ""
    for code in parsed.notes:
        if level := _WORTH_SAYING[key].get(code):
            row.say(level, code, key, cell, **parsed.params)
    if parsed.value:
        row.values[key] = parsed.value
    return parsed.value


def _person(row: Row, cells: dict[str, Any], reading: Reading) -> None:
    if "name" not in cells or is_blank(cells["name"]):
        cells["name"] = cells.get("head_name", "")
    _text(row, cells, "name")
    birth = cells.get("birth_date", "")
    if is_blank(birth) and not is_blank(cells.get("birth", "")):
        _placed, birth = split_place_date(cells["birth"])
    if is_blank(birth):
        return
    parsed = parse_birth_date(birth, today=reading.today, day_first=reading.day_first, date1904=reading.date1904)
    if parsed.error:
        known = row.values.get("nik") or row.values.get("kk")
        row.say(WARNING if known else ERROR, parsed.error, "birth_date", birth, **parsed.params)
    elif parsed.value:
        row.values["birth_date"] = parsed.value


def _place(row: Row, cells: dict[str, Any], reading: Reading) -> None:
    """Where the sheet says they live: it tells people of one name apart, so a slip here refuses nobody."""
    _text(row, cells, "address")
    rt, rw = parse_rt_rw_number(cells.get("rt", "")), parse_rt_rw_number(cells.get("rw", ""))
    if not is_blank(cells.get("rt_rw", "")):
        rt, rw = split_rt_rw(cells["rt_rw"])
    elif not rt.value and not rw.value and _HAS_RT.search(row.values.get("address", "")):
        rt, rw = split_rt_rw(row.values["address"])
    for key, parsed in (("rt", rt), ("rw", rw)):
        if parsed.ok and parsed.value:
            row.values[key] = parsed.value
    district = cells.get("district", "")
    within = "" if is_blank(district) else reading.districts.match(district).code
    for key in ("region_code", "region"):
        cell = cells.get(key, "")
        if is_blank(cell) or row.values.get("region"):
            continue
        match = reading.villages.match(cell, within=within)
        if not match.code and within:
            match = reading.villages.match(cell)
        if match.code:
            row.values["region"] = match.code
            if match.how == "fuzzy":
                row.say(NOTE, "region_fuzzy", key, cell, raw=cell_text(cell)[:60], name=reading.names[match.code])
        else:
            row.say(NOTE, "region_not_ours", key, cell, raw=cell_text(cell)[:60])


def _aid(row: Row, cells: dict[str, Any], reading: Reading) -> None:
    for key in ("goods", "period", "decree_number", "note"):
        _text(row, cells, key)
    amount = cells.get("amount", "")
    if not is_blank(amount):
        parsed = parse_rupiah(amount)
        if parsed.error:
            row.say(ERROR, parsed.error, "amount", amount, **parsed.params)
        elif parsed.value is not None:
            row.values["amount"] = parsed.value
    for key in ("date", "decree_date"):
        cell = cells.get(key, "")
        if is_blank(cell):
            continue
        parsed = parse_date(cell, today=reading.today, day_first=reading.day_first, date1904=reading.date1904)
        if parsed.error:
            row.say(ERROR, parsed.error, key, cell, **parsed.params)
        elif parsed.value:
            row.values[key] = parsed.value
    stage = cells.get("stage", "")
    if not is_blank(stage):
        number = stage_number(stage)
        if number:
            row.values["stage"] = number
        elif not says_nothing(cell_text(stage)):
            row.say(ERROR, "stage_unreadable", "stage", stage, raw=cell_text(stage)[:60], most=MOST_STAGES)
    paid = cell_text(cells.get("paid", ""))
    if paid and not says_nothing(paid) and _UNPAID.match(paid):
        row.values["unpaid"] = True


def _text(row: Row, cells: dict[str, Any], key: str) -> None:
    text = cell_text(cells.get(key, ""))
    if not text or says_nothing(text):
        return
    limit = _TEXTS[key]
    if len(text) > limit:
        row.say(NOTE, "text_cut", key, "", n=limit)
        text = text[:limit]
    row.values[key] = text


def _enough_without_number(row: Row, reading: Reading) -> None:
    """A name alone means many people: a birth date or an address must tell which."""
    values = row.values
    if not values.get("name"):
        row.say(ERROR, "nobody_named", "nik")
    elif not reading.names_enough and not any(values.get(key) for key in ("birth_date", "address", "region")):
        row.say(ERROR, "name_alone", "nik")


def stage_number(cell) -> int:
    """The stage that a cell names ("2", "Tahap II", "Termin 1"), 0 when it names none from 1 to 12."""
    text = cell_text(cell).casefold()
    found = _STAGE.match(text)
    number = int(found[1]) if found else _ROMAN.get(text.split()[-1] if text else "", 0)
    return number if 1 <= number <= MOST_STAGES else 0


# --- pasted text -----------------------------------------------------------------------------------------------------

_PARTS = re.compile(r"\t|;|\||\s{2,}")
_NUMBER = re.compile(r"(?<!\d)[’'`]?(\d(?:[ .\-]?\d){9,19})(?!\d)")
_DATE_LIKE = re.compile(r"\d{1,4}\s*[-/.\s]\s*(?:\d{1,2}|[A-Za-z]{3,9})\s*[-/.\s]\s*\d{1,4}")
_COUNTED = re.compile(r"^\d{1,4}\s*[.):]?\s+")  # a running number in front of the name
_LETTERS = re.compile(r"[^\W\d_]")


def pasted_cells(line: str) -> dict[str, Any]:
    """What the parts of a pasted line are, in any order: NIK, KK, birth date, name, address.

    Parts are kept apart by tabs, semicolons, bars or several spaces. The first number of 16 digits is the NIK, a
    second one the KK; the first words are the name, what follows the address.
    """
    cells: dict[str, Any] = {}
    words = []
    for part in filter(None, (p.strip() for p in _PARTS.split(line))):
        if (number := _NUMBER.search(part)) and not _DATE_LIKE.fullmatch(part):
            key = "nik" if "nik" not in cells else "kk"
            cells.setdefault(key, part[number.start() : number.end()])
            part = (part[: number.start()] + " " + part[number.end() :]).strip(" ,.:-’'`")
            part = re.sub(r"^(?:nik|no\.?|kk)\b[\s.:]*", "", part, flags=re.IGNORECASE)
        if not part:
            continue
        if _DATE_LIKE.fullmatch(part) and "birth_date" not in cells:
            cells["birth_date"] = part
        elif _LETTERS.search(part):
            words.append(part)
    if words and "," in words[0] and len(words) == 1 and "birth_date" not in cells:
        words = _split_commas(words[0], cells)
    if words:
        cells["name"] = _COUNTED.sub("", words[0])
        if len(words) > 1:
            cells["address"] = ", ".join(words[1:])
    return cells


def _split_commas(text: str, cells: dict[str, Any]) -> list[str]:
    """`Nurhayati, 12-03-1980, Jl. Melati`: commas part it only when one of the parts is a date."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    dates = [part for part in parts if _DATE_LIKE.fullmatch(part)]
    if not dates:
        return [text]
    cells["birth_date"] = dates[0]
    return [part for part in parts if part is not dates[0]]


def pasted_lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, cells) of the lines of a pasted text that hold something; a line of headers is left out."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if number == 1 and not any(char.isdigit() for char in line) and _is_header(line):
            continue
        cells = pasted_cells(line)
        yield number, cells


def _is_header(line: str) -> bool:
    return all(
        re.sub(r"\W", "", part).casefold() in ("no", "nik", "nama", "namalengkap", "nokk", "kk", "alamat", "tgllahir",
                                              "tanggallahir", "kelurahan", "rt", "rw", "rtrw")
        for part in _PARTS.split(line)
        if part.strip()
    )  # fmt: skip


def day_comes_first(cells: Sequence) -> bool:
    """Whether dates in words like 03/04/1980 begin with the day: yes, unless only the second number exceeds 12."""
    found = [
        m for cell in cells if isinstance(cell, str) and (m := re.match(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]", cell))
    ]
    return not (any(int(m[2]) > 12 for m in found) and not any(int(m[1]) > 12 for m in found))
