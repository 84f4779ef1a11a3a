"""Keeping the yearly values of an indicator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from core.history import history
from core.roles import Perm, require
from reports.indicators.models import Indicator, IndicatorValue


@dataclass(frozen=True)
class YearValue:
    """One year as typed: value and target in the indicator's unit, publication and its day."""

    year: int
    value: Decimal | None = None
    target: Decimal | None = None
    source: str = ""
    released: dt.date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured or aimed at."""
        return self.value is None and self.target is None


@transaction.atomic
def save_values(*, indicator: Indicator, years: list[YearValue], by) -> int:
    """Store the years given; an emptied year loses its row (its history stays).

    Returns:
        How many rows changed.

    Raises:
        PermissionDenied: `by` may not change reference data.
        ValidationError: a row that its constraints refuse.
    """
    require(by, Perm.MANAGE_REFERENCE)
    there = {row.year: row for row in indicator.values.select_for_update(of=("self",))}
    changed = 0
    with history(by=by, action="indicator.values"):
        for given in years:
            row = there.get(given.year)
            if given.is_empty:
                if row:
                    row.delete()
                    changed += 1
                continue
            row = row or IndicatorValue(indicator=indicator, year=given.year)
            values = {"value": given.value, "target": given.target, "source": given.source, "released": given.released}
            if row.pk and all(getattr(row, name) == value for name, value in values.items()):
                continue
            for name, value in values.items():
                setattr(row, name, value)
            row.full_clean()
            row.save()
            changed += 1
    return changed
