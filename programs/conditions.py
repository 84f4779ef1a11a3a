"""What the rule grammar can ask about aid: received, enrolled, nothing, fits a programme, twice of one kind.

Each value is JSON with optional keys: `programs` (uuids, any of them), `kinds` (codes of kinds of benefit, any of
them), `year` (else the year the rule is asked for), `quarter` of it. What counts is said in `programs.figures` and
`programs.targeting`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.roles import Perm
from households.models import Household
from households.rules import Condition, Context, Truth, truth
from programs import eligibility, figures, targeting
from programs.models import BenefitKind, Program

MAX_PROGRAMS = 40
YEARS = range(2000, 2101)
QUARTERS = {1: "I", 2: "II", 3: "III", 4: "IV"}


def _clean(value: Any, allowed: set[str]) -> dict:
    if value is None:
        value = {}
    if not isinstance(value, dict) or not value.keys() <= allowed:
        raise ValidationError(_("Choose programmes, kinds of benefit and a year."))
    cleaned: dict = {}
    if "programs" in value:
        cleaned["programs"] = _programs(value["programs"])
    if "kinds" in value:
        kinds = value["kinds"] if isinstance(value["kinds"], list) else [value["kinds"]]
        known = set(BenefitKind.objects.values_list("code", flat=True))
        if not kinds or not all(isinstance(k, str) and k in known for k in kinds):
            raise ValidationError(_("Choose a kind of benefit."))
        cleaned["kinds"] = list(dict.fromkeys(kinds))
    if value.get("year") is not None:
        if isinstance(value["year"], bool) or value["year"] not in YEARS:
            raise ValidationError(_("Choose a year."))
        cleaned["year"] = value["year"]
    if value.get("quarter") is not None:
        if isinstance(value["quarter"], bool) or value["quarter"] not in QUARTERS:
            raise ValidationError(_("Choose a quarter."))
        cleaned["quarter"] = value["quarter"]
    return cleaned


def _programs(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    try:
        uuids = list(dict.fromkeys(str(uuid.UUID(v)) for v in values))
    except (ValueError, AttributeError, TypeError):
        raise ValidationError(_("Choose a programme.")) from None
    if not 1 <= len(uuids) <= MAX_PROGRAMS or Program.objects.filter(uuid__in=uuids).count() != len(uuids):
        raise ValidationError(_("Choose a programme."))
    return uuids


def _clean_aid(value: Any) -> dict:
    return _clean(value, {"programs", "kinds", "year"})


def _clean_received(value: Any) -> dict:
    return _clean(value, {"programs", "kinds", "year", "quarter"})


def _clean_target(value: Any) -> dict:
    return _clean(value, {"programs", "year"})


def _clean_year(value: Any) -> dict:
    return _clean(value, {"year"})


def _clean_fits(value: Any) -> dict:
    cleaned = _clean(value, {"programs", "year"})
    if len(cleaned.get("programs", ())) != 1:
        raise ValidationError(_("Choose a programme."))
    return cleaned


def _some(rows: figures.ByHousehold, ctx: Context) -> Truth:
    return Truth(rows.some_by_row if ctx.walk else rows.some, rows.none)


def _received(value: dict, ctx: Context) -> Truth:
    year, quarter = value.get("year", ctx.year), value.get("quarter", 0)
    return _some(figures.reached_by(ctx.household, year, quarter=quarter, **_what(value)), ctx)


def _enrolled(value: dict, ctx: Context) -> Truth:
    return _some(figures.enrolled_by(ctx.household, value.get("year", ctx.year), **_what(value)), ctx)


def _what(value: dict) -> dict:
    return {"programs": value.get("programs"), "kinds": value.get("kinds")}


def _none(value: dict, ctx: Context) -> Truth:
    return _received(value, ctx).negated()


def _fits(value: dict, ctx: Context) -> Truth:
    program = Program.objects.prefetch_related("rules").filter(uuid__in=value["programs"]).first()
    year = value.get("year", ctx.year)
    if program is None:
        return Truth.certain(Q(pk__in=[]))
    if eligibility.is_for_people(program):
        people = figures.qualified_members(program, year)
        return Truth.certain(Q(**{ctx.in_: people.values("household")}))
    t = truth(eligibility.rule_for(program, year), day=eligibility.default_day(year), year=year)
    if not ctx.members:
        return t
    found = Household.objects.filter
    return Truth(Q(household__in=found(t.true).values("pk")), Q(household__in=found(t.false).values("pk")))


def _target(value: dict, ctx: Context) -> Truth:
    """In the target group of one of the programmes, or not certainly so; without programmes in the default one."""
    year, programs = value.get("year", ctx.year), [None]
    if value.get("programs"):
        programs = list(Program.objects.prefetch_related("rules").filter(uuid__in=value["programs"]).order_by("pk"))
    met = Q(pk__in=[])
    for program in programs:
        met |= Q(**{ctx.in_: targeting.fitting(program, year).order_by().values("pk")})
    return Truth.certain(met)


def _twice(value: dict, ctx: Context) -> Truth:
    return Truth.certain(Q(**{ctx.in_: figures.twice_households(value.get("year", ctx.year))}))


# --- words -------------------------------------------------------------------------------------------------------


def names_of(value: dict) -> str:
    """The programmes and kinds of a value, in words; "" for any programme."""
    words = []
    if value.get("programs"):
        names = dict(Program.objects.filter(uuid__in=value["programs"]).values_list("uuid", "short_name"))
        words += [names.get(uuid.UUID(u), _("a programme that is gone")) for u in value["programs"]]
    if value.get("kinds"):
        names = dict(BenefitKind.objects.filter(code__in=value["kinds"]).values_list("code", "name"))
        words += [names.get(k, k) for k in value["kinds"]]
    return _(" or ").join(words)


def _in_words(with_names, without_names):
    def words(value: dict) -> str:
        names = names_of(value)
        text = with_names % {"programs": names} if names else str(without_names)
        if "quarter" in value:
            text = _("%(text)s, quarter %(quarter)s") % {"text": text, "quarter": QUARTERS[value["quarter"]]}
        return f"{text} {value['year']}" if "year" in value else str(text)

    return words


RECEIVED = Condition(
    "program.received",
    gettext_lazy("aid received"),
    _clean_received,
    _received,
    _in_words(gettext_lazy("received %(programs)s"), gettext_lazy("received any programme")),
    perm=Perm.SEE_AID,
)
ENROLLED = Condition(
    "program.enrolled",
    gettext_lazy("in a programme"),
    _clean_aid,
    _enrolled,
    _in_words(gettext_lazy("in %(programs)s"), gettext_lazy("in any programme")),
    perm=Perm.SEE_AID,
)
NONE = Condition(
    "program.none",
    gettext_lazy("without any programme"),
    _clean_year,
    _none,
    _in_words(gettext_lazy("without any programme"), gettext_lazy("without any programme")),
    perm=Perm.SEE_AID,
)
FITS = Condition(
    "program.fits",
    gettext_lazy("fits a programme"),
    _clean_fits,
    _fits,
    _in_words(gettext_lazy("fits %(programs)s"), gettext_lazy("fits a programme")),
    perm=Perm.SEE_NAMES,
)
TWICE = Condition(
    "program.twice",
    gettext_lazy("served twice"),
    _clean_year,
    _twice,
    _in_words(gettext_lazy("two programmes of one kind"), gettext_lazy("two programmes of one kind")),
    perm=Perm.SEE_AID,
)
TARGET = Condition(
    "program.target",
    gettext_lazy("in the target group"),
    _clean_target,
    _target,
    _in_words(gettext_lazy("in the target group of %(programs)s"), gettext_lazy("in the target group of the city")),
    perm=Perm.SEE_NAMES,
)
ALL = (RECEIVED, ENROLLED, NONE, FITS, TWICE, TARGET)
