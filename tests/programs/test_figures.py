"""Figures count what they say, and the list behind each has exactly as many households."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.utils import timezone

from households.filters import HouseholdFilter, list_url
from households.models import Household
from households.rules import compile_rule, sentence, validate
from programs import figures
from programs.models import Assistance
from tests import factories as make

YEAR = timezone.localdate().year


@pytest.fixture
def city(world):
    """Ten households in two kelurahan, two programmes of one kind and one of another and every wrong way to count."""
    own, other = world.own.region.pk, world.other.region.pk
    made = {
        "poor_reached": make.family(2, region_id=own, desil=1),
        "poor_planned": make.family(2, region_id=own, desil=2),
        "poor_nothing": make.family(2, region_id=other, desil=3),
        "poor_stopped": make.family(2, region_id=other, desil=4),
        "poor_last_year": make.family(2, region_id=own, desil=4),
        "poor_voided": make.family(2, region_id=own, desil=4),
        "rich_reached": make.family(2, region_id=other, desil=8),
        "moved": make.family(1, region_id=own, desil=1, moved=True),
        "unranked": make.family(1, region_id=own, without_desil=True),
    }
    Assistance.objects.all().delete() if False else None
    year = world.program_year
    make.EligibilityRuleFactory(program=world.program)
    for name in ("poor_reached", "rich_reached", "moved"):
        deliver(year, made[name])
    make.AssistanceFactory(program_year=year, household=made["poor_planned"], approved=True)
    deliver(year, made["poor_stopped"], state="stopped")
    deliver(year, made["poor_last_year"], date=dt.date(YEAR - 1, 12, 31))
    deliver(year, made["poor_voided"], voided=True)
    return made


def deliver(year, household, *, state="received", date=None, **values):
    member = values.pop("member", None)
    aid = make.AssistanceFactory(
        program_year=year, household=None if member else household, member=member, **{state: True}
    )
    make.DeliveryFactory(assistance=aid, **({"date": date} if date else {}), **values)
    return aid


def listed(params: dict, user) -> set[int]:
    """Households of the list that a figure links to."""
    query = urlsplit(list_url(**params)).query
    year = int(parse_qs(query).get("year", [YEAR])[0])
    found = HouseholdFilter(QueryDict(query), user=user, year=year)
    assert found.is_valid(), found.errors
    return set(found.queryset().values_list("pk", flat=True))


def same(part: int, params: dict, user) -> bool:
    return part == len(listed(params, user))


def test_reached_is_a_delivery_of_the_year_whatever_came_later(world, city):
    reached = set(figures.reached(YEAR).values_list("pk", flat=True))
    expected = {city[n].pk for n in ("poor_reached", "poor_stopped", "rich_reached", "moved")}
    assert reached == expected | {world.own.household.pk, world.other.household.pk}
    assert set(figures.reached(YEAR - 1).values_list("pk", flat=True)) == {city["poor_last_year"].pk}


def test_reached_counts_persons_and_groups_for_their_household_and_areas_for_none(world, city, bappeda):
    person_year = make.ProgramYearFactory(program=make.ProgramFactory(of_persons=True))
    deliver(person_year, None, member=city["poor_nothing"].members.first())
    group = make.RecipientGroupFactory()
    inside = make.GroupMemberFactory(group=group, household=city["poor_planned"], valid_from=dt.date(YEAR, 1, 1))
    make.GroupMemberFactory(group=group, household=city["unranked"], valid_to=dt.date(YEAR - 1, 12, 31))
    for unit in ({"group": group}, {"area": world.own.region}):
        aid = make.AssistanceFactory(household=None, counts_for=None, received=True, **unit)
        make.DeliveryFactory(assistance=aid)
    added = set(figures.reached(YEAR).values_list("pk", flat=True))
    assert city["poor_nothing"].pk in added
    assert inside.household_id in added
    assert city["unranked"].pk not in added


def test_coverage_of_the_target_group(world, city, bappeda):
    share = figures.coverage(YEAR)
    # poor and active: six of the fixture and the two of the world
    assert (share.total, share.part) == (8, 4)
    assert listed(share.params, bappeda) == {
        city["poor_reached"].pk,
        city["poor_stopped"].pk,
        world.own.household.pk,
        world.other.household.pk,
    }
    assert same(share.missing, share.missing_params, bappeda)
    assert same(share.total, share.total_params, bappeda)
    assert share.share == 0.5


def test_coverage_by_desil_and_area_open_their_lists(world, city, bappeda):
    rows = figures.coverage_by_desil(YEAR)
    assert {(r.key, r.total, r.part) for r in rows} == {("1", 3, 3), ("2", 1, 0), ("3", 1, 0), ("4", 3, 1), ("8", 1, 1)}
    areas = figures.coverage_by_area(YEAR)
    assert [(r.label, r.total, r.part) for r in areas] == [("Tanah Garam", 5, 2), ("Laing", 3, 2)]
    for row in (*rows, *areas, *figures.coverage_by_area(YEAR, level="district")):
        for n, params in ((row.total, row.total_params), (row.part, row.params), (row.missing, row.missing_params)):
            assert same(n, params, bappeda), row


def test_coverage_by_programme_judges_by_its_own_rule(world, city, bappeda):
    found = {y.program_id: share for y, share in figures.coverage_by_program(YEAR)}
    share = found[world.program.pk]
    assert (share.total, share.part) == (8, 4)
    for each in found.values():
        assert same(each.total, each.total_params, bappeda)
        assert same(each.part, each.params, bappeda)
        assert same(each.missing, each.missing_params, bappeda)


def test_errors_of_both_kinds(world, city, bappeda):
    missed = figures.exclusion(world.program_year)
    assert (missed.total, missed.part) == (8, 4)
    assert same(missed.part, missed.params, bappeda)
    outside = figures.inclusion(world.program_year)
    # received: poor_reached, rich_reached, moved, poor_stopped, poor_last_year and the two of the world
    assert (outside.total, outside.part) == (7, 2)


def test_nothing_recorded(world, city, bappeda):
    share = figures.nothing_recorded(YEAR)
    assert share.part == 4
    assert listed(share.params, bappeda) == {
        city[n].pk for n in ("poor_planned", "poor_nothing", "poor_last_year", "poor_voided")
    }


def test_figures_of_one_area(world, city):
    share = figures.coverage(YEAR, world.other.region.pk)
    assert (share.total, share.part) == (3, 2)
    assert figures.coverage(YEAR, "13.72.01").total == 5
    assert figures.nothing_recorded(YEAR, world.other.region.pk).part == 1


# --- twice ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def second(world):
    """A year of another programme of the same kind of benefit."""
    return make.ProgramYearFactory(program=make.ProgramFactory(benefit_kind=world.program.benefit_kind))


def test_twice_served_leaves_out_pairs_and_joined_benefits(world, bappeda, second):
    household = world.own.household
    aid = deliver(second, household)
    n, params = figures.twice_served(YEAR)
    assert n == 1
    assert listed(params, bappeda) == {household.pk}

    pair = make.AllowedPairFactory(first=second.program, second=world.program)
    assert figures.twice_served(YEAR)[0] == 0
    pair.delete()
    Assistance.objects.filter(pk__in=[aid.pk, world.own.assistance.pk]).update(benefit_key="one-house")
    assert figures.twice_served(YEAR)[0] == 0


def test_two_members_of_one_family_are_served_twice(world, second):
    persons = make.ProgramYearFactory(
        program=make.ProgramFactory(of_persons=True, benefit_kind=world.program.benefit_kind)
    )
    deliver(persons, None, member=world.own.child)
    assert figures.twice_served(YEAR)[0] == 1


def test_two_people_in_one_programme_are_not_served_twice(world):
    persons = make.ProgramYearFactory(program=make.ProgramFactory(of_persons=True, benefit_kind__code="education"))
    household = make.family(3)
    for member in household.members.all()[:2]:
        deliver(persons, None, member=member)
    assert figures.twice_served(YEAR)[0] == 0


def test_overlap_counts_each_pair(world, second):
    deliver(second, world.own.household)
    a, b = world.program.pk, second.program_id
    assert figures.overlap(YEAR) == {(a, a): 2, (a, b): 1, (b, b): 1}
    assert figures.overlap(YEAR, world.other.region.pk) == {(a, a): 1}


# --- what is not known ---------------------------------------------------------------------------------------------


def test_lists_not_in(world):
    elsewhere = make.ProgramYearFactory(program=make.ProgramFactory(decided_elsewhere=True, name="Z"))
    deliver(elsewhere, make.family(1))
    make.ProgramYearFactory(program=make.ProgramFactory(of_areas=True))
    make.ProgramYearFactory(list_complete=dt.date(YEAR, 2, 1))
    found = {n.program_year.pk: n.state for n in figures.lists_not_in(YEAR)}
    assert found == {elsewhere.pk: "partial", world.other_program_year.pk: "none"}


def test_data_gaps_open_their_lists(world, city, bappeda):
    gaps = {key: (n, params) for key, n, params in figures.data_gaps()}
    assert gaps["desil"][0] == 1
    for n, params in gaps.values():
        assert same(n, params, bappeda)


# --- one programme year ----------------------------------------------------------------------------------------------


def test_funnel_counts_how_far_rows_came(world, city):
    year = world.program_year
    make.AssistanceFactory(program_year=year, void=True)
    make.AssistanceFactory(program_year=year, rejected=True, verified_at=timezone.now())
    make.AssistanceFactory(program_year=year, status="returned", status_reason="foto")
    funnel = figures.funnel(year)
    # 9 rows with a delivery or approved, one rejected after its verification, one returned
    assert (funnel.proposed, funnel.verified, funnel.approved, funnel.received) == (11, 10, 9, 7)
    assert (funnel.waiting["approved"], funnel.waiting["returned"], funnel.waiting["void"]) == (1, 1, 0)
    for step in figures.PASSED:
        rows = figures.rows_of(year).filter(figures.passed_q(step))
        assert rows.count() == getattr(funnel, step)
    assert figures.funnel(year, world.own.region.pk).received == 4


def test_money(world, city):
    year = world.program_year
    make.ProgramFundingFactory(program_year=year, ceiling=4_000_000)
    make.ProgramFundingFactory(program_year=year, source="dak", ceiling=1_000_000)
    money = figures.money(year)
    assert (money.ceiling, money.spent) == (5_000_000, 7 * 300_000)
    assert money.share == pytest.approx(0.42)
    assert figures.money_of_year(YEAR)[year.pk] == money
    assert figures.money(world.other_program_year).share is None


def test_received_by_area_and_desil(world, city):
    assert figures.received_by_area(world.program_year) == [
        (world.own.region.pk, "Tanah Garam", 4),
        (world.other.region.pk, "Laing", 3),
    ]
    assert figures.received_by_desil(world.program_year) == [(1, 4), (4, 2), (8, 1)]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([10, 3, 2, 0], [10, None, None, 0]),
        ([10, 7, 3, 0], [10, None, None, 0]),
        ([3], [None]),
        ([5, 6], [5, 6]),
        ([], []),
    ],
)
def test_small_cells_are_hidden_so_that_the_total_does_not_give_them_away(values, shown):
    assert figures.hide_small(values) == shown


def test_figures_take_one_query_each(world, city, django_assert_num_queries):
    year = world.program_year
    with django_assert_num_queries(1):
        figures.coverage_by_desil(YEAR)
    with django_assert_num_queries(1):
        figures.funnel(year)
    with django_assert_num_queries(1):
        figures.overlap(YEAR)
    with django_assert_num_queries(1):
        figures.lists_not_in(YEAR)
    with django_assert_num_queries(2):
        figures.money_of_year(YEAR)


# --- conditions ----------------------------------------------------------------------------------------------------


def matching(rule, year=YEAR) -> set[int]:
    return set(Household.objects.filter(compile_rule(validate(rule), year=year)).values_list("pk", flat=True))


def test_conditions_on_aid(world, city):
    program = str(world.program.uuid)
    received = matching({"field": "program.received", "value": {"programs": program}})
    assert received == set(figures.reached(YEAR).values_list("pk", flat=True))
    assert matching({"field": "program.received", "value": {"kinds": ["living"]}}) == received
    assert matching({"field": "program.none"}) == set(Household.objects.values_list("pk", flat=True)) - received
    assert matching({"not": {"field": "program.received", "value": {}}}) == matching({"field": "program.none"})
    enrolled = matching({"field": "program.enrolled", "value": {"programs": [program]}})
    assert city["poor_planned"].pk in enrolled
    assert city["poor_nothing"].pk not in enrolled
    assert matching({"field": "program.fits", "value": {"programs": program}}) == set(
        figures.program_target(world.program_year).values_list("pk", flat=True)
    )


def test_condition_of_another_year(world, city):
    rule = {"field": "program.received", "value": {"year": YEAR - 1}}
    assert matching(rule) == {city["poor_last_year"].pk}
    assert matching({"field": "program.received", "value": {}}, year=YEAR - 1) == {city["poor_last_year"].pk}
    assert str(YEAR - 1) in sentence(rule)


def test_conditions_hold_for_members_too(world, city):
    from households.models import Member
    from households.rules import compile_members

    rule = validate(
        {"all": [{"field": "program.received", "value": {}}, {"person": {"field": "age", "op": "gte", "value": 1}}]}
    )
    people = Member.objects.filter(compile_members(rule, year=YEAR))
    assert set(people.values_list("household", flat=True)) <= set(figures.reached(YEAR).values_list("pk", flat=True))
    assert people.exists()
    fits = validate({"field": "program.fits", "value": {"programs": str(world.program.uuid)}})
    assert Member.objects.filter(compile_members(fits, year=YEAR)).filter(household=city["poor_nothing"]).count() == 2


def test_sentence_names_programmes(world):
    rule = {"field": "program.received", "value": {"programs": [str(world.program.uuid)], "year": 2025}}
    assert sentence(rule) == "Received Bantuan Tunai Kota 2025"


@pytest.mark.parametrize(
    "value",
    [
        {"programs": ["x"]},
        {"programs": []},
        {"programs": ["4b3c9f6e-0000-4000-8000-000000000000"]},
        {"kinds": ["gold"]},
        {"kinds": [[]]},
        {"year": "2026"},
        {"year": 1999},
        {"year": True},
        {"planet": 1},
        [],
        "x",
    ],
)
def test_condition_refuses_what_is_not_known(world, value):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        validate({"field": "program.received", "value": value})
