"""Forms of the stages: what each step asks for besides the rows."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from households.forms import DateField
from programs.forms.fields import RupiahField
from programs.models import ProgramYear


def _reason(label) -> forms.CharField:
    return forms.CharField(label=label, max_length=250, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 250}))


class StepForm(forms.Form):
    """A step of `programs.actions.steps`: note, decree or reason. `excess`: quota or ceiling would be passed."""

    def __init__(self, *args, step, excess: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if step.key == "approve":
            self.fields["decree_number"] = forms.CharField(label=_("number of the decree"), max_length=80)
            self.fields["decree_date"] = DateField(label=_("date of the decree"), initial=timezone.localdate)
        elif step.key in ("verify", "resubmit"):
            self.fields["note"] = forms.CharField(label=_("note"), max_length=250, required=False)
        else:
            self.fields["reason"] = _reason(_("reason"))
        if excess:
            self.fields["excess_reason"] = _reason(_("why more than quota or ceiling is right"))


class DeliverForm(forms.Form):
    """A delivery: stage, day, amount or goods, proof."""

    date = DateField(label=_("handed over on"), initial=timezone.localdate)
    amount = RupiahField(
        label=_("amount each (Rp)"),
        required=False,
        help_text=_("Empty = each one's own amount, shared out over the stages."),
    )
    goods = forms.CharField(label=_("goods"), max_length=200, required=False)
    proof = forms.CharField(
        label=_("proof"), max_length=200, required=False, help_text=_("For example number of the receipt list.")
    )

    def __init__(self, *args, program_year: ProgramYear, **kwargs):
        super().__init__(*args, **kwargs)
        if len(program_year.stages) > 1:
            self.fields["stage"] = forms.TypedChoiceField(
                label=_("stage"), choices=list(enumerate(program_year.stages, 1)), coerce=int, initial=1
            )
            self.order_fields(["stage", "date"])

    def values(self) -> dict:
        """Arguments of the action."""
        return {"stage": 1} | self.cleaned_data


class NumbersForm(DeliverForm):
    """Deliveries by the numbers of the receipt list."""

    numbers = forms.CharField(
        label=_("receipt numbers"),
        max_length=4000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "autofocus": True}),
        help_text=_("Numbers and ranges from the signed list: 1-50, 53, 60."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["numbers", "stage", "date"])

    def values(self) -> dict:
        """Arguments of the action, without the numbers."""
        return {name: value for name, value in super().values().items() if name != "numbers"}
