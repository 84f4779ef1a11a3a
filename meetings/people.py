"""Attendance of a meeting in figures."""

from __future__ import annotations

from dataclasses import dataclass, field

from meetings.choices import Answer
from meetings.models import Attendance, Invitation, Meeting


@dataclass
class Presence:
    """Who of the invited came. `lines`: (label, number, names) for the panel beside the minutes."""

    invited: int = 0
    present: int = 0
    guests: int = 0
    substitutes: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def own(self) -> int:
        """The invited who came themselves."""
        return self.present - len(self.substitutes)

    @property
    def share(self) -> float:
        """Present of the invited, 0 to 1."""
        return min(1.0, self.present / self.invited) if self.invited else 0.0


def attendance_of(meeting: Meeting) -> Presence:
    """Figures of one meeting; two queries. Copies only (tembusan) are not counted as invited."""
    invitations = list(
        Invitation.objects.filter(meeting=meeting, copy_only=False)
        .select_related("agency", "region")
        .order_by("order", "pk")
    )
    came = {a.invitation_id: a for a in Attendance.objects.filter(meeting=meeting, withdrawn=False)}
    found = Presence(invited=len(invitations))
    rows = Attendance.objects.filter(meeting=meeting, withdrawn=False)
    for invitation in invitations:
        label = short_label(invitation)
        here = came.get(invitation.pk)
        if here:
            found.present += 1
            if here.substitute:
                found.substitutes.append(label)
        elif invitation.answer == Answer.DECLINE:
            found.excused.append(label)
        else:
            found.silent.append(label)
    found.guests = sum(1 for a in rows if a.invitation_id is None)
    return found


def short_label(invitation: Invitation) -> str:
    """Who is meant, as short as it is told apart in a list."""
    if invitation.name:
        return invitation.name
    if invitation.agency:
        return invitation.agency.short_name
    return str(invitation.region or invitation.organisation)
