"""Typing the years of an indicator."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.parsed import Parsed
from core.rupiah import parse_number
from reports.indicators.actions import YearValue


class NumberField(forms.CharField):
    """A number as people write it: `3,07`, `2.400`, `79.35`."""

    def to_python(self, text):
        text = super().to_python(text)
        if not text:
            return None
        found: Parsed = parse_number(text)
        if found.value is None:
            raise forms.ValidationError(_("Write a number, for example 3,07."))
        return found.value


class YearForm(forms.Form):
    """One year."""

    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100)
    value = NumberField(label=_("Value"), required=False)
    target = NumberField(label=_("Target"), required=False)
    source = forms.CharField(label=_("Source"), required=False, max_length=150)
    released = forms.DateField(label=_("Published on"), required=False)

    def typed(self) -> YearValue | None:
        """The year as typed; None for an empty line."""
        data = self.cleaned_data
        return (
            YearValue(**{name: data.get(name) for name in ("year", "value", "target", "source", "released")})
            if data
            else None
        )


class Years(forms.BaseFormSet):
    """All years of an indicator, each once."""

    def clean(self):
        """Refuse a year that stands twice."""
        if any(self.errors):
            return
        years = [form.cleaned_data["year"] for form in self.forms if form.cleaned_data.get("year")]
        twice = sorted({year for year in years if years.count(year) > 1})
        if twice:
            raise forms.ValidationError(
                _("The year %(years)s stands twice. Keep one line for each year."),
                params={"years": ", ".join(map(str, twice))},
            )


YearFormSet = forms.formset_factory(YearForm, formset=Years, extra=2, max_num=120)
