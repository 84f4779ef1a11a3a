"""Annual plans: the list of an agency or of all, one plan with its trace, and the steps from draft to locked."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.models import Agency
from core.roles import Perm, access, require
from core.templatetags.shell import angka
from programs import rights
from programs.actions import plans as actions
from programs.choices import PLAN_OPEN, PLAN_SETTLED, PlanState
from programs.models import ProgramYear, ReviewStep
from programs.plans import reading
from programs.plans.quarters import ROMAN
from programs.views.finding import find_year, program_url


def plan_crumbs(program_year: ProgramYear, *more) -> list[tuple]:
    """Plans / this plan / … ; `more`: (label, url or None)."""
    here = reverse("programs:plan_detail", args=[program_year.uuid]) if more else None
    plans = f"{reverse('programs:plan_list')}?{urlencode({'year': program_year.year})}"
    return [(_("Annual plans"), plans), (program_year.program.short_name, here), *more]


def last_remark(program_year: ProgramYear) -> ReviewStep | None:
    """The remark that a returned plan is to be mended by."""
    if program_year.plan_state != PlanState.RETURNED:
        return None
    return program_year.review.filter(quarter__isnull=True).exclude(remark="").order_by("-at", "-pk").first()


def own_agencies(user) -> list[int] | None:
    """Agencies whose plans and figures this person answers for; None = no agency of their own, so all are shown."""
    mine = sorted({a.agency_id for a in rights.agency_roles(user) if a.agency_id})
    return mine or None


def chosen_agency(request) -> tuple[Agency | None, list[Agency]]:
    """The agency asked for by `?agency=` and those to choose from; who works for one agency gets that one."""
    mine = own_agencies(request.user)
    agencies = Agency.objects.visible_to(request.user).filter(programs__isnull=False).distinct().order_by("short_name")
    if mine is not None:
        agencies = agencies.filter(pk__in=mine)
    found = list(agencies)
    asked = request.GET.get("agency", "")
    agency = next((each for each in found if str(each.uuid) == asked), None)
    if asked and agency is None:
        raise Http404
    if agency is None and mine is not None and len(found) == 1:
        agency = found[0]
    return agency, found


def years_of(request, agency: Agency | None, agencies: list[Agency]):
    """Programme years of the chosen year that belong to the agency, or to those that may be chosen."""
    years = ProgramYear.objects.visible_to(request.user).filter(year=request.year)
    years = years.filter(program__owner=agency) if agency else years.filter(program__owner__in=agencies)
    return reading.with_plan(years).order_by("program__owner__short_name", "program__name", "pk")


def may_lock(user) -> bool:
    """Whether this person locks the plans of a year: Bappeda."""
    return access(user).agency_ids(Perm.VERIFY_PLANS) is None


@require_safe
def plan_list(request):
    """Plans of my agency, or of all agencies: state, ceiling, next step."""
    require(request.user, Perm.SEE_FIGURES)
    agency, agencies = chosen_agency(request)
    years = list(years_of(request, agency, agencies))
    state = request.GET.get("state", "")
    state = state if state in PlanState.values else ""
    shown = [y for y in years if not state or y.plan_state == state]
    rows = [_row(request.user, each) for each in shown]
    context = {
        "rows": rows,
        "agency": agency,
        "agencies": agencies if len(agencies) > 1 else [],
        "many": agency is None and len(agencies) > 1,
        "state": state,
        "tabs": _tabs(request, years, agency, state),
        "ceiling": sum(row["ceiling"] or 0 for row in rows),
        "to_copy": _to_copy(request, agency),
        "may_bring": access(request.user).can(Perm.MANAGE_PROGRAMS),
        "lockable": sum(y.plan_state == PlanState.VERIFIED and not y.closed for y in years)
        if may_lock(request.user)
        else 0,
        "to_verify": sum(y.plan_state == PlanState.SUBMITTED for y in years),
    }
    return render(request, "programs/plan_list.html", context)


def _tabs(request, years, agency, state: str) -> list[dict]:
    counts: dict[str, int] = {}
    for each in years:
        counts[each.plan_state] = counts.get(each.plan_state, 0) + 1

    def url(value: str) -> str:
        query = {"year": request.year, "agency": agency.uuid if agency else "", "state": value}
        return "?" + urlencode({k: v for k, v in query.items() if v})

    tabs = [{"label": _("All"), "url": url(""), "current": not state, "count": angka(len(years))}]
    return tabs + [
        {"label": s.label, "url": url(s.value), "current": state == s, "count": angka(counts[s])}
        for s in PlanState
        if counts.get(s)
    ]


def _to_copy(request, agency) -> int:
    if agency is None or not access(request.user).can(Perm.MANAGE_PROGRAMS, agency=agency.pk):
        return 0
    return len(actions.to_copy(agency, request.year))


def _row(user, program_year: ProgramYear) -> dict:
    program = program_year.program
    return {
        "year": program_year,
        "program": program,
        "ceiling": reading.ceiling_of(program_year),
        "sources": ", ".join(dict.fromkeys(each.get_source_display() for each in program_year.ceilings)),
        "face": reading.FACES[PlanState(program_year.plan_state)],
        "todo": reading.next_step(
            program_year,
            writes=rights.may(user, Perm.MANAGE_PROGRAMS, program) and not program_year.closed,
            verifies=actions.may_verify(user, program),
        ),
    }


@require_safe
def plan_detail(request, uuid):
    """One plan to read and to verify: codes, target, money by source with its versions, schedule, trace."""
    program_year = find_year(request, uuid)
    program = program_year.program
    writes = rights.may(request.user, Perm.MANAGE_PROGRAMS, program) and not program_year.closed
    verifies = actions.may_verify(request.user, program) and not program_year.closed
    state = program_year.plan_state
    missing = reading.lacks(program_year)
    context = {
        "program_year": program_year,
        "program": program,
        "face": reading.FACES[PlanState(state)],
        "ceiling": reading.ceiling_of(program_year),
        "funding": program_year.funding.order_by("sponsor", "source", "-version"),
        "locations": [each.region for each in program_year.locations.select_related("region")],
        "schedule": _schedule(program_year),
        "lacks": missing if state in PLAN_OPEN else [],
        "remark": last_remark(program_year),
        "trace": program_year.review.filter(quarter__isnull=True).select_related("by"),
        "before": program.years.filter(year=program_year.year - 1).first(),
        "todo": reading.next_step(program_year, writes=writes, verifies=verifies),
        "may": {
            "edit": writes,
            "submit": writes and state in PLAN_OPEN,
            "withdraw": writes and state == PlanState.SUBMITTED,
            "review": verifies and state == PlanState.SUBMITTED,
            "reopen": verifies and state in PLAN_SETTLED and (state != PlanState.LOCKED or may_lock(request.user)),
        },
        "program_url": program_url(program_year),
        "crumbs": plan_crumbs(program_year),
    }
    return render(request, "programs/plan_detail.html", context)


def _schedule(program_year: ProgramYear) -> list[dict]:
    rows, output, money = [], 0, 0
    for each in program_year.schedule.all():
        output, money = output + each.output, money + each.money
        rows.append({"row": each, "n": ROMAN[each.quarter], "output": output, "money": money})
    return rows


STEPS = {
    "submit": (actions.submit_plan, False),
    "withdraw": (actions.withdraw_plan, False),
    "verify": (actions.verify_plan, False),
    "return": (actions.return_plan, True),
    "reopen": (actions.reopen_plan, True),
}


@require_POST
def plan_step(request, uuid, step):
    """Submit, take back, verify, return with a remark, open again."""
    program_year = find_year(request, uuid)
    if step not in STEPS:
        raise Http404
    act, remarks = STEPS[step]
    remark = {"remark": request.POST.get("reason", "")} if remarks else {}
    try:
        done = act(program_year=program_year, by=request.user, **remark)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("%(program)s: the plan is %(state)s.")
            % {"program": done, "state": done.get_plan_state_display().lower()},
        )
    return redirect("programs:plan_detail", uuid=program_year.uuid)


@require_POST
def plan_copy(request):
    """Plan the programmes of an agency like last year."""
    require(request.user, Perm.MANAGE_PROGRAMS)
    agencies = Agency.objects.visible_to(request.user)
    agency = get_object_or_404(agencies, uuid=_uuid(request.POST.get("agency", "")))
    try:
        made = actions.copy_plans(agency=agency, year=request.year, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        text = ngettext("%(n)s plan made like last year.", "%(n)s plans made like last year.", len(made))
        messages.success(request, text % {"n": angka(len(made))})
    query = urlencode({"year": request.year, "agency": agency.uuid})
    return redirect(f"{reverse('programs:plan_list')}?{query}")


def _uuid(text: str):
    try:
        return uuids.UUID(text)
    except ValueError:
        raise Http404 from None


@require_POST
def plan_lock(request):
    """Lock every verified plan of the year."""
    require(request.user, Perm.VERIFY_PLANS)
    n = actions.lock_plans(year=request.year, by=request.user)
    messages.success(request, ngettext("%(n)s plan locked.", "%(n)s plans locked.", n) % {"n": angka(n)})
    return redirect(f"{reverse('programs:plan_list')}?{urlencode({'year': request.year})}")
