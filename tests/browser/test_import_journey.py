"""A sheet with mistakes: brought, mended in the page, applied and undone, in a real browser."""

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe

from households.models import Code, Household, Member
from households.reference import CODES
from tests.worlds import build

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = ["No KK", "NIK", "Nama Lengkap", "Jenis Kelamin", "Tanggal Lahir", "Hubungan Keluarga", "Alamat", "RT", "RW"]


@pytest.fixture
def sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    rows = [
        ("1372010505200001", "1372011203800001", "YULINAR PILIANG", "L", "12/03/1980", "Kepala Keluarga"),
        ("1372010505200001", "13720145", "AISYAH PILIANG", "P", "05/06/2012", "Anak"),
        ("1372010505200002", "1372014107750001", "ROHANI KOTO", "P", "01/07/1975", "Kepala Keluarga"),
    ]
    for row in rows:
        book.active.append([*row, "Jl. Contoh", "001", "002"])
    path = tmp_path / "verval.xlsx"
    book.save(path)
    return path


def sign_in(page, live_server, user):
    user.set_password("rahasia-sekali")
    user.save()
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("input[name=login]", user.username)
    page.fill("input[name=password]", "rahasia-sekali")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/")


def clean(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_import_mended_applied_and_undone(page, live_server, sheet):
    world = build()
    Code.objects.bulk_create(
        [
            Code(field=field, code=fact.code, label=fact.label, synonyms=list(fact.synonyms))
            for field, facts in CODES.items()
            for fact in facts
        ],
        ignore_conflicts=True,
    )
    before = Household.objects.count()
    sign_in(page, live_server, world.users["kelurahan_operator"])
    page.goto(f"{live_server.url}/households/import/")
    clean(page)
    page.set_input_files("input[type=file]", str(sheet))
    page.click("main form button[type=submit]")
    page.wait_for_load_state("networkidle")
    clean(page)
    page.click("button:has-text('Periksa')")
    page.wait_for_load_state("networkidle")
    assert Household.objects.count() == before, "nothing is stored by a check"
    clean(page)
    page.goto(f"{page.url.split('?')[0]}?show=refused")
    assert "13720145" in page.content()
    page.fill("input[name=value]", "1372014506120003")
    page.click("form[action$='/mend/'] button:has-text('Simpan') >> nth=0")
    page.wait_for_load_state("networkidle")
    page.click("text=/Terapkan 2 keluarga/")
    page.wait_for_load_state("networkidle")
    assert Household.objects.count() == before + 2
    assert Member.objects.get(nik="1372014506120003").name == "AISYAH PILIANG"
    clean(page)
    page.click("text=Batalkan impor…")
    page.click("dialog[open] button.btn-stop")
    page.wait_for_load_state("networkidle")
    assert Household.objects.count() == before
    assert not Member.objects.filter(nik="1372014506120003").exists()
