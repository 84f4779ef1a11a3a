"""A line of values and targets over the years, as plain SVG points: no script, prints, and its table stands below."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 320, 120
LEFT, RIGHT, TOP, BOTTOM = 6, 6, 14, 20


@dataclass(frozen=True)
class Dot:
    """A year in the picture."""

    x: str
    y: str
    year: int
    value: Decimal


@dataclass(frozen=True)
class Chart:
    """Lines (runs of years without a gap), dots of both series, first and last year."""

    lines: list[str]
    targets: list[str]
    dots: list[Dot]
    marks: list[Dot]
    first: int
    last: int
    box: str = f"0 0 {WIDTH} {HEIGHT}"


def chart(values: dict[int, Decimal], targets: dict[int, Decimal]) -> Chart | None:
    """Values and targets by year, in the same scale; None when there are fewer than two years."""
    years = sorted({*values, *targets})
    if len(years) < 2:
        return None
    everything = [*values.values(), *targets.values()]
    low, high = float(min(everything)), float(max(everything))
    if high == low:
        low, high = low - 1, high + 1
    first, last = years[0], years[-1]

    def place(year: int, value: Decimal) -> Dot:
        x = LEFT + (year - first) / (last - first) * (WIDTH - LEFT - RIGHT)
        y = TOP + (high - float(value)) / (high - low) * (HEIGHT - TOP - BOTTOM)
        return Dot(f"{x:.1f}", f"{y:.1f}", year, value)

    dots = [place(year, values[year]) for year in sorted(values)]
    marks = [place(year, targets[year]) for year in sorted(targets)]
    return Chart(_runs(dots), _runs(marks), dots, marks, first, last)


def _runs(dots: list[Dot]) -> list[str]:
    """Points of each run of following years; a missing year leaves a gap, it is not drawn over."""
    runs: list[list[Dot]] = []
    for dot in dots:
        if runs and dot.year == runs[-1][-1].year + 1:
            runs[-1].append(dot)
        else:
            runs.append([dot])
    return [" ".join(f"{dot.x},{dot.y}" for dot in run) for run in runs if len(run) > 1]
