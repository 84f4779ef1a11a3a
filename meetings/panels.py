"""Panel of the household page: the decisions whose frozen lists hold it."""

from __future__ import annotations

from django.db import connection
from django.template.loader import render_to_string

from core.roles import Perm, access
from meetings.models import Decision
from meetings.rows import DECISION_MARKS

_ROWS = """
WITH RECURSIVE gone AS (
  SELECT %(household)s::bigint AS id
  UNION SELECT h.id FROM households_household h JOIN gone g ON h.merged_into_id = g.id
)
SELECT r.set_id FROM households_householdsetrow r JOIN gone g ON g.id = r.household_id"""


def decisions_panel(request, household) -> str:
    """HTML of the panel, "" when no decision in sight holds the household or one that was merged into it."""
    if not access(request.user).can(Perm.SEE_MEETINGS):
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"household": household.pk})
        sets = [row[0] for row in cursor.fetchall()]
    if not sets:
        return ""
    decisions = list(
        Decision.objects.visible_to(request.user)
        .filter(household_set__in=sets)
        .select_related("meeting")
        .distinct()
        .order_by("-year", "-sequence")
    )
    if not decisions:
        return ""
    for decision in decisions:
        decision.mark = (*DECISION_MARKS[decision.state], decision.get_state_display())
    return render_to_string("meetings/_panel_decisions.html", {"decisions": decisions}, request=request)
