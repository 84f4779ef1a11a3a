"""Fixtures of the tests of households."""

import pytest

from core.registry import registry


@pytest.fixture
def alone(monkeypatch):
    """Households without what upper apps plug into its list."""
    for name in ("household_filters", "household_columns", "bulk_actions", "set_snapshots"):
        monkeypatch.setattr(registry, name, [])
