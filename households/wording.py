"""How the history of households reads in a timeline: actions, rows, answers in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.registry import ActionWord, HistoryWords
from core.roles import Perm
from households.labels import Labels
from households.models import Member
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES
from households.sections import HEALTH_FIELDS

ACTIONS = {
    "household.create": ActionWord(_("Household recorded")),
    "household.edit_address": ActionWord(_("Address changed")),
    "household.edit_housing": ActionWord(_("Housing changed")),
    "household.edit_assets": ActionWord(_("Assets changed")),
    "household.edit_visit": ActionWord(_("Visited")),
    "household.status": ActionWord(_("Status changed")),
    "household.change_kk": ActionWord(_("Family card number changed")),
    "household.change_head": ActionWord(_("Head changed")),
    "household.split": ActionWord(_("Family card split")),
    "household.note": ActionWord(_("Note written")),
    "member.add": ActionWord(_("Member added")),
    "member.born": ActionWord(_("Birth recorded")),
    "member.move": ActionWord(_("Member moved")),
    "member.deceased": ActionWord(_("Member died")),
    "member.moved": ActionWord(_("Member left the city")),
    "member.not_found": ActionWord(_("Member not found")),
    "member.restore": ActionWord(_("Member taken back")),
    **{
        f"member.edit_{section}": ActionWord(_("Member changed"))
        for section in ("identity", "school", "work", "insurance", "health")
    },
    "transfer.request": ActionWord(_("Transfer asked for")),
    "transfer.decide": ActionWord(_("Transfer answered")),
    "import.apply": ActionWord(_("Import applied")),
    "import.undo": ActionWord(_("Import undone")),
    "set.select": ActionWord(_("Selection kept for a while")),
    "set.drop_selections": ActionWord(_("Old selections dropped")),
    "set.save": ActionWord(_("Set saved")),
    "set.rename": ActionWord(_("Set renamed")),
    "set.share": ActionWord(_("Set shared")),
    "set.unshare": ActionWord(_("Set no longer shared")),
    "set.archive": ActionWord(_("Set put away")),
    "set.restore": ActionWord(_("Set taken back")),
    "demo.seed": ActionWord(_("Demo data made")),
}


def _answers(asked) -> dict:
    """Codes in words: (column, text) → label; one query."""
    labels = Labels(*HOUSING_CODES, *MEMBER_CODES)
    coded = {*HOUSING_CODES, *MEMBER_CODES}
    return {
        (column, value): labels.of(column, int(value))
        for column, value in asked
        if column in coded and value and str(value).isdigit()
    }


def _hidden_health(user, rows) -> dict:
    """Health columns of people whose health data the reader may not see."""
    seen = Member.objects.visible_to(user, Perm.SEE_HEALTH).filter(pk__in=list(rows))
    seen = {str(pk) for pk in seen.values_list("pk", flat=True)}
    return {pk: frozenset() if pk in seen else HEALTH_FIELDS for pk in rows}


WORDS = {
    "households_household": HistoryWords(_("Household"), values=_answers, quiet=frozenset({"head_name", "size"})),
    "households_member": HistoryWords(
        _("Member"), title=lambda row: row.get("name") or "", values=_answers, hidden=_hidden_health
    ),
    "households_householdnumber": HistoryWords(_("Family card number")),
    "households_householdnote": HistoryWords(_("Note")),
    "households_welfarerank": HistoryWords(_("Desil in a release")),
    "households_membership": HistoryWords(_("Membership")),
}
