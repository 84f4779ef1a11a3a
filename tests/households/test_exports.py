"""The list as a workbook: same rows as the page, masked unless right and purpose are there, on record."""

import datetime as dt
import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from openpyxl import load_workbook

from core import exports
from core.exports import Export, ExportColumn, ExportSheet
from core.jobs import run_job
from core.models import AccessRecord, Job
from core.registry import ListColumn, registry
from households.exports import build
from households.models import Household
from tests import factories as make

FILE = "/households/export/list.xlsx"
FULL = "/households/export/full/"
pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def staff(client, world):
    user = world.user("bappeda_staff")
    client.force_login(user)
    return user


def sheets(response):
    """Name → rows of the downloaded workbook."""
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)), read_only=False)
    return {s.title: [[c.value for c in row] for row in s.iter_rows()] for s in book.worksheets}


def everything(found):
    return " ".join(str(v) for rows in found.values() for row in rows for v in row if v is not None)


def test_the_file_holds_the_rows_of_the_page_masked(client, world, staff):
    found = sheets(client.get(f"{FILE}?area=13.72.02.1006"))
    rows = found["Keluarga"]
    record = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 2
    assert record["Kepala keluarga"] == "Zulfahmi Piliang"
    assert record["Nomor KK"] == f"{world.other.household.kk[:6]}••••••••••"
    assert record["Kelurahan"] == "Laing"
    assert record["Status"] == "Aktif"
    assert any("Laing" in str(v) for row in found["Info"] for v in row)
    text = everything(found)
    assert world.other.household.kk not in text
    assert world.other.head.nik not in text


def test_columns_and_members_are_chosen(client, world, staff):
    make.CodeFactory(field="relation", code=1, label="Kepala Keluarga")
    make.CodeFactory(field="disability", code=1, label="Penglihatan")
    found = sheets(client.get(f"{FILE}?columns=head&columns=desil&members=1&area=13.72.01"))
    assert found["Keluarga"] == [["Kepala keluarga", "Desil"], ["Yusmaini", 1]]
    people = [dict(zip(found["Anggota"][0], row, strict=True)) for row in found["Anggota"][1:]]
    assert len(people) == 2
    head = people[0]
    assert head["NIK"] == f"{world.own.head.nik[:6]}••••••••••"
    assert "Kepala Keluarga" in head.values()
    assert "Penglihatan" in head.values()


def test_health_columns_only_where_the_right_holds(client, world):
    make.CodeFactory(field="disability", code=1, label="Penglihatan")
    client.force_login(world.user("auditor"))
    assert "Penglihatan" not in everything(sheets(client.get(f"{FILE}?members=1")))
    user = world.user("kelurahan_operator")
    make.RoleAssignmentFactory(user=user, role="auditor")
    client.force_login(user)
    people = sheets(client.get(f"{FILE}?members=1"))["Anggota"]
    assert len(people) == 5
    told = [row for row in people if "Penglihatan" in [str(v) for v in row]]
    assert [("Yusmaini" in row) for row in told] == [True]


def test_each_download_leaves_a_record(client, world, staff):
    b"".join(client.get(f"{FILE}?desil_to=4").streaming_content)
    record = AccessRecord.objects.get()
    assert (record.kind, record.user, record.rows) == ("export", staff, 2)
    assert "4" in record.filters


def test_full_numbers_need_right_purpose_and_post(client, world, staff):
    assert client.get(FULL).status_code == 405
    refused = client.post(FULL, {"purpose": "  "})
    assert refused.status_code == 422
    assert not AccessRecord.objects.exists()
    found = sheets(client.post(f"{FULL}?area=13.72.01", {"purpose": "Padan data Dukcapil", "members": "1"}))
    text = everything(found)
    assert world.own.household.kk in text
    assert world.own.head.nik in text
    assert "Padan data Dukcapil" in text
    record = AccessRecord.objects.get()
    assert (record.kind, record.purpose, record.rows) == ("export_unmasked", "Padan data Dukcapil", 3)
    for role in ("auditor", "opd_operator", "kecamatan_reader"):
        client.force_login(world.user(role))
        assert client.post(FULL, {"purpose": "x"}).status_code == 403, role


def test_the_address_cannot_unmask(client, world, staff):
    text = everything(sheets(client.get(f"{FILE}?unmasked=1&purpose=x&members=1")))
    assert world.own.household.kk not in text
    assert world.own.head.nik not in text


def test_full_numbers_only_in_areas_where_the_right_holds(client, world):
    user = world.user("kelurahan_operator")
    make.RoleAssignmentFactory(user=user, role="auditor")
    client.force_login(user)
    text = everything(sheets(client.post(FULL, {"purpose": "kunjungan", "members": "1"})))
    assert world.own.household.kk in text
    assert world.other.household.kk not in text
    assert world.other.head.nik not in text


def test_roles_take_out_their_area_only(client, world):
    client.force_login(world.user("kelurahan_operator"))
    text = everything(sheets(client.get(f"{FILE}?members=1")))
    assert "Yusmaini" in text
    assert "Jl. Zulfahmi" not in text
    client.force_login(world.user("leadership"))
    assert client.get(FILE).status_code == 403


def test_texts_are_never_formulas(client, world, staff):
    Household.objects.filter(pk=world.own.household.pk).update(address="=HYPERLINK(1)", status_reason="+1")
    response = client.get(f"{FILE}?columns=address&area=13.72.01")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_broken_filters_go_back_with_a_message(client, world, staff):
    for address in (f"{FILE}?status=x", "/households/export/?status=x"):
        response = client.get(address, follow=True)
        assert [m.level_tag for m in response.context["messages"]] == ["error"]
    with pytest.raises(ValidationError):
        build(staff, {"query": "status=x", "year": 2026})
    with pytest.raises(PermissionDenied):
        build(world.user("auditor"), {"query": "", "year": 2026, "unmasked": True, "purpose": "x"})


def test_registered_columns_come_along(client, world, staff, monkeypatch):
    from django.db.models import Count

    column = ListColumn(
        "people", "Orang", lambda qs, year: qs.annotate(people=Count("members")), lambda row: row.people, kind="int"
    )
    monkeypatch.setattr(registry, "household_columns", [column])
    found = sheets(client.get(f"{FILE}?columns=head&columns=people"))
    assert found["Keluarga"] == [["Kepala keluarga", "Orang"], ["Yusmaini", 2], ["Zulfahmi Piliang", 2]]


def test_the_page_says_what_will_be_in_it(client, world, staff):
    page = client.get("/households/export/?area=13.72.01")
    assert page.context["total"].households == 1
    assert [row["name"] for row in page.context["preview"]] == ["Yusmaini"]
    assert page.context["may_unmask"]
    client.force_login(world.user("auditor"))
    assert not client.get("/households/export/").context["may_unmask"]


class TestLong:
    """Lists that take longer than a page may."""

    @pytest.fixture(autouse=True)
    def short_limit(self, monkeypatch, settings, tmp_path):
        monkeypatch.setattr(exports, "DIRECT_ROWS", 1)
        settings.REPORTS_DIR = tmp_path

    def test_are_written_by_a_job(self, client, world, staff, tmp_path):
        response = client.get(f"{FILE}?columns=head&sort=name")
        job = Job.objects.get()
        assert response["Location"] == f"/jobs/{job.uuid}/"
        assert client.get(f"{FILE}?columns=head&sort=name")["Location"] == response["Location"]
        assert Job.objects.count() == 1
        run_job.call(job.pk)
        job.refresh_from_db()
        assert (job.state, job.result) == ("done", {"rows": 2})
        assert AccessRecord.objects.get().rows == 2
        download = client.get(f"/jobs/{job.uuid}/file/")
        assert sheets(download)["Keluarga"] == [["Kepala keluarga"], ["Yusmaini"], ["Zulfahmi Piliang"]]

    def test_rights_are_those_of_the_day_it_runs(self, client, world, staff):
        client.post(FULL, {"purpose": "padan"})
        staff.role_assignments.update(valid_to=dt.date(2020, 1, 2))
        job = Job.objects.get()
        run_job.call(job.pk)
        job.refresh_from_db()
        assert job.state == "failed"
        assert not AccessRecord.objects.exists()


def test_rows_come_from_any_callable(world, staff, tmp_path):
    columns = [ExportColumn("a", "A", "", "int"), ExportColumn("b", "B", "")]
    export = Export(
        "Uji", [ExportSheet("Satu", None, columns, rows=lambda: [(1, "x")], count=1)], what="Uji", unmasked=None
    )
    assert not exports.is_long(export)
    assert exports.write_export(export, tmp_path / "uji.xlsx", user=staff) == 1
    book = load_workbook(tmp_path / "uji.xlsx")
    assert [[c.value for c in row] for row in book["Satu"].iter_rows()] == [["A", "B"], [1, "x"]]
