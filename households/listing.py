"""The household list: its orders, its columns, one page of rows, and how many there are."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, DateField, DateTimeField, IntegerField, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.exports import masked
from core.kept import kept
from core.keyset import Key, Page, Sort, keyset_page
from core.registry import ListColumn, registry
from core.roles import Perm, access
from households.choices import HouseholdStatus, Source
from households.filters import HouseholdFilter
from households.models import Code, Household
from households.models.households import LAST_VISIT

PAGE_SIZE = 50
# Below this many households counting takes a blink. Above, the planner's guess decides whether the count comes in a
# request of its own.
SMALL_TABLE = 20_000
QUICK_COST = 3_000

_ID = Key("id", "id", IntegerField())
_NAME = Key("head_sort", "head_sort", CharField())
SORTS: dict[str, Sort] = {
    "work": Sort(
        "work",
        (Key("work_order", "work_order", IntegerField()), Key("last_visit", LAST_VISIT, DateField()), _NAME, _ID),
    ),
    "name": Sort("name", (_NAME, _ID)),
    "changed": Sort("changed", (Key("updated", "updated", DateTimeField()), _ID)),
    "area": Sort(
        "area",
        (
            Key("region_id", "region_id", CharField()),
            Key("rw", "rw", CharField()),
            Key("rt", "rt", CharField()),
            _NAME,
            _ID,
        ),
    ),
}
SORTS["desil"] = SORTS["work"]

# Columns of the page beside the head of household: key → label. Upper apps add theirs by the registry.
COLUMNS = {
    "address": _("Address"),
    "region": _("Kelurahan"),
    "desil": _("Desil"),
    "size": _("Members"),
    "housing": _("House condition"),
    "verified": _("Visited"),
    "status": _("Status"),
    "source": _("Source"),
    "changed": _("Changed"),
}
DEFAULT_COLUMNS = ("address", "desil", "size", "housing", "verified", "status")
MOST_COLUMNS = 9

_FIELDS = (
    "id",
    "uuid",
    "head_name",
    "rw",
    "rt",
    "address",
    "desil",
    "size",
    "status",
    "verified_at",
    "updated",
    "source",
    "floor",
    "wall",
    "roof",
    "water",
    "toilet",
    "sewage",
)
_HOUSE = (
    (_("Unfit"), ("floor", "wall", "roof")),
    (_("Toilet"), ("toilet", "sewage")),
    (_("Drinking water"), ("water",)),
)


@dataclass(frozen=True)
class Cell:
    """A registered column's cell of one row."""

    label: Any
    html: str
    number: bool
    empty: bool


def registered_columns(user) -> list[ListColumn]:
    """Columns of upper apps that this person may see."""
    rights = access(user)
    return [c for c in registry.household_columns if c.perm is None or rights.reaches_as_far(c.perm, Perm.SEE_NAMES)]


def chosen_columns(user) -> list[str]:
    """Keys of the columns the person sees: as they chose, else the usual ones."""
    known = {*COLUMNS, *(c.key for c in registered_columns(user))}
    chosen = user.preferences.get("household_columns")
    if not isinstance(chosen, list):
        chosen = [*DEFAULT_COLUMNS, *(c.key for c in registered_columns(user) if c.default)]
    return [key for key in chosen if key in known]


def page_of(queryset, *, sort: str, after: str, before: str, year: int, extras: list[ListColumn]) -> Page:
    """One page of dict rows, ready for the table. Raises `core.keyset.BadToken`."""
    order = SORTS[sort.removeprefix("-")]
    plain = [k.alias for k in order.keys if k.alias == k.expression and k.alias not in _FIELDS]
    rows = queryset.values(*_FIELDS, *plain).annotate(kk_masked=masked("kk"), village=_village())
    page = keyset_page(rows, order, descending=sort.startswith("-"), after=after, before=before, size=PAGE_SIZE)
    _add_words(page.rows)
    if extras and page.rows:
        _add_extras(page.rows, extras, year)
    return page


def _village():
    return Coalesce("region__name", "region_id")


def _add_words(rows: list[dict]) -> None:
    """What the table says of each row: name, place, state, and what is poor about the house."""
    if not rows:
        return
    unfit = set(Code.objects.filter(unfit=True).values_list("field", "code"))
    nobody = _("Household without members")
    for row in rows:
        row["name"] = row["head_name"] or nobody
        row["place"] = place(row)
        row["status_name"] = HouseholdStatus(row["status"]).label
        row["source_name"] = Source(row["source"]).label
        row["house"] = [label for label, fields in _HOUSE if any((f, row[f]) in unfit for f in fields)]


def place(row: dict) -> str:
    """RT and RW of a row: `RT 02/RW 03`; "" when neither is known."""
    return "/".join(f"{label} {int(row[key]):02d}" for key, label in (("rt", "RT"), ("rw", "RW")) if row[key])


def _add_extras(rows: list[dict], columns: list[ListColumn], year: int) -> None:
    """Cells of registered columns, asked for the rows of this page only."""
    queryset = Household.objects.filter(pk__in=[row["id"] for row in rows]).only("pk")
    for column in columns:
        queryset = column.annotate(queryset, year)
    by_id = {h.pk: h for h in queryset}
    for row in rows:
        household = by_id.get(row["id"])
        row["extras"] = [_cell(column, household) for column in columns] if household else []


def _cell(column: ListColumn, household: Household) -> Cell:
    value = column.value(household)
    if column.html:
        html = column.html(household)
        return Cell(column.label, html, column.kind == "int", not html)
    return Cell(column.label, "" if value is None else str(value), column.kind == "int", value in (None, ""))


# --- how many --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    """Exact numbers of a filter."""

    households: int
    members: int


def total(queryset) -> Total:
    """Households and their active members, counted exactly."""
    found = queryset.order_by().aggregate(households=Count("pk"), members=Sum("size"))
    return Total(found["households"], found["members"] or 0)


def total_of(found: HouseholdFilter) -> Total:
    """`total` of a filter, counted once until something changes: the second request of a long list asks for it."""
    areas = access(found.user).region_prefixes(found.perm)
    counted = kept("total", areas, found.rule, found.year, count=lambda: astuple(total(found.queryset())))
    return Total(*counted)


def counts_quickly(queryset) -> bool:
    """Whether an exact count fits into the page: few households at all, or a cheap plan."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'households_household'::regclass")
        if cursor.fetchone()[0] < SMALL_TABLE:
            return True
    explained = queryset.order_by().values("pk").explain(format="json")
    if not explained:  # nothing can match: the database was not even asked
        return True
    plan = json.loads(explained)[0]["Plan"]
    return plan["Total Cost"] < QUICK_COST and plan["Plan Rows"] < SMALL_TABLE
