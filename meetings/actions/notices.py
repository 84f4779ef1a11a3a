"""Who has to know what about an action item: notices in the application and one mail a day for each person.

Kinds: assigned, changed, verified (said when it happens), due (in seven days) and overdue (found daily). `key` makes
each unique for a person, so that a worker that is killed in the middle and begins again says nothing twice.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from core.models import User
from core.models.people import on_day
from meetings.choices import UNFINISHED
from meetings.models import ActionItem, Notice

DUE_SOON_DAYS = 7


def owners(item: ActionItem):
    """People who answer for an item: the named one, else those who hold a role for its agency or kelurahan."""
    if item.owner_id:
        return User.objects.filter(pk=item.owner_id, is_active=True)
    scope = Q(pk__in=[])
    if item.agency_id:
        scope |= Q(role_assignments__agency=item.agency_id)
    if item.region_id:
        scope |= Q(role_assignments__region=item.region_id)
    return User.objects.filter(scope, on_day(prefix="role_assignments__"), is_active=True).distinct()


def tell(item: ActionItem, kind: str) -> int:
    """Write a notice of `kind` to everybody who answers for the item; returns how many were new."""
    stamp = f"{kind}:{item.uuid}:{timezone.now():%Y%m%d%H%M%S%f}"
    return _write([(user.pk, item.pk) for user in owners(item)], kind, lambda _item: stamp)


def _write(pairs, kind: str, key) -> int:
    rows = [Notice(user_id=user, item_id=item, kind=kind, key=key(item)) for user, item in pairs]
    before = Notice.objects.filter(kind=kind).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return Notice.objects.filter(kind=kind).count() - before


def find_due(today: dt.date | None = None) -> int:
    """Write the notices of items due within seven days or overdue, once for each item and due date."""
    today = today or timezone.localdate()
    made = 0
    items = ActionItem.objects.filter(state__in=UNFINISHED, due__lte=today + dt.timedelta(days=DUE_SOON_DAYS))
    for item in items:
        kind = "overdue" if item.due < today else "due"
        pairs = [(user.pk, item.pk) for user in owners(item)]
        made += _write(pairs, kind, lambda _pk, item=item, kind=kind: f"{kind}:{item.uuid}:{item.due}")
    return made


def unread(user):
    """Notices that `user` has not read, newest first."""
    return Notice.objects.filter(user=user, read_at__isnull=True).select_related("item").order_by("-pk")
