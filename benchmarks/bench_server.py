"""The same pages through the server, as `manage.py serve` starts it: sixteen people who think a second after each.

As a browser does, a caller asks for the count and the numbers on the tabs as soon as a list is there.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import threading
import time
from pathlib import Path

from benchmarks import city
from benchmarks.place import ROOT, database_url
from benchmarks.result import Result
from tkpkd.serve import reserve_port, web_command

CALLERS, THINK, SECONDS = 16, 1.0, 60
GOAL = {"start page": 1000}
GOAL_LIST = 150
SMALL = "count and tabs of a list"


def run(folder: Path, members: int = 1_000_000) -> list[Result]:
    """p50 and p95 of each page, with a city of `members` people and all callers at work."""
    from benchmarks.visits import pages

    print(f"  {city.ready(members)}")
    visits = pages()
    cookies = [_cookie() for _ in range(CALLERS)]
    with _Server() as port:
        for url in visits.values():
            _fetch(http.client.HTTPConnection("127.0.0.1", port), url, cookies[0])
        times = _work(port, visits, cookies)
    results = []
    for name in visits:
        goal = GOAL.get(name, GOAL_LIST)
        p50, p95 = _quantile(times[name], 50), _quantile(times[name], 95)
        results.append(
            Result(
                f"through the server: {name}",
                f"{p50:.0f} ms p50, {p95:.0f} ms p95",
                "",
                None,
                f"< {goal} ms",
                p95 < goal,
            )  # fmt: skip
        )
    small = f"{_quantile(times[SMALL], 50):.0f} ms p50, {_quantile(times[SMALL], 95):.0f} ms p95"
    results.append(Result(f"through the server: {SMALL}", small, "", None, "", None))
    everything = [each for found in times.values() for each in found]
    said = f"{_quantile(everything, 50):.0f} ms p50, {_quantile(everything, 95):.0f} ms p95 of {len(everything)}"
    return [*results, Result("through the server: all pages", said, "", None, "", None)]


def _quantile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def _cookie() -> str:
    from benchmarks.visits import signed_in

    return f"sessionid={signed_in().cookies['sessionid'].value}"


class _Server:
    """The web server alone; it answers when the block begins and is gone when it ends."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        web = reserve_port(str(port))
        self.process = subprocess.Popen(
            web_command(ROOT, web.fileno()),
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url()},
            pass_fds=[web.fileno()],
        )
        for _ in range(300):
            try:
                _fetch(http.client.HTTPConnection("127.0.0.1", port), "/healthz", "")
                return port
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise SystemExit("the web server does not answer")

    def __exit__(self, *error) -> None:
        self.process.terminate()
        self.process.wait(20)


def _work(port: int, visits: dict[str, str], cookies: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each page; the callers begin spread over one second, each with another page."""
    times: dict[str, list[float]] = {name: [] for name in (*visits, SMALL)}
    failed: list[BaseException] = []
    names = list(visits)
    end = time.perf_counter() + SECONDS

    def call(number: int) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            time.sleep(number * THINK / CALLERS)
            turn = number
            while time.perf_counter() < end:
                name = names[turn % len(names)]
                started = time.perf_counter()
                _fetch(connection, visits[name], cookies[number])
                times[name].append((time.perf_counter() - started) * 1000)
                for small in _asked_after(visits[name]):
                    started = time.perf_counter()
                    _fetch(connection, small, cookies[number])
                    times[SMALL].append((time.perf_counter() - started) * 1000)
                turn += 1
                time.sleep(THINK)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=call, args=[number]) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return times


def _asked_after(url: str) -> list[str]:
    """The small requests that the page of a list makes."""
    path, _mark, query = url.partition("?")
    return [f"{path}{part}/?{query}" for part in ("count", "tabs")] if path == "/households/" else []


def _fetch(connection: http.client.HTTPConnection, url: str, cookie: str) -> None:
    connection.request("GET", url, headers={"Cookie": cookie, "Host": "localhost", "Accept-Language": "id"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{url} answered {response.status}: {body[:200]!r}")
