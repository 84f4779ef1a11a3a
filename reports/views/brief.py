"""A one-page brief for a visit to an area: who is poor, who is reached, what was promised, whom to meet."""

from __future__ import annotations

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.choices import Role
from core.models import RoleAssignment
from core.models.regions import area_q
from meetings.panels import area_panel
from programs import figures
from reports.dashboard import coverage_rows, data_date
from reports.scope import Scope, scope_of
from reports.tabs import figure_tabs

MOST_PROGRAMS = 6
MOST_PEOPLE = 6


@require_safe
def brief(request):
    """The brief of the area asked for (`?area=`), else of the reader's own."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    cells = figures.coverage_cells(scope.year, scope.area)
    nothing = figures.nothing_recorded(scope.year, scope.area, cells=cells)
    desil = figures.coverage_by_desil(scope.year, scope.area, cells=cells)
    twice, twice_params = figures.twice_served(scope.year, scope.area)
    before = figures.coverage(scope.year - 1, scope.area)
    poorest = next((share for share in desil if share.key == "1"), None)
    context = {
        "scope": scope,
        "crumbs": [(_("Coverage"), scope.breakdown()), (_("Brief"), None)],
        "tiles": _tiles(scope, nothing, poorest, twice, twice_params),
        "counted": nothing.total,
        "coverage": _share(scope, nothing.missing, nothing.total),
        "coverage_before": _share(scope, before.part, before.total),
        "gaps": _largest_gaps(scope),
        "quality": _quality(scope),
        "touching": area_panel(request, scope.area or scope.region.code) if scope.region else "",
        "people": _people(scope),
        "lists": figures.lists_not_in(scope.year),
        "data_date": data_date(),
    } | figure_tabs("brief", scope.area)
    return render(request, "reports/brief.html", context)


def _tiles(scope: Scope, nothing, poorest, twice: int, twice_params: dict) -> list[dict]:
    """(label, number, list) of the figures at the head; small ones hidden from readers without names."""
    rows = [
        (_("Target group, households"), nothing.total, nothing.total_params),
        (_("Nothing recorded this year"), nothing.part, nothing.params),
        (_("Desil 1 not reached"), poorest.missing if poorest else 0, poorest.missing_params if poorest else {}),
        (_("Two aids of one kind"), twice, twice_params),
    ]
    shown = scope.shown([n for _label, n, _params in rows])
    if not scope.names and figures.gives_away(nothing.part, nothing.total):
        shown[1] = None
    return [
        {"label": label, "n": n, "url": scope.link(params) if params and n else ""}
        for (label, _n, params), n in zip(rows, shown, strict=True)
    ]


def _share(scope: Scope, part: int, total: int) -> float | None:
    """The share, None without a whole or where it would tell a reader without names how few there are."""
    if not total or (not scope.names and figures.gives_away(part, total)):
        return None
    return part / total


def _largest_gaps(scope: Scope) -> list:
    """Programmes with the most households that fit and get nothing of them."""
    shares = [share for _year, share in figures.coverage_by_program(scope.year, scope.area) if share.missing]
    rows = coverage_rows(sorted(shares, key=lambda share: (-share.missing, share.label)), scope)
    return rows[:MOST_PROGRAMS]


def _quality(scope: Scope) -> list[tuple[str, int | None, str]]:
    words = {"nik": _("A member without NIK"), "kk": _("Without a family card number"), "desil": _("Without a desil")}
    words["stale"] = _("Not verified for 12 months")
    found = [row for row in figures.data_gaps(scope.area) if row[0] in words]
    shown = scope.shown([n for _gap, n, _params in found])
    return [(words[gap], shown[i], scope.link(params)) for i, (gap, n, params) in enumerate(found) if n]


def _people(scope: Scope) -> list[RoleAssignment]:
    """Officials of the area: who works for the kelurahan, then who reads for the kecamatan above it."""
    if not scope.area:
        return []
    local = area_q("region_id", [scope.area])
    above = area_q("region_id", [scope.area.rpartition(".")[0]]) if scope.area.count(".") == 3 else local
    rows = RoleAssignment.objects.valid_on().filter(user__is_active=True).select_related("user", "region")
    operators = rows.filter(local, role=Role.KELURAHAN_OPERATOR).order_by("region_id", "user__full_name")
    readers = rows.filter(above, role=Role.KECAMATAN_READER).order_by("user__full_name")
    return [*operators[:MOST_PEOPLE], *readers[:2]]
