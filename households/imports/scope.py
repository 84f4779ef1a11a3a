"""What judging needs to know of a batch besides its staged rows: columns, sheets, areas, precedence, date."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.imports.layout import taken_sheets
from core.models import ImportBatch
from core.roles import Perm, access
from households.imports.precedence import may_overwrite

# Staged columns that findings of the rules name by the sheet's own header.
_TITLED = ("kk", "nik", "name", "relation", "birth_date", "sex", "address", "region", "status", "ext_id")


@dataclass
class Judged:
    """What the rules need to know of the batch, besides its staged rows.

    columns: columns of staging the sheets fill; sheets: names by index; titles: field → header by sheet index;
    prefixes: areas the person may import into; household_sheets: indexes of sheets with one row a family;
    lookup: the sheet only adds a fact to families we know; date: of the data, ISO; source: of the data.
    """

    batch_id: int
    columns: frozenset[str]
    sheets: list[str]
    titles: dict[str, list[str]]
    prefixes: list[str]
    household_sheets: list[int]
    lookup: bool
    date: str
    source: str
    may: dict[str, list[str]] = field(default_factory=dict)
    region: str | None = None  # of families whose rows name none
    overwrite: list[int] = field(default_factory=list)  # households whose newer data a person chose to overwrite

    @property
    def params(self) -> dict:
        """Named parameters of all statements."""
        titles = {f"title_{key}": self.titles.get(key, [""] * len(self.sheets)) for key in _TITLED}
        return {
            "batch": self.batch_id,
            "sheets": self.sheets,
            "prefixes": self.prefixes,
            "household_sheets": self.household_sheets,
            "date": self.date,
            "source": self.source,
            "overwrite": self.overwrite,
            **{f"may_{group}": sources for group, sources in self.may.items()},
            **titles,
        }

    def outside(self, region: str) -> str:
        """SQL: the region lies outside the areas of the person."""
        if "" in self.prefixes:
            return "false"
        return f"NOT EXISTS (SELECT FROM unnest(%(prefixes)s::text[]) p WHERE {region} = p OR {region} LIKE p || '.%%')"


def areas_of(user) -> list[str]:
    """Areas a person may import into, as code prefixes; the system everywhere."""
    return [""] if user is None else access(user).region_prefixes(Perm.IMPORT_HOUSEHOLDS)


def titles_of(about: dict) -> dict[str, str]:
    """Field → header of its column, for one sheet of `batch.layout`."""
    texts = {index: text for index, text, _parts in about["titles"]}
    return {key: texts.get(index, "") for key, index in about["mapping"].items()}


def judged(batch: ImportBatch) -> Judged:
    """What the rules need to know of a batch whose rows are staged."""
    counts, sheets = batch.counts, batch.layout["sheets"]
    titles: dict[str, list[str]] = {}
    for index, about in taken_sheets(batch):
        found = titles_of(about)
        # Some staged columns are read from other fields of the sheet.
        found |= {"birth_date": found.get("birth_date") or found.get("birth", "")}
        found |= {"name": found.get("name") or found.get("head_name", "")}
        found |= {"ext_id": found.get("p3ke_id") or found.get("dtks_id", "")}
        for key, text in found.items():
            titles.setdefault(key, [""] * len(sheets))[index] = text
    columns = set(counts["columns"])
    fixed = batch.area if batch.area and not batch.options.get("area_is_default") and not counts["lookup"] else None
    return Judged(
        batch_id=batch.pk,
        columns=frozenset(columns | {"region"} if fixed else columns),
        sheets=[about["name"] for about in sheets],
        titles=titles,
        prefixes=areas_of(batch.by),
        household_sheets=counts["household_sheets"],
        lookup=counts["lookup"],
        date=batch.effective.isoformat(),
        source=batch.source,
        may=may_overwrite(batch.source),
        region=batch.area or None,
        overwrite=batch.options.get("overwrite", []),
    )
