"""The annual plans of the demo city and what came of them, quarter by quarter: late, returned and missing ones too.

Beneficiaries and rupiah follow the assistance log; a part of the agencies is late, one was returned with remarks.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from core.models import Region, User
from programs.models import ProgramYear
from programs.plans.duties import usual_deadline
from programs.plans.quarters import Board, boards, quarter_end
from programs.plans.reading import with_plan
from programs.reference import PROGRAMS
from tkpkd.demo.copying import Copier
from tkpkd.demo.plan import PLANS
from tkpkd.demo.users import OPERATORS

FACTS = {fact.name: fact for fact in PROGRAMS}
# Programme, activity and sub-activity as a planning system would name them; made up where no code is known.
NAMES = {
    "sembako": (
        "Program Perlindungan dan Jaminan Sosial",
        "Pengelolaan Data Fakir Miskin",
        "Fasilitasi Bantuan Pangan",
    ),
    "pkh": ("Program Perlindungan dan Jaminan Sosial", "Pengelolaan Data Fakir Miskin", "Fasilitasi Bantuan Keluarga"),
    "blt": ("Program Perlindungan dan Jaminan Sosial", "Pengelolaan Data Fakir Miskin", "Bantuan Tunai Daerah"),
    "kube": ("Program Pemberdayaan Sosial", "Pengembangan Potensi Sumber Kesejahteraan Sosial", "Bantuan Modal KUBE"),
    "pbi": ("Program Pemenuhan Upaya Kesehatan", "Penyediaan Layanan Kesehatan", "Pengelolaan Jaminan Kesehatan"),
    "jamkesda": ("Program Pemenuhan Upaya Kesehatan", "Penyediaan Layanan Kesehatan", "Iuran Jamkesda"),
    "pip": ("Program Pengelolaan Pendidikan", "Pengelolaan Pendidikan Dasar", "Fasilitasi Program Indonesia Pintar"),
    "rtlh": ("Program Kawasan Permukiman", "Peningkatan Kualitas Permukiman", "Perbaikan Rumah Tidak Layak Huni"),
    "bsps": ("Program Kawasan Permukiman", "Peningkatan Kualitas Permukiman", "Pendampingan BSPS"),
    "neighbourhood": ("Program Kawasan Permukiman", "Peningkatan Kualitas Permukiman", "Bedah Kampung"),
    "toilet": ("Program Pengelolaan Air Limbah", "Pengelolaan Air Limbah Domestik", "Pembangunan Tangki Septik"),
    "communal_water": ("Program Penyediaan Air Minum", "Pengelolaan SPAM", "Pembangunan SPAM dan MCK Komunal"),
    "training": ("Program Pelatihan Kerja", "Pelaksanaan Pelatihan", "Pelatihan Berdasarkan Klaster Kompetensi"),
    "labour_works": ("Program Penempatan Tenaga Kerja", "Pelayanan Antar Kerja", "Perluasan Kesempatan Kerja"),
    "capital": ("Program Pemberdayaan Usaha Mikro", "Pemberdayaan Usaha Mikro", "Bantuan Modal Usaha Mikro"),
    "seed": ("Program Penyediaan Sarana Pertanian", "Pengawasan Sarana Pertanian", "Penyediaan Bibit dan Alat"),
}
UNITS = {"household": "keluarga", "person": "orang", "group": "kelompok", "area": "lokasi"}
HOUSES = frozenset({"rtlh", "bsps", "zakat_house"})
# Share of output and money that each quarter is to bring.
EVEN = (0.25, 0.25, 0.25, 0.25)
BUILT = (0.0, 0.25, 0.45, 0.3)  # works begin after the tender
ONCE = (0.9, 0.1, 0.0, 0.0)
RHYTHM = {
    **dict.fromkeys(("sembako", "pkh", "blt", "zakat"), EVEN),
    **dict.fromkeys(("pbi", "jamkesda"), ONCE),
}
PLACES = {"communal_water": 3, "neighbourhood": 3, "rtlh": 7, "toilet": 6}
# This year's plans that are not locked: programme → state.
UNFINISHED = {"zakat_house": "draft", "credit": "returned", "labour_works": "submitted", "zakat_capital": "verified"}
PLAN_REMARK = "Target belum dirinci menurut kelurahan; sesuaikan dengan daftar calon penerima."
# How the last quarter that ended stands: programme → state, "" = nothing came.
LAST = {
    "kube": "",
    "blt": "draft",
    "pip": "",
    "jamkesda": "",
    "rtlh": "returned",
    "zakat": "",
    "zakat_capital": "",
    "zakat_house": "",
    "training": "submitted",
    "labour_works": "submitted",
    "capital": "late",
    "credit": "",
    "toilet": "submitted",
    "seed": "submitted",
}
NEVER = frozenset({"zakat", "zakat_house"})  # Baznas did not report the first quarters of the first year
OBSTACLES = (
    ("Berkas penerima belum lengkap", "Pendampingan oleh kelurahan"),
    ("Harga bahan naik", "Penyesuaian rencana anggaran biaya"),
    ("Sebagian rekening tidak aktif", "Koordinasi dengan bank penyalur"),
    ("Lokasi belum siap", "Musyawarah dengan warga"),
)
RETURN_REMARK = "Realisasi DAK belum sesuai dengan laporan keuangan; lampirkan SP2D."
CORRECTED = "toilet"  # its second quarter of this year was corrected after it had been verified
CORRECTION = "Satu SP2D tertinggal pada rekapitulasi bendahara"


class Quarters:
    """Writes schedules, places, steps and realisations for the programme years that stand already."""

    def __init__(self, cursor, seed: int, today: dt.date, users: dict[str, User]):
        # A draw of its own: the rest of the city stays as it was.
        self.rng, self.today = Random(f"quarters {seed}"), today
        self.users = {key: users[name].pk for key, name in OPERATORS.items() if name in users}
        self.bappeda = users["bappeda"].pk
        self.places = Copier(cursor, "programs_planlocation", "id program_year_id region_id")
        self.schedule = Copier(cursor, "programs_planquarter", "id program_year_id quarter output money")
        self.steps = Copier(cursor, "programs_reviewstep", "id program_year_id quarter act by_id at remark before")
        self.rows = Copier(
            cursor,
            "programs_realisation",
            "id uuid program_year_id quarter state output beneficiaries from_log explanation obstacle follow_up"
            " submitted_at corrections version",
        )
        self.spent = Copier(cursor, "programs_realisationspending", "id realisation_id sponsor source amount")

    def write(self, villages: list[str], numbers) -> None:
        """Write everything; `numbers` gives public ids."""
        years = list(with_plan(ProgramYear.objects.order_by("year", "program__name", "pk")))
        regions = list(Region.objects.filter(pk__in=villages).order_by("pk").values_list("pk", flat=True))
        for year in years:
            self._plan(year, regions)
        ended = [q for q in (1, 2, 3, 4) if quarter_end(self.today.year, q) < self.today]
        for board in boards(years):
            if FACTS[board.program_year.program.name].key in PLANS:
                quarters = (1, 2, 3, 4) if board.program_year.year < self.today.year else ended
                self._quarters(board, quarters, numbers)
        for table in (self.places, self.schedule, self.steps, self.rows, self.spent):
            table.finish()

    def _step(self, year: ProgramYear, quarter: int | None, act: str, by: int, day: dt.date, remark="", before=None):
        at = f"{min(day, self.today)} {9 + self.rng.randint(0, 5):02d}:{self.rng.randint(0, 59):02d}:00+07"
        self.steps.add(self.steps.next_id(), year.pk, quarter, act, by, at, remark, before or {})
        return at

    def _operator(self, key: str) -> int:
        return self.users.get(FACTS_BY_KEY[key].owner, self.bappeda)

    def _plan(self, year: ProgramYear, regions: list[str]) -> None:
        key = FACTS[year.program.name].key
        if key not in PLANS:
            return
        count = PLACES.get(key, 0)
        for region in sorted(self.rng.sample(regions, min(count, len(regions)))):
            self.places.add(self.places.next_id(), year.pk, region)
        shares, ceiling = RHYTHM.get(key, BUILT), sum(each.ceiling for each in year.ceilings)
        output = _split(year.target or 0, ONCE if shares is EVEN else shares)
        money = _split(ceiling, shares)
        for quarter in (1, 2, 3, 4):
            self.schedule.add(self.schedule.next_id(), year.pk, quarter, output[quarter - 1], money[quarter - 1])
        state, operator = year.plan_state, self._operator(key)
        begin = dt.date(year.year, 1, self.rng.randint(6, 24))
        if state != "draft":
            self._step(year, None, "submit", operator, begin)
        if state == "returned":
            self._step(year, None, "return", self.bappeda, begin + dt.timedelta(days=4), PLAN_REMARK)
        if state in ("verified", "locked"):
            self._step(year, None, "verify", self.bappeda, begin + dt.timedelta(days=5))
        if state == "locked":
            self._step(year, None, "lock", self.bappeda, begin + dt.timedelta(days=20))

    def _quarters(self, board: Board, quarters, numbers) -> None:
        year = board.program_year
        key = FACTS[year.program.name].key
        now = year.year == self.today.year
        for quarter in quarters:
            last = now and quarter == max(quarters)
            state = LAST.get(key, "verified") if last else "verified"
            if not state or (key in NEVER and year.year < self.today.year - 1 and quarter < 3):
                continue
            corrected = now and key == CORRECTED and quarter == 2
            self._quarter(board, key, quarter, state, numbers, corrected=corrected, last=quarter == max(quarters))

    def _quarter(
        self, board: Board, key: str, quarter: int, state: str, numbers, *, corrected: bool, last: bool
    ) -> None:
        rng, year, log = self.rng, board.program_year, board.log[quarter]
        due = usual_deadline(year.year, f"q{quarter}")
        late = state == "late" or (state == "verified" and rng.random() < 0.08)
        day = due + dt.timedelta(days=rng.randint(2, 12)) if late else due - dt.timedelta(days=rng.randint(0, 7))
        day = min(self.today, max(day, quarter_end(year.year, quarter) + dt.timedelta(days=1)))
        at = None
        if state != "draft":
            at = self._step(year, quarter, "submit", self._operator(key), day)
        if state == "returned":
            self._step(year, quarter, "return", self.bappeda, day + dt.timedelta(days=3), RETURN_REMARK)
        if state == "verified":
            self._step(year, quarter, "verify", self.bappeda, day + dt.timedelta(days=rng.randint(2, 6)))
        spent = self._spending(board, log.money)
        proposed = board.proposed(quarter)
        people, explanation = proposed, ""
        if proposed is None:
            people = log.units * 46  # households that a work in an area serves
        elif last and proposed > 20 and rng.random() < 0.2:  # in a last quarter: a later one would have to explain less
            people = proposed + rng.randint(1, 4)
            explanation = "Berita acara penyerahan belum seluruhnya dicatat di daftar penerima"
        obstacle, follow_up = rng.choice(OBSTACLES) if rng.random() < 0.22 else ("", "")
        self.rows.add(
            self.rows.next_id(),
            numbers.uuid(),
            year.pk,
            quarter,
            "submitted" if state == "late" else state,
            log.units,
            people,
            proposed,
            explanation,
            obstacle,
            follow_up,
            at,
            1 if corrected else 0,
            3 if corrected else 2,
        )
        for (sponsor, source), amount in spent.items():
            self.spent.add(self.spent.next_id(), self.rows.last_id, sponsor, source, amount)
        if corrected:
            before = {f"spent_{sponsor}_{source}": max(0, n - 7_500_000) for (sponsor, source), n in spent.items()}
            before |= {"output": max(0, log.units - 1), "beneficiaries": max(0, (people or 0) - 1)}
            self._step(year, quarter, "correct", self._operator(key), day + dt.timedelta(20), CORRECTION, before)
            self._step(year, quarter, "verify", self.bappeda, day + dt.timedelta(days=24))

    def _spending(self, board: Board, money: int) -> dict[tuple[str, str], int]:
        """What the log says was handed over, by source in the proportion of the ceilings and never above them."""
        whole = board.ceiling or 1
        return {source: min(ceiling, money * ceiling // whole) for source, ceiling in board.ceilings.items()}


FACTS_BY_KEY = {fact.key: fact for fact in PROGRAMS}


def _split(whole: int, shares: tuple[float, ...]) -> list[int]:
    """`whole` in four parts that add up to it."""
    parts = [int(whole * share) for share in shares[:-1]]
    last = whole - sum(parts)
    if not shares[-1]:  # nothing comes in the last quarter: the rest belongs to the first
        return [parts[0] + last, *parts[1:], 0]
    return [*parts, last]


def plan_columns(key: str, unit: str, year: int, today: dt.date) -> tuple[str, str, str, str, str]:
    """Names of the plan, unit of the indicator and state of a programme year, for its row."""
    program, activity, sub = NAMES.get(key, ("", "", ""))
    state = UNFINISHED.get(key, "locked") if year == today.year else "locked"
    return program, activity, sub, "rumah" if key in HOUSES else UNITS[unit], state
