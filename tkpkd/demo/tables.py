"""Rows of households, members and their past."""

from __future__ import annotations

import datetime as dt
from random import Random

from core.names import search_name
from tkpkd.demo.copying import Copier
from tkpkd.demo.people import Family, Numbers

_HOUSING = (
    "ownership land_proof floor wall roof water water_distance lighting power fuel toilet toilet_type sewage".split()
)
_ENDS = {"deceased": "died", "moved": "left", "duplicate": "merged"}


class HouseholdTables:
    """Turns families into rows of the household tables."""

    def __init__(self, cursor, rng: Random, numbers: Numbers, today: dt.date, actors):
        self.cursor, self.rng, self.numbers, self.today, self.actors = cursor, rng, numbers, today, actors
        self.households = Copier(
            cursor,
            "households_household",
            "id uuid kk kk_note region_id rw rt address lat lng status status_reason status_date merged_into_id "
            + " ".join(_HOUSING)
            + " floor_area pln_id assets desil desil_source desil_date source data_date verified_at created updated"
            " version head_name head_sort size work_order",
        )
        self.members = Copier(
            cursor,
            "households_member",
            "id uuid household_id nik nik_note name name_sort sex birth_place birth_date relation marital education"
            " school_status school_level school_name occupation works work_status work_sector has_business disability"
            " chronic_illness pregnant insurance social_security status status_reason status_date merged_into_id"
            " data_date updated version",
        )
        self.memberships = Copier(
            cursor,
            "households_membership",
            "id member_id household_id valid_from valid_to reason end_reason note",
        )
        self.kks = Copier(cursor, "households_householdnumber", "id household_id kk valid_from valid_to")
        self.ranks = Copier(cursor, "households_welfarerank", "id household_id release_id desil")
        self.external = Copier(cursor, "households_externalid", "id household_id scheme value")
        self.notes = Copier(cursor, "households_householdnote", "id household_id text by_id at")
        self._releases: list[tuple[int, dt.date]] = []

    def make_releases(self, loaded_by: int) -> list[dt.date]:
        """Three loads of DTSEN in the last year and a half, the newest of them a quarter old at most; their days."""
        quarter = dt.date(self.today.year, (self.today.month - 1) // 3 * 3 + 1, 4)
        newest = quarter if quarter <= self.today else _months_before(quarter, 3)
        releases = Copier(
            self.cursor,
            "households_datarelease",
            "id source label effective purpose legal_basis loaded_by_id loaded_at batch",
        )
        for months in (12, 3, 0):
            day = _months_before(newest, months)
            self._releases.append((releases.next_id(), day))
            loaded = min(self.today, day + dt.timedelta(days=11))
            releases.add(
                releases.last_id,
                "dtsen",
                f"DTSEN versi {(day.month + 2) // 3} {day.year}",
                day,
                "Penetapan sasaran program penanggulangan kemiskinan daerah",
                "Inpres 4/2025; berita acara serah terima data",
                loaded_by,
                f"{loaded} 10:42:00+07",
                None,
            )
        releases.finish()
        return [day for _id, day in self._releases]

    def identify(self, family: Family) -> None:
        """Give the family and its people their keys; aid points at them before their rows are written."""
        family.id, family.uuid = self.households.next_id(), self.numbers.uuid()
        for person in family.people:
            person.id = self.members.next_id()

    def add(self, family: Family) -> None:
        """Keep all rows of a family."""
        rng, named = self.rng, family.namesake
        name = named.name if named else ""
        ranked = [(i, r) for i, r in enumerate(family.ranks) if r is not None]
        changed = max(family.since, family.verified_at or family.since, family.status_date or family.since)
        self.households.add(
            family.id,
            family.uuid,
            family.kk or None,
            family.kk_note,
            family.region,
            family.rw,
            family.rt,
            family.address,
            family.lat,
            family.lng,
            family.status,
            family.status_reason,
            family.status_date,
            family.merged_into.id if family.merged_into else None,
            *(family.housing.get(field) for field in _HOUSING),
            family.floor_area,
            family.pln_id,
            family.assets,
            family.desil,
            "dtsen" if family.desil else "",
            self._releases[ranked[-1][0]][1] if ranked else None,
            family.source,
            family.data_date,
            family.verified_at,
            f"{family.since} 08:00:00+07",
            f"{min(changed, self.today)} {rng.randint(8, 9):02d}:{rng.randint(0, 59):02d}:00+07",
            1,
            name,
            search_name(name),
            sum(p.status == "active" for p in family.people),
            family.desil or 11,
        )
        for person in family.people:
            self._add_person(family, person)
        if family.kk:
            self.kks.add(self.kks.next_id(), family.id, family.kk, family.since, None)
        for index, desil in ranked:
            self.ranks.add(self.ranks.next_id(), family.id, self._releases[index][0], desil)
        if family.source == "p3ke" or rng.random() < 0.12:
            self.external.add(
                self.external.next_id(), family.id, "p3ke", f"{int(family.uuid[:8] + family.uuid[9:13], 16):015d}"
            )
        for day, text in family.notes:
            by = self.actors.village(family.region)
            self.notes.add(self.notes.next_id(), family.id, text, by, f"{day} 11:15:00+07")

    def _add_person(self, family: Family, p) -> None:
        self.members.add(
            p.id,
            p.uuid,
            family.id,
            p.nik or None,
            p.nik_note,
            p.name,
            search_name(p.name),
            p.sex,
            p.place,
            p.birth,
            p.relation,
            p.marital,
            p.education,
            p.school_status,
            p.school_level,
            p.school_name,
            p.occupation,
            p.works,
            p.work_status,
            p.work_sector,
            p.business,
            p.disability,
            p.chronic,
            p.pregnant,
            p.insurance,
            p.social,
            p.status,
            p.status_reason,
            p.status_date,
            p.merged_into.id if p.merged_into else None,
            family.data_date,
            f"{family.since} 08:00:00+07",
            1,
        )
        if p.past:
            self.memberships.add(
                self.memberships.next_id(),
                p.id,
                p.past.family.id,
                p.past.since,
                p.past.until,
                "first",
                p.past.reason,
                "",
            )
        born_here = p.birth is not None and p.birth > family.since
        self.memberships.add(
            self.memberships.next_id(),
            p.id,
            family.id,
            min(p.birth if born_here else family.since, p.status_date or self.today),
            p.status_date,
            p.past.reason if p.past else "born" if born_here else "first",
            _ENDS.get(p.status, "correction") if p.status_date else "",
            "",
        )

    def _copiers(self):
        return (self.households, self.members, self.memberships, self.kks, self.ranks, self.external, self.notes)

    def send(self) -> None:
        """Send what was gathered, parents first."""
        for copier in self._copiers():
            copier.send()

    def finish(self) -> None:
        """Send the rest and set the numbering."""
        for copier in self._copiers():
            copier.finish()


def _months_before(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, day.day)
