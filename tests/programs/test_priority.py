"""Unmet need by place with its reasons, and what an amount of money would change."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from programs import priority, targeting
from programs.targeting import Asked
from tests import factories as make

YEAR = timezone.localdate().year


@pytest.fixture
def city(world):
    """Own area: desil 1 ×6 (unfit houses), desil 4 ×2; other area: desil 2 ×1, desil 3 ×7. The world's two (desil 1)
    are reached, nobody else."""
    cache.clear()
    make.CodeFactory(field="floor", code=8, unfit=True)
    for code, plan in ((world.own.region.pk, [(1, 6, 8), (4, 2, 1)]), (world.other.region.pk, [(2, 1, 1), (3, 7, 1)])):
        for desil, n, floor in plan:
            for i in range(n):
                make.family(1, region_id=code, desil=desil, floor=floor, rt=f"00{1 + i % 2}")
    return world


def test_points_weigh_the_poorest_most(city):
    """Own: 6 × 4 + 2 × 1 = 26 of 8 missed; other: 1 × 3 + 7 × 2 = 17 of 8 missed."""
    own, other = priority.ranked(Asked(YEAR))
    assert (own.row.key, own.points, own.row.missed, own.poorest) == (city.own.region.pk, 26, 8, 6)
    assert (other.row.key, other.points, other.row.missed, other.poorest) == (city.other.region.pk, 17, 8, 0)
    assert (own.row.target, own.row.reached) == (9, 1)
    assert own.facts["unfit_house"] == 6
    assert other.facts["unfit_house"] == 0


def test_reasons_name_what_is_clearly_more_frequent_here(city):
    own, other = priority.ranked(Asked(YEAR))
    assert own.reasons == ["6 of them desil 1", "unfit house: 6 (75%)"]
    assert other.reasons == ["8 households not yet receiving"]


def test_rt_add_up_to_the_kelurahan(city):
    rows = priority.ranked(Asked(YEAR, area=city.own.region.pk), "rt")
    assert {n.row.key.rpartition("/")[2]: n.row.missed for n in rows} == {"001": 4, "002": 4}
    assert sum(n.points for n in rows) == 26
    assert sum(n.facts["unfit_house"] for n in rows) == 6


def test_of_one_programme(city):
    bundle = targeting.bundle_of(f"program-{city.other_program.uuid}", YEAR)
    own, other = priority.ranked(Asked(YEAR), bundle=bundle)
    assert (own.row.missed, other.row.missed) == (9, 9)  # it reached nobody


def test_missed_households_are_those_of_the_figure(city):
    for kind in ("all", "program", "agency", "cluster"):
        for bundle in targeting.bundles(kind, targeting.covering_years(YEAR)):
            row = targeting.whole(Asked(YEAR), bundle)
            assert priority.missed_households(bundle, Asked(YEAR)).count() == row.missed


# --- what if -------------------------------------------------------------------------------------------------------


def suppose(budget, cost=100, **options):
    return priority.what_if(Asked(YEAR), options.pop("bundle", targeting.everything()), budget=budget, unit_cost=cost)


def test_money_reaches_the_poorest_first(city):
    """Ten households: 6 of desil 1, 1 of desil 2, and of the 7 equals of desil 3 three."""
    found = suppose(1_050)
    assert (found.can, found.reaches, found.left_over) == (10, 10, 50)
    assert found.by_desil == [(1, 6), (2, 1), (3, 3)]
    assert (found.tied, found.tied_places) == (7, 3)
    assert [(name, n) for _code, name, n in found.by_village] == [("Tanah Garam", 6), ("Laing", 1)]
    assert (found.now.coverage, found.after.coverage) == (2 / 18, 12 / 18)
    assert found.after.coverage + found.after.exclusion == 1


def test_money_for_more_than_the_gap_stays_over(city):
    found = suppose(10_000)
    assert (found.reaches, found.left_over, found.tied) == (16, 8_400, 0)
    assert found.after.coverage == 1
    assert sum(n for _c, _n, n in found.by_village) == 16


def test_no_money_reaches_nobody(city):
    found = suppose(99)
    assert (found.can, found.reaches, found.by_desil, found.after.reached) == (0, 0, [], 2)


def test_the_order_of_the_programme_decides_between_equals(city):
    """Its quota puts unfit houses first: of desil 1 the six of the own area before the world's two."""
    make.QuotaOrderFactory(program=city.other_program)
    bundle = targeting.bundle_of(f"program-{city.other_program.uuid}", YEAR)
    found = suppose(600, bundle=bundle)
    assert (found.reaches, found.tied) == (6, 0)
    assert [(name, n) for _code, name, n in found.by_village] == [("Tanah Garam", 6)]


# --- pages ---------------------------------------------------------------------------------------------------------


def test_priority_page(client, city):
    client.force_login(city.user("bappeda_staff"))
    response = client.get(reverse("reports:priority"))
    first, second = response.context["rows"]
    assert (first["row"].row.label, first["points"], second["points"]) == ("Tanah Garam", 26, 17)
    listed = client.get(first["row"].missed.url)
    assert listed.context["filter"].queryset().count() == 8
    response = client.get(reverse("reports:priority"), {"level": "rt", "area": city.own.region.pk})
    for line in response.context["rows"]:
        listed = client.get(line["row"].missed.url)
        assert listed.context["filter"].queryset().count() == line["row"].missed.n
    assert client.get(reverse("reports:priority"), {"level": "x"}).status_code == 400


def test_places_with_few_households_are_hidden_without_names(client, city):
    client.force_login(city.user("leadership"))
    response = client.get(reverse("reports:priority"))
    assert all(line["row"].hidden and line["points"] is None for line in response.context["rows"])
    assert "/households/?" not in response.content.decode()


def test_what_if_page(client, city):
    client.force_login(city.user("bappeda_staff"))
    url = reverse("reports:what_if")
    assert "found" not in client.get(url).context
    response = client.get(url, {"budget": "1.050", "unit_cost": "100"})
    assert response.context["found"].reaches == 10
    for wrong in ({"budget": "100", "unit_cost": "0"}, {"budget": "banyak", "unit_cost": "1"}, {"budget": ""}):
        assert client.get(url, wrong).status_code == 400
    city.program_year.unit_amount = 600_000
    city.program_year.save()
    make.ProgramFundingFactory(program_year=city.program_year, ceiling=2_000_000)
    response = client.get(url, {"of": f"program-{city.program.uuid}"})
    assert response.context["form"]["unit_cost"].value() == "600.000"
    assert response.context["form"]["budget"].value() == "1.400.000"  # two deliveries of 300,000 went out


def test_what_if_hides_small_numbers_without_names(client, city):
    client.force_login(city.user("leadership"))
    response = client.get(reverse("reports:what_if"), {"budget": "300", "unit_cost": "100"})
    assert response.context["hidden"]
