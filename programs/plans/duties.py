"""What agencies owe in a year and by when: the annual plan and the realisation of each quarter.

Deadlines are `DutyDeadline` rows where Bappeda set one, else the usual days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from core.models import Agency
from programs.choices import PLAN_OPEN, QUARTERS, Duty, RealisationState, ReviewAct
from programs.models import DutyDeadline, ProgramYear, Realisation, ReviewStep
from programs.plans.quarters import quarter_end

PLAN_DUE = (1, 31)  # month and day of the year itself
DAYS_AFTER_QUARTER = 10
DONE, LATE_DONE, OPEN, LATE, AHEAD, NONE = "done", "late_done", "open", "late", "ahead", "none"


def quarter_number(duty: str) -> int | None:
    """The quarter a duty is about, None for the plan."""
    return int(duty[1]) if duty in (Duty.Q1, Duty.Q2, Duty.Q3, Duty.Q4) else None


def usual_deadline(year: int, duty: str) -> dt.date:
    """The day a duty is due where nobody set another one."""
    quarter = quarter_number(duty)
    if quarter is None:
        return dt.date(year, *PLAN_DUE)
    return quarter_end(year, quarter) + dt.timedelta(days=DAYS_AFTER_QUARTER)


def deadlines(year: int) -> dict[str, dt.date]:
    """Duty → the day it is due."""
    own = dict(DutyDeadline.objects.filter(year=year).values_list("duty", "due"))
    return {duty: own.get(duty) or usual_deadline(year, duty) for duty in Duty.values}


@dataclass
class DutyState:
    """One duty of one agency.

    total: programmes that owe it; handed: those that were handed on and not returned; returned: those that came back;
    late_by: of those handed on, after the deadline; missing: the programme years that still owe it.
    """

    duty: str
    due: dt.date
    total: int = 0
    handed: int = 0
    returned: int = 0
    late_by: int = 0
    missing: list[ProgramYear] = field(default_factory=list)

    def state(self, today: dt.date) -> str:
        """done, late_done (all of it, some after the day), open, late, ahead (its quarter runs still), none."""
        if not self.total:
            return NONE
        if self.handed == self.total:
            return LATE_DONE if self.late_by else DONE
        if today > self.due:
            return LATE
        quarter = quarter_number(self.duty)
        if quarter and quarter_end(self.due.year if quarter < 4 else self.due.year - 1, quarter) >= today:
            return AHEAD
        return OPEN


@dataclass
class AgencyDuties:
    """What one agency owes in a year: duty → how it stands."""

    agency: Agency
    duties: dict[str, DutyState]


def duties_of(year: int, *, agencies: Iterable[int] | None = None) -> list[AgencyDuties]:
    """Agencies with programmes in `year` and how their duties stand, by short name; four queries.

    `agencies`: ids, None = all. A programme counts for the agency that owns it today.
    """
    rows = ProgramYear.objects.filter(year=year).select_related("program__owner").order_by("program__name", "pk")
    if agencies is not None:
        rows = rows.filter(program__owner__in=list(agencies))
    years = list(rows)
    due = deadlines(year)
    realised = {
        (r.program_year_id, r.quarter): r for r in Realisation.objects.filter(program_year__in=[y.pk for y in years])
    }
    first = _first_submitted(years)
    found: dict[int, AgencyDuties] = {}
    for each in years:
        agency = each.program.owner
        duties = found.setdefault(
            agency.pk, AgencyDuties(agency, {duty: DutyState(duty, due[duty]) for duty in Duty.values})
        ).duties
        _count(
            duties[Duty.PLAN], each, each.plan_state not in PLAN_OPEN, each.plan_state == "returned", first.get(each.pk)
        )
        for quarter in QUARTERS:
            row = realised.get((each.pk, quarter))
            state = row.state if row else RealisationState.DRAFT
            handed = state in (RealisationState.SUBMITTED, RealisationState.VERIFIED)
            at = row.submitted_at if row else None
            _count(duties[f"q{quarter}"], each, handed, state == RealisationState.RETURNED, at)
    return sorted(found.values(), key=lambda row: (row.agency.short_name, row.agency.pk))


def _first_submitted(years: list[ProgramYear]) -> dict[int, dt.datetime]:
    """When each plan was submitted for the first time."""
    steps = ReviewStep.objects.filter(
        program_year__in=[y.pk for y in years], quarter__isnull=True, act=ReviewAct.SUBMIT
    ).order_by("-at", "-pk")
    return dict(steps.values_list("program_year", "at"))


def _count(duty: DutyState, year: ProgramYear, handed: bool, returned: bool, at: dt.datetime | None) -> None:
    duty.total += 1
    duty.returned += returned
    if not handed:
        duty.missing.append(year)
        return
    duty.handed += 1
    duty.late_by += bool(at and timezone.localtime(at).date() > duty.due)
