"""What a person decides on the preview: newer families to overwrite, rows to bring again, people to ask for."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports import silent
from core.imports.batches import locked
from core.imports.findings import view
from core.models import ImportBatch, ImportFinding, Region
from households.actions.transfers import request_transfer
from households.imports.judge import judge
from households.models import ImportFamily, ImportRow

_FROM_CHECKED = ("checked", "applied")


def overwrite_newer(batch: ImportBatch, *, families: Iterable[int], by) -> int:
    """Let the sheet overwrite the newer data we hold of these families; kept with who chose it. Judges again.

    Returns how many families that are. Raises ValidationError when the batch is not at the preview.
    """
    with locked(batch):
        if batch.state not in _FROM_CHECKED:
            raise ValidationError(_("This step does not fit the state of the import. Reload the page."))
        chosen = ImportFamily.objects.filter(batch_id=batch.pk, family__in=list(families))
        held = ImportRow.objects.filter(batch_id=batch.pk, family__in=list(families), outcome="held")
        households = set(chosen.filter(newer=True).values_list("household_id", flat=True))
        households |= set(held.values_list("from_household", flat=True))
        batch.options["overwrite"] = sorted({*batch.options.get("overwrite", []), *households} - {None})
        batch.options.setdefault("overwrite_by", []).append(getattr(by, "pk", None))
        judge(batch, silent)
    return len(households)


def refused_rows(batch: ImportBatch) -> dict[tuple[str, int], str]:
    """(sheet, row) → why it is refused, for `write_refused`; "" for the other rows of a refused family.

    Whole families come along: brought back with the faulty row alone, the rest of the family would be missing.
    """
    reasons: dict[tuple[str, int], str] = {}
    groups = set()
    for finding in ImportFinding.objects.filter(batch=batch, level="error", row__isnull=False).order_by("id"):
        shown, key = view(batch, finding), (finding.sheet, finding.row)
        said = f"{finding.col}: {shown.text} {shown.todo}".strip(": ")
        reasons[key] = f"{reasons[key]} | {said}" if key in reasons else said
        groups.add(finding.grp)
    names = [about["name"] for about in batch.layout.get("sheets", [])]
    rows = ImportRow.objects.filter(batch_id=batch.pk, family__in=groups - {None})
    for sheet, row in rows.values_list("sheet", "row"):
        reasons.setdefault((names[sheet], row), "")
    return reasons


def ask_for_transfer(batch: ImportBatch, finding: ImportFinding, *, by) -> None:
    """Ask for the person whose NIK is registered elsewhere; the answer comes under Transfers.

    Raises ValidationError when the finding is of another kind or the family has no kelurahan.
    """
    row = ImportRow.objects.filter(batch_id=batch.pk, row=finding.row, family=finding.grp, nik__isnull=False).first()
    family = ImportFamily.objects.filter(batch_id=batch.pk, family=finding.grp).first()
    region = Region.objects.filter(pk=family.region).first() if family and family.region else None
    if finding.code != "nik_elsewhere" or row is None or region is None:
        raise ValidationError(_("A transfer can be asked for once the row has a NIK and a kelurahan."))
    request_transfer(nik=row.nik, to_region=region, by=by, note=_("Import of %(file)s") % {"file": batch.file_name})
