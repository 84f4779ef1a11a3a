"""Runs of reports: noted, kept where nobody is named, made by themselves once a quarter."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from core.models import AccessRecord
from reports.runs.actions import QUARTERLY, finished_quarter, make_quarterly
from reports.runs.models import ReportRun
from tests import factories as make


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def take(client, world, role, name, **query):
    client.force_login(world.user(role))
    response = client.get(reverse("reports:report_download", args=[name]), query)
    assert response.status_code == 200
    return body(response)


def test_taken_report_can_be_had_again_as_it_was(client, world):
    before = take(client, world, "bappeda_staff", "rekap-wilayah", year=world.year)
    run = ReportRun.objects.get()
    assert (run.name, run.period, run.by) == ("rekap-wilayah", str(world.year), world.user("bappeda_staff"))
    for _n in range(9):
        make.HouseholdFactory(region=world.own.region, desil=1, status="active")
    url = reverse("reports:report_run", args=[run.uuid])
    assert body(client.get(url)) == before
    assert url in client.get(reverse("reports:report_list")).content.decode()
    assert AccessRecord.objects.filter(kind="file").exists()


@pytest.mark.parametrize("name", ["gap", "matriks-intervensi"])
def test_lists_of_names_are_noted_and_not_kept(client, world, name):
    take(client, world, "bappeda_staff", name, year=world.year)
    run = ReportRun.objects.get()
    assert run.sha256 == ""
    assert client.get(reverse("reports:report_run", args=[run.uuid])).status_code == 404


def test_runs_of_others_are_out_of_sight(client, world):
    take(client, world, "bappeda_staff", "rekap-wilayah", year=world.year)
    run = ReportRun.objects.get()
    client.force_login(world.user("opd_operator"))
    assert client.get(reverse("reports:report_run", args=[run.uuid])).status_code == 404


def test_database_keeps_no_file_with_numbers(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportRun.objects.create(name="gap", period="2026", rows=1, unmasked=True, sha256="0" * 64)
    run = ReportRun.objects.create(name="gap", period="2026", rows=1, by=world.user("bappeda_staff"))
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportRun.objects.filter(pk=run.pk).update(rows=2)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [((2026, 1, 1), "2025-Q4"), ((2026, 3, 31), "2025-Q4"), ((2026, 4, 1), "2026-Q1"), ((2026, 12, 31), "2026-Q3")],
)
def test_finished_quarter(day, quarter):
    assert finished_quarter(dt.date(*day)) == quarter


def test_reports_of_the_quarter_come_once(client, world):
    day = dt.date(world.year, 4, 2)
    assert make_quarterly(day) == f"{len(QUARTERLY)} reports of {world.year}-Q1"
    assert make_quarterly(day) == ""
    assert set(ReportRun.objects.values_list("name", flat=True)) == set(QUARTERLY)
    client.force_login(world.user("leadership"))
    page = client.get(reverse("reports:report_list")).content.decode()
    run = ReportRun.objects.get(name="rekap-wilayah")
    assert reverse("reports:report_run", args=[run.uuid]) in page
    book = openpyxl.load_workbook(io.BytesIO(body(client.get(reverse("reports:report_run", args=[run.uuid])))))
    numbers = [
        cell
        for row in book.worksheets[0].iter_rows(values_only=True)
        if world.own.region.name in row
        for cell in row[2:]
    ]
    assert not [n for n in numbers if isinstance(n, int) and 0 < n < 5]  # open to who sees no names


def test_nothing_before_the_regions_are_loaded(db):
    assert make_quarterly() == ""
