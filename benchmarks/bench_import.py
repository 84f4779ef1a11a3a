"""A sheet of households end to end, against reading it and COPYing its cells into one table with nothing checked.

And a slice of it against django-import-export. Every import begins with a fresh copy of an empty database, and so does
every rival's; what they wrote is compared. A round measures both sides one after the other, and of the rounds the one
with the middle ratio is told: whatever else the machine does slows both.
"""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

from benchmarks.place import copy_database, drop_database, use_database
from benchmarks.result import Result

GOAL_RAW, GOAL_ROWS, GOAL_LIBRARY = 4.0, 10_000, 10.0
ROUNDS = 3
SLICE = 5_000  # members in the comparison with django-import-export
_EMPTY, _NAME = "bench_import_empty", "bench_import"
# All that both sides were asked to store, in one number.
_WRITTEN = """
SELECT count(*), md5(string_agg(concat_ws('|', m.nik, m.name, m.name_sort, m.sex, m.birth_place, m.birth_date,
  m.relation, m.marital, m.occupation, m.data_date, h.kk, h.region_id, h.rw, h.rt, h.address, h.desil,
  h.desil_source, h.desil_date, h.work_order, h.ownership, h.floor, h.wall, h.roof, h.water, h.toilet, h.data_date,
  h.head_name, h.head_sort, h.size, s.valid_from, s.reason, n.kk, n.valid_from), ',' ORDER BY m.nik))
FROM households_member m JOIN households_household h ON h.id = m.household_id
JOIN households_membership s ON s.member_id = m.id AND s.household_id = h.id
JOIN households_householdnumber n ON n.household_id = h.id
"""


def run(folder: Path, members: int = 100_000) -> list[Result]:
    """Import `members` people into an empty database, again unchanged, the raw load of the same file, and a slice."""
    from django.core.management import call_command

    drop_database(_EMPTY)
    use_database(_EMPTY)
    call_command("load_reference", verbosity=0)
    return [*_against_raw(folder, members), *_against_library(folder, min(SLICE, members))]


def _against_raw(folder: Path, members: int) -> list[Result]:
    path, rounds = _sheet(folder, members), []
    rows = 0
    for _round in range(ROUNDS):
        copy_database(_EMPTY, _NAME)
        raw = _timed(lambda: _raw(path))
        new, rows = _import(path)
        again, _rows = _import(path)
        rounds.append((new, again, raw))
    new, again, raw = sorted(rounds, key=lambda r: r[0] / r[2])[ROUNDS // 2]
    speed = rows / new
    first = Result(
        "import, new",
        f"{rows:,} rows in {new:.1f} s",
        f"read + COPY, {raw:.1f} s",
        new / raw,
        f"≤ {GOAL_RAW:g}",
        new / raw <= GOAL_RAW,
    )
    return [
        first,
        Result("import, rows a second", f"{speed:,.0f}", "", None, f"≥ {GOAL_ROWS:,}", speed >= GOAL_ROWS),
        Result("import, unchanged", f"{again:.1f} s", f"read + COPY, {raw:.1f} s", again / raw, "", None),
    ]


def _against_library(folder: Path, members: int) -> list[Result]:
    from benchmarks.row_by_row import BulkPeopleResource, PeopleResource, load

    path = _sheet(folder, members)
    results = []
    for resource, name, goal in (
        (PeopleResource, "django-import-export", GOAL_LIBRARY),
        (BulkPeopleResource, "the same in bulk", None),
    ):
        rounds = []
        for _round in range(ROUNDS):
            copy_database(_EMPTY, _NAME)
            mine, rows = _import(path)
            written = _written()
            copy_database(_EMPTY, _NAME)
            theirs = _timed(lambda resource=resource: load(path, resource))
            assert _written() == written, f"{name} stored something else"
            rounds.append((theirs / mine, mine, theirs, rows))
        ratio, mine, theirs, rows = sorted(rounds)[ROUNDS // 2]
        results.append(
            Result(
                f"import of {rows:,} rows",
                f"{mine:.1f} s",
                f"{name}, {theirs:.1f} s",
                ratio,
                f"≥ {goal:g}" if goal else "",
                ratio >= goal if goal else None,
            )
        )
    return results


def _sheet(folder: Path, members: int) -> Path:
    from benchmarks.people import write_sheet

    path = folder / f"people-{members}.xlsx"
    if not path.exists():
        write_sheet(path, members)
    return path


def _import(path: Path) -> tuple[float, int]:
    """Seconds and rows of an import by the command's own steps: read, check, preview, apply."""
    from core.imports.command import run_file

    started = time.perf_counter()
    code, said = run_file("households", str(path), by=None, empty_report={"households": {}, "members": {}})
    seconds = time.perf_counter() - started
    assert code == 0, said["errors"][:3]
    return seconds, said["rows"]


def _written() -> tuple:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return cursor.fetchone()


def _timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _raw(path: Path) -> None:
    from django.db import connection
    from python_calamine import load_workbook

    text = io.StringIO()
    writer = csv.writer(text)
    width = 0
    for row in load_workbook(path).get_sheet_by_index(0).iter_rows():
        width = len(row)
        writer.writerow(row)
    text.seek(0)
    with connection.cursor() as cursor:
        columns = ", ".join(f"c{i} text" for i in range(width))
        cursor.execute(f"CREATE TABLE bench_raw ({columns})")
        cursor.cursor.copy_expert("COPY bench_raw FROM STDIN WITH (FORMAT csv)", text)
        cursor.execute("DROP TABLE bench_raw")
