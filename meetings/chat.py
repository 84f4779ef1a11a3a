"""Short texts to paste into a chat group: what and when, never who. A long number in a title is masked all the same."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.rupiah import thousands
from core.templatetags.shell import tanggal, waktu
from meetings.models import Decision, Meeting
from programs.figures import SMALL

_LONG = re.compile(r"(\d{6})\d{6,}")  # NIK, No. KK, telephone: the first six digits stay


def _plain(text: str) -> str:
    return _LONG.sub(r"\1…", text)


def meeting_text(meeting: Meeting, url: str = "") -> str:
    """An invitation. `url`: the personal link of one invitation, which goes to that person alone."""
    parts = [_plain(meeting.title), waktu(meeting.starts), meeting.place]
    text = ". ".join(filter(None, parts))
    if url:
        return _("Invitation: %(text)s. Please answer here: %(url)s") % {"text": text, "url": url}
    return _("Invitation: %(text)s. Please answer by your personal link.") % {"text": text}


def decision_text(decision: Decision) -> str:
    """A decision: number, what, agencies, deadline, how many households unless they are few, link to its page."""
    parts = [_("Decision %(number)s: %(title)s") % {"number": decision.number, "title": _plain(decision.title)}]
    names = [agency.short_name for agency in decision.agencies.all()]
    if names:
        parts.append(_("Responsible: %(names)s") % {"names": ", ".join(names)})
    if decision.due:
        parts.append(_("by %(day)s") % {"day": tanggal(decision.due)})
    n = decision.household_set.rows.count() if decision.household_set_id else 0
    if n >= SMALL:
        parts.append(ngettext("%(n)s household", "%(n)s households", n) % {"n": thousands(n)})
    link = settings.PUBLIC_URL + reverse("meetings:decision_detail", args=[decision.uuid])
    return f"{'. '.join(parts)}. {link}"
