"""Numbers kept until the next recorded change: counting a million people again for every reader would take seconds.

Nothing is ever shown that a change has made wrong: the history says whether there was one (`core.history.mark`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from core import history

T = TypeVar("T")
KEEP_SECONDS = 3600
TRY_AGAIN_SECONDS = 60


def kept(name: str, *scope, count: Callable[[], T]) -> T:
    """What `count()` gives, counted once for all readers of `scope`, until a change, an hour or the day ends it.

    `scope`: all that the value rests on beside the rows, as JSON. The value must be of plain types and rest on rows
    with a history only. None, "it took too long", is kept for a minute, lest every reader tries and waits. Of several
    readers at once one counts, the others wait for it.
    """
    said = json.dumps([timezone.localdate().isoformat(), *scope], sort_keys=True, separators=(",", ":"))
    key = f"kept:{name}:{hashlib.sha256(said.encode()).hexdigest()}"
    found = _fresh(key, history.mark())
    if found:
        return found[0]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        mark = history.mark()  # read before counting: a change during the count makes the next reader count again
        found = _fresh(key, mark)
        if not found:
            found = (count(),)
            cache.set(key, (mark, *found), TRY_AGAIN_SECONDS if found[0] is None else KEEP_SECONDS)
    return found[0]


def _fresh(key: str, mark: str) -> tuple | None:
    found = cache.get(key)
    return (found[1],) if found and found[0] == mark else None
