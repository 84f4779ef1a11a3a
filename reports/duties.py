"""Agencies × duties: plan, each quarter, recipient lists, action items, as done, late or empty; the reminder letter.

Which recipient lists are missing says `figures.lists_not_in`, which action items are overdue say the meetings.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.dates import tanggal
from core.models import Agency, CitySettings
from core.papers import signer
from core.templatetags.shell import angka
from meetings.models import ActionItem, Letter
from meetings.paperwork import NOBODY, Paper
from programs.actions.duties import duty_line
from programs.choices import BenefitUnit, Duty
from programs.figures import lists_not_in
from programs.models import ProgramYear
from programs.plans.duties import (
    AHEAD,
    DONE,
    LATE,
    LATE_DONE,
    NONE,
    OPEN,
    AgencyDuties,
    DutyState,
    deadlines,
    duties_of,
    quarter_number,
)
from programs.views.plans import own_agencies
from programs.views.realisations import grid_url

LISTS, ITEMS = "lists", "items"
FACES = {
    DONE: ("good", "check-circle-fill"),
    LATE_DONE: ("good", "check-circle"),
    OPEN: ("warn", "hourglass-split"),
    LATE: ("bad", "alarm"),
    AHEAD: ("", "dash"),
    NONE: ("", "dash"),
}


@dataclass(frozen=True)
class Cell:
    """One duty of one agency as the page shows it. kind and icon: of `status`; sub: second line."""

    key: str
    label: str
    state: str
    text: str
    sub: str = ""
    url: str = ""

    @property
    def kind(self) -> str:
        """Kind of the status."""
        return FACES[self.state][0]

    @property
    def icon(self) -> str:
        """Icon of the status."""
        return FACES[self.state][1]


@dataclass
class Row:
    """One agency. owed: sentences that a reminder names, oldest duty first."""

    agency: Agency
    cells: list[Cell] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)

    @property
    def late(self) -> int:
        """How many duties are late."""
        return sum(cell.state == LATE for cell in self.cells)


def columns(year: int) -> list[dict]:
    """Heads of the table: key, label, the day it is due (None for what has no day)."""
    due = deadlines(year)
    heads = [{"key": duty.value, "label": duty.label, "due": due[duty.value]} for duty in Duty]
    return [*heads, {"key": LISTS, "label": _("Recipient lists")}, {"key": ITEMS, "label": _("Action items")}]


def rows(user, year: int, today: dt.date | None = None, agency: Agency | None = None) -> list[Row]:
    """What every agency that `user` sees owes in `year`, most late first; `agency`: this one alone."""
    today = today or timezone.localdate()
    mine = own_agencies(user) if user is not None else None
    wanted = mine if agency is None else [agency.pk] if mine is None or agency.pk in mine else []
    found = [_row(each, year, today) for each in duties_of(year, agencies=wanted)]
    lists, items = _lists(year), _items(user, today)
    for row in found:
        _add_lists(row, lists.get(row.agency.pk, (0, [])), year)
        _add_items(row, items.get(row.agency.pk, (0, 0)))
    return sorted(found, key=lambda row: (-row.late, row.agency.short_name, row.agency.pk))


def _row(duties: AgencyDuties, year: int, today: dt.date) -> Row:
    row = Row(duties.agency)
    for duty in Duty:
        state = duties.duties[duty.value]
        cell = _duty_cell(state, state.state(today), year, duties.agency)
        row.cells.append(cell)
        if cell.state == LATE:
            row.owed.append(duty_line(state))
    return row


def _duty_cell(duty: DutyState, state: str, year: int, agency: Agency) -> Cell:
    quarter = quarter_number(duty.duty)
    plans = f"{reverse('programs:plan_list')}?{urlencode({'year': year, 'agency': agency.uuid})}"
    share = _("%(n)s of %(all)s") % {"n": angka(duty.handed), "all": angka(duty.total)}
    texts = {
        DONE: _("done"),
        LATE_DONE: _("done"),  # the second line says how many came late
        OPEN: share if duty.handed else _("not in yet"),
        LATE: share if duty.handed else _("nothing came"),
        AHEAD: _("runs still"),
        NONE: "—",
    }
    sub = ""
    if state in (OPEN, LATE):
        sub = _("returned: %(n)s") % {"n": angka(duty.returned)} if duty.returned else ""
    elif state == LATE_DONE:
        sub = ngettext("%(n)s after the day", "%(n)s after the day", duty.late_by) % {"n": angka(duty.late_by)}
    url = grid_url(year, quarter, agency) if quarter else plans
    return Cell(duty.duty, str(Duty(duty.duty).label), state, texts[state], sub, url)


def _lists(year: int) -> dict[int, tuple[int, list[ProgramYear]]]:
    """Agency → (programmes that bring a list, those whose list has not come in)."""
    counts = dict(
        ProgramYear.objects.filter(year=year)
        .exclude(program__benefit_unit=BenefitUnit.AREA)
        .order_by()
        .values_list("program__owner")
        .annotate(n=Count("pk"))
    )
    found: dict[int, tuple[int, list[ProgramYear]]] = {pk: (n, []) for pk, n in counts.items()}
    for each in lists_not_in(year):
        found[each.program_year.program.owner_id][1].append(each.program_year)
    return found


def _add_lists(row: Row, found: tuple[int, list[ProgramYear]], year: int) -> None:
    total, missing = found
    url = f"{reverse('programs:program_list')}?{urlencode({'year': year, 'agency': row.agency.uuid})}"
    label = str(_("Recipient lists"))
    if not total:
        row.cells.append(Cell(LISTS, label, NONE, "—"))
    elif not missing:
        row.cells.append(Cell(LISTS, label, DONE, _("all in"), url=url))
    else:
        text = _("%(n)s of %(all)s") % {"n": angka(total - len(missing)), "all": angka(total)}
        names = ", ".join(each.program.short_name for each in missing)
        row.cells.append(Cell(LISTS, label, LATE, text, names, url))
        row.owed.append(_("Recipient lists that have not come in whole: %(programs)s") % {"programs": names})


def _items(user, today: dt.date) -> dict[int, tuple[int, int]]:
    """Agency → (unfinished action items, overdue ones), of those that `user` may read."""
    items = ActionItem.objects.all() if user is None else ActionItem.objects.visible_to(user)
    counts = (
        items.unfinished()
        .filter(agency__isnull=False)
        .order_by()
        .values_list("agency")
        .annotate(n=Count("pk", distinct=True), late=Count("pk", distinct=True, filter=Q(due__lt=today)))
    )
    return {pk: (n, late) for pk, n, late in counts}


def _add_items(row: Row, found: tuple[int, int]) -> None:
    unfinished, late = found
    label = str(_("Action items"))
    query = {"agency": row.agency.uuid, "who": "all"}
    url = f"{reverse('meetings:action_list')}?{urlencode(query | ({'show': 'overdue'} if late else {}))}"
    if late:
        text = ngettext("%(n)s overdue", "%(n)s overdue", late) % {"n": angka(late)}
        row.cells.append(Cell(ITEMS, label, LATE, text, url=url))
        line = ngettext("%(n)s action item is overdue", "%(n)s action items are overdue", late)
        row.owed.append(line % {"n": angka(late)})
    elif unfinished:
        text = ngettext("%(n)s open", "%(n)s open", unfinished) % {"n": angka(unfinished)}
        row.cells.append(Cell(ITEMS, label, OPEN, text, url=url))
    else:
        row.cells.append(Cell(ITEMS, label, DONE, _("nothing open")))


# --- the letter ------------------------------------------------------------------------------------------------------


def subject(year: int) -> str:
    """Hal of the letter, in Indonesian as the register keeps it."""
    return f"Pengingat pelaporan program penanggulangan kemiskinan tahun {year}"


def letter_of(agency: Agency, year: int) -> Letter | None:
    """The newest letter of the register that reminded this agency of this year."""
    rows = Letter.objects.filter(subject=subject(year), counterpart=agency.name, refused_reason="")
    return rows.order_by("-date", "-pk").first()


def letter(row: Row, year: int, registered: Letter | None) -> Paper:
    """The reminder letter: what the agency owes, with the days it was due."""
    city, paper = CitySettings.load(), Paper("Surat pengingat")
    day = registered.date if registered else timezone.localdate()
    paper.add("place", text=f"{city.place if city else ''}, {tanggal(day)}")
    head = [["Nomor", registered.number if registered else ""], ["Sifat", "Segera"], ["Lampiran", "—"]]
    paper.add("pairs", width=24, rows=[*head, ["Hal", subject(year)]], after=5)
    paper.add("to", names=[f"{'Kepala' if row.agency.kind == 'opd' else 'Pimpinan'} {row.agency.name}"],
              place="tempat", indent=80, after=5)  # fmt: skip
    team = city.team_name if city else "TKPKD"
    paper.add(
        "text",
        text=f"Dengan hormat, sampai dengan {tanggal(timezone.localdate())} sekretariat {team} belum menerima dari "
        f"{row.agency.name} untuk tahun {year}:",
    )
    with override("id"):
        paper.add("list", names=row.owed or ["—"], after=4)
    paper.add(
        "text",
        text="Kelengkapan pelaporan menentukan angka cakupan dan laporan pelaksanaan penanggulangan kemiskinan daerah. "
        "Kami mohon dilengkapi melalui aplikasi dalam waktu lima hari kerja.",
    )
    paper.add("text", text="Demikian disampaikan, atas perhatian Saudara diucapkan terima kasih.", after=2)
    paper.add("sign", left=NOBODY, right=NOBODY | signer() | {"place": ""})
    return paper
