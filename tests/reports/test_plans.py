"""The annual action plan and the realisation by agency as workbooks: their numbers are those of the plans."""

import io

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from programs.actions import programmes, realisations
from programs.choices import BenefitUnit
from programs.plans.quarters import Values
from reports.periods import period
from reports.workbooks import ReportRequest, write
from tests import factories as make

CITY, DAK = ("city", "apbd_kota"), ("central", "dak")
LAST = timezone.localdate().year - 1


@pytest.fixture(autouse=True)
def english():
    """Sheets in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def year(world):
    """A whole plan of last year: 40 households, 24 million of the city and 6 million of the DAK."""
    made = make.whole_plan(
        make.ProgramYearFactory(program=world.program, year=LAST),
        plan_code="1.06.05.2.02.0003",
        plan_sub_activity="Bantuan tunai",
    )
    make.ProgramFundingFactory(program_year=made, sponsor="central", source="dak", ceiling=6_000_000)
    make.PlanLocationFactory(program_year=made, region=world.own.region)
    return made


def save(year, quarter, spent, output, beneficiaries, *, submit=True, **texts):
    realisations.save_realisation(
        program_year=year, quarter=quarter, values=Values(spent, output, beneficiaries, **texts), by=None
    )
    if submit:
        realisations.submit_realisation(program_year=year, quarter=quarter, by=None)


def book(name, of=None, user=None):
    target = io.BytesIO()
    write(ReportRequest(name=name, period=of or period(LAST), user=user), target)
    return openpyxl.load_workbook(io.BytesIO(target.getvalue()))


def row_with(page, text):
    """The cells of the row in which a text stands, by the header above: the lowest header text of each column."""
    rows = list(page.iter_rows(values_only=True))
    at = next(n for n, row in enumerate(rows) if text in row)
    numbers = next(n for n, row in enumerate(rows) if row[:3] == (1, 2, 3))
    heads = [
        next(str(rows[n][c]) for n in range(numbers - 1, -1, -1) if rows[n][c] is not None)
        for c in range(len(rows[at]))
    ]
    return dict(zip(heads, rows[at], strict=True))


def test_rat_holds_the_plan(world, year):
    page = book("rat")["Plan"]
    row = row_with(page, "1.06.05.2.02.0003")
    assert row["Agency / programme"] == world.program.name
    assert (row["Target"], row["Unit"], row["Ceiling (Rp)"]) == (40, "keluarga", 30_000_000)
    assert row["Source of funds"] == "DAK, APBD Kota"
    assert (row["Locations"], row["Programme / activity / sub-activity"]) == (world.own.region.name, "Bantuan tunai")
    assert (row["Cluster"], row["Strategy"]) == (
        world.program.cluster.code,
        world.program.strategy.code.upper(),
    )


def test_rat_has_money_by_source_and_schedule(world, year):
    found = book("rat")
    row = row_with(found["Ceilings by source"], world.program.name)
    assert (row["APBD Kota"], row["DAK"], row["All sources"]) == (24_000_000, 6_000_000, 30_000_000)
    row = row_with(found["Schedule"], world.program.name)
    assert row["Year"] == 24_000_000


def test_rat_lists_changed_ceilings_alone(world, year, bappeda):
    assert "Changed ceilings" not in book("rat").sheetnames
    programmes.set_funding(
        program_year=year, sponsor="city", source="apbd_kota", ceiling=20_000_000, reason="APBD-P", by=bappeda
    )
    row = row_with(book("rat")["Changed ceilings"], "APBD-P")
    assert (row["Before (Rp)"], row["After (Rp)"], row["Change (Rp)"]) == (24_000_000, 20_000_000, -4_000_000)


@pytest.fixture
def bappeda(world):
    return world.user("bappeda_staff")


def test_rat_evaluates_the_year_before(world, year):
    save(year, 4, {CITY: 12_000_000, DAK: 3_000_000}, 30, 0, obstacle="Hujan")
    make.whole_plan(world.program_year)
    row = row_with(book("rat", period(LAST + 1))["Year before"], world.program.name)
    assert (row["Target"], row["Output"], row["Ceiling (Rp)"], row["Spent (Rp)"]) == (40, 30, 30_000_000, 15_000_000)
    assert (row["Absorbed"], row["Output ÷ target"], row["Obstacle"]) == (0.5, 0.75, "Hujan")


def test_realisation_takes_the_newest_submitted_figures(world, year):
    save(year, 1, {CITY: 6_000_000, DAK: 0}, 10, 0)
    save(year, 2, {CITY: 9_000_000, DAK: 6_000_000}, 20, 0, submit=False)
    for quarter, spent in ((1, 6_000_000), (2, 6_000_000)):
        row = row_with(book("realisasi", period(LAST, quarter=quarter))["By programme"], world.program.name)
        assert (row["Spent (Rp)"], row["Output"], row["Up to quarter"]) == (spent, 10, "I")
    agency = row_with(book("realisasi", period(LAST, quarter=2))["By agency"], world.agency.name)
    assert (agency["Programmes"], agency["Reported"], agency["Ceiling (Rp)"]) == (1, 0, 30_000_000)
    assert (agency["Planned (Rp)"], agency["Spent (Rp)"], agency["Absorbed"]) == (12_000_000, 6_000_000, 0.2)
    assert agency["Not reported"] == world.program.short_name


def test_realisation_by_source_and_in_words(world, year):
    save(year, 1, {CITY: 6_000_000, DAK: 1_000_000}, 10, 0, obstacle="Hujan", follow_up="Ditunda")
    found = book("realisasi", period(LAST, quarter=1))
    row = row_with(found["By source"], world.program.name)
    assert (row["APBD Kota"], row["DAK"], row["All sources"]) == (6_000_000, 1_000_000, 7_000_000)
    row = row_with(found["Obstacles"], world.program.name)
    assert (row["Obstacle"], row["Follow-up"]) == ("Hujan", "Ditunda")


def test_groups_and_areas_stand_apart_and_count_once(world, year):
    areas = make.ProgramYearFactory(program__benefit_unit=BenefitUnit.AREA, program__name="Jalan", year=LAST)
    make.whole_plan(areas, target=4, ceiling=8_000_000)
    save(areas, 1, {CITY: 2_000_000}, 1, 46)
    page = book("realisasi", period(LAST, quarter=1))["By programme"]
    names = [row[1] for row in page.iter_rows(values_only=True) if row[1]]
    assert names.index("Money to households and persons") < names.index(world.program.name)
    assert names.index("Works in areas") < names.index("Jalan")
    assert names.count("Jalan") == 1
    row = row_with(page, "Jalan")
    assert (row["Output"], row["Beneficiaries"], row["by the log"]) == (1, 46, None)


def test_programmes_of_agencies_add_up_to_the_whole(world, year):
    other = make.whole_plan(make.ProgramYearFactory(program=world.other_program, year=LAST), ceiling=8_000_000)
    save(year, 1, {CITY: 6_000_000, DAK: 0}, 10, 0)
    save(other, 1, {CITY: 1_000_000}, 1, 0)
    found = book("realisasi", period(LAST, quarter=1))

    def total(page, label):
        return sum(row_with(page, name)[label] or 0 for name in names)

    names = (world.agency.name, world.other_agency.name)
    assert total(found["By agency"], "Spent (Rp)") == 7_000_000
    names = (world.program.name, world.other_program.name)
    assert total(found["By programme"], "Spent (Rp)") == 7_000_000


@pytest.mark.parametrize("name", ["rat", "realisasi"])
def test_by_page_and_by_command(client, world, year, name, tmp_path):
    client.force_login(world.user("leadership"))
    response = client.get(f"/reports/{name}/?year={LAST}&part=Q1")
    assert response.status_code == 200
    assert b"".join(response.streaming_content)[:2] == b"PK"
    target = tmp_path / "x.xlsx"
    call_command("export_report", name, year=LAST, out=str(target))
    assert openpyxl.load_workbook(target).sheetnames
