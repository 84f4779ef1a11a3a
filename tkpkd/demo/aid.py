"""Which invented family got what in which year, and how far the rest has come."""

from __future__ import annotations

import datetime as dt
from random import Random

from programs.reference import PROGRAMS
from tkpkd.demo.copying import Copier
from tkpkd.demo.people import Family, Numbers, Person
from tkpkd.demo.plan import PLANS

FACTS = {fact.key: fact for fact in PROGRAMS}
# Share of the active families that something reaches in the last year, by desil; the mock screens' figures.
REACHED = {1: 0.90, 2: 0.85, 3: 0.76, 4: 0.68, 5: 0.40}
REACHED_OTHERS = 0.035  # desil 6 to 10: inclusion errors
CITY_COVERAGE = 0.784
BY_YEAR = (-0.08, -0.05, 0.0)
# Kelurahan → coverage of its poor families, as on the mock screens; elsewhere the city's.
BY_VILLAGE = {
    "Tanah Garam": 0.762,
    "VI Suku": 0.818,
    "Sinapa Piliang": 0.841,
    "IX Korong": 0.842,
    "Kampai Tabu Karambia": 0.824,
    "Aro IV Korong": 0.842,
    "Simpang Rumbio": 0.765,
    "Koto Panjang": 0.869,
    "Pasar Pandan Air Mati": 0.824,
    "Tanjung Paku": 0.761,
    "Nan Balimo": 0.745,
    "Kampung Jawa": 0.758,
    "Laing": 0.675,
}
_STOP_REASONS = (
    "Tidak lagi memiliki komponen PKH",
    "NIK pengurus tidak padan dengan data kependudukan",
    "Pindah ke luar kota",
    "Sudah mampu menurut verifikasi kelurahan",
    "Rekening tidak aktif lebih dari enam bulan",
)
_REJECT_REASONS = (
    "Tanah sengketa",
    "Rumah bukan milik sendiri",
    "Sudah menerima dalam tiga tahun terakhir",
    "Berkas tidak lengkap sampai batas waktu",
)
_RETURN_REASONS = ("Foto rumah belum dilampirkan", "NIK penerima belum padan", "Surat keterangan lurah belum ada")
_VOID_REASONS = ("Terinput dua kali", "Salah orang: nama sama")


class AidLog:
    """Writes the assistance log and its deliveries, and counts what the programme years need to know."""

    def __init__(self, cursor, rng: Random, numbers: Numbers, today: dt.date, actors: Actors, year_ids: dict):
        self.rng, self.numbers, self.today, self.actors, self.year_ids = rng, numbers, today, actors, year_ids
        self.rows = Copier(
            cursor,
            "programs_assistance",
            "id uuid program_year_id household_id member_id group_id area_id counts_for_id household_then_id desil_then"
            " region_then_id status status_reason status_at status_by_id proposed_by_id proposed_at verified_by_id"
            " verified_at approved_by_id approved_at decree_number decree_date period amount benefit_key receipt_no"
            " note override_reason batch",
        )
        self.deliveries = Copier(
            cursor,
            "programs_delivery",
            "id uuid assistance_id stage date amount goods proof by_id at void void_reason batch",
        )
        self.counts: dict = {}  # (programme, year) → status → rows
        self.receipts: dict = {}

    def add(
        self,
        key: str,
        year: int,
        *,
        family: Family | None = None,
        person: Person | None = None,
        then: Family | None = None,
        group: tuple[int, str] | None = None,
        area: str | None = None,
        desil: int | None = None,
        status: str = "received",
        reason: str = "",
        stages: int | None = None,
        benefit_key: str = "",
        note: str = "",
        override: str = "",
        proposed: dt.date | None = None,
        delivered: dt.date | None = None,
        proposer: int | None = None,
        all_stages: bool = False,
    ) -> bool:
        """Write one row and its deliveries; returns whether something that is not void was delivered.

        `then`: the family of that time, when it was another one; `group`: id and region code; `desil`: at enrolment;
        `stages`: how many to deliver, None = all that are due; `proposed`, `delivered`: days, None = drawn;
        `all_stages`: also those of a stopped row.
        """
        plan, fact, rng = PLANS[key], FACTS[key], self.rng
        days = self._days(key, year, status, proposed)
        dates = []
        if status == "received" or (status in ("stopped", "void") and (fact.elsewhere or all_stages)):
            dates = [delivered] if delivered else self._delivery_days(plan, year, days, fact.elsewhere)
            if status in ("stopped", "void") and not all_stages:
                dates = dates[: max(1, len(dates) // 2)]
            if stages is not None:
                dates = dates[:stages]
            if status == "received" and not dates:
                return False
        region = family.region if family else group[1] if group else area
        operator = self.actors.operator(fact.owner)
        proposer = proposer or (operator if rng.random() < 0.5 or not region else self.actors.village(region))
        decided = status in ("approved", "received", "stopped") and not fact.elsewhere
        checked = decided or status in ("verified", "rejected")
        ended = days[1] if checked and not decided else days[2]
        if status in ("stopped", "void"):
            ended = max([days[2], *dates])
        elif status in ("proposed", "returned"):
            ended = days[0] if status == "proposed" else days[1]
        counts_for = family.id if family else None
        own_row = family is not None and person is None
        row_id = self.rows.next_id()
        self.rows.add(
            row_id,
            self.numbers.uuid(),
            self.year_ids[key, year],
            family.id if own_row else None,
            person.id if person else None,
            group[0] if group else None,
            area,
            counts_for,
            then.id if then else counts_for,
            desil,
            region,
            status,
            reason,
            _time(min(dates[-1] if dates and status == "received" else ended, self.today)),
            operator,
            operator if fact.elsewhere else proposer,
            _time(days[0]),
            operator if checked and not fact.elsewhere else None,
            _time(days[1]) if checked and not fact.elsewhere else None,
            self.actors.approver(fact.owner) if decided else None,
            _time(days[2]) if decided else None,
            f"188.45/{100 + hash_of(key) % 300}/KPTS/WSL-{year}" if decided and fact.owner != "zakat" else "",
            days[2] if decided else None,
            str(year)
            if len(plan.stages) == 1
            else f"{plan.stages[0]} – {plan.stages[len(dates) - 1]}"
            if dates
            else "",
            plan.amount * len(plan.stages),
            benefit_key,
            self._receipt(key, year) if status in ("approved", "received") and not fact.elsewhere else None,
            note,
            override,
            None,
        )
        void = status == "void"
        for stage, day in enumerate(dates, 1):
            self.deliveries.add(
                self.deliveries.next_id(),
                self.numbers.uuid(),
                row_id,
                stage,
                day,
                plan.amount,
                plan.goods,
                "" if fact.elsewhere else "Tanda terima bertanda tangan",
                operator,
                _time(day),
                void,
                reason if void else "",
                None,
            )
        by_status = self.counts.setdefault((key, year), {})
        by_status[status] = by_status.get(status, 0) + 1
        return bool(dates) and not void

    def send(self) -> None:
        """Send what was gathered; the log first, its deliveries after."""
        self.rows.send()
        self.deliveries.send()

    def finish(self) -> None:
        """Send the rest and set the numbering."""
        self.rows.finish()
        self.deliveries.finish()

    def _receipt(self, key: str, year: int) -> int:
        self.receipts[key, year] = self.receipts.get((key, year), 0) + 1
        return self.receipts[key, year]

    def _between(self, first: dt.date, last: dt.date) -> dt.date:
        """A day from `first` to `last`, both included, never after today."""
        last = min(last, self.today)
        return first + dt.timedelta(days=self.rng.randint(0, max(0, (last - first).days))) if first < last else last

    def _days(self, key: str, year: int, status: str, proposed: dt.date | None) -> tuple[dt.date, dt.date, dt.date]:
        """Days of proposal, verification and approval, in order and not in the future."""
        rng, start = self.rng, dt.date(year, 1, 8)
        if FACTS[key].elsewhere:
            day = min(start, self.today)
            return day, day, day
        if proposed is None:
            fresh = status in ("proposed", "returned") and year == self.today.year
            first = max(start, self.today - dt.timedelta(days=75)) if fresh else start
            last = self.today - dt.timedelta(days=1) if fresh else dt.date(year, 6, 30)
            proposed = self._between(first, max(first, last))
        verified = min(proposed + dt.timedelta(days=rng.randint(3, 35)), dt.date(year, 12, 20), self.today)
        approved = min(verified + dt.timedelta(days=rng.randint(4, 30)), dt.date(year, 12, 24), self.today)
        return proposed, max(proposed, verified), max(proposed, approved)

    def _delivery_days(self, plan, year: int, days, elsewhere: bool) -> list[dt.date]:
        """Days of the stages that have come by today."""
        count, dates = len(plan.stages), []
        if count == 1:
            first = dt.date(year, 1, 10) if elsewhere else days[2]
            return [self._between(min(first, self.today), dt.date(year, 2, 20) if elsewhere else dt.date(year, 12, 22))]
        for stage in range(count):
            month = 1 + stage * 12 // count
            opens = dt.date(year, month, 5)
            closes = dt.date(year, month + 12 // count - 1, 26)
            if stage and opens > self.today:
                break
            dates.append(self._between(max(min(opens, self.today), dates[-1] if dates else opens), closes))
        return dates


class Actors:
    """Who enters, checks and approves: ids of demo users by agency and kelurahan."""

    def __init__(self, users: dict, operators: dict[str, str], approvers: dict[str, str], villages: dict[str, int]):
        """`villages`: region code → id of the operator there."""
        self.staff = users["staf"].pk
        self._operators = {key: users[name].pk for key, name in operators.items() if name in users}
        self._approvers = {key: users[name].pk for key, name in approvers.items() if name in users}
        self._villages = villages

    def operator(self, agency: str) -> int:
        """The operator of an agency, else the secretariat."""
        return self._operators.get(agency, self.staff)

    def approver(self, agency: str) -> int:
        """Who approves for an agency: never its operator."""
        return self._approvers.get(agency, self.staff)

    def village(self, region: str) -> int:
        """The operator of a kelurahan."""
        return self._villages.get(region, self.staff)


def _time(day: dt.date) -> str:
    return f"{day} 09:00:00+07"


def hash_of(text: str) -> int:
    """A small number out of a text, the same in every process."""
    return sum(ord(char) * (7 * i + 1) for i, char in enumerate(text))


_DRAWN = tuple(key for key, plan in PLANS.items() if any(plan.rates))


class AidDraw:
    """Draws the aid of one family over the years."""

    def __init__(self, rng: Random, log: AidLog, years: tuple[int, ...], villages: dict[str, dict]):
        self.rng, self.log, self.years = rng, log, years
        self.shift = {c: BY_VILLAGE.get(v["name"], CITY_COVERAGE) - CITY_COVERAGE for c, v in villages.items()}

    def draw(self, family: Family) -> bool:
        """Write the family's aid; returns whether it was reached in the last year."""
        rng, log, last = self.rng, self.log, self.years[-1]
        place = rng.random()  # where the family stands among its like: those reached once mostly stay so
        latent: dict = {}
        reached = False
        for index, year in enumerate(self.years):
            ago = last - year
            desil = family.desil if not ago else next((r for r in family.ranks if r), family.desil)
            if family.status_date and family.status_date.year < year:
                break
            share = self._share(family.region, desil, index)
            reached = (place if rng.random() > 0.04 else rng.random()) < share
            got = False
            if desil is None or desil > 5:
                if reached:
                    self._wrongly(family, year, desil)
                continue
            had_income = False
            for key in _DRAWN:
                plan = PLANS[key]
                rate = plan.rates[desil - 1] * plan.growth[index]
                if not rate or (plan.late and not ago):
                    continue
                if key == "blt" and had_income and rng.random() > 0.06:
                    continue
                once = plan.stages == ("Penyaluran",)
                for unit in plan.fits(family, ago):
                    chance = latent.setdefault((key, id(unit)), rng.random())
                    if once:  # a house is mended once: each year takes other units
                        chance -= index * rate
                    if chance < 0:
                        continue
                    if reached:
                        if chance < rate and self._enrol(key, year, family, unit, desil, ago):
                            got = True
                            had_income = had_income or key in ("pkh", "sembako")
                    elif chance < rate * 0.4 and not FACTS[key].elsewhere:
                        self._waiting(key, year, family, unit, desil, ago)
            if reached and not got:
                key = "sembako" if desil <= 4 else "pbi"
                person = None if key == "sembako" else family.people[0]
                if key == "sembako" or person.status == "active":
                    if person and not ago:
                        person.insurance = 1
                    log.add(key, year, family=family, person=person, desil=desil)
        return reached

    def _share(self, region: str, desil: int | None, index: int) -> float:
        if desil is None or desil > 5:
            return REACHED_OTHERS
        return REACHED[desil] + self.shift[region] + BY_YEAR[index]

    def _wrongly(self, family: Family, year: int, desil: int | None) -> None:
        """A family outside the target group that gets something all the same."""
        key = self.rng.choices(("sembako", "pkh", "blt"), (6, 3, 1))[0]
        why = "Diusulkan musyawarah kelurahan" if key == "blt" else ""
        self.log.add(key, year, family=family, desil=desil, override=why)

    def _enrol(self, key: str, year: int, family: Family, unit, desil: int, ago: int) -> bool:
        rng, log = self.rng, self.log
        person = unit if unit is not family else None
        if FACTS[key].elsewhere:
            draw = rng.random()
            status = "received" if draw > 0.022 else "stopped" if draw > 0.003 else "void"
            reason = {"stopped": _STOP_REASONS, "void": _VOID_REASONS}.get(status)
            if key == "pbi" and not ago:
                person.insurance = 1
            return log.add(
                key,
                year,
                family=family,
                person=person,
                desil=desil,
                status=status,
                reason=rng.choice(reason) if reason else "",
            )
        once = PLANS[key].stages == ("Penyaluran",)
        draw = rng.random()
        if ago or not once:
            limits = (("received", 0.92), ("rejected", 0.96), ("stopped", 0.985), ("void", 1.0))
        else:
            limits = (
                ("received", 0.55),
                ("approved", 0.73),
                ("verified", 0.84),
                ("proposed", 0.95),
                ("returned", 0.97),
                ("rejected", 1.0),
            )
        status = next(name for name, limit in limits if draw <= limit)
        return self._log_row(key, year, family, person, desil, status)

    def _waiting(self, key: str, year: int, family: Family, unit, desil: int, ago: int) -> None:
        """A row of a family that nothing was delivered to."""
        person = unit if unit is not family else None
        status = (
            "rejected"
            if ago
            else self.rng.choices(("proposed", "verified", "approved", "returned", "rejected"), (40, 25, 18, 5, 12))[0]
        )
        self._log_row(key, year, family, person, desil, status)

    def _log_row(self, key: str, year: int, family: Family, person, desil: int, status: str) -> bool:
        rng, log = self.rng, self.log
        reasons = {
            "rejected": _REJECT_REASONS,
            "returned": _RETURN_REASONS,
            "stopped": _STOP_REASONS,
            "void": _VOID_REASONS,
        }
        reason = rng.choice(reasons[status]) if status in reasons else ""
        shared = key == "rtlh" and status in ("approved", "received") and rng.random() < 0.45
        house = f"rumah-{year}-{family.uuid[:8]}" if shared else ""
        got = log.add(
            key, year, family=family, person=person, desil=desil, status=status, reason=reason, benefit_key=house
        )
        if shared:
            log.add("zakat_house", year, family=family, desil=desil, status=status, benefit_key=house)
        return got
