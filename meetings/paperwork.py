"""What the papers of a meeting say: undangan, daftar hadir, notula, berita acara, lembar tugas.

One content, set twice: as PDF by typst and as DOCX to edit. Papers speak Indonesian, whatever language the pages have.
A paper is a list of blocks: what was typed goes in as data and can never become markup.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from core import papers
from core.dates import tanggal
from core.exports import masked
from core.models import CitySettings
from core.rupiah import thousands
from meetings import matrix
from meetings.models import ActionItem, Decision, Letter, Meeting
from meetings.people import attendance_of

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MOST_HOUSEHOLDS = 3000
LONG_LIST = 8  # more addressees than these stand on a page of their own
EMPTY_LINES = 10  # of the attendance sheet, for who comes without being on the list
NOBODY = {"office": "", "place": "", "name": "", "rank": "", "nip": ""}


@dataclass
class Paper:
    """A paper. `blocks`: dicts of `kind`, `after` (mm) and their data; `rows`: households named in it."""

    title: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    landscape: bool = False
    with_kop: bool = True
    rows: int = 0

    def add(self, kind: str, *, after: float = 3, **data) -> None:
        """Append a block."""
        self.blocks.append({"kind": kind, "after": after, **data})


@dataclass(frozen=True)
class Kind:
    """A paper there is. `letter`: kind of the register's letter that numbers it, "" = none."""

    key: str
    label: Any
    hint: Any
    build: Callable
    letter: str = ""


def day_words(moment: dt.datetime | None) -> str:
    """`Jumat, 2 Oktober 2026`."""
    if moment is None:
        return "(hari belum ditetapkan)"
    local = timezone.localtime(moment)
    return f"{DAYS[local.weekday()]}, {tanggal(local.date())}"


def time_words(meeting: Meeting) -> str:
    """`09.00–11.40 WIB`, `09.00 WIB s.d. selesai`."""
    if meeting.starts is None:
        return ""
    start = timezone.localtime(meeting.starts)
    if meeting.ends:
        return f"{start:%H.%M}–{timezone.localtime(meeting.ends):%H.%M} WIB"
    return f"{start:%H.%M} WIB s.d. selesai"


def _invited(meeting: Meeting, *, copy_only: bool):
    rows = meeting.invitations.filter(copy_only=copy_only).select_related("agency", "region", "attendance")
    return rows.order_by("order", "pk")


def _names(meeting: Meeting, *, copy_only: bool) -> list[str]:
    found = []
    for row in _invited(meeting, copy_only=copy_only):
        if row.name or row.organisation:
            found.append(", ".join(filter(None, (row.name, row.position, row.organisation))))
        elif row.agency:
            found.append(f"{'Kepala' if row.agency.kind == 'opd' else 'Pimpinan'} {row.agency.name}")
        else:
            found.append(f"{'Lurah' if row.region.is_village else 'Camat'} {row.region.name}")
    return found


def _facts(meeting: Meeting) -> list[list[str]]:
    return [
        ["Hari, tanggal", day_words(meeting.starts)],
        ["Waktu", time_words(meeting)],
        ["Tempat", meeting.place or meeting.link or "—"],
    ]


def _agenda(meeting: Meeting) -> list[str]:
    return list(meeting.agenda.order_by("order").values_list("title", flat=True))


def _signed_by(office: str, name: str) -> dict[str, str]:
    return NOBODY | {"office": office, "name": name}


# --- undangan and daftar hadir ---------------------------------------------------------------------------------------


def invitation(meeting: Meeting, letter: Letter | None) -> Paper:
    """Surat undangan."""
    city = CitySettings.load()
    paper = Paper("Undangan")
    day = letter.date if letter else timezone.localdate()
    paper.add("place", text=f"{city.place if city else ''}, {tanggal(day)}")
    names, copies = _names(meeting, copy_only=False), _names(meeting, copy_only=True)
    long = len(names) > LONG_LIST
    head = [
        ["Nomor", letter.number if letter else ""],
        ["Sifat", letter.get_sifat_display() if letter else "Biasa"],
        ["Lampiran", "1 (satu) lembar" if long else "—"],
        ["Hal", f"Undangan {meeting.title}"],
    ]
    paper.add("pairs", width=24, rows=head, after=5)
    to = ["Daftar terlampir"] if long else names or ["(belum ada)"]
    paper.add("to", names=to, place="tempat", indent=80, after=5)
    basis = f"berdasarkan {meeting.basis}, " if meeting.basis else ""
    paper.add("text", text=f"Dengan hormat, {basis}kami mengundang Saudara untuk hadir pada:")
    agenda = "; ".join(_agenda(meeting)) or meeting.purpose or meeting.title
    paper.add("pairs", width=30, rows=[*_facts(meeting), ["Acara", agenda]], after=4)
    paper.add("text", text="Demikian disampaikan, atas kehadiran Saudara diucapkan terima kasih.", after=2)
    paper.add("sign", left=NOBODY, right=papers.signer() | {"place": ""})
    if copies:
        paper.add("copies", names=copies)
    if long:
        paper.add("page", after=0)
        paper.add("title", lines=["Daftar undangan", meeting.title])
        paper.add("list", names=names)
    return paper


def attendance_sheet(meeting: Meeting, letter: Letter | None) -> Paper:
    """Daftar hadir with room to sign."""
    paper = Paper("Daftar hadir")
    paper.add("title", lines=["Daftar hadir", meeting.title])
    paper.add("pairs", width=30, rows=_facts(meeting))
    rows = []
    for row in _invited(meeting, copy_only=False):
        here = getattr(row, "attendance", None)
        name = here.name if here and not here.withdrawn else row.substitute or row.name
        place = row.organisation or (row.agency.name if row.agency else str(row.region or ""))
        rows.append(["" if name == place else name, " / ".join(filter(None, (place, row.position)))])
    guests = meeting.attendance.filter(withdrawn=False, invitation__isnull=True).order_by("pk")
    rows += [[g.name, " / ".join(filter(None, (g.organisation, g.position)))] for g in guests]
    paper.add("signed", rows=rows + [["", ""]] * EMPTY_LINES)
    return paper


# --- notula ----------------------------------------------------------------------------------------------------------

_TASK_COLUMNS = [
    {"label": "No.", "width": 10, "align": "center"},
    {"label": "Tindak lanjut", "width": 0, "align": "left"},
    {"label": "Penanggung jawab", "width": 42, "align": "left"},
    {"label": "Target", "width": 30, "align": "left"},
    {"label": "Kemajuan", "width": 30, "align": "left"},
]


def minutes(meeting: Meeting, letter: Letter | None) -> Paper:
    """Notula."""
    paper = Paper("Notula")
    paper.add("title", lines=["Notula", meeting.title])
    found = attendance_of(meeting)
    present = f"{thousands(found.present)} hadir dari {thousands(found.invited)} undangan (daftar hadir terlampir)"
    rows = [
        ["Dasar", meeting.basis or "—"],
        *_facts(meeting),
        ["Pimpinan rapat", meeting.chair or "—"],
        ["Notulis", meeting.note_taker or "—"],
        ["Peserta", present],
    ]
    paper.add("pairs", width=34, rows=rows)
    paper.add("heading", text="Agenda", after=0)
    paper.add("list", names=_agenda(meeting) or ["—"])
    paper.add("heading", text="Pembahasan", after=0)
    for item in meeting.agenda.order_by("order").prefetch_related("amendments"):
        paper.add("heading", text=f"{item.order}. {item.title}", after=0)
        paper.add("text", text=item.text or "—", after=1)
        for each in item.amendments.all():
            paper.add("text", text=_amendment(each), after=1)
    for each in meeting.amendments.filter(item__isnull=True).order_by("number"):
        paper.add("text", text=_amendment(each))
    decisions = list(meeting.decisions.order_by("sequence").select_related("household_set"))
    if decisions:
        paper.add("heading", text="Keputusan", after=0)
        paper.add("list", names=[_decision_line(d) for d in decisions])
    items = _items(meeting)
    if items:
        paper.add("heading", text="Tindak lanjut", after=0)
        paper.add("table", columns=_TASK_COLUMNS, rows=_task_rows(items))
    _sign_minutes(paper, meeting)
    return paper


def _amendment(amendment) -> str:
    return f"Perbaikan {amendment.number}: {amendment.text} ({amendment.reason})"


def _sign_minutes(paper: Paper, meeting: Meeting) -> None:
    paper.add("sign", left=_signed_by("Pimpinan rapat", meeting.chair), right=_signed_by("Notulis", meeting.note_taker))


def _decision_line(decision: Decision) -> str:
    text = f"{decision.number}: {decision.text}"
    if decision.household_set:
        text += f" (daftar terkunci: {thousands(decision.household_set.rows.count())} keluarga)"
    return text if decision.state == "in_force" else f"{text} [{decision.state_reason}]"


def _items(meeting: Meeting) -> list[ActionItem]:
    return list(
        meeting.items.exclude(state__in=["draft", "cancelled"])
        .select_related("agency", "region", "owner", "decision", "meeting", "program_year__program")
        .order_by("due", "pk")
    )


def _task_rows(items: list[ActionItem]) -> list[list[str]]:
    return [[str(row[0]), row[2], row[3], row[4], row[5]] for row in matrix.rows(items, whole=True)]


# --- berita acara and lembar tugas -----------------------------------------------------------------------------------

_HOUSEHOLD_COLUMNS = [
    {"label": "No.", "width": 10, "align": "center"},
    {"label": "Kepala keluarga", "width": 0, "align": "left"},
    {"label": "No. KK", "width": 38, "align": "left"},
    {"label": "Alamat", "width": 52, "align": "left"},
    {"label": "Kelurahan", "width": 28, "align": "left"},
    {"label": "Desil", "width": 12, "align": "center"},
]


def record(meeting: Meeting, letter: Letter | None) -> Paper:
    """Berita acara of the decisions in force, with the list of households of each, numbers masked."""
    paper = Paper("Berita acara")
    title = "Berita acara " + ("musyawarah kelurahan" if meeting.kind == "village" else meeting.title)
    paper.add("title", lines=[title, f"Nomor: {letter.number}" if letter and letter.number else ""])
    opening = f"Pada hari {day_words(meeting.starts)}, bertempat di {meeting.place or '—'}, telah diputuskan:"
    paper.add("text", text=opening)
    decisions = list(meeting.decisions.filter(state="in_force").order_by("sequence").select_related("household_set"))
    paper.add("list", names=[_decision_line(d) for d in decisions] or ["—"])
    paper.add("text", text="Demikian berita acara ini dibuat dengan sebenarnya untuk dipergunakan seperlunya.")
    _sign_minutes(paper, meeting)
    for decision in decisions:
        if decision.household_set_id:
            paper.add("page", after=0)
            _household_table(paper, decision)
    return paper


def _household_table(paper: Paper, decision: Decision) -> None:
    rows = (
        decision.household_set.rows.annotate(kk=masked("household__kk"))
        .order_by("region_then", "household__rw", "household__rt", "household__head_sort", "pk")
        .values_list("household__head_name", "kk", "household__address", "household__region__name", "desil_then")
    )[:MOST_HOUSEHOLDS]
    cells = [
        [str(n), name or "—", kk or "—", address or "—", village, str(desil or "—")]
        for n, (name, kk, address, village, desil) in enumerate(rows, 1)
    ]
    paper.rows += len(cells)
    paper.add("heading", text=f"Lampiran keputusan {decision.number}: {thousands(len(cells))} keluarga", after=0)
    paper.add("table", columns=_HOUSEHOLD_COLUMNS, rows=cells)


def assignment(meeting: Meeting, letter: Letter | None) -> Paper:
    """Lembar tugas tindak lanjut: one table for each responsible agency."""
    paper = Paper("Lembar tugas tindak lanjut")
    paper.add("title", lines=["Lembar tugas tindak lanjut", meeting.title])
    by_agency: dict[str, list[ActionItem]] = {}
    for item in _items(meeting):
        by_agency.setdefault(item.agency.name if item.agency else f"Kelurahan {item.region}", []).append(item)
    if not by_agency:
        paper.add("text", text="Belum ada tindak lanjut.")
    for name, items in sorted(by_agency.items()):
        paper.add("heading", text=name, after=0)
        paper.add("table", columns=_TASK_COLUMNS, rows=_task_rows(items))
    paper.add("sign", left=NOBODY, right=papers.signer() | {"place": ""})
    return paper


_ALL = (
    Kind(
        "undangan",
        gettext_lazy("Invitation"),
        gettext_lazy("Letter with number, addressees, agenda, copies."),
        invitation,
        "invitation",
    ),
    Kind("daftar-hadir", gettext_lazy("Attendance sheet"), gettext_lazy("To sign in the room."), attendance_sheet),
    Kind("notula", gettext_lazy("Minutes"), gettext_lazy("Agenda, discussion, decisions, follow-up."), minutes),
    Kind(
        "berita-acara",
        gettext_lazy("Record of proceedings"),
        gettext_lazy("Decisions with their households, numbers masked."),
        record,
        "record",
    ),
    Kind("lembar-tugas", gettext_lazy("Assignment sheet"), gettext_lazy("What each agency has to do."), assignment),
)
KINDS: dict[str, Kind] = {kind.key: kind for kind in _ALL}


def build(kind: str, meeting: Meeting, letter: Letter | None = None) -> Paper:
    """The paper of this kind, in Indonesian."""
    with override("id"):
        return KINDS[kind].build(meeting, letter)


def pdf(paper: Paper, *, by, size: str = "f4") -> bytes:
    """The paper as PDF."""
    now = timezone.localtime()
    data = {
        "title": paper.title,
        "landscape": paper.landscape,
        "with-kop": paper.with_kop,
        "kop": papers.letterhead(),
        "paper": papers.size(size),
        "blocks": paper.blocks,
        "foot": {"left": "TKPKD", "right": f"Dicetak {tanggal(now.date())} {now:%H.%M} oleh {by or 'sistem'}"},
    }
    return papers.typeset("official", data, tagged=paper.rows <= 300)
