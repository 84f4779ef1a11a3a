"""What happens by itself: items whose number is there, notices of due dates, one mail a day for each person."""

from __future__ import annotations

from meetings.actions import items, notices


def propose_reached() -> str:
    """Propose measured items as done whose number is reached; returns what was done."""
    n = items.propose_reached()
    return f"{n} action items proposed as done" if n else ""


def find_notices() -> str:
    """Write notices of due and overdue items, and the day's mail; returns what was done."""
    found = notices.find_due()
    mails = notices.write_digests()
    return f"{found} notices, {mails} mails" if found or mails else ""
