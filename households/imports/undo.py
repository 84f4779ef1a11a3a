"""What undo of an import must know of households: numbers and heads that are in use by now, derived values."""

from __future__ import annotations

from django.db import connection

from core.imports.findings import Finding, clear, save
from core.models import Attachment, ImportBatch
from core.models.records import HistoryEntry, HistoryTransaction
from core.registry import registry
from households import derived
from households.models import Household, Member

_RETURNS = "u.tbl = '{table}' AND NOT u.created AND u.kept IS NULL"

CONFLICTING_NIKS = f"""
SELECT u.pk FROM undo_rows u JOIN households_member o ON o.nik = u.old->>'nik' AND o.id <> u.pk
  AND o.merged_into_id IS NULL
LEFT JOIN undo_rows w ON w.tbl = 'households_member' AND w.pk = o.id AND w.kept IS NULL
  AND (w.created OR w.old ? 'nik')
WHERE {_RETURNS.format(table="households_member")} AND w.pk IS NULL
"""
CONFLICTING_KKS = f"""
SELECT u.pk FROM undo_rows u JOIN households_household o ON o.kk = u.old->>'kk' AND o.id <> u.pk
  AND o.merged_into_id IS NULL
LEFT JOIN undo_rows w ON w.tbl = 'households_household' AND w.pk = o.id AND w.kept IS NULL
  AND (w.created OR w.old ? 'kk')
WHERE {_RETURNS.format(table="households_household")} AND w.pk IS NULL
"""
# Who would be head again in a household that has another active head by then.
_AFTER = """
SELECT m.id,
  CASE WHEN u.old ? 'relation' THEN (u.old->>'relation')::int ELSE m.relation END AS relation,
  CASE WHEN u.old ? 'status' THEN u.old->>'status' ELSE m.status END AS status,
  CASE WHEN u.old ? 'household_id' THEN (u.old->>'household_id')::bigint ELSE m.household_id END AS household_id,
  u.pk IS NOT NULL AS returns
FROM households_member m
LEFT JOIN undo_rows u ON u.tbl = 'households_member' AND u.pk = m.id AND NOT u.created AND u.kept IS NULL
WHERE NOT EXISTS (SELECT FROM undo_rows g WHERE g.tbl = 'households_member' AND g.pk = m.id AND g.created
  AND g.kept IS NULL)
"""
CONFLICTING_HEADS = f"""
SELECT a.id FROM ({_AFTER}) a JOIN ({_AFTER}) b ON b.household_id = a.household_id AND b.id <> a.id
WHERE a.returns AND a.relation = 1 AND a.status = 'active' AND b.relation = 1 AND b.status = 'active' AND NOT b.returns
"""


def held_by_files(table: str, ids: list[int]) -> set[int]:
    """Households to which somebody attached a file since; it names them by uuid, not by a foreign key."""
    if table != "households_household":
        return set()
    files = Attachment.objects.filter(owner_kind="household").values("owner_uuid")
    return set(Household.objects.filter(pk__in=ids, uuid__in=files).values_list("pk", flat=True))


def after_undo(batch: ImportBatch, result, by) -> None:
    """Refresh the derived values of what came back, and list what stayed, with who touched it."""
    households = set(result.restored["households_household"])
    members = result.restored["households_member"]
    gone = set(result.deleted["households_household"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT household_id FROM households_member WHERE id = ANY(%s)", [members])
        households |= {pk for (pk,) in cursor.fetchall()}
        # Households that a member left or returned to show another size and head.
        cursor.execute(
            "SELECT (old->>'household_id')::bigint FROM undo_rows "
            "WHERE tbl = 'households_member' AND old ? 'household_id'"
        )
        households |= {pk for (pk,) in cursor.fetchall()}
    for hook in registry.members_moved:  # aid that somebody worked on since stays, but counts where the person is
        hook(members, by)
    derived.refresh(households - gone)
    batch.counts["undo_households"] = len(gone | households)
    _list_kept(batch, result)


def _list_kept(batch: ImportBatch, result) -> None:
    """One finding for each row that stayed: what it is, why, and who touched it."""
    clear(batch, "undo")
    told = [(table, pk, why) for table, pk, why in result.kept if table in _MODELS and why != "follows"]
    people = {
        table: model.objects.in_bulk([pk for t, pk, _why in told if t == table]) for table, model in _MODELS.items()
    }
    by = _who_touched(told)
    findings = []
    for table, pk, why in told:
        row = people[table].get(pk)
        if row is None:
            continue
        household = row if isinstance(row, Household) else row.household
        findings.append(
            Finding(
                "note",
                f"undo_{why}",
                field="household" if isinstance(row, Household) else "member",
                value=str(row),
                params={"by": by.get((table, pk), ""), "household": str(household.uuid)},
            )
        )
    save(batch, findings, "undo")


_MODELS = {"households_household": Household, "households_member": Member}


def _who_touched(told) -> dict[tuple[str, int], str]:
    """(table, id) → who wrote the row last."""
    found = {}
    for table in _MODELS:
        ids = [str(pk) for t, pk, why in told if t == table and why == "touched"]
        last = (
            HistoryEntry.objects.filter(tbl=table, pk_text__in=ids)
            .order_by("pk_text", "-id")
            .distinct("pk_text")
            .values_list("pk_text", "tx_id")
        )
        actors = dict(HistoryTransaction.objects.filter(pk__in=[tx for _pk, tx in last]).values_list("pk", "actor"))
        found |= {(table, int(pk)): actors.get(tx, "") for pk, tx in last}
    return found
