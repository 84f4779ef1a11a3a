"""Which rows of a sheet form a family: by KK, by another system's id, else by heads and addresses in their order.

Families without KK are many families, never one: each head begins a new one (domain.md section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

NULL = "\\N"
HEAD_CODE = "1"


class GroupIssue(NamedTuple):
    """An error of a row that only its neighbours show. n: index of the row."""

    n: int
    code: str


class Rows(NamedTuple):
    """What grouping looks at, one entry a row, as texts for COPY (`\\N` = nothing).

    kk_raw: what stood where a KK could not be read; ext: "scheme:id"; place: address, RT and RW; sheet: index.
    """

    kk: Sequence[str]
    kk_raw: Sequence[str]
    ext: Sequence[str]
    relation: Sequence[str]
    place: Sequence[tuple]
    sheet: Sequence[int]


def group_rows(rows: Rows, *, kk_once: bool) -> tuple[list[int], list[GroupIssue]]:
    """Number of the family of each row, and errors of rows without KK.

    kk_once: only the first row of a family holds its KK, rows below belong to it until the next head.
    """
    return _Grouping(rows, kk_once).run()


def looks_kk_once(rows: Rows) -> bool:
    """Whether a sheet gives the KK on the rows of heads only (merged cells, questionnaires)."""
    heads = others = heads_with = others_with = 0
    for kk, raw, relation in zip(rows.kk, rows.kk_raw, rows.relation, strict=True):
        given = kk != NULL or raw != NULL
        if relation == HEAD_CODE:
            heads, heads_with = heads + 1, heads_with + given
        elif relation != NULL:
            others, others_with = others + 1, others_with + given
    return heads > 0 and others >= 3 and heads_with > 0.5 * heads and others_with < 0.1 * others


class _Grouping:
    def __init__(self, rows: Rows, kk_once: bool):
        self.rows, self.kk_once = rows, kk_once
        self.numbers: dict[tuple, int] = {}
        self.issues: list[GroupIssue] = []
        self.kk_with_head = {
            kk for kk, relation in zip(rows.kk, rows.relation, strict=True) if relation == HEAD_CODE and kk != NULL
        }

    def run(self) -> tuple[list[int], list[GroupIssue]]:
        kk, kk_raw, ext = self.rows.kk, self.rows.kk_raw, self.rows.ext
        numbers, families, key = self.numbers, [], None
        for n, number in enumerate(kk):
            if number != NULL:
                key = ("kk", number)
            elif kk_raw[n] != NULL:
                key = self._damaged(n, key)
            elif ext[n] != NULL:
                key = ("ext", ext[n])
            else:
                key = self._without_kk(n, key)
            families.append(numbers.setdefault(key, len(numbers)))
        return families, self.issues

    def _damaged(self, n: int, before: tuple | None) -> tuple:
        """Rows that follow each other with the same unreadable KK are one family, until a second head."""
        raw, head = self.rows.kk_raw[n], self.rows.relation[n] == HEAD_CODE
        if before is not None and before[:2] == ("damaged", raw) and not (head and before[3]):
            if head:  # the family keeps its number, with its head noted
                key = (*before[:3], True)
                self.numbers[key] = self.numbers[before]
                return key
            return before
        return ("damaged", raw, n, head)

    def _without_kk(self, n: int, before: tuple | None) -> tuple:
        rows = self.rows
        head = rows.relation[n] == HEAD_CODE
        same_sheet = n > 0 and rows.sheet[n - 1] == rows.sheet[n]
        if self.kk_once and not head and before is not None and same_sheet:
            return before
        if head:
            following = self._following_kk(n)
            if following is not None:
                self.issues.append(GroupIssue(n, "head_without_kk"))
                return ("kk", following)
            return ("none", n)
        if before is not None and same_sheet and rows.relation[n] != NULL and self._near(n, n - 1):
            if before[0] == "none" or before[0] == "damaged":
                return before
            self.issues.append(GroupIssue(n, "member_without_kk"))
            return before
        following = self._following_kk(n)
        if following is not None and self._near(n, n + 1):
            self.issues.append(GroupIssue(n, "member_without_kk"))
            return ("kk", following)
        return ("none", n)

    def _following_kk(self, n: int) -> str | None:
        """KK of the rows right below, when they are members of one family that has no other head."""
        rows, after = self.rows, n + 1
        if after >= len(rows.kk) or rows.sheet[after] != rows.sheet[n]:
            return None
        kk = rows.kk[after]
        if kk == NULL or rows.relation[after] in (HEAD_CODE, NULL) or kk in self.kk_with_head:
            return None
        return kk

    def _near(self, n: int, other: int) -> bool:
        """Whether two rows may be of one house: the same place, or one of them says nothing of it."""
        mine, theirs = self.rows.place[n], self.rows.place[other]
        return all(a == b or NULL in (a, b) for a, b in zip(mine, theirs, strict=True))
