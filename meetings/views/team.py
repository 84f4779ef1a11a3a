"""The register of the team's decree: decrees, their posts, the annex as a paper."""

from __future__ import annotations

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.choices import AccessKind
from core.history import record_access
from core.papers import PDF_TYPE
from core.roles import Perm, access, require
from core.sheets import safe_file_name
from meetings import paperwork, team_papers
from meetings.actions import team as actions
from meetings.choices import WorkingGroup
from meetings.docx import DOCX_TYPE, docx
from meetings.forms.team import DecreeForm, EndPostForm, PostForm
from meetings.models import Decree, TeamMember
from meetings.views.finding import run_form
from meetings.views.papers import paper_size
from meetings.views.tabs import home_tabs


def _crumbs(*more: tuple) -> list[tuple]:
    back = reverse("meetings:decree_list")
    return [(_("Meetings"), reverse("meetings:meeting_list")), (_("The team"), back if more else None), *more]


def _decree_url(decree: Decree) -> str:
    return reverse("meetings:decree_detail", args=[decree.uuid])


@require_safe
def decree_list(request):
    """Decrees over the years, the newest first."""
    require(request.user, Perm.SEE_MEETINGS)
    runs = access(request.user).can(Perm.RUN_MEETINGS)
    current = Decree.objects.in_force(timezone.localdate())
    rows = list(Decree.objects.annotate(n=Count("posts")).order_by("-valid_from", "-pk"))
    for row in rows:
        row.in_force = current is not None and row.pk == current.pk
    context = {"rows": rows, "runs": runs, "crumbs": _crumbs(), "tabs": home_tabs("team", runs=runs)}
    return render(request, "meetings/decree_list.html", context)


def decree_new(request):
    """Enter a decree; it takes the posts of the one before over."""
    require(request.user, Perm.RUN_MEETINGS)
    last = Decree.objects.first()
    initial = {"title": last.title if last else "", "copy_posts": True}
    title = _("Enter a decree")
    return run_form(
        request,
        DecreeForm(request.POST or None, initial=initial),
        lambda values: _decree_url(actions.save_decree(by=request.user, **values)),
        title=title,
        back=reverse("meetings:decree_list"),
        crumbs=_crumbs((title, None)),
        facts=_("The decree before it ends on the day before this one begins.") if last else "",
    )


@require_safe
def decree_detail(request, uuid):
    """The posts of a decree by working group; those that ended stand below. NIP only for the secretariat."""
    require(request.user, Perm.SEE_MEETINGS)
    decree = get_object_or_404(Decree, uuid=uuid)
    runs = access(request.user).can(Perm.RUN_MEETINGS)
    today = timezone.localdate()
    posts = list(decree.posts.select_related("agency", "user").order_by("order", "pk"))
    for post in posts:
        post.ended = post.valid_to is not None and post.valid_to < today
    names = {"": _("Leaders of the team")} | dict(WorkingGroup.choices)
    groups = [
        {"label": label, "posts": part}
        for key, label in names.items()
        if (part := [p for p in posts if p.working_group == key and not p.ended])
    ]
    context = {
        "decree": decree,
        "groups": groups,
        "ended": [post for post in posts if post.ended],
        "runs": runs,
        "in_force": Decree.objects.in_force(today) == decree,
        "crumbs": _crumbs((decree.number, None)),
    }
    return render(request, "meetings/decree_detail.html", context)


def decree_edit(request, uuid):
    """Correct a decree."""
    require(request.user, Perm.RUN_MEETINGS)
    decree = get_object_or_404(Decree, uuid=uuid)
    title = _("Change the decree")
    return run_form(
        request,
        DecreeForm(request.POST or None, decree=decree),
        lambda values: actions.save_decree(by=request.user, decree=decree, **values) and None,
        title=title,
        back=_decree_url(decree),
        crumbs=_crumbs((decree.number, _decree_url(decree)), (title, None)),
    )


def decree_post(request, uuid):
    """Add a post."""
    require(request.user, Perm.RUN_MEETINGS)
    decree = get_object_or_404(Decree, uuid=uuid)
    title = _("Add a post")
    return run_form(
        request,
        PostForm(request.POST or None),
        lambda values: actions.save_post(by=request.user, decree=decree, **values) and None,
        title=title,
        back=_decree_url(decree),
        crumbs=_crumbs((decree.number, _decree_url(decree)), (title, None)),
    )


def _post(uuid) -> TeamMember:
    return get_object_or_404(TeamMember.objects.select_related("decree", "agency", "user"), uuid=uuid)


def post_edit(request, uuid):
    """Change a post or who holds it."""
    require(request.user, Perm.RUN_MEETINGS)
    post = _post(uuid)
    back = _decree_url(post.decree)
    return run_form(
        request,
        PostForm(request.POST or None, post=post),
        lambda values: actions.save_post(by=request.user, decree=post.decree, member=post, **values) and None,
        title=post.post,
        back=back,
        crumbs=_crumbs((post.decree.number, back), (post.post, None)),
        facts=_("Corrects this entry. When somebody else takes the post, end it instead."),
    )


def post_end(request, uuid):
    """The holder leaves the post; another may follow."""
    require(request.user, Perm.RUN_MEETINGS)
    post = _post(uuid)
    back = _decree_url(post.decree)
    title = _("End the post")
    return run_form(
        request,
        EndPostForm(request.POST or None, initial={"day": timezone.localdate(), "successor": True}),
        lambda values: actions.end_post(by=request.user, post=post, **values) and None,
        title=title,
        back=back,
        crumbs=_crumbs((post.decree.number, back), (title, None)),
        facts=str(post),
    )


@require_safe
def decree_annex(request, uuid, form):
    """The annex of a decree as PDF or DOCX."""
    require(request.user, Perm.RUN_MEETINGS)
    decree = get_object_or_404(Decree, uuid=uuid)
    if form not in ("pdf", "docx"):
        raise Http404
    size = paper_size(request)
    paper = team_papers.annex(decree)
    pdf = form == "pdf"
    content = paperwork.pdf(paper, by=request.user, size=size) if pdf else docx(paper, size=size)
    record_access(request.user, AccessKind.PRINT, f"{paper.title}: {decree}", object_key=f"decree:{decree.uuid}")
    response = HttpResponse(content, content_type=PDF_TYPE if pdf else DOCX_TYPE)
    name = safe_file_name(f"{paper.title} {decree.number}", form)
    response["Content-Disposition"] = f'{"inline" if pdf else "attachment"}; filename="{name}"'
    return response
