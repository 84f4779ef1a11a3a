"""What the page and the reports show of each indicator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from reports.indicators.charts import Chart, chart
from reports.indicators.models import Indicator, IndicatorValue


@dataclass
class Line:
    """An indicator with its years; `latest` and `before`: the newest two measured, `aim`: the target it is held to."""

    indicator: Indicator
    rows: list[IndicatorValue]
    latest: IndicatorValue | None
    before: IndicatorValue | None
    aim: IndicatorValue | None
    chart: Chart | None

    @property
    def change(self) -> Decimal | None:
        """Newest value less the one before."""
        return self.latest.value - self.before.value if self.latest and self.before else None

    @property
    def gap(self) -> Decimal | None:
        """How far the newest value is from the target of its year (else the next target): above 0 = not reached."""
        if not self.latest or not self.aim:
            return None
        distance = self.latest.value - self.aim.target
        return distance if self.indicator.better == Indicator.Better.LOWER else -distance

    @property
    def improved(self) -> bool | None:
        """Whether the newest value is better than the one before; None when it is the same or there is none."""
        if not self.change:
            return None
        return (self.change < 0) == (self.indicator.better == Indicator.Better.LOWER)


def lines(until: int) -> list[Line]:
    """Indicators in force with their values up to the year `until`; three queries at most."""
    values = Prefetch("values", IndicatorValue.objects.filter(year__lte=until + 1).order_by("year"))
    return [_line(indicator, until) for indicator in Indicator.objects.filter(ended=None).prefetch_related(values)]


def _line(indicator: Indicator, until: int) -> Line:
    rows = list(indicator.values.all())
    measured = [row for row in rows if row.value is not None and row.year <= until]
    latest = measured[-1] if measured else None
    aims = [row for row in rows if row.target is not None]
    aim = None
    if latest:
        aim = next((row for row in aims if row.year == latest.year), None)
        aim = aim or next((row for row in aims if row.year > latest.year), None)
    return Line(
        indicator,
        rows,
        latest,
        measured[-2] if len(measured) > 1 else None,
        aim or (aims[-1] if aims and not latest else None),
        chart(
            {row.year: row.value for row in rows if row.value is not None},
            {row.year: row.target for row in rows if row.target is not None},
        ),
    )
