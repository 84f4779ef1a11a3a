"""For which area a reader sees figures, and whether figures may open lists of names."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.models import CitySettings, Region
from core.roles import Perm, access, require
from households.filters import list_url
from programs.figures import hide_by_district, hide_small


@dataclass(frozen=True)
class Scope:
    """What one reader looks at. `area`: region code prefix, `""` = everything; `names`: may open lists there."""

    area: str
    region: Region | None
    names: bool
    year: int

    def link(self, params: dict) -> str:
        """Where a figure leads: the household list behind it, or for readers without names its breakdown."""
        if self.names:
            return list_url(**params)
        return self.breakdown(params.get("area", ""))

    def breakdown(self, area: str = "") -> str:
        """The breakdown of coverage by desil, area and programme."""
        query = {"year": self.year} | ({"area": area or self.area} if area or self.area else {})
        return f"{reverse('reports:coverage')}?{urlencode(query)}"

    def shown(self, values: list[int | None], keys: list[str] | None = None) -> list[int | None]:
        """Counts of one breakdown as this reader may see them: small cells hidden without the right to names.

        `keys`: of the rows, where they may be kelurahan.
        """
        if self.names:
            return list(values)
        return hide_by_district(keys, values) if keys else hide_small(list(values))


def scope_of(request, asked: str = "") -> Scope:
    """The reader's scope; `asked` narrows it to a region inside it.

    Raises PermissionDenied without any role, Http404 for an area outside the reader's.
    """
    require(request.user, Perm.SEE_FIGURES)
    rights = access(request.user)
    prefixes = rights.region_prefixes(Perm.SEE_FIGURES)
    city = CitySettings.load()
    home = city.home_region_id if city else ""
    area = asked or ("" if prefixes == [""] else prefixes[0])
    if asked and not rights.can(Perm.SEE_FIGURES, region=asked):
        raise Http404
    region = Region.objects.filter(code=area or home).first()
    if asked and region is None:
        raise Http404
    if area == home:
        area = ""
    return Scope(area, region, rights.can(Perm.SEE_NAMES, region=area or home), request.year)


def sees_city(user) -> bool:
    """Whether `user` may see figures of every area: pages that cannot be narrowed to one are for them alone."""
    return access(user).region_prefixes(Perm.SEE_FIGURES) == [""]


def require_city(user) -> None:
    """Raise PermissionDenied unless `user` may see figures of the whole city."""
    require(user, Perm.SEE_FIGURES)
    if not sees_city(user):
        raise PermissionDenied(_("This page shows the whole city; your role sees one area."))
