"""Households made by chance of a fixed seed, with every kind of gap: what rules, lists and exports are tried on."""

import datetime as dt
import random

from core.models import Region
from households.choices import HouseholdStatus, MemberStatus, Source
from households.models import Code, Household, Member

DAY = dt.date(2026, 3, 1)
VILLAGES = (("13.72.01.1001", "Tanah Garam"), ("13.72.01.1002", "VI Suku"), ("13.72.02.1006", "Laing"))
UNFIT = {"floor": (7, 8), "wall": (6, 7), "roof": (6, 7), "toilet": (6,), "sewage": (3, 4, 5, 6), "water": (6, 8, 9)}


def regions() -> None:
    """Kota Solok with three kelurahan in two kecamatan."""
    rows = [
        ("13", "Sumatera Barat", "provinsi", None),
        ("13.72", "Kota Solok", "kota", "13"),
        ("13.72.01", "Lubuk Sikarah", "kecamatan", "13.72"),
        ("13.72.02", "Tanjung Harapan", "kecamatan", "13.72"),
        *((code, name, "kelurahan", code[:8]) for code, name in VILLAGES),
    ]
    for code, name, level, parent in rows:
        Region.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent_id": parent})


def unfit_codes() -> None:
    """The answers that make a house unfit, and two disabilities of which one is severe."""
    rows = [(f, c, f"{f} {c}", True) for f, codes in UNFIT.items() for c in codes]
    rows += [("floor", 2, "Keramik", False), ("disability", 1, "Fisik", False), ("disability", 2, "Ganda", True)]
    for field, code, label, unfit in rows:
        Code.objects.update_or_create(field=field, code=code, defaults={"label": label, "unfit": unfit})


def city(n: int = 60, seed: int = 7) -> list[Household]:
    """`n` households with zero to six members each."""
    chance = random.Random(seed)
    regions()
    unfit_codes()

    def maybe(value, gap=0.25):
        return None if chance.random() < gap else value

    made = []
    for i in range(n):
        status = chance.choice([*HouseholdStatus.values, *["active"] * 6])
        household = Household.objects.create(
            kk=maybe(f"137201{i:010d}"),
            region_id=chance.choice(VILLAGES)[0],
            rw=chance.choice(["", "001", "002"]),
            rt=chance.choice(["", "001", "002", "003"]),
            address=chance.choice(["", "Jl. Laing Permai", "Gang Surau Baru 4", "Jl. Padang Laweh"]),
            lat=maybe("-0.790000"),
            status=status,
            status_reason="" if status == "active" else "lapangan",
            status_date=None if status == "active" else DAY,
            desil=maybe(chance.randint(1, 10)),
            source=chance.choice(Source.values),
            verified_at=maybe(DAY - dt.timedelta(days=chance.choice([0, 30, 364, 365, 366, 800, -40]))),
            floor_area=maybe(chance.randint(6, 90)),
            floor=maybe(chance.randint(1, 9)),
            wall=maybe(chance.randint(1, 7)),
            roof=maybe(chance.randint(1, 8)),
            water=maybe(chance.randint(1, 11)),
            toilet=maybe(chance.randint(1, 6)),
            sewage=maybe(chance.randint(1, 6)),
            ownership=maybe(chance.randint(1, 5)),
            assets=chance.choice(
                [{}, {"motorcycle": 2}, {"motorcycle": True}, {"motorcycle": False, "fridge": 1}, {"fridge": 0.5}]
            ),
        )
        if household.lat is not None:
            Household.objects.filter(pk=household.pk).update(lng="100.660000")
        members = chance.randint(0, 6)
        for j in range(members):
            _member(chance, maybe, household, i, j)
        Household.objects.filter(pk=household.pk).update(
            size=household.members.filter(status="active").count(), work_order=household.desil or 11
        )
        made.append(household)
    return made


def _member(chance, maybe, household, i, j):
    status = chance.choice([*MemberStatus.values, *["active"] * 8])
    Member.objects.create(
        household=household,
        name=chance.choice(["Yusmaini", "Siti Aminah", "Nur'aini", "Ahmad Yani", "Zulfahmi Piliang"]),
        nik=maybe(f"137201{i:05d}{j:05d}"),
        sex=chance.choice(["M", "F", ""]),
        birth_date=maybe(_birth(chance)),
        relation=maybe(1) if j == 0 else maybe(chance.randint(2, 9)),
        marital=maybe(chance.randint(1, 4)),
        school_status=maybe(chance.randint(1, 3)),
        occupation=chance.choice(["", "Petani", "Buruh tani", "Guru"]),
        works=maybe(chance.random() < 0.5),
        has_business=maybe(chance.random() < 0.3),
        pregnant=maybe(chance.random() < 0.2),
        disability=chance.choice([[], [], [1], [2], [1, 2]]),
        chronic_illness=chance.choice([[], [], [3]]),
        social_security=chance.choice([[], [1], [4, 8]]),
        insurance=maybe(chance.choice([0, 1, 2])),
        status=status,
        status_reason="" if status == "active" else "lapangan",
        status_date=None if status == "active" else DAY,
    )


def _birth(chance) -> dt.date:
    """A birth date, often on the edge: birthdays on the day, 29 February, a birth after the day."""
    years = chance.choice([0, 1, 4, 5, 6, 7, 18, 19, 59, 60, 61, chance.randint(0, 90)])
    edge = chance.choice([0, 0, 1, -1, chance.randint(-180, 180)])
    day = DAY.replace(year=DAY.year - years) + dt.timedelta(days=edge)
    return chance.choice([day, day, dt.date(2020, 2, 29), dt.date(1964, 2, 29)])
