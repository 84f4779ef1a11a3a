"""People come, move, split off, lead, die: what changes, what is recorded, and what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from core.models import HistoryEntry, HistoryTransaction
from core.registry import registry
from households.actions import members as actions
from households.choices import HEAD
from households.locking import EditConflict
from households.models import Household, Member
from programs.models import Assistance
from tests import factories as make

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def keeper(world):
    return world.user("kelurahan_operator")


def last_action():
    return HistoryTransaction.objects.latest("id")


def heads(household):
    return list(household.members.active().filter(relation=HEAD))


def test_add_member_records_who_came_and_since_when(world, keeper):
    member = actions.add_member(household=world.own.household, values={"name": "Rizki"}, date=DAY, born=True, by=keeper)
    assert member.memberships.get().valid_from == DAY
    assert last_action().action == "member.born"
    assert last_action().actor == str(keeper)
    world.own.household.refresh_from_db()
    assert world.own.household.size == 3


def test_add_member_refuses_a_nik_of_ones_own_area_by_name(world, keeper):
    with pytest.raises(ValidationError) as error:
        actions.add_member(
            household=world.own.household, values={"name": "X", "nik": world.own.child.nik}, date=DAY, by=keeper
        )
    assert str(world.own.household) in error.value.message_dict["nik"][0]


def test_add_member_refuses_a_nik_of_another_area_without_naming_it(world, keeper):
    with pytest.raises(ValidationError) as error:
        actions.add_member(
            household=world.own.household, values={"name": "X", "nik": world.other.head.nik}, date=DAY, by=keeper
        )
    text = error.value.message_dict["nik"][0]
    assert error.value.error_dict["nik"][0].code == "elsewhere"
    assert world.other.head.name not in text
    assert world.other.region.name not in text


@pytest.mark.parametrize("role", ["opd_operator", "kecamatan_reader", "leadership", "auditor", "group_coordinator"])
def test_only_keepers_of_the_area_add_members(world, role):
    with pytest.raises(PermissionDenied):
        actions.add_member(household=world.own.household, values={"name": "X"}, date=DAY, by=world.user(role))
    assert world.own.household.members.count() == 2


def test_a_keeper_cannot_touch_another_area(world, keeper):
    with pytest.raises(PermissionDenied):
        actions.edit_member(member=world.other.head, section="identity", values={"name": "X"}, version=None, by=keeper)


def test_edit_member_keeps_aid_when_the_nik_is_corrected(world, keeper):
    head, before = world.own.head, world.own.head.nik
    nik = before[:12] + "9999"
    actions.edit_member(member=head, section="identity", values={"nik": nik}, version=head.version, by=keeper)
    head.refresh_from_db()
    assert head.nik == nik
    assert Assistance.objects.filter(counts_for=head.household).count() == 2
    entry = HistoryEntry.objects.filter(tbl="households_member", pk_text=str(head.pk), op="U").latest("id")
    assert entry.data == {"nik": before}


def test_edit_member_shows_the_second_writer_both_versions(world, keeper):
    child = world.own.child
    actions.edit_member(
        member=child, section="school", values={"school_name": "SDN 1"}, version=child.version, by=keeper
    )
    with pytest.raises(EditConflict) as conflict:
        actions.edit_member(
            member=child, section="school", values={"school_name": "SDN 2"}, version=child.version, by=keeper
        )
    assert conflict.value.current.school_name == "SDN 1"
    assert conflict.value.who == str(keeper)


def test_edit_member_does_not_make_a_second_head(world, keeper):
    with pytest.raises(ValidationError):
        actions.edit_member(
            member=world.own.child, section="identity", values={"relation": HEAD}, version=None, by=keeper
        )
    assert heads(world.own.household) == [world.own.head]


def test_change_head_leaves_exactly_one(world, keeper):
    actions.change_head(household=world.own.household, head=world.own.child, old_relation=7, date=DAY, by=keeper)
    assert heads(world.own.household) == [world.own.child]
    world.own.household.refresh_from_db()
    assert world.own.household.head_name == world.own.child.name
    assert Member.objects.get(pk=world.own.head.pk).relation == 7


def test_a_head_who_dies_needs_a_successor(world, keeper):
    gone = {"member": world.own.head, "status": "deceased", "date": DAY, "reason": "Sakit", "by": keeper}
    with pytest.raises(ValidationError) as error:
        actions.end_member(**gone)
    assert "new_head" in error.value.message_dict
    world.own.head.refresh_from_db()
    assert world.own.head.status == "active", "a refused action changes nothing"
    actions.end_member(**gone, new_head=world.own.child)
    assert heads(world.own.household) == [world.own.child]
    assert world.own.head.memberships.get().end_reason == "died"


def test_the_last_person_who_dies_ends_the_household(world, keeper):
    alone = make.family(1, region_id=world.own.region.code)
    actions.end_member(member=alone.members.get(), status="deceased", date=DAY, reason="Usia lanjut", by=keeper)
    alone.refresh_from_db()
    assert (alone.status, alone.status_date, alone.status_reason) == ("deceased", DAY, "Usia lanjut")


def test_end_member_refuses_the_future_and_an_empty_reason(world, keeper):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for wrong in ({"date": tomorrow, "reason": "x"}, {"date": DAY, "reason": " "}):
        with pytest.raises(ValidationError):
            actions.end_member(member=world.own.child, status="moved", by=keeper, **wrong)
    world.own.child.refresh_from_db()
    assert world.own.child.status == "active"


def test_restore_member_takes_a_mistake_back(world, keeper):
    actions.end_member(member=world.own.child, status="moved", date=DAY, reason="Salah", by=keeper)
    actions.restore_member(member=world.own.child, reason="Masih ada", by=keeper)
    world.own.child.refresh_from_db()
    assert world.own.child.status == "active"
    assert world.own.child.memberships.get().valid_to is None


def test_move_member_keeps_the_past_and_takes_own_aid_along(world, keeper):
    target = make.family(2, region_id=world.own.region.code)
    aid = make.AssistanceFactory(
        program_year=make.ProgramYearFactory(program=make.ProgramFactory(benefit_unit="person")),
        household=None,
        member=world.own.child,
        counts_for=world.own.household,
        household_then=world.own.household,
    )
    actions.move_member(member=world.own.child, to=target, relation=4, date=DAY, by=keeper)
    world.own.child.refresh_from_db()
    assert world.own.child.household == target
    old, new = world.own.child.memberships.order_by("id")
    assert (old.valid_to, old.end_reason, new.valid_from, new.valid_to) == (DAY, "moved", DAY, None)
    aid.refresh_from_db()
    assert aid.counts_for == target
    assert aid.household_then == world.own.household
    world.own.assistance.refresh_from_db()
    assert world.own.assistance.counts_for == world.own.household, "aid of the household stays with the household"
    target.refresh_from_db()
    world.own.household.refresh_from_db()
    assert (world.own.household.size, target.size) == (1, 3)


def test_move_member_rolls_back_whole_when_a_hook_fails(world, keeper, monkeypatch):
    target = make.family(2, region_id=world.own.region.code)

    def broken(_ids, _by):
        raise RuntimeError

    monkeypatch.setattr(registry, "members_moved", [*registry.members_moved, broken])
    with pytest.raises(RuntimeError):
        actions.move_member(member=world.own.child, to=target, relation=4, date=DAY, by=keeper)
    world.own.child.refresh_from_db()
    assert world.own.child.household == world.own.household
    assert world.own.child.memberships.count() == 1


def test_move_member_between_areas_is_not_the_keepers(world, keeper):
    with pytest.raises(PermissionDenied):
        actions.move_member(member=world.own.child, to=world.other.household, relation=4, date=DAY, by=keeper)


def test_split_household_makes_a_card_of_its_own(world, keeper):
    kk = "1372010103260001"
    new = actions.split_household(
        household=world.own.household,
        members=[world.own.child],
        head=world.own.child,
        relations={},
        kk=kk,
        region=world.own.region,
        address="Jl. Baru",
        rt="001",
        rw="002",
        date=DAY,
        reason="Menikah",
        by=keeper,
    )
    assert (new.kk, new.size, new.head_name, new.desil) == (kk, 1, world.own.child.name, None)
    assert new.numbers.get().valid_from == DAY
    assert heads(new) == [world.own.child]
    assert last_action().action == "household.split"


def test_split_household_leaves_somebody_behind(world, keeper):
    before = Household.objects.count()
    with pytest.raises(ValidationError) as error:
        actions.split_household(
            household=world.own.household,
            members=[world.own.head, world.own.child],
            head=world.own.head,
            relations={},
            kk=None,
            region=world.own.region,
            address="",
            rt="",
            rw="",
            date=DAY,
            by=keeper,
        )
    assert "members" in error.value.message_dict
    assert Household.objects.count() == before
