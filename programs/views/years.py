"""Years of a programme: plan, money, list complete, closed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.roles import Perm
from households.views.edits import add_errors
from programs import rights
from programs.actions import programmes as actions
from programs.choices import PLAN_OPEN, PLAN_SETTLED
from programs.forms.programs import FundingForm, NewYearForm, ReasonForm, YearForm
from programs.views.finding import find_program, find_year, program_crumbs, program_url, year_crumbs
from programs.views.plans import last_remark, plan_crumbs


def year_add(request, uuid):
    """Plan another year of the programme, empty or like an earlier one."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    form = NewYearForm(request.POST or None, program=program, initial={"year": request.year})
    if request.method == "POST" and form.is_valid():
        year, like = form.cleaned_data["year"], form.cleaned_data["like"]
        try:
            if like:
                program_year = actions.copy_year(source=like, year=year, by=request.user)
            else:
                program_year = actions.create_year(program=program, year=year, values={}, by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved. Check target, amount and stages."))
            return redirect("programs:year_edit", uuid=program_year.uuid)
    context = {
        "form": form,
        "page_title": _("Plan a year of %(program)s") % {"program": program.short_name},
        "crumbs": program_crumbs(program, (_("Plan a year"), None)),
        "cancel_url": reverse("programs:program_detail", args=[program.uuid]),
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)


def _managed_year(request, uuid):
    program_year = find_year(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program_year.program)
    return program_year


def year_edit(request, uuid):
    """Change the plan of the year, and its money."""
    program_year = _managed_year(request, uuid)
    form = YearForm(request.POST or None, instance=program_year)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_year(program_year=program_year, values=form.values(), by=request.user, **form.plan())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:plan_detail", uuid=program_year.uuid)
    context = _year_context(program_year) | {"form": form, "funding_form": FundingForm()}
    return render(request, "programs/year_form.html", context, status=422 if request.method == "POST" else 200)


def _year_context(program_year) -> dict:
    return {
        "program_year": program_year,
        "program": program_year.program,
        "funding": program_year.funding.order_by("sponsor", "source", "-version"),
        "remark": last_remark(program_year),
        "frozen": program_year.plan_state not in PLAN_OPEN,
        "settled": program_year.plan_state in PLAN_SETTLED,
        "crumbs": plan_crumbs(program_year, (_("Change"), None)),
        "cancel_url": reverse("programs:plan_detail", args=[program_year.uuid]),
    }


@require_POST
def funding_set(request, uuid):
    """Set the ceiling of one sponsor and source."""
    program_year = _managed_year(request, uuid)
    form = FundingForm(request.POST)
    if form.is_valid():
        try:
            actions.set_funding(program_year=program_year, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:year_edit", uuid=program_year.uuid)
    context = _year_context(program_year) | {"form": YearForm(instance=program_year), "funding_form": form}
    return render(request, "programs/year_form.html", context, status=422)


@require_POST
def year_close(request, uuid):
    """Close the year."""
    program_year = _managed_year(request, uuid)
    try:
        actions.close_year(program_year=program_year, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(program)s is closed.") % {"program": program_year})
    return redirect(program_url(program_year))


def year_reopen(request, uuid):
    """Open a closed year again, with a reason."""
    program_year = _managed_year(request, uuid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen_year(program_year=program_year, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(program_url(program_year))
    context = {
        "form": form,
        "page_title": _("Open %(program)s again") % {"program": program_year},
        "crumbs": year_crumbs(program_year, (_("Open again"), None)),
        "cancel_url": program_url(program_year),
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def list_complete(request, uuid):
    """Say that the list of recipients is complete, or no longer."""
    program_year = find_year(request, uuid)
    complete = program_year.list_complete is None
    try:
        actions.set_list_complete(program_year=program_year, complete=complete, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect(program_url(program_year))
