"""The start page, by role: what awaits me, who is poor, who is reached."""

from __future__ import annotations

from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.roles import AGENCY_ROLES, AREA_ROLES, Perm, access
from programs import figures
from programs.models import ProgramYear
from reports.dashboard import coverage_rows, overview
from reports.scope import scope_of
from reports.tasks import tasks_for


@require_safe
def dashboard(request):
    """Figures of the reader's area and year, with their tasks first."""
    if not request.access.can(Perm.SEE_FIGURES):
        return render(request, "reports/no_role.html")
    scope = scope_of(request)
    roles = access(request.user).roles
    context = overview(scope) | {"scope": scope, "tasks": tasks_for(request)}
    if roles & AGENCY_ROLES:
        context["own_programs"] = _own_programs(request, scope)
    if roles & AREA_ROLES and not request.access.can(Perm.SEE_FIGURES, region=""):
        context["own_area"] = True
    return render(request, "reports/dashboard.html", context)


def _own_programs(request, scope):
    """Coverage of the own agency's programmes of the year."""
    mine = set(
        ProgramYear.objects.filter(year=scope.year).managed_by(request.user, Perm.DELIVER).values_list("pk", flat=True)
    ) | set(
        ProgramYear.objects.filter(year=scope.year).managed_by(request.user, Perm.APPROVE).values_list("pk", flat=True)
    )
    pairs = [(each, share) for each, share in figures.coverage_by_program(scope.year, scope.area) if each.pk in mine]
    rows = coverage_rows([share for _each, share in pairs], scope)
    return [(each, row) for (each, _share), row in zip(pairs, rows, strict=True)]
