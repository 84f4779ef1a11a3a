"""Head, size and sortable names follow the members."""

import datetime as dt

import pytest
from django.core.management import call_command

from core.history import history
from households import derived
from households.models import Household, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    """A household without derived values, and a function that adds people."""
    call_command("load_reference", verbosity=0)
    household = Household.objects.create(region_id="13.72.01.1001", desil=3)

    def add(name, relation=None, year=1980, **values):
        return Member.objects.create(
            household=household, name=name, relation=relation, birth_date=dt.date(year, 1, 1), **values
        )

    household.add = add
    return household


def refreshed(household):
    """The household after a refresh."""
    with history(by=None, action="test"):
        derived.refresh([household.pk])
    household.refresh_from_db()
    return household


def test_the_head_gives_the_name(family):
    family.add("Yúsmaini, S.Pd", 1, 1979)
    family.add("Rohani", 7, 1950)
    family.add("Anak", 4, 2010, status="moved", status_reason="Merantau", status_date=dt.date(2026, 1, 1))
    row = refreshed(family)
    assert (row.head_name, row.head_sort, row.size, row.work_order) == ("Yúsmaini, S.Pd", "yusmaini spd", 2, 3)


def test_without_a_head_the_eldest_active_person_gives_it(family):
    family.add("Ibu", 7, 1950)
    family.add("Bapak", 1, 1940, status="deceased", status_reason="Akta", status_date=dt.date(2026, 1, 1))
    family.add("Anak", 4, 1975)
    Member.objects.create(household=family, name="Tanpa tanggal")
    assert refreshed(family).head_name == "Ibu"


def test_a_family_that_died_keeps_the_name_of_its_head(family):
    for name, relation, born in (("Ibu", 3, 1950), ("Bapak", 1, 1960)):
        family.add(name, relation, born, status="deceased", status_reason="Akta", status_date=dt.date(2026, 1, 1))
    row = refreshed(family)
    assert (row.head_name, row.size) == ("Bapak", 0)


def test_a_household_without_people_has_no_name_and_no_desil_comes_last(family):
    family.desil = None
    family.save()
    row = refreshed(family)
    assert (row.head_name, row.head_sort, row.size, row.work_order) == ("", "", 0, 11)


def test_only_what_differs_is_written(family):
    family.add("Ibu", 1, 1950)
    with history(by=None, action="test"):
        assert derived.refresh([family.pk]) == 1
        assert derived.refresh([family.pk]) == 0
        assert derived.refresh(None) == 0
