"""Cities of a province side by side, from the packages they sent."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind
from core.history import record_access
from core.models import CitySettings, Region
from core.roles import Perm, require
from core.sheets import safe_file_name
from reports.cities.actions import bring_package
from reports.cities.models import CityAggregate
from reports.cities.packages import LARGEST, make
from reports.maps.classes import scale_of
from reports.maps.shapes import draw
from reports.scope import require_city
from reports.tabs import written_tabs


@require_safe
def city_list(request):
    """Every city that sent a package of the chosen year, with the sum and a map."""
    require_city(request.user)
    rows = list(CityAggregate.objects.filter(year=request.year).select_related("region", "by").order_by("region"))
    for row in rows:
        row.missing = row.total - row.reached
        row.share = row.reached / row.total if row.total else None
    scale = scale_of([row.missing / row.total if row.total else None for row in rows])
    for row in rows:
        row.shade = scale.shade(row.missing / row.total if row.total else None)
    city = CitySettings.load()
    sheet = draw(Region.objects.filter(code__in=[row.region_id for row in rows]).order_by("code"))
    shades = {row.region_id: row.shade for row in rows}
    total, reached = sum(row.total for row in rows), sum(row.reached for row in rows)
    context = {
        "rows": rows,
        "total": total,
        "reached": reached,
        "share": reached / total if total else None,
        "sheet": sheet,
        "shapes": [(shape, shades.get(shape.code)) for shape in sheet.shapes],
        "may_change": request.access.can(Perm.MANAGE_REFERENCE),
        "is_province": city is not None and city.home_region.level == "provinsi",
    }
    return render(request, "reports/city_list.html", context | written_tabs("city_list", request.access))


@require_POST
def city_bring(request):
    """Bring the package of a city."""
    require(request.user, Perm.MANAGE_REFERENCE)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise ValidationError(_("Choose a file first."))
        row = bring_package(data=upload.read(LARGEST + 1), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(city)s: the counts are here.") % {"city": row})
    return redirect("reports:city_list")


@require_safe
def city_package(request):
    """This city's own package for the chosen year."""
    require(request.user, Perm.MANAGE_REFERENCE)
    try:
        data = make(request.year)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("reports:city_list")
    record_access(request.user, AccessKind.EXPORT, f"{_('Package for the province')} {request.year}")
    response = HttpResponse(data, content_type="application/json")
    name = safe_file_name(f"tkpkd paket {request.year}", "json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
