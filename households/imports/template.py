"""Our own blank sheet: drop-downs from the answer codes, numbers as text, examples, advice."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from core.models import CitySettings, Region
from core.nik import make_kk, make_nik
from core.sheets import TemplateColumn, write_template
from households.labels import Labels
from households.models.households import HOUSING_CODES

_YES_NO = ["Ya", "Tidak"]
_CODED = ("relation", "marital", "education", "school_status", "insurance", "disability", "chronic_illness")


def write_household_template(target) -> None:
    """Write the blank sheet to `target` (path or binary file). Headers are Indonesian in every language: they are read
    back by the import.
    """
    labels = Labels(*HOUSING_CODES, *_CODED)
    city = CitySettings.load()
    villages = list(Region.objects.villages().in_area(city.home_region_id if city else ""))
    columns = _columns(labels, [village.name for village in villages])
    write_template(
        target,
        name="Keluarga",
        columns=columns,
        examples=_examples(columns, villages),
        notes=[
            _("One row a person; the rows of a family follow each other and bear the same KK."),
            _("Address, house and desil are written on the row of the head; other rows may leave them empty."),
            _("A NIK or KK that is not known stays empty. Never write a made-up number."),
            _("An empty cell changes nothing: what is known already stays."),
        ],
    )


def _columns(labels: Labels, villages: list[str]) -> list[TemplateColumn]:
    def words(field: str) -> list[str]:
        return [label for _code, label in labels.choices(field)]

    several = _("Several answers are separated by commas.")
    house = [
        TemplateColumn(header, choices=words(field))
        for field, header in (
            ("ownership", "Status Bangunan"),
            ("land_proof", "Bukti Kepemilikan Lahan"),
            ("floor", "Jenis Lantai"),
            ("wall", "Jenis Dinding"),
            ("roof", "Jenis Atap"),
            ("water", "Sumber Air Minum"),
            ("water_distance", "Jarak Sumber Air"),
            ("lighting", "Sumber Penerangan"),
            ("power", "Daya Terpasang"),
            ("fuel", "Bahan Bakar Memasak"),
            ("toilet", "Fasilitas BAB"),
            ("toilet_type", "Jenis Kloset"),
            ("sewage", "Pembuangan Akhir Tinja"),
        )
    ]
    return [
        TemplateColumn("No KK", "nik"),
        TemplateColumn("NIK", "nik"),
        TemplateColumn("Nama Lengkap", required=True, width=28),
        TemplateColumn("Hubungan Keluarga", choices=words("relation"), required=True),
        TemplateColumn("Jenis Kelamin", choices=["L", "P"]),
        TemplateColumn("Tempat Lahir"),
        TemplateColumn("Tanggal Lahir", "date"),
        TemplateColumn("Status Kawin", choices=words("marital")),
        TemplateColumn("Pendidikan", choices=words("education")),
        TemplateColumn("Partisipasi Sekolah", choices=words("school_status")),
        TemplateColumn("Bekerja", choices=_YES_NO),
        TemplateColumn("Pekerjaan", width=22),
        TemplateColumn("Punya Usaha", choices=_YES_NO),
        TemplateColumn("Hamil", choices=_YES_NO),
        TemplateColumn("Disabilitas", note=f"{several} {', '.join(words('disability'))}"[:250]),
        TemplateColumn("Penyakit Kronis", note=several),
        TemplateColumn("Jaminan Kesehatan", choices=words("insurance")),
        TemplateColumn("Kelurahan", choices=villages),
        TemplateColumn("RW", "code"),
        TemplateColumn("RT", "code"),
        TemplateColumn("Alamat", width=32),
        TemplateColumn("Desil", "int", choices=list(range(1, 11))),
        *house,
        TemplateColumn("Luas Lantai (m2)", "number"),
        TemplateColumn("Status", choices=["aktif", "pindah", "meninggal", "tidak ditemukan", "sudah mampu"]),
        TemplateColumn("Alasan Status", width=28),
        TemplateColumn("Tanggal Status", "date"),
    ]


def _examples(columns: list[TemplateColumn], villages: list[Region]) -> list[list]:
    """A widow and her child, invented; numbers and birth dates agree."""
    village = villages[0] if villages else Region(code="13.72.01.1001", name="Tanah Garam")
    kk = make_kk(village.code, dt.date(2020, 3, 12), 1)
    mother, child = dt.date(1980, 3, 5), dt.date(2012, 7, 11)
    shared = {"No KK": kk, "Kelurahan": village.name, "RW": "002", "RT": "001", "Alamat": "Jl. Contoh No. 1"}
    people = [
        shared
        | {
            "NIK": make_nik(village.code, mother, "F", 1),
            "Nama Lengkap": "CONTOH IBU",
            "Hubungan Keluarga": "Kepala keluarga",
            "Jenis Kelamin": "P",
            "Tempat Lahir": "SOLOK",
            "Tanggal Lahir": mother,
            "Status Kawin": "Cerai mati",
            "Bekerja": "Ya",
            "Pekerjaan": "Buruh harian lepas",
            "Desil": 1,
            "Jenis Lantai": "Tanah",
        },
        shared
        | {
            "NIK": make_nik(village.code, child, "M", 2),
            "Nama Lengkap": "CONTOH ANAK",
            "Hubungan Keluarga": "Anak",
            "Jenis Kelamin": "L",
            "Tempat Lahir": "SOLOK",
            "Tanggal Lahir": child,
            "Status Kawin": "Belum kawin",
            "Partisipasi Sekolah": "Masih sekolah",
        },
    ]
    return [[person.get(str(column.label), "") for column in columns] for person in people]
