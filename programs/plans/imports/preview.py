"""What a plan sheet would do, row by row, for the page; the reasons of refused rows; the blank sheet to give out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.findings import view
from core.models import ImportBatch, ImportFinding
from core.rupiah import thousands
from core.sheets.template import TemplateColumn, write_template
from programs.models import PlanRow, Program, ProgramYear
from programs.plans.quarters import source_label

PAGE = 50
SHOWS = {
    "new": gettext_lazy("New plans"),
    "changed": gettext_lazy("Changed"),
    "unknown": gettext_lazy("None of ours"),
    "refused": gettext_lazy("Refused"),
    "same": gettext_lazy("Unchanged"),
    "heading": gettext_lazy("Headings"),
    "stale": gettext_lazy("Changed since"),
    "notes": gettext_lazy("Remarks"),
}


@dataclass
class RowView:
    """A row as the page shows it. changes: (what, before, after) in words."""

    row: PlanRow
    program: Program | None = None
    source: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def counts(batch: ImportBatch) -> dict[str, int]:
    """Number of rows of each list that has any."""
    outcomes = batch.counts.get("outcomes", {})
    found = {key: outcomes.get(key, 0) for key in SHOWS} | {"stale": batch.counts.get("stale", 0)}
    return {key: n for key, n in found.items() if n}


def page(batch: ImportBatch, show: str, *, after: int) -> tuple[list[RowView], int | None]:
    """Up to a page of rows after `after` (their n), and where the next page begins."""
    rows = PlanRow.objects.filter(batch_id=batch.pk, n__gt=after).order_by("n")
    rows = rows.filter(stale=True, applied=False) if show == "stale" else rows.filter(outcome=show)
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].n if len(found) > PAGE else None
    found = found[:PAGE]
    programs = Program.objects.in_bulk([r.program_id for r in found if r.program_id])
    remarks: dict[int, list[str]] = {}
    for finding in ImportFinding.objects.filter(batch=batch, grp__in=[r.n for r in found]).exclude(stage="undo"):
        remarks.setdefault(finding.grp, []).append(view(batch, finding).text)
    shown, told = [], set()
    for row in found:
        # The rows of one programme make one plan: what changes stands at the first of them.
        changes = [] if row.program_id in told else [_change(*change) for change in row.changes]
        told |= {row.program_id} - {None}
        source = source_label((row.sponsor, row.source)) if row.source else ""
        shown.append(RowView(row, programs.get(row.program_id), source, changes, remarks.get(row.n, [])))
    return shown, more


def _change(name: str, before, after) -> tuple[str, str, str]:
    if name == "year":
        return _("plan of the year"), "—", str(after)
    if name.startswith("ceiling|"):
        _ceiling, sponsor, source = name.split("|")
        label = _("ceiling, %(source)s") % {"source": source_label((sponsor, source))}
    else:
        label = str(ProgramYear._meta.get_field(name).verbose_name)
    return label, _shown(before), _shown(after)


def _shown(value) -> str:
    if value is None or value == "":
        return "—"
    return thousands(value) if isinstance(value, int) else str(value)


def reasons(batch: ImportBatch) -> dict[tuple[str, int], str]:
    """(sheet, row) → why, for `write_refused`."""
    said: dict[tuple[str, int], str] = {}
    for finding in ImportFinding.objects.filter(batch=batch, level="error", row__isnull=False).order_by("id"):
        shown = view(batch, finding)
        text = f"{finding.col}: {shown.text} {shown.todo}".strip(": ")
        key = (finding.sheet, finding.row)
        said[key] = f"{said[key]} | {text}" if key in said else text
    return said


def write_blank(target: BinaryIO) -> None:
    """A blank plan sheet with its columns, two examples and what each column means."""
    write_template(
        target,
        name="Rencana",
        columns=[
            TemplateColumn("Kode", "code", note="Kode sub kegiatan, misalnya 1.06.05.2.02.0003."),
            TemplateColumn("Nama Sub Kegiatan", required=True, note="Seperti di sistem perencanaan."),
            TemplateColumn("Program Penanggulangan Kemiskinan", note="Nama program di aplikasi ini, bila berbeda."),
            TemplateColumn("Indikator", note="Yang dihitung."),
            TemplateColumn("Target", "int", note="Angka bulat."),
            TemplateColumn("Satuan", note="keluarga, orang, rumah, kelompok."),
            TemplateColumn("Pagu (Rp)", "rupiah", required=True, note="Satu baris untuk setiap sumber dana."),
            TemplateColumn(
                "Sumber Dana",
                choices=("APBN", "DAK", "APBD Provinsi", "APBD Kota", "CSR", "Baznas"),
                note="Kosong berarti APBD Kota.",
            ),
        ],
        examples=[
            ["1.06.05.2.02.0003", "Bantuan Tunai Daerah", "BLT Daerah", "Jumlah keluarga", 80, "keluarga", 96000000,
             "APBD Kota"],
            ["1.04.03.2.01.0005", "Perbaikan Rumah Tidak Layak Huni", "RTLH", "Jumlah rumah", 60, "rumah", 300000000,
             "DAK"],
        ],
    )  # fmt: skip
