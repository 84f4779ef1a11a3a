"""A sheet of households end to end, against reading it and COPYing its cells into one table with nothing checked."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

from benchmarks.place import drop_database, use_database
from benchmarks.result import Result

GOAL_RAW, GOAL_ROWS = 4.0, 10_000


def run(folder: Path, members: int = 100_000) -> list[Result]:
    """Import `members` people into an empty database, again unchanged, and the raw load of the same file."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.people import write_sheet
    from core.imports.command import run_file

    name = "bench_import"
    drop_database(name)
    use_database(name)
    call_command("load_reference", verbosity=0)
    path = folder / f"people-{members}.xlsx"
    if not path.exists():
        write_sheet(path, members)
    raw = _timed(lambda: _raw(path, connection))
    empty = {"households": {}, "members": {}}
    report: dict = {}

    def load():
        report["code"], report["said"] = run_file("households", str(path), by=None, empty_report=empty)

    first = _timed(load)
    rows = report["said"]["rows"]
    assert report["code"] == 0, report["said"]["errors"][:3]
    again = _timed(load)
    return [
        Result(
            "import, new",
            f"{rows:,} rows in {first:.1f} s",
            "read + COPY",
            first / raw,
            f"≤ {GOAL_RAW:g}",
            first / raw <= GOAL_RAW,
        ),
        Result(
            "import, rows a second", f"{rows / first:,.0f}", "", None, f"≥ {GOAL_ROWS:,}", rows / first >= GOAL_ROWS
        ),
        Result("import, unchanged", f"{again:.1f} s", "read + COPY", again / raw, "", None),
    ]


def _timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _raw(path: Path, connection) -> None:
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
