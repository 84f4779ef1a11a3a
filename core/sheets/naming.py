"""Safe names and texts for workbooks: what Excel refuses, and what it would take for a formula."""

import re
import unicodedata
from collections.abc import Iterable

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CELL_LENGTH = 32_767  # characters Excel keeps in a cell
_SHEET_LENGTH = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def safe_sheet_name(name: str, taken: Iterable[str] = ()) -> str:
    """A sheet name that Excel accepts and that is none of `taken` (compared without case)."""
    bare = re.sub(r"\s+", " ", _FORBIDDEN.sub(" ", str(name))).strip(" '")[:_SHEET_LENGTH].strip(" '")
    if not bare or bare.casefold() == "history":  # Excel keeps "History" for itself
        bare = "Sheet"
    used = {other.casefold() for other in taken}
    answer, number = bare, 1
    while answer.casefold() in used:
        number += 1
        tail = f" ({number})"
        answer = bare[: _SHEET_LENGTH - len(tail)].rstrip() + tail
    return answer


def safe_file_name(text: str, ext: str = "xlsx") -> str:
    """A file name of small letters, digits and hyphens: "Gap: Kel. Laing, 2026" -> "gap-kel-laing-2026.xlsx"."""
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:100] or 'data'}.{ext}"


def safe_text(text: str) -> str:
    """A text that a cell can hold: no control characters, at most 32,767 characters."""
    return _CONTROL.sub("", text)[:CELL_LENGTH]


def unique(labels: Iterable[str]) -> list[str]:
    """The labels, repeated ones numbered: ["NIK", "NIK"] -> ["NIK", "NIK (2)"]."""
    seen: dict[str, int] = {}
    answer = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        answer.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return answer
