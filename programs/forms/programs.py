"""Forms of programmes, their years and their money."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from core.models import Agency, CitySettings, Region
from core.roles import Perm, access
from households.forms import DateField
from programs.actions.programmes import PROGRAM_FIELDS, YEAR_FIELDS
from programs.choices import PLAN_OPEN, QUARTERS, Fund, Sponsor
from programs.forms.fields import CountField, LinesField, RupiahField, style_controls
from programs.models import Program, ProgramYear, Scheme, SchemeItem
from programs.plans.quarters import ROMAN

SCHEMES = ("cluster", "strategy")


class ProgramFilterForm(forms.Form):
    """Filter of the list of programmes."""

    q = forms.CharField(required=False, max_length=100)
    agency = forms.ModelChoiceField(Agency.objects.none(), required=False, to_field_name="uuid", label=_("Agency"))
    cluster = forms.ModelChoiceField(
        SchemeItem.objects.none(), required=False, to_field_name="code", label=_("Cluster")
    )
    strategy = forms.ModelChoiceField(
        SchemeItem.objects.none(), required=False, to_field_name="code", label=_("Strategy")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.filter(programs__isnull=False).distinct().order_by("name")
        self.fields["agency"].empty_label = _("All agencies")
        self.fields["agency"].label_from_instance = lambda agency: agency.short_name
        for name, word, empty in (
            ("cluster", _("Cluster"), _("All clusters")),
            ("strategy", _("Strategy"), _("All strategies")),
        ):
            field = forms.ModelChoiceField(
                SchemeItem.objects.filter(scheme=name),
                required=False,
                to_field_name="code",
                label=word,
                empty_label=empty,
            )
            field.label_from_instance = _short_class(str(word))
            self.fields[name] = field
        style_controls(self)


def _short_class(word: str):
    def label(item) -> str:
        return f"{word} {item.code}: {Truncator(item.name).chars(40)}"

    return label


class ProgramForm(forms.ModelForm):
    """A programme. `extra_<scheme>`: a class that differs from what cluster and strategy imply."""

    aliases = LinesField(
        label=_("names in sheets"),
        most=30,
        length=60,
        help_text=_("One a line: how lists of recipients call this programme."),
    )

    class Meta:
        model = Program
        fields = (
            "name",
            "short_name",
            "owner",
            "cluster",
            "strategy",
            "benefit_unit",
            "benefit_kind",
            "decided_elsewhere",
            "four_eyes",
            "legal_basis",
            "description",
            "contact",
            "aliases",
        )
        help_texts = {
            "four_eyes": _("Whoever proposed or verified a beneficiary cannot approve the same one."),
            "decided_elsewhere": _("Lists come from outside (PKH, Sembako, PIP) and go straight to received."),
            "benefit_unit": _("Who one benefit goes to."),
            "benefit_kind": _("A second aid of this kind in a family warns."),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        agencies = access(user).agency_ids(Perm.MANAGE_PROGRAMS)
        owners = Agency.objects.valid_on()
        if agencies is not None:
            owners = owners.filter(pk__in=agencies)
        if self.instance.pk:
            owners = owners | Agency.objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = owners.order_by("name")
        if agencies is not None and len(agencies) == 1:
            self.fields["owner"].initial = agencies[0]
        for name in SCHEMES:
            self.fields[name].queryset = SchemeItem.objects.filter(scheme=name)
        own = dict(self.instance.classifications.values_list("item__scheme", "item")) if self.instance.pk else {}
        for scheme in Scheme.objects.exclude(code__in=SCHEMES):
            self.fields[f"extra_{scheme.code}"] = forms.ModelChoiceField(
                SchemeItem.objects.filter(scheme=scheme),
                required=False,
                label=scheme.name,
                empty_label=_("as cluster and strategy imply"),
                initial=own.get(scheme.code),
            )

    def values(self) -> dict:
        """Fields of the programme, for the action."""
        return {name: self.cleaned_data[name] for name in PROGRAM_FIELDS}

    def classes(self) -> list[SchemeItem]:
        """Classes that were chosen beside cluster and strategy."""
        return [v for k, v in self.cleaned_data.items() if k.startswith("extra_") and v is not None]

    def _post_clean(self):
        """The action builds and checks the row; the form must not change the one that is shown."""


class YearForm(forms.ModelForm):
    """The plan of a programme in a year: codes, indicator and target, cost, places, schedule; quota and stages."""

    unit_amount = RupiahField(
        label=_("amount per beneficiary (Rp)"), required=False, help_text=_("In the whole year, all stages together.")
    )
    stages = LinesField(
        label=_("stages"), most=12, length=40, help_text=_("One a line, in order, for example “Stage 1, March”.")
    )
    locations = forms.ModelMultipleChoiceField(
        Region.objects.none(),
        required=False,
        label=_("locations"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means the whole city."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, localize=False)

    class Meta:
        model = ProgramYear
        fields = (
            "plan_code",
            "plan_program",
            "plan_activity",
            "plan_sub_activity",
            "indicator",
            "indicator_unit",
            "target",
            "unit_amount",
            "quota",
            "stages",
            "plan_note",
        )
        help_texts = {
            "plan_code": _("Code of the sub-activity, for example 1.06.05.2.02.0003."),
            "indicator": _("What is counted, for example “Number of families that received aid”."),
            "indicator_unit": _("For example keluarga, orang, rumah, kelompok."),
            "quota": _("Most beneficiaries that may be approved; empty = as many as the ceiling allows."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        city = CitySettings.load()
        regions = Region.objects.in_area(city.home_region_id if city else "").villages().order_by("code")
        self.fields["locations"].queryset = regions
        self.initial["locations"] = list(self.instance.locations.values_list("region", flat=True))
        self.initial["version"] = self.instance.version
        rows = {each.quarter: each for each in self.instance.schedule.all()}
        for quarter in QUARTERS:
            row = rows.get(quarter)
            about = {"n": ROMAN[quarter]}
            self.fields[f"output_{quarter}"] = CountField(
                label=_("output in quarter %(n)s") % about, required=False, initial=row.output if row else None
            )
            self.fields[f"money_{quarter}"] = RupiahField(
                label=_("rupiah in quarter %(n)s") % about, required=False, initial=row.money if row else None
            )
            for name in ("output", "money"):
                field = self.fields[f"{name}_{quarter}"]
                field.widget.attrs |= {"class": "form-control form-control-sm", "aria-label": field.label}
        # What was handed on stands: a plan that lies with Bappeda shows its fields, and takes quota and stages alone.
        if self.instance.plan_state not in PLAN_OPEN:
            for name in self.fields:
                if name not in ("quota", "stages", "version"):
                    self.fields[name].disabled = True

    @property
    def sections(self) -> list[tuple]:
        """(key, heading, hint, bound fields) in the order of the page; the schedule is a table of its own."""
        parts = (
            ("codes", _("Codes"), _("As in the planning system; leave empty what the sponsor does not have."),
             ("plan_code", "plan_program", "plan_activity", "plan_sub_activity")),
            ("target", _("Indicator and target"), "", ("indicator", "indicator_unit", "target", "unit_amount")),
            ("place", _("Locations and note"), "", ("locations", "plan_note")),
            ("own", _("Running the programme"), _("May change all year."), ("quota", "stages")),
        )  # fmt: skip
        return [(key, title, hint, [self[name] for name in names]) for key, title, hint, names in parts]

    @property
    def quarters(self) -> list[dict]:
        """Rows of the schedule: label, output, rupiah."""
        return [{"n": ROMAN[q], "output": self[f"output_{q}"], "money": self[f"money_{q}"]} for q in QUARTERS]

    def values(self) -> dict:
        """Fields of the year, for the action."""
        return {name: self.cleaned_data[name] for name in YEAR_FIELDS}

    def plan(self) -> dict:
        """The other arguments of `edit_year`."""
        data = self.cleaned_data
        return {
            "locations": [region.pk for region in data["locations"]],
            "schedule": {q: (data[f"output_{q}"] or 0, data[f"money_{q}"] or 0) for q in QUARTERS},
            "version": data["version"],
        }

    def _post_clean(self):
        """The action builds and checks the row."""


class FundingForm(forms.Form):
    """The ceiling of one sponsor and source."""

    sponsor = forms.ChoiceField(label=_("sponsor"), choices=Sponsor.choices)
    source = forms.ChoiceField(label=_("source of funds"), choices=Fund.choices)
    ceiling = RupiahField(label=_("ceiling (Rp)"))
    reason = forms.CharField(
        label=_("why the ceiling changed"),
        required=False,
        max_length=250,
        help_text=_("Needed when this sponsor and source already have a ceiling."),
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("reason"), max_length=250, widget=forms.Textarea(attrs={"rows": 3}))


class EndForm(ReasonForm):
    """The end of a programme."""

    date = DateField(label=_("ended on"))


class NewYearForm(forms.Form):
    """Which year to plan, and whether as another one."""

    year = forms.IntegerField(label=_("year"), min_value=2000, max_value=2100, localize=False)

    def __init__(self, *args, program: Program, **kwargs):
        super().__init__(*args, **kwargs)
        self.program = program
        years = program.years.order_by("-year")
        self.fields["like"] = forms.ModelChoiceField(
            years,
            required=False,
            to_field_name="uuid",
            label=_("plan it like"),
            empty_label=_("nothing: start empty"),
            initial=years.values_list("uuid", flat=True).first(),
            help_text=_("Takes target, quota, amount, stages and ceilings; beneficiaries are copied apart."),
        )
        self.fields["like"].label_from_instance = lambda each: str(each.year)

    def clean_year(self):
        """A year the programme does not have yet."""
        year = self.cleaned_data["year"]
        if self.program.years.filter(year=year).exists():
            raise ValidationError(_("This programme already has this year."))
        if year > timezone.localdate().year + 2:
            raise ValidationError(_("This year lies too far ahead."))
        return year
