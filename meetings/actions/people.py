"""Invitations and attendance."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from meetings.actions import mails
from meetings.actions.planning import _step, lock
from meetings.choices import Answer, HowSigned, MeetingState
from meetings.models import Attendance, Invitation, Meeting, TeamMember

S = MeetingState


@transaction.atomic
def invite(
    *,
    meeting: Meeting,
    by,
    posts: Iterable[TeamMember] = (),
    agencies: Iterable = (),
    regions: Iterable = (),
    users: Iterable = (),
    people: Iterable[dict] = (),
    copy_only: bool = False,
) -> int:
    """Put posts of the team, agencies, areas, users and people on the list, in this order.

    `people`: dicts of name, position, organisation, email, user; `copy_only`: they receive a copy (tembusan).

    Who stands there already is left as it is: an agency whose post is invited is not invited a second time, and an
    agency not yet written to takes the name of its post. Returns how many came.
    """
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if row.state in (S.FINAL, S.CANCELLED):
        raise ValidationError(_("A final or cancelled meeting is not changed any more."))
    wanted = [_of_post(post) for post in posts]
    wanted += [{"agency": a} for a in agencies] + [{"region": r} for r in regions]
    wanted += [_of_user(user) for user in users] + list(people)
    there = list(row.invitations.select_related("agency"))
    order = max((one.order for one in there), default=0)
    made = 0
    with history(by=by, action="meeting.invite"):
        for values in wanted:
            if any(_same(one, values) for one in there):
                continue
            one = next((o for o in there if _takes_name(o, values)), None)
            if one is None:
                order += 1
                one = Invitation(meeting=row, order=order, copy_only=copy_only)
                there.append(one)
                made += 1
            for name, value in values.items():
                setattr(one, name, value)
            one.full_clean()
            one.save()
    return made


def _of_post(post: TeamMember) -> dict:
    return {"agency": post.agency, "user": post.user, "name": post.name, "position": post.position}


def _of_user(user) -> dict:
    return {"user": user, "name": user.full_name or user.username, "agency": user.agency}


def _same(one: Invitation, values: dict) -> bool:
    """Whether `values` mean somebody who stands on the list."""
    if values.get("user") and one.user_id == values["user"].pk:
        return True
    named = values.get("name") or values.get("position")
    if values.get("agency") and not named:
        return one.agency_id == values["agency"].pk
    if values.get("region") and not named:
        return one.region_id == values["region"].pk
    keys = ("name", "position", "organisation")
    same = all(getattr(one, key).casefold() == (values.get(key) or "").casefold() for key in keys)
    return same and one.agency_id == (values["agency"].pk if values.get("agency") else None)


def _takes_name(one: Invitation, values: dict) -> bool:
    """Whether `one` is the agency alone, not yet written to, and `values` say who holds its post."""
    bare = not (one.name or one.position or one.user_id or one.sent_at)
    return bare and values.get("agency") is not None and one.agency_id == values["agency"].pk


@transaction.atomic
def choose_signer(*, meeting: Meeting, by, signer: TeamMember | None, signs_for: str = "") -> Meeting:
    """Say which post of the team signs the letters of a meeting; None: who signs for the city."""
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    row.signer, row.signs_for = signer, " ".join(signs_for.split())
    with history(by=by, action="meeting.signer", region=row.region_id or ""):
        row.save(update_fields=["signer", "signs_for"])
    return row


@transaction.atomic
def drop_invitation(*, invitation: Invitation, by) -> None:
    """Take somebody off the list who has not been written to, answered or come."""
    require(by, Perm.RUN_MEETINGS)
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.sent_at or row.answered_at or Attendance.objects.filter(invitation=row).exists():
        raise ValidationError(_("This invitation was sent or answered already."))
    with history(by=by, action="meeting.uninvite"):
        row.delete()


@transaction.atomic
def send(*, meeting: Meeting, by) -> Meeting:
    """The invitations go out: the meeting is invited, and mail is written to whoever has none about this time yet."""
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if not row.invitations.exists():
        raise ValidationError(_("Nobody is on the list of the invited yet."))
    if row.state == S.PLANNED:
        row = _step(row, S.INVITED, by)
    elif row.state != S.INVITED:
        raise ValidationError(
            _("A meeting that is “%(state)s” cannot take this step.") % {"state": row.get_state_display()}
        )
    with history(by=by, action="meeting.send"):
        row.invitations.filter(sent_at__isnull=True).update(sent_at=timezone.now())
        mails.write_invitations(row)
    return row


@transaction.atomic
def answer(
    *,
    invitation: Invitation,
    answer: str,
    by=None,
    substitute: str = "",
    reason: str = "",
    key_version: int | None = None,
) -> Invitation:
    """Record an answer, given by the personal link (`by` None, with the link's `key_version`) or by the secretariat."""
    if by is not None:
        require(by, Perm.RUN_MEETINGS)
    row = Invitation.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=invitation.pk)
    if key_version is not None and key_version != row.key_version:
        raise ValidationError(_("This link is no longer valid. Ask the secretariat for a new one."), code="link")
    if (
        row.copy_only
        or row.meeting.state != S.INVITED
        or (row.meeting.starts and row.meeting.starts < timezone.now() and by is None)
    ):
        raise ValidationError(_("This meeting takes no answers any more."), code="closed")
    row.answer, row.answered_at = answer, timezone.now()
    row.substitute = " ".join(substitute.split()) if answer == Answer.SUBSTITUTE else ""
    row.answer_reason = " ".join(reason.split()) if answer == Answer.DECLINE else ""
    row.full_clean()
    with history(by=by, action="invitation.answer"):
        row.save()
    return row


@transaction.atomic
def renew_link(*, invitation: Invitation, by) -> Invitation:
    """Make the links sent before useless and give a new one, by mail where there is an address."""
    require(by, Perm.RUN_MEETINGS)
    row = Invitation.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=invitation.pk)
    row.key_version += 1
    with history(by=by, action="invitation.renew"):
        row.save(update_fields=["key_version"])
        if row.sent_at and row.meeting.state == S.INVITED:
            mails.write_invitation(row)
    return row


# --- attendance ----------------------------------------------------------------------------------------------------


def _room(meeting: Meeting) -> Meeting:
    row = lock(meeting)
    if row.state not in (S.INVITED, S.HELD):
        raise ValidationError(_("Attendance is kept for meetings that were invited to or held."))
    return row


@transaction.atomic
def tick(
    *, invitation: Invitation, present: bool, by, late: bool = False, substitute: bool = False, name: str = ""
) -> Attendance | None:
    """The note taker ticks an invited one as present, or takes the tick back."""
    require(by, Perm.RUN_MEETINGS)
    meeting = _room(invitation.meeting)
    row = Attendance.objects.filter(invitation=invitation).select_for_update(of=("self",)).first()
    with history(by=by, action="attendance.tick"):
        if not present:
            if row and not row.withdrawn:
                row.withdrawn = True
                row.save(update_fields=["withdrawn"])
            return None
        row = row or Attendance(meeting=meeting, invitation=invitation, by=by)
        row.withdrawn, row.late, row.substitute = False, late, substitute
        row.name = name or (invitation.substitute if substitute else "") or row.name or invitation.name
        row.position, row.agency = invitation.position, invitation.agency
        row.organisation = invitation.organisation or str(invitation.agency or invitation.region or "")
        row.name = row.name or row.organisation
        row.full_clean()
        row.save()
    return row


@transaction.atomic
def add_present(*, meeting: Meeting, by, name: str, organisation: str = "", position: str = "", late: bool = False):
    """Somebody who came without being on the list."""
    require(by, Perm.RUN_MEETINGS)
    row = Attendance(
        meeting=_room(meeting), name=name.strip(), organisation=organisation, position=position, late=late, by=by
    )
    row.full_clean()
    with history(by=by, action="attendance.add"):
        row.save()
    return row


@transaction.atomic
def sign_in(*, meeting: Meeting, name: str, organisation: str, position: str = "", invitation=None) -> Attendance:
    """Somebody signed in on a phone with the code of the room (checked by the caller, `meetings.room`)."""
    row = _room(meeting)
    name = " ".join(name.split())
    organisation = " ".join(organisation.split())
    if invitation is not None and invitation.meeting_id != row.pk:
        raise ValidationError(_("This invitation belongs to another meeting."))
    found = (
        Attendance.objects.filter(invitation=invitation).first()
        if invitation
        else row.attendance.filter(name__iexact=name, organisation__iexact=organisation).first()
    )
    with history(by=None, action="attendance.sign_in"):
        one = found or Attendance(meeting=row, invitation=invitation, how=HowSigned.QR)
        one.withdrawn = False
        one.name, one.organisation, one.position = name, organisation, " ".join(position.split())
        if invitation:
            one.agency = invitation.agency
            announced = invitation.substitute.casefold() == name.casefold() != ""
            one.substitute = announced or bool(invitation.name) and invitation.name.casefold() != name.casefold()
        one.late = bool(row.starts) and (timezone.now() - row.starts).total_seconds() > 15 * 60
        one.full_clean()
        one.save()
    return one
