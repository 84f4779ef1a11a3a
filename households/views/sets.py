"""Saved sets: the person's and the shared ones, saving, freezing, renaming, sharing, putting away, comparing."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.dates import tanggal
from core.registry import registry
from core.roles import Perm, access, require
from households import listing, rules, sets
from households.actions import sets as actions
from households.filters import HouseholdFilter, list_url
from households.forms_sets import CombineForm, SetForm
from households.models import HouseholdSet
from households.views.lists import read_filter

PREVIEW = 5


def _find(request, uuid) -> HouseholdSet:
    return get_object_or_404(HouseholdSet.objects.openable_by(request.user).select_related("owner"), uuid=uuid)


def _crumbs(*more):
    start = [(_("Households"), reverse("households:household_list"))]
    if not more:
        return [*start, (_("Saved lists"), None)]
    return [*start, (_("Saved lists"), reverse("households:set_list")), *more]


def set_url(household_set: HouseholdSet) -> str:
    """Address of the list with the set: a live set opens its own filter, so that it can be changed."""
    if household_set.query and household_set.frozen_at is None:
        return f"{reverse('households:household_list')}?{household_set.query}"
    return list_url(set=str(household_set.uuid))


@require_safe
def set_list(request):
    """All sets the person may open, with their numbers in the person's area."""
    require(request.user, Perm.SEE_NAMES)
    found = [s for s in sets.of(request.user) if _may_open(s, request.user)]
    numbers = sets.counts(request.user, [sets.as_rule(s) for s in found], year=request.year)
    rows = [
        {
            "set": s,
            "url": set_url(s),
            "count": numbers[i] if numbers is not None else None,
            "sentence": rules.sentence(s.rule),
            "own": s.owner_id == request.user.pk,
        }
        for i, s in enumerate(found)
    ]
    return render(request, "households/set_list.html", {"rows": rows, "crumbs": _crumbs()})


def _may_open(household_set: HouseholdSet, user) -> bool:
    try:
        sets.check_openable(household_set, user)
    except PermissionDenied:
        return False
    return True


def set_new(request):
    """Save the filter in the address, live or frozen; the page says how many households that are."""
    found = read_filter(request)
    if not found.is_valid():
        messages.error(request, " ".join(found.errors))
        return redirect("households:household_list")
    queryset = found.queryset()
    selections = [s for s in found.form.cleaned_data["set"] if s.temporary]
    form = SetForm(
        request.POST or None,
        may_share=access(request.user).can(Perm.SHARE_SETS),
        only_frozen=bool(selections),
    )
    if request.method == "POST" and form.is_valid():
        made = _save(request, form, found, queryset, selections)
        if made is not None:
            messages.success(request, _("Saved."), extra_tags=f"open:{set_url(made)}")
            return redirect("households:set_detail", uuid=made.uuid)
    page = listing.page_of(queryset, sort=found.sort, after="", before="", year=found.year, extras=[])
    context = {
        "crumbs": _crumbs((_("Save as a list"), None)),
        "form": form,
        "filter": found,
        "sentence": "" if selections else found.sentence,
        "total": listing.total(queryset),
        "preview": page.rows[:PREVIEW],
        "cancel_url": f"{reverse('households:household_list')}?{found.query}",
    }
    return render(request, "households/set_new.html", context, status=422 if form.errors else 200)


def _save(request, form, found: HouseholdFilter, queryset, selections) -> HouseholdSet | None:
    values = form.cleaned_data
    options = {
        "name": values["name"],
        "description": values["description"],
        "shared": values.get("shared", False),
        "by": request.user,
    }
    try:
        if values["kind"] == "frozen":
            kept = {} if selections else {"rule": found.rule, "query": found.query}
            return actions.freeze_queryset(queryset=queryset, **kept, **options)
        return actions.save_set(rule=found.rule, query=found.query, **options)
    except ValidationError as error:
        form.refuse(error)
        return None


@require_safe
def set_detail(request, uuid):
    """One set: its rule, its numbers, what a frozen one had then and has now."""
    household_set = _find(request, uuid)
    sets.check_openable(household_set, request.user)
    others = [s for s in sets.of(request.user) if s.pk != household_set.pk and _may_open(s, request.user)]
    context = {
        "set": household_set,
        "url": set_url(household_set),
        "crumbs": _crumbs((household_set.name, None)),
        "sentence": rules.sentence(household_set.rule),
        "own": household_set.owner_id == request.user.pk,
        "may_share": access(request.user).can(Perm.SHARE_SETS),
        "others": others,
        "copy_name": f"{household_set.name}, {tanggal(timezone.localdate())}"[:120],
        "form": SetForm(instance=household_set, may_share=False, rename=True),
        "panels": [p.render(request, household_set) for p in sorted(registry.set_panels, key=lambda p: p.order)],
    }
    if household_set.frozen_at:
        context["then"] = sets.then_and_now(household_set, request.user)
    else:
        context["total"] = listing.total(sets.resolve(household_set, request.user))
    return render(request, "households/set_detail.html", context)


@require_POST
def set_rename(request, uuid):
    """Another name or description."""
    household_set = _find(request, uuid)
    form = SetForm(request.POST, may_share=False, rename=True)
    try:
        if form.is_valid():
            actions.rename_set(
                household_set=household_set,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                by=request.user,
            )
            messages.success(request, _("Saved."))
        else:
            messages.error(request, _("Write a name for the list."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("households:set_detail", uuid=uuid)


@require_POST
def set_share(request, uuid):
    """Share with others, or stop sharing (`shared` empty)."""
    shared = bool(request.POST.get("shared"))
    actions.share_set(household_set=_find(request, uuid), shared=shared, by=request.user)
    messages.success(request, _("The list is shared now.") if shared else _("The list is not shared any more."))
    return redirect("households:set_detail", uuid=uuid)


@require_POST
def set_archive(request, uuid):
    """Put away; can be undone from the message."""
    household_set = _find(request, uuid)
    actions.archive_set(household_set=household_set, by=request.user)
    undo = reverse("households:set_restore", args=[uuid])
    messages.success(request, _('"%(name)s" was put away.') % {"name": household_set.name}, extra_tags=f"undo:{undo}")
    return redirect("households:set_list")


@require_POST
def set_restore(request, uuid):
    """Bring back a set of one's own."""
    household_set = get_object_or_404(HouseholdSet.objects.owned_by(request.user), uuid=uuid)
    try:
        actions.restore_set(household_set=household_set, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("households:set_list")
    return redirect("households:set_detail", uuid=uuid)


@require_POST
def set_freeze(request, uuid):
    """A frozen copy of a set as this person sees it today."""
    household_set = _find(request, uuid)
    queryset = sets.resolve(household_set, request.user)
    try:
        made = actions.freeze_copy(
            household_set=household_set, name=request.POST.get("name", ""), by=request.user, queryset=queryset
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("households:set_detail", uuid=uuid)
    messages.success(request, _("The list is frozen: it keeps these households whatever changes."))
    return redirect("households:set_detail", uuid=made.uuid)


def set_compare(request):
    """Two sets side by side: only in the first, in both, only in the second; and making a new one of them."""
    require(request.user, Perm.SEE_NAMES)
    first, second = _asked(request, "first"), _asked(request, "second")
    form = CombineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.combine_sets(first=first, second=second, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("households:set_detail", uuid=made.uuid)
    a, b = str(first.uuid), str(second.uuid)
    context = {
        "first": first,
        "second": second,
        "crumbs": _crumbs((_("Compare"), None)),
        "compared": sets.compare(first, second, request.user),
        "only_first_url": list_url(set=a, outside=b),
        "both_url": list_url(set=[a, b]),
        "only_second_url": list_url(set=b, outside=a),
        "form": form,
    }
    return render(request, "households/set_compare.html", context, status=422 if form.errors else 200)


def _asked(request, name: str) -> HouseholdSet:
    try:
        return _find(request, uuids.UUID(request.GET.get(name, "")))
    except ValueError:
        raise Http404 from None
