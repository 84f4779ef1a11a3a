"""The map: areas shaded by a figure, each leading to its page, with the same figures as a table beside."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.choices import RegionLevel
from core.models import Region
from core.roles import Perm, access
from households.models import Household
from reports.dashboard import data_date
from reports.maps.classes import CLASSES, scale_of
from reports.maps.figures import FIGURES
from reports.maps.shapes import draw
from reports.scope import scope_of
from reports.tabs import figure_tabs

MOST_POINTS = 2000
_VILLAGES = (RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE)


@require_safe
def area_map(request):
    """The kelurahan of an area by a figure; of one kelurahan its households as points, for who may see names."""
    scope = scope_of(request, request.GET.get("area", ""))
    figure = FIGURES.get(request.GET.get("figure", "missing"))
    if figure is None:
        raise Http404
    zoomed = scope.region is not None and scope.region.level in _VILLAGES
    regions = Region.objects.filter(level__in=_VILLAGES).in_area(scope.area) if scope.region else Region.objects.none()
    sheet = draw(regions.order_by("code"))
    found = figure.count(scope.year, scope.area)
    hidden = _hidden(list(found), list(found.values()), scope)
    values = {code: None if hidden[n] else found[code].value for n, code in enumerate(found)}
    scale = scale_of(list(values.values()))
    rows = [_row(shape, figure, found, values, scale, scope) for shape in sheet.shapes]
    context = {
        "scope": scope,
        "crumbs": [(_("Coverage"), scope.breakdown()), (_("Map"), None)],
        "figure": figure,
        "choices": [(each, _url(each.key, scope.area)) for each in FIGURES.values()],
        "sheet": sheet,
        "rows": rows,
        "table": sorted(rows, key=lambda row: (row["value"] is None, -(row["value"] or 0), row["shape"].name)),
        "legend": _legend(scale, figure),
        "points": _points(request.user, scope, sheet) if zoomed and scope.names else [],
        "zoomed": zoomed,
        "whole_url": _url(figure.key, ""),
        "data_date": data_date(),
    } | figure_tabs("map", scope.area)
    return render(request, "reports/map.html", context)


def _hidden(codes: list[str], values: list, scope) -> list[bool]:
    """Which areas a reader without names may not see: few households counted, or few of the whole left over."""
    counted = scope.shown([value.n for value in values], codes)
    rest = scope.shown([value.total - value.n for value in values], codes)
    return [a is None or b is None for a, b in zip(counted, rest, strict=True)]


def _url(figure: str, area: str) -> str:
    query = {"figure": figure} | ({"area": area} if area else {})
    return f"{reverse('reports:map')}?{urlencode(query)}"


def _row(shape, figure, found, values, scale, scope) -> dict:
    value = found.get(shape.code)
    return {
        "shape": shape,
        "value": values.get(shape.code),
        "n": value.n if value and shape.code in values and values[shape.code] is not None else None,
        "total": value.total if value else 0,
        "hidden": value is not None and value.value is not None and values.get(shape.code) is None,
        "shade": scale.shade(values.get(shape.code)),
        "url": _url(figure.key, shape.code),
        "list_url": scope.link(value.params) if value else scope.breakdown(shape.code),
    }


def _legend(scale, figure) -> list[tuple[int, float, float | None]]:
    """(class, from, below) of each shade; the last has no upper limit."""
    lower = [0.0, *scale.limits]
    upper = [*scale.limits, None]
    return list(zip(range(CLASSES), lower, upper, strict=True))


def _points(user, scope, sheet) -> list[dict]:
    """Households with coordinates inside the picture, at most MOST_POINTS; poorest first, so they stay in sight."""
    if sheet.place is None or not access(user).can(Perm.SEE_NAMES, region=scope.area):
        return []
    rows = (
        Household.objects.visible_to(user)
        .in_area(scope.area)
        .filter(status="active", lat__isnull=False, lng__isnull=False)
        .order_by("desil", "pk")
        .values("uuid", "head_name", "desil", "lat", "lng")[:MOST_POINTS]
    )
    points = []
    for row in rows:
        x, y = sheet.place((float(row["lng"]), float(row["lat"])))
        if -20 <= x <= sheet.width + 20 and -20 <= y <= sheet.height + 20:
            points.append(row | {"x": f"{x:.1f}", "y": f"{y:.1f}"})
    return points
