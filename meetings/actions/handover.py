"""Meetings and follow-up of an agency that another one followed."""

from __future__ import annotations

import datetime as dt

from core.models import Agency
from meetings.choices import COMING, UNFINISHED, ItemState
from meetings.models import ActionHelper, ActionItem, Meeting, Series

OPEN = (ItemState.DRAFT, *UNFINISHED)


def hand_over_meetings(old: Agency, new: Agency, day: dt.date) -> int:
    """Give series, coming meetings and unfinished action items to `new`; what was held or done keeps its agency.

    Called within `core.actions.hand_over`. Returns how many rows moved.
    """
    moved = Series.objects.filter(agency=old, ended__isnull=True).update(agency=new)
    moved += Meeting.objects.filter(agency=old, state__in=COMING).update(agency=new)
    moved += ActionItem.objects.filter(agency=old, state__in=OPEN).update(agency=new)
    helping = ActionHelper.objects.filter(agency=old, item__state__in=OPEN)
    already = ActionHelper.objects.filter(agency=new).values("item")
    return moved + helping.exclude(item__in=already).update(agency=new)
