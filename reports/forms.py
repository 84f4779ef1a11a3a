"""What a report is about: period and area."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Region
from core.roles import Perm, access
from reports.periods import parse_period

QUARTERS = [
    ("", _("Whole year")),
    ("Q1", "I"),
    ("Q2", "II"),
    ("Q3", "III"),
    ("Q4", "IV"),
    ("S1", _("Half year 1")),
    ("S2", _("Half year 2")),
]


class ReportForm(forms.Form):
    """Year, quarter or half year, and an area inside the reader's own."""

    part = forms.ChoiceField(label=_("Quarter"), choices=QUARTERS, required=False)

    def __init__(self, *args, user, perm: Perm, **kwargs):
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["year"] = forms.TypedChoiceField(
            label=_("Year"), choices=[(y, str(y)) for y in range(this_year + 1, this_year - 6, -1)], coerce=int
        )
        prefixes = access(user).region_prefixes(perm)
        regions = Region.objects.none()
        for code in prefixes:
            regions = regions | Region.objects.in_area(code)
        self.whole = prefixes == [""]
        self.fields["area"] = forms.ModelChoiceField(
            regions.exclude(level="provinsi").order_by("code"),
            label=_("Area"),
            required=not self.whole,
            empty_label=_("The whole city") if self.whole else None,
        )
        self.order_fields(["year", "part", "area"])

    def clean(self):
        values = super().clean()
        if "year" in values and "part" in values:
            text = f"{values['year']}-{values['part']}" if values["part"] else str(values["year"])
            try:
                values["period"], values["period_text"] = parse_period(text), text
            except ValidationError as error:
                self.add_error("part", error)
        return values


class PurposeForm(ReportForm):
    """The same with the purpose of full numbers."""

    purpose = forms.CharField(label=_("What the full numbers are needed for"), max_length=300)
