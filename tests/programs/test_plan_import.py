"""Plan sheets of a planning system: read, matched with our programmes, applied, undone."""

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.imports import batches
from core.models import ImportBatch
from programs.actions import plans, programmes
from programs.models import PlanRow, ProgramFunding, ProgramYear
from programs.plans.imports.parse import code_and_level, read_row, source_of
from tests import factories as make
from tests.programs.lists import said, sheet, step

YEAR = timezone.localdate().year + 1
HEADER = ("Kode", "Program/Kegiatan/Sub Kegiatan", "Indikator", "Target", "Satuan", "Pagu (Rp)", "Sumber Dana")
CODE = "1.06.05.2.02.0003"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    """Files of the tests lie apart."""
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def coded(world):
    """The operator's programme had this code last year."""
    return make.ProgramYearFactory(program=world.program, year=YEAR - 2, plan_code=CODE)


def bring(by, *rows, header=HEADER, name="pagu.csv", **options):
    batch = batches.bring(
        kind="plans", file=sheet(*rows, header=header), name=name, by=by, options={"year": YEAR} | options
    )
    return step(batch, "read", by)


def check(by, *rows, **options):
    return step(bring(by, *rows, **options), "check", by)


def outcomes(batch):
    return list(PlanRow.objects.filter(batch_id=batch.pk).order_by("n").values_list("outcome", flat=True))


ROWS = (
    ("1.06.05", "PROGRAM PERLINDUNGAN SOSIAL", "", "", "", "96.000.000", ""),
    ("1.06.05.2.02", "Pengelolaan Data Fakir Miskin", "", "", "", "96.000.000", ""),
    (CODE, "Bantuan tunai daerah", "Jumlah keluarga", "80 keluarga", "", "90.000.000", "DAU"),
    (CODE, "Bantuan tunai daerah", "", "", "", "6.000.000", "DAK Nonfisik"),
    ("1.06.05.2.02.0009", "Pemakaman", "Jumlah jenazah", "4", "orang", "1.000.000", "PAD"),
)


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.06.05", ("1.06.05", "program")),
        ("1.06.05.2.02", ("1.06.05.2.02", "activity")),
        ("1 06 05 2 02 0003", (CODE, "sub")),
        ("1.06.05.2.02.0003.", (CODE, "sub")),
        ("1", ("1", "field")),
        ("BAZNAS-1", ("BAZNAS-1", "sub")),
    ],
)
def test_codes(text, found):
    assert code_and_level(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DAU", ("city", "apbd_kota")),
        ("Pendapatan Asli Daerah (PAD)", ("city", "apbd_kota")),
        ("APBD Provinsi", ("province", "apbd_prov")),
        ("Bankeu Provinsi Sumatera Barat", ("province", "apbd_prov")),
        ("DAK Fisik", ("central", "dak")),
        ("APBN", ("central", "apbn")),
        ("Zakat Baznas", ("society", "zakat")),
        ("CSR Bank Nagari", ("business", "csr")),
        ("Padat karya", None),
        ("lain-lain", None),
    ],
)
def test_sources(text, found):
    assert source_of(text) == found


def test_cells_of_a_row():
    row = read_row({"code": CODE, "name": "X", "target": "60 rumah", "ceiling": "Rp 1,5 juta", "source": ""})
    assert (row.values["target"], row.values["unit"], row.values["ceiling"]) == (60, "rumah", 1_500_000)
    assert [code for _level, code, *_rest in row.issues] == ["source_assumed"]
    assert read_row({"code": "", "name": " ", "ceiling": 5}) is None
    bad = read_row({"name": "X", "target": "banyak", "ceiling": "entah", "source": "mana saja"})
    assert [code for _level, code, *_rest in bad.issues] == ["number_unreadable", "rupiah_unreadable", "source_unknown"]
    assert bad.bad


# --- check -----------------------------------------------------------------------------------------------------------


def test_columns_are_found(bappeda):
    batch = bring(bappeda, *ROWS)
    (about,) = batch.layout["sheets"]
    assert about["taken"]
    assert sorted(about["mapping"]) == ["ceiling", "code", "indicator", "name", "source", "target", "unit"]


def test_year_is_guessed_from_the_name_of_the_file(bappeda):
    batch = batches.bring(kind="plans", file=sheet(*ROWS, header=HEADER), name=f"pagu {YEAR}.csv", by=bappeda)
    assert step(batch, "read", bappeda).options["year"] == YEAR


def test_rows_find_their_programme(world, coded, bappeda):
    batch = check(bappeda, *ROWS)
    assert outcomes(batch) == ["heading", "heading", "new", "new", "unknown"]
    assert batch.counts["plans"] == {"new": 1, "changed": 0}
    assert said(batch) == {"by_earlier": 2, "not_ours": 1}
    row = PlanRow.objects.get(batch_id=batch.pk, n=2)
    assert (row.program_name, row.activity_name) == ("PROGRAM PERLINDUNGAN SOSIAL", "Pengelolaan Data Fakir Miskin")


def test_found_by_name_alias_and_own_column(world, bappeda):
    world.program.aliases = ["BTK Kota"]
    world.program.save()
    header = (*HEADER, "Program Penanggulangan Kemiskinan")
    batch = check(
        bappeda,
        ("", "btk  kota", "", "5", "", "1", "APBN", ""),
        ("9.9.9.9.9.9", "Apa saja", "", "", "", "2", "DAK", world.other_program.name),
        header=header,
    )
    assert outcomes(batch) == ["new", "changed"] or outcomes(batch) == ["new", "new"]
    assert set(PlanRow.objects.values_list("program_id", flat=True)) == {world.program.pk, world.other_program.pk}


def test_code_of_two_programmes_is_asked_for(world, coded, bappeda):
    make.ProgramYearFactory(program=world.other_program, year=YEAR - 2, plan_code=CODE)
    batch = check(bappeda, ROWS[2])
    assert (outcomes(batch), said(batch, "error")) == (["unknown"], {"several": 1})


def test_another_agency_is_refused(world, operator):
    make.ProgramYearFactory(program=world.other_program, year=YEAR, plan_code=CODE)
    batch = check(operator, ROWS[2])
    assert (outcomes(batch), said(batch, "error")) == (["refused"], {"not_yours": 1})


def test_plan_that_stands_still_is_refused(world, operator):
    year = make.whole_plan(make.ProgramYearFactory(program=world.program, year=YEAR, plan_code=CODE))
    plans.submit_plan(program_year=year, by=operator)
    assert said(check(operator, ROWS[2]), "error") == {"plan_submitted": 1}
    year.closed = True
    year.save()
    assert said(check(operator, ROWS[2]), "error") == {"year_closed": 1}


def test_who_may_not_manage_brings_nothing(world):
    for role in ("opd_approver", "leadership", "group_coordinator"):
        with pytest.raises(PermissionDenied):
            bring(world.user(role), *ROWS)


# --- apply and undo --------------------------------------------------------------------------------------------------


def test_apply_makes_the_plan_and_undo_takes_it_back(world, coded, operator, left):
    batch = step(check(operator, *ROWS[:4]), "apply", operator)
    year = ProgramYear.objects.get(program=world.program, year=YEAR)
    assert (year.plan_code, year.target, year.indicator_unit, year.plan_state) == (CODE, 80, "keluarga", "draft")
    assert (year.plan_program, year.plan_sub_activity) == ("PROGRAM PERLINDUNGAN SOSIAL", "Bantuan tunai daerah")
    assert set(year.funding.values_list("sponsor", "source", "ceiling", "version")) == {
        ("city", "apbd_kota", 90_000_000, 1),
        ("central", "dak", 6_000_000, 1),
    }
    assert left("programs_programyear") == ("import.apply", str(operator), 1, "pagu.csv")
    assert batch.counts["done"] == {"created": 1, "updated": 0, "ceilings": 2}
    step(batch, "undo", operator)
    assert not ProgramYear.objects.filter(program=world.program, year=YEAR).exists()
    assert not ProgramFunding.objects.exists()


def test_changed_ceiling_is_a_version_with_the_reason_of_the_sheet(world, coded, operator, bappeda):
    year = make.whole_plan(
        make.ProgramYearFactory(program=world.program, year=YEAR, plan_code=CODE), ceiling=24_000_000
    )
    plans.submit_plan(program_year=year, by=operator)
    plans.verify_plan(program_year=year, by=bappeda)
    batch = check(operator, (CODE, "Nama lain", "", "99", "", "20.000.000", "APBD"), reason="APBD-P")
    assert (outcomes(batch), said(batch)) == (["changed"], {"plan_settled": 1})
    assert PlanRow.objects.get().changes == [["ceiling|city|apbd_kota", 24_000_000, 20_000_000]]
    step(batch, "apply", operator)
    year.refresh_from_db()
    assert (year.target, year.plan_state) == (40, "verified")
    rows = year.funding.order_by("version").values_list("version", "ceiling", "current", "reason")
    assert list(rows) == [(1, 24_000_000, False, ""), (2, 20_000_000, True, "APBD-P")]
    step(batch, "undo", operator)
    assert list(year.funding.values_list("version", "ceiling", "current")) == [(1, 24_000_000, True)]


def test_undo_leaves_what_was_changed_again(world, coded, operator):
    year = make.whole_plan(make.ProgramYearFactory(program=world.program, year=YEAR, plan_code=CODE))
    batch = step(check(operator, (CODE, "", "", "", "", "20.000.000", "APBD")), "apply", operator)
    programmes.set_funding(
        program_year=year, sponsor="city", source="apbd_kota", ceiling=21_000_000, reason="Geser", by=operator
    )
    step(batch, "undo", operator)
    rows = year.funding.order_by("version").values_list("version", "ceiling", "current")
    assert list(rows) == [(1, 24_000_000, False), (2, 20_000_000, False), (3, 21_000_000, True)]
    assert set(said(batch, "note")) >= {"undo_touched", "undo_taken"}


def test_the_same_sheet_again_changes_nothing(world, coded, operator):
    step(check(operator, *ROWS[:4]), "apply", operator)
    batch = check(operator, *ROWS[:4])
    assert outcomes(batch) == ["heading", "heading", "same", "same"]
    step(batch, "apply", operator)
    assert batch.counts["done"] == {"created": 0, "updated": 0, "ceilings": 0}


def test_money_of_one_source_is_added_up(world, coded, operator):
    batch = check(operator, (CODE, "A", "", "", "", "5", "PAD"), (CODE, "A", "", "", "", "7", "DAU"))
    assert said(batch)["added_up"] == 1
    step(batch, "apply", operator)
    assert ProgramFunding.objects.get().ceiling == 12


def test_refused_rows_wait_until_somebody_chose(world, coded, operator):
    batch = check(operator, *ROWS[2:4], ("", world.program.name, "", "", "", "banyak", "APBN"))
    with pytest.raises(ValidationError, match="refused"):
        step(batch, "apply", operator)
    other = make.ProgramYearFactory(program__owner=world.agency, year=YEAR - 2, plan_code="2.1.1.1.1.1")
    batch = check(operator, ("2.1.1.1.1.1", "X", "", "", "", "3", "APBN"), (CODE, "", "", "", "", "rusak", "APBN"))
    batch.skip_refused = True
    batch.save()
    step(batch, "apply", operator)
    assert ProgramYear.objects.filter(program=other.program, year=YEAR).exists()
    assert not ProgramYear.objects.filter(program=world.program, year=YEAR).exists()


def test_plan_that_changed_since_the_preview_is_shown_again(world, coded, operator, bappeda):
    year = make.whole_plan(make.ProgramYearFactory(program=world.program, year=YEAR, plan_code=CODE))
    batch = check(operator, (CODE, "", "", "50", "", "20.000.000", "APBD"))
    programmes.edit_year(program_year=year, values={"target": 45}, by=bappeda)
    step(batch, "apply", operator)
    year.refresh_from_db()
    assert (year.target, batch.counts["stale"]) == (45, 1)
    assert said(batch, "warning") == {"changed_since": 1}
    step(batch, "apply", operator)
    year.refresh_from_db()
    assert year.target == 50


# --- pages -----------------------------------------------------------------------------------------------------------


def workbook(*rows):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["RENCANA KERJA", None, None, None, None, None, None])
    page.append(list(HEADER))
    page.append([1, 2, 3, 4, 5, 6, 7])
    for row in rows:
        page.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile(f"renja {YEAR}.xlsx", target.getvalue())


def test_from_file_to_result_and_back(client, world, coded, operator):
    client.force_login(operator)
    response = client.post("/programs/plans/import/", {"file": workbook(*ROWS)})
    url = response.url
    page = client.get(url)
    assert page.context["stage"] == "columns"
    form = page.context["form"]
    data = {name: field.initial for name, field in form.fields.items() if field.initial}
    assert client.post(f"{url}columns/", data | {"year": "1999"}).status_code == 422
    client.post(f"{url}columns/", data | {"year": YEAR})
    page = client.get(url)
    assert page.context["plans"] == {"new": 1, "changed": 0}
    assert "96.000.000" not in page.content.decode()  # headings are sums
    client.post(f"{url}apply/")
    page = client.get(url)
    assert page.context["stage"] == "result"
    assert ProgramYear.objects.filter(program=world.program, year=YEAR, target=80).exists()
    client.post(f"{url}undo/")
    assert client.get(url).context["stage"] == "undone"
    assert not ProgramYear.objects.filter(program=world.program, year=YEAR).exists()


def test_row_is_given_to_a_programme_by_hand(client, world, operator):
    batch = check(operator, ROWS[4])
    client.force_login(operator)
    url = f"/programs/plans/import/{batch.uuid}/"
    assert outcomes(batch) == ["unknown"]
    assert world.program in client.get(f"{url}?show=unknown").context["programs"]
    assert client.post(f"{url}choose/", {"row": 0, "program": str(world.other_program.uuid)}).status_code == 404
    client.post(f"{url}choose/", {"row": 0, "program": str(world.program.uuid)})
    assert outcomes(batch) == ["new"]


def test_wrong_cell_is_mended_in_the_page(client, world, coded, operator):
    batch = check(operator, (CODE, "X", "", "", "", "banyak", "APBN"))
    client.force_login(operator)
    url = f"/programs/plans/import/{batch.uuid}/"
    page = client.get(url)
    finding = page.context["findings"][0]["shown"]
    client.post(f"{url}mend/", {"finding": finding.id, "value": "5.000.000"})
    assert outcomes(batch) == ["new"]
    refused = client.post(f"{url}refused.xlsx")
    assert refused.status_code == 200
    assert b"".join(refused.streaming_content)[:2] == b"PK"


def test_batches_of_others_are_not_found(client, world, operator, bappeda):
    batch = check(bappeda, *ROWS)
    client.force_login(operator)
    assert client.get(f"/programs/plans/import/{batch.uuid}/").status_code == 404
    assert batch not in client.get("/programs/plans/import/").context["batches"]


def test_blank_sheet_comes_back_as_it_was_meant(client, world, operator):
    client.force_login(operator)
    blank = b"".join(client.get("/programs/plans/import/template.xlsx").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(blank))
    book["Rencana"].append([CODE, "Bantuan", world.program.name, "Jumlah", 7, "keluarga", 5000000, "DAK"])
    target = io.BytesIO()
    book.save(target)
    response = client.post("/programs/plans/import/", {"file": SimpleUploadedFile("isi.xlsx", target.getvalue())})
    batch = ImportBatch.objects.get()
    assert response.url.endswith(f"{batch.uuid}/")
    assert [about["taken"] for about in batch.layout["sheets"]][0]
    mapped = batch.layout["sheets"][0]["mapping"]
    assert sorted(mapped) == ["ceiling", "code", "indicator", "name", "ours", "source", "target", "unit"]
