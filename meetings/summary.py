"""The leadership's page of a year or a quarter: what we decided, what happened in numbers, who is late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from core import papers
from core.dates import tanggal
from core.models import CitySettings
from core.rupiah import thousands
from core.templatetags.shell import angka, persen, rupiah_singkat
from meetings import coverage, since
from meetings.choices import DecisionState
from meetings.models import Decision, Meeting
from meetings.paperwork import Paper
from meetings.rows import DECISION_MARKS, prefixes_of, shown
from programs import figures

QUARTERS = ("I", "II", "III", "IV")


@dataclass
class Decided:
    """A decision with its first programme, or any, then, as wanted, and now; "" where it has no households."""

    decision: Decision
    agencies: str
    programme: str = ""
    then: str = ""
    target: str = ""
    now: str = ""
    share: float | None = None
    mark: tuple = ()


@dataclass
class Summary:
    """Everything on the page. `first` to `last`: the days it speaks of; numbers of aid reach from 1 January."""

    year: int
    quarter: int | None
    first: dt.date
    last: dt.date
    meetings: int
    work: since.Work
    decided: list[Decided]
    states: dict[str, int]
    target: int
    reached: str
    share: float | None
    before: str
    spent: int
    ceiling: int
    programs: list[since.Moved]
    late: list[since.Late]
    unknown: list[str]


def period(year: int, quarter: int | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the year or quarter, not beyond today."""
    first = dt.date(year, 3 * (quarter or 1) - 2, 1)
    ends = dt.date(year + 1, 1, 1) if quarter in (None, 4) else dt.date(year, 3 * quarter + 1, 1)
    return first, max(first, min(ends - dt.timedelta(days=1), today))


def summarise(user, *, year: int, quarter: int | None = None) -> Summary:
    """The page for `user`. Counts of households hide small numbers from readers without the right to names."""
    today = timezone.localdate()
    first, last = period(year, quarter, today)
    eve = first - dt.timedelta(days=1)
    decisions = list(
        Decision.objects.visible_to(user)
        .filter(meeting__starts__date__range=(first, last))
        .select_related("meeting", "household_set")
        .prefetch_related("agencies")
        .distinct()
        .order_by("year", "sequence")
    )
    held = Meeting.objects.visible_to(user).filter(state__in=["held", "final"], starts__date__range=(first, last))
    money = figures.money_of_year(year)
    total, target = since.target_between(last, last)
    _total, before = since.target_between(*[since.a_year_before(last)] * 2)
    return Summary(
        year=year,
        quarter=quarter,
        first=first,
        last=last,
        meetings=held.count(),
        work=since.work_between(user, eve, last),
        decided=[_decided(d, user) for d in decisions],
        states={state: sum(1 for d in decisions if d.state == state) for state in DecisionState.values},
        target=total,
        reached=shown(target.now, False, total),
        share=target.now / total if total and not figures.gives_away(target.now, total) else None,
        before=shown(before.now, False, total),
        spent=sum(m.spent for m in money.values()),
        ceiling=sum(m.ceiling or 0 for m in money.values()),
        programs=since.year_on_year(last),
        late=since.late_by_owner(user, today),
        unknown=[each.program_year.program.short_name for each in figures.lists_not_in(year)],
    )


def _decided(decision: Decision, user) -> Decided:
    row = Decided(decision, ", ".join(a.short_name for a in decision.agencies.all()) or "—")
    row.mark = (*DECISION_MARKS[DecisionState(decision.state)], decision.get_state_display())
    found = coverage.coverage(decision, prefixes=prefixes_of(user)) if decision.household_set_id else None
    if found:
        line = found.lines[0]
        row.programme = line.label
        row.then, row.now = (shown(n, False, found.total) for n in (line.then, line.now))
        row.target = shown(line.goal, False)
        if line.goal and row.now == angka(line.now):  # a hidden number has no share either
            row.share = line.now / line.goal
    return row


def paper(found: Summary) -> Paper:
    """The page as a paper of one or two sides, in Indonesian."""
    with override("id"):
        made = Paper("Ringkasan pimpinan")
        city = CitySettings.load()
        when = f"triwulan {QUARTERS[found.quarter - 1]} {found.year}" if found.quarter else f"tahun {found.year}"
        made.add("title", lines=["Ringkasan pimpinan", f"{city.team_name if city else 'TKPKD'}, {when}"])
        work = found.work
        made.add(
            "text",
            text=f"Keadaan {tanggal(found.last)}. {found.meetings} rapat, {len(found.decided)} keputusan, "
            f"{work.closed} tindak lanjut selesai, {work.open} terbuka, {work.overdue} terlambat.",
        )
        made.add("heading", text="Apa yang diputuskan", after=0)
        if found.decided:
            columns = [
                {"label": "Keputusan", "width": 0, "align": "left"},
                {"label": "Penanggung jawab", "width": 36, "align": "left"},
                {"label": "Waktu itu", "width": 18, "align": "right"},
                {"label": "Target", "width": 18, "align": "right"},
                {"label": "Sekarang", "width": 18, "align": "right"},
                {"label": "Keadaan", "width": 22, "align": "left"},
            ]
            rows = [
                [f"{d.decision.number}: {d.decision.title}", d.agencies, d.then or "—", d.target or "—", d.now or "—",
                 str(d.mark[2])]
                for d in found.decided
            ]  # fmt: skip
            made.add("table", columns=columns, rows=rows)
        else:
            made.add("text", text="Belum ada keputusan.")
        made.add("heading", text="Apa yang terjadi dalam angka", after=0)
        lines = [
            f"{found.reached} dari {thousands(found.target)} keluarga sasaran ({persen(found.share)}) sudah menerima "
            f"sesuatu sejak 1 Januari; setahun sebelumnya pada tanggal yang sama {found.before}.",
            f"Serapan Rp {rupiah_singkat(found.spent)} dari pagu Rp {rupiah_singkat(found.ceiling)}.",
        ]
        if found.unknown:
            lines.append(f"Daftar penerima yang belum lengkap: {', '.join(found.unknown)}.")
        made.add("text", text="\n".join(lines))
        columns = [
            {"label": "Program", "width": 0, "align": "left"},
            {"label": f"{found.year - 1}", "width": 24, "align": "right"},
            {"label": f"{found.year}", "width": 24, "align": "right"},
        ]
        rows = [
            [m.program.short_name, shown(m.then, False), shown(m.now, False) if m.known else "belum masuk"]
            for m in found.programs
        ]
        if rows:
            made.add("table", columns=columns, rows=rows)
        made.add("heading", text="Siapa yang terlambat", after=0)
        names = [
            f"{each.name}: {each.n} terlambat, terlama {each.days} hari ({each.oldest.title})" for each in found.late
        ]
        made.add("list", names=names or ["Tidak ada yang terlambat."])
        made.add("sign", left=_nobody(), right=papers.signer() | {"place": ""})
        return made


def _nobody() -> dict:
    return {"office": "", "place": "", "name": "", "rank": "", "nip": ""}


def late_url(late: since.Late) -> str:
    """The list of one's overdue items."""
    key = f"agency={late.agency.uuid}" if late.agency else f"area={late.oldest.region_id}"
    return f"{reverse('meetings:action_list')}?who=all&show=overdue&{key}"
