"""Which kelurahan a row lies in: by code, name or a likely misspelling, within the city and the person's area."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.choices import RegionLevel
from core.models import CitySettings, Region, RegionAlias
from core.names import RegionMatcher, RegionName
from core.parsed import cell_text, is_blank


class Regions:
    """The kelurahan a sheet may name.

    fixed: the kelurahan of every row, whatever the sheet says, or None; default: the one of rows that name none;
    prefixes: areas the person may import into (`""` = everywhere).
    """

    def __init__(self, *, fixed: str | None, default: str, prefixes: Sequence[str]):
        self.fixed, self.default, self._prefixes = fixed, default, tuple(prefixes)
        city = CitySettings.load()
        home = city.home_region_id if city else ""
        inside = list(Region.objects.in_area(home).only("code", "name", "level", "bps_code"))
        aliases = {}
        for alias, code in RegionAlias.objects.values_list("alias", "region_id"):
            aliases.setdefault(alias, code)
        villages = (RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE)
        self.names = {region.code: region.name for region in inside}
        self._villages = self._matcher([r for r in inside if r.level in villages], aliases)
        self._districts = self._matcher([r for r in inside if r.level == RegionLevel.DISTRICT], aliases)

    @staticmethod
    def _matcher(regions, aliases) -> RegionMatcher:
        codes = {region.code for region in regions}
        mine = {alias: code for alias, code in aliases.items() if code in codes}
        return RegionMatcher([RegionName(r.code, r.name, r.bps_code) for r in regions], mine)

    def may_import(self, code: str) -> bool:
        """Whether the kelurahan lies in the person's area."""
        return any(not p or code == p or code.startswith(f"{p}.") for p in self._prefixes)

    def reader(self, answer, issue, null: str) -> Callable:
        """A reader of (code, name, district) cells; `answer` and `issue` are the types of `cells`."""

        def read(cells):
            code_cell, name_cell, district_cell = cells
            if is_blank(code_cell) and is_blank(name_cell):
                return answer((self.default or null,))
            within = "" if is_blank(district_cell) else self._districts.match(district_cell).code
            tries = [(cell, place) for place, cell in ((0, code_cell), (1, name_cell)) if not is_blank(cell)]
            for cell, place in tries:
                match = self._villages.match(cell, within=within)
                if not match.code and within:
                    match = self._villages.match(cell)
                if match.code:
                    return self._found(match, cell, place, answer, issue, null)
            raw = cell_text(cell)[:60]
            if match.how == "ambiguous":
                names = ", ".join(self.names[code] for code in match.candidates)
                return answer((null,), (issue("error", "region_ambiguous", {"raw": raw, "names": names}, place),))
            return answer((null,), (issue("error", "region_unknown", {"raw": raw}, place),))

        return read

    def _found(self, match, cell, place, answer, issue, null):
        name = self.names[match.code]
        if not self.may_import(match.code):
            return answer((null,), (issue("error", "region_outside", {"name": name}, place),))
        if match.how == "fuzzy":
            return answer(
                (match.code,), (issue("note", "region_fuzzy", {"raw": cell_text(cell)[:60], "name": name}, place),)
            )
        return answer((match.code,))
