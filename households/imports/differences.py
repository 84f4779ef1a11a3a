"""What a sheet would change, field by field, as SQL made from one list of comparisons.

Aliases in the fragments: `h` household, `m` member, `f` staged family, `r` staged row. A value of the sheet is taken
when ours is empty, or when the source may overwrite the group of fields and we hold no newer data of the family.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES


class Comparison(NamedTuple):
    """One field.

    field: column of staging; group: of precedence; ours, theirs: SQL for both values; differs: whether they do;
    empty: whether ours says nothing, so that theirs is always taken; always: asked even where the sheet says nothing.
    """

    field: str
    group: str
    ours: str
    theirs: str
    differs: str
    empty: str
    always: bool = False


def _text(field: str, group: str, row: str, ours: str) -> Comparison:
    old, new = f"{row}.{field}", f"{ours}.{field}"
    return Comparison(field, group, new, old, f"lower({old}) <> lower({new})", f"{new} = ''")


def _value(field: str, group: str, row: str, ours: str, empty: str = "{} IS NULL") -> Comparison:
    old, new = f"{ours}.{field}", f"{row}.{field}"
    return Comparison(field, group, old, new, f"{new} IS DISTINCT FROM {old}", empty.format(old))


# A desil is official or not (checks.py gives `may_desil`); visits and precedence of other fields do not matter to it.
HOUSEHOLD = {
    each.field: each
    for each in (
        Comparison(
            "kk",
            "identity",
            "h.kk",
            "f.kk",
            "f.how IN ('ext', 'members', 'name') AND f.kk IS DISTINCT FROM h.kk",
            "h.kk IS NULL",
        ),
        Comparison("desil", "desil", "h.desil", "f.desil", "f.desil IS DISTINCT FROM h.desil", "may_desil"),
        Comparison("region", "address", "h.region_id", "f.region", "f.region <> h.region_id", "false"),
        _text("rw", "address", "f", "h"),
        _text("rt", "address", "f", "h"),
        _text("address", "address", "f", "h"),
        _value("lat", "address", "f", "h"),
        _value("lng", "address", "f", "h"),
        _value("floor_area", "housing", "f", "h"),
        *(_value(code, "housing", "f", "h") for code in HOUSING_CODES),
        _text("pln_id", "housing", "f", "h"),
        Comparison(
            "assets",
            "housing",
            "h.assets",
            "h.assets || f.assets",
            "h.assets || f.assets <> h.assets",
            "h.assets = '{}'",
        ),
        Comparison(
            "verified_at",
            "address",
            "h.verified_at",
            "f.verified_at",
            "f.verified_at > coalesce(h.verified_at, '-infinity')",
            "true",  # a later visit is always worth knowing
        ),
    )
}
MEMBER = {
    each.field: each
    for each in (
        Comparison(
            "nik", "identity", "m.nik", "r.nik", "t.how <> 'nik' AND r.nik IS DISTINCT FROM m.nik", "m.nik IS NULL"
        ),
        Comparison("name", "identity", "m.name", "r.name", "r.name_sort <> m.name_sort", "false"),
        _text("sex", "identity", "r", "m"),
        _text("birth_place", "identity", "r", "m"),
        _value("birth_date", "identity", "r", "m"),
        Comparison(
            "relation",
            "identity",
            "m.relation",
            "r.relation",
            "r.relation IS DISTINCT FROM m.relation AND NOT (r.relation = 1 AND b.family IS NOT NULL)",
            "m.relation IS NULL OR moves",
        ),
        _value("marital", "identity", "r", "m"),
        *(_value(code, "person", "r", "m") for code in MEMBER_CODES if code not in ("relation", "marital")),
        _text("school_name", "person", "r", "m"),
        _text("occupation", "person", "r", "m"),
        _value("works", "person", "r", "m"),
        _value("has_business", "person", "r", "m"),
        _value("pregnant", "person", "r", "m"),
        _value("disability", "person", "r", "m", "{} = '[]'"),
        _value("chronic_illness", "person", "r", "m", "{} = '[]'"),
        _value("social_security", "person", "r", "m", "{} = '[]'"),
        # Who moved away and stands in another family now is back.
        Comparison(
            "status",
            "identity",
            "m.status",
            "coalesce(r.m_status, 'active')",
            "((r.m_status <> m.status AND 'active' IN (r.m_status, m.status)) "
            "OR (r.m_status IS NULL AND m.status = 'moved' AND moves))",
            "false",
            always=True,
        ),
    )
}


class Fragments(NamedTuple):
    """SQL of one side. any: whether anything differs; changes, held: JSON objects field → [ours, theirs]."""

    any: str
    changes: str
    held: str


def fragments(comparisons: Iterable[Comparison], row: str) -> Fragments:
    """SQL for these comparisons.

    row: alias of the staged side. The query must give `may_<group>` (may the source overwrite that group there) and
    `ours_newer` (do we hold newer data, and nobody chose to overwrite them).
    """
    differing, changes, held = [], [], []
    for c in comparisons:
        given = c.differs if c.always else f"{row}.{c.field} IS NOT NULL AND {c.differs}"
        take = f"({c.empty} OR (may_{c.group} AND NOT ours_newer))"
        pair = f"jsonb_build_array({c.ours}, {c.theirs})"
        differing.append(f"({given})")
        changes.append(f"'{c.field}', CASE WHEN {given} AND {take} THEN {pair} END")
        held.append(f"'{c.field}', CASE WHEN {given} AND NOT {take} THEN {pair} END")
    return Fragments(" OR ".join(differing) or "false", _object(changes), _object(held))


def _object(pairs: list[str]) -> str:
    """A JSON object of the pairs that have a value; null when there is none."""
    if not pairs:
        return "NULL::jsonb"
    return f"nullif(jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)})), '{{}}')"


def taken_value(field: str, changes: str, ours: str, theirs: str) -> str:
    """SQL for the value of a column after the import: theirs where `changes` names the field."""
    return f"CASE WHEN {changes} ? '{field}' THEN {theirs} ELSE {ours} END"
