"""Match a list: candidates pasted or uploaded, what each of them means, and what is done with those chosen."""

from __future__ import annotations

import uuid as uuids
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core.choices import BatchState
from core.exports import export_response
from core.imports import batches
from core.imports.forms import ColumnsForm
from core.imports.layout import taken_sheets
from core.imports.pages import stage_context
from core.roles import Perm, require
from core.templatetags.shell import angka
from households.actions.sets import freeze_queryset
from households.models import Household, Member
from households.views.edits import add_errors
from programs import eligibility, rights
from programs.choices import BenefitUnit
from programs.forms.matching import ForProgramForm, KeepForm, MatchForm
from programs.matching import lists, pages
from programs.matching.lists import State
from programs.views.finding import program_url

LISTED = 10
MOST_PICKED = 1000
ICONS = {
    State.FIT: "bullseye",
    State.IN: "check2",
    State.UNFIT: "slash-circle",
    State.NOTHING: "circle",
    State.SOMETHING: "box-seam",
    State.CHOOSE: "question-circle",
    State.UNKNOWN: "person-x",
}


def _crumbs(*more) -> list[tuple]:
    here = (_("Match a list"), reverse("programs:match_start") if more else None)
    return [(_("Programmes"), reverse("programs:program_list")), here, *more]


def match_start(request):
    """Bring candidates; own lists of the last week."""
    require(request.user, Perm.SEE_NAMES)
    initial = {"program_year": request.GET.get("program_year", "")}
    form = MatchForm(request.POST or None, request.FILES or None, user=request.user, year=request.year, initial=initial)
    if request.method == "POST" and form.is_valid():
        batch = _bring(request, form)
        if batch is not None:
            return redirect("programs:match_detail", uuid=batch.uuid)
    context = {"form": form, "batches": lists.own(request.user)[:LISTED], "crumbs": _crumbs()}
    return render(request, "programs/match_start.html", context, status=422 if request.method == "POST" else 200)


def _bring(request, form: MatchForm):
    values = form.cleaned_data
    asked = {"by": request.user, "year": request.year, "program_year": values["program_year"]}
    try:
        if values["file"]:
            batch = lists.bring_file(values["file"], **asked)
            batches.run(batch, "read", by=request.user)
            if batch.state == BatchState.UPLOADED and batch.job is None and taken_sheets(batch):
                _match(request, batch)
        else:
            batch = lists.bring_text(values["text"], **asked)
            _match(request, batch)
    except ValidationError as error:
        form.add_error("file" if values["file"] else "text", error.messages)
        return None
    return batch


def _match(request, batch) -> None:
    """Match at once, or a long list as a job: names that nobody bears are looked for one by one."""
    batches.run(batch, "check", by=request.user, at_once=lists.lines_of(batch) <= lists.AT_ONCE)


def _find(request, uuid):
    require(request.user, Perm.SEE_NAMES)
    return get_object_or_404(lists.own(request.user).select_related("job"), uuid=uuid)


def _here(batch, query: str = ""):
    return redirect(reverse("programs:match_detail", args=[batch.uuid]) + (f"?{query}" if query else ""))


@require_safe
@vary_on_headers("HX-Request")
def match_detail(request, uuid):
    """A matched list: tiles, lines, what can be done with them; while it is read, how far that is."""
    batch = _find(request, uuid)
    stage = batches.stage(batch)
    program_year = lists.program_year_of(batch)
    context = stage_context(batch, stage) | {
        "program_year": program_year,
        "crumbs": _list_crumbs(batch, program_year),
        "again_url": reverse("programs:match_again", args=[batch.uuid]),
    }
    if stage == "columns":
        context |= {"form": ColumnsForm(batch=batch)}
    elif stage == "preview":
        context |= _lines(request, batch, program_year)
        if request.htmx and not request.htmx.boosted:
            response = render(request, "programs/_match_table.html", context)
            response["HX-Push-Url"] = f"{request.path}?{context['query']}" if context["query"] else request.path
            return response
    return render(request, "programs/match_detail.html", context)


def _list_crumbs(batch, program_year) -> list[tuple]:
    if program_year is None:
        return _crumbs((batch.file_name, None))
    return [
        (_("Programmes"), reverse("programs:program_list")),
        (str(program_year), program_url(program_year)),
        (_("Match a list"), None),
    ]


def _lines(request, batch, program_year) -> dict:
    found = pages.MatchFilter(batch, request.GET)
    rows = found.rows()
    after = _number(request.GET.get("after", ""), -1)
    part = list(rows.filter(n__gt=after)[: pages.PAGE_SIZE + 1])
    more = part[pages.PAGE_SIZE - 1].n if len(part) > pages.PAGE_SIZE else None
    path = reverse("programs:match_detail", args=[batch.uuid])
    total = rows.count()
    start = rows.filter(n__lte=after).count() + 1 if part else 0
    kept = {k: v for k, v in (("state", found.state), ("q", found.q)) if v}
    people = program_year is not None and program_year.program.benefit_unit == BenefitUnit.PERSON
    fit = batch.counts.get("fit_members" if people else "fit_households", 0)
    return {
        "lines": pages.lines(batch, part[: pages.PAGE_SIZE], request.user),
        "total": total,
        "start": start,
        "end": start + min(len(part), pages.PAGE_SIZE) - 1 if part else 0,
        "filter": found,
        "query": urlencode(kept),
        "next": f"{path}?{urlencode(kept | {'after': more})}" if more is not None else "",
        "prev": f"{path}?{urlencode(kept)}" if after >= 0 else "",
        "tiles": [
            {
                "label": state.label,
                "value": angka(n),
                "hint": hint,
                "icon": ICONS[state],
                "url": path if found.state == state else f"{path}?state={state.value}",
                "current": found.state == state,
            }
            for state, n, hint in pages.tiles(batch, program_year)
        ],
        "chip": State(found.state).label if found.state else "",
        "year": program_year.year if program_year else batch.options["year"],
        "people": people,
        "fit": fit,
        "at": batch.counts.get("at", ""),
        "rule": eligibility.sentence_for(program_year.program, program_year.year) if program_year else "",
        "may_propose": program_year is not None
        and not program_year.closed
        and rights.may(request.user, Perm.PROPOSE, program_year.program),
        "for_form": ForProgramForm(
            user=request.user,
            year=batch.options["year"],
            initial={"program_year": program_year.uuid if program_year else ""},
        ),
    }


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


# --- reading it again ------------------------------------------------------------------------------------------------


@require_POST
def match_columns(request, uuid):
    """Take the columns as a person says, then match."""
    batch = _find(request, uuid)
    form = ColumnsForm(request.POST, batch=batch)
    if batches.stage(batch) != "columns":
        messages.error(request, _("This step does not fit the state of the import. Reload the page."))
        return _here(batch)
    if not form.is_valid():
        context = stage_context(batch, "columns") | {"form": form, "crumbs": _list_crumbs(batch, None)}
        return render(request, "programs/match_detail.html", context, status=422)
    batches.choose_columns(batch, form.choice(), by=request.user)
    return match_again(request, uuid)


@require_POST
def match_again(request, uuid):
    """Match once more: after an interruption, or with the data of today."""
    batch = _find(request, uuid)
    try:
        if batch.layout or batch.options.get(lists.PASTED):
            _match(request, batch)
        else:
            batches.run(batch, "read", by=request.user)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, " ".join(getattr(error, "messages", None) or [str(error)]))
    return _here(batch)


@require_POST
def match_program(request, uuid):
    """Read the same list for another programme, or for none."""
    batch = _find(request, uuid)
    form = ForProgramForm(request.POST, user=request.user, year=batch.options.get("year", request.year))
    if not form.is_valid():
        messages.error(request, _("Choose a programme of the list."))
    elif batches.stage(batch) != "preview":
        messages.error(request, _("This list is not matched yet. Wait until it is done."))
    else:
        lists.choose_program_year(batch, form.cleaned_data["program_year"])
    return _here(batch)


def match_row(request, uuid, n):
    """Who a line may mean: the candidates with what speaks for each; one is chosen."""
    batch = _find(request, uuid)
    row = get_object_or_404(pages.MatchFilter(batch, {}).rows(), n=n)
    if row.how not in (None, "chosen") or batches.stage(batch) != "preview":
        raise Http404
    if request.method == "POST":
        chosen = request.POST.get("member", "")
        member = None
        if chosen:
            offered = Member.objects.visible_to(request.user).filter(pk__in=row.near or ())
            member = get_object_or_404(offered, uuid=_uuid(chosen))
        lists.choose_person(batch, row, member)
        return _here(batch, request.POST.get("query", "")[:200])
    line = pages.lines(batch, [row], request.user)[0]
    context = {
        "batch": batch,
        "line": line,
        "query": request.GET.urlencode()[:200],
        "crumbs": _crumbs(
            (batch.file_name, reverse("programs:match_detail", args=[batch.uuid])), (_("Choose the person"), None)
        ),
    }
    return render(request, "programs/match_row.html", context)


def _uuid(text: str) -> uuids.UUID:
    try:
        return uuids.UUID(text)
    except ValueError:
        raise Http404 from None


# --- what is done with it --------------------------------------------------------------------------------------------


@require_safe
def match_export(request, uuid):
    """The lines as filtered, as a workbook; numbers masked."""
    batch = _find(request, uuid)
    found = pages.MatchFilter(batch, request.GET)
    params = {"batch": str(batch.uuid), "state": found.state, "q": found.q}
    return export_response(request, pages.EXPORT, params)


def _picked(request) -> list[int] | None:
    """Ticked lines; None = all that fit."""
    if request.POST.get("all_fit"):
        return None
    picked = [_number(text, -1) for text in request.POST.getlist("pick")[: MOST_PICKED + 1]]
    if len(picked) > MOST_PICKED:
        raise ValidationError(_("Tick at most %(n)s rows, or take the whole filter.") % {"n": MOST_PICKED})
    if not picked:
        raise ValidationError(_("Tick at least one row first."))
    return picked


@require_POST
def match_enrol(request, uuid):
    """Go on to the preview of proposing those chosen."""
    batch = _find(request, uuid)
    program_year = lists.program_year_of(batch)
    if program_year is None:
        messages.error(request, _("Choose the programme first."))
        return _here(batch)
    rights.require_program(request.user, Perm.PROPOSE, program_year.program)
    try:
        picked = _picked(request)
        pages.selection(batch, request.user, picked)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _here(batch)
    batch.options["picked"] = picked
    batch.save(update_fields=["options"])
    return redirect(f"{reverse('programs:enrol', args=[program_year.uuid])}?match={batch.uuid}")


@require_POST
def match_keep(request, uuid):
    """Keep the households of those chosen as a frozen list of their own: first its name, then it is made."""
    batch = _find(request, uuid)
    try:
        picked = _picked(request)
        households = _households(batch, request.user, picked)
        n = households.count()
        if not n:
            raise ValidationError(_("None of the chosen lines is known. Choose lines that were found."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _here(batch)
    form = KeepForm(request.POST if request.POST.get("confirm") else None)
    if form.is_bound and form.is_valid():
        try:
            made = freeze_queryset(name=form.cleaned_data["name"], by=request.user, queryset=households)
        except ValidationError as error:
            add_errors(form, error)
        else:
            text = ngettext("%(n)s household kept as a list.", "%(n)s households kept as a list.", n)
            messages.success(request, text % {"n": angka(n)})
            return redirect("households:set_detail", uuid=made.uuid)
    context = {
        "batch": batch,
        "form": form,
        "picked": picked or [],
        "all_fit": picked is None,
        "n": n,
        "crumbs": _crumbs(
            (batch.file_name, reverse("programs:match_detail", args=[batch.uuid])), (_("Keep as a list"), None)
        ),
    }
    return render(request, "programs/match_keep.html", context, status=422 if form.is_bound else 200)


def _households(batch, user, picked):
    chosen = pages.selection(batch, user, picked)
    if "households" in chosen:
        return Household.objects.visible_to(user).filter(pk__in=chosen["households"])
    members = Member.objects.visible_to(user).filter(pk__in=chosen["members"])
    return Household.objects.visible_to(user).filter(pk__in=members.values("household"))


@require_POST
def match_forget(request, uuid):
    """Forget a matched list before its time."""
    lists.forget(_find(request, uuid))
    messages.success(request, _("The matched list is forgotten."))
    return redirect("programs:match_start")
