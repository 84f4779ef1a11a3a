"""The start page shows figures of this moment, counted once until something changes."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import history
from core.kept import kept
from core.models import CitySettings
from programs.choices import AssistanceStatus
from reports.dashboard import overview
from reports.scope import Scope
from tests import factories as make

YEAR = timezone.localdate().year
PLAIN = ("nothing", "reached", "coverage", "coverage_before", "twice", "ceiling", "spent", "gaps")


def scope(world, area="", year=YEAR):
    return Scope(area, world.own.region, True, year)


def figures_of(world, **where):
    found = overview(scope(world, **where))
    return {key: found[key] for key in PLAIN}


@pytest.fixture
def poor(world):
    return make.family(2, region_id=world.own.region.pk, desil=1)


def aid(world, household, **values):
    row = make.AssistanceFactory(program_year=world.program_year, household=household, received=True)
    return make.DeliveryFactory(assistance=row, **values)


def test_figures_follow_every_change(world, poor):
    first = figures_of(world)
    delivery = aid(world, poor, amount=500_000)
    reached = figures_of(world)
    assert reached["reached"] == first["reached"] + 1
    assert reached["spent"] == first["spent"] + 500_000
    make.family(1, region_id=world.own.region.pk, desil=1)
    more = figures_of(world)
    assert more["nothing"].total == reached["nothing"].total + 1
    type(delivery).objects.filter(pk=delivery.pk).update(void=True, void_reason="typing error")
    gone = figures_of(world)
    assert (gone["reached"], gone["spent"]) == (first["reached"], first["spent"])
    CitySettings.objects.update(poor_desil_max=1)
    assert figures_of(world)["nothing"].total <= gone["nothing"].total
    assert figures_of(world)["gaps"] == gone["gaps"]
    poor.kk = None
    poor.save()
    assert figures_of(world)["gaps"] != gone["gaps"]


def test_years_and_areas_are_counted_apart(world, poor):
    aid(world, poor, date=dt.date(YEAR - 1, 5, 1))
    here, there = figures_of(world, area=world.own.region.pk), figures_of(world, area=world.other.region.pk)
    assert here["nothing"].total + there["nothing"].total == figures_of(world)["nothing"].total
    assert figures_of(world, year=YEAR - 1)["reached"] == 1
    assert figures_of(world)["reached"] == figures_of(world)["reached"]


def test_nothing_is_counted_twice(world, poor):
    with CaptureQueriesContext(connection) as counting:
        first = figures_of(world)
    with CaptureQueriesContext(connection) as again:
        assert figures_of(world) == first
    assert [len([q for q in run if "programs_aided" in q["sql"]]) for run in (counting, again)] == [3, 0]
    assert not [q for q in again if "households_household" in q["sql"]]


def test_the_page_shows_them(client, world, poor):
    client.force_login(world.user("bappeda_staff"))
    nothing = client.get("/").context["nothing"].part
    assert client.get("/").context["nothing"].part == nothing
    aid(world, poor)
    assert client.get("/").context["nothing"].part == nothing - 1
    assert AssistanceStatus.RECEIVED in poor.aid.values_list("status", flat=True)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_ends_late_is_told():
    """The transaction with the lower number ends after the one with the higher."""
    marks, begun, other_done = [], threading.Event(), threading.Event()

    def late():
        try:
            with history.history(by=None, action="test.late"):
                begun.set()
                other_done.wait(10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert begun.wait(10)
    with history.history(by=None, action="test.early"):
        pass
    marks.append(history.mark())
    assert history.mark() == marks[0]
    other_done.set()
    thread.join()
    assert history.mark() != marks[0]


@pytest.mark.django_db(transaction=True)
def test_readers_at_once_count_once():
    counted, values = [], []

    def count():
        counted.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        return 7

    def read():
        try:
            values.append(kept("test", YEAR, count=count))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == [7] * 4
    assert len(counted) == 1
