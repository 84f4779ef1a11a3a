"""Findings of an import: kept by COPY, grouped by kind with counts, put into words when they are shown."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Min

from core.imports.kinds import kind_of
from core.models import ImportBatch, ImportFinding
from core.nik import mask
from core.parsed import describe

ERROR, WARNING, NOTE = ImportFinding.Level.ERROR, ImportFinding.Level.WARNING, ImportFinding.Level.NOTE
_VALUE = 200
_CODES = {"\\": "\\\\", "\t": " ", "\n": " ", "\r": " "}
_TABLE = str.maketrans(_CODES)


class Finding(NamedTuple):
    """One finding on its way into the table.

    level: error, warning or note; code: key of the kind's messages; sheet, row: where (row 1-based, None: the file);
    column: the sheet's own header; field: key of the field; value: the cell as text; params: for the words;
    group: number of the family or recipient it belongs to.
    """

    level: str
    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    field: str = ""
    value: str = ""
    params: Mapping[str, Any] = {}
    group: int | None = None


def save(batch: ImportBatch, findings: Iterable[Finding], stage: str = "cells") -> int:
    """Add findings of one stage (file, cells, rules, apply, undo); returns how many."""
    lines = []
    for f in findings:
        params = json.dumps(dict(f.params), default=str).replace("\\", "\\\\") if f.params else "{}"
        row = "\\N" if f.row is None else str(f.row)
        group = "\\N" if f.group is None else str(f.group)
        texts = (f.sheet[:100], f.column[:200], f.field, f.value[:_VALUE])
        sheet, column, field, value = (text.translate(_TABLE) for text in texts)
        lines.append(
            f"{batch.pk}\t{stage}\t{f.level}\t{f.code}\t{sheet}\t{row}\t{column}\t{field}\t{value}\t{params}\t{group}\n"
        )
    if lines:
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(
                "COPY core_importfinding (batch_id, stage, level, code, sheet, row, col, field, value, params, grp) "
                "FROM STDIN",
                io.StringIO("".join(lines)),
            )
    return len(lines)


def clear(batch: ImportBatch, *stages: str) -> None:
    """Forget the findings of these stages."""
    ImportFinding.objects.filter(batch=batch, stage__in=stages).delete()


@dataclass(frozen=True)
class FindingGroup:
    """All findings of one kind: code, level, field, how many rows and families, its words, an example value."""

    code: str
    level: str
    field: str
    rows: int
    groups: int
    text: str
    todo: str
    value: str


@dataclass(frozen=True)
class FindingView:
    """One finding as a person reads it."""

    id: int
    row: int | None
    sheet: str
    column: str
    field: str
    value: str
    text: str
    todo: str
    code: str
    level: str
    group: int | None


def groups(batch: ImportBatch, *levels: str) -> list[FindingGroup]:
    """The kinds of findings of these levels, the most frequent first, worded in the active language."""
    found = (
        ImportFinding.objects.filter(batch=batch, level__in=levels)
        .values("level", "code", "field")
        .annotate(rows=Count("id"), families=Count("grp", distinct=True), first=Min("id"))
        .order_by("level", "-rows", "code")
    )
    examples = ImportFinding.objects.in_bulk([each["first"] for each in found])
    messages = kind_of(batch).messages
    result = []
    for each in found:
        example = examples[each["first"]]
        # In a group the one value of an example would mislead: gaps show as "…". The paper goes with the field.
        shared = {key: value for key, value in example.params.items() if key == "paper"}
        text, todo = describe(each["code"], example.params if each["rows"] == 1 else shared, messages)
        result.append(
            FindingGroup(
                each["code"],
                each["level"],
                each["field"],
                each["rows"],
                each["families"],
                text,
                todo,
                shown_value(example.value),
            )
        )
    return result


def view(batch: ImportBatch, finding: ImportFinding) -> FindingView:
    """A finding put into the active language, a whole valid number masked."""
    text, todo = describe(finding.code, finding.params, kind_of(batch).messages)
    return FindingView(
        finding.pk,
        finding.row,
        finding.sheet,
        finding.col,
        finding.field,
        shown_value(finding.value),
        text,
        todo,
        finding.code,
        finding.level,
        finding.grp,
    )


def shown_value(value: str) -> str:
    """A cell's text for a page: sixteen digits may be somebody's number and are masked, broken ones must be seen."""
    return mask(value) if len(value) == 16 and value.isascii() and value.isdigit() else value
