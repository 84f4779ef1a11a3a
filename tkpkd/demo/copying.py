"""Rows to COPY, gathered a table at a time."""

from __future__ import annotations

import io
import json

_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def field(value) -> str:
    """One value in PostgreSQL's text format of COPY."""
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        return value.translate(_SPECIAL)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False).translate(_SPECIAL)
    return str(value)


class Copier:
    """Gathers rows of one table and sends them by COPY.

    `columns`: database columns in the order of the rows' values. The primary keys are numbered here, so that rows of
    other tables can point at rows that are not sent yet.
    """

    def __init__(self, cursor, table: str, columns: str):
        self.cursor, self.table = cursor, table
        self.columns = ", ".join(columns.split())
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        self.last_id = cursor.fetchone()[0] - 1
        self.rows = 0
        self._lines: list[str] = []

    def next_id(self) -> int:
        """The primary key of the next row."""
        self.last_id += 1
        return self.last_id

    def add(self, *values) -> None:
        """Keep one row, values in the order of the columns."""
        self._lines.append("\t".join(map(field, values)))

    def send(self) -> None:
        """COPY what was gathered."""
        if not self._lines:
            return
        self.rows += len(self._lines)
        text = io.StringIO("\n".join(self._lines) + "\n")
        self.cursor.cursor.copy_expert(f"COPY {self.table} ({self.columns}) FROM STDIN", text)
        self._lines.clear()

    def finish(self) -> None:
        """Send the rest and let the table's own numbering go on after our keys."""
        self.send()
        if self.rows:
            self.cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [self.table, self.last_id])
