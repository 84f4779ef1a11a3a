"""What reading one cell gives: a value, notes on what was cleaned, or an error; and the wording of their codes."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Parsed(NamedTuple):
    """Result of reading one cell.

    value: what was read; "" (None for dates and numbers) when the cell is empty or wrong.
    notes: codes of what was cleaned or looks doubtful; they never stop a row.
    error: code of what is wrong, "" when nothing is.
    params: named values for the wording of the error and the notes.
    """

    value: Any = ""
    notes: tuple[str, ...] = ()
    error: str = ""
    params: Mapping[str, Any] = {}

    @property
    def ok(self) -> bool:
        """Nothing is wrong (the value may still be empty)."""
        return not self.error

    @property
    def empty(self) -> bool:
        """The cell holds nothing, and that is no error."""
        return not self.error and (self.value == "" or self.value is None)


class Message(NamedTuple):
    """Wording of a code: what is the matter, and what the reader should do (may be "")."""

    text: Any
    todo: Any = ""


class _Gaps(dict):
    def __missing__(self, key):
        return "…"


def describe(code: str, params: Mapping[str, Any], catalogue: Mapping[str, Message]) -> tuple[str, str]:
    """(text, todo) of `code` in the active language; an unknown code is its own text, a missing value shows as "…"."""
    message = catalogue.get(code)
    if message is None:
        return code, ""
    values = _Gaps(params)
    return str(message.text) % values, str(message.todo) % values


# Blanks that people cannot see: NBSP, zero-width characters, byte-order mark, narrow and figure spaces.
NBSP = "\u00a0\u2007\u202f"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_BLANKS = re.compile(rf"[\s{NBSP}{INVISIBLE}]+")


def words(text: str) -> frozenset[str]:
    """The words of `text` as a set; keeps long word lists readable."""
    return frozenset(text.split())


_WORDS_FOR_NOTHING = words(
    "x xx xxx n/a na nan null none nihil kosong tidak_ada tdk_ada belum_ada blm_ada tidak_punya belum_punya "
    "tidak_memiliki belum_memiliki tidak_diketahui #n/a #null! #ref! #value! #name? #div/0! #num!"
)


def squeeze(text: str) -> str:
    """`text` without outer blanks, every inner run of blanks (NBSP and zero-width too) as one space."""
    return _BLANKS.sub(" ", text).strip()


def is_blank(cell) -> bool:
    """Whether a cell holds nothing, or only characters that nobody sees."""
    if type(cell) is str:
        return not cell or cell.isspace() or not squeeze(cell)
    return cell is None


def says_nothing(text: str) -> bool:
    """Whether a text stands for "no answer": "-", "...", "NULL", "tidak ada", an error value."""
    folded = text.casefold().replace(" ", "_")
    return folded in _WORDS_FOR_NOTHING or not any(char.isalnum() for char in folded)


def cell_text(cell) -> str:
    """A cell as text: 5.0 -> "5", dates as ISO, text without outer and doubled blanks, nothing -> ""."""
    if type(cell) is str:
        return squeeze(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e17 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ") if cell.time() != dt.time() else cell.date().isoformat()
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


NOTES = {
    "placeholder": Message(_("“No answer” was written in words or signs; taken as empty.")),
    "apostrophe": Message(_("The apostrophe in front was removed.")),
    "spaces": Message(_("Spaces were removed.")),
    "nbsp": Message(_("Invisible characters were removed.")),
    "punctuation": Message(_("Dots, dashes or commas were removed.")),
}
