"""Mails about a meeting, written into the outbox together with what they are about.

One for each address, invitation and time of the meeting (SEQUENCE of the calendar file): the key holds the three, so
that sending twice, or a worker that is killed and begins again, writes nothing twice. A renewed link counts as new.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.history import history
from core.mail import post
from core.models import CitySettings, OutgoingMail, User
from core.models.people import on_day
from core.roles import Perm, require
from core.templatetags.shell import waktu
from meetings import calendar, links
from meetings.choices import Answer, MeetingState
from meetings.models import Invitation, Meeting


def addresses(invitation: Invitation) -> list[str]:
    """Where mail for an invitation goes: its own address, its person's, else all who hold a role for agency or area."""
    if invitation.email:
        return [invitation.email]
    if invitation.user_id:
        user = invitation.user
        return [user.email] if user.email and user.is_active else []
    scope = Q(pk__in=[])
    if invitation.agency_id:
        scope |= Q(role_assignments__agency=invitation.agency_id)
    if invitation.region_id:
        scope |= Q(role_assignments__region=invitation.region_id)
    people = User.objects.filter(scope, on_day(prefix="role_assignments__"), is_active=True).exclude(email="")
    return sorted(set(people.values_list("email", flat=True)))


def reachable(invitations: list[Invitation]) -> set[int]:
    """Ids of those for whom an address is known, in one query."""
    holders = User.objects.filter(on_day(prefix="role_assignments__"), is_active=True).exclude(email="")
    scopes = set(holders.values_list("role_assignments__agency", "role_assignments__region"))
    agencies, regions = {agency for agency, _region in scopes}, {region for _agency, region in scopes}
    return {
        one.pk
        for one in invitations
        if one.email
        or (one.user.email and one.user.is_active if one.user_id else one.agency_id in agencies - {None})
        or (not one.user_id and one.region_id in regions - {None})
    }


def prefix(meeting: Meeting) -> str:
    """How the keys of a meeting's mails begin."""
    return f"meeting:{meeting.uuid.hex}:"


def _key(invitation: Invitation, meeting: Meeting, address: str, what: str = "") -> str:
    mark = hashlib.sha256(address.casefold().encode()).hexdigest()[:8]
    return f"{prefix(meeting)}{invitation.uuid.hex}:{meeting.sequence}.{invitation.key_version}:{what}{mark}"


def _sent(meeting: Meeting):
    rows = Invitation.objects.filter(meeting=meeting, sent_at__isnull=False)
    return rows.select_related("user", "agency", "region").order_by("order", "pk")


def write_invitations(meeting: Meeting, *, changed: bool = False) -> int:
    """Mail with personal link and calendar file to all who were sent an invitation; returns how many are new."""
    return sum(_write(row, meeting, changed=changed) for row in _sent(meeting))


def write_invitation(invitation: Invitation) -> int:
    """The mail of one invitation, for a renewed link."""
    return _write(invitation, invitation.meeting)


def _write(invitation: Invitation, meeting: Meeting, *, changed: bool = False) -> int:
    made = 0
    with _tongue(invitation):
        if invitation.copy_only:
            subject, opening = _("Copy: %(title)s"), _("For your information: this invitation went out.")
        elif changed:
            subject, opening = _("Changed: %(title)s"), _("Time or place of this meeting changed. Please answer again.")
        else:
            subject, opening = _("Invitation: %(title)s"), _("You are invited to this meeting.")
        url = "" if invitation.copy_only else links.invitation_url(invitation)
        parts = [_greeting(invitation), opening, facts(meeting), _agenda(meeting)]
        if url:
            parts.append(_("Please answer by this personal link, no account is needed:") + f"\n{url}")
            parts.append(_("The link is for you alone; please do not pass it on."))
        parts.append(_closing())
        file = "" if invitation.copy_only else calendar.meeting_file(meeting, url).decode()
        for address in addresses(invitation):
            made += bool(
                post(
                    key=_key(invitation, meeting, address),
                    to=address,
                    subject=subject % {"title": meeting.title},
                    body="\n\n".join(filter(None, parts)),
                    calendar=file,
                )
            )
    return made


def write_off(meeting: Meeting) -> int:
    """Tell all who were sent an invitation that it was postponed or cancelled; the file takes the entry away."""
    made = 0
    for row in _sent(meeting):
        with _tongue(row):
            off = meeting.state == MeetingState.CANCELLED
            subject = _("Cancelled: %(title)s") if off else _("Postponed: %(title)s")
            opening = (
                _("This meeting does not take place.")
                if off
                else _("This meeting was postponed. A new invitation follows.")
            )
            reason = _("Reason: %(reason)s") % {"reason": meeting.state_reason}
            body = "\n\n".join([_greeting(row), opening, facts(meeting), reason, _closing()])
            file = "" if row.copy_only else calendar.meeting_file(meeting).decode()
            for address in addresses(row):
                made += bool(
                    post(
                        key=_key(row, meeting, address),
                        to=address,
                        subject=subject % {"title": meeting.title},
                        body=body,
                        calendar=file,
                    )
                )
    return made


# --- reminders -------------------------------------------------------------------------------------------------------


def unanswered(meeting: Meeting):
    """Invitations that were sent and have no answer; copies are not asked."""
    return _sent(meeting).filter(answer=Answer.NONE, copy_only=False)


@transaction.atomic
def remind(*, meeting: Meeting, by=None, what: str = "") -> int:
    """Write to all who have not answered, at most once a day by the button; returns how many mails.

    `by` None: by itself, some days before the meeting, and then `what` names the occasion.
    """
    if by is not None:
        require(by, Perm.RUN_MEETINGS)
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if row.state != MeetingState.INVITED or row.starts <= timezone.now():
        return 0
    what = what or f"r{timezone.localdate():%y%m%d}"
    made, told = 0, []
    for each in unanswered(row):
        with _tongue(each):
            url = links.invitation_url(each)
            body = "\n\n".join(
                [
                    _greeting(each),
                    _("We have no answer from you yet."),
                    facts(row),
                    _("Please answer by this personal link, no account is needed:") + f"\n{url}",
                    _closing(),
                ]
            )
            subject = _("Reminder: %(title)s") % {"title": row.title}
            new = sum(
                bool(post(key=_key(each, row, address, what), to=address, subject=subject, body=body))
                for address in addresses(each)
            )
        made += new
        if new:
            told.append(each.pk)
    if told:
        with history(by=by, action="meeting.remind"):
            Invitation.objects.filter(pk__in=told).update(reminded_at=timezone.now())
    return made


def remind_all(now: dt.datetime | None = None) -> int:
    """Remind, once for each meeting and time, who has not answered some days before (setting); returns mails."""
    now = now or timezone.now()
    city = CitySettings.load()
    days = city.reminder_days if city else 0
    if not days:
        return 0
    coming = Meeting.objects.filter(
        state=MeetingState.INVITED, starts__gt=now, starts__lte=now + dt.timedelta(days=days)
    ).order_by("starts")
    return sum(remind(meeting=meeting, what="auto") for meeting in coming)


# --- words -----------------------------------------------------------------------------------------------------------


def _tongue(invitation: Invitation):
    preferences = invitation.user.preferences if invitation.user_id else {}
    return override(preferences.get("language", settings.LANGUAGE_CODE))


def _greeting(invitation: Invitation) -> str:
    return _("To: %(who)s") % {"who": invitation.label}


def facts(meeting: Meeting) -> str:
    """What, when and where, a line each."""
    lines = [meeting.title]
    if meeting.starts:
        lines.append(_("When: %(when)s") % {"when": waktu(meeting.starts)})
    if meeting.place:
        lines.append(_("Place: %(place)s") % {"place": meeting.place})
    if meeting.link:
        lines.append(_("Link: %(link)s") % {"link": meeting.link})
    return "\n".join(lines)


def _agenda(meeting: Meeting) -> str:
    titles = list(meeting.agenda.order_by("order").values_list("title", flat=True))
    if not titles:
        return ""
    return "\n".join([_("Agenda:"), *(f"{n}. {title}" for n, title in enumerate(titles, 1))])


def _closing() -> str:
    city = CitySettings.load()
    return f"{city.team_name} {city.home_region}" if city else "TKPKD"


def mail_states(meeting: Meeting) -> dict[str, OutgoingMail]:
    """The newest mail of each invitation of a meeting, by the invitation's id as hex."""
    rows = OutgoingMail.objects.filter(key__startswith=prefix(meeting)).defer("body", "calendar").order_by("pk")
    return {row.key.split(":")[2]: row for row in rows}
