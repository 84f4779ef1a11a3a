"""What the demo city's meetings were about: the public coordination meeting of 23 September 2021, then three years.

The points of 2021 are public, without people. Everything later is invented; people are the demo's sign-ins or posts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace


@dataclass
class Chosen:
    """Households of a decision: area below the home region, desil, only those without any programme that year."""

    area: str
    low: int = 1
    high: int = 4
    nothing: bool = False
    words: str = ""


@dataclass
class Task:
    """An action item. `due`: days after the meeting; `done`: days after it, 0 = unfinished; `extended`: days added."""

    title: str
    agency: str = ""
    village: str = ""
    due: int = 45
    done: int = 0
    extended: int = 0
    asked: int = 0
    measure: str = "free"
    program: str = ""
    percent: int | None = None
    quarter: int | None = None
    area: str = ""
    reported: int | None = None
    obstacle: str = ""
    proof: str = ""
    against: str = ""
    proposed: bool = False
    priority: str = "normal"


@dataclass
class Made:
    """A decision."""

    title: str
    text: str
    agencies: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    wish: str = ""
    chosen: Chosen | None = None
    due: int = 60
    tasks: tuple[Task, ...] = ()
    since: tuple[tuple[str, int, int], ...] = ()  # programme, percent of the list that came in, percent that received
    replaces: str = ""
    withdrawn: str = ""


@dataclass
class Held:
    """A meeting. `day`: date, or None when only the month is planned."""

    title: str
    kind: str
    day: dt.date | None
    agenda: tuple[tuple[str, str], ...] = ()
    decisions: tuple[Made, ...] = ()
    tasks: tuple[Task, ...] = ()
    series: str = "Rakor TKPKD"
    village: str = ""
    group: str = ""
    state: str = ""
    reason: str = ""
    month: int = 0
    absent: tuple[str, ...] = ()
    papers: str = ""
    year: int = 0
    invited: tuple[str, ...] = field(
        default=(
            "social",
            "health",
            "education",
            "housing",
            "works",
            "labour",
            "enterprise",
            "farming",
            "community",
            "registry",
            "zakat",
            "statistics",
        )
    )


def renamed(value, names: Mapping[str, str]):
    """The same plan with other names of kelurahan, for another city."""
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, list | tuple):
        return type(value)(renamed(each, names) for each in value)
    if is_dataclass(value):
        return replace(value, **{f.name: renamed(getattr(value, f.name), names) for f in fields(value)})
    return value


def plan(today: dt.date) -> list[Held]:
    """The meetings, oldest first; those after `today` are only planned."""
    y = today.year
    return [
        Held(
            "Rapat koordinasi TKPKD Kota Solok",
            "rakor",
            dt.date(2021, 9, 23),
            (
                (
                    "Arah penanggulangan kemiskinan daerah",
                    "Program setiap perangkat daerah harus bermuara pada penurunan kemiskinan.",
                ),
                (
                    "Sinergi perangkat daerah dan pemangku kepentingan",
                    "Program dipadukan antarperangkat daerah serta dengan pusat, dunia usaha dan masyarakat.",
                ),
                (
                    "Ketepatan sasaran",
                    "Program dilaksanakan dengan baik dan tepat sasaran, sehingga keluarga keluar dari kemiskinan.",
                ),
            ),
            (
                Made(
                    "Program perangkat daerah bermuara pada penurunan kemiskinan",
                    "Setiap perangkat daerah menyusun program yang bermuara pada penurunan angka kemiskinan.",
                    ("planning",),
                    tasks=(
                        Task(
                            "Daftar program pengentasan kemiskinan per perangkat daerah",
                            "planning",
                            done=60,
                            reported=100,
                            proof="Daftar program 2022 (contoh)",
                        ),
                    ),
                ),
                Made(
                    "Sinergi dalam program terpadu",
                    "Perangkat daerah dan semua pemangku kepentingan bersinergi dalam program terpadu.",
                    ("planning", "social"),
                ),
                Made(
                    "Program tepat sasaran",
                    "Pelaksanaan program memakai data keluarga sasaran yang sama agar tepat sasaran.",
                    ("social",),
                ),
            ),
            invited=("social", "health", "education", "housing", "works", "labour", "farming", "community"),
        ),
        Held(
            f"Rapat koordinasi TKPKD semester I {y - 2}",
            "rakor",
            dt.date(y - 2, 3, 14),
            (
                ("Pemakaian data P3KE dan Regsosek", "Perangkat daerah memakai data yang sama mulai triwulan II."),
                ("Rencana aksi tahunan", "Rancangan RAT dibahas per kelompok program."),
            ),
            (
                Made(
                    "Satu data sasaran untuk semua program",
                    "Semua program memakai daftar sasaran TKPKD; daftar penerima dikirim tiap triwulan.",
                    ("social", "health", "education"),
                    tasks=(
                        Task(
                            "Kirim daftar penerima triwulan I", "health", done=40, reported=100, proof="Surat 460/118"
                        ),
                        Task(
                            "Kirim daftar penerima triwulan I", "education", done=52, reported=100, proof="Surat 421/90"
                        ),
                    ),
                ),
            ),
            absent=("farming",),
        ),
        Held(
            f"Rapat koordinasi TKPKD semester II {y - 2}",
            "rakor",
            dt.date(y - 2, 10, 10),
            (
                ("Kesenjangan per kelurahan", "Nan Balimo dan Laing tertinggi."),
                ("LP2KD", "Bapperida menyiapkan kerangka laporan."),
            ),
            (
                Made(
                    "Sembako untuk keluarga desil 1–2 Nan Balimo",
                    f"Keluarga desil 1–2 di Nan Balimo yang belum menerima program diusulkan ke Program Sembako "
                    f"{y - 1}.",
                    ("social",),
                    ("sembako",),
                    chosen=Chosen("Nan Balimo", 1, 2, nothing=True, words="Nan Balimo, desil 1–2, tanpa program"),
                    due=200,
                    tasks=(
                        Task(
                            "Usulkan keluarga Nan Balimo ke Program Sembako",
                            "social",
                            due=150,
                            done=190,
                            measure="received",
                            program="sembako",
                            against="Kuota Kementerian Sosial habis; sisanya dibawa ke keputusan berikut.",
                        ),
                    ),
                ),
            ),
        ),
        Held(
            f"Rapat koordinasi TKPKD semester I {y - 1}",
            "rakor",
            dt.date(y - 1, 2, 20),
            (
                ("Peralihan ke DTSEN", "DTSEN menjadi dasar penetapan sasaran sesuai Inpres 4/2025."),
                ("Perangkat daerah hasil penggabungan", "Tindak lanjut dinas lama pindah ke dinas penerusnya."),
            ),
            (
                Made(
                    "DTSEN menjadi dasar sasaran",
                    "Mulai triwulan II semua usulan memakai desil DTSEN.",
                    ("planning", "social"),
                    tasks=(
                        Task(
                            "Padankan NIK dengan data DTSEN",
                            "registry",
                            done=70,
                            reported=100,
                            proof="BA pemadanan 7/2",
                        ),
                    ),
                ),
                Made(
                    "Sembako untuk keluarga desil 1 Nan Balimo",
                    "Menggantikan keputusan tahun lalu: diutamakan keluarga desil 1.",
                    ("social",),
                    ("sembako",),
                    chosen=Chosen("Nan Balimo", 1, 1, nothing=False, words="Nan Balimo, desil 1"),
                    due=120,
                    replaces="Sembako untuk keluarga desil 1–2 Nan Balimo",
                    tasks=(
                        Task(
                            "Salurkan Sembako kepada keluarga desil 1 Nan Balimo",
                            "social",
                            due=120,
                            done=100,
                            measure="received",
                            program="sembako",
                            percent=40,
                        ),
                    ),
                ),
            ),
        ),
        Held(
            f"Rapat kelompok program bantuan sosial {y - 1}",
            "group",
            dt.date(y - 1, 5, 15),
            (("Penerima ganda", "Daftar penerima ganda ditinjau."),),
            (
                Made(
                    "Pembatasan satu keluarga satu bantuan tunai",
                    "Satu keluarga hanya menerima satu bantuan tunai kota.",
                    ("social",),
                    withdrawn="Bertentangan dengan pedoman PKH dan Sembako, yang boleh berpasangan.",
                ),
            ),
            series="Kelompok program A",
            group="a",
            invited=("social", "health", "education", "zakat"),
        ),
        Held(
            f"Rapat koordinasi TKPKD semester II {y - 1}",
            "rakor",
            dt.date(y - 1, 8, 21),
            (
                ("Rumah tidak layak huni", "Kuota RTLH tidak cukup untuk semua rumah sasaran."),
                ("Jamban dan air bersih", ""),
            ),
            (
                Made(
                    "Jamban untuk keluarga desil 1 Tanah Garam",
                    f"Keluarga desil 1 Tanah Garam diutamakan pada program jamban {y}.",
                    ("works",),
                    ("toilet",),
                    chosen=Chosen("Tanah Garam", 1, 1, words="Tanah Garam, desil 1"),
                    due=300,
                    tasks=(
                        Task(
                            "Survei jamban keluarga desil 1 Tanah Garam",
                            "works",
                            due=60,
                            done=55,
                            reported=100,
                            proof="Laporan survei (contoh)",
                        ),
                    ),
                ),
            ),
            absent=("labour", "statistics"),
        ),
        Held(
            f"Sosialisasi DTSEN kepada dunia usaha {y - 1}",
            "outreach",
            dt.date(y - 1, 10, 9),
            series="",
            state="cancelled",
            reason="Bersamaan dengan kunjungan kerja provinsi.",
        ),
        Held(
            f"Rapat koordinasi TKPKD triwulan I {y}",
            "rakor",
            dt.date(y, 2, 19),
            (
                ("Rencana aksi tahunan", "RAT disepakati."),
                ("Serapan triwulan", "Target serapan disepakati per program."),
            ),
            (
                Made(
                    "Serapan BLT Daerah 35 persen pada triwulan II",
                    "Dinas Sosial mencapai serapan BLT Daerah paling sedikit 35 persen sampai akhir triwulan II.",
                    ("social",),
                    ("blt",),
                    due=131,
                    tasks=(
                        Task(
                            "Serapan BLT Daerah 35% pada triwulan II",
                            "social",
                            due=131,
                            done=140,
                            measure="spent",
                            program="blt",
                            percent=35,
                            quarter=2,
                        ),
                    ),
                ),
            ),
        ),
        Held(
            "Musyawarah Kelurahan Laing",
            "village",
            dt.date(y, 3, 26),
            (("Pemutakhiran data keluarga", "Daftar keluarga Laing dibacakan per RT."),),
            (
                Made(
                    "Pemutakhiran data keluarga Laing",
                    "Keluarga desil 1–2 Laing dikunjungi ulang.",
                    chosen=Chosen("Laing", 1, 2, words="Laing, desil 1–2"),
                    tasks=(
                        Task(
                            "Kunjungi ulang keluarga desil 1–2 Laing",
                            village="Laing",
                            due=90,
                            done=85,
                            reported=100,
                            proof="Berita acara musyawarah (contoh)",
                        ),
                    ),
                ),
            ),
            series="",
            village="Laing",
            invited=("social",),
        ),
        Held(
            f"Rapat koordinasi TKPKD triwulan II {y}",
            "rakor",
            dt.date(y, 7, 14),
            (
                ("PBI-JK keluarga desil 1 Laing", "Masih ada keluarga desil 1 tanpa jaminan kesehatan."),
                ("Anak putus sekolah", "Data PIP disandingkan dengan daftar TKPKD."),
            ),
            (
                Made(
                    "PBI-JK untuk semua keluarga desil 1 Laing",
                    f"Semua keluarga desil 1 di Laing menerima PBI-JK {y}.",
                    ("health", "registry"),
                    ("pbi",),
                    chosen=Chosen("Laing", 1, 1, words="Laing, desil 1"),
                    due=60,
                    tasks=(
                        Task(
                            "Daftarkan PBI-JK untuk keluarga desil 1 Laing",
                            "health",
                            due=47,
                            extended=21,
                            measure="received",
                            program="pbi",
                            obstacle="NIK anggota masih kosong",
                            priority="high",
                        ),
                        Task(
                            "Tidak ada keluarga sasaran Sembako Laing yang terlewat",
                            "social",
                            due=200,
                            measure="nobody_without",
                            program="sembako",
                            area="Laing",
                        ),
                    ),
                ),
            ),
            tasks=(
                Task(
                    "Sandingkan data PIP dengan anak desil 1–2",
                    "education",
                    due=63,
                    reported=66,
                    obstacle="Menunggu Dapodik",
                    asked=30,
                ),
                Task("Serahkan daftar penerima Jamkesda", "health", due=85),
            ),
            absent=("farming",),
        ),
        Held(
            f"Rapat kelompok program bantuan sosial {y}",
            "group",
            dt.date(y, 9, 3),
            (("Daftar penerima zakat", "Baznas menyerahkan daftar paling lambat Oktober."),),
            tasks=(
                Task("Serahkan daftar penerima zakat", "zakat", due=34, reported=30),
                Task("Periksa pasangan keluarga yang diduga ganda", "planning", due=48, reported=41),
                Task("Tetapkan jadwal musyawarah RTLH", village="Nan Balimo", due=120),
            ),
            series="Kelompok program A",
            group="a",
            invited=("social", "health", "education", "zakat"),
        ),
        Held(
            f"Rapat koordinasi TKPKD triwulan III {y}",
            "rakor",
            dt.date(y, 10, 2),
            (
                ("Kesenjangan di Kelurahan Laing", "Bagian keluarga desil 1–4 tanpa program tertinggi di kota."),
                (f"Prioritas RTLH {y + 1}", f"Kuota {y + 1} diperkirakan 130 rumah."),
                ("Realisasi triwulan III", "Dinas Pertanian dan Dinas Koperasi UKM belum melapor."),
                ("Pembiayaan usaha mikro", ""),
            ),
            (
                Made(
                    "Sembako dan PBI-JK untuk keluarga Laing tanpa program",
                    "Seluruh keluarga desil 1–4 di Laing yang belum tercatat menerima program "
                    "diusulkan ke Program Sembako dan PBI-JK.",
                    ("social", "health"),
                    ("sembako", "pbi"),
                    chosen=Chosen("Laing", 1, 4, nothing=True, words="Laing, desil 1–4, tanpa program"),
                    since=(("sembako", 83, 17), ("pbi", 40, 14)),
                    due=90,
                    tasks=(
                        Task(
                            "Usulkan keluarga Laing ke Program Sembako",
                            "social",
                            due=80,
                            measure="enrolled",
                            program="sembako",
                            priority="high",
                        ),
                        Task("Daftarkan keluarga Laing ke PBI-JK", "health", due=90, measure="received", program="pbi"),
                        Task("Perbaiki NIK kosong Laing", "registry", due=58, reported=33, extended=20),
                    ),
                ),
                Made(
                    f"RTLH {y + 1} diutamakan untuk Laing dan Nan Balimo",
                    f"Kuota RTLH {y + 1} diutamakan bagi keluarga desil 1–2 Laing dan Nan Balimo.",
                    ("housing",),
                    wish=f"RTLH {y + 1}",
                    tasks=(
                        Task(
                            f"Susun pagu RTLH {y + 1} untuk Laing dan Nan Balimo",
                            "housing",
                            due=8,
                            done=8,
                            reported=100,
                            proof="Nota dinas (contoh)",
                        ),
                        Task(f"Musyawarah kelurahan penetapan RTLH {y + 1}", village="Laing", due=75),
                    ),
                ),
            ),
            tasks=(
                Task("Lengkapi realisasi triwulan III", "farming", due=14),
                Task(
                    "Lengkapi realisasi triwulan III",
                    "enterprise",
                    due=14,
                    reported=100,
                    proof="Laporan (contoh)",
                    proposed=True,
                ),
            ),
            absent=("education", "farming", "statistics"),
        ),
        Held(
            f"Rapat koordinasi TKPKD triwulan IV {y}",
            "rakor",
            today + dt.timedelta(days=12),
            state="invited",
            agenda=((f"Bahan RAT {y + 1}", ""), ("LP2KD", "")),
            papers="LP2KD, RAT",
        ),
        Held(f"Monitoring dan evaluasi program {y}", "monev", None, month=12, year=y, series="", papers="LP2KD"),
        Held(
            f"Sosialisasi CSR penanggulangan kemiskinan {y}",
            "outreach",
            dt.date(y, 6, 11),
            series="",
            state="postponed",
            reason="Menunggu kesediaan forum CSR.",
        ),
    ]
