"""What happened between two days, in numbers of the log: for the next meeting, the leadership's page and its mail.

Households are those that stand today; a programme *reached* one in a year by a delivery that is not void dated in it
(`programs.figures`). No number here belongs to fewer households than a programme of the whole city has.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, Sum

from core.models import Agency
from meetings.choices import UNFINISHED, ItemState
from meetings.models import ActionItem, Decision
from programs import figures
from programs.models import Delivery, Program

_REACHED = """
SELECT r.program_id, r.household_id, min(r.date) AS first FROM programs_reached r
WHERE r.date BETWEEN %(january)s AND %(day)s GROUP BY 1, 2"""
_BY_PROGRAM = f"""
SELECT program_id, count(*) FILTER (WHERE first <= %(before)s), count(*) FROM ({_REACHED}) each GROUP BY 1"""
_TARGET = f"""
SELECT count(*), count(f.first) FILTER (WHERE f.first <= %(before)s), count(f.first)
FROM households_household h
LEFT JOIN (SELECT household_id, min(first) AS first FROM ({_REACHED}) each GROUP BY 1) f ON f.household_id = h.id
WHERE h.status = 'active' AND h.merged_into_id IS NULL AND h.desil BETWEEN 1 AND %(poor)s"""


@dataclass(frozen=True)
class Moved:
    """A number on two days; `program` None: any programme at all; not `known`: no recipient list of it is in yet."""

    program: Program | None
    then: int
    now: int
    known: bool = True

    @property
    def more(self) -> int:
        """How much it rose; less than nothing when it fell."""
        return self.now - self.then


def _rows(sql: str, *, january: dt.date, before: dt.date, day: dt.date) -> list[tuple]:
    params = {"january": january, "before": before, "day": day, "poor": figures.poor_desil_max()}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def reached_between(before: dt.date, day: dt.date) -> list[Moved]:
    """For each programme the households it reached in the year of `day`: by `before`, and by `day`. One query."""
    found = _rows(_BY_PROGRAM, january=dt.date(day.year, 1, 1), before=before, day=day)
    programs = Program.objects.select_related("owner").in_bulk(pk for pk, _then, _now in found)
    moved = [Moved(programs[pk], then, now) for pk, then, now in found]
    return sorted(moved, key=lambda m: m.program.name)


def target_between(before: dt.date, day: dt.date) -> tuple[int, Moved]:
    """(households of the target group of today, how many of them any programme reached by `before` and by `day`)."""
    total, then, now = _rows(_TARGET, january=dt.date(day.year, 1, 1), before=before, day=day)[0]
    return total, Moved(None, then, now)


def year_on_year(day: dt.date) -> list[Moved]:
    """For each programme the households it reached from 1 January: a year before `day`, and by `day`."""
    last = a_year_before(day)
    missing = {each.program_year.program_id for each in figures.lists_not_in(day.year) if each.state == "none"}
    then = {m.program.pk: m for m in reached_between(last, last)}
    now = {m.program.pk: m for m in reached_between(day, day)}
    return [
        Moved(
            (now.get(pk) or then[pk]).program,
            then[pk].now if pk in then else 0,
            now[pk].now if pk in now else 0,
            pk not in missing,
        )
        for pk in sorted(then.keys() | now.keys(), key=lambda pk: (now.get(pk) or then[pk]).program.name)
    ]


def a_year_before(day: dt.date) -> dt.date:
    """The same day of the year before."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def spent_between(before: dt.date, day: dt.date) -> int:
    """Rupiah delivered after `before` and up to `day`, of the whole city."""
    rows = Delivery.objects.filter(void=False, date__gt=before, date__lte=day)
    return rows.exclude(assistance__status="void").aggregate(n=Sum("amount"))["n"] or 0


@dataclass(frozen=True)
class Work:
    """Decisions and action items between two days, and what is open or overdue on the second one."""

    decided: int
    closed: int
    opened: int
    open: int
    overdue: int


def work_between(user, before: dt.date, day: dt.date) -> Work:
    """Numbers of `Work` among what `user` may see. Two queries."""
    items = ActionItem.objects.visible_to(user).exclude(state__in=[ItemState.DRAFT, ItemState.CANCELLED]).order_by()
    unfinished = Q(state__in=UNFINISHED)
    counts = items.aggregate(
        closed=Count("pk", filter=Q(done_at__date__gt=before, done_at__date__lte=day), distinct=True),
        opened=Count("pk", filter=Q(at__date__gt=before, at__date__lte=day), distinct=True),
        open=Count("pk", filter=unfinished, distinct=True),
        overdue=Count("pk", filter=unfinished & Q(due__lt=day), distinct=True),
    )
    decided = Decision.objects.visible_to(user).filter(meeting__starts__date__gt=before, meeting__starts__date__lte=day)
    return Work(decided.distinct().count(), **counts)


@dataclass
class Late:
    """What an agency or kelurahan owes: overdue items, the oldest of them in days."""

    key: str
    name: str
    n: int
    days: int
    oldest: ActionItem
    agency: Agency | None = None
    url: str = ""


def late_by_owner(user, day: dt.date) -> list[Late]:
    """Overdue items by who is responsible, most first. One query."""
    rows = ActionItem.objects.visible_to(user).overdue(day).select_related("agency", "region", "owner").order_by("due")
    found: dict[str, list[ActionItem]] = {}
    for item in rows.distinct():
        found.setdefault(f"a{item.agency_id}" if item.agency_id else f"r{item.region_id}", []).append(item)
    late = [
        Late(key, items[0].agency.short_name if items[0].agency else str(items[0].region), len(items),
             (day - items[0].due).days, items[0], items[0].agency)
        for key, items in found.items()
    ]  # fmt: skip
    return sorted(late, key=lambda each: (-each.n, -each.days, each.name))
