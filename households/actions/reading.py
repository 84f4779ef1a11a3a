"""Seeing a number in full: one household at a time, with a reason, and on record."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.choices import AccessKind
from core.history import record_access
from core.registry import registry
from core.roles import Perm, access
from households.models import Household


def may_unmask(user, household: Household) -> bool:
    """Whether `user` may see the numbers of this household: by right in its area, or because their agency serves it."""
    rights = access(user)
    if rights.can(Perm.UNMASK, region=household.region_id):
        return True
    return rights.can(Perm.UNMASK_RECIPIENTS) and any(hook(user, household) for hook in registry.recipients_of)


def unmask(*, household: Household, by, purpose: str, what: str) -> None:
    """Record that `by` sees numbers of this household; call before giving them out.

    `purpose`: the person's reason; `what`: `NIK` or `KK` and whose, in words. Raises PermissionDenied, ValidationError.
    """
    if not may_unmask(by, household):
        raise PermissionDenied(_("You may not see full numbers of this household."))
    if not purpose.strip():
        raise ValidationError({"purpose": _("Write why you need the full number.")})
    record_access(
        by, AccessKind.UNMASK, what, purpose=purpose.strip(), object_key=f"household:{household.uuid}", rows=1
    )
