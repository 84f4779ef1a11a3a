"""The editor of a rule of eligibility: plain controls that make a rule of the one grammar."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.models import CitySettings, Region
from households import rules
from households.choices import Sex
from programs.choices import BenefitUnit
from programs.models import Program
from programs.rule_controls import FACTS, HOUSE, RuleControls

FACT_LABELS = {
    "pregnant": _("pregnant"),
    "age_0_6": _("0 to 6 years old"),
    "child_under_5": _("under 5 years old"),
    "pupil": _("pupil, 7 to 21 years old"),
    "out_of_school": _("of school age and out of school"),
    "aged_60": _("60 years or older"),
    "disability": _("has a disability"),
    "severe_disability": _("has a severe disability"),
    "chronic": _("has a chronic illness"),
    "jobless_adult": _("jobless, 18 to 59 years old"),
    "has_business": _("has a micro business"),
}
PERSON = ("age_low", "age_high", "sex", "school", "works", "business", "insurance")
_NUMBERS = [("", "—"), *((n, str(n)) for n in range(1, 11))]


def _number(label, **options) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=_NUMBERS, coerce=int, empty_value=None, required=False, **options
    )


def _ticks(label, choices, *, coerce=str, help_text="") -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        coerce=coerce,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


def _age(label) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=130, required=False)


class RuleForm(forms.Form):
    """Who qualifies, from which year on. `sections` names the groups of controls for the page."""

    desil_low = _number(_("Desil from"))
    desil_high = _number(_("to desil"))

    def __init__(self, *args, program: Program, **kwargs):
        super().__init__(*args, **kwargs)
        self.program = program
        self.person = program.benefit_unit == BenefitUnit.PERSON
        self._add_household()
        if self.person:
            self._add_person()
        facts = [(name, capfirst(FACT_LABELS[name])) for name in FACTS]
        self.fields["facts"] = _ticks(
            _("The person is, or has") if self.person else _("Has a member who is, or has"),
            facts,
            help_text=_("One of those ticked is enough."),
        )
        if not self.person:
            self.fields["at_least"] = forms.IntegerField(
                label=_("At least so many such members"), min_value=1, max_value=20, required=False, initial=1
            )
        others = Program.objects.exclude(pk=program.pk).exclude(benefit_unit=BenefitUnit.AREA).order_by("name")
        self.fields["without"] = _ticks(
            _("Has not received in the same year"), [(str(p.uuid), p.short_name) for p in others]
        )
        self.fields["year_from"] = forms.IntegerField(
            label=_("From year"), min_value=2000, max_value=2100, localize=False
        )
        self.fields["year_to"] = forms.IntegerField(
            label=_("To year"),
            min_value=2000,
            max_value=2100,
            required=False,
            localize=False,
            help_text=_("Empty = until another rule begins."),
        )
        self.fields["legal_basis"] = forms.CharField(label=_("Legal basis"), max_length=250, required=False)

    def _add_household(self):
        city = CitySettings.load()
        villages = Region.objects.villages().in_area(city.home_region_id if city else "").order_by("name")
        self.fields["areas"] = _ticks(_("Only in"), [(r.code, r.name) for r in villages])
        self.fields["ownership"] = _ticks(_("House ownership"), rules.choices("ownership"), coerce=int)
        self.fields["house"] = _ticks(_("House"), [(name, capfirst(rules.FIELDS[name].positive)) for name in HOUSE])
        self.fields["house_any"] = forms.BooleanField(label=_("One of those ticked is enough"), required=False)

    def _add_person(self):
        self.fields["age_low"], self.fields["age_high"] = _age(_("Age from")), _age(_("to age"))
        self.fields["sex"] = forms.ChoiceField(label=_("Sex"), choices=[("", "—"), *Sex.choices], required=False)
        self.fields["school"] = forms.ChoiceField(
            label=_("School"), choices=[("", "—"), ("in", _("In school")), ("out", _("Out of school"))], required=False
        )
        self.fields["works"] = forms.TypedChoiceField(
            label=_("Work"),
            choices=[("", "—"), ("yes", _("Works")), ("no", _("Does not work"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            required=False,
        )
        self.fields["business"] = forms.BooleanField(label=_("Has a micro business"), required=False)
        self.fields["insurance"] = _ticks(_("Health insurance"), rules.choices("insurance", "member"), coerce=int)
        self.fields["sectors"] = _ticks(_("Works in"), rules.choices("work_sector", "member"), coerce=int)

    @property
    def sections(self) -> list[dict]:
        """The controls in groups: label, fields, and whether the group folds (long lists) and stands open."""
        groups = (
            (_("Household"), ("desil_low", "desil_high"), False),
            (_("Area"), ("areas",), True),
            (_("House"), ("ownership", "house", "house_any"), False),
            (
                _("The person who receives") if self.person else _("Members"),
                (*PERSON, "facts", "at_least"),
                False,
            ),
            (_("Line of work"), ("sectors",), True),
            (_("Other programmes"), ("without",), True),
            (_("In force"), ("year_from", "year_to", "legal_basis"), False),
        )
        return [
            {
                "label": label,
                "fields": [self[name] for name in names if name in self.fields],
                "folds": folds,
                "opened": any(self[name].value() for name in names if name in self.fields),
            }
            for label, names, folds in groups
            if any(name in self.fields for name in names)
        ]

    def clean(self):
        values = super().clean()
        for low, high in (("desil_low", "desil_high"), ("age_low", "age_high"), ("year_from", "year_to")):
            if values.get(low) is not None and values.get(high) is not None and values[low] > values[high]:
                self.add_error(high, _("The lowest value lies above the highest. Swap them."))
        if not self.errors:
            try:
                values["rule"] = rules.validate(self.controls().rule())
            except ValidationError as error:
                self.add_error(None, error)
        return values

    def controls(self) -> RuleControls:
        """What was chosen, as controls."""
        values = self.cleaned_data
        known = {name: values[name] for name in RuleControls.__dataclass_fields__ if name in values}
        known["at_least"] = known.get("at_least") or 1
        return RuleControls(**known | {"person": self.person})

    @staticmethod
    def initial_of(controls: RuleControls) -> dict:
        """Initial values of the form for these controls."""
        values = {name: getattr(controls, name) for name in RuleControls.__dataclass_fields__}
        values["works"] = {True: "yes", False: "no"}.get(controls.works, "")
        return values
