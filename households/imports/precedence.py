"""Which source may overwrite which field: ranks by group of fields; an equal or higher rank overwrites.

A city keeps its own numbers in `CitySettings.import_precedence` ({group: {source: rank}}); what is missing there comes
from here. A lower rank still fills empty fields, and what it would change is shown and held back.
"""

from __future__ import annotations

from core.models import CitySettings
from households.choices import Source

GROUPS = ("identity", "address", "person", "housing")

# Lists made of other lists (P3KE, DTKS) rank lowest; the registry knows who people are, not how they live.
DEFAULT = {
    "identity": {"siak": 3, "verval": 3, "local": 3, "opensid": 3, "dtsen": 2, "regsosek": 2, "p3ke": 1, "dtks": 1},
    "address": {"verval": 3, "local": 3, "opensid": 3, "siak": 3, "dtsen": 2, "regsosek": 2, "p3ke": 1, "dtks": 1},
    "person": {"verval": 3, "local": 3, "opensid": 3, "siak": 3, "dtsen": 3, "regsosek": 3, "p3ke": 1, "dtks": 1},
    "housing": {"verval": 3, "local": 3, "dtsen": 3, "regsosek": 3, "opensid": 2, "siak": 2, "p3ke": 1, "dtks": 1},
}


def may_overwrite(source: str) -> dict[str, list[str]]:
    """Group of fields → the sources whose values a sheet of `source` may overwrite there."""
    city = CitySettings.load()
    own = city.import_precedence if city else {}
    result = {}
    for group in GROUPS:
        ranks = {**DEFAULT[group], **own.get(group, {})}
        mine = ranks.get(source, 1)
        result[group] = [each for each in Source.values if ranks.get(each, 1) <= mine]
    return result
