"""Meetings, decisions and minutes in the global search: beginnings of words, and other forms of Indonesian words."""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from core.roles import Perm, access
from core.templatetags.shell import tanggal
from meetings.models import ActionItem, AgendaItem, Decision, Meeting

_WORD = re.compile(r"\w+", re.UNICODE)
MOST_WORDS = 8
SHORTEST_STEM = 4  # shorter ones begin too many other words


def prefix_query(text: str) -> str:
    """`tsquery` text in which each word may be a beginning, or another form of the same Indonesian root.

    `pbi laing` → `(pbi:*) & (laing:* | …)`; `penyaluran` finds `menyalurkan`, `disalurkan`, `salur`; "" without words.
    """
    words = [word.lower() for word in _WORD.findall(text)[:MOST_WORDS]]
    if not words:
        return ""
    groups = []
    for word, stem in zip(words, _stems(words), strict=True):
        forms = [word, *(form for form in forms_of(stem) if not form.startswith(word))]
        groups.append("(" + " | ".join(f"{form}:*" for form in dict.fromkeys(forms)) + ")")
    return " & ".join(groups)


def _stems(words: list[str]) -> list[str]:
    """The root of each word by the database's own Indonesian dictionary; "" where it knows none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((ts_lexize('indonesian_stem', w))[1], '') FROM unnest(%s) WITH ORDINALITY AS t(w, n) "
            "ORDER BY n",
            [words],
        )
        return [row[0] for row in cursor.fetchall()]


def forms_of(stem: str) -> list[str]:
    """Beginnings of the words that Indonesian makes of a root by a prefix; endings need none, beginnings match."""
    if len(stem) < SHORTEST_STEM or not stem.isalpha() or not stem.isascii():
        return []
    first, rest = stem[0], stem[1:]
    nasal = {
        "p": "m" + rest, "t": "n" + rest, "k": "ng" + rest, "s": "ny" + rest,
        "b": "m" + stem, "f": "m" + stem, "v": "m" + stem,
        "c": "n" + stem, "d": "n" + stem, "j": "n" + stem, "z": "n" + stem,
    }.get(first) or (stem if first in "lmnrwy" else "ng" + stem)  # fmt: skip
    return [stem, *(prefix + stem for prefix in ("di", "ter", "ber", "ke", "per")), f"me{nasal}", f"pe{nasal}"]


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
    found = [_meetings(user, text, limit), _decisions(user, text, limit), _minutes(user, text, limit)]
    found.append(_items(user, text, limit))
    return _fairly(found, limit)


def _fairly(found: list[list[dict]], limit: int) -> list[dict]:
    """Hits of all kinds within `limit`: each kind has its part, what one leaves goes to the next."""
    part = -(-limit // len(found))
    taken = [hits[:part] for hits in found]
    free = limit - sum(len(hits) for hits in taken)
    for n, hits in enumerate(found):
        more = hits[part : part + max(free, 0)]
        taken[n] = taken[n] + more
        free -= len(more)
    return [hit for hits in taken for hit in hits][:limit]


def _meetings(user, text: str, limit: int) -> list[dict]:
    rows = matching(
        Meeting.objects.visible_to(user), "meetings_meeting", "title || ' ' || place || ' ' || purpose", text
    )
    return [
        {
            "label": m.title,
            "sub": " · ".join(filter(None, [tanggal(m.starts) if m.starts else str(m.year), m.get_state_display()])),
            "url": reverse("meetings:meeting_detail", args=[m.uuid]),
            "icon": "calendar3",
        }
        for m in rows.order_by("-year", "-pk")[:limit]
    ]


def _decisions(user, text: str, limit: int) -> list[dict]:
    rows = matching(Decision.objects.visible_to(user), "meetings_decision", "title || ' ' || text", text)
    return [
        {
            "label": f"{d.number}: {d.title}",
            "sub": _("Decision") + f" · {d.get_state_display()}",
            "url": reverse("meetings:decision_detail", args=[d.uuid]),
            "icon": "check2-all",
        }
        for d in rows.order_by("-year", "-sequence").distinct()[:limit]
    ]


def _items(user, text: str, limit: int) -> list[dict]:
    rows = matching(ActionItem.objects.visible_to(user), "meetings_actionitem", "title || ' ' || text", text)
    return [
        {
            "label": i.title,
            "sub": _("Action item") + f" · {i.get_state_display()}",
            "url": reverse("meetings:action_detail", args=[i.uuid]),
            "icon": "check2-square",
        }
        for i in rows.order_by("-pk").distinct()[:limit]
    ]


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
