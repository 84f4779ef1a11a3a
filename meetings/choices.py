"""Closed lists of meetings: kinds, states, answers, measures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeetingKind(models.TextChoices):
    """What a meeting is for (domain.md section 6)."""

    RAKOR = "rakor", _("Coordination meeting")
    TECHNICAL = "technical", _("Technical coordination meeting")
    GROUP = "group", _("Programme group meeting")
    OUTREACH = "outreach", _("Outreach")
    MONEV = "monev", _("Monitoring and evaluation")
    VILLAGE = "village", _("Kelurahan deliberation")


class MeetingState(models.TextChoices):
    """Stages of a meeting, and the ways it does not take place."""

    PLANNED = "planned", _("Planned")
    INVITED = "invited", _("Invited")
    HELD = "held", _("Held")
    FINAL = "final", _("Minutes final")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


# Which state may follow which; the actions enforce it.
NEXT = {
    MeetingState.PLANNED: {
        MeetingState.INVITED,
        MeetingState.HELD,
        MeetingState.POSTPONED,
        MeetingState.CANCELLED,
    },
    MeetingState.INVITED: {MeetingState.HELD, MeetingState.POSTPONED, MeetingState.CANCELLED},
    MeetingState.HELD: {MeetingState.FINAL},
    MeetingState.FINAL: set(),
    MeetingState.POSTPONED: {MeetingState.PLANNED, MeetingState.CANCELLED},
    MeetingState.CANCELLED: set(),
}
# Minutes are written, decisions and action items made, in these.
WRITABLE = (MeetingState.PLANNED, MeetingState.INVITED, MeetingState.HELD)
COMING = (MeetingState.PLANNED, MeetingState.INVITED)


class TopicState(models.TextChoices):
    """What became of a proposed topic."""

    PROPOSED = "proposed", _("Proposed")
    TAKEN = "taken", _("On an agenda")
    REFUSED = "refused", _("Not taken up")


class Answer(models.TextChoices):
    """Answer to an invitation."""

    NONE = "none", _("No answer yet")
    COME = "come", _("Will come")
    SUBSTITUTE = "substitute", _("Sends a substitute")
    DECLINE = "decline", _("Cannot come")


class HowSigned(models.TextChoices):
    """How somebody came onto the attendance list."""

    TICK = "tick", _("Ticked by the note taker")
    QR = "qr", _("By the QR page of the room")


class WorkingGroup(models.TextChoices):
    """Working groups of the team: one a programme group, and data (Kota Solok: pendataan dan informasi)."""

    A = "a", _("Social assistance and security")
    B = "b", _("Community empowerment and micro enterprise")
    C = "c", _("Other programmes that raise economic activity")
    DATA = "d", _("Data and information")


class DecisionState(models.TextChoices):
    """Whether a decision stands."""

    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ItemState(models.TextChoices):
    """Stages of an action item. Overdue is no state: it follows from the due date."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    PROPOSED = "proposed", _("Proposed as done")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (ItemState.OPEN, ItemState.PROPOSED)


class Priority(models.TextChoices):
    """How pressing an action item is."""

    HIGH = "high", _("High")
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


class Measure(models.TextChoices):
    """How the progress of an action item is known. All but the first are computed, never typed."""

    FREE = "free", _("Reported by the agency, with proof")
    RECEIVED = "received", _("Households of a list received a programme")
    ENROLLED = "enrolled", _("Households of a list are in a programme")
    SPENT = "spent", _("Realisation of a programme by the end of a quarter")
    NOBODY_WITHOUT = "nobody_without", _("Nobody of the target group of an area without the programme")


OF_A_SET = (Measure.RECEIVED, Measure.ENROLLED)


class UpdateKind(models.TextChoices):
    """What was written about an action item."""

    CREATED = "created", _("Recorded")
    CHANGED = "changed", _("Changed")
    PROGRESS = "progress", _("Progress")
    OBSTACLE = "obstacle", _("Obstacle")
    PROOF = "proof", _("Proof")
    EXTENSION = "extension", _("Asked for more time")
    GRANTED = "granted", _("More time granted")
    REFUSED = "refused", _("More time not granted")
    PROPOSED = "proposed", _("Proposed as done")
    CONFIRMED = "confirmed", _("Confirmed as done")
    AGAINST = "against", _("Closed against the number")
    RETURNED = "returned", _("Returned as not done")
    CANCELLED = "cancelled", _("Cancelled")


class LetterKind(models.TextChoices):
    """Papers that carry a number of the register."""

    INVITATION = "invitation", _("Invitation")
    MINUTES = "minutes", _("Minutes")
    RECORD = "record", _("Record of proceedings")
    ASSIGNMENT = "assignment", _("Assignment sheet")
    OTHER = "other", _("Other letter")


class Direction(models.TextChoices):
    """Letters that go out and come in."""

    OUT = "out", _("Outgoing")
    IN = "in", _("Incoming")


class Sifat(models.TextChoices):
    """Urgency and secrecy on official letters; the words are those of the form."""

    ORDINARY = "biasa", "Biasa"
    URGENT = "segera", "Segera"
    VERY_URGENT = "sangat_segera", "Sangat Segera"
    LIMITED = "terbatas", "Terbatas"
    SECRET = "rahasia", "Rahasia"
