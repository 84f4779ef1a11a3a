"""Where the need is largest, and what an amount of money would change."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.kept import kept
from programs import figures, priority, targeting
from programs.bundle_filters import bundles_of
from programs.forms.fields import RupiahField
from programs.models import ProgramYear
from reports import targeting as shown
from reports.scope import Scope, scope_of
from reports.views.targeting import areas_of, page

MOST_ROWS = 100


class PriorityForm(forms.Form):
    """Which need, how fine."""

    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        choices=[("village", gettext_lazy("Kelurahan")), ("rt", "RT")],
        required=False,
    )
    of = forms.ChoiceField(label=gettext_lazy("Programmes"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)

    def __init__(self, data, *, year: int, areas):
        super().__init__(data)
        self.fields["of"].choices = shown.grouped(bundles_of(year))
        self.fields["area"].choices = [("", str(areas[0])), *((r.code, r.name) for r in areas[1:])]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-select", "aria-label": field.label}


class WhatIfForm(forms.Form):
    """Money, and what one household costs."""

    of = forms.ChoiceField(label=gettext_lazy("Programmes"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    budget = RupiahField(label=gettext_lazy("Budget (Rp)"))
    unit_cost = RupiahField(label=gettext_lazy("Cost per household (Rp)"))

    def __init__(self, data=None, *, year: int, areas, initial=None):
        super().__init__(data, initial=initial)
        self.fields["of"].choices = shown.grouped(bundles_of(year))
        self.fields["area"].choices = [("", str(areas[0])), *((r.code, r.name) for r in areas[1:])]

    def clean_unit_cost(self):
        """More than nothing."""
        cost = self.cleaned_data["unit_cost"]
        if not cost:
            raise forms.ValidationError(_("Write more than 0."))
        return cost


@require_safe
def priority_page(request):
    """Kelurahan or RT by unmet need, with the reasons."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    form = PriorityForm(request.GET, year=scope.year, areas=areas_of(request))
    if not form.is_valid():
        context = page(request, "priority", scope, form=form, problem=_("This choice is not known. Choose again."))
        return render(request, "reports/priority.html", context, status=400)
    level = form.cleaned_data["level"] or "village"
    bundle = bundles_of(scope.year)[form.cleaned_data["of"] or "all"]
    asked = targeting.Asked(scope.year, area=scope.area)
    needs = _needs(asked, level, bundle)
    labels = shown.labels(level, [need["key"] for need in needs])
    rows = []
    for need in needs:
        row = targeting.Targeting(
            need["key"],
            labels[need["key"]],
            *need["counts"],
            bundle=bundle,
            asked=targeting.narrowed(asked, level, need["key"]),
        )
        rows.append(row)
    seen = shown.shown(rows, scope, request.user)
    most = max((need["points"] for need in needs), default=0)
    lines = [
        {
            "row": row,
            "points": None if row.hidden else need["points"],
            "poorest": None if row.hidden else scope.shown([need["poorest"]])[0],
            "reasons": [] if row.hidden or not scope.names else need["reasons"],
        }
        for row, need in zip(seen, needs, strict=True)
    ]
    if not scope.names:  # the place of a hidden row would tell how large its need is
        lines.sort(key=lambda line: line["row"].hidden)
    context = page(
        request,
        "priority",
        scope,
        form=form,
        rows=lines[:MOST_ROWS],
        cut=len(lines) > MOST_ROWS,
        most=most,
        level=level,
        bundle=bundle,
        waiting=targeting.waiting_lists(scope.year, bundle),
    )
    return render(request, "reports/priority.html", context)


def _needs(asked, level: str, bundle) -> list[dict]:
    def count() -> list[dict]:
        return [
            {
                "key": n.row.key,
                "counts": [n.row.target, n.row.reached, n.row.receivers, n.row.outside],
                "points": n.points,
                "poorest": n.poorest,
                "reasons": n.reasons,
            }
            for n in priority.ranked(asked, level, bundle)
        ]

    return kept("priority", asked.year, asked.area, level, bundle.key, get_language() or "", count=count)


@require_safe
def what_if_page(request):
    """Given a budget and a unit cost: whom it reaches, and what becomes of coverage and exclusion."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    areas = areas_of(request)
    key = request.GET.get("of") or "all"
    bundle = bundles_of(scope.year).get(key, targeting.everything())
    guess = _first_guess(scope, bundle) | {"of": bundle.key, "area": request.GET.get("area", "")}
    form = WhatIfForm(request.GET if "budget" in request.GET else None, year=scope.year, areas=areas, initial=guess)
    context = page(request, "what_if", scope, form=form, bundle=bundle)
    status = 200
    if form.is_bound and form.is_valid():
        asked = targeting.Asked(scope.year, area=scope.area)
        found = priority.what_if(
            asked, bundle, budget=form.cleaned_data["budget"], unit_cost=form.cleaned_data["unit_cost"]
        )
        context |= _result(found, scope, request.user)
    elif form.is_bound:
        status = 400
    return render(request, "reports/what_if.html", context, status=status)


def _first_guess(scope: Scope, bundle) -> dict:
    if len(bundle.programs) != 1:
        return {}
    year = ProgramYear.objects.filter(program=bundle.programs[0], year=scope.year).first()
    left, cost = priority.money_left(year)
    return {"budget": left, "unit_cost": cost}


def _result(found: priority.WhatIf, scope: Scope, user) -> dict:
    now, after = shown.shown([found.now], scope, user)[0], shown.shown([found.after], scope, user)[0]
    hidden = now.hidden or after.hidden or (not scope.names and 0 < found.reaches < figures.SMALL)
    desil = scope.shown([n for _d, n in found.by_desil])
    villages = scope.shown([n for _c, _n, n in found.by_village])
    return {
        "found": found,
        "hidden": hidden,
        "now": now,
        "after": replace(after, target=now.target),
        "by_desil": list(zip([d for d, _n in found.by_desil], desil, strict=True)),
        "by_village": list(zip([name for _c, name, _n in found.by_village], villages, strict=True)),
        "gap_url": now.missed.url if now.missed else "",
        "hand_over": f"{reverse('programs:gap_list')}?{urlencode({'year': scope.year})}" if scope.names else "",
    }
