"""Forms of saved sets."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Refusing(forms.Form):
    """A form that takes the action's refusal to its fields."""

    def refuse(self, error: ValidationError) -> None:
        """Show what an action refused, at its field where the form has it."""
        for name, texts in getattr(error, "message_dict", {None: error.messages}).items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


class SetForm(Refusing):
    """Name, description, live or frozen, shared.

    `only_frozen`: a selection of ticked rows has no filter to be live by; `rename`: name and description only.
    """

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        label=_("Description"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("live", _("Live: the filter is asked anew each time")),
            ("frozen", _("Frozen: exactly these households, whatever changes")),
        ],
        initial="live",
        widget=forms.RadioSelect,
    )
    shared = forms.BooleanField(
        label=_("Share with others"),
        help_text=_("Everybody who may see names finds it, each in their own area."),
        required=False,
    )

    def __init__(
        self, *args, may_share: bool, only_frozen: bool = False, rename: bool = False, instance=None, **kwargs
    ):
        if instance is not None:
            kwargs["initial"] = {"name": instance.name, "description": instance.description}
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["shared"]
        if rename:
            del self.fields["kind"]
        elif only_frozen:
            self.fields["kind"].choices = self.fields["kind"].choices[1:]
            self.fields["kind"].initial = "frozen"


class CombineForm(Refusing):
    """A new live set out of two."""

    how = forms.ChoiceField(
        label=_("Households to take"),
        choices=[
            ("intersection", _("households in both lists")),
            ("union", _("households in one or the other")),
            ("difference", _("households only in the first list")),
        ],
        widget=forms.RadioSelect,
        initial="intersection",
    )
    name = forms.CharField(label=_("Name of the new list"), max_length=120)
