"""The filter of the list: query string → rule, chips, errors, and what each person may ask."""

import datetime as dt

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from core.registry import registry
from core.roles import Perm
from households import rules
from households.filters import ExtraFilter, HouseholdFilter, list_url
from households.models import Household
from tests import factories as make

YEAR = 2026
pytestmark = pytest.mark.usefixtures("alone")


def read(query, user, year=YEAR):
    return HouseholdFilter(QueryDict(query), user=user, year=year)


def found(query, user):
    filter = read(query, user)
    assert filter.is_valid(), filter.errors
    return set(filter.queryset())


@pytest.fixture
def staff(world):
    for area in (world.own, world.other):
        area.child.name = "Anak"
        area.child.save()
    return world.user("bappeda_staff")


def test_no_parameters_take_everything_in_sight(world, staff):
    assert found("", staff) == {world.own.household, world.other.household}
    assert found("", world.user("kelurahan_operator")) == {world.own.household}
    everything = read("", staff)
    assert everything.is_valid()
    assert (everything.rule, everything.sentence, everything.chips("/")) == ({}, "", [])


@pytest.mark.parametrize(
    ("query", "own", "other"),
    [
        ("area=13.72.01", True, False),
        ("area=13.72.02.1006&area=13.72.01.1001", True, True),
        ("area=13.72", True, True),
        ("rw=1&rt=2", True, True),
        ("rt=9", False, False),
        ("desil_from=1&desil_to=4", True, True),
        ("desil_from=2", False, False),
        ("desil_to=1", True, True),
        ("status=active", True, True),
        ("status=moved&status=deceased", False, False),
        ("source=local", True, True),
        ("source=dtsen", False, False),
        ("member=disability&member=chronic", True, True),
        ("member=child_under_5", False, False),
        ("gap=kk", False, False),
        ("gap=coordinates&gap=stale", True, True),
        ("q=yusmaini", True, False),
        ("q=piliang+zul", False, True),
        ("q=jl+yusmaini", True, False),
    ],
)
def test_parameters_narrow(world, staff, query, own, other):
    want = {h for h, take in ((world.own.household, own), (world.other.household, other)) if take}
    assert found(query, staff) == want


@pytest.mark.parametrize(
    "query",
    [
        "desil_from=0",
        "desil_from=x",
        "desil_from=4&desil_to=1",
        "status=gone",
        "source=x",
        "member=rich",
        "housing=gold",
        "gap=x",
        "area=13.99",
        "area=%27",
        "rt=abcd",
        "rw=%C2%B2",
        "set=x",
        "set=00000000-0000-0000-0000-000000000000",
        "outside=x",
        "sort=nik",
        "q=1372010101",
        "q=13720101010000012",
        f"q={'x' * 101}",
        "q=%00",
    ],
)
def test_unknown_values_are_errors_and_not_the_full_list(world, staff, query):
    filter = read(query, staff)
    assert not filter.is_valid()
    assert filter.errors
    assert all(filter.errors)


def test_areas_beyond_sight_are_unknown(world):
    operator = world.user("kelurahan_operator")
    assert read("area=13.72.01.1001", operator).is_valid()
    for code in ("13.72.02.1006", "13.72.01", "13.72"):
        assert not read(f"area={code}", operator).is_valid()


def test_health_is_asked_only_by_who_may_see_it(world):
    for role, may in (
        ("bappeda_staff", True),
        ("kelurahan_operator", True),
        ("opd_operator", False),
        ("group_coordinator", False),
        ("kecamatan_reader", False),
        ("auditor", False),
    ):
        user = world.user(role)
        assert read("member=disability", user).is_valid() == may
        assert ("disability" in dict(read("", user).form.fields["member"].choices)) == may
        assert read("member=elderly", user).is_valid()


def test_health_is_looked_for_only_where_the_right_holds(world):
    user = world.user("kelurahan_operator")
    make.RoleAssignmentFactory(user=user, role="auditor")
    user = type(user).objects.get(pk=user.pk)
    assert found("", user) == {world.own.household, world.other.household}
    assert found("member=disability", user) == {world.own.household}


def test_ages_are_counted_on_the_last_day_of_a_past_year(world, staff):
    child = make.family(1, region_id="13.72.01.1001", head={"birth_date": dt.date(2016, 6, 1)})
    past = read("member=child_under_5", staff, year=2020)
    assert past.is_valid()
    assert set(past.queryset()) == {child}
    assert found("member=child_under_5", staff) == set()


def test_chips_say_each_filter_and_remove_it(world, staff):
    filter = read("desil_from=1&desil_to=4&member=elderly&member=disability&area=13.72.02.1006&q=yus&sort=name", staff)
    assert filter.is_valid()
    with translation.override("en"):
        chips = filter.chips("/households/")
    assert [c.label for c in chips] == [
        "Desil 1–4",
        "In Laing",
        "Elderly member (60 and older)",
        "Member with a disability",
    ]
    assert chips[0].remove_url == ("/households/?member=elderly&member=disability&area=13.72.02.1006&q=yus&sort=name")
    assert chips[2].remove_url == (
        "/households/?desil_from=1&desil_to=4&member=disability&area=13.72.02.1006&q=yus&sort=name"
    )


def test_query_leaves_out_empty_values_pages_and_strangers(world, staff):
    filter = read("q=&desil_from=&status=active&after=abc&sort=name&utm=1&year=2026", staff)
    assert filter.is_valid()
    assert filter.query == "status=active"
    assert filter.clean_query() == "status=active&after=abc&sort=name&year=2026"


def test_saved_sets_narrow(world, staff):
    saved = make.HouseholdSetFactory(frozen=True, owner=staff)
    make.HouseholdSetRowFactory(set=saved, household=world.own.household)
    assert found(f"set={saved.uuid}", staff) == {world.own.household}
    assert found(f"outside={saved.uuid}", staff) == {world.other.household}
    assert not read(f"set={saved.uuid}", world.user("auditor")).is_valid()


def test_extra_filters_are_asked_by_right(world, staff, monkeypatch):
    extra = ExtraFilter(
        "kk_given",
        "KK",
        1,
        "program",
        lambda user, year: forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")]),
        lambda value, year: {"field": "kk", "op": "given" if value == "yes" else "missing"},
        perm=Perm.UNMASK,
    )
    monkeypatch.setattr(registry, "household_filters", [extra])
    assert found("kk_given=no", staff) == set()
    assert found("kk_given=yes", staff) == {world.own.household, world.other.household}
    assert not read("kk_given=x", staff).is_valid()
    without = read("kk_given=no", world.user("auditor"))
    assert without.is_valid()
    assert without.rule == {}


def test_forgiving_search_keeps_the_other_filters(world, staff):
    make.family(1, region_id="13.72.02.1006", head={"name": "Yusmaini Koto"}, desil=3)
    filter = read("q=yusmiani&desil_from=3", staff)
    assert filter.is_valid()
    assert not filter.queryset().exists()
    assert [h.head_name for h in filter.queryset(like=True)] == ["Yusmaini Koto"]


def test_list_url_repeats_and_leaves_out():
    assert list_url() == "/households/"
    assert list_url(area="13.72.01", member=["elderly", "disability"], q="", desil_from=None, desil_to=4) == (
        "/households/?area=13.72.01&member=elderly&member=disability&desil_to=4"
    )


def test_the_rule_is_normalised(world, staff):
    rule = read("rt=2&status=active", staff)
    assert rule.is_valid()
    assert rule.rule == rules.validate(rule.rule)
    assert rule.rule["all"][0] == {"field": "rt", "op": "eq", "value": "002"}


def test_merged_households_are_never_found(world, staff):
    make.HouseholdFactory(
        region_id="13.72.01.1001",
        kk=None,
        merged_into=world.own.household,
        status="duplicate",
        status_reason="ganda",
        status_date=dt.date(2026, 1, 1),
    )
    assert found("", staff) == {world.own.household, world.other.household}
    assert Household.objects.count() == 3
