"""What every page of meetings begins with: the thing looked for, the way back, a form that ends in an action."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.roles import Perm, require
from core.templatetags.shell import tanggal
from households.views.edits import add_errors
from meetings.models import ActionItem, AgendaItem, Decision, Meeting


def find_meeting(request, uuid) -> Meeting:
    """The meeting, 404 outside one's sight."""
    require(request.user, Perm.SEE_MEETINGS)
    meetings = Meeting.objects.visible_to(request.user).select_related(
        "series", "agency", "region", "final_by", "approved_by"
    )
    return get_object_or_404(meetings, uuid=uuid)


def find_agenda_item(request, uuid) -> AgendaItem:
    """A point of the agenda of a meeting in sight."""
    require(request.user, Perm.SEE_MEETINGS)
    items = AgendaItem.objects.filter(meeting__in=Meeting.objects.visible_to(request.user))
    return get_object_or_404(items.select_related("meeting"), uuid=uuid)


def find_decision(request, uuid) -> Decision:
    """The decision, 404 outside one's sight."""
    require(request.user, Perm.SEE_MEETINGS)
    decisions = Decision.objects.visible_to(request.user).select_related(
        "meeting", "item", "household_set", "region", "replaces"
    )
    return get_object_or_404(decisions, uuid=uuid)


def find_item(request, uuid) -> ActionItem:
    """The action item, 404 outside one's sight."""
    require(request.user, Perm.SEE_MEETINGS)
    items = ActionItem.objects.visible_to(request.user).select_related(
        "meeting",
        "decision",
        "agency",
        "region",
        "owner",
        "area",
        "household_set",
        "program_year__program",
        "done_by",
        "by",
    )
    return get_object_or_404(items, uuid=uuid)


def meeting_url(meeting: Meeting) -> str:
    """Address of a meeting's page."""
    return reverse("meetings:meeting_detail", args=[meeting.uuid])


def meeting_crumbs(meeting: Meeting, *more: tuple) -> list[tuple]:
    """Way from the meetings to this one, and further."""
    day = tanggal(meeting.starts) if meeting.starts else str(meeting)
    return [(_("Meetings"), reverse("meetings:meeting_list")), (day, meeting_url(meeting) if more else None), *more]


def run_form(
    request,
    form,
    act: Callable,
    *,
    title: str,
    back: str,
    crumbs: list,
    facts: str = "",
    button: str = "",
    done: str = "",
    **extra,
):
    """Show the form, or call `act(cleaned values)` and go where it says (an address, or None for `back`)."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                target = act(form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, done or _("Saved."))
                return redirect(target or back)
    context = {
        "form": form,
        "title": title,
        "cancel_url": back,
        "crumbs": crumbs,
        "facts_line": facts,
        "button": button,
    }
    return render(request, "meetings/form.html", context | extra, status=status)


def do(request, act: Callable, *, back: str, done: str = ""):
    """Call `act()` for a POST without a form of its own; what it refuses becomes a message."""
    try:
        target = act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    messages.success(request, done or _("Saved."))
    return redirect(target if isinstance(target, str) else back)
