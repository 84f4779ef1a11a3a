"""A meeting in the browser, from the template of its series to the approved minutes.

Planned, invited to, answered without an account, signed in to on a phone, written, decided, printed, approved.
"""

import datetime as dt
import io
import re
import zipfile

import pytest
import segno
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.dates import tanggal
from core.models import Agency, OutgoingMail, Region
from households.models import Household
from meetings.models import ActionItem, AgendaItem, Decision, Meeting, Series
from programs.models import ProgramYear
from tests.browser.conftest import Desk, complains

DISTRICT = "13.72.01"
VILLAGE = "13.72.01.1001"
TITLE = "Rakor triwulan keempat"
GUEST = {"name": "Ibu Murniati (contoh)", "organisation": "Baznas Kota", "email": "murniati@demo.invalid"}
SAID = "Seluruh keluarga desil 1 dan 2 di Lubuk Sikarah masuk BLT Daerah."


@pytest.fixture
def somebody(browser, browser_context_args, live_server, city):
    """Makes a browser of its own for somebody without an account, on a phone if wanted."""
    made, problems = [], []

    def make(**options) -> Desk:
        context = browser.new_context(**(browser_context_args | options))
        made.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if complains(said) else None)
        return Desk(page, live_server.url, problems)

    yield make
    for context in made:
        context.close()
    assert problems == []


@pytest.fixture(autouse=True)
def addresses(settings, live_server):
    """Links that are sent out lead to the server of the test."""
    settings.PUBLIC_URL = live_server.url


@pytest.fixture(autouse=True)
def left(desk):
    """Minutes and the screen of the room ask the server every few seconds: leave them before the database goes."""
    yield
    desk.page.goto("about:blank")


def in_need():
    """Families of the kecamatan in desil 1 and 2 who live there."""
    return Household.objects.filter(
        merged_into=None, status="active", region__code__startswith=DISTRICT, desil__range=(1, 2)
    )


def moment(when: dt.datetime) -> str:
    return timezone.localtime(when).strftime("%Y-%m-%dT%H:%M")


def choose(page, name: str, *labels: str) -> None:
    page.locator(f"main [name={name}]").select_option(label=list(labels))


def save(desk) -> None:
    desk.press("main form .savebar button[type=submit]")
    assert desk.page.locator(".errors").all_inner_texts() == []


def link_of(page, who: str) -> str:
    """The personal link that the secretariat copies for somebody."""
    row = page.locator("main tr[data-row]").filter(has_text=who)
    return row.locator("[data-copy*='/meetings/answer/']").first.get_attribute("data-copy")


def plan(desk) -> Meeting:
    """From the template of the series, beginning in half an hour."""
    page, starts = desk.page, timezone.now() + dt.timedelta(minutes=30)
    series = Series.objects.get(name="Rakor TKPKD")
    desk.open(reverse("meetings:series_list"))
    desk.press(f"a[href$='?series={series.uuid}']")
    expect(page.locator("main [name=place]")).to_have_value(series.place)
    page.fill("main [name=title]", TITLE)
    page.fill("main [name=starts]", moment(starts))
    page.fill("main [name=ends]", moment(starts + dt.timedelta(hours=2)))
    page.fill("main [name=chair]", "Wakil Wali Kota")
    desk.check()
    save(desk)
    meeting = Meeting.objects.get(title=TITLE)
    points = list(meeting.agenda.order_by("order"))
    assert points[0].follow_up
    assert [point.title for point in points if not point.follow_up and not point.carried_from_id] == series.agenda
    desk.check()
    return meeting


def give_a_point_away(desk, meeting: Meeting) -> None:
    """A point of the template gets its presenter and its minutes."""
    page, point = desk.page, meeting.agenda.get(title="Realisasi program")
    page.locator(f"#i-{point.uuid} .dropdown > .btn").click()
    desk.press(f"#i-{point.uuid} a[href$='/edit/']")
    choose(page, "presenter", "Dinas Sosial")
    page.fill("main [name=minutes_planned]", "30")
    desk.check()
    save(desk)
    expect(page.locator(f"#i-{point.uuid}")).to_contain_text("Dinas Sosial · 30 menit")


def invite(desk, meeting: Meeting, agencies: list[Agency]) -> None:
    """Agencies, a kelurahan and a guest; then the letters go out."""
    page = desk.page
    desk.open(reverse("meetings:invitation_list", args=[meeting.uuid]))
    desk.press("main a[href$='/invitations/add/']")
    for agency in agencies:
        page.check(f"[name=agencies][value='{agency.uuid}']")
    page.locator("details").filter(has=page.locator(f"[name=regions][value='{VILLAGE}']")).locator("summary").click()
    page.check(f"[name=regions][value='{VILLAGE}']")
    for name, value in GUEST.items():
        page.fill(f"main [name={name}]", value)
    desk.check()
    save(desk)
    assert meeting.invitations.count() == len(agencies) + 2
    desk.press("form[action$='/invitations/send/'] button")
    meeting.refresh_from_db()
    assert meeting.state == "invited"
    assert not meeting.invitations.filter(sent_at__isnull=True).exists()
    desk.check()


def answer(guest: Desk, link: str, value: str, **fields: str) -> None:
    page = guest.page
    page.goto(link)
    expect(page.locator("h1")).to_contain_text(TITLE)
    page.check(f"[name=answer][value={value}]")
    for name, text in fields.items():
        page.fill(f"[name={name}]", text)
    guest.check()
    with page.expect_navigation():
        page.locator("main button[type=submit], form button[type=submit]").last.click()


def decide_on_a_filter(desk, meeting: Meeting, point: AgendaItem, program_year: ProgramYear) -> Decision:
    """From the minutes to a decision on what the household list shows."""
    page = desk.page
    desk.open(reverse("households:household_list"))
    page.click("a[href='#filter-drawer']")
    page.check(f"#filter-drawer input[value='{DISTRICT}']")
    page.select_option("#filter-drawer [name=desil_from]", "1")
    page.select_option("#filter-drawer [name=desil_to]", "2")
    page.check("#filter-drawer input[name=status][value=active]")
    page.click("#filter-drawer button[type=submit]")
    expect(page.locator("#count")).to_contain_text(str(in_need().count()))
    address = page.url
    desk.open(reverse("meetings:meeting_detail", args=[meeting.uuid]))
    page.locator(f"#t-{point.uuid} [data-quick=decision]").last.click()
    desk.press("#quick-decision [data-with-households]")
    page.fill("main [name=title]", "BLT Daerah untuk desil 1 dan 2")
    page.fill("main [name=text]", SAID)
    choose(page, "agencies", "Dinas Sosial")
    choose(page, "programs", str(program_year))
    page.fill("main [name=query]", address)
    desk.check()
    save(desk)
    decision = Decision.objects.get(meeting=meeting)
    assert decision.item == point
    assert set(decision.household_set.rows.values_list("household", flat=True)) == set(
        in_need().values_list("pk", flat=True)
    )
    desk.check()
    return decision


def received(decision: Decision, program_year: ProgramYear) -> int:
    """Families of the list that got something of the programme this year, by hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT a.counts_for_id) FROM programs_delivery d"
            " JOIN programs_assistance a ON a.id = d.assistance_id JOIN programs_programyear y ON"
            " y.id = a.program_year_id JOIN households_householdsetrow r ON r.household_id = a.counts_for_id"
            " WHERE NOT d.void AND y.program_id = %s AND r.set_id = %s AND d.date >= make_date(%s, 1, 1)",
            [program_year.program_id, decision.household_set_id, program_year.year],
        )
        return cursor.fetchone()[0]


def test_a_meeting_from_its_template_to_the_approved_minutes(city, desk, somebody):
    page = desk.page
    social, health = (Agency.objects.get(short_name=name) for name in ("Dinas Sosial", "Dinas Kesehatan"))
    village = Region.objects.get(code=VILLAGE)
    program_year = ProgramYear.objects.get(program__short_name="BLT Daerah", year=timezone.localdate().year)
    desk.sign_in("bappeda")
    meeting = plan(desk)
    give_a_point_away(desk, meeting)
    invite(desk, meeting, [social, health])

    # answered by the personal links, without an account
    guest = somebody()
    links = {who: link_of(page, who) for who in (health.short_name, village.name)}
    mail = OutgoingMail.objects.get(to=GUEST["email"])
    assert "BEGIN:VCALENDAR" in mail.calendar
    answer(guest, re.search(r"http\S+/meetings/answer/\S+", mail.body)[0], "come")
    answer(guest, links[village.name], "substitute", substitute="Sekretaris Lurah (contoh)")
    answer(guest, links[health.short_name], "decline")
    expect(guest.page.locator(".errors")).to_be_visible()  # not without a reason
    answer(guest, links[health.short_name], "decline", reason="Akreditasi puskesmas")
    assert sorted(meeting.invitations.values_list("answer", flat=True)) == ["come", "decline", "none", "substitute"]
    desk.open(reverse("meetings:invitation_list", args=[meeting.uuid]))
    expect(page.locator("main")).to_contain_text("Akreditasi puskesmas")

    # signed in on a phone by the screen of the room
    desk.open(reverse("meetings:room", args=[meeting.uuid]))
    address = page.locator("#room p.small", has_text="/meetings/room/").inner_text().strip()
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=8, border=2, svgclass="qr", lineclass=None)
    assert re.search(r' d="([^"]+)"', drawn)[1] == page.locator("svg.qr path").get_attribute("d")
    desk.check()
    phone = somebody(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for name, choice, organisation in (
        ("Amrizal Piliang", str(social), ""),
        ("Sekretaris Lurah (contoh)", str(village), ""),
        ("Tamu (contoh)", "", "Perguruan tinggi"),
    ):
        phone.page.goto(address)
        phone.page.fill("[name=name]", name)
        if choice:
            phone.page.locator("[name=invitation]").select_option(label=choice)
        else:
            phone.page.fill("[name=organisation]", organisation)
        phone.check()
        phone.page.locator("form button[type=submit]").last.tap()
        expect(phone.page.locator("h1")).to_contain_text("tercatat hadir")
    there = {row.name: row for row in meeting.attendance.all()}
    assert {row.how for row in there.values()} == {"qr"}
    assert there["Amrizal Piliang"].agency == social
    assert there["Tamu (contoh)"].invitation is None
    assert [name for name, row in there.items() if row.substitute] == ["Sekretaris Lurah (contoh)"]
    assert not any(row.late for row in there.values())
    desk.open(reverse("meetings:attendance_list", args=[meeting.uuid]))
    expect(page.locator("main")).to_contain_text("Amrizal Piliang")
    expect(page.locator("main .head")).to_contain_text("2 hadir dari 4 undangan")
    desk.check()

    # minutes while it runs: text, a decision on a filter, an action item measured by the log
    point = meeting.agenda.get(title="Kesenjangan sasaran")
    desk.open(reverse("meetings:meeting_detail", args=[meeting.uuid]))
    page.locator(f"#m-{point.uuid}").focus()
    page.keyboard.type("Masih ada keluarga desil 1 tanpa bantuan.")
    expect(page.locator(f"#s-{point.uuid}")).to_contain_text("tersimpan")
    point.refresh_from_db()
    assert point.text == "Masih ada keluarga desil 1 tanpa bantuan."
    decision = decide_on_a_filter(desk, meeting, point, program_year)
    families = decision.household_set.rows.count()
    due = timezone.localdate() + dt.timedelta(days=60)
    desk.press("main a[href$='/actions/new/']")
    expect(page.locator("[name=measure][value=received]")).to_be_checked()
    page.fill("main [name=title]", "Salurkan BLT Daerah kepada daftar keputusan")
    choose(page, "agency", "Dinas Sosial")
    page.fill("main [name=due]", due.isoformat())
    page.fill("main [name=goal_percent]", "90")
    desk.check()
    save(desk)
    item = ActionItem.objects.get(decision=decision)
    assert (item.measure, item.household_set, item.program_year) == ("received", decision.household_set, program_year)
    done, goal = received(decision, program_year), -(-90 * families // 100)
    row = page.locator("main tr").filter(has_text=item.title)
    expect(row).to_contain_text(f"{done} dari {goal}")
    desk.check()

    # held and final: nothing can be written any more
    desk.open(reverse("meetings:meeting_detail", args=[meeting.uuid]))
    page.locator(".head .dropdown > .btn").first.click()
    desk.press("form[action$='/hold/'] button")
    desk.press("form[action$='/minutes/final/'] button")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.final_by.username) == ("final", "bappeda")
    expect(page.locator("main textarea")).to_have_count(0)
    expect(page.locator("main")).to_contain_text(point.text)
    assert guest.page.context.request.get(address).status == 404, "the code of the room does not work afterwards"

    # papers, with numbers of the register
    for kind in ("undangan", "notula", "berita-acara"):
        desk.open(reverse("meetings:paper_list", args=[meeting.uuid]))
        desk.press(f"main a[href$='/papers/{kind}/number/']")
        desk.check()
        save(desk)
    numbers = {letter.kind: letter.number for letter in meeting.letters.all()}
    assert len(set(numbers.values())) == 3
    desk.check()
    texts = {
        kind: " ".join(
            desk.pdf_text(reverse("meetings:paper_file", args=[meeting.uuid, kind, "pdf"]), order="-raw").split()
        )
        for kind in ("undangan", "daftar-hadir", "notula", "berita-acara", "lembar-tugas", "matriks")
    }
    facts = {
        "undangan": [
            numbers["invitation"],
            tanggal(timezone.localtime(meeting.starts).date()),
            f"{timezone.localtime(meeting.starts):%H.%M}",
            meeting.place,
            f"Kepala {social.name}",
            f"Lurah {village.name}",
            GUEST["organisation"],
            *Series.objects.get(name="Rakor TKPKD").agenda,
        ],
        "daftar-hadir": ["Amrizal Piliang", "Sekretaris Lurah (contoh)", "Tamu (contoh)"],
        "notula": [
            numbers["minutes"],
            point.text,
            decision.number,
            SAID,
            f"{families} keluarga",
            item.title,
            "Wakil Wali Kota",
        ],
        "berita-acara": [numbers["record"], decision.number, f"{families} keluarga"],
        "lembar-tugas": [item.title, social.name],
        "matriks": [item.title, tanggal(due, short=True)],
    }
    for kind, wanted in facts.items():
        missing = [fact for fact in wanted if fact not in texts[kind]]
        assert missing == [], (kind, texts[kind][:3000])
    for household in in_need().order_by("pk")[:5]:
        assert household.head_name in texts["berita-acara"]
        assert household.kk is None or household.kk not in texts["berita-acara"], "numbers are masked"
    answer_ = page.context.request.get(desk.url + reverse("meetings:paper_zip", args=[meeting.uuid]))
    names = zipfile.ZipFile(io.BytesIO(answer_.body())).namelist()
    assert {"undangan.pdf", "notula.docx", "matriks.xlsx"} <= set(names)

    # the chair approves
    desk.sign_in("pimpinan")
    desk.open(reverse("meetings:meeting_detail", args=[meeting.uuid]))
    desk.check()
    desk.press("form[action$='/minutes/approve/'] button")
    meeting.refresh_from_db()
    assert meeting.approved_by.username == "pimpinan"
    expect(page.locator("form[action$='/minutes/approve/']")).to_have_count(0)
    expect(page.locator("section:has(#h-ok)")).to_contain_text("Suardi Bahri")
    desk.check()
