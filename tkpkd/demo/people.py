"""Invented families: who lives together, how old they are, what they do, how they live."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from core.nik import make_kk, make_nik
from tkpkd.demo import names

HEAD, HUSBAND, WIFE, CHILD, CHILD_IN_LAW, GRANDCHILD, PARENT, PARENT_IN_LAW, RELATIVE = range(1, 10)


@dataclass(slots=True)
class Past:
    """A family that a person was in before, from when to when, and why they left."""

    family: Family
    since: dt.date
    until: dt.date
    reason: str


@dataclass(slots=True)
class Person:
    """One invented member; fields as in `households.Member`. `nik` "": has none, None: to be drawn."""

    name: str
    sex: str
    birth: dt.date | None
    relation: int | None
    marital: int | None = None
    nik: str | None = None
    nik_note: str = ""
    place: str = "Solok"
    education: int | None = None
    school_status: int | None = None
    school_level: int | None = None
    school_name: str = ""
    occupation: str = ""
    works: bool | None = None
    work_status: int | None = None
    work_sector: int | None = None
    business: bool | None = None
    disability: list = field(default_factory=list)
    chronic: list = field(default_factory=list)
    pregnant: bool | None = None
    insurance: int | None = None
    social: list = field(default_factory=list)
    status: str = "active"
    status_reason: str = ""
    status_date: dt.date | None = None
    merged_into: Person | None = None
    past: Past | None = None
    age: int = 0
    id: int = 0
    uuid: str = ""


@dataclass(slots=True)
class Family:
    """One invented household; fields as in `households.Household`. `kk` "": has none, None: to be drawn."""

    region: str
    people: list[Person]
    desil: int | None
    ranks: list = field(default_factory=list)  # desil in each release, None = not in it
    kk: str | None = None
    kk_note: str = ""
    rw: str = ""
    rt: str = ""
    address: str = ""
    lat: float | None = None
    lng: float | None = None
    status: str = "active"
    status_reason: str = ""
    status_date: dt.date | None = None
    merged_into: Family | None = None
    housing: dict = field(default_factory=dict)
    floor_area: int | None = None
    pln_id: str = ""
    assets: dict = field(default_factory=dict)
    source: str = "dtsen"
    data_date: dt.date | None = None
    verified_at: dt.date | None = None
    since: dt.date | None = None  # first recorded
    planted: bool = False
    tell: Callable | None = None  # of planted families: writes their aid, which is not drawn
    label: str = ""  # of planted families: what the rest of the city does with it
    notes: list = field(default_factory=list)  # day, text
    id: int = 0
    uuid: str = ""

    @property
    def head(self) -> Person | None:
        """The active head, else the eldest active person."""
        active = [p for p in self.people if p.status == "active"]
        return min(active, key=lambda p: (p.relation != HEAD, p.birth or dt.date.max), default=None)

    @property
    def namesake(self) -> Person | None:
        """Who gives the household its name: the head, of a family that died or left as a whole its last one."""
        here = [p for p in self.people if p.merged_into is None]
        return min(here, key=lambda p: (p.status != "active", p.relation != HEAD, p.birth or dt.date.max), default=None)


class Numbers:
    """NIK, KK and uuid that no other row of the city has."""

    def __init__(self, rng: Random):
        self.rng = rng
        self._serials: dict = defaultdict(int)

    def nik(self, region: str, birth: dt.date, sex: str) -> str:
        """A NIK of this region (dotted kecamatan code or six digits), day and sex."""
        key = (region[:8], birth, sex)
        self._serials[key] += self.rng.randint(1, 37)
        return make_nik(region, birth, sex, self._serials[key])

    def kk(self, region: str, issued: dt.date) -> str:
        """A family-card number issued that day."""
        key = ("kk", region[:8], issued)
        self._serials[key] += self.rng.randint(1, 3)
        return make_kk(region, issued, self._serials[key])

    def uuid(self) -> str:
        """A random uuid out of the seed."""
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:12]}4{digits[13:16]}{'89ab'[int(digits[16], 16) % 4]}{digits[17:]}"


def _weighted(pairs):
    return [p[0] for p in pairs], [p[1] for p in pairs]


_PLACES, _PLACE_WEIGHTS = _weighted(names.BIRTH_PLACES)
_KINDS, _KIND_WEIGHTS = _weighted(
    (
        ("children", 55),
        ("couple", 8),
        ("mother", 13),
        ("father", 3),
        ("elderly_alone", 8),
        ("elderly_couple", 7),
        ("alone", 3),
        ("grandparents", 3),
    )
)
_WORK = {
    poor: ([o[:3] for o in names.OCCUPATIONS], [o[3 if poor else 4] for o in names.OCCUPATIONS]) for poor in (0, 1)
}
_CHRONIC, _CHRONIC_WEIGHTS = _weighted(((2, 40), (3, 22), (4, 12), (5, 6), (6, 14), (7, 3), (8, 4), (13, 9), (10, 1)))


class Families:
    """Draws one family after the other. `today`: the day ages are counted to."""

    def __init__(self, rng: Random, today: dt.date, numbers: Numbers):
        self.rng, self.today, self.numbers = rng, today, numbers

    def draw(self, region: str, desil: int | None) -> Family:
        """A family of this kelurahan (dotted code) and desil (None = not ranked)."""
        rng = self.rng
        kind = rng.choices(_KINDS, _KIND_WEIGHTS)[0]
        people = getattr(self, f"_{kind}")()
        if kind == "children" and rng.random() < 0.12:
            people.append(self.person(PARENT if rng.random() < 0.4 else PARENT_IN_LAW, "F", rng.randint(60, 82), 4))
        if kind in ("children", "mother") and rng.random() < 0.06:
            people.append(self.person(RELATIVE, rng.choice("MF"), rng.randint(5, 30), 1))
        family = Family(region, people, desil)
        self.describe(family)
        return family

    def describe(self, family: Family) -> None:
        """Give the people of a family numbers, school, work and health by age and desil, where not given yet."""
        poor = family.desil is None or family.desil <= 4
        for person in family.people:
            self._number(family.region, person)
            self._school(person, family.desil or 4)
            self._work(person, poor)
            self._health(person)
        self._insure(family, poor)

    def person(self, relation: int, sex: str, age: int, marital: int, name: str = "") -> Person:
        """A person who turned `age` within the last year."""
        birth = self.birth(age)
        return Person(name or self._name(sex, age), sex, birth, relation, marital, age=age)

    def birth(self, age: int) -> dt.date:
        """A birth date that makes a person `age` years old today."""
        last = self.today.replace(year=self.today.year - age, day=min(self.today.day, 28))
        return last - dt.timedelta(days=self.rng.randrange(360))

    # --- who lives together ---------------------------------------------------------------------------------------

    def _children(self) -> list[Person]:
        rng = self.rng
        age = rng.randint(25, 62)
        wife_age = max(20, age - rng.randint(0, 8))
        return [
            self.person(HEAD, "M", age, 2),
            self.person(WIFE, "F", wife_age, 2),
            *self._kids(wife_age, rng.choices((1, 2, 3, 4, 5), (24, 36, 25, 11, 4))[0]),
        ]

    def _kids(self, mother_age: int, count: int) -> list[Person]:
        rng = self.rng
        oldest = mother_age - 20
        if oldest < 0:
            return []
        ages = sorted((rng.randint(0, min(oldest, 27)) for _ in range(count)), reverse=True)
        return [self.person(CHILD, rng.choice("MF"), age, 1) for age in ages]

    def _couple(self) -> list[Person]:
        age = self.rng.randint(23, 62)
        return [self.person(HEAD, "M", age, 2), self.person(WIFE, "F", max(20, age - self.rng.randint(0, 6)), 2)]

    def _mother(self) -> list[Person]:
        rng = self.rng
        age = rng.randint(27, 62)
        kids = self._kids(age, rng.choices((1, 2, 3, 4), (36, 36, 20, 8))[0])
        return [self.person(HEAD, "F", age, rng.choice((3, 4, 4))), *kids]

    def _father(self) -> list[Person]:
        age = self.rng.randint(30, 62)
        return [self.person(HEAD, "M", age, self.rng.choice((3, 4))), *self._kids(age - 3, self.rng.choice((1, 2, 2)))]

    def _elderly_alone(self) -> list[Person]:
        return [self.person(HEAD, "F" if self.rng.random() < 0.72 else "M", self.rng.randint(60, 90), 4)]

    def _elderly_couple(self) -> list[Person]:
        age = self.rng.randint(61, 84)
        return [self.person(HEAD, "M", age, 2), self.person(WIFE, "F", age - self.rng.randint(0, 8), 2)]

    def _alone(self) -> list[Person]:
        return [self.person(HEAD, self.rng.choice("MF"), self.rng.randint(22, 59), self.rng.choice((1, 1, 3)))]

    def _grandparents(self) -> list[Person]:
        rng = self.rng
        kids = [self.person(GRANDCHILD, rng.choice("MF"), rng.randint(1, 17), 1) for _ in range(rng.choice((1, 1, 2)))]
        return [*(self._elderly_couple() if rng.random() < 0.5 else self._elderly_alone()), *kids]

    # --- what they are ----------------------------------------------------------------------------------------------

    def _name(self, sex: str, age: int) -> str:
        rng = self.rng
        if age < 26:
            first, second = (names.BOYS, names.BOYS_SECOND) if sex == "M" else (names.GIRLS, names.GIRLS_SECOND)
            return f"{rng.choice(first)} {rng.choice(second)}"
        first, second = (names.MEN, names.MEN_SECOND) if sex == "M" else (names.WOMEN, names.WOMEN_SECOND)
        draw = rng.random()
        if draw < 0.52:
            return f"{rng.choice(first)} {rng.choice(names.SUKU)}"
        if draw < 0.56 and sex == "M":
            return f"{rng.choice(first)} {rng.choice(names.OLD_TITLES)}"
        if draw < 0.88:
            return f"{rng.choice(first)} {rng.choice(second)}"
        return rng.choice(first)

    def _number(self, region: str, person: Person) -> None:
        rng = self.rng
        if person.place == "Solok":
            person.place = rng.choices(_PLACES, _PLACE_WEIGHTS)[0]
        if person.nik is None and person.birth is not None:
            issuer = region[:8] if rng.random() < 0.88 else rng.choice(names.OTHER_ISSUERS)
            person.nik = self.numbers.nik(issuer, person.birth, person.sex)
        person.uuid = self.numbers.uuid()

    def _school(self, person: Person, desil: int) -> None:
        rng, age = self.rng, person.age
        if person.school_status is not None:
            return
        if age < 6:
            person.school_status, person.education = 1, 1
            return
        if age >= 25:
            person.school_status = 1 if age > 60 and rng.random() < 0.12 else 3
            low = (2, 3, 3, 4, 5, 5) if age > 45 else (3, 4, 5, 5, 5)
            high = (3, 4, 5, 5, 7, 8) if age > 45 else (4, 5, 5, 7, 8, 8, 9)
            person.education = 1 if person.school_status == 1 else rng.choice(low if desil <= 4 else high)
            return
        level, school, stays = (
            (3, "SD", 0.985)
            if age < 13
            else (8, "SMP", 0.965)
            if age < 16
            else (13, "SMA", 0.90 if desil > 4 else 0.84)
            if age < 19
            else (19, "PT", 0.42 if desil > 4 else 0.16)
        )
        person.education = 2 if age < 13 else 3 if age < 16 else 4 if age < 19 else 5
        if rng.random() < stays:
            person.school_status, person.school_level = 2, level
            person.school_name = rng.choice(names.SCHOOLS[school])
        else:
            person.school_status = 3

    def _work(self, person: Person, poor: bool) -> None:
        rng, age = self.rng, person.age
        if person.works is not None or age < 15:
            return
        if person.school_status == 2:
            person.works, person.occupation = False, "Pelajar/mahasiswa"
            return
        share = (0.9 if person.sex == "M" else 0.48) if age < 60 else (0.5 if person.sex == "M" else 0.22)
        if rng.random() < share - (0.06 if poor else 0) - (0.25 if age < 22 else 0):
            labels, weights = _WORK[1 if poor else 0]
            person.occupation, person.work_status, person.work_sector = rng.choices(labels, weights)[0]
            person.works = True
            person.business = person.work_status in (1, 2, 3) and person.work_sector > 6
        else:
            person.works, person.business = False, False
            person.occupation = "Mengurus rumah tangga" if person.sex == "F" and age > 20 else "Belum/tidak bekerja"

    def _health(self, person: Person) -> None:
        rng, age = self.rng, person.age
        if rng.random() < (0.075 if age > 65 else 0.014):
            person.disability = [rng.choices((1, 2, 3, 4, 5, 6, 7, 8), (3, 3, 6, 1, 2, 2, 1, 2))[0]]
        if age > 38 and rng.random() < (0.38 if age > 60 else 0.13):
            person.chronic = sorted(set(rng.choices(_CHRONIC, _CHRONIC_WEIGHTS, k=1 + (rng.random() < 0.12))))
        if person.sex == "F" and 15 <= age < 50:
            person.pregnant = person.marital == 2 and age < 43 and rng.random() < 0.055
        if person.works and person.work_status in (4, 5):
            person.social = [1, 2, 4] if rng.random() < 0.6 else []

    def _insure(self, family: Family, poor: bool) -> None:
        """Health insurance other than PBI, which the aid log gives; 0 = none."""
        rng = self.rng
        employed = any(p.work_status in (4, 5) for p in family.people)
        draw = rng.random()
        if employed and draw < (0.25 if poor else 0.8):
            kind = 4
        elif draw > (0.92 if poor else 0.45):
            kind = 2
        elif draw > (0.89 if poor else 0.44):
            kind = 8
        else:
            kind = 0
        for person in family.people:
            if person.insurance is None:
                person.insurance = kind
