"""Same seed and day, same city; and a city of any day."""

import datetime as dt

import pytest
from django.db import connection, transaction

from households.models import Household
from programs.models import Delivery, Realisation, ReviewStep
from tests.seed.conftest import TODAY, build, rows, value

TABLES = (
    "households_household",
    "households_member",
    "households_membership",
    "households_householdnumber",
    "households_welfarerank",
    "households_householdset",
    "programs_programyear",
    "programs_programfunding",
    "programs_planquarter",
    "programs_reviewstep",
    "programs_realisation",
    "programs_realisationspending",
    "programs_recipientgroup",
    "programs_assistance",
    "programs_delivery",
    "core_user",
)
# Keys differ from run to run, and what holds the moment of the run or a random salt.
LEFT_OUT = ("id", "password", "date_joined", "created", "updated")


def checksum():
    """A digest of every table without keys and moments, rows in a fixed order."""
    found = {}
    for table in TABLES:
        columns = [
            f'"{name}"'
            for (name,) in rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY 1", table
            )
            if not name.endswith(("_id", "_search")) and name not in LEFT_OUT
        ]
        row = f"md5(row({', '.join(columns)})::text)"
        found[table] = value(f"SELECT md5(string_agg({row}, '' ORDER BY {row})) FROM {table}")
    return found


def city_checksum(**options):
    """The checksum of a city that is rolled back at once."""
    with transaction.atomic():
        build(160, **options)
        found = checksum()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_same_seed_gives_the_same_city_and_another_seed_another():
    first = city_checksum(seed=1)
    assert first == city_checksum(seed=1)
    other = city_checksum(seed=2)
    assert {t for t in TABLES if first[t] and first[t] == other[t]} == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "today", [dt.date(2027, 1, 1), dt.date(2027, 1, 3), dt.date(2028, 2, 29), dt.date(2026, 12, 31)]
)
def test_city_of_any_day_has_nothing_in_the_future(today):
    build(160, today=today)
    assert not Delivery.objects.filter(date__gt=today).exists()
    assert Delivery.objects.filter(date__year=today.year, void=False).exists()
    assert not Household.objects.filter(status_date__gt=today).exists()
    assert not ReviewStep.objects.filter(at__date__gt=today).exists()
    assert not Realisation.objects.filter(submitted_at__date__gt=today).exists()
    assert not value("SELECT count(*) FROM households_member WHERE birth_date > %s", today)
    assert not value(
        "SELECT count(*) FROM programs_assistance WHERE greatest(status_at, proposed_at, approved_at)::date > %s", today
    )


@pytest.mark.django_db
def test_few_households_are_the_planted_ones():
    build(5)
    assert Household.objects.count() == 5
    assert Household.objects.filter(head_name="Yusmaini").exists()


@pytest.mark.django_db
def test_numbering_goes_on_after_the_rows(django_db_blocker):
    build(20, today=TODAY)
    region = Household.objects.first().region
    made = Household.objects.create(region=region)
    assert made.pk == max(Household.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM households_household")
        assert cursor.fetchone()[0] == 21
