"""Numbers of decisions and letters: patterns of the city settings, sequences that never double under two writers."""

from __future__ import annotations

from django.db import connection

from core.models import CitySettings

DECISION_PATTERN = "{n}/KEP/TKPKD/{year}"
LETTER_PATTERN = "{code}/{n}/{office}/{year}"
LETTER_CODE = "005"  # classification of invitations in the old code list; a setting
_LOCK_SPACE = 7352  # first half of our advisory locks; the year is the second


def lock_year(kind: int, year: int) -> None:
    """Let one writer at a time take a number of this kind (1 decision, 2 letter) and year, for its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE + kind, year])


def _settings() -> tuple[dict, str]:
    city = CitySettings.load()
    return (city.labels or {}, city.planning_agency) if city else ({}, "Bappeda")


def decision_number(n: int, year: int) -> str:
    """The number as it is written: pattern `decision_number` of the settings' labels with `{n}` and `{year}`."""
    labels, _office = _settings()
    return _fill(labels.get("decision_number"), DECISION_PATTERN, n=n, year=year)


def letter_number(n: int, year: int, code: str = "") -> str:
    """The number as it is written: pattern `letter_number` with `{code}`, `{n}`, `{office}`, `{year}`."""
    labels, office = _settings()
    code = code or labels.get("letter_code") or LETTER_CODE
    return _fill(labels.get("letter_number"), LETTER_PATTERN, n=n, year=year, code=code, office=office)


def _fill(pattern, fallback: str, **values) -> str:
    """A pattern that a person mistyped in the settings must not stop a meeting."""
    try:
        return (pattern or fallback).format(**values)
    except (KeyError, IndexError, ValueError, AttributeError):
        return fallback.format(**values)
