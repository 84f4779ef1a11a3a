"""From a series to a meeting with guests: planned from its template, invited by the decree, answered and signed in on a
phone without an account."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.models import OutgoingMail
from meetings import links
from meetings.models import Attendance, Invitation, Meeting


@pytest.fixture
def planned(city, desk) -> Meeting:
    """Planned by the secretariat from the series of coordination meetings, for the day after tomorrow."""
    page = desk.page
    desk.sign_in("bappeda")
    desk.open(reverse("meetings:series_list"))
    desk.check()
    page.locator("tr", has_text="Rakor TKPKD").get_by_role("link", name="Rencanakan dari rangkaian ini").click()
    page.fill("[name=title]", "Rakor perjalanan")
    when = timezone.localtime() + dt.timedelta(days=2)
    page.fill("[name=starts]", f"{when:%Y-%m-%dT}09:00")
    page.locator(".savebar .btn-primary").click()
    expect(page.locator("h1")).to_contain_text("Rakor perjalanan")
    expect(page.locator("main")).to_contain_text("Kesenjangan sasaran")  # of the template
    return Meeting.objects.get(title="Rakor perjalanan")


def test_the_team_is_invited_and_a_guest_answers_on_the_phone(planned, desk, browser, live_server):
    page = desk.page
    desk.open(reverse("meetings:invitation_add", args=[planned.uuid]))
    page.get_by_label(re.compile("Pimpinan tim")).check()
    page.fill("[name=name]", "Tamu Perjalanan")
    page.fill("[name=organisation]", "Baznas")
    page.fill("[name=email]", "tamu@demo.invalid")
    page.locator(".savebar .btn-primary").click()
    expect(page.locator("main")).to_contain_text("Tamu Perjalanan")
    page.get_by_role("button", name="Kirim undangan").click()
    expect(page.locator("main tbody tr", has_text="Tamu Perjalanan")).to_contain_text("surel menunggu")
    desk.check()
    mail = OutgoingMail.objects.get(to="tamu@demo.invalid")
    assert "METHOD:PUBLISH" in mail.calendar

    # the guest, on a phone of his own, without an account
    phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="id-ID")
    guest = phone.new_page()
    guest.goto(live_server.url + re.search(r"/meetings/answer/\S+", mail.body)[0])
    expect(guest.locator("h1")).to_have_text("Rakor perjalanan")
    guest.get_by_label("Mengirim pengganti").check()
    guest.fill("[name=substitute]", "Budi")
    guest.locator("form .btn-primary").click()
    expect(guest.locator("main")).to_contain_text("jawaban Anda dicatat")
    invitation = Invitation.objects.get(meeting=planned, name="Tamu Perjalanan")
    assert (invitation.answer, invitation.substitute) == ("substitute", "Budi")
    desk.open(reverse("meetings:invitation_list", args=[planned.uuid]))
    expect(page.locator("main tbody tr", has_text="Tamu Perjalanan")).to_contain_text("Budi")

    # the room: the code on the screen, scanned by the same phone
    Meeting.objects.filter(pk=planned.pk).update(starts=timezone.now() + dt.timedelta(minutes=5), ends=None)
    desk.open(reverse("meetings:room", args=[planned.uuid]))
    expect(page.locator("svg.qr")).to_be_visible()
    planned.refresh_from_db()
    code = links.room_code(planned)
    guest.goto(live_server.url + reverse("meetings:room_sign", args=[planned.uuid, code]))
    guest.fill("[name=name]", "Budi")
    guest.fill("[name=organisation]", "Baznas")
    guest.locator("form .btn-primary").click()
    expect(guest.locator("h1")).to_contain_text("Anda sudah tercatat")
    assert Attendance.objects.filter(meeting=planned, name="Budi", how="qr").exists()
    phone.close()


def test_a_text_for_a_chat_is_copied_also_without_a_clipboard(city, desk):
    page = desk.page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")  # as on plain http
    desk.sign_in("bappeda")
    meeting = Meeting.objects.get(state="invited")
    desk.open(reverse("meetings:invitation_list", args=[meeting.uuid]))
    page.get_by_role("button", name="Teks untuk percakapan").click()
    expect(page.locator("[data-toast]")).to_contain_text("Tersalin")
    page.keyboard.press("/")
    page.keyboard.press("Control+v")
    assert page.locator("#search").input_value().startswith(f"Undangan: {meeting.title}")
