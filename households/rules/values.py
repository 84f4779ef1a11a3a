"""Values a rule may hold, cleaned by the kind of field, and the choices a control may offer."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.models import Region
from households.models import Code
from households.rules.fields import CODE_FIELDS, MAX_LIST, NO_VALUE, Field, field_of


def clean_value(field: Field, op: str, value: Any) -> Any:
    """`value` as the field keeps it; raises ValidationError that says what to write."""
    if op in NO_VALUE:
        return None
    if field.kind in ("flag", "macro") or (field.kind == "codes" and op == "eq"):
        if not isinstance(value, bool):
            raise ValidationError(_("Choose yes or no."))
        return value
    if op == "between":
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise ValidationError(_("Write the lowest and the highest value."))
        low, high = (_one(field, v) for v in value)
        if low > high:
            raise ValidationError(_("The lowest value lies above the highest. Swap them."))
        return [low, high]
    if op == "in" or field.kind == "area":
        values = [value] if isinstance(value, str | int) and field.kind == "area" else value
        if not isinstance(values, list | tuple) or not values:
            raise ValidationError(_("Choose at least one value."))
        if len(values) > MAX_LIST:
            raise ValidationError(_("Choose at most %(n)s values.") % {"n": MAX_LIST})
        return list(dict.fromkeys(_one(field, v) for v in values))
    return _one(field, value)


def _one(field: Field, value: Any) -> Any:
    match field.kind:
        case "number" | "elapsed":
            return _clean_number(field, value)
        case "code" | "codes":
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9999:
                raise ValidationError(_("Choose an answer from the list."))
            return value
        case "choice":
            if value not in field.choices.values:
                raise ValidationError(_("Choose an answer from the list."))
            return str(value)
        case "area":
            if not isinstance(value, str) or not re.fullmatch(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", value):
                raise ValidationError(_("Write the area as a code, for example 13.72.01.1001."))
            return value
        case "number_text":
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise ValidationError(_("Write a number of up to three digits."))
            text = str(value).strip()
            if not re.fullmatch(r"\d{1,3}", text, re.ASCII):
                raise ValidationError(_("Write a number of up to three digits."))
            return text.zfill(3)
    if not isinstance(value, str) or not value.strip() or len(value) > 100 or "\x00" in value:
        raise ValidationError(_("Write up to 100 letters."))
    return " ".join(value.split())


def _clean_number(field: Field, value: Any):
    message = _("Write a number between %(low)s and %(high)s.") % {"low": field.low, "high": field.high}
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValidationError(message)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValidationError(message) from None
    if not number.is_finite() or not field.low <= number <= field.high:
        raise ValidationError(message)
    whole = number == number.to_integral_value()
    if field.key == "floor_area_per_person" or field.key.startswith("assets."):
        return int(number) if whole else float(round(number, 2))
    if not whole:
        raise ValidationError(_("Write a whole number."))
    return int(number)


def choices(key: str, level: str = "household") -> list[tuple[Any, str]]:
    """Values a control may offer for this field, with their words; empty for free values."""
    field = field_of(key, level)
    if field is None:
        return []
    if field.kind == "choice":
        return list(field.choices.choices)
    if field.kind in ("code", "codes"):
        return list(Code.objects.filter(field=CODE_FIELDS.get(key, key)).values_list("code", "label"))
    if field.kind == "area":
        return list(Region.objects.villages().order_by("name").values_list("code", "name"))
    return []
