"""Filters of the pages of records."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import AccessKind


class RecordFilter(forms.Form):
    """Who, when and what; every field may be empty."""

    who = forms.CharField(label=_("Person"), required=False, max_length=150)
    what = forms.CharField(label=_("What or why"), required=False, max_length=150)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class AccessFilter(RecordFilter):
    """As above, and the kind of reading; `object` comes from a link of an object's page (`household:<uuid>`)."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *AccessKind.choices])
    object = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    field_order = ["kind", "who", "what", "since", "until", "object"]
