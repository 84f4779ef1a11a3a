"""How the history of programmes and their log reads: actions and rows in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.registry import ActionWord, HistoryWords
from programs.models import ProgramYear

ACTIONS = {
    "program.create": ActionWord(_("Programme made")),
    "program.edit": ActionWord(_("Programme changed")),
    "program.end": ActionWord(_("Programme ended")),
    "program.reopen": ActionWord(_("Programme taken up again")),
    "program.rule": ActionWord(_("Rule of the programme changed")),
    "program.quota_order": ActionWord(_("Order of the quota changed")),
    "work_order.hand_over": ActionWord(_("Gap list handed over"), hot=True),
    "work_order.close": ActionWord(_("Gap list closed")),
    "program_year.create": ActionWord(_("Year of the programme made")),
    "program_year.edit": ActionWord(_("Year of the programme changed")),
    "program_year.funding": ActionWord(_("Funds changed")),
    "plan.submit": ActionWord(_("Plan submitted"), hot=True),
    "plan.withdraw": ActionWord(_("Plan taken back by the agency")),
    "plan.return": ActionWord(_("Plan returned with remarks")),
    "plan.verify": ActionWord(_("Plan verified"), hot=True),
    "plan.lock": ActionWord(_("Plan locked")),
    "plan.reopen": ActionWord(_("Plan opened again")),
    "realisation.save": ActionWord(_("Realisation written")),
    "realisation.submit": ActionWord(_("Realisation submitted"), hot=True),
    "realisation.withdraw": ActionWord(_("Realisation taken back by the agency")),
    "realisation.return": ActionWord(_("Realisation returned with remarks")),
    "realisation.verify": ActionWord(_("Realisation verified"), hot=True),
    "realisation.correct": ActionWord(_("Realisation corrected later")),
    "duty.deadline": ActionWord(_("Deadline set")),
    "duty.remind": ActionWord(_("Agency reminded")),
    "assistance.propose": ActionWord(_("Aid proposed"), hot=True),
    "assistance.verify": ActionWord(_("Aid verified")),
    "assistance.approve": ActionWord(_("Aid approved"), hot=True),
    "assistance.reject": ActionWord(_("Aid rejected"), hot=True),
    "assistance.return": ActionWord(_("Aid sent back to its proposer")),
    "assistance.stop": ActionWord(_("Aid stopped"), hot=True),
    "assistance.void": ActionWord(_("Aid made void")),
    "assistance.resubmit": ActionWord(_("Aid proposed again")),
    "assistance.resume": ActionWord(_("Aid resumed")),
    "assistance.deliver": ActionWord(_("Aid received")),
    "assistance.record_received": ActionWord(_("Aid received")),
    "assistance.undo_enrolment": ActionWord(_("Enrolment undone")),
    "assistance.number": ActionWord(_("Numbers for the receipt list given")),
    "assistance.move": ActionWord(_("Aid went along with the move")),
    "assistance.join": ActionWord(_("Aid joined after a merge")),
    "assistance.part": ActionWord(_("Aid stayed with the old household")),
    "delivery.void": ActionWord(_("Delivery made void")),
    "group.create": ActionWord(_("Group made")),
    "group.add": ActionWord(_("Member joined the group")),
    "group.leave": ActionWord(_("Member left the group")),
}


def _program_years(asked) -> dict:
    """Years of programmes by name: (column, text) → "PKH 2026"; one query."""
    keys = {value for column, value in asked if column == "program_year_id" and value and value.isdigit()}
    rows = ProgramYear.objects.filter(pk__in=keys).values_list("pk", "program__name", "year")
    return {("program_year_id", str(pk)): f"{name} {year}" for pk, name, year in rows}


WORDS = {
    "programs_assistance": HistoryWords(_("Aid"), values=_program_years),
    "programs_delivery": HistoryWords(_("Delivery")),
}
