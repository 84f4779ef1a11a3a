"""Fields that several forms of programmes use."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.parsed import describe
from core.rupiah import MESSAGES, parse_integer, parse_rupiah, thousands

MOST = 2_000_000_000  # what the database keeps as a count


class RupiahField(forms.CharField):
    """Whole rupiah, typed with or without dots and shown with them; None when empty."""

    def __init__(self, **options):
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=30, **options)

    def prepare_value(self, value):
        return thousands(value) if isinstance(value, int) else value

    def clean(self, value):
        """The amount as int, or None."""
        text = super().clean(value)
        if not text:
            return None
        parsed = parse_rupiah(text)
        if parsed.error or parsed.value is None:
            raise ValidationError(" ".join(describe(parsed.error or "rupiah_unreadable", parsed.params, MESSAGES)))
        return parsed.value


class CountField(forms.CharField):
    """A whole number from 0 on, typed with or without dots and shown with them; None when empty."""

    def __init__(self, **options):
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=20, **options)

    def prepare_value(self, value):
        return thousands(value) if isinstance(value, int) else value

    def clean(self, value):
        """The number as int, or None."""
        text = super().clean(value)
        if not text:
            return None
        parsed = parse_integer(text, low=0, high=MOST)
        if parsed.error or parsed.value is None:
            raise ValidationError(" ".join(describe(parsed.error or "number_unreadable", parsed.params, MESSAGES)))
        return parsed.value


class LinesField(forms.CharField):
    """One entry a line; a list without empty and doubled ones."""

    def __init__(self, *, most: int, length: int, **options):
        self.most, self.length = most, length
        options.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(required=False, **options)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        """The lines as a list."""
        lines = list(dict.fromkeys(filter(None, (" ".join(x.split()) for x in (value or "").splitlines()))))
        if len(lines) > self.most:
            raise ValidationError(_("Write at most %(n)s lines."), params={"n": self.most})
        if any(len(line) > self.length for line in lines):
            raise ValidationError(_("Write at most %(n)s letters in a line."), params={"n": self.length})
        return lines


def style_controls(form: forms.Form) -> None:
    """Dress the controls of a filter bar, which stand without visible labels."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.Select):
            field.widget.attrs["class"] = "form-select"
        field.widget.attrs["aria-label"] = field.label or ""
