"""Invitations and attendance."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from meetings.actions.planning import _step, lock
from meetings.choices import Answer, HowSigned, MeetingState
from meetings.models import Attendance, Invitation, Meeting

S = MeetingState


@transaction.atomic
def invite(
    *, meeting: Meeting, by, agencies: Iterable = (), regions: Iterable = (), people: Iterable[dict] = ()
) -> int:
    """Put agencies, areas and people (dicts of name, position, organisation, email, user) on the list.

    Who stands there already is left as it is. Returns how many came.
    """
    require(by, Perm.RUN_MEETINGS)
    row = lock(meeting)
    if row.state in (S.FINAL, S.CANCELLED):
        raise ValidationError(_("A final or cancelled meeting is not changed any more."))
    order = row.invitations.aggregate(n=Max("order"))["n"] or 0
    wanted = [{"agency": a} for a in agencies] + [{"region": r} for r in regions] + list(people)
    made = 0
    with history(by=by, action="meeting.invite"):
        for values in wanted:
            there = {name: value for name, value in values.items() if name != "email"}
            if row.invitations.filter(**({"name": ""} | there)).exists():
                continue
            order += 1
            one = Invitation(meeting=row, order=order, **values)
            one.full_clean()
            one.save()
            made += 1
    return made


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
    """The invitations went out: the meeting is invited, who is new on the list has been written to."""
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
    if row.meeting.state != S.INVITED or (row.meeting.starts and row.meeting.starts < timezone.now() and by is None):
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
    """Make the links sent before useless and give a new one."""
    require(by, Perm.RUN_MEETINGS)
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    row.key_version += 1
    with history(by=by, action="invitation.renew"):
        row.save(update_fields=["key_version"])
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
        row.name = name or row.name or invitation.substitute or invitation.name
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
            one.substitute = bool(invitation.name) and invitation.name.casefold() != name.casefold()
        one.late = bool(row.starts) and (timezone.now() - row.starts).total_seconds() > 15 * 60
        one.full_clean()
        one.save()
    return one
