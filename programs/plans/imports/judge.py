"""From a plan sheet to staging, and what it would do to the plans of the year; apply repeats the judging."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import ERROR, NOTE, WARNING, Finding, clear, save
from core.imports.layout import open_stored, tables
from core.imports.mending import ROW, fixes
from core.models import ImportBatch
from core.names import search_name
from core.roles import Perm
from core.sheets import SheetError
from programs import rights
from programs.choices import PLAN_SETTLED, PlanState
from programs.models import PlanRow, Program, ProgramYear
from programs.plans.imports.parse import Row, read_row

MOST_ROWS = 5_000
PLAN_TEXTS = {
    "plan_code": "code",
    "plan_program": "program_name",
    "plan_activity": "activity_name",
    "plan_sub_activity": "name",
    "indicator": "indicator",
    "indicator_unit": "unit",
}
_O = PlanRow.Outcome


def year_of(batch: ImportBatch) -> int:
    """The year whose plans the sheet holds."""
    return int(batch.options["year"])


# --- reading ---------------------------------------------------------------------------------------------------------


def check(batch: ImportBatch, progress: Progress) -> None:
    """Read the stored file into staging and judge it; findings, counts and staging of a former check go."""
    clear(batch, "file", "cells", "rules", "apply")
    batch.counts = {"rows": _stage(batch, progress)}
    judge(batch)
    PlanRow.objects.filter(batch_id=batch.pk).update(shown=F("digest"))


def _stage(batch: ImportBatch, progress: Progress) -> int:
    drop(batch)
    mended, findings, staged = fixes(batch), [], []
    progress(0, 0, _("Opening the file"))
    with open_stored(batch) as book:
        for table in tables(batch, book):
            above: dict[str, str] = {}
            for number, cells in table.rows():
                fixed = mended.get((table.about["name"], number), {})
                if ROW in fixed:
                    continue
                found = {
                    key: cells[index] if index < len(cells) else "" for key, index in table.about["mapping"].items()
                }
                row = read_row(found | {key: value or "" for key, value in fixed.items()})
                if row is None:
                    continue
                _name_from_above(row, above)
                if len(staged) >= MOST_ROWS:
                    raise SheetError("too_many_rows", limit=MOST_ROWS)
                n = len(staged)
                staged.append(PlanRow(batch_id=batch.pk, n=n, sheet=table.index, row=number, bad=row.bad, **row.values))
                findings += [
                    Finding(level, code, table.about["name"], number, table.title(key), key, value, params, n)
                    for level, code, key, value, params in row.issues
                ]
    if not staged:
        raise SheetError("empty")
    PlanRow.objects.bulk_create(staged, batch_size=500)
    save(batch, findings)
    return len(staged)


def _name_from_above(row: Row, above: dict[str, str]) -> None:
    """Names of programme and activity come from the heading rows above, by the beginning of the code."""
    code, level = row.values.get("code", ""), row.values.get("level", "sub")
    if level in ("program", "activity"):
        above[code] = row.values.get("name", "")
        return
    parts = code.split(".")
    for key, length in (("program_name", 3), ("activity_name", 5)):
        if not row.values.get(key) and len(parts) > length:
            name = above.get(".".join(parts[:length]), "")
            if name:
                row.values[key] = name


def drop(batch: ImportBatch) -> None:
    """Forget the staged rows."""
    PlanRow.objects.filter(batch_id=batch.pk).delete()


# --- judging ---------------------------------------------------------------------------------------------------------


@dataclass
class Wanted:
    """What the rows of one programme say together."""

    program: Program
    rows: list[PlanRow] = field(default_factory=list)
    year: ProgramYear | None = None
    changes: list[list] = field(default_factory=list)

    @property
    def values(self) -> dict:
        """Fields of the plan that the rows fill: the first that says something counts."""
        found: dict = {}
        for name, key in PLAN_TEXTS.items():
            text = next((getattr(row, key) for row in self.rows if getattr(row, key)), "")
            if text:
                found[name] = text
        target = next((row.target for row in self.rows if row.target is not None), None)
        return found | ({"target": target} if target is not None else {})

    @property
    def ceilings(self) -> dict[tuple[str, str], int]:
        """Source → rupiah of all rows together."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.rows:
            if row.ceiling is not None:
                found[row.sponsor, row.source] += row.ceiling
        return dict(found)

    @property
    def settled(self) -> bool:
        """Whether only the ceilings may change."""
        return self.year is not None and self.year.plan_state in PLAN_SETTLED


def judge(batch: ImportBatch) -> list[Wanted]:
    """Say for every staged row what would happen to it now; returns what the programmes get. Findings of rules go."""
    clear(batch, "rules")
    year = year_of(batch)
    rows = list(PlanRow.objects.filter(batch_id=batch.pk).order_by("n"))
    findings: list[Finding] = []
    wanted = _identify(batch, rows, year, findings)
    refused = _refuse(batch, wanted.values(), year, findings)
    for each in wanted.values():
        _compare(each, findings, batch)
    _conclude(batch, rows, wanted, refused)
    save(batch, findings, "rules")
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.outcome] += 1
    batch.counts["outcomes"] = dict(counts)
    going = [w for w in wanted.values() if w.program.pk not in refused and w.changes and not _applied(w)]
    batch.counts["plans"] = {
        "new": sum(w.year is None for w in going),
        "changed": sum(w.year is not None for w in going),
    }
    return going


def _applied(wanted: Wanted) -> bool:
    return all(row.applied for row in wanted.rows)


def _about(batch: ImportBatch, row: PlanRow, level: str, code: str, key: str = "", **params) -> Finding:
    sheet = batch.layout["sheets"][row.sheet]["name"]
    return Finding(level, code, sheet, row.row, "", key, row.name or row.code or row.ours, params, row.n)


class _Known:
    """Our programmes by what a sheet may call them."""

    def __init__(self, year: int):
        self.programs = {p.pk: p for p in Program.objects.select_related("owner").order_by("pk")}
        self.by_uuid = {str(p.uuid): p.pk for p in self.programs.values()}
        self.names: dict[str, set[int]] = defaultdict(set)
        for program in self.programs.values():
            for name in (program.name, program.short_name, *program.aliases):
                self.names[search_name(name)].add(program.pk)
        self.codes: dict[str, set[int]] = defaultdict(set)
        self.earlier: dict[str, set[int]] = defaultdict(set)
        rows = (
            ProgramYear.objects.exclude(plan_code="").filter(year__lte=year).values_list("plan_code", "year", "program")
        )
        for code, of, program in rows:
            (self.codes if of == year else self.earlier)[code].add(program)

    def find(self, row: PlanRow, chosen: str) -> tuple[set[int], str]:
        """Programmes that a row may mean, and how they were found."""
        if chosen:
            return {self.by_uuid[chosen]} if chosen in self.by_uuid else set(), "chosen"
        for text, how in ((row.ours, "name"), (row.code, "code"), (row.code, "earlier"), (row.name, "name")):
            if not text:
                continue
            places = {"code": self.codes, "earlier": self.earlier, "name": self.names}[how]
            found = places.get(search_name(text) if how == "name" else text, set())
            if found:
                return found, how
        return set(), ""


def _identify(batch: ImportBatch, rows: list[PlanRow], year: int, findings: list[Finding]) -> dict[int, Wanted]:
    known, wanted = _Known(year), {}
    chosen = batch.options.get("chosen", {})
    for row in rows:
        row.program_id, row.how = None, ""
        if row.level != "sub":
            continue
        found, how = known.find(row, chosen.get(f"{row.sheet}|{row.row}", ""))
        if len(found) != 1:
            level = ERROR if len(found) > 1 else WARNING
            findings.append(_about(batch, row, level, "several" if found else "not_ours", "name"))
            continue
        row.program_id, row.how = next(iter(found)), how
        if how in ("earlier", "name"):
            findings.append(_about(batch, row, NOTE, f"by_{how}", "name"))
        wanted.setdefault(row.program_id, Wanted(known.programs[row.program_id])).rows.append(row)
    return wanted


def _refuse(batch: ImportBatch, wanted, year: int, findings: list[Finding]) -> set[int]:
    """Programmes of which nothing may be written, with the reason at their first row."""
    years = {
        each.program_id: each
        for each in ProgramYear.objects.filter(year=year, program__in=[w.program.pk for w in wanted])
    }
    refused = set()
    for each in wanted:
        each.year = years.get(each.program.pk)
        why = ""
        if not rights.may(batch.by, Perm.MANAGE_PROGRAMS, each.program):
            why = "not_yours"
        elif each.program.ended and each.program.ended.year < year:
            why = "ended"
        elif each.year is not None and each.year.closed:
            why = "year_closed"
        elif each.year is not None and each.year.plan_state == PlanState.SUBMITTED:
            why = "plan_submitted"
        if why:
            findings += [_about(batch, row, ERROR, why, "name") for row in each.rows]
        if why or any(row.bad for row in each.rows):
            refused.add(each.program.pk)
    return refused


def _compare(wanted: Wanted, findings: list[Finding], batch: ImportBatch) -> None:
    """Field by field what would change; for a plan that is verified the ceilings alone."""
    codes = {row.code for row in wanted.rows if row.code}
    if len(codes) > 1:
        findings.append(_about(batch, wanted.rows[1], NOTE, "two_codes", "code"))
    sources = [(row.sponsor, row.source) for row in wanted.rows if row.ceiling is not None]
    if len(sources) > len(set(sources)):
        findings.append(_about(batch, wanted.rows[-1], NOTE, "added_up", "ceiling"))
    year, differs = wanted.year, []
    for name, value in wanted.values.items():
        before = getattr(year, name) if year is not None else None
        if before != value:
            differs.append([name, before, value])
    if wanted.settled and differs:
        findings.append(_about(batch, wanted.rows[0], NOTE, "plan_settled", "name"))
        differs = []
    standing = {}
    if year is not None:
        rows = year.funding.filter(current=True).values_list("sponsor", "source", "ceiling")
        standing = {(sponsor, source): ceiling for sponsor, source, ceiling in rows}
    for (sponsor, source), ceiling in sorted(wanted.ceilings.items()):
        if standing.get((sponsor, source)) != ceiling:
            differs.append([f"ceiling|{sponsor}|{source}", standing.get((sponsor, source)), ceiling])
    if year is None and not differs:
        differs.append(["year", None, year_of(batch)])
    wanted.changes = differs


def _conclude(batch: ImportBatch, rows: list[PlanRow], wanted: dict[int, Wanted], refused: set[int]) -> None:
    for row in rows:
        each = wanted.get(row.program_id)
        if row.applied:
            continue
        row.stale, row.changes = False, each.changes if each else []
        if row.level != "sub":
            row.outcome = _O.HEADING
        elif row.bad or (each and each.program.pk in refused):
            row.outcome = _O.REFUSED
        elif each is None:
            row.outcome = _O.UNKNOWN
        elif each.year is None:
            row.outcome = _O.NEW
        else:
            row.outcome = _O.CHANGED if each.changes else _O.SAME
        told = [row.outcome, row.program_id, row.changes, each.year.version if each and each.year else 0]
        row.digest = hashlib.md5(json.dumps(told, default=str).encode(), usedforsecurity=False).hexdigest()
    PlanRow.objects.bulk_update(rows, ["program_id", "how", "outcome", "changes", "digest", "stale"], batch_size=500)
