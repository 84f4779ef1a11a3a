"""Papers of a meeting as PDF and DOCX, one by one or as a zip, and the register of letters."""

from __future__ import annotations

import io
import zipfile

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.choices import AccessKind
from core.history import record_access
from core.papers import PAPERS, PDF_TYPE
from core.roles import Perm, access, require
from core.sheets import safe_file_name, write_report
from meetings import matrix, paperwork
from meetings.actions import letters as actions
from meetings.actions import people
from meetings.choices import Direction
from meetings.docx import DOCX_TYPE, docx
from meetings.forms.decisions import ReasonForm
from meetings.forms.letters import FullPaperForm, LetterForm, PaperLetterForm
from meetings.forms.team import SignerForm
from meetings.models import Letter, Meeting, TeamMember
from meetings.preview import preview
from meetings.views.finding import find_meeting, meeting_crumbs, run_form
from meetings.views.meetings import meeting_tabs

_FORMS = {"pdf": PDF_TYPE, "docx": DOCX_TYPE}


def _paper_meeting(request, uuid) -> Meeting:
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    return meeting


@require_safe
def paper_list(request, uuid):
    """What can be printed of this meeting, on which paper, and who signs it."""
    meeting = _paper_meeting(request, uuid)
    size = paper_size(request)
    registered = {letter.kind: letter for letter in meeting.letters.filter(refused_reason="").order_by("pk")}
    sees_full = _sees_full(request.user)
    rows = [
        {
            "kind": kind.key,
            "label": kind.label,
            "hint": kind.hint,
            "letter": registered.get(kind.letter) if kind.letter else None,
            "needs_number": bool(kind.letter) and kind.letter not in registered,
            "full": kind.numbers and sees_full,
            "ready": meeting.starts is not None,
            "why": _("Write day and time of the meeting first."),
        }
        for kind in paperwork.KINDS.values()
    ]
    context = {
        "meeting": meeting,
        "papers": rows,
        "size": size,
        "sizes": [
            {"label": key.upper(), "url": f"?size={key}", "current": key == size, "count": None} for key in PAPERS
        ],
        "signer": paperwork.signer_of(meeting),
        "crumbs": meeting_crumbs(meeting, (_("Papers"), None)),
        "tabs": meeting_tabs(meeting, "papers", True),
    }
    return render(request, "meetings/paper_list.html", context)


def _sees_full(user) -> bool:
    """Whether the person may print numbers of the whole city in full."""
    return access(user).region_prefixes(Perm.UNMASK) == [""]


def paper_signer(request, uuid):
    """Choose who signs the letters of the meeting, from the decree in force."""
    meeting = _paper_meeting(request, uuid)
    back = reverse("meetings:paper_list", args=[meeting.uuid])
    day = timezone.localtime(meeting.starts).date() if meeting.starts else timezone.localdate()
    posts = TeamMember.objects.in_force(day) | TeamMember.objects.filter(pk=meeting.signer_id)
    initial = {"signer": meeting.signer and meeting.signer.uuid, "signs_for": meeting.signs_for}
    title = _("Who signs")
    return run_form(
        request,
        SignerForm(request.POST or None, posts=posts, initial=initial),
        lambda values: people.choose_signer(meeting=meeting, by=request.user, **values) and None,
        title=title,
        back=back,
        crumbs=meeting_crumbs(meeting, (_("Papers"), back), (title, None)),
        facts=_("The posts come from the decree of the team that is in force on the day of the meeting."),
    )


def _made(request, meeting: Meeting, kind: str, *, unmasked: bool = False) -> paperwork.Paper:
    """The paper, with the number its letter has in the register so far."""
    found = paperwork.KINDS[kind]
    letter = None
    if found.letter:
        letter = meeting.letters.filter(kind=found.letter, refused_reason="").order_by("-pk").first()
    if found.numbers:
        require(request.user, Perm.SEE_NAMES)
    return paperwork.build(kind, meeting, letter, unmasked=unmasked)


def paper_number(request, uuid, kind):
    """Enter the letter of a paper in the register: the next number, a typed one, or none with its reason."""
    meeting = _paper_meeting(request, uuid)
    found = paperwork.KINDS.get(kind)
    if found is None or not found.letter:
        raise Http404
    back = reverse("meetings:paper_list", args=[meeting.uuid])
    subject = f"{paperwork.subject_of(kind)} {meeting.title}"[:250]

    def act(values):
        values = {name: value for name, value in values.items() if value}
        actions.letter_of(meeting, found.letter, by=request.user, **({"subject": subject} | values))

    title = _("Number of the letter")
    return run_form(
        request,
        PaperLetterForm(request.POST if request.method == "POST" else None, initial={"subject": subject}),
        act,
        title=title,
        back=back,
        crumbs=meeting_crumbs(meeting, (_("Papers"), back), (title, None)),
        facts=str(found.label),
    )


def paper_size(request) -> str:
    """The paper asked for, F4 by default; 404 for one there is not."""
    size = request.GET.get("size", "f4")
    if size not in PAPERS:
        raise Http404
    return size


def _ready(request, uuid, kind) -> Meeting:
    meeting = _paper_meeting(request, uuid)
    if kind not in paperwork.KINDS or meeting.starts is None:
        raise Http404
    return meeting


@require_safe
def paper_preview(request, uuid, kind):
    """One paper as a page, as it will be printed."""
    meeting = _ready(request, uuid, kind)
    paper = _made(request, meeting, kind)
    _record(request.user, paper, meeting)
    back = reverse("meetings:paper_list", args=[meeting.uuid])
    label = paperwork.KINDS[kind].label
    context = {
        "meeting": meeting,
        "kind": kind,
        "label": label,
        "size": paper_size(request),
        "shown": preview(paper),
        "crumbs": meeting_crumbs(meeting, (_("Papers"), back), (label, None)),
    }
    return render(request, "meetings/paper_preview.html", context)


@require_safe
def paper_file(request, uuid, kind, form):
    """One paper. PDF is shown in the page of the browser, DOCX is downloaded."""
    meeting = _ready(request, uuid, kind)
    if form not in _FORMS:
        raise Http404
    return _file(request, meeting, _made(request, meeting, kind), form, paper_size(request))


def paper_full(request, uuid, kind):
    """A paper that names households with numbers in full: the right, a purpose, and a record."""
    meeting = _ready(request, uuid, kind)
    if not paperwork.KINDS[kind].numbers:
        raise Http404
    if not _sees_full(request.user):
        raise PermissionDenied(_("You may not take numbers out in full."))
    form = FullPaperForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        paper = _made(request, meeting, kind, unmasked=True)
        return _file(request, meeting, paper, values["form"], values["size"], purpose=values["purpose"])
    back = reverse("meetings:paper_list", args=[meeting.uuid])
    title = _("With numbers in full")
    context = {
        "form": form,
        "title": title,
        "cancel_url": back,
        "crumbs": meeting_crumbs(meeting, (_("Papers"), back), (title, None)),
        "facts_line": _("The paper says that it holds personal data, and that you took it out is recorded."),
        "button": _("Download"),
    }
    return render(request, "meetings/form.html", context, status=422 if form.is_bound else 200)


def _file(request, meeting: Meeting, paper: paperwork.Paper, form: str, size: str, *, purpose: str = ""):
    content = paperwork.pdf(paper, by=request.user, size=size) if form == "pdf" else docx(paper, size=size)
    _record(request.user, paper, meeting, purpose=purpose)
    response = HttpResponse(content, content_type=_FORMS[form])
    name = safe_file_name(f"{paper.title} {meeting.title}", form)
    response["Content-Disposition"] = f'{"inline" if form == "pdf" else "attachment"}; filename="{name}"'
    if paper.unmasked:
        response["Cache-Control"] = "private, no-store"
    return response


def _record(user, paper: paperwork.Paper, meeting: Meeting, *, purpose: str = "") -> None:
    record_access(
        user,
        AccessKind.EXPORT_UNMASKED if paper.unmasked else AccessKind.PRINT,
        f"{paper.title}: {meeting}",
        purpose=purpose,
        object_key=f"meeting:{meeting.uuid}",
        rows=paper.rows or None,
    )


@require_safe
def paper_zip(request, uuid):
    """All papers of the meeting as PDF and DOCX, the matrix as a workbook too."""
    meeting = _paper_meeting(request, uuid)
    if meeting.starts is None:
        raise Http404
    size = paper_size(request)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in paperwork.KINDS:
            paper = _made(request, meeting, kind)
            archive.writestr(f"{kind}.pdf", paperwork.pdf(paper, by=request.user, size=size))
            archive.writestr(f"{kind}.docx", docx(paper, size=size))
            _record(request.user, paper, meeting)
        archive.writestr("matriks.xlsx", _matrix_sheet(request.user, meeting))
    response = HttpResponse(target.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{safe_file_name(meeting.title, "zip")}"'
    return response


def _matrix_sheet(user, meeting: Meeting) -> bytes:
    target = io.BytesIO()
    cells = matrix.rows(paperwork.matrix_items(meeting), whole=True)
    title = _("Follow-up matrix")
    write_report(
        target,
        [matrix.sheet(cells, title=title, subtitles=[meeting.title], who=str(user), when=timezone.now())],
    )
    return target.getvalue()


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
