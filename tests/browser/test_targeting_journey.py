"""Targeting in a real browser: a rule built and enrolled by, a gap found, handed over and printed; axe on each page."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from households.models import Household
from programs.models import Assistance, Program, WorkOrder
from tests.browser.test_axe import look

YEAR = timezone.localdate().year


def test_build_a_rule_and_enrol_by_it(desk, city):
    """Dinas Sosial asks for desil 1–2 with a child of 0 to 6, sees whom that takes, saves, and proposes them."""
    program = Program.objects.get(short_name="BLT Daerah")
    page = desk.enter("dinsos")
    desk.open(f"/programs/{program.uuid}/rule/builder/")

    while page.locator(".rule-line").count():  # begin anew
        page.locator(".rule-line").first.get_by_role("button", name="Buang").click()
        page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Belum ada syarat")).to_be_visible()

    page.select_option("[name=what]", "h:desil")
    page.get_by_role("button", name="Pilih", exact=True).click()
    page.select_option("[name=op]", "between")
    page.fill("[name=low]", "1")
    page.fill("[name=high]", "2")
    page.get_by_role("button", name="Tambahkan syarat ini").click()
    expect(page.locator(".rule-line").filter(has_text="Desil 1–2").first).to_be_visible()

    page.select_option("[name=what]", "m:age")
    page.get_by_role("button", name="Pilih", exact=True).click()
    page.select_option("[name=op]", "between")
    page.fill("[name=low]", "0")
    page.fill("[name=high]", "6")
    page.get_by_role("button", name="Tambahkan syarat ini").click()
    expect(page.locator("#h-preview + *, [aria-labelledby=h-preview]").first).to_contain_text(
        "paling sedikit 1 anggota"
    )

    rule = json.loads(page.locator("[name=rule]").input_value())
    assert [sorted(part) for part in rule["all"]] == [["field", "op", "value"], ["count", "op", "value", "where"]]
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.wait_for_url(f"**/programs/{program.uuid}/")
    assert program.rules.get(year_from=YEAR).rule == rule

    year = program.years.get(year=YEAR)
    before = year.assistance.count()
    desk.open(f"/programs/years/{year.uuid}/enrol/?from=fit")
    page.locator(".savebar button[type=submit]").click()
    page.wait_for_selector("[data-toast]")
    added = Assistance.objects.filter(program_year=year).count() - before
    assert added > 0
    assert desk.problems == []


def test_find_a_gap_hand_it_over_and_print_it(desk, city):
    """The secretariat hands Laing's gap to an agency; the agency finds it, opens the list, prints it for the way."""
    page = desk.enter("bappeda")
    desk.open("/programs/gaps/")
    row = page.get_by_role("row").filter(has_text="Sembako").first
    row.get_by_role("link", name="Serahkan").click()
    page.fill("[name=title]", "Kejar Laing")
    page.select_option("[name=area]", label="Laing")
    page.get_by_role("button", name="Serahkan").click()
    page.wait_for_url("**/programs/gaps/*-*/")
    order = WorkOrder.objects.get(title="Kejar Laing")
    n = order.household_set.rows.count()
    assert n > 0
    page.locator("a.fig").first.click()
    page.wait_for_url("**/households/?*")
    expect(page.locator("body")).to_contain_text(f"{n}")

    page = desk.enter("dinsos")
    desk.open("/programs/gaps/")
    page.get_by_role("link", name="Kejar Laing").click()
    page.get_by_role("link", name="Cetak untuk petugas").click()
    page.wait_for_url("**/print/")
    assert page.locator("tbody tr").count() == n
    assert page.locator("tbody tr .room").count() == 2 * n
    assert desk.problems == []


def test_figures_without_a_mouse(desk, city):
    """The choices above the table answer to the keyboard, and each figure is a link."""
    page = desk.enter("pimpinan")
    desk.open("/reports/figures/")
    page.locator("[name=by]").focus()
    page.select_option("[name=by]", "village")
    page.wait_for_url("**by=village**")
    assert page.get_by_role("row").count() > 10
    page.locator("tbody a.fig").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/figures/**")
    assert desk.problems == []


def of_blt(name: str, year: bool = False) -> str:
    program = Program.objects.get(short_name="BLT Daerah")
    return reverse(f"programs:{name}", args=[program.years.get(year=YEAR).uuid if year else program.uuid])


PAGES = {
    "accuracy": lambda: reverse("reports:targeting"),
    "by-village": lambda: reverse("reports:targeting") + "?by=village",
    "overlap": lambda: reverse("reports:overlap_matrix"),
    "packages": lambda: reverse("reports:packages"),
    "compare": lambda: reverse("reports:compare"),
    "priority": lambda: reverse("reports:priority"),
    "what-if": lambda: reverse("reports:what_if") + "?budget=60000000&unit_cost=600000",
    "definitions": lambda: reverse("reports:definitions"),
    "gaps": lambda: reverse("programs:gap_list"),
    "gap": lambda: reverse("programs:gap_detail", args=[WorkOrder.objects.first().uuid]),
    "hand-over": lambda: reverse("programs:gap_hand_over"),
    "builder": lambda: of_blt("rule_builder"),
    "order": lambda: of_blt("quota_order"),
    "why": lambda: of_blt("explain", year=True) + f"?household={Household.objects.active().first().uuid}",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("user", "name"),
    [("bappeda", name) for name in PAGES] + [("pimpinan", "accuracy"), ("pimpinan", "priority"), ("dinsos", "gap")],
)
def test_page_is_accessible_and_fits(city, desk, user, name):
    desk.enter(user)
    desk.open(PAGES[name]())
    desk.page.wait_for_load_state("networkidle")
    look(desk)
