"""Who of those chosen would not come into a programme year, by name and with the reason: the preview counts them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from households.models import Household
from households.rules import default_day, explain
from programs import candidates, eligibility
from programs.choices import BenefitUnit
from programs.models import ProgramYear

MOST = 100


@dataclass(frozen=True)
class LeftOut:
    """Somebody who would not come in. `name`: of the person or the household; `why`: conditions not met;
    `missing`: conditions for which data are missing."""

    household: Household
    name: str
    why: list[str]
    missing: list[str]


def left_out(program_year: ProgramYear, *, by, households=None, members=None, most: int = MOST) -> list[LeftOut]:
    """The first `most` who do not fit, among those that `by` may propose and that are not in yet, by name.

    `households`, `members`: as in `candidates.preview`. A programme of persons that is given households lists the
    households in which nobody qualifies. A fixed number of queries; who has no open question is not listed.
    """
    if program_year.program.benefit_unit == BenefitUnit.PERSON and members is not None:
        return _people(program_year, by, members, most)
    given = candidates.annotated_households(program_year, by, candidates.households_given(households, members))
    if program_year.program.benefit_unit == BenefitUnit.PERSON:
        people = candidates.annotated_members(program_year, by, candidates.members_given(households, None))
        meant = people.filter(fits=True) | people.filter(enrolled=True)
        rows = given.filter(mine=True).exclude(pk__in=meant.order_by().values("household"))
    else:
        rows = candidates.not_fitting(given.filter(mine=True, enrolled=False))
    found = list(rows.select_related("region").order_by("head_sort", "pk")[:most])
    told = _told(program_year, Household.objects.filter(pk__in=[h.pk for h in found]))
    return [LeftOut(h, str(h), *told[h.pk]) for h in found]


def _told(program_year: ProgramYear, households: QuerySet) -> dict[int, tuple[list[str], list[str]]]:
    """Household → (conditions not met, conditions without data)."""
    rule = eligibility.rule_for(program_year.program, program_year.year)
    told = explain(rule, households, day=default_day(program_year.year), year=program_year.year)
    return {
        pk: ([v.text for v in verdicts if v.holds is False], [v.text for v in verdicts if v.holds is None])
        for pk, verdicts in told.items()
    }


def _people(program_year: ProgramYear, by, members, most: int) -> list[LeftOut]:
    rows = candidates.annotated_members(program_year, by, candidates.members_given(None, members))
    rows = rows.filter(mine=True, enrolled=False, fits=False).select_related("household__region")
    found = list(rows.order_by("name_sort", "pk")[:most])
    checks = candidates.check_members(program_year, [m.pk for m in found], by)
    return [LeftOut(m.household, m.name, checks[m.pk].why, []) for m in found]
