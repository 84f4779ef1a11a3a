"""Reads any sheet people bring, in a child process that a hostile file may kill but not the worker."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.sheets.confined.guard import column_letter
from core.sheets.confined.spool import load
from core.sheets.errors import SheetError

__all__ = ["Limits", "Sheet", "Workbook", "column_letter", "open_workbook"]

# The child imports the package `confined` on its own, without Django: `-I` keeps the environment out.
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from confined.main import main; main(sys.argv[2])"
_HERE = str(Path(__file__).resolve().parent)


@dataclass(frozen=True)
class Limits:
    """How much of a file is read.

    max_bytes: size as uploaded; max_unzipped: bytes its parts unpack to; max_ratio: unpacked / uploaded;
    max_rows: filled rows over all sheets; max_columns: columns of a sheet; memory: bytes of the child;
    seconds: processor and wall time of the child.
    """

    max_bytes: int = 64 << 20
    max_unzipped: int = 600 << 20
    max_ratio: int = 200
    max_rows: int = 300_000
    max_columns: int = 1_000
    memory: int = 600 << 20
    seconds: int = 15


class Sheet:
    """One worksheet; its rows stand in the workbook's spool and may be read again and again.

    name; visible; n_rows: number of the last filled row; n_columns; filled_rows: how many rows hold something;
    merged: (row, column, last row, last column) of merged cells near the top, rows 1-based, columns 0-based;
    error_cells: (row 1-based, column 0-based, "#N/A"), xlsx only: calamine gives such cells as blank;
    broken_rows: rows of a text file whose quotes were broken and that were cut as they stand.
    """

    def __init__(self, about: dict[str, Any], spool: int, broken_rows: list[int]):
        self.name: str = about["name"]
        self.visible: bool = about["visible"]
        self.n_rows: int = about["rows"]
        self.n_columns: int = about["columns"]
        self.filled_rows: int = about["filled"]
        self.merged = tuple(map(tuple, about["merged"]))
        self.error_cells = tuple(map(tuple, about["errors"]))
        self.broken_rows = tuple(broken_rows)
        self._frames: list[tuple[int, int, int]] = about["frames"]
        self._spool = spool

    def __repr__(self):
        return f"<Sheet {self.name!r} {self.n_rows}x{self.n_columns}>"

    def rows(self, start: int = 1) -> Iterator[tuple[int, list]]:
        """(row number 1-based, cells) of every row from number `start` on that is not wholly blank.

        The index in `cells` is the column (A = 0). Cells: str, float (int from .xls), bool, date, datetime, time,
        timedelta; blank "".
        """
        later = [first for _offset, _length, first in self._frames[1:]] + [self.n_rows + 1]
        for (offset, length, _first), next_first in zip(self._frames, later, strict=False):  # no frames, no rows
            if next_first <= start:
                continue
            numbers, batch = load(os.pread(self._spool, length, offset))
            for number, cells in zip(numbers, batch, strict=True):
                if number >= start:
                    yield number, cells

    def head(self, n: int = 60) -> list[tuple[int, list]]:
        """The first `n` filled rows, as `rows` gives them."""
        return list(islice(self.rows(), n))


class Workbook:
    """A file that was read. Use it in a `with` block: leaving it frees the spool.

    sheets; format: xlsx, xlsb, xls, ods, csv; date1904: bare day numbers count from 1904 (`core.dates`);
    notes: wrong_extension, broken_quotes, clipped_cells (`errors.NOTES`);
    encoding and separator: of a text file, else "".
    """

    def __init__(self, answer: dict[str, Any], spool):
        self._spool = spool
        broken = answer.get("broken", [])
        self.sheets = tuple(Sheet(about, spool.fileno(), broken) for about in answer["sheets"])
        self.format: str = answer["format"]
        self.date1904: bool = answer["date1904"]
        self.notes = tuple(answer["notes"])
        self.encoding: str = answer.get("encoding", "")
        self.separator: str = answer.get("separator", "")

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name; raises KeyError."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def close(self) -> None:
        """Free the spool; rows can no longer be read."""
        self._spool.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def open_workbook(path: str | os.PathLike, *, name: str = "", limits: Limits | None = None) -> Workbook:
    """Read a spreadsheet or text file whole.

    path: the file; name: what its owner calls it, when it is stored under another name; limits: see `Limits`.
    Raises SheetError with a code of `core.sheets.errors.MESSAGES`.
    """
    limits = limits or Limits()
    path = os.path.abspath(path)
    try:
        size = os.stat(path).st_size
    except OSError as error:
        raise SheetError("missing") from error
    if not os.path.isfile(path):
        raise SheetError("missing")
    if size > limits.max_bytes:
        raise SheetError("too_large")
    # The Workbook closes it; it has no name, so nothing of it can be left behind.
    spool = tempfile.TemporaryFile(prefix="tkpkd-sheet-")  # noqa: SIM115
    try:
        with tempfile.TemporaryDirectory(prefix="tkpkd-sheet-") as folder:
            answer = _ask_child(path, name or os.path.basename(path), folder, spool.fileno(), limits)
        return Workbook(answer, spool)
    except BaseException:
        spool.close()
        raise


def _ask_child(path: str, name: str, folder: str, spool: int, limits: Limits) -> dict[str, Any]:
    arguments = {
        "path": path,
        "name": name,
        "folder": folder,
        "spool": spool,
        "memory": limits.memory,
        "cpu": limits.seconds,
        "max_spool": 4 * limits.max_unzipped,
        "max_unzipped": limits.max_unzipped,
        "max_ratio": limits.max_ratio,
        "max_rows": limits.max_rows,
        "max_columns": limits.max_columns,
    }
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, _HERE, json.dumps(arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a panic of calamine prints its whole stack
        pass_fds=[spool],
        # one allocation arena: each takes 64 MB of address space, which is limited
        env={"PATH": "/usr/bin:/bin", "MALLOC_ARENA_MAX": "1"},
        start_new_session=True,  # Ctrl-C at the terminal is the worker's to handle
    )
    try:
        output, _stderr = child.communicate(timeout=limits.seconds)
    except subprocess.TimeoutExpired as error:
        raise SheetError("too_slow") from error
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()
    if not output:
        # killed by a limit: SIGXCPU is the time; abort, segmentation fault, the kernel's own killing are memory
        raise SheetError("too_slow" if child.returncode == -signal.SIGXCPU else "too_large")
    answer = json.loads(output)
    if "refused" in answer:
        raise SheetError(answer["refused"], **answer["params"])
    return answer
