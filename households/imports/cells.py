"""Reading the cells of a household sheet, column by column: pure functions, each distinct cell read once.

A column's reader turns a cell (or the cells of several columns that belong together) into the text that COPY wants.
Answers are remembered by cell, so that a column with few different values costs a dictionary look-up a row.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.dates import parse_birth_date, parse_date, split_place_date
from core.names import parse_rt_rw_number, split_rt_rw
from core.nik import parse_kk, parse_nik
from core.parsed import cell_text, is_blank, says_nothing
from core.rupiah import parse_integer, parse_number
from households.imports.codes import UNKNOWN, Answers, read_sex, read_status, read_yes_no
from households.imports.fields import FIELD, is_aid_header
from households.imports.messages import NOTE_LEVELS, level_of
from households.imports.profiles import Profile
from households.imports.regions import Regions
from households.models.households import HOUSING_CODES
from households.reference import ASSETS

NULL = "\\N"
_LIVESTOCK = frozenset({"cattle", "buffalo", "horse", "pig", "goat"})
_MANY = 30_000  # remembered answers of a column; more distinct values than this are not worth remembering
_TEXTS = {"name": 150, "head_name": 150, "birth_place": 80, "school_name": 120, "occupation": 100, "pln_id": 20}
_ADDRESS = 250
_WATTS = re.compile(r"([\d.]{3,6})\s*(?:watt|w|va)\b", re.IGNORECASE)
_SEPARATED = re.compile(r"\s*[,;+&]\s*|\s+dan\s+")
_DESIL = re.compile(r"^\s*(?:desil|d)\s*[-:.]?\s*", re.IGNORECASE)
_DAY_MONTH = re.compile(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}\s*$")


class LeftOut(NamedTuple):
    """Stands for a cell whose number a person chose to leave out ("simpan tanpa NIK")."""

    raw: str


class Issue(NamedTuple):
    """Something to say about a cell. `place`: which of the reader's columns it is about."""

    level: str
    code: str
    params: dict
    place: int = 0


class Answer(NamedTuple):
    """What a reader made of a cell: a text for COPY per output, and what there is to say."""

    texts: tuple[str, ...]
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Context:
    """What reading needs to know besides the cell."""

    today: dt.date
    profile: Profile
    answers: dict[str, Answers]
    regions: Regions
    date1904: bool = False
    day_first: bool = True


class Reader(dict):
    """Reads one column, or several that belong together. As a mapping: cell → text(s) for COPY.

    fields: the fields it reads; indexes: their columns; outputs: columns of staging it fills; together: its function
    takes the cells as a tuple; issues: cell → issues, for the cells that have any.
    """

    def __init__(self, fields: Sequence[str], indexes: Sequence[int], outputs: Sequence[str], read: Callable, together):
        super().__init__()
        self.fields, self.indexes, self.outputs = tuple(fields), tuple(indexes), tuple(outputs)
        self._read, self._single, self._together = read, len(outputs) == 1, together
        self.issues: dict[Any, tuple[Issue, ...]] = {}

    def __missing__(self, cell):
        answer = self._read(cell)
        if answer.issues:
            self.issues[cell] = answer.issues
        self[cell] = value = answer.texts[0] if self._single else answer.texts
        return value

    def column(self, columns: Sequence[Sequence]) -> tuple[Sequence, list[Sequence[str]]]:
        """(cells, one list of texts per output) for a block of rows given as columns."""
        if len(self) > _MANY:
            self.clear()
            self.issues.clear()
        if self._together:
            cells = list(zip(*(columns[i] for i in self.indexes), strict=True))
        else:
            cells = columns[self.indexes[0]]
        values = list(map(self.__getitem__, cells))
        return cells, [values] if self._single else list(zip(*values, strict=True))


def escape(text: str) -> str:
    """A text without tabs and line ends, for COPY."""
    return text.replace("\\", "\\\\") if "\\" in text else text


def _of_parsed(parsed, name: str, place: int = 0) -> tuple[Issue, ...]:
    """Issues of a `core.parsed.Parsed`: its error, and those notes that people should see."""
    if not parsed.error and not parsed.notes:
        return ()
    issues = []
    if parsed.error:
        issues.append(Issue(level_of(name), parsed.error, dict(parsed.params), place))
    levels = NOTE_LEVELS.get(name)
    if levels and parsed.notes:
        issues += [Issue(levels[code], code, dict(parsed.params), place) for code in parsed.notes if code in levels]
    return tuple(issues)


# --- readers of single columns ---------------------------------------------------------------------------------------


def _nik(cell) -> Answer:
    if type(cell) is LeftOut:
        return Answer((NULL, escape(cell.raw)), (Issue("note", "kept_without_nik", {}),))
    parsed = parse_nik(cell)
    return Answer((parsed.value or NULL, NULL), _of_parsed(parsed, "nik"))


def _kk(cell) -> Answer:
    if type(cell) is LeftOut:
        return Answer((NULL, escape(cell.raw), NULL), (Issue("note", "kept_without_kk", {}),))
    parsed = parse_kk(cell)
    raw = escape(cell_text(cell)[:60]) if parsed.error else NULL
    return Answer((parsed.value or NULL, NULL, raw), _of_parsed(parsed, "kk"))


def _text_reader(limit: int, given: dict[str, Any]) -> Callable:
    def read(cell) -> Answer:
        text = cell_text(cell)
        if not text or says_nothing(text):
            return Answer((NULL,))
        text = given.get(text, text)
        if len(text) > limit:
            return Answer((escape(text[:limit]),), (Issue("note", "text_cut", {"n": limit}),))
        return Answer((escape(text),))

    return read


def _code_reader(name: str, answers: Answers) -> Callable:
    def read(cell) -> Answer:
        code = answers.read(cell)
        if code is UNKNOWN:
            if name == "insurance" and (bit := _lowest_bit(cell)):
                return Answer((str(bit),))
            wrong = "relation_unknown" if name == "relation" else "code_unknown"
            return Answer((NULL,), (Issue(level_of(name), wrong, {"raw": cell_text(cell)[:60]}),))
        return Answer((NULL if code is None else str(code),))

    return read


def _lowest_bit(cell) -> int:
    """The first of several insurances: the questionnaire adds up their codes 1, 2, 4, 8."""
    text = cell_text(cell)
    number = int(text) if text.isascii() and text.isdigit() else 0
    return number & -number if 0 < number < 16 else 0


def _yes_no(cell) -> Answer:
    value = read_yes_no(cell)
    if value is UNKNOWN:
        return Answer((NULL,), (Issue("warning", "yes_no_unknown", {"raw": cell_text(cell)[:60]}),))
    return Answer((NULL if value is None else "t" if value else "f",))


def _sex(cell) -> Answer:
    value = read_sex(cell)
    if value is UNKNOWN:
        return Answer((NULL,), (Issue("error", "sex_unknown", {"raw": cell_text(cell)[:60]}),))
    return Answer((value or NULL,))


def _rt_rw_number(cell) -> Answer:
    parsed = parse_rt_rw_number(cell)
    return Answer((parsed.value or NULL,), _of_parsed(parsed, "rt"))


def _rt_rw_pair(cell) -> Answer:
    rt, rw = split_rt_rw(cell)
    return Answer((rt.value or NULL, rw.value or NULL), (*_of_parsed(rt, "rt"), *_of_parsed(rw, "rw")))


def _desil(cell) -> Answer:
    parsed = parse_integer(_DESIL.sub("", cell) if isinstance(cell, str) else cell, low=1, high=10)
    if parsed.error and cell_text(cell).casefold() in (
        "0",
        "non desil",
        "belum ada",
        "belum ada desil",
        "tidak terdata",
    ):
        return Answer((NULL,))
    return Answer((NULL if parsed.value is None else str(parsed.value),), _of_parsed(parsed, "desil"))


def _area_of_floor(cell) -> Answer:
    parsed = parse_number(cell)
    if parsed.error or parsed.value is None or parsed.value <= 0:
        return Answer((NULL,), _of_parsed(parsed, "floor_area"))
    return Answer((str(min(round(parsed.value), 32_000)),))


def _date_reader(name: str, parse: Callable) -> Callable:
    def read(cell) -> Answer:
        parsed = parse(cell)
        return Answer((parsed.value.isoformat() if parsed.value else NULL,), _of_parsed(parsed, name))

    return read


# --- readers of columns that belong together -------------------------------------------------------------------------


def _place_and_date(parse: Callable) -> Callable:
    def read(cell) -> Answer:
        place, date = split_place_date(cell)
        parsed = parse(date)
        place = "" if says_nothing(place) else place[:80]
        return Answer(
            (escape(place) or NULL, parsed.value.isoformat() if parsed.value else NULL),
            _of_parsed(parsed, "birth_date"),
        )

    return read


def _address(cells) -> Answer:
    address, hamlet = (cell_text(cell) for cell in cells)
    address = "" if says_nothing(address) else address
    hamlet = "" if says_nothing(hamlet) else hamlet
    if hamlet and hamlet.casefold() not in address.casefold():
        address = f"{address}, {hamlet}" if address else hamlet
    return _cut_address(address)


def _plain_address(cell) -> Answer:
    text = cell_text(cell)
    return Answer((NULL,)) if not text or says_nothing(text) else _cut_address(text)


def _cut_address(text: str) -> Answer:
    if len(text) > _ADDRESS:
        return Answer((escape(text[:_ADDRESS]),), (Issue("note", "text_cut", {"n": _ADDRESS}),))
    return Answer((escape(text) or NULL,))


def _coordinates(cells) -> Answer:
    if is_blank(cells[0]) and is_blank(cells[1]):
        return Answer((NULL, NULL))
    numbers = []
    for cell in cells:
        try:
            numbers.append(round(float(cell_text(cell).replace(",", ".")), 6))
        except ValueError:
            numbers.append(999.0)
    lat, lng = numbers
    if not (-90 <= lat <= 90 and -180 <= lng <= 180) or lat == lng == 0:
        raw = "; ".join(cell_text(cell)[:20] for cell in cells)
        return Answer((NULL, NULL), (Issue("warning", "coordinates_odd", {"raw": raw}),))
    return Answer((str(lat), str(lng)))


def _lighting_reader(answers: dict[str, Answers], powered: bool) -> Callable:
    """Lighting, and the power where the answer holds it ("PLN 450 watt") and no column of its own does."""

    def read(cell) -> Answer:
        text = cell_text(cell)
        watts = _WATTS.search(text)
        power = NULL
        if watts and not powered:
            code = answers["power"].read(watts[1].replace(".", ""))
            power = NULL if code in (None, UNKNOWN) else str(code)
        lighting = answers["lighting"].read(cell)
        if lighting is UNKNOWN and watts and "pln" in text.casefold():
            lighting = 1
        if lighting is UNKNOWN:
            issue = Issue("warning", "code_unknown", {"raw": text[:60]})
            return Answer((NULL,) if powered else (NULL, power), (issue,))
        texts = (NULL if lighting is None else str(lighting),)
        return Answer(texts if powered else (*texts, power))

    return read


def _status_reader(given: dict[str, str], household_sheet: bool, parse: Callable) -> Callable:
    def read(cells) -> Answer:
        word, reason, date = cells
        person, household, code = read_status(word, given)
        if household_sheet and person in ("moved", "not_found", "active"):
            person, household = None, person  # one row a family: the word speaks of the family
        texts = (person or NULL, household or NULL)
        if person in (None, "active") and household in (None, "active"):
            issues = (Issue("warning", code, {"raw": cell_text(word)[:60]}),) if code else ()
            return Answer((*texts, NULL, NULL), issues)
        why = cell_text(reason) or given.get(cell_text(word), cell_text(word))
        day = parse(date)
        return Answer(
            (*texts, escape(why[:250]), day.value.isoformat() if day.value else NULL), _of_parsed(day, "status_date", 2)
        )

    return read


def _list_reader(answers: Answers, *, bits: bool = False) -> Callable:
    """Several answers in one cell: words or codes, or a sum of codes (`bits`)."""

    def read(cell) -> Answer:
        text = cell_text(cell)
        if not text:
            return Answer((NULL,))
        if bits and text.isascii() and text.isdigit():
            number = int(text)
            return Answer((json.dumps([1 << i for i in range(5) if number < 32 and number >> i & 1]),))
        whole = answers.read(cell)
        if isinstance(whole, list):
            return Answer((json.dumps(whole),))
        if text.casefold().startswith(("tidak", "tdk", "bukan")) or says_nothing(text) or whole == 0:
            return Answer(("[]",))
        codes, wrong = set(), []
        for part in [text] if isinstance(whole, int) else _SEPARATED.split(text):
            code = answers.read(part)
            if isinstance(code, int):
                codes.add(code)
            elif isinstance(code, list):
                codes.update(code)
            elif code is UNKNOWN:
                wrong += _slashed(answers, part, codes)
        issues = tuple(Issue("warning", "code_unknown", {"raw": part[:60]}) for part in wrong)
        return Answer((json.dumps(sorted(codes)) if codes else NULL,), issues)

    return read


def _slashed(answers: Answers, part: str, codes: set[int]) -> list[str]:
    """ "Cacat Rungu/Wicara": adds the answers on both sides of the stroke; what is not understood."""
    pieces = re.split(r"\s*/\s*", re.sub(r"(?i)^cacat\s+", "", part))
    found = [answers.read(piece) for piece in pieces]
    codes.update(code for code in found if isinstance(code, int))
    return [piece for piece, code in zip(pieces, found, strict=True) if code is UNKNOWN]


def _disabilities(codes: Sequence[int]) -> Callable:
    """The ten questions on difficulties; kept when help is needed (answers 1 and 2)."""

    def read(cells) -> Answer:
        answers = [cell_text(cell)[:1] for cell in cells]
        if not any(answers):
            return Answer((NULL,))
        return Answer((json.dumps([code for code, said in zip(codes, answers, strict=True) if said in ("1", "2")]),))

    return read


def _assets(keys: Sequence[str], coded: bool) -> Callable:
    """Things owned, as key → number of pieces; `coded`: 1 = yes, 2 = no, as the questionnaires write it."""

    def read(cells) -> Answer:
        owned = {}
        for key, cell in zip(keys, cells, strict=True):
            if is_blank(cell):
                continue
            if coded and key not in _LIVESTOCK or not cell_text(cell).isdigit():
                value = read_yes_no(cell)
                if value in (True, False):
                    owned[key] = int(value)
                    continue
            number = parse_integer(cell, low=0, high=9_999)
            if number.value is not None:
                owned[key] = number.value
        return Answer((escape(json.dumps(owned)) if owned else NULL,))

    return read


def _extra(titles: Sequence[str]) -> Callable:
    def read(cells) -> Answer:
        kept = {title: cell_text(cell)[:200] for title, cell in zip(titles, cells, strict=True) if not is_blank(cell)}
        return Answer((escape(json.dumps(kept)) if kept else NULL,))

    return read


def day_comes_first(cells: Iterable) -> bool:
    """Whether dates in words like 03/04/1980 begin with the day: yes, unless only the second number exceeds 12."""
    pairs = [(int(m[1]), int(m[2])) for cell in cells if isinstance(cell, str) and (m := _DAY_MONTH.match(cell))]
    return not (any(second > 12 for _first, second in pairs) and not any(first > 12 for first, _second in pairs))


# --- all readers of a table ------------------------------------------------------------------------------------------


@dataclass
class Layout:
    """Which readers read a table.

    household_sheet: one row a family, named by its head; fields: those that have a column;
    blank: index of a column that is always empty, for the fields of a pair that have none.
    """

    readers: list[Reader]
    household_sheet: bool
    fields: frozenset[str]
    blank: int


def readers_of(mapping: dict[str, int], titles: dict[int, str], context: Context) -> Layout:
    """The readers of one table.

    mapping: field → column; titles: column → header, of all columns.
    """
    at = {key: index for key, index in mapping.items() if key in FIELD}
    codes = context.profile.codes
    household_sheet = "head_name" in at and "name" not in at
    blank = max([*titles, *at.values()], default=0) + 1
    readers: list[Reader] = []

    def add(fields, outputs, read, together=False):
        indexes = [at.get(key, blank) for key in fields]
        readers.append(Reader(fields, indexes, outputs, read, together or len(fields) > 1))

    def birth(cell):
        return parse_birth_date(cell, today=context.today, day_first=context.day_first, date1904=context.date1904)

    def any_date(cell):
        return parse_date(cell, today=context.today, day_first=context.day_first, date1904=context.date1904)

    _identity(at, add, household_sheet, birth)
    _place(at, add, context)
    for key in ("relation", "marital", "education", "school_status", "school_level", "work_status", "work_sector"):
        if key in at:
            add([key], [key], _code_reader(key, context.answers.get(key, {})))
    for key in ("works", "has_business", "pregnant"):
        if key in at:
            add([key], [key], _yes_no)
    if "birth" not in at and "birth_date" in at:
        add(["birth_date"], ["birth_date"], _date_reader("birth_date", birth))
    if "verified_at" in at:
        add(["verified_at"], ["verified_at"], _date_reader("verified_at", any_date))
    if "status" in at:
        outputs = ["m_status", "h_status", "status_reason", "status_date"]
        given = dict(codes.get("status", {}))
        add(["status", "status_reason", "status_date"], outputs, _status_reader(given, household_sheet, any_date))
    for key in ("school_name", "occupation", "pln_id", *(() if "birth" in at else ("birth_place",))):
        if key in at:
            add([key], [key], _text_reader(_TEXTS[key], dict(codes.get(key, {}))))
    _health(at, add, context)
    _house(at, add, context)
    taken = set(at.values())
    aid = [(index, title) for index, title in titles.items() if index not in taken and is_aid_header(title)]
    if aid:
        read = _extra([title for _index, title in aid])
        readers.append(Reader(["extra"] * len(aid), [index for index, _title in aid], ["extra"], read, True))
    return Layout(readers, household_sheet, frozenset(at), blank)


def _identity(at, add, household_sheet: bool, birth) -> None:
    if "kk" in at:
        add(["kk"], ["kk", "kk_note", "kk_raw"], _kk)
    if "nik" in at:
        add(["nik"], ["nik", "nik_note"], _nik)
    if "name" in at:
        add(["name"], ["name"], _text_reader(_TEXTS["name"], {}))
    if "head_name" in at:
        add(["head_name"], ["name" if household_sheet else "head_name"], _text_reader(_TEXTS["name"], {}))
    for key, scheme in (("p3ke_id", "p3ke"), ("dtks_id", "dtks")):
        if key in at:
            add([key], ["ext_id"], _external(scheme))
            break
    if "desil" in at:
        add(["desil"], ["desil"], _desil)
    if "sex" in at:
        add(["sex"], ["sex"], _sex)
    if "birth" in at:
        add(["birth"], ["birth_place", "birth_date"], _place_and_date(birth))


def _external(scheme: str) -> Callable:
    def read(cell) -> Answer:
        text = cell_text(cell)
        return Answer((NULL if not text or says_nothing(text) or text == "0" else escape(f"{scheme}:{text[:60]}"),))

    return read


def _place(at, add, context: Context) -> None:
    if context.regions.fixed is None and {"region", "region_code"} & at.keys():
        add(["region_code", "region", "district"], ["region"], context.regions.reader(Answer, Issue, NULL))
    if "rt_rw" in at and "rt" not in at and "rw" not in at:
        add(["rt_rw"], ["rt", "rw"], _rt_rw_pair)
    for key in ("rt", "rw"):
        if key in at:
            add([key], [key], _rt_rw_number)
    if "hamlet" in at:
        add(["address", "hamlet"], ["address"], _address)
    elif "address" in at:
        add(["address"], ["address"], _plain_address)
    if {"lat", "lng"} <= at.keys():
        add(["lat", "lng"], ["lat", "lng"], _coordinates)


def _health(at, add, context: Context) -> None:
    asked = [code for code in range(1, 11) if f"disability_{code}" in at]
    if asked:
        # One column alone would not reach the reader as a tuple.
        fields = (
            [f"disability_{code}" for code in asked] if len(asked) > 1 else [f"disability_{asked[0]}", "disability"]
        )
        add(fields, ["disability"], _disabilities(asked if len(asked) > 1 else [asked[0], 0]))
    elif "disability" in at:
        add(["disability"], ["disability"], _list_reader(context.answers.get("disability", {})))
    if "chronic_illness" in at:
        add(["chronic_illness"], ["chronic_illness"], _list_reader(context.answers.get("chronic_illness", {})))
    if "insurance" in at:
        add(["insurance"], ["insurance"], _code_reader("insurance", context.answers.get("insurance", {})))
    if "social_security" in at:
        add(
            ["social_security"],
            ["social_security"],
            _list_reader(context.answers.get("social_security", {}), bits=True),
        )


def _house(at, add, context: Context) -> None:
    for key in HOUSING_CODES:
        if key not in at:
            continue
        if key == "lighting":
            powered = "power" in at
            read = _lighting_reader(context.answers, powered)
            add(["lighting"], ["lighting"] if powered else ["lighting", "power"], read)
        else:
            add([key], [key], _code_reader(key, context.answers.get(key, {})))
    if "floor_area" in at:
        add(["floor_area"], ["floor_area"], _area_of_floor)
    owned = [key for key in ASSETS if f"asset_{key}" in at]
    if owned:
        coded = context.profile.key in ("regsosek", "dtsen", "p3ke")
        add([f"asset_{key}" for key in owned], ["assets"], _assets(owned, coded), True)
