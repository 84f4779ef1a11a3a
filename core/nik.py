"""NIK and family-card (KK) numbers: reading a cell, decoding, masking, making.

NIK = region of first issue (6), birth date DDMMYY with 40 added to the day for women (6), serial 0001-9999 (4).
KK = region (6), date of issue DDMMYY (6), serial (4). Both are text of 16 digits everywhere: Excel keeps only 15
digits of a number, so a number in such a column has lost its last digit and is refused.
"""

import datetime as dt
import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from core.parsed import INVISIBLE, NBSP, NOTES, Message, Parsed, cell_text, is_blank, says_nothing, squeeze

MALE, FEMALE = "M", "F"  # as households.choices.Sex
_WOMAN = 40
_LENGTH = 16
_EXCEL_DIGITS_LOST = 10**15  # the smallest number of 16 digits

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CARD_DAYS = frozenset(f"{d:02d}{m:02d}" for m, days in enumerate(_DAYS, 1) for d in range(1, days + 1))
_BIRTH_DAYS = _CARD_DAYS | {f"{int(day[:2]) + _WOMAN}{day[2:]}" for day in _CARD_DAYS}
_COMMON_CARD_DAYS = _CARD_DAYS - {"2902"}
_COMMON_BIRTH_DAYS = _BIRTH_DAYS - {"2902", "6902"}

_E_NOTATION = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d{1,3}")
_DECIMAL_TAIL = re.compile(r"(\d+)[.,]0{1,2}")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_QUOTES = "'’‘`´\"“”"
_PUNCTUATION = re.compile(r"[.,\-‐‑‒–—―−_/]")
_STAND_INS = frozenset({"1234567890123456", "0123456789012345", "9876543210987654", "1234567812345678"})


class _Kind(NamedTuple):
    """What differs between the two numbers: codes, and the paper the number stands on."""

    length: str
    not_digits: str
    paper: str


_NIK = _Kind("nik_length", "nik_not_digits", "KTP")
_KK = _Kind("kk_length", "kk_not_digits", "KK")


def parse_nik(cell) -> Parsed:
    """Read a NIK from one cell of a sheet.

    Result: value of 16 digits, or "" with a note (placeholder) or an error: excel_damaged, nik_length, nik_not_digits,
    nik_serial_zero, nik_date.
    """
    if _is_plain(cell, _COMMON_BIRTH_DAYS):
        return Parsed(cell)
    parsed = _sixteen(cell, _NIK)
    if parsed.value:
        error = check_nik(parsed.value)
        if error:
            return Parsed("", parsed.notes, error, {"serial": parsed.value[12:], "date": parsed.value[6:12]})
    return parsed


def parse_kk(cell) -> Parsed:
    """Read a family-card number from one cell of a sheet.

    Result: value of 16 digits, or "" with a note (placeholder) or an error: excel_damaged, kk_length, kk_not_digits.
    An odd date of issue or serial is a note: offices hold real cards with such numbers.
    """
    if _is_plain(cell, _COMMON_CARD_DAYS):
        return Parsed(cell)
    parsed = _sixteen(cell, _KK)
    if parsed.value:
        odd = []
        if not _is_day(parsed.value[6:12], _CARD_DAYS):
            odd.append("kk_date_odd")
        if parsed.value[12:] == "0000":
            odd.append("kk_serial_zero")
        if odd:
            return parsed._replace(notes=(*parsed.notes, *odd))
    return parsed


def _is_plain(cell, days: frozenset[str]) -> bool:
    """Whether a cell is a number without anything to look into: nearly all of a hundred thousand are."""
    return (
        type(cell) is str
        and len(cell) == _LENGTH
        and cell[6:10] in days
        and cell[0] != "0"
        and cell[12:] != "0000"
        and cell.isascii()
        and cell.isdigit()
        and cell != "1111111111111111"
    )


def check_nik(digits: str) -> str:
    """Code of what is wrong with a cleaned NIK: nik_not_digits, nik_length, nik_serial_zero, nik_date, or ""."""
    if not (digits.isascii() and digits.isdigit()):
        return "nik_not_digits"
    if len(digits) != _LENGTH:
        return "nik_length"
    if digits[12:] == "0000":
        return "nik_serial_zero"
    return "" if _is_day(digits[6:12], _BIRTH_DAYS) else "nik_date"


def _is_day(ddmmyy: str, days: frozenset[str]) -> bool:
    """Whether the day exists; 29 February only in years divisible by four (2000 was a leap year)."""
    if ddmmyy[:4] not in days:
        return False
    return ddmmyy[:4] not in ("2902", "6902") or int(ddmmyy[4:]) % 4 == 0


def _sixteen(cell, kind: _Kind) -> Parsed:
    """Read 16 digits from a cell; what they mean is not looked at."""
    if type(cell) is str and len(cell) == _LENGTH and cell.isascii() and cell.isdigit():
        return _without_stand_in(cell, ())
    if is_blank(cell):
        return Parsed()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _from_number(cell, kind)
    if not isinstance(cell, str):
        return Parsed("", (), kind.not_digits, {"chars": cell_text(cell)})
    return _from_text(cell, kind)


def _from_number(number: float, kind: _Kind) -> Parsed:
    """A numeric cell is never a number of ours: it lost its 16th digit, is too short, or stands for "none"."""
    if number == 0:
        return Parsed("", ("placeholder",))
    if abs(number) >= _EXCEL_DIGITS_LOST:
        return Parsed("", (), "excel_damaged", {"paper": kind.paper})
    if number != number or number != int(number):
        return Parsed("", (), kind.not_digits, {"chars": cell_text(number)})
    digits = str(abs(int(number)))
    if _is_repeated(digits):
        return Parsed("", ("placeholder",))
    return Parsed("", (), kind.length, {"n": len(digits)})


def _from_text(cell: str, kind: _Kind) -> Parsed:
    notes = []
    if any(char in cell for char in NBSP + INVISIBLE):
        notes.append("nbsp")
    text = squeeze(cell)
    bare = text.strip(_QUOTES).strip()
    if bare != text:
        notes.append("apostrophe")
    if not bare:
        return Parsed("", tuple(notes))
    if says_nothing(bare):
        return Parsed("", (*notes, "placeholder"))
    tight = bare.replace(" ", "")
    if tight != bare or len(cell) != len(cell.strip()):
        notes.append("spaces")
    if _E_NOTATION.fullmatch(tight):
        return Parsed("", tuple(notes), "excel_damaged", {"paper": kind.paper})
    tail = _DECIMAL_TAIL.fullmatch(tight)
    digits = tail[1] if tail and len(tail[1]) == _LENGTH else _PUNCTUATION.sub("", tight)
    if digits != tight:
        notes.append("punctuation")
        # A number that was written with thousands separators or decimals went through Excel: a last 0 proves nothing.
        if len(digits) == _LENGTH and digits[-1] == "0" and (tail or _GROUPED.fullmatch(tight)):
            return Parsed("", tuple(notes), "excel_damaged", {"paper": kind.paper})
    if not (digits.isascii() and digits.isdigit()):
        odd = "".join(dict.fromkeys(char for char in digits if not (char.isascii() and char.isdigit())))
        return Parsed("", tuple(notes), kind.not_digits, {"chars": odd[:20]})
    if len(digits) != _LENGTH:
        if _is_repeated(digits):
            return Parsed("", (*notes, "placeholder"))
        return Parsed("", tuple(notes), kind.length, {"n": len(digits)})
    return _without_stand_in(digits, tuple(notes))


def _is_repeated(digits: str) -> bool:
    return len(set(digits)) == 1 and (digits[0] == "0" or len(digits) >= 4)


def _without_stand_in(digits: str, notes: tuple[str, ...]) -> Parsed:
    """Numbers that only fill the column become empty with a note."""
    if len(set(digits)) == 1 or digits in _STAND_INS or digits[6:] in ("0000000000", "9999999999"):
        return Parsed("", (*notes, "placeholder"))
    if digits[0] == "0":  # OpenSID's own temporary number: 0, village code, serial; no province begins with 0
        return Parsed("", (*notes, "temporary"))
    return Parsed(digits, notes)


def nik_birth_date(nik: str, today: dt.date) -> dt.date | None:
    """Birth date in a NIK, in the latest century that is not after `today`; None when the NIK holds no date."""
    if len(nik) != _LENGTH or check_nik(nik) in ("nik_not_digits", "nik_date"):
        return None
    day, month, year = int(nik[6:8]) % _WOMAN, int(nik[8:10]), int(nik[10:12])
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        try:
            birth = dt.date(century + year, month, day)
        except ValueError:  # 29 February 1900
            continue
        if birth <= today:
            return birth
    return None


def nik_sex(nik: str) -> str:
    """MALE or FEMALE by the day part of a NIK; "" when the NIK is wrong."""
    if check_nik(nik) in ("nik_not_digits", "nik_length", "nik_date"):
        return ""
    return FEMALE if int(nik[6:8]) > _WOMAN else MALE


def nik_region(nik: str) -> str:
    """Region of first issue as a dotted kecamatan code (13.72.01): where the number was given, not where one lives."""
    return f"{nik[:2]}.{nik[2:4]}.{nik[4:6]}" if len(nik) == _LENGTH else ""


def check_against(nik: str, birth_date: dt.date | None, sex: str) -> tuple[str, ...]:
    """Codes of what in a sound NIK disagrees with the given birth date and sex: nik_birth_differs, nik_sex_differs.

    The registry itself holds such people, so these are warnings. The century is not in a NIK and not compared.
    """
    if len(nik) != _LENGTH:
        return ()
    day = int(nik[6:8])
    codes = []
    if birth_date is not None and (
        f"{day - _WOMAN if day > _WOMAN else day:02d}{nik[8:12]}"
        != f"{birth_date.day:02d}{birth_date.month:02d}{birth_date.year % 100:02d}"
    ):
        codes.append("nik_birth_differs")
    if sex and sex != (FEMALE if day > _WOMAN else MALE):
        codes.append("nik_sex_differs")
    return tuple(codes)


def mask(number: str | None) -> str:
    """First six digits and ten dots: with a birth date beside it, the last four would give the whole number away."""
    return f"{number[:6]}••••••••••" if number else ""


def make_nik(region: str, birth_date: dt.date, sex: str, serial: int) -> str:
    """A sound NIK for invented people.

    region: code of a kecamatan or below, dotted or not; sex: MALE or FEMALE; serial: 1-9999.
    Raises ValueError when a part does not fit.
    """
    if sex not in (MALE, FEMALE):
        raise ValueError(f"unknown sex {sex!r}")
    return _number(region, birth_date.day + (_WOMAN if sex == FEMALE else 0), birth_date, serial)


def make_kk(region: str, issued: dt.date, serial: int) -> str:
    """A sound family-card number for invented families; parameters as `make_nik`."""
    return _number(region, issued.day, issued, serial)


def _number(region: str, day: int, date: dt.date, serial: int) -> str:
    area = region.replace(".", "")[:6]
    if len(area) != 6 or not area.isdigit():
        raise ValueError(f"a region code of six digits is needed, not {region!r}")
    if not 1 <= serial <= 9999:
        raise ValueError(f"serial {serial} is not between 1 and 9999")
    return f"{area}{day:02d}{date.month:02d}{date.year % 100:02d}{serial:04d}"


_FROM_CARD = _("Type the number again from the identity card (KTP) or leave the cell empty.")
_FROM_FAMILY_CARD = _("Type the number again from the family card (KK) or leave the cell empty.")
MESSAGES = {
    **NOTES,
    "excel_damaged": Message(
        _("The 16th digit was lost by Excel."),
        _("Change the column to Text, then type it again from the %(paper)s."),
    ),
    "nik_length": Message(_("The NIK has %(n)s digits; it should have 16."), _FROM_CARD),
    "nik_not_digits": Message(_("The NIK holds other signs than digits: %(chars)s"), _FROM_CARD),
    "nik_serial_zero": Message(_("The NIK ends in 0000; no such serial number is given out."), _FROM_CARD),
    "nik_date": Message(_("The birth date in the NIK (%(date)s) does not exist."), _FROM_CARD),
    "kk_length": Message(_("The KK number has %(n)s digits; it should have 16."), _FROM_FAMILY_CARD),
    "kk_not_digits": Message(_("The KK number holds other signs than digits: %(chars)s"), _FROM_FAMILY_CARD),
    "kk_date_odd": Message(
        _("The date of issue in the KK number does not exist."), _("Compare the number with the family card (KK).")
    ),
    "kk_serial_zero": Message(_("The KK number ends in 0000."), _("Compare the number with the family card (KK).")),
    "temporary": Message(_("A temporary number of OpenSID (begins with 0); taken as empty.")),
    "nik_birth_differs": Message(
        _("The birth date in the NIK differs from the one given."), _("Compare both with the identity card (KTP).")
    ),
    "nik_sex_differs": Message(
        _("The sex in the NIK differs from the one given."), _("Compare both with the identity card (KTP).")
    ),
}
