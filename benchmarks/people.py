"""Invented families as a by-name-by-address sheet, the same for the same seed: one row a member, 20 columns."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from core.nik import make_kk, make_nik
from core.reference import REGIONS
from core.sheets import Column, PlainSheet, write_plain

HEADER = (
    "No KK", "NIK", "Nama Lengkap", "Jenis Kelamin", "Tempat Lahir", "Tanggal Lahir", "Hubungan Keluarga",
    "Status Kawin", "Pekerjaan", "Alamat", "RT", "RW", "Kelurahan", "Desil", "Status Bangunan", "Jenis Lantai",
    "Jenis Dinding", "Jenis Atap", "Sumber Air Minum", "Fasilitas BAB",
)  # fmt: skip
MEN = ("AHMAD", "BUDI", "HENDRA", "YUSUF", "DONI", "FAJAR", "IRWAN", "RAHMAT", "SYAFRIL", "TAUFIK")
WOMEN = ("SITI", "NUR", "DEWI", "YULIA", "RINA", "AISYAH", "ROHANI", "MARLINA", "EVI", "DESI")
CLANS = ("CHANIAGO", "PILIANG", "KOTO", "TANJUNG", "SIKUMBANG", "JAMBAK", "GUCI", "MELAYU")
STREETS = ("Jl. Pandan", "Jl. Sudirman", "Jl. Tembok Raya", "Jl. Lubuk Sikarah", "Gang Melati")
VILLAGES = [region for region in REGIONS if region.level == "kelurahan"]


def rows(members: int, *, seed: int = 1, broken: int = 0) -> Iterator[tuple]:
    """About `members` rows of whole families. `broken`: of 1,000 rows so many carry a NIK of 12 digits."""
    rnd, taken, count = random.Random(seed), Counter(), 0

    def number(make, village, day, *rest):
        key = (make.__name__, village.code[:8], day, *rest)
        taken[key] += 1
        # Cards count from 5001: a card and a man's NIK of one region, day and serial would be the same number.
        return make(village.code, day, *rest, taken[key] + (5000 if make is make_kk else 0))

    while count < members:
        village, clan = rnd.choice(VILLAGES), rnd.choice(CLANS)
        kk = number(make_kk, village, dt.date(2008, 1, 1) + dt.timedelta(days=rnd.randrange(6000)))
        address = f"{rnd.choice(STREETS)} No. {rnd.randint(1, 900)}"
        rt, rw, desil = f"{rnd.randint(1, 6):03d}", f"{rnd.randint(1, 9):03d}", rnd.randint(1, 10)
        house = (
            "Milik sendiri",
            "Semen/bata merah",
            "Tembok",
            "Seng",
            "Sumur bor/pompa",
            "Ada, digunakan hanya Anggota Keluarga sendiri",
        )
        for place, relation in enumerate(("Kepala Keluarga", "Istri", *["Anak"] * rnd.randint(0, 3))):
            female = place == 1 or (place > 1 and rnd.random() < 0.5)
            born = dt.date(1960 + (30 if place > 1 else 0), 1, 1) + dt.timedelta(days=rnd.randrange(9000))
            nik = number(make_nik, village, born, "F" if female else "M")
            name = f"{rnd.choice(WOMEN if female else MEN)} {rnd.choice(MEN)} {clan}"
            if broken and rnd.randrange(1000) < broken:
                nik = nik[:12]
            count += 1
            yield (
                kk, nik, name, "P" if female else "L", "SOLOK", born, relation,
                "Kawin" if place < 2 else "Belum Kawin", "Petani" if place < 2 else "Pelajar", address, rt, rw,
                village.name, desil, *house,
            )  # fmt: skip


def write_sheet(path: Path, members: int, *, seed: int = 1) -> None:
    """An xlsx of about so many members."""
    kinds = {"Tanggal Lahir": "date", "Desil": "int"}
    columns = [Column(label, label, kinds.get(label, "code")) for label in HEADER]
    write_plain(path, [PlainSheet("Data", columns, rows(members, seed=seed))])
