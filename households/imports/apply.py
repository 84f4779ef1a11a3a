"""Apply a checked batch: one transaction under the city-wide lock, set-based, with the check repeated first.

Families that changed since the preview are left out and shown again; the rest goes in. Nothing here decides anything:
what is written is what `check.judge` put into `changes`.
"""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import clear
from core.models import ImportBatch
from core.registry import registry
from core.roles import Perm, require
from households import derived
from households.imports.check import count, judge, judged
from households.imports.differences import HOUSEHOLD, MEMBER, taken_value
from households.imports.rules import Judged
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES

_CHANGED_SINCE = """
INSERT INTO core_importfinding (batch_id, stage, level, code, sheet, row, col, field, value, params, grp)
SELECT f.batch_id, 'apply', 'warning', 'changed_since', (%(sheets)s::text[])[r.sheet + 1], r.row, '', '',
  coalesce(f.name, ''), '{}', f.family
FROM households_importfamily f JOIN households_importrow r ON r.batch_id = f.batch_id AND r.n = f.head_n
WHERE f.batch_id = %(batch)s AND f.stale ORDER BY f.family
"""


def apply(batch: ImportBatch, by, progress: Progress) -> None:
    """Write what the check found, for the families that are still as a person saw them.

    Raises ValidationError when rows are refused and nobody chose to leave their families out, or when the staging is
    gone; PermissionDenied when `by` may not import into the area any more.
    """
    require(by, Perm.IMPORT_HOUSEHOLDS, region=batch.area or None)
    progress(0, 6, _("Checking again"))
    _require_staging(batch)
    judge(batch, progress)
    clear(batch, "apply")
    j = judged(batch)
    with connection.cursor() as cursor:
        stale = _choose(cursor, batch, j)
        _refuse_unless_chosen(cursor, batch)
        progress(1, 6, _("Writing families"))
        _lock(cursor)
        _Writer(cursor, batch, j, by).write(progress)
        cursor.execute(_CHANGED_SINCE, j.params)
    if stale:
        judge(batch, progress)  # what changed is shown again, as it is now


def _require_staging(batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM households_importrow WHERE batch_id = %s", [batch.pk])
        if cursor.fetchone()[0] != batch.counts.get("rows"):
            raise ValidationError(_("The checked rows are no longer there. Run the check again."))


def _choose(cursor, batch: ImportBatch, j: Judged) -> int:
    """The families that go in: temporary table `import_go`, with ids for new ones. Returns how many changed since."""
    cursor.execute(
        "UPDATE households_importfamily SET stale = true WHERE batch_id = %s AND NOT applied "
        "AND shown IS DISTINCT FROM digest AND outcome IN ('new', 'changed', 'refused')",
        [batch.pk],
    )
    stale = cursor.rowcount
    cursor.execute("DROP TABLE IF EXISTS import_go")
    cursor.execute(
        """
        CREATE TEMP TABLE import_go ON COMMIT DROP AS
        SELECT family, outcome, household_id AS known,
          CASE WHEN outcome = 'new' THEN nextval(pg_get_serial_sequence('households_household', 'id'))
               ELSE household_id END AS household_id
        FROM households_importfamily
        WHERE batch_id = %s AND outcome IN ('new', 'changed') AND NOT applied AND NOT stale
        ORDER BY family
        """,
        [batch.pk],
    )
    cursor.execute("ANALYZE import_go")
    return stale


def _refuse_unless_chosen(cursor, batch: ImportBatch) -> None:
    if batch.skip_refused:
        return
    cursor.execute(
        "SELECT count(*) FROM households_importfamily WHERE batch_id = %s AND outcome = 'refused' AND NOT stale",
        [batch.pk],
    )
    refused = cursor.fetchone()[0]
    if refused:
        raise ValidationError(
            _("%(n)s families are refused. Mend their rows, or choose to leave these families out.") % {"n": refused}
        )


def _lock(cursor) -> None:
    """Lock the households that change, in one order, so that no page edit and no import wait for each other."""
    cursor.execute(
        """
        SELECT id FROM households_household WHERE id IN (
          SELECT known FROM import_go WHERE known IS NOT NULL
          UNION SELECT r.from_household FROM households_importrow r JOIN import_go g ON g.family = r.family
          WHERE r.from_household IS NOT NULL)
        ORDER BY id FOR UPDATE
        """
    )


class _Writer:
    """Writes the chosen families, step by step."""

    def __init__(self, cursor, batch: ImportBatch, j: Judged, by):
        self.cursor, self.batch, self.j, self.by = cursor, batch, j, by
        self.params = j.params | {
            "file": batch.file_name,
            "reason": _("Import of %(file)s") % {"file": batch.file_name},
        }

    def do(self, sql: str) -> int:
        self.cursor.execute(sql, self.params)
        return self.cursor.rowcount

    def ids(self, sql: str) -> list[int]:
        self.cursor.execute(sql, self.params)
        return [row[0] for row in self.cursor.fetchall()]

    def write(self, progress: Progress) -> None:
        """All steps; counts are kept in the batch."""
        households = {"created": self._new_households(), "updated": self._change_households()}
        progress(2, 6, _("Writing people"))
        members = {"created": 0, "updated": 0}
        moved: list[int] = []
        if not self.j.lookup:
            self._change_people()
            members["created"] = self._new_people()
            progress(3, 6, _("Writing people"))
            moved = self._move()
            self._end_and_return()
            members["updated"] = self.do(
                f"SELECT 1 FROM households_importrow r JOIN import_go g ON g.family = r.family WHERE {_CHANGED_ROWS}"
            )
        self._ranks()
        progress(4, 6, _("Writing people"))
        if moved:
            self._end_emptied()
            for hook in registry.members_moved:
                hook(moved, self.by)
        self._refresh(moved)
        progress(5, 6, _("Finishing"))
        self._keep_counts(households, members)

    # --- households

    def _new_households(self) -> int:
        values = self.j.columns

        def given(name: str, empty: str) -> str:
            return f"coalesce(f.{name}, {empty})" if name in values else empty

        columns = {
            "id": "g.household_id",
            "uuid": "gen_random_uuid()",
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
        created = self.do(
            f"""
            INSERT INTO households_household ({", ".join(columns)})
            SELECT {", ".join(columns.values())}
            FROM import_go g
            JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
            JOIN households_importrow r ON r.batch_id = f.batch_id AND r.n = f.head_n
            WHERE g.outcome = 'new' ORDER BY g.household_id
            """
        )
        of_new = (
            "FROM import_go g JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family "
            "WHERE g.outcome = 'new'"
        )
        if "kk" in values:
            self.do(
                "INSERT INTO households_householdnumber (household_id, kk, valid_from) "
                f"SELECT g.household_id, f.kk, %(date)s::date {of_new} AND f.kk IS NOT NULL"
            )
        if "ext_id" in values:
            # Known families get the id as well: next time they are found by it.
            self.do(
                """
                INSERT INTO households_externalid (household_id, scheme, value)
                SELECT g.household_id, split_part(f.ext_id, ':', 1), substr(f.ext_id, strpos(f.ext_id, ':') + 1)
                FROM import_go g JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
                WHERE f.ext_id IS NOT NULL
                ON CONFLICT DO NOTHING
                """
            )
        return created

    def _change_households(self) -> int:
        of_changed = (
            "FROM households_importfamily f JOIN import_go g ON g.family = f.family "
            "WHERE f.batch_id = %(batch)s AND g.outcome = 'changed' AND h.id = g.household_id"
        )
        if "kk" in self.j.columns:
            self.do(  # freed first: two families may have to swap their numbers
                f"UPDATE households_household h SET kk = NULL {of_changed} AND f.changes ? 'kk' AND h.kk IS NOT NULL"
            )
            self.do(
                "UPDATE households_householdnumber n SET valid_to = greatest(n.valid_from, %(date)s::date) "
                "FROM households_importfamily f JOIN import_go g ON g.family = f.family "
                "WHERE f.batch_id = %(batch)s AND f.changes ? 'kk' AND n.household_id = g.household_id "
                "AND n.valid_to IS NULL AND g.outcome = 'changed'"
            )
        sets = [
            f"{_COLUMN.get(c.field, c.field)} = {taken_value(c.field, 'f.changes', c.ours, c.theirs)}"
            for c in HOUSEHOLD.values()
            if c.field in self.j.columns
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
        changed = self.do(f"UPDATE households_household h SET {', '.join(sets)} {of_changed}")
        if "kk" in self.j.columns:
            self.do(
                """
                INSERT INTO households_householdnumber (household_id, kk, valid_from)
                SELECT g.household_id, f.kk, %(date)s::date
                FROM import_go g JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
                WHERE g.outcome = 'changed' AND f.changes ? 'kk'
                """
            )
        return changed

    # --- people

    def _change_people(self) -> None:
        """Existing people: demote, free numbers, then set; those who become heads last."""
        rows = "households_importrow r JOIN import_go g ON g.family = r.family"
        where = f"WHERE {_CHANGED_ROWS} AND m.id = r.member_id"
        self.do(
            f"UPDATE households_member m SET relation = NULL FROM import_heads e JOIN import_go g ON g.family = e.family "
            f"WHERE m.id = e.member_id AND NOT e.blocked AND m.relation = 1"
        )
        self.do(
            f"UPDATE households_member m SET nik = NULL FROM {rows} {where} AND r.changes ? 'nik' AND m.nik IS NOT NULL"
        )
        self.do(
            f"UPDATE households_member m SET relation = NULL FROM {rows} {where} AND r.from_household IS NOT NULL "
            "AND m.relation = 1"
        )
        sets = [
            f"{c.field} = {taken_value(c.field, 'r.changes', c.ours, c.theirs)}"
            for c in MEMBER.values()
            if c.field in self.j.columns and c.field not in ("relation", "status")
        ]
        if "name" in self.j.columns:
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
            self.do(f"UPDATE households_member m SET {', '.join(sets)} FROM {rows} {where} AND {heads_now}")

    def _new_people(self) -> int:
        self.do("DROP TABLE IF EXISTS import_people")
        self.do(
            """
            CREATE TEMP TABLE import_people ON COMMIT DROP AS
            SELECT r.n, g.household_id, nextval(pg_get_serial_sequence('households_member', 'id')) AS member_id
            FROM households_importrow r JOIN import_go g ON g.family = r.family
            WHERE r.batch_id = %(batch)s AND r.is_member AND NOT EXISTS (SELECT FROM import_match t WHERE t.n = r.n)
            ORDER BY r.n
            """
        )
        self.do("ANALYZE import_people")
        values = self.j.columns
        blocked = "EXISTS (SELECT FROM import_heads b WHERE b.family = r.family AND b.head_n = r.n AND b.blocked)"
        gone = "coalesce(r.m_status, 'active') <> 'active'"
        columns = {
            "id": "p.member_id",
            "uuid": "gen_random_uuid()",
            "household_id": "p.household_id",
            "nik_note": "coalesce(left(r.nik_note, 100), '')",
            **{name: f"r.{name}" for name in ("nik", "name", "name_sort", "birth_date") if name in values},
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
        created = self.do(
            f"""
            INSERT INTO households_member ({", ".join(columns)}) SELECT {", ".join(columns.values())}
            FROM import_people p JOIN households_importrow r ON r.batch_id = %(batch)s AND r.n = p.n
            ORDER BY p.member_id
            """
        )
        ended = f"CASE WHEN {gone} THEN greatest(%(date)s::date, r.status_date) END"
        why = f"CASE WHEN {gone} THEN CASE r.m_status WHEN 'deceased' THEN 'died' ELSE 'left' END ELSE '' END"
        plain = "m_status" not in values
        self.do(
            f"""
            INSERT INTO households_membership (member_id, household_id, valid_from, valid_to, reason, end_reason, note)
            SELECT p.member_id, p.household_id, %(date)s::date, {"NULL" if plain else ended}, 'import',
              {"''" if plain else why}, ''
            FROM import_people p
            {"" if plain else "JOIN households_importrow r ON r.batch_id = %(batch)s AND r.n = p.n"}
            """
        )
        return created

    def _move(self) -> list[int]:
        """Memberships of people who came from another household; their ids."""
        moved = self.ids(
            f"SELECT r.member_id FROM households_importrow r JOIN import_go g ON g.family = r.family "
            f"WHERE {_CHANGED_ROWS} AND r.from_household IS NOT NULL ORDER BY r.member_id"
        )
        if moved:
            self.params["moved"] = moved
            self.do(
                "UPDATE households_membership SET valid_to = greatest(valid_from, %(date)s::date), end_reason = 'import', "
                "note = left(%(reason)s, 250) WHERE member_id = ANY(%(moved)s) AND valid_to IS NULL"
            )
            self.do(
                "INSERT INTO households_membership (member_id, household_id, valid_from, reason, end_reason, note) "
                "SELECT id, household_id, %(date)s::date, 'import', '', left(%(reason)s, 250) FROM households_member "
                "WHERE id = ANY(%(moved)s)"
            )
        return moved

    def _end_and_return(self) -> None:
        """Memberships of people whose status changed: ended with them, opened again for who is back."""
        if "m_status" not in self.j.columns:
            return
        rows = f"households_importrow r JOIN import_go g ON g.family = r.family WHERE {_CHANGED_ROWS}"
        self.do(
            f"UPDATE households_membership s SET valid_to = greatest(s.valid_from, coalesce(r.status_date, %(date)s::date)), "
            f"end_reason = CASE r.m_status WHEN 'deceased' THEN 'died' ELSE 'left' END, note = left(%(reason)s, 250) "
            f"FROM {rows} AND r.changes ? 'status' AND r.m_status <> 'active' AND s.member_id = r.member_id "
            "AND s.valid_to IS NULL"
        )
        self.do(
            "INSERT INTO households_membership (member_id, household_id, valid_from, reason, end_reason, note) "
            f"SELECT r.member_id, g.household_id, %(date)s::date, 'import', '', left(%(reason)s, 250) FROM {rows} "
            "AND r.changes ? 'status' AND r.changes->'status'->>1 = 'active' AND NOT EXISTS (SELECT "
            "FROM households_membership s WHERE s.member_id = r.member_id AND s.valid_to IS NULL)"
        )

    def _end_emptied(self) -> None:
        """A household that everybody left for another one is no longer a family of its own."""
        self.do(
            "UPDATE households_household h SET status = 'moved', status_reason = %(reason)s, status_date = %(date)s::date, "
            "updated = now(), version = h.version + 1 "
            "FROM (SELECT DISTINCT r.from_household AS id FROM households_importrow r "
            "JOIN import_go g ON g.family = r.family WHERE r.batch_id = %(batch)s AND r.from_household IS NOT NULL) x "
            "WHERE h.id = x.id AND h.status = 'active' AND NOT EXISTS (SELECT FROM households_member m "
            "WHERE m.household_id = h.id AND m.status = 'active')"
        )

    # --- ranks, derived values, counts

    def _ranks(self) -> None:
        """The desil of every family of the sheet in its release, changed or not."""
        if "desil" not in self.j.columns:
            return
        self.params |= {
            "label": (self.batch.options.get("label") or Path(self.batch.file_name).stem)[:120],
            "purpose": self.batch.purpose,
            "legal_basis": self.batch.legal_basis,
            "by": getattr(self.by, "pk", None),
            "uuid": self.batch.uuid,
        }
        self.do(
            """
            INSERT INTO households_datarelease (source, label, effective, purpose, legal_basis, loaded_by_id, batch)
            VALUES (%(source)s, %(label)s, %(date)s::date, %(purpose)s, %(legal_basis)s, %(by)s, %(uuid)s)
            ON CONFLICT (source, label, effective) DO NOTHING
            """
        )
        self.do(
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
        self.do(
            """
            UPDATE households_household h SET desil_source = %(source)s, desil_date = %(date)s::date
            FROM households_importfamily f LEFT JOIN import_go g ON g.family = f.family
            WHERE f.batch_id = %(batch)s AND h.id = f.household_id AND f.desil = h.desil
              AND (g.family IS NOT NULL OR f.outcome = 'same') AND (h.desil_source <> 'dtsen' OR %(source)s = 'dtsen')
              AND (h.desil_date IS NULL OR h.desil_date < %(date)s::date
                   OR (h.desil_source <> 'dtsen' AND %(source)s = 'dtsen'))
            """
        )

    def _refresh(self, moved: list[int]) -> None:
        """Derived columns of what changed, and of new families whose head or size the insert could not tell."""
        odd = "NOT f.has_head OR f.moved_in > 0 OR f.rows <> (SELECT count(*) FROM households_importrow r "
        odd += "WHERE r.batch_id = f.batch_id AND r.family = f.family AND r.is_member "
        odd += "AND coalesce(r.m_status, 'active') = 'active' AND r.outcome IS DISTINCT FROM 'held')"
        ids = self.ids(
            f"""
            SELECT g.household_id FROM import_go g
            JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
            WHERE g.outcome = 'changed' OR ({odd})
            """
        )
        if moved:
            ids += self.ids(
                "SELECT DISTINCT r.from_household FROM households_importrow r JOIN import_go g ON g.family = r.family "
                "WHERE r.batch_id = %(batch)s AND r.from_household IS NOT NULL"
            )
        if ids:
            derived.refresh(ids)

    def _keep_counts(self, households: dict, members: dict) -> None:
        cursor, batch = self.cursor, self.batch
        cursor.execute(
            "SELECT count(*) FILTER (WHERE outcome = 'same') FROM households_importfamily WHERE batch_id = %s",
            [batch.pk],
        )
        households["unchanged"] = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM import_match t JOIN households_importfamily f ON f.batch_id = %s AND f.family = t.family "
            "WHERE f.outcome IN ('same', 'changed') AND NOT f.stale",
            [batch.pk],
        )
        members["unchanged"] = cursor.fetchone()[0] - members["updated"]
        self.do(
            "UPDATE households_importfamily f SET applied = true, household_id = g.household_id FROM import_go g "
            "WHERE f.batch_id = %(batch)s AND f.family = g.family"
        )
        before = batch.counts.get("report", {})
        batch.counts["report"] = {
            "households": _sum(before.get("households"), households),
            "members": _sum(before.get("members"), members),
        }
        batch.counts |= count(cursor, batch.pk)


_COLUMN = {"region": "region_id"}
_CHANGED_ROWS = "r.batch_id = %(batch)s AND r.outcome = 'changed'"


def _sum(before: dict | None, now: dict) -> dict:
    """Numbers of several applies of one batch: what was written adds up, what stayed is counted anew."""
    if not before:
        return now
    return now | {key: before[key] + now[key] for key in ("created", "updated")}
