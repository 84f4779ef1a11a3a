"""Apply a checked batch: one transaction under the city-wide lock, set-based, with the check repeated first.

Families that changed since the preview are left out and shown again; the rest goes in. Nothing here decides anything:
what is written is what `judge` put into `changes`.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import clear
from core.models import ImportBatch
from core.registry import registry
from core.roles import Perm, require
from households import derived
from households.imports.judge import find_again, judge, still_open, still_true
from households.imports.scope import judged
from households.imports.work import CHANGED_ROWS, Work
from households.imports.write_families import change_households, end_emptied, new_households, write_ranks
from households.imports.write_people import change_people, end_and_return, move_people, new_people

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
    clear(batch, "apply")
    same = still_true(batch)
    if same:
        find_again(batch)
    else:
        judge(batch, progress)
    j = judged(batch)
    with connection.cursor() as cursor:
        stale = _mark_stale(cursor, batch, same)
        _choose(cursor, batch)
        _refuse_unless_chosen(cursor, batch)
        progress(1, 6, _("Writing families"))
        _lock(cursor)
        _write(Work(cursor, batch, j, by), progress)
        cursor.execute(_CHANGED_SINCE, j.params)
    if stale:
        judge(batch, progress)  # what changed is shown again, as it is now


def _require_staging(batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM households_importrow WHERE batch_id = %s", [batch.pk])
        if cursor.fetchone()[0] != batch.counts.get("rows"):
            raise ValidationError(_("The checked rows are no longer there. Run the check again."))


def _mark_stale(cursor, batch: ImportBatch, same: bool) -> int:
    """Mark the families that are not as a person saw them; returns how many. Marks of an earlier apply go."""
    cursor.execute("UPDATE households_importfamily SET stale = false WHERE batch_id = %s AND stale", [batch.pk])
    if same:
        return 0
    cursor.execute(
        "UPDATE households_importfamily SET stale = true WHERE batch_id = %s AND NOT applied "
        "AND shown IS DISTINCT FROM digest AND outcome IN ('new', 'changed', 'refused')",
        [batch.pk],
    )
    return cursor.rowcount


def _choose(cursor, batch: ImportBatch) -> None:
    """The families that go in: temporary table `import_go`, with ids for new ones."""
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


def _write(w: Work, progress: Progress) -> None:
    """All steps, in the order that unique numbers and heads ask for; what was written is counted in the batch."""
    households = {"created": new_households(w), "updated": change_households(w)}
    progress(2, 6, _("Writing people"))
    members = {"created": 0, "updated": 0}
    moved: list[int] = []
    if not w.j.lookup:
        change_people(w)
        members["created"] = new_people(w)
        progress(3, 6, _("Writing people"))
        moved = move_people(w)
        end_and_return(w)
        members["updated"] = len(
            w.ids(
                f"SELECT r.n FROM households_importrow r JOIN import_go g ON g.family = r.family WHERE {CHANGED_ROWS}"
            )
        )
    write_ranks(w)
    progress(4, 6, _("Writing people"))
    if moved:
        end_emptied(w)
        for hook in registry.members_moved:
            hook(moved, w.by)
    _refresh(w, moved)
    progress(5, 6, _("Finishing"))
    _keep_counts(w, households, members)


def _refresh(w: Work, moved: list[int]) -> None:
    """Derived columns of what changed, and of new families whose head or size the insert could not tell."""
    ids = w.ids(
        """
        SELECT g.household_id FROM import_go g
        JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = g.family
        WHERE g.outcome = 'changed' OR NOT f.has_head OR f.moved_in > 0 OR f.rows <> (
          SELECT count(*) FROM households_importrow r
          WHERE r.batch_id = f.batch_id AND r.family = f.family AND r.is_member
            AND coalesce(r.m_status, 'active') = 'active' AND r.outcome IS DISTINCT FROM 'held')
        """
    )
    if moved:
        ids += w.ids(
            "SELECT DISTINCT r.from_household FROM households_importrow r JOIN import_go g ON g.family = r.family "
            "WHERE r.batch_id = %(batch)s AND r.from_household IS NOT NULL"
        )
    if ids:
        derived.refresh(ids)


def _keep_counts(w: Work, households: dict, members: dict) -> None:
    households["unchanged"] = w.ids(
        "SELECT count(*) FROM households_importfamily WHERE batch_id = %(batch)s AND outcome = 'same'"
    )[0]
    known = w.ids(
        "SELECT count(*) FROM import_match t "
        "JOIN households_importfamily f ON f.batch_id = %(batch)s AND f.family = t.family "
        "WHERE f.outcome IN ('same', 'changed') AND NOT f.stale"
    )[0]
    members["unchanged"] = known - members["updated"]
    w.do(
        "UPDATE households_importfamily f SET applied = true, household_id = g.household_id FROM import_go g "
        "WHERE f.batch_id = %(batch)s AND f.family = g.family"
    )
    before = w.batch.counts.get("report", {})
    w.batch.counts["report"] = {
        "households": _sum(before.get("households"), households),
        "members": _sum(before.get("members"), members),
    }
    w.batch.counts |= still_open(w.cursor, w.batch.pk)


def _sum(before: dict | None, now: dict) -> dict:
    """Numbers of several applies of one batch: what was written adds up, what stayed is counted anew."""
    if not before:
        return now
    return now | {key: before[key] + now[key] for key in ("created", "updated")}
