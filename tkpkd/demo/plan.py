"""What the programmes of the demo city plan and pay. Amounts, targets and shares are made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tkpkd.demo.people import Family, Person

QUARTERS = ("Triwulan I", "Triwulan II", "Triwulan III", "Triwulan IV")
# Not everybody is drawn alike: share of the reached families (or persons) that fit, by desil 1 to 5.
_NONE = (0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Plan:
    """One programme over the demo's three years.

    `amount`: rupiah a stage; `rates`: share by desil 1 to 5 of those who fit; `growth`: the same against the last
    year, for each year; `funding`: sponsor, source, share of the ceiling; `fits(family, years_ago)`: the units (the
    family itself, or persons) that may get it; `late`: this year's recipient list has not come in.
    """

    amount: int
    rates: tuple[float, ...]
    funding: tuple[tuple[str, str, float], ...]
    stages: tuple[str, ...] = ("Penyaluran",)
    growth: tuple[float, float, float] = (0.9, 0.95, 1.0)
    fits: Callable[[Family, int], list] = lambda family, ago: [family]
    code: str = ""
    indicator: str = "Jumlah keluarga penerima"
    goods: str = ""
    late: bool = False


def _persons(fits: Callable[[Person, int], bool]) -> Callable[[Family, int], list]:
    """Active people of a family for whom `fits(person, age then)` holds."""

    def of(family: Family, ago: int) -> list:
        return [p for p in family.people if p.status == "active" and p.age >= ago and fits(p, p.age - ago)]

    return of


def _pkh(family: Family, ago: int) -> list:
    for p in family.people:
        age = p.age - ago
        if p.status == "active" and age >= 0:
            pupil = 7 <= age <= 21 and p.school_status == 2
            severe = any(code in (1, 3, 5, 6, 8) for code in p.disability)
            if age <= 6 or age >= 60 or pupil or p.pregnant or severe:
                return [family]
    return []


def unfit_house(family: Family) -> bool:
    """Own house with a poor floor, wall or roof."""
    h = family.housing
    return h["ownership"] == 1 and (h["floor"] in (7, 8) or h["wall"] in (4, 6, 7) or h["roof"] in (6, 7))


def _house(family: Family, ago: int) -> list:
    return [family] if unfit_house(family) else []


def _toilet(family: Family, ago: int) -> list:
    return [family] if family.housing["toilet"] == 6 or family.housing["water"] in (6, 8, 9) else []


def _out_of_work(person: Person, age: int) -> bool:
    return 18 <= age <= 55 and person.works is False and person.school_status in (1, 3)


def _business(person: Person, age: int) -> bool:
    return bool(person.business)


def _farms(person: Person, age: int) -> bool:
    return person.work_sector is not None and person.work_sector <= 6


PLANS: dict[str, Plan] = {
    "sembako": Plan(
        600_000,
        (0.92, 0.86, 0.76, 0.64, 0.08),
        (("central", "apbn", 1.0),),
        QUARTERS,
        code="1.06.05.2.02.0001",
        goods="Bahan pangan melalui e-warong",
    ),
    "pkh": Plan(
        550_000,
        (0.84, 0.78, 0.66, 0.54, 0.01),
        (("central", "apbn", 1.0),),
        QUARTERS,
        fits=_pkh,
        code="1.06.05.2.02.0002",
    ),
    "pbi": Plan(
        504_000,
        (0.82, 0.76, 0.70, 0.60, 0.45),
        (("central", "apbn", 1.0),),
        ("Kepesertaan",),
        fits=_persons(lambda p, age: p.insurance in (0, 1)),
        code="1.02.02.2.02.0026",
        indicator="Jumlah jiwa peserta PBI-JK",
    ),
    "pip": Plan(
        450_000,
        (0.66, 0.60, 0.52, 0.42, 0.02),
        (("central", "apbn", 1.0),),
        ("Tahap I", "Tahap II"),
        fits=_persons(lambda p, age: 6 <= age <= 21 and p.school_status == 2),
        code="1.01.02.2.01.0037",
        indicator="Jumlah siswa penerima",
        late=True,
    ),
    "blt": Plan(
        300_000,
        (0.72, 0.55, 0.01, 0.0, 0.0),
        (("city", "apbd_kota", 1.0),),
        QUARTERS,
        code="1.06.05.2.02.0003",
    ),
    "rtlh": Plan(
        20_000_000,
        (0.24, 0.18, 0.12, 0.08, 0.0),
        (("city", "apbd_kota", 0.75), ("central", "dak", 0.25)),
        fits=_house,
        code="1.04.03.2.01.0005",
        indicator="Jumlah rumah yang diperbaiki",
        goods="Bahan bangunan",
    ),
    "bsps": Plan(
        20_000_000,
        (0.06, 0.05, 0.04, 0.03, 0.0),
        (("central", "apbn", 1.0),),
        ("Tahap I", "Tahap II"),
        growth=(1.4, 1.2, 1.0),
        fits=_house,
        code="1.04.03.2.01.0006",
        indicator="Jumlah rumah yang diperbaiki",
    ),
    "toilet": Plan(
        7_500_000,
        (0.26, 0.2, 0.14, 0.1, 0.0),
        (("central", "dak", 0.8), ("city", "apbd_kota", 0.2)),
        fits=_toilet,
        code="1.03.05.2.01.0012",
        indicator="Jumlah jamban yang dibangun",
        goods="Satu unit jamban dengan tangki septik",
    ),
    "communal_water": Plan(
        185_000_000,
        _NONE,
        (("central", "dak", 0.7), ("city", "apbd_kota", 0.3)),
        code="1.03.03.2.01.0004",
        indicator="Jumlah lokasi",
    ),
    "kube": Plan(
        20_000_000,
        _NONE,
        (("city", "apbd_kota", 0.6), ("province", "apbd_prov", 0.4)),
        code="1.06.02.2.03.0003",
        indicator="Jumlah kelompok",
    ),
    "neighbourhood": Plan(
        420_000_000,
        _NONE,
        (("city", "apbd_kota", 1.0),),
        code="1.04.04.2.01.0002",
        indicator="Jumlah lokasi",
    ),
    "training": Plan(
        2_800_000,
        (0.1, 0.09, 0.08, 0.06, 0.04),
        (("city", "apbd_kota", 0.7), ("central", "apbn", 0.3)),
        fits=_persons(_out_of_work),
        code="2.07.03.2.01.0001",
        indicator="Jumlah orang yang dilatih",
        goods="Paket pelatihan 160 jam",
    ),
    "labour_works": Plan(
        1_250_000,
        (0.09, 0.08, 0.06, 0.03, 0.02),
        (("city", "apbd_kota", 1.0),),
        fits=_persons(_out_of_work),
        code="2.07.04.2.01.0008",
        indicator="Jumlah orang bekerja",
    ),
    "capital": Plan(
        2_400_000,
        (0.22, 0.22, 0.2, 0.17, 0.1),
        (("city", "apbd_kota", 0.8), ("province", "apbd_prov", 0.2)),
        fits=_persons(_business),
        code="2.17.07.2.01.0003",
        indicator="Jumlah pelaku usaha mikro",
    ),
    "credit": Plan(
        1_000_000,
        (0.03, 0.04, 0.05, 0.06, 0.07),
        (("business", "csr", 1.0),),
        fits=_persons(lambda p, age: bool(p.business) and 17 <= age <= 60),
        indicator="Jumlah pelaku usaha didampingi",
        goods="Pendampingan pengajuan kredit",
    ),
    "seed": Plan(
        1_600_000,
        (0.2, 0.19, 0.17, 0.14, 0.08),
        (("city", "apbd_kota", 0.55), ("province", "apbd_prov", 0.45)),
        fits=_persons(_farms),
        code="3.27.02.2.01.0001",
        indicator="Jumlah petani penerima",
        goods="Bibit, pupuk dan alat",
    ),
    "jamkesda": Plan(
        504_000,
        (0.1, 0.1, 0.12, 0.12, 0.1),
        (("province", "apbd_prov", 0.5), ("city", "apbd_kota", 0.5)),
        ("Kepesertaan",),
        fits=_persons(lambda p, age: p.insurance in (0, 8)),
        code="1.02.02.2.02.0041",
        indicator="Jumlah jiwa peserta",
        late=True,
    ),
    "zakat": Plan(
        350_000,
        (0.16, 0.1, 0.04, 0.0, 0.0),
        (("society", "zakat", 1.0),),
        QUARTERS,
        late=True,
    ),
    "zakat_capital": Plan(
        3_000_000,
        (0.14, 0.12, 0.08, 0.05, 0.0),
        (("society", "zakat", 1.0),),
        fits=lambda family, ago: [family] if any(p.business for p in family.people) else [],
    ),
    "zakat_house": Plan(
        6_000_000,
        _NONE,  # drawn together with RTLH: one house, two sponsors
        (("society", "zakat", 1.0),),
        fits=_house,
        indicator="Jumlah rumah",
        goods="Upah tukang",
    ),
}
