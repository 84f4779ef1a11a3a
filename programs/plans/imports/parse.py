"""Reading the rows of a plan sheet: one cell after the other; nothing here asks the database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from core.imports.findings import ERROR, NOTE
from core.parsed import cell_text, is_blank, says_nothing, squeeze
from core.rupiah import parse_integer, parse_rupiah
from programs.choices import Fund, Sponsor
from programs.forms.fields import MOST

# Most characters, as the columns of the plan hold them.
_TEXTS = {
    "code": 40,
    "name": 250,
    "program_name": 250,
    "activity_name": 250,
    "ours": 160,
    "indicator": 200,
    "unit": 40,
}
# 1.06.05 a programme, 1.06.05.2.02 an activity, 1.06.05.2.02.0003 a sub-activity (Kepmendagri 050-5889/2021).
_LEVELS = {1: "field", 2: "field", 3: "program", 5: "activity"}
_CODE = re.compile(r"\d{1,4}(?:[.\s]+\d{1,4})*\.?")
_TARGET = re.compile(r"\s*(\d[\d.,]*)\s*(.*)", re.DOTALL)
# A word of the source → sponsor and source; the first that is found counts.
_SOURCES = (
    ("baznas", Sponsor.SOCIETY, Fund.ZAKAT),
    ("zakat", Sponsor.SOCIETY, Fund.ZAKAT),
    ("csr", Sponsor.BUSINESS, Fund.CSR),
    ("tjsl", Sponsor.BUSINESS, Fund.CSR),
    ("swadaya", Sponsor.SOCIETY, Fund.SELF_HELP),
    ("provinsi", Sponsor.PROVINCE, Fund.APBD_PROVINCE),
    ("bankeu", Sponsor.PROVINCE, Fund.APBD_PROVINCE),
    ("dak", Sponsor.CENTRAL, Fund.DAK),
    ("dana alokasi khusus", Sponsor.CENTRAL, Fund.DAK),
    ("dbh", Sponsor.CENTRAL, Fund.DBH),
    ("bagi hasil", Sponsor.CENTRAL, Fund.DBH),
    ("apbn", Sponsor.CENTRAL, Fund.APBN),
    ("dau", Sponsor.CITY, Fund.APBD_CITY),
    ("dana alokasi umum", Sponsor.CITY, Fund.APBD_CITY),
    ("pad", Sponsor.CITY, Fund.APBD_CITY),
    ("pendapatan asli", Sponsor.CITY, Fund.APBD_CITY),
    ("apbd", Sponsor.CITY, Fund.APBD_CITY),
)


@dataclass
class Row:
    """One row as it was read. values: columns of staging; issues: (level, code, field, value, params)."""

    values: dict[str, Any] = field(default_factory=dict)
    issues: list[tuple[str, str, str, str, dict]] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether a cell of the row cannot be read and must be."""
        return any(level == ERROR for level, *_rest in self.issues)

    def say(self, level: str, code: str, key: str, cell="", **params) -> None:
        """Add an issue."""
        self.issues.append((level, code, key, cell_text(cell)[:60], params))


def read_row(cells: dict[str, Any]) -> Row | None:
    """One row of a sheet. `cells`: field → cell, for the fields that have a column. None: the row names nothing."""
    row = Row()
    for key, most in _TEXTS.items():
        text = squeeze(cell_text(cells.get(key, "")))
        if not text or (key not in ("name", "ours") and says_nothing(text)):
            continue
        if len(text) > most:
            row.say(NOTE, "text_cut", key, "", n=most)
        row.values[key] = text[:most].rstrip()
    code = row.values.get("code", "")
    if code:
        row.values["code"], row.values["level"] = code_and_level(code)
    if not any(row.values.get(key) for key in ("code", "name", "ours")):
        return None
    if row.values.get("level", "sub") != "sub":
        return row  # a heading: its money is the sum of what stands below
    _target(row, cells)
    _money(row, cells)
    return row


def code_and_level(text: str) -> tuple[str, str]:
    """A code with dots between its parts, and what it is a code of; an odd one stays as it is and counts as sub."""
    if not _CODE.fullmatch(text):
        return text, "sub"
    parts = re.split(r"[.\s]+", text.strip(". "))
    return ".".join(parts), _LEVELS.get(len(parts), "sub")


def _target(row: Row, cells: dict[str, Any]) -> None:
    cell = cells.get("target", "")
    if is_blank(cell) or says_nothing(cell_text(cell)):
        return
    if isinstance(cell, str) and (found := _TARGET.fullmatch(cell)) and found[2].strip():
        cell = found[1]  # "60 rumah": the unit stands beside the number
        row.values.setdefault("unit", squeeze(found[2])[: _TEXTS["unit"]])
    parsed = parse_integer(cell, low=0, high=MOST)
    if parsed.error:
        row.say(ERROR, parsed.error, "target", cell, **parsed.params)
    else:
        row.values["target"] = parsed.value


def _money(row: Row, cells: dict[str, Any]) -> None:
    cell = cells.get("ceiling", "")
    if not is_blank(cell):
        parsed = parse_rupiah(cell)
        if parsed.error:
            row.say(ERROR, parsed.error, "ceiling", cell, **parsed.params)
        elif parsed.value is not None:
            row.values["ceiling"] = parsed.value
    text = squeeze(cell_text(cells.get("source", "")))
    if text and not says_nothing(text):
        found = source_of(text)
        if found is None:
            row.say(ERROR, "source_unknown", "source", text, raw=text[:60])
        else:
            row.values["sponsor"], row.values["source"] = found
    elif row.values.get("ceiling"):
        row.values["sponsor"], row.values["source"] = str(Sponsor.CITY), str(Fund.APBD_CITY)
        row.say(NOTE, "source_assumed", "source")


def source_of(text: str) -> tuple[str, str] | None:
    """Sponsor and source that a text names, None when it names none or several."""
    words = text.casefold()
    hits = [(str(sponsor), str(fund)) for word, sponsor, fund in _SOURCES if re.search(rf"\b{word}\b", words)]
    if not hits:
        return None
    # "DAU/PAD" are both the city's; "Bantuan Keuangan APBD Provinsi" is the province's.
    return hits[0]
