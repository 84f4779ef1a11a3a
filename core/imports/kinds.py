"""Kinds of imports: what an app must bring so that the engine can lead its sheets from file to undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.models import ImportBatch
from core.parsed import Message
from core.roles import Perm
from core.sheets.columns import FieldSpec


class Progress(Protocol):
    """How long work tells how far it is; may raise `core.jobs.JobCancelled`."""

    def __call__(self, done: int, total: int, text: str = "") -> None: ...


def silent(done: int, total: int, text: str = "") -> None:
    """A `Progress` that nobody watches."""


@dataclass(frozen=True)
class Field(FieldSpec):
    """A field that a column can be taken as.

    label: its name for people; group: heading in the list of choices; sensitive: health data, marked as such.
    """

    label: Any = ""
    group: Any = ""
    sensitive: bool = False


@dataclass(frozen=True)
class UndoTable:
    """A table that an import writes, as undo must know it.

    follows: (column, parent table, only when both rows were created): a row stays when the row it points to stays;
    release: nullable columns that are unique and are freed before old values return;
    conflicts: SQL that selects ids whose old values are in use by now (it may ask `undo_rows`);
    counts_writers: a column `version` tells writers apart and goes on counting; False: it is a value like others.
    """

    name: str
    follows: tuple[tuple[str, str, bool], ...] = ()
    release: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    counts_writers: bool = True


def nothing_after_undo(batch: ImportBatch, result, by) -> None:
    """Default of `ImportKind.after_undo`."""


@dataclass(frozen=True)
class ImportKind:
    """One kind of import.

    key: `ImportBatch.kind`; perm: right to bring one; url_name: page of a batch, takes its uuid;
    fields: batch → what a column can be taken as;
    check: parses the stored file into the kind's staging table and judges it, writes findings and `batch.counts`;
    apply: writes in ONE transaction that begins with `lock_apply`, after the check was repeated;
    tables: tables that apply writes, parents first; messages: wording of finding codes;
    drop_staging: forget the staged rows; after_undo: batch, `UndoResult`, by → refresh derived values, say what stayed;
    guess: after the file was read, say what it seems to be (source, profile, programme);
    needs: a sheet must have a column for one of these fields;
    worth: whether a sheet with these fields is read without asking, None: when people or families can be told by it.
    """

    key: str
    label: Any
    perm: Perm
    url_name: str
    fields: Callable[[ImportBatch], Sequence[Field]]
    check: Callable[[ImportBatch, Progress], None]
    apply: Callable[[ImportBatch, Any, Progress], None]
    tables: tuple[UndoTable, ...]
    messages: Mapping[str, Message]
    drop_staging: Callable[[ImportBatch], None]
    after_undo: Callable[[ImportBatch, Any, Any], None] = nothing_after_undo
    guess: Callable[[ImportBatch], None] | None = None
    needs: tuple[str, ...] = ("nik", "kk", "name")
    worth: Callable[[set[str]], bool] | None = None


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> ImportKind:
    """Make a kind known to the engine; call it in `<app>/registrations.py`."""
    _kinds[kind.key] = kind
    return kind


def kind_of(batch: ImportBatch) -> ImportKind:
    """The kind of a batch; raises LookupError for one that no app registered."""
    try:
        return _kinds[batch.kind]
    except KeyError as error:
        raise LookupError(batch.kind) from error
