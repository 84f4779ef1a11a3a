"""Rows on their way out of the child: frames of marshalled lists in a file that the parent reads at leisure."""

import datetime as dt
import errno
import marshal
import os

from .guard import Refused

_FRAME = 1_000  # rows
_LARGE = 2 << 20  # bytes of a frame; twenty times the usual, so look for giant texts
_CELL = 32_767  # characters
_DATES = {
    dt.date: ("d", dt.date.toordinal),
    dt.datetime: ("D", dt.datetime.isoformat),
    dt.time: ("t", dt.time.isoformat),
    dt.timedelta: ("s", dt.timedelta.total_seconds),
}


class Spool:
    """Writes rows to `fd`; wholly blank rows are left out, row numbers tell them."""

    def __init__(self, fd: int, *, max_rows: int):
        self.fd = fd
        self.max_rows = max_rows
        self.offset = 0
        self.rows = 0
        self.clipped = False

    def sheet(self, rows) -> tuple[list[tuple[int, int, int]], int, int]:
        """Write the rows of one sheet.

        rows: iterable of (row number 1-based, list of cells). Result: frames as (offset, length, first row number),
        number of filled rows, last filled row number. Raises Refused too_many_rows.
        """
        frames, numbers, batch = [], [], []
        filled = last = 0
        self.date_columns: set[int] = set()
        for number, cells in rows:
            if not any(cells) and cells.count("") == len(cells):  # 0 and False are something
                continue
            numbers.append(number)
            batch.append(cells)
            if len(batch) == _FRAME:
                filled, last = filled + _FRAME, number
                self._count(_FRAME)
                frames.append(self._write(numbers, batch))
                numbers, batch = [], []
        if batch:
            filled, last = filled + len(batch), numbers[-1]
            self._count(len(batch))
            frames.append(self._write(numbers, batch))
        return frames, filled, last

    def _count(self, rows: int) -> None:
        self.rows += rows
        if self.rows > self.max_rows:
            raise Refused("too_many_rows", rows=self.rows, limit=self.max_rows)

    def _write(self, numbers: list[int], batch: list[list]) -> tuple[int, int, int]:
        """One frame: row numbers, rows, and apart the cells that marshal cannot carry: (row, column, kind, value)."""
        dates = self._take_dates(batch, self.date_columns)
        try:
            frame = marshal.dumps((numbers, batch, dates), 2)
        except ValueError:  # dates in other columns than before
            self.date_columns |= {j for cells in batch for j, cell in enumerate(cells) if type(cell) in _DATES}
            dates += self._take_dates(batch, self.date_columns)
            frame = marshal.dumps((numbers, batch, dates), 2)
        if len(frame) > _LARGE:
            self.clipped |= _clip(batch)
            frame = marshal.dumps((numbers, batch, dates), 2)
        start = self.offset
        view = memoryview(frame)
        try:
            while view:
                view = view[os.write(self.fd, view) :]
        except OSError as error:
            raise Refused("no_space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "too_large") from error
        self.offset += len(frame)
        return start, len(frame), numbers[0]

    @staticmethod
    def _take_dates(batch: list[list], columns: set[int]) -> list[tuple]:
        dates = []
        for j in columns:
            for i, cells in enumerate(batch):
                if j < len(cells) and (how := _DATES.get(type(cells[j]))):
                    dates.append((i, j, how[0], how[1](cells[j])))
                    cells[j] = None
        return dates


def _clip(batch: list[list]) -> bool:
    """Cut texts to what a cell of Excel holds; whether there were any."""
    clipped = False
    for cells in batch:
        for j, cell in enumerate(cells):
            if type(cell) is str and len(cell) > _CELL:
                cells[j] = cell[:_CELL]
                clipped = True
    return clipped


def load(frame: bytes) -> tuple[list[int], list[list]]:
    """Row numbers and rows of a frame, dates put back."""
    numbers, batch, dates = marshal.loads(frame)
    for i, j, kind, value in dates:
        batch[i][j] = _BACK[kind](value)
    return numbers, batch


_BACK = {
    "d": dt.date.fromordinal,
    "D": dt.datetime.fromisoformat,
    "t": dt.time.fromisoformat,
    "s": lambda seconds: dt.timedelta(seconds=seconds),
}
