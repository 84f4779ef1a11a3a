"""Changes to the people of a household: added, born, edited, moved, split off, head changed, died."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Region
from core.registry import registry
from core.roles import Perm, require
from households import derived
from households.actions.households import check_region, save
from households.choices import HEAD, HouseholdStatus, MembershipReason, MemberStatus
from households.locking import lock_version
from households.models import Household, HouseholdNumber, Member, Membership
from households.sections import HEALTH_FIELDS, MEMBER_SECTIONS
from households.validation import check_kk_free, check_kk_is_no_nik, check_nik_free


@transaction.atomic
def add_member(
    *, household: Household, values: dict, date: dt.date, by, born: bool = False, reason: str = ""
) -> Member:
    """Add a person to the household since `date`; `born`: as a birth.

    `values`: Member fields, at least `name`. Raises ValidationError by field, PermissionDenied.
    """
    household = lock_version(Household, household.pk, None)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    if HEALTH_FIELDS & values.keys():
        require(by, Perm.SEE_HEALTH, region=household.region_id)
    _not_future(date)
    check_nik_free(values.get("nik"), by=by)
    check_kk_is_no_nik(household.kk, [values.get("nik")])
    member = Member(household=household, **values)
    member.full_clean()
    with history(by=by, action="member.born" if born else "member.add", reason=reason, region=household.region_id):
        member.save()
        Membership.objects.create(
            member=member,
            household=household,
            valid_from=date,
            reason=MembershipReason.BORN if born else MembershipReason.FIRST,
        )
        derived.refresh([household.pk])
    return member


@transaction.atomic
def edit_member(*, member: Member, section: str, values: dict, version: int | None, by, reason: str = "") -> Member:
    """Change the fields of one section of MEMBER_SECTIONS; the head changes by `change_head` only.

    A corrected NIK keeps the person and all their aid. Raises EditConflict, ValidationError, PermissionDenied.
    """
    allowed = MEMBER_SECTIONS[section]
    row = lock_version(Member, member.pk, version)
    region = row.household.region_id
    require(by, Perm.CHANGE_HOUSEHOLDS, region=region)
    if section == "health":
        require(by, Perm.SEE_HEALTH, region=region)
    if "nik" in values:
        check_nik_free(values["nik"], by=by, besides=row)
        check_kk_is_no_nik(row.household.kk, [values["nik"]])
    relation = values.get("relation", row.relation)
    if (relation == HEAD) != (row.relation == HEAD):
        raise ValidationError({"relation": _("Change the head with “Change head”, so that there is always one.")})
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(name)
        setattr(row, name, value)
    with history(by=by, action=f"member.edit_{section}", reason=reason, region=region):
        save(row)
        derived.refresh([row.household_id])
    return row


@transaction.atomic
def change_head(
    *, household: Household, head: Member, old_relation: int | None, date: dt.date, by, reason: str = ""
) -> None:
    """Make `head` the head of the household; the old head gets `old_relation` (a code of field `relation`)."""
    household = lock_version(Household, household.pk, None)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    _not_future(date)
    with history(by=by, action="household.change_head", reason=reason, region=household.region_id):
        _make_head(household, head, old_relation)
        derived.refresh([household.pk])


@transaction.atomic
def end_member(
    *,
    member: Member,
    status: str,
    date: dt.date,
    reason: str,
    by,
    new_head: Member | None = None,
    version: int | None = None,
) -> Member:
    """A person died, left the city or was not found. The household keeps a head, or ends with its last person.

    `status`: deceased, moved or not_found; `new_head`: needed when a head leaves others behind.
    """
    if status not in (MemberStatus.DECEASED, MemberStatus.MOVED, MemberStatus.NOT_FOUND):
        raise ValidationError({"status": _("Choose one of the statuses in the list.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    _not_future(date)
    row = lock_version(Member, member.pk, version)
    household = lock_version(Household, row.household_id, None)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    if row.status != MemberStatus.ACTIVE:
        raise ValidationError(_("This person is already recorded as no longer here."))
    with history(by=by, action=f"member.{status}", reason=reason, region=household.region_id):
        was_head = row.relation == HEAD
        row.status, row.status_reason, row.status_date = status, reason.strip(), date
        save(row)
        _close_membership(
            row, date, MembershipReason.DIED if status == MemberStatus.DECEASED else MembershipReason.LEFT, reason
        )
        if was_head:
            _head_after(household, new_head)
        _end_when_empty(
            household,
            HouseholdStatus.DECEASED if status == MemberStatus.DECEASED else HouseholdStatus(status),
            date,
            reason,
        )
        derived.refresh([household.pk])
    return row


@transaction.atomic
def restore_member(*, member: Member, by, reason: str) -> Member:
    """Take back the end of a person that was recorded by mistake."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    row = lock_version(Member, member.pk, None)
    household = lock_version(Household, row.household_id, None)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    if row.merged_into_id or row.status == MemberStatus.ACTIVE:
        raise ValidationError(_("This person is not recorded as gone."))
    with history(by=by, action="member.restore", reason=reason, region=household.region_id):
        if row.relation == HEAD and household.members.active().filter(relation=HEAD).exists():
            row.relation = None
        row.status, row.status_reason, row.status_date = MemberStatus.ACTIVE, "", None
        save(row)
        last = row.memberships.order_by("-id").first()
        if last is not None:
            last.valid_to, last.end_reason = None, ""
            last.save(update_fields=["valid_to", "end_reason"])
        derived.refresh([household.pk])
    return row


@transaction.atomic
def move_member(
    *,
    member: Member,
    to: Household,
    relation: int | None,
    date: dt.date,
    by,
    reason: str = "",
    new_head: Member | None = None,
    version: int | None = None,
) -> Member:
    """Move a person to another household since `date`; their own aid follows in the same transaction.

    `relation`: code of field `relation` in the new household; `new_head`: needed when a head leaves others behind.
    Both areas must be the actor's; else a transfer is asked for (`transfers.request_transfer`).
    """
    row = lock_version(Member, member.pk, version)
    if row.household_id == to.pk:
        raise ValidationError(_("This person already belongs to this household."))
    # Always lock the smaller key first: two moves in opposite directions then cannot wait for each other.
    locked = {pk: lock_version(Household, pk, None) for pk in sorted({row.household_id, to.pk})}
    old, new = locked[row.household_id], locked[to.pk]
    for household in (old, new):
        require(by, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    if row.status != MemberStatus.ACTIVE or new.merged_into_id:
        raise ValidationError(_("Only a person who is recorded as present can move, and not into a merged household."))
    _not_future(date)
    check_kk_is_no_nik(new.kk, [row.nik])
    with history(by=by, action="member.move", reason=reason, region=new.region_id):
        was_head = row.relation == HEAD
        if relation == HEAD and new.members.active().filter(relation=HEAD).exists():
            raise ValidationError({"relation": _("That household already has a head. Choose another relation.")})
        _change_household(row, new, relation, date, MembershipReason.MOVED, reason)
        if was_head:
            _head_after(old, new_head)
        _end_when_empty(old, HouseholdStatus.MOVED, date, _("All members moved to another household."))
        _follow([row.pk], by)
        derived.refresh([old.pk, new.pk])
    return row


@transaction.atomic
def split_household(
    *,
    household: Household,
    members: Iterable[Member],
    head: Member,
    relations: dict[int, int | None],
    kk: str | None,
    region: Region,
    address: str,
    rt: str,
    rw: str,
    date: dt.date,
    by,
    reason: str = "",
    new_head: Member | None = None,
) -> Household:
    """Split members off into a new household with its own family card (pecah KK).

    `head`: one of `members`, head of the new one; `relations`: member id → relation code there;
    `new_head`: needed when the old head is among `members` and others stay. The new household has no desil yet.
    """
    old = lock_version(Household, household.pk, None)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=old.region_id)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=region.code)
    check_region(region)
    check_kk_free(kk, by=by)
    _not_future(date)
    going = list(Member.objects.select_for_update(of=("self",)).filter(pk__in=[m.pk for m in members]).order_by("pk"))
    if not going or any(m.household_id != old.pk or m.status != MemberStatus.ACTIVE for m in going):
        raise ValidationError({"members": _("Choose people who live in this household.")})
    if head.pk not in {m.pk for m in going}:
        raise ValidationError({"head": _("Choose the head among the people who split off.")})
    if not old.members.active().exclude(pk__in=[m.pk for m in going]).exists():
        raise ValidationError({"members": _("Somebody must stay. For a new card of everybody change the KK instead.")})
    check_kk_is_no_nik(kk, [m.nik for m in going])
    new = Household(region=region, kk=kk, address=address, rt=rt, rw=rw, source=old.source, data_date=date)
    new.full_clean()
    with history(by=by, action="household.split", reason=reason, region=region.code):
        new.save()
        if kk:
            HouseholdNumber.objects.create(household=new, kk=kk, valid_from=date)
        head_left = any(m.relation == HEAD for m in going)
        for row in sorted(going, key=lambda m: m.pk == head.pk):  # the new head last: one head at any moment
            relation = HEAD if row.pk == head.pk else relations.get(row.pk)
            if relation == HEAD and row.pk != head.pk:
                raise ValidationError({"head": _("A household has one head.")})
            _change_household(row, new, relation, date, MembershipReason.SPLIT, reason)
        if head_left:
            _head_after(old, new_head)
        _follow([m.pk for m in going], by)
        derived.refresh([old.pk, new.pk])
    new.refresh_from_db()
    return new


def _change_household(row: Member, to: Household, relation, date, why, note) -> None:
    _close_membership(row, date, why, note)
    row.household, row.relation = to, relation
    save(row)
    Membership.objects.create(member=row, household=to, valid_from=date, reason=why, note=note[:250])


def _close_membership(row: Member, date, why, note) -> None:
    current = row.memberships.filter(valid_to__isnull=True).first()
    if current is None:
        return
    current.valid_to = max(date, current.valid_from or date)
    current.end_reason, current.note = why, note[:250]
    current.save(update_fields=["valid_to", "end_reason", "note"])


def _head_after(household: Household, new_head: Member | None) -> None:
    """The head is gone: somebody who stays becomes the head."""
    staying = household.members.active()
    if not staying.exists():
        return
    if new_head is None:
        raise ValidationError({"new_head": _("The head leaves. Choose who becomes the head.")})
    _make_head(household, new_head, None)


def _make_head(household: Household, head: Member, old_relation: int | None) -> None:
    staying = household.members.active().select_for_update(of=("self",))
    new = staying.filter(pk=head.pk).first()
    if new is None:
        raise ValidationError({"new_head": _("Choose somebody who lives in this household.")})
    for old in staying.filter(relation=HEAD).exclude(pk=new.pk):  # demote first: one head at any moment
        if old_relation == HEAD:
            raise ValidationError({"old_relation": _("The old head needs another relation.")})
        old.relation = old_relation
        save(old)
    new.relation = HEAD
    save(new)


def _end_when_empty(household: Household, status: str, date, reason: str) -> None:
    if household.status != HouseholdStatus.ACTIVE or household.members.active().exists():
        return
    household.status, household.status_reason, household.status_date = status, reason, date
    save(household)


def _follow(member_ids: list[int], by) -> None:
    for hook in registry.members_moved:
        hook(member_ids, by)


def _not_future(date: dt.date) -> None:
    if date > timezone.localdate():
        raise ValidationError({"date": _("This date lies in the future. Write the day it happened.")})
