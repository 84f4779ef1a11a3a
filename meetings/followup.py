"""The list of action items: whose, which, in what order; the same filter serves the page, its tiles and the matrix."""

from __future__ import annotations

import contextlib
import datetime as dt
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Count, DateField, IntegerField, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.keyset import Key, Page, Sort, keyset_page
from core.roles import Perm, access
from meetings.about import items_about
from meetings.choices import UNFINISHED, ItemState
from meetings.forms.items import ItemFilterForm
from meetings.models import ActionItem, Series
from meetings.search import matching

PAGE_SIZE = 50
CARDS = 30  # of a column of the board
RELATED = ("agency", "region", "owner", "meeting", "decision", "program_year__program")  # what a row shows
WEEK = 7
_FAR = dt.date(9999, 12, 31)
SORT = Sort("due", (Key("due_key", "due", DateField()), Key("id", "id", IntegerField())))
# Only drafts may be without a day; for the others the index on the day serves.
DRAFTS = Sort("draft", (Key("due_key", Coalesce("due", _FAR), DateField()), Key("id", "id", IntegerField())))
SHOWN = ("attention", "overdue", "week", "later", "done")


class FollowUp:
    """A query string read for one person."""

    def __init__(self, data, *, user, year: int):
        self.user, self.year, self.today = user, year, timezone.localdate()
        self.form = ItemFilterForm(data, user=user)
        self.series = None
        self._series_asked = data.get("series", "")

    def is_valid(self) -> bool:
        """Whether every value is known."""
        if self._series_asked:
            with contextlib.suppress(ValidationError):  # what is no uuid names no series
                self.series = Series.objects.filter(uuid=self._series_asked).first()
            if self.series is None:
                return False
        return self.form.is_valid()

    @property
    def values(self) -> dict:
        """Cleaned values."""
        return self.form.cleaned_data

    @property
    def runs(self) -> bool:
        """Whether this person runs the meetings, or reads all."""
        scopes = access(self.user).grants.get(Perm.SEE_MEETINGS, ())
        return any(not (s.region or s.agency or s.group) for s in scopes)

    @property
    def sees_everywhere(self) -> bool:
        """Whether this person may see names in the whole city."""
        return access(self.user).region_prefixes(Perm.SEE_NAMES) == [""]

    @property
    def who(self) -> str:
        """Whose items: mine, agency (own agency or area), all in sight."""
        return self.values.get("who") or ("all" if self.runs else "agency")

    @property
    def show(self) -> str:
        """Which stage: attention (overdue and this week) is where work begins."""
        return self.values.get("show") or "attention"

    def base(self) -> QuerySet:
        """Items in sight after every filter but the stage."""
        values = self.values
        rows = ActionItem.objects.visible_to(self.user)
        if self.who == "mine":
            rows = rows.filter(owner=self.user)
        elif self.who == "agency":
            rows = rows.owned_by(self.user)
        rows = items_about(
            rows,
            agency=values["agency"],
            program=values["program"],
            area=values["area"].code if values["area"] else "",
            household_set=values["set"],
        )
        if values["meeting"]:
            rows = rows.filter(meeting=values["meeting"])
        if values["decision"]:
            rows = rows.filter(decision=values["decision"])
        if values["measure"]:
            rows = rows.filter(measure=values["measure"])
        if values["priority"]:
            rows = rows.filter(priority=values["priority"])
        if self.series is not None:
            rows = rows.filter(meeting__series=self.series)
        if values["q"]:
            rows = matching(rows, "meetings_actionitem", "title || ' ' || text", values["q"])
        return rows

    def stage(self, show: str) -> Q:
        """Condition of a stage."""
        week = self.today + dt.timedelta(days=WEEK)
        unfinished = Q(state__in=UNFINISHED)
        return {
            "attention": unfinished & (Q(due__lte=week) | Q(state=ItemState.PROPOSED)),
            "overdue": unfinished & Q(due__lt=self.today),
            "week": unfinished & Q(due__range=(self.today, week)),
            "later": unfinished & Q(due__gt=week),
            "waiting": Q(state=ItemState.PROPOSED),
            "done": Q(state=ItemState.DONE, done_at__year=self.year),
            "draft": Q(state=ItemState.DRAFT),
            "all": unfinished,
        }[show]

    def board(self) -> list[tuple[str, int, list[ActionItem]]]:
        """Columns of the board: key, how many, the first cards. Each item stands in one column."""
        open_ = Q(state=ItemState.OPEN)
        week = self.today + dt.timedelta(days=WEEK)
        columns = {
            "overdue": open_ & Q(due__lt=self.today),
            "week": open_ & Q(due__range=(self.today, week)),
            "later": open_ & Q(due__gt=week),
            "waiting": Q(state=ItemState.PROPOSED),
            "done": Q(state=ItemState.DONE, done_at__year=self.year),
        }
        base = self.base()
        counts = base.order_by().aggregate(**{k: Count("pk", filter=q, distinct=True) for k, q in columns.items()})
        # The cards are looked up by their keys, all at once: five times all joins would take longer than the counting.
        keys = {
            k: list(
                base.filter(q).order_by("-done_at" if k == "done" else "due", "pk").values_list("pk", flat=True)[:CARDS]
            )
            for k, q in columns.items()
        }
        rows = ActionItem.objects.filter(pk__in=[pk for each in keys.values() for pk in each])
        by_pk = rows.prefetch_related(*RELATED).in_bulk()
        return [(key, counts[key], [by_pk[pk] for pk in keys[key] if pk in by_pk]) for key in columns]

    def queryset(self) -> QuerySet:
        """Items of the page, before paging. What they point to comes in queries of its own: as joins, planning them
        would take longer than all the rest.
        """
        return self.base().filter(self.stage(self.show)).prefetch_related(*RELATED)

    def counts(self) -> dict:
        """Numbers of the tiles, one query."""
        names = (*SHOWN, "waiting", "draft")
        columns = {name: Count("pk", filter=self.stage(name), distinct=True) for name in names}
        columns["oldest"] = Min("due", filter=self.stage("overdue"))
        columns["of_year"] = Count("pk", filter=Q(year=self.year) & ~Q(state__in=["draft", "cancelled"]), distinct=True)
        columns["done_of_year"] = Count("pk", filter=Q(year=self.year, state="done"), distinct=True)
        return self.base().order_by().aggregate(**columns)

    def page(self, *, after: str = "", before: str = "") -> Page:
        """One page by due date, closed ones the latest first; raises BadToken."""
        sort = DRAFTS if self.show == "draft" else SORT
        return keyset_page(
            self.queryset(), sort, descending=self.show == "done", after=after, before=before, size=PAGE_SIZE
        )

    def query(self, **changes) -> str:
        """The query string without empty values and without a page."""
        values = {name: self.form.data.get(name, "") for name in self.form.fields} | {"series": self._series_asked}
        values |= changes
        return urlencode([(k, v) for k, v in values.items() if v not in (None, "")])


def overdue_count(user) -> int:
    """Overdue items that `user` has to answer for: the number in the menu."""
    if not access(user).can(Perm.SEE_MEETINGS):
        return 0
    return ActionItem.objects.owned_by(user).overdue(timezone.localdate()).count()
