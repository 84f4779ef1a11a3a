"""Changes to a household: record it, edit a section, change its status or card number, note something."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Region
from core.roles import Perm, require
from households import derived
from households.choices import HEAD, HouseholdStatus, MembershipReason, Source
from households.locking import lock_version
from households.models import Household, HouseholdNote, HouseholdNumber, Member, Membership
from households.sections import HOUSEHOLD_SECTIONS
from households.validation import check_kk_free, check_kk_is_no_nik, check_nik_free


def check_region(region: Region) -> None:
    """Raise ValidationError unless households can be kept at `region` (a kelurahan or desa)."""
    if not region.is_village:
        raise ValidationError({"region": _("Choose a kelurahan.")})


def save(row) -> None:
    """Validate a household or member against its constraints, count its version up and save it."""
    row.version += 1
    row.full_clean()
    row.save()


@transaction.atomic
def create_household(
    *,
    by,
    region: Region,
    head: dict,
    kk: str | None = None,
    address: str = "",
    rt: str = "",
    rw: str = "",
    source: str = Source.LOCAL,
    date: dt.date | None = None,
    reason: str = "",
) -> Household:
    """Record a household with its head; more members follow by `add_member`.

    `kk`: 16 digits or None; `head`: values of Member fields (at least `name`); `date`: since when it is known.
    Raises ValidationError (by field) and PermissionDenied outside the area of `by`.
    """
    require(by, Perm.CHANGE_HOUSEHOLDS, region=region.code)
    check_region(region)
    check_kk_free(kk, by=by)
    check_nik_free(head.get("nik"), by=by)
    check_kk_is_no_nik(kk, [head.get("nik")])
    date = date or timezone.localdate()
    household = Household(region=region, kk=kk, address=address, rt=rt, rw=rw, source=source, data_date=date)
    household.full_clean()
    with history(by=by, action="household.create", reason=reason, region=region.code):
        household.save()
        if kk:
            HouseholdNumber.objects.create(household=household, kk=kk, valid_from=date)
        member = Member(household=household, **(head | {"relation": HEAD}))
        member.full_clean()
        member.save()
        Membership.objects.create(member=member, household=household, valid_from=date, reason=MembershipReason.FIRST)
        derived.refresh([household.pk])
    household.refresh_from_db()
    return household


@transaction.atomic
def edit_household(*, household: Household, section: str, values: dict, version: int | None, by, reason: str = ""):
    """Change the fields of one section.

    `section`: a key of HOUSEHOLD_SECTIONS; `values`: field → value, others of the section stay;
    `version`: as read when the form was opened. Raises EditConflict, ValidationError, PermissionDenied.
    """
    allowed = HOUSEHOLD_SECTIONS[section]
    row = lock_version(Household, household.pk, version)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=row.region_id)
    if "region" in values:
        check_region(values["region"])
        require(by, Perm.CHANGE_HOUSEHOLDS, region=values["region"].code)
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(name)
        setattr(row, name, value)
    with history(by=by, action=f"household.edit_{section}", reason=reason, region=row.region_id):
        save(row)
    return row


@transaction.atomic
def set_status(*, household: Household, status: str, reason: str, date: dt.date, by, version: int | None = None):
    """Change the status; a status other than active needs a reason and a date. Nothing is erased.

    `status`: HouseholdStatus except duplicate, which only a merge may set.
    """
    if status == HouseholdStatus.DUPLICATE or status not in HouseholdStatus:
        raise ValidationError({"status": _("Choose one of the statuses in the list.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    if date > timezone.localdate():
        raise ValidationError({"date": _("This date lies in the future. Write the day it happened.")})
    row = lock_version(Household, household.pk, version)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=row.region_id)
    if row.merged_into_id:
        raise ValidationError(_("This household was merged into another one. Open that one."))
    row.status, row.status_reason, row.status_date = status, reason.strip(), date
    with history(by=by, action="household.status", reason=reason, region=row.region_id):
        save(row)
    return row


@transaction.atomic
def change_kk(*, household: Household, kk: str | None, date: dt.date, by, reason: str = "", version: int | None = None):
    """Give the household another family card number since `date`; the old one stays in its list of numbers."""
    row = lock_version(Household, household.pk, version)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=row.region_id)
    check_kk_free(kk, by=by, besides=row)
    check_kk_is_no_nik(kk, row.members.active().values_list("nik", flat=True))
    with history(by=by, action="household.change_kk", reason=reason, region=row.region_id):
        row.kk = kk
        save(row)
        HouseholdNumber.objects.filter(household=row, valid_to__isnull=True).update(valid_to=date)
        if kk:
            HouseholdNumber.objects.create(household=row, kk=kk, valid_from=date)
    return row


@transaction.atomic
def add_note(*, household: Household, text: str, by) -> HouseholdNote:
    """Write a remark on the household. Needs the right to change it."""
    require(by, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    if not text.strip():
        raise ValidationError({"text": _("Write the note.")})
    note = HouseholdNote(household=household, text=text.strip(), by=by)
    note.full_clean()
    with history(by=by, action="household.note", region=household.region_id):
        note.save()
    return note
