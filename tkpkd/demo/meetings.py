"""Writes the meetings of the demo city (`tkpkd.demo.agenda`): decisions with frozen lists, items, people, letters."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.models import Region, User
from households.models import HouseholdSet
from meetings.actions import snapshots
from meetings.actions.notices import owners
from meetings.choices import UNFINISHED
from meetings.models import (
    ActionItem,
    ActionUpdate,
    AgendaItem,
    Attendance,
    Decision,
    DecisionAgency,
    DecisionProgram,
    Invitation,
    Letter,
    Meeting,
    Notice,
    Series,
    TeamMember,
    Topic,
)
from programs.models import ProgramYear
from tkpkd import reference
from tkpkd.demo.agenda import Chosen, Held, Made, Task, plan, renamed
from tkpkd.demo.people import Numbers
from tkpkd.demo.team import make_letters, make_team
from tkpkd.demo.users import OPERATORS

HALL = "Aula Bapperida"
PLACES = ("Laing", "Nan Balimo", "Tanah Garam")
FOUNDED = 2021
# Of every coordination meeting besides the agencies: people from outside, and who receives a copy (tembusan).
GUESTS = (
    {"name": "Wakil dunia usaha (contoh)", "organisation": "Forum CSR"},
    {"name": "Dosen (contoh)", "organisation": "Perguruan tinggi", "email": "dosen@demo.invalid"},
    {"position": "Wali Kota", "copy_only": True},
    {"position": "Ketua DPRD", "copy_only": True},
)
BASIS = "Permendagri 53 Tahun 2020"
# Since the decision: `share` percent of the list came into the programme, a part of them already received. A programme
# of persons takes the head.
FOLLOW = """
WITH row AS (
  SELECT h.id, h.desil, h.region_id, m.id AS head, row_number() OVER (ORDER BY h.id) AS n, count(*) OVER () AS whole
  FROM households_householdsetrow r JOIN households_household h ON h.id = r.household_id AND h.status = 'active'
  JOIN LATERAL (SELECT id FROM households_member m WHERE m.household_id = h.id AND m.status = 'active'
                  AND m.merged_into_id IS NULL ORDER BY (m.relation = 1) DESC NULLS LAST, m.id LIMIT 1) m ON true
  WHERE r.set_id = %(set)s AND NOT EXISTS (
    SELECT FROM programs_enrolled e WHERE e.household_id = h.id AND e.program_year_id = %(year)s)
), came AS (
  INSERT INTO programs_assistance (uuid, program_year_id, household_id, member_id, counts_for_id, household_then_id,
    desil_then, region_then_id, status, status_reason, status_at, proposed_at, decree_number, period, amount,
    benefit_key, note, override_reason)
  SELECT md5(%(key)s || row.id)::uuid, %(year)s, CASE WHEN %(person)s THEN NULL ELSE row.id END,
    CASE WHEN %(person)s THEN row.head END, row.id, row.id, row.desil, row.region_id,
    CASE WHEN row.n <= row.whole * %(got)s / 100 THEN 'received' ELSE 'proposed' END, '', %(at)s, %(at)s,
    '', '', CASE WHEN row.n <= row.whole * %(got)s / 100 THEN %(amount)s::bigint END, '', 'Keputusan rapat', ''
  FROM row WHERE row.n <= row.whole * %(share)s / 100
  RETURNING id, status
)
INSERT INTO programs_delivery (uuid, assistance_id, stage, date, amount, goods, proof, at, void, void_reason)
SELECT md5(%(key)s || 'd' || came.id)::uuid, came.id, 1, %(day)s, %(amount)s, '', '', %(at)s, false, ''
FROM came WHERE came.status = 'received'"""
FREEZE = """
INSERT INTO households_householdsetrow (set_id, household_id, desil_then, region_then, "then")
SELECT %(set)s, h.id, h.desil, h.region_id, jsonb_build_object('size', h.size, 'status', h.status)
FROM households_household h
WHERE h.merged_into_id IS NULL AND h.region_id LIKE %(area)s AND h.desil BETWEEN %(low)s AND %(high)s
  AND (h.status = 'active' OR h.status_date > %(day)s)
  AND (NOT %(nothing)s OR NOT EXISTS (
    SELECT FROM programs_reached d
    WHERE d.household_id = h.id AND d.date BETWEEN date_trunc('year', %(day)s::date) AND %(day)s))
ORDER BY h.id"""


class DemoMeetings:
    """Writes the meetings of one demo city. `numbers`: gives public ids; same seed and day, same rows."""

    def __init__(self, users: dict[str, User], numbers: Numbers, today: dt.date):
        self.users, self.numbers, self.today = users, numbers, today
        self.staff = users["bappeda"]
        self.agencies = reference.agencies_by_key()
        self.villages = {r.name: r for r in Region.objects.in_area(settings.HOME_REGION).villages()}
        programs = reference.programs_by_key()
        years = ProgramYear.objects.filter(program__in=programs.values()).select_related("program")
        by_pk = {(y.program_id, y.year): y for y in years}
        self.years = {
            (key, year): row for key, p in programs.items() for (pk, year), row in by_pk.items() if pk == p.pk
        }
        self.series: dict[str, Series] = {}
        self.decisions: dict[str, Decision] = {}
        self.sequence: dict[int, int] = {}
        self.letters: dict[int, int] = {}
        self.assistance = self.deliveries = 0

    def write(self) -> None:
        """Everything: the team's decree, series, meetings with what came of them, topics that wait."""
        make_team(self.users, self.agencies, self.numbers, self.today)
        for name, kind, agenda, ended in (
            ("Rakor TKPKD", "rakor", ["Kesenjangan sasaran", "Realisasi program"], None),
            ("Kelompok program A", "group", ["Penerima dan sasaran"], None),
            ("Musyawarah kelurahan", "village", ["Daftar keluarga per RT", "Usulan dan sanggahan", "Penetapan"], None),
            ("Monitoring dan evaluasi", "monev", ["Realisasi per program", "Kunjungan lapangan"], None),
            ("Rapat teknis data P3KE", "technical", ["Pemadanan NIK"], dt.date(self.today.year - 1, 12, 31)),
        ):
            self.series[name] = Series.objects.create(
                uuid=self.numbers.uuid(),
                name=name,
                kind=kind,
                agenda=agenda,
                basis=BASIS,
                place=HALL,
                agency=self.agencies.get("planning"),
                ended=ended,
            )
        for held in self._plan():
            self._meeting(held)
        make_letters(self.staff, self.numbers, self.today)
        self._direction()
        self._notices()
        for title, agency in (("Air bersih di Batu Kubung", "works"), ("Data penyandang disabilitas", "social")):
            Topic.objects.create(uuid=self.numbers.uuid(), title=title, agency=self.agencies.get(agency), by=None)

    def _notices(self) -> None:
        """What was said in the application when the items of the last months were handed out; mailed already."""
        since = self._at(self.today - dt.timedelta(days=150))
        rows = [
            Notice(
                user=person,
                item=item,
                kind="assigned",
                key=f"assigned:{item.uuid}",
                at=item.at,
                read_at=item.at + dt.timedelta(days=1) if item.reported else None,
                mailed_on=timezone.localtime(item.at).date(),
            )
            for item in ActionItem.objects.filter(state__in=UNFINISHED, at__gte=since).order_by("pk")
            for person in owners(item).order_by("pk")
        ]
        Notice.objects.bulk_create(rows)

    def _direction(self) -> None:
        """One sentence of the leadership that the secretariat has not completed yet."""
        text = f"Tuntaskan NIK kosong di {next(iter(sorted(self.villages)), 'kota')} sebelum daftar PBI-JK ditetapkan"
        at = self._at(self.today - dt.timedelta(days=1), 16)
        item = ActionItem.objects.create(
            uuid=self.numbers.uuid(),
            year=self.today.year,
            title=text,
            text=text,
            state="draft",
            by=self.users["pimpinan"],
            at=at,
        )
        ActionUpdate.objects.create(item=item, kind="created", text="Arahan pimpinan", by=self.users["pimpinan"], at=at)

    def _plan(self) -> list[Held]:
        """The meetings with the city's own kelurahan; that of 2021 was Solok's."""
        held = plan(self.today)
        if all(name in self.villages for name in PLACES):
            return held
        own = sorted(self.villages)
        names = {name: own[n % len(own)] for n, name in enumerate(PLACES)}
        return renamed([each for each in held if each.day is None or each.day.year > FOUNDED], names)

    def _at(self, day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))

    def _meeting(self, held: Held) -> None:
        past = held.day is not None and held.day <= self.today
        state = held.state if held.state and not (held.state == "postponed" and not past) else ""
        state = state or ("final" if past else "planned")
        if state == "final" and held.day > self.today - dt.timedelta(days=5):
            state = "held"
        starts = self._at(held.day) if held.day else None
        final = self._at(held.day + dt.timedelta(days=3), 14) if state == "final" else None
        row = Meeting.objects.create(
            uuid=self.numbers.uuid(),
            kind=held.kind,
            title=held.title,
            series=self.series.get(held.series),
            year=held.day.year if held.day else held.year,
            month=held.day.month if held.day else held.month,
            starts=starts,
            ends=self._at(held.day, 11, 40) if held.day else None,
            place=f"Kantor Lurah {held.village}" if held.village else HALL,
            basis=BASIS,
            papers_due=held.papers,
            agency=self.agencies.get("planning"),
            region=self.villages.get(held.village),
            group=held.group,
            signer=TeamMember.objects.in_force(held.day).filter(post="Ketua").first()
            if held.day and held.kind == "rakor"
            else None,
            chair=f"Lurah {held.village}" if held.village else "Wakil Wali Kota",
            secretary="Kepala Bapperida",
            note_taker="" if held.day and held.day.year < self.today.year - 2 else self.staff.full_name,
            state=state,
            state_reason=held.reason if state in ("cancelled", "postponed") else "",
            sequence=1 if state in ("cancelled", "postponed") else 0,
            final_at=final,
            final_by=self.staff if final else None,
            created_by=self.staff,
            **self._approved(held, final),
        )
        self._agenda(row, held, state)
        self._people(row, held, state)
        if state in ("held", "final"):
            for made in held.decisions:
                self._decision(row, held, made)
            for task in held.tasks:
                self._task(row, held, task, None)

    def _approved(self, held: Held, final) -> dict:
        recent = held.day is not None and (self.today - held.day).days < 70
        if final is None or recent:
            return {}
        return {"approved_at": final + dt.timedelta(days=2), "approved_by": self.users["pimpinan"]}

    def _agenda(self, row: Meeting, held: Held, state: str) -> None:
        points = list(held.agenda)
        earlier = Meeting.objects.filter(series=row.series, year__gte=2022).exclude(pk=row.pk) if row.series else None
        self.items: dict[str, AgendaItem] = {}
        order = 0
        if earlier is not None and earlier.exists():
            order = 1
            AgendaItem.objects.create(
                uuid=self.numbers.uuid(),
                meeting=row,
                order=1,
                title="Tindak lanjut rapat sebelumnya",
                follow_up=True,
                finished=True if state == "final" else None,
                text="Matriks tindak lanjut dibacakan." if state == "final" else "",
            )
            if state in ("planned", "invited"):
                order += self._carried(row, order)
        for title, text in points:
            order += 1
            self.items[title] = AgendaItem.objects.create(
                uuid=self.numbers.uuid(),
                meeting=row,
                order=order,
                title=title,
                text=text if row.final_at else "",
                text_by=self.staff if row.final_at and text else None,
                text_at=row.final_at if text else None,
                text_version=1 if row.final_at and text else 0,
                finished=bool(text) if state == "final" else None,
            )

    def _carried(self, row: Meeting, order: int) -> int:
        old = AgendaItem.objects.filter(
            meeting__series=row.series, meeting__state="final", finished=False, meeting__year=self.today.year
        ).order_by("meeting__starts", "order")
        n = 0
        for item in old:
            n += 1
            AgendaItem.objects.create(
                uuid=self.numbers.uuid(), meeting=row, order=order + n, title=item.title, carried_from=item
            )
        return n

    def _people(self, row: Meeting, held: Held, state: str) -> None:
        if state in ("planned", "postponed"):
            return
        sent = row.starts - dt.timedelta(days=7) if state != "invited" else self._at(self.today, 8)
        invited = [
            Invitation(
                uuid=self.numbers.uuid(),
                meeting=row,
                order=n,
                agency=self.agencies[key],
                sent_at=sent,
                **self._answer(key, n, held, state, sent),
            )
            for n, key in enumerate((k for k in held.invited if k in self.agencies), 1)
        ]
        if held.kind == "rakor" and row.year > FOUNDED:
            invited += [
                Invitation(
                    uuid=self.numbers.uuid(), meeting=row, order=80 + n, sent_at=sent, answer="none", **GUESTS[n]
                )
                for n in range(len(GUESTS))
            ]
        if held.village:
            invited.append(
                Invitation(
                    uuid=self.numbers.uuid(), meeting=row, order=90, region=self.villages[held.village], sent_at=sent
                )
            )
        Invitation.objects.bulk_create(invited)
        self._letter(row, sent)
        if state not in ("held", "final"):
            return
        keys = {a.pk: key for key, a in self.agencies.items()}
        Attendance.objects.bulk_create(
            Attendance(
                uuid=self.numbers.uuid(),
                meeting=row,
                invitation=i,
                name=f"Sekretaris {i.agency.short_name}" if n % 9 == 4 and i.agency else i.name or i.label,
                organisation=i.organisation or i.label,
                agency=i.agency,
                substitute=n % 9 == 4 and i.agency is not None,
                late=n % 7 == 5,
                by=self.staff,
                at=row.starts,
            )
            for n, i in enumerate(invited)
            if not i.copy_only and i.answer != "decline" and keys.get(i.agency_id) not in held.absent
        )

    def _answer(self, key: str, n: int, held: Held, state: str, sent: dt.datetime) -> dict:
        """What an agency answered: the first of the absent said why, the others nothing; not all have answered yet."""
        if key in held.absent:
            excused = key == held.absent[0]
            return {"answer": "decline", "answer_reason": "Dinas luar", "answered_at": sent} if excused else {}
        if state == "invited" and n % 3 == 0:
            return {}
        if state == "invited" and n % 5 == 2:
            return {"answer": "substitute", "substitute": "Sekretaris dinas", "answered_at": sent}
        return {"answer": "come", "answered_at": sent}

    def _letter(self, row: Meeting, sent: dt.datetime) -> None:
        day = timezone.localtime(sent).date()
        n = self.letters[day.year] = self.letters.get(day.year, 0) + 1
        Letter.objects.create(
            uuid=self.numbers.uuid(),
            year=day.year,
            kind="invitation",
            sequence=n,
            date=day,
            meeting=row,
            by=self.staff,
            number=f"005/{n}/Bapperida/{day.year}",
            subject=f"Undangan {row.title}",
            counterpart="Daftar terlampir",
        )

    def _decision(self, row: Meeting, held: Held, made: Made) -> None:
        n = self.sequence[row.year] = self.sequence.get(row.year, 0) + 1
        at = row.starts + dt.timedelta(minutes=75)
        number = f"{n}/KEP/TKPKD/{row.year}"
        decision = Decision(
            uuid=self.numbers.uuid(),
            meeting=row,
            year=row.year,
            sequence=n,
            number=number,
            title=made.title,
            text=made.text,
            due=held.day + dt.timedelta(days=made.due),
            by=self.staff,
            at=at,
            region=row.region,
            item=next(iter(self.items.values()), None),
            replaces=self.decisions.get(made.replaces),
            state="withdrawn" if made.withdrawn else "in_force",
            state_reason=made.withdrawn,
        )
        if made.chosen:
            decision.household_set = self._freeze(made.chosen, number, at)
            decision.source = made.chosen.words
        decision.save()
        self.decisions[made.title] = decision
        if decision.replaces:
            old = decision.replaces
            old.state, old.state_reason, old.state_at = "replaced", f"Diganti oleh {number}", at
            old.save(update_fields=["state", "state_reason", "state_at"])
        DecisionAgency.objects.bulk_create(
            DecisionAgency(decision=decision, agency=self.agencies[key]) for key in made.agencies
        )
        for key in made.programs:
            program_year = self._program(key, decision.due.year) or self._program(key, row.year)
            if program_year:
                DecisionProgram.objects.create(decision=decision, program_year=program_year)
        if made.wish:
            DecisionProgram.objects.create(decision=decision, wish=made.wish)
        for key, share, got in made.since:
            self._since(decision, key, share, got)
        for task in made.tasks:
            self._task(row, held, task, decision)

    def _since(self, decision: Decision, key: str, share: int, got: int) -> None:
        """Let a part of the list come into the programme after the decision."""
        program_year = self._program(key, decision.year)
        day = timezone.localtime(decision.at).date() + dt.timedelta(days=18)
        if program_year is None or day > self.today:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM programs_assistance")
            before = cursor.fetchone()[0]
            cursor.execute(
                FOLLOW,
                {
                    "set": decision.household_set_id,
                    "year": program_year.pk,
                    "person": program_year.program.benefit_unit == "person",
                    "key": f"{decision.uuid}{key}",
                    "share": share,
                    "got": got,
                    "amount": program_year.unit_amount or 0,
                    "at": self._at(day, 10),
                    "day": day,
                },
            )
            self.deliveries += cursor.rowcount
            cursor.execute("SELECT count(*) FROM programs_assistance")
            self.assistance += cursor.fetchone()[0] - before

    def _program(self, key: str, year: int) -> ProgramYear | None:
        return self.years.get((key, year))

    def _freeze(self, chosen: Chosen, number: str, at: dt.datetime) -> HouseholdSet:
        made = HouseholdSet.objects.create(
            uuid=self.numbers.uuid(),
            name=f"Keputusan {number}",
            owner=self.staff,
            shared=True,
            frozen_at=at,
            description=chosen.words,
        )
        region = self.villages.get(chosen.area)
        day = timezone.localtime(at).date()
        with connection.cursor() as cursor:
            cursor.execute(
                FREEZE,
                {
                    "set": made.pk,
                    "area": region.pk if region else "%",
                    "low": chosen.low,
                    "high": chosen.high,
                    "day": day,
                    "nothing": chosen.nothing,
                },
            )
        snapshots.take(made.pk, day=day)
        return made

    def _task(self, row: Meeting, held: Held, task: Task, decision: Decision | None) -> None:
        due = first = held.day + dt.timedelta(days=task.due)
        if task.extended:
            due = first + dt.timedelta(days=task.extended)
        done_on = held.day + dt.timedelta(days=task.done) if task.done else None
        closed = done_on is not None and done_on <= self.today
        year = (
            decision.due.year
            if decision and task.program and self._program(task.program, decision.due.year)
            else row.year
        )
        item = ActionItem.objects.create(
            uuid=self.numbers.uuid(),
            year=row.year,
            meeting=row,
            decision=decision,
            agenda_item=decision.item if decision else next(iter(self.items.values()), None),
            title=task.title,
            agency=self.agencies[task.agency] if task.agency else None,
            region=self.villages.get(task.village),
            due=due,
            first_due=first,
            extensions=1 if task.extended else 0,
            asked_due=due + dt.timedelta(days=task.asked) if task.asked and not closed else None,
            priority=task.priority,
            area=self.villages.get(task.area),
            measure=task.measure,
            program_year=self._program(task.program, year) if task.program else None,
            household_set=decision.household_set if task.measure in ("received", "enrolled") else None,
            goal_percent=task.percent,
            quarter=task.quarter,
            reported=task.reported if task.measure == "free" else None,
            obstacle="" if closed else task.obstacle,
            proof=task.proof,
            state="done" if closed else "proposed" if task.proposed else "open",
            proposed_at=self._at(held.day + dt.timedelta(days=task.due)) if task.proposed else None,
            done_at=self._at(done_on, 15) if closed else None,
            done_by=self.staff if closed else None,
            against_number=bool(closed and task.against),
            close_reason=task.against if closed else "",
            by=self.staff,
            at=row.starts + dt.timedelta(hours=2),
        )
        self._updates(item, row, task, first, closed)

    def _updates(self, item: ActionItem, row: Meeting, task: Task, first: dt.date, closed: bool) -> None:
        updates = [ActionUpdate(item=item, kind="created", by=self.staff, at=item.at)]
        agency = self.users.get(OPERATORS.get(task.agency, ""))
        half = min(self._at(first - dt.timedelta(days=max(1, task.due // 3))), self._at(self.today, 8))
        if task.reported and not closed:
            updates.append(
                ActionUpdate(
                    item=item, kind="progress", percent=task.reported, text="Laporan berkala.", by=agency, at=half
                )
            )
        if task.obstacle:
            updates.append(ActionUpdate(item=item, kind="obstacle", text=task.obstacle, by=agency, at=half))
        if task.extended:
            updates.append(
                ActionUpdate(
                    item=item, kind="granted", text="Data belum lengkap.", new_due=item.due, by=self.staff, at=half
                )
            )
        if item.asked_due:
            updates.append(
                ActionUpdate(
                    item=item,
                    kind="extension",
                    text=task.obstacle or "Perlu waktu.",
                    new_due=item.asked_due,
                    by=agency,
                    at=half,
                )
            )
        if closed:
            kind = "against" if task.against else "confirmed"
            updates.append(ActionUpdate(item=item, kind=kind, text=task.against, by=self.staff, at=item.done_at))
        ActionUpdate.objects.bulk_create(updates)


def make_meetings(users: dict[str, User], numbers: Numbers, today: dt.date) -> tuple[int, int]:
    """Write the meetings of the demo city, inside the caller's history.

    Returns how many rows of the log and deliveries followed from decisions.
    """
    made = DemoMeetings(users, numbers, today)
    made.write()
    return made.assistance, made.deliveries
