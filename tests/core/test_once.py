"""What a request reads once: the same page asks for the city's settings many times and the database once."""

from core.models import CitySettings
from core.once import forget, keeping, once
from tests import factories as make


def test_outside_a_request_every_call_reads():
    seen = []
    for _ in range(2):
        once("x", lambda: seen.append(1))
    assert len(seen) == 2


def test_within_a_request_the_first_call_reads():
    calls = iter(range(10))
    with keeping():
        assert [once("x", lambda: next(calls)), once("x", lambda: next(calls)), once("y", lambda: next(calls))] == [
            0,
            0,
            1,
        ]
        forget("x")
        assert once("x", lambda: next(calls)) == 2
        with keeping():
            assert once("x", lambda: next(calls)) == 3
        assert once("x", lambda: next(calls)) == 2


def test_nothing_is_kept_for_the_next_request():
    for want in (1, 2):
        with keeping():
            assert once("x", lambda want=want: want) == want


def test_settings_are_read_once_and_again_after_a_change(db, django_assert_num_queries):
    make.CitySettingsFactory(team_name="TKPKD")
    with keeping():
        with django_assert_num_queries(1):
            assert CitySettings.load() is CitySettings.load()
        row = CitySettings.objects.get()
        row.team_name = "Tim"
        row.save()
        assert CitySettings.load().team_name == "Tim"
