"""Families that are there on purpose, so that every page has something to show.

| head | where | shows |
|---|---|---|
| Yusmaini | Laing | fits five programmes, gets none; PKH stopped; RTLH proposed; no NIK; edits in the history |
| eleven more | Laing | poor families with nothing recorded this year, as on the mock list |
| Yulinar Sikumbang | Laing | one house, two sponsors: RTLH and Baznas wages joined, no overlap |
| Amrizal Koto | Laing | RTLH and Sembako received: different kinds |
| Ratna Juwita | Tanjung Paku | RTLH outside the target group (desil 6), with the reason it was given |
| Darwis Sikumbang | VI Suku | RTLH rejected: disputed land |
| Erni Yulita, Bustami Koto | Simpang Rumbio, Nan Balimo | RTLH approved and waiting for material |
| Safrizal Chaniago | Kampai Tabu Karambia | a name like Syafrizal Chaniago of Laing, no NIK: "match a list" finds two |
| Masrizal Tanjung | Tanah Garam | head died in the middle of the year, Sembako went on; the widow is head now |
| Nurbaiti Piliang | Tanah Garam | PKH, BLT and zakat: aid of one kind twice |
| Nurlela Guci, twice | Simpang Rumbio | suspected duplicate: same name and birth date, one without NIK and KK |
| Kasmawati Jambak, twice | Nan Balimo | duplicate already merged |
| Zulkifli Jambak, Rahmat Jambak | Kampung Jawa | the son split off with his own KK; his training stays his |
| Idris Koto | Tanjung Paku | desil 8 became 2 with the newest release |
| Hasnah Tanjung | IX Korong | gone from the newest release, old rank kept |
| Upikwati | Tanah Garam | no KK (the sheet said 0), no RT/RW, no birth date |
| Syafruddin … | Koto Panjang | a very long name, eleven people in one house |
| Refnida Koto | Laing | pregnant, toddler, pupil out of school, disability, nobody works, no toilet |
| Ronal Efendi | Pasar Pandan Air Mati | desil 9 with PKH: inclusion error |
| Fatimah Malayu | Sinapa Piliang | graduated: aid of former years, none now |
| Taufik Hidayat | Simpang Rumbio | Tanah Garam asks for his transfer |
| Leliwarni | Aro IV Korong | birth date and sex in the NIK differ from what is recorded |
| Ospitar Guci | Tanah Garam | list of aid with a void row and a returned proposal |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from random import Random

from tkpkd.demo import planted_aid as told
from tkpkd.demo.people import CHILD, GRANDCHILD, HEAD, HUSBAND, PARENT, WIFE, Families, Family, Past, Person

POOR_HOUSE = {
    "ownership": 1,
    "land_proof": 5,
    "floor": 8,
    "wall": 6,
    "roof": 3,
    "water": 5,
    "water_distance": 1,
    "lighting": 1,
    "power": 1,
    "fuel": 10,
    "toilet": 6,
    "toilet_type": None,
    "sewage": None,
}
PLAIN_HOUSE = POOR_HOUSE | {
    "floor": 6,
    "wall": 1,
    "fuel": 4,
    "toilet": 1,
    "toilet_type": 1,
    "sewage": 1,
    "water_distance": 2,
}
GOOD_HOUSE = PLAIN_HOUSE | {"land_proof": 1, "floor": 2, "water": 3, "water_distance": None, "power": 3}
# Heads of the mock list in Laing: name, sex, age, RT, RW, street, desil, people, house, months since the visit.
_LAING = (
    ("Syafrizal Chaniago", "M", 49, 1, 2, "Jl. Simpang Lapan", 1, 4, {"floor": 8}, 2),
    ("Ermawati", "F", 52, 3, 1, "Gang Surau Baru", 1, 3, {"water": 6}, None),
    ("Zulfahmi Piliang", "M", 44, 2, 2, "Jl. Batu Kubung", 2, 6, {"wall": 4, "toilet": 6}, 3),
    ("Nurhayati Jambak", "F", 61, 1, 4, "Jl. Laing Permai", 2, 2, {}, 3),
    ("Rafles Koto", "M", 38, 4, 3, "Jl. Padang Laweh", 2, 5, {"toilet": 6}, None),
    ("Desmawarni", "F", 47, 2, 1, "Gang Mushalla", 2, 4, {"floor": 8, "wall": 6}, 4),
    ("Irwandi Sikumbang", "M", 41, 3, 2, "Jl. Batu Kubung", 3, 4, {}, 4),
    ("Asnidar", "F", 74, 1, 1, "Jl. Laing Permai", 3, 1, {}, 4),
    ("Hendra Malin Sutan", "M", 45, 2, 4, "Jl. Padang Laweh", 3, 5, {"water": 8}, 5),
    ("Mardiana Caniago", "F", 39, 4, 1, "Gang Surau Baru", 4, 3, {}, 5),
    ("Afrizal Tanjung", "M", 50, 3, 3, "Jl. Simpang Lapan", 4, 6, {"floor": 8}, 5),
)
LONG_NAME = (
    "Syafruddin Muhammad Hidayatullah Sutan Rajo Bagindo Nan Tuo bin Zainal Abidin Datuak Malin Marajo Kayo Nan Panjang"
)


class Planted:
    """The planted families in a fixed order; `build()` gives as many as the city has room for.

    `villages`: region code → name and the rest; a kelurahan that the city does not have is stood in for by another.
    """

    def __init__(self, rng: Random, families: Families, villages: dict[str, dict], today: dt.date):
        self.rng, self.families, self.today = rng, families, today
        self._codes = {v["name"]: code for code, v in villages.items()}
        self._other = list(villages)
        self.year = today.year

    def build(self) -> list[Family]:
        """All planted families, each with its `tell` that writes its aid."""
        made = [*self._laing(), *self._houses(), *self._people(), *self._records()]
        for family in made:
            family.planted = True
        return made

    # --- making one ------------------------------------------------------------------------------------------------

    def _family(
        self,
        village: str,
        place: tuple[int, int, str],
        desil: int | None,
        people: list[Person],
        *,
        house: dict | None = None,
        tell: Callable | None = None,
        visited: int | None = None,
    ) -> Family:
        """A family; `place`: RT, RW, street; `tell(log, family, year)` writes its aid; `visited`: days ago."""
        code = self._codes.get(village) or self._other[sum(map(ord, village)) % len(self._other)]
        rt, rw, street = place
        family = Family(code, people, desil, address=street)
        family.rt, family.rw = (f"{rt:03d}", f"{rw:03d}") if rt else ("", "")
        family.housing = dict(house or PLAIN_HOUSE)
        very_poor = family.housing["floor"] == 8
        family.floor_area = 28 if very_poor else 40
        family.assets = {"smartphone": 1} if very_poor else {"motorcycle": 1, "smartphone": 2}
        family.ranks = [desil, desil, desil]
        family.tell = tell
        family.since = dt.date(2022, 11, 5)
        family.verified_at = self.today - dt.timedelta(days=visited) if visited is not None else None
        return family

    def _person(self, name: str, relation: int, sex: str, age: int, marital: int = 1, **values) -> Person:
        person = self.families.person(relation, sex, age, marital, name)
        for key, value in values.items():
            setattr(person, key, value)
        return person

    def _couple(self, man: str, age: int, children: int, **values) -> list[Person]:
        woman = self.families.person(WIFE, "F", age - 4, 2)
        kids = [self.families.person(CHILD, "MF"[i % 2], max(1, age - 26 - 4 * i), 1) for i in range(children)]
        return [self._person(man, HEAD, "M", age, 2, **values), woman, *kids]

    # --- Laing --------------------------------------------------------------------------------------------------------

    def _laing(self) -> Iterator[Family]:
        yusmaini = self._family(
            "Laing",
            (2, 3, "Jl. Laing Permai"),
            1,
            [
                self._person(
                    "Yusmaini",
                    HEAD,
                    "F",
                    47,
                    3,
                    insurance=0,
                    occupation="Buruh harian lepas",
                    works=True,
                    work_status=7,
                    work_sector=11,
                    business=False,
                    school_status=3,
                    education=3,
                ),
                self._person(
                    "Fadhil Ramadhan",
                    CHILD,
                    "M",
                    21,
                    insurance=0,
                    works=False,
                    occupation="Pelajar/mahasiswa",
                    school_status=3,
                    education=5,
                ),
                self._person("Aisyah Putri", CHILD, "F", 14, insurance=0, **_pupil(8, "SMPN 4 Solok", 3)),
                self._person("Rizki Maulana", CHILD, "M", 9, insurance=0, **_pupil(3, "SDN 03 Laing", 2)),
                self._person("Rohani", PARENT, "F", 76, 4, insurance=0, nik="", chronic=[2, 3], works=False),
            ],
            house=POOR_HOUSE | {"wall": 3},  # the operator of Laing changes it to bamboo (extras.make_edits)
            tell=told.yusmaini,
            visited=74,
        )
        head = yusmaini.people[0]
        head.nik = self.families.numbers.nik(yusmaini.region, head.birth, head.sex)
        yusmaini.label = "edited"
        yusmaini.ranks = [2, 2, 1]
        yusmaini.notes = [
            (self._day(-74), "Verifikasi lapangan: ditemukan. Lantai tanah, dinding bambu, tidak punya jamban.")
        ]
        yield yusmaini
        for name, sex, age, rt, rw, street, desil, size, house, months in _LAING:
            if size == 1:
                people = [self._person(name, HEAD, sex, age, 4)]
            elif sex == "M":
                people = self._couple(name, age, size - 2)
            else:
                people = [self._person(name, HEAD, sex, age, 4)]
                people += [
                    self.families.person(CHILD, "FM"[i % 2], max(3, age - 27 - 5 * i), 1) for i in range(size - 1)
                ]
            visited = None if months is None else 12 + 29 * (months - 2)
            home = PLAIN_HOUSE | house
            if home["toilet"] == 6:
                home["toilet_type"] = home["sewage"] = None
            yield self._family("Laing", (rt, rw, street), desil, people, house=home, visited=visited)
        refnida = self._family(
            "Laing",
            (1, 3, "Jl. Batu Kubung"),
            1,
            [
                self._person("Refnida Koto", HEAD, "F", 33, 2, pregnant=True, works=False, insurance=0),
                self._person("Doni Saputra", HUSBAND, "M", 36, 2, works=False, insurance=0, disability=[3, 8]),
                self._person("Zahra Anggraini", CHILD, "F", 11, insurance=0, school_status=3, education=2, works=None),
                self._person("Nabil Hidayat", CHILD, "M", 3, insurance=0),
            ],
            house=POOR_HOUSE,
        )
        yield refnida

    # --- houses -----------------------------------------------------------------------------------------------------

    def _houses(self) -> Iterator[Family]:
        yield self._family(
            "Laing",
            (2, 4, "Jl. Simpang Lapan"),
            1,
            [self._person("Yulinar Sikumbang", HEAD, "F", 58, 4), self._person("Suci Lestari", CHILD, "F", 17)],
            house=POOR_HOUSE,
            tell=told.two_sponsors,
            visited=100,
        )
        yield self._family(
            "Laing",
            (3, 1, "Jl. Padang Laweh"),
            2,
            self._couple("Amrizal Koto", 46, 2),
            house=POOR_HOUSE | {"floor": 6},
            tell=told.house_and_food,
            visited=101,
        )
        ratna = self._family(
            "Tanjung Paku",
            (4, 2, "Jl. Perwira"),
            6,
            [self._person("Ratna Juwita", HEAD, "F", 55, 4), self._person("Bagas Aulia", CHILD, "M", 19)],
            house=PLAIN_HOUSE | {"wall": 4},
            tell=told.outside_target,
            visited=40,
        )
        ratna.ranks = [5, 6, 6]
        yield ratna
        yield self._family(
            "VI Suku",
            (1, 1, "Jl. Cengkeh"),
            2,
            self._couple("Darwis Sikumbang", 51, 1),
            house=POOR_HOUSE,
            tell=lambda log, family, year: log.add(
                "rtlh", year, family=family, desil=2, status="rejected", reason="Tanah sengketa"
            ),
            visited=60,
        )
        for head, village, desil in (("Erni Yulita", "Simpang Rumbio", 2), ("Bustami Koto", "Nan Balimo", 3)):
            sex = "F" if head.startswith("Erni") else "M"
            people = (
                [self._person(head, HEAD, sex, 43, 3), self.families.person(CHILD, "M", 15, 1)]
                if sex == "F"
                else self._couple(head, 48, 2)
            )
            yield self._family(
                village,
                (1 if sex == "F" else 2, 3 if sex == "F" else 1, ""),
                desil,
                people,
                house=POOR_HOUSE,
                tell=told.approved(desil),
                visited=90,
            )

    # --- people -----------------------------------------------------------------------------------------------------

    def _people(self) -> Iterator[Family]:
        safrizal = self._family(
            "Kampai Tabu Karambia",
            (2, 1, "Gang Sawah"),
            3,
            self._couple("Safrizal Chaniago", 48, 1, nik=""),
            visited=200,
        )
        yield safrizal
        died = dt.date(self.year, 5, 14) if self.today >= dt.date(self.year, 8, 1) else self._day(-40)
        masrizal = self._family(
            "Tanah Garam",
            (3, 5, "Jl. Payo"),
            1,
            [
                self._person(
                    "Masrizal Tanjung",
                    HEAD,
                    "M",
                    63,
                    2,
                    status="deceased",
                    status_reason="Meninggal menurut akta kematian",
                    status_date=died,
                ),
                self._person("Rosmanidar", HEAD, "F", 58, 4),
                self._person("Hafiz Kurniawan", CHILD, "M", 16),
            ],
            tell=told.dead_head,
            visited=30,
        )
        yield masrizal
        yield self._family(
            "Tanah Garam",
            (1, 2, "Jl. Bandar Pandung"),
            1,
            [
                self._person("Nurbaiti Piliang", HEAD, "F", 44, 3),
                self.families.person(CHILD, "F", 13, 1),
                self.families.person(CHILD, "M", 8, 1),
            ],
            tell=told.twice,
            visited=25,
        )
        birth = self.families.birth(57)
        first = self._family(
            "Simpang Rumbio",
            (1, 3, "Jl. Rawang No. 12"),
            2,
            [self._person("Nurlela Guci", HEAD, "F", 57, 4, birth=birth), self.families.person(CHILD, "M", 22, 1)],
            visited=300,
        )
        yield first
        twin = self._family(
            "Simpang Rumbio",
            (1, 3, "Jl. Rawang"),
            None,
            [self._person("Nurlela Guci", HEAD, "F", 57, 4, birth=birth, nik="")],
        )
        twin.kk, twin.source = "", "local"
        yield twin
        yield from self._merged()
        yield from self._split()
        taufik = self._family(
            "Simpang Rumbio", (2, 2, "Jl. Batang Lembang"), 4, [self._person("Taufik Hidayat", HEAD, "M", 34, 1)]
        )
        taufik.label = "transfer"
        yield taufik
        odd = self._person("Leliwarni", HEAD, "F", 52, 4)
        odd.nik = self.families.numbers.nik("13.72.01", odd.birth + dt.timedelta(days=1), "M")
        yield self._family("Aro IV Korong", (2, 2, "Jl. Dr. Hamka"), 3, [odd], visited=150)

    def _merged(self) -> Iterator[Family]:
        head = self._person("Kasmawati Jambak", HEAD, "F", 49, 4)
        survivor = self._family("Nan Balimo", (2, 2, "Gang Sepakat"), 2, [head], visited=20)
        yield survivor
        gone = self._family(
            "Nan Balimo",
            (2, 2, "Gang Sepakat"),
            2,
            [self._person("Kasmawati", HEAD, "F", 49, 4, birth=head.birth, nik="")],
        )
        gone.kk, gone.merged_into, gone.status = "", survivor, "duplicate"
        gone.status_reason, gone.status_date = "Tercatat dua kali, digabung setelah verifikasi", self._day(-20)
        copy = gone.people[0]
        copy.merged_into, copy.status = head, "duplicate"
        copy.status_reason, copy.status_date = gone.status_reason, gone.status_date
        yield gone

    def _split(self) -> Iterator[Family]:
        old = self._family(
            "Kampung Jawa", (3, 2, "Jl. Tembok Raya"), 3, self._couple("Zulkifli Jambak", 56, 1), visited=70
        )
        son = self._person(
            "Rahmat Jambak", HEAD, "M", 27, 2, works=True, occupation="Tukang ojek", work_status=1, work_sector=13
        )
        day = self._day(-150)
        son.past = Past(old, old.since, day, "split")
        yield old
        new = self._family(
            "Kampung Jawa",
            (3, 2, "Jl. Tembok Raya"),
            3,
            [son, self.families.person(WIFE, "F", 24, 2)],
            tell=lambda log, family, year: log.add(
                "training", year - 1, family=family, person=family.people[0], then=old, desil=3
            ),
        )
        new.since = day
        new.people[1].past = None
        yield new

    # --- records ----------------------------------------------------------------------------------------------------

    def _records(self) -> Iterator[Family]:
        jump = self._family("Tanjung Paku", (1, 4, "Jl. Pandan"), 2, self._couple("Idris Koto", 42, 2), visited=15)
        jump.ranks = [8, 8, 2]
        yield jump
        gone = self._family("IX Korong", (1, 1, "Gang Mushalla"), 3, [self._person("Hasnah Tanjung", HEAD, "F", 66, 4)])
        gone.ranks = [3, 3, None]
        yield gone
        bare = self._family(
            "Tanah Garam", (0, 0, "Puncak Tabuh"), 2, [self._person("Upikwati", HEAD, "F", 70, 4, nik="", birth=None)]
        )
        bare.kk, bare.kk_note, bare.people[0].nik_note = "", "0", "0"
        yield bare
        crowd = self._family("Koto Panjang", (1, 1, "Jl. Sutan Syahrir No. 118"), 4, self._couple(LONG_NAME, 58, 5))
        crowd.people += [self.families.person(GRANDCHILD, "MF"[i % 2], 2 + 3 * i, 1) for i in range(4)]
        yield crowd
        rich = self._family(
            "Pasar Pandan Air Mati",
            (2, 1, "Jl. Jenderal Sudirman No. 7"),
            9,
            self._couple("Ronal Efendi", 46, 2),
            house=GOOD_HOUSE,
            tell=lambda log, family, year: log.add("pkh", year, family=family, desil=9),
        )
        yield rich
        graduated = self._family(
            "Sinapa Piliang",
            (1, 2, "Jl. Lubuk Sikarah No. 40"),
            5,
            [self._person("Fatimah Malayu", HEAD, "F", 51, 4), self.families.person(CHILD, "M", 23, 1)],
            house=GOOD_HOUSE,
            tell=told.graduated,
        )
        graduated.ranks = [3, 4, 5]
        graduated.status, graduated.status_date = "graduated", self._day(-120)
        graduated.status_reason = "Graduasi mandiri: usaha kue berkembang, mengundurkan diri dari PKH"
        yield graduated
        yield self._family(
            "Tanah Garam",
            (4, 1, "Gang Sepakat"),
            2,
            self._couple("Ospitar Guci", 39, 2),
            house=PLAIN_HOUSE | {"toilet": 6, "toilet_type": None, "sewage": None},
            tell=told.corrected,
            visited=10,
        )

    def _day(self, offset: int) -> dt.date:
        return self.today + dt.timedelta(days=offset)


def _pupil(level: int, school: str, education: int) -> dict:
    return {
        "school_status": 2,
        "school_level": level,
        "school_name": school,
        "education": education,
        "occupation": "Pelajar/mahasiswa",
        "works": None if level < 8 else False,
    }
