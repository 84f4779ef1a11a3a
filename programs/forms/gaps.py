"""Handing a gap list over, and closing it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Agency, CitySettings, Region
from core.roles import Perm, access
from households.forms import DateField
from programs.actions.targeting import may_hand_over


class HandOverForm(forms.Form):
    """To whom, for which area, until when."""

    title = forms.CharField(label=_("title"), max_length=90)
    area = forms.ModelChoiceField(Region.objects.none(), label=_("Area"), required=False)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), to_field_name="uuid", empty_label=None)
    due = DateField(label=_("Due"))
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        city = CitySettings.load()
        home = city.home_region_id if city else ""
        own = access(user).region_prefixes(Perm.SEE_NAMES)
        regions = Region.objects.none()
        for prefix in [home] if own == [""] else own:
            regions = regions | Region.objects.in_area(prefix)
        self.fields["area"].queryset = regions.exclude(code=home).order_by("code")
        self.fields["area"].empty_label = _("The whole city")
        may = [a.pk for a in Agency.objects.valid_on() if may_hand_over(user, a)]
        self.fields["agency"].queryset = Agency.objects.filter(pk__in=may).order_by("name")


class CloseForm(forms.Form):
    """What came of it."""

    result = forms.CharField(
        label=_("Result"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
