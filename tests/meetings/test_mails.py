"""Mails about a meeting: invitation, change, cancellation, reminder; once for each invitation and time."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from icalendar import Calendar

from core.mail import send_waiting
from core.models import CitySettings, OutgoingMail
from households.models import Household
from meetings import chat, daily, links
from meetings.actions import decisions, mails, people, planning
from meetings.models import Invitation
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def meeting(world):
    made = make.MeetingFactory(title="Rakor PBI", starts=timezone.now() + dt.timedelta(days=10))
    make.AgendaItemFactory(meeting=made, title="Kesenjangan Laing")
    make.InvitationFactory(meeting=made, agency=None, name="Rahmat", organisation="Baznas", email="rahmat@x.test")
    return made


def event_of(row):
    return Calendar.from_ical(row.calendar).walk("VEVENT")[0]


def invitation_in(text):
    """The invitation whose personal link stands in a text."""
    return links.read_invitation(re.search(r"/meetings/answer/([^/\s]+)/", text)[1])


def sent(**lookups):
    return list(OutgoingMail.objects.filter(**lookups).order_by("pk"))


def test_sending_writes_one_mail_with_link_and_calendar_file(staff, meeting):
    people.send(meeting=meeting, by=staff)
    people.send(meeting=meeting, by=staff)  # once more: nobody is new
    (row,) = sent()
    invitation = meeting.invitations.get()
    assert (row.to, row.subject) == ("rahmat@x.test", "Undangan: Rakor PBI")
    assert invitation_in(row.body) == invitation
    assert "Kesenjangan Laing" in row.body
    assert event_of(row)["sequence"] == 0
    assert invitation_in(str(event_of(row)["url"])) == invitation


def test_an_agency_is_written_to_where_its_people_have_mail(world, staff, meeting):
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    make.InvitationFactory(meeting=meeting, agency=world.other_agency)  # nobody has a role there
    make.InvitationFactory(meeting=meeting, agency=None, region=world.own.region)
    people.send(meeting=meeting, by=staff)
    emails = [world.user(role).email for role in ("opd_operator", "opd_approver", "kelurahan_operator")]
    assert sorted(row.to for row in sent()) == sorted([*emails, "rahmat@x.test"])


def test_a_person_is_written_to_and_not_the_whole_agency(world, staff, meeting):
    user = world.user("group_coordinator")
    people.invite(meeting=meeting, by=staff, users=[user])
    people.send(meeting=meeting, by=staff)
    assert {row.to for row in sent()} == {user.email, "rahmat@x.test"}


def test_copies_get_no_link_and_no_calendar_file(client, staff, meeting):
    Invitation.objects.update(copy_only=True)
    people.send(meeting=meeting, by=staff)
    (row,) = sent()
    assert "/meetings/answer/" not in row.body
    assert row.calendar == ""
    token = links.invitation_token(meeting.invitations.get())
    assert client.post(f"/meetings/answer/{token}/", {"answer": "come"}).status_code == 422
    assert meeting.invitations.get().answer == "none"


def test_a_changed_time_sends_the_new_file_and_asks_again(staff, meeting):
    people.send(meeting=meeting, by=staff)
    people.answer(invitation=meeting.invitations.get(), answer="come", by=staff)
    moved = planning.edit_meeting(meeting=meeting, by=staff, starts=meeting.starts + dt.timedelta(days=1))
    first, second = sent()
    assert second.subject == "Perubahan: Rakor PBI"
    assert [event_of(row)["sequence"] for row in (first, second)] == [0, 1]
    assert event_of(first)["uid"] == event_of(second)["uid"]
    assert event_of(second).decoded("dtstart") == timezone.localtime(moved.starts).replace(microsecond=0)
    assert meeting.invitations.get().answer == "none"


def test_a_changed_place_keeps_the_answers(staff, meeting):
    people.send(meeting=meeting, by=staff)
    people.answer(invitation=meeting.invitations.get(), answer="come", by=staff)
    planning.edit_meeting(meeting=meeting, by=staff, place="Balai Kota")
    planning.edit_meeting(meeting=meeting, by=staff, chair="Wakil Wali Kota")  # nothing that a calendar shows
    assert [event_of(row)["sequence"] for row in sent()] == [0, 1]
    assert "Balai Kota" in sent()[1].body
    assert meeting.invitations.get().answer == "come"


def test_a_cancelled_meeting_takes_its_entry_away(staff, meeting):
    people.send(meeting=meeting, by=staff)
    planning.cancel(meeting=meeting, by=staff, reason="Banjir")
    row = sent()[1]
    assert row.subject == "Dibatalkan: Rakor PBI"
    assert "Banjir" in row.body
    assert "METHOD:CANCEL" in row.calendar
    assert (event_of(row)["sequence"], str(event_of(row)["status"])) == (1, "CANCELLED")


def test_postponed_then_planned_anew_comes_back_with_a_higher_number(staff, meeting):
    people.send(meeting=meeting, by=staff)
    later = meeting.starts + dt.timedelta(days=20)
    planning.postpone(meeting=meeting, by=staff, reason="Bentrok", starts=later)
    meeting.refresh_from_db()
    assert meeting.state == "planned"
    people.send(meeting=meeting, by=staff)
    rows = sent()
    assert [row.subject.partition(":")[0] for row in rows] == ["Undangan", "Ditunda", "Undangan"]
    numbers = [event_of(row)["sequence"] for row in rows]
    assert numbers == sorted(set(numbers))
    assert str(event_of(rows[2])["status"]) == "CONFIRMED"


def test_nobody_hears_of_a_meeting_before_invitations_were_sent(staff, meeting):
    planning.edit_meeting(meeting=meeting, by=staff, place="Balai Kota")
    planning.cancel(meeting=meeting, by=staff, reason="Banjir")
    assert sent() == []


def test_a_renewed_link_goes_out_and_the_old_one_is_dead(client, staff, meeting):
    people.send(meeting=meeting, by=staff)
    people.renew_link(invitation=meeting.invitations.get(), by=staff)
    old, new = (re.search(r"/meetings/answer/[^/\s]+/", row.body)[0] for row in sent())
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    assert client.post(old, {"answer": "come"}).status_code == 404
    assert meeting.invitations.get().answer == "none"


def test_the_file_leaves_attached_with_its_method(staff, meeting, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    people.send(meeting=meeting, by=staff)
    planning.cancel(meeting=meeting, by=staff, reason="Banjir")
    send_waiting()
    types = [message.attachments[0][2] for message in mail.outbox]
    assert types == ["text/calendar; method=PUBLISH", "text/calendar; method=CANCEL"]


# --- reminders -------------------------------------------------------------------------------------------------------


def test_the_button_reminds_once_a_day_and_only_who_is_silent(client, world, staff, meeting):
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    people.send(meeting=meeting, by=staff)
    people.answer(invitation=meeting.invitations.get(agency=world.agency), answer="come", by=staff)
    client.force_login(staff)
    before = OutgoingMail.objects.count()
    client.post(f"/meetings/{meeting.uuid}/invitations/remind/")
    client.post(f"/meetings/{meeting.uuid}/invitations/remind/")
    (row,) = sent()[before:]
    assert (row.to, row.subject) == ("rahmat@x.test", "Pengingat: Rakor PBI")
    assert meeting.invitations.get(name="Rahmat").reminded_at
    assert meeting.invitations.get(agency=world.agency).reminded_at is None
    with pytest.raises(PermissionDenied):
        mails.remind(meeting=meeting, by=world.user("opd_operator"))


def test_reminders_come_by_themselves_some_days_before_and_once(staff, meeting):
    people.send(meeting=meeting, by=staff)
    assert daily.remind_invited() == ""  # ten days are left
    soon = timezone.now() + dt.timedelta(days=2)
    type(meeting).objects.filter(pk=meeting.pk).update(starts=soon)
    assert daily.remind_invited() == "1 reminders"
    assert daily.remind_invited() == ""
    planning.edit_meeting(meeting=meeting, by=staff, starts=soon + dt.timedelta(hours=3))
    assert daily.remind_invited() == "1 reminders"  # another time is another meeting to answer


def test_no_reminder_when_it_is_switched_off_or_the_meeting_has_begun(staff, meeting):
    people.send(meeting=meeting, by=staff)
    type(meeting).objects.filter(pk=meeting.pk).update(starts=timezone.now() + dt.timedelta(days=1))
    CitySettings.objects.update(reminder_days=0)
    assert mails.remind_all() == 0
    CitySettings.objects.update(reminder_days=3)
    type(meeting).objects.filter(pk=meeting.pk).update(starts=timezone.now() - dt.timedelta(minutes=1))
    assert mails.remind_all() == 0
    assert mails.remind(meeting=meeting, by=staff) == 0


def test_a_failed_send_leaves_no_mail(staff, meeting, monkeypatch):
    def broken(meeting):
        mails_written(meeting)
        raise RuntimeError("worker gone")

    mails_written = mails.write_invitations
    monkeypatch.setattr(mails, "write_invitations", broken)
    with pytest.raises(RuntimeError):
        people.send(meeting=meeting, by=staff)
    assert sent() == []
    assert meeting.invitations.get().sent_at is None


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_says_who_has_not_answered_and_who_has_no_mail(client, world, staff, meeting):
    make.InvitationFactory(meeting=meeting, agency=world.other_agency)
    people.send(meeting=meeting, by=staff)
    people.answer(invitation=meeting.invitations.get(name="Rahmat"), answer="come", by=staff)
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/invitations/"
    page = client.get(url).content.decode()
    assert "tanpa surel" in page
    assert "surel menunggu" in page
    waiting = client.get(f"{url}?show=waiting").content.decode()
    assert "Diskop" in waiting
    assert "Rahmat" not in waiting
    assert client.get(f"{url}?show=nonsense").status_code == 404
    client.force_login(world.user("leadership"))
    read = client.get(url).content.decode()
    assert "/meetings/answer/" not in read
    assert "rahmat@x.test" not in read


def test_texts_for_a_chat_hold_no_names(client, staff, meeting):
    people.send(meeting=meeting, by=staff)
    client.force_login(staff)
    page = client.get(f"/meetings/{meeting.uuid}/invitations/").content.decode()
    texts = [part.partition('"')[0] for part in page.split('data-copy="')[1:]]
    chats = [text for text in texts if text.startswith("Undangan:")]
    assert len(chats) == 2  # of the meeting, and of the invitation with its link
    assert all("Rakor PBI" in text and "Rahmat" not in text and "Baznas" not in text for text in chats)
    assert invitation_in(chats[1]) == meeting.invitations.get()


def test_a_decision_for_a_chat_gives_no_person_and_no_small_number_away(client, world, staff):
    meeting = make.MeetingFactory(held=True)
    decision = decisions.decide(
        meeting=meeting,
        by=staff,
        title="PBI untuk 1372016203850001",
        text="Yusmaini didaftarkan.",
        due=dt.date(2026, 12, 1),
        agencies=[world.agency],
        households=Household.objects.filter(pk=world.own.household.pk),
    )
    text = chat.decision_text(decision)
    assert text.startswith(f"Keputusan {decision.number}: PBI untuk 137201…. Penanggung jawab: Dinsos. ")
    assert "1 Desember 2026" in text
    assert "keluarga" not in text  # one family: its number would give it away
    assert "Yusmaini" not in text
    assert f"/meetings/decisions/{decision.uuid}/" in text
    client.force_login(staff)
    page = client.get(f"/meetings/decisions/{decision.uuid}/").content.decode()
    assert f'data-copy="{text}"' in page
    for _n in range(5):
        decision.household_set.rows.create(household=make.HouseholdFactory(), region_then=world.own.region.pk)
    assert "6 keluarga" in chat.decision_text(decision)
