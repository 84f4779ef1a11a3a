"""Packages of cities: counts only, signed, replaced by newer ones; what is forged or wrong is refused."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from core.models.records import HistoryEntry
from programs import figures
from reports.cities.actions import bring_package
from reports.cities.models import CityAggregate
from reports.cities.packages import _canonical, _sign, make, read
from tests import factories as factory

KEY = "kunci-bersama-kota-dan-provinsi"


@pytest.fixture
def city(world, settings):
    settings.AGGREGATE_KEY = KEY
    settings.AGGREGATE_KEYS = {"13.72": KEY}
    for _n in range(9):
        factory.HouseholdFactory(region=world.own.region, desil=1, status="active", head_name="Rahasia")
    for _n in range(3):
        factory.HouseholdFactory(region=world.other.region, desil=2, status="active")
    return world


def signed(body, key=KEY) -> bytes:
    return json.dumps({"body": body, "signature": _sign(_canonical(body), key)}).encode()


def test_holds_counts_and_nobody(city):
    data = make(city.year)
    assert b"Rahasia" not in data
    package = read(data)
    whole = figures.coverage(city.year)
    assert (package.city, package.total, package.reached) == ("13.72", whole.total, whole.part)
    numbers = [n for row in package.cells for n in row[2:] if n is not None]
    numbers += [row[2] - row[3] for row in package.cells if None not in row[2:]]
    assert not [n for n in numbers if 0 < n < figures.SMALL]
    assert not [n for row in package.programs for n in row[3:5] if n is not None and 0 < n < figures.SMALL]


def test_brought_and_replaced_by_a_newer_one(city):
    admin = city.user("bappeda_admin")
    first = bring_package(data=make(city.year), by=admin)
    for _n in range(7):
        factory.HouseholdFactory(region=city.own.region, desil=1, status="active")
    second = bring_package(data=make(city.year), by=admin)
    assert first.pk == second.pk
    assert CityAggregate.objects.get().total == first.total + 7
    assert HistoryEntry.objects.filter(tbl="reports_cityaggregate", op="U").exists()


def test_older_package_does_not_replace(city):
    admin = city.user("bappeda_admin")
    old = make(city.year)
    row = bring_package(data=old, by=admin)
    CityAggregate.objects.filter(pk=row.pk).update(made=timezone.now() + timedelta(days=1))
    with pytest.raises(ValidationError):
        bring_package(data=old, by=admin)


def body_of(city):
    return json.loads(make(city.year))["body"]


@pytest.mark.parametrize(
    "change",
    [
        {"reached": 10**6},
        {"total": -1},
        {"total": True},
        {"year": 1800},
        {"made": "besok"},
        {"made": "2026-01-01T00:00:00"},
        {"cells": [["13.71.01.1001", 1, 9, 9]]},
        {"cells": [["13.72.01.1001", 11, 9, 9]]},
        {"cells": [["13.72.01.1001", 1, 5, 9]]},
        {"cells": "x"},
        {"programs": [["PKH", "Dinsos", "1", "9", 9, 9, 9]]},
        {"format": 2},
        {"city": "13.99"},
    ],
    ids=str,
)
def test_wrong_counts_are_refused_although_signed(city, change):
    with pytest.raises(ValidationError):
        read(signed(body_of(city) | change))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"body": {}}', b"[" * 100_000, b"x" * 6_000_000]
)
def test_rubbish_is_refused(city, data):
    with pytest.raises(ValidationError):
        read(data)


def test_forged_is_refused(city):
    with pytest.raises(ValidationError):
        read(signed(body_of(city), "kunci lain"))
    changed = json.loads(make(city.year))
    changed["body"]["total"] += 1
    with pytest.raises(ValidationError):
        read(json.dumps(changed).encode())


def test_only_bappeda_brings(city):
    with pytest.raises(PermissionDenied):
        bring_package(data=make(city.year), by=city.user("opd_operator"))


def test_page(client, city, django_assert_max_num_queries):
    client.force_login(city.user("bappeda_staff"))
    package = client.get(reverse("reports:city_package"), {"year": city.year})
    upload = SimpleUploadedFile("paket.json", package.content)
    page = client.post(reverse("reports:city_bring"), {"file": upload}, follow=True)
    assert str(city.city) in page.content.decode()
    assert client.post(reverse("reports:city_bring"), {}, follow=True).status_code == 200
    client.force_login(city.user("leadership"))
    with django_assert_max_num_queries(14):
        assert client.get(reverse("reports:city_list")).context["total"] == figures.coverage(city.year).total


def test_command(city, tmp_path, settings):
    out = tmp_path / "paket.json"
    call_command("export_aggregates", year=city.year, out=out)
    assert read(out.read_bytes()).city == "13.72"
    settings.AGGREGATE_KEY = ""
    with pytest.raises(CommandError):
        call_command("export_aggregates", year=city.year, out=out)
