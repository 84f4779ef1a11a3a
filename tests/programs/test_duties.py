"""What agencies owe and by when: deadlines, states, and mails that go out once."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from core.models import OutgoingMail
from programs.actions import duties as actions
from programs.actions import plans
from programs.choices import Duty
from programs.models import DutyDeadline
from programs.plans.duties import AHEAD, DONE, LATE, LATE_DONE, NONE, OPEN, DutyState, deadlines, duties_of
from tests import factories as make

YEAR = 2025


def moment(text):
    return timezone.make_aware(dt.datetime.fromisoformat(text))


@pytest.fixture
def year(world):
    """A programme year of 2025 of the operator's agency."""
    return make.ProgramYearFactory(program=world.program, year=YEAR)


def duty(name, **agency):
    (row,) = duties_of(YEAR, **agency)
    return row.duties[name]


def test_usual_deadlines(db):
    assert deadlines(YEAR) == {
        "plan": dt.date(2025, 1, 31),
        "q1": dt.date(2025, 4, 10),
        "q2": dt.date(2025, 7, 10),
        "q3": dt.date(2025, 10, 10),
        "q4": dt.date(2026, 1, 10),
    }


def test_deadlines_of_a_year(db, world, bappeda, operator, left):
    usual = deadlines(YEAR)
    actions.set_deadlines(year=YEAR, days=usual | {"q1": dt.date(2025, 4, 20)}, by=bappeda)
    assert deadlines(YEAR)["q1"] == dt.date(2025, 4, 20)
    assert left("programs_dutydeadline") == ("duty.deadline", str(bappeda), 1, "")
    assert DutyDeadline.objects.count() == 1
    actions.set_deadlines(year=YEAR, days=usual, by=bappeda)
    assert not DutyDeadline.objects.exists()
    with pytest.raises(PermissionDenied):
        actions.set_deadlines(year=YEAR, days=usual, by=operator)


@pytest.mark.parametrize(
    ("total", "handed", "late_by", "today", "state"),
    [
        (0, 0, 0, "2025-12-01", NONE),
        (2, 2, 0, "2025-12-01", DONE),
        (2, 2, 1, "2025-12-01", LATE_DONE),
        (2, 1, 0, "2025-04-10", OPEN),
        (2, 1, 0, "2025-04-11", LATE),
        (2, 0, 0, "2025-03-31", AHEAD),
        (2, 0, 0, "2025-04-01", OPEN),
    ],
)
def test_states(total, handed, late_by, today, state):
    row = DutyState("q1", dt.date(2025, 4, 10), total, handed, 0, late_by)
    assert row.state(dt.date.fromisoformat(today)) == state


def test_last_quarter_runs_until_the_end_of_the_year():
    row = DutyState("q4", dt.date(2026, 1, 10), 1)
    assert row.state(dt.date(2025, 12, 31)) == AHEAD
    assert row.state(dt.date(2026, 1, 1)) == OPEN


def test_duties_of_an_agency(world, year, operator, bappeda):
    second = make.whole_plan(make.ProgramYearFactory(program__owner=world.agency, year=YEAR))
    plans.submit_plan(program_year=second, by=operator)
    make.RealisationFactory(program_year=year, quarter=1, verified=True, submitted_at=moment("2025-04-10T10:00"))
    make.RealisationFactory(program_year=second, quarter=1, submitted=True, submitted_at=moment("2025-04-11T10:00"))
    make.RealisationFactory(program_year=second, quarter=2, returned=True)
    plan, first, quarter2 = duty("plan"), duty("q1"), duty("q2")
    assert (plan.total, plan.handed, plan.missing) == (2, 1, [year])
    assert plan.late_by == 1  # submitted today, due in January of 2025
    assert (first.handed, first.late_by, first.missing) == (2, 1, [])
    assert (quarter2.handed, quarter2.returned, len(quarter2.missing)) == (0, 1, 2)
    assert not duties_of(YEAR, agencies=[world.other_agency.pk])


def test_reminder_names_what_is_missing_and_goes_out_once_a_day(world, year, bappeda, operator):
    lines = [actions.duty_line(duty("q1"))]
    args = {"agency": world.agency, "year": YEAR, "lines": lines}
    with pytest.raises(PermissionDenied):
        actions.remind(by=operator, **args)
    assert actions.remind(by=bappeda, **args) == 1
    assert actions.remind(by=bappeda, **args) == 0
    mail = OutgoingMail.objects.get()
    assert mail.to == operator.email
    assert world.program.short_name in mail.body
    assert str(Duty.Q1.label) in mail.body


def test_agency_without_an_address_gets_no_mail(world, year, bappeda, operator):
    operator.email = ""
    operator.save()
    assert actions.remind(agency=world.agency, year=YEAR, lines=["x"], by=bappeda) == 0


@pytest.mark.parametrize(
    ("today", "mails"),
    [("2025-07-06", 0), ("2025-07-07", 1), ("2025-07-10", 1), ("2025-07-11", 1), ("2025-07-17", 1), ("2025-07-18", 0)],
)
def test_clock_reminds_before_and_after_a_deadline(world, year, monkeypatch, today, mails):
    monkeypatch.setattr(timezone, "localdate", lambda *args: dt.date.fromisoformat(today))
    # The roles of the world began in its own past.
    make.whole_plan(year)
    for _n in range(2):
        actions.remind_by_clock()
    assert OutgoingMail.objects.filter(key__startswith="duty:q2:").count() == mails


def test_clock_leaves_alone_who_is_done(world, year, monkeypatch):
    make.RealisationFactory(program_year=year, quarter=2, submitted=True, submitted_at=moment("2025-07-02T10:00"))
    monkeypatch.setattr(timezone, "localdate", lambda *args: dt.date(2025, 7, 9))
    actions.remind_by_clock()
    assert not OutgoingMail.objects.filter(key__startswith="duty:q2:").exists()


def test_deadlines_by_page(client, bappeda):
    client.force_login(bappeda)
    url = f"/programs/deadlines/?year={timezone.localdate().year}"
    page = client.get(url)
    days = {name: field.initial.strftime("%d/%m/%Y") for name, field in page.context["form"].fields.items()}
    year = timezone.localdate().year
    assert client.post(url, days | {"q1": f"20/04/{year}"}).status_code == 302
    assert deadlines(year)["q1"] == dt.date(year, 4, 20)
    assert client.post(url, days | {"q1": "besok"}).status_code == 422
