"""The engine that leads a brought sheet from file to columns, check, preview, apply and undo; kinds plug in."""

from core.imports.kinds import Field, ImportKind, Progress, UndoTable, kind_of, register_kind, silent

__all__ = ["Field", "ImportKind", "Progress", "UndoTable", "kind_of", "register_kind", "silent"]
