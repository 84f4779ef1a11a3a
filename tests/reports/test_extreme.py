"""PPKE: households of desil 1, each once, by strategy and kelurahan; small cells hidden from the leadership."""

import datetime as dt
import io

import openpyxl
import pytest

from programs.models import ProgramClassification, Scheme, SchemeItem, SchemeMapping
from reports.periods import period
from reports.workbooks import ReportRequest, write
from reports.workbooks.extreme import extreme_households, strategies
from tests import factories as make


@pytest.fixture
def city(world):
    """Own area: one extremely poor family reached in January by the own programme (strategy A), one not reached."""
    extreme = Scheme.objects.get_or_create(code="extreme", defaults={"name": "Kemiskinan ekstrem"})[0]
    items = {
        code: SchemeItem.objects.get_or_create(scheme=extreme, code=code, defaults={"name": code, "order": n})[0]
        for n, code in enumerate("ABC")
    }
    SchemeMapping.objects.get_or_create(source=world.program.strategy, target=items["A"])
    type(world.own.household).objects.filter(pk=world.own.household.pk).update(desil=1)
    type(world.other.household).objects.filter(pk=world.other.household.pk).update(desil=3)
    world.poor = make.family(2, region_id=world.own.region.code, desil=1, head={"name": "Miskin Dekat"})
    world.items = items
    return world


def rows(world, sheet, role="bappeda_staff", **options):
    request = ReportRequest(
        name="ppke", period=options.pop("period", period(world.year)), user=world.user(role), **options
    )
    target = io.BytesIO()
    write(request, target)
    book = openpyxl.load_workbook(io.BytesIO(target.getvalue()))
    return [list(row) for row in book.worksheets[sheet].iter_rows(values_only=True)]


def row_of(found, label):
    return next(row for row in found if label in row)


def test_only_active_families_of_desil_1(city):
    assert set(extreme_households().values_list("pk", flat=True)) == {city.own.household.pk, city.poor.pk}
    type(city.poor).objects.filter(pk=city.poor.pk).update(
        status="moved", status_reason="Merantau", status_date=dt.date(2026, 1, 1)
    )
    assert set(extreme_households().values_list("pk", flat=True)) == {city.own.household.pk}


def test_own_class_wins_over_what_the_strategy_implies(city):
    assert strategies()[city.program.pk] == "A"
    ProgramClassification.objects.create(program=city.program, item=city.items["C"])
    assert strategies()[city.program.pk] == "C"


def test_by_programme(city):
    row = row_of(rows(city, 0), city.program.short_name)
    assert row[3] == 1
    assert row[5] == 2 * city.own.delivery.amount  # both areas' deliveries
    assert row[6] == city.own.delivery.amount  # of it to the extremely poor family


def test_by_kelurahan_each_household_once(city):
    village = row_of(rows(city, 1), city.own.region.name)
    assert village[2:] == [2, 1, 0, 0, 1, 1]
    elsewhere = row_of(rows(city, 1), city.other.region.name)
    assert elsewhere[2:] == [0, 0, 0, 0, 0, 0]


def test_of_a_quarter(city):
    later = row_of(rows(city, 1, period=period(city.year, quarter=2)), city.own.region.name)
    assert later[2:] == [2, 0, 0, 0, 0, 2]


def test_small_cells_are_hidden_from_the_leadership(city):
    village = row_of(rows(city, 1, "leadership"), city.own.region.name)
    assert village[2] == "<5"
    assert row_of(rows(city, 0, "leadership"), city.program.short_name)[3] == "<5"
