"""The yearly report: its figures are those of the definitions, texts are kept, issued versions never change."""

import io
import re
import subprocess

import docx
import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from core.models import Region
from core.models.records import HistoryTransaction
from programs import figures
from reports.lp2kd import papers
from reports.lp2kd.actions import files_of, issue
from reports.lp2kd.chapters import CHAPTERS
from reports.lp2kd.facts import collect
from reports.lp2kd.models import Issue
from reports.lp2kd.texts import fill, texts_of, unknown_names, write_text
from tests import factories as make


@pytest.fixture
def city(world):
    """Seven poor families without aid beside the world's two reached ones."""
    for _n in range(7):
        make.HouseholdFactory(region=world.own.region, desil=2, status="active")
    type(world.own.household).objects.filter(pk__in=[world.own.household.pk, world.other.household.pk]).update(desil=1)
    Region.objects.filter(pk=world.own.region.pk).update(lat=-0.79, lng=100.6)
    Region.objects.filter(pk=world.other.region.pk).update(lat=-0.8, lng=100.65)
    meeting = make.MeetingFactory(year=world.year, state="held", title="Rapat koordinasi triwulan I")
    make.DecisionFactory(meeting=meeting, year=world.year)
    return world


def pdf_text(data: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return " ".join(found.stdout.decode().split())


def docx_text(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([p.text for p in document.paragraphs] + cells)


def test_values_are_those_of_the_definitions(city):
    found = collect(city.year).values
    whole = figures.coverage(city.year)
    assert found["sasaran"] == str(whole.total)
    assert found["terjangkau"] == str(whole.part)
    assert found["belum_terjangkau"] == str(whole.missing) == "7"
    assert found["cakupan"] == "22,2%"
    assert (found["jumlah_rapat"], found["jumlah_keputusan"]) == ("1", "1")
    money = figures.money_of_year(city.year)
    assert found["realisasi"] == f"Rp {sum(m.spent for m in money.values()):,}".replace(",", ".")


def test_small_cells_are_hidden_for_everybody(city):
    tables = {t.title: t for tables in collect(city.year).tables.values() for t in tables}
    areas = {row[0]: row for row in tables["Cakupan keluarga sasaran menurut kelurahan"].rows}
    assert areas[city.own.region.name][1] == "<5"  # one reached family could be told from the rest
    assert "1" not in {str(cell) for row in areas.values() for cell in row[1:4]}


def test_three_files_say_the_same(city):
    files, missing = files_of(city.year, by=city.user("bappeda_admin"))
    whole = figures.coverage(city.year)
    sentence = f"Dari {whole.total} keluarga sasaran, {whole.part} keluarga (22,2%)"
    assert sentence in pdf_text(files["pdf"])
    assert sentence in docx_text(files["docx"])
    assert all(chapter.title in pdf_text(files["pdf"]) for chapter in CHAPTERS)
    assert all(chapter.title in docx_text(files["docx"]) for chapter in CHAPTERS)
    assert docx.Document(io.BytesIO(files["docx"])).inline_shapes  # the map
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    names = {sheet.title for sheet in book}
    assert {"Rapat yang diselenggarakan", "Cakupan menurut desil"} <= names
    cells = [cell for row in book["Rapat yang diselenggarakan"].iter_rows(values_only=True) for cell in row]
    assert "Rapat koordinasi triwulan I" in cells
    assert any("Notula belum final" in line for line in missing)


def test_what_was_typed_is_never_markup(city):
    admin = city.user("bappeda_admin")
    typed = '#panic("x") *tebal* <b>b</b> =cmd() $x$ {{sasaran}} {{tidak_ada}}'
    write_text(year=city.year, chapter="kebijakan", text=typed, version=0, by=admin)
    files, missing = files_of(city.year, by=admin)
    filled = fill(typed, collect(city.year).values)
    assert filled in pdf_text(files["pdf"])
    assert filled in docx_text(files["docx"])
    assert any("tidak_ada" in line for line in missing)
    assert unknown_names(typed, {"sasaran": "9"}) == ["tidak_ada"]


def test_issued_version_is_given_out_bit_by_bit(client, city):
    admin = city.user("bappeda_admin")
    first = issue(year=city.year, by=admin, number="050/12/Bapperida/2026", note="Kiriman pertama")
    client.force_login(city.user("leadership"))
    urls = {form: reverse("reports:issued_file", args=[first.uuid, form]) for form in papers.TYPES}
    before = {form: b"".join(client.get(url).streaming_content) for form, url in urls.items()}
    assert {form: len(data) for form, data in before.items()} == {f: kept["size"] for f, kept in first.files.items()}

    for _n in range(20):
        make.HouseholdFactory(region=city.own.region, desil=1, status="active")
    write_text(year=city.year, chapter="penutup", text="Baru", version=0, by=admin)
    second = issue(year=city.year, by=admin)
    assert (first.version, second.version) == (1, 2)
    assert second.files["pdf"] != first.files["pdf"]
    assert {form: b"".join(client.get(url).streaming_content) for form, url in urls.items()} == before
    assert HistoryTransaction.objects.filter(action="report.issue").count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Issue.objects.filter(pk=first.pk).update(note="lain")


def test_texts_begin_with_words_and_show_last_year(city):
    admin = city.user("bappeda_admin")
    write_text(year=city.year - 1, chapter="kebijakan", text="Kebijakan tahun lalu", version=0, by=admin)
    found = {text.chapter.key: text for text in texts_of(city.year)}
    assert not found["pengantar"].own
    assert "Permendagri" in found["pengantar"].text or "Peraturan Menteri" in found["pengantar"].text
    assert found["kebijakan"].last_year == "Kebijakan tahun lalu"
    assert found["kebijakan"].text == ""


def test_two_writers_never_overwrite_each_other(city):
    admin, staff = city.user("bappeda_admin"), city.user("bappeda_staff")
    write_text(year=city.year, chapter="masalah", text="Pertama", version=0, by=admin)
    with pytest.raises(ValidationError) as refused:
        write_text(year=city.year, chapter="masalah", text="Kedua", version=0, by=staff)
    assert refused.value.code == "conflict"
    write_text(year=city.year, chapter="masalah", text="Kedua", version=1, by=staff)
    assert next(t for t in texts_of(city.year) if t.chapter.key == "masalah").text == "Kedua"


def test_only_bappeda_writes_and_issues(city):
    for role in ("opd_operator", "leadership", "auditor"):
        with pytest.raises(PermissionDenied):
            write_text(year=city.year, chapter="masalah", text="x", version=0, by=city.user(role))
        with pytest.raises(PermissionDenied):
            issue(year=city.year, by=city.user(role))


def test_pages(client, city):
    client.force_login(city.user("bappeda_staff"))
    page = client.get(reverse("reports:lp2kd")).content.decode()
    assert "Notula belum final" in page
    url = reverse("reports:lp2kd_text", args=["masalah"])
    assert client.post(url, {"text": "Data belum padan", "version": 0}).status_code == 302
    stale = client.post(url, {"text": "Lain", "version": 0})
    assert stale.status_code == 422
    assert "Data belum padan" in stale.content.decode()
    again = re.search(r'name="version" value="(\d+)"', stale.content.decode())[1]
    assert client.post(url, {"text": "Lain", "version": again}).status_code == 302
    for form in papers.TYPES:
        assert client.get(reverse("reports:lp2kd_draft", args=[form])).status_code == 200
    assert client.post(reverse("reports:lp2kd_issue"), {"number": "", "note": ""}).status_code == 302
    client.force_login(city.user("leadership"))
    page = client.get(reverse("reports:lp2kd")).content.decode()
    assert reverse("reports:issued_file", args=[Issue.objects.get().uuid, "pdf"]) in page
    assert "Notula belum final" not in page
    assert client.get(reverse("reports:lp2kd_draft", args=["pdf"])).status_code == 403


def test_empty_city(db):
    files, missing = files_of(2026, by=None)
    assert pdf_text(files["pdf"])
    assert missing


def test_lines_of_indicators_stand_in_the_papers(city):
    first = make.IndicatorFactory(code="p0", name="Penduduk <miskin>", decimals=2)
    for year, value in ((city.year - 2, "3.05"), (city.year - 1, "3.07"), (city.year, "2.98")):
        make.IndicatorValueFactory(indicator=first, year=year, value=value)
    facts = collect(city.year)
    assert "3,05" in facts.trends
    assert "2,98" in facts.trends
    assert "Penduduk &lt;miskin&gt;" in facts.trends
    assert len(docx.Document(io.BytesIO(papers.word(facts, texts_of(city.year)))).inline_shapes) == 2
    assert "Nilai (garis penuh)" in pdf_text(papers.pdf(facts, texts_of(city.year), by=None))
