"""Bahan rapat: what a meeting should look at, made in one click, as slides and as a paper of the same content.

Follow-up of last time, figures since, gaps worth a decision, points for the chair, one page for each agency. It is
shown to a whole room, so it names agencies and offices and no person, a number of a card typed somewhere is masked, and
counts under 5 households are hidden.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from core import papers
from core.dates import tanggal
from core.nik import mask
from core.templatetags.shell import persen, rupiah_singkat
from meetings import since
from meetings.choices import UNFINISHED, ItemState, MeetingState
from meetings.measures import progress_of
from meetings.models import ActionItem, Decision, Invitation, Meeting
from meetings.paperwork import day_words, time_words
from meetings.rows import item_mark, moved_texts, progress_text, shown
from programs import figures
from programs.models import ProgramYear

TITLE = "Bahan rapat"
ROWS_A_PAGE = 9
MOST_GAPS = 8
MOST_POINTS = 8
_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){15}\d(?!\d)")


@dataclass(frozen=True)
class Column:
    """A column of a table: `share` of the width, numbers to the right."""

    label: str
    share: int = 1
    number: bool = False


@dataclass
class Sheet:
    """One slide, one part of the paper."""

    title: str
    say: str = ""
    lines: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Material:
    """All sheets of a meeting. `before`: day of the last meeting of the series, None for the first one."""

    meeting: Meeting
    day: dt.date
    before: dt.date | None
    sheets: list[Sheet]


def _count(n: int, total: int = 0) -> str:
    return shown(n, False, total)


def _percent(part: int, total: int) -> str:
    """A share, unless it would tell a small number of the whole beside it."""
    if not total:
        return "—"
    return "disamarkan" if figures.gives_away(part, total) else persen(part / total)


def last_meeting(meeting: Meeting) -> Meeting | None:
    """The meeting held before this one: of its series, else of its kind."""
    rows = Meeting.objects.filter(state__in=[MeetingState.HELD, MeetingState.FINAL]).exclude(pk=meeting.pk)
    rows = rows.filter(series=meeting.series_id) if meeting.series_id else rows.filter(kind=meeting.kind)
    if meeting.starts:
        rows = rows.filter(starts__lt=meeting.starts)
    return rows.order_by("-starts", "-pk").first()


def prepare(meeting: Meeting, user, *, day: dt.date | None = None) -> Material:
    """Everything for `meeting` as it stands on `day` (default today), among what `user` may see. In Indonesian."""
    day = day or timezone.localdate()
    with override("id"):
        last = last_meeting(meeting)
        before = timezone.localtime(last.starts).date() if last else None
        items = _items(meeting, user)
        sheets = [_opening(meeting), _follow_up(items, last, day), _figures(before, day), _gaps(day, meeting, user)]
        sheets.append(_points(items, user, day, before))
        sheets += _agencies(meeting, items, day)
        return Material(meeting, day, before, [part for sheet in sheets for part in _parts(_masked(sheet))])


def _masked(sheet: Sheet) -> Sheet:
    """The sheet with every NIK or card number that somebody typed into a text behind dots."""

    def clean(text: str) -> str:
        return _NUMBER.sub(lambda found: mask(re.sub(r"\D", "", found[0])), text)

    return Sheet(
        clean(sheet.title),
        clean(sheet.say),
        [clean(line) for line in sheet.lines],
        sheet.columns,
        [[clean(cell) for cell in row] for row in sheet.rows],
    )


def _parts(sheet: Sheet) -> list[Sheet]:
    """A long table goes on over several sheets."""
    if len(sheet.rows) <= ROWS_A_PAGE:
        return [sheet]
    chunks = [sheet.rows[n : n + ROWS_A_PAGE] for n in range(0, len(sheet.rows), ROWS_A_PAGE)]
    return [
        Sheet(
            f"{sheet.title} ({n}/{len(chunks)})",
            sheet.say if n == 1 else "",
            sheet.lines if n == len(chunks) else [],
            sheet.columns,
            chunk,
        )
        for n, chunk in enumerate(chunks, 1)
    ]


def _opening(meeting: Meeting) -> Sheet:
    facts = [day_words(meeting.starts)]
    facts += [text for text in (time_words(meeting), meeting.place or meeting.link) if text]
    agenda = [
        f"{n}. {title}" for n, title in enumerate(meeting.agenda.order_by("order").values_list("title", flat=True), 1)
    ]
    return Sheet(meeting.title, ", ".join(facts), agenda or ["Acara belum disusun."])


# --- follow-up -------------------------------------------------------------------------------------------------------


def _items(meeting: Meeting, user) -> list[ActionItem]:
    """Unfinished items of the series, or of all meetings where it stands in none; overdue first."""
    rows = ActionItem.objects.visible_to(user).filter(state__in=UNFINISHED)
    if meeting.series_id:
        rows = rows.filter(meeting__series=meeting.series_id)
    rows = list(
        rows.exclude(meeting=meeting)
        .select_related("agency", "region", "decision", "meeting", "program_year__program")
        .distinct()
        .order_by("due", "pk")
    )
    found = progress_of(rows)
    for item in rows:
        item.progress = found.get(item.pk)
    return rows


def _who(item: ActionItem) -> str:
    return item.agency.short_name if item.agency else str(item.region or "—")


_ITEM_COLUMNS = [Column("Tindak lanjut", 5), Column("Penanggung jawab", 2), Column("Target", 2), Column("Kemajuan", 2),
                 Column("Status", 2)]  # fmt: skip


def _item_row(item: ActionItem, day: dt.date) -> list[str]:
    state = item_mark(item, day)[2]
    if item.obstacle:
        state = f"{state}. Kendala: {item.obstacle}"
    return [item.title, _who(item), tanggal(item.due, short=True), progress_text(item, False), state]


def _follow_up(items: list[ActionItem], last: Meeting | None, day: dt.date) -> Sheet:
    late = sum(1 for item in items if item.due < day)
    waits = sum(1 for item in items if item.state == ItemState.PROPOSED)
    say = f"{len(items)} belum selesai, {late} terlambat, {waits} menunggu dipastikan."
    if last:
        say = f"Sejak {last.title}, {tanggal(timezone.localtime(last.starts).date())}: {say}"
    if not items:
        return Sheet("Tindak lanjut rapat sebelumnya", "Tidak ada yang terbuka.")
    return Sheet("Tindak lanjut rapat sebelumnya", say, [], _ITEM_COLUMNS, [_item_row(item, day) for item in items])


# --- figures ---------------------------------------------------------------------------------------------------------


def _figures(before: dt.date | None, day: dt.date) -> Sheet:
    start = before if before and before.year == day.year else dt.date(day.year, 1, 1) - dt.timedelta(days=1)
    since_words = tanggal(start, short=True) if before and before.year == day.year else "awal tahun"
    total, target = since.target_between(start, day)
    spent = since.spent_between(start, day)
    share = _percent(target.now, total)
    rise = moved_texts(target.then, target.now)[2]
    lines = [
        f"Sasaran desil 1–{figures.poor_desil_max()}: {_count(target.now, total)} dari {_count(total)} keluarga "
        f"({share}) sudah menerima sesuatu tahun {day.year}, bertambah {rise}.",
        f"Disalurkan sejak {since_words}: Rp {rupiah_singkat(spent)}.",
    ]
    missing = [each.program_year.program.short_name for each in figures.lists_not_in(day.year)]
    if missing:
        lines.append(f"Belum lengkap daftar penerimanya: {', '.join(missing)}.")
    moved = sorted(since.reached_between(start, day), key=lambda m: (-m.more, m.program.name))
    columns = [Column("Program", 5), Column("Perangkat daerah", 3), Column(capfirst(since_words), 2, True),
               Column(tanggal(day, short=True), 2, True), Column("Bertambah", 2, True)]  # fmt: skip
    rows = [[m.program.short_name, m.program.owner.short_name, *moved_texts(m.then, m.now)] for m in moved]
    title = f"Angka sejak {since_words}"
    return Sheet(title, "Keluarga yang dijangkau, menurut pencatatan penyaluran.", lines, columns, rows)


def _gaps(day: dt.date, meeting: Meeting, user) -> Sheet:
    """Kelurahan and programmes that leave most of their target group out; those decided about in force say so."""
    year, area = day.year, meeting.region_id or ""
    unknown = {each.program_year.pk for each in figures.lists_not_in(year) if each.state == "none"}
    places = [
        (share.missing, share.total, f"Kelurahan {share.label}: tanpa program apa pun", share.key, None)
        for share in figures.coverage_by_area(year, area)
        if share.missing
    ]
    programs = [
        (share.missing, share.total, f"{each.program.short_name}: sasaran yang belum menerima", "", each)
        for each, share in figures.coverage_by_program(year, area)
        if share.missing and each.pk not in unknown
    ]
    places.sort(key=lambda row: (-row[0], row[2]))
    programs.sort(key=lambda row: (-row[0], row[2]))
    found = places[: MOST_GAPS // 2] + programs[: MOST_GAPS - len(places[: MOST_GAPS // 2])]
    decided = list(
        Decision.objects.visible_to(user)
        .filter(state="in_force", year__gte=year - 1)
        .distinct()
        .prefetch_related("programs")
        .order_by("-year", "-sequence")
    )
    rows = []
    for missing, total, what, code, program_year in found:
        about = next((d.number for d in decided if _touches(d, code, program_year)), "belum ada")
        rows.append([what, _count(missing, total), _count(total), _percent(missing, total), about])
    columns = [Column("Kesenjangan", 6), Column("Belum", 2, True), Column("Sasaran", 2, True),
               Column("Bagian", 2, True), Column("Keputusan", 3)]  # fmt: skip
    if not rows:
        return Sheet("Kesenjangan yang perlu diputuskan", "Tidak ada sasaran yang tercatat belum terjangkau.")
    say = "Keluarga sasaran yang belum tercatat menerima tahun ini; program yang daftarnya belum masuk tidak dihitung."
    return Sheet("Kesenjangan yang perlu diputuskan", say, [], columns, rows)


def _touches(decision: Decision, code: str, program_year: ProgramYear | None) -> bool:
    if program_year is not None:
        return any(p.program_year_id == program_year.pk for p in decision.programs.all())
    return bool(code) and decision.region_id == code


# --- the chair -------------------------------------------------------------------------------------------------------


def _points(items: list[ActionItem], user, day: dt.date, before: dt.date | None) -> Sheet:
    late: dict[str, list[ActionItem]] = {}
    for item in items:
        if item.due < day:
            late.setdefault(_who(item), []).append(item)
    lines = [
        f"Minta {who} menjelaskan {len(of_who)} yang terlambat, terlama {(day - of_who[0].due).days} hari: "
        f"{of_who[0].title}."
        for who, of_who in sorted(late.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ][:4]
    lines += [
        f"{_who(item)} minta waktu sampai {tanggal(item.asked_due, short=True)} untuk “{item.title}”: "
        "setujui atau tidak."
        for item in items
        if item.asked_due
    ]
    lines += [f"Kendala {_who(item)}: {item.obstacle}." for item in items if item.obstacle and item.due >= day][:2]
    waits = sum(1 for item in items if item.state == ItemState.PROPOSED)
    if waits:
        lines.append(f"{waits} tindak lanjut diusulkan selesai: pastikan atau kembalikan.")
    nobody = Decision.objects.visible_to(user).filter(state="in_force", items__isnull=True, year__gte=day.year - 1)
    lines += [
        f"Keputusan {d.number} belum ada yang mengerjakan: {d.title}." for d in nobody.distinct().order_by("pk")[:3]
    ]
    drafts = ActionItem.objects.visible_to(user).filter(state=ItemState.DRAFT).count()
    if drafts:
        lines.append(f"{drafts} arahan pimpinan masih berupa draf.")
    return Sheet("Untuk pimpinan rapat", "", lines[:MOST_POINTS] or ["Tidak ada yang perlu diminta penjelasannya."])


# --- agencies --------------------------------------------------------------------------------------------------------


def _agencies(meeting: Meeting, items: list[ActionItem], day: dt.date) -> list[Sheet]:
    """One page for each agency that is invited, owes something, or runs a programme of the year."""
    pairs = figures.coverage_by_program(day.year, meeting.region_id or "")
    agencies = {p.program.owner_id: p.program.owner for p, _share in pairs}
    agencies |= {item.agency_id: item.agency for item in items if item.agency_id}
    invited = Invitation.objects.filter(meeting=meeting, copy_only=False, agency__isnull=False).select_related("agency")
    asked = {row.agency_id: row.agency for row in invited}
    if asked:  # whom nobody invited gets a page only when something is open
        agencies = {pk: a for pk, a in agencies.items() if pk in asked or any(i.agency_id == pk for i in items)} | asked
    money = figures.money_of_year(day.year)
    sheets = []
    for pk, agency in sorted(agencies.items(), key=lambda pair: pair[1].name):
        mine = [item for item in items if item.agency_id == pk]
        late = sum(1 for item in mine if item.due < day)
        say = f"{len(mine)} tindak lanjut terbuka, {late} terlambat." if mine else "Tidak ada tindak lanjut terbuka."
        lines = []
        for program_year, share in pairs:
            if program_year.program.owner_id != pk:
                continue
            spent = money.get(program_year.pk)
            reached = f"{_count(share.part, share.total)} dari {_count(share.total)} keluarga sasaran"
            text = f"{program_year.program.short_name}: {reached}"
            if spent and spent.ceiling:
                text += f", serapan {persen(spent.share)} dari Rp {rupiah_singkat(spent.ceiling)}"
            lines.append(f"{text}.")
        rows = [_item_row(item, day) for item in mine]
        sheets.append(Sheet(agency.name, say, lines, _ITEM_COLUMNS if rows else [], rows))
    return sheets


# --- as a paper ------------------------------------------------------------------------------------------------------


def pdf(material: Material) -> bytes:
    """The material as PDF, one landscape page a sheet."""
    sheets = [
        {
            "title": sheet.title,
            "say": sheet.say,
            "lines": sheet.lines,
            "columns": [{"label": c.label, "share": c.share, "number": c.number} for c in sheet.columns],
            "rows": sheet.rows,
        }
        for sheet in material.sheets
    ]
    data = {
        "title": f"{TITLE}: {material.meeting.title}",
        "landscape": True,
        "paper": papers.size("a4"),
        "sheets": sheets,
        "foot": {"left": f"{TITLE}, keadaan {tanggal(material.day)}", "right": "Angka di bawah 5 disamarkan"},
    }
    return papers.typeset("material", data)
