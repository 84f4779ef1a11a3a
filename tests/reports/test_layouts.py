"""Layouts of the province: named places filled, unknown ones refused when they are brought, nothing runs."""

import io
import zipfile

import docx
import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programs import figures
from reports.layouts.actions import bring_layout, fill_layout, withdraw_layout
from reports.layouts.models import ReportLayout
from reports.lp2kd.texts import write_text


def word(*lines, split=False) -> bytes:
    document = docx.Document()
    for line in lines:
        paragraph = document.add_paragraph()
        for part in [line[:5], line[5:]] if split else [line]:  # Word cuts as it likes
            paragraph.add_run(part).bold = split
    document.add_table(rows=1, cols=1).cell(0, 0).text = "Sasaran {{sasaran}}"
    document.sections[0].footer.paragraphs[0].text = "{{wilayah}}"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def sheet(*cells) -> bytes:
    book = openpyxl.Workbook()
    for n, value in enumerate(cells, 1):
        book.active.cell(n, 1, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bring(world, data, file="bentuk.docx", role="bappeda_admin", name="Bentuk provinsi"):
    return bring_layout(upload=SimpleUploadedFile(file, data), name=name, by=world.user(role), year=world.year)


def texts(data) -> list[str]:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [p.text for p in document.paragraphs] + cells + [document.sections[0].footer.paragraphs[0].text]


@pytest.mark.parametrize("split", [False, True])
def test_word_is_filled_everywhere(world, split):
    write_text(
        year=world.year, chapter="kebijakan", text="Arah {{tahun}} =cmd()", version=0, by=world.user("bappeda_admin")
    )
    layout = bring(
        world, word("{{tahun}}: cakupan {{ cakupan }}", "{{bab:kebijakan}}", "{{tabel:koordinasi}}", split=split)
    )
    found = texts(fill_layout(layout, year=world.year))
    total = figures.coverage(world.year).total
    assert any(line.startswith(f"{world.year}: cakupan ") and "{{" not in line for line in found)
    assert f"Arah {world.year} =cmd()" in found
    assert f"Sasaran {total}" in found
    assert str(world.city) in found
    assert "Rapat yang diselenggarakan" in found
    assert "Keputusan" in found  # a head of that table


def test_workbook_keeps_its_formulas_and_gets_texts(world):
    layout = bring(world, sheet("{{wilayah}} {{tahun}}", "=1+1", "biasa", "{{sasaran}}"), "bentuk.xlsx")
    page = openpyxl.load_workbook(io.BytesIO(fill_layout(layout, year=world.year))).active
    assert page["A1"].value == f"{world.city} {world.year}"
    assert page["A2"].value == "=1+1"
    assert page["A4"].value == str(figures.coverage(world.year).total)
    assert page["A4"].data_type == "s"


@pytest.mark.parametrize(
    ("file", "data", "says"),
    [
        ("bentuk.docx", word("{{tidak_ada}}"), "tidak_ada"),
        ("bentuk.docx", word("{{tabel:tidak-ada}}"), "tabel:tidak-ada"),
        ("bentuk.xlsx", sheet("tanpa tempat"), "cakupan"),
        ("bentuk.pdf", b"%PDF-1.7\n", "DOCX"),
        ("bentuk.docx", b"PK\x03\x04 rusak", "bentuk.docx"),
        ("bentuk.docm", word("{{tahun}}"), "bentuk.docm"),
    ],
)
def test_refused_with_a_word_on_it(world, file, data, says):
    with pytest.raises(ValidationError) as refused:
        bring(world, data, file)
    assert says in " ".join(refused.value.messages)
    assert not ReportLayout.objects.exists()


def test_bomb_is_refused(world):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"0" * (101 * 1024 * 1024))
    with pytest.raises(ValidationError, match="100 MB"):
        bring(world, target.getvalue())


def test_name_once_until_withdrawn(world):
    first = bring(world, word("{{tahun}}"))
    with pytest.raises(ValidationError):
        bring(world, word("{{tahun}} lagi"))
    withdraw_layout(layout=first, by=world.user("bappeda_admin"))
    bring(world, word("{{tahun}} lagi"))


def test_only_bappeda(world):
    with pytest.raises(PermissionDenied):
        bring(world, word("{{tahun}}"), role="opd_operator")


def test_page(client, world):
    client.force_login(world.user("bappeda_staff"))
    add = reverse("reports:layout_add")
    upload = SimpleUploadedFile("bentuk.docx", word("{{tahun}}"))
    page = client.post(add, {"file": upload, "name": "Bentuk Sumbar"}, follow=True).content.decode()
    layout = ReportLayout.objects.get()
    url = reverse("reports:layout_file", args=[layout.uuid])
    assert url in page
    assert str(world.year) in texts(client.get(url).content)
    assert client.post(add, {}, follow=True).status_code == 200
    client.post(reverse("reports:layout_withdraw", args=[layout.uuid]))
    assert url not in client.get(reverse("reports:lp2kd")).content.decode()
