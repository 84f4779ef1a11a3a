"""The filter of the household list: reads the query string, and only builds a rule of it (`households.rules`)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import RegionLevel
from core.models import CitySettings, Region
from core.registry import registry
from core.roles import Perm, access
from households import rules
from households.choices import HouseholdStatus, Source
from households.models import Household, HouseholdSet
from households.rules.text import broken_number

MEMBER_FACTS = (
    "child_under_5",
    "out_of_school",
    "elderly",
    "jobless_adult",
    "pregnant",
    "disability",
    "severe_disability",
    "chronic",
)
HOUSING_FACTS = ("unfit_house", "no_toilet", "unsafe_sanitation", "unsafe_water")
GAPS = ("kk", "nik", "birth_date", "rt", "desil", "coordinates", "stale", "head")
SORTS = ("work", "name", "desil", "changed", "area")
DEFAULT_SORT = "work"
PAGING = ("after", "before", "sort", "year", "page")
SECTIONS = (
    ("area", gettext_lazy("Area")),
    ("welfare", gettext_lazy("Welfare and status")),
    ("program", gettext_lazy("Programmes")),
    ("member", gettext_lazy("Members")),
    ("housing", gettext_lazy("House")),
    ("gap", gettext_lazy("Missing data")),
)

HIDDEN = "hidden"  # the group of filters that figures link to and no control offers


@dataclass(frozen=True)
class ExtraFilter:
    """A filter of an upper app, registered in `registry.household_filters`.

    `name`: query parameter; `group`: section it stands in (a key of SECTIONS, or HIDDEN); `field(user, year)` → form
    field narrowed to the user; `rule(value, year)` → rule, `{}` = nothing; `perm`: right it needs. The chip says the
    rule.
    """

    name: str
    label: Any
    order: int
    group: str
    field: Callable[[Any, int], forms.Field]
    rule: Callable[[Any, int], dict]
    perm: Perm | None = None


@dataclass(frozen=True)
class Chip:
    """One active filter: its words and the address of the list without it."""

    label: str
    remove_url: str


class AreaField(forms.MultipleChoiceField):
    """Region codes within the reach of one person; the choices shown are those of the home region."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, user, **options):
        prefixes = access(user).region_prefixes(Perm.SEE_NAMES)
        city = CitySettings.load()
        home = city.home_region_id if city else ""
        self.prefixes = prefixes
        self.regions = _regions(prefixes, home)
        super().__init__(choices=self._grouped(), **options)

    def _grouped(self):
        villages = [r for r in self.regions if r.is_village]
        groups = []
        for district in (r for r in self.regions if r.level == RegionLevel.DISTRICT):
            below = [(r.code, r.name) for r in villages if r.code.startswith(f"{district.code}.")]
            whole = [(district.code, _("whole %(name)s") % {"name": district.name})] if len(below) > 1 else []
            groups.append((district.name, whole + below))
        loose = [(r.code, r.name) for r in villages if not any(r.code in dict(rows) for _name, rows in groups)]
        return groups + loose

    def valid_value(self, value):
        """Any region the person may see, also one the list does not offer (the whole city)."""
        if super().valid_value(value):
            return True
        in_sight = any(p == "" or value == p or value.startswith(f"{p}.") for p in self.prefixes)
        return in_sight and Region.objects.filter(code=value).exists()


def _regions(prefixes, home: str) -> list[Region]:
    shown = Region.objects.filter(
        level__in=[RegionLevel.DISTRICT, RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE]
    ).only("code", "name", "level")
    found = Region.objects.none()
    for prefix in [home] if "" in prefixes else prefixes:
        found = found | shown.in_area(prefix)
    return list(found.order_by("code"))


class RtRwField(forms.CharField):
    """A number of up to three digits."""

    def __init__(self, **options):
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(required=False, max_length=3, widget=widget, **options)

    def clean(self, value):
        value = super().clean(value)
        if value and not (value.isascii() and value.isdigit()):
            raise ValidationError(_("Write RT and RW as numbers."))
        return value.zfill(3) if value else ""


class SetField(forms.CharField):
    """Saved lists by their uuid, repeated in the query string."""

    widget = forms.MultipleHiddenInput

    def __init__(self, user, **options):
        self.user = user
        super().__init__(required=False, **options)

    def to_python(self, value):
        return value or []

    def clean(self, value):
        """The sets, which the person may open."""
        found = []
        for text in value or []:
            try:
                found.append(HouseholdSet.objects.openable_by(self.user).get(uuid=uuid.UUID(text)))
            except (ValueError, HouseholdSet.DoesNotExist):
                raise ValidationError(
                    _("This list is not there, or not shared with you. Choose another one.")
                ) from None
        return found


def _facts(names, label, prefix: str = "") -> forms.MultipleChoiceField:
    labels = {name: capfirst(rules.FIELDS[f"{prefix}{name}"].positive) for name in names}
    return forms.MultipleChoiceField(
        choices=labels.items(), required=False, label=label, widget=forms.CheckboxSelectMultiple
    )


class HouseholdFilterForm(forms.Form):
    """The controls of the filter, narrowed to what `user` may see and ask; see `HouseholdFilter`."""

    q = forms.CharField(required=False, max_length=100, label=gettext_lazy("Search households"))
    desil_from = forms.TypedChoiceField(required=False, label=gettext_lazy("Desil from"), coerce=int, empty_value=None)
    desil_to = forms.TypedChoiceField(required=False, label=gettext_lazy("Desil to"), coerce=int, empty_value=None)
    status = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Status"),
        choices=HouseholdStatus.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    source = forms.MultipleChoiceField(
        required=False, label=gettext_lazy("Source"), choices=Source.choices, widget=forms.CheckboxSelectMultiple
    )
    sort = forms.ChoiceField(required=False, choices=[(f"{d}{s}", s) for s in SORTS for d in ("", "-")])

    def __init__(self, data, *, user, year: int, whole: bool = True):
        super().__init__(data)
        self.user = user
        allowed = [
            f
            for f in sorted(registry.household_filters, key=lambda f: f.order)
            if f.perm is None or access(user).reaches_as_far(f.perm, Perm.SEE_NAMES)
        ]
        # The controls of upper apps ask the database for their choices: only those needed are made.
        self.extras = [f for f in allowed if whole or f.name in data]
        self.known = {f.name for f in allowed}
        numbers = [("", "—"), *((n, n) for n in range(1, 11))]
        self.fields["desil_from"].choices = self.fields["desil_to"].choices = numbers
        self.fields["area"] = AreaField(user, required=False, label=_("Area"))
        self.fields["rw"], self.fields["rt"] = RtRwField(label="RW"), RtRwField(label="RT")
        health = access(user).can(Perm.SEE_HEALTH)
        facts = [name for name in MEMBER_FACTS if health or not rules.FIELDS[name].health]
        self.fields["member"] = _facts(facts, _("Households with"))
        self.fields["housing"] = _facts(HOUSING_FACTS, _("House"))
        self.fields["gap"] = _facts(GAPS, _("Missing"), "gap_")
        self.fields["set"], self.fields["outside"] = SetField(user), SetField(user)
        for extra in self.extras:
            field = extra.field(user, year)
            field.required, field.label = False, extra.label
            self.fields[extra.name] = field
        self.known |= set(self.fields)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs.setdefault("class", "form-select")
            elif isinstance(field.widget, forms.TextInput):
                field.widget.attrs.setdefault("class", "form-control")
            if "invalid_choice" in field.error_messages:
                field.error_messages["invalid_choice"] = _("This value is not known here. Remove this filter.")

    def clean_q(self):
        """The search text; a NIK or KK must be whole."""
        text = " ".join(self.cleaned_data["q"].split())
        digits = broken_number(text)
        if digits:
            raise ValidationError(
                _("A NIK or KK has 16 digits, this has %(n)s. Write the whole number, or a name.") % {"n": digits}
            )
        if len(text) == 1:
            raise ValidationError(_("Write at least two letters."))
        return text

    def clean(self):
        values = super().clean()
        low, high = values.get("desil_from"), values.get("desil_to")
        if low and high and low > high:
            self.add_error("desil_to", _("The lowest value lies above the highest. Swap them."))
        return values

    @property
    def carried(self) -> list:
        """Filters without a control that are in use: a form that filters anew carries them along."""
        return [self[f.name] for f in self.extras if f.group == HIDDEN and self[f.name].value()]

    def sections(self) -> list[dict]:
        """The controls in their sections, for the drawer."""
        names = {
            "area": ["area", "rw", "rt"],
            "welfare": ["desil_from", "desil_to", "status", "source"],
            "program": [],
            "member": ["member"],
            "housing": ["housing"],
            "gap": ["gap"],
        }
        if len([r for r in self.fields["area"].regions if r.is_village]) < 2:
            names["area"].remove("area")
        for extra in self.extras:
            if extra.group != HIDDEN:
                names[extra.group].append(extra.name)
        return [
            {"key": key, "label": label, "fields": [self[name] for name in names[key]]}
            for key, label in SECTIONS
            if names[key]
        ]


class HouseholdFilter:
    """A query string read for one person: rule, words, chips and the households themselves.

    `whole`: with every control, for a page that shows them; else only with those the query string fills.
    """

    def __init__(self, data, *, user, year: int, whole: bool = True):
        self.user, self.year = user, year
        self._memo: dict = {}
        self.data = data if isinstance(data, QueryDict) else _querydict(data)
        self.form = HouseholdFilterForm(self.data, user=user, year=year, whole=whole)

    def is_valid(self) -> bool:
        """Whether every value is known; `errors` says what is not."""
        return self.form.is_valid() and self._rule_error is None

    @property
    def errors(self) -> list[str]:
        """What is wrong, in words."""
        found = [text for texts in self.form.errors.values() for text in texts]
        if not found and self._rule_error is not None:
            found = list(self._rule_error.messages)
        return list(dict.fromkeys(found))

    @cached_property
    def _rule_error(self) -> ValidationError | None:
        try:
            _checked = self.rule
        except ValidationError as error:
            return error
        return None

    @cached_property
    def parts(self) -> list[tuple[str, Any, dict]]:
        """Active filters in order: (parameter, value or None for the whole parameter, rule)."""
        values = self.form.cleaned_data
        found: list[tuple[str, Any, dict]] = []
        if values["q"]:
            found.append(("q", None, _leaf("text", "contains", values["q"])))
        if values["desil_from"] or values["desil_to"]:
            found.append(("desil", None, _desil(values["desil_from"], values["desil_to"])))
        if values["area"]:
            found.append(("area", None, _leaf("region", "in", values["area"])))
        found += [(name, None, _leaf(name, "eq", values[name])) for name in ("rw", "rt") if values[name]]
        found += [(name, None, _leaf(name, "in", values[name])) for name in ("status", "source") if values[name]]
        for name, prefix in (("member", ""), ("housing", ""), ("gap", "gap_")):
            found += [(name, value, _leaf(f"{prefix}{value}", "eq", True)) for value in values[name]]
        found += [("set", str(s.uuid), _leaf("set", "in", [str(s.uuid)])) for s in values["set"]]
        found += [("outside", str(s.uuid), {"not": _leaf("set", "in", [str(s.uuid)])}) for s in values["outside"]]
        for extra in self.form.extras:
            value = values.get(extra.name)
            rule = extra.rule(value, self.year) if value not in (None, "", [], ()) else {}
            if rule:
                found.append((extra.name, None, rule))
        return found

    @cached_property
    def rule(self) -> dict:
        """The rule of the whole filter, checked against the rights of the person. Raises ValidationError."""
        parts = [rule for _name, _value, rule in self.parts]
        rule = {} if not parts else parts[0] if len(parts) == 1 else {"all": parts}
        return rules.validate(rule, user=self.user)

    @property
    def text(self) -> str:
        """The search text."""
        return self.form.cleaned_data["q"]

    @property
    def sort(self) -> str:
        """The order asked for; `-` in front = descending."""
        return self.form.cleaned_data.get("sort") or DEFAULT_SORT

    def queryset(self, *, like: bool = False, walk: bool = False):
        """The households the person may see and the filter takes.

        `like`: take the search text forgivingly; `walk`: for one sorted page, never for counts.
        """
        return self.take(self._forgiving() if like else self.rule, walk=walk)

    def take(self, rule: dict, *, walk: bool = False):
        """Households in sight that meet `rule`, judged for the year of the filter."""
        perm = _perm(rule)
        condition = rules.compile_rule(
            rule, day=rules.default_day(self.year), year=self.year, walk=walk, memo=self._memo
        )
        return Household.objects.visible_to(self.user, perm).filter(condition)

    @property
    def perm(self) -> Perm:
        """The right whose areas the households lie in."""
        return _perm(self.rule)

    def _forgiving(self) -> dict:
        parts = [r | {"op": "like"} if r.get("field") == "text" else r for _name, _value, r in self.parts]
        return {"all": parts}

    @property
    def query(self) -> str:
        """The query string without empty values, page and sort: what a saved set keeps."""
        return self._without(*PAGING)

    def _without(self, *names: str, value: Any = None) -> str:
        data = self.data.copy()
        for name in names:
            if value is not None:
                data.setlist(name, [v for v in data.getlist(name) if v != str(value)])
            else:
                data.pop(name, None)
        return urlencode([(k, v) for k, vs in data.lists() if k in self._known for v in vs if v != ""])

    @cached_property
    def _known(self) -> set[str]:
        return {*self.form.known, "year"}

    def clean_query(self, **changes) -> str:
        """The query string as it is shown in the address, without empty values; `changes` replace single values."""
        data = self.data.copy()
        for name, value in changes.items():
            data.pop(name, None)
            if value:
                data[name] = value
        known = {*self._known, "after", "before"}
        return urlencode([(k, v) for k, vs in data.lists() if k in known for v in vs if v != ""])

    def chips(self, path: str) -> list[Chip]:
        """A chip for each active filter but the search text, with the address that removes it."""
        found = []
        for name, value, rule in self.parts:
            if name == "q":
                continue
            names = ("desil_from", "desil_to") if name == "desil" else (name,)
            query = self._without(*names, "after", "before", value=value)
            found.append(Chip(rules.sentence(rule), f"{path}?{query}" if query else path))
        return found

    @property
    def sentence(self) -> str:
        """The filter in words, "" for every household."""
        return rules.sentence(self.rule)


def _perm(rule: dict) -> Perm:
    return Perm.SEE_HEALTH if rules.uses_health(rule) else Perm.SEE_NAMES


def _leaf(key: str, op: str, value) -> dict:
    return {"field": key, "op": op, "value": value}


def _desil(low: int | None, high: int | None) -> dict:
    if low and high:
        return _leaf("desil", "between", [low, high])
    return _leaf("desil", "gte", low) if low else _leaf("desil", "lte", high)


def _querydict(data) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in (data or {}).items():
        made.setlist(name, [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)])
    return made


def list_url(**params) -> str:
    """Address of the household list with these filters (lists repeat a parameter, empty values are left out)."""
    pairs = [(k, v) for k, value in params.items() for v in (value if isinstance(value, list | tuple) else [value])]
    query = urlencode([(k, str(v)) for k, v in pairs if v not in (None, "")])
    path = reverse("households:household_list")
    return f"{path}?{query}" if query else path
