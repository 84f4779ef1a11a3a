"""Dates as offices write them: reading a cell in any usual shape, ages, and Indonesian wording."""

import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

from core.parsed import NOTES, Message, Parsed, cell_text, is_blank, says_nothing, squeeze

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_SHORT = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_OTHER_NAMES = {
    1: "january",
    2: "february pebruari peb",
    3: "march mrt",
    5: "may",
    6: "june",
    7: "july",
    8: "august ags agt agst aug",
    9: "sept",
    10: "october oct",
    11: "nopember nop",
    12: "december dec",
}
_MONTH_NUMBER = {
    **{name.casefold(): number for number, name in enumerate(MONTHS, 1)},
    **{name.casefold(): number for number, name in enumerate(_SHORT, 1)},
    **{name: number for number, names in _OTHER_NAMES.items() for name in names.split()},
}

_EPOCH_1900 = dt.date(1899, 12, 30)  # serial 61 = 1 March 1900; Excel counts a 29 February 1900 that never was
_EPOCH_1904 = dt.date(1904, 1, 1)
_LAST_SERIAL = 80_000  # 10 January 2119; larger numbers are digits run together (5031980 = 5 March 1980)
_FIRST_YEAR, _LAST_YEAR = 1850, 2150
_OLDEST = 130  # years
_AHEAD = 10  # years that a two-digit year of a plan or decree may lie ahead

_WEEKDAY = re.compile(r"^(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad)\s*,?\s*", re.IGNORECASE)
_TIME = re.compile(r"[\sT]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s*(?:AM|PM|WIB|Z))?$", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,4})\s*[-/.,\s]\s*(\d{1,2})\s*[-/.,\s]\s*(\d{1,4})")
_WORDS = re.compile(r"(\d{1,2})\s*[-/.,\s]?\s*([A-Za-z]{3,9})\s*[-/.,\s]?\s*(\d{4}|\d{2})")
_WORDS_FIRST = re.compile(r"([A-Za-z]{3,9})\s*[-/.\s]?\s*(\d{1,2})\s*[,\s]\s*(\d{4})")
_NO_DATE = re.compile(r"0{1,4}[-/. ]?0{1,2}[-/. ]?0{1,4}")
_PLACE_AND_DATE = re.compile(
    r"^(?P<place>.*?)[\s,;/\-(]*"
    r"(?P<date>\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(?:\d{4}|\d{2})|\d{4}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}"
    r"|\d{1,2}[\s\-/]*[A-Za-z]{3,9}[\s\-/,]*(?:\d{4}|\d{2})|\d{1,2} \d{1,2} \d{4}|\d{8})\)?$"
)


def parse_date(cell, *, today: dt.date, day_first: bool = True, date1904: bool = False) -> Parsed:
    """Read a date of any kind from one cell of a sheet.

    cell: date, Excel serial (number or text), or text; day_first: how `03/04/1980` is meant; date1904: the workbook
    counts days from 1904. A year of two digits lies at most ten years after `today`.
    Result: value `datetime.date` or None; errors date_unreadable, date_impossible, date_year_only.
    """
    return _parse(cell, today.year + _AHEAD, day_first, date1904)


def parse_birth_date(cell, *, today: dt.date, day_first: bool = True, date1904: bool = False) -> Parsed:
    """Read a birth date: as `parse_date`, but not after `today` (date_future) nor 130 years ago (date_too_old)."""
    parsed = _parse(cell, today.year, day_first, date1904)
    birth = parsed.value
    if birth is None:
        return parsed
    if birth > today and "date_two_digit_year" in parsed.notes:  # 31/12/26 read in November 2026
        birth = _day(birth.year - 100, birth.month, birth.day) or birth
        parsed = parsed._replace(value=birth)
    if birth > today:
        return Parsed(None, parsed.notes, "date_future", {"date": tanggal(birth)})
    if birth.year < today.year - _OLDEST:
        return Parsed(None, parsed.notes, "date_too_old", {"date": tanggal(birth)})
    return parsed


def _parse(cell, last_year: int, day_first: bool, date1904: bool) -> Parsed:
    kind = type(cell)
    if kind is dt.datetime:
        return _given(cell.date())
    if kind is dt.date:
        return _given(cell)
    if kind is str and len(cell) == 10 and (day := _usual(cell, day_first)):
        return Parsed(day)
    if is_blank(cell):
        return Parsed(None)
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return Parsed(None, (), "date_unreadable", {"raw": cell_text(cell)})
    if not isinstance(cell, str):
        return _from_number(cell, str(int(cell)) if abs(cell) < 1e12 else "", cell_text(cell), last_year, date1904)
    text = squeeze(cell).strip("'’‘`\"").strip()
    if says_nothing(text) or _NO_DATE.fullmatch(text):
        return Parsed(None, ("placeholder",) if text else ())
    whole = _WEEKDAY.sub("", text)
    if not re.fullmatch(r"\d{1,2}[.]\d{1,2}[.]\d{2,4}|\d{1,2} \d{1,2}[.]\d{2}", whole):
        whole = _TIME.sub("", whole)
    whole = whole.strip(" ,.")
    if re.fullmatch(r"\d+([.,]\d+)?", whole):
        return _from_number(float(whole.replace(",", ".")), re.split("[.,]", whole)[0], text, last_year, date1904)
    return _from_text(whole, text, last_year, day_first)


def _usual(text: str, day_first: bool) -> dt.date | None:
    """The two shapes that nearly all cells have, without the rest of the rules: 05/03/1980 and 1980-03-05."""
    if day_first and text[2] == text[5] and text[2] in "/-.":
        parts = text[6:], text[3:5], text[:2]
    elif text[4] == text[7] == "-":
        parts = text[:4], text[5:7], text[8:]
    else:
        return None
    if not (text.isascii() and all(part.isdigit() for part in parts)):
        return None
    day = _day(*map(int, parts))
    return day if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _given(day: dt.date) -> Parsed:
    """A cell that is a date already; Excel shows serial 0 as 0 January 1900."""
    return Parsed(day) if day.year > 1899 else Parsed(None, ("placeholder",))


def _from_number(number: float, digits: str, raw: str, last_year: int, date1904: bool) -> Parsed:
    """An Excel serial, or digits run together: ddmmyyyy, yyyymmdd, ddmmyy."""
    if 0 <= number < 1:
        return Parsed(None, ("placeholder",))
    if number < 0 or number != number or not digits:
        return Parsed(None, (), "date_unreadable", {"raw": raw})
    whole = number == int(number)
    if whole and len(digits) == 4 and _FIRST_YEAR <= int(digits) <= _LAST_YEAR:
        return Parsed(None, (), "date_year_only", {"raw": raw})
    if number < _LAST_SERIAL and len(digits) <= 5:
        return Parsed(_from_serial(int(number), date1904), ("date_serial",))
    if not whole or not 6 <= len(digits) <= 8:
        return Parsed(None, (), "date_unreadable", {"raw": raw})
    if len(digits) == 6:
        return _dated(_century(int(digits[4:]), last_year), digits[2:4], digits[:2], raw, ("date_two_digit_year",))
    digits = digits.zfill(8)  # 5031980: a number lost the 0 of its day
    if not _FIRST_YEAR <= int(digits[4:]) <= _LAST_YEAR and _FIRST_YEAR <= int(digits[:4]) <= _LAST_YEAR:
        return _dated(digits[:4], digits[4:6], digits[6:], raw)
    return _dated(digits[4:], digits[2:4], digits[:2], raw)


def _from_serial(serial: int, date1904: bool) -> dt.date:
    if date1904:
        return _EPOCH_1904 + dt.timedelta(days=serial)
    return _EPOCH_1900 + dt.timedelta(days=serial if serial > 60 else serial + 1)


def _from_text(text: str, raw: str, last_year: int, day_first: bool) -> Parsed:
    if found := _NUMBERS.fullmatch(text):
        first, second, third = found.groups()
        if len(first) == 4:
            return _dated(first, second, third, raw)
        if len(first) == 3 or len(third) == 3 or len(third) == 1:
            return Parsed(None, (), "date_unreadable", {"raw": raw})
        day, month = (first, second) if day_first else (second, first)
        return _with_year(third, month, day, raw, last_year)
    if found := _WORDS.fullmatch(text):
        day, name, year = found.groups()
    elif found := _WORDS_FIRST.fullmatch(text):
        name, day, year = found.groups()
    else:
        return Parsed(None, (), "date_unreadable", {"raw": raw})
    month = _MONTH_NUMBER.get(name.casefold())
    if month is None:
        return Parsed(None, (), "date_unreadable", {"raw": raw})
    return _with_year(year, month, day, raw, last_year)


def _with_year(year: str, month, day, raw: str, last_year: int) -> Parsed:
    if len(year) == 2:
        return _dated(_century(int(year), last_year), month, day, raw, ("date_two_digit_year",))
    return _dated(year, month, day, raw)


def _century(two_digits: int, last_year: int) -> int:
    """The latest year ending in these digits that is not after `last_year`."""
    return last_year - (last_year - two_digits) % 100


def _dated(year, month, day, raw: str, notes: tuple[str, ...] = ()) -> Parsed:
    if int(year) == 0 and int(month) == 0 and int(day) == 0:
        return Parsed(None, ("placeholder",))
    found = _day(int(year), int(month), int(day))
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return Parsed(None, notes, "date_impossible", {"raw": raw})
    return Parsed(found, notes)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def split_place_date(cell) -> tuple[str, object]:
    """Split "SOLOK, 12-03-1980" into ("SOLOK", "12-03-1980").

    Text without a date at its end gives (text, ""); a cell that is no text gives ("", cell).
    """
    if not isinstance(cell, str):
        return "", "" if cell is None else cell
    text = squeeze(cell)
    found = _PLACE_AND_DATE.match(text)
    if not found:
        return text, ""
    return found["place"].strip(" ,;/-("), found["date"]


def age_on(birth: dt.date, day: dt.date) -> int:
    """Whole years of age on `day`; negative before birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def tanggal(day: dt.date | None, *, short: bool = False) -> str:
    """A date in Indonesian words, as papers and sheets need it in any interface language: "23 September 2021"."""
    if day is None:
        return ""
    return f"{day.day} {(_SHORT if short else MONTHS)[day.month - 1]} {day.year}"


_WRITE_DATE = _("Write day, month and year, for example 05/03/1980.")
MESSAGES = {
    **NOTES,
    "date_unreadable": Message(_("“%(raw)s” is not a date."), _WRITE_DATE),
    "date_impossible": Message(_("The date %(raw)s does not exist."), _WRITE_DATE),
    "date_year_only": Message(_("“%(raw)s” is only a year."), _WRITE_DATE),
    "date_future": Message(
        _("The birth date %(date)s lies in the future."), _("Compare it with the identity or family card.")
    ),
    "date_too_old": Message(
        _("Born %(date)s: more than 130 years ago."), _("Compare it with the identity or family card.")
    ),
    "date_serial": Message(_("A day number of Excel was read as a date.")),
    "date_two_digit_year": Message(_("The year has two digits; the century was assumed.")),
}
