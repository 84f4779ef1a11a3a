"""Bringing and withdrawing a layout."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import read_upload, store, stored_at
from core.history import history
from core.roles import Perm, require
from reports.layouts.filling import filled, known, places
from reports.layouts.models import ReportLayout
from reports.lp2kd.chapters import REPORT
from reports.lp2kd.facts import collect
from reports.lp2kd.texts import texts_of


@transaction.atomic
def bring_layout(*, upload, name: str, by, year: int) -> ReportLayout:
    """Keep a layout after looking at its places.

    Args:
        upload: an uploaded DOCX or XLSX, None when none was chosen.
        name: what it is called, at most 120 characters.
        by: who brings it.
        year: year whose names of figures are asked.

    Raises:
        PermissionDenied: `by` may not change reference data.
        ValidationError: no file, another kind, damaged, too large, without places, or with places nobody can fill.
    """
    require(by, Perm.MANAGE_REFERENCE)
    content = read_upload(upload)
    ending = PurePosixPath(content.name).suffix.lower().lstrip(".")
    if ending not in ("docx", "xlsx"):
        raise ValidationError(_("A layout is a DOCX or XLSX file."))
    found = places(ending, content.data)
    if not found:
        raise ValidationError(
            _("The file has no named place. Write for example {{cakupan}} where a figure belongs, then bring it again.")
        )
    facts, texts = collect(year), texts_of(year)
    if unknown := sorted(found - known(facts, texts)):
        raise ValidationError(
            _("Nothing can be filled in for: %(names)s. Take the names from the list on this page.")
            % {"names": ", ".join(unknown)}
        )
    filled(ending, content.data, facts, texts)  # what cannot be filled is refused now, not when it is needed
    row = ReportLayout(
        report=REPORT, name=" ".join(name.split()) or content.name, ending=ending, sha256=store(content), by=by
    )
    row.full_clean()
    with history(by=by, action="layout.bring"):
        row.save()
    return row


def withdraw_layout(*, layout: ReportLayout, by) -> None:
    """Take a layout out of use; reports that were made with it stay. Raises PermissionDenied."""
    require(by, Perm.MANAGE_REFERENCE)
    with history(by=by, action="layout.withdraw"):
        ReportLayout.objects.filter(pk=layout.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


def fill_layout(layout: ReportLayout, *, year: int) -> bytes:
    """The layout filled with the figures of `year`, as they are now."""
    return filled(layout.ending, stored_at(layout.sha256).read_bytes(), collect(year), texts_of(year))
