"""The pages on targeting: the figures of the definitions, each with its list, as each reader may see them."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from programs import targeting
from programs.targeting import Asked, Targeting
from tests import factories as make

YEAR = timezone.localdate().year
PAGE = "/reports/figures/"


@pytest.fixture(autouse=True)
def fresh():
    """Nothing kept from another test."""
    cache.clear()


@pytest.fixture
def city(world):
    """Twelve poor families in each kelurahan; the world's programme reached nine of the own one, two of the other."""
    for code, reached in ((world.own.region.pk, 9), (world.other.region.pk, 2)):
        for n in range(12):
            household = make.family(1, region_id=code, desil=1 + n % 4, rt=f"00{1 + n % 2}")
            if n < reached:
                aid = make.AssistanceFactory(program_year=world.program_year, household=household, received=True)
                make.DeliveryFactory(assistance=aid)
    return world


def get(client, world, role, **query):
    client.force_login(world.user(role))
    return client.get(PAGE, query)


def cells(row) -> tuple[int, int, int, int]:
    return row.target.n, row.reached.n, row.receivers.n, row.outside.n


def by_label(response) -> dict:
    return {row.row.label: row for row in response.context["rows"]}


def test_page_shows_what_the_definition_counts(client, city):
    response = get(client, city, "bappeda_staff", by="village")
    assert {label: cells(row) for label, row in by_label(response).items()} == {
        "Tanah Garam": (13, 10, 10, 0),
        "Laing": (13, 3, 3, 0),
    }
    assert cells(response.context["total"]) == (26, 13, 13, 0)
    row = targeting.whole(Asked(YEAR))
    assert (row.target, row.reached, row.receivers, row.outside) == (26, 13, 13, 0)


def test_every_figure_opens_its_list_with_as_many_households(client, city):
    client.force_login(city.user("bappeda_staff"))
    for by in ("program", "agency", "cluster", "district", "village", "rt", "desil", "quarter", "year"):
        response = client.get(PAGE, {"by": by, "area": city.own.region.pk if by == "rt" else ""})
        assert response.status_code == 200
        for row in (*response.context["rows"], response.context["total"]):
            for name in ("target", "reached", "missed", "receivers", "outside"):
                cell = getattr(row, name)
                listed = client.get(cell.url)
                assert listed.status_code == 200, cell.url
                assert _count(listed) == cell.n, (by, row.row.label, name, cell.url)


def _count(response) -> int:
    return response.context["filter"].queryset().count()


@pytest.mark.parametrize("query", [{"by": "nonsense"}, {"of": "agency-999"}, {"quarter": "9"}, {"desil": "x"}])
def test_unknown_choices_are_refused_in_words(client, city, query):
    response = get(client, city, "bappeda_staff", **query)
    assert response.status_code == 400


def test_an_area_outside_ones_own_is_not_found(client, city):
    assert get(client, city, "kelurahan_operator", area=city.other.region.pk).status_code == 404
    response = get(client, city, "kelurahan_operator", by="rt")
    assert cells(response.context["total"]) == (13, 10, 10, 0)


def test_small_cells_are_hidden_without_the_right_to_names_also_by_subtraction(client, city):
    """Laing has 3 reached: its row goes, and with two rows the other one too, and the total would give nothing away."""
    response = get(client, city, "leadership", by="village")
    assert [row.hidden for row in response.context["rows"]] == [True, True]
    assert cells(response.context["total"]) == (26, 13, 13, 0)
    words = response.content.decode()
    assert "/households/?" not in words
    assert re.search(r"kurang dari 5|fewer than 5", words)


def test_readers_without_names_are_led_to_the_breakdown(client, city):
    response = get(client, city, "leadership", by="agency")
    [dinsos] = [r for r in response.context["rows"] if r.row.label == "Dinsos"]
    assert dinsos.target.url.startswith(PAGE)
    assert client.get(dinsos.target.url).status_code == 200


def test_rows_that_could_be_told_from_the_total_are_hidden():
    def row(target, reached, receivers=50, outside=10):
        return Targeting("", "", target, reached, receivers, outside)

    big = [row(40, 20), row(30, 10)]
    assert targeting.hidden_rows(big) == set()
    # one small row: the next smallest goes as well
    assert targeting.hidden_rows([row(40, 20), row(30, 27), row(100, 50)]) == {0, 1}
    # two rows of one household each: together 2 would still tell of each
    assert targeting.hidden_rows([row(31, 30), row(31, 30), row(40, 20)]) == {0, 1, 2}
    lone = [row(3, 0, 0, 0)]
    assert targeting.hidden_rows(lone) == {0}
    assert not targeting.safe(lone, {0})


def test_a_total_that_gives_a_hidden_row_away_is_hidden(client, world):
    household = make.family(1, region_id=world.own.region.pk, desil=1)
    response = get(client, world, "leadership", by="village")
    assert response.context["total"].hidden
    assert household.pk


def test_lists_that_have_not_come_in_are_named_with_what_they_could_change(client, city):
    city.other_program_year.target = 7
    city.other_program_year.save()
    response = get(client, city, "bappeda_staff")
    assert [(w.program_year.pk, w.could_add) for w in response.context["waiting"]] == [(city.other_program_year.pk, 7)]
    assert response.context["highest_coverage"] == 20 / 26
    assert "Modal Usaha" in response.content.decode()


def test_page_takes_few_queries_and_none_again(client, city, django_assert_max_num_queries):
    client.force_login(city.user("bappeda_staff"))
    with django_assert_max_num_queries(60):
        client.get(PAGE, {"by": "village"})
    with django_assert_max_num_queries(45):
        client.get(PAGE, {"by": "village"})


def test_a_change_is_seen_at_once(client, city):
    before = get(client, city, "bappeda_staff", by="village").context["total"]
    household = make.family(1, region_id=city.other.region.pk, desil=2)
    make.DeliveryFactory(
        assistance=make.AssistanceFactory(program_year=city.program_year, household=household, received=True)
    )
    after = get(client, city, "bappeda_staff", by="village").context["total"]
    assert cells(after) == tuple(n + k for n, k in zip(cells(before), (1, 1, 1, 0), strict=True))


# --- overlap, packages, compare, definitions -----------------------------------------------------------------------


def test_overlap_matrix_and_the_list_behind_a_pair(client, city):
    both = city.own.household
    make.DeliveryFactory(
        assistance=make.AssistanceFactory(
            program_year=make.ProgramYearFactory(program=make.ProgramFactory(name="Ternak", owner=city.other_agency)),
            household=both,
            received=True,
        )
    )
    client.force_login(city.user("bappeda_staff"))
    for query, first, second in (({}, "Bantuan Tunai Kota", "Ternak"), ({"of": "agency"}, "Dinsos", "Diskop")):
        response = client.get(reverse("reports:overlap_matrix"), query)
        rows = {row["label"]: row["cells"] for row in response.context["rows"]}
        assert [cell["n"] for cell in rows[first]] == [13, 1]
        assert [cell["n"] for cell in rows[second]] == [1, 1]
        assert _count(client.get(rows[first][1]["url"])) == 1
        assert _count(client.get(rows[first][0]["url"])) == 13
    client.force_login(city.user("leadership"))
    response = client.get(reverse("reports:overlap_matrix"))
    assert [cell["hidden"] for cell in response.context["rows"][1]["cells"]] == [True, True]


def test_packages(client, city):
    package = make.PackageFactory(name="Paket lengkap")
    make.PackagePartFactory(package=package, label="Pendapatan", programs=[city.program])
    client.force_login(city.user("bappeda_staff"))
    response = client.get(reverse("reports:packages"))
    [row] = response.context["rows"]
    assert (row["found"].target, row["found"].whole) == (26, 13)
    assert "Paket lengkap" in response.content.decode()


def test_compare_two_areas(client, city):
    client.force_login(city.user("bappeda_staff"))
    response = client.get(
        reverse("reports:compare"), {"area_a": city.own.region.pk, "area_b": city.other.region.pk, "of_b": "all"}
    )
    lines = response.context["lines"]
    assert [(line["a"][0], line["b"][0], line["difference"]) for line in lines[:2]] == [(13, 13, 0), (10, 3, -7)]
    assert lines[2]["difference"] == pytest.approx(-7 / 13)
    assert _count(client.get(lines[1]["b"][1])) == 3


def test_compare_two_years_and_two_programmes(client, city):
    client.force_login(city.user("bappeda_staff"))
    key = f"program-{city.program.uuid}"
    response = client.get(reverse("reports:compare"), {"of_a": key, "year_b": YEAR - 1, "of_b": key})
    assert response.context["lines"][1]["a"][0] == 13
    # it did not run last year: the city's own target group stands there
    assert response.context["sides"][1]["bundle"].is_all
    response = client.get(
        reverse("reports:compare"), {"of_a": key, "of_b": f"program-{city.other_program.uuid}", "year_b": "x"}
    )
    assert [line["b"][0] for line in response.context["lines"][:2]] == [26, 0]


def test_definitions_name_every_figure(client, world):
    client.force_login(world.user("leadership"))
    words = client.get(reverse("reports:definitions")).content.decode()
    for key in ("coverage", "exclusion", "inclusion", "overlap", "convergence", "rupiah", "share"):
        assert f'id="{key}"' in words
