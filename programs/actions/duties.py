"""Deadlines of plans and quarters, and the reminders that follow from them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import mail
from core.choices import Role
from core.history import history
from core.models import Agency, RoleAssignment, User
from core.roles import Perm, require
from core.templatetags.shell import tanggal
from programs.choices import Duty
from programs.models import DutyDeadline
from programs.plans.duties import LATE, OPEN, deadlines, duties_of, quarter_number, usual_deadline
from programs.plans.quarters import quarter_end

BEFORE_DAYS = 3  # a reminder goes out this many days before a deadline,
AFTER_DAYS = 7  # and another after it, within this many days should the machine be off


@transaction.atomic
def set_deadlines(*, year: int, days: dict[str, dt.date], by) -> None:
    """Set the day of each duty of a year; the usual day needs no row of its own."""
    require(by, Perm.MANAGE_REFERENCE)
    kept = {row.duty: row for row in DutyDeadline.objects.select_for_update().filter(year=year)}
    with history(by=by, action="duty.deadline"):
        for duty in Duty.values:
            due, row = days.get(duty), kept.get(duty)
            if due is None or due == usual_deadline(year, duty):
                if row is not None:
                    row.delete()
            elif row is None or row.due != due:
                row = row or DutyDeadline(year=year, duty=duty)
                row.due = due
                row.full_clean()
                row.save()


def people_of(agency: Agency) -> list[User]:
    """Operators of an agency who can be reached by mail."""
    roles = RoleAssignment.objects.valid_on().filter(role=Role.OPD_OPERATOR, agency=agency)
    return list(User.objects.filter(pk__in=roles.values("user"), is_active=True).exclude(email="").order_by("pk"))


@transaction.atomic
def remind(*, agency: Agency, year: int, lines: list[str], by) -> int:
    """Mail the operators of an agency what it still owes; at most once a day each. Returns how many mails were written.

    `lines`: what is owed, one sentence each.
    """
    require(by, Perm.VERIFY_PLANS)
    today = timezone.localdate()
    with history(by=by, action="duty.remind", reason=f"{agency.short_name} {year}"):
        return sum(
            _post(f"duty:asked:{year}:{agency.pk}:{user.pk}:{today}", user, agency, year, lines)
            for user in people_of(agency)
        )


def _post(key: str, user: User, agency: Agency, year: int, lines: list[str]) -> bool:
    body = "\n".join(
        [
            _("To the operator of %(agency)s,") % {"agency": agency.name},
            "",
            _("these reports of %(year)s have not come in yet:") % {"year": year},
            "",
            *(f"- {line}" for line in lines),
            "",
            _("Please complete them in the application. If you did so today, ignore this mail."),
        ]
    )
    subject = _("Reminder: reports of %(agency)s for %(year)s") % {"agency": agency.short_name, "year": year}
    return mail.post(key=key, to=user.email, subject=subject, body=body) is not None


def remind_by_clock() -> str:
    """Remind every agency once before a deadline and once after it was missed. One line that says what went."""
    today, sent = timezone.localdate(), 0
    for year in (today.year, today.year - 1):
        due = deadlines(year)
        near = {duty: when for duty, day in due.items() if (when := _when(day, today))}
        for row in duties_of(year) if near else ():
            for duty, when in near.items():
                if row.duties[duty].state(today) in (OPEN, LATE):
                    sent += _remind_of(row.agency, year, row.duties[duty], when)
    return f"{sent} reminders of plans and quarters" if sent else ""


def _when(due: dt.date, today: dt.date) -> str:
    """Whether a deadline is near enough for a mail: `before`, `after` or ""."""
    days = (today - due).days
    return "before" if -BEFORE_DAYS <= days <= 0 else "after" if 0 < days <= AFTER_DAYS else ""


def _remind_of(agency: Agency, year: int, state, when: str) -> int:
    line = duty_line(state)
    return sum(
        _post(f"duty:{state.duty}:{year}:{agency.pk}:{user.pk}:{when}", user, agency, year, [line])
        for user in people_of(agency)
    )


def duty_line(state) -> str:
    """What one duty still lacks, in a sentence: which programmes, due when."""
    names = ", ".join(each.program.short_name for each in state.missing)
    what = Duty(state.duty).label
    quarter = quarter_number(state.duty)
    if quarter:
        year = state.missing[0].year if state.missing else state.due.year
        what = f"{what} ({tanggal(quarter_end(year, quarter))})"
    return _("%(what)s, due on %(due)s: %(programs)s") % {"what": what, "due": tanggal(state.due), "programs": names}
