"""The shell in a real browser: both themes without axe findings, the keyboard, and what app.js promises."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import expect

from core.models import User
from tests.core import shell_urls

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def problems():
    """What the browser complains about; a test that provokes complaints clears it."""
    return []


@pytest.fixture
def site(page, live_server, client, settings, problems):
    """A signed-in browser on the page of components; returns a function that opens an address."""
    settings.ROOT_URLCONF = "tests.core.shell_urls"
    shell_urls.polls.clear()
    client.force_login(User.objects.create_user("rina", password="x", full_name="Rina Marlina"))
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def open_page(address="/components/"):
        page.goto(live_server.url + address)
        return page

    yield open_page
    assert problems == []


def violations(page):
    return [(v["id"], [n["html"] for n in v["nodes"]]) for v in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_components_are_accessible_and_fit(site, page, theme, size):
    page.emulate_media(color_scheme=theme)
    if size:
        page.set_viewport_size(size)
    site("/components/?refused&toast")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_controls_on_the_phone_are_large_enough(site, page):
    page.set_viewport_size(PHONE)
    site()
    small = page.evaluate(
        """() => [...document.querySelectorAll("main .btn, main .form-control, main .form-select, .tabbar a")]
        .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.9)
        .map((e) => e.outerHTML)"""
    )
    assert small == []


def test_slash_focuses_the_search_but_not_while_typing(site, page):
    site()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.locator("#id_name").focus()
    page.keyboard.press("/")
    expect(page.locator("#id_name")).to_have_value("/")


def test_search_drops_down_and_obeys_arrows(site, page):
    site()
    page.locator("#search").press_sequentially("yus")
    expect(page.locator("#found [data-hit]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/elsewhere/\?hit=2$"))


def test_escape_closes_the_search(site, page):
    site()
    page.locator("#search").press_sequentially("yus")
    expect(page.locator("#found [data-hit]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#found [data-hit]")).to_have_count(0)
    expect(page.locator("#search")).to_be_focused()


def test_list_moves_selects_and_opens_by_keyboard(site, page):
    site()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-row]").nth(1)).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/elsewhere/\?row=1$"))


def test_question_mark_shows_the_shortcuts(site, page):
    site()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_shortcuts_rest_when_the_person_turned_them_off(site, page):
    site()
    page.evaluate("document.body.dataset.keys = 'off'")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


def test_bulk_bar_counts_and_takes_all(site, page):
    site()
    bar = page.locator("[data-bulk-bar]")
    expect(bar).to_be_hidden()
    page.locator("[data-tick]").first.check()
    expect(bar.locator("[data-bulk-count]")).to_have_text("1 keluarga dipilih")
    bar.locator("[data-bulk-select-all]").click()
    expect(bar.locator("[data-bulk-count]")).to_have_text("1.111 keluarga dipilih")
    expect(page.locator("[data-bulk-all]")).to_have_value("1")
    page.locator("[data-tick]").first.uncheck()
    expect(page.locator("[data-bulk-all]")).to_have_value("")
    expect(bar.locator("[data-bulk-count]")).to_have_text("2 keluarga dipilih")
    bar.locator("[data-bulk-none]").click()
    expect(bar).to_be_hidden()


def test_bulk_bar_sends_the_ticks(site, page):
    site()
    page.locator("[data-tick-all]").check()
    page.locator("[data-bulk-bar] .btn-primary").click()
    expect(page.locator("main")).to_contain_text("'pick': ['1', '2', '3'], 'all': ['']")


def test_number_shows_by_post_and_hides_again(site, page):
    page.clock.install()
    site()
    number = page.locator("#number")
    expect(number).to_contain_text("137202••••••••••")
    assert shell_urls.NIK not in page.content()
    with page.expect_request("**/unmask/") as request:
        number.locator(".eye").click()
    assert request.value.method == "POST"
    expect(number).to_contain_text(shell_urls.NIK)
    expect(number.locator("[data-hide]")).to_be_focused()
    page.clock.fast_forward(31_000)
    expect(number).to_contain_text("137202••••••••••")
    assert shell_urls.NIK not in page.content()
    number.locator(".eye").click()
    expect(number).to_contain_text(shell_urls.NIK)


def test_unsaved_changes_are_said_and_asked_about(site, page):
    site()
    note = page.locator("#visit [data-unsaved-note]")
    expect(note).to_be_hidden()
    page.locator("#id_name").fill("Yusmaini")
    expect(note).to_be_visible()
    page.locator("#visit a", has_text="Batal").click()
    asked = page.locator("dialog[open]")
    expect(asked).to_contain_text("Anda belum menyimpan perubahan. Tinggalkan halaman?")
    asked.locator("[data-ask-close]").click()
    expect(page).to_have_url(re.compile("/components/$"))
    page.locator("#visit a", has_text="Batal").click()
    page.locator("dialog[open] a").click()
    expect(page).to_have_url(re.compile("/elsewhere/$"))


def test_saving_asks_nothing(site, page):
    site()
    page.locator("#id_name").fill("Yusmaini")
    page.locator("#visit button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("POST")


def test_dialog_on_the_page_asks_before_it_sends(site, page):
    site()
    page.locator("[data-ask=ask-propose]").click()
    expect(page.locator("#ask-propose")).to_be_visible()
    page.locator("#ask-propose .btn-primary").click()
    expect(page.locator("main")).to_contain_text("POST")


def test_dialog_from_the_server_opens_itself_and_wants_a_reason(site, page):
    site()
    page.locator("#from-server").click()
    expect(page.locator("#stop")).to_be_visible()
    page.locator("#stop .btn-stop").click()
    expect(page.locator("#stop")).to_be_visible()
    page.locator("#stop textarea").fill("Pindah ke Padang")
    page.locator("#stop .btn-stop").click()
    expect(page.locator("main")).to_contain_text("Pindah ke Padang")


def test_toasts_go_by_themselves_errors_stay(site, page):
    page.clock.install()
    site("/components/?toast")
    done, error = page.locator(".toast-app:not(.bad)"), page.locator(".toast-app.bad")
    done.hover()
    page.clock.fast_forward(10_000)
    expect(done).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.fast_forward(9_000)
    expect(done).to_have_count(0)
    expect(error).to_be_visible()
    error.locator("[data-toast-close]").click()
    page.clock.fast_forward(1_000)
    expect(error).to_have_count(0)


def test_undo_is_a_post(site, page):
    site("/components/?toast")
    page.locator(".toast-app", has_text="diajukan").get_by_role("button", name="Urungkan").click()
    expect(page.locator("main")).to_contain_text("POST")


def test_refused_form_is_summed_up_with_links(site, page):
    site("/components/?refused")
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Belum tersimpan: 3 isian perlu diperbaiki")
    summary.get_by_role("link", name="NIK 15 digit").click()
    expect(page.locator("#id_nik")).to_be_in_viewport()
    expect(page.locator("#id_nik")).to_have_attribute("aria-invalid", "true")
    described = page.locator("#id_nik").get_attribute("aria-describedby").split()
    assert [page.locator(f"#{name}").count() for name in described] == [1, 1]


def test_file_picker_names_the_file(site, page):
    site()
    page.locator("#id_photo").set_input_files({"name": "rumah.jpg", "mimeType": "image/jpeg", "buffer": b"x"})
    expect(page.locator("[data-file-name]")).to_have_text("rumah.jpg")


def test_filters_send_themselves(site, page):
    site()
    page.locator("#filters select").select_option("laing")
    expect(page).to_have_url(re.compile("area=laing"))
    page.locator("#filters input[type=search]").press_sequentially("yus")
    expect(page).to_have_url(re.compile("q=yus"))


def test_job_card_polls_until_it_ends(site, page):
    site()
    card = page.locator(f"#job-{shell_urls.JOB}")
    expect(card).to_contain_text("Selesai", timeout=10_000)
    expect(card).not_to_have_attribute("hx-get", re.compile("."))
    assert len(shell_urls.polls) == 2


def test_failure_is_said_in_words(site, page, problems):
    site()
    page.evaluate("htmx.ajax('GET', '/breaks/', '#ask-slot')")
    expect(page.locator(".toast-app.bad")).to_contain_text("tidak ada yang tersimpan")
    problems.clear()


def test_lost_connection_is_said_in_words(site, page, problems):
    site()
    page.route("**/breaks/", lambda route: route.abort())
    page.evaluate("htmx.ajax('GET', '/breaks/', '#ask-slot').catch(() => null)")
    expect(page.locator(".toast-app.bad")).to_contain_text("Sambungan terputus. Isian Anda masih ada")
    problems.clear()


def test_theme_switch_keeps_in_a_cookie(site, page):
    site()
    page.get_by_title("Menu akun").click()
    page.get_by_role("button", name="Ganti terang/gelap").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    site("/elsewhere/")
    assert 'data-bs-theme="dark"' in page.evaluate("fetch('/elsewhere/').then((r) => r.text())")


def test_drawer_holds_the_whole_menu_on_the_phone(site, page):
    page.set_viewport_size(PHONE)
    site()
    expect(page.locator(".side")).to_be_hidden()
    page.locator(".tabbar").get_by_role("button", name="Lainnya").click()
    expect(page.locator("#menu").get_by_role("link", name="Panduan")).to_be_visible()


def test_year_is_written_without_separators_and_the_past_is_said(site, page):
    site("/components/?year=2024&q=a")
    expect(page.locator(".note.warn").first).to_contain_text("Anda melihat tahun 2024.")
    page.locator(".year button").click()
    link = page.locator(".year").get_by_role("link", name="2025")
    assert link.get_attribute("href") == "?year=2025&q=a"


def test_print_drops_the_shell_and_is_white(site, page):
    page.emulate_media(color_scheme="dark", media="print")
    site()
    for selector in (".side", ".topbar", ".filters", ".bulk", ".savebar", ".eye"):
        expect(page.locator(selector).first).to_be_hidden()
    expect(page.locator(".print-head")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(20, 32, 31)"


@pytest.mark.parametrize("media", ["screen", "print"])
def test_paper_stands_alone(site, page, media):
    page.emulate_media(color_scheme="dark", media=media)
    site("/paper/")
    assert violations(page) == []
    expect(page.locator(".kop")).to_contain_text("PEMERINTAH KOTA SOLOK")
    assert page.locator("[data-print]").is_visible() == (media == "screen")
    assert page.evaluate("getComputedStyle(document.querySelector('.paper')).backgroundColor") == "rgb(255, 255, 255)"


def test_works_without_script(site, browser, live_server, page):
    site()
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(live_server.url + "/components/")
    expect(plain.locator("[data-bulk-bar]")).to_be_visible()
    plain.locator("[data-tick]").first.check()
    plain.locator("[data-bulk-bar] .btn-primary").click()
    expect(plain.locator("main")).to_contain_text("'pick': ['1']")
    plain.goto(live_server.url + "/components/")
    plain.locator("#number .eye").click()
    expect(plain.locator("body")).to_contain_text(shell_urls.NIK)
    plain.goto(live_server.url + "/components/")
    plain.get_by_title("Menu akun").focus()
    expect(plain.get_by_role("button", name="Keluar")).to_be_visible()
    context.close()
