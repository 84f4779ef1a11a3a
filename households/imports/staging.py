"""From the stored file to the staging table: cells read, rows put into families, all of it brought in by COPY."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import Finding
from core.imports.layout import Table, open_stored, tables
from core.imports.mending import ROW, fixes
from core.models import ImportBatch
from core.parsed import cell_text
from households.derived import SEARCH_NAME
from households.imports.cells import NULL, Context, Issue, LeftOut, day_comes_first, readers_of
from households.imports.codes import load_answers
from households.imports.families import HEAD_CODE, Rows, group_rows, looks_kk_once
from households.imports.fields import LOOKUP_FIELDS, SENSITIVE
from households.imports.profiles import profile_of
from households.imports.regions import Regions

BLOCK = 4_000  # rows turned into columns at once
_KEYS = ("kk", "nik", "name", "ext_id", "kk_raw")


@dataclass
class Staged:
    """What was read, before it goes to the database: one list of COPY texts per column of staging."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    sheet: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    member: list[str] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    findings: list[tuple[int, Finding]] = field(default_factory=list)  # with the index of the row
    fields: set[str] = field(default_factory=set)
    blank: int = 0  # rows that name nobody

    def __len__(self):
        return len(self.row)

    def column(self, name: str) -> list[str]:
        """A column, filled up with nothing for the rows of sheets that do not have it."""
        values = self.columns.setdefault(name, [])
        if len(values) < len(self.row):
            values.extend([NULL] * (len(self.row) - len(values)))
        return values


def stage(batch: ImportBatch, regions: Regions, progress: Progress) -> Staged:
    """Read the chosen sheets of the stored file into memory. Raises SheetError."""
    staged = Staged()
    profile = profile_of(batch.options.get("profile", ""))
    answers = load_answers(profile.codes)
    mended = fixes(batch)
    without = frozenset() if batch.options.get("health", True) else SENSITIVE
    progress(0, 0, _("Opening the file"))
    with open_stored(batch) as book:
        for table in tables(batch, book):
            context = Context(timezone.localdate(), profile, answers, regions, book.date1904)
            _TableReader(table, context, staged, mended, without).read(progress)
    return staged


class _TableReader:
    """Reads one table into `staged`."""

    def __init__(self, table: Table, context: Context, staged: Staged, mended: dict, without: frozenset[str]):
        self.table, self.staged, self.mended = table, staged, mended
        self.name = table.about["name"]
        self.mapping = {key: index for key, index in table.about["mapping"].items() if key not in without}
        self.titles = {cell.index: cell.text for cell in table.header.columns}
        dates = [index for key, index in self.mapping.items() if key == "birth_date"]
        if dates:
            sample = (cells[dates[0]] for _number, cells in table.sheet.head(2_000) if dates[0] < len(cells))
            context = Context(**{**context.__dict__, "day_first": day_comes_first(sample)})
        self.layout = readers_of(self.mapping, self.titles, context)
        staged.fields |= self.layout.fields
        mine = {row: fields for (sheet, row), fields in mended.items() if sheet == self.name}
        self.passed_over = {row for row, fields in mine.items() if ROW in fields}
        self.fixed_rows = mine.keys() - self.passed_over

    def read(self, progress: Progress) -> None:
        total = self.table.about["filled"]
        numbers, block, done = [], [], 0
        for number, cells in self.table.rows():
            if number in self.passed_over:
                continue
            numbers.append(number)
            block.append(self._mend(number, cells) if number in self.fixed_rows else cells)
            if len(block) == BLOCK:
                self._take(numbers, block)
                done += BLOCK
                progress(done, total, _("Reading rows"))
                numbers, block = [], []
        if block:
            self._take(numbers, block)
        self._error_cells()

    def _mend(self, number: int, cells: list) -> list:
        cells = list(cells)
        for key, value in self.mended[self.name, number].items():
            index = self.mapping.get(key)
            if index is None:
                continue
            cells.extend([""] * (index + 1 - len(cells)))
            cells[index] = LeftOut(cell_text(cells[index])[:60]) if value is None else value
        return cells

    def _take(self, numbers: list[int], block: list[list]) -> None:
        """Read a block of rows, column by column, and append it to what was staged."""
        blank = self.layout.blank
        rows = [
            [*cells, *[""] * (blank + 1 - len(cells))] if len(cells) <= blank else [*cells[:blank], ""]
            for cells in block
        ]
        columns = list(zip(*rows, strict=True))
        read: dict[str, list[str]] = {}
        issues: dict[int, list[tuple]] = defaultdict(list)
        for reader in self.layout.readers:
            cells, values = reader.column(columns)
            read.update(zip(reader.outputs, values, strict=True))
            if reader.issues:
                for i, cell in enumerate(cells):
                    if cell in reader.issues:
                        issues[i] += [(reader, issue, cell) for issue in reader.issues[cell]]
        self._relations(read, rows)
        self._append(numbers, read, issues, columns)

    def _relations(self, read: dict[str, list[str]], rows: list[list]) -> None:
        """The head where the sheet does not say it in words: the one named by a family's row."""
        count = len(rows)
        if self.layout.household_sheet and "relation" not in read:
            named = read.get("name", [])
            read["relation"] = [HEAD_CODE if name != NULL else NULL for name in named] or [NULL] * count
        elif "head_name" in read and "relation" not in read and "name" in read:
            heads = zip(read["name"], read["head_name"], strict=True)
            read["relation"] = [
                HEAD_CODE if name != NULL and name.casefold() == head.casefold() else NULL for name, head in heads
            ]
        read.pop("head_name", None)
        if "relation" in read and "sex" in read and "3" in read["relation"]:
            # "Istri/suami" is one answer of some questionnaires; a man is the husband.
            read["relation"] = [
                "2" if relation == "3" and sex == "M" else relation
                for relation, sex in zip(read["relation"], read["sex"], strict=True)
            ]

    def _append(self, numbers, read, issues, columns) -> None:
        staged = self.staged
        keys = [read[key] for key in _KEYS if key in read]
        named = [any(value != NULL for value in values) for values in zip(*keys, strict=True)] if keys else []
        named = named or [False] * len(numbers)
        if not all(named):
            staged.blank += named.count(False)
            kept = [i for i, yes in enumerate(named) if yes]
            read = {name: [values[i] for i in kept] for name, values in read.items()}
            place = {old: new for new, old in enumerate(kept)}
            issues = {place[i]: found for i, found in issues.items() if i in place}
            numbers = [numbers[i] for i in kept]
        base = len(staged)
        people = [read[key] for key in ("name", "nik") if key in read]
        if "nik" in read and "nik_note" in read:
            people.append(read["nik_note"])
        for name in {*staged.columns, *read}:
            staged.column(name)  # even up before the rows are counted
        staged.sheet.extend([self.table.index] * len(numbers))
        staged.row.extend(numbers)
        for name, values in read.items():
            staged.columns[name].extend(values)
        if people:
            staged.member.extend("t" if any(v != NULL for v in values) else "f" for values in zip(*people, strict=True))
        else:
            staged.member.extend("f" * len(numbers))
        for i, found in sorted(issues.items()):
            for reader, issue, cell in found:
                staged.findings.append((base + i, self._finding(numbers[i], reader, issue, cell)))
                if issue.level == "error":
                    staged.bad.add(base + i)

    def _finding(self, number: int, reader, issue: Issue, cell) -> Finding:
        key, index = reader.fields[issue.place], reader.indexes[issue.place]
        value = cell[issue.place] if len(reader.indexes) > 1 else cell
        text = value.raw if type(value) is LeftOut else cell_text(value)
        return Finding(issue.level, issue.code, self.name, number, self.titles.get(index, ""), key, text, issue.params)

    def _error_cells(self) -> None:
        """Cells with an error of Excel: the reader gives them as blanks."""
        if not self.table.sheet.error_cells:
            return
        fields = {index: key for key, index in self.mapping.items()}
        at = {
            row: n
            for n, (sheet, row) in enumerate(zip(self.staged.sheet, self.staged.row, strict=True))
            if sheet == self.table.index
        }
        for row, index, text in self.table.sheet.error_cells:
            if index in fields and row in at:
                finding = Finding(
                    "warning",
                    "error_cell",
                    self.name,
                    row,
                    self.titles.get(index, ""),
                    fields[index],
                    text,
                    {"raw": text},
                )
                self.staged.findings.append((at[row], finding))


def is_lookup(fields: set[str]) -> bool:
    """Whether a sheet only adds a fact to families we know: it holds too little to make new ones."""
    return not fields - LOOKUP_FIELDS and "relation" not in fields


def put_into_families(staged: Staged, *, kk_once: bool, titles: dict[int, dict[str, str]]) -> list[int]:
    """Family number of each staged row; errors that only neighbours show are added to the findings.

    titles: sheet index → {"name": sheet name, "kk": header of the KK}.
    """
    rows = Rows(
        staged.column("kk"),
        staged.column("kk_raw"),
        staged.column("ext_id"),
        staged.column("relation"),
        list(zip(staged.column("address"), staged.column("rt"), staged.column("rw"), strict=True)),
        staged.sheet,
    )
    families, issues = group_rows(rows, kk_once=kk_once or looks_kk_once(rows))
    for issue in issues:
        about = titles[staged.sheet[issue.n]]
        staged.findings.append(
            (issue.n, Finding("error", issue.code, about["name"], staged.row[issue.n], about.get("kk", ""), "kk"))
        )
        staged.bad.add(issue.n)
    return families


def copy_rows(batch: ImportBatch, staged: Staged, families: list[int], progress: Progress) -> None:
    """Replace the staged rows of the batch."""
    names = [name for name in staged.columns if any(value != NULL for value in staged.columns[name])]
    lists = [staged.column(name) for name in names]
    key, bad = str(batch.pk), staged.bad
    if "name" in staged.columns:
        names.append("name_sort")
        lists.append([_plain_sort(name) for name in staged.columns["name"]])
    with connection.cursor() as cursor:
        # Families of a former check go too: its numbers may not be those of the rows as they are read now.
        cursor.execute("DELETE FROM households_importrow WHERE batch_id = %s", [batch.pk])
        cursor.execute("DELETE FROM households_importfamily WHERE batch_id = %s", [batch.pk])
        sql = (
            "COPY households_importrow (batch_id, n, sheet, row, family, is_member, bad"
            + "".join(f", {name}" for name in names)
            + ") FROM STDIN"
        )
        lines = _lines(key, staged, families, bad, lists)
        cursor.cursor.copy_expert(sql, _Pipe(lines), size=1 << 18)
        # Names with accents or signs are left to the one expression that the columns of members use too.
        cursor.execute(
            f"UPDATE households_importrow SET name_sort = {SEARCH_NAME.format(name='name')} "
            "WHERE batch_id = %s AND name IS NOT NULL AND name_sort IS NULL",
            [batch.pk],
        )
        # Without fresh statistics the joins of the checks would be planned for a handful of rows.
        cursor.execute("ANALYZE households_importrow (batch_id, n, family, kk, nik, name_sort)")


def _plain_sort(name: str) -> str:
    """The sortable form of a name of plain letters and single spaces; others are made by the database."""
    return name.lower() if name.isascii() and name.replace(" ", "").isalnum() else NULL


def _lines(key: str, staged: Staged, families, bad: set[int], lists) -> Iterator[str]:
    head = zip(range(len(staged)), staged.sheet, staged.row, families, staged.member, strict=True)
    start = [
        f"{key}\t{n}\t{sheet}\t{row}\t{family}\t{member}\t{'t' if n in bad else 'f'}"
        for n, sheet, row, family, member in head
    ]
    for i in range(0, len(start), BLOCK):
        part = [start[i : i + BLOCK], *(values[i : i + BLOCK] for values in lists)]
        yield "\n".join(map("\t".join, zip(*part, strict=True))) + "\n"


class _Pipe(io.RawIOBase):
    """What COPY reads from: the lines as they are made."""

    def __init__(self, blocks: Iterator[str]):
        self._blocks, self._rest = blocks, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block.encode()
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
