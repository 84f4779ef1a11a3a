"""The register of letters: one sequence a year and direction, numbers of ours or typed from another system."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from meetings import numbering
from meetings.actions.planning import lock, reason_given
from meetings.choices import Direction, LetterKind, Sifat
from meetings.models import Letter, Meeting


@transaction.atomic
def register_letter(
    *,
    by,
    subject: str,
    kind: str = LetterKind.OTHER,
    direction: str = Direction.OUT,
    date: dt.date | None = None,
    counterpart: str = "",
    sifat: str = Sifat.ORDINARY,
    enclosure: str = "",
    meeting: Meeting | None = None,
    number: str = "",
    blank_reason: str = "",
    code: str = "",
) -> Letter:
    """Enter a letter.

    `number`: typed, as it stands; `blank_reason`: why there is none; else the next of the year.

    Two writers never get the same number: the sequence of the year is taken by one at a time.
    """
    require(by, Perm.RUN_MEETINGS)
    date = date or timezone.localdate()
    row = Letter(
        year=date.year,
        direction=direction,
        kind=kind,
        date=date,
        subject=subject.strip(),
        counterpart=counterpart.strip(),
        sifat=sifat or Sifat.ORDINARY,
        enclosure=" ".join(enclosure.split()),
        meeting=meeting,
        number=" ".join(number.split()),
        blank_reason=" ".join(blank_reason.split()),
        by=by,
    )
    if not row.number and not row.blank_reason:
        numbering.lock_year(2, row.year)
        last = Letter.objects.filter(year=row.year, direction=direction).aggregate(n=Max("sequence"))["n"] or 0
        row.sequence = last + 1
        row.number = numbering.letter_number(row.sequence, row.year, code)
    row.full_clean()
    with history(by=by, action="letter.register"):
        row.save()
    return row


@transaction.atomic
def refuse_letter(*, letter: Letter, reason: str, by) -> Letter:
    """The request for this letter was refused; its line stays in the register, with the reason."""
    require(by, Perm.RUN_MEETINGS)
    row = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if row.refused_reason:
        raise ValidationError(_("This letter was refused already."))
    row.refused_reason = reason_given(reason)[:200]
    with history(by=by, action="letter.refuse", reason=row.refused_reason):
        row.save(update_fields=["refused_reason"])
    return row


@transaction.atomic
def letter_of(meeting: Meeting, kind: str, *, by, subject: str, counterpart: str = "", **values) -> Letter:
    """The meeting's letter of this kind that stands, registered now when there is none (`values`: as register_letter).

    Two who ask at the same moment get the same letter.
    """
    lock(meeting)
    found = meeting.letters.filter(kind=kind, refused_reason="").order_by("-pk").first()
    return found or register_letter(
        by=by, subject=subject, kind=kind, meeting=meeting, counterpart=counterpart, **values
    )
