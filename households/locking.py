"""Optimistic locking: whoever saves second sees both versions instead of overwriting the first."""

from django.utils.translation import gettext as _

from core.models import HistoryEntry, HistoryTransaction


class EditConflict(Exception):
    """Somebody saved the row after it was opened.

    `current`: the row as it is now; `who`, `when`: of the last change, from the history.
    """

    def __init__(self, current, who: str = "", when=None):
        self.current, self.who, self.when = current, who, when
        super().__init__(_("Changed by somebody else in the meantime."))


def lock_version(model, pk: int, version: int | None):
    """The row locked for change; raises EditConflict unless it still has `version` (None = do not compare)."""
    row = model.objects.select_for_update(of=("self",)).get(pk=pk)
    if version is not None and row.version != version:
        entry = HistoryEntry.objects.filter(tbl=model._meta.db_table, pk_text=str(pk)).order_by("-id").first()
        tx = HistoryTransaction.objects.filter(pk=entry.tx_id).first() if entry else None
        raise EditConflict(row, tx.actor if tx else "", tx.at if tx else None)
    return row
