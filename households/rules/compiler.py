"""From a rule to conditions that PostgreSQL answers: subqueries by EXISTS and IN, no joins that double rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.registry import registry
from households.models import Household, HouseholdSet, HouseholdSetRow, Member
from households.rules.fields import expanded, field_of
from households.rules.text import text_truth
from households.rules.truth import ALWAYS, NEVER, Context, Truth, all_of, any_of, default_day, opposite
from households.rules.words import sentence


class Verdict(NamedTuple):
    """One condition of a rule for one household. `holds`: True, False, or None = data missing."""

    text: str
    holds: bool | None


def context(day: dt.date | None, year: int | None, *, members: bool = False) -> Context:
    """What to compile for: the reference day (default: today, or the day its `year` is judged by) and year."""
    if day is None:
        day = default_day(year) if year else timezone.localdate()
    return Context(day=day, year=year or day.year, members=members, bind=members)


def compile_rule(
    rule: dict,
    *,
    day: dt.date | None = None,
    year: int | None = None,
    walk: bool = False,
    memo: dict | None = None,
) -> Q:
    """Condition for `Household.objects.filter(…)`: households for which the rule certainly holds.

    `rule`: validated; `day`: ages and visits are counted on it; `year`: of conditions on aid; `walk`: for one page of a
    sorted list, never for counts; `memo`: a dict kept between calls, so that nothing is looked up twice.
    """
    if not rule:
        return Q()
    ctx = replace(context(day, year), walk=walk, memo={} if memo is None else memo)
    return _rule(rule, ctx).true


def truth(rule: dict, *, day: dt.date | None = None, year: int | None = None) -> Truth:
    """When the rule certainly holds and when it certainly does not, as conditions on households."""
    return _rule(rule, context(day, year))


def compile_members(rule: dict, *, day: dt.date | None = None, year: int | None = None) -> Q:
    """Condition for `Member.objects.filter(…)`: active people who qualify.

    The household side of the rule holds and the person meets its `person` parts; without such a part everybody active
    in a household that meets the rule.
    """
    return Q(status="active", merged_into__isnull=True) & _rule(rule, context(day, year, members=True)).true


def annotate_fit(queryset: QuerySet, rule: dict, *, day=None, year=None, name: str = "fits") -> QuerySet:
    """Households with one more value: True when the rule holds, False when not, None when data are missing."""
    return queryset.annotate(**{name: _verdict(truth(rule, day=day, year=year))})


def explain(rule: dict, households, *, day=None, year=None) -> dict[int, list[Verdict]]:
    """Why each household meets a rule or not: a verdict on each of its conditions, in their order.

    `households`: queryset, or household ids. Asks the database once.
    """
    if not isinstance(households, QuerySet):
        households = Household.objects.filter(pk__in=list(households))
    ctx = context(day, year)
    conditions = parts(rule)
    texts = [sentence(part) for part in conditions]
    columns = {f"verdict_{i}": _verdict(_rule(part, ctx)) for i, part in enumerate(conditions)}
    rows = households.order_by().annotate(**columns).values_list("pk", *columns)
    return {pk: [Verdict(t, v) for t, v in zip(texts, values, strict=True)] for pk, *values in rows}


def parts(rule: dict) -> list[dict]:
    """The conditions that must all hold: nested `all` opened, everything else as it is."""
    if not rule:
        return []
    if "all" in rule:
        return [part for inner in rule["all"] for part in parts(inner)]
    return [rule]


def _verdict(t: Truth) -> Case:
    return Case(
        When(t.true, then=Value(True)),
        When(t.false, then=Value(False)),
        default=Value(None),
        output_field=BooleanField(null=True),
    )


# --- households ------------------------------------------------------------------------------------------------------


def _rule(rule: dict, ctx: Context) -> Truth:
    if not rule:
        return Truth(ALWAYS, NEVER)
    if "all" in rule:
        return all_of(_rule(part, ctx) for part in rule["all"])
    if "any" in rule:
        return _any(rule["any"], ctx)
    if "not" in rule:
        return _rule(rule["not"], replace(ctx, bind=False)).negated()
    if "person" in rule:
        if ctx.bind:
            return _member(rule["person"], ctx)
        return _people([rule["person"]], ctx)
    if "count" in rule:
        return _count(rule["where"], rule["op"], rule["value"], ctx)
    return _leaf(rule, ctx)


def _leaf(rule: dict, ctx: Context) -> Truth:
    key, op, value = rule["field"], rule.get("op", ""), rule.get("value")
    if key == "text":
        return text_truth(op, value, ctx)
    if key == "set":
        return any_of(_in_set(uuid, ctx) for uuid in value)
    if key in registry.conditions:
        return registry.conditions[key].truth(value, ctx)
    field = field_of(key)
    if field is None:
        raise LookupError(key)
    if field.kind == "macro":
        return _rule(expanded(key, value, "household", ctx), replace(ctx, bind=False))
    return field.truth(op, value, ctx)


def _any(rules: list[dict], ctx: Context) -> Truth:
    """One of the rules. Conditions on some member are asked in one subquery instead of one each."""
    people, others = [], []
    for rule in rules:
        where = None if ctx.bind else _some_member(rule, ctx)
        if where is None:
            others.append(_rule(rule, ctx))
        else:
            people.append(where)
    if people:
        others.append(_people(people, ctx))
    return any_of(others)


def _some_member(rule: dict, ctx: Context) -> dict | None:
    """The member rule of a condition "at least one member …", None when it is something else."""
    if "field" in rule and rule["field"] not in registry.conditions:
        field = field_of(rule["field"])
        if field is not None and field.kind == "macro" and rule["value"]:
            rule = expanded(rule["field"], True, "household", ctx)
    if "person" in rule:
        where = rule["person"]
    elif "count" in rule and (rule["op"], rule["value"]) in ((">=", 1), (">", 0)):
        where = rule["where"]
    else:
        return None
    return None if _asks_status(where) else where


def _in_set(uuid: str, ctx: Context) -> Truth:
    saved = HouseholdSet.objects.filter(uuid=uuid).first()
    if saved is None or uuid in ctx.seen:
        return Truth.certain(NEVER)
    if saved.frozen_at is None:
        # Of a household that lacks the data it is certain that the filter does not find it.
        return Truth.certain(_rule(saved.rule, replace(ctx, bind=False, seen=ctx.seen | {uuid})).true)
    # A household that was merged counts through its survivor, once.
    rows = HouseholdSetRow.objects.filter(set=saved).annotate(now=Coalesce("household__merged_into_id", "household_id"))
    return Truth.certain(Q(**{ctx.in_: rows.values("now")}))


# --- members ---------------------------------------------------------------------------------------------------------


def _member(rule: dict, ctx: Context) -> Truth:
    """Truth of a member rule on member rows."""
    if not rule:
        return Truth(ALWAYS, NEVER)
    if "all" in rule:
        return all_of(_member(part, ctx) for part in rule["all"])
    if "any" in rule:
        return any_of(_member(part, ctx) for part in rule["any"])
    if "not" in rule:
        return _member(rule["not"], ctx).negated()
    key, op, value = rule["field"], rule["op"], rule.get("value")
    field = field_of(key, "member")
    if field is None:
        raise LookupError(key)
    if field.kind == "macro":
        return _member(expanded(key, value, "member", ctx), ctx)
    return field.truth(op, value, ctx)


def _people(wheres: list[dict], ctx: Context) -> Truth:
    """At least one member meets one of the rules."""
    t = any_of(_member(where, ctx) for where in wheres)
    members = _members_of(wheres[0], ctx)
    return Truth(Q(Exists(members.filter(t.true))), ~Q(Exists(members.filter(opposite(t.false)))))


def _members_of(where: dict, ctx: Context) -> QuerySet:
    return _counted(where).filter(household=OuterRef(ctx.household))


def _counted(where: dict) -> QuerySet:
    """The members a count is about: those who live there, or everybody when the rule itself asks for their status."""
    members = Member.objects.filter(merged_into__isnull=True).order_by()
    return members if _asks_status(where) else members.filter(status="active")


def _asks_status(where: dict) -> bool:
    if "field" in where:
        return where["field"] == "status"
    return any(_asks_status(w) for key in ("all", "any") for w in where.get(key, ())) or (
        "not" in where and _asks_status(where["not"])
    )


def _count(where: dict, op: str, value: int, ctx: Context) -> Truth:
    """How many members meet a rule. Members of whom it is not known make the number a range."""
    if op == "==":
        return all_of([_count(where, ">=", value, ctx), _count(where, "<=", value, ctx)])
    if op in ("<", "<="):
        return _at_least(where, value + (op == "<="), ctx).negated()
    return _at_least(where, value + (op == ">"), ctx)


def _at_least(where: dict, n: int, ctx: Context) -> Truth:
    if n <= 0:
        return Truth(ALWAYS, NEVER)
    if n == 1:
        return _people([where], ctx)
    t = _member(where, ctx)
    certain = _counted(where).filter(t.true).values("household").annotate(n=Count("pk")).filter(n__gte=n)
    # Correlated: NOT IN over a long list would fall back to comparing row by row.
    possible = (
        _members_of(where, ctx).filter(opposite(t.false)).values("household").annotate(n=Count("pk")).filter(n__gte=n)
    )
    return Truth(Q(**{ctx.in_: certain.values("household")}), ~Q(Exists(possible)))
