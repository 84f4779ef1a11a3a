"""Fixtures of the tests of households."""

import pytest

from core.registry import registry
from tests.households.sheets import answers  # noqa: F401 (a fixture of the tests of imports)


@pytest.fixture
def alone(monkeypatch):
    """Households without what upper apps plug into its list."""
    for name in ("household_filters", "household_columns", "bulk_actions", "set_snapshots"):
        monkeypatch.setattr(registry, name, [])
