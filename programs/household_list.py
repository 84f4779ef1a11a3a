"""What programmes add to the household list: filters, columns, the bulk action, and programmes in the global search."""

from __future__ import annotations

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.once import once
from core.registry import BulkAction, ListColumn
from core.roles import Perm
from households.filters import ExtraFilter
from programs import eligibility, figures, rights
from programs.choices import BenefitUnit
from programs.models import BenefitKind, Program, ReachedHousehold

AID = (
    ("none", gettext_lazy("Without any programme")),
    ("any", gettext_lazy("With at least one programme")),
    ("twice", gettext_lazy("Two programmes of one kind")),
)


def _listed(user) -> list[Program]:
    """Programmes with households or people, by name; five of the filters offer them."""
    programs = Program.objects.visible_to(user).exclude(benefit_unit=BenefitUnit.AREA).order_by("name")
    return once(("listed programmes", user.pk), lambda: list(programs))


def _programs_field(user, year: int) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *((str(p.uuid), p.short_name) for p in _listed(user))])


def _judged_field(user, year: int) -> forms.Field:
    """Programmes whose rule this person may judge people by."""
    programs = _listed(user)
    prefetch_related_objects(programs, "rules")
    offered = [p for p in programs if may_judge(user, p, year)]
    return forms.ChoiceField(choices=[("", "—"), *((str(p.uuid), p.short_name) for p in offered)])


def may_judge(user, program: Program, year: int) -> bool:
    """Whether `user` may list the households that fit this programme: a rule on health needs the right to see it."""
    return eligibility.may_judge(user, program, eligibility.own_rule(program, year))


def _kinds_field(user, year: int) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *BenefitKind.objects.order_by("name").values_list("code", "name")])


def _aid_field(user, year: int) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *AID])


def _aid_rule(value: str, year: int) -> dict:
    if value == "any":
        return {"field": "program.received", "value": {"year": year}}
    return {"field": f"program.{value}", "value": {"year": year}}


def _asks(field: str, *, negated: bool = False, key: str = "programs"):
    def rule(value: str, year: int) -> dict:
        leaf = {"field": field, "value": {key: [value], "year": year}}
        return {"not": leaf} if negated else leaf

    return rule


def _filter(order, name, label, field, rule, perm=Perm.SEE_AID) -> ExtraFilter:
    return ExtraFilter(name, label, order, "program", field, rule, perm)


FILTERS = [
    _filter(10, "aid", gettext_lazy("Aid received in the year"), _aid_field, _aid_rule),
    _filter(20, "received", gettext_lazy("Received"), _programs_field, _asks("program.received")),
    _filter(
        30, "not_received", gettext_lazy("Has not received"), _programs_field, _asks("program.received", negated=True)
    ),
    _filter(40, "kind", gettext_lazy("Received aid of the kind"), _kinds_field, _asks("program.received", key="kinds")),
    _filter(50, "fits", gettext_lazy("Fits the rule of"), _judged_field, _asks("program.fits"), Perm.SEE_NAMES),
    _filter(60, "enrolled", gettext_lazy("Is in"), _programs_field, _asks("program.enrolled")),
    _filter(70, "not_enrolled", gettext_lazy("Is not in"), _programs_field, _asks("program.enrolled", negated=True)),
]


def _reached(year: int):
    return ReachedHousehold.objects.filter(household=OuterRef("pk"), date__range=figures.days_of(year)).order_by()


def _with_programs(queryset, year: int):
    names = _reached(year).values("program__short_name").distinct().order_by("program__short_name")
    return queryset.annotate(programs=ArraySubquery(names))


def _with_count(queryset, year: int):
    counted = _reached(year).values("household").annotate(n=Count("program", distinct=True)).values("n")
    return queryset.annotate(program_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def _tags(row) -> SafeString:
    tags = format_html_join("", '<span class="tag">{}</span>', ((name,) for name in row.programs))
    return format_html(
        '<span class="tags">{}</span>', tags or format_html('<span class="tag none">{}</span>', _("none recorded"))
    )


COLUMNS = [
    ListColumn(
        "programs",
        gettext_lazy("Programmes of the year"),
        _with_programs,
        lambda row: ", ".join(row.programs),
        perm=Perm.SEE_AID,
        default=True,
        html=_tags,
    ),
    ListColumn(
        "program_count",
        gettext_lazy("Number of programmes"),
        _with_count,
        lambda row: row.program_count,
        kind="int",
        perm=Perm.SEE_AID,
    ),
]


def _start_enrolment(request, household_set):
    return redirect(f"{reverse('programs:enrol_start')}?set={household_set.uuid}")


ENROL = BulkAction("enrol", gettext_lazy("Propose as candidates…"), "bullseye", Perm.PROPOSE, _start_enrolment)


def find_programs(request, text: str, limit: int) -> list[dict]:
    """Hits of the global search: programmes by name, short name or the names sheets use."""
    words = text.split()[:8]
    if not words:
        return []
    query = Q()
    for word in words:
        query &= Q(name__icontains=word) | Q(short_name__icontains=word) | Q(aliases__icontains=word)
    programs = (
        Program.objects.visible_to(request.user)
        .filter(query)
        .select_related("owner")
        .annotate(
            rank=Case(
                When(short_name__iexact=text.strip(), then=Value(0)),
                When(short_name__istartswith=text.strip(), then=Value(1)),
                default=Value(2),
            )
        )
        .order_by("rank", F("ended").desc(nulls_first=True), "name")[:limit]
    )
    return [
        {
            "label": p.name,
            "sub": " · ".join(
                [p.owner.short_name, *([_("ended %(year)s") % {"year": p.ended.year}] if p.ended else [])]
            ),
            "url": reverse("programs:program_detail", args=[p.uuid]),
            "icon": "box-seam",
        }
        for p in programs
    ]


def serves(user, household) -> bool:
    """Hook: whether an agency of `user` serves the household: approved, received or stopped aid of its programmes."""
    agencies = [a.agency_id for a in rights.agency_roles(user)]
    return (
        bool(agencies)
        and household.aid.filter(
            program_year__program__owner__in=agencies, status__in=["approved", "received", "stopped"]
        ).exists()
    )
