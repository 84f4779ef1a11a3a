"""Pages of the files of one point of an agenda and of one letter; meetings and action items show theirs in place."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.roles import Perm, access, require
from meetings import files
from meetings.views.finding import find_agenda_item, meeting_crumbs


@require_safe
def agenda_files(request, uuid):
    """Papers and photos of one point."""
    item = find_agenda_item(request, uuid)
    context = {
        "kind": "agenda",
        "found": item,
        "title": item.title,
        "facts_line": str(item.meeting),
        "crumbs": meeting_crumbs(item.meeting, (_("Files"), None)),
    }
    return render(request, "meetings/files.html", context)


@require_safe
def letter_files(request, uuid):
    """The signed scan of a letter and what goes with it."""
    require(request.user, Perm.SEE_MEETINGS)
    letter = files.find_letter(request.user, uuid)
    if letter is None:
        raise Http404
    way = [(_("Meetings"), reverse("meetings:meeting_list"))]
    if access(request.user).can(Perm.RUN_MEETINGS):
        way.append((_("Letters"), reverse("meetings:letter_list")))
    context = {
        "kind": "letter",
        "found": letter,
        "title": str(letter),
        "facts_line": letter.subject,
        "hint": _("Upload the signed scan here; it stands beside the letter in the register."),
        "crumbs": [*way, (str(letter), None)],
    }
    return render(request, "meetings/files.html", context)
