"""Handing over: deliveries by rows and by receipt numbers, and taking one back."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from programs.actions import deliveries
from programs.models import Delivery
from tests import factories as make

TODAY = timezone.localdate()


@pytest.fixture
def year(world):
    """A year of the own programme with two stages of together 1,000,000."""
    return make.ProgramYearFactory(
        program=world.program, year=world.year - 1, unit_amount=1_000_000, stages=["Tahap 1", "Tahap 2"]
    )


def row(year, world, state="approved", **values):
    values = {"household": make.family(1, region_id=world.own.region.pk)} | values
    return make.AssistanceFactory(program_year=year, **({state: True} if state else {}), **values)


def deliver(year, rows, by, **values):
    values = {"date": dt.date(year.year, 3, 2)} | values
    return deliveries.deliver(program_year=year, rows=rows, by=by, **values)


def test_deliver_marks_received_and_shares_the_amount_over_the_stages(world, year, operator, left):
    one, two = row(year, world), row(year, world, amount=None)

    outcome = deliver(year, [one, two], operator, proof="TT 1")

    assert outcome.changed == 2
    one.refresh_from_db()
    made = one.deliveries.get()
    assert (one.status, made.amount, made.stage, made.proof, made.by) == ("received", 300_000, 1, "TT 1", operator)
    assert two.deliveries.get().amount is None
    assert left("programs_delivery") == ("assistance.deliver", str(operator), 2, "")


def test_second_stage_goes_to_who_received_the_first(world, year, operator):
    one = row(year, world)
    deliver(year, [one], operator)
    deliver(year, [one], operator, stage=2, amount=500_000, date=dt.date(year.year, 6, 2))
    assert list(one.deliveries.values_list("stage", "amount")) == [(1, 300_000), (2, 500_000)]


def test_deliver_twice_is_refused(world, year, operator):
    one = row(year, world)
    deliver(year, [one], operator)
    with pytest.raises(ValidationError, match="1 × this stage is already recorded"):
        deliver(year, [one], operator)
    assert one.deliveries.count() == 1


def test_only_approved_aid_is_delivered(world, year, operator):
    rows = [row(year, world, ""), row(year, world, "verified"), row(year, world, "stopped"), row(year, world)]
    outcome = deliver(year, rows, operator)
    assert outcome.changed == 1
    assert outcome.skipped == {"now “Proposed”": 1, "now “Verified”": 1, "now “Stopped”": 1}


@pytest.mark.parametrize("role", ["opd_approver", "kelurahan_operator", "group_coordinator", "auditor", "leadership"])
def test_deliver_is_refused_to_other_roles(world, year, role):
    one = row(year, world)
    with pytest.raises(PermissionDenied):
        deliver(year, [one], world.user(role))
    assert not Delivery.objects.filter(assistance=one).exists()


@pytest.mark.parametrize("date", [TODAY + dt.timedelta(days=1), dt.date(TODAY.year - 4, 1, 1)])
def test_deliver_on_an_impossible_day_is_refused(world, year, operator, date):
    with pytest.raises(ValidationError) as error:
        deliver(year, [row(year, world)], operator, date=date)
    assert "date" in error.value.message_dict


def test_deliver_of_an_unknown_stage_is_refused(world, year, operator):
    with pytest.raises(ValidationError) as error:
        deliver(year, [row(year, world)], operator, stage=40)
    assert "stage" in error.value.message_dict


def test_deliver_is_whole_or_not_at_all(world, year, operator, monkeypatch):
    one = row(year, world)

    def broken(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(deliveries, "Outcome", broken)
    with pytest.raises(RuntimeError):
        deliver(year, [one], operator)
    one.refresh_from_db()
    assert (one.status, one.deliveries.count()) == ("approved", 0)


# --- void ----------------------------------------------------------------------------------------------------------


def test_void_of_the_last_delivery_takes_received_back(world, year, operator, left):
    one = row(year, world)
    deliver(year, [one], operator)
    deliver(year, [one], operator, stage=2)
    first, second = one.deliveries.order_by("stage")

    deliveries.void_delivery(delivery=first, reason="Salah tanggal", by=operator)
    one.refresh_from_db()
    assert one.status == "received"

    deliveries.void_delivery(delivery=second, reason="Salah tanggal", by=operator)
    one.refresh_from_db()
    assert one.status == "approved"
    assert left("programs_delivery") == ("delivery.void", str(operator), 1, "Salah tanggal")
    deliver(year, [one], operator)  # the stage is free again


def test_void_of_a_delivery_is_guarded(world, operator, village):
    delivery = world.own.delivery
    with pytest.raises(PermissionDenied):
        deliveries.void_delivery(delivery=delivery, reason="Salah", by=village)
    with pytest.raises(ValidationError):
        deliveries.void_delivery(delivery=delivery, reason=" ", by=operator)
    deliveries.void_delivery(delivery=delivery, reason="Salah", by=operator)
    with pytest.raises(ValidationError, match="already void"):
        deliveries.void_delivery(delivery=delivery, reason="Salah", by=operator)


# --- receipt numbers -----------------------------------------------------------------------------------------------


def test_receipts_are_numbered_by_area_and_name_and_kept(world, year, operator, left):
    far = row(year, world, household=make.family(1, region_id=world.other.region.pk))
    zul = row(year, world, household=make.family(1, region_id=world.own.region.pk, head={"name": "Zul"}))
    ani = row(year, world, household=make.family(1, region_id=world.own.region.pk, head={"name": "Ani"}))
    row(year, world, "")

    assert deliveries.number_receipts(program_year=year, by=operator) == 3
    later = row(year, world, household=make.family(1, region_id=world.own.region.pk, head={"name": "Aan"}))
    assert deliveries.number_receipts(program_year=year, by=operator) == 1
    assert deliveries.number_receipts(program_year=year, by=operator) == 0

    numbers = dict(year.assistance.exclude(receipt_no=None).values_list("pk", "receipt_no"))
    assert numbers == {ani.pk: 1, zul.pk: 2, far.pk: 3, later.pk: 4}
    assert left("programs_assistance")[:3] == ("assistance.number", str(operator), 1)


def test_numbering_is_for_who_delivers(world, year, approver):
    with pytest.raises(PermissionDenied):
        deliveries.number_receipts(program_year=year, by=approver)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1-3, 5", [1, 2, 3, 5]),
        ("7", [7]),
        ("3\n4;4 , 2–3", [3, 4, 2]),
        (" 10 - 12 ", [10, 11, 12]),
        ("1 - 2 5  7\t9–10", [1, 2, 5, 7, 9, 10]),
    ],
)
def test_numbers_as_officials_type_them(text, numbers):
    assert deliveries.parse_numbers(text) == numbers


@pytest.mark.parametrize("text", ["", "  ,", "a", "5-3", "0", "1-99999", "1.5", "-4"])
def test_numbers_that_cannot_be_read_are_named(text):
    with pytest.raises(ValidationError):
        deliveries.parse_numbers(text)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=40, unique=True))
def test_numbers_survive_being_written_out(numbers):
    assert deliveries.parse_numbers(", ".join(map(str, numbers))) == numbers
