"""The history of rows as people read it: who, when, which action, why, each value before and after.

The history keeps the old values of changed columns only, so the values are rebuilt from the present row backwards.
NIK and KK stay masked for everybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.apps import apps
from django.db import connection, models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.nik import mask
from core.registry import ActionWord, HistoryWords, registry
from core.roles import Perm, access
from core.rupiah import thousands
from core.templatetags.shell import NOTHING, tanggal, waktu

MOST_CHANGES = 12  # shown of one entry; an import touches hundreds of columns
LONGEST_VALUE = 160
# Keys of the machine, and what is derived from other columns.
_QUIET = frozenset({"id", "uuid", "version", "created", "updated", "batch", "password", "last_login", "preferences"})
_NUMBERS = frozenset({"nik", "kk"})
_WHOLE_NUMBER = re.compile(r"(?<!\d)\d{16}(?!\d)")
_OTHER = ActionWord(gettext_lazy("Changed"))


@dataclass
class Change:
    """One column of one row: `before` and `after` in words. `kind`: changed, added or removed (then a whole row)."""

    label: str
    before: str = ""
    after: str = ""
    subject: str = ""
    kind: str = "changed"


@dataclass
class Entry:
    """What one action did to the rows of a timeline. `more`: changes beyond those listed."""

    at: datetime
    actor: str
    action: str
    reason: str
    hot: bool
    changes: list[Change] = field(default_factory=list)
    more: int = 0


@dataclass
class _Event:
    """One row of the history: its transaction, what happened, the old values."""

    tx: int
    key: tuple[str, str]
    op: str
    data: dict[str, str | None]


_EVENTS = """
WITH mine AS MATERIALIZED (
  SELECT h.id, h.tx_id, h.tbl, h.pk, h.op, h.data
  FROM unnest(%s::text[], %s::text[]) AS k (tbl, pk) JOIN history h ON h.tbl = k.tbl AND h.pk = k.pk
), newest AS (
  SELECT DISTINCT tx_id FROM mine ORDER BY tx_id DESC LIMIT %s
)
SELECT mine.tx_id, mine.tbl, mine.pk, mine.op, mine.data, t.at, t.actor, t.action, t.reason
FROM mine JOIN newest USING (tx_id) JOIN history_tx t ON t.id = mine.tx_id
ORDER BY mine.id DESC
"""


def timeline(keys: Iterable[tuple[str, object]], *, user, limit: int = 50) -> list[Entry]:
    """The newest `limit` actions on these rows, newest first.

    `keys`: (table, primary key) of the rows, the object of the page first; rows that `user` may not see are left out,
    as are columns they may not see. `user` None = the system, which sees all.
    """
    keys = _visible([(table, str(pk)) for table, pk in keys], user)
    events, entries = _read(keys, limit)
    rows = _present(keys)
    known = {e.key: e.data for e in reversed(events) if e.op == "D"} | rows
    hidden = _hidden(user, known)
    changes = _walk_back(events, rows, hidden)
    words = _Words(user, changes, known)
    place = {key: n for n, key in enumerate(keys)}
    for tx, entry in entries.items():
        mine = sorted(changes.get(tx, {}).items(), key=lambda c: (place[c[0][0]], words.order(*c[0])))
        found = [words.change(key, column, pair) for (key, column), pair in mine]
        entry.changes, entry.more = found[:MOST_CHANGES], max(0, len(found) - MOST_CHANGES)
    return [entry for entry in entries.values() if entry.changes]


def _visible(keys: list[tuple[str, str]], user) -> list[tuple[str, str]]:
    """The keys whose rows `user` may see, where the model says so; a member may have moved out of the area."""
    if user is None or "" in access(user).region_prefixes(Perm.SEE_NAMES):
        return keys
    seen = []
    for table, pks in _by_table(keys).items():
        rows = _tables()[table]._default_manager.filter(pk__in=pks)
        if hasattr(rows, "visible_to"):
            pks = [str(pk) for pk in rows.visible_to(user).values_list("pk", flat=True)]
        seen += [(table, pk) for pk in pks]
    return [key for key in keys if key in set(seen)]


def _read(keys: list[tuple[str, str]], limit: int) -> tuple[list[_Event], dict[int, Entry]]:
    events, entries = [], {}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [[table for table, _pk in keys], [pk for _table, pk in keys], limit])
        for tx, table, pk, op, data, at, actor, action, reason in cursor:
            events.append(_Event(tx, (table, pk), op, json.loads(data)))
            if tx not in entries:
                word = registry.action_words.get(action, _OTHER)
                entries[tx] = Entry(at, _actor(actor), str(word.label), _masked(reason), word.hot)
    return events, entries


def _actor(name: str) -> str:
    names = {"system": _("The system"), "database": _("Directly in the database")}
    return names.get(name, name)


def _present(keys: list[tuple[str, str]]) -> dict[tuple[str, str], dict]:
    """The rows as they stand now, their values written as the trigger writes them; deleted ones are missing."""
    parts, params = [], []
    for table, pks in _by_table(keys).items():
        pk = _tables()[table]._meta.pk
        quote = connection.ops.quote_name
        parts.append(
            f"SELECT %s, t.{quote(pk.column)}::text, hstore_to_jsonb(hstore(t)) FROM {quote(table)} t"
            f" WHERE t.{quote(pk.column)} = ANY(%s)"
        )
        params += [table, [pk.to_python(value) for value in pks]]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {(table, pk): json.loads(row) for table, pk, row in cursor}


def _hidden(user, rows: dict[tuple[str, str], dict]) -> dict[tuple[str, str], frozenset[str]]:
    """Columns that `user` may not see, by row."""
    found = {}
    for table in {table for table, _pk in rows}:
        words = registry.history_words.get(table)
        if user is None or words is None or words.hidden is None:
            continue
        mine = {pk: row for (other, pk), row in rows.items() if other == table}
        found |= {(table, pk): columns for pk, columns in words.hidden(user, mine).items()}
    return found


def _walk_back(events: list[_Event], rows: dict, hidden: dict) -> dict[int, dict]:
    """Transaction → {(key, column): [before, after]}; column "" stands for the row itself (added or removed)."""
    state = {key: dict(row) for key, row in rows.items()}
    changes: dict[int, dict] = {}
    for event in events:
        row, mine = state.setdefault(event.key, {}), changes.setdefault(event.tx, {})
        if event.op == "D":
            state[event.key] = dict(event.data)
            mine[event.key, ""] = [event.data, None]
        elif event.op == "I":
            # What was written right after the row came belongs to its coming.
            for own in [k for k in mine if k[0] == event.key]:
                del mine[own]
            mine[event.key, ""] = [None, dict(row)]
        else:
            for column, before in event.data.items():
                after = row.get(column)
                row[column] = before
                if column in _quiet(event.key[0]) or column in hidden.get(event.key, ()):
                    continue
                # Several writes of one action read as one: the oldest before, the newest after.
                mine.setdefault((event.key, column), [before, after])[0] = before
    for mine in changes.values():
        for same in [k for k, (before, after) in mine.items() if k[1] and before == after]:
            del mine[same]
    return changes


def _quiet(table: str) -> frozenset[str]:
    words = registry.history_words.get(table)
    return _QUIET | words.quiet if words else _QUIET


class _Words:
    """Values in words; asks the database once for everything that the entries name."""

    def __init__(self, user, changes: dict[int, dict], rows: dict[tuple[str, str], dict]):
        self._rows = rows
        self._fields: dict[str, dict[str, models.Field]] = {}
        self._words: dict[tuple[str, str, str], str] = {}
        self._related: dict[tuple[type[models.Model], str], str] = {}
        asked: dict[str, set[tuple[str, str]]] = {}
        related: dict[type[models.Model], set[str]] = {}
        for mine in changes.values():
            for (key, column), pair in mine.items():
                if not column:
                    continue
                model = getattr(self._field(key[0], column), "related_model", None)
                for raw in filter(None, pair):
                    if model is None:
                        asked.setdefault(key[0], set()).add((column, raw))
                    else:
                        related.setdefault(model, set()).add(raw)
        for table, values in asked.items():
            words = registry.history_words.get(table)
            if words and words.values:
                self._words |= {(table, *value): text for value, text in words.values(values).items()}
        for model, pks in related.items():
            self._related |= self._named(user, model, pks)

    @staticmethod
    def _named(user, model: type[models.Model], pks: set[str]) -> dict:
        rows = model._default_manager.filter(pk__in=pks)
        if user is not None and hasattr(rows, "visible_to"):
            names = dict.fromkeys(pks, _("not visible to you"))
            rows = rows.visible_to(user)
        else:
            names = {}
        names |= {str(row.pk): str(row) for row in rows}
        return {(model, pk): name for pk, name in names.items()}

    def order(self, key: tuple[str, str], column: str) -> int:
        """Place of a column within its row: the row itself first, then as the model names them."""
        if not column:
            return -1
        self._field(key[0], column)
        return list(self._fields[key[0]]).index(column) if column in self._fields[key[0]] else len(self._fields[key[0]])

    def change(self, key: tuple[str, str], column: str, pair: list) -> Change:
        """One change in words."""
        table = key[0]
        words = registry.history_words.get(table) or HistoryWords(capfirst(_tables()[table]._meta.verbose_name))
        if not column:
            before, after = pair
            title = _masked(words.title(before or after))
            kind = "removed" if after is None else "added"
            return Change(str(words.noun), before=title if before else "", after=title if after else "", kind=kind)
        own = self._field(table, column)
        label = capfirst(str(own.verbose_name)) if own is not None else column
        before, after = (self._word(table, column, own, raw) for raw in pair)
        return Change(label, before, after, subject=_masked(words.title(self._rows.get(key, {}))))

    def _field(self, table: str, column: str):
        if table not in self._fields:
            self._fields[table] = {f.column: f for f in _tables()[table]._meta.concrete_fields}
        return self._fields[table].get(column)

    def _word(self, table: str, column: str, own, raw: str | None) -> str:
        if raw is None or raw == "":
            return NOTHING
        if column in _NUMBERS:
            return mask(raw)
        if (table, column, raw) in self._words:
            return self._words[table, column, raw]
        if own is not None and own.related_model is not None:
            return self._related.get((own.related_model, raw), raw)
        return Truncator(_masked(_plain(own, raw))).chars(LONGEST_VALUE)


def _plain(own, raw: str) -> str:
    """A stored value by the kind of its column."""
    if own is not None and own.flatchoices:
        return str(dict(own.flatchoices).get(raw, raw))
    if isinstance(own, models.BooleanField):
        return _("yes") if raw == "t" else _("no")
    if isinstance(own, models.DateTimeField):
        return waktu(parse_datetime(raw)) if parse_datetime(raw) else raw
    if isinstance(own, models.DateField):
        return tanggal(parse_date(raw)) if parse_date(raw) else raw
    if isinstance(own, models.BigIntegerField | models.PositiveBigIntegerField):
        return thousands(int(raw))
    if isinstance(own, models.JSONField):
        value = json.loads(raw)
        if isinstance(value, dict):
            return ", ".join(f"{name}: {one}" for name, one in value.items()) or NOTHING
        return ", ".join(map(str, value)) or NOTHING if isinstance(value, list) else str(value)
    return raw


def _masked(text: str) -> str:
    """Text without a whole NIK or KK that somebody typed into it."""
    return _WHOLE_NUMBER.sub(lambda found: mask(found[0]), text)


def _by_table(keys: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, pk in keys:
        tables.setdefault(table, []).append(pk)
    return tables


@cache
def _tables() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
