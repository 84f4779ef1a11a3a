"""Invitations, personal links, the QR page, calendar files: forged, replayed, expired."""

import datetime as dt
import re

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from icalendar import Calendar

from meetings import calendar, links
from meetings.actions import people, planning
from meetings.models import Attendance, Invitation
from meetings.people import attendance_of
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def meeting():
    return make.MeetingFactory(invited=True, starts=timezone.now() + dt.timedelta(days=3))


@pytest.fixture
def invitation(world, meeting):
    return make.InvitationFactory(meeting=meeting, agency=world.agency, sent_at=timezone.now())


def answer_url(invitation):
    return f"/meetings/answer/{links.invitation_token(invitation)}/"


def test_answering_without_an_account(client, invitation):
    url = answer_url(invitation)
    page = client.get(url)
    assert page.status_code == 200
    assert invitation.meeting.title in page.content.decode()
    assert client.post(url, {"answer": "substitute"}).status_code == 422
    assert client.post(url, {"answer": "substitute", "substitute": "Budi"}).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.substitute) == ("substitute", "Budi")
    client.post(url, {"answer": "come"})  # the link stays good until the meeting begins
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.substitute) == ("come", "")


def test_the_page_shows_nothing_of_other_invitations(client, world, invitation):
    other = make.InvitationFactory(meeting=invitation.meeting, agency=None, name="Rahmat Tamu", organisation="PT Tamu")
    page = client.get(answer_url(invitation)).content.decode()
    assert other.name not in page
    assert other.organisation not in page


@pytest.mark.parametrize("mangle", [lambda t: t[:-2] + "xx", lambda t: "a" + t, lambda t: t.replace(":", "", 1)])
def test_forged_links_are_refused(client, invitation, mangle):
    token = links.invitation_token(invitation)
    assert client.get(f"/meetings/answer/{mangle(token)}/").status_code == 404


def test_a_link_signed_for_something_else_is_refused(client, world, invitation):
    for token in (
        signing.dumps([invitation.uuid.hex, 1], salt="other"),
        links.feed_token(world.user("bappeda_staff")),
        links.desk_token(invitation.meeting),
    ):
        assert client.get(f"/meetings/answer/{token}/").status_code == 404


def test_old_links_die_with_a_new_one_and_with_time(client, staff, invitation, monkeypatch):
    old = answer_url(invitation)
    people.renew_link(invitation=invitation, by=staff)
    assert client.get(old).status_code == 404
    invitation.refresh_from_db()
    url = answer_url(invitation)
    assert client.get(url).status_code == 200
    monkeypatch.setattr(links, "LINK_LIFE", dt.timedelta(seconds=-1))
    assert client.get(url).status_code == 404


def test_a_link_used_again_after_renewal_changes_nothing(client, staff, invitation):
    old = answer_url(invitation)
    assert client.post(old, {"answer": "come"}).status_code == 302
    people.renew_link(invitation=invitation, by=staff)
    assert client.post(old, {"answer": "decline", "reason": "x"}).status_code == 404
    invitation.refresh_from_db()
    assert invitation.answer == "come"
    with pytest.raises(ValidationError):  # two requests at once: the page was open before the link was renewed
        people.answer(invitation=invitation, answer="decline", reason="x", key_version=1)


def test_an_expired_link_takes_no_answer(client, invitation, monkeypatch):
    url = answer_url(invitation)
    monkeypatch.setattr(links, "LINK_LIFE", dt.timedelta(seconds=-1))
    assert client.post(url, {"answer": "come"}).status_code == 404
    assert client.get(f"{url}calendar.ics").status_code == 404
    invitation.refresh_from_db()
    assert invitation.answer == "none"


def test_a_link_of_one_invitation_never_answers_another(client, world, invitation):
    other = make.InvitationFactory(meeting=invitation.meeting, agency=world.other_agency, sent_at=timezone.now())
    client.post(answer_url(invitation), {"answer": "come", "invitation": str(other.uuid), "uuid": str(other.uuid)})
    other.refresh_from_db()
    assert other.answer == "none"


@pytest.mark.parametrize("state", ["held", "final"])
def test_after_the_meeting_the_page_takes_no_answer(client, invitation, state):
    past = timezone.now() - dt.timedelta(days=1)
    values = {"state": state, "starts": past, "final_at": past if state == "final" else None}
    type(invitation.meeting).objects.filter(pk=invitation.meeting_id).update(**values)
    page = client.get(answer_url(invitation))
    assert page.status_code == 200
    assert 'name="answer"' not in page.content.decode()
    assert client.post(answer_url(invitation), {"answer": "come"}).status_code == 422


def test_an_invitation_that_was_not_sent_has_no_page(client, meeting):
    assert client.get(answer_url(make.InvitationFactory(meeting=meeting))).status_code == 404


def test_no_answers_after_the_beginning_or_when_cancelled(client, staff, invitation):
    meeting = invitation.meeting
    type(meeting).objects.filter(pk=meeting.pk).update(starts=timezone.now() - dt.timedelta(minutes=1))
    assert client.post(answer_url(invitation), {"answer": "come"}).status_code == 422
    invitation.refresh_from_db()
    assert invitation.answer == "none"
    planning.cancel(meeting=meeting, by=staff, reason="Banjir")
    assert client.post(answer_url(invitation), {"answer": "come"}).status_code == 422


# --- the room --------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(world):
    meeting = make.MeetingFactory(invited=True, starts=timezone.now() + dt.timedelta(minutes=5))
    make.InvitationFactory(meeting=meeting, agency=world.agency, sent_at=timezone.now())
    return meeting


def scan(client, meeting, code=None):
    return client.get(f"/meetings/room/{meeting.uuid}/{code or links.room_code(meeting)}/")


def desk_of(page):
    return re.search(r'name="desk" value="([^"]+)"', page.content.decode())[1]


def test_signing_in_by_the_code_of_the_room(client, room):
    page = scan(client, room)
    assert page.status_code == 200
    invitation = room.invitations.get()
    data = {"desk": desk_of(page), "name": "Yusrizal", "organisation": "", "invitation": str(invitation.uuid)}
    done = client.post(f"/meetings/room/{room.uuid}/", data)
    assert done.status_code == 200
    row = Attendance.objects.get()
    assert (row.name, row.how, row.agency, row.invitation) == ("Yusrizal", "qr", invitation.agency, invitation)
    client.post(f"/meetings/room/{room.uuid}/", data)  # sent twice: once on the list
    assert Attendance.objects.count() == 1


def test_a_guest_signs_in_with_name_and_organisation(client, room):
    data = {"desk": desk_of(scan(client, room)), "name": "Tamu", "organisation": "Baznas"}
    assert client.post(f"/meetings/room/{room.uuid}/", data | {"name": ""}).status_code == 422
    assert client.post(f"/meetings/room/{room.uuid}/", data).status_code == 200
    assert attendance_of(room).guests == 1


def test_codes_rotate_and_cannot_be_used_later(client, room):
    now = timezone.now()
    old = links.room_code(room, now - dt.timedelta(seconds=3 * links.CODE_SECONDS))
    assert scan(client, room, old).status_code == 404
    assert scan(client, room, "aaaaaaaa").status_code == 404
    assert scan(client, room, links.room_code(make.MeetingFactory(invited=True))).status_code == 404
    before = links.room_code(room, now - dt.timedelta(seconds=links.CODE_SECONDS))
    assert scan(client, room, before).status_code == 200


def test_nobody_signs_in_from_afar_after_the_meeting(client, room):
    page = scan(client, room)
    type(room).objects.filter(pk=room.pk).update(starts=timezone.now() - dt.timedelta(hours=9))
    room.refresh_from_db()
    assert scan(client, room).status_code == 404
    data = {"desk": desk_of(page), "name": "Jauh", "organisation": "X"}
    assert client.post(f"/meetings/room/{room.uuid}/", data).status_code == 403
    assert not Attendance.objects.exists()


def test_a_desk_paper_replayed_after_the_meeting_signs_nobody_in(client, room):
    data = {"desk": desk_of(scan(client, room)), "name": "Yusrizal", "organisation": "Baznas"}
    assert client.post(f"/meetings/room/{room.uuid}/", data).status_code == 200
    type(room).objects.filter(pk=room.pk).update(state="final", final_at=timezone.now())
    assert client.post(f"/meetings/room/{room.uuid}/", data | {"name": "Orang lain"}).status_code == 403
    assert Attendance.objects.count() == 1


def test_a_cancelled_meeting_has_no_room(client, staff, room):
    page = scan(client, room)
    planning.cancel(meeting=room, by=staff, reason="Banjir")
    room.refresh_from_db()
    assert scan(client, room).status_code == 404
    data = {"desk": desk_of(page), "name": "Yusrizal", "organisation": "Baznas"}
    assert client.post(f"/meetings/room/{room.uuid}/", data).status_code == 403


def test_the_desk_closes_after_minutes_and_belongs_to_one_meeting(client, room, monkeypatch):
    token = desk_of(scan(client, room))
    data = {"desk": token, "name": "Jauh", "organisation": "X"}
    other = make.MeetingFactory(invited=True, starts=timezone.now())
    assert client.post(f"/meetings/room/{other.uuid}/", data).status_code == 403
    assert client.post(f"/meetings/room/{room.uuid}/", data | {"desk": token + "x"}).status_code == 403
    monkeypatch.setattr(links, "DESK_MINUTES", -1)
    assert client.post(f"/meetings/room/{room.uuid}/", data).status_code == 403


def test_only_the_secretariat_shows_the_code(client, world, room):
    client.force_login(world.user("bappeda_staff"))
    page = client.get(f"/meetings/{room.uuid}/room/").content.decode()
    assert "<svg" in page
    assert links.room_code(room) in page
    client.force_login(world.user("opd_operator"))
    assert client.get(f"/meetings/{room.uuid}/room/").status_code == 403


# --- ticks -----------------------------------------------------------------------------------------------------------


def test_ticks_and_quorum(staff, world, room):
    invitation = room.invitations.get()
    make.InvitationFactory(meeting=room, agency=world.other_agency)
    people.tick(invitation=invitation, present=True, substitute=True, by=staff)
    found = attendance_of(room)
    assert (found.invited, found.present, found.own, found.substitutes) == (2, 1, 0, ["Dinsos"])
    assert found.silent == ["Diskop"]
    people.tick(invitation=invitation, present=False, by=staff)
    assert attendance_of(room).present == 0
    assert Attendance.objects.get().withdrawn  # taken back, not erased


def test_inviting_twice_makes_one_invitation(staff, world, meeting):
    assert people.invite(meeting=meeting, by=staff, agencies=[world.agency], regions=[world.own.region]) == 2
    assert people.invite(meeting=meeting, by=staff, agencies=[world.agency]) == 0
    assert people.invite(meeting=meeting, by=staff, people=[{"name": "Tamu", "organisation": "PT"}]) == 1
    sent = Invitation.objects.filter(meeting=meeting).first()
    type(sent).objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    with pytest.raises(ValidationError):
        people.drop_invitation(invitation=sent, by=staff)


# --- calendar --------------------------------------------------------------------------------------------------------


def lines_of(content):
    """A second reading, by hand: unfolded lines as (name, value)."""
    text = content.decode().replace("\r\n ", "")
    return [line.partition(":")[::2] for line in text.split("\r\n") if line]


def test_calendar_file_by_two_readers(meeting):
    content = calendar.meeting_file(meeting, "https://x.test/a")
    event = Calendar.from_ical(content).walk("VEVENT")[0]
    assert str(event["uid"]) == calendar.uid(meeting)
    assert event["sequence"] == 0
    assert event.decoded("dtstart") == timezone.localtime(meeting.starts).replace(microsecond=0)
    found = lines_of(content)
    start = next(value for name, value in found if name == "DTSTART;TZID=Asia/Jakarta")
    assert start == f"{timezone.localtime(meeting.starts):%Y%m%dT%H%M%S}"
    assert ("METHOD", "PUBLISH") in found
    assert ("BEGIN", "VTIMEZONE") in found
    assert ("STATUS", "CONFIRMED") in found


def test_a_change_counts_up_and_a_cancellation_takes_the_entry_away(staff, meeting):
    moved = planning.edit_meeting(meeting=meeting, by=staff, starts=meeting.starts + dt.timedelta(days=1))
    event = Calendar.from_ical(calendar.meeting_file(moved)).walk("VEVENT")[0]
    assert (event["sequence"], str(event["uid"])) == (1, calendar.uid(meeting))
    gone = planning.cancel(meeting=moved, by=staff, reason="Banjir")
    found = lines_of(calendar.meeting_file(gone))
    assert ("METHOD", "CANCEL") in found
    assert ("STATUS", "CANCELLED") in found
    assert ("SEQUENCE", "2") in found


def test_what_was_typed_cannot_break_a_calendar_line(meeting):
    meeting.title = "Rapat; x, y\nEND:VEVENT\nBEGIN:VEVENT"
    calendars = Calendar.from_ical(calendar.meeting_file(meeting))
    assert len(calendars.walk("VEVENT")) == 1
    assert str(calendars.walk("VEVENT")[0]["summary"]) == meeting.title


def test_feed_is_personal_and_shows_only_own_meetings(client, world, meeting, invitation):
    make.MeetingFactory(invited=True, title="Rapat lain")
    operator = world.user("opd_operator")
    token = links.feed_token(operator)
    content = client.get(f"/meetings/feed/{token}/calendar.ics").content
    assert [str(e["summary"]) for e in Calendar.from_ical(content).walk("VEVENT")] == [meeting.title]
    operator.preferences = {"feed": 2}
    operator.save()
    assert client.get(f"/meetings/feed/{token}/calendar.ics").status_code == 404
