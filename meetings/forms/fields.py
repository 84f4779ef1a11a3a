"""Choices that several forms of meetings share."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils.text import capfirst

from core.models import Agency, CitySettings, Region, User
from core.models.people import on_day
from core.roles import ROLES, Perm
from households.models import HouseholdSet
from programs.models import ProgramYear

DATE_TIME = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """Day and time with the browser's picker; typed dd/mm/yyyy hh.mm is understood too."""

    def __init__(self, **options):
        widget = forms.DateTimeInput(format=DATE_TIME, attrs={"type": "datetime-local"})
        formats = [DATE_TIME, "%Y-%m-%d %H:%M", "%d/%m/%Y %H.%M", "%d/%m/%Y %H:%M"]
        super().__init__(widget=widget, input_formats=formats, **options)


class Form(forms.Form):
    """A form whose labels begin with a capital, whatever the catalogue's word is used for elsewhere."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)


def text_area(rows: int, most: int) -> forms.Textarea:
    """A field of several lines."""
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


def agencies():
    """Agencies that exist today."""
    return Agency.objects.valid_on().order_by("short_name")


def city_areas():
    """Kecamatan and kelurahan of the home region."""
    city = CitySettings.load()
    regions = Region.objects.in_area(city.home_region_id if city else "")
    return regions.filter(level__in=["kecamatan", "kelurahan", "desa"]).order_by("code")


def program_years(year: int):
    """Open programme years of this year and the next."""
    return (
        ProgramYear.objects.filter(year__in=[year, year + 1], closed=False)
        .select_related("program")
        .order_by("-year", "program__short_name")
    )


def frozen_sets(user):
    """Frozen lists that `user` may open."""
    return HouseholdSet.objects.visible_to(user).filter(frozen_at__isnull=False).order_by("-frozen_at")


def reporters():
    """People who may answer for action items."""
    roles = [role for role, perms in ROLES.items() if Perm.REPORT_ACTIONS in perms]
    held = Q(role_assignments__role__in=roles) & on_day(prefix="role_assignments__")
    return User.objects.filter(held, is_active=True).distinct().order_by("full_name", "username")
