"""Programme years with their money, groups that receive together and works in an area."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from random import Random

from core.models import AgencySuccession
from programs.models import Program
from tkpkd.demo.aid import AidLog
from tkpkd.demo.copying import Copier
from tkpkd.demo.people import Family, Numbers
from tkpkd.demo.plan import PLANS
from tkpkd.demo.quarters import plan_columns

_GROUP_NAMES = (
    "Saiyo Sakato",
    "Sepakat",
    "Mandiri",
    "Bundo Kanduang",
    "Harapan Jaya",
    "Melati",
    "Sinar Pagi",
    "Rukun",
    "Sehati",
    "Karya Basamo",
)
_CHANGED_CEILING = {"rtlh": 1.15, "blt": 0.9, "toilet": 1.1, "labour_works": 0.75}
_CHANGE_REASONS = "Pergeseran anggaran pada APBD Perubahan"
_DONE = ("received", "approved", "stopped")


class Programmes:
    """Numbers the programme years first, so that aid can point at them; writes them last, when aid is counted."""

    def __init__(
        self,
        cursor,
        rng: Random,
        numbers: Numbers,
        today: dt.date,
        years: tuple[int, ...],
        programs: dict[str, Program],
    ):
        self.cursor, self.rng, self.numbers, self.today, self.years = cursor, rng, numbers, today, years
        self.programs = {key: programs[key] for key in PLANS}
        self.table = Copier(
            cursor,
            "programs_programyear",
            "id uuid program_id year owner_id plan_code plan_program plan_activity plan_sub_activity indicator_unit"
            " plan_state indicator target quota unit_amount stages list_complete closed",
        )
        self.year_ids = {(key, year): self.table.next_id() for year in years for key in PLANS}
        self._pool: dict[str, list[Family]] = defaultdict(list)

    def remember(self, family: Family) -> None:
        """Keep a family that a group of its kelurahan may take in."""
        if len(self._pool[family.region]) < 60:
            self._pool[family.region].append(family)

    def groups_and_areas(self, log: AidLog, villages: list[str]) -> None:
        """Groups of 6 to 9 poor families with their aid, and a few area works a year."""
        rng, year = self.rng, self.today.year
        groups = Copier(self.cursor, "programs_recipientgroup", "id uuid name program_id region_id")
        members = Copier(self.cursor, "programs_groupmember", "id group_id household_id member_id valid_from valid_to")
        program = self.programs["kube"]
        rows = []
        for number, (region, pool) in enumerate(sorted(self._pool.items())):
            for name in range(min(2, len(pool) // 12)):
                group_id = groups.next_id()
                label = f"KUBE {_GROUP_NAMES[(number + name * 5) % len(_GROUP_NAMES)]}"
                groups.add(group_id, self.numbers.uuid(), label, program.pk, region)
                since = self.years[(number + name) % 3]
                for family in rng.sample(pool, rng.randint(6, 9)):
                    gone = dt.date(year - 1, 12, 31) if since < year - 1 and rng.random() < 0.08 else None
                    members.add(members.next_id(), group_id, family.id, family.head.id, dt.date(since, 2, 1), gone)
                rows.append((group_id, region, since))
        groups.finish()
        members.finish()
        for group_id, region, since in rows:
            status = "received" if since < year else rng.choice(("received", "received", "approved", "verified"))
            log.add("kube", since, group=(group_id, region), status=status)
        for key in ("communal_water", "neighbourhood"):
            for work_year in self.years:
                for region in rng.sample(villages, min(3, len(villages))):
                    status = "received" if work_year < year else rng.choice(("received", "approved", "proposed"))
                    log.add(key, work_year, area=region, status=status)

    def finish(self, log: AidLog) -> None:
        """Write the programme years and their funding."""
        owners = self._owners_before()
        funding = Copier(
            self.cursor,
            "programs_programfunding",
            "id program_year_id sponsor source ceiling version reason current created",
        )
        this_year = self.today.year
        for (key, year), row_id in self.year_ids.items():
            plan, program = PLANS[key], self.programs[key]
            counts = log.counts.get((key, year), {})
            done = sum(counts.get(status, 0) for status in _DONE)
            late = plan.late and year == this_year
            # A list that is late is planned like last year's.
            planned = sum(log.counts.get((key, year - 1), {}).get(s, 0) for s in _DONE) if late else done
            target = (
                max(10, -(-int(planned * 1.06) // 10) * 10) if program.benefit_unit not in ("group", "area") else done
            )
            complete = None
            if year < this_year:
                complete = dt.date(year, 12, 15)
            elif not late:
                complete = min(self.today, dt.date(year, 3, 31))
            self.table.add(
                row_id,
                self.numbers.uuid(),
                program.pk,
                year,
                owners.get((program.owner_id, year), program.owner_id),
                plan.code,
                *plan_columns(key, program.benefit_unit, year, self.today),
                plan.indicator,
                target,
                None if program.decided_elsewhere else max(done, 1),
                plan.amount * len(plan.stages),
                list(plan.stages),
                complete,
                year < this_year - 1,
            )
            self._fund(funding, key, row_id, year, target * plan.amount * len(plan.stages))
        self.table.finish()
        funding.finish()

    def _fund(self, funding: Copier, key: str, row_id: int, year: int, money: int) -> None:
        for sponsor, source, share in PLANS[key].funding:
            ceiling = max(1, round(money * share / 1_000_000)) * 1_000_000
            since = f"{min(self.today, dt.date(year, 1, 6))} 09:00:00+07"
            factor = _CHANGED_CEILING.get(key) if sponsor == "city" and year == self.today.year else None
            if factor:
                first = max(1, round(ceiling / factor / 1_000_000)) * 1_000_000
                funding.add(funding.next_id(), row_id, sponsor, source, first, 1, "", False, since)
                changed = f"{min(self.today, dt.date(year, 9, 25))} 09:00:00+07"
                funding.add(funding.next_id(), row_id, sponsor, source, ceiling, 2, _CHANGE_REASONS, True, changed)
            else:
                funding.add(funding.next_id(), row_id, sponsor, source, ceiling, 1, "", True, since)

    def _owners_before(self) -> dict[tuple[int, int], int]:
        """(agency, year) → the office it followed, for years before it existed."""
        owners = {}
        for succession in AgencySuccession.objects.order_by("-pk"):
            for year in self.years:
                if year < succession.date.year:
                    owners[succession.new_id, year] = succession.old_id
        return owners
