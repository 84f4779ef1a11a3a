"""Papers: the annex of a decree and the receipt list, masked unless the right is held and a purpose is given."""

import datetime as dt
import io
import shutil
import subprocess

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import papers as typesetting
from core.models import AccessRecord, CitySettings
from programs import papers
from programs.actions import deliveries
from programs.papers import Asked
from tests import factories as make
from tests.programs.test_recipient_import import new_year, person

MASK = "••••••••••"


@pytest.fixture
def year(world):
    """A year of the own agency with two approved recipients of one decree, in two kelurahan, and one proposed."""
    made = new_year(world, name="Perbaikan Rumah", short_name="RTLH", stages=["Penyaluran"])
    for name, area in (("Wirman", world.own), ("Arlina", world.other)):
        household = person(world, name=name, area=area, address=f"Jl. {name} No. 3").household
        make.AssistanceFactory(
            program_year=made, household=household, approved=True, decree_number="188.45/7/2026",
            decree_date=dt.date(2026, 2, 3), amount=20_000_000,
        )  # fmt: skip
    make.AssistanceFactory(program_year=made, household=person(world, name="Belum Disetujui").household)
    return made


def text_of(pdf: bytes, tmp_path) -> str:
    """The words of a PDF, by pdftotext where it is installed; without it the test is skipped."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def url(year, name, query=""):
    return reverse(f"programs:{name}", args=[year.uuid]) + query


# --- what stands in them ---------------------------------------------------------------------------------------------


def test_the_annex_lists_the_approved_by_kelurahan(world, year, operator, tmp_path):
    text = text_of(papers.annex_pdf(year, Asked(decree="188.45/7/2026"), operator), tmp_path)

    for words in ("188.45/7/2026", "3 Februari 2026", "DAFTAR PENERIMA PERBAIKAN RUMAH", "Wirman", "Jl. Wirman No. 3",
                  "20.000.000", "40.000.000", "Halaman 1 dari", MASK):  # fmt: skip
        assert words in text
    assert text.index(world.own.region.name) < text.index(world.other.region.name)
    assert "Belum Disetujui" not in text
    assert "Memuat data pribadi" not in text


def test_no_paper_holds_a_full_number_unasked(world, year, operator, tmp_path):
    deliveries.number_receipts(program_year=year, by=operator)
    rows = year.assistance.filter(status="approved")
    numbers = [m.nik for row in rows for m in row.household.members.all()] + [row.household.kk for row in rows]

    for make_paper in (papers.annex_pdf, papers.receipts_pdf):
        text = text_of(make_paper(year, Asked(), operator), tmp_path)
        assert not any(number in text for number in numbers)
    for found in papers.rows_of(year, Asked(), operator):
        assert found["nik"].endswith(MASK)
        assert found["kk"].endswith(MASK)


def test_a_purpose_and_the_right_give_full_numbers(world, year, operator, tmp_path):
    nik = year.assistance.filter(status="approved").first().household.members.get().nik

    text = text_of(papers.annex_pdf(year, Asked(purpose="tanda tangan wali kota"), operator), tmp_path)

    assert nik in text
    assert "Memuat data pribadi" in text
    record = AccessRecord.objects.latest("id")
    assert (record.kind, record.purpose, record.rows) == ("export_unmasked", "tanda tangan wali kota", 2)


def test_full_numbers_stop_at_the_right(world, year, village, approver):
    with pytest.raises(PermissionDenied):
        papers.rows_of(year, Asked(purpose="x"), world.user("auditor"))
    with pytest.raises(PermissionDenied):
        papers.rows_of(world.other_program_year, Asked(purpose="x"), approver)
    # The kelurahan sees full numbers of its own area, and nobody of another.
    (row,) = papers.rows_of(year, Asked(purpose="x"), village)
    assert (row["name"], row["nik"][-1].isdigit()) == ("Wirman", True)


def test_amounts_of_other_agencies_are_left_out(world, operator):
    year = make.ProgramYearFactory(program=world.other_program, year=timezone.localdate().year - 3)
    make.AssistanceFactory(program_year=year, household=person(world).household, approved=True)

    (row,) = papers.rows_of(year, Asked(), operator)

    assert row["money"] is None
    assert "money" not in [c.key for c in papers._columns(year, [row])]


def test_the_receipt_list_has_numbers_and_room_to_sign(world, year, operator, tmp_path):
    with pytest.raises(ValidationError, match="receipt number"):
        papers.receipts_pdf(year, Asked(), operator)
    deliveries.number_receipts(program_year=year, by=operator)

    text = text_of(papers.receipts_pdf(year, Asked(paper="a4"), operator), tmp_path)

    lines = text.splitlines()
    odd = next(line for line in lines if "1. …" in line)
    even = next(line for line in lines if "2. …" in line)
    assert odd.index("1. …") < even.index("2. …")
    for words in ("TANDA TERIMA PERBAIKAN RUMAH", "DINAS SOSIAL", "Tanda tangan", "20.000.000", "Jumlah penerima"):
        assert words in text
    assert AccessRecord.objects.latest("id").kind == "print"


def test_the_amount_of_a_stage_is_its_share(world, operator, tmp_path):
    year = new_year(world, stages=["Januari", "Juli"])
    make.AssistanceFactory(program_year=year, household=person(world).household, approved=True, amount=600_000)
    deliveries.number_receipts(program_year=year, by=operator)

    text = text_of(papers.receipts_pdf(year, Asked(stage=2), operator), tmp_path)

    assert "300.000" in text
    assert "Juli" in text


def test_one_kelurahan_can_be_printed_alone(world, year, operator):
    rows = papers.rows_of(year, Asked(area=world.other.region.pk), operator)

    assert [row["name"] for row in rows] == ["Arlina"]


def test_persons_stand_with_their_own_nik_and_the_head(world, operator):
    year = new_year(world, of_persons=True)
    head, child = make.family(2, region_id=world.own.region.pk, head={"name": "Kepala"}).members.order_by("relation")
    make.AssistanceFactory(program_year=year, household=None, member=child, approved=True)

    (row,) = papers.rows_of(year, Asked(purpose="x"), operator)

    assert (row["name"], row["nik"], row["head_name"]) == (child.name, child.nik, "Kepala")


def test_markup_in_names_is_printed_as_text(world, operator, tmp_path):
    evil = '#let x = 1; *tebal* $x^2$ "kutip" \\ @kutip [x] #read("/etc/passwd") <tag>'
    year = new_year(world)
    household = person(world, name=evil, address='#image("x") // y').household
    make.AssistanceFactory(program_year=year, household=household, approved=True, decree_number="#1 *x*")
    CitySettings.objects.update(address="#panic(1)")

    text = text_of(papers.annex_pdf(year, Asked(decree="#1 *x*"), operator), tmp_path)

    joined = " ".join(text.split())
    for words in ("#let x = 1;", "*tebal*", "#read", "<tag>", "#1 *x*", "#image"):
        assert words in joined
    assert "root:" not in text


def test_names_that_no_font_holds_do_not_stop_a_paper(world, operator):
    year = new_year(world)
    household = person(world, name="王 Ωmega 😀 \u202e ـ", address="x" * 240).household
    make.AssistanceFactory(program_year=year, household=household, approved=True)

    assert papers.annex_pdf(year, Asked(), operator).startswith(b"%PDF")


def test_many_pages_say_how_many(tmp_path):
    data = {
        "title": "Uji", "subtitles": [], "landscape": True, "paper": typesetting.size("a4"),
        "kop": {"city": "", "agency": "", "address": ""}, "decree": {"number": "", "date": "", "of": ""},
        "columns": [{"label": "No.", "width": 0, "align": "left"}],
        "parts": [{"name": "Kelurahan", "rows": [[str(n)] for n in range(200)], "total": []}],
        "total": "", "sign": {"place": "", "office": "", "name": "", "rank": "", "nip": ""},
        "foot": {"left": "", "right": ""},
    }  # fmt: skip

    text = text_of(typesetting.typeset("annex", data), tmp_path)

    pages = text.count("\f")
    assert pages > 2
    assert f"Halaman {pages} dari {pages}" in text
    assert text.count("No.") >= pages - 1  # the signature may stand on a page of its own


def test_the_annex_as_excel(world, year, operator):
    target = io.BytesIO()

    papers.annex_excel(year, Asked(decree="188.45/7/2026"), operator, target)

    sheet = openpyxl.load_workbook(target).worksheets[0]
    values = [[cell for cell in row if cell is not None] for row in sheet.values]
    texts = [str(cell) for row in values for cell in row]
    assert any("188.45/7/2026" in text for text in texts)
    assert any(text.startswith("Kelurahan") for text in texts)
    assert {"Wirman", "Arlina"} <= set(texts)
    assert any(text.endswith(MASK) for text in texts)
    assert sheet.page_setup.orientation == "landscape"


def test_formulas_in_the_excel_annex_are_text(world, operator):
    year = new_year(world)
    household = person(world, name="=cmd|x", address="@x").household
    make.AssistanceFactory(program_year=year, household=household, approved=True)
    target = io.BytesIO()

    papers.annex_excel(year, Asked(), operator, target)

    cells = [c for row in openpyxl.load_workbook(target).worksheets[0].iter_rows() for c in row if c.value]
    evil = [c for c in cells if str(c.value).startswith(("=cmd", "@x"))]
    assert len(evil) == 2
    assert all(c.data_type == "s" for c in evil)


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [("paper_annex", "application/pdf"), ("paper_annex_excel", "spreadsheetml"), ("paper_receipts", "application/pdf")],
)
def test_papers_are_plain_links(world, client, year, operator, name, kind):
    deliveries.number_receipts(program_year=year, by=operator)
    client.force_login(operator)

    response = client.get(url(year, name, "?decree=188.45%2F7%2F2026&paper=a4"))

    assert response.status_code == 200
    assert kind in response["Content-Type"]
    response.close()


def test_the_page_lists_decrees_and_numbers(world, client, year, operator):
    client.force_login(operator)

    response = client.get(url(year, "paper_list"))

    assert [(d["decree_number"], d["n"]) for d in response.context["decrees"]] == [("188.45/7/2026", 2)]
    assert (response.context["numbered"], response.context["standing"]) == (0, 2)


def test_full_numbers_need_a_purpose(world, client, year, operator):
    client.force_login(operator)
    full = url(year, "paper_full")

    assert client.get(full).status_code == 405
    assert client.post(full, {"kind": "annex", "purpose": "  "}).status_code == 422
    assert client.post(full, {"kind": "x", "purpose": "uji"}).status_code == 404
    done = client.post(full, {"kind": "annex", "decree": "*", "purpose": "tanda tangan"})
    assert done["Content-Type"] == "application/pdf"
    assert AccessRecord.objects.latest("id").purpose == "tanda tangan"


def test_full_numbers_are_refused_without_the_right(world, client, year):
    client.force_login(world.user("auditor"))

    assert client.post(url(year, "paper_full"), {"kind": "annex", "purpose": "uji"}).status_code == 403
    assert not AccessRecord.objects.filter(kind="export_unmasked").exists()


@pytest.mark.parametrize("query", ["?decree=tidak-ada", "?area=99.99.99.9999", "?paper=a9", "?stage=99", "?stage=x"])
def test_what_cannot_be_printed_says_so(world, client, year, operator, query):
    client.force_login(operator)

    response = client.get(url(year, "paper_annex", query), follow=True)

    assert response.redirect_chain
    assert list(response.context["messages"])


def test_leadership_gets_no_names(world, client, year):
    client.force_login(world.user("leadership"))

    for name in ("paper_list", "paper_annex", "paper_annex_excel", "paper_receipts"):
        assert client.get(url(year, name)).status_code == 403


def test_the_kelurahan_prints_its_own_area_only(world, client, year, village, tmp_path):
    client.force_login(village)

    text = text_of(client.get(url(year, "paper_annex")).content, tmp_path)

    assert "Wirman" in text
    assert "Arlina" not in text


def test_a_paper_asks_a_fixed_number_of_queries(world, year, operator):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            papers.annex_pdf(year, Asked(), operator)
        return len(captured)

    queries()
    before = queries()
    for n in range(5):
        household = person(world, name=f"Tambahan {n}").household
        make.AssistanceFactory(program_year=year, household=household, approved=True)
    assert queries() == before
