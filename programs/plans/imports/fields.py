"""What a column of a plan sheet can be taken as, and the headers it goes by in planning systems."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.imports import Field

PLAN, MONEY = _("Plan"), _("Money")


def _f(key, label, group, *synonyms, kind="text") -> Field:
    return Field(key=key, label=label, group=group, synonyms=synonyms, kind=kind)


FIELDS: tuple[Field, ...] = (
    _f(
        "code",
        _("Code"),
        PLAN,
        "Kode",
        "Kode Rekening",
        "Kode Sub Kegiatan",
        "Kode Kegiatan",
        "Kode Program",
        "Kode Program/Kegiatan/Sub Kegiatan",
        "Kode Urusan/Bidang Urusan/Program/Kegiatan/Sub Kegiatan",
        "Kode Nomenklatur",
    ),
    _f(
        "name",
        _("Name of the sub-activity"),
        PLAN,
        "Uraian",
        "Sub Kegiatan",
        "Nama Sub Kegiatan",
        "Nomenklatur",
        "Nomenklatur Urusan",
        "Program/Kegiatan/Sub Kegiatan",
        "Program / Kegiatan / Sub Kegiatan",
        "Urusan/Bidang Urusan/Program/Kegiatan/Sub Kegiatan",
        "Urusan/Bidang Urusan Pemerintahan Daerah dan Program/Kegiatan/Sub Kegiatan",
        "Nama Program/Kegiatan/Sub Kegiatan",
    ),
    _f("program_name", _("Programme in the plan"), PLAN, "Program", "Nama Program"),
    _f("activity_name", _("Activity (kegiatan)"), PLAN, "Kegiatan", "Nama Kegiatan"),
    _f(
        "ours",
        _("Our programme"),
        PLAN,
        "Program Penanggulangan Kemiskinan",
        "Program Kemiskinan",
        "Nama Program TKPKD",
        "Program TKPKD",
        "Nama Bantuan",
    ),
    _f(
        "indicator",
        _("Indicator"),
        PLAN,
        "Indikator",
        "Indikator Kinerja",
        "Indikator Keluaran",
        "Indikator Sub Kegiatan",
        "Indikator Kinerja Sub Kegiatan",
        "Indikator Kinerja Program/Kegiatan/Sub Kegiatan",
        "Tolok Ukur",
        "Tolok Ukur Kinerja",
    ),
    _f(
        "target",
        _("Target"),
        PLAN,
        "Target",
        "Target Kinerja",
        "Target Capaian Kinerja",
        "Target Sub Kegiatan",
        "Volume",
        "Target Keluaran",
    ),
    _f("unit", _("Unit of the indicator"), PLAN, "Satuan", "Satuan Target", "Satuan Indikator"),
    _f(
        "ceiling",
        _("Ceiling (Rp)"),
        MONEY,
        "Pagu",
        "Pagu (Rp)",
        "Pagu Indikatif",
        "Pagu Indikatif (Rp)",
        "Pagu Anggaran",
        "Pagu Anggaran (Rp)",
        "Kebutuhan Dana/Pagu Indikatif",
        "Kebutuhan Dana / Pagu Indikatif (Rp)",
        "Anggaran",
        "Anggaran (Rp)",
        "Jumlah Anggaran",
    ),
    _f("source", _("Source of funds"), MONEY, "Sumber Dana", "Sumber Pendanaan", "Sumber Anggaran"),
)
NAMING = ("code", "name", "ours")


def worth(keys: set[str]) -> bool:
    """Whether a sheet with these fields is a plan: rows that can be told, and money or targets."""
    return bool(keys & set(NAMING)) and bool(keys & {"ceiling", "target"})
