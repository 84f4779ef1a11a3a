"""Suspected duplicates: pairs of people, or of families, that are probably one. Read-only; a person decides.

Four signs, strongest first, each found by joins on short blocks (same birth date and a part of the name, or the same
kelurahan), so that a million people take seconds and a kelurahan a blink:

- `same`: same name and birth date, NIK different or missing;
- `digit`: same birth date, like names, NIKs that differ in one digit;
- `alike`: same birth date and kelurahan, names alike, in two families or without both NIKs;
- `family`: like heads in one kelurahan, KK that differ in one digit or is missing on one side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from core.nik import mask

KINDS = {
    "same": _("Same name and birth date"),
    "digit": _("NIK differs in one digit"),
    "alike": _("Like names, same birth date"),
    "family": _("Like families"),
}
PAGE_SIZE = 50
WAIT_MILLISECONDS = 8000

_ONE_DIGIT = "(SELECT count(*) FROM generate_series(1, 16) i WHERE substr({a}, i, 1) <> substr({b}, i, 1)) = 1"

_PAIRS = """
WITH people AS MATERIALIZED (
  SELECT m.id, m.household_id, m.nik, m.name_sort, m.birth_date, h.region_id,
         left(m.name_sort, 3) AS front, right(m.name_sort, 3) AS tail
  FROM households_member m JOIN households_household h ON h.id = m.household_id
  WHERE m.merged_into_id IS NULL AND m.status = 'active' AND h.merged_into_id IS NULL AND m.birth_date IS NOT NULL
    AND {area}
), families AS MATERIALIZED (
  SELECT h.id, h.kk, h.region_id, h.head_sort, h.rw, h.rt, h.address, left(h.head_sort, 4) AS front
  FROM households_household h
  WHERE h.merged_into_id IS NULL AND h.head_sort <> '' AND h.status = 'active' AND {area}
), found AS (
  SELECT 1 AS rank, 'same' AS kind, a.id AS first, b.id AS second, a.household_id AS h1, b.household_id AS h2
  FROM people a JOIN people b ON a.birth_date = b.birth_date AND a.name_sort = b.name_sort AND a.id < b.id
  WHERE a.nik IS DISTINCT FROM b.nik OR a.nik IS NULL
  UNION ALL
  SELECT 2, 'digit', a.id, b.id, a.household_id, b.household_id
  FROM people a JOIN people b ON a.birth_date = b.birth_date AND a.front = b.front AND a.id < b.id
  WHERE {one_digit} AND similarity(a.name_sort, b.name_sort) >= 0.5
  UNION ALL
  SELECT 2, 'digit', a.id, b.id, a.household_id, b.household_id
  FROM people a JOIN people b ON a.birth_date = b.birth_date AND a.tail = b.tail AND a.id < b.id
  WHERE a.front <> b.front AND {one_digit} AND similarity(a.name_sort, b.name_sort) >= 0.5
  UNION ALL
  SELECT 3, 'alike', a.id, b.id, a.household_id, b.household_id
  FROM people a JOIN people b ON a.birth_date = b.birth_date AND a.region_id = b.region_id AND a.id < b.id
  WHERE a.name_sort <> b.name_sort AND similarity(a.name_sort, b.name_sort) >= 0.6
    AND (a.household_id <> b.household_id OR a.nik IS NULL OR b.nik IS NULL)
  UNION ALL
  SELECT 4, 'family', a.id, b.id, a.id, b.id
  FROM families a JOIN families b ON a.region_id = b.region_id AND a.front = b.front AND a.id < b.id
  WHERE similarity(a.head_sort, b.head_sort) >= 0.6
    AND ({one_digit_kk} OR ((a.kk IS NULL OR b.kk IS NULL) AND a.head_sort = b.head_sort
         AND a.rt = b.rt AND a.rw = b.rw AND a.address = b.address))
), pairs AS (
  SELECT DISTINCT ON (kind = 'family', first, second) * FROM found ORDER BY kind = 'family', first, second, rank
)
"""

_SHOWN = """
SELECT p.kind, p.h1, p.h2,
  coalesce(m1.name, h1.head_name), m1.uuid, m1.nik, m1.birth_date, m1.sex,
  h1.uuid, h1.head_name, h1.kk, h1.rt, h1.rw, h1.address, r1.name, h1.size, h1.desil,
  coalesce(m2.name, h2.head_name), m2.uuid, m2.nik, m2.birth_date, m2.sex,
  h2.uuid, h2.head_name, h2.kk, h2.rt, h2.rw, h2.address, r2.name, h2.size, h2.desil
FROM pairs p
JOIN households_household h1 ON h1.id = p.h1 JOIN core_region r1 ON r1.code = h1.region_id
JOIN households_household h2 ON h2.id = p.h2 JOIN core_region r2 ON r2.code = h2.region_id
LEFT JOIN households_member m1 ON m1.id = p.first AND p.kind <> 'family'
LEFT JOIN households_member m2 ON m2.id = p.second AND p.kind <> 'family'
WHERE (%(kind)s = '' OR p.kind = %(kind)s)
ORDER BY p.rank, coalesce(m1.name_sort, h1.head_sort), p.first, p.second
LIMIT %(limit)s OFFSET %(offset)s
"""


class TooSlow(Exception):
    """The area is too large to be compared while somebody waits."""


@dataclass(frozen=True)
class Side:
    """One of a pair: a person with the family, or (`member` None) a family. NIK and KK are masked."""

    name: str
    member: Any
    nik: str
    birth_date: Any
    sex: str
    household: Any
    head: str
    kk: str
    rt: str
    rw: str
    address: str
    village: str
    size: int
    desil: int | None


@dataclass(frozen=True)
class Pair:
    """Two that are probably one. `kind`: a key of KINDS."""

    kind: str
    same_family: bool
    first: Side
    second: Side

    @property
    def label(self) -> str:
        """The sign, in words."""
        return str(KINDS[self.kind])


def counts(areas: Iterable[str], *, wait: bool = False) -> dict[str, int]:
    """How many pairs of each kind lie within these areas (code prefixes, `""` = everywhere).

    `wait`: take the time it takes; else raises TooSlow after eight seconds.
    """
    sql, params = _sql(areas)
    rows = _ask(f"{sql} SELECT kind, count(*) FROM pairs GROUP BY kind", params, wait)
    found = dict(rows)
    return {kind: found.get(kind, 0) for kind in KINDS}


def pairs(
    areas: Iterable[str], *, kind: str = "", limit: int | None = None, offset: int = 0, wait: bool = False
) -> list[Pair]:
    """Pairs within these areas, strongest sign first. Both of a pair lie within. Raises TooSlow unless `wait`."""
    sql, params = _sql(areas)
    rows = _ask(f"{sql} {_SHOWN}", params | {"kind": kind, "limit": limit, "offset": offset}, wait)
    return [Pair(row[0], row[1] == row[2], _side(row[3:17]), _side(row[17:31])) for row in rows]


def _side(values) -> Side:
    name, member, nik, *rest, kk, rt, rw, address, village, size, desil = values
    birth_date, sex, household, head = rest
    return Side(
        name, member, mask(nik or ""), birth_date, sex or "", household, head, mask(kk or ""), rt, rw, address,
        village, size, desil,
    )  # fmt: skip


def _sql(areas: Iterable[str]) -> tuple[str, dict]:
    areas = list(areas)
    params = {"codes": areas, "below": [f"{code}.%" for code in areas]}
    area = "true" if "" in areas else "(h.region_id = ANY(%(codes)s) OR h.region_id LIKE ANY(%(below)s))"
    sql = _PAIRS.format(
        area=area,
        one_digit=_ONE_DIGIT.format(a="a.nik", b="b.nik"),
        one_digit_kk=_ONE_DIGIT.format(a="a.kk", b="b.kk"),
    )
    return sql, params


def _ask(sql: str, params: dict, wait: bool) -> list[tuple]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not wait:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(WAIT_MILLISECONDS)])
            cursor.execute(sql, params)
            rows = cursor.fetchall()
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            return rows
    except OperationalError as error:
        raise TooSlow from error
