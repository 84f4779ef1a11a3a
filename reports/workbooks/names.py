"""The reports there are, by the names that scripts use (`manage.py export_report NAME`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ReportKind:
    """A report: its words, whether it lists people by name, how many rows, and its sheets."""

    name: str
    label: Any
    about: Any
    icon: str
    lists_names: bool
    count: Callable
    build: Callable
    check_known: Callable | None = None  # (request) → None: raises unless the figures of `known_at` were kept


REPORTS: dict[str, ReportKind] = {}


def register(kind: ReportKind) -> None:
    """Add a report under its name."""
    REPORTS[kind.name] = kind
