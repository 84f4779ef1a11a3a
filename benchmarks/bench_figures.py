"""Figures over a large city: pages of coverage and accuracy, counts of rules, the matrix as a workbook, the LP2KD."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from django.utils import timezone

from benchmarks import city
from benchmarks.result import Result

REPEATS = 8
MATRIX_HOUSEHOLDS = 26_000
NAIVE_AREA = "13.72.02.1006"  # a kelurahan: the loop asks twice a household
RULES = {
    "desil 1-2": {"field": "desil", "op": "between", "value": [1, 2]},
    "a child under 5": {"field": "child_under_5", "op": "eq", "value": True},
    "elderly": {"field": "elderly", "op": "eq", "value": True},
    "unfit house": {"field": "unfit_house", "op": "eq", "value": True},
    "no toilet": {"field": "no_toilet", "op": "eq", "value": True},
    "pupil out of school": {"field": "out_of_school", "op": "eq", "value": True},
    "disability": {"field": "disability", "op": "eq", "value": True},
    "jobless": {"field": "jobless_adult", "op": "eq", "value": True},
    "gap in data": {"field": "gap_nik", "op": "eq", "value": True},
    "poor, unfit, with a child": {
        "all": [
            {"field": "desil", "op": "between", "value": [1, 4]},
            {"field": "unfit_house", "op": "eq", "value": True},
            {"field": "child_under_5", "op": "eq", "value": True},
        ]
    },
}


def run(folder: Path, members: int = 900_000) -> list[Result]:
    """p95 of pages without kept numbers, and seconds of documents, in a city of `members` people."""
    from django.core.cache import cache

    from benchmarks.visits import signed_in

    print(f"  {city.ready(members)}")
    client = signed_in()
    results = []
    for name, url in (("coverage page", "/reports/coverage/"), ("accuracy of targeting", "/reports/figures/")):
        p95 = _p95(lambda url=url: client.get(url), before=cache.clear)
        results.append(Result(f"{name}, nothing kept", f"{p95:.0f} ms p95", "", None, "< 1000 ms", p95 < 1000))
    results += _rules()
    results += _documents(folder)
    results.append(_naive())
    return results


def _p95(work, repeats: int = REPEATS, *, before=None) -> float:
    times = []
    for _ in range(repeats):
        if before:
            before()
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _rules() -> list[Result]:
    from households.models import Household
    from households.rules import compile_rule

    slowest, name = 0.0, ""
    for label, rule in RULES.items():
        took = _p95(lambda rule=rule: Household.objects.active().filter(compile_rule(rule)).count(), 4)
        if took > slowest:
            slowest, name = took, label
    told = f"{slowest:.0f} ms p95 ({name})"
    return [Result("slowest of ten rules, counted", told, "", None, "< 200 ms", slowest < 200)]


def _documents(folder: Path) -> list[Result]:
    from households.models import Household
    from reports.lp2kd.actions import files_of
    from reports.periods import period
    from reports.workbooks import ReportRequest, estimate, write

    year = timezone.localdate().year
    area = _area_of(MATRIX_HOUSEHOLDS, Household)
    request = ReportRequest(name="matriks-intervensi", period=period(year), user=None, area=area)
    with (folder / "matrix.xlsx").open("wb") as target:
        started = time.perf_counter()
        write(request, target)
        matrix = time.perf_counter() - started
    started = time.perf_counter()
    files_of(year, by=None)
    lp2kd = time.perf_counter() - started
    rows = estimate(request)
    return [
        Result(f"intervention matrix of {rows:,}", f"{matrix:.1f} s", "", None, "< 10 s for 26,000", matrix < 10),
        Result("LP2KD as PDF, DOCX and XLSX", f"{lp2kd:.1f} s", "", None, "< 20 s", lp2kd < 20),
    ]


def _area_of(households: int, model) -> str:
    """The kelurahan whose number of households comes closest."""
    from django.db.models import Count

    counts = model.objects.order_by().values_list("region").annotate(n=Count("pk"))
    return min(counts, key=lambda row: abs(row[1] - households))[0]


def _naive() -> Result:
    """Coverage of one kelurahan against the loop that a first version would be; both must say the same."""
    from programs import figures
    from programs.models import Delivery

    year = timezone.localdate().year
    started = time.perf_counter()
    ours = figures.coverage(year, NAIVE_AREA)
    mine = time.perf_counter() - started
    households = figures.target_group(NAIVE_AREA)[:2000]
    started = time.perf_counter()
    found = 0
    for n, household in enumerate(households, 1):  # noqa: B007 (counted below)
        people = list(household.members.values_list("pk", flat=True))
        dated = Delivery.objects.filter(void=False, date__year=year)
        found += (
            dated.filter(assistance__household=household).exists()
            or dated.filter(assistance__member__in=people).exists()
            or dated.filter(assistance__group__members__household=household).exists()
        )
    theirs = (time.perf_counter() - started) / n * ours.total
    name = f"coverage of {ours.total:,} households"
    return Result(name, f"{mine * 1000:.0f} ms", "a loop over the ORM", theirs / mine, "", None)
