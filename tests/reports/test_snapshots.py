"""Figures of a past day are what was known that day: kept once, never changed, and the page compares with them."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.models import Agency
from core.registry import registry
from households.models import Household
from programs import targeting
from programs.models import Assistance, Delivery
from programs.targeting import Asked
from reports.actions import daily_snapshot, take_snapshot, years_kept
from reports.models import FigureSnapshot
from tests import factories as make

TODAY = timezone.localdate()
YEAR = TODAY.year
EARLIER = TODAY - dt.timedelta(days=30)


@pytest.fixture
def city(world):
    """Beside the world's two reached families ten poor ones in each area that nobody reached."""
    cache.clear()
    for code in (world.own.region.pk, world.other.region.pk):
        for n in range(10):
            make.family(1, region_id=code, desil=1 + n % 4)
    return world


def rows(day) -> list[tuple]:
    return list(
        FigureSnapshot.objects.filter(day=day)
        .order_by("pk")
        .values_list("year", "bundle", "label", "area", "target", "reached", "receivers", "outside", "at")
    )


def row(day, bundle="all", area="") -> tuple:
    found = FigureSnapshot.objects.get(day=day, year=YEAR, bundle=bundle, area=area)
    return found.target, found.reached, found.receivers, found.outside


def test_snapshot_holds_the_figures_of_every_bundle_and_area(city):
    take_snapshot(day=EARLIER)
    assert row(EARLIER) == (22, 2, 2, 0)
    assert row(EARLIER, area=city.own.region.pk) == (11, 1, 1, 0)
    assert row(EARLIER, area="13.72.01") == (11, 1, 1, 0)
    for kind in ("program", "agency", "cluster"):
        for each in targeting.by_bundle(targeting.bundles(kind, targeting.covering_years(YEAR)), Asked(YEAR)):
            assert row(EARLIER, each.bundle.key) == (each.target, each.reached, each.receivers, each.outside)


def test_a_past_day_stays_the_same_after_a_thousand_later_edits(city):
    take_snapshot(day=EARLIER)
    before = rows(EARLIER)
    assert before
    households = list(Household.objects.order_by("pk"))
    edits = 0
    for n in range(700):  # a family moves up and down, one edit after the other
        Household.objects.filter(pk=households[n % len(households)].pk).update(desil=1 + n % 10)
        edits += 1
    for household in households[2:]:
        aid = make.AssistanceFactory(program_year=city.program_year, household=household, received=True)
        make.DeliveryFactory(assistance=aid)
        edits += 2
    for delivery in Delivery.objects.order_by("pk")[:10]:
        Delivery.objects.filter(pk=delivery.pk).update(void=True, void_reason="salah")
        edits += 1
    for n in range(250):
        Assistance.objects.filter(pk=city.own.assistance.pk).update(note=f"catatan {n}")
        edits += 1
    Agency.objects.filter(pk=city.agency.pk).update(short_name="Dinsos baru")
    assert edits >= 1000
    take_snapshot(day=TODAY)
    assert take_snapshot(day=EARLIER) == 0  # asked again: what stands stays
    assert rows(EARLIER) == before
    assert row(TODAY) != row(EARLIER)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE reports_figuresnapshot SET reached = 0", "DELETE FROM reports_figuresnapshot"],
)
def test_the_database_refuses_changes(city, statement):
    take_snapshot(day=EARLIER)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_periodic_task_takes_them_once_a_day(city):
    assert any(task.run is daily_snapshot for task in registry.periodic)
    assert "kept" in daily_snapshot()
    assert daily_snapshot() == ""
    assert set(FigureSnapshot.objects.values_list("year", flat=True)) == set(years_kept(TODAY))


def test_late_lists_of_last_year_count_in_the_first_months():
    assert years_kept(dt.date(2026, 2, 1)) == [2026, 2025]
    assert years_kept(dt.date(2026, 7, 1)) == [2026]


def test_one_statement_for_each_kind_of_bundle(city, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        take_snapshot(day=EARLIER, years=[YEAR])


def test_page_compares_with_an_earlier_day(client, city):
    take_snapshot(day=EARLIER)
    for household in Household.objects.filter(region=city.other.region).exclude(pk=city.other.household.pk)[:6]:
        aid = make.AssistanceFactory(program_year=city.program_year, household=household, received=True)
        make.DeliveryFactory(assistance=aid)
    client.force_login(city.user("bappeda_staff"))
    response = client.get("/reports/figures/", {"by": "village", "since": EARLIER.isoformat()})
    found = {r.row.label: r for r in response.context["rows"]}
    assert found["Laing"].then.coverage == pytest.approx(1 / 11)
    assert found["Laing"].change == pytest.approx(6 / 11)
    assert found["Tanah Garam"].change == 0
    assert response.context["total"].change == pytest.approx(6 / 22)
    response = client.get("/reports/figures/", {"by": "desil", "since": EARLIER.isoformat()})
    assert response.context["since_unknown"]
    assert client.get("/reports/figures/", {"since": "2001-01-01"}).status_code == 400


def test_small_cells_of_an_earlier_day_stay_hidden(client, city):
    take_snapshot(day=EARLIER)
    client.force_login(city.user("leadership"))
    response = client.get("/reports/figures/", {"by": "village", "since": EARLIER.isoformat()})
    assert [r.then for r in response.context["rows"]] == [None, None]
    assert response.context["total"].then is None
