"""One apply of a batch: the cursor it writes with and the parameters all its statements share."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.models import ImportBatch
from households.imports.scope import Judged

# Rows of people we know whose values, status or household change.
CHANGED_ROWS = "r.batch_id = %(batch)s AND r.outcome = 'changed'"


@dataclass
class Work:
    """What the writing steps share. The temporary table `import_go` names the families that go in and their ids."""

    cursor: object
    batch: ImportBatch
    j: Judged
    by: object
    params: dict = field(default_factory=dict)

    def __post_init__(self):
        reason = _("Import of %(file)s") % {"file": self.batch.file_name}
        self.params = self.j.params | {"reason": reason[:250]}

    def do(self, sql: str) -> int:
        """Run a statement; how many rows it touched."""
        self.cursor.execute(sql, self.params)
        return self.cursor.rowcount

    def ids(self, sql: str) -> list[int]:
        """The first column of what a query gives."""
        self.cursor.execute(sql, self.params)
        return [row[0] for row in self.cursor.fetchall()]
