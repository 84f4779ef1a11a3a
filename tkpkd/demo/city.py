"""Build the demo city: households, members, ranks, programmes and the assistance log, in one transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from random import Random

from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.history import history
from core.models import Region
from tkpkd import reference
from tkpkd.demo.aid import Actors, AidDraw, AidLog
from tkpkd.demo.extras import REMARKS, make_edits, make_reads, make_sets, make_transfers
from tkpkd.demo.housing import Houses
from tkpkd.demo.indicators import make_values
from tkpkd.demo.meetings import make_meetings
from tkpkd.demo.people import Families, Family, Numbers
from tkpkd.demo.planted import Planted
from tkpkd.demo.programmes import Programmes
from tkpkd.demo.quarters import Quarters
from tkpkd.demo.tables import HouseholdTables
from tkpkd.demo.targeting import make_targeting
from tkpkd.demo.users import APPROVERS, OPERATORS, make_users

# Poor families of the kelurahan on the mock screens: how many of the city's live where. Elsewhere: evenly.
WEIGHTS = {
    "Tanah Garam": 1284,
    "VI Suku": 782,
    "Sinapa Piliang": 346,
    "IX Korong": 298,
    "Kampai Tabu Karambia": 472,
    "Aro IV Korong": 405,
    "Simpang Rumbio": 918,
    "Koto Panjang": 214,
    "Pasar Pandan Air Mati": 524,
    "Tanjung Paku": 861,
    "Nan Balimo": 737,
    "Kampung Jawa": 624,
    "Laing": 342,
}
_DESILS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, None)
_DESIL_WEIGHTS = (9.0, 12.6, 14.6, 15.6, 13.5, 10.5, 8.5, 6.5, 4.5, 2.7, 2.5)
_CHUNK = 5000  # families between two sends: bounds the memory of a large city

_HOUSEHOLD_ENDS = (
    ("moved", 1.6, "Pindah ke luar kota menurut RT"),
    ("excluded", 1.1, "Sudah mampu menurut musyawarah kelurahan"),
    ("not_found", 0.8, "Tidak ditemukan saat verifikasi lapangan"),
    ("graduated", 1.0, "Graduasi sejahtera menurut pendamping PKH"),
    ("deceased", 0.5, "Seluruh anggota meninggal"),
)
_SOURCES = (("dtsen", 86), ("verval", 6), ("regsosek", 3), ("p3ke", 3), ("local", 2))


class DemoCity:
    """One run of `seed_demo`.

    `households`: how many, planted cases included; `seed`: same seed and day, same city; `today`: the day it stands
    at; `say`: told what is being done.
    """

    def __init__(self, households: int, seed: int, today: dt.date | None = None, say: Callable[[str], None] = print):
        self.count, self.seed, self.say = households, seed, say
        self.today = today or timezone.localdate()
        self.years = tuple(range(self.today.year - 2, self.today.year + 1))
        self.rng = Random(seed)
        self.numbers = Numbers(self.rng)

    def build(self) -> dict[str, int]:
        """Write everything; returns table in words → rows."""
        started = time.monotonic()
        reference.load()
        with history(by=None, action="demo.seed", reason=f"seed {self.seed}"):
            home = Region.objects.get(pk=settings.HOME_REGION)
            agencies = reference.agencies_by_key()
            users = make_users(agencies, home, dt.date(self.years[0], 1, 1), self.numbers)
            if not self.count:
                return {"users": len(users)}
            with connection.cursor() as cursor:
                counts = self._fill(cursor, home, users)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.say(f"Demo city: {counts['households']} households in {time.monotonic() - started:.1f} s")
        return counts

    def _fill(self, cursor, home: Region, users: dict) -> dict[str, int]:
        villages = self._villages(home)
        operators = {
            a.region_id: u.pk
            for u in users.values()
            for a in u.role_assignments.all()
            if a.role == "kelurahan_operator"
        }
        actors = Actors(users, OPERATORS, APPROVERS, operators)
        tables = HouseholdTables(cursor, self.rng, self.numbers, self.today, actors)
        releases = tables.make_releases(users["bappeda"].pk)
        programmes = Programmes(cursor, self.rng, self.numbers, self.today, self.years, reference.programs_by_key())
        log = AidLog(cursor, self.rng, self.numbers, self.today, actors, programmes.year_ids)
        draw = AidDraw(self.rng, log, self.years, villages)
        families = Families(self.rng, self.today, self.numbers)
        houses = Houses(self.rng, villages)

        codes, weights = list(villages), [v["weight"] for v in villages.values()]
        planted = Planted(self.rng, families, villages, self.today).build()[: self.count]
        twin = None
        for number in range(self.count):
            if number < len(planted):
                family = planted[number]
                families.describe(family)
                if family.rw:
                    houses.furnish(family)
                self._card(family)
                family.data_date = releases[-1] if family.source == "dtsen" else family.since
            elif twin:
                family, twin = twin, None
            else:
                family = families.draw(
                    self.rng.choices(codes, weights)[0], self.rng.choices(_DESILS, _DESIL_WEIGHTS)[0]
                )
                houses.furnish(family)
                self._record(family, releases)
                if self.rng.random() < 0.004:
                    twin = self._twin(family)
            tables.identify(family)
            if family.planted:
                if family.tell:
                    family.tell(log, family, self.today.year)
            elif draw.draw(family) and family.status == "active" and family.desil and family.desil <= 4:
                programmes.remember(family)
            tables.add(family)
            if number % _CHUNK == _CHUNK - 1:
                tables.send()
                log.send()
                self.say(f"{number + 1} of {self.count} households")
        programmes.groups_and_areas(log, list(villages))
        tables.finish()
        log.finish()
        programmes.finish(log)
        Quarters(cursor, self.seed, self.today, users).write(list(villages), Numbers(Random(f"quarters {self.seed}")))
        laing = next((code for code, v in villages.items() if v["name"] == "Laing"), codes[-1])
        make_sets(users, self.numbers, self.today, laing)
        by_label = {family.label: family for family in planted}
        make_transfers(users, self.numbers, self.today, by_label.get("transfer"))
        make_edits(users, by_label.get("edited"))
        make_reads(users, planted, self.today)
        make_values()
        followed = make_meetings(users, self.numbers, self.today)
        own = Numbers(Random(f"targeting {self.seed}"))
        make_targeting(users, reference.programs_by_key(), own, self.today)
        return {
            "households": tables.households.rows,
            "members": tables.members.rows,
            "assistance": log.rows.rows + followed[0],
            "deliveries": log.deliveries.rows + followed[1],
        }

    def _villages(self, home: Region) -> dict[str, dict]:
        """Region code → name, centre, number of RW, weight."""
        rows = {}
        for region in Region.objects.in_area(home.pk).villages().order_by("pk"):
            weight = WEIGHTS.get(region.name, 400)
            rows[region.pk] = {
                "name": region.name,
                "lat": float(region.lat) if region.lat is not None else None,
                "lng": float(region.lng) if region.lng is not None else None,
                "rw": 3 + weight // 180,
                "weight": weight,
            }
        return rows

    def _record(self, family: Family, releases: list[dt.date]) -> None:
        """Since when the family is known, from where, ranked how, visited when, and what is missing."""
        rng, today = self.rng, self.today
        age = dt.timedelta(days=rng.randint(60, 365 * 4))
        family.since = max(today - age, dt.date(2022, 10, 15))
        family.source = rng.choices([s for s, _w in _SOURCES], [w for _s, w in _SOURCES])[0]
        family.data_date = releases[-1] if family.source == "dtsen" else family.since
        if rng.random() < 0.88:
            family.verified_at = today - dt.timedelta(days=rng.randint(3, 400))
        if rng.random() < 0.012:
            family.notes.append((family.verified_at or family.since, rng.choice(REMARKS)))
        self._rank(family, len(releases))
        draw, limit = rng.random() * 100, 0.0
        for status, share, reason in _HOUSEHOLD_ENDS:
            limit += share
            if draw < limit:
                family.status, family.status_reason = status, reason
                family.status_date = today - dt.timedelta(days=rng.randint(5, 600))
                break
        if family.status_date:
            family.since = min(family.since, family.status_date)
        if family.status == "deceased":
            for person in family.people:
                person.status, person.status_reason = "deceased", "Meninggal menurut surat keterangan kelurahan"
                person.status_date = max(family.status_date, person.birth)
        if rng.random() < 0.965:
            self._card(family)
        elif rng.random() < 0.4:
            family.kk_note = "0"
        if rng.random() < 0.009:
            family.rt = family.rw = ""
        for person in family.people:
            chance = 0.11 if person.age < 2 else 0.012
            if rng.random() < chance:
                person.nik, person.nik_note = None, "0" if rng.random() < 0.3 else ""
            elif rng.random() < 0.004:
                # The registry itself holds people whose birth date differs from the one in the NIK.
                person.birth = person.birth + dt.timedelta(days=rng.choice((-1, 1, 31)))
            if rng.random() < 0.006:
                person.birth = None
            if person.relation != 1 and person.status == "active" and rng.random() < 0.009:
                person.status, person.status_reason = rng.choice(
                    (("deceased", "Meninggal menurut akta kematian"), ("moved", "Merantau ke luar kota"))
                )
                person.status_date = today - dt.timedelta(days=rng.randint(10, 700))
                if person.birth:
                    person.status_date = max(person.status_date, min(today, person.birth + dt.timedelta(days=20)))

    def _card(self, family: Family) -> None:
        """A family-card number, unless it is to have none."""
        if family.kk is None:
            first = dt.date(2008, 1, 1)
            issued = first + dt.timedelta(days=self.rng.randrange((self.today - first).days))
            family.kk = self.numbers.kk(family.region, issued)

    def _twin(self, family: Family) -> Family | None:
        """The same family recorded once more: no KK, no NIK, a name slightly different."""
        rng, head = self.rng, family.head
        if head is None or family.status != "active":
            return None
        name = head.name
        if rng.random() < 0.6:
            at = rng.randrange(1, len(name) - 1)
            name = name[:at] + name[at + 1 :] if name[at].isalpha() else name
        copy = dataclasses.replace(head, name=name, nik="", nik_note="", uuid=self.numbers.uuid(), disability=[])
        twin = dataclasses.replace(
            family, people=[copy], kk="", kk_note="", desil=None, ranks=[], source="local", verified_at=None
        )
        twin.address = family.address.partition(" No. ")[0]
        return twin

    def _rank(self, family: Family, releases: int) -> None:
        """Ranks of the family in each release, oldest first; the last one is its desil."""
        rng, desil = self.rng, family.desil
        if desil is None:
            family.ranks = [None] * releases
            return
        ranks = [desil]
        for _release in range(releases - 1):
            draw, now = rng.random(), ranks[0]
            step = 0 if draw < 0.78 else rng.choice((-1, 1)) if draw < 0.975 else rng.choice((-5, -4, 4, 5))
            ranks.insert(0, min(10, max(1, now + step)))
        if rng.random() < 0.05:
            ranks[0] = None  # came with a later release
            if rng.random() < 0.3:
                ranks[1] = None
        elif rng.random() < 0.012:
            # Gone from the newest release: the old rank is kept.
            ranks[-1] = None
            family.desil = ranks[-2] or desil
        family.ranks = ranks
