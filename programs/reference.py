"""Classifications, kinds of benefit and typical programmes (domain.md section 2), loaded by `load_reference`.

Owners are keys of `core.reference`; a city changes owners, rules and names in the admin. Who qualifies is simplified:
the limits change by year and by decree, so each rule names its years and its legal basis.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from programs.choices import BenefitUnit

# scheme → (name, legal basis, items)
SCHEMES = {
    "cluster": (
        "Klaster",
        "Perpres 15/2010, 166/2014 dan 96/2015",
        (
            ("1", "Bantuan dan perlindungan sosial berbasis keluarga"),
            ("2", "Pemberdayaan masyarakat"),
            ("3", "Usaha mikro dan kecil"),
            ("4", "Program lain peningkatan kegiatan ekonomi dan kesejahteraan masyarakat miskin"),
        ),
    ),
    "group": (
        "Kelompok program",
        "Permendagri 53/2020 pasal 18",
        (
            ("a", "Bantuan sosial dan jaminan sosial terpadu berbasis rumah tangga, keluarga atau individu"),
            ("b", "Pemberdayaan masyarakat dan penguatan pelaku usaha mikro dan kecil"),
            ("c", "Program lain yang meningkatkan kegiatan ekonomi dan kesejahteraan"),
        ),
    ),
    "strategy": (
        "Strategi",
        "Permendagri 53/2020 pasal 17",
        (
            ("a", "Mengurangi beban pengeluaran masyarakat miskin"),
            ("b", "Meningkatkan kemampuan dan pendapatan masyarakat miskin"),
            ("c", "Mengembangkan dan menjamin keberlanjutan usaha mikro dan kecil"),
            ("d", "Sinergi kebijakan dan program penanggulangan kemiskinan"),
        ),
    ),
    "extreme": (
        "Strategi kemiskinan ekstrem",
        "Inpres 4/2022 dan Inpres 8/2025",
        (
            ("A", "Pengurangan beban pengeluaran"),
            ("B", "Peningkatan pendapatan"),
            ("C", "Penurunan jumlah kantong kemiskinan"),
        ),
    ),
}
# (scheme, code) → (scheme, code); strategy d implies nothing: an area programme says C itself.
MAPPINGS = (
    (("cluster", "1"), ("group", "a")),
    (("cluster", "2"), ("group", "b")),
    (("cluster", "3"), ("group", "b")),
    (("cluster", "4"), ("group", "c")),
    (("strategy", "a"), ("extreme", "A")),
    (("strategy", "b"), ("extreme", "B")),
    (("strategy", "c"), ("extreme", "B")),
)
# code → (name, Bootstrap icon)
BENEFIT_KINDS = {
    "living": ("Biaya hidup dan pangan", "basket"),
    "health": ("Jaminan kesehatan", "heart-pulse"),
    "education": ("Biaya pendidikan", "mortarboard"),
    "house": ("Perbaikan rumah", "house"),
    "sanitation": ("Air bersih dan sanitasi", "droplet"),
    "capital": ("Modal usaha", "shop"),
    "skill": ("Pelatihan dan kerja", "tools"),
    "farming": ("Alat dan bibit", "flower1"),
    "area": ("Prasarana lingkungan", "signpost-2"),
}


def _leaf(name: str, op: str, value) -> dict:
    return {"field": name, "op": op, "value": value}


def _desil(low: int, high: int) -> dict:
    return _leaf("desil", "between", [low, high])


def _all(*rules: dict) -> dict:
    return {"all": list(rules)}


def _any(*rules: dict) -> dict:
    return {"any": list(rules)}


_PKH_MEMBER = _any(
    _leaf("pregnant", "eq", True),
    _leaf("age", "between", [0, 6]),
    _all(_leaf("school_status", "eq", 2), _leaf("age", "between", [7, 21])),
    _leaf("age", "gte", 60),
    _leaf("severe_disability", "eq", True),
)
_OWN_UNFIT_HOUSE = _all(_desil(1, 4), _leaf("ownership", "eq", 1), _leaf("unfit_house", "eq", True))
_OUT_OF_WORK = _all(
    _leaf("age", "between", [18, 55]), _leaf("works", "eq", False), _leaf("school_status", "in", [1, 3])
)


@dataclass(frozen=True)
class RuleFact:
    """Who qualifies from one year on; `until` None: still in force.

    Where the rule speaks of programmes, they stand by their keys here and by their uuids in the database.
    """

    rule: dict
    since: int = 2022
    until: int | None = None
    basis: str = ""


@dataclass(frozen=True)
class ProgramFact:
    """A typical programme.

    `owner`: key of core.reference; `extreme`: class that differs from what the strategy implies; `aliases`: names by
    which sheets call it.
    """

    key: str
    name: str
    short_name: str
    owner: str
    cluster: str
    strategy: str
    unit: str
    kind: str
    rules: tuple[RuleFact, ...]
    description: str = ""
    basis: str = ""
    four_eyes: bool = True
    elsewhere: bool = False
    extreme: str = ""
    aliases: tuple[str, ...] = field(default=())


_HOUSEHOLD, _PERSON, _GROUP, _AREA = (
    BenefitUnit.HOUSEHOLD,
    BenefitUnit.PERSON,
    BenefitUnit.GROUP,
    BenefitUnit.AREA,
)

PROGRAMS: tuple[ProgramFact, ...] = (
    ProgramFact(
        "pkh",
        "Program Keluarga Harapan",
        "PKH",
        "social",
        "1",
        "a",
        _HOUSEHOLD,
        "living",
        (RuleFact(_all(_desil(1, 4), {"count": "members", "where": _PKH_MEMBER, "op": ">=", "value": 1})),),
        "Bantuan tunai bersyarat bagi keluarga dengan ibu hamil, anak usia dini, anak sekolah, lansia atau penyandang "
        "disabilitas berat. Penerima ditetapkan Kementerian Sosial.",
        "Permensos 1/2018",
        four_eyes=False,
        elsewhere=True,
        aliases=("PKH", "Keluarga Harapan", "Penerima PKH", "PKH HIMBARA", "Bansos PKH", "KPM PKH"),
    ),
    ProgramFact(
        "sembako",
        "Program Sembako (BPNT)",
        "Sembako",
        "social",
        "1",
        "a",
        _HOUSEHOLD,
        "living",
        (
            RuleFact(_desil(1, 5), 2022, 2024, "Pedoman umum Program Sembako"),
            RuleFact(_desil(1, 4), 2025, None, "Pedoman umum Program Sembako; pembagian menurut desil DTSEN"),
        ),
        "Bantuan pangan nontunai. Penerima ditetapkan Kementerian Sosial.",
        "Perpres 63/2017",
        four_eyes=False,
        elsewhere=True,
        aliases=("BPNT", "Sembako", "Bansos BPNT", "BPNT-PPKM", "Penerima BPNT", "Penerima Sembako", "Bantuan Pangan"),
    ),
    ProgramFact(
        "pbi",
        "Penerima Bantuan Iuran Jaminan Kesehatan",
        "PBI-JK",
        "health",
        "1",
        "a",
        _PERSON,
        "health",
        (RuleFact(_all(_desil(1, 5), {"person": _leaf("insurance", "in", [0, 1])})),),
        "Iuran JKN kelas III yang dibayar pemerintah pusat, per orang.",
        "PP 101/2012 jo. PP 76/2015",
        four_eyes=False,
        elsewhere=True,
        aliases=("PBI", "PBI JK", "PBI JKN", "PBI-JK", "pbi_nas", "KIS PBI", "JKN PBI"),
    ),
    ProgramFact(
        "pip",
        "Program Indonesia Pintar",
        "PIP",
        "education",
        "1",
        "a",
        _PERSON,
        "education",
        (
            RuleFact(
                _all(
                    _desil(1, 4),
                    {"person": _all(_leaf("age", "between", [6, 21]), _leaf("school_status", "eq", 2))},
                )
            ),
        ),
        "Bantuan tunai bagi siswa usia 6–21 tahun (KIP). Penerima ditetapkan Kementerian Pendidikan.",
        "Permendikbud 10/2020",
        four_eyes=False,
        elsewhere=True,
        aliases=("PIP", "KIP", "Indonesia Pintar", "Kartu Indonesia Pintar", "SK PIP", "Penerima KIP"),
    ),
    ProgramFact(
        "blt",
        "Bantuan Langsung Tunai Daerah",
        "BLT Daerah",
        "social",
        "1",
        "a",
        _HOUSEHOLD,
        "living",
        (
            RuleFact(
                _all(
                    _desil(1, 2),
                    {"not": {"field": "program.received", "value": {"programs": ["pkh", "sembako"]}}},
                ),
                basis="Keputusan wali kota tentang penerima BLT daerah",
            ),
        ),
        "Bantuan tunai dari APBD Kota bagi keluarga termiskin yang tidak menerima PKH atau Sembako.",
        "Permendagri 32/2011 dan perubahannya",
        aliases=("BLT", "BLT Daerah", "Bansos Daerah", "BLTD"),
    ),
    ProgramFact(
        "rtlh",
        "Perbaikan Rumah Tidak Layak Huni",
        "RTLH",
        "housing",
        "1",
        "a",
        _HOUSEHOLD,
        "house",
        (RuleFact(_OWN_UNFIT_HOUSE),),
        "Bahan bangunan untuk rumah sendiri dengan lantai, dinding atau atap buruk. Upah tukang sejak 2021 dibantu "
        "Baznas: satu rumah, dua pemberi.",
        "Permen PUPR 13/2016",
        extreme="C",
        aliases=("RTLH", "Rumah Tidak Layak Huni", "Bedah Rumah", "Rehab RTLH"),
    ),
    ProgramFact(
        "bsps",
        "Bantuan Stimulan Perumahan Swadaya",
        "BSPS",
        "housing",
        "1",
        "a",
        _HOUSEHOLD,
        "house",
        (RuleFact(_OWN_UNFIT_HOUSE),),
        "Bantuan pemerintah pusat untuk perbaikan rumah secara swadaya.",
        "Permen PUPR 7/2018",
        elsewhere=True,
        extreme="C",
        aliases=("BSPS", "Perumahan Swadaya"),
    ),
    ProgramFact(
        "toilet",
        "Jamban Sehat Keluarga",
        "Jamban sehat",
        "works",
        "2",
        "a",
        _HOUSEHOLD,
        "sanitation",
        (RuleFact(_all(_desil(1, 4), _any(_leaf("no_toilet", "eq", True), _leaf("unsafe_water", "eq", True)))),),
        "Jamban dan tangki septik bagi keluarga yang belum memilikinya.",
        "Permenkes 3/2014",
        extreme="C",
        aliases=("Jamban", "Jamban Sehat", "Jamban Keluarga", "WC", "Sanitasi", "SPALD-S"),
    ),
    ProgramFact(
        "communal_water",
        "Air Bersih dan MCK Komunal",
        "Air bersih",
        "works",
        "2",
        "d",
        _AREA,
        "sanitation",
        (RuleFact({}),),
        "Sambungan air bersih, sumur bersama dan MCK komunal menurut kelurahan.",
        "Permen PUPR 27/2016",
        extreme="C",
        aliases=("Air Bersih", "MCK Komunal", "SPAM"),
    ),
    ProgramFact(
        "kube",
        "Kelompok Usaha Bersama",
        "KUBE",
        "social",
        "2",
        "b",
        _GROUP,
        "capital",
        (RuleFact(_desil(1, 4)),),
        "Modal usaha bagi kelompok 5–10 keluarga miskin.",
        "Permensos 2/2019",
        aliases=("KUBE", "Kelompok Usaha Bersama"),
    ),
    ProgramFact(
        "neighbourhood",
        "Bedah Kampung",
        "Bedah kampung",
        "housing",
        "2",
        "d",
        _AREA,
        "area",
        (RuleFact({}),),
        "Jalan lingkungan, drainase dan penerangan di kantong kemiskinan.",
        "Permen PUPR 14/2018",
        extreme="C",
        aliases=("Bedah Kampung", "Penataan Kawasan Kumuh"),
    ),
    ProgramFact(
        "training",
        "Pelatihan Kerja BLK",
        "Pelatihan kerja",
        "labour",
        "4",
        "b",
        _PERSON,
        "skill",
        (RuleFact(_all(_desil(1, 5), {"person": _OUT_OF_WORK})),),
        "Pelatihan menjahit, las, tata boga, komputer dan servis sepeda motor.",
        "Permenaker 8/2017",
        aliases=("BLK", "Pelatihan Kerja", "Pelatihan"),
    ),
    ProgramFact(
        "labour_works",
        "Padat Karya",
        "Padat karya",
        "labour",
        "4",
        "b",
        _PERSON,
        "skill",
        (RuleFact(_all(_desil(1, 5), {"person": _OUT_OF_WORK})),),
        "Upah harian pekerjaan lingkungan bagi penganggur.",
        aliases=("Padat Karya", "Padat Karya Tunai", "PKT"),
    ),
    ProgramFact(
        "capital",
        "Bantuan Modal Usaha Mikro",
        "Modal usaha",
        "enterprise",
        "3",
        "c",
        _PERSON,
        "capital",
        (RuleFact(_all(_desil(1, 5), {"person": _leaf("has_business", "eq", True)})),),
        "Modal dan peralatan bagi pelaku usaha mikro.",
        "UU 20/2008",
        aliases=("Modal Usaha", "BPUM", "Penerima BPUM", "Bantuan UMKM"),
    ),
    ProgramFact(
        "credit",
        "Pendampingan KUR dan UMi",
        "KUR/UMi",
        "enterprise",
        "3",
        "c",
        _PERSON,
        "capital",
        (
            RuleFact(
                _all(
                    _desil(1, 5),
                    {"person": _all(_leaf("has_business", "eq", True), _leaf("age", "between", [17, 60]))},
                )
            ),
        ),
        "Pendampingan pengajuan kredit usaha rakyat dan pembiayaan ultra mikro bersama perbankan.",
        aliases=("KUR", "UMi", "Ultra Mikro", "Kredit Usaha Rakyat"),
    ),
    ProgramFact(
        "seed",
        "Bantuan Alat dan Bibit Pertanian",
        "Alat dan bibit",
        "farming",
        "4",
        "b",
        _PERSON,
        "farming",
        (RuleFact(_all(_desil(1, 5), {"person": _leaf("work_sector", "in", [1, 2, 3, 4, 5, 6])})),),
        "Bibit, pupuk, ternak kecil dan alat bagi petani dan peternak.",
        aliases=("Bibit", "Alsintan", "Bantuan Bibit", "Alat Pertanian"),
    ),
    ProgramFact(
        "jamkesda",
        "Jamkesda (Jaminan Kesehatan Sumbar Sakato)",
        "Jamkesda",
        "health",
        "1",
        "a",
        _PERSON,
        "health",
        (RuleFact(_all(_desil(1, 5), {"person": _leaf("insurance", "in", [0, 8])})),),
        "Iuran JKN yang dibayar provinsi dan kota bagi warga yang belum menjadi peserta PBI-JK.",
        elsewhere=True,
        aliases=("Jamkesda", "Sumbar Sakato", "PBI APBD", "PBI Daerah", "pbi_pemda"),
    ),
    ProgramFact(
        "zakat",
        "Solok Sejahtera: Zakat Konsumtif",
        "Zakat konsumtif",
        "zakat",
        "1",
        "a",
        _HOUSEHOLD,
        "living",
        (RuleFact(_desil(1, 3), basis="Verifikasi fakir dan miskin oleh Baznas"),),
        "Biaya hidup bulanan bagi fakir dan miskin.",
        "UU 23/2011",
        elsewhere=True,
        aliases=("Zakat", "Zakat Konsumtif", "Solok Sejahtera", "Baznas"),
    ),
    ProgramFact(
        "zakat_capital",
        "Solok Sejahtera: Zakat Produktif",
        "Zakat produktif",
        "zakat",
        "3",
        "c",
        _HOUSEHOLD,
        "capital",
        (
            RuleFact(
                _all(
                    _desil(1, 4),
                    {"count": "members", "where": _leaf("has_business", "eq", True), "op": ">=", "value": 1},
                ),
                basis="Verifikasi fakir dan miskin oleh Baznas",
            ),
        ),
        "Modal usaha bagi keluarga fakir dan miskin yang berusaha.",
        "UU 23/2011",
        aliases=("Zakat Produktif", "Modal Usaha Baznas"),
    ),
    ProgramFact(
        "zakat_house",
        "Solok Sejahtera: Bedah Rumah",
        "Bedah rumah Baznas",
        "zakat",
        "1",
        "a",
        _HOUSEHOLD,
        "house",
        (RuleFact(_OWN_UNFIT_HOUSE, basis="Verifikasi fakir dan miskin oleh Baznas"),),
        "Upah tukang bagi rumah yang bahannya dibantu Dinas PerkimLH, atau perbaikan penuh.",
        "UU 23/2011",
        extreme="C",
        aliases=("Bedah Rumah Baznas", "Upah Tukang Baznas"),
    ),
    ProgramFact(
        "scholarship",
        "Solok Cerdas",
        "Solok Cerdas",
        "zakat",
        "1",
        "a",
        _PERSON,
        "education",
        (
            RuleFact(
                _all(
                    _desil(1, 4),
                    {"person": _all(_leaf("age", "between", [7, 24]), _leaf("school_status", "eq", 2))},
                )
            ),
        ),
        "Beasiswa Baznas bagi siswa dan mahasiswa dari keluarga fakir dan miskin.",
        "UU 23/2011",
        aliases=("Solok Cerdas", "Beasiswa Baznas"),
    ),
    ProgramFact(
        "up2k",
        "Usaha Peningkatan Pendapatan Keluarga PKK",
        "UP2K PKK",
        "community",
        "2",
        "b",
        _GROUP,
        "capital",
        (RuleFact(_desil(1, 5)),),
        "Usaha kelompok ibu rumah tangga di bawah PKK.",
        aliases=("UP2K", "UP2K PKK"),
    ),
)
# Programmes of one kind that a family may have together without a warning.
ALLOWED_PAIRS = (("pkh", "sembako"), ("pbi", "jamkesda"), ("pip", "scholarship"), ("rtlh", "zakat_house"))
