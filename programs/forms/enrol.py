"""Forms of coming into a programme year."""

from __future__ import annotations

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.models import Region
from core.roles import Perm
from programs import ranking, rights
from programs.models import Program, QuotaOrder


class ConfirmForm(forms.Form):
    """Confirms an enrolment; who does not fit only with a reason."""

    include_unfit = forms.BooleanField(label=_("Take those who do not fit, too"), required=False)
    override_reason = forms.CharField(
        label=_("why although they do not fit"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 250}),
    )
    within_quota = forms.BooleanField(
        label=_("Only as many as the quota holds; the others become a reserve list"), required=False
    )
    note = forms.CharField(label=_("note"), max_length=250, required=False)

    def clean(self):
        values = super().clean()
        if values.get("include_unfit") and not values.get("override_reason", "").strip():
            self.add_error("override_reason", _("Write the reason."))
        return values


class NiksForm(forms.Form):
    """Pasted NIKs, one a line."""

    niks = forms.CharField(
        label=_("NIK, one a line"),
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 10, "inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Up to 500. Spaces and dots are accepted; what stands behind the number is ignored."),
    )


def villages_for(user, program: Program):
    """Kelurahan in which `user` may propose for this programme."""
    found = Region.objects.none()
    for prefix in rights.areas(user, Perm.PROPOSE, program):
        found = found | Region.objects.villages().in_area(prefix)
    return found.order_by("name")


class GroupForm(forms.Form):
    """A new group of a programme that goes to groups."""

    name = forms.CharField(label=_("name"), max_length=120)

    def __init__(self, *args, user, program: Program, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"] = forms.ModelChoiceField(villages_for(user, program), label=_("kelurahan"))


class GroupMemberForm(forms.Form):
    """A household joins a group, through the NIK of one of its members."""

    nik = forms.CharField(
        label="NIK", max_length=24, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )


class AreaForm(forms.Form):
    """Kelurahan in which works are planned."""

    note = forms.CharField(label=_("note"), max_length=250, required=False, help_text=_("What is built, and where."))

    def __init__(self, *args, user, program: Program, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["regions"] = forms.ModelMultipleChoiceField(
            villages_for(user, program), label=_("kelurahan"), widget=forms.CheckboxSelectMultiple
        )
        self.order_fields(["regions", "note"])


class QuotaOrderForm(forms.Form):
    """The criteria after the desil, first to last; `cleaned_data["criteria"]` are their rules."""

    legal_basis = forms.CharField(label=_("Legal basis"), max_length=250, required=False)

    def __init__(self, *args, order: QuotaOrder | None, **kwargs):
        super().__init__(*args, **kwargs)
        kept = order.criteria if order else []
        found = [next((k for k, (_label, rule) in ranking.CRITERIA.items() if rule == each), "") for each in kept]
        choices = [("", "—"), *((key, capfirst(label)) for key, (label, _rule) in ranking.CRITERIA.items())]
        for n in range(1, ranking.MOST_CRITERIA + 1):
            initial = found[n - 1] if n <= len(found) else ""
            self.fields[f"criterion_{n}"] = forms.ChoiceField(
                label=_("Criterion %(n)s") % {"n": n}, choices=choices, required=False, initial=initial
            )
        self.fields["legal_basis"].initial = order.legal_basis if order else ""
        self.order_fields([f"criterion_{n}" for n in range(1, ranking.MOST_CRITERIA + 1)] + ["legal_basis"])

    def clean(self):
        values = super().clean()
        keys = [values.pop(f"criterion_{n}", "") for n in range(1, ranking.MOST_CRITERIA + 1)]
        values["criteria"] = [ranking.CRITERIA[key][1] for key in keys if key]
        return values
