"""How a field compiles: comparisons with columns, dates, lists and numbers in JSON, each as a pair of conditions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Func, Q
from django.db.models.lookups import IsNull

from core.models.regions import area_q
from households.rules.truth import NEVER, Truth

PRESENCE = ("missing", "given")
IS = "is"  # of macros only: what is not recorded is certainly not this value; an index on it answers both ways
ASSET_KEY = re.compile(r"[a-z0-9_]{1,40}")
_LOOKUPS = {"eq": "exact", "in": "in", "lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}


def column(name: str, *, of_member: bool, blank: bool = False):
    """Truth of plain comparisons with a column; `blank`: empty text is what "missing" means there."""

    def truth(op, value, ctx) -> Truth:
        path = name if of_member else ctx.prefix + name
        gone = Q(**{path: ""}) if blank else Q(**{f"{path}__isnull": True})
        if op in PRESENCE:
            return Truth.certain(gone if op == "missing" else ~gone)
        if op == IS:
            return Truth.certain(Q(**{path: value}))
        if op == "between":
            met = Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]})
        elif op == "contains":
            met = Q(**{f"{path}__icontains": value})
        else:
            met = Q(**{f"{path}__{_LOOKUPS[op]}": value})
        return Truth(met & ~gone, ~met & ~gone)

    return truth


def elapsed(name: str, before: Callable[[dt.date, int], dt.date], *, of_member: bool):
    """Truth of comparisons with the whole years or months since a date; dates after the day meet no comparison."""

    def truth(op, value, ctx) -> Truth:
        path = name if of_member else ctx.prefix + name
        gone = Q(**{f"{path}__isnull": True})
        if op in PRESENCE:
            return Truth.certain(gone if op == "missing" else ~gone)
        met = NEVER
        for low, high in _ranges(op, value):
            part = Q(**{f"{path}__lte": before(ctx.day, max(low, 0))})
            if high is not None:
                part &= Q(**{f"{path}__gt": before(ctx.day, high + 1)})
            met |= part
        return Truth(met, ~met & ~gone)

    return truth


def _ranges(op: str, value) -> list[tuple[int, int | None]]:
    match op:
        case "eq":
            return [(value, value)]
        case "in":
            return [(v, v) for v in value]
        case "between":
            return [tuple(value)]
        case "lt":
            return [(0, value - 1)]
        case "lte":
            return [(0, value)]
        case "gt":
            return [(value + 1, None)]
    return [(value, None)]


def list_column(name: str):
    """Truth of a JSON list of codes: `eq` true = any code, `in` = one of these."""

    def truth(op, value, ctx) -> Truth:
        if op == "eq":
            some = Truth.certain(~Q(**{name: []}))
            return some if value else some.negated()
        return _holds_code(name, value)

    return truth


def _holds_code(name: str, codes) -> Truth:
    met = NEVER
    for code in codes:
        met |= Q(**{f"{name}__contains": [code]})
    return Truth.certain(met)


def severe_disability(op, value, ctx) -> Truth:
    """Whether the person has a disability that counts as severe."""
    severe = _holds_code("disability", ctx.unfit("disability"))
    return severe if value else severe.negated()


def area(op, value, ctx) -> Truth:
    """Whether the household lies in one of these regions or below."""
    met = area_q(f"{ctx.prefix}region_id", value)
    return Truth(met, ~met)


class AssetNumber(Func):
    """How many of an asset a household has: a number as it is, true as 1, false as 0; NULL when not asked."""

    output_field = DecimalField()

    def __init__(self, column: str, key: str):
        if not ASSET_KEY.fullmatch(key):
            raise ValueError(key)
        self.key = key
        super().__init__(F(column))

    def as_sql(self, compiler, connection, **extra):
        column, params = compiler.compile(self.source_expressions[0])
        value, text = f"{column} -> '{self.key}'", f"({column} ->> '{self.key}')"
        return (
            f"CASE jsonb_typeof({value}) WHEN 'number' THEN {text}::numeric "
            f"WHEN 'boolean' THEN {text}::boolean::int::numeric END",
            [*params, *params, *params],
        )


def asset(key: str):
    """The function that judges how many of an asset a household has."""

    def truth(op, value, ctx) -> Truth:
        number = AssetNumber(f"{ctx.prefix}assets", key)
        given = Q(IsNull(number, False))
        if op in PRESENCE:
            return Truth.certain(given if op == "given" else ~given)
        return _compared(number, op, value, given)

    return truth


def _compared(number, op, value, given: Q) -> Truth:
    lookup = number.output_field.get_lookup
    if op == "between":
        met = Q(lookup("gte")(number, value[0])) & Q(lookup("lte")(number, value[1]))
    else:
        met = Q(lookup(_LOOKUPS[op])(number, value))
    return Truth(given & met, given & ~met)


def area_per_person(op, value, ctx) -> Truth:
    """Floor area for each person; not known without people."""
    size, floor = f"{ctx.prefix}size", f"{ctx.prefix}floor_area"
    given = Q(**{f"{size}__gt": 0, f"{floor}__isnull": False})

    def times(number):
        return ExpressionWrapper(F(size) * Decimal(number), output_field=DecimalField())

    if op == "between":
        met = Q(**{f"{floor}__gte": times(value[0]), f"{floor}__lte": times(value[1])})
    else:
        met = Q(**{f"{floor}__{_LOOKUPS[op]}": times(value)})
    return Truth(given & met, given & ~met)
