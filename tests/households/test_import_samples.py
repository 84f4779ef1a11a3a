"""The sheets that offices really have (TKPKD_SAMPLES): each is read rightly or refused clearly, by the real command."""

import json

import pytest
from django.core.management import call_command

from core.models import ImportBatch
from households.models import Household, Member
from tests import factories as make

pytestmark = [pytest.mark.samples, pytest.mark.usefixtures("answers")]
AREA = "13.72.01.1001"


@pytest.fixture
def city(db):
    """Tanah Garam in Kota Solok."""
    names = {"13": "Sumatera Barat", "13.72": "Kota Solok", "13.72.01": "Lubuk Sikarah", AREA: "Tanah Garam"}
    for code, name in names.items():
        make.region(code, name)
    make.CitySettingsFactory()


@pytest.fixture
def bring(city, samples, tmp_path):
    """A function: name of a sample and options of the command → exit code, report."""

    def run(name, **options):
        out = tmp_path / "report.json"
        with pytest.raises(SystemExit) as ended:
            call_command("import_households", samples(name), report=str(out), **options)
        return ended.value.code or 0, json.loads(out.read_text())

    return run


def codes(found: list[dict]) -> dict[str, int]:
    counted = {}
    for each in found:
        counted[each["code"]] = counted.get(each["code"], 0) + 1
    return counted


def test_opensid_list_is_stored_whole_and_the_second_time_unchanged(bring):
    code, report = bring("contoh_penduduk.xlsx", area=AREA)
    assert (code, report["status"], report["errors"]) == (0, "applied", [])
    assert report["households"] == {"created": 37, "updated": 0, "unchanged": 0}
    assert report["members"] == {"created": 97, "updated": 0, "unchanged": 0}
    assert codes(report["warnings"])["nik_birth_differs"] == 97
    assert (Household.objects.count(), Member.objects.count()) == (37, 97)
    assert set(Household.objects.values_list("region", flat=True)) == {AREA}

    code, report = bring("contoh_penduduk.xlsx", area=AREA)
    assert (code, report["status"], report["errors"]) == (0, "applied", [])
    assert report["households"] == {"created": 0, "updated": 0, "unchanged": 37}
    assert report["members"] == {"created": 0, "updated": 0, "unchanged": 97}


def test_dry_run_stores_nothing(bring):
    code, report = bring("contoh_penduduk.xlsx", area=AREA, dry_run=True)
    assert (code, report["status"], report["batch"]) == (0, "checked", None)
    assert report["households"]["created"] == 37
    assert (Household.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_siak_list_is_refused_with_its_impossible_numbers_named(bring):
    code, report = bring("format_siak.xls", area=AREA)
    assert (code, report["status"]) == (1, "refused")
    found = codes(report["errors"])
    assert found["nik_serial_zero"] == 16
    assert found["nik_twice"] >= 1
    for error in report["errors"]:
        assert error["sheet"], error
        assert error["row"], error
        assert error["column"], error
        assert error["value"], error
        assert error["message"], error
    assert Household.objects.count() == 0


def test_siak_list_goes_in_without_its_refused_families(bring):
    code, report = bring("format_siak.xls", area=AREA, skip_refused=True)
    assert (code, report["status"]) == (0, "applied")
    refused = {error["value"] for error in report["errors"]}
    assert Household.objects.count() == report["households"]["created"]
    assert not Member.objects.filter(nik__in=refused).exists()
    batch = ImportBatch.objects.get(uuid=report["batch"])
    assert batch.skip_refused


def test_regsosek_book_names_its_damaged_card_number(bring):
    code, report = bring("format_impor_dtks_regsosek2022k.xlsx", area=AREA)
    assert (code, report["status"]) == (1, "refused")
    damaged = [error for error in report["errors"] if error["code"] == "excel_damaged"]
    assert damaged
    assert {error["column"] for error in damaged} == {"no kartu keluarga"}
    assert len({error["sheet"] for error in damaged}) == 5, "on every sheet it stands on"


def test_list_of_participants_brings_its_people_as_families_of_their_own(bring):
    """Nothing but people, without KK: kept so and listed as a gap; rows below the end mark are no people."""
    code, report = bring("format_impor_program_bantuan.xlsx", area=AREA)
    assert (code, report["status"], report["rows"]) == (0, "applied", 2)
    assert report["members"]["created"] == Member.objects.count() == 2
    assert list(Household.objects.values_list("kk", flat=True)) == [None, None]


@pytest.mark.parametrize(
    "name",
    [
        "Date1904System.xlsx",
        "ErrorTypes.xlsx",
        "InlineStrings.xlsx",
        "Simple.xlsb",
        "hidden_sheets.xlsx",
        "merged_range.xlsx",
        "null_archive.xlsx",
        "openpyxl_date_1900.xlsx",
        "premiere.win1252.csv",
        "protected_passtika.xlsx",
        "sample.strict.xlsx",
        "semicolon_separated.csv",
    ],
)
def test_odd_files_are_refused_in_a_sentence(bring, name):
    answer, report = bring(name, area=AREA)
    assert (answer, report["status"], report["batch"]) == (2, "unreadable", None)
    (error,) = report["errors"]
    assert error["message"].rstrip().endswith(".")
    assert "Traceback" not in error["message"]
    assert (Household.objects.count(), ImportBatch.objects.count()) == (0, 0)
