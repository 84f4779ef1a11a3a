"""The texts of the chapters: kept by year, filled with figures, begun from last year's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from reports.lp2kd.chapters import BY_KEY, CHAPTERS, REPORT, Chapter
from reports.lp2kd.models import Narrative

_PLACE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
LONGEST = 20_000


@dataclass(frozen=True)
class Text:
    """A chapter's text in a year. `own`: written for this year; else it is the text the chapter begins with."""

    chapter: Chapter
    text: str
    own: bool
    version: int
    last_year: str


def texts_of(year: int) -> list[Text]:
    """All chapters of a year in order; one query."""
    rows = {(row.year, row.chapter): row for row in Narrative.objects.filter(report=REPORT, year__in=[year, year - 1])}
    found = []
    for chapter in CHAPTERS:
        row, before = rows.get((year, chapter.key)), rows.get((year - 1, chapter.key))
        found.append(
            Text(
                chapter,
                row.text if row else chapter.begins,
                row is not None,
                row.version if row else 0,
                before.text if before else "",
            )
        )
    return found


@transaction.atomic
def write_text(*, year: int, chapter: str, text: str, version: int, by) -> Narrative:
    """Keep the text of a chapter.

    Args:
        year: year of the report.
        chapter: key of the chapter.
        text: at most 20,000 characters; figures as `{{name}}`.
        version: the version that was read; 0 when there was none.
        by: who writes.

    Raises:
        PermissionDenied: `by` may not change reference data.
        ValidationError: too long, or somebody else saved meanwhile (code `conflict`).
    """
    require(by, Perm.MANAGE_REFERENCE)
    if chapter not in BY_KEY:
        raise LookupError(chapter)
    if len(text) > LONGEST:
        raise ValidationError(_("The text is longer than %(n)s characters. Shorten it.") % {"n": LONGEST})
    row = Narrative.objects.select_for_update(of=("self",)).filter(report=REPORT, year=year, chapter=chapter).first()
    if (row.version if row else 0) != version:
        raise ValidationError(
            _("%(who)s saved this chapter meanwhile. Compare both texts, then save again.")
            % {"who": (row and row.by) or _("Somebody")},
            code="conflict",
        )
    with history(by=by, action="report.write_text"):
        row = row or Narrative(report=REPORT, year=year, chapter=chapter, version=0)
        row.text, row.by, row.version = text.replace("\r\n", "\n").strip(), by, row.version + 1
        row.save()
    return row


def fill(text: str, values: dict[str, str]) -> str:
    """The text with its figures; a name that does not exist stays as it stands."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_names(text: str, values: dict[str, str]) -> list[str]:
    """Names in the text that no figure has."""
    return sorted({found[1] for found in _PLACE.finditer(text) if found[1] not in values})
