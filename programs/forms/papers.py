"""Forms of papers: what is printed, and why numbers should stand in full."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Region
from core.roles import Perm, access
from programs.models import ProgramYear
from programs.papers import Asked


class PaperForm(forms.Form):
    """Query of a paper: decree, kelurahan, size of the paper, stage."""

    decree = forms.CharField(required=False, max_length=80)
    paper = forms.ChoiceField(required=False, choices=[("f4", "F4"), ("a4", "A4")], label=_("Paper"))

    def __init__(self, data, *, user, program_year: ProgramYear):
        super().__init__(data)
        villages = Region.objects.none()
        for prefix in access(user).region_prefixes(Perm.SEE_AID):
            villages = villages | Region.objects.villages().in_area(prefix)
        self.fields["area"] = forms.ChoiceField(
            required=False,
            label=_("Kelurahan"),
            choices=[("", _("All kelurahan")), *villages.order_by("name").values_list("code", "name")],
        )
        stages = list(enumerate(program_year.stages, 1)) or [(1, _("Stage 1"))]
        self.fields["stage"] = forms.TypedChoiceField(
            required=False, label=_("Stage"), choices=stages, coerce=int, empty_value=1
        )
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"

    def asked(self, *, purpose: str = "") -> Asked:
        """What is to be printed, after `is_valid`; no decree in the query means all approved."""
        values = self.cleaned_data
        return Asked(
            decree=values["decree"] if "decree" in self.data else None,
            area=values["area"],
            paper=values["paper"] or "f4",
            stage=values["stage"],
            purpose=purpose,
        )


class PurposeForm(forms.Form):
    """Why full numbers are needed."""

    purpose = forms.CharField(
        label=_("What are the full numbers needed for?"),
        max_length=250,
        help_text=_("For example: annex for the signature of the wali kota. It is recorded."),
    )
