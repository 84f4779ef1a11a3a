"""The editor of who qualifies: plain controls, the sentence they make, and how many it takes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.roles import Perm
from households import rules
from households.models import Household, Member
from households.views.edits import add_errors
from programs import eligibility, rights
from programs.actions import programmes as actions
from programs.choices import BenefitUnit
from programs.figures import SMALL
from programs.forms.rules import RuleForm
from programs.rule_controls import RuleControls
from programs.views.finding import figures_area, find_program, program_crumbs


def rule_edit(request, uuid):
    """Say who qualifies from a year on; earlier years keep their rule."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    current = eligibility.rule_in_force(program, request.year)
    controls = RuleControls.of(current.rule, person=eligibility.is_for_people(program)) if current else RuleControls()
    initial = RuleForm.initial_of(controls or RuleControls())
    initial |= {"year_from": request.year, "legal_basis": current.legal_basis if current else ""}
    form = RuleForm(request.POST or None, program=program, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.set_rule(
                program=program,
                rule=values["rule"],
                year_from=values["year_from"],
                year_to=values["year_to"],
                legal_basis=values["legal_basis"],
                by=request.user,
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:program_detail", uuid=program.uuid)
    url = reverse("programs:program_detail", args=[program.uuid])
    context = {
        "program": program,
        "form": form,
        "current": current,
        "sentence": rules.sentence(current.rule) if current else "",
        "too_rich": current is not None and controls is None,
        "rules": [
            {"rule": r, "sentence": rules.sentence(r.rule) or _("every active household")}
            for r in program.rules.order_by("-year_from")
        ],
        "preview": _preview(request, program, current.rule if current else {}),
        "crumbs": program_crumbs(program, (_("Who qualifies"), None)),
        "cancel_url": url,
    }
    return render(request, "programs/rule_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def rule_preview(request, uuid):
    """The sentence and the number of the controls as they stand; nothing is written."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    form = RuleForm(request.POST, program=program)
    context = {"preview": None, "form": form}
    if form.is_valid():
        context["preview"] = _preview(request, program, form.cleaned_data["rule"])
    return render(request, "programs/_rule_preview.html", context)


def _preview(request, program, rule: dict) -> dict:
    """Sentence of a rule and how many it takes today, in the area of the reader's figures."""
    area, _name = figures_area(request)
    judged = eligibility.judged(rule)
    day = rules.default_day(request.year)
    households = Household.objects.unmerged().in_area(area)
    preview = {"sentence": rules.sentence(rule) or _("every active household"), "people": None}
    if program.benefit_unit == BenefitUnit.PERSON:
        people = Member.objects.filter(rules.compile_members(judged, day=day, year=request.year)).order_by()
        people = people.filter(household__in=households.values("pk"))
        preview["people"] = people.count()
        preview["households"] = people.values("household").distinct().count()
    else:
        condition = rules.compile_rule(judged, day=day, year=request.year)
        preview["households"] = households.filter(condition).count()
    preview["few"] = 0 < preview["households"] < SMALL and not eligibility.may_try(request.user, program, rule)
    return preview
