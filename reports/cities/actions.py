"""Bringing the package of a city."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.history import history
from core.models import Region
from core.roles import Perm, require
from reports.cities.models import CityAggregate
from reports.cities.packages import read


@transaction.atomic
def bring_package(*, data: bytes, by) -> CityAggregate:
    """Keep the counts of a package; those of the same city and year are replaced.

    Raises:
        PermissionDenied: `by` may not change reference data.
        ValidationError: the package is not right, its city is no region here, or a newer one is there already.
    """
    require(by, Perm.MANAGE_REFERENCE)
    package = read(data)
    region = Region.objects.filter(code=package.city).first()
    if region is None:
        raise ValidationError(_("%(city)s is no region here. Load the regions first.") % {"city": package.city})
    row = CityAggregate.objects.select_for_update(of=("self",)).filter(region=region, year=package.year).first()
    if row and row.made > package.made:
        raise ValidationError(_("A newer package of %(city)s is there already.") % {"city": region})
    row = row or CityAggregate(region=region, year=package.year)
    row.made, row.cells, row.programs = package.made, package.cells, package.programs
    row.total, row.reached, row.by = package.total, package.reached, by
    row.full_clean()
    with history(by=by, action="city.bring", region=region.code):
        row.save()
    return row
