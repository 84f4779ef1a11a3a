"""Series of meetings with the template of their agenda."""

from __future__ import annotations

from django.db.models import Count, Max, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.roles import Perm, require
from meetings.actions import planning
from meetings.choices import COMING
from meetings.forms.team import SeriesForm
from meetings.models import Series
from meetings.views.finding import run_form
from meetings.views.tabs import home_tabs


def _crumbs(*more: tuple) -> list[tuple]:
    back = reverse("meetings:series_list")
    return [(_("Meetings"), reverse("meetings:meeting_list")), (_("Series"), back if more else None), *more]


@require_safe
def series_list(request):
    """All series: those that go on first."""
    require(request.user, Perm.RUN_MEETINGS)
    rows = Series.objects.select_related("agency").annotate(
        n=Count("meetings"),
        coming=Count("meetings", filter=Q(meetings__state__in=COMING)),
        last=Max("meetings__starts"),
    )
    context = {
        "rows": sorted(rows, key=lambda row: (row.ended is not None, row.name.casefold())),
        "crumbs": _crumbs(),
        "tabs": home_tabs("series", runs=True),
    }
    return render(request, "meetings/series_list.html", context)


def series_new(request):
    """Begin a series."""
    require(request.user, Perm.RUN_MEETINGS)
    title = _("New series")
    return run_form(
        request,
        SeriesForm(request.POST or None),
        lambda values: planning.save_series(by=request.user, **values) and None,
        title=title,
        back=reverse("meetings:series_list"),
        crumbs=_crumbs((title, None)),
    )


def series_edit(request, uuid):
    """Change a series; its meetings stay as they are."""
    require(request.user, Perm.RUN_MEETINGS)
    series = get_object_or_404(Series.objects.select_related("agency"), uuid=uuid)
    return run_form(
        request,
        SeriesForm(request.POST or None, series=series),
        lambda values: planning.save_series(by=request.user, series=series, **values) and None,
        title=series.name,
        back=reverse("meetings:series_list"),
        crumbs=_crumbs((series.name, None)),
        facts=_("Meetings that are planned already stay as they are."),
    )
