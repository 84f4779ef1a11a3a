"""Panels of other pages: the decisions whose lists hold a household, what touches a programme, a list, an area."""

from __future__ import annotations

from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.roles import Perm, access
from meetings.about import decisions_about, items_about
from meetings.choices import DecisionState
from meetings.models import ActionItem, Decision
from meetings.rows import DECISION_MARKS, item_rows

SHOWN = 5

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


def program_panel(request, program) -> str:
    """What was decided about a programme and what is to be done in it; "" when there is nothing in sight."""
    return _touching(request, {"program": program.uuid}, of_agency=program.owner, program=program)


def set_panel(request, household_set) -> str:
    """Decisions and action items that rest on a saved list."""
    return _touching(request, {"set": household_set.uuid}, household_set=household_set)


def area_panel(request, area: str) -> str:
    """Decisions and action items of an area."""
    return _touching(request, {"area": area}, area=area) if area else ""


def agency_panel(request, agency) -> str:
    """Decisions for an agency and action items that it answers for or helps with."""
    return _touching(request, {"agency": agency.uuid}, agency=agency)


def _touching(request, query: dict, *, of_agency=None, **about) -> str:
    user = request.user
    if not access(user).can(Perm.SEE_MEETINGS):
        return ""
    decisions = decisions_about(Decision.objects.visible_to(user), **about).distinct()
    items = items_about(ActionItem.objects.visible_to(user), **about).unfinished().distinct()
    n_decisions, n_items = decisions.count(), items.count()
    if not (n_decisions or n_items):
        return ""
    rows = list(decisions.select_related("meeting").order_by("-year", "-sequence")[:SHOWN])
    for row in rows:
        row.mark = (*DECISION_MARKS[DecisionState(row.state)], row.get_state_display())
    todo = list(
        items.select_related("agency", "region", "owner", "program_year__program").order_by("due", "pk")[:SHOWN]
    )
    asked = urlencode(query)
    context = {
        "decisions": rows,
        "items": item_rows(todo, user),
        "n_decisions": n_decisions,
        "n_items": n_items,
        "decisions_url": f"{reverse('meetings:decision_list')}?{asked}",
        "items_url": f"{reverse('meetings:action_list')}?who=all&show=all&{asked}",
    }
    if of_agency is not None:
        context |= {
            "agency": of_agency,
            "agency_decisions_url": f"{reverse('meetings:decision_list')}?agency={of_agency.uuid}",
            "agency_items_url": f"{reverse('meetings:action_list')}?who=all&show=all&agency={of_agency.uuid}",
        }
    return render_to_string("meetings/_panel_touching.html", context, request=request)


def work_order_links(request, order) -> list[tuple[str, str, str]]:
    """What a meeting can do with a gap list that was handed over: an action item, measured by its list."""
    if not access(request.user).can(Perm.RUN_MEETINGS):
        return []
    query = {"set": order.household_set.uuid, "title": order.title, "agency": order.agency.uuid, "due": order.due}
    program_year = order.program and order.program.years.filter(year=order.year).first()
    if program_year:
        query["program_year"] = program_year.uuid
    return [(_("Make it an action item"), f"{reverse('meetings:action_new')}?{urlencode(query)}", "check2-square")]
