"""What the tests of programmes share: people with rights, and the history an action leaves."""

import pytest
from django.utils import translation

from core.models import HistoryEntry, HistoryTransaction


@pytest.fixture(autouse=True)
def english():
    """Messages of actions in the language of the source; pages answer in Indonesian all the same."""
    with translation.override("en"):
        yield


@pytest.fixture
def bappeda(world):
    """Somebody who may do everything with programmes."""
    return world.user("bappeda_staff")


@pytest.fixture
def operator(world):
    """The operator of the agency that owns `world.program`."""
    return world.user("opd_operator")


@pytest.fixture
def approver(world):
    """The approver of the same agency."""
    return world.user("opd_approver")


@pytest.fixture
def village(world):
    """The kelurahan operator of `world.own`."""
    return world.user("kelurahan_operator")


@pytest.fixture
def left():
    """A function: table → (action, actor, number of rows, reason) of its last transaction in the history."""

    def last(table: str):
        entry = HistoryEntry.objects.filter(tbl=table).order_by("-id").first()
        if entry is None:
            return None
        tx = HistoryTransaction.objects.get(pk=entry.tx_id)
        rows = HistoryEntry.objects.filter(tbl=table, tx_id=tx.pk).values("pk_text").distinct().count()
        return tx.action, tx.actor, rows, tx.reason

    return last
