"""From a brought list to the staging table: the chosen sheets, or pasted lines, read and brought in by COPY."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import RegionLevel
from core.imports import Progress
from core.imports.files import stored_path
from core.imports.findings import Finding, save
from core.imports.layout import Table, open_stored, tables
from core.imports.mending import LEFT_OUT as FIXED_OUT
from core.imports.mending import ROW, fixes
from core.models import CitySettings, ImportBatch, Region, RegionAlias
from core.names import RegionMatcher, RegionName
from core.sheets import SheetError
from households.derived import SEARCH_NAME
from programs.imports.parse import LEFT_OUT, Reading, Row, day_comes_first, pasted_lines, read_row

PASTED = "pasted"  # option of a batch whose file is pasted text, not a sheet
MOST_ROWS = 50_000
_COLUMNS = (
    "nik", "kk", "name", "birth_date", "region", "rw", "rt", "address", "amount", "goods", "date", "stage", "period",
    "decree_number", "decree_date", "note",
)  # fmt: skip
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " "})


def reading_for(*, households: bool, names_enough: bool = False) -> Reading:
    """What reading needs to know of the city. `households`, `names_enough`: as in `Reading`."""
    city = CitySettings.load()
    inside = list(Region.objects.in_area(city.home_region_id if city else "").only("code", "name", "level", "bps_code"))
    aliases: dict[str, str] = {}
    for alias, code in RegionAlias.objects.values_list("alias", "region_id"):
        aliases.setdefault(alias, code)

    def matcher(*levels) -> RegionMatcher:
        regions = [r for r in inside if r.level in levels]
        codes = {r.code for r in regions}
        mine = {alias: code for alias, code in aliases.items() if code in codes}
        return RegionMatcher([RegionName(r.code, r.name, r.bps_code) for r in regions], mine)

    return Reading(
        today=timezone.localdate(),
        villages=matcher(RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE),
        districts=matcher(RegionLevel.DISTRICT),
        names={r.code: r.name for r in inside},
        households=households,
        names_enough=names_enough,
    )


def stage(batch: ImportBatch, reading: Reading, progress: Progress) -> int:
    """Replace the staged rows of the batch by what its file holds; findings of single cells are kept.

    Returns the number of rows. Raises SheetError when the file cannot be read, names nobody or is too long.
    """
    findings: list[Finding] = []
    lines = _Lines(batch, findings)
    if batch.options.get(PASTED):
        _read_pasted(batch, reading, lines)
    else:
        _read_sheets(batch, reading, lines, progress)
    if not lines.count:
        raise SheetError("empty")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM programs_recipientrow WHERE batch_id = %s", [batch.pk])
        cursor.cursor.copy_expert(
            "COPY programs_recipientrow (batch_id, n, sheet, row, bad, unpaid, elsewhere, stale, applied, "
            f"{', '.join(_COLUMNS)}) FROM STDIN",
            io.StringIO("".join(lines.texts)),
        )
        cursor.execute(
            f"UPDATE programs_recipientrow SET name_sort = {SEARCH_NAME.format(name='name')} "
            "WHERE batch_id = %s AND name IS NOT NULL",
            [batch.pk],
        )
        # Without fresh statistics the joins of the checks would be planned for a handful of rows.
        cursor.execute("ANALYZE programs_recipientrow")
    save(batch, findings)
    return lines.count


def drop(batch: ImportBatch) -> None:
    """Forget the staged rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM programs_recipientrow WHERE batch_id = %s", [batch.pk])


class _Lines:
    """Rows on their way into the table, as lines for COPY."""

    def __init__(self, batch: ImportBatch, findings: list[Finding]):
        self.batch, self.findings = batch, findings
        self.texts: list[str] = []
        self.count = 0

    def add(self, row: Row, *, sheet: int, number: int, name: str, titles: dict[str, str]) -> None:
        """Keep one row. `sheet`: its index in the layout, `name`: its name; `titles`: field → header."""
        n = self.count
        if n >= MOST_ROWS:
            raise SheetError("too_many_rows", limit=MOST_ROWS)
        self.count += 1
        flags = f"{'t' if row.bad else 'f'}\t{'t' if row.values.get('unpaid') else 'f'}\tf\tf\tf"
        values = "\t".join(_copied(row.values.get(key)) for key in _COLUMNS)
        self.texts.append(f"{self.batch.pk}\t{n}\t{sheet}\t{number}\t{flags}\t{values}\n")
        for issue in row.issues:
            column = titles.get(issue.field, "")
            self.findings.append(
                Finding(issue.level, issue.code, name, number, column, issue.field, issue.value, issue.params, n)
            )


def _copied(value: Any) -> str:
    if value is None or value == "":
        return "\\N"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def _read_pasted(batch: ImportBatch, reading: Reading, lines: _Lines) -> None:
    text = stored_path(batch).read_text(encoding="utf-8", errors="replace")
    for number, cells in pasted_lines(text):
        row = read_row(cells, reading) or Row()
        if not row.values and not row.issues:
            row.say("error", "nobody_named", "nik")
        lines.add(row, sheet=0, number=number, name="", titles={})


def _read_sheets(batch: ImportBatch, reading: Reading, lines: _Lines, progress: Progress) -> None:
    mended = fixes(batch)
    progress(0, 0, _("Opening the file"))
    with open_stored(batch) as book:
        for table in tables(batch, book):
            own = _for_sheet(reading, table, book.date1904)
            titles = {key: table.title(key) for key in table.about["mapping"]}
            name = table.about["name"]
            for number, cells in _rows(table, mended):
                row = read_row(cells, own)
                if row is not None:
                    lines.add(row, sheet=table.index, number=number, name=name, titles=titles)
                if lines.count % 5000 == 0:
                    progress(lines.count, table.about["filled"], _("Reading rows"))


def _for_sheet(reading: Reading, table: Table, date1904: bool) -> Reading:
    """How this sheet means its dates."""
    indexes = [table.mapping.index(key) for key in ("birth_date", "date", "decree_date")]
    sample = [
        cells[index]
        for _number, cells in table.sheet.head(2_000)
        for index in indexes
        if index is not None and index < len(cells)
    ]
    return Reading(**{**reading.__dict__, "day_first": day_comes_first(sample), "date1904": date1904})


def _rows(table: Table, mended: dict) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, field → cell) of a sheet's rows, with what a person mended in the page."""
    columns = list(table.about["mapping"].items())
    name = table.about["name"]
    for number, cells in table.rows():
        fixed = mended.get((name, number), {})
        if ROW in fixed:
            continue
        found = {key: cells[index] if index < len(cells) else "" for key, index in columns}
        for key, value in fixed.items():
            found[key] = LEFT_OUT if value is FIXED_OUT else value
        yield number, found


def insert_findings(batch: ImportBatch, found: Iterable[tuple], *, level: str, code: str, stage: str = "rules") -> None:
    """Keep what the rules found: (n, field, value, params) for each row; sheet and row number are looked up."""
    places = _places(batch)
    sheets = [about["name"] for about in batch.layout.get("sheets", [])] or [""]
    save(
        batch,
        (
            Finding(level, code, sheets[places[n][0]], places[n][1], "", field, value or "", params, n)
            for n, field, value, params in found
        ),
        stage,
    )


def _places(batch: ImportBatch) -> dict[int, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, sheet, row FROM programs_recipientrow WHERE batch_id = %s", [batch.pk])
        return {n: (sheet, row) for n, sheet, row in cursor.fetchall()}
