"""What a rule may ask: every field of households and members, and what the named facts stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.choices import HEAD, HouseholdStatus, MemberStatus, Sex, Source
from households.models import Household, Member
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES
from households.rules.columns import (
    ASSET_KEY,
    IS,
    PRESENCE,
    area,
    area_per_person,
    asset,
    column,
    elapsed,
    list_column,
    severe_disability,
)
from households.rules.truth import Context, Truth, months_before, years_before

RANGES = ("between", "lt", "lte", "gt", "gte")
COMPARE = ("eq", "in", *RANGES)
NO_VALUE = frozenset(PRESENCE)
MAX_LIST = 300
STALE_MONTHS = 12  # a visit older than this counts as a gap
IN_SCHOOL = 2  # Regsosek 2022, question 412
OUT_OF_SCHOOL = (1, 3)


@dataclass(frozen=True)
class Field:
    """One thing a rule may ask.

    `kind`: number, elapsed, choice, code, codes, flag, text, area, number_text, presence, macro; `ops`: allowed
    operators; `unit`: word behind a number; `positive`, `negative`: words of a flag; `health`: specific personal data.
    """

    key: str
    label: Any
    kind: str
    ops: tuple[str, ...]
    truth: Callable[[str, Any, Context], Truth]
    health: bool = False
    choices: Any = None
    low: int = 0
    high: int = 999
    unit: Any = ""
    positive: Any = ""
    negative: Any = ""


def _macro(op, value, ctx) -> Truth:
    raise LookupError("macros are expanded before they are compiled")


# --- the table -------------------------------------------------------------------------------------------------------


def _number(key, label, *, low=0, high=999, unit="", truth=None, ops=(*COMPARE, *PRESENCE), of_member=False):
    truth = truth or column(key, of_member=of_member)
    return Field(key, label, "number", ops, truth, low=low, high=high, unit=unit)


def _code(key, *, of_member=False):
    model = Member if of_member else Household
    label = model._meta.get_field(key).verbose_name
    return Field(key, label, "code", ("eq", "in", *PRESENCE), column(key, of_member=of_member))


def _choice(key, label, choices, *, of_member=False):
    return Field(
        key, label, "choice", ("eq", "in"), column(key, of_member=of_member, blank=key == "sex"), choices=choices
    )


def _yes_no(key, positive, negative, *, health=False):
    return Field(
        key,
        Member._meta.get_field(key).verbose_name,
        "flag",
        ("eq", *PRESENCE),
        column(key, of_member=True),
        health=health,
        positive=positive,
        negative=negative,
    )


def _flag(key, positive, negative, *, health=False):
    return Field(key, positive, "macro", ("eq",), _macro, health=health, positive=positive, negative=negative)


def _table(*fields: Field) -> dict[str, Field]:
    return {f.key: f for f in fields}


FIELDS: dict[str, Field] = _table(
    _number("desil", gettext_lazy("desil"), low=1, high=10),
    _choice("status", gettext_lazy("status"), HouseholdStatus),
    _choice("source", gettext_lazy("source"), Source),
    Field("region", gettext_lazy("area"), "area", ("eq", "in"), area),
    Field("rw", "RW", "number_text", ("eq", "in", *PRESENCE), column("rw", of_member=False, blank=True)),
    Field("rt", "RT", "number_text", ("eq", "in", *PRESENCE), column("rt", of_member=False, blank=True)),
    Field("kk", gettext_lazy("family card number (KK)"), "presence", PRESENCE, column("kk", of_member=False)),
    Field("lat", gettext_lazy("coordinates"), "presence", PRESENCE, column("lat", of_member=False)),
    _number("size", gettext_lazy("number of members"), high=99, ops=COMPARE),
    _number("floor_area", gettext_lazy("floor area"), high=9999, unit="m²"),
    _number(
        "floor_area_per_person",
        gettext_lazy("floor area per person"),
        high=9999,
        unit="m²",
        truth=area_per_person,
        ops=RANGES,
    ),
    Field(
        "verified_months",
        gettext_lazy("months since the last visit"),
        "elapsed",
        (*COMPARE, *PRESENCE),
        elapsed("verified_at", months_before, of_member=False),
        high=600,
        unit=gettext_lazy("months"),
    ),
    *(_code(key) for key in HOUSING_CODES),
    _flag("unfit_house", gettext_lazy("unfit house"), gettext_lazy("house not unfit")),
    _flag("no_toilet", gettext_lazy("no toilet"), gettext_lazy("has a toilet")),
    _flag("unsafe_sanitation", gettext_lazy("unsafe sanitation"), gettext_lazy("safe sanitation")),
    _flag("unsafe_water", gettext_lazy("unsafe drinking water"), gettext_lazy("safe drinking water")),
    _flag("child_under_5", gettext_lazy("child under 5"), gettext_lazy("no child under 5")),
    _flag(
        "out_of_school",
        gettext_lazy("child of school age out of school"),
        gettext_lazy("no child of school age out of school"),
    ),
    _flag("elderly", gettext_lazy("elderly member (60 and older)"), gettext_lazy("no elderly member")),
    _flag(
        "disability", gettext_lazy("member with a disability"), gettext_lazy("no member with a disability"), health=True
    ),
    _flag(
        "severe_disability",
        gettext_lazy("member with a severe disability"),
        gettext_lazy("no member with a severe disability"),
        health=True,
    ),
    _flag(
        "chronic",
        gettext_lazy("member with a chronic illness"),
        gettext_lazy("no member with a chronic illness"),
        health=True,
    ),
    _flag("pregnant", gettext_lazy("pregnant member"), gettext_lazy("no pregnant member"), health=True),
    _flag("jobless_adult", gettext_lazy("jobless adult (18–59)"), gettext_lazy("no jobless adult")),
    _flag("gap_kk", gettext_lazy("without KK"), gettext_lazy("with KK")),
    _flag("gap_nik", gettext_lazy("a member without NIK"), gettext_lazy("every member has a NIK")),
    _flag("gap_birth_date", gettext_lazy("a member without birth date"), gettext_lazy("every member has a birth date")),
    _flag("gap_rt", gettext_lazy("without RT"), gettext_lazy("with RT")),
    _flag("gap_desil", gettext_lazy("without desil"), gettext_lazy("with desil")),
    _flag("gap_coordinates", gettext_lazy("without coordinates"), gettext_lazy("with coordinates")),
    _flag("gap_stale", gettext_lazy("not visited for 12 months"), gettext_lazy("visited within 12 months")),
    _flag("gap_head", gettext_lazy("without a head of household"), gettext_lazy("with a head of household")),
)

MEMBER_FIELDS: dict[str, Field] = _table(
    Field(
        "age",
        gettext_lazy("age"),
        "elapsed",
        (*COMPARE, *PRESENCE),
        elapsed("birth_date", years_before, of_member=True),
        high=130,
        unit=gettext_lazy("years"),
    ),
    _choice("sex", gettext_lazy("sex"), Sex, of_member=True),
    *(_code(key, of_member=True) for key in MEMBER_CODES),
    Field(
        "occupation",
        gettext_lazy("occupation"),
        "text",
        ("contains", *PRESENCE),
        column("occupation", of_member=True, blank=True),
    ),
    _yes_no("works", gettext_lazy("works"), gettext_lazy("does not work")),
    _yes_no("has_business", gettext_lazy("has a micro business"), gettext_lazy("has no business")),
    _yes_no("pregnant", gettext_lazy("pregnant"), gettext_lazy("not pregnant"), health=True),
    Field(
        "disability",
        gettext_lazy("disability"),
        "codes",
        ("eq", "in"),
        list_column("disability"),
        health=True,
        positive=gettext_lazy("has a disability"),
        negative=gettext_lazy("has no disability"),
    ),
    Field(
        "chronic",
        gettext_lazy("chronic illness"),
        "codes",
        ("eq", "in"),
        list_column("chronic_illness"),
        health=True,
        positive=gettext_lazy("has a chronic illness"),
        negative=gettext_lazy("has no chronic illness"),
    ),
    Field(
        "social_security",
        gettext_lazy("social security"),
        "codes",
        ("eq", "in"),
        list_column("social_security"),
        positive=gettext_lazy("has social security"),
        negative=gettext_lazy("has no social security"),
    ),
    Field(
        "severe_disability",
        gettext_lazy("severe disability"),
        "flag",
        ("eq",),
        severe_disability,
        health=True,
        positive=gettext_lazy("has a severe disability"),
        negative=gettext_lazy("has no severe disability"),
    ),
    Field("nik", "NIK", "presence", PRESENCE, column("nik", of_member=True)),
    Field("birth_date", gettext_lazy("birth date"), "presence", PRESENCE, column("birth_date", of_member=True)),
    _choice("status", gettext_lazy("status of the member"), MemberStatus, of_member=True),
    _flag("child_under_5", gettext_lazy("under 5 years"), gettext_lazy("5 years or older")),
    _flag("out_of_school", gettext_lazy("of school age and out of school"), gettext_lazy("not out of school")),
    _flag("elderly", gettext_lazy("60 years or older"), gettext_lazy("under 60 years")),
    _flag("jobless_adult", gettext_lazy("jobless adult (18–59)"), gettext_lazy("not jobless")),
)

# Where the codes of a field stand in households.Code, when the name differs.
CODE_FIELDS = {"chronic": "chronic_illness"}


def field_of(key: str, level: str = "household") -> Field | None:
    """The field with this key; `assets.<key>` is made on demand. None when there is none."""
    if level == "member":
        return MEMBER_FIELDS.get(key)
    name, dot, kind = key.partition(".")
    if name == "assets" and dot and ASSET_KEY.fullmatch(kind):
        return _number(key, _("asset %(name)s") % {"name": asset_label(kind)}, high=9999, truth=asset(kind))
    return FIELDS.get(key)


def asset_label(kind: str) -> str:
    """An asset's key as words."""
    return kind.replace("_", " ")


def expanded(key: str, value: bool, level: str, ctx: Context) -> dict:
    """The rule a macro stands for."""
    rule = _MEMBER_MACROS[key] if level == "member" else _MACROS[key](ctx)
    return rule if value else {"not": rule}


def _leaf(key, op, value=None) -> dict:
    return {"field": key, "op": op} | ({} if op in NO_VALUE else {"value": value})


def _some(key) -> Callable[[Context], dict]:
    return lambda ctx: {"person": _leaf(key, "eq", True)}


def _unfit(*keys: str) -> Callable[[Context], dict]:
    return lambda ctx: {"any": [_leaf(key, "in", ctx.unfit(key)) for key in keys]}


_MEMBER_MACROS = {
    "child_under_5": _leaf("age", "lt", 5),
    "elderly": _leaf("age", "gte", 60),
    "out_of_school": {
        "all": [_leaf("age", "between", [7, 18]), _leaf("school_status", "in", list(OUT_OF_SCHOOL))],
    },
    "jobless_adult": {
        "all": [
            _leaf("age", "between", [18, 59]),
            _leaf("works", "eq", False),
            {"any": [_leaf("school_status", "missing"), {"not": _leaf("school_status", "eq", IN_SCHOOL)}]},
        ]
    },
}

_MACROS: dict[str, Callable[[Context], dict]] = {
    "unfit_house": _unfit("floor", "wall", "roof"),
    "no_toilet": _unfit("toilet"),
    "unsafe_sanitation": _unfit("toilet", "sewage"),
    "unsafe_water": _unfit("water"),
    **{key: _some(key) for key in (*_MEMBER_MACROS, "disability", "severe_disability", "chronic", "pregnant")},
    "gap_kk": lambda ctx: _leaf("kk", "missing"),
    "gap_nik": lambda ctx: {"person": _leaf("nik", "missing")},
    "gap_birth_date": lambda ctx: {"person": _leaf("birth_date", "missing")},
    "gap_rt": lambda ctx: _leaf("rt", "missing"),
    "gap_desil": lambda ctx: _leaf("desil", "missing"),
    "gap_coordinates": lambda ctx: _leaf("lat", "missing"),
    "gap_stale": lambda ctx: {
        "any": [_leaf("verified_months", "missing"), _leaf("verified_months", "gte", STALE_MONTHS)]
    },
    # A member whose relation is not recorded is certainly not recorded as the head.
    "gap_head": lambda ctx: {"not": {"person": _leaf("relation", IS, HEAD)}},
}
