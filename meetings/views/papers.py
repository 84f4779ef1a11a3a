"""Papers of a meeting as PDF and DOCX, one by one or as a zip, and the register of letters."""

from __future__ import annotations

import io
import zipfile

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind
from core.history import record_access
from core.papers import PAPERS, PDF_TYPE
from core.roles import Perm, require
from core.sheets import safe_file_name
from meetings import paperwork
from meetings.actions import letters as actions
from meetings.choices import Direction
from meetings.docx import DOCX_TYPE, docx
from meetings.forms.decisions import ReasonForm
from meetings.forms.letters import LetterForm
from meetings.models import Letter, Meeting
from meetings.views.finding import do, find_meeting, meeting_crumbs, run_form
from meetings.views.meetings import meeting_tabs

_FORMS = {"pdf": PDF_TYPE, "docx": DOCX_TYPE}


def _paper_meeting(request, uuid) -> Meeting:
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    return meeting


@require_safe
def paper_list(request, uuid):
    """What can be printed of this meeting."""
    meeting = _paper_meeting(request, uuid)
    registered = {letter.kind: letter for letter in meeting.letters.filter(refused_reason="").order_by("pk")}
    rows = [
        {
            "kind": kind.key,
            "label": kind.label,
            "hint": kind.hint,
            "letter": registered.get(kind.letter) if kind.letter else None,
            "needs_number": bool(kind.letter) and kind.letter not in registered,
            "ready": meeting.starts is not None,
            "why": _("Write day and time of the meeting first."),
        }
        for kind in paperwork.KINDS.values()
    ]
    context = {
        "meeting": meeting,
        "papers": rows,
        "crumbs": meeting_crumbs(meeting, (_("Papers"), None)),
        "tabs": meeting_tabs(meeting, "papers", True),
    }
    return render(request, "meetings/paper_list.html", context)


def _made(request, meeting: Meeting, kind: str) -> paperwork.Paper:
    """The paper, with the number its letter has in the register so far."""
    letter_kind = paperwork.KINDS[kind].letter
    letter = None
    if letter_kind:
        letter = meeting.letters.filter(kind=letter_kind, refused_reason="").order_by("-pk").first()
    if kind == "berita-acara":
        require(request.user, Perm.SEE_NAMES)
    return paperwork.build(kind, meeting, letter)


@require_POST
def paper_number(request, uuid, kind):
    """Enter the letter of a paper in the register, with the next number."""
    meeting = _paper_meeting(request, uuid)
    found = paperwork.KINDS.get(kind)
    if found is None or not found.letter:
        raise Http404
    subject = f"{found.label}: {meeting.title}"[:250]
    return do(
        request,
        lambda: actions.letter_of(meeting, found.letter, by=request.user, subject=subject) and None,
        back=reverse("meetings:paper_list", args=[meeting.uuid]),
    )


def _size(request) -> str:
    size = request.GET.get("size", "f4")
    if size not in PAPERS:
        raise Http404
    return size


@require_safe
def paper_file(request, uuid, kind, form):
    """One paper. PDF is shown in the page of the browser, DOCX is downloaded."""
    meeting = _paper_meeting(request, uuid)
    if kind not in paperwork.KINDS or form not in _FORMS or meeting.starts is None:
        raise Http404
    size = _size(request)
    paper = _made(request, meeting, kind)
    content = paperwork.pdf(paper, by=request.user, size=size) if form == "pdf" else docx(paper, size=size)
    _record(request.user, paper, meeting)
    response = HttpResponse(content, content_type=_FORMS[form])
    name = safe_file_name(f"{paper.title} {meeting.title}", form)
    response["Content-Disposition"] = f'{"inline" if form == "pdf" else "attachment"}; filename="{name}"'
    return response


def _record(user, paper: paperwork.Paper, meeting: Meeting) -> None:
    record_access(
        user,
        AccessKind.PRINT,
        f"{paper.title}: {meeting}",
        object_key=f"meeting:{meeting.uuid}",
        rows=paper.rows or None,
    )


@require_safe
def paper_zip(request, uuid):
    """All papers of the meeting, PDF and DOCX."""
    meeting = _paper_meeting(request, uuid)
    if meeting.starts is None:
        raise Http404
    size = _size(request)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in paperwork.KINDS:
            paper = _made(request, meeting, kind)
            archive.writestr(f"{kind}.pdf", paperwork.pdf(paper, by=request.user, size=size))
            archive.writestr(f"{kind}.docx", docx(paper, size=size))
            _record(request.user, paper, meeting)
    response = HttpResponse(target.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{safe_file_name(meeting.title, "zip")}"'
    return response


# --- register --------------------------------------------------------------------------------------------------------


def _letter_crumbs(*more: tuple) -> list[tuple]:
    back = reverse("meetings:letter_list")
    return [(_("Meetings"), reverse("meetings:meeting_list")), (_("Letters"), back if more else None), *more]


@require_safe
def letter_list(request):
    """The register of the chosen year."""
    require(request.user, Perm.RUN_MEETINGS)
    direction = request.GET.get("direction", "")
    if direction and direction not in Direction.values:
        raise Http404
    rows = Letter.objects.filter(year=request.year).select_related("meeting").order_by("-pk")
    rows = rows.filter(direction=direction) if direction else rows
    tabs = [{"label": _("All"), "url": "?", "current": not direction}]
    tabs += [
        {"label": label, "url": f"?direction={key}", "current": key == direction} for key, label in Direction.choices
    ]
    return render(request, "meetings/letter_list.html", {"rows": rows[:500], "tabs": tabs, "crumbs": _letter_crumbs()})


def letter_new(request):
    """Enter a letter: next number, a typed one, or none with its reason."""
    require(request.user, Perm.RUN_MEETINGS)
    form = LetterForm(request.POST or None)
    return run_form(
        request,
        form,
        lambda values: actions.register_letter(by=request.user, **values) and None,
        title=_("Enter a letter"),
        back=reverse("meetings:letter_list"),
        crumbs=_letter_crumbs((_("Enter a letter"), None)),
    )


def letter_refuse(request, uuid):
    """The request for this letter was refused."""
    require(request.user, Perm.RUN_MEETINGS)
    letter = get_object_or_404(Letter, uuid=uuid)
    title = _("Refuse the letter")
    return run_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: actions.refuse_letter(letter=letter, by=request.user, **values) and None,
        title=title,
        back=reverse("meetings:letter_list"),
        crumbs=_letter_crumbs((title, None)),
        facts=str(letter),
    )
