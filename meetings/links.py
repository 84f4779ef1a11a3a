"""Personal links without sign-in, the calendar feed, and the rotating code of the room. All signed, all time-bound."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import uuid as uuids

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models import User
from meetings.choices import MeetingState
from meetings.models import Invitation, Meeting

_INVITATION, _FEED, _DESK = "meetings.invitation", "meetings.feed", "meetings.desk"
LINK_LIFE = dt.timedelta(days=200)
CODE_SECONDS = 45  # how long one code of the room is shown; the one before it is still taken
DESK_MINUTES = 10  # time to type one's name after scanning
BEFORE, AFTER = dt.timedelta(minutes=60), dt.timedelta(minutes=60)


class BadLink(Exception):
    """The link is forged, too old, or was replaced by a newer one."""


# --- invitations -----------------------------------------------------------------------------------------------------


def invitation_token(invitation: Invitation) -> str:
    """Signed key of an invitation's page."""
    return signing.dumps([invitation.uuid.hex, invitation.key_version], salt=_INVITATION)


def read_invitation(token: str) -> Invitation:
    """The invitation a token belongs to. Raises BadLink."""
    try:
        key, version = signing.loads(token, salt=_INVITATION, max_age=LINK_LIFE)
        found = Invitation.objects.select_related("meeting", "agency", "region").get(uuid=uuids.UUID(key))
    except (signing.BadSignature, ValueError, TypeError, Invitation.DoesNotExist) as error:
        raise BadLink from error
    if found.key_version != version or found.sent_at is None:
        raise BadLink
    return found


def invitation_url(invitation: Invitation) -> str:
    """The whole address of the personal page, as it is sent."""
    return settings.PUBLIC_URL + reverse("meetings:invitation_answer", args=[invitation_token(invitation)])


# --- calendar feed ---------------------------------------------------------------------------------------------------


def feed_token(user: User) -> str:
    """Key of a person's calendar feed; a change of `preferences["feed"]` makes it useless."""
    return signing.dumps([user.uuid.hex, user.preferences.get("feed", 1)], salt=_FEED)


def feed_url(user: User) -> str:
    """The whole address of a person's feed."""
    return settings.PUBLIC_URL + reverse("meetings:calendar_feed", args=[feed_token(user)])


def read_feed(token: str) -> User:
    """The person a feed belongs to. Raises BadLink."""
    try:
        key, version = signing.loads(token, salt=_FEED)
        user = User.objects.get(uuid=uuids.UUID(key), is_active=True)
    except (signing.BadSignature, ValueError, TypeError, User.DoesNotExist) as error:
        raise BadLink from error
    if user.preferences.get("feed", 1) != version:
        raise BadLink
    return user


# --- the room --------------------------------------------------------------------------------------------------------


def is_open(meeting: Meeting, now: dt.datetime | None = None) -> bool:
    """Whether one can sign in now: from an hour before the meeting to an hour after its end."""
    now = now or timezone.now()
    if meeting.state not in (MeetingState.INVITED, MeetingState.HELD) or meeting.starts is None:
        return False
    end = meeting.ends or meeting.starts + dt.timedelta(hours=4)
    return meeting.starts - BEFORE <= now <= end + AFTER


def _code(meeting: Meeting, window: int) -> str:
    digest = salted_hmac("meetings.room", f"{meeting.uuid}:{window}", algorithm="sha256").digest()
    return base64.b32encode(digest[:5]).decode().lower()


def room_code(meeting: Meeting, now: dt.datetime | None = None) -> str:
    """The code that the screen of the room shows now."""
    return _code(meeting, int((now or timezone.now()).timestamp()) // CODE_SECONDS)


def check_code(meeting: Meeting, code: str, now: dt.datetime | None = None) -> None:
    """Raise BadLink unless `code` is on the screen now or was just before, and the meeting is on."""
    now = now or timezone.now()
    window = int(now.timestamp()) // CODE_SECONDS
    fresh = any(hmac.compare_digest(_code(meeting, w).encode(), code.encode()) for w in (window, window - 1))
    if not fresh or not is_open(meeting, now):
        raise BadLink


def room_url(meeting: Meeting) -> str:
    """The whole address in the QR code."""
    return settings.PUBLIC_URL + reverse("meetings:room_sign", args=[meeting.uuid, room_code(meeting)])


def desk_token(meeting: Meeting) -> str:
    """Says that somebody scanned a fresh code: gives time to type the name."""
    return signing.dumps(meeting.uuid.hex, salt=_DESK)


def check_desk(meeting: Meeting, token: str) -> None:
    """Raise BadLink unless the token is of this meeting, fresh, and the meeting is on."""
    try:
        key = signing.loads(token, salt=_DESK, max_age=dt.timedelta(minutes=DESK_MINUTES))
    except signing.BadSignature as error:
        raise BadLink from error
    if key != meeting.uuid.hex or not is_open(meeting):
        raise BadLink
