"""Who qualifies for a programme in a year: the rule in force, judged on the data of today.

A past year is judged by that year's rule (domain.md section 2). Only active households qualify; a programme without a
rule means the city's default target group, desil 1 to `CitySettings.poor_desil_max`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from core.models import CitySettings
from core.roles import Perm, access
from households.choices import HouseholdStatus
from households.models import Household, Member
from households.rules import (
    Verdict,
    compile_members,
    compile_rule,
    default_day,
    fields_used,
    health_fields,
    sentence,
    truth,
    uses_health,
)
from households.rules import explain as explain_rule
from programs import rights
from programs.choices import CLOSED, BenefitUnit
from programs.models import Assistance, EligibilityRule, Program, ProgramYear

EVERY = ~Q(pk__in=[])  # a condition without conditions: `When` does not take an empty one
ACTIVE = {"field": "status", "op": "eq", "value": HouseholdStatus.ACTIVE.value}


def rule_in_force(program: Program, year: int) -> EligibilityRule | None:
    """The rule of `program` whose range of years holds `year`; of several the one that began last."""
    rules = [r for r in program.rules.all() if r.year_from <= year and (r.year_to is None or year <= r.year_to)]
    return max(rules, key=lambda r: r.year_from, default=None)


def default_rule() -> dict:
    """The city's target group where a programme has no rule of its own (domain.md section 3)."""
    city = CitySettings.load()
    return {"field": "desil", "op": "between", "value": [1, city.poor_desil_max if city else 4]}


def own_rule(program: Program, year: int) -> dict:
    """What the programme itself asks in `year`, without the condition that the household is active."""
    found = rule_in_force(program, year)
    return found.rule if found else default_rule()


def rule_for(program: Program, year: int) -> dict:
    """The rule as judged: active households that meet what the programme asks in `year`."""
    return judged(own_rule(program, year))


def judged(rule: dict) -> dict:
    """`rule` for active households, unless it speaks of the status itself."""
    if not rule:
        return ACTIVE
    return rule if "status" in fields_used(rule) else {"all": [ACTIVE, rule]}


def sentence_for(program: Program, year: int) -> str:
    """What the programme asks in `year`, as one sentence."""
    return sentence(own_rule(program, year))


def is_for_people(program: Program) -> bool:
    """Whether one benefit goes to one person."""
    return program.benefit_unit == BenefitUnit.PERSON


def household_q(program: Program, year: int) -> Q:
    """Condition on households: they certainly fit."""
    return compile_rule(rule_for(program, year), day=default_day(year), year=year)


def member_q(program: Program, year: int) -> Q:
    """Condition on members: the person certainly qualifies, and the household fits."""
    return compile_members(rule_for(program, year), day=default_day(year), year=year)


def fit(program_year: ProgramYear, households: QuerySet | None = None) -> QuerySet:
    """Households that fit the rule in force; of `households` (default: all)."""
    households = Household.objects.unmerged() if households is None else households
    return households.filter(household_q(program_year.program, program_year.year))


def fit_members(program_year: ProgramYear, members: QuerySet | None = None) -> QuerySet:
    """People who qualify under the rule in force; of `members` (default: all)."""
    members = Member.objects.all() if members is None else members
    return members.filter(member_q(program_year.program, program_year.year))


def annotate_fit(program_year: ProgramYear, households: QuerySet, name: str = "fits") -> QuerySet:
    """Households with True (fits), False (does not) or None (data are missing)."""
    rule = rule_for(program_year.program, program_year.year)
    t = truth(rule, day=default_day(program_year.year), year=program_year.year)
    return households.annotate(**{name: verdict_of(t.true, t.false)})


def annotate_fit_members(program_year: ProgramYear, members: QuerySet, name: str = "fits") -> QuerySet:
    """Members with True (qualifies) or False (does not, or data are missing)."""
    return members.annotate(**{name: verdict_of(member_q(program_year.program, program_year.year))})


def verdict_of(true: Q, false: Q | None = None) -> Case:
    """A column that is True, False or, with both conditions given, None where neither holds."""
    whens = [When(true or EVERY, then=Value(True))]
    if false is not None:
        whens.append(When(false, then=Value(False)))
    default = Value(None if false is not None else False)
    return Case(*whens, default=default, output_field=BooleanField(null=True))


def explain(program_year: ProgramYear, household: Household) -> list[Verdict]:
    """Each condition of the rule in force for one household, and whether it holds."""
    rule = rule_for(program_year.program, program_year.year)
    return explain_rule(rule, [household.pk], day=default_day(program_year.year), year=program_year.year)[household.pk]


@dataclass
class Deserved:
    """A programme that a household fits and is not in. `members`: who qualifies, for programmes of persons."""

    program_year: ProgramYear
    why: str
    members: list[Member] = field(default_factory=list)


def may_judge(user, program: Program, rule: dict, region: str | None = None) -> bool:
    """Whether `user` may learn that somebody meets `rule`: a rule on health needs the right to see health."""
    if not uses_health(rule):
        return True
    if access(user).can(Perm.SEE_HEALTH, region=region):
        return True
    # An agency judges by health only where its own programme asks for it (design.md section 3).
    return access(user).can(Perm.SEE_HEALTH_FOR_RULE) and rights.is_own(user, program)


def may_try(user, program: Program, rule: dict) -> bool:
    """Whether `user` may learn whom a rule takes that nobody kept yet: an agency by health only as far as a rule that
    was kept, and so is on record, asks for the same."""
    asked = health_fields(rule)
    if not asked or access(user).can(Perm.SEE_HEALTH):
        return True
    kept = set().union(*(health_fields(each.rule) for each in program.rules.all()))
    return may_judge(user, program, rule) and asked <= kept


def deserved(household: Household, year: int, user) -> tuple[list[Deserved], int]:
    """Programmes of `year` whose rule this household meets and in which it has no open row, and how many programmes
    are left out because their rule asks for health that `user` may not see.

    Two queries for all programmes: one over the household, one over its members.
    """
    years = (
        ProgramYear.objects.filter(
            year=year, closed=False, program__benefit_unit__in=[BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON]
        )
        .select_related("program__owner", "program__benefit_kind")
        .prefetch_related("program__rules")
        .order_by("program__name")
    )
    judged_years, hidden = [], 0
    for program_year in years:
        if may_judge(user, program_year.program, own_rule(program_year.program, year), household.region_id):
            judged_years.append(program_year)
        else:
            hidden += 1
    whole = [y for y in judged_years if not is_for_people(y.program)]
    personal = [y for y in judged_years if is_for_people(y.program)]
    open_rows = list(
        Assistance.objects.filter(counts_for=household, program_year__year=year)
        .exclude(status__in=CLOSED)
        .values_list("program_year", "member")
    )
    taken = {y for y, member in open_rows if member is None}
    people_in = {(y, member) for y, member in open_rows if member is not None}
    found: dict[int, Deserved] = {}
    if whole:
        row = _judge(Household.objects.filter(pk=household.pk), [(y, household_q(y.program, year)) for y in whole])
        for y in whole:
            if row and row[0][f"y{y.pk}"] and y.pk not in taken:
                found[y.pk] = Deserved(y, sentence_for(y.program, year))
    if personal:
        members = household.members.active().order_by("birth_date", "pk")
        for row in _judge(members, [(y, member_q(y.program, year)) for y in personal]):
            for y in personal:
                if row[f"y{y.pk}"] and (y.pk, row["pk"]) not in people_in:
                    deserve = found.setdefault(y.pk, Deserved(y, sentence_for(y.program, year)))
                    deserve.members.append(Member(pk=row["pk"], uuid=row["uuid"], name=row["name"]))
    return [found[y.pk] for y in judged_years if y.pk in found], hidden


def _judge(rows: QuerySet, conditions) -> list[dict]:
    columns = {f"y{y.pk}": verdict_of(q) for y, q in conditions}
    names = ["pk", "uuid", "name"] if rows.model is Member else ["pk"]
    return list(rows.annotate(**columns).values(*names, *columns))
