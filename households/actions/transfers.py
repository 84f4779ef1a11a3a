"""Transfers of people who are registered outside the asker's area."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Region
from core.roles import Perm, access, require
from households.actions.members import move_member
from households.models import Household, Member, TransferRequest


@transaction.atomic
def request_transfer(
    *, nik: str, to_region: Region, by, to_household: Household | None = None, note: str = ""
) -> TransferRequest | None:
    """Ask for the person with this NIK (16 digits), who is registered outside one's area.

    The asker learns nothing about person or place. Asking again while a request is open gives that request.
    Returns None when nobody is registered under this NIK. Raises PermissionDenied outside the asker's area.
    """
    require(by, Perm.CHANGE_HOUSEHOLDS, region=to_region.code)
    member = Member.objects.filter(nik=nik, merged_into__isnull=True).first()
    if member is None:
        return None
    request = TransferRequest.objects.filter(
        member=member, to_region=to_region, state=TransferRequest.State.OPEN
    ).first()
    if request is None:
        with history(by=by, action="transfer.request", reason=note, region=to_region.code):
            request = TransferRequest.objects.create(
                member=member, to_region=to_region, to_household=to_household, note=note[:300], by=by
            )
    return request


@transaction.atomic
def decide_transfer(
    *,
    request: TransferRequest,
    accept: bool,
    by,
    answer: str = "",
    to_household: Household | None = None,
    relation: int | None = None,
    new_head: Member | None = None,
) -> TransferRequest:
    """Accept a transfer (the person moves) or refuse it with a reason.

    Who holds the right over the person's present area decides; the move itself needs the right over both areas, so an
    acceptance by a kelurahan is carried out by Bappeda or at once when Bappeda accepts.
    """
    row = TransferRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    require(by, Perm.CHANGE_HOUSEHOLDS, region=row.member.household.region_id)
    if row.state != TransferRequest.State.OPEN:
        raise ValidationError(_("This request is already answered."))
    if not accept and not answer.strip():
        raise ValidationError({"answer": _("Write why it is refused.")})
    target = to_household or row.to_household
    if accept:
        if target is None:
            raise ValidationError({"to_household": _("Choose the household the person moves to.")})
        if not access(by).can(Perm.CHANGE_HOUSEHOLDS, region=target.region_id):
            raise PermissionDenied(_("A move between two kelurahan is carried out by the secretariat."))
    with history(by=by, action="transfer.decide", reason=answer, region=row.to_region_id):
        if accept:
            move_member(
                member=row.member,
                to=target,
                relation=relation,
                date=timezone.localdate(),
                by=by,
                reason=row.note or _("Transfer"),
                new_head=new_head,
            )
        row.state = TransferRequest.State.ACCEPTED if accept else TransferRequest.State.REFUSED
        row.answer, row.decided_by, row.decided_at = answer.strip()[:300], by, timezone.now()
        row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    return row
