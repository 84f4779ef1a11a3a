"""One condition of a rule, from plain controls: what is asked, how it is compared, with which value."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households import rules
from households.rules.fields import NO_VALUE
from programs.choices import BenefitUnit
from programs.models import BenefitKind, Program

OPS = {
    "between": gettext_lazy("from … to …"),
    "gte": gettext_lazy("at least"),
    "lte": gettext_lazy("at most"),
    "eq": gettext_lazy("exactly"),
    "in": gettext_lazy("one of"),
    "contains": gettext_lazy("contains"),
    "missing": gettext_lazy("not recorded"),
    "given": gettext_lazy("recorded"),
}
COUNT_OPS = [
    (">=", gettext_lazy("at least")),
    ("<=", gettext_lazy("at most")),
    ("==", gettext_lazy("exactly")),
]
AID = {
    "program.received": gettext_lazy("received aid"),
    "program.enrolled": gettext_lazy("is in a programme"),
    "program.twice": gettext_lazy("two programmes of one kind"),
}
PERSON, COUNT = "person", "count"
_LEFT_OUT = {"gap_kk", "gap_nik", "gap_birth_date", "gap_rt", "gap_desil", "gap_coordinates", "gap_stale", "gap_head"}


def _field_choices(table: dict, prefix: str) -> list[tuple[str, str]]:
    rows = [(f"{prefix}{key}", capfirst(str(f.label))) for key, f in table.items() if key not in _LEFT_OUT]
    return sorted(rows, key=lambda row: row[1])


class WhatForm(forms.Form):
    """What a condition asks about, at the level of the place it goes to."""

    what = forms.ChoiceField(label=gettext_lazy("A condition on"))

    def __init__(self, *args, level: str, **kwargs):
        super().__init__(*args, **kwargs)
        members = (_("Members"), _field_choices(rules.MEMBER_FIELDS, "m:"))
        if level == "member":
            groups = [members]
        else:
            groups = [
                (_("Household, house and area"), _field_choices(rules.FIELDS, "h:")),
                members,
                (_("Aid"), [(f"a:{key}", capfirst(str(label))) for key, label in AID.items()]),
            ]
        self.fields["what"].choices = [("", "—"), *groups]
        self.fields["what"].widget.attrs["class"] = "form-select"


class ConditionForm(forms.Form):
    """How and with which value: the controls that the chosen field takes. `cleaned_data["rule"]` is the condition."""

    negated = forms.BooleanField(label=gettext_lazy("Not: the opposite must hold"), required=False)

    def __init__(self, *args, what: str, level: str, person: bool, program: Program | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, _colon, self.key = what.partition(":")
        self.level, self.person = level, person
        if self.kind == "a":
            self._add_aid(program)
        else:
            self.field = rules.field_of(self.key, "member" if self.kind == "m" else "household")
            if self.field is None or self.key in _LEFT_OUT:
                raise ValidationError(_("Choose a field."))
            self._add_value()
        if self.kind == "m" and level == "household":
            self._add_members()
        self.order_fields([*(n for n in ("whose", "count_op", "count") if n in self.fields)])
        self.order_fields([n for n in self.fields if n != "negated"] + ["negated"])

    # --- controls

    def _add_aid(self, program: Program | None):
        if self.key not in AID:
            raise ValidationError(_("Choose a field."))
        if self.key != "program.twice":
            others = Program.objects.exclude(benefit_unit=BenefitUnit.AREA).order_by("name")
            if program is not None:
                others = others.exclude(pk=program.pk) | Program.objects.filter(pk=program.pk)
            self.fields["programs"] = forms.MultipleChoiceField(
                label=_("Programmes"),
                help_text=_("One of those ticked is enough; none ticked means any programme."),
                choices=[(str(p.uuid), p.short_name) for p in others],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields["kinds"] = forms.MultipleChoiceField(
                label=_("Kinds of benefit"),
                choices=list(BenefitKind.objects.order_by("name").values_list("code", "name")),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["in_year"] = forms.IntegerField(
            label=_("In the year"),
            help_text=_("Empty = the year the rule is judged for."),
            min_value=2000,
            max_value=2100,
            required=False,
            localize=False,
        )

    def _add_value(self):
        field = self.field
        if field.kind in ("flag", "macro") or (field.kind == "codes" and "eq" in field.ops):
            answers = [("yes", capfirst(str(field.positive))), ("no", capfirst(str(field.negative)))]
            if field.kind == "codes" and rules.choices(self.key, self._own_level):
                answers.append(("some", _("one of the answers ticked")))
            self.fields["answer"] = forms.ChoiceField(
                label=capfirst(str(field.label)), choices=answers, widget=forms.RadioSelect, initial="yes"
            )
            if field.kind == "codes":
                self._add_choices()
            return
        ops = [op for op in OPS if op in field.ops and not (op == "eq" and "in" in field.ops and self._listed)]
        if self._listed:
            ops = [op for op in ops if op in ("in", *NO_VALUE)]
        elif "in" in ops:
            ops.remove("in")
        self.fields["op"] = forms.ChoiceField(
            label=capfirst(str(field.label)), choices=[(op, OPS[op]) for op in ops], initial=ops[0]
        )
        if self._listed:
            self._add_choices()
        elif "between" in ops or "gte" in ops or field.kind in ("number", "elapsed"):
            self.fields["low"] = forms.IntegerField(label=_("Number"), required=False, localize=False)
            if "between" in ops:
                self.fields["high"] = forms.IntegerField(label=_("up to"), required=False, localize=False)
        elif field.kind in ("text", "number_text"):
            self.fields["text"] = forms.CharField(label=_("Text"), required=False, max_length=100)

    @property
    def _own_level(self) -> str:
        return "member" if self.kind == "m" else "household"

    @property
    def _listed(self) -> bool:
        return self.field.kind in ("code", "codes", "choice", "area")

    def _add_choices(self):
        self.fields["values"] = forms.TypedMultipleChoiceField(
            label=_("Answers"),
            choices=rules.choices(self.key, self._own_level),
            coerce=int if self.field.kind in ("code", "codes") else str,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def _add_members(self):
        whose = [(COUNT, _("so many members of the household"))]
        if self.person:
            whose.insert(0, (PERSON, _("the person who receives")))
        self.fields["whose"] = forms.ChoiceField(label=_("It holds for"), choices=whose, initial=whose[0][0])
        self.fields["count_op"] = forms.ChoiceField(label=_("Members"), choices=COUNT_OPS, initial=">=", required=False)
        self.fields["count"] = forms.IntegerField(
            label=_("Number of members"), min_value=0, max_value=30, initial=1, required=False, localize=False
        )

    # --- what it means

    def clean(self):
        values = super().clean()
        if self.errors:
            return values
        try:
            leaf = self._aid(values) if self.kind == "a" else self._leaf(values)
            if self.kind == "m" and self.level == "household":
                leaf = self._of_members(values, leaf)
            level = "household" if self.kind == "a" else self.level
            rule = {"not": leaf} if values.get("negated") else leaf
            values["rule"] = rules.validate(rule, level=level)
        except ValidationError as error:
            self.add_error(None, [message.partition(": ")[2] or message for message in error.messages])
        return values

    def _aid(self, values: dict) -> dict:
        value = {name: values[name] for name in ("programs", "kinds") if values.get(name)}
        if values.get("in_year"):
            value["year"] = values["in_year"]
        return {"field": self.key, "value": value}

    def _leaf(self, values: dict) -> dict:
        if "answer" in values:
            if values["answer"] == "some":
                return {"field": self.key, "op": "in", "value": values.get("values") or []}
            return {"field": self.key, "op": "eq", "value": values["answer"] == "yes"}
        op = values["op"]
        if op in NO_VALUE:
            return {"field": self.key, "op": op}
        if "values" in values:
            return {"field": self.key, "op": "in", "value": values["values"]}
        if "text" in values:
            return {"field": self.key, "op": op, "value": values["text"]}
        low, high = values.get("low"), values.get("high")
        if low is None or (op == "between" and high is None):
            raise ValidationError(_("Write the number."))
        return {"field": self.key, "op": op, "value": [low, high] if op == "between" else low}

    def _of_members(self, values: dict, leaf: dict) -> dict:
        if values["whose"] == PERSON:
            return {"person": leaf}
        number = values.get("count")
        return {
            "count": "members",
            "where": leaf,
            "op": values.get("count_op") or ">=",
            "value": 1 if number is None else number,
        }


class KeepForm(forms.Form):
    """From when on the rule holds."""

    year_from = forms.IntegerField(label=gettext_lazy("From year"), min_value=2000, max_value=2100, localize=False)
    year_to = forms.IntegerField(
        label=gettext_lazy("To year"),
        min_value=2000,
        max_value=2100,
        required=False,
        localize=False,
        help_text=gettext_lazy("Empty = until another rule begins."),
    )
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=250, required=False)


class TestForm(forms.Form):
    """NIKs to try the rule on."""

    niks = forms.CharField(
        label=gettext_lazy("NIKs, one a line"),
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric", "autocomplete": "off"}),
        max_length=20_000,
    )
