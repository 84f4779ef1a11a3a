"""Attendance of a meeting in figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from core.models import CitySettings
from meetings.choices import Answer
from meetings.models import Attendance, Invitation, Meeting


@dataclass
class Presence:
    """Who of the invited came. `lines`: (label, number, names) for the panel beside the minutes."""

    invited: int = 0
    present: int = 0
    guests: int = 0
    late: int = 0
    agencies_invited: int = 0
    agencies_present: int = 0
    quorum: int = 0  # so many agencies must be there; 0 when no agency is invited
    substitutes: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def own(self) -> int:
        """The invited who came themselves."""
        return self.present - len(self.substitutes)

    @property
    def quorate(self) -> bool:
        """Whether enough of the invited agencies are there."""
        return self.agencies_present >= self.quorum

    @property
    def share(self) -> float:
        """Present of the invited, 0 to 1."""
        return min(1.0, self.present / self.invited) if self.invited else 0.0


def attendance_of(meeting: Meeting) -> Presence:
    """Figures of one meeting. Copies only (tembusan) are not counted as invited.

    The quorum counts agencies: each once, however many of its posts are invited or come.
    """
    invitations = list(
        Invitation.objects.filter(meeting=meeting, copy_only=False)
        .select_related("agency", "region")
        .order_by("order", "pk")
    )
    rows = list(Attendance.objects.filter(meeting=meeting, withdrawn=False))
    came = {a.invitation_id: a for a in rows if a.invitation_id}
    found = Presence(invited=len(invitations), late=sum(a.late for a in rows))
    agencies = {i.agency_id for i in invitations if i.agency_id}
    there = {i.agency_id for i in invitations if i.pk in came} | {a.agency_id for a in rows}
    found.agencies_invited, found.agencies_present = len(agencies), len(agencies & there)
    found.quorum = quorum_of(len(agencies))
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


def quorum_of(agencies: int) -> int:
    """How many of so many invited agencies make a quorum (setting, half by default), rounded up."""
    city = CitySettings.load()
    return math.ceil(agencies * (city.quorum_percent if city else 50) / 100)


def short_label(invitation: Invitation) -> str:
    """Who is meant, as short as it is told apart in a list."""
    if invitation.name:
        return invitation.name
    if invitation.agency:
        return invitation.agency.short_name
    return str(invitation.region or invitation.organisation or invitation.position)
