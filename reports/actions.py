"""What reports write: the figures of the day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.utils import timezone

from programs import targeting
from programs.bundle_filters import KINDS
from programs.targeting import Asked
from reports.models import FigureSnapshot

LATE_MONTHS = 3  # so long lists of the year before still come in


def years_kept(day: dt.date) -> list[int]:
    """Years whose figures of `day` are kept: the running one, and in its first months the one before."""
    return [day.year, day.year - 1] if day.month <= LATE_MONTHS else [day.year]


@transaction.atomic
def take_snapshot(*, day: dt.date | None = None, years: list[int] | None = None) -> int:
    """Keep today's figures of every bundle of programmes, in the city, each kecamatan and each kelurahan.

    Written once a day; what stands already stays. Returns the number of rows written.
    """
    day = day or timezone.localdate()
    rows = []
    for year in years or years_kept(day):
        if not FigureSnapshot.objects.filter(day=day, year=year).exists():
            rows += _figures(day, year)
    FigureSnapshot.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)


def _figures(day: dt.date, year: int) -> list[FigureSnapshot]:
    programme_years, rows = targeting.covering_years(year), []
    for kind in ("all", *KINDS):
        groups = targeting.bundles(kind, programme_years)
        sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for n, code, counts in targeting.by_bundle_and_village(groups, Asked(year)):
            for area in ("", code[:8], code):  # city, kecamatan, kelurahan
                cell = sums[n, area]
                cell[:] = [a + b for a, b in zip(cell, counts, strict=True)]
        for n in range(len(groups)):
            sums.setdefault((n, ""), [0, 0, 0, 0])  # a bundle without anybody has its row of zeros
        rows += [
            FigureSnapshot(
                day=day,
                year=year,
                bundle=groups[n].key,
                label=groups[n].label,
                area=area,
                target=target,
                reached=reached,
                receivers=receivers,
                outside=outside,
            )
            for (n, area), (target, reached, receivers, outside) in sums.items()
        ]
    return rows


def daily_snapshot() -> str:
    """The periodic task: take the figures of today, unless they stand."""
    n = take_snapshot()
    return f"{n} figures of the day kept" if n else ""
