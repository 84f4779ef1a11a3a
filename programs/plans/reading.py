"""How a plan stands: what it lacks before it can be submitted, what the next step is, who wrote it last."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import HistoryEntry, HistoryTransaction
from core.templatetags.shell import jam, tanggal
from programs.choices import PLAN_OPEN, PlanState
from programs.models import ProgramFunding, ProgramYear


def changed_by(table: str, pk: int) -> str:
    """What a writer is told who was overtaken: who changed the row last, and when."""
    last = HistoryEntry.objects.filter(tbl=table, pk_text=str(pk)).order_by("-id").values_list("tx_id", flat=True)
    tx = HistoryTransaction.objects.filter(pk=last.first()).first() if last else None
    if tx is None:
        return _("Changed by somebody else meanwhile. Load the page again to see what stands there.")
    at = timezone.localtime(tx.at)
    when = jam(tx.at) if at.date() == timezone.localdate() else f"{tanggal(at)} {jam(tx.at)}"
    return _("Changed meanwhile by %(who)s at %(when)s. Load the page again to see what stands there.") % {
        "who": tx.actor,
        "when": when,
    }


def with_plan(years: QuerySet) -> QuerySet:
    """Programme years with everything a plan shows, in a fixed number of queries."""
    current = ProgramFunding.objects.filter(current=True).order_by("sponsor", "source")
    return years.select_related("program__owner", "program__cluster", "program__strategy", "owner").prefetch_related(
        Prefetch("funding", current, to_attr="ceilings"), "locations__region", "schedule"
    )


def ceiling_of(program_year: ProgramYear) -> int | None:
    """Sum of the ceilings in force, None without any. Uses `with_plan` where it was asked."""
    ceilings = getattr(program_year, "ceilings", None)
    if ceilings is None:
        return program_year.funding.filter(current=True).aggregate(n=Sum("ceiling"))["n"]
    return sum(each.ceiling for each in ceilings) if ceilings else None


def lacks(program_year: ProgramYear) -> list[str]:
    """What a plan still needs before it can be submitted, in words. Codes may stay open: not every sponsor has them."""
    found = []
    if not program_year.indicator:
        found.append(_("the indicator"))
    if not program_year.indicator_unit:
        found.append(_("the unit of the indicator"))
    if not program_year.target:
        found.append(_("the target"))
    ceiling = ceiling_of(program_year)
    if not ceiling:
        found.append(_("a ceiling by source of funds"))
    schedule = list(program_year.schedule.all())
    if not any(each.money or each.output for each in schedule):
        found.append(_("the schedule by quarter"))
        return found
    if ceiling and sum(each.money for each in schedule) != ceiling:
        found.append(_("a schedule whose rupiah add up to the ceiling"))
    if program_year.target and sum(each.output for each in schedule) != program_year.target:
        found.append(_("a schedule whose output adds up to the target"))
    return found


@dataclass(frozen=True)
class Face:
    """How a state shows itself: kind of `status` and icon."""

    kind: str
    icon: str


FACES = {
    PlanState.DRAFT: Face("", "pencil"),
    PlanState.SUBMITTED: Face("warn", "hourglass-split"),
    PlanState.RETURNED: Face("bad", "arrow-return-left"),
    PlanState.VERIFIED: Face("good", "check-circle"),
    PlanState.LOCKED: Face("good", "lock"),
}


def next_step(program_year: ProgramYear, *, writes: bool, verifies: bool) -> str:
    """What is to be done next with the plan, by who looks at it; "" when nothing is."""
    state = program_year.plan_state
    if state in PLAN_OPEN and writes:
        missing = lacks(program_year)
        if state == PlanState.RETURNED:
            return _("Mend it by the remarks and submit it again")
        return _("Fill in %(what)s") % {"what": missing[0]} if missing else _("Submit it to Bappeda")
    if state == PlanState.SUBMITTED and verifies:
        return _("Verify it, or return it with remarks")
    if state == PlanState.SUBMITTED:
        return _("Waits for verification")
    if state in PLAN_OPEN:
        return _("Waits for the agency")
    return ""
