"""Changing a household: record it, edit by sections, status, card number, head, split."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.roles import Perm, require
from households.actions import households as actions
from households.actions import members as member_actions
from households.forms import (
    HeadForm,
    HouseholdCreateForm,
    HouseholdSectionForm,
    KkForm,
    MemberForm,
    SplitForm,
    StatusForm,
)
from households.locking import EditConflict
from households.sections import HOUSEHOLD_SECTIONS
from households.views.conflicts import conflict_context
from households.views.pages import find_household

SECTION_TITLES = {
    "address": gettext_lazy("Change the address"),
    "housing": gettext_lazy("Change the housing"),
    "assets": gettext_lazy("Change the assets"),
    "visit": gettext_lazy("Record a visit"),
}


def add_errors(form, error: ValidationError) -> None:
    """Put an action's errors on the fields they name; the rest above the form."""
    if hasattr(error, "error_dict"):
        for field, errors in error.error_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    else:
        form.add_error(None, error)


def run_form(request, form, act, *, household, title, template="households/household_form.html", status=200, **extra):
    """Show the form, or do `act()` and go back to the household; errors of the action return through the form."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as error:
            add_errors(form, error)
        except EditConflict as conflict:
            extra["conflict"] = conflict_context(conflict, form)
        else:
            messages.success(request, _("Saved."))
            return redirect("households:household_detail", uuid=household.uuid)
    if request.method == "POST":
        status = 422
    url = reverse("households:household_detail", args=[household.uuid])
    context = {
        "form": form,
        "household": household,
        "title": title,
        "cancel_url": url,
        "crumbs": [(_("Households"), reverse("households:household_list")), (str(household), url), (title, None)],
    }
    return render(request, template, context | extra, status=status)


def changeable(request, uuid):
    """The household if this person may change it: 404 outside one's area, 403 inside without the right."""
    household = find_household(request, uuid)
    require(request.user, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    return household


def household_edit(request, uuid, section):
    """Edit one section."""
    if section not in HOUSEHOLD_SECTIONS:
        raise Http404
    household = changeable(request, uuid)
    initial = {"verified_at": timezone.localdate()} if section == "visit" else {}
    form = HouseholdSectionForm(
        request.POST or None, user=request.user, section=section, household=household, initial=initial
    )

    def act():
        actions.edit_household(
            household=household,
            section=section,
            values=form.values(),
            version=form.cleaned_data.get("version"),
            by=request.user,
        )

    return run_form(request, form, act, household=household, title=SECTION_TITLES[section])


def household_status(request, uuid):
    """Change the status with reason and date."""
    household = changeable(request, uuid)
    initial = {"status": household.status, "date": timezone.localdate(), "version": household.version}
    form = StatusForm(request.POST or None, initial=initial)

    def act():
        actions.set_status(household=household, by=request.user, **form.cleaned_data)

    return run_form(request, form, act, household=household, title=_("Change the status"))


def household_kk(request, uuid):
    """Give another family card number."""
    household = changeable(request, uuid)
    form = KkForm(request.POST or None, initial={"date": timezone.localdate(), "version": household.version})

    def act():
        actions.change_kk(household=household, by=request.user, **form.cleaned_data)

    return run_form(request, form, act, household=household, title=_("Change the family card number"))


def household_head(request, uuid):
    """Choose another head."""
    household = changeable(request, uuid)
    form = HeadForm(request.POST or None, household=household, initial={"date": timezone.localdate()})

    def act():
        member_actions.change_head(household=household, by=request.user, **form.cleaned_data)

    return run_form(request, form, act, household=household, title=_("Change head"))


def household_split(request, uuid):
    """Split people off into a household of their own."""
    household = changeable(request, uuid)
    form = SplitForm(
        request.POST or None, user=request.user, household=household, initial={"date": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        names = ("members", "head", "kk", "region", "rw", "rt", "address", "date", "reason", "new_head")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            new = member_actions.split_household(
                household=household, relations=form.relations(), by=request.user, **values
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("A new household was recorded for the people who split off."))
            return redirect("households:household_detail", uuid=new.uuid)
    return run_form(request, form, partial(int), household=household, title=_("Split the family card"))


def household_create(request):
    """Record a household that is in no sheet."""
    require(request.user, Perm.CHANGE_HOUSEHOLDS)
    form = HouseholdCreateForm(request.POST or None, user=request.user)
    head = MemberForm(request.POST or None, user=request.user, sections=("identity",), head=True, prefix="head")
    if request.method == "POST" and form.is_valid() and head.is_valid():
        try:
            household = actions.create_household(
                by=request.user, head=head.values(), reason=head.reason, **form.cleaned_data
            )
        except ValidationError as error:
            add_errors(head if "nik" in getattr(error, "error_dict", {}) else form, error)
        else:
            messages.success(request, _("Household recorded. Add the other members now."))
            return redirect("households:household_detail", uuid=household.uuid)
    title = _("Add a household")
    context = {
        "form": form,
        "head": head,
        "both": [form, head],
        "title": title,
        "cancel_url": reverse("households:household_list"),
        "crumbs": [(_("Households"), reverse("households:household_list")), (title, None)],
    }
    return render(request, "households/household_create.html", context, status=422 if request.method == "POST" else 200)
