"""Decisions and action items that touch an agency, a programme, an area or a list of households.

The same conditions serve the filters of both lists and the panels on the pages of those things.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from core.models.regions import area_q
from households.models import HouseholdSet, HouseholdSetRow
from meetings.models import ActionHelper, DecisionAgency, DecisionProgram


def decisions_about(rows, *, agency=None, program=None, area: str = "", household_set: HouseholdSet | None = None):
    """Decisions of `rows` that name the agency or the programme, lie in the area or hold households of it, or rest on
    the list (its own frozen rows, or frozen from the same filter).
    """
    if agency is not None:
        rows = rows.filter(Exists(DecisionAgency.objects.filter(decision=OuterRef("pk"), agency=agency)))
    if program is not None:
        named = DecisionProgram.objects.filter(decision=OuterRef("pk"), program_year__program=program)
        rows = rows.filter(Exists(named))
    if area:
        inside = Q(region_then=area) | Q(region_then__startswith=f"{area}.")
        held = HouseholdSetRow.objects.filter(inside, set=OuterRef("household_set"))
        rows = rows.filter(area_q("region_id", [area]) | Q(Exists(held)))
    if household_set is not None:
        same = Q(household_set=household_set)
        if household_set.rule:
            same |= Q(household_set__rule=household_set.rule)
        rows = rows.filter(same)
    return rows


def items_about(rows, *, agency=None, program=None, area: str = "", household_set: HouseholdSet | None = None):
    """Action items of `rows` that the agency answers for or helps with, of the programme, the area, or the list."""
    if agency is not None:
        helps = ActionHelper.objects.filter(item=OuterRef("pk"), agency=agency)
        rows = rows.filter(Q(agency=agency) | Q(Exists(helps)))
    if program is not None:
        rows = rows.filter(program_year__program=program)
    if area:
        rows = rows.filter(area_q("area_id", [area]) | area_q("region_id", [area]))
    if household_set is not None:
        same = Q(household_set=household_set)
        if household_set.rule:
            same |= Q(household_set__rule=household_set.rule)
        rows = rows.filter(same | Q(decision__household_set=household_set))
    return rows
