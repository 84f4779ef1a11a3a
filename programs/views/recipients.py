"""The list of recipients of a programme year, and the stages taken on ticked or filtered rows."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core.exports import export_response
from core.keyset import BadToken
from core.roles import Perm, require
from core.templatetags.shell import angka
from households.lookups import TooManyLookups, note_lookup
from households.views.edits import add_errors
from programs import rights
from programs.actions import deliveries
from programs.actions import steps as actions
from programs.actions.steps import STEPS, Outcome, preview_step, steps_for
from programs.forms.steps import DeliverForm, StepForm
from programs.models import Program, ProgramYear
from programs.recipients import KIND, PAGE_SIZE, RecipientFilter, page_of
from programs.views.finding import find_year, program_url, recipients_url, year_crumbs

MOST_PICKED = 1000
DELIVER = "deliver"


def list_context(request, found: RecipientFilter, *, size: int = PAGE_SIZE) -> dict:
    """What the table of recipients needs; `found` is valid."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        page = page_of(found, after="" if before else after, before=before, size=size)
    except BadToken:
        messages.warning(request, _("That page is not known. This is the first page."))
        page = page_of(found, size=size)
    program_year = found.program_year
    path = recipients_url(program_year)
    chips = [
        {"label": text, "remove_url": f"{path}?{found.query(**{name: ''})}"}
        for name, text in found.words
        if name in ("passed", "fit", "desil")
    ]
    return {
        "filter": found,
        "page": page,
        "total": found.queryset().order_by().count(),
        "list_path": path,
        "list_query": found.query(),
        "chips": chips,
        "sort": found.sort,
        "prev": f"{path}?{found.query(before=page.before)}" if page.before else "",
        "next": f"{path}?{found.query(after=page.after)}" if page.after else "",
        "bulk_steps": bulk_steps(request.user, program_year.program),
        "may_deliver": rights.may(request.user, Perm.DELIVER, program_year.program),
        "sees_amounts": rights.sees_amounts(request.user, program_year.program),
        "closed": program_year.closed,
    }


@require_safe
@vary_on_headers("HX-Request")
def recipient_list(request, uuid):
    """The recipients of a programme year: the whole page, or its changing part when htmx asks."""
    require(request.user, Perm.SEE_AID)
    program_year = find_year(request, uuid)
    found = RecipientFilter(request.GET, program_year=program_year, user=request.user)
    context = {
        "program_year": program_year,
        "program": program_year.program,
        "crumbs": year_crumbs(program_year, (_("Recipients"), None)),
        "program_url": program_url(program_year),
    }
    part = request.htmx and not request.htmx.boosted
    problems, status = found.errors if not found.is_valid() else [], 200
    if problems:
        status = 422 if part else 400
    elif found.number:
        try:
            note_lookup(request.user, found.number)
        except TooManyLookups as error:
            problems, status = [str(error)], 429
    context |= {"problems": problems, "filter": found, "list_path": request.path}
    if not problems:
        context |= list_context(request, found)
    response = render(
        request, "programs/_recipient_table.html" if part else "programs/recipient_list.html", context, status=status
    )
    if part and not problems:
        query = found.query(after=request.GET.get("after"), before=request.GET.get("before"))
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return response


@require_safe
def recipient_export(request, uuid):
    """The filtered recipients as a workbook, numbers masked."""
    require(request.user, Perm.SEE_AID)
    program_year = find_year(request, uuid)
    found = RecipientFilter(request.GET, program_year=program_year, user=request.user)
    if not found.is_valid():
        messages.error(request, " ".join(found.errors))
        return redirect(recipients_url(program_year))
    query = {name: str(value) for name, value in found.values.items() if value not in (None, "")}
    return export_response(request, KIND, {"program_year": str(program_year.uuid), "query": query})


# --- stages ------------------------------------------------------------------------------------------------------


def bulk_steps(user, program: Program) -> list[dict]:
    """Steps this person may take on recipients of the programme, for the bulk bar."""
    icons = {
        "verify": "check2",
        "approve": "check2-all",
        "return": "arrow-return-left",
        "resubmit": "send",
        "reject": "x-circle",
        "stop": "stop-circle",
        "resume": "play-circle",
        "void": "slash-circle",
    }
    may = {step.key for step in steps_for(user, program)}
    return [{"key": key, "label": STEPS[key].label, "icon": icons[key]} for key in STEPS if key in may]


def _picked(request, program_year: ProgramYear) -> tuple[list[int], list[str]]:
    """(ids, ticked uuids) of the rows meant: ticked ones, or the whole filter when `all` is set."""
    if request.POST.get("all"):
        found = RecipientFilter(request.GET, program_year=program_year, user=request.user)
        if not found.is_valid():
            raise ValidationError(found.errors)
        return list(found.queryset().order_by().values_list("pk", flat=True)), []
    picked = []
    for text in request.POST.getlist("pick")[: MOST_PICKED + 1]:
        try:
            picked.append(str(uuids.UUID(text)))
        except ValueError:
            continue
    if len(picked) > MOST_PICKED:
        raise ValidationError(_("Tick at most %(n)s rows, or take the whole filter.") % {"n": MOST_PICKED})
    rows = program_year.assistance.visible_to(request.user).filter(uuid__in=picked)
    return list(rows.values_list("pk", flat=True)), picked


@require_POST
def recipient_step(request, uuid, step):
    """A stage for many rows: first what would happen, then, confirmed, the stage itself."""
    require(request.user, Perm.SEE_AID)
    program_year = find_year(request, uuid)
    if step != DELIVER and step not in STEPS:
        raise Http404
    back = _back(request, program_year)
    try:
        ids, picked = _picked(request, program_year)
        if not ids:
            raise ValidationError(_("Tick at least one row first."))
        if step == DELIVER:
            return _deliver(request, program_year, ids, picked, back)
        return _step(request, program_year, step, ids, picked, back)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)


def _step(request, program_year: ProgramYear, key: str, ids, picked, back):
    plan = preview_step(key, program_year=program_year, rows=ids, by=request.user)
    confirmed = bool(request.POST.get("confirm"))
    form = StepForm(request.POST if confirmed else None, step=plan.step, excess=plan.exceeds)
    if confirmed and form.is_valid():
        function = {"return": actions.return_}.get(key) or getattr(actions, key)
        try:
            outcome = function(program_year=program_year, rows=ids, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, done_text(outcome))
            return redirect(back)
    context = {
        "title": step_question(plan.step, plan.change),
        "button": plan.step.label,
        "change": plan.change,
        "skipped": plan.skipped.items(),
        "excess": actions.excess_text(plan) if plan.exceeds else "",
        "is_stop": key in ("reject", "stop", "void"),
    }
    return _confirm(request, program_year, form, context, picked, back, status=422 if confirmed else 200)


def _deliver(request, program_year: ProgramYear, ids, picked, back):
    rights.require_program(request.user, Perm.DELIVER, program_year.program)
    confirmed = bool(request.POST.get("confirm"))
    form = DeliverForm(request.POST if confirmed else None, program_year=program_year)
    if confirmed and form.is_valid():
        try:
            outcome = deliveries.deliver(program_year=program_year, rows=ids, by=request.user, **form.values())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, done_text(outcome))
            return redirect(back)
    question = ngettext("Record that %(n)s recipient received?", "Record that %(n)s recipients received?", len(ids))
    context = {"title": question % {"n": angka(len(ids))}, "button": _("Record the delivery"), "change": len(ids)}
    return _confirm(request, program_year, form, context, picked, back, status=422 if confirmed else 200)


def _confirm(request, program_year, form, context, picked, back, *, status):
    context |= {
        "program_year": program_year,
        "form": form,
        "picked": picked,
        "all": "" if picked else "1",
        "back": back,
        "crumbs": year_crumbs(program_year, (_("Recipients"), recipients_url(program_year)), (context["button"], None)),
    }
    return render(request, "programs/recipient_step.html", context, status=status)


def _back(request, program_year: ProgramYear) -> str:
    """Back to the row's own page when it was opened there, else to the list as it was filtered."""
    one = request.POST.get("one", "")
    if one:
        try:
            return reverse("programs:assistance_detail", args=[uuids.UUID(one)])
        except ValueError:
            pass
    query = request.GET.urlencode()
    return f"{recipients_url(program_year)}?{query}" if query else recipients_url(program_year)


def step_question(step, n: int) -> str:
    """The question of a step, with the number."""
    questions = {
        "verify": ngettext("Verify %(n)s recipient?", "Verify %(n)s recipients?", n),
        "approve": ngettext("Approve %(n)s recipient?", "Approve %(n)s recipients?", n),
        "return": ngettext("Return %(n)s proposal?", "Return %(n)s proposals?", n),
        "resubmit": ngettext("Propose %(n)s recipient again?", "Propose %(n)s recipients again?", n),
        "reject": ngettext("Reject %(n)s recipient?", "Reject %(n)s recipients?", n),
        "stop": ngettext("Stop the aid of %(n)s recipient?", "Stop the aid of %(n)s recipients?", n),
        "resume": ngettext("Resume the aid of %(n)s recipient?", "Resume the aid of %(n)s recipients?", n),
        "void": ngettext("Void %(n)s entry made by mistake?", "Void %(n)s entries made by mistake?", n),
    }
    return questions[step.key] % {"n": angka(n)}


def done_text(outcome: Outcome) -> str:
    """What was done, and what was left alone and why."""
    text = ngettext("%(n)s recipient changed.", "%(n)s recipients changed.", outcome.changed)
    text %= {"n": angka(outcome.changed)}
    left = "; ".join(f"{n} × {reason}" for reason, n in outcome.skipped.items())
    return _("%(done)s Left as they were: %(left)s.") % {"done": text, "left": left} if left else text
