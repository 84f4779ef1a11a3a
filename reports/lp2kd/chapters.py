"""The chapters of the LP2KD (Permendagri 53/2020): their order, titles, and the text they begin with.

Texts speak Indonesian, whatever language the pages have. `{{nama}}` stands for a figure (`reports.lp2kd.facts`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """One chapter: its key, title, what should be written in it, and the text it begins with."""

    key: str
    title: str
    hint: str
    begins: str = ""


CHAPTERS = (
    Chapter(
        "pengantar",
        "Pengantar",
        "Dasar hukum, maksud, dan cara penyusunan laporan.",
        "Laporan Pelaksanaan Penanggulangan Kemiskinan Daerah (LP2KD) {{wilayah}} Tahun {{tahun}} disusun oleh {{tim}}"
        " berdasarkan Peraturan Menteri Dalam Negeri Nomor 53 Tahun 2020. Angka keluarga dan bantuan dihitung dari"
        " pangkalan data {{tim}} per {{tanggal_data}}.",
    ),
    Chapter(
        "kondisi-umum",
        "Kondisi umum kemiskinan",
        "Perkembangan indikator: P0, jumlah penduduk miskin, garis kemiskinan, P1, P2, pengangguran, IPM.",
        "Persentase penduduk miskin tahun {{p0_tahun}} sebesar {{p0}} persen. Menurut peringkat kesejahteraan terbaru,"
        " keluarga sasaran (desil 1–{{desil_sasaran}}) berjumlah {{sasaran}} keluarga, di antaranya {{desil1}} keluarga"
        " desil 1.",
    ),
    Chapter("kebijakan", "Kebijakan penanggulangan kemiskinan", "Arah RPKD, strategi, dan kebijakan tahun ini."),
    Chapter(
        "program-anggaran",
        "Program dan anggaran",
        "Program menurut kelompok, anggaran menurut sumber, dan realisasinya.",
        "Pada tahun {{tahun}} berjalan {{jumlah_program}} program dari {{jumlah_opd}} perangkat daerah dan lembaga,"
        " dengan pagu {{pagu}} dan penyaluran {{realisasi}} ({{serapan}}).",
    ),
    Chapter(
        "koordinasi",
        "Koordinasi",
        "Rapat yang diselenggarakan, keputusan, dan tindak lanjutnya.",
        "Selama tahun {{tahun}} diselenggarakan {{jumlah_rapat}} rapat dengan {{jumlah_keputusan}} keputusan."
        " Dari {{tindak_lanjut}} tindak lanjut, {{tindak_lanjut_selesai}} selesai dan {{tindak_lanjut_terlambat}}"
        " terlambat.",
    ),
    Chapter(
        "ketepatan-sasaran",
        "Ketepatan sasaran",
        "Cakupan, sasaran belum menerima, tumpang tindih, dan wilayah prioritas.",
        "Dari {{sasaran}} keluarga sasaran, {{terjangkau}} keluarga ({{cakupan}}) tercatat dijangkau sedikitnya satu"
        " program, dan {{belum_terjangkau}} keluarga belum. {{ganda}} keluarga menerima dua atau lebih bantuan"
        " sejenis.",
    ),
    Chapter("masalah", "Masalah dan rekomendasi", "Kendala pelaksanaan dan rekomendasi kepada pimpinan."),
    Chapter("penutup", "Penutup", "Simpulan singkat."),
)
BY_KEY = {chapter.key: chapter for chapter in CHAPTERS}
REPORT = "lp2kd"
