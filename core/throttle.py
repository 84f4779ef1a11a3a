"""Limits on what one person may do in a while, counted in the shared cache so that all processes count together."""

import time

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _


def throttle(user, what: str, *, limit: int, seconds: int) -> None:
    """Count one use of `what` by `user`; raises PermissionDenied after `limit` uses within a window of `seconds`."""
    window = int(time.time() // seconds)
    key = f"throttle:{what}:{user.pk}:{window}"
    # One at a time, or two requests that come together count as one. Not `cache.incr`: in the database cache it is
    # two steps as well, and the number would be forgotten after five minutes, however long the window is.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        count = cache.get(key, 0) + 1
        cache.set(key, count, seconds)
    if count > limit:
        raise PermissionDenied(_("That was asked very often in a short time. Try again later."))
