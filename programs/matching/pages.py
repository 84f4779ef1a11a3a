"""A matched list as its owner reads it: tiles, one page of lines, candidates, selection, workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports import Export, ExportColumn, ExportSheet, register_export
from core.imports.findings import view
from core.models import ImportBatch, ImportFinding
from core.nik import mask
from core.roles import Perm, require
from households.models import Household, Member
from programs.choices import AssistanceStatus, BenefitUnit
from programs.matching import near
from programs.matching.lists import NOT_FOUND, State, own, program_year_of
from programs.models import Assistance, ProgramYear, RecipientRow

PAGE_SIZE = 50
EXPORT = "programs.match"


@dataclass
class Line:
    """One line of a matched list, ready to be shown. `in_status`, `in_day`: of the open row of this programme year."""

    row: RecipientRow
    household: Household | None = None
    member: Member | None = None
    state: State = State.UNKNOWN
    number: str = ""  # masked
    same_as: int | None = None  # row number of the line with the same family
    problem: str = ""
    in_status: str = ""
    in_day: dt.date | None = None
    near: list[Candidate] = field(default_factory=list)

    @property
    def told(self) -> dict:
        """What was found out: aid, why, same_kind, mine."""
        return self.row.told or {}

    @property
    def programs(self) -> list[str]:
        """Programmes that the family has this year."""
        return [program for program, _agency in self.told.get("aid", [])]

    @property
    def agencies(self) -> list[str]:
        """Whose programmes they are, each agency once."""
        return list(dict.fromkeys(agency for _program, agency in self.told.get("aid", [])))

    @property
    def aid(self) -> list[str]:
        """Programmes that the family has, each with its agency."""
        return [f"{program} ({agency})" for program, agency in self.told.get("aid", [])]


@dataclass(frozen=True)
class Candidate:
    """A person that a line may mean, with what speaks for it."""

    member: Member
    reasons: list[str]
    number: str


class MatchFilter:
    """Which lines are shown: `state` (a tile) and `q` (part of a name, or a whole NIK of the list itself)."""

    def __init__(self, batch: ImportBatch, data):
        self.batch = batch
        state = data.get("state", "")
        self.state = state if state in State.values else ""
        self.q = " ".join(data.get("q", "").split())[:100]

    def rows(self) -> QuerySet:
        """The lines, in the order of the list."""
        rows = RecipientRow.objects.filter(batch_id=self.batch.pk)
        if self.state == State.UNKNOWN:
            rows = rows.filter(outcome__in=NOT_FOUND)
        elif self.state:
            rows = rows.filter(outcome=self.state)
        if self.q:
            number = "".join(self.q.split())
            whole = number.isdigit() and len(number) == 16
            rows = rows.filter(Q(nik=number) | Q(kk=number)) if whole else rows.filter(name__icontains=self.q)
        return rows.order_by("n")


def lines(batch: ImportBatch, rows: Iterable[RecipientRow], user) -> list[Line]:
    """Lines for these rows; whom the reader may not see any more is registered elsewhere. A fixed number of queries."""
    rows = list(rows)
    program_year = program_year_of(batch)
    households = _households(user, [r.household_id for r in rows])
    members = Member.objects.visible_to(user).in_bulk([r.member_id for r in rows if r.member_id])
    near_ids = [pk for r in rows if r.how is None for pk in r.near or ()]
    people = Member.objects.visible_to(user).select_related("household__region").in_bulk(near_ids)
    places = dict(
        RecipientRow.objects.filter(
            batch_id=batch.pk, n__in=[r.same_as for r in rows if r.same_as is not None]
        ).values_list("n", "row")
    )
    problems = _problems(batch, [r.n for r in rows if r.bad])
    standing = _standing(program_year, rows)
    result = []
    for row in rows:
        line = Line(row, state=State(row.outcome or State.UNKNOWN), number=mask(row.nik or row.kk or ""))
        line.household = households.get(row.household_id)
        line.member = members.get(row.member_id)
        if row.household_id and line.household is None:
            line.state = State.AWAY
            line.row.told = None
        line.same_as = places.get(row.same_as)
        line.problem = problems.get(row.n, "")
        if line.household is not None:
            line.in_status, line.in_day = standing.get((row.household_id, row.member_id), ("", None))
        if row.how is None:
            line.near = [candidate(row, people[pk]) for pk in row.near or () if pk in people]
        result.append(line)
    return result


def _households(user, ids) -> dict[int, Household]:
    return Household.objects.visible_to(user).select_related("region").in_bulk([pk for pk in ids if pk])


def candidate(row: RecipientRow, member: Member) -> Candidate:
    """A person that `row` may mean. `member` comes with household and region."""
    home = member.household
    mine = near.Side(row.name or "", row.birth_date, row.region, row.rw, row.rt, row.address)
    theirs = near.Side(member.name, member.birth_date, home.region_id, home.rw, home.rt, home.address)
    return Candidate(member, near.reasons(near.likeness(mine, theirs)) if row.name else [], mask(member.nik or ""))


def _problems(batch: ImportBatch, ns: list[int]) -> dict[int, str]:
    """What is wrong with unreadable lines, in words."""
    found: dict[int, str] = {}
    for finding in ImportFinding.objects.filter(batch=batch, level="error", stage="cells", grp__in=ns).order_by("id"):
        found.setdefault(finding.grp, view(batch, finding).text)
    return found


def _standing(program_year: ProgramYear | None, rows: list[RecipientRow]) -> dict[tuple, tuple]:
    """(household, member) → (status, day of it or of the last delivery) in the programme year."""
    if program_year is None:
        return {}
    people = program_year.program.benefit_unit == BenefitUnit.PERSON
    key = "member_id" if people else "household_id"
    ids = {getattr(r, key) for r in rows} - {None}
    found = (
        Assistance.objects.open()
        .filter(program_year=program_year, **{f"{key}__in": ids})
        .annotate(delivered=Max("deliveries__date", filter=Q(deliveries__void=False)))
        .values_list(key, "status", "status_at__date", "delivered")
    )
    by_key = {pk: (AssistanceStatus(status).label, delivered or day) for pk, status, day, delivered in found}
    return {(r.household_id, r.member_id): by_key[getattr(r, key)] for r in rows if getattr(r, key) in by_key}


# --- tiles -----------------------------------------------------------------------------------------------------------


def tiles(batch: ImportBatch, program_year: ProgramYear | None) -> list[tuple[State, int, str]]:
    """(state, lines, hint) for the tiles above a list."""
    states = batch.counts.get("states", {})
    judged = program_year is not None and not {State.SOMETHING, State.NOTHING} & states.keys()
    first = (State.FIT, State.IN, State.UNFIT) if judged else (State.NOTHING, State.SOMETHING)
    hints = {
        State.FIT: _("meet the rule, not yet in"),
        State.IN: _("stand in the programme year"),
        State.UNFIT: _("do not meet the rule, or data are missing"),
        State.NOTHING: _("no programme recorded this year"),
        State.SOMETHING: _("the family has a programme this year"),
        State.CHOOSE: _("several people may be meant"),
        State.UNKNOWN: _("not in the household data"),
    }
    counts = {state: states.get(state, 0) for state in (*first, State.CHOOSE)}
    counts[State.UNKNOWN] = sum(states.get(state, 0) for state in NOT_FOUND)
    return [(state, n, hints[state]) for state, n in counts.items()]


# --- selection -------------------------------------------------------------------------------------------------------


def selection(batch: ImportBatch, user, picked: list[int] | None) -> dict[str, list[int]]:
    """Who is meant by ticked lines (`n`), or by all that fit when None: arguments of `candidates.preview`.

    Households for programmes of households, members for programmes of persons; only those in sight. Raises
    ValidationError when nobody is left.
    """
    rows = RecipientRow.objects.filter(batch_id=batch.pk, how__isnull=False)
    rows = rows.filter(outcome=State.FIT) if picked is None else rows.filter(n__in=picked)
    program_year = program_year_of(batch)
    people = program_year is not None and program_year.program.benefit_unit == BenefitUnit.PERSON
    if people:
        ids = set(rows.filter(member_id__isnull=False).values_list("member_id", flat=True))
        found = list(Member.objects.visible_to(user).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    else:
        found = list(seen_households(rows, user).order_by("pk").values_list("pk", flat=True))
    if not found:
        raise ValidationError(_("None of the chosen lines is known. Choose lines that were found."))
    return {"members" if people else "households": found}


def seen_households(rows: QuerySet, user) -> QuerySet:
    """Households of these lines that the reader may see."""
    ids = rows.filter(household_id__isnull=False).values_list("household_id", flat=True)
    return Household.objects.visible_to(user).filter(pk__in=set(ids))


# --- workbook --------------------------------------------------------------------------------------------------------


def build(user, params: dict) -> Export:
    """A matched list as a workbook, numbers masked. `params`: `batch` (uuid), `state`, `q`."""
    require(user, Perm.SEE_NAMES)
    batch = own(user).filter(uuid=params["batch"]).first()
    if batch is None:
        raise ValidationError(_("This matched list is no longer there. Match it again."))
    found = MatchFilter(batch, params)
    program_year = program_year_of(batch)
    shown = str(program_year) if program_year else ""
    filters = [(_("List"), batch.file_name)]
    filters += [(_("Programme"), shown)] if shown else []
    filters += [(_("Result"), str(State(found.state).label))] if found.state else []
    filters += [(_("Name"), found.q)] if found.q else []
    return Export(
        title=_("Matched list %(file)s") % {"file": batch.file_name},
        file_name=_("matched list %(program)s") % {"program": shown},
        sheets=[
            ExportSheet(
                _("Result"),
                None,
                _COLUMNS,
                frozen=2,
                rows=lambda: _rows(batch, found, user),
                count=found.rows().count(),
            )
        ],
        what=_("Matched list %(file)s") % {"file": batch.file_name},
        filters=filters,
        unmasked=False,
    )


_COLUMNS = [
    ExportColumn("row", "No.", None, "int", width=6),
    ExportColumn("name", gettext_lazy("Name in the list"), None, width=28),
    ExportColumn("number", gettext_lazy("NIK or KK in the list"), None, "code"),
    ExportColumn("state", gettext_lazy("Result"), None, width=22),
    ExportColumn("found", gettext_lazy("Name in our data"), None, width=28),
    ExportColumn("head", gettext_lazy("Head of household"), None, width=28),
    ExportColumn("address", gettext_lazy("Address"), None, width=32),
    ExportColumn("rw", "RW", None, "code", width=6),
    ExportColumn("rt", "RT", None, "code", width=6),
    ExportColumn("village", gettext_lazy("Kelurahan"), None, width=20),
    ExportColumn("desil", gettext_lazy("Desil"), None, "int", width=7),
    ExportColumn("aid", gettext_lazy("Programmes of the family"), None, width=36),
    ExportColumn("why", gettext_lazy("Remark"), None, width=48),
]


def _rows(batch: ImportBatch, found: MatchFilter, user) -> Iterator[tuple]:
    after = -1
    while part := list(found.rows().filter(n__gt=after)[:1000]):
        after = part[-1].n
        for line in lines(batch, part, user):
            home = line.household
            yield (
                line.row.row,
                line.row.name or "",
                line.number,
                str(line.state.label),
                line.member.name if line.member else home.head_name if home else "",
                home.head_name if home else "",
                home.address if home else line.row.address or "",
                home.rw if home else "",
                home.rt if home else "",
                home.region.name if home else "",
                home.desil if home else None,
                ", ".join(line.aid),
                remark(line),
            )


def remark(line: Line) -> str:
    """What there is to say of a line besides its state, as one text."""
    texts = []
    if line.in_status:
        texts.append(f"{line.in_status} {line.in_day:%d/%m/%Y}" if line.in_day else line.in_status)
    texts += line.told.get("why", []) if line.state == State.UNFIT else []
    if line.told.get("same_kind"):
        texts.append(
            _("already has aid of the same kind: %(programs)s") % {"programs": ", ".join(line.told["same_kind"])}
        )
    if line.same_as is not None:
        texts.append(_("same family as row %(row)s") % {"row": line.same_as})
    if line.near:
        names = ", ".join(f"{c.member.name} ({c.member.household.region.name})" for c in line.near)
        texts.append(_("may be: %(names)s") % {"names": names})
    if line.member is not None and line.member.status != "active":
        texts.append(str(line.member.get_status_display()))
    elif line.household is not None and line.household.status != "active":
        texts.append(str(line.household.get_status_display()))
    texts += [line.problem] if line.problem else []
    return "; ".join(texts)


register_export(EXPORT, build)
