"""The household list: filter, page, count, columns, and what can be done with the ticked or filtered households."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core.keyset import BadToken, Page
from core.models import Region
from core.registry import registry
from core.roles import Perm, access, require
from households import listing, rules, sets
from households.actions.sets import choose_columns
from households.filters import HouseholdFilter
from households.lookups import TooManyLookups, is_elsewhere, note_lookup
from households.rules.text import whole_number

MOST_TABS = 6  # live sets beside the ready filters; the page of saved lists has them all


def read_filter(request) -> HouseholdFilter:
    """The filter of the request's query string, for the person who asks. Needs the right to see names."""
    require(request.user, Perm.SEE_NAMES)
    whole = not request.htmx and request.resolver_match.url_name == "household_list"
    return HouseholdFilter(request.GET, user=request.user, year=request.year, whole=whole)


def number_noted(request, found: HouseholdFilter) -> list[str]:
    """Record that a whole NIK or KK is looked up by the filter; what to say when that was too often.

    Every page that answers for a filter asks this first, on any page of the list: else numbers could be tried there.
    """
    number = whole_number(found.text)
    if number:
        try:
            note_lookup(request.user, number)
        except TooManyLookups as error:
            return [str(error)]
    return []


@require_safe
@vary_on_headers("HX-Request")
def household_list(request):
    """The list: whole page, or its changing part when htmx asks."""
    found = read_filter(request)
    if not found.is_valid():
        return _answer(request, found, {"problems": found.errors}, status=422 if request.htmx else 400)
    number = whole_number(found.text)
    if problems := number_noted(request, found):
        return _answer(request, found, {"problems": problems}, status=429)
    columns = listing.chosen_columns(request.user)
    extras = [c for c in listing.registered_columns(request.user) if c.key in columns]
    page = _page(request, found.queryset(walk=True), found, extras)
    like = False
    if not page.rows and found.text and not number and not request.GET.get("after"):
        page = _page(request, found.queryset(like=True), found, extras)
        like = bool(page.rows)
    queryset = found.queryset(like=like)
    quick = listing.counts_quickly(queryset)
    context = {
        "page": page,
        "total": listing.total(queryset) if quick else None,
        "columns": columns,
        "extras": extras,
        "like": like,
        "elsewhere": bool(number) and not page.rows and is_elsewhere(request.user, number),
    }
    return _answer(request, found, context)


def _page(request, queryset, found: HouseholdFilter, extras) -> Page:
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    options = {"sort": found.sort, "year": found.year, "extras": extras}
    try:
        return listing.page_of(queryset, after="" if before else after, before=before, **options)
    except BadToken:
        messages.warning(request, _("That page is not known. This is the first page."))
        return listing.page_of(queryset, after="", before="", **options)


def _answer(request, found: HouseholdFilter, context: dict, *, status: int = 200) -> HttpResponse:
    page = context.get("page")
    valid = found.is_valid()
    query = found.clean_query() if valid else ""
    context |= {
        "filter": found,
        "chips": found.chips(request.path) if valid else [],
        "query": found.query if valid else "",
        "bulk_query": query,
        "sort": found.sort if valid else "",
        "is_work_order": valid and found.sort in ("work", "desil"),
        "prev": f"{request.path}?{found.clean_query(before=page.before, after='')}" if page and page.before else "",
        "next": f"{request.path}?{found.clean_query(after=page.after, before='')}" if page and page.after else "",
        "count_url": f"{reverse('households:household_count')}?{query}",
        "bulk_actions": bulk_actions(request.user),
        "villages": _villages(found),
        "many_villages": len(_villages(found)) > 1,
        "may_add": access(request.user).can(Perm.CHANGE_HOUSEHOLDS),
        "may_import": access(request.user).can(Perm.IMPORT_HOUSEHOLDS),
        "all_columns": [] if status != 200 else _column_choices(request.user),
    }
    if request.htmx and not request.htmx.boosted:
        response = render(request, "households/_table.html", context, status=status)
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
        return response
    if status == 200:
        context["tabs"] = set_tabs(request, found)
    return render(request, "households/household_list.html", context, status=status)


def _villages(found: HouseholdFilter) -> list[Region]:
    return [r for r in found.form.fields["area"].regions if r.is_village]


@require_safe
def household_count(request):
    """How many households the filter takes, counted exactly: the second small request of a long list."""
    found = read_filter(request)
    if not found.is_valid():
        raise Http404
    if problems := number_noted(request, found):
        return HttpResponse(problems[0], status=429)
    context = {"filter": found, "total": listing.total_of(found), "bulk_query": found.clean_query()}
    context |= {"bulk_actions": bulk_actions(request.user), "all_columns": _column_choices(request.user)}
    return render(request, "households/_count.html", context | {"count_only": True})


# --- tabs ------------------------------------------------------------------------------------------------------------


def set_tabs(request, found: HouseholdFilter | None = None) -> list[dict]:
    """Everything, the ready filters, and live sets, as tabs above the list; the one that is shown is marked."""
    path = reverse("households:household_list")
    tabs = [{"label": _("All"), "url": path, "rule": {}}]
    tabs += [{"label": r.label, "url": f"{path}?{r.query}", "rule": r.rule} for r in sets.ready_filters()]
    sees_health = access(request.user).can(Perm.SEE_HEALTH)
    for saved in sets.of(request.user).filter(frozen_at__isnull=True)[:MOST_TABS]:
        if sees_health or not rules.uses_health(saved.rule):
            query = saved.query or f"set={saved.uuid}"
            rule = saved.rule if saved.query else sets.as_rule(saved)
            tabs.append({"label": saved.name, "url": f"{path}?{query}", "rule": rule})
    for tab in tabs:
        tab["current"] = found is not None and tab["rule"] == found.rule
    return tabs


@require_safe
def tab_counts(request):
    """The tabs with their numbers; asked for after the page is there."""
    found = read_filter(request)
    tabs = set_tabs(request, found if found.is_valid() else None)
    numbers = sets.counts(request.user, [tab["rule"] for tab in tabs], year=request.year)
    for tab, number in zip(tabs, numbers or [], strict=False):
        tab["count"] = number
    return render(request, "households/_tabs.html", {"tabs": tabs})


# --- columns ---------------------------------------------------------------------------------------------------------


def _column_choices(user) -> list[dict]:
    chosen = listing.chosen_columns(user)
    known = {**listing.COLUMNS, **{c.key: c.label for c in listing.registered_columns(user)}}
    return [{"key": key, "label": label, "on": key in chosen} for key, label in known.items()]


@require_POST
def column_choose(request):
    """Remember which columns this person sees, then back to the list as it was."""
    require(request.user, Perm.SEE_NAMES)
    known = [*listing.COLUMNS, *(c.key for c in listing.registered_columns(request.user))]
    asked = set(request.POST.getlist("columns"))
    chosen = [key for key in known if key in asked][: listing.MOST_COLUMNS]
    choose_columns(user=request.user, columns=chosen)
    query = HouseholdFilter(QueryDict(request.POST.get("query", "")), user=request.user, year=request.year, whole=False)
    path = reverse("households:household_list")
    if query.is_valid() and query.clean_query():
        return redirect(f"{path}?{query.clean_query(after='', before='')}")
    return redirect(path)


# --- bulk ------------------------------------------------------------------------------------------------------------


def bulk_actions(user) -> list:
    """Registered actions this person may start."""
    rights = access(user)
    return [a for a in registry.bulk_actions if rights.can(a.perm)]


@require_POST
def household_bulk(request, key):
    """Start a bulk action on the ticked households, or on all that the filter in the address takes."""
    found = read_filter(request)
    if not found.is_valid():
        messages.error(request, " ".join(found.errors))
        return redirect("households:household_list")
    back = f"{reverse('households:household_list')}?{found.clean_query()}"
    whole = bool(request.POST.get("all"))
    action = next((a for a in bulk_actions(request.user) if a.key == key), None)
    if key not in ("export", "save") and action is None:
        raise Http404
    if whole and key == "export":
        return redirect(f"{reverse('households:household_export')}?{found.clean_query(after='', before='')}")
    if whole and key == "save":
        return redirect(f"{reverse('households:set_new')}?{found.query}")
    try:
        selection = sets.selection_from(request, found.queryset())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    if key == "export":
        return redirect(f"{reverse('households:household_export')}?set={selection.uuid}")
    if key == "save":
        return redirect(f"{reverse('households:set_new')}?set={selection.uuid}")
    return action.start(request, selection)
