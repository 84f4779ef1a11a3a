"""No count on a decision's page gives a single family away to a reader without the right to names."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from households.models import Household
from meetings.actions import decisions
from meetings.lines import HEIGHT, PAD, drawn
from meetings.rows import hidden_texts, shown, steps_of
from tests import factories as make
from tests.meetings.test_decisions import received

TODAY = timezone.localdate()


@pytest.mark.parametrize(
    ("n", "total", "text"),
    [
        (0, 2, "kurang dari 5"),  # of a whole that is hidden itself, nothing is said
        (3, 40, "kurang dari 5"),
        (0, 40, "0"),
        (20, 40, "20"),
        (38, 40, "lebih dari 35"),
        (40, 40, "40"),
        (7, 0, "7"),  # no whole beside it
    ],
)
def test_a_number_and_what_it_leaves(n, total, text):
    assert shown(n, False, total) == text
    assert shown(n, True, total) == str(n)


def test_one_small_cell_takes_its_neighbour_along():
    assert hidden_texts([3, 20, 40], False) == ["kurang dari 5", "disamarkan", "40"]
    assert hidden_texts([3, 2, 40], False) == ["kurang dari 5", "kurang dari 5", "40"]
    assert hidden_texts([3, 20, 40], True) == ["3", "20", "40"]
    assert hidden_texts([0, 20], False) == ["0", "20"]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_a_line_over_time_moves_by_five_and_more(values):
    values = sorted(values)
    found = steps_of(values)
    assert found[-1] == values[-1]
    assert all(b - a == 0 or b - a >= 5 for a, b in zip(found, found[1:], strict=False))
    assert all(one - real < 5 or one == real for one, real in zip(found, values, strict=True))


def test_the_drawing_stays_on_its_ground():
    lines = drawn([("a", 10, [0, 5, 10]), ("b", 0, [1, 2, 30])], 10)
    heights = [float(point.split(",")[1]) for line in lines for point in line["points"].split()]
    assert max(heights) == HEIGHT - PAD
    assert min(heights) == PAD
    assert lines[0]["goal"] == PAD
    assert drawn([("a", 1, [3])], 10) == []
    assert drawn([], 10) == []


@pytest.mark.django_db
def test_the_leadership_cannot_tell_the_small_kelurahan_from_the_sum(client, world):
    small = [make.family(1, region_id=world.own.region.pk) for _n in range(3)]
    large = [make.family(1, region_id=world.other.region.pk) for _n in range(12)]
    staff = world.user("bappeda_staff")
    made = decisions.decide(
        meeting=make.MeetingFactory(held=True), by=staff, title="x", text="x", programs=[world.program_year],
        households=Household.objects.filter(pk__in=[h.pk for h in [*small, *large]]),
    )  # fmt: skip
    received(world.program_year, small[0], day=TODAY)
    for house in large[:6]:
        received(world.program_year, house, day=TODAY - dt.timedelta(days=1))
    url = f"/meetings/decisions/{made.uuid}/"
    client.force_login(world.user("leadership"))
    shown = client.get(url).context
    assert [area["total"] for area in shown["areas"]] == ["kurang dari 5", "disamarkan"]
    assert [area["cells"][0]["now"] for area in shown["areas"]] == ["kurang dari 5", "disamarkan"]
    assert shown["d"]["total_text"] == "15"
    client.force_login(staff)
    areas = client.get(url).context["areas"]
    assert [(area["total"], area["cells"][0]["now"]) for area in areas] == [("3", "1"), ("12", "6")]
    for area, n in zip(areas, (3, 12), strict=True):
        assert client.get(area["url"]).context["total"] == n
