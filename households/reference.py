"""Answers of coded fields, as data: Regsosek 2022 (BPS) for housing, school, work and health; SIAK for the family card.

Loaded into `households.Code` by `load_reference`; a city may change labels, add synonyms and mark other answers as
poor in the admin. Sheets with other codes (DTSEN, OpenSID) are translated by their import profile.
"""

from __future__ import annotations

from typing import NamedTuple


class CodeFact(NamedTuple):
    """One answer: code, Indonesian label, other words for it in sheets, whether it counts as poor."""

    code: int
    label: str
    synonyms: tuple[str, ...] = ()
    unfit: bool = False


def _answers(*rows) -> tuple[CodeFact, ...]:
    return tuple(row if isinstance(row, CodeFact) else CodeFact(*row) for row in rows)


_SCHOOL_LEVELS = (
    "Paket A",
    "SDLB",
    "SD",
    "MI",
    "SPM/PDF Ula",
    "Paket B",
    "SMP LB",
    "SMP",
    "MTs",
    "SPM/PDF Wustha",
    "Paket C",
    "SMLB",
    "SMA",
    "MA",
    "SMK",
    "MAK",
    "SPM/PDF Ulya",
    "D1/D2/D3",
    "D4/S1",
    "Profesi",
    "S2",
    "S3",
)
_SECTORS = (
    ("Pertanian tanaman padi & palawija", "Pertanian"),
    ("Hortikultura",),
    ("Perkebunan",),
    ("Perikanan",),
    ("Peternakan",),
    ("Kehutanan & pertanian lainnya", "Kehutanan"),
    ("Pertambangan/penggalian", "Pertambangan"),
    ("Industri pengolahan", "Industri"),
    ("Pengadaan listrik, gas, uap/air panas & udara dingin", "Listrik dan gas"),
    ("Pengelolaan air, air limbah, sampah dan remediasi", "Pengelolaan air dan sampah"),
    ("Konstruksi", "Bangunan"),
    ("Perdagangan besar dan eceran, reparasi mobil dan sepeda motor", "Perdagangan"),
    ("Pengangkutan dan pergudangan", "Transportasi"),
    ("Penyediaan akomodasi & makan minum", "Hotel dan rumah makan"),
    ("Informasi & komunikasi",),
    ("Keuangan & asuransi",),
    ("Real estate",),
    ("Aktivitas profesional, ilmiah dan teknis",),
    ("Penyewaan, ketenagakerjaan, agen perjalanan dan penunjang usaha",),
    ("Administrasi pemerintahan, pertahanan dan jaminan sosial wajib", "Pemerintahan"),
    ("Pendidikan",),
    ("Aktivitas kesehatan manusia dan aktivitas sosial", "Kesehatan"),
    ("Kesenian, hiburan dan rekreasi",),
    ("Aktivitas jasa lainnya", "Jasa"),
    ("Aktivitas keluarga sebagai pemberi kerja", "Asisten rumah tangga"),
    ("Badan internasional dan ekstra internasional lainnya",),
)

CODES: dict[str, tuple[CodeFact, ...]] = {
    # --- housing, Regsosek 2022 questions 301a to 310; `unfit` after domain.md section 3 -------------------------
    "ownership": _answers(
        (1, "Milik sendiri", ("Rumah sendiri", "Hak milik")),
        (2, "Kontrak/sewa", ("Kontrak", "Sewa", "Ngontrak")),
        (3, "Bebas sewa", ("Menumpang", "Numpang", "Milik orang tua")),
        (4, "Dinas", ("Rumah dinas",)),
        (5, "Lainnya"),
    ),
    "land_proof": _answers(
        (1, "SHM atas nama anggota keluarga", ("SHM", "Sertifikat hak milik")),
        (2, "SHM bukan atas nama anggota keluarga, dengan perjanjian tertulis"),
        (3, "SHM bukan atas nama anggota keluarga, tanpa perjanjian tertulis"),
        (4, "Sertifikat selain SHM (SHGB, SHSRS)", ("SHGB",)),
        (5, "Surat bukti lainnya (girik, letter C, dll.)", ("Girik", "Letter C", "Alas hak")),
        (6, "Tidak punya", ("Tidak ada",)),
    ),
    "floor": _answers(
        (1, "Marmer/granit", ("Marmer", "Granit")),
        (2, "Keramik", ("Keramik/granit/marmer/ubin/tegel/teraso",)),
        (3, "Parket/vinil/karpet", ("Parket", "Vinil", "Karpet")),
        (4, "Ubin/tegel/teraso", ("Ubin", "Tegel", "Teraso")),
        (5, "Kayu/papan", ("Kayu", "Papan", "Kayu/papan kualitas rendah", "Kayu/papan kualitas tinggi")),
        (6, "Semen/bata merah", ("Semen", "Bata merah", "Plester")),
        (7, "Bambu", (), True),
        (8, "Tanah", ("Lantai tanah",), True),
        (9, "Lainnya"),
    ),
    "wall": _answers(
        (1, "Tembok", ("Bata", "Beton", "Batako")),
        (2, "Plesteran anyaman bambu/kawat", ("Plesteran",)),
        (3, "Kayu/papan/gypsum/GRC/calciboard", ("Kayu/papan", "Kayu", "Papan", "Triplek", "GRC")),
        (4, "Anyaman bambu", ("Gedek", "Sasak"), True),
        (5, "Batang kayu"),
        (6, "Bambu", (), True),
        (7, "Lainnya", (), True),
    ),
    "roof": _answers(
        (1, "Beton", ("Beton/genteng beton",)),
        (2, "Genteng", ("Genteng keramik", "Genteng metal", "Genteng tanah liat")),
        (3, "Seng", ("Asbes/seng", "Seng/asbes", "Spandek")),
        (4, "Asbes"),
        (5, "Kayu/sirap", ("Kayu", "Sirap")),
        (6, "Bambu", (), True),
        (
            7,
            "Jerami/ijuk/daun-daunan/rumbia",
            ("Jerami/ijuk/rumbia/daun-daunan", "Jerami", "Ijuk", "Rumbia", "Daun-daunan"),
            True,
        ),
        (8, "Lainnya"),
    ),
    "water": _answers(
        (1, "Air kemasan bermerek", ("Air kemasan", "Air kemasan bermerk", "Air kemasan/isi ulang")),
        (2, "Air isi ulang", ("Isi ulang",)),
        (3, "Leding", ("Ledeng", "Ledeng/PAM", "PDAM", "PAM", "Leding meteran", "Leding eceran")),
        (4, "Sumur bor/pompa", ("Sumur bor", "Pompa")),
        (5, "Sumur terlindung"),
        (6, "Sumur tak terlindung", ("Sumur tidak terlindung",), True),
        (7, "Mata air terlindung"),
        (8, "Mata air tak terlindung", ("Mata air tidak terlindung",), True),
        (
            9,
            "Air permukaan (sungai/danau/waduk/kolam/irigasi)",
            ("Air permukaan", "Air permukaan (sungai, danau, dll)", "Sungai", "Danau"),
            True,
        ),
        (10, "Air hujan"),
        (11, "Lainnya"),
    ),
    "water_distance": _answers(
        (1, "Kurang dari 10 meter", ("< 10 meter", "< 10 m")),
        (2, "10 meter atau lebih", ("≥ 10 meter", ">= 10 meter", ">= 10 m", "> 10 m")),
        (3, "Tidak tahu"),
    ),
    "lighting": _answers(
        (
            1,
            "Listrik PLN dengan meteran",
            (
                "Listrik PLN",
                "Listrik pribadi s/d 900 watt",
                "Listrik pribadi > 900 watt",
                "Listrik pribadi",
            ),
        ),
        (2, "Listrik PLN tanpa meteran", ("Listrik bersama", "Listrik PLN tanpa meter")),
        (3, "Listrik non-PLN", ("Genset/solar cell", "Genset", "Solar cell")),
        (4, "Bukan listrik", ("Non-listrik", "Lampu minyak", "Pelita")),
    ),
    "power": _answers(
        (1, "450 watt", ("450", "450 VA", "R1/450 VA")),
        (2, "900 watt", ("900", "900 VA", "R1/900 VA")),
        (3, "1.300 watt", ("1300", "1300 VA", "1.300 VA")),
        (4, "2.200 watt", ("2200", "2200 VA", "2.200 VA")),
        (5, "Lebih dari 2.200 watt", ("> 2.200 watt", "> 2200 VA", "> 2200")),
    ),
    "fuel": _answers(
        (1, "Listrik", ("Listrik/gas",)),
        (2, "Gas elpiji 5,5 kg/Blue gaz", ("Gas 5,5 kg", "Gas > 3 kg", "Gas elpiji > 3 kg")),
        (3, "Gas elpiji 12 kg", ("Gas 12 kg",)),
        (4, "Gas elpiji 3 kg", ("Gas 3 kg", "Gas melon")),
        (5, "Gas kota/meteran PGN", ("Gas kota/biogas", "Gas kota")),
        (6, "Biogas"),
        (7, "Minyak tanah"),
        (8, "Briket"),
        (9, "Arang", ("Arang/kayu",)),
        (10, "Kayu bakar", ("Kayu",)),
        (11, "Lainnya"),
        (12, "Tidak memasak di rumah", ("Tidak memasak",)),
    ),
    "toilet": _answers(
        (
            1,
            "Ada, digunakan anggota keluarga sendiri",
            (
                "Ada, digunakan hanya anggota keluarga sendiri",
                "Ya, dengan septic tank",
                "Ya, tanpa septic tank",
                "Sendiri",
                "Ya",
            ),
        ),
        (
            2,
            "Ada, digunakan bersama keluarga tertentu",
            ("Ada, digunakan bersama anggota keluarga dari rumah tangga tertentu", "Bersama"),
        ),
        (3, "Ada, di MCK komunal", ("MCK komunal",)),
        (
            4,
            "Ada, di MCK umum",
            (
                "Ada, di MCK umum/siapapun menggunakan",
                "Umum",
                "Jamban umum/bersama",
                "Tidak, jamban umum/bersama",
            ),
        ),
        (5, "Ada, anggota keluarga tidak menggunakan"),
        (6, "Tidak ada fasilitas", ("Tidak ada", "Tidak punya", "Lainnya", "Tidak"), True),
    ),
    "toilet_type": _answers(
        (1, "Leher angsa"),
        (2, "Plengsengan dengan tutup", ("Plengsengan",)),
        (3, "Plengsengan tanpa tutup"),
        (4, "Cemplung/cubluk", ("Cemplung", "Cubluk")),
    ),
    "sewage": _answers(
        (1, "Tangki septik", ("Tangki", "Septic tank", "Tangki septic")),
        (2, "IPAL", ("SPAL",)),
        (3, "Kolam/sawah/sungai/danau/laut", ("Kolam", "Sawah", "Sungai", "Danau"), True),
        (4, "Lubang tanah", (), True),
        (5, "Pantai/tanah lapang/kebun", ("Kebun", "Tanah lapang"), True),
        (6, "Lainnya", (), True),
    ),
    # --- people: SIAK for the family card -------------------------------------------------------------------------
    "relation": _answers(
        (1, "Kepala keluarga", ("Kepala rumah tangga", "KRT", "KK", "Kepala")),
        (2, "Suami"),
        (3, "Istri", ("Isteri", "Istri/suami")),
        (4, "Anak", ("Anak kandung", "Anak angkat", "Anak tiri")),
        (5, "Menantu"),
        (6, "Cucu"),
        (7, "Orang tua", ("Orangtua", "Ayah", "Ibu", "Orang tua/mertua")),
        (8, "Mertua"),
        (9, "Famili lain", ("Keponakan", "Saudara", "Family lain", "Kakak", "Adik")),
        (10, "Pembantu", ("Pembantu/sopir", "Pembantu rumah tangga", "ART")),
        (11, "Lainnya"),
    ),
    "marital": _answers(
        (1, "Belum kawin", ("Belum menikah", "BK", "Lajang")),
        (2, "Kawin", ("Kawin/nikah", "Menikah", "Kawin tercatat", "Kawin belum tercatat", "K")),
        (3, "Cerai hidup", ("CH",)),
        (4, "Cerai mati", ("CM", "Janda", "Duda")),
    ),
    "education": _answers(
        (1, "Tidak/belum sekolah", ("Tidak sekolah", "Belum sekolah")),
        (2, "Belum tamat SD/sederajat", ("Tidak tamat SD", "Belum tamat SD", "Tidak punya ijazah SD")),
        (3, "Tamat SD/sederajat", ("SD", "SD/sederajat", "MI", "Paket A", "SDLB")),
        (4, "SLTP/sederajat", ("SMP", "SMP/sederajat", "MTs", "Paket B", "SMPLB")),
        (5, "SLTA/sederajat", ("SMA", "SMA/sederajat", "SMK", "MA", "Paket C", "SMALB")),
        (6, "Diploma I/II", ("D1", "D2", "D1/D2")),
        (7, "Akademi/Diploma III/S. Muda", ("D3", "Akademi", "Diploma", "Perguruan tinggi")),
        (8, "Diploma IV/Strata I", ("S1", "D4", "D4/S1", "Sarjana")),
        (9, "Strata II", ("S2", "Magister")),
        (10, "Strata III", ("S3", "Doktor")),
    ),
    # --- school and work, Regsosek 2022 questions 412, 413, 417, 418 ---------------------------------------------
    "school_status": _answers(
        (1, "Tidak/belum pernah sekolah", ("Belum pernah sekolah", "Tidak sekolah")),
        (2, "Masih sekolah", ("Sekolah", "Bersekolah", "Ya")),
        (3, "Tidak bersekolah lagi", ("Tidak sekolah lagi", "Putus sekolah", "Tamat")),
    ),
    "school_level": tuple(CodeFact(i, label) for i, label in enumerate(_SCHOOL_LEVELS, 1)),
    "work_status": _answers(
        (1, "Berusaha sendiri", ("Wiraswasta", "Usaha sendiri")),
        (2, "Berusaha dibantu buruh tidak tetap/tidak dibayar"),
        (3, "Berusaha dibantu buruh tetap/dibayar"),
        (4, "Buruh/karyawan/pegawai swasta", ("Karyawan", "Pegawai swasta", "Buruh")),
        (5, "PNS/TNI/Polri/BUMN/BUMD/pejabat negara", ("PNS", "ASN", "TNI", "Polri")),
        (6, "Pekerja bebas pertanian", ("Buruh tani",)),
        (7, "Pekerja bebas non-pertanian", ("Buruh harian lepas",)),
        (8, "Pekerja keluarga/tidak dibayar"),
    ),
    "work_sector": tuple(CodeFact(i, words[0], words[1:]) for i, words in enumerate(_SECTORS, 1)),
    # --- health and insurance, questions 428 to 431; a disability is kept when help is needed (answers 1 and 2).
    # Those marked as poor are the severe ones of the rules (PKH: one cannot look after oneself).
    "insurance": _answers(
        (0, "Tidak memiliki", ("Tidak ada", "Tidak")),
        (1, "PBI/JKN", ("PBI", "PBI JKN", "PBI-JK", "KIS PBI")),
        (2, "JKN mandiri", ("Mandiri", "BPJS mandiri", "PBPU")),
        (4, "JKN pemberi kerja", ("PPU", "Pemberi kerja", "Askes")),
        (8, "Jaminan kesehatan lainnya", ("Jamkes lainnya", "Jamkesda", "Sumbar Sakato")),
        (99, "Lainnya"),
    ),
    "disability": _answers(
        (1, "Penglihatan", ("Netra", "Buta", "Cacat netra"), True),
        (2, "Pendengaran", ("Rungu", "Tuli")),
        (3, "Berjalan atau naik tangga", ("Fisik", "Daksa", "Cacat fisik", "Lumpuh"), True),
        (4, "Menggerakkan tangan atau jari"),
        (5, "Belajar atau intelektual", ("Intelektual", "Grahita"), True),
        (6, "Mengendalikan perilaku", ("Mental", "ODGJ", "Cacat mental", "Jiwa"), True),
        (7, "Berbicara atau berkomunikasi", ("Wicara", "Bisu")),
        (8, "Mengurus diri", (), True),
        (9, "Mengingat atau berkonsentrasi"),
        (10, "Sering sedih atau depresi", ("Depresi",)),
    ),
    "chronic_illness": _answers(
        (2, "Hipertensi (darah tinggi)", ("Hipertensi", "Darah tinggi")),
        (3, "Rematik"),
        (4, "Asma"),
        (5, "Masalah jantung", ("Jantung",)),
        (6, "Diabetes (kencing manis)", ("Diabetes", "Kencing manis")),
        (7, "Tuberkulosis (TBC)", ("TBC", "Tuberculosis", "Tuberculosis (TBC)")),
        (8, "Stroke"),
        (9, "Kanker atau tumor ganas", ("Kanker", "Tumor")),
        (10, "Gagal ginjal", ("Ginjal",)),
        (11, "Hemofilia", ("Haemophilia",)),
        (12, "HIV/AIDS", ("HIV", "AIDS")),
        (13, "Kolesterol"),
        (14, "Sirosis hati"),
        (15, "Talasemia", ("Thalasemia",)),
        (16, "Leukemia", ("Leukimia",)),
        (17, "Alzheimer"),
        (18, "Lainnya"),
    ),
    "social_security": _answers(
        (1, "BPJS jaminan kecelakaan kerja", ("JKK",)),
        (2, "BPJS jaminan kematian", ("JKM",)),
        (4, "BPJS jaminan hari tua", ("JHT",)),
        (8, "BPJS jaminan pensiun", ("JP",)),
        (16, "Pensiunan atau jaminan hari tua lainnya", ("Taspen", "Pensiun")),
    ),
}

# Keys of Household.assets: movable and immovable things and livestock, as the DTSEN family sheet asks for them.
# The value is a number of pieces (true/false sheets give 1 or 0).
ASSETS: dict[str, str] = {
    "gas_cylinder": "Tabung gas 5,5 kg atau lebih",
    "refrigerator": "Lemari es/kulkas",
    "air_conditioner": "Pendingin ruangan (AC)",
    "water_heater": "Pemanas air",
    "landline": "Telepon rumah",
    "television": "Televisi layar datar",
    "gold": "Emas/perhiasan (minimal 10 gram)",
    "computer": "Komputer/laptop/tablet",
    "motorcycle": "Sepeda motor",
    "bicycle": "Sepeda",
    "car": "Mobil",
    "boat": "Perahu",
    "motor_boat": "Kapal/perahu motor",
    "smartphone": "Ponsel pintar",
    "land": "Lahan selain yang ditempati",
    "other_house": "Rumah di tempat lain",
    "cattle": "Sapi",
    "buffalo": "Kerbau",
    "horse": "Kuda",
    "pig": "Babi",
    "goat": "Kambing/domba",
    "savings": "Simpanan uang, perhiasan atau lainnya",
}
