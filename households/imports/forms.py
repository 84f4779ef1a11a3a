"""Forms of the import pages of households: the file with its facts, and what is asked beside the columns."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.imports.forms import SheetFileField
from core.models import CitySettings, Region
from core.roles import Perm, access
from households.choices import Source
from households.forms import DateField
from households.imports.scope import areas_of


class FactsForm(forms.Form):
    """Where the data come from, of which day, for which kelurahan, and why they may be used."""

    source = forms.ChoiceField(label=_("Source"), required=False, help_text=_("Left open, it is told by the columns."))
    effective = DateField(
        label=_("Date of the data"),
        required=False,
        help_text=_("The day the data speak of. Families with newer data with us are not overwritten unasked."),
    )
    area = forms.ChoiceField(label=_("Kelurahan of every row"), required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=300, required=False)
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=300,
        required=False,
        help_text=_("For DTSEN: the letter and the agreement under which you hold the data."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["source"].choices = [("", _("told by the columns")), *Source.choices]
        villages = allowed_villages(user)
        self.locked = len(villages) == 1 and "" not in areas_of(user)
        self.everywhere = "" in areas_of(user)
        if self.locked:
            self.fields["area"].choices = [(villages[0].code, villages[0].name)]
            self.fields["area"].initial = villages[0].code
            self.fields["area"].disabled = True
            self.fields["area"].label = _("Kelurahan")
        else:
            self.fields["area"].choices = [("", _("as the sheet says")), *((v.code, v.name) for v in villages)]
            self.fields["area"].help_text = _("Only for sheets that name no kelurahan, or those of another list.")

    def clean_effective(self):
        """The date of the data lies not in the future."""
        day = self.cleaned_data["effective"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This date lies in the future. Write the day the data speak of."))
        return day

    def clean(self):
        """DTSEN needs a purpose and a legal basis (Inpres 4/2025, UU 27/2022)."""
        values = super().clean()
        if values.get("source") == Source.DTSEN:
            for name in ("purpose", "legal_basis"):
                if not values.get(name):
                    self.add_error(name, _("DTSEN data need this. Write it down before you go on."))
        return values

    def facts(self) -> dict:
        """For `batches.bring`, or to be set on the batch: source, effective, area, purpose, legal_basis."""
        values = self.cleaned_data
        return {key: values[key] for key in ("source", "effective", "area", "purpose", "legal_basis")}

    @property
    def area_is_default(self) -> bool:
        """Whether the area only fills in for rows that name none: who is bound to one area may not rename others'."""
        return not self.everywhere


class UploadForm(FactsForm):
    """The first stage: the file, with its facts."""

    file = SheetFileField(label=_("File"), help_text=_("Excel, ODS or CSV, as you have it."))
    field_order = ["file", "source", "effective", "area", "purpose", "legal_basis"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.order_fields(self.field_order)


class ColumnFactsForm(FactsForm):
    """The facts again beside the columns, now that the layout is known; and whether health data are wanted."""

    health = forms.BooleanField(
        label=_("Take health and disability too"),
        required=False,
        help_text=_("Specific personal data (UU 27/2022): only when a programme's rule needs them."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["source"].required = True
        self.fields["source"].choices = Source.choices
        self.fields["source"].help_text = ""
        if not access(user).can(Perm.SEE_HEALTH):
            del self.fields["health"]


def allowed_villages(user) -> list[Region]:
    """The kelurahan a person may import into, within the city."""
    city = CitySettings.load()
    villages = Region.objects.villages().in_area(city.home_region_id if city else "")
    prefixes = areas_of(user)
    if "" in prefixes:
        return list(villages)
    found = Region.objects.none()
    for prefix in prefixes:
        found = found | Region.objects.villages().in_area(prefix)
    return list(found.order_by("code"))
