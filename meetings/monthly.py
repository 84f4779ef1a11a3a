"""The monthly mail to the leadership: five sentences on the month that ended, each with the page behind its figures."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.choices import Role
from core.mail import post
from core.models import OutgoingMail, User
from core.models.people import on_day
from core.templatetags.shell import angka, tanggal
from meetings import since
from meetings.rows import shown
from meetings.summary import late_url
from programs.figures import SMALL


def leaders():
    """Active people with the role of the leadership and an address."""
    held = on_day(prefix="role_assignments__")
    people = User.objects.filter(held, role_assignments__role=Role.LEADERSHIP, is_active=True)
    return people.exclude(email="").distinct().order_by("pk")


def last_month(today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the month before the one of `today`."""
    last = today.replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=1), last


def write_monthly(today: dt.date | None = None) -> int:
    """Put one mail on the last month for each of the leadership into the outgoing mail; returns how many.

    The key holds person and month: a second run, or one after a killed worker, writes none twice. Who switched it off
    (`preferences["monthly"]`) gets none.
    """
    first, last = last_month(today or timezone.localdate())
    made = 0
    for user in leaders():
        key = f"monthly:{user.uuid}:{first:%Y-%m}"
        if not user.preferences.get("monthly", True) or OutgoingMail.objects.filter(key=key).exists():
            continue
        with transaction.atomic(), override(user.preferences.get("language", settings.LANGUAGE_CODE)):
            month = date_format(first, "F Y")
            body = "\n\n".join(sentences(user, first, last))
            foot = _("You can switch this mail off in your account: %(url)s") % {"url": _url("account_settings")}
            subject = _("TKPKD in %(month)s, in five sentences") % {"month": month}
            made += post(key=key, to=user.email, subject=subject, body=f"{body}\n\n{foot}") is not None
    return made


def sentences(user, first: dt.date, last: dt.date) -> list[str]:
    """What rose, what fell, what was decided and done, who is late, whom to call. Each ends in its address."""
    moved = [m for m in since.year_on_year(last) if m.known]
    late = since.late_by_owner(user, timezone.localdate())
    return [_rose(moved, last), _fell(moved, last), _work(user, first, last), _late(late), _call(late)]


def _url(name: str, *args, query: str = "") -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}{query}"


def _rose(moved: list[since.Moved], last: dt.date) -> str:
    best = max(moved, key=lambda m: m.more, default=None)
    if best is None or best.more <= 0:
        return _("Rising: no programme reached more households than a year before.")
    return _(
        "Rising: %(program)s reached %(now)s households by %(day)s, %(more)s more than a year before. %(url)s"
    ) % _facts(best, best.more, last)


def _fell(moved: list[since.Moved], last: dt.date) -> str:
    worst = min(moved, key=lambda m: m.more, default=None)
    if worst is None or worst.more >= 0:
        return _("Falling: no programme reached fewer households than a year before.")
    return _(
        "Falling: %(program)s reached %(now)s households by %(day)s, %(more)s fewer than a year before. %(url)s"
    ) % _facts(worst, -worst.more, last)


def _facts(moved: since.Moved, more: int, last: dt.date) -> dict:
    return {
        "program": moved.program.short_name,
        "now": shown(moved.now, False),
        # What was a year before is the difference: a small one takes the change along.
        "more": _("some") if 0 < moved.then < SMALL else shown(more, False),
        "day": tanggal(last),
        "url": _url("programs:program_detail", moved.program.uuid, query=f"?year={last.year}"),
    }


def _work(user, first: dt.date, last: dt.date) -> str:
    work = since.work_between(user, first - dt.timedelta(days=1), last)
    decided = ngettext("%(n)s decision", "%(n)s decisions", work.decided) % {"n": angka(work.decided)}
    closed = ngettext("%(n)s action item", "%(n)s action items", work.closed) % {"n": angka(work.closed)}
    return _("Decided and done: %(decided)s in %(month)s, %(closed)s closed. %(url)s") % {
        "decided": decided,
        "closed": closed,
        "month": date_format(first, "F Y"),
        "url": _url("meetings:leadership_page", query=f"?year={last.year}&quarter={(last.month + 2) // 3}"),
    }


def _late(late: list[since.Late]) -> str:
    if not late:
        return _("Late: nobody.")
    names = ", ".join(f"{each.name} ({each.n})" for each in late[:3])
    total = sum(each.n for each in late)
    words = ngettext("%(n)s action item", "%(n)s action items", total) % {"n": angka(total)}
    return _("Late: %(items)s overdue, most of them at %(names)s. %(url)s") % {
        "items": words,
        "names": names,
        "url": _url("meetings:action_list", query="?who=all&show=overdue"),
    }


def _call(late: list[since.Late]) -> str:
    if not late:
        return _("To call: nobody.")
    worst = max(late, key=lambda each: each.days)
    who = f"{worst.oldest.owner} ({worst.name})" if worst.oldest.owner else worst.name
    return _("To call: %(who)s, for “%(title)s”, overdue for %(days)s days. %(url)s") % {
        "who": who,
        "title": worst.oldest.title,
        "days": angka(worst.days),
        "url": f"{settings.PUBLIC_URL}{late_url(worst)}",
    }
