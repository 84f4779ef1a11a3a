"""What every action on the log begins with: the programme year held fast, the rows named, the reason written."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from programs.models import ProgramYear


def lock_year(program_year: ProgramYear) -> ProgramYear:
    """The programme year, locked until the transaction ends, so that quota, ceiling and stages are counted by one
    action at a time. Raises ValidationError when the year is closed.
    """
    row = (
        ProgramYear.objects.select_for_update(of=("self",), no_key=True)
        .select_related("program__owner")
        .get(pk=program_year.pk)
    )
    if row.closed:
        raise ValidationError(
            _("%(program)s is closed. Open the year again on the programme's page first.") % {"program": row},
            code="closed",
        )
    return row


def ids_of(rows: QuerySet | Iterable) -> list[int]:
    """Primary keys of a queryset, of objects, or of ids."""
    if isinstance(rows, QuerySet):
        return list(rows.order_by().values_list("pk", flat=True))
    return [getattr(row, "pk", row) for row in rows]


def reason_given(reason: str) -> str:
    """The reason without spaces around it; ValidationError when there is none."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Write the reason.")})
    if len(reason) > 250:
        raise ValidationError({"reason": _("The reason is too long: write it in 250 letters.")})
    return reason


def one_area(prefixes: list[str]) -> str:
    """The area an action is recorded for: the one area of the actor, or "" for the whole city."""
    return prefixes[0] if len(prefixes) == 1 else ""
