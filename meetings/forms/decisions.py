"""Forms of decisions: words, programmes, and where the households come from."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.forms import DateField
from households.models import HouseholdSet
from meetings.choices import DecisionState
from meetings.forms import fields
from meetings.models import Decision, Meeting

MOST_NIKS = 2000


class DecisionForm(fields.Form):
    """A decision. The households come from a saved set, from a filter of the household list, or from pasted NIKs."""

    item = forms.ModelChoiceField(Meeting.objects.none(), label=_("agenda item"), required=False, to_field_name="uuid")
    title = forms.CharField(label=_("in short"), max_length=150)
    text = forms.CharField(label=_("decision"), max_length=5000, widget=fields.text_area(4, 5000))
    due = DateField(label=_("deadline"), required=False)
    agencies = forms.ModelMultipleChoiceField(
        fields.agencies(), label=_("responsible agencies"), required=False, to_field_name="uuid"
    )
    programs = forms.ModelMultipleChoiceField(
        Meeting.objects.none(), label=_("programmes"), required=False, to_field_name="uuid"
    )
    wish = forms.CharField(
        label=_("wished programme"), max_length=160, required=False, help_text=_("One that does not exist yet.")
    )
    region = forms.ModelChoiceField(Region.objects.none(), label=_("area"), required=False)
    saved = forms.ModelChoiceField(
        HouseholdSet.objects.none(),
        label=_("households: a saved list"),
        required=False,
        to_field_name="uuid",
        help_text=_("Its households of this moment are frozen with what each has now."),
    )
    query = forms.CharField(
        label=_("or the address of a filtered household list"),
        max_length=2000,
        required=False,
        help_text=_("Filter the household list or open a gap list, and copy its address here."),
    )
    niks = forms.CharField(
        label=_("or pasted NIKs, one a line"),
        max_length=60_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )
    replaces = forms.ModelChoiceField(
        Decision.objects.none(), label=_("replaces an earlier decision"), required=False, to_field_name="uuid"
    )
    number = forms.CharField(
        label=_("number"), max_length=60, required=False, help_text=_("Empty takes the next number of the year.")
    )

    def __init__(self, *args, meeting: Meeting, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = meeting.agenda.order_by("order")
        self.fields["agencies"].queryset = fields.agencies()
        self.fields["agencies"].label_from_instance = lambda agency: agency.short_name
        self.fields["programs"].queryset = fields.program_years(meeting.year)
        self.fields["region"].queryset = fields.city_areas()
        self.fields["saved"].queryset = HouseholdSet.objects.openable_by(user).order_by("name")
        self.fields["replaces"].queryset = (
            Decision.objects.visible_to(user).filter(state=DecisionState.IN_FORCE).order_by("-year", "-sequence")
        )
        for name in ("agencies", "programs"):
            self.fields[name].widget.attrs["size"] = 6

    def clean_query(self):
        """The query string of an address, as QueryDict."""
        text = self.cleaned_data["query"].strip()
        return QueryDict(text.partition("?")[2] if "?" in text else text)

    def clean(self):
        values = super().clean()
        given = [name for name in ("saved", "query", "niks") if values.get(name)]
        if len(given) > 1:
            self.add_error(given[1], _("Choose one way to name the households."))
        return values


class QuickDecisionForm(fields.Form):
    """The quick entry during a meeting: what was decided, who must act, by when; without households."""

    title = forms.CharField(label=_("in short"), max_length=150)
    text = forms.CharField(label=_("decision"), max_length=5000, required=False, widget=fields.text_area(3, 5000))
    agency = forms.ModelChoiceField(
        fields.agencies(), label=_("responsible agency"), required=False, to_field_name="uuid"
    )
    due = DateField(label=_("deadline"), required=False)
    item = forms.ModelChoiceField(Meeting.objects.none(), label=_("agenda item"), required=False, to_field_name="uuid")

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = meeting.agenda.order_by("order")
        self.fields["agency"].queryset = fields.agencies()
        self.fields["agency"].label_from_instance = lambda agency: agency.short_name


class DecisionEditForm(fields.Form):
    """The words of a decision while the minutes are not final."""

    title = forms.CharField(label=_("in short"), max_length=150)
    text = forms.CharField(label=_("decision"), max_length=5000, widget=fields.text_area(5, 5000))
    due = DateField(label=_("deadline"), required=False)
    agencies = forms.ModelMultipleChoiceField(
        fields.agencies(), label=_("responsible agencies"), required=False, to_field_name="uuid"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agencies"].queryset = fields.agencies()
        self.fields["agencies"].label_from_instance = lambda agency: agency.short_name


class ReasonForm(fields.Form):
    """A step that only needs its reason."""

    reason = forms.CharField(label=_("reason"), max_length=250, widget=fields.text_area(2, 250))
