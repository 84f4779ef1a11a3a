"""Households are recorded, edited by section, get another status or card: recorded, in one's area, or refused."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.models import AccessRecord, HistoryTransaction
from households.actions import households as actions
from households.actions.reading import may_unmask, unmask
from households.actions.transfers import decide_transfer, request_transfer
from households.locking import EditConflict
from households.models import Household, TransferRequest
from tests import factories as make

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def keeper(world):
    return world.user("kelurahan_operator")


def test_create_household_with_head_and_card(world, keeper):
    kk = "1372010103260009"
    household = actions.create_household(
        by=keeper, region=world.own.region, head={"name": "Nurhayati", "sex": "F"}, kk=kk, rt="001", rw="002", date=DAY
    )
    assert (household.head_name, household.size, household.numbers.get().kk) == ("Nurhayati", 1, kk)
    assert household.members.get().memberships.get().reason == "first"
    assert HistoryTransaction.objects.latest("id").action == "household.create"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kk": "own"}, "kk"),
        ({"head": {"name": "X", "nik": "1372011203850001"}, "kk": "1372011203850001"}, "kk"),
        ({"region": "district"}, "region"),
        ({"rt": "1"}, "__all__"),
    ],
)
def test_create_household_refuses_what_breaks_a_rule(world, keeper, change, field):
    values = {"by": None, "region": world.own.region, "head": {"name": "X"}} | change
    if values.get("kk") == "own":
        values["kk"] = world.own.household.kk
    if values["region"] == "district":
        values["region"] = make.region("13.72.01", "Lubuk Sikarah")
    before = Household.objects.count()
    with pytest.raises(ValidationError) as error:
        actions.create_household(**values)
    assert field in error.value.message_dict
    assert Household.objects.count() == before


def test_create_household_outside_ones_area_is_refused(world, keeper):
    with pytest.raises(PermissionDenied):
        actions.create_household(by=keeper, region=world.other.region, head={"name": "X"})


def test_edit_household_counts_the_version_and_keeps_the_old_value(world, keeper):
    household = world.own.household
    old = household.floor
    row = actions.edit_household(
        household=household, section="housing", values={"floor": 8}, version=household.version, by=keeper
    )
    assert (row.floor, row.version) == (8, household.version + 1)
    assert old != 8
    with pytest.raises(EditConflict):
        actions.edit_household(
            household=household, section="housing", values={"floor": 2}, version=household.version, by=keeper
        )


def test_edit_household_takes_only_fields_of_its_section(world, keeper):
    with pytest.raises(ValueError, match="status"):
        actions.edit_household(
            household=world.own.household, section="housing", values={"status": "moved"}, version=None, by=keeper
        )


def test_a_household_cannot_be_moved_out_of_ones_area(world, keeper):
    with pytest.raises(PermissionDenied):
        actions.edit_household(
            household=world.own.household,
            section="address",
            values={"region": world.other.region},
            version=None,
            by=keeper,
        )


def test_set_status_needs_reason_and_a_day_that_has_come(world, keeper):
    for wrong in ({"reason": "", "date": DAY}, {"reason": "x", "date": dt.date(2999, 1, 1)}):
        with pytest.raises(ValidationError):
            actions.set_status(household=world.own.household, status="moved", by=keeper, **wrong)
    with pytest.raises(ValidationError):
        actions.set_status(household=world.own.household, status="duplicate", reason="x", date=DAY, by=keeper)
    actions.set_status(household=world.own.household, status="graduated", reason="Mandiri", date=DAY, by=keeper)
    world.own.household.refresh_from_db()
    assert world.own.household.status == "graduated"
    assert HistoryTransaction.objects.latest("id").reason == "Mandiri"


def test_change_kk_keeps_the_old_number(world, keeper):
    old, new = world.own.household.kk, "1372010103260010"
    actions.change_kk(household=world.own.household, kk=new, date=DAY, by=keeper)
    numbers = list(world.own.household.numbers.order_by("id").values_list("kk", "valid_to"))
    assert numbers[-1] == (new, None)
    assert (old, DAY) in numbers or len(numbers) == 1


def test_who_may_unmask(world):
    own, other = world.own.household, world.other.household
    assert may_unmask(world.user("bappeda_staff"), own)
    assert may_unmask(world.user("kelurahan_operator"), own)
    assert not may_unmask(world.user("kelurahan_operator"), other)
    assert may_unmask(world.user("opd_operator"), own), "their agency serves this household"
    nobody_served = make.family(1, region_id=world.own.region.code)
    assert not may_unmask(world.user("opd_operator"), nobody_served)
    for role in ("group_coordinator", "kecamatan_reader", "leadership", "auditor", "none"):
        assert not may_unmask(world.user(role), own), role


def test_unmask_leaves_a_record_and_needs_a_reason(world, keeper):
    with pytest.raises(ValidationError):
        unmask(household=world.own.household, by=keeper, purpose=" ", what="KK")
    assert not AccessRecord.objects.exists()
    unmask(household=world.own.household, by=keeper, purpose="Verval", what="KK")
    record = AccessRecord.objects.get()
    assert (record.user, record.kind, record.purpose) == (keeper, "unmask", "Verval")
    assert record.object_key == f"household:{world.own.household.uuid}"


def test_transfer_tells_the_asker_nothing_and_moves_when_accepted(world, keeper):
    request = request_transfer(nik=world.other.child.nik, to_region=world.own.region, by=keeper, note="Pindah sekolah")
    again = request_transfer(nik=world.other.child.nik, to_region=world.own.region, by=keeper)
    assert again == request, "asking twice gives the open request"
    assert request_transfer(nik="1372010101010001", to_region=world.own.region, by=keeper) is None
    with pytest.raises(PermissionDenied):
        decide_transfer(request=request, accept=True, by=keeper, to_household=world.own.household, relation=4)
    decide_transfer(
        request=request, accept=True, by=world.user("bappeda_staff"), to_household=world.own.household, relation=4
    )
    world.other.child.refresh_from_db()
    assert world.other.child.household == world.own.household
    assert TransferRequest.objects.get().state == "accepted"


def test_transfer_is_refused_with_a_reason(world, keeper):
    request = request_transfer(nik=world.other.child.nik, to_region=world.own.region, by=keeper)
    staff = world.user("bappeda_staff")
    with pytest.raises(ValidationError):
        decide_transfer(request=request, accept=False, by=staff)
    decide_transfer(request=request, accept=False, by=staff, answer="Masih di Laing")
    with pytest.raises(ValidationError):
        decide_transfer(request=request, accept=False, by=staff, answer="lagi")
    world.other.child.refresh_from_db()
    assert world.other.child.household == world.other.household
