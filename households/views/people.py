"""Changing the people of a household: add, born, edit, move, gone, back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.roles import Perm, require
from households.actions import members as actions
from households.forms import DateField, EndMemberForm, MemberForm, MoveMemberForm
from households.models import Member
from households.sections import MEMBER_SECTIONS
from households.views.edits import changeable, run_form

SECTION_TITLES = {
    "identity": gettext_lazy("Change the identity"),
    "school": gettext_lazy("Change the schooling"),
    "work": gettext_lazy("Change the work"),
    "insurance": gettext_lazy("Change the insurance"),
    "health": gettext_lazy("Change the health data"),
}


def find_member(request, uuid) -> Member:
    """The person if this user may change their household: 404 outside one's area, 403 inside without the right."""
    member = get_object_or_404(Member.objects.visible_to(request.user).select_related("household__region"), uuid=uuid)
    require(request.user, Perm.CHANGE_HOUSEHOLDS, region=member.household.region_id)
    return member


def member_add(request, uuid):
    """Add somebody, or a birth with `?born=1`."""
    household = changeable(request, uuid)
    born = request.GET.get("born") == "1"
    form = MemberForm(request.POST or None, user=request.user, sections=("identity",))
    form.fields["date"] = DateField(label=_("since"), initial=timezone.localdate())

    def act():
        actions.add_member(
            household=household,
            values=form.values(),
            date=form.cleaned_data["date"],
            born=born,
            reason=form.reason,
            by=request.user,
        )

    title = _("Record a birth") if born else _("Add a member")
    return run_form(request, form, act, household=household, title=title)


def member_edit(request, uuid, section):
    """Edit one section of a person."""
    if section not in MEMBER_SECTIONS:
        raise Http404
    member = find_member(request, uuid)
    if section == "health":
        require(request.user, Perm.SEE_HEALTH, region=member.household.region_id)
    form = MemberForm(request.POST or None, user=request.user, sections=(section,), member=member)

    def act():
        actions.edit_member(
            member=member,
            section=section,
            values=form.values(),
            version=form.cleaned_data.get("version"),
            reason=form.reason,
            by=request.user,
        )

    title = f"{SECTION_TITLES[section]}: {member}"
    return run_form(request, form, act, household=member.household, title=title, member=member)


def member_move(request, uuid):
    """Move to another household of one's area."""
    member = find_member(request, uuid)
    form = MoveMemberForm(
        request.POST or None, user=request.user, member=member, initial={"date": timezone.localdate()}
    )

    def act():
        values = dict(form.cleaned_data)
        actions.move_member(member=member, to=values.pop("kk"), by=request.user, **values)

    return run_form(
        request, form, act, household=member.household, title=_("Move %(name)s") % {"name": member}, member=member
    )


def member_end(request, uuid):
    """Somebody died, left or was not found."""
    member = find_member(request, uuid)
    form = EndMemberForm(request.POST or None, member=member, initial={"date": timezone.localdate()})

    def act():
        actions.end_member(member=member, by=request.user, **form.cleaned_data)

    title = _("%(name)s is no longer here") % {"name": member}
    return run_form(request, form, act, household=member.household, title=title, member=member)


@require_POST
def member_restore(request, uuid):
    """Take back an end that was recorded by mistake."""
    member = find_member(request, uuid)
    try:
        actions.restore_member(member=member, by=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("households:household_detail", uuid=member.household.uuid)
