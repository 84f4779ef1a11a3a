"""Answers of coded questions as sheets give them: a code, a label, one of many other wordings, a slip of the finger."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from core.names import similarity
from core.parsed import cell_text, is_blank, says_nothing
from households.models import Code

_KEY = re.compile(r"[^\w<>≥≤]+")
_NUMBERED = re.compile(r"\W*(\d{1,2})\s*[.):\-–]\s*(\S.*)")
_PART = re.compile(r"\s*[/,(]\s*")
_NOT = frozenset({"tidak", "tak", "bukan", "tanpa", "non", "belum"})
_ALIKE = 0.85
_SHORTEST = 5

UNKNOWN = object()


def answer_key(text: str) -> str:
    """An answer for comparing: small letters and digits, and the signs that tell "< 10 m" from "> 10 m"."""
    return _KEY.sub("", text.casefold())


def _tokens(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


class Answers:
    """The answers of one question: `read(cell)` → code, None (says nothing) or UNKNOWN."""

    def __init__(self, rows: list[tuple[int, str, list[str]]], given: Mapping[str, object] | None = None):
        """rows: code, label, synonyms; given: what a profile says a text or number means, asked first."""
        self._codes = {code for code, _label, _words in rows}
        self._given = {answer_key(text): value for text, value in (given or {}).items()}
        self._exact: dict[str, int] = {}
        parts: dict[str, set[int]] = defaultdict(set)
        self._texts: list[tuple[str, frozenset[str], int]] = []
        for code, label, words in rows:
            for text in (label, *words):
                self._exact.setdefault(answer_key(text), code)
                self._texts.append((answer_key(text), _tokens(text), code))
                for part in _PART.split(text):
                    parts[answer_key(part)].add(code)
        self._parts = {key: next(iter(codes)) for key, codes in parts.items() if key and len(codes) == 1}

    def read(self, cell) -> object:
        """What the cell answers."""
        if is_blank(cell):
            return None
        text = cell_text(cell)
        key = answer_key(text)
        if key in self._given:
            return self._given[key]
        if text.isascii() and text.isdigit():
            code = int(text)
            # 0 is written for "no answer" unless it is an answer of its own.
            return code if code in self._codes else None if code == 0 else UNKNOWN
        if key in self._exact:
            return self._exact[key]
        if says_nothing(text):
            return None
        if found := _NUMBERED.fullmatch(text):
            worded = self._word(found[2])
            if worded is not UNKNOWN:
                return worded
            return int(found[1]) if int(found[1]) in self._codes else UNKNOWN
        return self._word(text)

    def _word(self, text: str) -> object:
        key, said = answer_key(text), _tokens(text)
        if key in self._exact:
            return self._exact[key]
        if key in self._parts:
            return self._parts[key]
        # Every word of the answer stands in one label only, or every word of one label stands in the answer.
        inside = {
            code
            for _k, tokens, code in self._texts
            if (said <= tokens or tokens <= said) and not (said ^ tokens) & _NOT
        }
        if len(inside) == 1:
            return inside.pop()
        if len(key) >= _SHORTEST:
            alike = {
                code for other, _t, code in self._texts if len(other) >= _SHORTEST and similarity(key, other) >= _ALIKE
            }
            if len(alike) == 1:
                return alike.pop()
        return UNKNOWN


def load_answers(given: Mapping[str, Mapping[str, object]]) -> dict[str, Answers]:
    """The answers of every coded field, from `households.Code`; `given`: field → what a profile says its cells mean."""
    rows: dict[str, list] = defaultdict(list)
    for field, code, label, synonyms in Code.objects.order_by("field", "order").values_list(
        "field", "code", "label", "synonyms"
    ):
        rows[field].append((code, label, synonyms))
    return {field: Answers(rows[field], given.get(field)) for field in {*rows, *given}}


_YES = frozenset("ya y yes ada punya memiliki true bekerja hamil sudah 1 benar sedanghamil yaada".split(" "))
_NO = frozenset(
    "tidak t tdk no n tidakada tidakpunya tidakmemiliki false tidakbekerja tidakhamil belum 0 2 tidakya bukan".split(
        " "
    )
)


def read_yes_no(cell) -> object:
    """True, False, None (says nothing) or UNKNOWN."""
    if is_blank(cell):
        return None
    key = answer_key(cell_text(cell))
    if key in _YES:
        return True
    if key in _NO:
        return False
    return None if says_nothing(cell_text(cell)) else UNKNOWN


_MEN = frozenset("l lk lakilaki laki 1 pria m male laki2 lelaki cowok".split(" "))
_WOMEN = frozenset("p pr perempuan 2 wanita f female w cewek prp".split(" "))


def read_sex(cell) -> object:
    """ "M", "F", None or UNKNOWN."""
    if is_blank(cell):
        return None
    key = answer_key(cell_text(cell))
    if key in _MEN:
        return "M"
    if key in _WOMEN:
        return "F"
    return None if says_nothing(cell_text(cell)) else UNKNOWN


# Word beginnings, the longest first; (status of the person, status of the household, code of a finding).
_STATUS = (
    ("tidaklayak", (None, "excluded", "")),
    ("tidakditemukan", ("not_found", None, "")),
    ("tidakdikenal", ("not_found", None, "")),
    ("tidaktinggalbersamakeluarga", ("moved", None, "")),
    ("tidakvalid", (None, None, "status_invalid")),
    ("tidakada", ("not_found", None, "")),
    ("tidakmampu", ("active", None, "")),
    ("kurangmampu", ("active", None, "")),
    ("sudahmampu", (None, "excluded", "")),
    ("mampu", (None, "excluded", "")),
    ("graduasi", (None, "graduated", "")),
    ("meninggal", ("deceased", None, "")),
    ("almarhum", ("deceased", None, "")),
    ("wafat", ("deceased", None, "")),
    ("mati", ("deceased", None, "")),
    ("pindah", ("moved", None, "")),
    ("pergi", ("moved", None, "")),
    ("hilang", ("not_found", None, "")),
    ("ganda", (None, None, "status_duplicate")),
    ("duplikat", (None, None, "status_duplicate")),
    ("ditemukan", ("active", None, "")),
    ("tinggalbersamakeluarga", ("active", None, "")),
    ("anggotakeluargabaru", ("active", None, "")),
    ("hidup", ("active", None, "")),
    ("aktif", ("active", None, "")),
    ("layak", ("active", None, "")),
)
_LEADING_CODE = re.compile(r"^\d{1,2}(?=[a-z])")


def read_status(cell, given: Mapping[str, str]) -> tuple[str | None, str | None, str]:
    """(status of the person, of the household, code of a finding) for a word or code of a status column.

    given: codes of a profile → words. An unknown word says nothing: such columns hold remarks as well.
    """
    if is_blank(cell):
        return None, None, ""
    key = answer_key(cell_text(cell))
    key = _LEADING_CODE.sub("", answer_key(given.get(key, key)))
    for word, meaning in _STATUS:
        if key.startswith(word):
            return meaning
    return None, None, ""
