"""Who writes at which point of the minutes at this moment: kept for seconds in the shared cache, never stored."""

from __future__ import annotations

import time

from django.core.cache import cache

from meetings.models import Meeting

SECONDS = 15  # a page tells every few seconds; who is silent for this long has left


def _key(meeting: Meeting) -> str:
    return f"minutes-writers:{meeting.pk}"


def tell(meeting: Meeting, *, user, item: str) -> dict[str, list[str]]:
    """Note that `user` stands at `item` ("" = at none); returns the names of the others by item.

    Two people who tell in the same moment may lose one word of it; the next one, seconds later, brings it back.
    """
    now = time.time()
    there = {pk: row for pk, row in (cache.get(_key(meeting)) or {}).items() if row[2] > now - SECONDS}
    if item:
        there[user.pk] = (item, str(user), now)
    else:
        there.pop(user.pk, None)
    cache.set(_key(meeting), there, SECONDS)
    others: dict[str, list[str]] = {}
    for pk, (where, name, _at) in there.items():
        if pk != user.pk:
            others.setdefault(where, []).append(name)
    return others
