"""Meetings, decisions and minutes in the global search: whole words and beginnings of words."""

from __future__ import annotations

import re

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from core.roles import Perm, access
from core.templatetags.shell import tanggal
from meetings.models import ActionItem, AgendaItem, Decision, Meeting

_WORD = re.compile(r"\w+", re.UNICODE)


def prefix_query(text: str) -> str:
    """`tsquery` text in which each word may be a beginning: `pbi lai` → `pbi:* & lai:*`; "" without words."""
    return " & ".join(f"{word.lower()}:*" for word in _WORD.findall(text)[:8])


def matching(queryset, table: str, expression: str, text: str):
    """Rows whose words begin like those of `text`, by the index of migration 0002."""
    query = prefix_query(text)
    if not query:
        return queryset.none()
    match = RawSQL(
        f"SELECT id FROM {table} WHERE to_tsvector('simple', {expression}) @@ to_tsquery('simple', %s)", [query]
    )
    return queryset.filter(pk__in=match)


def find_meetings(request, text: str, limit: int) -> list[dict]:
    """Hits among meetings, decisions, minutes in sight, and action items."""
    user = request.user
    if not access(user).can(Perm.SEE_MEETINGS):
        return []
    meetings = matching(
        Meeting.objects.visible_to(user), "meetings_meeting", "title || ' ' || place || ' ' || purpose", text
    ).order_by("-year", "-pk")[:limit]
    hits = [
        {
            "label": m.title,
            "sub": " · ".join(filter(None, [tanggal(m.starts) if m.starts else str(m.year), m.get_state_display()])),
            "url": reverse("meetings:meeting_detail", args=[m.uuid]),
            "icon": "calendar3",
        }
        for m in meetings
    ]
    decisions = matching(Decision.objects.visible_to(user), "meetings_decision", "title || ' ' || text", text)
    hits += [
        {
            "label": f"{d.number}: {d.title}",
            "sub": _("Decision") + f" · {d.get_state_display()}",
            "url": reverse("meetings:decision_detail", args=[d.uuid]),
            "icon": "check2-all",
        }
        for d in decisions.order_by("-year", "-sequence").distinct()[:limit]
    ]
    if len(hits) < limit:
        hits += _minutes(user, text, limit - len(hits))
    if len(hits) < limit:
        items = matching(ActionItem.objects.visible_to(user), "meetings_actionitem", "title || ' ' || text", text)
        hits += [
            {
                "label": i.title,
                "sub": _("Action item") + f" · {i.get_state_display()}",
                "url": reverse("meetings:action_detail", args=[i.uuid]),
                "icon": "check2-square",
            }
            for i in items.order_by("-pk").distinct()[: limit - len(hits)]
        ]
    return hits[:limit]


def _minutes(user, text: str, limit: int) -> list[dict]:
    """Points of the agenda, in final minutes or for those who write them."""
    seen = Meeting.objects.visible_to(user)
    if not access(user).can(Perm.RUN_MEETINGS):
        seen = seen.filter(Q(state="final") | Q(draft_sent_at__isnull=False))
    items = matching(
        AgendaItem.objects.filter(meeting__in=seen.values("pk"), follow_up=False),
        "meetings_agendaitem",
        "title || ' ' || text",
        text,
    )
    return [
        {
            "label": item.title,
            "sub": _("Minutes") + f" · {item.meeting.title}",
            "url": reverse("meetings:meeting_detail", args=[item.meeting.uuid]) + f"#i-{item.uuid}",
            "icon": "card-text",
        }
        for item in items.select_related("meeting").order_by("-meeting__starts", "order")[:limit]
    ]
