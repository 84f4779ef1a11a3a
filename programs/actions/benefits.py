"""One benefit, several sponsors: rows of different programmes that pay for one and the same good share a key.

A house by Perkim and the builders' wages by Baznas count as one benefit and are no overlap.
"""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm
from programs import rights
from programs.actions.locking import ids_of
from programs.choices import CLOSED
from programs.models import Assistance


@transaction.atomic
def join(*, rows, by) -> str:
    """Join log rows of one family and one year, of different programmes, into one benefit; returns its key.

    `rows`: two or more, ids or queryset. Who manages one of the programmes may join them.
    """
    found = list(
        Assistance.objects.select_for_update(of=("self",), no_key=True)
        .select_related("program_year__program")
        .filter(pk__in=ids_of(rows))
        .exclude(status__in=CLOSED)
        .order_by("pk")
    )
    programs = {r.program_year.program for r in found}
    if len(found) < 2 or len(programs) < len(found):
        raise ValidationError(_("Choose rows of two different programmes."))
    if len({(r.counts_for_id, r.program_year.year) for r in found}) > 1 or found[0].counts_for_id is None:
        raise ValidationError(_("One benefit belongs to one family and one year."))
    if not any(rights.may(by, Perm.MANAGE_PROGRAMS, p) for p in programs):
        raise PermissionDenied(_("Only an agency of one of these programmes may join them."))
    key = next((r.benefit_key for r in found if r.benefit_key), "") or uuid.uuid4().hex
    with history(by=by, action="assistance.join", region=found[0].counts_for.region_id):
        Assistance.objects.filter(pk__in=[r.pk for r in found]).exclude(benefit_key=key).update(benefit_key=key)
    return key


@transaction.atomic
def part(*, row: Assistance, by) -> None:
    """Take a log row out of the benefit it was joined into."""
    row = (
        Assistance.objects.select_for_update(of=("self",), no_key=True)
        .select_related("program_year__program")
        .get(pk=row.pk)
    )
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program_year.program)
    if not row.benefit_key:
        raise ValidationError(_("This row is not joined with another one."))
    with history(by=by, action="assistance.part"):
        Assistance.objects.filter(pk=row.pk).update(benefit_key="")
