"""Minutes: saved while typing, two writers who see each other, quick entries in place, comments, final, amended.

The page's script (static/js/minutes.js) asks for JSON; without it the same addresses answer with pages.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.roles import Perm, require
from core.templatetags.shell import jam
from meetings import writers
from meetings.actions import decisions, items, minutes
from meetings.forms.decisions import QuickDecisionForm
from meetings.forms.items import QuickItemForm
from meetings.forms.meetings import AmendmentForm
from meetings.models import AgendaItem
from meetings.views.finding import do, find_agenda_item, find_meeting, meeting_crumbs, meeting_url, run_form

MOST_TEXT = 50_000


def wants_json(request) -> bool:
    """Whether the page's script asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def _state(item: AgendaItem) -> dict:
    return {
        "version": item.text_version,
        "who": str(item.text_by or ""),
        "when": jam(item.text_at) if item.text_at else "",
    }


@require_POST
def agenda_text(request, uuid):
    """Save the minutes of one point on top of the version that was read; another's text is never overwritten."""
    item = find_agenda_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    given = request.POST.get("version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
    text = request.POST.get("text", "")[:MOST_TEXT]
    problem, theirs = "", None
    try:
        item = minutes.write_text(item=item, text=text, version=version, by=request.user)
    except minutes.TextConflict as conflict:
        item = theirs = conflict.item
    except ValidationError as error:
        problem = " ".join(error.messages)
    status = 409 if theirs else 422 if problem else 200
    if wants_json(request):
        return JsonResponse(
            _state(item) | {"problem": problem} | ({"text": item.text} if theirs else {}), status=status
        )
    if status == 200:
        return redirect(f"{meeting_url(item.meeting)}#i-{item.uuid}")
    context = {"item": item, "meeting": item.meeting, "mine": text, "conflict": theirs, "problem": problem}
    context["joined"] = f"{item.text}\n\n{text}"
    return render(request, "meetings/minutes_conflict.html", context, status=status)


@never_cache
@require_safe
def minutes_live(request, uuid):
    """What others wrote since: `?at=` the point one stands at, `?have=` uuid.version of each point, with commas."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    have = dict(part.rpartition(".")[::2] for part in request.GET.get("have", "")[:4000].split(",") if "." in part)
    at = request.GET.get("at", "")[:36]
    rows = {str(item.uuid): item for item in meeting.agenda.select_related("text_by")}
    others = writers.tell(meeting, user=request.user, item=at if at in rows else "")
    found = {}
    for key, item in rows.items():
        changed = have.get(key) not in (None, str(item.text_version))
        found[key] = {"writers": others.get(key, [])} | (_state(item) | {"text": item.text} if changed else {})
    return JsonResponse({"items": found, "state": meeting.state})


# --- quick entries ---------------------------------------------------------------------------------------------------


def _quick(request, meeting, form, act, back: str):
    """Do a quick entry: JSON for the script, a message and a redirect without it."""
    errors = []
    if form.is_valid():
        try:
            label, url = act(form.cleaned_data)
        except ValidationError as error:
            errors = error.messages
        else:
            if wants_json(request):
                return JsonResponse({"label": label, "url": url}, status=201)
            messages.success(request, _("Saved."))
            return redirect(back)
    else:
        for name, texts in form.errors.items():
            label = f"{form.fields[name].label}: " if name in form.fields else ""
            errors.append(f"{label}{' '.join(texts)}")
    if wants_json(request):
        return JsonResponse({"problem": " ".join(errors)}, status=422)
    messages.error(request, " ".join(errors))
    return redirect(back)


@require_POST
def decision_quick(request, uuid):
    """A decision made in place: words, agency, day. One with households has its own page."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = QuickDecisionForm(request.POST, meeting=meeting)

    def act(values):
        made = decisions.decide(
            meeting=meeting,
            by=request.user,
            title=values["title"],
            text=values["text"] or values["title"],
            item=values["item"],
            due=values["due"],
            agencies=[values["agency"]] if values["agency"] else [],
        )
        return str(made), reverse("meetings:decision_detail", args=[made.uuid])

    return _quick(request, meeting, form, act, f"{meeting_url(meeting)}#agenda")


@require_POST
def action_quick(request, uuid):
    """An action item made in place: what, who, when."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = QuickItemForm(request.POST, meeting=meeting)

    def act(values):
        made = items.create_item(by=request.user, meeting=meeting, agenda_item=values.pop("item"), **values)
        return made.title, reverse("meetings:action_detail", args=[made.uuid])

    return _quick(request, meeting, form, act, f"{meeting_url(meeting)}#items")


# --- round, final, amended -------------------------------------------------------------------------------------------


@require_POST
def agenda_comment(request, uuid):
    """A remark on draft minutes."""
    item = find_agenda_item(request, uuid)
    text = request.POST.get("text", "")[:2000]
    return do(
        request,
        lambda: minutes.comment(item=item, text=text, by=request.user) and None,
        back=f"{meeting_url(item.meeting)}#i-{item.uuid}",
    )


@require_POST
def minutes_step(request, uuid, step):
    """Send the draft round, make the minutes final, approve them."""
    meeting = find_meeting(request, uuid)
    acts = {
        "draft": (Perm.RUN_MEETINGS, minutes.send_draft),
        "final": (Perm.RUN_MEETINGS, minutes.finalise),
        "approve": (Perm.APPROVE_MINUTES, minutes.approve),
    }
    if step not in acts:
        raise Http404
    perm, act = acts[step]
    require(request.user, perm)
    return do(request, lambda: act(meeting=meeting, by=request.user) and None, back=meeting_url(meeting))


def minutes_amend(request, uuid):
    """A numbered correction beside the final text."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = AmendmentForm(request.POST or None, meeting=meeting)
    return run_form(
        request,
        form,
        lambda values: minutes.amend(meeting=meeting, by=request.user, **values) and None,
        title=_("Amend the minutes"),
        back=meeting_url(meeting),
        crumbs=meeting_crumbs(meeting, (_("Amend the minutes"), None)),
        facts=_("The text stays as it was; the correction stands beside it."),
    )
