"""What a column of a list of recipients can be taken as, and the headers it goes by in offices (domain.md 8)."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from core.imports import Field
from households.imports.fields import FIELD as HOUSEHOLD_FIELD

WHO, PLACE, AID, DECREE = _("Recipient"), _("Address"), _("Aid"), _("Decree")

# How a sheet names people and places is the same everywhere: these are the fields of household sheets.
_SHARED = {
    WHO: ("nik", "kk", "name", "head_name", "birth_date", "birth"),
    PLACE: ("region", "region_code", "district", "rt", "rw", "rt_rw", "address"),
}


def _f(key, label, group, *synonyms, kind="text") -> Field:
    return Field(key=key, label=label, group=group, synonyms=synonyms, kind=kind)


_OWN = (
    # Told by their headers alone, never by what stands below: a column of any dates is not yet a day of handing over.
    # OpenSID: NIK for programmes of persons, KK number for those of households.
    _f("participant", _("Participant (NIK or KK)"), WHO, "Peserta", "ID Peserta", "NIK/KK", "NIK / No KK"),
    _f(
        "amount",
        _("Amount (Rp)"),
        AID,
        "Nominal",
        "Nominal Bantuan",
        "Jumlah Bantuan",
        "Jumlah Uang",
        "Jumlah Dana",
        "Jumlah (Rp)",
        "Jumlah Rp",
        "Jumlah",
        "Besaran",
        "Besaran Bantuan",
        "Besar Bantuan",
        "Nilai",
        "Nilai Bantuan",
        "Nilai (Rp)",
        "Jumlah Diterima",
        "Uang Diterima",
        "Bantuan (Rp)",
        "Rupiah",
        kind="number",
    ),
    _f(
        "goods",
        _("Goods"),
        AID,
        "Barang",
        "Jenis Barang",
        "Nama Barang",
        "Bentuk Bantuan",
        "Jenis Bantuan",
        "Uraian Bantuan",
        "Bantuan yang Diterima",
    ),
    _f(
        "date",
        _("Received on"),
        AID,
        "Tanggal Terima",
        "Tgl Terima",
        "Tanggal Diterima",
        "Tanggal Penerimaan",
        "Tanggal Penyaluran",
        "Tgl Penyaluran",
        "Tanggal Salur",
        "Tgl Salur",
        "Tanggal Cair",
        "Tanggal Pencairan",
        "Tgl Cair",
        "Tanggal Transaksi",
        "Tanggal Penyerahan",
        "Tgl Penyerahan",
        "Tanggal Bantuan",
    ),
    _f("stage", _("Stage"), AID, "Tahap", "Tahap ke", "Tahap Penyaluran", "Tahapan", "Termin", "Tahap Salur"),
    _f(
        "period",
        _("Period"),
        AID,
        "Periode",
        "Bulan",
        "Triwulan",
        "Masa",
        "Periode Bayar",
        "Periode Salur",
        "Bulan Salur",
    ),
    _f(
        "paid",
        _("Paid out (yes or no)"),
        AID,
        "Status Salur",
        "Status Penyaluran",
        "Status Pencairan",
        "Status Transaksi",
        "Status Bayar",
        "Keterangan Salur",
        "Hasil Penyaluran",
        "Sudah Diterima",
    ),
    _f(
        "decree_number",
        _("Number of the decree"),
        DECREE,
        "Nomor SK",
        "No SK",
        "No. SK",
        "Nomor Keputusan",
        "Nomor SK Penetapan",
    ),
    _f(
        "decree_date",
        _("Date of the decree"),
        DECREE,
        "Tanggal SK",
        "Tgl SK",
        "Tanggal Keputusan",
        "Tanggal SK Penetapan",
    ),
    _f("note", _("Note"), AID, "Keterangan", "Ket", "Catatan"),
)

FIELDS: tuple[Field, ...] = (
    *(replace(HOUSEHOLD_FIELD[key], group=group) for group, keys in _SHARED.items() for key in keys),
    *_OWN,
)
FIELD = {field.key: field for field in FIELDS}
# Without one of these a list names nobody.
NAMING = ("nik", "kk", "participant", "name", "head_name")
# Candidates to be matched bring only who they are; what they got stands in the log.
MATCH_FIELDS = tuple(field for field in FIELDS if field.group in (WHO, PLACE))
