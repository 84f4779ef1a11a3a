"""What happens by itself: items whose number is there, notices of due dates, one mail a day for each person."""

from __future__ import annotations

from meetings import monthly
from meetings.actions import items, mails, notices


def propose_reached() -> str:
    """Propose measured items as done whose number is reached; returns what was done."""
    n = items.propose_reached()
    return f"{n} action items proposed as done" if n else ""


def find_notices() -> str:
    """Write notices of due and overdue items, and the day's mail; returns what was done."""
    found = notices.find_due()
    written = notices.write_digests()
    return f"{found} notices, {written} mails" if found or written else ""


def remind_invited() -> str:
    """Remind who has not answered some days before a meeting; returns what was done."""
    n = mails.remind_all()
    return f"{n} reminders" if n else ""


def write_monthly() -> str:
    """Write the mail on the last month to the leadership; returns what was done."""
    made = monthly.write_monthly()
    return f"{made} monthly mails" if made else ""
