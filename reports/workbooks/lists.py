"""Reports that name households: the gap list and the intervention matrix (BNBA, by name by address)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.nik import mask
from core.sheets import ReportColumn, ReportSheet
from households.choices import HEAD
from households.labels import Labels
from households.models import Household, Member
from programs import figures
from programs.choices import BenefitUnit
from programs.models import Program, ProgramYear, ReachedHousehold
from reports.workbooks.asking import ReportRequest, paper
from reports.workbooks.names import ReportKind, register

CHUNK = 2_000
HOUSING = ("floor", "wall", "roof", "water", "toilet")


def reached_in(request: ReportRequest) -> QuerySet:
    """Deliveries that are not void and dated in the report's period, by household."""
    return ReachedHousehold.objects.filter(date__range=(request.period.first, request.period.last)).order_by()


def gap_households(request: ReportRequest) -> QuerySet:
    """Target group without any delivery in the period, poorest first, then by kelurahan, RW, RT and name."""
    return (
        figures.target_group(request.prefix)
        .exclude(pk__in=reached_in(request).values("household"))
        .order_by("region_id", "desil", "rw", "rt", "head_sort", "pk")
    )


def matrix_households(request: ReportRequest) -> QuerySet:
    """Target group and everybody reached in the period."""
    poor = figures.target_group(request.prefix).order_by().values("pk")
    return (
        Household.objects.unmerged()
        .in_area(request.prefix)
        .filter(Q(pk__in=poor) | Q(pk__in=reached_in(request).values("household")))
        .order_by("region_id", "rw", "rt", "head_sort", "pk")
    )


def _with_head(households: QuerySet) -> QuerySet:
    nik = Member.objects.filter(household=OuterRef("pk"), relation=HEAD, status="active", merged_into__isnull=True)
    return households.select_related("region").annotate(head_nik=Subquery(nik.values("nik")[:1]))


def _number(value: str | None, request: ReportRequest) -> str:
    return (value or "") if request.unmasked else mask(value or "")


def _identity() -> list[ReportColumn]:
    return [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("head", _("Head of household"), width=26),
        ReportColumn("nik", "NIK", "code"),
        ReportColumn("kk", _("Family card number"), "code"),
        ReportColumn("address", _("Address"), width=28),
        ReportColumn("rt", "RT", "code", width=5),
        ReportColumn("rw", "RW", "code", width=5),
        ReportColumn("region", _("Kelurahan"), width=20),
        ReportColumn("desil", _("Desil"), "int", width=7, centred=True),
        ReportColumn("size", _("Members"), "int", width=9, centred=True),
    ]


def _identity_cells(n: int, household: Household, request: ReportRequest) -> list:
    return [
        n,
        household.head_name,
        _number(household.head_nik, request),
        _number(household.kk, request),
        household.address,
        household.rt,
        household.rw,
        household.region.name,
        household.desil,
        household.size,
    ]


def _gap(request: ReportRequest) -> list[ReportSheet]:
    columns = [
        *_identity(),
        *(ReportColumn(f, str(Household._meta.get_field(f).verbose_name).capitalize(), width=17) for f in HOUSING),
        ReportColumn("fits", _("Meets the rule of"), width=30),
        ReportColumn("result", _("Result of the visit"), width=24),
    ]
    return [
        ReportSheet(
            name=_("Gap"),
            title=_("Poor households without any recorded programme"),
            subtitles=[f"{request.region}, {request.period.label}"],
            columns=columns,
            rows=_gap_rows(request),
            column_numbers=True,
            notes=not_known(request),
            frozen=2,
            **paper(request),
        )
    ]


def _gap_rows(request: ReportRequest) -> Iterator[list]:
    labels = Labels(*HOUSING)
    fits = _fitting(request)
    households = _with_head(gap_households(request))
    for n, h in enumerate(households.iterator(chunk_size=CHUNK), 1):
        housing = [labels.of(f, getattr(h, f)) for f in HOUSING]
        yield [*_identity_cells(n, h, request), *housing, ", ".join(fits.get(h.pk, ())), ""]


def _fitting(request: ReportRequest) -> dict[int, list[str]]:
    """Household id → short names of the programmes of the year whose rule it meets; one query a programme."""
    gap = gap_households(request).order_by().values("pk")
    found: dict[int, list[str]] = defaultdict(list)
    years = ProgramYear.objects.filter(
        year=request.period.year, program__benefit_unit__in=[BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON]
    )
    for each in years.select_related("program").order_by("program__name"):
        for pk in figures.program_target(each, request.prefix).filter(pk__in=gap).values_list("pk", flat=True):
            found[pk].append(each.program.short_name)
    return found


def programs_of(request: ReportRequest) -> list[Program]:
    """Programmes for households, persons or groups that run in the year or reached somebody in the period."""
    running = ProgramYear.objects.filter(year=request.period.year).values("program")
    return list(
        Program.objects.exclude(benefit_unit=BenefitUnit.AREA)
        .filter(Q(pk__in=running) | Q(pk__in=reached_in(request).values("program")))
        .select_related("owner")
        .order_by("cluster__code", "owner__short_name", "short_name", "pk")
    )


def _matrix(request: ReportRequest) -> list[ReportSheet]:
    programs = programs_of(request)
    columns = [
        *_identity(),
        *(
            ReportColumn(f"p{p.pk}", p.short_name, "text", width=11, groups=(p.owner.short_name,), centred=True)
            for p in programs
        ),
        ReportColumn("count", _("Programmes"), "int", width=11, centred=True),
    ]
    return [
        ReportSheet(
            name=_("Matrix"),
            title=_("Intervention matrix by name by address"),
            subtitles=[f"{request.region}, {request.period.label}"],
            columns=columns,
            rows=_matrix_rows(request, programs),
            column_numbers=True,
            notes=not_known(request),
            frozen=2,
            **paper(request),
        )
    ]


def _matrix_rows(request: ReportRequest, programs: list[Program]) -> Iterator[list]:
    got: dict[int, set[int]] = defaultdict(set)
    for household, program in reached_in(request).values_list("household", "program").distinct():
        got[household].add(program)
    for n, h in enumerate(_with_head(matrix_households(request)).iterator(chunk_size=CHUNK), 1):
        has = got.get(h.pk, ())
        yield [*_identity_cells(n, h, request), *("✓" if p.pk in has else "" for p in programs), len(has)]


def not_known(request: ReportRequest) -> list[str]:
    """Lines below a list: what counts as received, and whose lists have not come in."""
    names = [each.program_year.program.short_name for each in figures.lists_not_in(request.period.year)]
    notes = [_("Counted: something that was handed over in the period and not voided.")]
    if names:
        notes.append(_("Recipient lists that have not come in whole: %(names)s.") % {"names": ", ".join(names)})
    return notes


register(
    ReportKind(
        name="gap",
        label=gettext_lazy("Gap list"),
        about=gettext_lazy("Poor households for which no programme is recorded, by name and address, per kelurahan."),
        icon="list-check",
        lists_names=True,
        count=lambda request: gap_households(request).order_by().count(),
        build=_gap,
    )
)
register(
    ReportKind(
        name="matriks-intervensi",
        label=gettext_lazy("Intervention matrix"),
        about=gettext_lazy("One row a household, one column a programme: who received what."),
        icon="grid-3x3",
        lists_names=True,
        count=lambda request: matrix_households(request).order_by().count(),
        build=_matrix,
    )
)
