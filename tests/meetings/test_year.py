"""Series pages, the year as month grids, the attendance of agencies, the personal feed's address."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.utils import timezone

from core.models import AccessRecord, CitySettings
from meetings import links, presence
from meetings.actions import people
from meetings.models import Attendance, Series
from meetings.people import attendance_of
from tests import factories as make

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


def at(month, day, hour=9):
    return timezone.make_aware(dt.datetime(YEAR, month, day, hour))


# --- series ----------------------------------------------------------------------------------------------------------


def test_a_series_gives_new_meetings_its_agenda(client, staff, world):
    client.force_login(staff)
    values = {"name": "Rakor TKPKD", "kind": "rakor", "place": "Aula", "basis": "Permendagri 53", "purpose": "Sinergi"}
    values |= {"agency": str(world.agency.uuid), "agenda": "Kesenjangan\n\n  Realisasi  program \n"}
    assert client.post("/meetings/series/new/", {"name": ""}).status_code == 422
    assert client.post("/meetings/series/new/", values).status_code == 302
    series = Series.objects.get()
    assert series.agenda == ["Kesenjangan", "Realisasi program"]
    form = client.get(f"/meetings/new/?series={series.uuid}").context["form"]
    assert [form.initial[name] for name in ("kind", "place", "purpose", "basis", "agency")] == [
        "rakor",
        "Aula",
        "Sinergi",
        "Permendagri 53",
        world.agency.uuid,
    ]
    data = {"series": str(series.uuid), "kind": "rakor", "title": "Rakor I", "month": "3"}
    client.post("/meetings/new/", data)
    made = series.meetings.get()
    assert list(made.agenda.values_list("title", flat=True))[1:] == ["Kesenjangan", "Realisasi program"]
    assert "Rakor TKPKD" in client.get("/meetings/series/").content.decode()


def test_an_ended_series_plans_nothing_and_keeps_its_meetings(client, staff):
    series = make.SeriesFactory(name="Rakor lama")
    make.MeetingFactory(series=series)
    client.force_login(staff)
    page = client.get("/meetings/series/").content.decode()
    assert f"/meetings/new/?series={series.uuid}" in page
    values = {"name": "Rakor lama", "kind": "rakor", "agenda": "x" * 201}
    assert client.post(f"/meetings/series/{series.uuid}/", values).status_code == 422
    client.post(f"/meetings/series/{series.uuid}/", values | {"agenda": "", "ended": f"{YEAR}-01-31"})
    page = client.get("/meetings/series/").content.decode()
    assert f"/meetings/new/?series={series.uuid}" not in page
    assert series.meetings.count() == 1
    choices = client.get("/meetings/new/").context["form"].fields["series"].queryset
    assert series not in choices


# --- calendar --------------------------------------------------------------------------------------------------------


def test_month_grids_link_each_day_with_a_meeting(client, staff):
    one = make.MeetingFactory(title="Rakor I", starts=at(2, 19))
    early = make.MeetingFactory(title="Pagi <b>", starts=at(5, 7, 8))
    late = make.MeetingFactory(title="Siang", starts=at(5, 7, 13))
    month_only = make.MeetingFactory(title="Monev", starts=None, month=12, year=YEAR)
    make.MeetingFactory(title="Tahun lalu", starts=at(2, 19).replace(year=YEAR - 1))
    client.force_login(staff)
    page = client.get("/meetings/calendar/")
    months = page.context["months"]
    assert [month["number"] for month in months] == list(range(1, 13))
    days = {(m["number"], d["n"]): d for m in months for week in m["weeks"] for d in week if d["meetings"]}
    assert sorted(days) == [(2, 19), (5, 7)]
    assert days[2, 19]["url"] == f"/meetings/{one.uuid}/"
    assert days[5, 7]["url"] == f"#d-{YEAR}-05-07"  # two meetings: to their list below the month
    assert [m.title for m in months[4]["meetings"]] == [early.title, late.title]
    assert months[11]["meetings"] == [month_only]
    html = page.content.decode()
    assert html.count(f'id="d-{YEAR}-05-07"') == 1
    assert "Pagi &lt;b&gt;" in html
    assert "Tahun lalu" not in html
    # Every month is whole: as many numbers as days, the first under its weekday.
    for month in months:
        numbers = [d["n"] for week in month["weeks"] for d in week]
        first = dt.date(YEAR, month["number"], 1)
        assert [n for n in numbers if n] == list(range(1, max(numbers) + 1))
        assert numbers.index(1) == first.weekday()


def test_the_calendar_shows_only_meetings_in_sight(client, world):
    own = make.MeetingFactory(invited=True, title="Diundang", starts=at(3, 3))
    make.InvitationFactory(meeting=own, agency=world.agency)
    make.MeetingFactory(invited=True, title="Orang lain", starts=at(3, 4))
    client.force_login(world.user("opd_operator"))
    page = client.get("/meetings/calendar/").content.decode()
    assert "Diundang" in page
    assert "Orang lain" not in page


def test_a_renewed_feed_address_ends_the_old_one(client, world):
    user = world.user("opd_operator")
    client.force_login(user)
    page = client.get("/meetings/calendar/").content.decode()
    old = re.search(r"/meetings/feed/[^\"]+\.ics", page)[0]
    assert client.get(old).status_code == 200
    client.post("/meetings/calendar/renew/")
    assert client.get(old).status_code == 404
    assert client.get(f"/meetings/feed/{links.feed_token(world.user('opd_operator'))}/calendar.ics").status_code == 200


# --- attendance ------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(world, staff):
    """Two meetings: the own agency came late, then by a substitute; the other was excused, then silent."""
    meetings = [
        make.MeetingFactory(held=True, title="=Rakor()", starts=timezone.now() - dt.timedelta(days=n)) for n in (2, 1)
    ]
    for n, meeting in enumerate(meetings):
        own = make.InvitationFactory(meeting=meeting, agency=world.agency)
        other = make.InvitationFactory(meeting=meeting, agency=world.other_agency)
        people.tick(invitation=own, present=True, late=n == 0, substitute=n == 1, name="Budi", by=staff)
        if n == 0:
            type(other).objects.filter(pk=other.pk).update(answer="decline", answer_reason="Dinas luar")
    make.InvitationFactory(meeting=meetings[0], agency=make.AgencyFactory(), copy_only=True)
    return meetings


def test_attendance_of_agencies_over_the_year(world, staff, held):
    found = presence.presence_of(held[0].year, staff)
    assert found.meetings == held
    rows = {row.agency.short_name: row for row in found.agencies}
    assert list(rows) == ["Dinsos", "Diskop"]
    assert list(rows["Dinsos"].cells.values()) == ["late", "substitute"]
    assert list(rows["Diskop"].cells.values()) == ["excused", "absent"]
    assert [(r.came, r.invited) for r in rows.values()] == [(2, 2), (0, 2)]


def test_an_agency_that_came_without_its_own_invitation_ticked_is_present(world, staff, held):
    post = make.InvitationFactory(meeting=held[1], agency=world.other_agency, name="Sekretaris")
    people.tick(invitation=post, present=True, by=staff)
    rows = {row.agency.short_name: row for row in presence.presence_of(held[0].year, staff).agencies}
    assert list(rows["Diskop"].cells.values()) == ["excused", "present"]


def test_the_sheet_holds_the_same_and_no_formula(client, world, staff, held):
    client.force_login(staff)
    year = held[0].year
    page = client.get(f"/meetings/attendance/?year={year}").content.decode()
    assert "100%" in page
    answer = client.get(f"/meetings/attendance/export/?year={year}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    rows = [[c.value for c in row if c.value is not None] for row in sheet.iter_rows()]
    assert [1, "Dinas Sosial", "terlambat", "pengganti", 2, 2, 1] in rows
    assert [2, "Dinas Koperasi", "izin", "tanpa kabar", 2, 0, 0] in rows
    assert any("=Rakor()" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    assert AccessRecord.objects.filter(kind="export", actor=staff).exists()


def test_an_agency_sees_the_meetings_it_was_invited_to(client, world, held):
    other = make.MeetingFactory(held=True, title="Orang lain")
    make.InvitationFactory(meeting=other, agency=world.other_agency)
    client.force_login(world.user("opd_operator"))
    found = client.get(f"/meetings/attendance/?year={held[0].year}").context["meetings"]
    assert other not in found
    assert found == held


# --- quorum ----------------------------------------------------------------------------------------------------------


def test_quorum_counts_agencies_once(world, staff):
    meeting = make.MeetingFactory(held=True)
    own = make.InvitationFactory(meeting=meeting, agency=world.agency)
    second = make.InvitationFactory(meeting=meeting, agency=world.agency, name="Sekretaris")
    make.InvitationFactory(meeting=meeting, agency=world.other_agency)
    make.InvitationFactory(meeting=meeting, agency=make.AgencyFactory())
    make.InvitationFactory(meeting=meeting, agency=make.AgencyFactory(), copy_only=True)
    make.InvitationFactory(meeting=meeting, agency=None, name="Rahmat", organisation="Baznas")
    people.tick(invitation=own, present=True, by=staff)
    people.tick(invitation=second, present=True, by=staff)
    found = attendance_of(meeting)
    assert (found.agencies_present, found.agencies_invited, found.quorum, found.quorate) == (1, 3, 2, False)
    Attendance.objects.create(meeting=meeting, name="Wati", agency=world.other_agency)
    found = attendance_of(meeting)
    assert (found.agencies_present, found.quorate) == (2, True)
    CitySettings.objects.update(quorum_percent=100)
    assert attendance_of(meeting).quorum == 3


def test_the_quorum_is_shown(client, world, staff):
    meeting = make.MeetingFactory(invited=True, starts=timezone.now() + dt.timedelta(minutes=5))
    invitation = make.InvitationFactory(meeting=meeting, agency=world.agency, sent_at=timezone.now())
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/attendance/"
    assert "tidak tercapai" in client.get(url).content.decode()
    client.post(f"/meetings/invitations/{invitation.uuid}/tick/", {"how": "substitute", "name": "  Budi Santoso "})
    page = client.get(url).content.decode()
    assert "tidak tercapai" not in page
    assert "Budi Santoso" in page
    assert Attendance.objects.get().substitute
    assert "Kuorum" in client.get(f"/meetings/{meeting.uuid}/").content.decode()


def test_a_meeting_without_agencies_has_no_quorum():
    assert attendance_of(make.MeetingFactory(held=True)).quorum == 0
