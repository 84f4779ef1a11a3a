"""The list of programmes and the page of one programme in one year."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.registry import registry
from core.roles import Perm, access, require
from households.views.edits import add_errors
from programs import eligibility, figures, rights
from programs.actions import programmes as actions
from programs.choices import AssistanceStatus, BenefitUnit
from programs.forms.programs import EndForm, ProgramFilterForm, ProgramForm, ReasonForm
from programs.models import Program, ProgramYear
from programs.recipients import RecipientFilter
from programs.views.finding import Links, figures_area, find_program, program_crumbs, recipients_url
from programs.views.recipients import list_context

FIRST_ROWS = 10  # of the recipients on the programme's page
JUDGED = (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON)


@require_safe
def program_list(request):
    """All programmes with what they reach in the chosen year."""
    require(request.user, Perm.SEE_FIGURES)
    area, area_name = figures_area(request)
    form = ProgramFilterForm(request.GET)
    programs = Program.objects.visible_to(request.user).select_related("owner", "cluster", "strategy", "benefit_kind")
    if form.is_valid():
        programs = _filtered(programs, form.cleaned_data)
    links = Links(request, breakdown="")
    coverage = {y.program_id: (y, share) for y, share in figures.coverage_by_program(request.year, area)}
    years = {y.program_id: y for y in ProgramYear.objects.visible_to(request.user).filter(year=request.year)}
    money = figures.money_of_year(request.year)
    not_in = {n.program_year.program_id: n.state for n in figures.lists_not_in(request.year)}
    rows = []
    for program in programs.order_by("name", "pk"):
        program_year, share = coverage.get(program.pk, (None, None))
        program_year = program_year or years.get(program.pk)
        hidden = share is not None and not links.names and figures.gives_away(share.part, share.total)
        rows.append(
            {
                "program": program,
                "year": program_year,
                "share": share,
                "share_hidden": hidden,
                "share_url": links.households(share.params) if share else "",
                "money": money.get(program_year.pk) if program_year else None,
                "not_in": not_in.get(program.pk, ""),
            }
        )
    context = {
        "rows": rows,
        "form": form,
        "area_name": area_name,
        "tabs": program_tabs(request, "all"),
        "not_in": sum(1 for row in rows if row["not_in"] == "none"),
        "may_add": access(request.user).can(Perm.MANAGE_PROGRAMS),
    }
    part = request.htmx and not request.htmx.boosted
    response = render(request, "programs/_program_table.html" if part else "programs/program_list.html", context)
    response["Vary"] = "HX-Request"
    return response


def _filtered(programs, values: dict):
    for name in ("cluster", "strategy"):
        if values[name]:
            programs = programs.filter(**{name: values[name]})
    if values["agency"]:
        programs = programs.filter(owner=values["agency"])
    for word in values["q"].split()[:6]:
        programs = programs.filter(
            Q(name__icontains=word) | Q(short_name__icontains=word) | Q(owner__short_name__icontains=word)
        )
    return programs


def program_tabs(request, current: str) -> list[dict]:
    """Sections of programmes: all, those I work on, my proposals."""
    held = access(request.user)
    tabs = [("all", _("All programmes"), "programs:program_list")]
    if any(held.can(p) for p in (Perm.VERIFY, Perm.APPROVE, Perm.DELIVER)):
        tabs.append(("mine", _("My programmes"), "programs:program_mine"))
    if held.can(Perm.PROPOSE):
        tabs.append(("proposals", _("My proposals"), "programs:proposal_list"))
    if len(tabs) == 1:
        return []
    return [{"label": label, "url": reverse(url), "current": key == current} for key, label, url in tabs]


@require_safe
def program_detail(request, uuid):
    """One programme in the chosen year: plan, funnel, targeting, recipients, areas, money."""
    program = find_program(request, uuid)
    area, area_name = figures_area(request)
    years = list(program.years.order_by("-year"))
    program_year = next((y for y in years if y.year == request.year), None)
    context = {
        "program": program,
        "program_year": program_year,
        "area_name": area_name,
        "crumbs": program_crumbs(program, (str(request.year), None)),
        "year_tabs": [
            {"label": str(y.year), "url": f"?year={y.year}", "current": y.year == request.year} for y in years
        ],
        "may_manage": rights.may(request.user, Perm.MANAGE_PROGRAMS, program),
        "may_propose": rights.may(request.user, Perm.PROPOSE, program),
        "may_deliver": rights.may(request.user, Perm.DELIVER, program),
        "unit": unit_word(program),
        "classes": [str(c.item) for c in program.classifications.select_related("item__scheme")],
        "rule_sentence": eligibility.sentence_for(program, request.year),
        "rule": eligibility.rule_in_force(program, request.year),
        "panels": [p.render(request, program) for p in sorted(registry.program_panels, key=lambda p: p.order)],
    }
    if program_year is None:
        context["earlier"] = next((y for y in years if y.year < request.year), None)
        return render(request, "programs/program_detail.html", context)
    program_year.program = program
    context |= _year_context(request, program_year, area)
    return render(request, "programs/program_detail.html", context)


def _year_context(request, program_year: ProgramYear, area: str) -> dict:
    links = Links(request)
    funnel = figures.funnel(program_year, area)
    money = figures.money(program_year, area)
    sees_names = access(request.user).can(Perm.SEE_AID)
    context = {
        "funnel": funnel,
        "funnel_steps": _funnel_steps(program_year, funnel, links),
        "waiting": _waiting(program_year, funnel, links),
        "money": money,
        "received_url": links.recipients(program_year, passed="received"),
        "received_share": funnel.received / program_year.target if program_year.target else None,
        "sponsors": list(program_year.funding.filter(current=True).order_by("sponsor", "source")),
        "targeting": _targeting(program_year, area, links) if program_year.program.benefit_unit in JUDGED else None,
        "by_area": _by_area(program_year, area, links, sees_names),
        "by_desil": _by_desil(program_year, area, links, sees_names),
        "not_in": _list_state(program_year),
        "sees_names": sees_names,
    }
    if sees_names:
        found = RecipientFilter({}, program_year=program_year, user=request.user)
        found.is_valid()
        context |= list_context(request, found, size=FIRST_ROWS) | {"prev": "", "next": "", "only_first": True}
    return context


def _list_state(program_year: ProgramYear) -> str:
    return next((n.state for n in figures.lists_not_in(program_year.year) if n.program_year == program_year), "")


def unit_word(program: Program) -> str:
    """What this programme's benefits are counted in."""
    return {
        BenefitUnit.HOUSEHOLD: _("households"),
        BenefitUnit.PERSON: _("people"),
        BenefitUnit.GROUP: _("groups"),
        BenefitUnit.AREA: _("areas"),
    }[BenefitUnit(program.benefit_unit)]


def _funnel_steps(program_year, funnel: figures.Funnel, links: Links) -> list[dict]:
    steps = []
    # A list decided elsewhere knows no stages: only what came of it.
    elsewhere = program_year.program.decided_elsewhere and not funnel.waiting["proposed"]
    keys = ("received",) if elsewhere else figures.PASSED
    labels = {
        "proposed": _("Proposed"),
        "verified": _("Verified"),
        "approved": _("Approved"),
        "received": _("Received"),
    }
    whole = getattr(funnel, keys[0]) if len(keys) > 1 else (program_year.target or funnel.received)
    for key in keys:
        value = getattr(funnel, key)
        steps.append(
            {
                "label": labels[key],
                "value": value,
                "share": min(1, value / whole) if whole else 0,
                "kind": "then" if key == "proposed" else "accent",
                "url": links.recipients(program_year, passed=key),
            }
        )
    return steps


def _waiting(program_year, funnel: figures.Funnel, links: Links) -> list[dict]:
    """What the funnel leaves, each with its list."""
    texts = {
        "proposed": _("not yet verified"),
        "returned": _("returned to the proposer"),
        "verified": _("waiting for approval"),
        "approved": _("approved, not yet received"),
        "stopped": _("stopped"),
        "rejected": _("rejected"),
    }
    return [
        {"n": links.shown(funnel.waiting[key]), "text": text, "url": links.recipients(program_year, stage=key)}
        for key, text in texts.items()
        if funnel.waiting[key]
    ]


def _targeting(program_year, area: str, links: Links) -> dict:
    missed = figures.exclusion(program_year, area)
    outside = figures.inclusion(program_year, area)
    uuid = str(program_year.program.uuid)
    candidates = missed.total_params | {"not_enrolled": uuid}
    return {
        "missed": missed,
        "missed_hidden": not links.names and figures.gives_away(missed.part, missed.total),
        "outside": outside,
        "outside_shown": links.shown(outside.part),
        "target_url": links.households(missed.total_params),
        "missed_url": links.households(missed.params),
        "candidates_url": links.households(candidates),
        "outside_url": links.recipients(program_year, **outside.params),
    }


def _by_area(program_year, area: str, links: Links, sees_names: bool) -> list[dict]:
    rows = figures.received_by_area(program_year, area)
    shown = [n for _code, _name, n in rows]
    values = shown if sees_names else figures.hide_small(shown)
    most = max(shown, default=0)
    return [
        {
            "label": name,
            "n": n,
            "share": (n or 0) / most if most else 0,
            "url": links.recipients(program_year, passed="received", area=code) if sees_names else "",
        }
        for (code, name, _n), n in zip(rows, values, strict=True)
    ]


def _by_desil(program_year, area: str, links: Links, sees_names: bool) -> list[dict]:
    rows = figures.received_by_desil(program_year, area)
    shown = [n for _desil, n in rows]
    values = shown if sees_names else figures.hide_small(shown)
    most = max(shown, default=0)
    return [
        {
            "desil": desil,
            "n": n,
            "share": (n or 0) / most if most else 0,
            "url": links.recipients(program_year, passed="received", desil=desil or "none") if sees_names else "",
        }
        for (desil, _n), n in zip(rows, values, strict=True)
    ]


# --- my programmes -----------------------------------------------------------------------------------------------


@require_safe
def program_mine(request):
    """All programmes I work on × stages, with the next step of each."""
    user = request.user
    held = (Perm.VERIFY, Perm.APPROVE, Perm.DELIVER)
    if not any(access(user).can(p) for p in held):
        require(user, Perm.VERIFY)
    mine = Q(pk__in=[])
    for perm in held:
        mine |= Q(pk__in=ProgramYear.objects.managed_by(user, perm).values("pk"))
    years = (
        ProgramYear.objects.visible_to(user)
        .filter(mine, year=request.year)
        .select_related("program__owner")
        .order_by("program__owner__short_name", "program__name")
    )
    counts = figures.stages_of_year(request.year)
    rows = [_own_row(user, y, counts.get(y.pk, {})) for y in years]
    context = {
        "rows": rows,
        "tabs": program_tabs(request, "mine"),
        "agencies": len({row["year"].program.owner_id for row in rows}),
    }
    return render(request, "programs/program_mine.html", context)


def _own_row(user, program_year: ProgramYear, counts: dict[str, int]) -> dict:
    program = program_year.program
    links = {s.value: recipients_url(program_year, stage=s.value) for s in AssistanceStatus}
    steps = (
        ("proposed", Perm.VERIFY, _("Verify %(n)s proposals")),
        ("verified", Perm.APPROVE, _("Approve %(n)s verified ones")),
        ("approved", Perm.DELIVER, _("Record the delivery to %(n)s")),
    )
    todo = next(
        (
            {"text": text % {"n": counts[stage]}, "url": links[stage]}
            for stage, perm, text in steps
            if counts.get(stage) and rights.may(user, perm, program)
        ),
        None,
    )
    cells = [
        {"n": counts.get(s, 0), "url": links[s], "label": AssistanceStatus(s).label}
        for s in ("proposed", "verified", "approved", "received", "returned")
    ]
    return {"year": program_year, "cells": cells, "todo": todo}


# --- edit --------------------------------------------------------------------------------------------------------


def program_add(request):
    """Add a programme."""
    require(request.user, Perm.MANAGE_PROGRAMS)
    form = ProgramForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            program = actions.create_program(values=form.values(), classes=form.classes(), by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved. Now plan its year and say who qualifies."))
            return redirect("programs:program_detail", uuid=program.uuid)
    crumbs = [(_("Programmes"), reverse("programs:program_list")), (_("Add a programme"), None)]
    return _form(request, form, _("Add a programme"), crumbs, reverse("programs:program_list"))


def program_edit(request, uuid):
    """Change a programme."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    form = ProgramForm(request.POST or None, instance=program, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_program(program=program, values=form.values(), classes=form.classes(), by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:program_detail", uuid=program.uuid)
    crumbs = program_crumbs(program, (_("Change"), None))
    url = reverse("programs:program_detail", args=[program.uuid])
    return _form(request, form, _("Change %(program)s") % {"program": program.short_name}, crumbs, url)


def program_end(request, uuid):
    """End a programme, or take its end back."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    kind = ReasonForm if program.ended else EndForm
    form = kind(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_program(
                program=program,
                date=form.cleaned_data.get("date"),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:program_detail", uuid=program.uuid)
    title = _("Take the end of %(program)s back") if program.ended else _("End %(program)s")
    title = title % {"program": program.short_name}
    url = reverse("programs:program_detail", args=[program.uuid])
    return _form(request, form, title, program_crumbs(program, (title, None)), url)


def _form(request, form, title: str, crumbs, cancel_url: str):
    context = {"form": form, "page_title": title, "crumbs": crumbs, "cancel_url": cancel_url}
    status = 422 if request.method == "POST" else 200
    return render(request, "programs/program_form.html", context, status=status)
