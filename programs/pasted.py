"""Pasted NIKs, one a line: what each line is, who it names, and what that person means for a programme year."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.choices import AccessKind
from core.history import record_access
from core.nik import MESSAGES, mask, parse_nik
from core.parsed import describe
from core.throttle import throttle
from households.models import Member
from programs.candidates import Check, check_members
from programs.models import ProgramYear

MOST_LINES = 500
LISTS_AN_HOUR = 60  # more than a person works through: longer lists come as a sheet, whose way leaves more behind
_LEADING = re.compile(r"^[\s'’‘]*([\d][\d .\-]*\d)")


@dataclass
class Line:
    """One line. `number`: masked; `problem`: why it names nobody, in words; `check`: what the person means."""

    n: int
    number: str
    problem: str = ""
    member: Member | None = None
    check: Check | None = None

    @property
    def can_come_in(self) -> bool:
        """Whether this person could be proposed."""
        return bool(self.check and self.check.mine and not self.check.enrolled)


def read_lines(text: str, program_year: ProgramYear, user) -> list[Line]:
    """Read pasted text; leaves one access record. Raises ValidationError for too many lines."""
    lines = named_lines(text, user)
    people = {line.member.pk: line for line in lines if line.member}
    for pk, check in check_members(program_year, people, user).items():
        people[pk].check = check
    return lines


def named_lines(text: str, user) -> list[Line]:
    """Pasted text and whom its lines name, without a programme; leaves one access record."""
    texts = [line for line in text.splitlines() if line.strip()]
    if len(texts) > MOST_LINES:
        raise ValidationError(
            _("At most %(n)s lines at once. Bring longer lists as a sheet.") % {"n": MOST_LINES}, code="lines"
        )
    lines, wanted = [], {}
    for n, raw in enumerate(texts, 1):
        found = _LEADING.match(raw)
        parsed = parse_nik(found[1] if found else raw.strip())
        if parsed.error or not parsed.value:
            words = describe(parsed.error, parsed.params, MESSAGES) if parsed.error else (_("No NIK in this line."),)
            lines.append(Line(n, raw.strip()[:6] + "…", " ".join(filter(None, words))))
            continue
        line = Line(n, mask(parsed.value))
        if parsed.value in wanted:
            line.problem = _("Stands above already, in line %(n)s.") % {"n": wanted[parsed.value].n}
        else:
            wanted[parsed.value] = line
        lines.append(line)
    _find(wanted, user)
    return lines


def _find(wanted: dict[str, Line], user) -> None:
    """Put the person to each line whose NIK is known and in sight; say of the others only what may be said."""
    if not wanted:
        return
    if user is not None:
        throttle(user, "pasted", limit=LISTS_AN_HOUR, seconds=3600)
    record_access(user, AccessKind.LOOKUP, _("Pasted list of NIK"), rows=len(wanted))
    members = Member.objects.visible_to(user).filter(nik__in=list(wanted)).select_related("household__region")
    for member in members:
        line = wanted[member.nik]
        line.member = member
        if member.status != "active":
            line.member, line.problem = (
                None,
                _("%(name)s: %(status)s")
                % {
                    "name": member.name,
                    "status": member.get_status_display(),
                },
            )
    known = set(Member.objects.filter(nik__in=list(wanted), merged_into__isnull=True).values_list("nik", flat=True))
    for nik, line in wanted.items():
        if line.member or line.problem:
            continue
        if nik in known:
            line.problem = _("This NIK is already registered elsewhere. Ask for a transfer.")
        else:
            line.problem = _("Not in the data. Record the household first.")
