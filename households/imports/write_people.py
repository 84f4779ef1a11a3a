"""Writes people: those we know, new ones, and where they belong since when."""

from __future__ import annotations

from households.imports.differences import MEMBER, taken_value
from households.imports.work import CHANGED_ROWS, Work, fresh_uuid
from households.models.members import MEMBER_CODES


def change_people(w: Work) -> None:
    """Existing people: demote, free numbers, then set; those who become heads last."""
    rows = "households_importrow r JOIN import_go g ON g.family = r.family"
    where = f"WHERE {CHANGED_ROWS} AND m.id = r.member_id"
    w.do(
        "UPDATE households_member m SET relation = NULL FROM import_heads e "
        "JOIN import_go g ON g.family = e.family WHERE m.id = e.member_id AND NOT e.blocked AND m.relation = 1"
    )
    w.do(f"UPDATE households_member m SET nik = NULL FROM {rows} {where} AND r.changes ? 'nik' AND m.nik IS NOT NULL")
    w.do(
        f"UPDATE households_member m SET relation = NULL FROM {rows} {where} AND r.from_household IS NOT NULL "
        "AND m.relation = 1"
    )
    sets = [
        f"{c.field} = {taken_value(c.field, 'r.changes', c.ours, c.theirs)}"
        for c in MEMBER.values()
        if c.field in w.j.columns and c.field not in ("relation", "status")
    ]
    if "name" in w.j.columns:
        sets.append(f"name_sort = {taken_value('name', 'r.changes', 'm.name_sort', 'r.name_sort')}")
    status = "coalesce(r.changes->'status'->>1, m.status)"
    blocked = "EXISTS (SELECT FROM import_heads b WHERE b.family = r.family AND b.head_n = r.n AND b.blocked)"
    relation = (
        f"CASE WHEN r.from_household IS NOT NULL THEN CASE WHEN r.relation = 1 AND {blocked} THEN NULL "
        "ELSE r.relation END WHEN r.changes ? 'relation' THEN r.relation ELSE m.relation END"
    )
    sets += [
        f"status = {status}",
        "status_reason = CASE WHEN r.changes ? 'status' THEN CASE r.changes->'status'->>1 WHEN 'active' THEN '' "
        "ELSE coalesce(r.status_reason, %(reason)s) END ELSE m.status_reason END",
        "status_date = CASE WHEN r.changes ? 'status' THEN CASE r.changes->'status'->>1 WHEN 'active' THEN NULL "
        "ELSE coalesce(r.status_date, %(date)s::date) END ELSE m.status_date END",
        f"relation = {relation}",
        "household_id = g.household_id",
        "data_date = greatest(m.data_date, %(date)s::date)",
        "updated = now()",
        "version = m.version + 1",
    ]
    head = f"(coalesce({relation}, 0) = 1 AND {status} = 'active')"
    for heads_now in (f"NOT {head}", head):
        w.do(f"UPDATE households_member m SET {', '.join(sets)} FROM {rows} {where} AND {heads_now}")


def new_people(w: Work) -> int:
    """Add people, with their membership since the date of the data; returns how many."""
    values = w.j.columns
    blocked = "EXISTS (SELECT FROM import_heads b WHERE b.family = r.family AND b.head_n = r.n AND b.blocked)"
    gone = "coalesce(r.m_status, 'active') <> 'active'"
    columns = {
        "uuid": fresh_uuid("r.n"),
        "household_id": "g.household_id",
        "nik_note": "coalesce(left(r.nik_note, 100), '')",
        "name_sort": "r.name_sort",
        **{name: f"r.{name}" for name in ("nik", "name", "birth_date") if name in values},
        **{
            name: f"coalesce(r.{name}, '')" if name in values else "''"
            for name in ("sex", "birth_place", "school_name", "occupation")
        },
        **{
            name: f"coalesce(r.{name}, '[]')" if name in values else "'[]'"
            for name in ("disability", "chronic_illness", "social_security")
        },
        **{name: f"r.{name}" for name in (*MEMBER_CODES, "works", "has_business", "pregnant") if name in values},
        "status": "coalesce(r.m_status, 'active')",
        "status_reason": f"CASE WHEN {gone} THEN coalesce(r.status_reason, %(reason)s) ELSE '' END",
        "status_date": f"CASE WHEN {gone} THEN coalesce(r.status_date, %(date)s::date) END",
        "data_date": "%(date)s::date",
        "updated": "now()",
        "version": "1",
    }
    if "relation" in values:
        columns["relation"] = f"CASE WHEN r.relation = 1 AND {blocked} THEN NULL ELSE r.relation END"
    # Their keys come in the order of the sheet, which the sort below keeps.
    return w.do(
        f"""
        WITH people AS (
          INSERT INTO households_member ({", ".join(columns)}) SELECT {", ".join(columns.values())}
          FROM households_importrow r JOIN import_go g ON g.family = r.family
          WHERE r.batch_id = %(batch)s AND r.is_member AND NOT EXISTS (SELECT FROM import_match t WHERE t.n = r.n)
          ORDER BY r.n
          RETURNING id, household_id, status, status_date
        )
        INSERT INTO households_membership (member_id, household_id, valid_from, valid_to, reason, end_reason, note)
        SELECT id, household_id, %(date)s::date,
          CASE WHEN status <> 'active' THEN greatest(%(date)s::date, status_date) END, 'import',
          CASE status WHEN 'active' THEN '' WHEN 'deceased' THEN 'died' ELSE 'left' END, ''
        FROM people
        """
    )


def move_people(w: Work) -> list[int]:
    """Memberships of people who came from another household; their ids."""
    moved = w.ids(
        f"SELECT r.member_id FROM households_importrow r JOIN import_go g ON g.family = r.family "
        f"WHERE {CHANGED_ROWS} AND r.from_household IS NOT NULL ORDER BY r.member_id"
    )
    if moved:
        w.params["moved"] = moved
        w.do(
            "UPDATE households_membership SET valid_to = greatest(valid_from, %(date)s::date), end_reason = 'import', "
            "note = left(%(reason)s, 250) WHERE member_id = ANY(%(moved)s) AND valid_to IS NULL"
        )
        w.do(
            "INSERT INTO households_membership (member_id, household_id, valid_from, reason, end_reason, note) "
            "SELECT id, household_id, %(date)s::date, 'import', '', left(%(reason)s, 250) FROM households_member "
            "WHERE id = ANY(%(moved)s)"
        )
    return moved


def end_and_return(w: Work) -> None:
    """Memberships of people whose status changed: ended with them, opened again for who is back."""
    if "m_status" not in w.j.columns:
        return
    rows = f"households_importrow r JOIN import_go g ON g.family = r.family WHERE {CHANGED_ROWS}"
    w.do(
        "UPDATE households_membership s "
        "SET valid_to = greatest(s.valid_from, coalesce(r.status_date, %(date)s::date)), "
        "end_reason = CASE r.m_status WHEN 'deceased' THEN 'died' ELSE 'left' END, note = left(%(reason)s, 250) "
        f"FROM {rows} AND r.changes ? 'status' AND r.m_status <> 'active' AND s.member_id = r.member_id "
        "AND s.valid_to IS NULL"
    )
    w.do(
        "INSERT INTO households_membership (member_id, household_id, valid_from, reason, end_reason, note) "
        f"SELECT r.member_id, g.household_id, %(date)s::date, 'import', '', left(%(reason)s, 250) FROM {rows} "
        "AND r.changes ? 'status' AND r.changes->'status'->>1 = 'active' AND NOT EXISTS (SELECT "
        "FROM households_membership s WHERE s.member_id = r.member_id AND s.valid_to IS NULL)"
    )
