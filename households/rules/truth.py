"""Three-valued truth as pairs of conditions, and what a rule is asked of.

SQL's own NULL would do for plain comparisons, but Django's `~Q` turns "not known" into true. So every part of a rule
compiles to two conditions, "certainly true" and "certainly false"; a row that meets neither lacks the data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone

from core.roles import Perm
from households.models import Code

NEVER = Q(pk__in=[])
ALWAYS = ~Q(pk__in=[])


class Truth(NamedTuple):
    """When a rule certainly holds and when it certainly does not, as conditions on the same rows."""

    true: Q
    false: Q

    @classmethod
    def certain(cls, q: Q) -> Truth:
        """A condition that is never unknown."""
        return cls(q, ~q)

    def negated(self) -> Truth:
        """The opposite; what is unknown stays unknown."""
        return Truth(self.false, self.true)


def opposite(q: Q) -> Q:
    """The same as `~q`, written without double negations: an index on `relation = 1` answers nothing about
    `NOT (… OR NOT relation = 1)`.
    """
    if q.negated:
        return Q(*q.children, _connector=q.connector)
    other = Q.AND if q.connector == Q.OR else Q.OR
    if q.connector not in (Q.AND, Q.OR):
        return ~q
    return Q(*(opposite(c) if isinstance(c, Q) else ~Q(c) for c in q.children), _connector=other)


def all_of(truths: Iterable[Truth]) -> Truth:
    """True when all are, false when one is."""
    true, false = ALWAYS, NEVER
    for t in truths:
        true, false = true & t.true, false | t.false
    return Truth(true, false)


def any_of(truths: Iterable[Truth]) -> Truth:
    """True when one is, false when all are."""
    true, false = NEVER, ALWAYS
    for t in truths:
        true, false = true | t.true, false & t.false
    return Truth(true, false)


@dataclass
class Context:
    """What a rule is compiled for: a reference day and year, and whether rows are households or their members.

    `household`: how a subquery names the household (`OuterRef(ctx.household)`); `prefix`: what household columns start
    with; `bind`: whether `person` speaks of the row itself (rows are members); `walk`: rows are read in order until a
    page is full, so looking up row by row beats reading everything first.
    """

    day: dt.date
    year: int
    members: bool = False
    bind: bool = False
    walk: bool = False
    seen: frozenset[str] = frozenset()  # sets on the way here, so that a set cannot ask itself
    memo: dict = field(default_factory=dict, repr=False)  # what was asked of the database already

    @property
    def household(self) -> str:
        """Field that holds the household's id on the rows asked."""
        return "household_id" if self.members else "pk"

    @property
    def in_(self) -> str:
        """Lookup for "the household is one of these"."""
        return f"{self.household}__in"

    @property
    def prefix(self) -> str:
        """What a household column is called from the rows asked."""
        return "household__" if self.members else ""

    def unfit(self, code_field: str) -> list[int]:
        """Codes of `code_field` that the city counts as unfit; read once."""
        if "unfit" not in self.memo:
            found: dict[str, list[int]] = {}
            for name, code in Code.objects.filter(unfit=True).order_by("code").values_list("field", "code"):
                found.setdefault(name, []).append(code)
            self.memo["unfit"] = found
        return self.memo["unfit"].get(code_field, [])


@dataclass(frozen=True)
class Condition:
    """A condition of an upper app, registered in `registry.conditions` under its key.

    `clean(value)` → normalised JSON value, raises ValidationError; `truth(value, ctx)` → Truth on the rows of `ctx`;
    `sentence(value)` → words; `perm`: right needed to use it in a filter; `health`: speaks of health.
    """

    key: str
    label: Any
    clean: Callable[[Any], Any]
    truth: Callable[[Any, Context], Truth]
    sentence: Callable[[Any], str]
    perm: Perm | None = None
    health: bool = False


def default_day(year: int) -> dt.date:
    """The day a year is judged by: today in the running year, its last day in the past, its first in the future."""
    today = timezone.localdate()
    if year == today.year:
        return today
    return dt.date(year, 12, 31) if year < today.year else dt.date(year, 1, 1)


def years_before(day: dt.date, years: int) -> dt.date:
    """Whoever was born on or before this day is at least `years` old on `day`."""
    return months_before(day, 12 * years)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of the month `months` earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return dt.date.min
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)
