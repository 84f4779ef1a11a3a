"""A line chart without script: the points of an SVG, worked out here because the page may hold no style of its own."""

from __future__ import annotations

MOST_LINES = 4
WIDTH, HEIGHT, PAD = 640, 200, 8


def drawn(series: list[tuple[str, int, list[int]]], most: int) -> list[dict]:
    """Lines of (label, goal, values) on one scale from 0 to `most`, in the order of the colours.

    Each: `label`, `points` of the polyline, `goal` (height of the wanted number, None without one), `end` (x, y) and
    `last` value. Nothing to draw for fewer than two months.
    """
    if most <= 0 or not series or len(series[0][2]) < 2:
        return []
    step = (WIDTH - 2 * PAD) / (len(series[0][2]) - 1)

    def at(n: int, value: int) -> tuple[float, float]:
        return round(PAD + n * step, 1), round(HEIGHT - PAD - (HEIGHT - 2 * PAD) * min(value, most) / most, 1)

    return [
        {
            "label": label,
            "n": number,
            "points": " ".join(f"{x},{y}" for x, y in (at(n, value) for n, value in enumerate(values))),
            "goal": at(0, goal)[1] if goal else None,
            "end": at(len(values) - 1, values[-1]),
            "last": values[-1],
        }
        for number, (label, goal, values) in enumerate(series)
    ]
