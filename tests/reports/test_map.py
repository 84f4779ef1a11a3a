"""The map: outlines from boundaries or around centres, classes that can be read, what each reader sees."""

import itertools
import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.models import Region
from reports.maps.classes import CLASSES, scale_of
from reports.maps.shapes import area_of, cell, draw
from tests import factories as make

FRAME = [(0.0, 0.0), (100.0, 0.0), (100.0, 80.0), (0.0, 80.0)]
places = st.tuples(st.integers(1, 99), st.integers(1, 79)).map(lambda p: (float(p[0]), float(p[1])))


def inside(point, ring) -> bool:
    """Whether a point lies in a convex ring."""
    turns = [
        (x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1)
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], *ring[:1]], strict=True)
    ]
    return all(t >= -1e-6 for t in turns) or all(t <= 1e-6 for t in turns)


@given(st.sets(places, min_size=1, max_size=12))
def test_cells_share_the_frame_among_them(points):
    cells = {point: cell(point, points, FRAME) for point in points}
    assert all(inside(point, ring) for point, ring in cells.items())
    assert sum(abs(area_of(ring)) for ring in cells.values()) == pytest.approx(8000)
    for point, ring in cells.items():
        for corner in ring:
            near = min((corner[0] - x) ** 2 + (corner[1] - y) ** 2 for x, y in points)
            assert (corner[0] - point[0]) ** 2 + (corner[1] - point[1]) ** 2 == pytest.approx(near, abs=1e-6)


@given(st.lists(st.integers(0, 10**10).map(lambda n: n / 1000), min_size=1, max_size=20))
def test_classes_hold_every_value(values):
    scale = scale_of(values)
    assert len(scale.limits) == CLASSES - 1
    assert list(scale.limits) == sorted(set(scale.limits))
    assert all(0 <= scale.shade(value) < CLASSES for value in values)
    assert scale.shade(None) is None


def test_classes_use_the_range():
    assert scale_of([0.31, 0.09]).limits == (0.06, 0.12, 0.18, 0.24, 0.3)
    assert scale_of([0, None]).shade(0) == 0


def regions() -> list[Region]:
    return [
        Region(code=f"13.72.01.100{n}", name=name, lat=-0.79 - n / 100, lng=100.6 + n / 50)
        for n, name in enumerate(["Tanah Garam", "VI Suku", "Sinapa Piliang"])
    ]


def square(west, south, size):
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_scheme_when_a_boundary_is_missing():
    rows = regions()
    rows[0].boundary = square(100.6, -0.8, 0.01)
    sheet = draw(rows)
    assert sheet.scheme
    assert [shape.code for shape in sheet.shapes] == [row.code for row in rows]


def test_boundaries_are_drawn_as_they_are():
    rows = regions()
    for n, row in enumerate(rows):
        row.boundary = square(100.6 + n * 0.01, -0.8, 0.01)
    rows[2].boundary = {
        "type": "MultiPolygon",
        "coordinates": [rows[2].boundary["coordinates"], square(100.66, -0.8, 0.002)["coordinates"]],
    }
    sheet = draw(rows)
    assert not sheet.scheme
    areas = [[abs(area_of(ring)) for ring in shape.rings] for shape in sheet.shapes]
    assert areas[0][0] == pytest.approx(areas[1][0])
    assert areas[2][1] == pytest.approx(areas[2][0] / 25)
    assert re.fullmatch(r"(M[\d.\- L]+Z)+", sheet.shapes[2].path)


def test_no_region_no_map():
    assert draw([]).shapes == []
    assert draw([Region(code="13.72.01.1009", name="X")]).shapes == []


def test_names_never_lie_on_each_other():
    rows = [
        Region(code=f"13.72.01.10{n:02}", name="Kampai Tabu Karambia", lat=-0.79, lng=100.6 + n / 1000)
        for n in range(9)
    ]
    shapes = draw(rows).shapes
    written = [shape for shape in shapes if not shape.number]
    for one, other in itertools.combinations(written, 2):
        assert abs(one.label[0] - other.label[0]) > 100 or abs(one.label[1] - other.label[1]) >= 18
    numbers = [shape.number for shape in shapes if shape.number]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def placed(world):
    for n, area in enumerate((world.own, world.other)):
        Region.objects.filter(pk=area.region.pk).update(lat=-0.79 - n / 50, lng=100.6 + n / 50)
        for _n in range(7):
            make.HouseholdFactory(region=area.region, desil=1, status="active", lat=-0.79, lng=100.6)
    return world


def page(client, user, **query):
    client.force_login(user)
    return client.get(reverse("reports:map"), query)


@pytest.mark.parametrize("figure", ["missing", "missing-households", "poorest", "target"])
def test_every_figure(client, placed, figure):
    response = page(client, placed.user("bappeda_staff"), figure=figure)
    rows = {row["shape"].code: row for row in response.context["rows"]}
    assert set(rows) == {placed.own.region.pk, placed.other.region.pk}
    assert all(row["n"] is not None for row in rows.values())
    html = response.content.decode()
    assert html.count('<path d="M') == 2
    assert "status=active" in html


def test_unknown_figure_is_not_found(client, placed):
    assert page(client, placed.user("bappeda_staff"), figure="zzz").status_code == 404


def test_operator_sees_own_area_only(client, placed):
    operator = placed.user("kelurahan_operator")
    response = page(client, operator)
    assert [row["shape"].code for row in response.context["rows"]] == [placed.own.region.pk]
    assert page(client, operator, area=placed.other.region.pk).status_code == 404


def test_points_only_with_the_right_and_zoomed(client, placed):
    staff = placed.user("bappeda_staff")
    assert "<circle" not in page(client, staff).content.decode()
    assert page(client, staff, area=placed.own.region.pk).content.decode().count("<circle") >= 7
    leader = page(client, placed.user("leadership"), area=placed.own.region.pk)
    assert leader.status_code == 200
    assert "<circle" not in leader.content.decode()


def test_small_cells_are_hidden_from_leadership(client, placed):
    for _n in range(2):
        make.HouseholdFactory(region=make.region("13.72.01.1002"), desil=2, status="active")
    Region.objects.filter(pk="13.72.01.1002").update(lat=-0.8, lng=100.61)
    response = page(client, placed.user("leadership"), figure="missing-households")
    hidden = {row["shape"].code for row in response.context["rows"] if row["hidden"]}
    assert "13.72.01.1002" in hidden
    assert len(hidden) > 1  # one alone could be had by subtraction
    seen = page(client, placed.user("bappeda_staff"), figure="missing-households")
    assert not any(row["hidden"] for row in seen.context["rows"])


def test_empty_city(client, placed):
    Region.objects.update(lat=None, lng=None, boundary=None)
    response = page(client, placed.user("bappeda_staff"))
    assert response.status_code == 200
    assert "<path d=" not in response.content.decode()


def test_few_queries(client, placed, django_assert_max_num_queries):
    page(client, placed.user("bappeda_staff"))
    with django_assert_max_num_queries(16):
        client.get(reverse("reports:map"))
