"""The page of an agency: its programmes of the year, what it owes, what was decided for it, whom to ask."""

from __future__ import annotations

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.models import Agency, RoleAssignment
from meetings.panels import agency_panel
from programs import figures
from reports import duties
from reports.dashboard import coverage_rows, data_date
from reports.scope import scope_of

MOST_PEOPLE = 10


@require_safe
def agency_detail(request, uuid):
    """One agency in the chosen year; figures of the reader's own area."""
    scope = scope_of(request)
    agency = get_object_or_404(Agency.objects.visible_to(request.user), uuid=uuid)
    pairs = figures.coverage_by_program(scope.year, scope.area)
    rows = coverage_rows([share for _year, share in pairs], scope)  # hidden together, so that nothing can be told apart
    owed = duties.rows(request.user, scope.year, agency=agency)
    people = RoleAssignment.objects.valid_on().filter(agency=agency, user__is_active=True).select_related("user")
    context = {
        "scope": scope,
        "agency": agency,
        "program_rows": [
            (year, row) for (year, _share), row in zip(pairs, rows, strict=True) if year.owner_id == agency.pk
        ],
        "duty": owed[0] if owed else None,
        "touching": agency_panel(request, agency),
        "people": people.order_by("user__full_name", "role")[:MOST_PEOPLE],
        "data_date": data_date(),
        "crumbs": [(_("Duties of the agencies"), reverse("reports:duty_list")), (agency.short_name, None)],
    }
    return render(request, "reports/agency_detail.html", context)
