"""What the start page shows: every figure from `programs.figures`, with the place it opens."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from core.kept import kept
from households.models import DataRelease
from programs import figures
from reports.scope import Scope


@dataclass(frozen=True)
class Cell:
    """A count and where it leads; `n` None = hidden because it is small."""

    n: int | None
    url: str = ""


@dataclass(frozen=True)
class CoverageRow:
    """One row of a coverage table: target group, reached, not reached, share of reached (0–1)."""

    key: str
    label: str
    total: Cell
    reached: Cell
    missing: Cell
    share: float | None
    shade: int = 0
    desil: int | None = None


def coverage_row(share: figures.Share, scope: Scope, *, hidden: bool = False, **more) -> CoverageRow:
    """A row of `share` as this reader may see it; `hidden`: too few households behind it."""
    if hidden:
        nothing = Cell(None)
        return CoverageRow(share.key, share.label, nothing, nothing, nothing, None, **more)
    return CoverageRow(
        share.key,
        share.label,
        Cell(share.total, scope.link(share.total_params)),
        Cell(share.part, scope.link(share.params)),
        Cell(share.missing, scope.link(share.missing_params)),
        share.share,
        **more,
    )


# Limits of the shades g0 … g5: share of the target group that is not reached.
SHADES = (0.10, 0.16, 0.20, 0.25, 0.30)


def shade(share: float | None) -> int:
    """Shade 0 to 5 of a share not reached (0–1)."""
    return 0 if share is None else sum(share >= limit for limit in SHADES)


def coverage_rows(shares: list[figures.Share], scope: Scope) -> list[CoverageRow]:
    """Rows of a breakdown; a row with a small cell is hidden whole, so that no difference gives it away."""
    keys = [s.key for s in shares]
    missing = scope.shown([s.missing for s in shares], keys)
    reached = scope.shown([s.part for s in shares], keys)
    return [
        coverage_row(
            s,
            scope,
            hidden=missing[i] is None or reached[i] is None,
            shade=shade(s.missing / s.total if s.total else None),
            desil=int(s.key) if s.key.isdigit() and len(s.key) <= 2 else None,
        )
        for i, s in enumerate(shares)
    ]


def _counted(year: int, area: str) -> dict:
    """What takes counting on the start page, in plain values; see `core.kept`."""
    money = figures.money_of_year(year)
    return {
        "cells": figures.coverage_cells(year, area).found,
        "twice": figures.twice_served(year, area),
        "before": figures.coverage(year - 1, area).share,
        "ceiling": sum(m.ceiling or 0 for m in money.values()),
        "spent": sum(m.spent for m in money.values()),
        "gaps": figures.data_gaps(area),
    }


def overview(scope: Scope) -> dict:
    """The figures of the start page for a scope: about a dozen queries, whatever the size of the city."""
    year, area = scope.year, scope.area
    counted = kept("start", year, area, count=lambda: _counted(year, area))
    cells = figures.Cells(counted["cells"])
    by_desil = figures.coverage_by_desil(year, area, cells=cells)
    poor = [s for s in by_desil if int(s.key) <= figures.poor_desil_max()]
    nothing = figures.nothing_recorded(year, area, cells=cells)
    twice, twice_params = counted["twice"]
    ceiling, spent = counted["ceiling"], counted["spent"]
    desil_rows = coverage_rows(poor, scope)
    desil1 = next((s for s in poor if s.key == "1"), None)
    if any(row.key == "1" and row.total.n is None for row in desil_rows):
        desil1 = None
    hidden = not scope.names and figures.gives_away(nothing.part, nothing.total)
    return {
        "nothing": nothing,
        "nothing_hidden": hidden,
        "nothing_url": scope.link(nothing.params),
        "target_url": scope.link(nothing.total_params),
        "reached_url": scope.link(nothing.missing_params),
        "reached": nothing.missing,
        "coverage": nothing.missing / nothing.total if nothing.total and not hidden else None,
        "coverage_before": counted["before"],
        "before_year": year - 1,
        "desil1": desil1,
        "desil1_url": scope.link(desil1.missing_params) if desil1 else "",
        "twice": scope.shown([twice])[0],
        "twice_url": scope.link(twice_params),
        "ceiling": ceiling,
        "spent": spent,
        "spent_share": spent / ceiling if ceiling else None,
        "desil_rows": desil_rows,
        "area_rows": coverage_rows(figures.coverage_by_area(year, area, cells=cells), scope),
        "lists": figures.lists_not_in(year),
        "gaps": _gaps(scope, counted["gaps"]),
        "data_date": data_date(),
    }


def _gaps(scope: Scope, found: list[tuple[str, int, dict]]) -> list[tuple[str, str, int | None, str]]:
    """(icon, what is missing, households, list) of the gaps there are."""
    words = {
        "kk": ("card-heading", _("Without a family card number")),
        "nik": ("person-vcard", _("A member without NIK")),
        "birth_date": ("calendar-x", _("A member without birth date")),
        "rt": ("signpost", _("Without RT or RW")),
        "desil": ("question-square", _("Without a desil")),
        "coordinates": ("geo-alt", _("Without coordinates")),
        "stale": ("clipboard-x", _("Not verified for 12 months")),
        "head": ("person-x", _("Without a head")),
    }
    counts = scope.shown([n for _gap, n, _params in found])
    return [(*words[gap], counts[i], scope.link(params)) for i, (gap, n, params) in enumerate(found) if n]


def data_date():
    """The newest date of ranked data, which figures of desil rest on."""
    return DataRelease.objects.aggregate(day=Max("effective"))["day"]
