"""Models of meetings."""

from meetings.models.decisions import Decision, DecisionAgency, DecisionProgram
from meetings.models.items import ActionHelper, ActionItem, ActionUpdate, Notice
from meetings.models.meetings import AgendaItem, Amendment, Comment, Meeting, Series, Topic
from meetings.models.people import Attendance, Invitation
from meetings.models.register import Decree, Letter, TeamMember

__all__ = [
    "ActionHelper",
    "ActionItem",
    "ActionUpdate",
    "AgendaItem",
    "Amendment",
    "Attendance",
    "Comment",
    "Decision",
    "DecisionAgency",
    "DecisionProgram",
    "Decree",
    "Invitation",
    "Letter",
    "Meeting",
    "Notice",
    "Series",
    "TeamMember",
    "Topic",
]
