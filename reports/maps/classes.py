"""Six classes of a figure for the shades of a map, with limits that people can read."""

from __future__ import annotations

import math
from dataclasses import dataclass

CLASSES = 6
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Scale:
    """Upper limits of the classes but the last. A value belongs to the first class whose limit it does not reach."""

    limits: tuple[float, ...]

    def shade(self, value: float | None) -> int | None:
        """Class 0 to 5 of a value; None for nothing."""
        return None if value is None else sum(value >= limit for limit in self.limits)


def scale_of(values: list[float | None]) -> Scale:
    """Equal steps of a round width (`STEPS` times a power of ten) from 0 over the greatest value.

    Equal steps from zero, not quantiles: a city in which all areas are alike must look alike.
    """
    greatest = max((value for value in values if value is not None), default=0)
    if greatest <= 0:
        return Scale(tuple(float(n) for n in range(1, CLASSES)))
    raw = greatest / CLASSES
    power = 10 ** math.floor(math.log10(raw))
    step = next(n * power for n in STEPS if n * power >= raw * 0.999)
    return Scale(tuple(round(step * n, 10) for n in range(1, CLASSES)))
