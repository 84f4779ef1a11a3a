"""The page of an agency: its own programmes, duties, decisions and people; nothing small for who sees no names."""

from django.urls import reverse

from programs import figures
from tests import factories as make


def page(client, world, role, agency):
    client.force_login(world.user(role))
    return client.get(reverse("reports:agency_detail", args=[agency.uuid]))


def test_its_own_programmes_people_and_items(client, world):
    make.ActionItemFactory(title="Lengkapi daftar penerima", agency=world.agency)
    make.ActionItemFactory(title="Urusan dinas lain", agency=world.other_agency)
    response = page(client, world, "bappeda_staff", world.agency)
    html = response.content.decode()
    assert [year for year, _row in response.context["program_rows"]] == [world.program_year]
    assert "Lengkapi daftar penerima" in html
    assert "Urusan dinas lain" not in html
    assert str(world.user("opd_operator")) in html
    share = next(s for y, s in figures.coverage_by_program(world.year) if y == world.program_year)
    assert response.context["program_rows"][0][1].total.n == share.total


def test_small_numbers_are_hidden_from_the_leadership(client, world):
    response = page(client, world, "leadership", world.agency)
    rows = [row for _year, row in response.context["program_rows"]]
    assert rows
    assert not [c.n for row in rows for c in (row.total, row.reached, row.missing) if c.n and c.n < 5]


def test_reached_from_the_duties(client, world):
    client.force_login(world.user("bappeda_staff"))
    url = reverse("reports:agency_detail", args=[world.agency.uuid])
    assert url in client.get(reverse("reports:duty_list"), {"year": world.year}).content.decode()


def test_few_queries(client, world, django_assert_max_num_queries):
    page(client, world, "bappeda_staff", world.agency)
    with django_assert_max_num_queries(32):
        page(client, world, "bappeda_staff", world.agency)
