"""Which column of a sheet holds which field: by the header's words, then by what stands in the column."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache

from core.names import similarity
from core.parsed import cell_text, is_blank, squeeze, words

_ALIKE = 0.85  # likeness of two header keys from which one is a slip of the other
_SHORTEST = 6  # letters; shorter keys must be exact, one letter changes their meaning (RT, RW)
_SURE = 0.75  # share of cells that must look right before content alone decides
_FEW = 3  # cells; fewer prove nothing


@lru_cache(maxsize=8192)
def normal_header(text: str) -> str:
    """A header for comparing: letters and digits only, small: "No. KK", "NO_KK", "no kk" -> "nokk"."""
    return re.sub(r"[\W_]+", "", squeeze(text).casefold())


@dataclass(frozen=True)
class HeaderCell:
    """Header of one column.

    index: column (A = 0); text: its header rows joined by " / "; parts: the texts of the header rows, top to bottom.
    """

    index: int
    text: str
    parts: tuple[str, ...] = ()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Normal forms to compare: the lowest row, all rows joined, then the rows above."""
        parts = [normal_header(part) for part in (self.parts or (self.text,))]
        joined = ["".join(parts), "".join(reversed(parts))] if len(parts) > 1 else []
        return tuple(dict.fromkeys(key for key in (parts[-1], *joined, *reversed(parts[:-1])) if key))


@dataclass(frozen=True)
class FieldSpec:
    """A field that a sheet may hold.

    key: name in code; synonyms: headers it goes by, any case and punctuation; kind: text, nik, kk, date, sex, number,
    code, place_date, rt_rw: how its cells look; looks_like: own test, cells -> share (0 to 1) that look right;
    words: answers that give the column away (`kepala keluarga`, `istri`); required: reported when missing.
    """

    key: str
    synonyms: tuple[str, ...] = ()
    looks_like: Callable[[Sequence], float] | None = None
    kind: str = "text"
    required: bool = False
    words: tuple[str, ...] = ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """Normal forms of the synonyms."""
        return frozenset(normal_header(synonym) for synonym in self.synonyms)

    @cached_property
    def _word_keys(self) -> frozenset[str]:
        return frozenset(normal_header(word) for word in self.words)

    def share(self, cells: Sequence) -> float | None:
        """Share of the filled cells that look like this field; None when nothing tells."""
        filled = [cell for cell in cells if not is_blank(cell)]
        if not filled:
            return None
        if self.looks_like:
            return self.looks_like(filled)
        if self._word_keys:
            return sum(normal_header(cell_text(cell)) in self._word_keys for cell in filled) / len(filled)
        test = _LOOKS.get(self.kind)
        return test(filled) if test else None

    def may_hold(self, cells: Sequence) -> bool:
        """Whether the cells may be this field at all: answer codes, damaged numbers and day numbers may."""
        test = _MAY_BE.get(self.kind)
        filled = [cell for cell in cells if not is_blank(cell)]
        return not test or not filled or sum(map(test, filled)) >= 0.2 * len(filled)


@dataclass(frozen=True)
class ColumnMatch:
    """Column of one field. how: exact, fuzzy, content, or given by a person; confidence: 0 to 1."""

    key: str
    index: int
    confidence: float
    how: str


@dataclass(frozen=True)
class Mapping:
    """Fields and their columns. unmatched: header cells of no field; missing: keys of required fields not found."""

    columns: dict[str, ColumnMatch]
    unmatched: tuple[HeaderCell, ...] = ()
    missing: tuple[str, ...] = ()
    headers: tuple[HeaderCell, ...] = field(default=(), repr=False)
    required: tuple[str, ...] = field(default=(), repr=False)

    def index(self, key: str) -> int | None:
        """Column of a field, None when it has none."""
        match = self.columns.get(key)
        return match.index if match else None

    def cell(self, cells: Sequence, key: str):
        """The cell of a field in a row, "" when there is none."""
        index = self.index(key)
        return cells[index] if index is not None and index < len(cells) else ""

    def header(self, key: str) -> str:
        """The sheet's own header of a field, "" when it has none."""
        index = self.index(key)
        return next((cell.text for cell in self.headers if cell.index == index), "")

    def choice(self) -> dict[str, int]:
        """Field -> column, to be remembered and given back to `with_choice`."""
        return {key: match.index for key, match in self.columns.items()}

    def with_choice(self, choice: dict[str, int | None]) -> "Mapping":
        """The mapping after a person's corrections: field -> column, None = in no column.

        A column given to one field is taken from the field that had it.
        """
        given = {index for index in choice.values() if index is not None}
        columns = {k: m for k, m in self.columns.items() if k not in choice and m.index not in given}
        for key, index in choice.items():
            if index is not None:
                before = self.columns.get(key)
                same = before is not None and before.index == index
                columns[key] = before if same else ColumnMatch(key, index, 1.0, "given")
        return _mapping(columns, self.headers, self.required)


def _mapping(columns: dict[str, ColumnMatch], headers: Iterable[HeaderCell], required: Iterable[str]) -> Mapping:
    taken = {match.index for match in columns.values()}
    headers, required = tuple(headers), tuple(required)
    return Mapping(
        columns,
        tuple(cell for cell in headers if cell.index not in taken),
        tuple(key for key in required if key not in columns),
        headers,
        required,
    )


def match_columns(headers: Sequence[HeaderCell], sample_rows: Sequence, fields: Sequence[FieldSpec]) -> Mapping:
    """Find the column of each field.

    headers: of all columns (`HeaderGuess.columns`); sample_rows: some rows of data, as lists of cells or as
    (row number, cells); fields: in order of importance, the first of two equal ones wins.
    """
    samples = [row[1] if isinstance(row, tuple) else row for row in sample_rows]
    columns = {cell.index: [row[cell.index] for row in samples if cell.index < len(row)] for cell in headers}
    offers = []
    for order, spec in enumerate(fields):
        for cell in headers:
            score, how = header_score(cell, spec)
            if score:
                # A header that the cells belie ("KK" over 1, 2, 3) yields to any other, but stands when alone.
                if not spec.may_hold(columns[cell.index]):
                    score *= 0.5
                offers.append((-score, order, cell.index, spec.key, how))
    found: dict[str, ColumnMatch] = {}
    taken: set[int] = set()
    for score, _order, index, key, how in sorted(offers):
        if key not in found and index not in taken:
            found[key] = ColumnMatch(key, index, round(-score, 2), how)
            taken.add(index)
    for match in _by_content(fields, found, taken, columns):
        found[match.key] = match
    return _mapping(found, headers, (spec.key for spec in fields if spec.required))


def header_score(cell: HeaderCell, spec: FieldSpec) -> tuple[float, str]:
    """How well a header names a field: (0 to 1, how)."""
    for place, key in enumerate(cell.keys):
        if key in spec.keys:
            return (1.0 if place == 0 else 0.95 if place <= 2 else 0.85), "exact"
    best = 0.0
    key = cell.keys[0] if cell.keys else ""
    if len(key) >= _SHORTEST:
        for synonym in spec.keys:
            if len(synonym) >= _SHORTEST and abs(len(synonym) - len(key)) <= 2:
                best = max(best, similarity(key, synonym))
    return (0.9 * best, "fuzzy") if best >= _ALIKE else (0.0, "")


def _by_content(fields, found, taken, columns) -> list[ColumnMatch]:
    """Fields without a header of theirs, recognised by what stands in the free columns."""
    offers = []
    for order, spec in enumerate(fields):
        if spec.key in found:
            continue
        for index, cells in columns.items():
            if index in taken or sum(not is_blank(cell) for cell in cells) < _FEW:
                continue
            share = spec.share(cells)
            if share is not None and share >= _SURE and (spec.kind in _TELLING or spec.words or spec.looks_like):
                offers.append((-share, order, index, spec.key))
    matches, keys = [], set()
    for share, _order, index, key in sorted(offers):
        if key not in keys and index not in taken:
            keys.add(key)
            taken.add(index)
            matches.append(ColumnMatch(key, index, round(-0.7 * share, 2), "content"))
    return matches


# --- how cells look ------------------------------------------------------------------------------------------------

_SIXTEEN = re.compile(r"[’'`]?\s*\d{6}[\s.\-]?\d{6}[\s.\-]?\d{4}")
_DATE = re.compile(
    r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(\d{4}|\d{2})|\d{4}-\d{2}-\d{2}.*|\d{1,2}[\s\-]+[A-Za-z]{3,9}[\s\-]+\d{4}"
)
_PLACE_DATE = re.compile(rf"[A-Za-z][A-Za-z .'()]+[,/ ]\s*(?:{_DATE.pattern})")
_SEX_WORDS = words("l p lk pr lakilaki laki perempuan pria wanita")
_PAIR = re.compile(r"(?:RT\.?\s*)?\d{1,3}\s*/\s*(?:RW\.?\s*)?\d{1,3}|RT.*RW.*", re.IGNORECASE)
_TELLING = frozenset({"nik", "kk", "date", "sex", "place_date", "rt_rw"})


def _numbers_of_sixteen(cells: Sequence) -> list[str]:
    return [re.sub(r"\D", "", cell) for cell in cells if isinstance(cell, str) and _SIXTEEN.fullmatch(cell.strip())]


def _damaged(cells: Sequence) -> int:
    """Numbers of 16 digits that Excel rounded; they still show what the column was meant for."""
    return sum(isinstance(cell, (int, float)) and 1e15 <= cell < 1e16 for cell in cells)


def looks_like_nik(cells: Sequence) -> float:
    """Share of cells with 16 digits; 0 when nothing but family cards fits: repeated, and no day over 40."""
    numbers = _numbers_of_sixteen(cells)
    share = (len(numbers) + _damaged(cells)) / len(cells)
    women = any(number[6] in "4567" for number in numbers)
    repeated = len(set(numbers)) < 0.9 * len(numbers)
    return share if women or not repeated else 0.0


def looks_like_kk(cells: Sequence) -> float:
    """Share of cells with 16 digits; 0 when days over 40 show that they are NIKs."""
    numbers = _numbers_of_sixteen(cells)
    women = sum(number[6] in "4567" for number in numbers)
    return 0.0 if women > len(numbers) / 50 else (len(numbers) + _damaged(cells)) / len(cells)


def looks_like_date(cells: Sequence) -> float:
    """Share of cells that are dates or written like one."""
    return sum(
        isinstance(cell, (date, datetime)) or (isinstance(cell, str) and bool(_DATE.fullmatch(cell.strip())))
        for cell in cells
    ) / len(cells)


def looks_like_sex(cells: Sequence) -> float:
    """Share of cells that say man or woman in letters or words."""
    return sum(normal_header(cell_text(cell)) in _SEX_WORDS for cell in cells) / len(cells)


def looks_like_place_date(cells: Sequence) -> float:
    """Share of cells that hold a place and a date."""
    return sum(isinstance(cell, str) and bool(_PLACE_DATE.fullmatch(squeeze(cell))) for cell in cells) / len(cells)


def looks_like_rt_rw(cells: Sequence) -> float:
    """Share of cells that hold RT and RW together."""
    return sum(isinstance(cell, str) and bool(_PAIR.fullmatch(squeeze(cell))) for cell in cells) / len(cells)


def looks_like_number(cells: Sequence) -> float:
    """Share of cells that are numbers or digits."""
    return sum(
        isinstance(cell, (int, float)) or (isinstance(cell, str) and bool(re.fullmatch(r"[\d.,\-\s]+", cell)))
        for cell in cells
    ) / len(cells)


_LOOKS: dict[str, Callable[[Sequence], float]] = {
    "nik": looks_like_nik,
    "kk": looks_like_kk,
    "date": looks_like_date,
    "sex": looks_like_sex,
    "place_date": looks_like_place_date,
    "rt_rw": looks_like_rt_rw,
    "number": looks_like_number,
}


def _digits(cell) -> int:
    """How many digits a cell shows."""
    return sum(char.isdigit() for char in cell_text(cell))


# What a cell under the right header may be, even when it does not look so: a code, a slip, Excel's damage, "-".
_MAY_BE: dict[str, Callable[[object], bool]] = {
    "nik": lambda cell: _digits(cell) >= 10 or cell_text(cell) in ("0", "-"),
    "kk": lambda cell: _digits(cell) >= 10 or cell_text(cell) in ("0", "-"),
    "date": lambda cell: isinstance(cell, (date, datetime)) or _digits(cell) >= 4 or cell_text(cell) in ("0", "-"),
    "sex": lambda cell: normal_header(cell_text(cell)) in _SEX_WORDS | {"1", "2"},
    "number": lambda cell: _digits(cell) > 0 or cell_text(cell) == "-",
}
