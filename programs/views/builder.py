"""The rule builder: a rule made piece by piece, with its sentence, how many it takes, whom, and a try on NIKs."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from core.roles import Perm, access
from households import rules
from households.models import Household, Member
from households.views.edits import add_errors
from programs import eligibility, rights, rule_tree
from programs.actions import programmes as actions
from programs.figures import SMALL
from programs.forms.builder import ConditionForm, KeepForm, TestForm, WhatForm
from programs.pasted import named_lines
from programs.views.finding import figures_area, find_program, find_year, program_crumbs, year_crumbs

SAMPLE = 8
STEPS = {
    "remove": rule_tree.remove,
    "switch": rule_tree.switch,
    "negate": rule_tree.negate,
    "bracket": rule_tree.bracket,
}


@vary_on_headers("HX-Request")
def rule_builder(request, uuid):
    """One page: every button posts the rule as it stands and what to do with it; only "Save" keeps it."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    current = eligibility.rule_in_force(program, request.year)
    rule = _posted(request) if request.method == "POST" else (current.rule if current else {})
    step, _colon, path = request.POST.get("step", "").partition(":")
    place = request.POST.get("place", "")
    person = eligibility.is_for_people(program)
    lines, keep, test, condition, chosen = None, None, None, None, request.POST.get("what", "")
    try:
        if step in STEPS:
            rule, place, chosen = rules.validate(STEPS[step](rule, path)), "", ""
        elif step == "place":
            rule_tree.at(rule, path)
            place, chosen = path, ""
        elif step == "all":
            place, chosen = "", ""
        rule_tree.at(rule, place)
        level = rule_tree.level_at(rule, place) if place else "household"
    except (rule_tree.NoPlace, LookupError, AttributeError, TypeError):
        raise Http404 from None
    if chosen:
        try:
            condition = ConditionForm(
                request.POST if step == "add" else None, what=chosen, level=level, person=person, program=program
            )
        except ValidationError:
            chosen = ""
    if step == "add" and condition is not None and condition.is_valid():
        try:
            rule = rules.validate(rule_tree.add(rule, place, condition.cleaned_data["rule"]))
            chosen, condition = "", None
        except ValidationError as error:
            condition.add_error(None, error)
    elif step == "save":
        keep = KeepForm(request.POST)
        if keep.is_valid():
            try:
                actions.set_rule(program=program, rule=rule, by=request.user, **keep.cleaned_data)
            except ValidationError as error:
                add_errors(keep, error)
            else:
                messages.success(request, _("Saved."))
                done = reverse("programs:program_detail", args=[program.uuid])
                return HttpResponseClientRedirect(done) if request.htmx else redirect(done)
    elif step == "test":
        test = TestForm(request.POST)
        if test.is_valid():
            try:
                lines = _tested(test.cleaned_data["niks"], program, rule, request)
            except ValidationError as error:
                test.add_error("niks", error)
    wrong = any(form is not None and form.is_bound and not form.is_valid() for form in (condition, keep, test))
    context = {
        "program": program,
        "rule_json": json.dumps(rule),
        "tree": rule_tree.nodes(rule, rules.sentence),
        "place": place,
        "place_text": _place_words(rule, place),
        "what": WhatForm(initial={"what": chosen}, level=level),
        "condition": condition,
        "keep": keep
        or KeepForm(initial={"year_from": request.year, "legal_basis": current.legal_basis if current else ""}),
        "test": test or TestForm(),
        "lines": lines,
        "changed": rule != (current.rule if current else {}),
        "preview": _preview(request, program, rule),
        "rules": [
            {"rule": r, "sentence": rules.sentence(r.rule) or _("every active household")}
            for r in program.rules.order_by("-year_from")
        ],
        "current": current,
        "crumbs": program_crumbs(program, (_("Rule builder"), None)),
    }
    part = request.htmx and not request.htmx.boosted
    template = "programs/_rule_builder.html" if part else "programs/rule_builder.html"
    return render(request, template, context, status=422 if wrong and not part else 200)


def _posted(request) -> dict:
    try:
        return rules.validate(json.loads(request.POST.get("rule", "{}")))
    except (ValueError, ValidationError):
        raise Http404 from None


def _place_words(rule: dict, place: str) -> str:
    if not place:
        return ""
    piece = rule_tree.at(rule, place)
    return rules.sentence(piece, rule_tree.level_at(rule, place)) or _("anybody")


def _preview(request, program, rule: dict) -> dict:
    """Sentence, count and the first households of a rule as it stands, in the area of the reader."""
    area, _name = figures_area(request)
    judged, day = eligibility.judged(rule), rules.default_day(request.year)
    found = {"sentence": rules.sentence(rule) or _("every active household"), "people": None, "sample": None}
    if eligibility.is_for_people(program):
        people = Member.objects.filter(rules.compile_members(judged, day=day, year=request.year)).order_by()
        people = people.filter(household__in=Household.objects.unmerged().in_area(area).values("pk"))
        found["people"] = people.count()
        households = Household.objects.filter(pk__in=people.values("household"))
        found["households"] = households.count()
    else:
        condition = rules.compile_rule(judged, day=day, year=request.year)
        households = Household.objects.unmerged().in_area(area).filter(condition)
        found["households"] = households.count()
    if eligibility.may_try(request.user, program, rule):
        seen = households & Household.objects.visible_to(request.user)
        found["sample"] = list(seen.select_related("region").order_by("work_order", "head_sort", "pk")[:SAMPLE])
    else:
        found["few"] = 0 < found["households"] < SMALL
    return found


def _tested(text: str, program, rule: dict, request) -> list[dict]:
    """Each pasted NIK with the verdict on every condition of the rule."""
    lines = named_lines(text, request.user)
    judged, day = eligibility.judged(rule), rules.default_day(request.year)
    people = {line.member.pk: line.member for line in lines if line.member}
    if not eligibility.may_try(request.user, program, rule):
        raise ValidationError(_("This rule asks for health. You may not try it on single people."))
    why = rules.explain(judged, {m.household_id for m in people.values()}, day=day, year=request.year)
    if eligibility.is_for_people(program):
        fits = set(
            Member.objects.filter(pk__in=people)
            .filter(rules.compile_members(judged, day=day, year=request.year))
            .values_list("pk", flat=True)
        )
    else:
        households = Household.objects.filter(pk__in={m.household_id for m in people.values()})
        met = set(
            households.filter(rules.compile_rule(judged, day=day, year=request.year)).values_list("pk", flat=True)
        )
        fits = {pk for pk, m in people.items() if m.household_id in met}
    return [
        {
            "line": line,
            "fits": line.member is not None and line.member.pk in fits,
            "why": why.get(line.member.household_id, []) if line.member else [],
        }
        for line in lines
    ]


@require_safe
def rule_explain(request, uuid):
    """Why one household fits a programme or not: which conditions hold, which fail, for which data are missing."""
    program_year = find_year(request, uuid)
    try:
        household = get_object_or_404(Household.objects.visible_to(request.user), uuid=request.GET.get("household"))
    except ValidationError:
        raise Http404 from None
    program = program_year.program
    rule = eligibility.own_rule(program, program_year.year)
    context = {
        "program_year": program_year,
        "household": household,
        "may_see": access(request.user).can(Perm.SEE_NAMES, region=household.region_id)
        and eligibility.may_judge(request.user, program, rule, household.region_id),
        "crumbs": year_crumbs(program_year, (_("Why"), None)),
        "back": reverse("households:household_detail", args=[household.uuid]),
    }
    if context["may_see"]:
        verdicts = eligibility.explain(program_year, household)
        people = []
        if eligibility.is_for_people(program):
            members = eligibility.fit_members(program_year, household.members.active())
            people = list(members.order_by("birth_date", "pk"))
            fits = bool(people)
        else:
            fits = eligibility.fit(program_year, Household.objects.filter(pk=household.pk)).exists()
        context |= {
            "verdicts": verdicts,
            "people": people,
            "fits": fits,
            "missing": not fits and not any(v.holds is False for v in verdicts),
            "sentence": rules.sentence(rule) or _("every active household"),
        }
    return render(request, "programs/rule_explain.html", context)
