"""Groups that receive together: the list of a programme, one group and who belongs to it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.nik import parse_nik
from core.roles import Perm, require
from households.models import Member
from households.views.edits import add_errors
from programs import rights
from programs.actions import groups as actions
from programs.choices import BenefitUnit
from programs.forms.enrol import GroupForm, GroupMemberForm
from programs.models import RecipientGroup
from programs.views.assistance import household_of_nik
from programs.views.finding import find_program, groups_seen, program_crumbs


def group_list(request, uuid):
    """Groups of a programme; add one."""
    require(request.user, Perm.SEE_AID)
    program = find_program(request, uuid)
    if program.benefit_unit != BenefitUnit.GROUP:
        raise Http404
    may_add = rights.may(request.user, Perm.PROPOSE, program)
    form = GroupForm(request.POST or None, user=request.user, program=program) if may_add else None
    if request.method == "POST":
        rights.require_program(request.user, Perm.PROPOSE, program)
        if form.is_valid():
            try:
                group = actions.create_group(program=program, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("Saved. Now add its households."))
                return redirect("programs:group_detail", uuid=group.uuid)
    present = Count("members", filter=Q(members__valid_to__isnull=True))
    groups = groups_seen(request.user, program).annotate(households=present)
    context = {
        "program": program,
        "groups": groups,
        "form": form,
        "crumbs": program_crumbs(program, (_("Groups"), None)),
    }
    return render(request, "programs/group_list.html", context, status=422 if request.method == "POST" else 200)


def _find_group(request, uuid) -> RecipientGroup:
    require(request.user, Perm.SEE_AID)
    group = get_object_or_404(RecipientGroup.objects.select_related("program__owner", "region"), uuid=uuid)
    return get_object_or_404(groups_seen(request.user, group.program).select_related("program__owner"), uuid=uuid)


def group_detail(request, uuid):
    """One group: its households, what it received; add a household by the NIK of a member."""
    group = _find_group(request, uuid)
    may_change = rights.may(request.user, Perm.PROPOSE, group.program, group.region_id)
    form = GroupMemberForm(request.POST or None) if may_change else None
    if request.method == "POST":
        rights.require_program(request.user, Perm.PROPOSE, group.program, group.region_id)
        if form.is_valid():
            try:
                household = household_of_nik(request.user, form.cleaned_data["nik"])
                nik = parse_nik(form.cleaned_data["nik"]).value
                member = Member.objects.visible_to(request.user).filter(nik=nik).first()
                actions.add_to_group(group=group, household=household, member=member, by=request.user)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("Household %(name)s belongs to the group.") % {"name": household})
                return redirect("programs:group_detail", uuid=group.uuid)
    members = group.members.select_related("household__region", "member").order_by("valid_to", "pk")
    context = {
        "group": group,
        "program": group.program,
        "members": members,
        "rows": group.assistance.visible_to(request.user).select_related("program_year__program").order_by("-pk"),
        "form": form,
        "may_change": may_change,
        "crumbs": program_crumbs(
            group.program,
            (_("Groups"), reverse("programs:group_list", args=[group.program.uuid])),
            (group.name, None),
        ),
    }
    return render(request, "programs/group_detail.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def group_leave(request, uuid, pk):
    """A household leaves the group."""
    group = _find_group(request, uuid)
    membership = get_object_or_404(group.members, pk=pk)
    try:
        actions.leave_group(membership=membership, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("programs:group_detail", uuid=group.uuid)
