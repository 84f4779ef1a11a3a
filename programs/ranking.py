"""Who comes first when a quota does not reach all: the desil, then stated criteria; what is still equal is a tie.

Nothing else decides: no name, no number, no order of entry. Of a tie that the last places do not hold nobody comes in
by itself; a person chooses, and the others stand on the reserve list.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from households.models import Household
from households.rules import compile_rule, default_day, sentence, uses_health
from programs import candidates
from programs.choices import BenefitUnit
from programs.models import ProgramYear, QuotaOrder

IN, TIE, RESERVE = "in", "tie", "reserve"
MOST_CRITERIA = 4


def _is(key: str, value=True) -> dict:
    return {"field": key, "op": "eq", "value": value}


# What the page offers as criteria; each is a rule over the household.
CRITERIA: dict[str, tuple] = {
    "none": (_("without any programme this year"), {"field": "program.none", "value": {}}),
    "unfit_house": (_("unfit house"), _is("unfit_house")),
    "no_toilet": (_("no toilet"), _is("no_toilet")),
    "unsafe_water": (_("unsafe drinking water"), _is("unsafe_water")),
    "elderly": (_("elderly member (60 and older)"), _is("elderly")),
    "child_under_5": (_("child under 5"), _is("child_under_5")),
    "out_of_school": (_("child of school age out of school"), _is("out_of_school")),
    "jobless_adult": (_("jobless adult (18–59)"), _is("jobless_adult")),
    "severe_disability": (_("member with a severe disability"), _is("severe_disability")),
    "many": (_("five members or more"), {"field": "size", "op": "gte", "value": 5}),
}


@dataclass
class Place:
    """A candidate in the order.

    `key`: desil (11 = none) and for each criterion 0 = met, 1 = not; `state`: in, tie or reserve; `shared`: candidates
    with the same key.
    """

    n: int
    pk: int
    household: int
    name: str
    key: tuple[int, ...]
    state: str = IN
    shared: int = 1

    @property
    def desil(self) -> int | None:
        """The desil, None without one."""
        return self.key[0] if self.key[0] <= 10 else None

    @property
    def met(self) -> list[bool]:
        """Which criteria are met."""
        return [flag == 0 for flag in self.key[1:]]


def criteria_of(program_year: ProgramYear) -> list[dict]:
    """The criteria of the programme's order, none where none are stated."""
    found = QuotaOrder.objects.filter(program=program_year.program).values_list("criteria", flat=True).first()
    return found or []


def words(criteria: list[dict]) -> list[str]:
    """The criteria in words."""
    return [sentence(rule) for rule in criteria]


def asks_health(criteria: list[dict]) -> bool:
    """Whether a criterion speaks of health."""
    return any(uses_health(rule) for rule in criteria)


def fitting(program_year: ProgramYear, by, *, households=None, members=None) -> QuerySet:
    """The candidates that a proposal would take: theirs to propose, not in, fitting, not barred."""
    if program_year.program.benefit_unit == BenefitUnit.PERSON:
        rows = candidates.annotated_members(program_year, by, candidates.members_given(households, members))
    else:
        rows = candidates.annotated_households(program_year, by, candidates.households_given(households, members))
    return rows.filter(mine=True, enrolled=False, fits=True, barred=False)


def order(program_year: ProgramYear, rows: QuerySet) -> list[Place]:
    """Candidates in order; one query. Equal ones stand by name, which decides nothing."""
    person = program_year.program.benefit_unit == BenefitUnit.PERSON
    day, year, columns = default_day(program_year.year), program_year.year, {}
    for i, rule in enumerate(criteria_of(program_year)):
        met = Household.objects.filter(compile_rule(rule, day=day, year=year)).order_by().values("pk")
        at = {"household__in" if person else "pk__in": met}
        columns[f"met_{i}"] = Case(When(**at, then=Value(0)), default=Value(1), output_field=IntegerField())
    desil = "household__desil" if person else "desil"
    name = ("household_id", "name", "name_sort") if person else ("pk", "head_name", "head_sort")
    found = (
        rows.annotate(rank_desil=F(desil), **columns)
        .order_by(F("rank_desil").asc(nulls_last=True), *columns, name[2], "pk")
        .values_list("pk", name[0], name[1], "rank_desil", *columns)
    )
    return [
        Place(n, pk, household, who, (rank or 11, *flags))
        for n, (pk, household, who, rank, *flags) in enumerate(found, 1)
    ]


def cut(places: list[Place], room: int | None) -> list[Place]:
    """Say who comes in: whole groups of equals as long as they fit into `room`; the first that does not is the tie."""
    groups: dict[tuple, list[Place]] = {}
    for place in places:
        groups.setdefault(place.key, []).append(place)
    left = len(places) if room is None else max(room, 0)
    state = IN
    for group in groups.values():
        if state == IN and len(group) > left:
            # Nobody of a group without any place left is tied: there is nothing to share.
            state = TIE if left else RESERVE
        for place in group:
            place.shared, place.state = len(group), state
        if state == IN:
            left -= len(group)
        elif state == TIE:
            state = RESERVE
    return places


def ranked(program_year: ProgramYear, by, *, households=None, members=None) -> list[Place]:
    """The candidates of a proposal in order, with who comes in within the quota as it stands."""
    room = candidates.room_of(program_year)
    left = None if room.quota is None else room.quota - room.taken
    return cut(order(program_year, fitting(program_year, by, households=households, members=members)), left)
