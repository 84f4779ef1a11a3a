"""Words for coded answers, read once a page."""

from __future__ import annotations

from households.models import Code


class Labels:
    """Answers of coded fields in words: `labels.of("floor", 8)` → "Tanah"; one query for all fields it is made for."""

    def __init__(self, *fields: str):
        self._answers = {
            (code.field, code.code): code for code in Code.objects.filter(field__in=fields or ["relation"])
        }

    def of(self, field: str, code: int | None) -> str:
        """The label of an answer; the bare code where the list does not know it, "" for None."""
        if code is None:
            return ""
        answer = self._answers.get((field, code))
        return answer.label if answer else str(code)

    def is_poor(self, field: str, code: int | None) -> bool:
        """Whether the answer counts as poor (unfit house, unsafe water or sanitation)."""
        answer = self._answers.get((field, code))
        return bool(answer and answer.unfit)

    def many(self, field: str, codes) -> str:
        """Labels of several answers, separated by commas."""
        return ", ".join(self.of(field, code) for code in codes or [])

    def choices(self, field: str) -> list[tuple[int, str]]:
        """All answers of a field for a select control."""
        return [(c.code, c.label) for c in self._answers.values() if c.field == field]
