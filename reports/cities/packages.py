"""The package: JSON with counts only, signed by a key that city and province share."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.models import CitySettings
from programs import figures

FORMAT = 1
LARGEST = 5 * 1024 * 1024
MOST_CELLS = 50_000


@dataclass(frozen=True)
class Package:
    """A package that was read and found right."""

    city: str
    year: int
    made: dt.datetime
    cells: list[list[Any]]
    programs: list[list[Any]]
    total: int
    reached: int


def make(year: int) -> bytes:
    """The package of this city for `year`, signed with `AGGREGATE_KEY`.

    Counts below five are left out, in the cells and in the list of programmes; totals are exact.

    Raises:
        ValidationError: no key is set, or no region is loaded.
    """
    city = CitySettings.load()
    if not settings.AGGREGATE_KEY:
        raise ValidationError(_("AGGREGATE_KEY is not set. Agree on a key with the province first."))
    if city is None:
        raise ValidationError(_("No region is loaded yet."))
    whole = figures.coverage(year)
    cells = _cells(year)
    money = figures.money_of_year(year)
    programs = []
    for each, share in figures.coverage_by_program(year):
        known = money.get(each.pk) or figures.Money(None, 0)
        cluster = each.program.cluster.code if each.program.cluster else ""
        part = None if figures.gives_away(share.part, share.total) else share.part
        row = [each.program.name, each.program.owner.name, cluster, _large(share.total), part]
        programs.append([*row, known.ceiling, known.spent])
    body = {
        "format": FORMAT,
        "city": city.home_region_id,
        "name": city.home_region.name,
        "year": year,
        "made": timezone.now().isoformat(timespec="seconds"),
        "total": whole.total,
        "reached": whole.part,
        "cells": cells,
        "programs": programs,
    }
    text = _canonical(body)
    return json.dumps({"body": body, "signature": _sign(text, settings.AGGREGATE_KEY)}, ensure_ascii=False).encode()


def _cells(year: int) -> list[list[Any]]:
    """Kelurahan, desil, households, reached; small counts left out, and what would give them away by subtraction."""
    found = sorted(figures.coverage_cells(year).found.items(), key=lambda row: (row[0][0], row[0][1] or 0))
    totals = figures.hide_small([total for _key, (total, _part) in found])
    parts = figures.hide_small([part for _key, (_total, part) in found])
    missing = figures.hide_small([total - part for _key, (total, part) in found])
    return [
        [code, desil, totals[n], None if None in (totals[n], missing[n]) else parts[n]]
        for n, ((code, desil), _counts) in enumerate(found)
    ]


def read(data: bytes) -> Package:
    """Check a package that a city sent.

    Raises:
        ValidationError: unreadable, of another format, of a city without a key here, or signed by somebody else.
    """
    if len(data) > LARGEST:
        raise ValidationError(_("The package is larger than %(mb)s MB.") % {"mb": LARGEST >> 20})
    try:
        outer = json.loads(data)
        body, signature = outer["body"], outer["signature"]
        city, year, form = str(body["city"]), int(body["year"]), body["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValidationError(_("This is no package of a city. Bring the file that the city exported.")) from error
    if form != FORMAT:
        raise ValidationError(_("This package is of another version. Ask the city to update and export again."))
    key = settings.AGGREGATE_KEYS.get(city)
    if not key:
        raise ValidationError(_("There is no key for %(city)s here. Add it to AGGREGATE_KEYS.") % {"city": city})
    if not hmac.compare_digest(_sign(_canonical(body), key), str(signature)):
        raise ValidationError(_("The signature is not that of %(city)s. The file was changed.") % {"city": city})
    return _checked(city, year, body)


def _checked(city: str, year: int, body: dict) -> Package:
    """The counts, each of the right kind: a signed package may still be wrong."""
    made = parse_datetime(str(body.get("made")))
    total, reached, cells, programs = (body.get(name) for name in ("total", "reached", "cells", "programs"))
    right = (
        made is not None
        and timezone.is_aware(made)
        and 2000 <= year <= 2100
        and _count(total)
        and _count(reached)
        and reached <= total
        and isinstance(cells, list)
        and len(cells) <= MOST_CELLS
        and all(_cell(row, city) for row in cells)
        and isinstance(programs, list)
        and len(programs) <= 1000
        and all(_program(row) for row in programs)
    )
    if not right:
        raise ValidationError(_("The counts in this package do not fit together. Ask the city to export it again."))
    return Package(city, year, made, cells, programs, total, reached)


def _cell(row, city: str) -> bool:
    if not (isinstance(row, list) and len(row) == 4 and isinstance(row[0], str) and row[0].startswith(f"{city}.")):
        return False
    desil, total, part = row[1:]
    small = (total is None or _count(total)) and (part is None or _count(part))
    return (
        small and (desil is None or (_count(desil) and 1 <= desil <= 10)) and (None in (total, part) or part <= total)
    )


def _program(row) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 7
        and all(isinstance(value, str) and len(value) <= 250 for value in row[:3])
        and all(value is None or _count(value) for value in row[3:])
    )


def _count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15


def _large(n: int) -> int | None:
    return None if 0 < n < figures.SMALL else n


def _canonical(body: dict) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sign(text: bytes, key: str) -> str:
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
