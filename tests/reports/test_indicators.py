"""Indicators: which value is held against which target, how years are typed, who may."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models.records import HistoryTransaction
from reports.indicators.actions import YearValue, save_values
from reports.indicators.charts import chart
from reports.indicators.listing import lines
from reports.indicators.models import Indicator, IndicatorValue

pytestmark = pytest.mark.django_db


@pytest.fixture
def p0():
    row = Indicator.objects.create(code="p0-x", name="Penduduk miskin", unit="%", better="lower", decimals=2)
    for year, value, target in ((2021, "3.12", None), (2023, "3.05", None), (2024, "3.07", "2.43"), (2026, None, "2")):
        IndicatorValue.objects.create(indicator=row, year=year, value=value, target=target)
    return row


def line(indicator, until):
    return next(found for found in lines(until) if found.indicator == indicator)


def test_newest_value_against_the_target_of_its_year(p0):
    found = line(p0, 2026)
    assert (found.latest.year, found.latest.value) == (2024, Decimal("3.07"))
    assert found.change == Decimal("0.02")
    assert found.improved is False
    assert found.gap == Decimal("0.64")


def test_earlier_year_looks_ahead_to_the_next_target(p0):
    found = line(p0, 2023)
    assert found.latest.year == 2023
    assert found.improved is True
    assert (found.aim.year, found.gap) == (2024, Decimal("0.62"))


def test_higher_is_better(p0):
    p0.better = "higher"
    p0.save()
    found = line(p0, 2026)
    assert found.improved is True
    assert found.gap == Decimal("-0.64")  # beyond its target


def test_nothing_measured():
    empty = Indicator.objects.create(code="x", name="X", unit="%")
    found = line(empty, 2026)
    assert (found.latest, found.gap, found.change, found.chart) == (None, None, None, None)


def test_missing_years_leave_a_gap_in_the_line():
    drawn = chart({2019: Decimal(3), 2020: Decimal(2), 2022: Decimal(4), 2023: Decimal(4)}, {})
    assert len(drawn.lines) == 2
    assert [len(run.split()) for run in drawn.lines] == [2, 2]
    highest = min(drawn.dots, key=lambda dot: float(dot.y))
    assert highest.value == 4
    assert chart({2020: Decimal(2)}, {}) is None
    assert chart({2020: Decimal(2), 2021: Decimal(2)}, {}) is not None  # all alike


def test_saved_changed_and_taken_away(world, p0):
    admin = world.user("bappeda_admin")
    years = [
        YearValue(2021),
        YearValue(2023, Decimal("3.06"), source="BPS, rilis 2"),
        YearValue(2025, None, Decimal("2.43")),
    ]
    assert save_values(indicator=p0, years=years, by=admin) == 3
    found = {row.year: (row.value, row.target) for row in p0.values.all()}
    assert 2021 not in found
    assert found[2023] == (Decimal("3.06"), None)
    assert found[2025] == (None, Decimal("2.43"))
    assert HistoryTransaction.objects.filter(action="indicator.values", actor_id=admin.pk).count() == 1
    assert save_values(indicator=p0, years=years, by=admin) == 0
    with pytest.raises(PermissionDenied):
        save_values(indicator=p0, years=years, by=world.user("opd_operator"))


def formset(rows, initial=0):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": initial}
    for n, (year, value, target) in enumerate(rows):
        data |= {f"form-{n}-year": year, f"form-{n}-value": value, f"form-{n}-target": target}
    return data


def test_typed_as_people_write_numbers(client, world, p0):
    client.force_login(world.user("bappeda_staff"))
    url = reverse("reports:indicator_edit", args=[p0.code])
    assert "3,07" in client.get(url).content.decode()
    answer = client.post(url, formset([("2025", "3,01", "2.43"), ("", "", "")]))
    assert answer.status_code == 302
    row = p0.values.get(year=2025)
    assert (row.value, row.target) == (Decimal("3.01"), Decimal("2.43"))


@pytest.mark.parametrize(
    "rows", [[("2025", "tiga", "")], [("2025", "1", ""), ("2025", "2", "")], [("1800", "1", "")], [("", "3", "")]]
)
def test_refused_with_a_word_on_it(client, world, p0, rows):
    client.force_login(world.user("bappeda_staff"))
    before = p0.values.count()
    answer = client.post(reverse("reports:indicator_edit", args=[p0.code]), formset(rows))
    assert answer.status_code == 422
    assert 'class="err' in answer.content.decode()
    assert p0.values.count() == before


def test_page_shows_value_target_and_source(client, world, p0, django_assert_max_num_queries):
    IndicatorValue.objects.filter(indicator=p0, year=2024).update(source="BPS Kota Solok")
    client.force_login(world.user("leadership"))
    with django_assert_max_num_queries(14):
        html = client.get(reverse("reports:indicator_list"), {"year": 2026}).content.decode()
    assert "BPS Kota Solok" in html
    assert "<polyline" in html
    assert reverse("reports:indicator_edit", args=[p0.code]) not in html
