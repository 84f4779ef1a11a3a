"""The register of the team's decree: decrees, their posts, who holds them from when to when."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from meetings.models import Decree, TeamMember

_COPIED = ("order", "post", "working_group", "name", "position", "nip", "rank", "agency_id", "user_id")


@transaction.atomic
def save_decree(*, by, decree: Decree | None = None, copy_posts: bool = False, **values) -> Decree:
    """Enter a decree, or correct it.

    `copy_posts`: a new one takes the posts over that were held on its first day. The one before it ends on the day
    before, unless it says itself when it ends.
    """
    require(by, Perm.RUN_MEETINGS)
    row = decree or Decree()
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    before = Decree.objects.filter(valid_from__lt=row.valid_from).exclude(pk=row.pk).first() if decree is None else None
    with history(by=by, action="team.decree"):
        row.save()
        if before:
            if copy_posts:
                _copy(before, row)
            if before.valid_to is None:
                before.valid_to = row.valid_from - dt.timedelta(days=1)
                before.save(update_fields=["valid_to"])
    return row


def _copy(source: Decree, target: Decree) -> None:
    for post in source.posts.held_on(target.valid_from):
        TeamMember.objects.create(decree=target, **{name: getattr(post, name) for name in _COPIED})


@transaction.atomic
def save_post(*, by, decree: Decree, member: TeamMember | None = None, **values) -> TeamMember:
    """Add a post to a decree, or change it. Without an order it stands last."""
    require(by, Perm.RUN_MEETINGS)
    row = TeamMember.objects.select_for_update(of=("self",)).get(pk=member.pk) if member else TeamMember(decree=decree)
    for name, value in values.items():
        setattr(row, name, value)
    if not row.order:
        row.order = (decree.posts.aggregate(n=Max("order"))["n"] or 0) + 1
    row.full_clean()
    with history(by=by, action="team.post"):
        row.save()
    return row


@transaction.atomic
def end_post(*, by, post: TeamMember, day: dt.date, successor: bool = False, **values) -> TeamMember:
    """The holder leaves the post on `day`, which is the last. `successor`: `values` name who holds it from the next."""
    require(by, Perm.RUN_MEETINGS)
    row = TeamMember.objects.select_for_update(of=("self",)).select_related("decree").get(pk=post.pk)
    if row.valid_to is not None:
        raise ValidationError(_("This post has ended already."), code="ended")
    if day < (row.valid_from or row.decree.valid_from):
        raise ValidationError({"day": _("The last day lies before the first day.")})
    row.valid_to = day
    with history(by=by, action="team.post_end"):
        row.save(update_fields=["valid_to"])
        if successor:
            copied = {name: getattr(row, name) for name in _COPIED} | {
                "name": "",
                "nip": "",
                "rank": "",
                "user_id": None,
            }
            heir = TeamMember(decree=row.decree, valid_from=day + dt.timedelta(days=1), **(copied | values))
            heir.full_clean()
            heir.save()
            return heir
    return row


def holder(text: str, day: dt.date) -> TeamMember | None:
    """The post of the decree in force on `day` whose holder or office is called `text`."""
    text = " ".join(text.split())
    if not text:
        return None
    return TeamMember.objects.in_force(day).filter(Q(name__iexact=text) | Q(position__iexact=text)).first()
