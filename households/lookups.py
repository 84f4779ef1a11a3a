"""Looking somebody up by a whole NIK or KK: allowed to who may see names, on record, and not in bulk."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AccessKind
from core.history import record_access
from core.models import AccessRecord
from core.nik import mask
from core.roles import Perm, access
from households.models import Household
from households.querysets import HouseholdQuerySet
from households.rules.text import households_of_number

PER_MINUTE = 30


class TooManyLookups(Exception):
    """More numbers were looked up than a person types; the answer waits."""


def look_up(user, number: str) -> HouseholdQuerySet:
    """Households in sight of `user` that hold this NIK or KK, today or in the past; leaves an access record.

    `number`: 16 digits. Raises TooManyLookups.
    """
    note_lookup(user, number)
    return Household.objects.visible_to(user).filter(pk__in=households_of_number(number))


def note_lookup(user, number: str) -> None:
    """Record that `user` looked a whole number up. Raises TooManyLookups beyond 30 a minute."""
    recent = AccessRecord.objects.filter(user=user, kind=AccessKind.LOOKUP).order_by("-id")[PER_MINUTE - 1 : PER_MINUTE]
    last = recent.values_list("at", flat=True).first()
    if last is not None and last > timezone.now() - dt.timedelta(minutes=1):
        raise TooManyLookups(_("You looked up many numbers. Wait a minute, or match a whole list instead."))
    record_access(user, AccessKind.LOOKUP, _("NIK or KK %(number)s") % {"number": mask(number)})


def is_elsewhere(user, number: str) -> bool:
    """Whether the number is registered outside the sight of somebody who does not see the whole city.

    Says neither who nor where (design.md section 3).
    """
    if "" in access(user).region_prefixes(Perm.SEE_NAMES):
        return False
    found = Household.objects.unmerged().filter(pk__in=households_of_number(number))
    return found.exists() and not Household.objects.visible_to(user).filter(pk__in=found.values("pk")).exists()
