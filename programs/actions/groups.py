"""Groups that receive together: made, joined and left."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Region
from core.roles import Perm
from households.models import Household, Member
from programs import rights
from programs.choices import BenefitUnit
from programs.models import GroupMember, Program, RecipientGroup


@transaction.atomic
def create_group(*, program: Program, region: Region, name: str, by) -> RecipientGroup:
    """Make a group (KUBE, kelompok tani) of a programme that goes to groups, in a kelurahan."""
    rights.require_program(by, Perm.PROPOSE, program, region.code)
    if program.benefit_unit != BenefitUnit.GROUP:
        raise ValidationError(_("%(program)s does not go to groups.") % {"program": program.short_name})
    if not region.is_village:
        raise ValidationError({"region": _("Choose a kelurahan.")})
    group = RecipientGroup(program=program, region=region, name=name.strip())
    group.full_clean()
    with history(by=by, action="group.create", region=region.code):
        group.save()
    return group


@transaction.atomic
def add_to_group(
    *, group: RecipientGroup, household: Household, by, member: Member | None = None, since: dt.date | None = None
) -> GroupMember:
    """A household joins the group, through one of its members where that is known."""
    rights.require_program(by, Perm.PROPOSE, group.program, group.region_id)
    if household.merged_into_id or (member is not None and member.household_id != household.pk):
        raise ValidationError(_("Choose a household and one of its members."))
    if group.members.filter(household=household, valid_to__isnull=True).exists():
        raise ValidationError(_("This household already belongs to the group."))
    row = GroupMember(group=group, household=household, member=member, valid_from=since or timezone.localdate())
    with history(by=by, action="group.add", region=group.region_id):
        row.save()
    return row


@transaction.atomic
def leave_group(*, membership: GroupMember, by, date: dt.date | None = None) -> GroupMember:
    """A household leaves the group on `date` (default today); that it belonged stays on record."""
    row = GroupMember.objects.select_for_update(of=("self",)).select_related("group__program").get(pk=membership.pk)
    rights.require_program(by, Perm.PROPOSE, row.group.program, row.group.region_id)
    if row.valid_to is not None:
        raise ValidationError(_("This household has already left the group."))
    with history(by=by, action="group.leave", region=row.group.region_id):
        row.valid_to = date or timezone.localdate()
        row.save(update_fields=["valid_to"])
    return row
