"""Measured progress against SQL written by hand, case by case; and frozen lists that nothing changes afterwards."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from core.history import history
from households import sets
from households.models import Household, HouseholdSet, HouseholdSetRow, Member
from meetings import coverage
from meetings.actions import decisions, items
from meetings.measures import progress_of
from meetings.models import ActionItem
from programs.actions import follow
from programs.models import Assistance, Delivery
from tests import factories as make
from tests.meetings.test_decisions import received

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
JAN = dt.date(TODAY.year, 1, 5)
LAST = dt.date(TODAY.year - 1, 12, 31)
SIZE = 6


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


def changed(model, pk, **values):
    with history(by=None, action="test"):
        model.objects.filter(pk=pk).update(**values)


def merge(gone, survivor):
    with history(by=None, action="test"):
        Household.objects.filter(pk=gone.pk).update(
            status="duplicate", status_reason="ganda", status_date=TODAY, kk=None, merged_into=survivor
        )
        follow.households_merged(gone.pk, survivor.pk, None)


def left(house, status):
    changed(Household, house.pk, status=status, status_reason="x", status_date=TODAY)


# Each case changes the log and the households of a frozen list of six, and says (done, goal, left).


def plain(program_year, houses):
    received(program_year, houses[0])
    received(program_year, houses[1], day=TODAY)
    return 2, 6, 0


def of_last_year(program_year, houses):
    received(program_year, houses[0], day=LAST)
    received(program_year, houses[1])
    return 1, 6, 0


def corrected_away(program_year, houses):
    wrong = received(program_year, houses[0])
    received(program_year, houses[1])
    changed(Delivery, wrong.pk, void=True, void_reason="salah orang")
    return 1, 6, 0


def corrected_and_entered_again(program_year, houses):
    wrong = received(program_year, houses[0])
    changed(Delivery, wrong.pk, void=True, void_reason="salah tanggal")
    make.DeliveryFactory(assistance=wrong.assistance, date=TODAY)
    return 1, 6, 0


def corrected_into_the_year_before(program_year, houses):
    changed(Delivery, received(program_year, houses[0]).pk, date=LAST)
    return 0, 6, 0


def stopped_after_it_was_received(program_year, houses):
    row = received(program_year, houses[0]).assistance
    changed(Assistance, row.pk, status="stopped", status_reason="mampu")
    return 1, 6, 0


def never_received(program_year, houses):
    make.AssistanceFactory(program_year=program_year, household=houses[0], approved=True)
    make.AssistanceFactory(program_year=program_year, household=houses[1], rejected=True)
    return 0, 6, 0


def gone_by_status(program_year, houses):
    received(program_year, houses[0])
    left(houses[0], "deceased")  # had it: stays counted
    left(houses[1], "excluded")  # never had it: nobody can reach it any more
    return 1, 5, 2


def two_of_the_list_merged(program_year, houses):
    received(program_year, houses[0])
    received(program_year, houses[1])
    merge(houses[1], houses[0])
    return 1, 5, 0


def merged_twice_into_one_outside(program_year, houses):
    middle, outside = make.family(1), make.family(1)
    merge(houses[0], middle)
    merge(middle, outside)
    received(program_year, outside, day=TODAY)
    return 1, 6, 0


def moved_within_the_city(program_year, houses):
    received(program_year, houses[0])
    changed(Household, houses[0].pk, region_id="13.72.02.1006")
    changed(Household, houses[1].pk, region_id="13.72.02.1006", desil=9)
    return 1, 6, 0


def moved_away(program_year, houses):
    received(program_year, houses[0])
    left(houses[0], "moved")
    left(houses[1], "moved")
    return 1, 5, 2


CASES = [plain, of_last_year, corrected_away, corrected_and_entered_again, corrected_into_the_year_before,
         stopped_after_it_was_received, never_received, gone_by_status, two_of_the_list_merged,
         merged_twice_into_one_outside, moved_within_the_city, moved_away]  # fmt: skip


def survivors(household_set):
    """Households that stand for the list today, found by walking."""
    found = set()
    for row in household_set.rows.select_related("household"):
        house = row.household
        while house.merged_into_id:
            house = Household.objects.get(pk=house.merged_into_id)
        found.add(house.pk)
    return found


BY_HAND = """
SELECT count(*) FROM programs_delivery d
JOIN programs_assistance a ON a.id = d.assistance_id
JOIN programs_programyear y ON y.id = a.program_year_id
WHERE a.counts_for_id = %s AND y.program_id = %s AND NOT d.void AND d.date >= %s AND d.date <= %s
"""


def by_hand(household_set, program_year):
    done = 0
    for pk in survivors(household_set):
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND, [pk, program_year.program_id, dt.date(program_year.year, 1, 1), TODAY])
            done += cursor.fetchone()[0] > 0
    return done


@pytest.fixture
def measured(world, staff):
    houses = [make.family(1) for _n in range(SIZE)]
    decision = decisions.decide(
        meeting=make.MeetingFactory(held=True),
        by=staff,
        title="Semua menerima",
        text="Semua",
        households=Household.objects.filter(pk__in=[h.pk for h in houses]),
        programs=[world.program_year],
    )
    item = items.create_item(
        by=staff, title="Salurkan", decision=decision, agency=world.agency, due=TODAY,
        measure="received", program_year=world.program_year,
    )  # fmt: skip
    return decision, item, houses


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_progress_equals_sql_by_hand(world, measured, case):
    decision, item, houses = measured
    done, goal, gone = case(world.program_year, houses)
    found = progress_of([ActionItem.objects.select_related("program_year__program").get(pk=item.pk)])[item.pk]
    assert found.done == by_hand(decision.household_set, world.program_year) == done
    assert (found.goal, found.left, found.total) == (goal, gone, SIZE)
    line = coverage.coverage(decision).lines[0]
    assert line.now == done  # the decision's page says the same
    assert len(coverage.household_ids(decision, "now", line.key)) == done


def test_aid_of_a_person_goes_where_the_person_goes(world, staff):
    program_year = make.ProgramYearFactory(program__of_persons=True)
    one, two, outside = (make.family(2) for _n in range(3))
    decision = decisions.decide(
        meeting=make.MeetingFactory(held=True), by=staff, title="x", text="x", programs=[program_year],
        households=Household.objects.filter(pk__in=[one.pk, two.pk]),
    )  # fmt: skip
    item = items.create_item(
        by=staff, title="Daftarkan", decision=decision, agency=world.agency, due=TODAY,
        measure="received", program_year=program_year,
    )  # fmt: skip
    person = one.members.order_by("pk").last()
    received(program_year, member=person, day=TODAY)

    def done():
        rows = [ActionItem.objects.select_related("program_year__program").get(pk=item.pk)]
        found = progress_of(rows)[item.pk].done
        assert found == by_hand(decision.household_set, program_year)
        return found

    def move(house):
        with history(by=None, action="test"):
            Member.objects.filter(pk=person.pk).update(household=house)
            follow.members_moved([person.pk], None)

    assert done() == 1
    move(two)
    assert done() == 1
    assert coverage.household_ids(decision, "now", str(program_year.uuid)) == [two.pk]
    move(outside)
    assert done() == 0


# --- frozen ----------------------------------------------------------------------------------------------------------


def test_no_later_edit_reaches_a_frozen_list(world, staff):
    """Neither the filter it came from, nor the households, nor the log, nor another decision on the same filter."""
    rule = {"field": "region", "op": "in", "value": [world.own.region.pk]}
    live = make.HouseholdSetFactory(owner=staff, rule=rule, name="Tanah Garam")
    houses = [make.family(2, region_id=world.own.region.pk, desil=1) for _n in range(4)]
    with_aid = received(world.program_year, houses[0])
    decision = decisions.decide(
        meeting=make.MeetingFactory(held=True), by=staff, title="x", text="x", programs=[world.program_year],
        households=sets.resolve(live, staff), rule=live.rule,
    )  # fmt: skip
    frozen = decision.household_set
    before = list(HouseholdSetRow.objects.filter(set=frozen).order_by("pk").values())
    then = coverage.coverage(decision).lines[0].then
    kept = HouseholdSet.objects.filter(pk=frozen.pk).values().get()
    assert len(before) == 5  # four and the family of the world

    with history(by=None, action="test"):  # the filter
        HouseholdSet.objects.filter(pk=live.pk).update(rule={"field": "desil", "op": "eq", "value": 9}, name="Lain")
    make.family(1, region_id=world.own.region.pk)  # one more that fits it
    changed(Household, houses[1].pk, desil=8, region_id="13.72.02.1006", address="Pindah")  # the households
    left(houses[2], "moved")
    merge(houses[3], world.own.household)
    changed(Delivery, with_aid.pk, void=True, void_reason="salah")  # the log
    received(world.program_year, houses[1], day=JAN)  # entered late, for a day before the freeze
    decisions.decide(
        meeting=make.MeetingFactory(held=True), by=staff, title="y", text="y", programs=[world.program_year],
        households=Household.objects.filter(pk__in=[h.pk for h in houses]), replaces=decision,
    )  # fmt: skip

    assert list(HouseholdSetRow.objects.filter(set=frozen).order_by("pk").values()) == before
    assert HouseholdSet.objects.filter(pk=frozen.pk).values().get() == kept
    found = coverage.coverage(decision)
    assert found.lines[0].then == then
    assert (found.frozen, found.total) == (5, 5)
