"""Changes to what targeting needs: the order of a quota."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm
from households.rules import fields_used, validate
from programs import ranking, rights
from programs.models import Program, QuotaOrder


@transaction.atomic
def set_quota_order(*, program: Program, criteria: list[dict], by, legal_basis: str = "") -> QuotaOrder:
    """Say who comes first after the desil. `criteria`: rules over households, in order, at most four.

    Raises ValidationError, PermissionDenied.
    """
    rights.require_program(by, Perm.MANAGE_PROGRAMS, program)
    cleaned = [validate(rule) for rule in criteria]
    if len(cleaned) > ranking.MOST_CRITERIA:
        raise ValidationError(_("At most %(n)s criteria.") % {"n": ranking.MOST_CRITERIA})
    if any({"program.fits", "program.target"} & fields_used(rule) for rule in cleaned):
        raise ValidationError(_("A rule cannot ask whether another rule fits. Write its conditions out."))
    if any(cleaned[i] in cleaned[:i] for i in range(len(cleaned))):
        raise ValidationError(_("A criterion stands twice. Choose another one."))
    row = QuotaOrder.objects.filter(program=program).first() or QuotaOrder(program=program)
    row.criteria, row.legal_basis = cleaned, legal_basis.strip()
    row.full_clean()
    with history(by=by, action="program.quota_order", reason=legal_basis):
        row.save()
    return row
