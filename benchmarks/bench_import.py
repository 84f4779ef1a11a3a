"""A sheet of households end to end, against reading it and COPYing its cells into one table with nothing checked.

And a slice of it against django-import-export. Every import begins with a fresh copy of an empty database, and so does
every rival's; what they wrote is compared. A round measures both sides one after the other, and of the rounds the one
with the middle ratio is told: whatever else the machine does slows both.
"""

from __future__ import annotations

import csv
import io
import os
import resource
import time
from pathlib import Path
from typing import NamedTuple

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
    for _round in range(ROUNDS):
        copy_database(_EMPTY, _NAME)
        raw, new, again = _cost(lambda: _raw(path)), _cost(lambda: _import(path)), _cost(lambda: _import(path))
        rounds.append((new, again, raw))
    new, again, raw = sorted(rounds, key=lambda r: r[0].seconds / r[2].seconds)[ROUNDS // 2]
    ratio, speed = new.seconds / raw.seconds, _rows() / new.seconds
    against = f"read + COPY, {raw.seconds:.1f} s"
    return [
        Result("import, new", f"{new.seconds:.1f} s", against, ratio, f"≤ {GOAL_RAW:g}", ratio <= GOAL_RAW),
        Result("import, rows a second", f"{speed:,.0f}", "", None, f"≥ {GOAL_ROWS:,}", speed >= GOAL_ROWS),
        Result("import, unchanged", f"{again.seconds:.1f} s", against, again.seconds / raw.seconds, "", None),
        *(
            Result(
                f"{name}, processor time",
                f"{cost.processor:.1f} s",
                f"read + COPY, {raw.processor:.1f} s",
                cost.processor / raw.processor,
                "",
                None,
            )
            for name, cost in (("import, new", new), ("import, unchanged", again))
        ),
    ]


def _against_library(folder: Path, members: int) -> list[Result]:
    from benchmarks.row_by_row import BulkPeopleResource, PeopleResource, load

    path = _sheet(folder, members)
    results = []
    for rival, name, goal in (
        (PeopleResource, "django-import-export", GOAL_LIBRARY),
        (BulkPeopleResource, "the same in bulk", None),
    ):
        rounds = []
        for _round in range(ROUNDS):
            copy_database(_EMPTY, _NAME)
            mine, written = _cost(lambda: _import(path)).seconds, _written()
            copy_database(_EMPTY, _NAME)
            theirs = _cost(lambda rival=rival: load(path, rival)).seconds
            assert _written() == written, f"{name} stored something else"
            rounds.append((theirs / mine, mine, theirs))
        ratio, mine, theirs = sorted(rounds)[ROUNDS // 2]
        results.append(
            Result(
                f"import of {_rows():,} rows",
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


def _import(path: Path) -> None:
    """Import by the steps of the command: read, check, preview, apply."""
    from core.imports.command import run_file

    code, said = run_file("households", str(path), by=None, empty_report={"households": {}, "members": {}})
    assert code == 0, said["errors"][:3]


def _rows() -> int:
    from households.models import Member

    return Member.objects.count()


def _written() -> tuple:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return cursor.fetchone()


class Cost(NamedTuple):
    """What something took. processor: seconds of it for us, our children and the server's process for our connection;
    what others do on the machine hardly changes it.
    """

    seconds: float
    processor: float


def _cost(work) -> Cost:
    started, before = time.perf_counter(), processor()
    work()
    return Cost(time.perf_counter() - started, processor() - before)


def processor() -> float:
    """Seconds of processor so far, for us, our children and the server's process for our connection."""
    from django.db import connection

    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    server = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    ours = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return server + sum(used.ru_utime + used.ru_stime for used in ours)


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
