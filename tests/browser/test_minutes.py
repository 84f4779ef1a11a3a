"""The page of minutes in a real browser: saved while typing, the line lost, two writers, entries by keyboard alone."""

import pytest
from playwright.sync_api import expect

from meetings.models import ActionItem, AgendaItem, Decision
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def left(desk):
    """The page asks the server every few seconds: leave it before the database goes."""
    yield
    for page in desk.page.context.browser.contexts:
        for each in page.pages:
            each.goto("about:blank")


@pytest.fixture
def point(world):
    return make.AgendaItemFactory(meeting=make.MeetingFactory(held=True), title="Air bersih")


@pytest.fixture
def second(point):
    return make.AgendaItemFactory(meeting=point.meeting, title="Jamban", order=point.order + 1)


def area_of(page, item):
    return page.locator(f"#m-{item.uuid}")


def said(page, item):
    return page.locator(f"#s-{item.uuid}")


def text_of(item):
    return AgendaItem.objects.get(pk=item.pk).text


def type_on(page, item, text):
    area_of(page, item).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def wait_until_saved(page, item, text):
    for _n in range(100):
        if text_of(item) == text:
            return
        page.wait_for_timeout(150)
    assert text_of(item) == text


def test_what_is_typed_is_saved_and_survives_a_lost_line(desk, point):
    page = desk.enter("bappeda_staff")
    desk.open(f"/meetings/{point.meeting.uuid}/")
    type_on(page, point, "Pipa di Laing")
    wait_until_saved(page, point, "Pipa di Laing")
    expect(said(page, point)).to_contain_text("tersimpan")
    page.context.set_offline(True)
    type_on(page, point, ", dua RT")
    expect(said(page, point)).to_contain_text("Tidak ada sambungan")
    assert text_of(point) == "Pipa di Laing"
    page.context.set_offline(False)
    wait_until_saved(page, point, "Pipa di Laing, dua RT")
    expect(said(page, point)).to_contain_text("tersimpan")
    # The browser is closed while the line is down: the text comes back with the page.
    page.context.set_offline(True)
    type_on(page, point, " dan tiga RW")
    page.evaluate("location.href = 'about:blank'")
    page.context.set_offline(False)
    desk.open(f"/meetings/{point.meeting.uuid}/")
    expect(area_of(page, point)).to_have_value("Pipa di Laing, dua RT dan tiga RW")
    wait_until_saved(page, point, "Pipa di Laing, dua RT dan tiga RW")
    # What the browser says about a cut line is no complaint about the page.
    desk.problems[:] = [p for p in desk.problems if "ERR_INTERNET_DISCONNECTED" not in p]


def test_two_writers_see_each_other_and_nothing_is_overwritten(desk, browser, browser_context_args, point, world):
    page = desk.enter("bappeda_staff")
    desk.open(f"/meetings/{point.meeting.uuid}/")
    other_context = browser.new_context(**browser_context_args)
    other = other_context.new_page()
    first, desk.page = desk.page, other
    desk.enter("bappeda_admin")
    desk.open(f"/meetings/{point.meeting.uuid}/")
    desk.page = first
    area_of(page, point).click()
    expect(other.locator(f"#t-{point.uuid} [data-writers]")).to_contain_text("Pegawai bappeda_staff", timeout=15_000)
    type_on(page, point, "Satu")
    expect(area_of(other, point)).to_have_value("Satu", timeout=15_000)  # comes by itself where nothing waits
    other_context.set_offline(True)
    type_on(other, point, " dari admin")
    type_on(page, point, " dari staf")
    wait_until_saved(page, point, "Satu dari staf")
    other_context.set_offline(False)
    box = other.locator(f"#t-{point.uuid} [data-conflict]")
    expect(box).to_contain_text("Satu dari staf", timeout=15_000)
    type_on(other, point, " dan lagi")  # typing on does not overwrite either
    other.wait_for_timeout(2500)
    assert text_of(point) == "Satu dari staf"
    expect(area_of(other, point)).to_have_value("Satu dari admin dan lagi")
    box.get_by_role("button", name="Gabungkan keduanya").click()
    both = "Satu dari staf\n\nSatu dari admin dan lagi"
    wait_until_saved(other, point, both)
    expect(area_of(page, point)).to_have_value(both, timeout=15_000)
    other_context.close()


def test_decision_and_action_item_by_keyboard_alone(desk, point, second, world):
    page = desk.enter("bappeda_staff")
    desk.open(f"/meetings/{point.meeting.uuid}/")
    keys = page.keyboard
    area_of(page, point).focus()
    keys.type("Dibahas.")
    keys.press("Enter")
    keys.type("/")
    keys.press("ArrowDown")  # into the small menu: decision
    keys.press("Enter")
    keys.type("Sambungkan air bersih")
    keys.press("Enter")
    expect(page.locator(f"#i-{point.uuid} [data-made]")).to_contain_text("Sambungkan air bersih")
    expect(area_of(page, point)).to_be_focused()
    keys.type("/")
    keys.press("ArrowDown")
    keys.press("ArrowDown")  # the second entry: action item
    keys.press("Enter")
    keys.type("Pasang 40 meter pipa")
    keys.press("Tab")
    page.locator("#qa-agency").select_option(label="Dinsos")
    page.locator("#qa-due").fill("2027-01-31")
    page.locator("#qa-due").press("Enter")
    expect(page.locator(f"#i-{point.uuid} [data-made]")).to_contain_text("Pasang 40 meter pipa")
    decision, item = Decision.objects.get(), ActionItem.objects.get()
    assert (decision.item, decision.title) == (point, "Sambungkan air bersih")
    assert (item.agenda_item, item.title, item.agency) == (point, "Pasang 40 meter pipa", world.agency)
    expect(said(page, point)).to_contain_text("Pasang 40 meter pipa")
    keys.press("Control+Enter")
    expect(area_of(page, second)).to_be_focused()
    wait_until_saved(page, point, "Dibahas.")  # the slashes are gone
    type_on(page, second, "1/2 dari sasaran")
    expect(page.locator("[data-slash]:visible")).to_have_count(0)
    assert desk.too_wide() == []
