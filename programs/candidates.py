"""Who would come into a programme year, before anything is written: counts with reasons, checks person by person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.models.regions import area_q
from core.roles import Perm
from households.models import Household, Member
from households.rules import compile_members, default_day, parts, sentence, truth
from programs import eligibility, rights
from programs.choices import AssistanceStatus, BenefitUnit
from programs.models import AllowedPair, Assistance, ExclusivePair, GroupMember, Program, ProgramYear

# Rows that take a place of the quota and money of the ceiling.
STANDING = (
    AssistanceStatus.PROPOSED,
    AssistanceStatus.VERIFIED,
    AssistanceStatus.APPROVED,
    AssistanceStatus.RECEIVED,
)


@dataclass
class Room:
    """Places and money of a programme year. None = no limit set; amounts in whole rupiah."""

    quota: int | None
    taken: int
    ceiling: int | None
    committed: int
    unit_amount: int | None

    def over_quota(self, more: int) -> int:
        """How many of `more` would stand above the quota."""
        return 0 if self.quota is None else min(more, max(0, self.taken + more - self.quota))

    def over_ceiling(self, more: int) -> int:
        """By how many rupiah `more` beneficiaries would pass the ceiling."""
        return self.over_ceiling_by(more * (self.unit_amount or 0))

    def over_ceiling_by(self, amount: int) -> int:
        """By how many rupiah another `amount` would pass the ceiling."""
        return 0 if self.ceiling is None or not amount else max(0, self.committed + amount - self.ceiling)


@dataclass
class Preview:
    """What an enrolment would do. Counts are people for programmes of persons, else households.

    `fit` would come in; `unfit` and `unknown` (data missing) only with a reason; `outside`: seen, but not in the area
    or agency of the person; `bare`: households of a programme of persons in which nobody qualifies; `barred`: would
    fit, but the family is in a programme that excludes this one.
    """

    unit: str
    given: int = 0
    given_households: int = 0
    fit: int = 0
    unfit: int = 0
    unknown: int = 0
    already: int = 0
    outside: int = 0
    bare: int = 0
    reasons: list[tuple[str, int]] = field(default_factory=list)
    same_kind: int = 0
    same_kind_with: list[tuple[str, int]] = field(default_factory=list)
    barred: int = 0
    barred_by: list[tuple[str, int]] = field(default_factory=list)
    family_in: int = 0
    room: Room | None = None

    @property
    def over_quota(self) -> int:
        """How many of those who fit would stand above the quota."""
        return self.room.over_quota(self.fit)

    @property
    def over_ceiling(self) -> int:
        """By how many rupiah those who fit would pass the ceiling."""
        return self.room.over_ceiling(self.fit)


def some(rows: QuerySet | Iterable[int], model):
    """`rows` as something that `pk__in` takes: a queryset stays one, ids become one array parameter."""
    if isinstance(rows, QuerySet):
        return rows.order_by().values("pk")
    return RawSQL("SELECT unnest(%s::bigint[])", [[getattr(r, "pk", r) for r in rows]])


def room_of(program_year: ProgramYear, statuses=STANDING) -> Room:
    """Quota, ceiling (newest versions of the funding) and what rows of `statuses` take of them."""
    ceiling = program_year.funding.filter(current=True).aggregate(n=Sum("ceiling"))["n"]
    standing = program_year.assistance.filter(status__in=statuses).aggregate(
        n=Count("pk"), amount=Sum(Coalesce("amount", Value(program_year.unit_amount or 0)))
    )
    return Room(program_year.quota, standing["n"], ceiling, standing["amount"] or 0, program_year.unit_amount)


def rivals(program_year: ProgramYear) -> QuerySet:
    """Years of other programmes with the same kind of benefit, in the same year; allowed pairs are left out."""
    program = program_year.program
    pairs = AllowedPair.objects.filter(Q(first=program) | Q(second=program)).values_list("first", "second")
    allowed = {p for pair in pairs for p in pair} | {program.pk}
    return ProgramYear.objects.filter(year=program_year.year, program__benefit_kind=program.benefit_kind_id).exclude(
        program__in=allowed
    )


def rival_rows(program_year: ProgramYear) -> QuerySet:
    """Rows of the log that stand for aid of the same kind in the same year."""
    return Assistance.objects.filter(program_year__in=rivals(program_year), status__in=STANDING)


def same_kind_q(program_year: ProgramYear, household: str = "pk") -> Q:
    """Condition on rows whose household (named by `household`) already has aid of the same kind that year.

    Two members of one household are the same family: aid counts through `counts_for`, and through groups.
    """
    return _has(rival_rows(program_year), household)


def excluding_rows(program_year: ProgramYear) -> QuerySet:
    """Rows of the log that stand, of programmes that exclude this one, in the same year."""
    program = program_year.program
    pairs = ExclusivePair.objects.filter(Q(first=program) | Q(second=program)).values_list("first", "second")
    others = {pk for pair in pairs for pk in pair} - {program.pk}
    return Assistance.objects.filter(
        program_year__program__in=others, program_year__year=program_year.year, status__in=STANDING
    )


def barred_q(program_year: ProgramYear, household: str = "pk") -> Q:
    """Condition on rows whose family is in a programme that excludes this one, in the same year."""
    return _has(excluding_rows(program_year), household)


def _has(rows: QuerySet, household: str) -> Q:
    in_groups = GroupMember.objects.filter(
        valid_to__isnull=True, group__in=rows.filter(group__isnull=False).values("group")
    )
    return Q(**{f"{household}__in": rows.filter(counts_for__isnull=False).values("counts_for")}) | Q(
        **{f"{household}__in": in_groups.values("household")}
    )


def preview(program_year: ProgramYear, *, by, households=None, members=None) -> Preview:
    """Counts of an enrolment; nothing is written.

    `households` or `members`: queryset or ids. A programme of persons with `households` means the people in them who
    qualify; a programme of households with `members` means their households.
    """
    program = program_year.program
    result = Preview(unit=program.benefit_unit, room=room_of(program_year))
    if program.benefit_unit == BenefitUnit.PERSON:
        _preview_members(result, program_year, by, households, members)
    else:
        _preview_households(result, program_year, by, households, members)
    return result


def households_given(households, members) -> QuerySet:
    """The households meant, without merged ones."""
    base = Household.objects.unmerged()
    if households is not None:
        return base.filter(pk__in=some(households, Household))
    return base.filter(pk__in=Member.objects.filter(pk__in=some(members, Member)).values("household"))


def members_given(households, members) -> QuerySet:
    """The living, unmerged people meant."""
    base = Member.objects.active()
    if members is not None:
        return base.filter(pk__in=some(members, Member))
    return base.filter(household__in=households_given(households, None).values("pk"))


def _flag(q: Q) -> Case:
    return eligibility.verdict_of(q)


def annotated_households(program_year: ProgramYear, by, households: QuerySet) -> QuerySet:
    """Households with `mine` (may be proposed by this person), `enrolled`, `barred` and `fits` (True, False, None)."""
    prefixes = rights.areas(by, Perm.PROPOSE, program_year.program)
    rows = Assistance.objects.open().filter(program_year=program_year, household=OuterRef("pk"))
    households = households.annotate(
        mine=_flag(area_q("region_id", prefixes)), enrolled=Exists(rows), barred=_flag(barred_q(program_year))
    )
    return eligibility.annotate_fit(program_year, households)


def annotated_members(program_year: ProgramYear, by, members: QuerySet) -> QuerySet:
    """Members with `mine`, `enrolled`, `barred` and `fits` (True or False), as `annotated_households`."""
    prefixes = rights.areas(by, Perm.PROPOSE, program_year.program)
    rows = Assistance.objects.open().filter(program_year=program_year, member=OuterRef("pk"))
    members = members.annotate(
        mine=_flag(area_q("household__region_id", prefixes)),
        enrolled=Exists(rows),
        barred=_flag(barred_q(program_year, "household")),
    )
    return eligibility.annotate_fit_members(program_year, members)


def not_fitting(rows: QuerySet) -> QuerySet:
    """Of rows with `fits`, those that do not fit and those for which nobody knows (`exclude(fits=True)` loses them)."""
    return rows.filter(Q(fits=False) | Q(fits__isnull=True))


def _preview_households(result: Preview, program_year, by, households, members) -> None:
    rows = annotated_households(program_year, by, households_given(households, members))
    counted = (
        rows.annotate(kind=_flag(same_kind_q(program_year)))
        .order_by()
        .values("mine", "enrolled", "fits", "kind", "barred")
        .annotate(n=Count("pk"))
    )
    for row in counted:
        n = row["n"]
        result.given += n
        result.given_households += n
        _sort_in(result, row, n)
    if result.unfit or result.unknown:
        left = not_fitting(rows.filter(mine=True, enrolled=False))
        result.reasons = _household_reasons(program_year, left)
    if result.same_kind:
        meant = rows.filter(mine=True, enrolled=False, fits=True, barred=False)
        result.same_kind_with = _programmes_of(rival_rows(program_year), meant.values("pk"))
    if result.barred:
        meant = rows.filter(mine=True, enrolled=False, fits=True, barred=True)
        result.barred_by = _programmes_of(excluding_rows(program_year), meant.values("pk"))


def _sort_in(result: Preview, row: dict, n: int) -> None:
    if row["enrolled"]:
        result.already += n
    elif not row["mine"]:
        result.outside += n
    elif row["fits"] and row["barred"]:
        result.barred += n
    elif row["fits"]:
        result.fit += n
        result.same_kind += n if row["kind"] else 0
    elif row["fits"] is None:
        result.unknown += n
    else:
        result.unfit += n


def _household_reasons(program_year: ProgramYear, left: QuerySet) -> list[tuple[str, int]]:
    """How many of `left` break each condition of the rule, or lack the data for it; one query."""
    day, year = default_day(program_year.year), program_year.year
    conditions = parts(eligibility.rule_for(program_year.program, year))
    columns, texts = {}, {}
    for i, part in enumerate(conditions):
        t = truth(part, day=day, year=year)
        columns[f"no_{i}"] = Count("pk", filter=t.false)
        columns[f"unknown_{i}"] = Count("pk", filter=~t.true & ~t.false)
        texts[f"no_{i}"] = _("does not meet: %(condition)s") % {"condition": sentence(part)}
        texts[f"unknown_{i}"] = _("data missing: %(condition)s") % {"condition": sentence(part)}
    counted = Household.objects.filter(pk__in=left.order_by().values("pk")).aggregate(**columns)
    return sorted(((texts[k], n) for k, n in counted.items() if n), key=lambda pair: -pair[1])


def _programmes_of(rows: QuerySet, households: QuerySet) -> list[tuple[str, int]]:
    """How many of these households stand in each programme of `rows`."""
    rows = (
        rows.filter(counts_for__in=households)
        .order_by()
        .values("program_year__program__short_name")
        .annotate(n=Count("counts_for", distinct=True))
        .order_by("-n")
    )
    return [(r["program_year__program__short_name"], r["n"]) for r in rows]


def _preview_members(result: Preview, program_year, by, households, members) -> None:
    rows = annotated_members(program_year, by, members_given(households, members))
    family = (
        Assistance.objects.open()
        .filter(program_year=program_year, counts_for=OuterRef("household"))
        .exclude(member=OuterRef("pk"))
    )
    rows = rows.annotate(kind=_flag(same_kind_q(program_year, "household")), family=Exists(family))
    everybody = households is None
    counted = (
        (rows if everybody else rows.filter(Q(fits=True) | Q(enrolled=True)))
        .order_by()
        .values("mine", "enrolled", "fits", "kind", "family", "barred")
        .annotate(n=Count("pk"))
    )
    for row in counted:
        result.given += row["n"]
        _sort_in(result, row, row["n"])
        if row["family"] and row["mine"] and row["fits"] and not row["enrolled"] and not row["barred"]:
            result.family_in += row["n"]
    given = households_given(households, members)
    result.given_households = given.count()
    if not everybody:
        # Of households only those people are meant who qualify; the rest of the family is no candidate.
        meant = rows.filter(Q(fits=True) | Q(enrolled=True)).order_by().values("household")
        bare = given.exclude(pk__in=meant)
        result.bare = bare.count()
        if result.bare:
            result.reasons = _household_reasons(program_year, bare)
    elif result.unfit:
        result.reasons = _member_reasons(program_year, rows.filter(mine=True, enrolled=False, fits=False))
    if result.same_kind:
        meant = rows.filter(mine=True, enrolled=False, fits=True, barred=False).order_by().values("household")
        result.same_kind_with = _programmes_of(rival_rows(program_year), meant)
    if result.barred:
        meant = rows.filter(mine=True, enrolled=False, fits=True, barred=True).order_by().values("household")
        result.barred_by = _programmes_of(excluding_rows(program_year), meant)


def _member_reasons(program_year: ProgramYear, left: QuerySet) -> list[tuple[str, int]]:
    day, year = default_day(program_year.year), program_year.year
    conditions = parts(eligibility.rule_for(program_year.program, year))
    columns = {
        f"no_{i}": Count("pk", filter=~compile_members(part, day=day, year=year)) for i, part in enumerate(conditions)
    }
    counted = Member.objects.filter(pk__in=left.order_by().values("pk")).aggregate(**columns)
    texts = {
        f"no_{i}": _("does not meet: %(condition)s") % {"condition": sentence(p)} for i, p in enumerate(conditions)
    }
    return sorted(((texts[k], n) for k, n in counted.items() if n), key=lambda pair: -pair[1])


# --- person by person --------------------------------------------------------------------------------------------


@dataclass
class Check:
    """One person and a programme year: what stands in the way, what the family already gets.

    `enrolled`: status of the open row, or ""; `fits`: True, False or None (data missing); `why`: conditions not met;
    `aid`: names of programmes whose aid the family has that year, `same_kind` those of the same kind.
    """

    enrolled: str = ""
    fits: bool | None = None
    why: list[str] = field(default_factory=list)
    aid: list[str] = field(default_factory=list)
    same_kind: list[str] = field(default_factory=list)
    mine: bool = False


def check_members(program_year: ProgramYear, members: Iterable[int], by) -> dict[int, Check]:
    """What each person (ids of members that `by` may see) means for the programme year; a fixed number of queries."""
    ids = list(members)
    people = list(Member.objects.filter(pk__in=some(ids, Member)).values_list("pk", "household"))
    checks = {pk: Check() for pk, _household in people}
    families: dict[int, list[int]] = {}
    for pk, household in people:
        families.setdefault(household, []).append(pk)
    program, day, year = program_year.program, default_day(program_year.year), program_year.year
    conditions = parts(eligibility.rule_for(program, year))
    texts = [sentence(part) for part in conditions]
    if program.benefit_unit == BenefitUnit.PERSON:
        rows = annotated_members(program_year, by, Member.objects.filter(pk__in=some(ids, Member)))
        columns = {
            f"part_{i}": eligibility.verdict_of(compile_members(part, day=day, year=year))
            for i, part in enumerate(conditions)
        }
        targets = {pk: [pk] for pk in checks}
    else:
        rows = annotated_households(program_year, by, Household.objects.filter(pk__in=some(families, Household)))
        columns = {}
        for i, part in enumerate(conditions):
            t = truth(part, day=day, year=year)
            columns[f"part_{i}"] = eligibility.verdict_of(t.true, t.false)
        targets = families
    for row in rows.annotate(**columns).values("pk", "mine", "fits", "barred", *columns):
        for pk in targets[row["pk"]]:
            check = checks[pk]
            check.mine, check.fits = row["mine"], row["fits"] and not row["barred"]
            check.why = [text for i, text in enumerate(texts) if not row[f"part_{i}"]]
            if row["barred"]:
                check.why.append(_("in a programme that excludes this one"))
    _add_aid(checks, families, program_year, program)
    return checks


def _add_aid(checks: dict[int, Check], families: dict[int, list[int]], program_year: ProgramYear, program: Program):
    """Fill what the families have in the year: rows of their own and of their groups."""
    rival_years = set(rivals(program_year).values_list("pk", flat=True))
    rows = (
        Assistance.objects.open()
        .filter(program_year__year=program_year.year, counts_for__in=some(families, Household))
        .order_by("program_year__program__short_name")
        .values_list("counts_for", "member", "program_year", "status", "program_year__program__short_name")
    )
    for household, member, year_id, status, name in rows:
        for pk in families[household]:
            check = checks[pk]
            if year_id == program_year.pk:
                if program.benefit_unit != BenefitUnit.PERSON or member == pk:
                    check.enrolled = status
                continue
            if name not in check.aid:
                check.aid.append(name)
            if year_id in rival_years and status in STANDING and name not in check.same_kind:
                check.same_kind.append(name)


def recipients_to_copy(source: ProgramYear) -> dict[str, QuerySet]:
    """Beneficiaries of a past year who may be proposed again, as arguments of `preview` and `propose`.

    Approved and received rows count; stopped, rejected and void ones do not.
    """
    rows = source.assistance.filter(status__in=[AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED])
    if source.program.benefit_unit == BenefitUnit.PERSON:
        return {"members": Member.objects.active().filter(pk__in=rows.filter(member__isnull=False).values("member"))}
    return {
        "households": Household.objects.unmerged().filter(
            pk__in=rows.filter(household__isnull=False).values("household")
        )
    }


def gone_since(source: ProgramYear, user) -> QuerySet[Member]:
    """People that a past year of a programme of persons served and who died, left or are not found since, by name.

    They are no candidates any more; who copies the year should still see whom it loses.
    """
    rows = source.assistance.filter(
        status__in=[AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED], member__isnull=False
    )
    gone = Member.objects.visible_to(user).filter(pk__in=rows.values("member")).exclude(status="active")
    return gone.select_related("household__region").order_by("name_sort", "pk")


def fitting_outside(program_year: ProgramYear, households: QuerySet) -> dict[str, QuerySet]:
    """Of `households` those, or the people in them, who fit and have no open row, as arguments of `preview`."""
    rows = Assistance.objects.open().filter(program_year=program_year)
    if program_year.program.benefit_unit == BenefitUnit.PERSON:
        people = Member.objects.active().filter(household__in=households.order_by().values("pk"))
        people = eligibility.fit_members(program_year, people)
        return {"members": people.exclude(pk__in=rows.filter(member__isnull=False).values("member"))}
    found = eligibility.fit(program_year, households)
    return {"households": found.exclude(pk__in=rows.filter(household__isnull=False).values("household"))}
