"""Issuing a version of the report: three files made at one moment and never changed."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max

from core.attachments import store
from core.choices import AccessKind
from core.contents import Content
from core.history import history, record_access
from core.roles import Perm, require
from reports.lp2kd import papers
from reports.lp2kd.chapters import REPORT
from reports.lp2kd.facts import collect
from reports.lp2kd.models import Issue
from reports.lp2kd.texts import texts_of


def files_of(year: int, *, by) -> tuple[dict[str, bytes], list[str]]:
    """The report of a year as files by ending, and what is missing in it."""
    facts, texts = collect(year), texts_of(year)
    files = {
        "pdf": papers.pdf(facts, texts, by=by),
        "docx": papers.word(facts, texts),
        "xlsx": papers.workbook(facts, by=by),
    }
    return files, papers.missing(facts, texts)


@transaction.atomic
def issue(*, year: int, by, number: str = "", note: str = "") -> Issue:
    """Make the files and keep them as the next version of the year.

    Args:
        year: year of the report.
        number: letter number, as typed.
        note: why this version, at most 300 characters.

    Raises:
        PermissionDenied: `by` may not change reference data.
    """
    require(by, Perm.MANAGE_REFERENCE)
    with connection.cursor() as cursor:  # a second click waits, and makes the next version
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"issue:{REPORT}:{year}"])
    files, missing = files_of(year, by=by)
    kept = {
        ending: {"sha256": store(Content(f"lp2kd.{ending}", papers.TYPES[ending], data)), "size": len(data)}
        for ending, data in files.items()
    }
    last = Issue.objects.filter(report=REPORT, year=year).aggregate(n=Max("version"))["n"] or 0
    with history(by=by, action="report.issue", reason=note):
        row = Issue.objects.create(
            report=REPORT,
            year=year,
            version=last + 1,
            number=" ".join(number.split())[:80],
            note=" ".join(note.split())[:300],
            missing=missing,
            files=kept,
            by=by,
        )
    record_access(by, AccessKind.EXPORT, f"LP2KD {year}, versi {row.version}")
    return row
