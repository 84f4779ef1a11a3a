"""Decisions freeze exactly what households had; then and now equal what a plain loop over the rows finds."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from core.history import history
from households.models import Household, Member
from meetings import coverage as figures
from meetings.actions import decisions as actions
from meetings.models import Decision
from programs.actions import follow
from programs.models import Delivery, GroupMember
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
JAN = dt.date(TODAY.year, 1, 5)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def meeting(world):
    return make.MeetingFactory(held=True)


def received(program_year, household=None, *, day=JAN, member=None, **values):
    """A delivery of the programme to the household or the person."""
    who = {"household": None, "member": member} if member else {"household": household}
    row = make.AssistanceFactory(program_year=program_year, received=True, **who)
    return make.DeliveryFactory(assistance=row, date=day, **values)


def decide(meeting, by, households, *programs, **values):
    chosen = Household.objects.filter(pk__in=[h.pk for h in households])
    values = {"title": "PBI-JK Laing", "text": "Semua didaftarkan."} | values
    return actions.decide(meeting=meeting, by=by, households=chosen, programs=programs, **values)


def line_of(decision, program_year=None, **options):
    found = figures.coverage(decision, **options)
    key = str(program_year.uuid) if program_year else figures.ANY
    return next(line for line in found.lines if line.key == key)


def by_hand(decision, program_year):
    """(then, now, waiting) by a loop: survivors, each asked one by one."""
    first = dt.date(program_year.year, 1, 1)
    then, now, waiting = set(), set(), set()
    for row in decision.household_set.rows.select_related("household"):
        house = row.household
        while house.merged_into_id:
            house = house.merged_into
        last = row.then["last"].get(str(program_year.program.uuid))
        if last and dt.date.fromisoformat(last) >= first:
            then.add(house.pk)
        mine = Delivery.objects.filter(
            void=False, date__gte=first, date__lte=TODAY, assistance__program_year__program=program_year.program
        )
        groups = GroupMember.objects.filter(household=house).values("group")
        if mine.filter(assistance__counts_for=house).exists() or mine.filter(assistance__group__in=groups).exists():
            now.add(house.pk)
        elif house.status == "active":
            waiting.add(house.pk)
    return then, now, waiting


def agree(decision, program_year):
    then, now, waiting = by_hand(decision, program_year)
    line = line_of(decision, program_year)
    assert (line.then, line.now, line.waiting) == (len(then), len(now), len(waiting))
    assert (line.since, line.lost) == (len(now - then), len(then - now))
    for part, pks in {"then": then, "now": now, "waiting": waiting, "since": now - then, "lost": then - now}.items():
        assert set(figures.household_ids(decision, part, line.key)) == pks, part
    return line


def test_freezing_keeps_what_each_household_had(world, staff, meeting):
    with_aid, without = make.family(2, region_id="13.72.02.1006", desil=2), make.family(1, region_id="13.72.02.1006")
    received(world.program_year, with_aid)
    make.AssistanceFactory(program_year=world.other_program_year, household=without)
    decision = decide(meeting, staff, [with_aid, without], world.program_year)
    rows = {r.household_id: r for r in decision.household_set.rows.all()}
    assert set(rows) == {with_aid.pk, without.pk}
    kept = rows[with_aid.pk]
    assert (kept.desil_then, kept.region_then, kept.then["size"]) == (2, "13.72.02.1006", 2)
    assert kept.then["last"] == {str(world.program.uuid): JAN.isoformat()}
    assert rows[without.pk].then["last"] == {}
    assert rows[without.pk].then["enrolled"] == [str(world.other_program.uuid)]
    assert decision.number == f"1/KEP/TKPKD/{meeting.year}"


def test_later_edits_never_change_what_was_frozen(world, staff, meeting):
    one, two = make.family(1, desil=1), make.family(1, desil=1)
    delivery = received(world.program_year, one)
    decision = decide(meeting, staff, [one, two], world.program_year)
    before = list(decision.household_set.rows.order_by("pk").values())
    with history(by=None, action="test"):
        Household.objects.filter(pk=two.pk).update(desil=9, region_id="13.72.02.1006")
        Delivery.objects.filter(pk=delivery.pk).update(void=True, void_reason="salah")
        make.family(1, desil=1)
    received(world.program_year, two, day=TODAY)
    assert list(decision.household_set.rows.order_by("pk").values()) == before
    line = agree(decision, world.program_year)
    assert (line.then, line.now, line.since, line.lost, line.waiting) == (1, 1, 1, 1, 1)


def test_then_and_now_by_hand(world, staff, meeting):
    """Ten households, each with another fate."""
    houses = [make.family(2) for _n in range(10)]
    program_year = world.program_year
    received(program_year, houses[0])  # had it
    received(program_year, houses[1], day=dt.date(TODAY.year - 1, 6, 1))  # only last year
    voided = received(program_year, houses[2])  # had it, entered by mistake
    person_year = make.ProgramYearFactory(program__of_persons=True)
    received(person_year, member=houses[3].members.first())
    groups = make.ProgramYearFactory(program__of_groups=True)
    group = make.RecipientGroupFactory(program=groups.program)
    make.GroupMemberFactory(group=group, household=houses[4])
    decision = decide(meeting, staff, houses, program_year, person_year, groups)
    # Since then:
    make.DeliveryFactory(
        assistance=make.AssistanceFactory(program_year=groups, household=None, group=group), date=TODAY
    )
    with history(by=None, action="test"):
        Delivery.objects.filter(pk=voided.pk).update(void=True, void_reason="salah")
    received(program_year, houses[5], day=TODAY)
    make.AssistanceFactory(program_year=program_year, household=houses[6], void=True)  # entered, void: not reached
    with history(by=None, action="test"):  # left, reached before; left, never reached
        Household.objects.filter(pk__in=[houses[0].pk, houses[7].pk]).update(
            status="moved", status_reason="pindah", status_date=TODAY
        )
        # The person of house 3 marries into house 8: the aid goes along.
        person = houses[3].members.first()
        Member.objects.filter(pk=person.pk).update(household=houses[8], relation=8)
        follow.members_moved([person.pk], None)
        # House 9 is a duplicate of house 5: together they count once.
        Household.objects.filter(pk=houses[9].pk).update(
            status="duplicate", status_reason="ganda", status_date=TODAY, kk=None, merged_into=houses[5]
        )
        follow.households_merged(houses[9].pk, houses[5].pk, None)
    assert agree(decision, program_year).now == 2
    assert agree(decision, person_year).now == 1
    assert figures.household_ids(decision, "now", str(person_year.uuid)) == [houses[8].pk]
    assert figures.household_ids(decision, "lost", str(person_year.uuid)) == [houses[3].pk]
    assert agree(decision, groups).now == 1
    found = figures.coverage(decision)
    assert (found.frozen, found.here, found.left, found.merged) == (10, 7, 2, 1)
    assert found.left_by == [("moved", "Pindah", 2)] or found.left_by[0][2] == 2
    assert found.total == found.frozen


def test_merged_into_a_household_outside_the_set(world, staff, meeting):
    inside, outside = make.family(1), make.family(1)
    decision = decide(meeting, staff, [inside], world.program_year)
    received(world.program_year, outside, day=TODAY)
    with history(by=None, action="test"):
        Household.objects.filter(pk=inside.pk).update(
            status="duplicate", status_reason="ganda", status_date=TODAY, kk=None, merged_into=outside
        )
    assert figures.household_ids(decision, "now", str(world.program_year.uuid)) == [outside.pk]
    assert agree(decision, world.program_year).now == 1


def test_only_the_readers_area_is_counted(world, staff, meeting):
    here, there = make.family(1, region_id="13.72.01.1001"), make.family(1, region_id="13.72.02.1006")
    decision = decide(meeting, staff, [here, there], world.program_year)
    received(world.program_year, there, day=TODAY)
    found = figures.coverage(decision, prefixes=["13.72.01"])
    assert (found.frozen, found.here, [a.code for a in found.areas]) == (2, 1, ["13.72.01.1001"])
    assert line_of(decision, world.program_year, prefixes=["13.72.01"]).now == 0
    assert line_of(decision, world.program_year, prefixes=["13.72.02.1006"]).now == 1


def test_over_time_ends_at_the_present_number(world, staff, meeting):
    houses = [make.family(1) for _n in range(3)]
    received(world.program_year, houses[0])
    decision = decide(meeting, staff, houses, world.program_year)
    received(world.program_year, houses[1], day=TODAY)
    points = figures.over_time(decision)
    assert points[-1][1][str(world.program_year.uuid)] == line_of(decision, world.program_year).now == 2


def test_numbers_follow_each_other_within_the_year(staff, meeting):
    first = actions.decide(meeting=meeting, by=staff, title="A", text="a")
    second = actions.decide(meeting=meeting, by=staff, title="B", text="b")
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.household_set is None
    assert figures.coverage(first) is None


def test_replacing_and_withdrawing(staff, meeting):
    first = actions.decide(meeting=meeting, by=staff, title="A", text="a")
    second = actions.decide(meeting=meeting, by=staff, title="B", text="b", replaces=first)
    first.refresh_from_db()
    assert first.state == "replaced"
    assert second.number in first.state_reason
    with pytest.raises(ValidationError):
        actions.withdraw(decision=first, by=staff, reason="x")
    with pytest.raises(ValidationError):
        actions.withdraw(decision=second, by=staff, reason="  ")
    assert actions.withdraw(decision=second, by=staff, reason="Tidak perlu lagi").state == "withdrawn"


def test_only_the_secretariat_decides(world, meeting):
    for role in ("opd_operator", "kelurahan_operator", "leadership", "auditor"):
        with pytest.raises(PermissionDenied):
            actions.decide(meeting=meeting, by=world.user(role), title="A", text="a")
    assert not Decision.objects.exists()


def test_final_minutes_take_no_decision(world, staff):
    final = make.MeetingFactory(final=True)
    with pytest.raises(ValidationError):
        actions.decide(meeting=final, by=staff, title="A", text="a")
