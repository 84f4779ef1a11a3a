"""Indicators of the plan: values, targets and how far apart they are; Bappeda types the years."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.roles import Perm, require
from reports.indicators.actions import save_values
from reports.indicators.forms import YearFormSet
from reports.indicators.listing import lines
from reports.indicators.models import Indicator
from reports.tabs import figure_tabs


@require_safe
def indicator_list(request):
    """All indicators in force, each as a picture with its table."""
    require(request.user, Perm.SEE_FIGURES)
    context = {
        "lines": lines(request.year),
        "may_change": request.access.can(Perm.MANAGE_REFERENCE),
        "crumbs": [(_("Reports"), reverse("reports:report_list")), (_("Indicators"), None)],
    }
    return render(request, "reports/indicator_list.html", context | figure_tabs("indicator_list"))


def indicator_edit(request, code):
    """Type values and targets by year."""
    require(request.user, Perm.MANAGE_REFERENCE)
    indicator = get_object_or_404(Indicator, code=code)
    initial = list(indicator.values.order_by("-year").values("year", "value", "target", "source", "released"))
    for row in initial:
        row["value"], row["target"] = _shown(row["value"], indicator), _shown(row["target"], indicator)
    formset = YearFormSet(request.POST) if request.method == "POST" else YearFormSet(initial=initial)
    if request.method == "POST" and formset.is_valid():
        typed = [year for form in formset.forms if (year := form.typed())]
        try:
            changed = save_values(indicator=indicator, years=typed, by=request.user)
        except ValidationError as error:
            formset.non_form_errors().extend(error.messages)
        else:
            messages.success(request, ngettext("%(n)s year saved.", "%(n)s years saved.", changed) % {"n": changed})
            return redirect("reports:indicator_list")
    context = {
        "indicator": indicator,
        "formset": formset,
        "cancel_url": reverse("reports:indicator_list"),
        "crumbs": [(_("Indicators"), reverse("reports:indicator_list")), (str(indicator), None)],
    }
    return render(request, "reports/indicator_edit.html", context, status=422 if formset.is_bound else 200)


def _shown(value, indicator) -> str:
    """A stored number as people here type it, with a comma."""
    return "" if value is None else f"{value:.{indicator.decimals}f}".replace(".", ",")
