"""Breakdown of coverage: by desil, by area, by programme; the page behind figures for readers without names."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.models import Region
from meetings.panels import area_panel
from programs import figures
from reports.dashboard import coverage_rows, data_date
from reports.scope import scope_of
from reports.tabs import figure_tabs


@require_safe
def coverage(request):
    """Who of the target group is reached, for one area."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    pairs = figures.coverage_by_program(scope.year, scope.area)
    programs = coverage_rows([share for _each, share in pairs], scope)
    cells = figures.coverage_cells(scope.year, scope.area)
    villages = figures.coverage_by_area(scope.year, scope.area, cells=cells)
    inside = _areas_inside(request)
    context = {
        "scope": scope,
        "desil_rows": coverage_rows(figures.coverage_by_desil(scope.year, scope.area, cells=cells), scope),
        "area_rows": coverage_rows(villages, scope),
        "program_rows": [(each, row) for (each, _share), row in zip(pairs, programs, strict=True)],
        "lists": figures.lists_not_in(scope.year),
        "data_date": data_date(),
        "areas": [
            (r, f"{reverse('reports:coverage')}?{urlencode({'year': scope.year, 'area': r.code})}") for r in inside
        ],
        "touching": area_panel(request, scope.area),
        "crumbs": [(_("Reports"), reverse("reports:report_list")), (_("Coverage"), None)],
    } | figure_tabs("coverage", scope.area)
    return render(request, "reports/coverage.html", context)


def _areas_inside(request):
    """Kecamatan and kelurahan the reader may choose."""
    scope = scope_of(request)
    return Region.objects.in_area(scope.area or scope.region.code).exclude(level__in=["provinsi"]).order_by("code")
