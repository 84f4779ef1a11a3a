"""Yearly values of the demo city's indicators: what was printed about Kota Solok, nothing made up beside it."""

from __future__ import annotations

from decimal import Decimal

from reports.indicators.models import Indicator, IndicatorValue
from reports.indicators.reference import KNOWN, KNOWN_SOURCE, KNOWN_TARGETS


def make_values() -> None:
    """Add the known values and targets."""
    by_code = {indicator.code: indicator for indicator in Indicator.objects.all()}
    rows = []
    for code in KNOWN:
        targets = KNOWN_TARGETS.get(code, {})
        for year in sorted({*KNOWN[code], *targets}):
            value, target = KNOWN[code].get(year), targets.get(year)
            rows.append(
                IndicatorValue(
                    indicator=by_code[code],
                    year=year,
                    value=Decimal(value) if value else None,
                    target=Decimal(target) if target else None,
                    source=KNOWN_SOURCE if value else "",
                )
            )
    IndicatorValue.objects.bulk_create(rows)
