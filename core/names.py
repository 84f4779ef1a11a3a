"""Names of people and places as sheets spell them: keys for comparing, likeness, and finding a region."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from core.parsed import NOTES, Message, Parsed, cell_text, is_blank, says_nothing, words

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ABBREVIATED = re.compile(r"\s*([^\W\d_]+)\.\s*(?=[^\W\d_])")
_APOSTROPHES = re.compile(r"['’‘`´.]")

# Titles of faith and rank, and school degrees: written or left out at will. Minang titles (Sutan, Datuak) are names.
_TITLES = words(
    "h hj hjh haji hajjah k kh kyai drs dra dr drg drh ir prof alm almh almarhum almarhumah bpk bapak ibu sdr sdri "
    "tn ny nn an ananda ust ustad ustadz ustadzah"
)
_DEGREES = words(
    "se sh skm spd spdi sag sip ssos ssi skom skep ns st stp spt sp shi sei sthi sst sstp sfarm apt akt bba ba bsc amd "
    "amdkeb amdkep mpd mpdi msi mm mkes mh mt msc ma mag mkn phd str strkeb strkep"
)
_MUHAMMAD = words("m muh moh mhd mohd muhd muhamad mohamad mohammad muhammad mochamad mochammad moch much")


def search_name(text: str) -> str:
    """A name without case, accents and punctuation, every word kept: "Siti Nur'aini, S.Pd" -> "siti nuraini spd"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def name_key(text: str) -> str:
    """A name for comparing people: as `search_name`, titles and degrees off, forms of Muhammad made one.

    "H. Moh. Yusuf, S.H." and "MUHAMMAD YUSUF" give the same key. Words after the first comma fall only when they are
    degrees; a name made of titles alone keeps them.
    """
    name, _comma, after = text.partition(",")
    parts = []
    while (front := _ABBREVIATED.match(name)) and front[1].casefold() in _TITLES | _MUHAMMAD:
        parts.append(front[1].casefold())
        name = name[front.end() :]
    parts += search_name(name).split()
    tail = [search_name(part).replace(" ", "") for part in after.split(",")]
    parts += [part for part in tail if part and part not in _DEGREES]
    kept = [part for part in parts if part not in _TITLES] or parts
    while len(kept) > 2 and kept[-1] in _DEGREES:
        kept.pop()
    if len(kept) > 1 and kept[0] in _MUHAMMAD:
        kept[0] = "muhammad"
    return " ".join(kept)


def similarity(one: str, other: str) -> float:
    """Likeness of two texts, 0 to 1: one slip (a letter lost, doubled, replaced, swapped) costs 1 / longer length."""
    if one == other:
        return 1.0
    longest = max(len(one), len(other))
    return 1 - _slips(one, other) / longest if longest else 1.0


def _slips(one: str, other: str) -> int:
    """Damerau-Levenshtein distance (adjacent letters swapped count once)."""
    if not one or not other:
        return len(one) or len(other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before_last, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
    return row[-1]


# --- places -----------------------------------------------------------------------------------------------------

_KINDS = re.compile(
    r"^(?:kelurahan|kel|desa|ds|nagari|nag|kecamatan|kec|kabupaten|kab|kota|provinsi|prov)\b[\s.:/]*"
    r"(?:(?:kel|kelurahan|desa|nagari)\b[\s.:]*)?(?=.)",
    re.IGNORECASE,
)
_SHORT_WORDS = {
    "sp": "simpang",
    "spg": "simpang",
    "tj": "tanjung",
    "tjg": "tanjung",
    "tg": "tanjung",
    "kp": "kampung",
    "kpg": "kampung",
    "kamp": "kampung",
    "ps": "pasar",
    "psr": "pasar",
    "kt": "koto",
    "pdg": "padang",
    "gn": "gunung",
    "gng": "gunung",
    "sei": "sungai",
    "sg": "sungai",
    "lb": "lubuk",
    "lbk": "lubuk",
    "bkt": "bukit",
    "pj": "panjang",
    "pjg": "panjang",
}
_NUMBER_WORDS = {
    word: number
    for number, spellings in enumerate(
        (
            "satu",
            "dua duo",
            "tiga tigo",
            "empat ampek",
            "lima limo",
            "enam anam",
            "tujuh tujuah",
            "delapan salapan",
            "sembilan sambilan",
            "sepuluh sapuluah",
            "sebelas",
            "duabelas",
        ),
        1,
    )
    for word in spellings.split()
}
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_CODE_IN_TEXT = re.compile(r"(?<!\d)(\d{2}\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?|\d{10}|\d{7})(?!\d)")
_DOTTED_CODE = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")
_LEADING_NUMBER = re.compile(r"^\s*[\[(]?\d{3,}[\])]?[\s.\-:]+(?=\D)")
_ALIKE = 0.78
_MARGIN = 0.12
_FAINT = 0.5  # likeness from which a name is worth showing as a suggestion


def _roman(word: str) -> int:
    """Value of a Roman numeral up to 39; 0 when the word is none."""
    if not _ROMAN.fullmatch(word):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in word]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def region_key(text: str) -> str:
    """A place name for comparing: no case, no "Kel.", numerals as digits, usual abbreviations written out.

    "Kel. Aro IV Korong", "ARO 4 KORONG" -> "aro 4 korong"; "Enam Suku" -> "6 suku"; "Sp. Rumbio" -> "simpang rumbio".
    """
    bare = _KINDS.sub("", text.strip())
    plain = search_name(re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", ". ", bare))
    plain = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", plain)
    parts = []
    for word in plain.split():
        if number := _NUMBER_WORDS.get(word) or _roman(word):
            parts.append(str(number))
        else:
            parts.append(word.lstrip("0") or "0" if word.isdigit() else _SHORT_WORDS.get(word, word))
    return " ".join(parts)


def parse_region_code(cell) -> str:
    """A Kemendagri region code in dotted form (13.72.01.1001), from any usual writing; "" when the cell is no code.

    A BPS code of ten digits looks the same and is taken as Kemendagri's: only `RegionMatcher`, which knows both lists,
    tells them apart.
    """
    text = re.sub(r"[\s'’]", "", cell_text(cell))
    if _DOTTED_CODE.fullmatch(text):
        return text
    digits = text.replace(".", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (2, 4, 6, 10):
        return ""
    return ".".join(part for part in (digits[:2], digits[2:4], digits[4:6], digits[6:]) if part)


class RegionName(NamedTuple):
    """A region that a name in a sheet may mean; code dotted, bps_code "" when unknown."""

    code: str
    name: str
    bps_code: str = ""


class RegionMatch(NamedTuple):
    """What a cell was found to mean.

    code: dotted code, "" unless found; how: code, exact, alias, fuzzy, ambiguous, none;
    candidates: codes it may mean, the nearest first.
    """

    code: str
    how: str
    candidates: tuple[str, ...] = ()


class RegionMatcher:
    """Finds regions by code, name, alias or a likely misspelling, among given ones; answers are remembered."""

    def __init__(self, candidates: Iterable[RegionName], aliases: Mapping[str, str] | None = None):
        """candidates: regions to choose from; aliases: local names or abbreviations -> dotted code ("KTK")."""
        self._names: dict[str, list[str]] = {}
        self._spelt: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        bps: dict[str, str] = {}
        for region in candidates:
            self._names.setdefault(region_key(region.name), []).append(region.code)
            self._spelt[region.code] = region.name
            self._codes[region.code.replace(".", "")] = region.code
            if region.bps_code:
                bps[region.bps_code] = region.code
        self._codes = {**bps, **self._codes}
        self._aliases = {region_key(alias): code for alias, code in (aliases or {}).items()}
        self.match = lru_cache(maxsize=4096)(self._match)

    def _match(self, cell, *, within: str = "") -> RegionMatch:
        """What `cell` (text or number) means; within: dotted code of a region that must hold the answer."""
        text = cell_text(cell)
        if is_blank(text) or says_nothing(text):
            return RegionMatch("", "none")
        for written in _CODE_IN_TEXT.findall(text):
            code = self._codes.get(written.replace(".", ""))
            if code and code.startswith(within):
                return RegionMatch(code, "code")
        key = region_key(_LEADING_NUMBER.sub("", text))
        inside = [code for code in self._names.get(key, ()) if code.startswith(within)]
        if inside:
            return RegionMatch(inside[0], "exact") if len(inside) == 1 else RegionMatch("", "ambiguous", tuple(inside))
        alias = self._aliases.get(key)
        if alias and alias.startswith(within):
            return RegionMatch(alias, "alias")
        return self._nearest(text, within)

    def _nearest(self, text: str, within: str) -> RegionMatch:
        """The one region whose name is clearly the most alike, or those it may be."""
        text = _LEADING_NUMBER.sub("", text)
        inside = [(code, name) for code, name in self._spelt.items() if code.startswith(within)]
        scored = sorted(((_place_likeness(text, name), code) for code, name in inside), key=lambda it: (-it[0], it[1]))
        alike = [(score, code) for score, code in scored if score >= _ALIKE]
        said = set(region_key(text).split())
        part_of = tuple(code for code, name in inside if said and said <= set(region_key(name).split()))
        if len(part_of) > 1:  # "Korong": half a name that several regions share
            return RegionMatch("", "ambiguous", part_of)
        if not alike:
            faint = (code for score, code in scored[:3] if score >= _FAINT)
            return RegionMatch("", "none", tuple(dict.fromkeys((*part_of, *faint))))
        best = alike[0][0]
        rivals = tuple(code for score, code in alike if best - score < _MARGIN)
        return RegionMatch(rivals[0], "fuzzy", rivals) if len(rivals) == 1 else RegionMatch("", "ambiguous", rivals)


def _place_likeness(text: str, name: str) -> float:
    """Likeness of two place names, as spelt and with numerals made digits.

    Different numbers are different places, however alike the words (VI Suku, IV Suku): never over the limit.
    """
    key, other = region_key(text), region_key(name)
    spelt = [
        tuple(search_name(it).replace(" ", "") for it in (each, _KINDS.sub("", each.strip()))) for each in (text, name)
    ]
    likeness = max(map(similarity, (*spelt[0], key.replace(" ", "")), (*spelt[1], other.replace(" ", ""))))
    numbers = sorted(re.findall(r"\d+", key))
    return min(likeness, _FAINT) if numbers and numbers != sorted(re.findall(r"\d+", other)) else likeness


def match_region(text, candidates: Iterable[RegionName], aliases: Mapping[str, str] | None = None) -> RegionMatch:
    """One look-up; for many build one `RegionMatcher`."""
    return RegionMatcher(candidates, aliases).match(text)


# --- RT and RW --------------------------------------------------------------------------------------------------

_PART = r"(?:\d{1,3}(?:[.,]0+)?|[IVX]{1,5}|-)"
_UNIT = re.compile(rf"(?:R\s*\.?\s*[TW]\s*(?:[.:/]|-(?=\s*\d))?)?\s*({_PART})", re.IGNORECASE)
_NAMED = re.compile(rf"\bR\s*\.?\s*([TW])\s*(?:[.:/]|-(?=\s*\d))?\s*({_PART})(?![A-Z0-9])", re.IGNORECASE)
_PAIR = re.compile(rf"({_PART})\s*[/\\|\-]\s*({_PART})", re.IGNORECASE)
_HEADED_PAIR = re.compile(
    rf"R\s*\.?\s*([TW])\s*[./]*\s*R\s*\.?\s*[TW]\s*[.:]?\s*({_PART})\s*[/\\|\-]\s*({_PART})(?![A-Z0-9])",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096, typed=True)
def parse_rt_rw_number(cell) -> Parsed:
    """Read one RT or RW number: "RW 03", "3", 3.0, "III" -> "003"; nothing, 0 or "-" -> "".

    Error rt_rw_unreadable for other text.
    """
    text = cell_text(cell).strip("'’")
    if not text or says_nothing(text):
        return Parsed("", ("placeholder",) if text else ())
    found = _UNIT.fullmatch(text)
    return _three_digits(found[1]) if found else _rt_rw_unreadable(text)


@lru_cache(maxsize=4096, typed=True)
def split_rt_rw(cell) -> tuple[Parsed, Parsed]:
    """RT and RW from one cell: "003/002" (RT first), "RT/RW 3/2", "RT 01 RW 02"; text around named ones is left out."""
    text = cell_text(cell).strip("'’")
    if not text or says_nothing(text):
        nothing = Parsed("", ("placeholder",) if text else ())
        return nothing, nothing
    if found := _HEADED_PAIR.search(text):
        pair = _three_digits(found[2]), _three_digits(found[3])
        return pair if found[1] in "Tt" else pair[::-1]
    named = {letter.upper(): number for letter, number in _NAMED.findall(text)}
    if named:
        return tuple(_three_digits(named[unit]) if unit in named else Parsed() for unit in "TW")
    if found := _PAIR.fullmatch(text):
        return _three_digits(found[1]), _three_digits(found[2])
    return _rt_rw_unreadable(text), Parsed()


def _three_digits(part: str) -> Parsed:
    if part == "-":
        return Parsed("", ("placeholder",))
    number = _roman(part.casefold()) if part[0].isalpha() else int(re.split("[.,]", part)[0])
    if part[0].isalpha() and not number:
        return _rt_rw_unreadable(part)
    return Parsed(f"{number:03d}") if number else Parsed("", ("placeholder",))


def _rt_rw_unreadable(text: str) -> Parsed:
    return Parsed("", (), "rt_rw_unreadable", {"raw": text[:30]})


MESSAGES = {
    **NOTES,
    "rt_rw_unreadable": Message(
        _("“%(raw)s” is not an RT or RW number."), _("Write the number only, for example 003, or leave it empty.")
    ),
    "region_fuzzy": Message(_("“%(raw)s” was read as %(name)s.")),
    "region_ambiguous": Message(
        _("Matches more than one kelurahan: %(names)s."), _("Write the full name or the code of the kelurahan.")
    ),
    "region_unknown": Message(
        _("“%(raw)s” is not a kelurahan of this area."), _("Write the name as in the list of regions, or its code.")
    ),
}
