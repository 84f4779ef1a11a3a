"""Addresses of the coordination pages before anything is kept there: true empty states, left out of the menu."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.roles import Perm, require


@require_safe
def meeting_list(request):
    """Meetings of the team."""
    require(request.user, Perm.SEE_FIGURES)
    return render(request, "meetings/meeting_list.html")


@require_safe
def action_list(request):
    """Action items of the meetings."""
    require(request.user, Perm.SEE_FIGURES)
    return render(request, "meetings/action_list.html")
