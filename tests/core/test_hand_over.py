"""An agency that another follows: open work moves, what is past keeps the old name."""

import datetime as dt

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from core.actions import hand_over
from core.models import AgencySuccession, RoleAssignment
from core.models.records import HistoryTransaction
from core.roles import Perm, access
from tests import factories as make


@pytest.fixture
def succession(world):
    new = make.AgencyFactory(name="Dinas Sosial dan Permukiman", short_name="Dinsoskim")
    return AgencySuccession.objects.create(
        old=world.agency, new=new, date=timezone.localdate() - dt.timedelta(days=3), legal_basis="Perda 2/2026"
    )


def test_open_work_moves_and_the_past_stays(world, succession):
    old, new = succession.old, succession.new
    later = make.ProgramYearFactory(program=world.program, year=world.year + 1, owner=old)
    ended = make.ProgramFactory(owner=old, ended=dt.date(2020, 1, 1))
    todo = make.ActionItemFactory(agency=old)
    done = make.ActionItemFactory(agency=old, state="done", done_at=timezone.now())
    planned, held = make.MeetingFactory(agency=old, state="planned"), make.MeetingFactory(agency=old, state="held")
    operator = world.user("opd_operator")

    moved = hand_over(succession=succession, by=world.user("bappeda_admin"))

    rows = (world.program, world.program_year, later, ended, todo, done, planned, held, old)
    for row in rows:
        row.refresh_from_db()
    assert world.program.owner == new
    assert world.program_year.owner == old  # reports of this year keep the name
    assert later.owner == new
    assert ended.owner == old
    assert (todo.agency, done.agency) == (new, old)
    assert (planned.agency, held.agency) == (new, old)
    assert old.valid_to == succession.date - dt.timedelta(days=1)
    roles = RoleAssignment.objects.filter(user=operator).order_by("valid_from", "pk")
    assert [(r.agency, r.valid_to) for r in roles] == [(old, old.valid_to), (new, None)]
    assert access(world.user("opd_operator")).can(Perm.DELIVER, agency=new.pk)
    assert not access(world.user("opd_operator")).can(Perm.DELIVER, agency=old.pk)
    assert moved >= 7
    assert HistoryTransaction.objects.get(action="agency.hand_over").reason == "Perda 2/2026"


def test_again_moves_nothing(world, succession):
    admin = world.user("bappeda_admin")
    hand_over(succession=succession, by=admin)
    assert hand_over(succession=succession, by=admin) == 0


def test_not_before_its_day(world, succession):
    succession.date = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(ValidationError):
        hand_over(succession=succession, by=world.user("bappeda_admin"))


def test_programmes_of_one_name_are_told_apart_first(world, succession):
    make.ProgramFactory(owner=succession.new, name=world.program.name)
    with pytest.raises(ValidationError, match=world.program.name):
        hand_over(succession=succession, by=world.user("bappeda_admin"))
    assert RoleAssignment.objects.filter(agency=succession.new).count() == 0


def test_only_the_admin(world, succession):
    with pytest.raises(PermissionDenied):
        hand_over(succession=succession, by=world.user("bappeda_staff"))


def test_from_the_admin(client, world, succession):
    client.force_login(world.user("bappeda_admin"))
    answer = client.post(
        reverse("admin:core_agencysuccession_changelist"),
        {"action": "move_open_work", ACTION_CHECKBOX_NAME: [succession.pk]},
        follow=True,
    )
    assert answer.status_code == 200
    world.program.refresh_from_db()
    assert world.program.owner == succession.new
