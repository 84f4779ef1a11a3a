"""What the papers of a meeting say: undangan, daftar hadir, notula, berita acara, lembar tugas, matriks.

One content, set twice: as PDF by typst and as DOCX to edit. Papers speak Indonesian, whatever language the pages have.
A paper is a list of blocks: what was typed goes in as data and can never become markup.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from core import papers
from core.dates import tanggal
from core.exports import masked
from core.models import CitySettings
from core.rupiah import thousands
from meetings import matrix
from meetings.actions.team import holder
from meetings.choices import UNFINISHED, ItemState
from meetings.models import ActionItem, Decision, Invitation, Letter, Meeting
from meetings.people import Presence, attendance_of

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MOST_HOUSEHOLDS = 3000
LONG_LIST = 8  # more addressees than these stand on a page of their own
EMPTY_LINES = 10  # of the attendance sheet, for who comes without being on the list
NOBODY = {"behalf": "", "office": "", "place": "", "name": "", "rank": "", "nip": ""}


@dataclass
class Paper:
    """A paper. `blocks`: dicts of `kind`, `after` (mm) and their data; `rows`: households named in it."""

    title: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    landscape: bool = False
    with_kop: bool = True
    rows: int = 0
    unmasked: bool = False

    def add(self, kind: str, *, after: float = 3, **data) -> None:
        """Append a block."""
        self.blocks.append({"kind": kind, "after": after, **data})


@dataclass(frozen=True)
class Kind:
    """A paper there is.

    `letter`: kind of the register's letter that numbers it, "" = none; `numbers`: it names households, so `build` takes
    `unmasked`.
    """

    key: str
    label: Any
    hint: Any
    build: Callable
    letter: str = ""
    numbers: bool = False


def day_words(moment: dt.datetime | None) -> str:
    """`Jumat, 2 Oktober 2026`."""
    if moment is None:
        return "(hari belum ditetapkan)"
    local = timezone.localtime(moment)
    return f"{DAYS[local.weekday()]}, {tanggal(local.date())}"


def time_words(meeting: Meeting) -> str:
    """`09.00–11.40 WIB`, `09.00 WIB s.d. selesai`, in the city's time zone."""
    if meeting.starts is None:
        return ""
    start = timezone.localtime(meeting.starts)
    if meeting.ends:
        return f"{start:%H.%M}–{timezone.localtime(meeting.ends):%H.%M} {start:%Z}"
    return f"{start:%H.%M} {start:%Z} s.d. selesai"


def _invited(meeting: Meeting, *, copy_only: bool):
    rows = meeting.invitations.filter(copy_only=copy_only).select_related("agency", "region", "attendance")
    return rows.order_by("order", "pk")


def _names(meeting: Meeting, *, copy_only: bool) -> list[str]:
    return [addressee(row) for row in _invited(meeting, copy_only=copy_only)]


def addressee(row: Invitation) -> str:
    """How an invited one stands on the yth. list: post, name, or the head of the agency or area."""
    if row.name or row.position or row.organisation:
        place = row.organisation or (row.agency.name if row.agency and not row.position else "")
        return ", ".join(filter(None, (row.name, row.position, place)))
    if row.agency:
        return f"{'Kepala' if row.agency.kind == 'opd' else 'Pimpinan'} {row.agency.name}"
    return f"{'Lurah' if row.region.is_village else 'Camat'} {row.region.name}"


def _facts(meeting: Meeting) -> list[list[str]]:
    return [
        ["Hari, tanggal", day_words(meeting.starts)],
        ["Waktu", time_words(meeting)],
        ["Tempat", meeting.place or meeting.link or "—"],
    ]


def _agenda(meeting: Meeting) -> list[str]:
    return list(meeting.agenda.order_by("order").values_list("title", flat=True))


def _signed_by(office: str, name: str, meeting: Meeting) -> dict[str, str]:
    """A signature of the minutes; rank and NIP from the decree in force on that day, where it knows the person."""
    day = timezone.localtime(meeting.starts).date() if meeting.starts else timezone.localdate()
    post = holder(name, day)
    if post is None:
        return NOBODY | {"office": office, "name": name}
    return NOBODY | {"office": office, "name": post.name or name, "rank": post.rank, "nip": post.nip}


def signer_of(meeting: Meeting) -> dict[str, str]:
    """Who signs the letters of a meeting: the chosen post of the team, else who signs for the city."""
    post = meeting.signer
    if post is None:
        found = papers.signer()
    else:
        city = CitySettings.load()
        team = city.team_name if city else "TKPKD"
        office = f"{post.position} selaku {post.post} {team}"
        found = {"office": office, "name": post.name, "rank": post.rank, "nip": post.nip}
    return NOBODY | found | {"place": "", "behalf": f"a.n. {meeting.signs_for}" if meeting.signs_for else ""}


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
        ["Lampiran", (letter.enclosure if letter else "") or ("1 (satu) lembar" if long else "—")],
        ["Hal", letter.subject if letter else f"Undangan {meeting.title}"],
    ]
    paper.add("pairs", width=24, rows=head, after=5)
    to = ["Daftar terlampir"] if long else names or ["(belum ada)"]
    paper.add("to", names=to, place="tempat", indent=80, after=5)
    basis = f"berdasarkan {meeting.basis}, " if meeting.basis else ""
    paper.add("text", text=f"Dengan hormat, {basis}kami mengundang Saudara untuk hadir pada:")
    agenda = "; ".join(_agenda(meeting)) or meeting.purpose or meeting.title
    paper.add("pairs", width=30, rows=[*_facts(meeting), ["Acara", agenda]], after=4)
    paper.add("text", text="Demikian disampaikan, atas kehadiran Saudara diucapkan terima kasih.", after=2)
    paper.add("sign", left=NOBODY, right=signer_of(meeting))
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
        if here and not here.withdrawn:
            place += " (pengganti)" if here.substitute else ""
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
    paper.add("title", lines=["Notula", meeting.title, _number(letter)])
    found = attendance_of(meeting)
    present = f"{thousands(found.present)} hadir dari {thousands(found.invited)} undangan (daftar hadir terlampir)"
    rows = [
        *([["Rapat nomor", meeting.number]] if meeting.number else []),
        ["Dasar", meeting.basis or "—"],
        *_facts(meeting),
        ["Pimpinan rapat", meeting.chair or "—"],
        ["Notulis", meeting.note_taker or "—"],
        ["Peserta", present],
        ["Kuorum", _quorum(found)],
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


def _number(letter: Letter | None) -> str:
    return f"Nomor: {letter.number}" if letter and letter.number else ""


def _quorum(found: Presence) -> str:
    if not found.quorum:
        return "—"
    there = f"{thousands(found.agencies_present)} dari {thousands(found.agencies_invited)} perangkat daerah"
    needed = f"paling sedikit {thousands(found.quorum)}"
    return f"{there} ({needed}): {'tercapai' if found.quorate else 'tidak tercapai'}"


def _amendment(amendment) -> str:
    return f"Perbaikan {amendment.number}: {amendment.text} ({amendment.reason})"


def _sign_minutes(paper: Paper, meeting: Meeting) -> None:
    left = _signed_by("Pimpinan rapat", meeting.chair, meeting)
    paper.add("sign", left=left, right=_signed_by("Notulis", meeting.note_taker, meeting))


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


def record(meeting: Meeting, letter: Letter | None, *, unmasked: bool = False) -> Paper:
    """Berita acara of the decisions in force, with the list of households of each, numbers masked unless asked for."""
    paper = Paper("Berita acara", unmasked=unmasked)
    title = "Berita acara " + ("musyawarah kelurahan" if meeting.kind == "village" else meeting.title)
    paper.add("title", lines=[title, _number(letter)])
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
        decision.household_set.rows.annotate(kk=F("household__kk") if paper.unmasked else masked("household__kk"))
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
    paper.add("title", lines=["Lembar tugas tindak lanjut", meeting.title, _number(letter)])
    by_agency: dict[str, list[ActionItem]] = {}
    for item in _items(meeting):
        by_agency.setdefault(item.agency.name if item.agency else f"Kelurahan {item.region}", []).append(item)
    if not by_agency:
        paper.add("text", text="Belum ada tindak lanjut.")
    for name, items in sorted(by_agency.items()):
        paper.add("heading", text=name, after=0)
        paper.add("table", columns=_TASK_COLUMNS, rows=_task_rows(items))
    paper.add("sign", left=NOBODY, right=signer_of(meeting))
    return paper


# --- matriks ---------------------------------------------------------------------------------------------------------

_MATRIX_WIDTHS = (10, 0, 0, 38, 24, 26, 28, 36, 36)


def matrix_items(meeting: Meeting) -> list[ActionItem]:
    """What is read out: unfinished items of earlier meetings of the series, and the items of this one."""
    own = Q(meeting=meeting)
    if meeting.series_id:
        earlier = Q(meeting__series=meeting.series_id, state__in=UNFINISHED)
        if meeting.starts:
            earlier &= Q(meeting__starts__lt=meeting.starts)
        own |= earlier
    return list(
        ActionItem.objects.filter(own)
        .exclude(state__in=[ItemState.DRAFT, ItemState.CANCELLED])
        .select_related("agency", "region", "owner", "decision", "meeting", "program_year__program")
        .order_by("due", "pk")
    )


def follow_up_matrix(meeting: Meeting, letter: Letter | None) -> Paper:
    """Matriks tindak lanjut, as it is read out at the start of a meeting."""
    paper = Paper("Matriks tindak lanjut", landscape=True)
    paper.add("title", lines=["Matriks tindak lanjut", meeting.title, f"Keadaan {tanggal(timezone.localdate())}"])
    rows = [
        ["" if cell is None else str(cell) for cell in row] for row in matrix.rows(matrix_items(meeting), whole=True)
    ]
    columns = [
        {"label": str(column.label), "width": width, "align": "center" if n == 0 else "left"}
        for n, (column, width) in enumerate(zip(matrix.columns(), _MATRIX_WIDTHS, strict=True))
    ]
    if rows:
        paper.add("table", columns=columns, rows=rows)
    else:
        paper.add("text", text="Belum ada tindak lanjut.")
    paper.add("sign", left=NOBODY, right=signer_of(meeting))
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
    Kind(
        "notula",
        gettext_lazy("Minutes"),
        gettext_lazy("Agenda, discussion, decisions, follow-up."),
        minutes,
        "minutes",
    ),
    Kind(
        "berita-acara",
        gettext_lazy("Record of proceedings"),
        gettext_lazy("Decisions with their households, numbers masked."),
        record,
        "record",
        numbers=True,
    ),
    Kind(
        "lembar-tugas",
        gettext_lazy("Assignment sheet"),
        gettext_lazy("What each agency has to do."),
        assignment,
        "assignment",
    ),
    Kind(
        "matriks",
        gettext_lazy("Follow-up matrix"),
        gettext_lazy("What is open of this series, to read out at the beginning."),
        follow_up_matrix,
    ),
)
KINDS: dict[str, Kind] = {kind.key: kind for kind in _ALL}


def build(kind: str, meeting: Meeting, letter: Letter | None = None, *, unmasked: bool = False) -> Paper:
    """The paper of this kind, in Indonesian. `unmasked`: numbers in full, where it names households."""
    found = KINDS[kind]
    with override("id"):
        return (
            found.build(meeting, letter, unmasked=True) if unmasked and found.numbers else found.build(meeting, letter)
        )


def subject_of(kind: str) -> str:
    """How the subject of a paper's letter begins, in Indonesian as in the register."""
    with override("id"):
        return str(KINDS[kind].label)


def foot(by) -> str:
    """When and by whom a paper was printed."""
    now = timezone.localtime()
    return f"Dicetak {tanggal(now.date())} {now:%H.%M} oleh {by or 'sistem'}"


def pdf(paper: Paper, *, by, size: str = "f4") -> bytes:
    """The paper as PDF."""
    data = {
        "title": paper.title,
        "landscape": paper.landscape,
        "with-kop": paper.with_kop,
        "kop": papers.letterhead(),
        "paper": papers.size(size),
        "blocks": paper.blocks,
        "foot": {"left": "Memuat data pribadi" if paper.unmasked else "TKPKD", "right": foot(by)},
    }
    return papers.typeset("official", data, tagged=paper.rows <= 300)
