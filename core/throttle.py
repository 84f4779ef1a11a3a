"""Limits on what one person may do in a while, counted in the shared cache so that all processes count together."""

import time

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


def throttle(user, what: str, *, limit: int, seconds: int) -> None:
    """Count one use of `what` by `user`; raises PermissionDenied after `limit` uses within a window of `seconds`."""
    window = int(time.time() // seconds)
    key = f"throttle:{what}:{user.pk}:{window}"
    cache.add(key, 0, seconds)
    if cache.incr(key) > limit:
        raise PermissionDenied(_("That was asked very often in a short time. Try again later."))
