"""Two writers of the yearly report, and the package that a city sends on."""

import json

from core.choices import Role
from reports.cities.packages import make as make_package
from reports.lp2kd.facts import collect
from reports.lp2kd.texts import write_text
from tests.attack.test_small_cells import settle
from tests.worlds import OWN


def test_who_was_overtaken_gets_the_own_text_back_as_typed(client, world):
    staff = world.user(Role.BAPPEDA_STAFF)
    client.force_login(staff)
    write_text(year=world.year, chapter="penutup", text="Punya orang lain.", version=0, by=staff)
    page = client.post("/reports/written/lp2kd/text/penutup/", {"text": "Punya saya.", "version": "0"})
    assert page.status_code == 422
    assert page.context["form"]["text"].value() == "Punya saya."
    assert "[&#x27;Punya saya.&#x27;]" not in page.content.decode()


def test_the_package_for_the_province_leaves_out_what_leaves_few(world, settings):
    settings.AGGREGATE_KEY = "x" * 32
    settle(world, OWN, reached=18, missed=3)
    body = json.loads(make_package(world.year))["body"]
    row = next(row for row in body["programs"] if row[0] == world.program.name)
    assert row[3] == 23
    assert row[4] is None  # all but 3


def test_the_yearly_report_hides_a_programme_that_reached_few(world):
    settle(world, OWN, reached=1, missed=11)
    table = next(t for t in _tables(world.year) if "Sudah menerima" in [c.label for c in t.columns])
    row = next(row for row in table.rows if world.program.short_name in str(row[0]))
    assert 11 not in row  # beside the 14 it would tell the 3


def _tables(year: int):
    return [table for tables in collect(year).tables.values() for table in tables]
