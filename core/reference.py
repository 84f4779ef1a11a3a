"""Facts of the demo city, Kota Solok (Kemendagri 13.72), and the agencies of any city; loaded by `load_reference`.

Region codes: Kepmendagri 300.2.2-2138/2025. BPS codes are of 2018 and differ from them; check them at
https://sig.bps.go.id/bridging-kode before official use. Coordinates are rough centres, enough to open a map at.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from core.choices import AgencyKind

HOME = "13.72"
LETTERHEAD = {
    "government_name": "Pemerintah Kota Solok",
    "planning_agency": "Bapperida",
    "team_name": "TKPKD",
    "address": "Jalan Lubuk Sikarah, Kota Solok, Sumatera Barat",
    "place": "Solok",
    "signer_title": "Kepala Badan Perencanaan Pembangunan, Riset dan Inovasi Daerah",
}
# Wording of the press, which differs between sources; a city may write its own (domain.md section 3).
DESIL_LABELS = {
    "1": "Sangat miskin",
    "2": "Miskin",
    "3": "Hampir miskin",
    "4": "Rentan miskin",
    "5": "Pas-pasan",
    **{str(desil): "Menengah ke atas" for desil in range(6, 11)},
}


class RegionFact(NamedTuple):
    """A region as `load_regions` reads it, with what only we add: BPS code, centre, other spellings."""

    code: str
    name: str
    level: str
    parent: str
    bps_code: str
    lat: float | None = None
    lng: float | None = None
    aliases: tuple[str, ...] = ()


REGIONS = (
    RegionFact("13.72", "Kota Solok", "kota", "", "1372", -0.783, 100.650, ("Solok", "Kodya Solok")),
    RegionFact("13.72.01", "Lubuk Sikarah", "kecamatan", "13.72", "1372010", -0.796, 100.641, ("Lb. Sikarah",)),
    RegionFact("13.72.01.1001", "Tanah Garam", "kelurahan", "13.72.01", "1372010001", -0.796, 100.595, ("Tnh Garam",)),
    RegionFact(
        "13.72.01.1002",
        "VI Suku",
        "kelurahan",
        "13.72.01",
        "1372010002",
        -0.779,
        100.640,
        ("6 Suku", "Enam Suku", "Anam Suku"),
    ),
    RegionFact(
        "13.72.01.1003",
        "Sinapa Piliang",
        "kelurahan",
        "13.72.01",
        "1372010003",
        -0.795,
        100.652,
        ("Sinapa", "Sinapa Pliang"),
    ),
    RegionFact(
        "13.72.01.1004",
        "IX Korong",
        "kelurahan",
        "13.72.01",
        "1372010004",
        -0.800,
        100.650,
        ("9 Korong", "Sembilan Korong"),
    ),
    RegionFact(
        "13.72.01.1005",
        "Kampai Tabu Karambia",
        "kelurahan",
        "13.72.01",
        "1372010005",
        -0.805,
        100.657,
        ("KTK", "Kampai Tabu Kerambil", "Kampai Tabu Kerambia"),
    ),
    RegionFact(
        "13.72.01.1006",
        "Aro IV Korong",
        "kelurahan",
        "13.72.01",
        "1372010006",
        -0.795,
        100.664,
        ("Aro 4 Korong", "Aro Empat Korong", "Aro Ampek Korong", "A4K"),
    ),
    RegionFact(
        "13.72.01.1007",
        "Simpang Rumbio",
        "kelurahan",
        "13.72.01",
        "1372010007",
        -0.802,
        100.672,
        ("Sp. Rumbio", "Spg. Rumbio", "SP Rumbio"),
    ),
    RegionFact("13.72.02", "Tanjung Harapan", "kecamatan", "13.72", "1372020", -0.772, 100.656, ("Tj. Harapan",)),
    RegionFact(
        "13.72.02.1001", "Koto Panjang", "kelurahan", "13.72.02", "1372020001", -0.793, 100.656, ("Kt. Panjang",)
    ),
    RegionFact(
        "13.72.02.1002",
        "Pasar Pandan Air Mati",
        "kelurahan",
        "13.72.02",
        "1372020002",
        -0.790,
        100.662,
        ("PPA", "Psr. Pandan Air Mati", "Pasar Pandan Airmati"),
    ),
    RegionFact("13.72.02.1003", "Tanjung Paku", "kelurahan", "13.72.02", "1372020003", -0.777, 100.666, ("Tj. Paku",)),
    RegionFact("13.72.02.1004", "Nan Balimo", "kelurahan", "13.72.02", "1372020004", -0.769, 100.654, ("Nanbalimo",)),
    RegionFact("13.72.02.1005", "Kampung Jawa", "kelurahan", "13.72.02", "1372020005", -0.764, 100.641, ("Kp. Jawa",)),
    RegionFact("13.72.02.1006", "Laing", "kelurahan", "13.72.02", "1372020006", -0.753, 100.668, ("Laiang",)),
)


class AgencyFact(NamedTuple):
    """An agency. `key` names it in the other reference files; the short name is what pages show."""

    key: str
    name: str
    short_name: str
    kind: str = AgencyKind.OPD
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


# Offices merged by Perda Kota Solok 1/2025; the day is set to the turn of the year so that a programme year has one
# owner. To be checked against the decree.
_MERGED = dt.date(2025, 1, 1)
_LAST_DAY = dt.date(2024, 12, 31)
MERGER_BASIS = "Perda Kota Solok 1/2025"

_COMMON = (
    AgencyFact("health", "Dinas Kesehatan", "Dinas Kesehatan"),
    AgencyFact("education", "Dinas Pendidikan", "Dinas Pendidikan"),
    AgencyFact("works", "Dinas Pekerjaan Umum dan Penataan Ruang", "Dinas PUPR"),
    AgencyFact("labour", "Dinas Tenaga Kerja", "Dinas Tenaga Kerja"),
    AgencyFact("registry", "Dinas Kependudukan dan Pencatatan Sipil", "Disdukcapil"),
)
SOLOK_AGENCIES = (
    AgencyFact(
        "planning",
        "Badan Perencanaan Pembangunan, Riset dan Inovasi Daerah",
        "Bapperida",
        AgencyKind.OPD,
        _MERGED,
    ),
    AgencyFact(
        "social",
        "Dinas Sosial, Pemberdayaan Perempuan dan Perlindungan Anak",
        "Dinas Sosial",
        AgencyKind.OPD,
        _MERGED,
    ),
    AgencyFact(
        "housing",
        "Dinas Perumahan, Kawasan Permukiman dan Lingkungan Hidup",
        "Dinas PerkimLH",
        AgencyKind.OPD,
        _MERGED,
    ),
    AgencyFact(
        "community",
        "Dinas Pemberdayaan Masyarakat dan Desa, Pengendalian Penduduk dan Keluarga Berencana",
        "Dinas PMD PPKB",
        AgencyKind.OPD,
        _MERGED,
    ),
    AgencyFact("farming", "Dinas Pertanian dan Pangan", "Dinas Pertanian", AgencyKind.OPD, _MERGED),
    AgencyFact(
        "order",
        "Satuan Polisi Pamong Praja dan Pemadam Kebakaran",
        "Satpol PP dan Damkar",
        AgencyKind.OPD,
        _MERGED,
    ),
    AgencyFact("enterprise", "Dinas Perdagangan, Koperasi, Usaha Kecil dan Menengah", "Dinas Koperasi UKM"),
    AgencyFact("information", "Dinas Komunikasi dan Informatika", "Diskominfo"),
    *_COMMON,
    AgencyFact(
        "planning_old",
        "Badan Perencanaan Pembangunan Daerah",
        "Bappeda (s.d. 2024)",
        valid_to=_LAST_DAY,
    ),
    AgencyFact("social_old", "Dinas Sosial", "Dinas Sosial (s.d. 2024)", valid_to=_LAST_DAY),
    AgencyFact(
        "women_old",
        "Dinas Pemberdayaan Perempuan, Perlindungan Anak dan Keluarga Berencana",
        "DP3AKB (s.d. 2024)",
        valid_to=_LAST_DAY,
    ),
    AgencyFact(
        "housing_old",
        "Dinas Perumahan dan Kawasan Permukiman",
        "Dinas Perkim (s.d. 2024)",
        valid_to=_LAST_DAY,
    ),
    AgencyFact("environment_old", "Dinas Lingkungan Hidup", "DLH (s.d. 2024)", valid_to=_LAST_DAY),
    AgencyFact("farming_old", "Dinas Pertanian", "Dinas Pertanian (s.d. 2024)", valid_to=_LAST_DAY),
    AgencyFact("food_old", "Dinas Pangan", "Dinas Pangan (s.d. 2024)", valid_to=_LAST_DAY),
    AgencyFact("order_old", "Satuan Polisi Pamong Praja", "Satpol PP (s.d. 2024)", valid_to=_LAST_DAY),
    AgencyFact("fire_old", "Dinas Pemadam Kebakaran", "Damkar (s.d. 2024)", valid_to=_LAST_DAY),
    AgencyFact("zakat", "Badan Amil Zakat Nasional Kota Solok", "Baznas", AgencyKind.SOCIETY),
    AgencyFact("pkk", "Tim Penggerak PKK Kota Solok", "TP PKK", AgencyKind.SOCIETY),
    AgencyFact("bank", "Bank Nagari Cabang Solok", "Bank Nagari", AgencyKind.BUSINESS),
    AgencyFact("province", "Dinas Sosial Provinsi Sumatera Barat", "Dinsos Provinsi", AgencyKind.VERTICAL),
    AgencyFact("insurance", "BPJS Kesehatan Cabang Solok", "BPJS Kesehatan", AgencyKind.VERTICAL),
    AgencyFact("statistics", "Badan Pusat Statistik Kota Solok", "BPS", AgencyKind.VERTICAL),
    AgencyFact("ministry", "Kementerian Sosial Republik Indonesia", "Kemensos", AgencyKind.CENTRAL),
)
# (old, new); an office that was divided has two successors.
SOLOK_SUCCESSIONS = (
    ("planning_old", "planning"),
    ("social_old", "social"),
    ("women_old", "social"),
    ("women_old", "community"),
    ("housing_old", "housing"),
    ("environment_old", "housing"),
    ("farming_old", "farming"),
    ("food_old", "farming"),
    ("order_old", "order"),
    ("fire_old", "order"),
)
SUCCESSION_DATE = _MERGED

# Any other city: usual names, no past; its own offices are typed in the admin.
OTHER_AGENCIES = (
    AgencyFact("planning", "Badan Perencanaan Pembangunan Daerah", "Bappeda"),
    AgencyFact("social", "Dinas Sosial", "Dinas Sosial"),
    AgencyFact("housing", "Dinas Perumahan dan Kawasan Permukiman", "Dinas Perkim"),
    AgencyFact("community", "Dinas Pemberdayaan Masyarakat", "Dinas PM"),
    AgencyFact("farming", "Dinas Pertanian", "Dinas Pertanian"),
    AgencyFact("enterprise", "Dinas Koperasi dan Usaha Kecil Menengah", "Dinas Koperasi UKM"),
    *_COMMON,
    AgencyFact("zakat", "Badan Amil Zakat Nasional", "Baznas", AgencyKind.SOCIETY),
)
