"""Known layouts as data: how to tell them, whose data they are, what their numbers mean where they differ from ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.sheets.columns import normal_header
from households.choices import Source


@dataclass(frozen=True)
class Profile:
    """One layout.

    marks: headers that only such sheets have; enough: how many of them must be there;
    codes: field → {what stands in a cell: our code, value or word}; kk_once: a family has it on its first row only.
    """

    key: str
    label: str
    source: str
    marks: frozenset[str]
    enough: int
    codes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    kk_once: bool = False


def _marks(*headers: str) -> frozenset[str]:
    return frozenset(map(normal_header, headers))


def _numbered(*values) -> dict[str, Any]:
    return {str(i): value for i, value in enumerate(values, 1)}


# Occupations of the family card, in the order of their codes (SIAK, OpenSID).
OCCUPATIONS = (
    "Belum/Tidak Bekerja", "Mengurus Rumah Tangga", "Pelajar/Mahasiswa", "Pensiunan", "Pegawai Negeri Sipil (PNS)",
    "Tentara Nasional Indonesia (TNI)", "Kepolisian RI (POLRI)", "Perdagangan", "Petani/Pekebun", "Peternak",
    "Nelayan/Perikanan", "Industri", "Konstruksi", "Transportasi", "Karyawan Swasta", "Karyawan BUMN", "Karyawan BUMD",
    "Karyawan Honorer", "Buruh Harian Lepas", "Buruh Tani/Perkebunan", "Buruh Nelayan/Perikanan", "Buruh Peternakan",
    "Pembantu Rumah Tangga", "Tukang Cukur", "Tukang Listrik", "Tukang Batu", "Tukang Kayu", "Tukang Sol Sepatu",
    "Tukang Las/Pandai Besi", "Tukang Jahit", "Tukang Gigi", "Penata Rias", "Penata Busana", "Penata Rambut", "Mekanik",
    "Seniman", "Tabib", "Paraji", "Perancang Busana", "Penterjemah", "Imam Masjid", "Pendeta", "Pastor", "Wartawan",
    "Ustadz/Mubaligh", "Juru Masak", "Promotor Acara", "Anggota DPR-RI", "Anggota DPD", "Anggota BPK", "Presiden",
    "Wakil Presiden", "Anggota Mahkamah Konstitusi", "Anggota Kabinet Kementerian", "Duta Besar", "Gubernur",
    "Wakil Gubernur", "Bupati", "Wakil Bupati", "Walikota", "Wakil Walikota", "Anggota DPRD Provinsi",
    "Anggota DPRD Kabupaten/Kota", "Dosen", "Guru", "Pilot", "Pengacara", "Notaris", "Arsitek", "Akuntan", "Konsultan",
    "Dokter", "Bidan", "Perawat", "Apoteker", "Psikiater/Psikolog", "Penyiar Televisi", "Penyiar Radio", "Pelaut",
    "Peneliti", "Sopir", "Pialang", "Paranormal", "Pedagang", "Perangkat Desa", "Kepala Desa", "Biarawati",
    "Wiraswasta", "Lainnya",
)  # fmt: skip

_REGSOSEK_PRESENCE = _numbered("hidup", "meninggal", "pindah", "pindah", "hidup", "tidak ditemukan")

# Answers of the DTSEN and Regsosek questionnaires are ours, but for these (BPS numbers the relations otherwise).
_BPS_CODES = {
    "relation": _numbered(1, 3, 4, 5, 6, 7, 10, 11),
    "education": {
        **dict.fromkeys(("1", "2", "3", "4", "5"), 3),
        **dict.fromkeys(("6", "7", "8", "9", "10"), 4),
        **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17"), 5),
        "18": 7,
        "19": 8,
        "20": 8,
        "21": 9,
        "22": 10,
        "23": 2,
    },
    "status": _REGSOSEK_PRESENCE,
    "chronic_illness": {"1": []},
}

PROFILES: tuple[Profile, ...] = (
    Profile(
        "opensid",
        "OpenSID",
        Source.OPENSID,
        _marks(
            "kk_level", "tempatlahir", "tanggallahir", "pendidikan_kk_id", "status_dasar", "pekerjaan_id", "agama_id"
        ),
        4,
        {
            "status": {"1": "hidup", "2": "mati", "3": "pindah", "4": "hilang", "6": "pergi", "9": "tidak valid"},
            "school_status": {
                **_numbered(1, 2, 1, 2, 3, *[2] * 11, 1, 3),
            },
            "disability": {"1": [3], "2": [1], "3": [2, 7], "4": [6], "5": [3, 6], "6": [], "7": []},
            "insurance": {"1": 0, "2": 1, "3": 2, "4": 8, "5": 2, "99": 99},
            "occupation": _numbered(*OCCUPATIONS),
        },
    ),
    Profile(
        "siak",
        "SIAK",
        Source.SIAK,
        _marks(
            "SHDK", "NIK Ayah", "NIK Ibu", "Petugas Registrasi", "Petugas Entri", "Nomor Akta Lahir", "Nama Penduduk"
        ),
        4,
    ),
    Profile(
        "regsosek",
        "Regsosek 2022",
        Source.REGSOSEK,
        _marks("301a", "303", "306a", "309a", "404", "405", "409", "428a", "431a", "502a", "402 Nama", "403 NIK"),
        4,
        _BPS_CODES,
        kk_once=True,
    ),
    Profile(
        "p3ke",
        "P3KE",
        Source.P3KE,
        _marks(
            "ID Keluarga P3KE",
            "Padan Dukcapil",
            "Pensasaran",
            "Resiko Stunting",
            "Desil Kesejahteraan",
            "Kode Kemdagri",
            "ID Individu",
        ),
        3,
        {
            "roof": {"ASBES/SENG": 3, "BETON": 1},
            "toilet": {"YA, DENGAN SEPTIC TANK": 1, "YA, TANPA SEPTIC TANK": 1},
        },
    ),
    Profile(
        "dtks",
        "DTKS / SIKS-NG",
        Source.DTKS,
        _marks(
            "ID DTKS",
            "Nomor NIK",
            "Keterangan Padan",
            "Hub Keluarga",
            "Nama Ibu Kandung",
            "Bansos BPNT",
            "Bansos PKH",
            "PBI JKN",
        ),
        3,
    ),
    Profile(
        "dtsen",
        "DTSEN",
        Source.DTSEN,
        _marks(
            "nomor_kartu_keluarga",
            "desil_nasional",
            "jumlah_anggota_keluarga",
            "jenis_lantai_terluas",
            "is_gc_kemensos",
            "nomor_induk_kependudukan",
            "status_hubungan_keluarga",
            "id_pelanggan_pln",
            "kelurahan_desa",
            "nama_kepala_keluarga",
        ),
        3,
        {key: value for key, value in _BPS_CODES.items() if key != "status"},
    ),
)
OWN = Profile("own", "", Source.LOCAL, frozenset(), 0)
_BY_KEY = {profile.key: profile for profile in (*PROFILES, OWN)}


def profile_of(key: str) -> Profile:
    """The profile of that key; an unknown one is our own layout, where numbers mean what `households.Code` says."""
    return _BY_KEY.get(key, OWN)


def guess_profile(layout: dict) -> Profile:
    """The profile whose marks stand in the headers of a file (`batch.layout`); our own when none fits."""
    found = {
        normal_header(text)
        for about in layout.get("sheets", [])
        for _index, whole, parts in about.get("titles", [])
        for text in (whole, *parts)
    }
    scored = [
        (len(profile.marks & found) / len(profile.marks), profile)
        for profile in PROFILES
        if len(profile.marks & found) >= profile.enough
    ]
    return max(scored, key=lambda pair: pair[0], default=(0, OWN))[1]
