"""Outlines of areas in the plane of a picture: loaded boundaries, else cells around the centres, marked as a scheme.

Coordinates come in degrees (WGS 84) and leave in units of the picture, y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.models import Region

Point = tuple[float, float]
Ring = list[Point]

WIDTH = 720.0
MARGIN = 0.25  # share of the extent that a scheme reaches beyond its outermost centres
NEAR = 18  # units: names closer than this, one below the other, would touch
_CHARACTER = 8.2  # width of a letter of a label in units


@dataclass
class Shape:
    """One area: rings of its outline, and where its name stands."""

    code: str
    name: str
    rings: list[Ring]
    label: Point
    fits: bool = True  # the name has room inside
    number: int = 0  # stands in the place of a name that would lie on another one

    @property
    def x(self) -> str:
        """Where the name stands, across."""
        return f"{self.label[0]:.1f}"

    @property
    def y(self) -> str:
        """Where the name stands, down; the middle of its letters."""
        return f"{self.label[1] + 5:.1f}"

    @property
    def path(self) -> str:
        """The outline as SVG path data."""
        return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in self.rings if ring)


@dataclass
class Sheet:
    """A drawn set of areas. `scheme`: the outlines are cells around centres, no boundaries."""

    shapes: list[Shape] = field(default_factory=list)
    width: float = WIDTH
    height: float = WIDTH
    scheme: bool = False
    place: Projection | None = None

    @property
    def box(self) -> str:
        """The `viewBox` of the picture."""
        return f"-6 -6 {self.width + 12:.0f} {self.height + 12:.0f}"


class Projection:
    """Degrees to units: equirectangular at the middle of the extent, which is true enough for a city or a province."""

    def __init__(self, points: Iterable[Point], width: float = WIDTH):
        lngs, lats = zip(*points, strict=True)
        self.west, self.north = min(lngs), max(lats)
        self.squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
        across = max((max(lngs) - self.west) * self.squeeze, 1e-6)
        down = max(self.north - min(lats), 1e-6)
        self.scale = width / max(across, down * 0.9)
        self.width, self.height = across * self.scale, down * self.scale

    def __call__(self, point: Point) -> Point:
        lng, lat = point
        return (lng - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale


def draw(regions: Iterable[Region]) -> Sheet:
    """The areas side by side, from their boundaries when every one has its own, else as a scheme around the centres.

    Args:
        regions: areas of one level; those without boundary and centre are left out.
    """
    regions = list(regions)
    if regions and all(region.boundary for region in regions):
        return _bounded(regions)
    return _scheme([region for region in regions if region.lat is not None and region.lng is not None])


def _bounded(regions: list[Region]) -> Sheet:
    outlines = {region.code: _outer_rings(region.boundary) for region in regions}
    place = Projection(point for rings in outlines.values() for ring in rings for point in ring)
    shapes = [
        _shape(region, [[place(point) for point in ring] for ring in outlines[region.code]]) for region in regions
    ]
    return Sheet(_apart(shapes), place.width, place.height, place=place)


def _outer_rings(geometry: dict) -> list[Ring]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[(float(point[0]), float(point[1])) for point in polygon[0]] for polygon in polygons]


def _scheme(regions: list[Region]) -> Sheet:
    if not regions:
        return Sheet(scheme=True)
    centres = {region.code: (float(region.lng), float(region.lat)) for region in regions}
    lngs, lats = zip(*centres.values(), strict=True)
    reach = max(max(lngs) - min(lngs), max(lats) - min(lats), 0.01) * MARGIN
    corners = [(min(lngs) - reach, min(lats) - reach), (max(lngs) + reach, max(lats) + reach)]
    place = Projection(corners)
    points = {code: place(centre) for code, centre in centres.items()}
    frame = _rounded_frame(place.width, place.height)
    shapes = [_shape(region, [cell(points[region.code], points.values(), frame)]) for region in regions]
    return Sheet(_apart(shapes), place.width, place.height, scheme=True, place=place)


def _rounded_frame(width: float, height: float) -> Ring:
    """An ellipse-like frame: says by its form that it is no boundary."""
    steps = 48
    return [
        (
            width / 2 * (1 + _root(math.cos(2 * math.pi * n / steps))),
            height / 2 * (1 + _root(math.sin(2 * math.pi * n / steps))),
        )
        for n in range(steps)
    ]


def _root(value: float) -> float:
    return math.copysign(abs(value) ** 0.5, value)


def cell(own: Point, points: Iterable[Point], frame: Ring) -> Ring:
    """The part of `frame` that lies nearer to `own` than to any other of `points` (a Voronoi cell)."""
    ring = list(frame)
    for other in points:
        if other == own or not ring:
            continue
        middle = ((own[0] + other[0]) / 2, (own[1] + other[1]) / 2)
        across = (other[0] - own[0], other[1] - own[1])
        ring = _half(ring, middle, across)
    return ring


def _half(ring: Ring, middle: Point, across: Point) -> Ring:
    """The part of a convex ring on the near side of the line through `middle` that stands upright on `across`."""

    def side(point: Point) -> float:
        return (point[0] - middle[0]) * across[0] + (point[1] - middle[1]) * across[1]

    kept: Ring = []
    for before, here in zip([ring[-1], *ring[:-1]], ring, strict=True):
        a, b = side(before), side(here)
        if (a > 0) != (b > 0):
            share = a / (a - b)
            kept.append((before[0] + (here[0] - before[0]) * share, before[1] + (here[1] - before[1]) * share))
        if b <= 0:
            kept.append(here)
    return kept


def area_of(ring: Ring) -> float:
    """Signed area of a ring (shoelace)."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], *ring[:1]], strict=True)) / 2


def _shape(region: Region, rings: list[Ring]) -> Shape:
    largest = max(rings, key=lambda ring: abs(area_of(ring)), default=[])
    label = _middle(largest)
    width = max((x for x, _y in largest), default=0) - min((x for x, _y in largest), default=0)
    return Shape(region.code, region.name, rings, label, fits=len(region.name) * _CHARACTER < width)


def _middle(ring: Ring) -> Point:
    """Centre of gravity; of a ring without area the mean of its points."""
    whole = area_of(ring)
    if abs(whole) < 1e-9:
        return (sum(x for x, _y in ring) / len(ring), sum(y for _x, y in ring) / len(ring)) if ring else (0.0, 0.0)
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        part = x1 * y2 - x2 * y1
        x += (x1 + x2) * part
        y += (y1 + y2) * part
    return x / (6 * whole), y / (6 * whole)


def _apart(shapes: list[Shape]) -> list[Shape]:
    """Give a number to areas whose name has no room and would lie on another name; names with room come first."""
    placed: list[Shape] = []
    for shape in sorted(shapes, key=lambda s: (not s.fits, s.code)):
        if not shape.fits and any(_touch(shape, other) for other in placed):
            shape.number = 1 + sum(bool(other.number) for other in placed)
        placed.append(shape)
    return shapes


def _touch(one: Shape, other: Shape) -> bool:
    letters = sum(len(shape.name) if not shape.number else 2 for shape in (one, other))
    across = abs(one.label[0] - other.label[0]) < letters * _CHARACTER / 2
    return across and abs(one.label[1] - other.label[1]) < NEAR
