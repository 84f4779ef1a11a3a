"""Filters of the list of action items that a person keeps for themselves."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.history import history
from core.models import User
from core.roles import Perm, require

KEY = "action_filters"
MOST = 12
LONGEST = 60


def of(user) -> list[dict]:
    """Kept filters of `user` in the order they were kept: `name`, `query`."""
    return [row for row in user.preferences.get(KEY, []) if isinstance(row, dict) and row.get("name")]


def keep(*, by: User, name: str, query: str) -> None:
    """Keep a filter under a name; the same name again takes its place. Raises ValidationError."""
    require(by, Perm.SEE_MEETINGS)
    name = " ".join(name.split())[:LONGEST]
    if not name:
        raise ValidationError({"name": _("Write a name for the filter.")})
    rows = [row for row in of(by) if row["name"] != name]
    if len(rows) >= MOST:
        raise ValidationError(_("You keep %(n)s filters already. Drop one first.") % {"n": MOST})
    _store(by, [*rows, {"name": name, "query": query}])


def drop(*, by: User, name: str) -> None:
    """Forget a kept filter; one that is not there is no error."""
    require(by, Perm.SEE_MEETINGS)
    _store(by, [row for row in of(by) if row["name"] != name])


@transaction.atomic
def _store(user: User, rows: list[dict]) -> None:
    row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    row.preferences = row.preferences | {KEY: rows}
    with history(by=user, action="account.preferences"):
        row.save(update_fields=["preferences"])
    user.preferences = row.preferences
