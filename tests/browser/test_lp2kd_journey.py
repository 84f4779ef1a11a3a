"""The yearly report from figures to an issued version, in a real browser."""

import docx
import openpyxl
import pytest
from django.utils import timezone

from core.models import CitySettings
from programs import figures
from reports.lp2kd.models import Issue

pytestmark = pytest.mark.slow
HOME = "/reports/written/lp2kd/"


def test_write_issue_and_read_the_report(desk, city, tmp_path):
    year = timezone.localdate().year
    whole = figures.coverage(year)
    page = desk.sign_in("bappeda")
    desk.open(f"{HOME}?year={year}")
    desk.check()
    assert page.locator("#h-missing").is_visible()

    # An indicator of the year, typed as people write numbers.
    desk.open("/reports/indicators/p0/")
    row = page.locator("tbody tr").last
    row.locator("input[name$=-year]").fill(str(year))
    row.locator("input[name$=-value]").fill("2,98")
    row.locator("input[name$=-target]").fill("2,43")
    row.locator("input[name$=-source]").fill("BPS, rilis uji")
    desk.press("form .btn-primary")
    assert "2,98" in page.locator("section", has=page.locator("#h-p0")).inner_text()
    desk.check()

    # One chapter, with a figure by its name.
    desk.open(HOME)
    with page.expect_navigation():
        page.get_by_role("link", name="Masalah dan rekomendasi").click()
    page.fill("textarea[name=text]", "Dari {{sasaran}} keluarga, {{belum_terjangkau}} belum terjangkau.")
    desk.press("form .btn-primary")
    with page.expect_navigation():
        page.get_by_role("link", name="Masalah dan rekomendasi").click()
    assert f"{whole.missing} belum terjangkau." in page.locator("#h-filled").locator("xpath=../..").inner_text()
    desk.check()

    # The draft, then the version that never changes.
    draft = " ".join(desk.pdf_text(f"{HOME}draft/pdf/").split())
    assert f"{whole.missing} belum terjangkau." in draft
    assert "2,98" in draft
    desk.open(HOME)
    page.fill("input[name=number]", "050/77/Bapperida/2026")
    desk.press("form[action$='/issue/'] .btn-primary")
    issued = Issue.objects.get()
    assert "050/77/Bapperida/2026" in page.locator("section", has=page.locator("#h-versions")).inner_text()

    # The mayor reads it, and opens the files.
    desk.enter("pimpinan")
    desk.open(f"{HOME}?year={year}")
    desk.check()
    files = {}
    for name in ("docx", "xlsx"):
        with page.expect_download() as waiting:
            page.locator(f"a[href$='/{issued.uuid}/{name}/']").click()
        files[name] = tmp_path / f"lp2kd.{name}"
        waiting.value.save_as(files[name])
    words = " ".join(paragraph.text for paragraph in docx.Document(files["docx"]).paragraphs)
    assert f"{whole.missing} belum terjangkau." in words
    assert "Cakupan menurut desil" in openpyxl.load_workbook(files["xlsx"]).sheetnames
    assert CitySettings.load().home_region.name in desk.pdf_text(f"/reports/written/issued/{issued.uuid}/pdf/")


def test_map_by_keyboard_on_a_phone(desk, city):
    desk.page.set_viewport_size({"width": 390, "height": 844})
    page = desk.sign_in("bappeda")
    desk.open("/reports/map/")
    desk.check()
    page.locator("svg.map a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "area=" in page.url
    assert page.locator("svg.map circle").count() > 0
    desk.check()
