"""The household list as a workbook: families, and on demand their members."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, CharField, F, When
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports import Export, ExportColumn, ExportSheet, masked, register_export
from core.models.regions import area_q
from core.registry import ListColumn
from core.roles import Perm, access
from households.choices import HouseholdStatus, MemberStatus, Sex, Source
from households.filters import HouseholdFilter
from households.labels import Labels
from households.listing import SORTS, registered_columns
from households.models import Household, Member
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES

KIND = "households.list"
HEALTH_LISTS = ("disability", "chronic_illness")
_YES_NO = {True: gettext_lazy("yes"), False: gettext_lazy("no")}


def household_columns(user, year: int, *, unmasked: bool = False) -> list[ExportColumn]:
    """Every column the families' sheet can have, in its order."""
    labels = Labels(*HOUSING_CODES)
    number = _number("kk", "region_id", user, unmasked)
    return [
        ExportColumn("kk", _("KK number"), number, "code"),
        ExportColumn("head", _("Head of household"), "head_name", width=28),
        ExportColumn("size", _("Members"), "size", "int"),
        ExportColumn("address", _("Address"), "address", width=32),
        ExportColumn("rw", "RW", "rw", "code", width=6),
        ExportColumn("rt", "RT", "rt", "code", width=6),
        ExportColumn("region", _("Kelurahan"), "region__name", width=22),
        ExportColumn("district", _("Kecamatan"), "region__parent__name", width=22),
        ExportColumn("region_code", _("Area code"), "region_id", "code", width=15),
        ExportColumn("desil", _("Desil"), "desil", "int", width=7),
        ExportColumn("desil_source", _("Source of the desil"), "desil_source", labels=_choices(Source)),
        ExportColumn("desil_date", _("Date of the desil"), "desil_date", "date"),
        ExportColumn("status", _("Status"), "status", labels=_choices(HouseholdStatus), width=16),
        ExportColumn("status_reason", _("Reason"), "status_reason"),
        ExportColumn("status_date", _("Since"), "status_date", "date"),
        ExportColumn("verified", _("Last visit"), "verified_at", "date"),
        ExportColumn("source", _("Source"), "source", labels=_choices(Source)),
        ExportColumn("data_date", _("Date of the data"), "data_date", "date"),
        ExportColumn("floor_area", _("Floor area (m²)"), "floor_area", "int"),
        *(
            ExportColumn(f, capfirst(Household._meta.get_field(f).verbose_name), f, labels=_answers(labels, f))
            for f in HOUSING_CODES
        ),
        ExportColumn("pln", _("PLN customer number"), "pln_id", "code"),
        ExportColumn("lat", _("Latitude"), "lat", "number"),
        ExportColumn("lng", _("Longitude"), "lng", "number"),
        *(ExportColumn(c.key, c.label, F(c.key), c.kind, labels=_registered(c)) for c in registered_columns(user)),
    ]


DEFAULT_COLUMNS = (
    "kk",
    "head",
    "size",
    "address",
    "rw",
    "rt",
    "region",
    "district",
    "desil",
    "desil_source",
    "status",
    "verified",
    "floor",
    "wall",
    "roof",
    "water",
    "toilet",
    "sewage",
)


def member_columns(user, *, unmasked: bool = False) -> list[ExportColumn]:
    """Columns of the members' sheet; health only in areas where the person may see it."""
    labels = Labels(*MEMBER_CODES, *HEALTH_LISTS, "social_security")

    def answer(name):
        label = capfirst(Member._meta.get_field(name).verbose_name)
        return ExportColumn(name, label, name, labels=_answers(labels, name))

    def health(name, words):
        label = capfirst(Member._meta.get_field(name).verbose_name)
        area = area_q("household__region_id", access(user).region_prefixes(Perm.SEE_HEALTH))
        value = Case(When(area, then=F(name)), default=None) if area else F(name)
        return ExportColumn(name, label, value, labels=words, perm=Perm.SEE_HEALTH)

    return [
        ExportColumn("kk", _("KK number"), _number("household__kk", "household__region_id", user, unmasked), "code"),
        ExportColumn("head", _("Head of household"), "household__head_name", width=28),
        ExportColumn("nik", "NIK", _number("nik", "household__region_id", user, unmasked), "code"),
        ExportColumn("name", _("Name"), "name", width=28),
        ExportColumn("sex", _("Sex"), "sex", labels=_choices(Sex), width=11),
        ExportColumn("birth_place", _("Place of birth"), "birth_place"),
        ExportColumn("birth_date", _("Date of birth"), "birth_date", "date"),
        answer("relation"),
        answer("marital"),
        answer("education"),
        answer("school_status"),
        answer("school_level"),
        ExportColumn("school_name", _("School"), "school_name"),
        ExportColumn("occupation", _("Occupation"), "occupation"),
        ExportColumn("works", _("Works"), "works", labels=_YES_NO, width=9),
        answer("work_status"),
        answer("work_sector"),
        ExportColumn("has_business", _("Has a micro business"), "has_business", labels=_YES_NO, width=9),
        answer("insurance"),
        ExportColumn(
            "social_security", _("Social security"), "social_security", labels=_many(labels, "social_security")
        ),
        *(health(name, _many(labels, name)) for name in HEALTH_LISTS),
        health("pregnant", _YES_NO),
        ExportColumn("status", _("Status"), "status", labels=_choices(MemberStatus), width=14),
        ExportColumn("region", _("Kelurahan"), "household__region__name", width=22),
        ExportColumn("rw", "RW", "household__rw", "code", width=6),
        ExportColumn("rt", "RT", "household__rt", "code", width=6),
        ExportColumn("address", _("Address"), "household__address", width=32),
        ExportColumn("desil", _("Desil"), "household__desil", "int", width=7),
    ]


def build(user, params: dict) -> Export:
    """The list as the query string in `params["query"]` filters it.

    `params`: query, year, columns (keys, empty = usual ones), members (bool), unmasked and purpose (set by the POST
    page only). Raises ValidationError for an unknown filter, PermissionDenied without the right.
    """
    found = HouseholdFilter(QueryDict(params.get("query", "")), user=user, year=params["year"], whole=False)
    if not found.is_valid():
        raise ValidationError(found.errors)
    unmasked = bool(params.get("unmasked"))
    if unmasked and not access(user).can(Perm.UNMASK):
        raise PermissionDenied(_("You may not take out full numbers. Download the list with masked numbers."))
    columns = household_columns(user, found.year, unmasked=unmasked)
    chosen = [c for c in columns if c.key in (params.get("columns") or DEFAULT_COLUMNS)] or columns
    households = found.queryset()
    sheets = [ExportSheet(_("Households"), _ordered(households, found, chosen, user), chosen, frozen=2)]
    if params.get("members"):
        people = Member.objects.filter(household__in=households.order_by().values("pk"), merged_into__isnull=True)
        people = people.order_by("household__region_id", "household_id", "relation", "birth_date", "pk")
        sheets.append(ExportSheet(_("Members"), people, member_columns(user, unmasked=unmasked), frozen=4))
    text = found.sentence
    return Export(
        title=_("Household list"),
        file_name=_("household list"),
        sheets=sheets,
        what=_("Household list"),
        filters=[(_("Households"), text)] if text else [],
        notes=[_("Year of the programmes: %(year)s.") % {"year": found.year}],
        unmasked=unmasked,
        purpose=params.get("purpose", ""),
    )


def _ordered(queryset, found: HouseholdFilter, chosen: list[ExportColumn], user):
    keys = {c.key for c in chosen}
    for column in registered_columns(user):
        if column.key in keys:
            queryset = column.annotate(queryset, found.year)
    down = found.sort.startswith("-")
    keys = SORTS[found.sort.removeprefix("-")].keys
    expressions = [F(k.expression) if isinstance(k.expression, str) else k.expression for k in keys]
    return queryset.order_by(*(e.desc() if down else e.asc() for e in expressions))


def _number(path: str, region: str, user, unmasked: bool):
    """A NIK or KK: masked, or in full where the person may unmask."""
    if not unmasked:
        return masked(path)
    own = area_q(region, access(user).region_prefixes(Perm.UNMASK))
    if not own:
        return F(path)
    return Case(When(own, then=F(path)), default=masked(path), output_field=CharField())


def _choices(choices) -> dict[str, str]:
    return {"": "", **{value: str(label) for value, label in choices.choices}}


def _answers(labels: Labels, name: str) -> dict[int, str]:
    return dict(labels.choices(name))


def _many(labels: Labels, name: str):
    return lambda codes: labels.many(name, codes)


def _registered(column: ListColumn):
    def read(value: Any):
        return column.value(SimpleNamespace(**{column.key: value}))

    return read


register_export(KIND, build)
