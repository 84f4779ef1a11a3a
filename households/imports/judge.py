"""Judging staged rows: who is who, what is wrong, what would change. Looks at staging and database only, not at files.

Check judges once, apply judges again; nothing outside staging and findings is written.
"""

from __future__ import annotations

from django.db import connection

from core.imports import Progress
from core.imports.findings import clear
from core.models import ImportBatch
from households.imports.differences import HOUSEHOLD, MEMBER, fragments
from households.imports.matching import gather_families, match_families, match_people, regroup_people
from households.imports.precedence import GROUPS
from households.imports.rules import against_the_database, on_the_outcome, run, within_the_sheet
from households.imports.scope import Judged, areas_of, judged
from households.models import Household, ImportFamily


def judge(batch: ImportBatch, progress: Progress) -> None:
    """Say for every staged row and family what would happen to it now; what a person saw before is kept as `shown`.

    Leaves the temporary tables `import_match` and `import_heads` behind until the transaction ends.
    """
    j = judged(batch)
    clear(batch, "rules")
    with connection.cursor() as cursor:
        batch.counts["mark"] = _mark(cursor, j)
        _forget(cursor, j)
        if batch.counts["people"]:
            regroup_people(cursor, batch.pk)
        gather_families(cursor, batch.pk, j.columns)
        _recall(cursor, j)
        if j.region and "region" in j.columns and not batch.options.get("area_is_default"):
            _set_region(cursor, j, "true")
        match_families(cursor, batch.pk, j.columns)
        if j.region and not j.lookup:
            _set_region(cursor, j, "region IS NULL AND household_id IS NULL")
        match_people(cursor, batch.pk, j.columns, j.household_sheets)
        _mark_newer(cursor, j)
        _find_heads(cursor, j)
        run(cursor, j, within_the_sheet(j))
        run(cursor, j, against_the_database(j))
        _compare_households(cursor, j)
        _compare_people(cursor, j)
        _compare_statuses(cursor, j)
        _conclude(cursor, j)
        if not j.lookup:
            _name_the_new(cursor, j)
        batch.counts |= count(cursor, batch.pk)
    batch.counts["gone"] = 0 if j.lookup else gone_families(batch).count()


def gone_families(batch: ImportBatch):
    """Active families of the batch's source in the kelurahan it covers, which it does not name."""
    families = ImportFamily.objects.filter(batch_id=batch.pk)
    regions = families.exclude(region=None).values_list("region", flat=True).distinct()
    prefixes = areas_of(batch.by)
    covered = [code for code in regions if any(not p or code == p or code.startswith(f"{p}.") for p in prefixes)]
    return (
        Household.objects.active()
        .filter(region_id__in=covered, source=batch.source)
        .exclude(pk__in=families.filter(household_id__isnull=False).values("household_id"))
    )


_WATCHED = ["core_citysettings", "households_household", "households_householdnumber", "households_externalid"]
_WATCHED += ["households_member"]


def _mark(cursor, j: Judged) -> dict:
    """Where the history stood before judging, and whether anybody was writing at that moment.

    The order matters: who writes after both statements gets a history id above `history`.
    """
    cursor.execute("SELECT last_value FROM history_id_seq")
    last = cursor.fetchone()[0]
    cursor.execute("SELECT NOT EXISTS (SELECT pg_snapshot_xip(pg_current_snapshot()))")
    return {"history": last, "quiet": cursor.fetchone()[0], "areas": j.prefixes}


def still_true(batch: ImportBatch) -> bool:
    """Whether what was judged still holds: nobody changed what the rules look at since, nor the person's areas."""
    j, mark = judged(batch), batch.counts.get("mark", {})
    if not mark.get("quiet") or mark["areas"] != j.prefixes:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM history WHERE id > %s AND tbl = ANY(%s))", [mark["history"], _WATCHED]
        )
        return cursor.fetchone()[0]


def find_again(batch: ImportBatch) -> None:
    """Make the temporary tables of `judge` again, where its verdict still holds."""
    j = judged(batch)
    with connection.cursor() as cursor:
        match_people(cursor, batch.pk, j.columns, j.household_sheets)
        _find_heads(cursor, j)


# --- before ---------------------------------------------------------------------------------------------------------


def _forget(cursor, j: Judged) -> None:
    """Drop the families of a former judgement, remembering what a person saw and chose."""
    cursor.execute("DROP TABLE IF EXISTS import_shown")
    cursor.execute(
        "CREATE TEMP TABLE import_shown ON COMMIT DROP AS SELECT family, digest, applied, stale "
        "FROM households_importfamily WHERE batch_id = %s",
        [j.batch_id],
    )
    cursor.execute("DELETE FROM households_importfamily WHERE batch_id = %s", [j.batch_id])
    cursor.execute(
        "UPDATE households_importrow SET member_id = NULL, how = NULL, from_household = NULL, changes = NULL, "
        "held = NULL, outcome = NULL WHERE batch_id = %s AND (member_id IS NOT NULL OR outcome IS NOT NULL)",
        [j.batch_id],
    )


def _recall(cursor, j: Judged) -> None:
    cursor.execute(
        "UPDATE households_importfamily f SET shown = s.digest, applied = s.applied, stale = s.stale "
        "FROM import_shown s WHERE f.batch_id = %s AND f.family = s.family",
        [j.batch_id],
    )


def _set_region(cursor, j: Judged, where: str) -> None:
    cursor.execute(
        f"UPDATE households_importfamily SET region = %s WHERE batch_id = %s AND {where}", [j.region, j.batch_id]
    )


def _mark_newer(cursor, j: Judged) -> None:
    """Families of which we hold newer data than the sheet: a visit since, or a later sheet."""
    cursor.execute(
        """
        UPDATE households_importfamily f SET newer = true, overwrite = h.id = ANY(%(overwrite)s)
        FROM households_household h
        WHERE f.batch_id = %(batch)s AND h.id = f.household_id AND greatest(h.verified_at, h.data_date) > %(date)s::date
        """,
        j.params,
    )


def _find_heads(cursor, j: Judged) -> None:
    """Heads of ours that the sheet's head would stand beside: they yield (relation emptied), or block the sheet's."""
    cursor.execute("DROP TABLE IF EXISTS import_heads")
    cursor.execute(
        """
        CREATE TEMP TABLE import_heads ON COMMIT DROP AS
        WITH heads AS MATERIALIZED (
          SELECT f.family, m.id AS member_id, f.head_n,
            NOT (h.source = ANY(%(may_identity)s) AND NOT (f.newer AND NOT f.overwrite)) AS blocked
          FROM households_importfamily f
          JOIN households_household h ON h.id = f.household_id
          JOIN households_member m ON m.household_id = h.id AND m.relation = 1 AND m.status = 'active'
          LEFT JOIN import_match t ON t.n = f.head_n
          WHERE f.batch_id = %(batch)s AND f.has_head AND t.member_id IS DISTINCT FROM m.id
        ), leaving AS MATERIALIZED (  -- a head who moves away or is no longer there makes room
          SELECT t.member_id, t.household_id FROM import_match t
          JOIN households_importrow r ON r.batch_id = %(batch)s AND r.n = t.n
          JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = r.family
          WHERE t.household_id IS DISTINCT FROM f.household_id OR r.m_status <> 'active'
        )
        SELECT * FROM heads WHERE member_id NOT IN (SELECT member_id FROM leaving)
        """,
        j.params,
    )


# --- differences ----------------------------------------------------------------------------------------------------


def _may(alias: str = "h") -> str:
    """A lateral row of booleans: may the source overwrite the fields of each group in this household."""
    parts = [f"{alias}.source = ANY(%(may_{group})s) AS may_{group}" for group in GROUPS]
    # A newer official rank stays; other sources give a rank only where there is no official one.
    parts.append(
        f"(({alias}.desil_source <> 'dtsen' OR %(source)s = 'dtsen') AND ({alias}.desil_date IS NULL "
        f"OR {alias}.desil_date <= %(date)s::date OR ({alias}.desil_source <> 'dtsen' AND %(source)s = 'dtsen'))) "
        "AS may_desil"
    )
    return f"CROSS JOIN LATERAL (SELECT {', '.join(parts)}) may"


def _compare_households(cursor, j: Judged) -> None:
    compared = [c for c in HOUSEHOLD.values() if c.field in j.columns]
    if j.lookup:
        compared = [c for c in compared if c.field in ("desil", "verified_at")]
    parts = fragments(compared, "f")
    cursor.execute(
        f"""
        UPDATE households_importfamily f SET changes = x.changes, held = x.held FROM (
          SELECT f.family, {parts.changes} AS changes, {parts.held} AS held
          FROM households_importfamily f JOIN households_household h ON h.id = f.household_id {_may()}
          CROSS JOIN LATERAL (SELECT f.newer AND NOT f.overwrite AS ours_newer) n
          WHERE f.batch_id = %(batch)s AND ({parts.any})
        ) x WHERE f.batch_id = %(batch)s AND f.family = x.family
        """,
        j.params,
    )


def _compare_people(cursor, j: Judged) -> None:
    """What would change of people we know, and who would come from another household."""
    if j.lookup:
        return
    compared = [c for c in MEMBER.values() if c.field in j.columns or c.always]
    # A head named by a sheet of families is known by the household, not by the name.
    compared = [c._replace(differs=f"t.how <> 'head' AND {c.differs}") if c.field == "name" else c for c in compared]
    parts = fragments(compared, "r")
    cursor.execute(
        f"""
        UPDATE households_importrow r SET member_id = x.member_id, how = x.how, from_household = x.moves_from,
          changes = x.changes, held = x.held,
          outcome = CASE WHEN x.stays THEN 'held' WHEN coalesce(x.changes::text, x.moves_from::text) IS NOT NULL
                    THEN 'changed' END
        FROM (
          SELECT r.n, t.member_id, t.how, {parts.changes} AS changes, {parts.held} AS held,
            CASE WHEN moves THEN m.household_id END AS moves_from, moves AND ours_newer AS stays
          FROM import_match t
          JOIN households_importrow r ON r.batch_id = %(batch)s AND r.n = t.n
          JOIN households_member m ON m.id = t.member_id
          JOIN households_household h ON h.id = m.household_id
          JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = r.family
          LEFT JOIN import_heads b ON b.family = r.family AND b.head_n = r.n AND b.blocked
          CROSS JOIN LATERAL (
            SELECT m.household_id IS DISTINCT FROM f.household_id AS moves,
              NOT f.overwrite AND m.household_id <> ALL(%(overwrite)s)
                AND coalesce(greatest(h.verified_at, h.data_date) > %(date)s::date, false) AS ours_newer
          ) mine
          {_may()}
          WHERE moves OR {parts.any}
        ) x WHERE r.batch_id = %(batch)s AND r.n = x.n
        """,
        j.params,
    )


def _compare_statuses(cursor, j: Judged) -> None:
    """The status of a household: as the sheet says, else that of its people when nobody of them is left."""
    if j.lookup:
        return
    present = "coalesce(r.changes->'status'->>1, m.status) = 'active'"
    cursor.execute(
        f"""
        UPDATE households_importfamily f
        SET changes = coalesce(f.changes, '{{}}')
              || jsonb_build_object('status', jsonb_build_array(h.status, x.status)),
          status_reason = coalesce(f.status_reason, x.reason), status_date = coalesce(f.status_date, x.day)
        FROM households_household h, (
          SELECT f.family, coalesce(f.h_status, min(r.m_status)) AS status, min(r.status_reason) AS reason,
            max(r.status_date) AS day
          FROM households_importfamily f
          JOIN households_importrow r ON r.batch_id = f.batch_id AND r.family = f.family
          WHERE f.batch_id = %(batch)s AND f.household_id IS NOT NULL
          GROUP BY f.family, f.h_status
          HAVING f.h_status IS NOT NULL OR bool_and(r.m_status <> 'active') FILTER (WHERE r.is_member)
        ) x
        WHERE f.batch_id = %(batch)s AND f.family = x.family AND h.id = f.household_id AND x.status <> h.status
          AND (f.overwrite OR NOT f.newer) AND h.source = ANY(%(may_identity)s)
          AND (f.h_status IS NOT NULL OR NOT EXISTS (
            SELECT FROM households_member m
            LEFT JOIN households_importrow r ON r.batch_id = f.batch_id AND r.family = f.family AND r.member_id = m.id
            WHERE m.household_id = h.id AND {present}))
        """,
        j.params,
    )


# --- after ----------------------------------------------------------------------------------------------------------


def _conclude(cursor, j: Judged) -> None:
    """Outcome of each family, members the sheet no longer names, and the hash that apply compares."""
    params = j.params
    run(cursor, j, on_the_outcome(j))
    cursor.execute("DROP TABLE IF EXISTS import_effect")
    cursor.execute(
        """
        CREATE TEMP TABLE import_effect ON COMMIT DROP AS
        SELECT f.family,
          (f.household_id IS NULL AND NOT bool_or(r.is_member AND r.outcome IS DISTINCT FROM 'held')) AS nobody,
          count(*) FILTER (WHERE r.from_household IS NOT NULL AND r.outcome = 'changed') AS moved,
          count(*) FILTER (WHERE r.is_member AND t.n IS NULL) AS added,
          coalesce(sum((SELECT count(*) FROM jsonb_object_keys(r.changes))) FILTER (WHERE r.outcome = 'changed'), 0)
            AS fields,
          string_agg(concat_ws(':', r.n, r.member_id, r.from_household, r.outcome, r.changes, r.held), ',' ORDER BY r.n)
            FILTER (WHERE r.member_id IS NOT NULL) AS told
        FROM households_importfamily f
        JOIN households_importrow r ON r.batch_id = f.batch_id AND r.family = f.family
        LEFT JOIN import_match t ON t.n = r.n
        WHERE f.batch_id = %(batch)s
        GROUP BY f.family, f.household_id
        """,
        params,
    )
    lost = (
        """
        LEFT JOIN (
          SELECT f.family, array_agg(m.id ORDER BY m.id) AS missing
          FROM households_importfamily f
          JOIN households_member m ON m.household_id = f.household_id AND m.status = 'active'
          WHERE f.batch_id = %(batch)s AND NOT EXISTS (SELECT FROM import_match t WHERE t.member_id = m.id)
          GROUP BY f.family
        ) lost ON lost.family = e.family"""
        if "relation" in j.columns and not j.lookup
        else "CROSS JOIN (SELECT NULL::bigint[] AS missing) lost"
    )
    adds = "0" if j.lookup else "e.added"
    cursor.execute(
        f"""
        UPDATE households_importfamily f SET
          outcome = CASE
            WHEN bad.grp IS NOT NULL THEN 'refused'
            WHEN f.household_id IS NULL AND ({"true" if j.lookup else "e.nobody"}) THEN 'unknown'
            WHEN f.household_id IS NULL THEN 'new'
            WHEN f.changes IS NOT NULL OR {adds} + e.moved + e.fields > 0 THEN 'changed'
            ELSE 'same' END,
          n_changes = coalesce((SELECT count(*) FROM jsonb_object_keys(f.changes)), 0) + e.fields + {adds} + e.moved,
          moved_in = e.moved,
          missing = lost.missing,
          digest = md5(concat_ws('|', f.household_id, f.how, f.changes, f.held, f.newer AND NOT f.overwrite, {adds},
            e.told, bad.told, lost.missing))
        FROM import_effect e
        LEFT JOIN (
          SELECT grp, string_agg(code || coalesce(row::text, ''), ',' ORDER BY id) AS told FROM core_importfinding
          WHERE batch_id = %(batch)s AND level = 'error' GROUP BY grp
        ) bad ON bad.grp = e.family
        {lost}
        WHERE f.batch_id = %(batch)s AND f.family = e.family
        """,
        params,
    )


def _name_the_new(cursor, j: Judged) -> None:
    """Mark the people who would be added to families we know; in a new family all are new."""
    cursor.execute(
        """
        UPDATE households_importrow r SET outcome = 'new' FROM households_importfamily f
        WHERE r.batch_id = %(batch)s AND f.batch_id = r.batch_id AND f.family = r.family AND f.outcome = 'changed'
          AND r.is_member AND r.outcome IS NULL AND NOT EXISTS (SELECT FROM import_match t WHERE t.n = r.n)
        """,
        j.params,
    )


def count(cursor, batch_id: int) -> dict:
    """Numbers of the preview: families by outcome, people, fields, moves, families and rows refused."""
    cursor.execute(
        """
        SELECT outcome, count(*), sum(n_changes), sum(moved_in), sum(cardinality(missing)),
          count(*) FILTER (WHERE changes ? 'kk' AND changes->'kk'->>0 IS NOT NULL),
          count(*) FILTER (WHERE held IS NOT NULL OR f.family IN (
            SELECT r.family FROM households_importrow r
            WHERE r.batch_id = %(batch)s AND (r.held IS NOT NULL OR r.outcome = 'held')))
        FROM households_importfamily f WHERE batch_id = %(batch)s GROUP BY outcome
        """,
        {"batch": batch_id},
    )
    found = {row[0]: row[1:] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT count(DISTINCT (sheet, row)), count(DISTINCT grp) FROM core_importfinding "
        "WHERE batch_id = %s AND level = 'error' AND row IS NOT NULL",
        [batch_id],
    )
    refused_rows, _families = cursor.fetchone()
    cursor.execute(
        """
        SELECT count(*) FILTER (WHERE t.n IS NULL AND f.outcome IN ('new', 'changed')),
          count(*) FILTER (WHERE r.outcome = 'changed'), count(t.n)
        FROM households_importrow r
        JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family
        LEFT JOIN import_match t ON t.n = r.n
        WHERE r.batch_id = %s AND r.is_member AND f.outcome IN ('new', 'changed', 'same')
        """,
        [batch_id],
    )
    people_new, people_changed, people_known = cursor.fetchone()
    number = {outcome: int(numbers[0]) for outcome, numbers in found.items()}
    return {
        "families": number,
        "plan": {
            "households": {
                "created": number.get("new", 0),
                "updated": number.get("changed", 0),
                "unchanged": number.get("same", 0),
            },
            "members": {
                "created": people_new,
                "updated": people_changed,
                "unchanged": people_known - people_changed,
            },
        },
        "fields": int((found.get("changed") or [0, 0])[1] or 0),
        "moved": sum(int(numbers[2] or 0) for outcome, numbers in found.items() if outcome != "refused"),
        "missing": sum(int(numbers[3] or 0) for outcome, numbers in found.items() if outcome != "refused"),
        "kk_changes": sum(numbers[4] for outcome, numbers in found.items() if outcome != "refused"),
        "held": sum(numbers[5] for outcome, numbers in found.items() if outcome != "refused"),
        "refused_rows": refused_rows,
        **still_open(cursor, batch_id),
    }


def still_open(cursor, batch_id: int) -> dict:
    """The numbers of `count` that an apply changes: families left out because they changed, families that may go in."""
    cursor.execute(
        "SELECT count(*) FILTER (WHERE stale AND NOT applied), "
        "count(*) FILTER (WHERE outcome IN ('new', 'changed') AND NOT applied) "
        "FROM households_importfamily WHERE batch_id = %s",
        [batch_id],
    )
    return dict(zip(("stale", "to_apply"), cursor.fetchone(), strict=True))
