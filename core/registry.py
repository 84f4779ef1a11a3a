"""Where upper apps plug into lower pages, so that imports run one way.

Each app fills these in `<app>/registrations.py`, imported by its AppConfig. Lower apps only read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from core.roles import Perm


@dataclass(frozen=True)
class MenuEntry:
    """A link of the side bar. `group`: home|households|programs|coordination|reports|foot; shown with any of `perms`.

    `hidden_for`: roles that keep the right but do not get the link; `badge`: callable(request) → int or None;
    `bottom`: label for the phone's bottom bar (order of its own) or None; `also`: names of other addresses that stand
    under this entry (its tabs).
    """

    group: str
    order: int
    label: Any
    icon: str
    url_name: str
    perms: tuple[Perm, ...] = ()
    badge: Callable | None = None
    bottom: int | None = None
    bottom_label: Any = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A panel of the household page. `render(request, household)` → HTML or "" (nothing to show)."""

    key: str
    order: int
    render: Callable
    side: bool = False


@dataclass(frozen=True)
class ListColumn:
    """A column of the household list and its export.

    `annotate(queryset, year)` → queryset with `key`; `value(row)` → plain value for the export;
    `html(row)` → the cell of the page, where it is not that value as text; `perm`: right that the column needs.
    """

    key: str
    label: Any
    annotate: Callable
    value: Callable
    kind: str = "text"
    perm: Perm | None = None
    default: bool = False
    html: Callable | None = None


@dataclass(frozen=True)
class BulkAction:
    """Something to do with the ticked or filtered households. `start(request, household_set)` → HttpResponse."""

    key: str
    label: Any
    icon: str
    perm: Perm
    start: Callable


@dataclass(frozen=True)
class SearchSource:
    """A group of the global search. `find(request, text, limit)` → list of dict(label, sub, url, icon)."""

    key: str
    label: Any
    order: int
    find: Callable


@dataclass(frozen=True)
class AttachmentOwner:
    """What attachments can belong to.

    `find(user, uuid)` → visible object or None; `may_change(user, object)`: attach and withdraw; `may_open(user,
    object)`: read the files; `url(object)`: its page; `title(object)`: its name in access records; `region(object)`:
    area code of a record, "" for none.
    """

    kind: str
    find: Callable
    may_change: Callable
    may_open: Callable
    url: Callable
    title: Callable = str
    region: Callable = lambda found: ""


@dataclass(frozen=True)
class PeriodicTask:
    """Work the supervisor repeats. `run()` → one line that says what was done, or ""."""

    name: str
    every_seconds: int
    run: Callable


@dataclass(frozen=True)
class ActionWord:
    """How a timeline calls an action (`household.create`). `hot`: something was proposed or decided."""

    label: Any
    hot: bool = False


@dataclass(frozen=True)
class HistoryWords:
    """How the rows of one table read in a timeline; rows are dicts column → text, as the history keeps them.

    `noun`: what one row is; `title(row)` → which one, "" for the object of the page itself; `values(asked)` → words for
    stored values, `asked` and answer keyed (column, value); `hidden(user, rows)` → columns that `user` may not see, by
    primary key as text; `quiet`: columns nobody needs to read.
    """

    noun: Any
    title: Callable = lambda row: ""
    values: Callable | None = None
    hidden: Callable | None = None
    quiet: frozenset[str] = frozenset()


@dataclass
class Registry:
    """Everything registered; one instance, `registry`."""

    menu: list[MenuEntry] = field(default_factory=list)
    household_panels: list[Panel] = field(default_factory=list)
    program_panels: list[Panel] = field(default_factory=list)  # render(request, program) → HTML or ""
    set_panels: list[Panel] = field(default_factory=list)  # render(request, household set) → HTML or ""
    household_columns: list[ListColumn] = field(default_factory=list)
    household_filters: list[Any] = field(default_factory=list)  # households.filters.ExtraFilter
    conditions: dict[str, Any] = field(default_factory=dict)  # key → households.rules.Condition
    bulk_actions: list[BulkAction] = field(default_factory=list)
    search_sources: list[SearchSource] = field(default_factory=list)
    set_snapshots: list[Callable] = field(default_factory=list)  # (set_id) → None: fills `then` of frozen rows
    attachment_owners: dict[str, AttachmentOwner] = field(default_factory=dict)
    household_history: list[Callable] = field(
        default_factory=list
    )  # (household) → list of (table, pk) for its timeline
    history_words: dict[str, HistoryWords] = field(default_factory=dict)  # by table
    action_words: dict[str, ActionWord] = field(default_factory=dict)  # by action
    members_moved: list[Callable] = field(default_factory=list)  # (list of member ids, by) in the same transaction
    households_merged: list[Callable] = field(default_factory=list)  # (gone id, survivor id, by)
    work_order_links: list[Callable] = field(default_factory=list)  # (request, work order) → [(words, address, icon)]
    agency_handovers: list[Callable] = field(default_factory=list)  # (old, new, day) → rows moved, same transaction
    import_undo_blockers: list[Callable] = field(default_factory=list)  # (table, list of ids) → set of ids still used
    import_undo_tables: list[Any] = field(default_factory=list)  # UndoTable of rows that `members_moved` changes
    import_results: list[Callable] = field(default_factory=list)  # (request, batch) → HTML below an import's result
    recipients_of: list[Callable] = field(default_factory=list)  # (user, household) → bool: own agency serves it
    periodic: list[PeriodicTask] = field(default_factory=list)

    def columns(self, keys: Iterable[str]) -> list[ListColumn]:
        """Registered household columns with these keys, in this order."""
        by_key = {c.key: c for c in self.household_columns}
        return [by_key[k] for k in keys if k in by_key]


registry = Registry()
