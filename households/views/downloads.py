"""The list as a workbook: what goes out, masked by a plain link, in full only by a form with a purpose."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.exports import export_response
from core.roles import Perm, access, require
from households import listing
from households.exports import DEFAULT_COLUMNS, KIND, household_columns
from households.filters import HouseholdFilter
from households.views.lists import number_noted, read_filter

PREVIEW = 5


def _params(data, found: HouseholdFilter) -> dict:
    """What the export needs, from the query string or the form."""
    return {
        "query": found.query,
        "year": found.year,
        "columns": data.getlist("columns"),
        "members": bool(data.get("members")),
    }


def _refused(request, problems: list[str]):
    messages.error(request, " ".join(problems))
    return redirect("households:household_list")


@require_safe
def household_export(request):
    """What the download will hold: how many, which filter, which columns."""
    found = read_filter(request)
    if problems := found.errors if not found.is_valid() else number_noted(request, found):
        return _refused(request, problems)
    return _form(request, found)


def _form(request, found: HouseholdFilter, *, error: str = "", status: int = 200):
    queryset = found.queryset()
    columns = household_columns(request.user, found.year)
    asked = request.POST.getlist("columns") if request.method == "POST" else []
    page = listing.page_of(queryset, sort=found.sort, after="", before="", year=found.year, extras=[])
    context = {
        "crumbs": [(_("Households"), reverse("households:household_list")), (_("Download"), None)],
        "filter": found,
        "hidden": parse_qsl(found.query),
        "bulk_query": found.clean_query(after="", before=""),
        "total": listing.total(queryset),
        "preview": page.rows[:PREVIEW],
        "columns": [{"key": c.key, "label": c.label, "on": c.key in (asked or DEFAULT_COLUMNS)} for c in columns],
        "members": bool(request.POST.get("members")),
        "purpose": request.POST.get("purpose", ""),
        "may_unmask": access(request.user).can(Perm.UNMASK),
        "error": error,
    }
    return render(request, "households/household_export.html", context, status=status)


@require_safe
def household_export_file(request):
    """The workbook, numbers masked."""
    found = read_filter(request)
    if problems := found.errors if not found.is_valid() else number_noted(request, found):
        return _refused(request, problems)
    return export_response(request, KIND, _params(request.GET, found))


@require_POST
def household_export_full(request):
    """The workbook with full numbers: needs the right and a purpose, and is recorded as such."""
    require(request.user, Perm.UNMASK)
    found = read_filter(request)
    if problems := found.errors if not found.is_valid() else number_noted(request, found):
        return _refused(request, problems)
    params = _params(request.POST, found) | {"unmasked": True, "purpose": request.POST.get("purpose", "")[:300]}
    try:
        return export_response(request, KIND, params)
    except ValidationError as error:
        return _form(request, found, error=" ".join(error.messages), status=422)
