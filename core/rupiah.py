"""Numbers and money as offices write them: `1.234.567,89`, `Rp 1,5 juta`. Money is whole rupiah everywhere."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from core.parsed import NOTES, Message, Parsed, cell_text, is_blank, says_nothing, squeeze

_SCALES = {
    "ribu": 10**3,
    "rb": 10**3,
    "juta": 10**6,
    "jt": 10**6,
    "miliar": 10**9,
    "milyar": 10**9,
    "m": 10**9,
    "triliun": 10**12,
    "trilyun": 10**12,
    "t": 10**12,
}
_NUMBER = re.compile(r"(?P<minus>[-−(]?)\s*(?P<digits>\d[\d.,' ]*)(?P<rest>.*)", re.DOTALL)
_RUPIAH = re.compile(r"(?P<minus>[-−(]?)\s*(?:rp|idr)\.?\s*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_UNIT = re.compile(
    r"\s*(?:m2|m²|meter(?: persegi)?|m|orang|jiwa|kk|keluarga|va|watt|tahun|th|%|ekor|unit)?\.?\s*", re.IGNORECASE
)
_LARGEST = Decimal(10**15)  # larger "numbers" are codes or Excel's rounding, and bigint ends at 9.2e18


def parse_number(cell) -> Parsed:
    """Read a number: float, `1.234.567,89`, `1,234,567.89`, `36 m2`. Value Decimal or None; error number_unreadable."""
    if is_blank(cell):
        return Parsed(None)
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float, Decimal)):
        return _unreadable("number_unreadable", cell)
    if not isinstance(cell, str):
        number = Decimal(repr(cell) if isinstance(cell, float) else cell)
        return Parsed(number) if number.is_finite() else _unreadable("number_unreadable", cell)
    text = squeeze(cell).lstrip("'’‘")
    if says_nothing(text):
        return Parsed(None, ("placeholder",) if text else ())
    found = _NUMBER.fullmatch(text)
    if not found:
        return _unreadable("number_unreadable", cell)
    rest = found["rest"].removesuffix(")") if found["minus"] == "(" else found["rest"]
    number = _decimal(found["digits"])
    if number is None or not _UNIT.fullmatch(rest):
        return _unreadable("number_unreadable", cell)
    return Parsed(-number if found["minus"] else number)


def parse_integer(cell, *, low: int | None = None, high: int | None = None) -> Parsed:
    """Read a whole number between `low` and `high`.

    Value int or None; errors number_unreadable, number_not_whole, number_out_of_range.
    """
    parsed = parse_number(cell)
    if parsed.value is None:
        return parsed
    if parsed.value != parsed.value.to_integral_value():
        return _unreadable("number_not_whole", cell)
    number = int(parsed.value)
    if (low is not None and number < low) or (high is not None and number > high):
        limits = {"low": "…" if low is None else low, "high": "…" if high is None else high}
        return Parsed(None, (), "number_out_of_range", {"raw": cell_text(cell), **limits})
    return Parsed(number, parsed.notes)


def parse_rupiah(cell) -> Parsed:
    """Read an amount of money, rounded to whole rupiah: `Rp 1.500.000,00`, `1,5 juta`, `1500000`.

    Value int or None; errors rupiah_unreadable, rupiah_negative.
    """
    if not isinstance(cell, str):
        parsed = parse_number(cell)
        number = parsed.value
    else:
        text = squeeze(cell).strip("'’‘")
        if says_nothing(text):
            return Parsed(None, ("placeholder",) if text else ())
        if found := _RUPIAH.fullmatch(text):
            text = found["minus"] + found["rest"]
        parsed, number = Parsed(None), _scaled(text.removesuffix(",-").removesuffix(".-"))
        if number is None:
            return _unreadable("rupiah_unreadable", cell)
    if number is None:
        return _unreadable("rupiah_unreadable", cell) if parsed.error else parsed
    if number < 0:
        return _unreadable("rupiah_negative", cell)
    if number > _LARGEST:
        return _unreadable("rupiah_unreadable", cell)
    return Parsed(int(number.to_integral_value(ROUND_HALF_UP)), parsed.notes)


def _scaled(text: str) -> Decimal | None:
    """`1,5 juta` as a number; None when it is none."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    rest = found["rest"].removesuffix(")") if found["minus"] == "(" else found["rest"]
    word = rest.strip().strip(".").casefold()
    scale = 1 if not word else _SCALES.get(word)
    number = _decimal(found["digits"], scaled=scale not in (1, None))
    if number is None or scale is None:
        return None
    return (-number if found["minus"] else number) * scale


def _decimal(digits: str, *, scaled: bool = False) -> Decimal | None:
    """A number in Indonesian or English writing.

    One separator followed by exactly three digits groups thousands (`1.500`), but a comma before a word that scales
    is the decimal mark (`1,500 juta`). Two kinds of separators: the last one is the decimal mark.
    """
    digits = digits.strip().replace(" ", "").replace("'", "")
    if digits[-1] in ".,":
        digits = digits[:-1]
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    mark = digits[last]
    other = "," if mark == "." else "."
    whole, tail = digits[:last], digits[last + 1 :]
    decimal_comma = scaled and mark == ","
    if mark in whole or (other not in whole and len(tail) == 3 and not decimal_comma and whole.strip("0")):
        groups = digits.split(mark)
        if other in digits or not _are_groups(groups):
            return None
        return Decimal("".join(groups))
    if other in whole and not _are_groups(whole.split(other)):
        return None
    return Decimal(f"{whole.replace(other, '')}.{tail}")


def _are_groups(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _unreadable(code: str, cell) -> Parsed:
    return Parsed(None, (), code, {"raw": cell_text(cell)[:60]})


def thousands(number: int) -> str:
    """1689 -> "1.689", whatever the interface language."""
    return f"{number:,}".replace(",", ".")


def rupiah(amount: int) -> str:
    """2400000000 -> "Rp 2.400.000.000"; amount in whole rupiah."""
    return f"{'-' if amount < 0 else ''}Rp {thousands(abs(amount))}"


def rupiah_short(amount: int) -> str:
    """2400000000 -> "Rp 2,4 miliar", for tiles only; amounts under a million are written out."""
    for scale, word in ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta")):
        if abs(amount) + scale // 20_000 >= scale:  # 999.999.999 is said as 1 miliar, not 1.000 juta
            tenths = (Decimal(abs(amount)) / scale).quantize(Decimal("0.1"), ROUND_HALF_UP)
            text = thousands(int(tenths)) if tenths == int(tenths) else str(tenths).replace(".", ",")
            return f"{'-' if amount < 0 else ''}Rp {text} {word}"
    return rupiah(amount)


MESSAGES = {
    **NOTES,
    "number_unreadable": Message(_("“%(raw)s” is not a number."), _("Write digits only, for example 36 or 36,5.")),
    "number_not_whole": Message(_("“%(raw)s” is not a whole number."), _("Write the number without decimals.")),
    "number_out_of_range": Message(
        _("%(raw)s lies outside %(low)s to %(high)s."), _("Compare the number with your source and correct it.")
    ),
    "rupiah_unreadable": Message(_("“%(raw)s” is not an amount of money."), _("Write rupiah, for example 1.500.000.")),
    "rupiah_negative": Message(_("The amount %(raw)s is below zero."), _("Write the amount without a minus sign.")),
}
