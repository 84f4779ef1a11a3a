"""Material of a meeting in one click, and the leadership's page of a year."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.choices import AccessKind
from core.history import record_access
from core.papers import PDF_TYPE
from core.roles import Perm, access, role_labels
from core.sheets import safe_file_name
from meetings import material, paperwork, summary
from meetings.rows import shown
from meetings.slides import PPTX_TYPE, slides
from meetings.views.finding import find_meeting
from programs.figures import SMALL


def require_leading(user) -> None:
    """For who leads the team and who runs its meetings."""
    if not (access(user).can(Perm.RUN_MEETINGS) or access(user).can(Perm.APPROVE_MINUTES)):
        roles = f"{role_labels(Perm.RUN_MEETINGS)}, {role_labels(Perm.APPROVE_MINUTES)}"
        raise PermissionDenied(_("This needs one of these roles: %(roles)s.") % {"roles": roles})


@require_safe
def material_file(request, uuid, form):
    """Bahan rapat as slides or PDF: no personal data in it."""
    meeting = find_meeting(request, uuid)
    require_leading(request.user)
    if form not in ("pptx", "pdf"):
        raise Http404
    made = material.prepare(meeting, request.user)
    if form == "pptx":
        content, kind = slides(made), PPTX_TYPE
    else:
        content, kind = material.pdf(made), PDF_TYPE
    record_access(request.user, AccessKind.PRINT, f"{material.TITLE}: {meeting}", object_key=f"meeting:{meeting.uuid}")
    response = HttpResponse(content, content_type=kind)
    name = safe_file_name(f"{material.TITLE} {meeting.title}", form)
    response["Content-Disposition"] = f'{"inline" if form == "pdf" else "attachment"}; filename="{name}"'
    return response


def _summary(request) -> summary.Summary:
    require_leading(request.user)
    quarter = request.GET.get("quarter", "")
    if quarter not in ("", "1", "2", "3", "4"):
        raise Http404
    return summary.summarise(request.user, year=request.year, quarter=int(quarter) if quarter else None)


@require_safe
def leadership_page(request):
    """What we decided, what happened in numbers, who is late; of the chosen year or one quarter of it."""
    found = _summary(request)
    path, year = request.path, request.year
    tabs = [{"label": _("Whole year"), "url": f"{path}?year={year}", "current": found.quarter is None}]
    tabs += [
        {
            "label": _("Quarter %(n)s") % {"n": roman},
            "url": f"{path}?year={year}&quarter={n}",
            "current": found.quarter == n,
        }
        for n, roman in enumerate(summary.QUARTERS, 1)
    ]
    for each in found.late:
        each.url = summary.late_url(each)
    query = f"?year={year}" + (f"&quarter={found.quarter}" if found.quarter else "")
    context = {
        "found": found,
        "tabs": tabs,
        "programs": [_moved(m) for m in found.programs],
        "pdf_url": f"{reverse('meetings:leadership_pdf')}{query}",
        "crumbs": [(_("Meetings"), reverse("meetings:meeting_list")), (_("Leadership's page"), None)],
        "decision_url": f"{reverse('meetings:decision_list')}?year={year}",
        "overdue_url": f"{reverse('meetings:action_list')}?who=all&show=overdue",
        "open_url": f"{reverse('meetings:action_list')}?who=all&show=all",
        "done_url": f"{reverse('meetings:action_list')}?who=all&show=done&year={year}",
        "coverage_url": f"{reverse('reports:coverage')}?year={year}" if _has("reports:coverage") else "",
    }
    return render(request, "meetings/leadership.html", context)


def _has(name: str) -> bool:
    """Whether an address of an upper app is there: this app may not import it."""
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _moved(moved) -> dict:
    url = reverse("programs:program_detail", args=[moved.program.uuid])
    return {
        "name": moved.program.short_name,
        "owner": moved.program.owner.short_name,
        "url": url,
        "then": shown(moved.then, False),
        "now": shown(moved.now, False) if moved.known else _("not in yet"),
        "more": moved.more,
        "most": max(moved.then, moved.now),
        "now_bar": moved.now if moved.now >= SMALL else 0,
        "then_bar": moved.then if moved.then >= SMALL else 0,
    }


@require_safe
def leadership_pdf(request):
    """The same as a paper."""
    found = _summary(request)
    content = paperwork.pdf(summary.paper(found), by=request.user, size="f4")
    record_access(request.user, AccessKind.PRINT, _("Leadership's page %(year)s") % {"year": request.year})
    response = HttpResponse(content, content_type=PDF_TYPE)
    name = safe_file_name(f"Ringkasan pimpinan {request.year}", "pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
