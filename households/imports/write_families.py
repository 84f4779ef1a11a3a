"""Writes households: new ones, changed ones, their numbers, ids of other systems and welfare ranks."""

from __future__ import annotations

from pathlib import Path

from households.imports.differences import HOUSEHOLD, taken_value
from households.imports.work import Work, fresh_uuid
from households.models.households import HOUSING_CODES

_COLUMN = {"region": "region_id"}


def new_households(w: Work) -> int:
    """Add the households of new families, with their numbers; returns how many."""
    values = w.j.columns

    def given(name: str, empty: str) -> str:
        return f"coalesce(f.{name}, {empty})" if name in values else empty

    columns = {
        "id": "g.household_id",
        "uuid": fresh_uuid("g.household_id"),
        "kk": "f.kk" if "kk" in values else "NULL",
        "kk_note": given("kk_note", "''"),
        "region_id": "f.region",
        **{name: given(name, "''") for name in ("rw", "rt", "address", "pln_id")},
        **{name: f"f.{name}" for name in (*HOUSING_CODES, "lat", "lng", "floor_area") if name in values},
        "assets": given("assets", "'{}'"),
        "status": "coalesce(f.h_status, 'active')",
        "status_reason": "CASE WHEN f.h_status <> 'active' THEN coalesce(f.status_reason, %(reason)s) ELSE '' END",
        "status_date": "CASE WHEN f.h_status <> 'active' THEN coalesce(f.status_date, %(date)s::date) END",
        "desil": "f.desil",
        "desil_source": "CASE WHEN f.desil IS NULL THEN '' ELSE %(source)s END",
        "desil_date": "CASE WHEN f.desil IS NOT NULL THEN %(date)s::date END",
        "source": "%(source)s",
        "data_date": "%(date)s::date",
        "verified_at": "f.verified_at",
        "updated": "now()",
        "version": "1",
        "head_name": "coalesce(f.name, '')",
        "head_sort": "coalesce(r.name_sort, '')",
        "size": "f.rows",
        "work_order": "coalesce(f.desil, 11)",
    }
    insert = f"""
        INSERT INTO households_household ({", ".join(columns)})
        SELECT {", ".join(columns.values())}
        FROM import_go g
        JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
        JOIN households_importrow r ON r.batch_id = f.batch_id AND r.n = f.head_n
        WHERE g.outcome = 'new' ORDER BY g.household_id
        """
    if "kk" in values:
        insert = f"""
        WITH families AS ({insert} RETURNING id, kk), numbers AS (
          INSERT INTO households_householdnumber (household_id, kk, valid_from)
          SELECT id, kk, %(date)s::date FROM families WHERE kk IS NOT NULL
        ) SELECT FROM families
        """
    created = w.do(insert)
    if "ext_id" in values:
        # Known families get the id as well: next time they are found by it.
        w.do(
            """
            INSERT INTO households_externalid (household_id, scheme, value)
            SELECT g.household_id, split_part(f.ext_id, ':', 1), substr(f.ext_id, strpos(f.ext_id, ':') + 1)
            FROM import_go g JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
            WHERE f.ext_id IS NOT NULL
            ON CONFLICT DO NOTHING
            """
        )
    return created


def change_households(w: Work) -> int:
    """Write what changes of households we know; returns how many."""
    of_changed = (
        "FROM households_importfamily f JOIN import_go g ON g.family = f.family "
        "WHERE f.batch_id = %(batch)s AND g.outcome = 'changed' AND h.id = g.household_id"
    )
    if "kk" in w.j.columns:
        w.do(  # freed first: two families may have to swap their numbers
            f"UPDATE households_household h SET kk = NULL {of_changed} AND f.changes ? 'kk' AND h.kk IS NOT NULL"
        )
        w.do(
            "UPDATE households_householdnumber n SET valid_to = greatest(n.valid_from, %(date)s::date) "
            "FROM households_importfamily f JOIN import_go g ON g.family = f.family "
            "WHERE f.batch_id = %(batch)s AND f.changes ? 'kk' AND n.household_id = g.household_id "
            "AND n.valid_to IS NULL AND g.outcome = 'changed'"
        )
    sets = [
        f"{_COLUMN.get(c.field, c.field)} = {taken_value(c.field, 'f.changes', c.ours, c.theirs)}"
        for c in HOUSEHOLD.values()
        if c.field in w.j.columns
    ]
    status = "f.changes->'status'->>1"
    sets += [
        "desil_source = CASE WHEN f.changes ? 'desil' THEN %(source)s ELSE h.desil_source END",
        "desil_date = CASE WHEN f.changes ? 'desil' THEN %(date)s::date ELSE h.desil_date END",
        f"status = coalesce({status}, h.status)",
        f"status_reason = CASE {status} WHEN 'active' THEN '' ELSE CASE WHEN f.changes ? 'status' "
        "THEN coalesce(f.status_reason, %(reason)s) ELSE h.status_reason END END",
        f"status_date = CASE {status} WHEN 'active' THEN NULL ELSE CASE WHEN f.changes ? 'status' "
        "THEN coalesce(f.status_date, %(date)s::date) ELSE h.status_date END END",
        # A desil or a visit does not make the rest of the data younger, nor another's.
        "source = CASE WHEN f.changes - 'desil' - 'verified_at' <> '{}' THEN %(source)s ELSE h.source END",
        "data_date = greatest(h.data_date, %(date)s::date)",
        "updated = now()",
        "version = h.version + 1",
    ]
    changed = w.do(f"UPDATE households_household h SET {', '.join(sets)} {of_changed}")
    if "kk" in w.j.columns:
        w.do(
            """
            INSERT INTO households_householdnumber (household_id, kk, valid_from)
            SELECT g.household_id, f.kk, %(date)s::date
            FROM import_go g JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
            WHERE g.outcome = 'changed' AND f.changes ? 'kk'
            """
        )
    return changed


def write_ranks(w: Work) -> None:
    """The desil of every family of the sheet in its release, changed or not."""
    if "desil" not in w.j.columns:
        return
    w.params |= {
        "label": (w.batch.options.get("label") or Path(w.batch.file_name).stem)[:120],
        "purpose": w.batch.purpose,
        "legal_basis": w.batch.legal_basis,
        "by": getattr(w.by, "pk", None),
        "uuid": w.batch.uuid,
    }
    w.do(
        """
        INSERT INTO households_datarelease (source, label, effective, purpose, legal_basis, loaded_by_id, batch)
        VALUES (%(source)s, %(label)s, %(date)s::date, %(purpose)s, %(legal_basis)s, %(by)s, %(uuid)s)
        ON CONFLICT (source, label, effective) DO NOTHING
        """
    )
    w.do(
        """
        INSERT INTO households_welfarerank (household_id, release_id, desil)
        SELECT coalesce(g.household_id, f.household_id), d.id, f.desil
        FROM households_importfamily f LEFT JOIN import_go g ON g.family = f.family
        CROSS JOIN (SELECT id FROM households_datarelease WHERE source = %(source)s AND label = %(label)s
                    AND effective = %(date)s::date) d
        WHERE f.batch_id = %(batch)s AND f.desil IS NOT NULL AND (g.family IS NOT NULL OR f.outcome = 'same')
          AND NOT f.applied
        ON CONFLICT (household_id, release_id) DO UPDATE SET desil = excluded.desil
        WHERE households_welfarerank.desil <> excluded.desil
        """
    )
    # The same desil in a newer release: only its source and date move on.
    w.do(
        """
        UPDATE households_household h SET desil_source = %(source)s, desil_date = %(date)s::date
        FROM households_importfamily f LEFT JOIN import_go g ON g.family = f.family
        WHERE f.batch_id = %(batch)s AND h.id = f.household_id AND f.desil = h.desil
          AND (g.family IS NOT NULL OR f.outcome = 'same') AND (h.desil_source <> 'dtsen' OR %(source)s = 'dtsen')
          AND (h.desil_date IS NULL OR h.desil_date < %(date)s::date
               OR (h.desil_source <> 'dtsen' AND %(source)s = 'dtsen'))
        """
    )


def end_emptied(w: Work) -> None:
    """A household that everybody left for another one is no longer a family of its own."""
    w.do(
        "UPDATE households_household h SET status = 'moved', status_reason = %(reason)s, status_date = %(date)s::date, "
        "updated = now(), version = h.version + 1 "
        "FROM (SELECT DISTINCT r.from_household AS id FROM households_importrow r "
        "JOIN import_go g ON g.family = r.family WHERE r.batch_id = %(batch)s AND r.from_household IS NOT NULL) x "
        "WHERE h.id = x.id AND h.status = 'active' AND NOT EXISTS (SELECT FROM households_member m "
        "WHERE m.household_id = h.id AND m.status = 'active')"
    )
