"""Programmes of an agency that another one followed."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from core.models import Agency
from programs.models import Program, ProgramYear


def hand_over_programs(old: Agency, new: Agency, day: dt.date) -> int:
    """Give programmes that go on, and their years after that of `day`, to `new`; earlier years keep their owner.

    Called within `core.actions.hand_over`. Returns how many rows moved. Raises ValidationError when `new` already has
    a programme of the same name.
    """
    going = Program.objects.filter(owner=old).filter(Q(ended__isnull=True) | Q(ended__gte=day))
    both = Program.objects.filter(owner=new, name__in=going.values("name")).values_list("name", flat=True)
    if both := ", ".join(sorted(both)):
        raise ValidationError(
            _("%(agency)s already has these programmes: %(names)s. Rename or end one of each pair first.")
            % {"agency": new, "names": both}
        )
    moved = ProgramYear.objects.filter(owner=old, program__in=going, year__gt=day.year).update(owner=new)
    return moved + going.update(owner=new)
