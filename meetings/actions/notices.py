"""Who has to know what about an action item: notices in the application and one mail a day for each person.

Kinds: assigned, changed, verified (said when it happens), due (in seven days) and overdue (found daily). `key` makes
each unique for a person, so that a worker that is killed in the middle and begins again says nothing twice.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.mail import post
from core.models import OutgoingMail, User
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


def latest(user, most: int = 200) -> list[Notice]:
    """Notices of `user`, unread ones first, then the newest."""
    rows = Notice.objects.filter(user=user).select_related("item")
    return list(rows.order_by(F("read_at").desc(nulls_first=True), "-pk")[:most])


def mark_read(*, user, item=None) -> int:
    """`user` has read all notices, or those about the action item with this uuid; returns how many were unread."""
    rows = Notice.objects.filter(user=user, read_at__isnull=True)
    return (rows.filter(item__uuid=item) if item else rows).update(read_at=timezone.now())


def kind_words(kind: str) -> str:
    """What a notice says, in words."""
    return {
        "assigned": _("Assigned to you"),
        "changed": _("Changed"),
        "verified": _("Closed by the secretariat"),
        "due": _("Due within 7 days"),
        "overdue": _("Overdue"),
    }.get(kind, kind)


def write_digests(today: dt.date | None = None) -> int:
    """Put one mail for each person with unsent notices into the outgoing mail; returns how many mails.

    A person's mail and the mark on its notices are written together, and its key holds the day: a worker that is killed
    and begins again sends no mail twice. Who switched digests off (`preferences["digest"]`) gets none.
    """
    today = today or timezone.localdate()
    people = User.objects.filter(meeting_notices__mailed_on__isnull=True, is_active=True).exclude(email="").distinct()
    made = 0
    for user in people.order_by("pk"):
        with transaction.atomic():
            rows = list(
                Notice.objects.select_for_update(of=("self",))
                .filter(user=user, mailed_on__isnull=True)
                .select_related("item")
                .order_by("pk")
            )
            key = f"digest:{user.uuid}:{today}"
            if not rows or OutgoingMail.objects.filter(key=key).exists():
                continue
            if user.preferences.get("digest", True):
                post(key=key, to=user.email, subject=_subject(rows, user), body=_body(rows, user))
                made += 1
            Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_on=today)
    return made


def _language(user) -> str:
    return user.preferences.get("language", settings.LANGUAGE_CODE)


def _subject(rows: list[Notice], user) -> str:
    with override(_language(user)):
        return ngettext("TKPKD: %(n)s notice on follow-up", "TKPKD: %(n)s notices on follow-up", len(rows)) % {
            "n": len(rows)
        }


def _body(rows: list[Notice], user) -> str:
    with override(_language(user)):
        lines = [
            f"{kind_words(row.kind)}: {row.item.title}\n"
            f"  {settings.PUBLIC_URL}{reverse('meetings:action_detail', args=[row.item.uuid])}"
            for row in rows
        ]
        return "\n\n".join(lines)
