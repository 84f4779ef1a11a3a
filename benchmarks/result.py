"""One measured figure, and how the table of them reads."""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """`ratio`: to what is `compared` in the same run; `reached` None: information without a goal."""

    name: str
    measured: str
    compared: str
    ratio: float | None
    goal: str
    reached: bool | None


def table(results: list[Result]) -> str:
    """The results as aligned text."""
    rows = [("bench", "measured", "against", "ratio", "goal", "")]
    for r in results:
        ratio = "" if r.ratio is None else f"{r.ratio:.1f}"
        rows.append(
            (r.name, r.measured, r.compared, ratio, r.goal, {True: "reached", False: "NOT reached"}.get(r.reached, ""))
        )
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
