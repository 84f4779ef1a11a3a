"""Calendar files read by the library that writes them and by another one; one entry through its whole life."""

import datetime as dt

import pytest
import vobject
from django.utils import timezone
from icalendar import Calendar

from core.models import OutgoingMail
from meetings import calendar
from meetings.actions import people, planning
from meetings.models import Meeting
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def meeting():
    starts = timezone.localtime().replace(hour=9, minute=30, second=0, microsecond=0) + dt.timedelta(days=9)
    return make.MeetingFactory(
        title="Rakor; PBI, Laing", starts=starts, ends=starts + dt.timedelta(hours=2), place="Aula\\Bappeda"
    )


def first(content: bytes):
    """The event as each reader sees it."""
    return Calendar.from_ical(content).walk("VEVENT")[0], vobject.readOne(content.decode()).vevent


def facts(content: bytes) -> list[tuple]:
    """Uid, number, state, beginning, end, title and place by both readers."""
    mine, theirs = first(content)
    return [
        (
            str(mine["uid"]),
            int(mine["sequence"]),
            str(mine["status"]),
            mine.decoded("dtstart"),
            mine.decoded("dtend"),
            str(mine["summary"]),
            str(mine["location"]),
        ),
        (
            theirs.uid.value,
            int(theirs.sequence.value),
            theirs.status.value,
            theirs.dtstart.value,
            theirs.dtend.value,
            theirs.summary.value,
            theirs.location.value,
        ),
    ]


def test_two_readers_agree_on_every_fact(meeting):
    mine, theirs = facts(calendar.meeting_file(meeting, "https://x.test/a"))
    assert mine == theirs
    assert mine[3:] == (meeting.starts, meeting.ends, meeting.title, meeting.place)
    assert mine[2] == "TENTATIVE"


@pytest.mark.parametrize(
    ("zone", "offset", "letters"),
    [("Asia/Jakarta", 7, "WIB"), ("Asia/Makassar", 8, "WITA"), ("Asia/Jayapura", 9, "WIT")],
)
def test_times_stand_in_the_zone_of_the_city(meeting, settings, zone, offset, letters):
    settings.TIME_ZONE = zone
    with timezone.override(zone):
        content = calendar.meeting_file(meeting)
    _mine, theirs = first(content)
    local = meeting.starts.astimezone(dt.timezone(dt.timedelta(hours=offset)))
    assert f"DTSTART;TZID={zone}:{local:%Y%m%dT%H%M%S}" in content.decode().replace("\r\n ", "")
    assert theirs.dtstart.value.utcoffset() == dt.timedelta(hours=offset)
    assert theirs.dtstart.value == meeting.starts
    rules = vobject.readOne(content.decode()).vtimezone
    assert rules.tzid.value == zone
    assert letters in content.decode()


def test_one_entry_through_change_postponement_and_cancellation(staff, meeting):
    make.InvitationFactory(meeting=meeting, agency=None, name="Rahmat", email="r@x.test")
    people.send(meeting=meeting, by=staff)
    planning.edit_meeting(meeting=meeting, by=staff, starts=meeting.starts + dt.timedelta(minutes=30))
    planning.postpone(meeting=meeting, by=staff, reason="Bentrok", starts=meeting.starts + dt.timedelta(days=30))
    people.send(meeting=meeting, by=staff)
    planning.cancel(meeting=meeting, by=staff, reason="Banjir")
    files = [row.calendar.encode() for row in OutgoingMail.objects.order_by("pk")]
    found = [facts(content) for content in files]
    assert [mine == theirs for mine, theirs in found] == [True] * 5
    assert {mine[0] for mine, _theirs in found} == {calendar.uid(meeting)}
    numbers = [mine[1] for mine, _theirs in found]
    assert numbers == sorted(set(numbers))  # each file wins over the one before
    assert [mine[2] for mine, _theirs in found] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    methods = [vobject.readOne(content.decode()).method.value for content in files]
    assert methods == ["PUBLISH", "PUBLISH", "CANCEL", "PUBLISH", "CANCEL"]
    organizers = {vobject.readOne(content.decode()).vevent.organizer.value for content in files}
    assert organizers == {"mailto:tkpkd@localhost"}


def test_no_line_is_longer_than_the_standard_allows(meeting):
    meeting.title = "Rapat koordinasi penanggulangan kemiskinan é " * 4
    lines = calendar.meeting_file(meeting).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert lines[-1] == b""
    mine, theirs = facts(calendar.meeting_file(meeting))
    assert mine[5] == theirs[5] == meeting.title


def test_a_meeting_without_an_end_lasts_three_hours(meeting):
    meeting.ends = None
    (mine, theirs) = facts(calendar.meeting_file(meeting))
    assert mine[4] == theirs[4] == meeting.starts + dt.timedelta(hours=3)


def test_the_feed_is_read_whole_by_both(staff, world):
    for n in range(3):
        made = make.MeetingFactory(invited=True, title=f"Rapat {n}")
        make.InvitationFactory(meeting=made, agency=world.agency)
    content = calendar.feed(Meeting.objects.order_by("pk"), "TKPKD")
    mine = [str(event["summary"]) for event in Calendar.from_ical(content).walk("VEVENT")]
    theirs = [event.summary.value for event in vobject.readOne(content.decode()).vevent_list]
    assert mine == theirs == ["Rapat 0", "Rapat 1", "Rapat 2"]
