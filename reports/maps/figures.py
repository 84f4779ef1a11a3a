"""The figures that a map can show, each from `programs.figures`: value per area, its unit, the list it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from programs import figures


@dataclass(frozen=True)
class Value:
    """One area's value. `n`: households behind it (of them `total`); `params`: the list that shows them."""

    value: float | None
    n: int
    total: int
    params: dict


@dataclass(frozen=True)
class MapFigure:
    """A figure by area. `percent`: the value is a share 0–1; `count(year, area)` → area code → Value."""

    key: str
    label: Any
    about: Any
    percent: bool
    count: Callable[[int, str], dict[str, Value]]


def _missing(year: int, area: str) -> dict[str, Value]:
    return {
        s.key: Value(s.missing / s.total if s.total else None, s.missing, s.total, s.missing_params)
        for s in figures.coverage_by_area(year, area)
    }


def _missing_households(year: int, area: str) -> dict[str, Value]:
    return {
        s.key: Value(float(s.missing), s.missing, s.total, s.missing_params)
        for s in figures.coverage_by_area(year, area)
    }


def _target(year: int, area: str) -> dict[str, Value]:
    return {
        s.key: Value(float(s.total), s.total, s.total, s.total_params) for s in figures.coverage_by_area(year, area)
    }


def _poorest(year: int, area: str) -> dict[str, Value]:
    """Households of desil 1 that nothing reached, among those of desil 1."""
    cells = figures.coverage_cells(year, area)
    found = {}
    for code, total, part in cells.by(lambda code, desil: code if desil == 1 else None):
        params = {"status": "active", "area": code, "desil_from": 1, "desil_to": 1, "year": year, "aid": "none"}
        found[code] = Value((total - part) / total if total else None, total - part, total, params)
    return found


FIGURES = {
    figure.key: figure
    for figure in (
        MapFigure(
            "missing",
            _("Not reached, share"),
            _("Share of the target group (desil 1–4, status active) that nothing handed over in the year reached."),
            True,
            _missing,
        ),
        MapFigure(
            "missing-households",
            _("Not reached, households"),
            _("Households of the target group that nothing handed over in the year reached."),
            False,
            _missing_households,
        ),
        MapFigure(
            "poorest",
            _("Desil 1 not reached, share"),
            _("Share of the households of desil 1 that nothing handed over in the year reached."),
            True,
            _poorest,
        ),
        MapFigure(
            "target",
            _("Target group, households"),
            _("Households of desil 1–4 with status active."),
            False,
            _target,
        ),
    )
}
