"""The time a report is about: a year, a quarter (triwulan) or a half year (semester)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


@dataclass(frozen=True)
class Period:
    """`first` and `last` day, both included; `label` in words, always with the year."""

    year: int
    first: dt.date
    last: dt.date
    label: str


def period(year: int, *, quarter: int | None = None, half: int | None = None) -> Period:
    """The period of `year` (2000–2100), of its `quarter` 1–4, or of its `half` 1–2. Raises ValidationError."""
    if not 2000 <= year <= 2100:
        raise ValidationError(_("Write the year with four digits."))
    if quarter is not None and quarter not in ROMAN:
        raise ValidationError(_("The quarter lies between 1 and 4."))
    if half is not None and half not in (1, 2):
        raise ValidationError(_("The half year is 1 or 2."))
    if quarter:
        return _months(
            year, 3 * quarter - 2, 3 * quarter, _("Quarter %(n)s of %(year)s") % {"n": ROMAN[quarter], "year": year}
        )
    if half:
        return _months(
            year, 6 * half - 5, 6 * half, _("Half year %(n)s of %(year)s") % {"n": ROMAN[half], "year": year}
        )
    return _months(year, 1, 12, _("Year %(year)s") % {"year": year})


def parse_period(text: str) -> Period:
    """`2026`, `2026-Q3` or `2026-S1` as a period. Raises ValidationError."""
    found = re.fullmatch(r"(\d{4})(?:-([QS])([1-4]))?", text.strip().upper(), re.ASCII)
    if not found:
        raise ValidationError(_("Write the period as 2026, 2026-Q3 or 2026-S1."))
    number = int(found[3]) if found[3] else None
    return period(
        int(found[1]),
        quarter=number if found[2] == "Q" else None,
        half=number if found[2] == "S" else None,
    )


def _months(year: int, first: int, last: int, label: str) -> Period:
    return Period(year, dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1]), label)
