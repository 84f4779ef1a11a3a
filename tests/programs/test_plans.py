"""Annual plans: what they hold, how they go from draft to locked, who may do what, and how changes are kept."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from programs.actions import plans, programmes
from programs.models import ProgramFunding, ProgramYear
from programs.plans.reading import lacks
from tests import factories as make

EVEN = dict.fromkeys((1, 2, 3, 4), (10, 6_000_000))


@pytest.fixture
def plan(world):
    """A plan of the operator's agency with everything in it, still a draft."""
    return make.whole_plan(world.program_year)


@pytest.fixture
def coordinator(world):
    """The coordinator of the programme group."""
    return world.user("group_coordinator")


def state(plan):
    return ProgramYear.objects.get(pk=plan.pk).plan_state


def test_plan_holds_codes_places_and_schedule(world, operator, left):
    values = {"plan_code": "1.06.05.2.02.0003", "plan_sub_activity": "Bantuan tunai", "indicator_unit": "keluarga"}
    row = programmes.edit_year(
        program_year=world.program_year, values=values, locations=[world.own.region.pk], schedule=EVEN, by=operator
    )
    assert left("programs_programyear") == ("program_year.edit", str(operator), 1, "")
    assert [each.region for each in row.locations.all()] == [world.own.region]
    assert [(e.quarter, e.output, e.money) for e in row.schedule.all()] == [(q, 10, 6_000_000) for q in (1, 2, 3, 4)]
    again = programmes.edit_year(
        program_year=row, values={}, locations=[world.other.region.pk], schedule={4: (3, 0)}, by=operator
    )
    assert [each.region for each in again.locations.all()] == [world.other.region]
    assert [e.output for e in again.schedule.all()] == [0, 0, 0, 3]


def test_two_writers_of_one_plan(world, operator, bappeda):
    seen = world.program_year.version
    programmes.edit_year(program_year=world.program_year, values={"target": 9}, version=seen, by=bappeda)
    with pytest.raises(ValidationError, match=str(bappeda)):
        programmes.edit_year(program_year=world.program_year, values={"target": 8}, version=seen, by=operator)
    assert ProgramYear.objects.get(pk=world.program_year.pk).target == 9


def test_what_a_plan_lacks(world):
    assert lacks(world.program_year) == [
        "the indicator",
        "the unit of the indicator",
        "the target",
        "a ceiling by source of funds",
        "the schedule by quarter",
    ]
    whole = make.whole_plan(world.other_program_year)
    assert lacks(whole) == []
    make.ProgramFundingFactory(program_year=whole, source="dak", ceiling=1_000_000)
    whole.schedule.filter(quarter=4).update(output=11)
    assert lacks(ProgramYear.objects.get(pk=whole.pk)) == [
        "a schedule whose rupiah add up to the ceiling",
        "a schedule whose output adds up to the target",
    ]


def test_submit_needs_the_whole_plan(world, operator):
    with pytest.raises(ValidationError, match="still lacks: the indicator"):
        plans.submit_plan(program_year=world.program_year, by=operator)
    assert not world.program_year.review.exists()


def test_from_draft_to_locked(plan, operator, coordinator, bappeda, left):
    plans.submit_plan(program_year=plan, by=operator)
    assert left("programs_programyear") == ("plan.submit", str(operator), 1, "")
    plans.return_plan(program_year=plan, remark="Rinci per kelurahan", by=coordinator)
    assert state(plan) == "returned"
    plans.submit_plan(program_year=plan, by=operator)
    plans.verify_plan(program_year=plan, by=coordinator)
    assert plans.lock_plans(year=plan.year, by=bappeda) == 1
    assert state(plan) == "locked"
    acts = list(plan.review.order_by("pk").values_list("act", "by__username", "remark"))
    assert acts == [
        ("submit", "opd_operator", ""),
        ("return", "group_coordinator", "Rinci per kelurahan"),
        ("submit", "opd_operator", ""),
        ("verify", "group_coordinator", ""),
        ("lock", "bappeda_staff", ""),
    ]
    assert plans.lock_plans(year=plan.year, by=bappeda) == 0


def test_nobody_verifies_their_own_plan(plan, world, operator):
    plans.submit_plan(program_year=plan, by=operator)
    for role in ("opd_operator", "opd_approver", "kelurahan_operator", "leadership", "auditor"):
        with pytest.raises(PermissionDenied):
            plans.verify_plan(program_year=plan, by=world.user(role))
        with pytest.raises(PermissionDenied):
            plans.return_plan(program_year=plan, remark="x", by=world.user(role))
    assert state(plan) == "submitted"


def test_another_group_and_another_agency_have_no_say(world, operator, coordinator):
    other = make.whole_plan(world.other_program_year)
    with pytest.raises(PermissionDenied):
        plans.submit_plan(program_year=other, by=operator)
    plans.submit_plan(program_year=other, by=world.user("bappeda_staff"))
    with pytest.raises(PermissionDenied):
        plans.verify_plan(program_year=other, by=coordinator)


def test_steps_that_do_not_fit(plan, operator, bappeda):
    with pytest.raises(ValidationError, match="does not fit"):
        plans.verify_plan(program_year=plan, by=bappeda)
    plans.submit_plan(program_year=plan, by=operator)
    with pytest.raises(ValidationError, match="does not fit"):
        plans.submit_plan(program_year=plan, by=operator)
    with pytest.raises(ValidationError):
        plans.return_plan(program_year=plan, remark="  ", by=bappeda)
    plans.withdraw_plan(program_year=plan, by=operator)
    assert state(plan) == "draft"


def test_submitted_plan_stands_still(plan, operator):
    plans.submit_plan(program_year=plan, by=operator)
    for changes in ({"values": {"target": 41}}, {"values": {}, "locations": ["13.72"]}, {"values": {}, "schedule": {}}):
        with pytest.raises(ValidationError, match="submitted"):
            programmes.edit_year(program_year=plan, by=operator, **changes)
    with pytest.raises(ValidationError, match="submitted"):
        programmes.set_funding(program_year=plan, sponsor="city", source="dak", ceiling=1, by=operator)
    row = programmes.edit_year(
        program_year=plan, values={"quota": 12, "target": 40}, locations=[], schedule=EVEN, by=operator
    )
    assert row.quota == 12


def test_changed_ceiling_of_a_verified_plan_is_a_version_with_its_reason(plan, operator, bappeda):
    plans.submit_plan(program_year=plan, by=operator)
    plans.verify_plan(program_year=plan, by=bappeda)
    args = {"program_year": plan, "by": operator}
    with pytest.raises(ValidationError):
        programmes.set_funding(sponsor="central", source="dak", ceiling=5_000_000, **args)
    programmes.set_funding(sponsor="central", source="dak", ceiling=5_000_000, reason="APBD-P", **args)
    programmes.set_funding(sponsor="city", source="apbd_kota", ceiling=20_000_000, reason="APBD-P", **args)
    rows = ProgramFunding.objects.filter(program_year=plan).order_by("source", "version")
    assert list(rows.values_list("source", "version", "ceiling", "current", "reason")) == [
        ("apbd_kota", 1, 24_000_000, False, ""),
        ("apbd_kota", 2, 20_000_000, True, "APBD-P"),
        ("dak", 1, 5_000_000, True, "APBD-P"),
    ]
    with pytest.raises(ValidationError, match="verified"):
        programmes.edit_year(program_year=plan, values={"target": 50}, by=operator)


def test_opened_again_with_a_reason(plan, operator, coordinator, bappeda):
    plans.submit_plan(program_year=plan, by=operator)
    plans.verify_plan(program_year=plan, by=bappeda)
    plans.lock_plans(year=plan.year, by=bappeda)
    with pytest.raises(PermissionDenied):
        plans.reopen_plan(program_year=plan, remark="x", by=coordinator)
    with pytest.raises(PermissionDenied):
        plans.lock_plans(year=plan.year, by=coordinator)
    with pytest.raises(ValidationError):
        plans.reopen_plan(program_year=plan, remark="", by=bappeda)
    plans.reopen_plan(program_year=plan, remark="Perubahan RKPD", by=bappeda)
    programmes.edit_year(program_year=plan, values={"target": 50}, by=operator)
    assert state(plan) == "returned"


def test_copy_takes_the_plan_and_leaves_its_state(plan, world, operator, bappeda):
    make.PlanLocationFactory(program_year=plan, region=world.own.region)
    plans.submit_plan(program_year=plan, by=operator)
    plans.verify_plan(program_year=plan, by=bappeda)
    assert [y.pk for y in plans.to_copy(world.agency, plan.year + 1)] == [plan.pk]
    (new,) = plans.copy_plans(agency=world.agency, year=plan.year + 1, by=operator)
    new.refresh_from_db()
    assert (new.plan_state, new.target, new.indicator_unit) == ("draft", 40, "keluarga")
    assert lacks(new) == []
    assert [each.region for each in new.locations.all()] == [world.own.region]
    assert not new.review.exists()
    assert plans.copy_plans(agency=world.agency, year=plan.year + 1, by=operator) == []
    with pytest.raises(PermissionDenied):
        plans.copy_plans(agency=world.other_agency, year=plan.year + 1, by=operator)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_list_of_the_agency_and_of_all(client, plan, world, operator, bappeda):
    make.whole_plan(world.other_program_year)
    client.force_login(operator)
    response = client.get("/programs/plans/")
    assert [row["year"].pk for row in response.context["rows"]] == [plan.pk]
    assert response.context["ceiling"] == 24_000_000
    client.force_login(bappeda)
    response = client.get("/programs/plans/")
    assert {row["year"].pk for row in response.context["rows"]} == {plan.pk, world.other_program_year.pk}
    response = client.get(f"/programs/plans/?agency={world.other_agency.uuid}")
    assert [row["year"].pk for row in response.context["rows"]] == [world.other_program_year.pk]
    assert not client.get("/programs/plans/?state=locked").context["rows"]


def test_list_asks_the_database_a_fixed_number_of_times(client, plan, world, bappeda, django_assert_num_queries):
    client.force_login(bappeda)
    client.get("/programs/plans/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get("/programs/plans/")
    for _n in range(3):
        make.whole_plan(make.ProgramYearFactory(program__owner=world.agency))
    with django_assert_num_queries(len(one)):
        assert len(client.get("/programs/plans/").context["rows"]) == 5


def test_another_agency_is_not_to_be_chosen(client, world, operator):
    client.force_login(operator)
    assert client.get(f"/programs/plans/?agency={world.other_agency.uuid}").status_code == 404


def test_form_writes_the_whole_plan(client, world, operator):
    year = world.program_year
    client.force_login(operator)
    url = f"/programs/years/{year.uuid}/edit/"
    page = client.get(url)
    data = {
        "version": page.context["form"].initial["version"],
        "plan_code": "1.06.05.2.02.0003",
        "indicator": "Jumlah keluarga",
        "indicator_unit": "keluarga",
        "target": "40",
        "unit_amount": "600.000",
        "stages": "Tahap 1",
        "locations": [world.own.region.pk],
        "output_1": "1.000",
        "money_2": "Rp 6.000.000",
    }
    response = client.post(url, data)
    assert response.status_code == 302
    assert response.url == f"/programs/years/{year.uuid}/plan/"
    year.refresh_from_db()
    assert (year.target, year.unit_amount, year.stages) == (40, 600_000, ["Tahap 1"])
    assert [(e.output, e.money) for e in year.schedule.all()] == [(1000, 0), (0, 6_000_000), (0, 0), (0, 0)]
    response = client.post(url, data)
    assert response.status_code == 422
    assert str(operator) in response.content.decode()
    assert client.post(url, data | {"money_1": "banyak"}).status_code == 422


def test_form_of_a_plan_that_was_handed_on(client, plan, operator):
    plans.submit_plan(program_year=plan, by=operator)
    client.force_login(operator)
    url = f"/programs/years/{plan.uuid}/edit/"
    version = client.get(url).context["form"].initial["version"]
    response = client.post(url, {"version": version, "quota": "15", "stages": "A", "target": "99", "indicator": ""})
    assert response.status_code == 302
    plan.refresh_from_db()
    assert (plan.quota, plan.target, plan.indicator, plan.stages) == (15, 40, "Jumlah keluarga", ["A"])


def test_steps_by_page(client, plan, operator, bappeda):
    url = f"/programs/years/{plan.uuid}/plan/"
    client.force_login(operator)
    client.post(f"{url}submit/")
    assert state(plan) == "submitted"
    assert client.post(f"{url}verify/").status_code == 403
    assert client.post(f"{url}burn/").status_code == 404
    client.force_login(bappeda)
    assert client.get(url).context["may"]["review"]
    client.post(f"{url}return/", {"reason": ""})
    assert state(plan) == "submitted"
    client.post(f"{url}return/", {"reason": "Target terlalu rendah"})
    page = client.get(url)
    assert page.context["remark"].remark == "Target terlalu rendah"
    client.force_login(operator)
    assert "Target terlalu rendah" in client.get(f"/programs/years/{plan.uuid}/edit/").content.decode()


def test_copy_and_lock_by_page(client, plan, world, operator, bappeda):
    client.force_login(operator)
    response = client.post(f"/programs/plans/copy/?year={plan.year + 1}", {"agency": str(world.agency.uuid)})
    assert response.status_code == 302
    assert world.program.years.filter(year=plan.year + 1, plan_state="draft").exists()
    assert client.post("/programs/plans/copy/", {"agency": str(world.other_agency.uuid)}).status_code == 403
    plans.submit_plan(program_year=plan, by=operator)
    plans.verify_plan(program_year=plan, by=bappeda)
    client.force_login(bappeda)
    page = client.get(f"/programs/plans/?year={plan.year}").content.decode()
    assert f'action="/programs/plans/lock/?year={plan.year}"' in page
    client.post(f"/programs/plans/lock/?year={plan.year}")
    assert state(plan) == "locked"
