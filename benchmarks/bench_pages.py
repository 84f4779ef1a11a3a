"""Pages over a large city, in the process: list, search, a deep page, the start page; and a long list as a workbook."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks import city
from benchmarks.result import Result

REPEATS = 40


def run(folder: Path, members: int = 1_000_000) -> list[Result]:
    """p95 of each page, with a city of `members` people."""
    from django.core.cache import cache

    from benchmarks.visits import DEEP, pages, signed_in
    from households.models import Household

    print(f"  {city.ready(members)}")
    client = signed_in()
    results = []
    for name, url in pages().items():
        goal = 1000 if name == "start page" else 60
        p95 = _p95(lambda url=url: _open(client, url))
        results.append(Result(name, f"{p95:.0f} ms p95", "", None, f"< {goal} ms", p95 < goal))
    for name, url, goal in (
        ("start page, first after a change", "/", "< 1000 ms"),
        ("count of the whole list, first after a change", "/households/count/", ""),
        ("numbers on the tabs, first after a change", "/households/tabs/", ""),
    ):
        p95 = _p95(lambda url=url: _open(client, url), 10, before=cache.clear)
        results.append(Result(name, f"{p95:.0f} ms p95", "", None, goal, p95 < 1000 if goal else None))
    offset = min(DEEP, Household.objects.count() // 2)
    rows = Household.objects.order_by("work_order", "head_sort", "id")
    at = rows.values_list("work_order", "head_sort", "id")[offset]
    keyset = _p95(lambda: list(_after(rows, at)[:50]))
    deep = _p95(lambda: list(rows[offset : offset + 50]), 3)
    results.append(Result("deep page by key", f"{keyset:.1f} ms p95", f"OFFSET {offset:,}", deep / keyset, "", None))
    results += _export(folder, rows)
    return results


def _open(client, url) -> None:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)


def _p95(work, repeats: int = REPEATS, *, before=None) -> float:
    """Milliseconds; `before` is done before each time and not counted."""
    work()
    times = []
    for _ in range(repeats):
        if before:
            before()
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _after(rows, at):
    return rows.extra(where=["(work_order, head_sort, id) > (%s, %s, %s)"], params=at)


def _export(folder: Path, rows) -> list[Result]:
    """50,000 households × 25 columns, the query included, against openpyxl's write-only mode with the same query."""
    from openpyxl import Workbook

    from core.sheets import Column, PlainSheet, write_plain

    names = [
        "kk", "head_name", "size", "address", "rw", "rt", "region__name", "region__parent__name", "region_id", "desil",
        "desil_source", "desil_date", "status", "status_reason", "status_date", "verified_at", "source", "data_date",
        "floor_area", "floor", "wall", "roof", "water", "toilet", "lighting",
    ]  # fmt: skip
    wanted = rows.values_list(*names)[:50_000]
    kinds = {"desil_date": "date", "status_date": "date", "verified_at": "date", "data_date": "date"}

    def ours():
        columns = [Column(n, n, kinds.get(n, "text")) for n in names]
        write_plain(folder / "export.xlsx", [PlainSheet("Data", columns, wanted.iterator(chunk_size=5000))])

    def theirs():
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Data")
        sheet.append(names)
        for row in wanted.iterator(chunk_size=5000):
            sheet.append(row)
        book.save(folder / "export-openpyxl.xlsx")

    mine, other = _seconds(ours), _seconds(theirs)
    return [
        Result("export 50,000 × 25", f"{mine:.1f} s", "openpyxl write-only", other / mine, "≥ 5", other / mine >= 5)
    ]


def _seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
