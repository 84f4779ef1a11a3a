"""Forms of action items."""

from __future__ import annotations

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.forms import DateField
from households.models import HouseholdSet
from meetings.choices import ItemState, Measure, Priority
from meetings.forms import fields
from meetings.models import ActionItem, AgendaItem, Decision, Meeting
from programs.models import Program


class ItemForm(fields.Form):
    """An action item: what, who, when, and how it is measured."""

    title = forms.CharField(label=_("what is to be done"), max_length=200)
    text = forms.CharField(label=_("details"), max_length=3000, required=False, widget=fields.text_area(3, 3000))
    agency = forms.ModelChoiceField(
        fields.agencies(), label=_("responsible agency"), required=False, to_field_name="uuid"
    )
    region = forms.ModelChoiceField(Region.objects.none(), label=_("or kelurahan"), required=False)
    owner = forms.ModelChoiceField(ActionItem.objects.none(), label=_("person"), required=False, to_field_name="uuid")
    helpers = forms.ModelMultipleChoiceField(
        fields.agencies(), label=_("helpers"), required=False, to_field_name="uuid"
    )
    due = DateField(label=_("due"))
    priority = forms.ChoiceField(
        label=_("priority"), choices=Priority.choices, initial=Priority.NORMAL, widget=forms.RadioSelect
    )
    measure = forms.ChoiceField(
        label=_("measured by"), choices=Measure.choices, initial=Measure.FREE, widget=forms.RadioSelect
    )
    program_year = forms.ModelChoiceField(
        ActionItem.objects.none(), label=_("programme"), required=False, to_field_name="uuid"
    )
    household_set = forms.ModelChoiceField(
        HouseholdSet.objects.none(),
        label=_("list of households"),
        required=False,
        to_field_name="uuid",
        help_text=_("Empty takes the frozen list of the decision."),
    )
    goal_count = forms.IntegerField(
        label=_("at least (households)"),
        required=False,
        min_value=1,
        help_text=_("Empty means all who are still here."),
    )
    goal_percent = forms.IntegerField(label=_("or at least (%)"), required=False, min_value=1, max_value=100)
    area = forms.ModelChoiceField(Region.objects.none(), label=_("area concerned"), required=False)
    quarter = forms.TypedChoiceField(
        label=_("by the end of quarter"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), (1, "I"), (2, "II"), (3, "III"), (4, "IV")],
    )

    def __init__(self, *args, user, year: int, item: ActionItem | None = None, decision=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.decision = decision or (item.decision if item else None)
        for name in ("agency", "helpers"):
            self.fields[name].queryset = fields.agencies()
            self.fields[name].label_from_instance = lambda agency: agency.short_name
        for name in ("region", "area"):
            self.fields[name].queryset = fields.city_areas()
        self.fields["owner"].queryset = fields.reporters()
        self.fields["program_year"].queryset = fields.program_years(year)
        self.fields["household_set"].queryset = fields.frozen_sets(user)
        if item is not None:
            plain = ("title", "text", "due", "priority", "measure", "goal_count", "goal_percent", "quarter")
            self.initial = {name: getattr(item, name) for name in plain} | {
                "agency": item.agency and item.agency.uuid,
                "region": item.region_id,
                "area": item.area_id,
                "owner": item.owner and item.owner.uuid,
                "program_year": item.program_year and item.program_year.uuid,
                "household_set": item.household_set and item.household_set.uuid,
                "helpers": [h.agency.uuid for h in item.helping.select_related("agency")],
            }

    def clean(self):
        values = super().clean()
        if not values.get("agency") and not values.get("region"):
            self.add_error("agency", _("Choose an agency or a kelurahan."))
        measure = values.get("measure")
        if measure and measure != Measure.FREE and not values.get("program_year"):
            self.add_error("program_year", _("This measure needs a programme."))
        if measure in (Measure.RECEIVED, Measure.ENROLLED):
            if not values.get("household_set") and not (self.decision and self.decision.household_set_id):
                self.add_error("household_set", _("Choose a frozen list of households."))
            if values.get("goal_count") and values.get("goal_percent"):
                self.add_error("goal_percent", _("Write a number or a percentage, not both."))
        if measure == Measure.SPENT:
            for name in ("goal_percent", "quarter"):
                if not values.get(name):
                    self.add_error(name, _("This measure needs a percentage and a quarter."))
        if measure == Measure.NOBODY_WITHOUT and not values.get("area"):
            self.add_error("area", _("Choose the area."))
        return values


class QuickItemForm(fields.Form):
    """The quick entry during a meeting: what, who, when."""

    title = forms.CharField(label=_("what is to be done"), max_length=200)
    agency = forms.ModelChoiceField(fields.agencies(), label=_("responsible agency"), to_field_name="uuid")
    due = DateField(label=_("due"))
    item = forms.ModelChoiceField(
        AgendaItem.objects.none(), label=_("agenda item"), required=False, to_field_name="uuid"
    )

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = meeting.agenda.order_by("order")
        self.fields["agency"].queryset = fields.agencies()
        self.fields["agency"].label_from_instance = lambda agency: agency.short_name


class ReportForm(fields.Form):
    """What an agency writes about its item."""

    text = forms.CharField(label=_("progress"), max_length=2000, required=False, widget=fields.text_area(3, 2000))
    percent = forms.IntegerField(label=_("done so far (%)"), required=False, min_value=0, max_value=100)
    obstacle = forms.CharField(label=_("obstacle"), max_length=250, required=False)
    proof = forms.CharField(
        label=_("proof"), max_length=250, required=False, help_text=_("Number of the letter, or what the file shows.")
    )
    done = forms.BooleanField(label=_("It is done: ask the secretariat to confirm."), required=False)

    def __init__(self, *args, item: ActionItem, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"obstacle": item.obstacle}
        if item.measure != Measure.FREE:
            del self.fields["percent"]
        if item.state != ItemState.OPEN:
            del self.fields["done"]


class ExtensionForm(fields.Form):
    """A later due date, and why."""

    new_due = DateField(label=_("new due date"))
    reason = forms.CharField(label=_("reason"), max_length=250, widget=fields.text_area(2, 250))


class ItemFilterForm(fields.Form):
    """Filter of the list of action items."""

    q = forms.CharField(required=False, max_length=100)
    agency = forms.ModelChoiceField(fields.agencies(), required=False, to_field_name="uuid", label=_("Agency"))
    meeting = forms.ModelChoiceField(Meeting.objects.none(), required=False, to_field_name="uuid", label=_("Meeting"))
    decision = forms.ModelChoiceField(
        Decision.objects.none(), required=False, to_field_name="uuid", widget=forms.HiddenInput
    )
    program = forms.ModelChoiceField(Program.objects.none(), required=False, to_field_name="uuid", label=_("Programme"))
    area = forms.ModelChoiceField(Region.objects.none(), required=False, label=_("Area"))
    set = forms.ModelChoiceField(
        HouseholdSet.objects.none(), required=False, to_field_name="uuid", widget=forms.HiddenInput
    )
    measure = forms.ChoiceField(required=False, choices=[("", _("Any measure")), *Measure.choices], label=_("Measure"))
    priority = forms.ChoiceField(
        required=False, choices=[("", _("Any priority")), *Priority.choices], label=_("Priority")
    )
    show = forms.ChoiceField(
        required=False,
        choices=[(v, v) for v in ("", "attention", "overdue", "week", "later", "done", "waiting", "draft", "all")],
    )
    who = forms.ChoiceField(required=False, choices=[(v, v) for v in ("", "mine", "agency", "all")])
    view = forms.ChoiceField(required=False, choices=[("", ""), ("board", "board")], widget=forms.HiddenInput)

    def __init__(self, data, *, user):
        super().__init__(data)
        self.fields["agency"].queryset = fields.agencies()
        self.fields["agency"].label_from_instance = lambda agency: agency.short_name
        self.fields["agency"].empty_label = _("All agencies")
        handed_out = Exists(ActionItem.objects.visible_to(user).filter(meeting=OuterRef("pk")))
        self.fields["meeting"].queryset = (
            Meeting.objects.visible_to(user).filter(handed_out).distinct().order_by("-starts", "-pk")
        )
        self.fields["meeting"].empty_label = _("All meetings")
        self.fields["decision"].queryset = Decision.objects.visible_to(user)
        self.fields["program"].queryset = Program.objects.order_by("short_name", "pk")
        self.fields["program"].label_from_instance = lambda program: program.short_name
        self.fields["program"].empty_label = _("All programmes")
        self.fields["area"].queryset = fields.city_areas()
        self.fields["area"].empty_label = _("All areas")
        self.fields["set"].queryset = HouseholdSet.objects.visible_to(user)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
            field.widget.attrs["aria-label"] = field.label or ""
