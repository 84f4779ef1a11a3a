"""One apply of a batch: the cursor it writes with and the parameters all its statements share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.models import ImportBatch
from households.imports.scope import Judged

# Rows of people we know whose values, status or household change.
CHANGED_ROWS = "r.batch_id = %(batch)s AND r.outcome = 'changed'"


def fresh_uuid(number: str) -> str:
    """SQL for a random uuid (version 4), for rows told apart by `number`, an SQL integer.

    Hashed from a secret of the statement: gen_random_uuid() asks the system for each row, three times as slow.
    """
    digits = f"encode(sha256(%(secret)s || int8send(({number})::bigint)), 'hex')"
    return f"overlay(overlay(left({digits}, 32) placing '4' from 13) placing 'a' from 17)::uuid"


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
        self.cursor.execute(sql, self.params | {"secret": secrets.token_bytes(32)})
        return self.cursor.rowcount

    def ids(self, sql: str) -> list[int]:
        """The first column of what a query gives."""
        self.cursor.execute(sql, self.params)
        return [row[0] for row in self.cursor.fetchall()]
