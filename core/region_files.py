"""Regions and their boundaries from files: any province, city or country list of Kemendagri codes.

A file is taken whole or not at all; every error names its row and what to do.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from core.choices import RegionLevel
from core.history import history
from core.models import Region
from core.names import parse_region_code
from core.parsed import squeeze

COLUMNS = ("code", "name", "level", "parent")
_LEVELS = {
    2: {RegionLevel.PROVINCE},
    5: {RegionLevel.REGENCY, RegionLevel.CITY},
    8: {RegionLevel.DISTRICT},
    13: {RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE},
}
_MAX_BYTES = 200 * 1024 * 1024


class UnreadableError(Exception):
    """The file is not what the command reads; the text is one line."""


class RefusedError(Exception):
    """The file can be read, but holds errors. `errors`: one line each, with the row; the text shows the first fifty."""

    def __init__(self, errors: list[str]):
        self.errors = errors
        rest = [f"… and {len(errors) - 50} more errors."] if len(errors) > 50 else []
        super().__init__("\n".join([*errors[:50], *rest, "Nothing was loaded."]))


class RegionRow(NamedTuple):
    """One line of a region list; codes dotted, parent "" for the top."""

    code: str
    name: str
    level: str
    parent: str


class Changes(NamedTuple):
    """How many rows came, changed and stayed as they were."""

    created: int
    updated: int
    unchanged: int


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UnreadableError(f"{path} is larger than {_MAX_BYTES // 1024 // 1024} MB; a list of regions is not.")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableError(f"{path} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path} is not UTF-8 text; save it as CSV UTF-8 (or GeoJSON) and try again.") from error


# --- the list ----------------------------------------------------------------------------------------------------


def read_regions(path: Path) -> list[RegionRow]:
    """Read a CSV with the columns code, name, level, parent (comma or semicolon).

    A missing parent is taken from the code. Raises UnreadableError, or RefusedError with every row at fault.
    """
    text = _text(path)
    first = text.splitlines()[0] if text else ""
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        lines = list(reader)
    except csv.Error as error:
        raise UnreadableError(f"{path} is no CSV: row {reader.line_num}: {error}.") from error
    header = [squeeze(cell).lower() for cell in lines[0]] if lines else []
    missing = [name for name in COLUMNS[:3] if name not in header]
    if missing:
        raise UnreadableError(
            f"{path} has no column {', '.join(missing)}: the first row must name the columns {','.join(COLUMNS)}."
        )
    at = {name: header.index(name) for name in COLUMNS if name in header}
    rows, errors, seen = [], [], {}
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        values = {name: squeeze(cells[i]) if i < len(cells) else "" for name, i in at.items()}
        row, wrong = _region_row(values)
        if row and row.code in seen:
            wrong = f"{row.code} stands in row {seen[row.code]} already: keep one of them."
        if wrong:
            errors.append(f"row {number}: {wrong}")
        if row:
            seen.setdefault(row.code, number)
            rows.append(row)
    known = set(Region.objects.filter(pk__in={r.parent for r in rows if r.parent}).values_list("pk", flat=True))
    for row in rows:
        if row.parent and row.parent not in seen and row.parent not in known:
            errors.append(
                f"row {seen[row.code]}: the parent {row.parent} of {row.code} is neither in the file nor loaded: add "
                "its row."
            )
    if errors:
        raise RefusedError(errors)
    if not rows:
        raise UnreadableError(f"{path} has no row below the header.")
    return rows


def _region_row(values: dict[str, str]) -> tuple[RegionRow | None, str]:
    """The row, None when it cannot be told which region it is, and what is wrong with it."""
    code = parse_region_code(values["code"])
    if not code:
        return None, f"“{values['code']}” is no region code: write it as 13.72.01.1001."
    level = values["level"].lower()
    parent = parse_region_code(values.get("parent", "")) if values.get("parent") else ""
    row = RegionRow(code, values["name"], level, parent or code.rpartition(".")[0])
    if len(code) == 2:
        row = row._replace(parent="")
    elif values.get("parent") == "" and "parent" in values:
        row = row._replace(parent="")  # the top of a file that begins below the province
    if not row.name:
        return row, f"{code} has no name."
    if len(row.name) > 120:
        return row, f"the name of {code} is longer than 120 letters."
    if level not in _LEVELS[len(code)]:
        wanted = " or ".join(sorted(_LEVELS[len(code)]))
        return row, f"the level of {code} is “{values['level']}”, by its code it must be {wanted}."
    if values.get("parent") and not parent:
        return row, f"the parent “{values['parent']}” of {code} is no region code."
    if row.parent and row.parent != code.rpartition(".")[0]:
        return row, f"the parent of {code} must be {code.rpartition('.')[0]}, not {row.parent}."
    return row, ""


def store_regions(rows: list[RegionRow], *, by=None) -> Changes:
    """Add the regions and bring names, levels and parents up to date; centres, BPS codes and boundaries stay."""
    with history(by=by, action="regions.load"), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH sheet AS (
              SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS s(code, name, level, parent)
            ), stored AS (
              INSERT INTO core_region AS r (code, name, level, parent_id, bps_code)
              SELECT code, name, level, nullif(parent, ''), '' FROM sheet
              ON CONFLICT (code) DO UPDATE
                SET name = excluded.name, level = excluded.level,
                    parent_id = coalesce(excluded.parent_id, r.parent_id)
                WHERE (r.name, r.level, r.parent_id)
                  IS DISTINCT FROM (excluded.name, excluded.level, coalesce(excluded.parent_id, r.parent_id))
              RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM stored
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
        created, updated = cursor.fetchone()
    return Changes(created, updated, len(rows) - created - updated)


# --- boundaries ----------------------------------------------------------------------------------------------------


class Boundary(NamedTuple):
    """The shape of one region: GeoJSON geometry, and its centre in degrees."""

    code: str
    geometry: dict
    lat: float
    lng: float


def read_boundaries(path: Path) -> list[Boundary]:
    """Read a GeoJSON FeatureCollection whose feature ids are region codes.

    The centre is taken from the properties `lat` and `lng`, else it is the centroid of the largest ring. Raises
    UnreadableError, or RefusedError with every feature at fault.
    """
    try:
        data = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{path} is no GeoJSON: {error}.") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        raise UnreadableError(f"{path} is no GeoJSON with features (a FeatureCollection).")
    shapes, errors, seen = [], [], set()
    known = set(Region.objects.values_list("pk", flat=True))
    for number, feature in enumerate(features, 1):
        try:
            shape = _boundary(feature)
            if shape.code not in known:
                raise ValueError(f"the region {shape.code} is not loaded: load it first (manage.py load_regions)")
            if shape.code in seen:
                raise ValueError(f"{shape.code} stands in the file twice")
            seen.add(shape.code)
            shapes.append(shape)
        except ValueError as error:
            errors.append(f"feature {number}: {error}.")
    if errors:
        raise RefusedError(errors)
    return shapes


def _boundary(feature: Any) -> Boundary:
    """The shape of a feature; ValueError says what is wrong."""
    if not isinstance(feature, dict):
        raise ValueError("is no feature")
    properties = feature.get("properties") if isinstance(feature.get("properties"), dict) else {}
    given = feature.get("id") or properties.get("code") or ""
    code = parse_region_code(str(given))
    if not code:
        raise ValueError(f"its id “{given}” is no region code; write it as 13.72.01.1001")
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"{code} has no Polygon or MultiPolygon")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    try:
        rings = [[(float(lng), float(lat)) for lng, lat, *_height in polygon[0]] for polygon in polygons]
    except (TypeError, ValueError, IndexError, KeyError):
        raise ValueError(f"the coordinates of {code} cannot be read") from None
    if not rings or any(len(ring) < 4 for ring in rings):
        raise ValueError(f"{code} has a ring of fewer than four points")
    if not all(-180 <= lng <= 180 and -90 <= lat <= 90 for ring in rings for lng, lat in ring):
        raise ValueError(f"the coordinates of {code} are not longitude and latitude in degrees (WGS 84)")
    lat, lng = properties.get("lat"), properties.get("lng")
    if not _is_centre(lat, 90) or not _is_centre(lng, 180):
        lng, lat = max((_centroid(ring) for ring in rings), key=lambda c: c[2])[:2]
    return Boundary(code, {"type": kind, "coordinates": coordinates}, round(lat, 6), round(lng, 6))


def _is_centre(value: Any, limit: int) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -limit <= value <= limit


def _centroid(ring: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Centre of gravity of a ring (longitude, latitude) and its area in square degrees."""
    area = lng = lat = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        lng += (x1 + x2) * cross
        lat += (y1 + y2) * cross
    if not area:
        return ring[0][0], ring[0][1], 0.0
    return lng / (3 * area), lat / (3 * area), abs(area) / 2


def store_boundaries(shapes: list[Boundary], *, by=None) -> Changes:
    """Keep shape and centre of each region."""
    with history(by=by, action="regions.load_boundaries"), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_region r SET boundary = s.boundary, lat = s.lat, lng = s.lng
            FROM unnest(%s::text[], %s::jsonb[], %s::numeric[], %s::numeric[]) AS s(code, boundary, lat, lng)
            WHERE r.code = s.code AND (r.boundary, r.lat, r.lng) IS DISTINCT FROM (s.boundary, s.lat, s.lng)
            """,
            [
                [shape.code for shape in shapes],
                [json.dumps(shape.geometry) for shape in shapes],
                [shape.lat for shape in shapes],
                [shape.lng for shape in shapes],
            ],
        )
        return Changes(0, cursor.rowcount, len(shapes) - cursor.rowcount)
