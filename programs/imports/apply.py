"""Apply a checked list of recipients: one transaction under the city-wide lock, set-based, with the check repeated.

Rows that changed since the preview are left out and shown again; the rest goes in. Nothing here decides anything: what
is written is what `judge` said of each row.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import Finding, clear, save
from core.models import ImportBatch
from core.models.records import HistoryEntry, HistoryTransaction
from core.roles import Perm
from programs import rights
from programs.actions.locking import lock_year
from programs.imports.judge import count, judge, report
from programs.imports.plan import EnterAs, Plan, plan_of
from programs.models import Assistance, ProgramYear

_GO = """
CREATE TEMP TABLE recipients_go ON COMMIT DROP AS
SELECT r.n, r.outcome, r.assistance_id, r.member_id, r.household_id,
  coalesce(r.amount, %(amount)s) AS amount, coalesce(r.goods, %(goods)s) AS goods,
  coalesce(r.date, %(date)s) AS date, coalesce(r.stage, %(stage)s) AS stage,
  coalesce(r.period, %(period)s) AS period, coalesce(r.decree_number, %(decree_number)s) AS decree_number,
  coalesce(r.decree_date, %(decree_date)s) AS decree_date, coalesce(r.note, '') AS note,
  EXISTS (SELECT FROM core_importfinding f WHERE f.batch_id = r.batch_id AND f.grp = r.n AND f.stage = 'rules'
    AND f.code IN ('unfit', 'unfit_hidden')) AS unfit,
  EXISTS (SELECT FROM core_importfinding f WHERE f.batch_id = r.batch_id AND f.grp = r.n AND f.stage = 'rules'
    AND f.code = 'four_eyes') AS waits
FROM programs_recipientrow r
WHERE r.batch_id = %(batch)s AND r.outcome IN ('new', 'changed') AND NOT r.applied AND NOT r.stale
"""
# The amount of the whole benefit: several stages share out what the year plans, one stage is the amount itself.
_OWN_AMOUNT = """CASE WHEN %(stages)s > 1 THEN coalesce(%(unit_amount)s, g.amount)
  ELSE coalesce(g.amount, %(unit_amount)s) END"""
_NEW = f"""
INSERT INTO programs_assistance
  (uuid, program_year_id, household_id, member_id, counts_for_id, household_then_id, desil_then, region_then_id,
   status, status_reason, status_at, status_by_id, proposed_by_id, proposed_at, approved_by_id, approved_at,
   decree_number, decree_date, period, amount, benefit_key, note, override_reason, batch)
SELECT gen_random_uuid(), %(program_year)s, CASE WHEN %(people)s THEN NULL ELSE h.id END,
  CASE WHEN %(people)s THEN g.member_id END, h.id, h.id, h.desil, h.region_id,
  s.status, '', now(), %(by)s, %(by)s, now(),
  CASE WHEN s.status = 'approved' THEN %(by)s::bigint END, CASE WHEN s.status = 'approved' THEN now() END,
  CASE WHEN s.status <> 'proposed' THEN g.decree_number ELSE '' END,
  CASE WHEN s.status <> 'proposed' THEN g.decree_date END, g.period,
  CASE WHEN s.status = 'proposed' THEN g.amount ELSE {_OWN_AMOUNT} END, '', g.note,
  CASE WHEN g.unfit AND s.status <> 'received' THEN %(unfit_reason)s ELSE '' END, %(uuid)s
FROM recipients_go g JOIN households_household h ON h.id = g.household_id
CROSS JOIN LATERAL (SELECT CASE WHEN g.waits THEN 'proposed' ELSE %(status)s END AS status) s
WHERE g.outcome = 'new' ORDER BY g.n
ON CONFLICT DO NOTHING
"""
_COME_TRUE = """
UPDATE programs_assistance a
SET status = 'received', status_reason = '', status_at = now(), status_by_id = %(by)s
FROM recipients_go g WHERE g.outcome = 'changed' AND a.id = g.assistance_id AND a.status <> 'received'
"""
_APPROVE = f"""
UPDATE programs_assistance a
SET status = 'approved', status_reason = '', status_at = now(), status_by_id = %(by)s, approved_by_id = %(by)s,
  approved_at = now(), decree_number = g.decree_number, decree_date = g.decree_date,
  amount = coalesce({_OWN_AMOUNT}, a.amount)
FROM recipients_go g WHERE g.outcome = 'changed' AND a.id = g.assistance_id
"""
_DELIVER = """
INSERT INTO programs_delivery
  (uuid, assistance_id, stage, date, amount, goods, proof, by_id, at, void, void_reason, batch)
SELECT gen_random_uuid(), a.id, g.stage, g.date, coalesce(g.amount, a.amount / %(stages)s), g.goods, %(proof)s, %(by)s,
  now(), false, '', %(uuid)s
FROM recipients_go g JOIN programs_assistance a ON a.program_year_id = %(program_year)s AND a.status = 'received'
  AND (%(people)s AND a.member_id = g.member_id OR NOT %(people)s AND a.household_id = g.household_id)
ORDER BY g.n
ON CONFLICT DO NOTHING
"""
_CHANGED_SINCE = """
INSERT INTO core_importfinding (batch_id, stage, level, code, sheet, row, col, field, value, params, grp)
SELECT r.batch_id, 'apply', 'warning', 'changed_since', (%(sheets)s::text[])[r.sheet + 1], r.row, '', '',
  coalesce(r.name, ''), '{}', r.n
FROM programs_recipientrow r WHERE r.batch_id = %(batch)s AND r.stale ORDER BY r.n
"""


def apply(batch: ImportBatch, by, progress: Progress) -> None:
    """Write what the check found, for the rows that are still as a person saw them.

    Raises ValidationError when rows are refused and nobody chose to leave them out, when a reason is missing, or when
    the staging is gone; PermissionDenied when `by` may not do so any more.
    """
    plan = plan_of(batch)
    program = plan.program_year.program
    rights.require_program(by, Perm.DELIVER, program)
    if plan.enter_as != EnterAs.RECEIVED:
        rights.require_program(by, Perm.PROPOSE, program)
    if plan.enter_as == EnterAs.APPROVED:
        rights.require_program(by, Perm.APPROVE, program)
    lock_year(plan.program_year)
    progress(0, 3, _("Checking again"))
    _require_staging(batch)
    judge(batch, plan, progress)
    clear(batch, "apply")
    with connection.cursor() as cursor:
        stale = _choose(cursor, batch)
        _refuse_unless_chosen(cursor, batch)
        _require_reasons(batch, plan)
        progress(1, 3, _("Writing the log"))
        done = _write(cursor, batch, plan, by)
        cursor.execute(_CHANGED_SINCE, {"batch": batch.pk, "sheets": _sheet_names(batch)})
        if stale:
            # What changed is shown again, as it is now; seen so, it may go in with the next apply.
            cursor.execute("UPDATE programs_recipientrow SET shown = digest WHERE batch_id = %s AND stale", [batch.pk])
        batch.counts |= count(cursor, batch.pk, people=plan.people)
    if plan.complete:
        ProgramYear.objects.filter(pk=plan.program_year.pk).update(list_complete=timezone.localdate())
    before = batch.counts.get("done", {})
    batch.counts["done"] = {key: before.get(key, 0) + n for key, n in done.items()}
    batch.counts["stale"] = stale
    written = {key: batch.counts["done"][key] for key in ("created", "updated")}
    batch.counts["report"] = {"assistance": report(batch.counts) | written}


def _sheet_names(batch: ImportBatch) -> list[str]:
    return [about["name"][:100] for about in batch.layout.get("sheets", [])] or [""]


def _require_staging(batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM programs_recipientrow WHERE batch_id = %s", [batch.pk])
        if cursor.fetchone()[0] != batch.counts.get("rows"):
            raise ValidationError(_("The checked rows are no longer there. Run the check again."))


def _choose(cursor, batch: ImportBatch) -> int:
    """Mark rows that changed since the preview. Returns how many."""
    cursor.execute(
        "UPDATE programs_recipientrow SET stale = true WHERE batch_id = %s AND NOT applied "
        "AND shown IS DISTINCT FROM digest AND outcome IN ('new', 'changed', 'refused')",
        [batch.pk],
    )
    return cursor.rowcount


def _refuse_unless_chosen(cursor, batch: ImportBatch) -> None:
    if batch.skip_refused:
        return
    cursor.execute(
        "SELECT count(*) FROM programs_recipientrow WHERE batch_id = %s AND outcome = 'refused' AND NOT stale",
        [batch.pk],
    )
    refused = cursor.fetchone()[0]
    if refused:
        raise ValidationError(
            _("%(n)s rows are refused. Mend them, or choose to leave these rows out.") % {"n": refused}
        )


def _require_reasons(batch: ImportBatch, plan: Plan) -> None:
    errors = {}
    if plan.enter_as != EnterAs.RECEIVED and batch.counts["unfit"] and not plan.unfit_reason:
        errors["unfit_reason"] = _(
            "Write why recipients come in who do not meet the rule, or take them out of the sheet."
        )
    if plan.enter_as == EnterAs.APPROVED and batch.counts["excess"] and not plan.excess_reason:
        errors["excess_reason"] = _("Write why more than the quota or the ceiling is right.")
    if errors:
        raise ValidationError(errors)


def _write(cursor, batch: ImportBatch, plan: Plan, by) -> dict[str, int]:
    params = {
        "batch": batch.pk,
        "uuid": batch.uuid,
        "program_year": plan.program_year.pk,
        "people": plan.people,
        "stages": plan.stages,
        "unit_amount": plan.program_year.unit_amount,
        "amount": plan.amount,
        "goods": plan.goods,
        "date": plan.date,
        "stage": plan.stage,
        "period": plan.period,
        "decree_number": plan.decree_number,
        "decree_date": plan.decree_date,
        "status": plan.enter_as.value,
        "unfit_reason": plan.unfit_reason,
        "proof": _("List %(file)s") % {"file": batch.file_name[:150]},
        "by": by.pk if by else None,
    }
    done = {"created": 0, "updated": 0, "deliveries": 0}
    cursor.execute("DROP TABLE IF EXISTS recipients_go")
    cursor.execute(_GO, params)
    cursor.execute("ANALYZE recipients_go")
    # In one order, so that no page and no import wait for each other.
    cursor.execute(
        "SELECT id FROM programs_assistance WHERE id IN (SELECT assistance_id FROM recipients_go) "
        "ORDER BY id FOR UPDATE"
    )
    cursor.execute(_NEW, params)
    done["created"] = cursor.rowcount
    cursor.execute("SELECT count(DISTINCT assistance_id) FROM recipients_go WHERE outcome = 'changed'")
    done["updated"] = cursor.fetchone()[0]
    if plan.enter_as == EnterAs.RECEIVED:
        cursor.execute(_COME_TRUE, params)
        cursor.execute(_DELIVER, params)
        done["deliveries"] = cursor.rowcount
    elif plan.enter_as == EnterAs.APPROVED:
        cursor.execute(_APPROVE, params)
    cursor.execute(
        "UPDATE programs_recipientrow r SET applied = true FROM recipients_go g WHERE r.batch_id = %s AND r.n = g.n",
        [batch.pk],
    )
    return done


# --- undo ------------------------------------------------------------------------------------------------------------

# Aid that the list turned into "received" stays so when somebody recorded a further delivery since.
DELIVERED_SINCE = """
SELECT a.id FROM programs_assistance a
JOIN undo_rows u ON u.tbl = 'programs_assistance' AND u.pk = a.id AND NOT u.created AND u.old ? 'status'
JOIN programs_delivery d ON d.assistance_id = a.id AND NOT d.void
LEFT JOIN undo_rows g ON g.tbl = 'programs_delivery' AND g.pk = d.id AND g.created
WHERE g.pk IS NULL
"""


def after_undo(batch: ImportBatch, result, by) -> None:
    """List what stayed: whose aid, why, and who touched it."""
    clear(batch, "undo")
    told = [(pk, why) for table, pk, why in result.kept if table == "programs_assistance" and why != "follows"]
    rows = Assistance.objects.select_related("member", "household").in_bulk([pk for pk, _why in told])
    by_whom = _who_touched([pk for pk, why in told if why == "touched"])
    findings = [
        Finding(
            "note",
            f"undo_{why}",
            field="assistance",
            value=str(rows[pk].member or rows[pk].household),
            params={"by": by_whom.get(pk, ""), "assistance": str(rows[pk].uuid)},
        )
        for pk, why in told
        if pk in rows
    ]
    save(batch, findings, "undo")


def _who_touched(ids: list[int]) -> dict[int, str]:
    """Log row → who wrote it last."""
    last = (
        HistoryEntry.objects.filter(tbl="programs_assistance", pk_text__in=[str(pk) for pk in ids])
        .order_by("pk_text", "-id")
        .distinct("pk_text")
        .values_list("pk_text", "tx_id")
    )
    actors = dict(HistoryTransaction.objects.filter(pk__in=[tx for _pk, tx in last]).values_list("pk", "actor"))
    return {int(pk): actors.get(tx, "") for pk, tx in last}
