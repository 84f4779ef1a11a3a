"""Some 300 households come into a programme, in a browser: filtered, proposed, approved, printed, handed over."""

import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.models import Agency, User
from households.models import Household
from programs.models import Assistance, Delivery, ProgramYear
from tests import factories as make

QUOTA, CEILING, AMOUNT = 260, 150_000_000, 600_000
DISTRICT = "13.72.01"
DECREE = "188.45/417/DINSOS-2026"


@pytest.fixture
def program_year(city) -> ProgramYear:
    """This year of a new programme for desil 1 to 3; two of its households are in already."""
    program = make.ProgramFactory(
        name="Paket Pangan Daerah",
        owner=Agency.objects.get(short_name="Dinas Sosial"),
        benefit_kind=make.BenefitKindFactory(code="parcel", name="Paket pangan"),
    )
    make.EligibilityRuleFactory(program=program, rule={"field": "desil", "op": "between", "value": [1, 3]})
    made = make.ProgramYearFactory(program=program, quota=QUOTA, unit_amount=AMOUNT, target=QUOTA)
    make.ProgramFundingFactory(program_year=made, ceiling=CEILING)
    for household in fitting()[:2]:
        make.AssistanceFactory(program_year=made, household=household)
    return made


def chosen():
    """What the person filters for: households of a kecamatan in desil 1 to 4, whatever became of them."""
    return Household.objects.filter(merged_into=None, region__code__startswith=DISTRICT, desil__range=(1, 4))


def fitting():
    return chosen().filter(status="active", desil__lte=3).order_by("pk")


def number(locator) -> int:
    return int(re.sub(r"\D", "", locator.inner_text()))


def tile(page, label: str):
    return page.locator(".stat").filter(has=page.get_by_text(label, exact=True)).locator("strong")


def take_step(desk, step: str) -> None:
    """All recipients that the list shows: choose the step; the page that asks stands afterwards."""
    page = desk.page
    page.locator("[data-tick-all]").check()
    page.locator("[data-bulk-select-all]").click()
    button = page.locator(f"[data-bulk-bar] button[formaction*='/recipients/{step}/']")
    if not button.is_visible():
        page.locator("[data-bulk-bar] [data-bs-toggle=dropdown]").click()
    with page.expect_navigation():
        button.click()


def confirm(desk) -> None:
    desk.press("main form .savebar button[type=submit]")


def test_three_hundred_from_the_filter_to_the_signed_list(program_year, desk):
    page, rows = desk.page, Assistance.objects.filter(program_year=program_year)
    everybody = chosen().count()
    fit, unfit = fitting().count() - 2, everybody - fitting().count()
    recipients = reverse("programs:recipient_list", args=[program_year.uuid])
    assert 250 < fit < 400, "the demo city no longer suits this journey"

    # the household list, filtered by hand
    desk.sign_in("dinsos")
    desk.open(reverse("households:household_list"))
    page.click("a[href='#filter-drawer']")
    page.check(f"#filter-drawer input[value='{DISTRICT}']")
    page.select_option("#filter-drawer [name=desil_from]", "1")
    page.select_option("#filter-drawer [name=desil_to]", "4")
    page.click("#filter-drawer button[type=submit]")
    expect(page.locator("#count")).to_contain_text(str(everybody))
    page.locator("[data-tick-all]").check()
    page.locator("[data-bulk-select-all]").click()
    expect(page.locator("[data-bulk-count]")).to_contain_text(str(everybody))
    desk.press("[data-bulk-bar] button[formaction*='/bulk/enrol/']")
    desk.check()

    # which programme, and what would happen
    desk.press("main a:has-text('Paket Pangan Daerah')")
    assert number(tile(page, "Memenuhi")) == fit
    assert number(tile(page, "Tidak memenuhi")) == unfit
    assert number(tile(page, "Sudah terdaftar")) == 2
    assert number(tile(page, "Di atas kuota")) == fit + 2 - QUOTA
    for text in (f"{chosen().filter(desil=4).count()} · ", f"{chosen().exclude(status='active').count()} · "):
        expect(page.locator("main")).to_contain_text(text)
    desk.check()
    assert rows.count() == 2, "a preview stores nothing"
    confirm(desk)
    assert rows.filter(status="proposed").count() == fit + 2
    expect(page.locator("[data-toast]")).to_contain_text(str(fit))

    # verified by the operator, who cannot approve
    desk.open(recipients)
    take_step(desk, "verify")
    desk.check()
    confirm(desk)
    assert rows.filter(status="verified").count() == fit + 2
    page.locator("[data-tick-all]").check()
    expect(page.locator("button[formaction*='/recipients/approve/']")).to_have_count(0)

    # approved by another person, with the decree; more than the quota only with a reason
    rows.filter(pk=rows.earliest("pk").pk).update(verified_by=User.objects.get(username="dinsos-setuju"))
    desk.sign_in("dinsos-setuju")
    desk.open(recipients)
    take_step(desk, "approve")
    expect(page.locator("main")).to_contain_text("harus disetujui orang lain")
    expect(page.locator("main .note.warn")).to_contain_text(str(fit + 1 - QUOTA))
    page.fill("[name=decree_number]", DECREE)
    confirm(desk)
    expect(page.locator(".errors")).to_be_visible()
    desk.check()
    page.fill("[name=excess_reason]", "Sisa anggaran perubahan")
    confirm(desk)
    approved = fit + 1
    assert rows.filter(status="approved", decree_number=DECREE, decree_date=timezone.localdate()).count() == approved
    assert rows.filter(status="verified").count() == 1

    # papers
    desk.sign_in("dinsos")
    desk.open(reverse("programs:paper_list", args=[program_year.uuid]))
    desk.press("form[action$='/receipts/'] button")
    desk.open(reverse("programs:paper_list", args=[program_year.uuid]))
    desk.check()
    annex = desk.pdf_text(page.locator("a[href*='annex.pdf']").first.get_attribute("href"))
    assert DECREE in annex
    assert "LAMPIRAN" in annex.upper()
    book = desk.page.context.request.get(desk.url + page.locator("a[href*='annex.xlsx']").first.get_attribute("href"))
    sheet = openpyxl.load_workbook(io.BytesIO(book.body())).active
    assert sum(isinstance(row[0].value, int) for row in sheet.iter_rows()) == approved
    receipts = desk.pdf_text(reverse("programs:paper_receipts", args=[program_year.uuid]))
    assert rows.order_by("receipt_no").last().household.head_name.split()[0].upper() in receipts.upper()
    assert str(approved) in receipts

    # hundreds received, by the numbers on the paper and with the keyboard only
    desk.open(reverse("programs:deliver", args=[program_year.uuid]))
    desk.check()
    expect(page.locator("[name=numbers]")).to_be_focused()
    page.keyboard.type("1-200, 203, 9999")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("9999")
    assert rows.filter(status="received").count() == 201
    expect(page.locator("[name=numbers]")).to_be_focused()
    page.keyboard.type(f"201-202 204-{approved}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert rows.filter(status="received").count() == approved
    assert Delivery.objects.filter(assistance__in=rows, amount=AMOUNT // 2, stage=1).count() == approved

    # one was a mistake
    wrong = rows.filter(status="received").order_by("-pk").first()
    desk.open(reverse("programs:assistance_detail", args=[wrong.uuid]))
    desk.check()
    desk.press("main button[formaction*='/recipients/void/']")
    confirm(desk)
    expect(page.locator(".errors")).to_be_visible()
    page.fill("[name=reason]", "Salah orang, nama mirip")
    confirm(desk)
    wrong.refresh_from_db()
    assert (wrong.status, wrong.status_reason) == ("void", "Salah orang, nama mirip")
    expect(page.locator("main")).to_contain_text("Salah orang, nama mirip")

    # funnel and money follow
    desk.open(reverse("programs:program_detail", args=[program_year.program.uuid]))
    desk.check()
    steps = [int(text.replace(".", "")) for text in page.locator(".funnel b").all_inner_texts()]
    assert steps == [fit + 1, fit + 1, approved - 1, approved - 1]
    expect(page.locator("#money tfoot")).to_contain_text(f"{(approved - 1) * AMOUNT // 2:,}".replace(",", "."))
