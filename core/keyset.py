"""Pages of a long list by key, forwards and backwards: page 10,001 costs what page 1 costs, OFFSET would not.

A sort is a list of indexed, never-null expressions that ends with the primary key. The place of a page is a signed
token with the values of its edge row; a token that was tampered with, or belongs to another sort, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Expression, F, Field, Func, QuerySet, Value

SALT = "keyset"


class BadToken(ValueError):
    """The page token cannot be used: tampered with, of another sort, or of an older version."""


@dataclass(frozen=True)
class Key:
    """One step of a sort: an alias, its expression (field name or ORM expression), and how its values are read."""

    alias: str
    expression: Any
    reads: Field


@dataclass(frozen=True)
class Sort:
    """A named order. All steps go one way, so that one index walks it in both directions."""

    name: str
    keys: tuple[Key, ...]


@dataclass
class Page:
    """Rows of one page. `start`: number of its first row (1-based); tokens are "" where there is no such page."""

    rows: list = field(default_factory=list)
    start: int = 1
    before: str = ""
    after: str = ""

    @property
    def end(self) -> int:
        """Number of its last row; 0 when the list is empty."""
        return self.start + len(self.rows) - 1


class _Beyond(Func):
    """`(a, b, id) > (1, 'x', 7)`: a row comparison, which one index on these columns answers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, *expressions, operator: str):
        self.operator = operator
        super().__init__(*expressions)

    def as_sql(self, compiler, connection, **extra):
        compiled = [compiler.compile(each) for each in self.source_expressions]
        half = len(compiled) // 2
        left, right = (", ".join(sql for sql, _params in part) for part in (compiled[:half], compiled[half:]))
        return f"({left}) {self.operator} ({right})", [p for _sql, params in compiled for p in params]


def keyset_page(
    queryset: QuerySet, sort: Sort, *, descending: bool = False, after: str = "", before: str = "", size: int = 50
) -> Page:
    """One page of `queryset`, whose rows are dicts (`values()`) or model instances that carry the sort's aliases.

    `after`, `before`: tokens of an earlier page; at most one of them. Raises BadToken.
    """
    token = before or after
    backwards = bool(before)
    queryset = queryset.annotate(**{k.alias: _expression(k) for k in sort.keys if k.alias != k.expression})
    start = 1
    if token:
        number, values = _read(token, sort, descending)
        start = number
        ascending = descending == backwards
        # `before` looks the other way along the same index.
        queryset = queryset.filter(
            _Beyond(
                *(_expression(k) for k in sort.keys),
                *(Value(v, output_field=k.reads) for k, v in zip(sort.keys, values, strict=True)),
                operator=">" if ascending else "<",
            )
        )
    reverse = descending != backwards
    orders = [_order(k, reverse) for k in sort.keys]
    rows = list(queryset.order_by(*orders)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
        start = max(1, start - len(rows)) if more else 1
    page = Page(rows, start)
    if not rows:
        return page
    if more or backwards:
        page.after = _write(sort, descending, page.end + 1, rows[-1])
    if token and (more or not backwards):
        page.before = _write(sort, descending, page.start, rows[0])
    return page


def _expression(key: Key) -> Expression:
    return F(key.expression) if isinstance(key.expression, str) else key.expression


def _order(key: Key, reverse: bool):
    expression = _expression(key)
    return expression.desc() if reverse else expression.asc()


def _write(sort: Sort, descending: bool, number: int, row) -> str:
    values: Sequence = [row[k.alias] if isinstance(row, dict) else getattr(row, k.alias) for k in sort.keys]
    return signing.dumps([sort.name, descending, number, values], salt=SALT, serializer=_Serializer)


def _read(token: str, sort: Sort, descending: bool) -> tuple[int, list]:
    try:
        name, down, number, values = signing.loads(token, salt=SALT, serializer=_Serializer)
        if name != sort.name or down != descending or len(values) != len(sort.keys):
            raise BadToken(token)
        return number, [k.reads.to_python(v) for k, v in zip(sort.keys, values, strict=True)]
    except (signing.BadSignature, ValueError, TypeError, ValidationError) as error:
        raise BadToken("the page token cannot be used") from error


class _Serializer(signing.JSONSerializer):
    """JSON with moments to the microsecond: a rounded edge would repeat or lose rows."""

    def dumps(self, obj):
        return json.dumps(obj, separators=(",", ":"), default=lambda value: value.isoformat()).encode()
