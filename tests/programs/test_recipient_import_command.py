"""`import_recipients`: exit codes and report as design.md section 6 has them."""

import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.models import ImportBatch
from programs.models import Assistance
from tests.programs.lists import sheet
from tests.programs.test_recipient_import import new_year, person

SAMPLES = Path(os.environ.get("TKPKD_SAMPLES", Path(__file__).parents[3] / "shared" / "data" / "xlsx"))


@pytest.fixture
def year(world):
    """A year of a programme decided elsewhere."""
    return new_year(world, decided_elsewhere=True, four_eyes=False)


def run(tmp_path, year, content: bytes, *args, name="daftar.csv"):
    """(exit code, report) of the command on a file with this content."""
    file, report = tmp_path / name, tmp_path / "out.json"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        call_command("import_recipients", str(file), "--program-year", str(year.uuid), "--report", str(report), *args)
    return ended.value.code, json.loads(report.read_text())


def test_applied(world, year, tmp_path, capsys):
    found = person(world)

    code, report = run(tmp_path, year, sheet((found.nik, "Gustina")).read())

    assert code == 0
    assert report["status"] == "applied"
    assert report["assistance"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert (report["rows"], report["errors"]) == (1, [])
    assert report["batch"] == str(ImportBatch.objects.get().uuid)
    assert Assistance.objects.get(program_year=year).proposed_by is None
    code, report = run(tmp_path, year, sheet((found.nik, "Gustina")).read())
    assert (code, report["assistance"]) == (0, {"created": 0, "updated": 0, "unchanged": 1})


def test_dry_run_stores_nothing(world, year, tmp_path):
    code, report = run(tmp_path, year, sheet((person(world).nik, "")).read(), "--dry-run")

    assert (code, report["status"], report["batch"]) == (0, "checked", None)
    assert report["assistance"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert not Assistance.objects.filter(program_year=year).exists()
    assert not ImportBatch.objects.exists()


def test_refused_with_row_column_and_value(world, year, tmp_path):
    content = sheet(("13720145", "Rusak"), (person(world).nik, "")).read()

    code, report = run(tmp_path, year, content)

    assert (code, report["status"]) == (1, "refused")
    assert report["assistance"] == {"created": 0, "updated": 0, "unchanged": 0}
    (error,) = report["errors"]
    assert (error["row"], error["column"], error["value"], error["code"]) == (2, "NIK", "13720145", "nik_length")
    assert error["message"]
    assert not Assistance.objects.filter(program_year=year).exists()
    code, report = run(tmp_path, year, content, "--skip-refused")
    assert (code, report["assistance"]["created"]) == (0, 1)


def test_unreadable(world, year, tmp_path):
    code, report = run(tmp_path, year, b"PK\x03\x04 rusak", name="x.xlsx")

    assert (code, report["status"], report["batch"]) == (2, "unreadable", None)
    assert report["errors"][0]["message"]


def test_an_own_programme_takes_unfit_rows_with_the_list_as_reason(world, tmp_path):
    year = new_year(world)

    code, _report = run(tmp_path, year, sheet((person(world, desil=9).nik, "")).read())

    assert code == 0
    assert "daftar.csv" in Assistance.objects.get(program_year=year).override_reason


def test_options_of_the_delivery(world, year, tmp_path):
    args = ["--stage", "2", "--date", f"{year.year}-01-02", "--amount", "150000", "--period", "Jan"]

    run(tmp_path, year, sheet((person(world).nik, "")).read(), *args, "--complete")

    row = Assistance.objects.get(program_year=year)
    delivery = row.deliveries.get()
    assert (row.period, delivery.stage, delivery.amount, delivery.date.day) == ("Jan", 2, 150_000, 2)
    year.refresh_from_db()
    assert year.list_complete is not None


def test_the_users_rights_apply(world, tmp_path, year):
    content = sheet((person(world).nik, "")).read()

    code, report = run(tmp_path, year, content, "--by", "kelurahan_operator")
    assert (code, report["status"]) == (2, "unreadable")
    code, report = run(tmp_path, year, content, "--by", "opd_operator")
    assert code == 0


@pytest.mark.parametrize("wrong", ["x", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_programme_year_is_one_line(db, tmp_path, wrong):
    with pytest.raises(CommandError) as error:
        call_command("import_recipients", "x.csv", "--program-year", wrong)
    assert error.value.returncode == 2


def test_the_real_opensid_workbook(world, year, tmp_path):
    file = SAMPLES / "format_impor_program_bantuan.xlsx"
    if not file.exists():
        pytest.skip("format_impor_program_bantuan.xlsx is not there")

    code, report = run(tmp_path, year, file.read_bytes(), name=file.name)

    assert (code, report["rows"], report["errors"]) == (0, 2, [])
    assert [w["code"] for w in report["warnings"]] == ["not_in_data", "not_in_data"]
    assert {w["sheet"] for w in report["warnings"]} == {"Peserta"}
