"""Apply a checked plan sheet: new plans of the year, changed fields, ceilings as versions with their reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import Finding, clear, save
from core.models import ImportBatch, ImportFinding
from programs.actions.locking import lock_year
from programs.models import PlanRow, ProgramFunding, ProgramYear
from programs.plans.imports.judge import Wanted, judge, year_of


def apply(batch: ImportBatch, by, progress: Progress) -> None:
    """Write what the check found, for the programmes that are still as a person saw them.

    Raises ValidationError when rows are refused and nobody chose to leave them out, or when the staging is gone.
    """
    progress(0, 2, _("Checking again"))
    if PlanRow.objects.filter(batch_id=batch.pk).count() != batch.counts.get("rows"):
        raise ValidationError(_("The checked rows are no longer there. Run the check again."))
    wanted = judge(batch)
    clear(batch, "apply")
    if not batch.skip_refused and ImportFinding.objects.filter(batch=batch, level="error").exists():
        raise ValidationError(_("Rows are refused. Mend them, or choose to apply the rest without them."))
    progress(1, 2, _("Writing the plans"))
    done, stale = batch.counts.get("done", {"created": 0, "updated": 0, "ceilings": 0}), []
    for each in wanted:
        if any(row.digest != row.shown for row in each.rows):
            stale += each.rows
            continue
        _write(batch, each, done)
        PlanRow.objects.filter(batch_id=batch.pk, n__in=[row.n for row in each.rows]).update(applied=True)
    save(batch, [_changed_since(batch, row) for row in stale], "apply")
    for row in stale:
        # What changed is shown again, as it is now; seen so, it may go in with the next apply.
        PlanRow.objects.filter(batch_id=batch.pk, n=row.n).update(stale=True, shown=row.digest)
    batch.counts |= {"done": done, "stale": len(stale), "report": {"plans": done}}


def _changed_since(batch: ImportBatch, row: PlanRow) -> Finding:
    sheet = batch.layout["sheets"][row.sheet]["name"]
    return Finding("warning", "changed_since", sheet, row.row, "", "", row.name or row.code, {}, row.n)


def _write(batch: ImportBatch, wanted: Wanted, done: dict) -> None:
    """One plan, inside the history of the import: actions of their own would hide it from undo."""
    values = {} if wanted.settled else wanted.values
    if wanted.year is None:
        row = ProgramYear(program=wanted.program, year=year_of(batch), owner=wanted.program.owner, **values)
        row.full_clean()
        row.save()
        done["created"] += 1
    else:
        row = lock_year(wanted.year)
        before = {name: getattr(row, name) for name in values}
        if before != values:
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
            row.full_clean()
            row.save()
        done["updated"] += 1
    reason = batch.options.get("reason", "").strip() or _("Sheet %(file)s") % {"file": batch.file_name[:200]}
    for (sponsor, source), ceiling in sorted(wanted.ceilings.items()):
        done["ceilings"] += _set_ceiling(row, sponsor, source, ceiling, reason[:250])


def _set_ceiling(row: ProgramYear, sponsor: str, source: str, ceiling: int, reason: str) -> int:
    current = row.funding.filter(sponsor=sponsor, source=source, current=True).first()
    if current is not None and current.ceiling == ceiling:
        return 0
    if current is not None:
        ProgramFunding.objects.filter(pk=current.pk).update(current=False)
    new = ProgramFunding(
        program_year=row,
        sponsor=sponsor,
        source=source,
        ceiling=ceiling,
        version=current.version + 1 if current else 1,
        reason=reason if current else "",
    )
    new.clean_fields()
    new.save()
    return 1


# --- undo ------------------------------------------------------------------------------------------------------------

# A ceiling returns to what it was only where none that stays came after it.
CHANGED_AGAIN = """
SELECT f.id FROM programs_programfunding f
JOIN undo_rows u ON u.tbl = 'programs_programfunding' AND u.pk = f.id AND NOT u.created AND u.old ? 'current'
JOIN programs_programfunding o ON o.program_year_id = f.program_year_id AND o.sponsor = f.sponsor
  AND o.source = f.source AND o.current AND o.id <> f.id
LEFT JOIN undo_rows g ON g.tbl = 'programs_programfunding' AND g.pk = o.id AND g.created AND g.kept IS NULL
WHERE g.pk IS NULL
"""


def after_undo(batch: ImportBatch, result, by) -> None:
    """List what stayed, and why."""
    clear(batch, "undo")
    findings = []
    for table, pk, why in result.kept:
        if why == "follows":
            continue
        if table == "programs_programyear":
            row = ProgramYear.objects.select_related("program").filter(pk=pk).first()
        else:
            found = ProgramFunding.objects.select_related("program_year__program").filter(pk=pk).first()
            row = found and f"{found.program_year}, {found}"
        findings.append(Finding("note", f"undo_{why}", field="plan", value=str(row or "")))
    save(batch, findings, "undo")
