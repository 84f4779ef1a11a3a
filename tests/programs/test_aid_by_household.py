"""The two readings of the log by household say the same: the views for figures, the conditions for lists."""

import datetime as dt

import pytest
from django.utils import timezone

from households.models import Household
from programs import figures
from tests import factories as make


@pytest.fixture
def log(world):
    """Aid of households, of persons and of a group; void, rejected, of another year, and before somebody joined."""
    year = world.year
    day = dt.date(year, 6, 1)
    homes = [make.family(2) for _ in range(7)]
    person = homes[0].members.first()
    received = make.AssistanceFactory(
        program_year=world.program_year, household=None, member=person, counts_for=homes[0], received=True
    )
    make.DeliveryFactory(assistance=received, date=day)
    void = make.AssistanceFactory(program_year=world.program_year, household=homes[1], received=True)
    make.DeliveryFactory(assistance=void, date=day, void=True, void_reason="keliru")
    old = make.AssistanceFactory(program_year=world.other_program_year, household=homes[2], received=True)
    make.DeliveryFactory(assistance=old, date=dt.date(year - 1, 12, 31))
    make.AssistanceFactory(
        program_year=world.program_year, household=homes[3], status="rejected", status_reason="mampu"
    )
    group = make.RecipientGroupFactory(program=world.other_program)
    make.GroupMemberFactory(group=group, household=homes[4], valid_from=dt.date(year, 1, 1))
    make.GroupMemberFactory(group=group, household=homes[5], valid_from=dt.date(year, 7, 1))
    make.GroupMemberFactory(group=group, household=homes[6], valid_to=timezone.localdate() - dt.timedelta(days=400))
    shared = make.AssistanceFactory(
        program_year=world.other_program_year, household=None, group=group, counts_for=None, received=True
    )
    make.DeliveryFactory(assistance=shared, date=day)
    return homes


@pytest.mark.parametrize("kind", ["reached", "enrolled"])
@pytest.mark.parametrize("narrow", ["", "programs", "kinds", "both"])
@pytest.mark.parametrize("back", [0, 1])
def test_views_and_conditions_agree(world, log, kind, narrow, back):
    options = {}
    if narrow in ("programs", "both"):
        options["programs"] = [str(world.other_program.uuid)]
    if narrow in ("kinds", "both"):
        options["kinds"] = [world.other_program.benefit_kind_id]
    rows, condition = getattr(figures, f"{kind}_rows"), getattr(figures, f"{kind}_by")
    year = world.year - back
    want = set(rows(year, **options).values_list("household", flat=True))
    found = condition("pk", year, **options)
    for q in (found.some, found.some_by_row):
        assert set(Household.objects.filter(q).values_list("pk", flat=True)) == want
    everybody = set(Household.objects.values_list("pk", flat=True))
    for q in (found.none, ~found.some, ~found.some_by_row):
        assert set(Household.objects.filter(q).values_list("pk", flat=True)) == everybody - want
    assert want or back or narrow


def test_who_counts(world, log):
    """The person's household, and who belonged to the group on the day."""
    reached = set(Household.objects.filter(figures.reached_by("pk", world.year).some))
    assert reached & set(log) == {log[0], log[4]}
