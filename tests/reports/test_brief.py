"""The brief for a visit: the area's own figures, promises and people, nothing small for who sees no names."""

import pytest
from django.urls import reverse

from programs import figures
from tests import factories as make


def page(client, world, role, **query):
    client.force_login(world.user(role))
    return client.get(reverse("reports:brief"), query)


@pytest.fixture
def area(world):
    for _n in range(8):
        make.HouseholdFactory(region=world.own.region, desil=1, status="active")
    make.ActionItemFactory(title="Perbaiki data Tanah Garam", region=world.own.region, agency=None)
    return world


def test_figures_of_the_area(client, area):
    response = page(client, area, "bappeda_staff", area=area.own.region.pk)
    tiles = [tile["n"] for tile in response.context["tiles"]]
    nothing = figures.nothing_recorded(area.year, area.own.region.pk)
    assert tiles[:2] == [nothing.total, nothing.part]
    assert nothing.part == 8
    html = response.content.decode()
    assert "Perbaiki data Tanah Garam" in html
    assert str(area.user("kelurahan_operator")) in html


def test_operator_gets_the_own_area(client, area):
    response = page(client, area, "kelurahan_operator")
    assert response.context["scope"].area == area.own.region.pk
    assert page(client, area, "kelurahan_operator", area=area.other.region.pk).status_code == 404


def test_small_numbers_are_hidden_from_the_leadership(client, area):
    response = page(client, area, "leadership", area=area.own.region.pk)
    assert response.status_code == 200
    assert not [t["n"] for t in response.context["tiles"] if t["n"] is not None and 0 < t["n"] < 5]
    assert "/households/?" not in response.content.decode()


def test_few_queries_and_an_empty_city(client, area, django_assert_max_num_queries):
    page(client, area, "bappeda_staff")
    with django_assert_max_num_queries(40):
        assert client.get(reverse("reports:brief"), {"area": area.own.region.pk}).status_code == 200
    type(area.own.household).objects.update(status="moved", status_reason="x", status_date="2026-01-01")
    assert client.get(reverse("reports:brief"), {"area": area.own.region.pk}).status_code == 200
