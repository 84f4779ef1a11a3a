"""People a row may mean when neither number nor exact name and birth date tell: candidates and what speaks for them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.names import name_key, search_name, similarity

MOST = 5  # candidates kept for a row
_ASKED = 12  # candidates the database offers for a name
_TRIGRAMS = 0.4  # likeness from which the database offers a name
_ALIKE, _ALIKE_SAME_DAY = (
    0.8,
    0.55,
)  # likeness of names from which a candidate is kept, alone and with the same birth date

_WITHIN = """EXISTS (SELECT FROM unnest(%(prefixes)s::text[]) p
  WHERE p = '' OR h.region_id = p OR starts_with(h.region_id, p || '.'))"""
# Those born on the day first: the index on birth dates answers at once. Then those of exactly this name, one hash join
# for all rows. Only names that nobody bears are looked for by their letters, one by one.
_OFFERS = f"""
WITH open AS MATERIALIZED (
  SELECT n, name, name_sort, nik, birth_date, region, rw, rt, address FROM programs_recipientrow
  WHERE batch_id = %(batch)s AND how IS NULL AND NOT elsewhere AND name IS NOT NULL AND outcome IS NULL
), born AS MATERIALIZED (
  SELECT o.n, m.id FROM open o JOIN households_member m ON m.birth_date = o.birth_date AND m.merged_into_id IS NULL
  WHERE similarity(m.name_sort, o.name_sort) >= 0.25
), same AS MATERIALIZED (
  SELECT n, id FROM (
    SELECT o.n, m.id, row_number() OVER (
      PARTITION BY o.n ORDER BY (h.region_id = o.region) DESC NULLS LAST, (h.rt = o.rt AND h.rw = o.rw) DESC NULLS LAST,
        m.status = 'active' DESC, m.id) AS place
    FROM open o JOIN households_member m ON m.name_sort = o.name_sort AND m.merged_into_id IS NULL
    JOIN households_household h ON h.id = m.household_id
    WHERE {_WITHIN}
  ) x WHERE place <= {_ASKED}
), alike AS MATERIALIZED (
  SELECT o.n, x.id FROM open o CROSS JOIN LATERAL (
    SELECT m.id FROM households_member m JOIN households_household h ON h.id = m.household_id
    WHERE m.name %% o.name AND m.merged_into_id IS NULL AND {_WITHIN}
    ORDER BY similarity(m.name, o.name) DESC, (h.region_id = o.region) DESC NULLS LAST, m.id LIMIT {_ASKED}
  ) x
  WHERE NOT EXISTS (SELECT FROM born b WHERE b.n = o.n) AND NOT EXISTS (SELECT FROM same s WHERE s.n = o.n)
)
SELECT o.n, o.name, o.birth_date, o.region, o.rw, o.rt, o.address,
  m.id, m.name, m.birth_date, h.region_id, h.rw, h.rt, h.address, m.status
FROM (SELECT * FROM born UNION SELECT * FROM same UNION SELECT * FROM alike) c
JOIN open o ON o.n = c.n JOIN households_member m ON m.id = c.id JOIN households_household h ON h.id = m.household_id
WHERE {_WITHIN}
"""


class Side(NamedTuple):
    """What is compared of a row, or of a person."""

    name: str
    birth_date: dt.date | None = None
    region: str | None = None
    rw: str | None = None
    rt: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Likeness:
    """How much speaks for a person: likeness of the names (0 to 1), what agrees, what differs."""

    name: float
    same_birth: bool
    other_birth: bool
    same_region: bool
    same_rt: bool
    same_address: bool

    @property
    def counts(self) -> bool:
        """Whether a person should be asked about this one."""
        if self.same_birth:
            return self.name >= _ALIKE_SAME_DAY
        return self.name >= (0.95 if self.other_birth else _ALIKE)

    @property
    def strong(self) -> bool:
        """Whether it is hardly anybody else but one of a few like this."""
        return self.name >= 0.95 and not self.other_birth

    @property
    def order(self) -> tuple:
        """Sort key, the likeliest first."""
        return (-self.same_birth, -round(self.name, 2), -self.same_address, -self.same_rt, -self.same_region)


def likeness(row: Side, person: Side) -> Likeness:
    """Compare a row of a list with a person of ours."""
    both = row.birth_date is not None and person.birth_date is not None
    same_region = row.region is not None and row.region == person.region
    return Likeness(
        name=_names(row.name, person.name),
        same_birth=both and row.birth_date == person.birth_date,
        other_birth=both and row.birth_date != person.birth_date,
        same_region=same_region,
        same_rt=same_region and bool(row.rt) and (row.rt, row.rw) == (person.rt, person.rw),
        same_address=_addresses(row.address, person.address),
    )


def _addresses(one: str | None, other: str | None) -> bool:
    """Whether two addresses name one house: as written, but for case, signs and a letter or two."""
    a, b = search_name(one or "").replace(" ", ""), search_name(other or "").replace(" ", "")
    digits = [re.sub(r"\D", "", text) for text in (a, b)]
    return min(len(a), len(b)) >= 6 and digits[0] == digits[1] and similarity(a, b) >= 0.9


def _names(one: str, other: str) -> float:
    """Likeness of two names; words cut short ("Safrizal Ch.") or left out count little."""
    a, b = name_key(one), name_key(other)
    if a == b:
        return 1.0
    short, long = sorted((a.split(), b.split()), key=len)
    rest = list(long)
    for word in short:
        found = next((w for w in rest if w == word), None) or next((w for w in rest if w.startswith(word)), None)
        if found is None:
            return similarity(a, b)
        rest.remove(found)
    # Every word stands in the other name: one word alone is a common first name, two are hardly chance.
    return max(similarity(a, b), 0.9 if len(short) > 1 else 0.8)


def reasons(like: Likeness) -> list[str]:
    """What speaks for and against a candidate, in words."""
    texts = []
    if like.name == 1:
        texts.append(_("same name"))
    elif like.name > 0:
        texts.append(_("name %(percent)s%% alike") % {"percent": int(like.name * 100)})
    if like.same_birth:
        texts.append(_("same birth date"))
    if like.other_birth:
        texts.append(_("other birth date"))
    if like.same_address:
        texts.append(_("same address"))
    if like.same_rt:
        texts.append(_("same RT"))
    elif like.same_region:
        texts.append(_("same kelurahan"))
    return texts


def find(cursor, batch_id: int, prefixes: Sequence[str]) -> None:
    """Fill `near` of the rows nobody was found for, with people inside the areas `prefixes`; `told.strong`: how many
    of them are hardly anybody else.
    """
    cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(_TRIGRAMS)])
    cursor.execute(_OFFERS, {"batch": batch_id, "prefixes": list(prefixes)})
    kept: dict[int, list[tuple]] = {}
    for n, *row in cursor.fetchall():
        mine, pk, person, status = Side(*row[:6]), row[6], Side(*row[7:13]), row[13]
        like = likeness(mine, person)
        if like.counts:
            kept.setdefault(n, []).append((like.order, status != "active", pk, like.strong))
    if not kept:
        return
    ranked = {n: sorted(found)[:MOST] for n, found in kept.items()}
    cursor.execute(
        """
        UPDATE programs_recipientrow r SET near = string_to_array(x.near, ',')::bigint[],
          told = jsonb_build_object('strong', x.strong)
        FROM unnest(%s::int[], %s::text[], %s::int[]) x(n, near, strong)
        WHERE r.batch_id = %s AND r.n = x.n
        """,
        [
            list(ranked),
            [",".join(str(found[2]) for found in rows) for rows in ranked.values()],
            [sum(found[3] for found in rows) for rows in ranked.values()],
            batch_id,
        ],
    )
