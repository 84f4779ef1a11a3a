"""Action items: progress equals SQL by hand, closing by and against the number, extensions, who may report."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from core.history import history
from households.models import Household
from meetings.actions import decisions, items
from meetings.measures import progress_of
from meetings.models import ActionItem
from programs.actions import follow
from programs.models import Delivery
from tests import factories as make
from tests.meetings.test_decisions import received

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SOON = TODAY + dt.timedelta(days=20)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def decision(world, staff):
    houses = [make.family(1) for _n in range(4)]
    made = decisions.decide(
        meeting=make.MeetingFactory(held=True),
        by=staff,
        title="PBI",
        text="Semua",
        households=Household.objects.filter(pk__in=[h.pk for h in houses]),
        programs=[world.program_year],
    )
    made.houses = houses
    return made


def item_for(decision, world, staff, **values):
    values = {
        "title": "Salurkan",
        "agency": world.agency,
        "due": SOON,
        "measure": "received",
        "program_year": world.program_year,
    } | values
    return items.create_item(by=staff, decision=decision, **values)


def progress(item):
    return progress_of([ActionItem.objects.select_related("program_year__program").get(pk=item.pk)])[item.pk]


def test_received_counts_deliveries_that_stand(world, staff, decision):
    item = item_for(decision, world, staff)
    a, b, c, d = decision.houses
    received(world.program_year, a)
    voided = received(world.program_year, b)
    make.AssistanceFactory(program_year=world.program_year, household=c, approved=True)
    assert (progress(item).done, progress(item).goal) == (2, 4)
    with history(by=None, action="test"):
        Delivery.objects.filter(pk=voided.pk).update(void=True, void_reason="salah")
    assert progress(item).done == 1
    assert "1" in progress(item).text
    received(world.program_year, d, day=dt.date(TODAY.year - 1, 12, 31))  # of the year before
    assert progress(item).done == 1


def test_merged_and_left_households(world, staff, decision):
    item = item_for(decision, world, staff)
    a, b, c, d = decision.houses
    received(world.program_year, a)
    received(world.program_year, b)
    with history(by=None, action="test"):
        Household.objects.filter(pk=b.pk).update(
            status="duplicate", status_reason="g", status_date=TODAY, kk=None, merged_into=a
        )
        follow.households_merged(b.pk, a.pk, None)
        Household.objects.filter(pk=c.pk).update(status="moved", status_reason="p", status_date=TODAY)
        Household.objects.filter(pk=d.pk).update(region_id="13.72.02.1006")  # moved within the city: still here
    found = progress(item)
    assert (found.done, found.total, found.goal, found.left) == (1, 4, 2, 1)
    received(world.program_year, d, day=TODAY)
    assert progress(item).reached


def test_enrolled_counts_open_rows(world, staff, decision):
    item = item_for(decision, world, staff, measure="enrolled", goal_percent=50)
    a, b, c, _d = decision.houses
    make.AssistanceFactory(program_year=world.program_year, household=a)
    make.AssistanceFactory(program_year=world.program_year, household=b, rejected=True)
    make.AssistanceFactory(program_year=world.program_year, household=c, void=True)
    assert (progress(item).done, progress(item).goal) == (1, 2)


def test_spent_of_the_ceiling_by_the_end_of_the_quarter(world, staff):
    program_year = make.ProgramYearFactory(year=2025)
    make.ProgramFundingFactory(program_year=program_year, ceiling=1_000_000)
    make.ProgramFundingFactory(program_year=program_year, ceiling=9_000_000, version=2, reason="x", current=False)
    received(program_year, make.family(1), day=dt.date(2025, 3, 31), amount=400_000)
    received(program_year, make.family(1), day=dt.date(2025, 4, 1), amount=500_000)
    received(program_year, make.family(1), day=dt.date(2025, 2, 1), amount=300_000, voided=True)
    item = items.create_item(
        by=staff,
        title="Serap",
        agency=world.agency,
        due=SOON,
        measure="spent",
        program_year=program_year,
        goal_percent=40,
        quarter=1,
    )
    assert (progress(item).done, progress(item).goal, progress(item).reached) == (400_000, 400_000, True)


def test_nobody_of_the_area_without(world, staff):
    item = items.create_item(
        by=staff,
        title="Tuntas",
        agency=world.agency,
        due=SOON,
        measure="nobody_without",
        program_year=world.program_year,
        area=make.region("13.72.02"),
    )
    poor = make.family(1, region_id="13.72.02.1006", desil=1)
    make.family(1, region_id="13.72.01.1001", desil=1)  # elsewhere
    with history(by=None, action="test"):
        Household.objects.filter(pk=world.other.household.pk).update(desil=9)
    assert (progress(item).done, progress(item).goal) == (0, 1)
    received(world.program_year, poor)
    assert progress(item).reached


def test_many_items_in_as_many_queries_as_one(world, staff, decision, django_assert_max_num_queries):
    made = [item_for(decision, world, staff) for _n in range(5)]
    rows = list(ActionItem.objects.select_related("program_year__program").filter(pk__in=[i.pk for i in made]))
    with django_assert_max_num_queries(1):
        assert len(progress_of(rows)) == 5


def test_an_item_proposes_itself_and_a_person_confirms(world, staff, decision):
    item = item_for(decision, world, staff, goal_count=1)
    assert items.propose_reached() == 0
    received(world.program_year, decision.houses[0])
    assert items.propose_reached() == 1
    assert items.propose_reached() == 0
    item.refresh_from_db()
    assert item.state == "proposed"
    done = items.confirm(item=item, by=staff)
    assert (done.state, done.against_number, done.done_by) == ("done", False, staff)
    last = done.updates.first()
    assert (last.kind, last.done, last.total) == ("confirmed", 1, 1)


def test_closing_against_the_number_needs_a_reason_and_shows(world, staff, decision):
    item = item_for(decision, world, staff)
    with pytest.raises(ValidationError):
        items.confirm(item=item, by=staff)
    done = items.confirm(item=item, by=staff, reason="Kuota pusat habis")
    assert (done.against_number, done.close_reason) == (True, "Kuota pusat habis")
    again = items.send_back(item=done, by=staff, reason="Dibuka lagi")
    assert (again.state, again.against_number, again.done_at) == ("open", False, None)


def test_a_free_item_needs_proof(world, staff):
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON)
    operator = world.user("opd_operator")
    with pytest.raises(ValidationError):
        items.confirm(item=item, by=staff)
    with pytest.raises(ValidationError):
        items.propose_done(item=item, by=operator)
    items.report(item=item, by=operator, text="Surat dikirim", percent=60, obstacle="menunggu jawaban")
    items.propose_done(item=item, by=operator, proof="Surat 460/12/2026")
    item.refresh_from_db()
    assert (item.state, item.reported, item.obstacle) == ("proposed", 100, "menunggu jawaban")
    assert items.confirm(item=item, by=staff).state == "done"


def test_the_secretariat_writes_the_proof_before_it_confirms(client, world, staff):
    item = items.create_item(by=staff, title="Susun RAT", agency=world.agency, due=SOON)
    address = reverse("meetings:action_detail", args=[item.uuid])
    confirm = reverse("meetings:action_confirm", args=[item.uuid])
    client.force_login(staff)
    before = client.get(address).content.decode()
    assert confirm not in before
    assert reverse("meetings:action_report", args=[item.uuid]) in before
    items.report(item=item, by=staff, proof="RAT 2027.pdf")
    assert confirm in client.get(address).content.decode()


def test_measured_progress_is_never_typed(world, staff, decision):
    item = item_for(decision, world, staff)
    with pytest.raises(ValidationError):
        items.report(item=item, by=world.user("opd_operator"), percent=90)


def test_extensions_are_counted(world, staff):
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON)
    operator = world.user("opd_operator")
    later = SOON + dt.timedelta(days=14)
    with pytest.raises(ValidationError):
        items.ask_extension(item=item, by=operator, new_due=TODAY, reason="x")
    items.ask_extension(item=item, by=operator, new_due=later, reason="Menunggu data")
    with pytest.raises(ValidationError):
        items.ask_extension(item=item, by=operator, new_due=later, reason="lagi")
    with pytest.raises(PermissionDenied):
        items.answer_extension(item=item, by=operator, granted=True)
    with pytest.raises(ValidationError):
        items.answer_extension(item=item, by=staff, granted=False)
    row = items.answer_extension(item=item, by=staff, granted=True)
    assert (row.due, row.first_due, row.extensions, row.asked_due) == (later, SOON, 1, None)


def test_who_may_report(world, staff):
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON)
    other = items.create_item(by=staff, title="Surati", agency=world.other_agency, due=SOON)
    local = items.create_item(by=staff, title="Musyawarah", region=world.own.region, due=SOON)
    operator, kelurahan = world.user("opd_operator"), world.user("kelurahan_operator")
    assert items.may_report(operator, item)
    assert not items.may_report(operator, other)
    assert items.may_report(kelurahan, local)
    assert not items.may_report(kelurahan, item)
    assert not items.may_report(world.user("leadership"), item)
    with pytest.raises(PermissionDenied):
        items.report(item=other, by=operator, text="Selesai")
    items.edit_item(item=other, by=staff, helpers=[world.agency])
    assert items.may_report(operator, other)


def test_direction_of_the_leadership_becomes_a_draft(world, staff):
    draft = items.direct(by=world.user("leadership"), text="Tuntaskan air bersih di Laing")
    assert draft.state == "draft"
    assert draft in ActionItem.objects.visible_to(staff)
    assert draft not in ActionItem.objects.visible_to(world.user("opd_operator"))
    with pytest.raises(PermissionDenied):
        items.direct(by=world.user("opd_operator"), text="x")
    row = items.edit_item(item=draft, by=staff, agency=world.agency, due=SOON)
    assert row.state == "open"
    assert row in ActionItem.objects.visible_to(world.user("opd_operator"))


def test_a_live_list_is_no_goal(world, staff):
    live = make.HouseholdSetFactory(owner=staff)
    with pytest.raises(ValidationError):
        items.create_item(
            by=staff,
            title="x",
            agency=world.agency,
            due=SOON,
            measure="received",
            program_year=world.program_year,
            household_set=live,
        )
