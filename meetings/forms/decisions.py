"""Forms of decisions: words, programmes, and where the households come from."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.forms import DateField
from households.models import HouseholdSet
from meetings.choices import DecisionState
from meetings.forms import fields
from meetings.models import Decision, Meeting
from programs.models import Program

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


class DecisionFilterForm(forms.Form):
    """Filter of the list of decisions; any of agency, programme, area and list means all years."""

    state = forms.ChoiceField(required=False, choices=[("", ""), *DecisionState.choices])
    years = forms.ChoiceField(required=False, choices=[("", ""), ("all", "all")])
    agency = forms.ModelChoiceField(fields.agencies(), required=False, to_field_name="uuid", label=_("Agency"))
    program = forms.ModelChoiceField(Program.objects.none(), required=False, to_field_name="uuid", label=_("Programme"))
    area = forms.ModelChoiceField(Region.objects.none(), required=False, label=_("Area"))
    set = forms.ModelChoiceField(
        HouseholdSet.objects.none(), required=False, to_field_name="uuid", widget=forms.HiddenInput
    )

    def __init__(self, data, *, user):
        super().__init__(data)
        self.fields["agency"].queryset = fields.agencies()
        self.fields["agency"].label_from_instance = lambda agency: agency.short_name
        self.fields["program"].queryset = Program.objects.order_by("short_name", "pk")
        self.fields["program"].label_from_instance = lambda program: program.short_name
        self.fields["area"].queryset = fields.city_areas()
        self.fields["set"].queryset = HouseholdSet.objects.visible_to(user)
        for name, words in (
            ("agency", _("All agencies")),
            ("program", _("All programmes")),
            ("area", _("All areas")),
        ):
            self.fields[name].empty_label = words
            self.fields[name].widget.attrs |= {"class": "form-select", "aria-label": self.fields[name].label}

    def about(self) -> dict:
        """What the decisions must touch, as arguments of `decisions_about`."""
        values = self.cleaned_data
        found = {"agency": values["agency"], "program": values["program"], "household_set": values["set"]}
        found["area"] = values["area"].code if values["area"] else ""
        return {name: value for name, value in found.items() if value}

    def query(self, **changes) -> str:
        """The query string with other values."""
        values = {name: self.data.get(name, "") for name in self.fields} | changes
        return urlencode([(name, value) for name, value in values.items() if value])

    def chips(self) -> list[dict]:
        """One mark for the list, which has no field of its own on the page."""
        chosen = self.cleaned_data["set"]
        return [{"label": str(chosen), "remove_url": f"?{self.query(set='')}"}] if chosen else []
