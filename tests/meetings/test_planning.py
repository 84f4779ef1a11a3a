"""Planning, carry-over across held, cancelled and postponed meetings, minutes that two people write."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from meetings import paperwork
from meetings.actions import items, minutes, people, planning
from meetings.models import AgendaItem, Meeting
from tests import factories as make

pytestmark = pytest.mark.django_db


def on(days, hour=9):
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def series():
    return make.SeriesFactory(agenda=["Kesenjangan"], place="Aula")


def plan(staff, series, days, **values):
    values = {"title": f"Rakor {days}", "starts": on(days), "year": 2026, "series": series} | values
    return planning.plan_meeting(by=staff, **values)


def titles(meeting):
    return [(i.order, i.title, i.follow_up) for i in meeting.agenda.order_by("order")]


def test_a_template_gives_kind_place_and_agenda(staff, series):
    meeting = plan(staff, series, 5)
    assert (meeting.kind, meeting.place, meeting.year) == ("rakor", "Aula", on(5).year)
    assert [t[2] for t in titles(meeting)] == [True, False]
    assert titles(meeting)[1][1] == "Kesenjangan"


def held(staff, meeting, **texts):
    Meeting.objects.filter(pk=meeting.pk).update(starts=on(-2))
    planning.hold(meeting=meeting, by=staff)
    for item in meeting.agenda.all():
        if item.title in texts:
            minutes.write_text(item=item, text=texts[item.title], version=item.text_version, by=staff)
    return minutes.finalise(meeting=meeting, by=staff)


def test_unfinished_points_come_on_the_next_agenda_by_themselves(staff, series):
    first = plan(staff, series, 1)
    planning.add_agenda_item(meeting=first, by=staff, title="RTLH")
    second = plan(staff, series, 30)
    held(staff, first, Kesenjangan="Dibahas.")
    assert [t[1:] for t in titles(second)][:2] == [(titles(second)[0][1], True), ("RTLH", False)]
    assert second.agenda.get(title="RTLH").carried_from.meeting == first
    assert second.agenda.filter(title="Kesenjangan").count() == 1  # its own, of the template
    third = plan(staff, series, 60)
    assert not third.agenda.filter(title="RTLH").exists()  # it stands on the second's agenda


def test_carry_over_across_a_postponed_and_a_cancelled_meeting(staff, series):
    first, second = plan(staff, series, 1), plan(staff, series, 10)
    planning.add_agenda_item(meeting=first, by=staff, title="RTLH")
    held(staff, first, Kesenjangan="Dibahas.")
    planning.postpone(meeting=second, by=staff, reason="Wali kota dinas luar")
    third = plan(staff, series, 40)
    assert not third.agenda.filter(title="RTLH").exists()  # it waits with the postponed one
    second.refresh_from_db()
    again = planning.replan(meeting=second, by=staff, starts=on(20))
    assert again.agenda.filter(title="RTLH").count() == 1
    planning.cancel(meeting=again, by=staff, reason="Tidak jadi")
    assert third.agenda.get(title="RTLH").carried_from.meeting == first
    assert [i.order for i in third.agenda.order_by("order")] == list(range(1, third.agenda.count() + 1))


def test_what_is_marked_unfinished_is_carried_even_when_it_was_discussed(staff, series):
    first, second = plan(staff, series, 1), plan(staff, series, 30)
    item = first.agenda.get(title="Kesenjangan")
    planning.edit_agenda_item(item=item, by=staff, finished=False)
    held(staff, first, Kesenjangan="Belum selesai.")
    assert second.agenda.filter(carried_from=item).exists()


def test_stages(staff):
    meeting = make.MeetingFactory()
    with pytest.raises(ValidationError):
        minutes.finalise(meeting=meeting, by=staff)
    with pytest.raises(ValidationError):
        planning.postpone(meeting=meeting, by=staff, reason=" ")
    with pytest.raises(ValidationError):
        people.send(meeting=meeting, by=staff)  # nobody is invited
    people.invite(meeting=meeting, by=staff, agencies=[make.AgencyFactory()])
    assert people.send(meeting=meeting, by=staff).state == "invited"
    moved = planning.edit_meeting(meeting=meeting, by=staff, starts=on(33))
    assert moved.sequence == 1
    assert planning.cancel(meeting=meeting, by=staff, reason="Banjir").sequence == 2
    with pytest.raises(ValidationError):
        planning.hold(meeting=meeting, by=staff)


def test_last_years_agenda_is_copied(staff, series):
    make.MeetingFactory(title="Rakor 2025", starts=on(0).replace(year=2025), series=series, year=2025)
    make.MeetingFactory(title="Batal", state="cancelled", state_reason="x", year=2025)
    made = planning.copy_year(source=2025, target=2026, by=staff)
    assert [(m.title, m.year, m.starts, m.state) for m in made] == [("Rakor 2026", 2026, None, "planned")]


def test_topics_of_agencies(world, staff):
    topic = planning.propose_topic(by=world.user("opd_operator"), title="Air bersih")
    assert topic.agency == world.agency
    meeting = make.MeetingFactory()
    item = planning.add_agenda_item(meeting=meeting, by=staff, title=topic.title, topic=topic)
    topic.refresh_from_db()
    assert topic.state == "taken"
    planning.drop_agenda_item(item=item, by=staff)
    topic.refresh_from_db()
    assert topic.state == "proposed"
    with pytest.raises(PermissionDenied):
        planning.refuse_topic(topic=topic, by=world.user("opd_operator"), reason="x")
    assert planning.refuse_topic(topic=topic, by=staff, reason="Sudah dibahas").state == "refused"


# --- minutes ---------------------------------------------------------------------------------------------------------


def test_two_writers_never_overwrite_each_other(world, staff):
    item = make.AgendaItemFactory(meeting=make.MeetingFactory(held=True))
    one = minutes.write_text(item=item, text="A menulis", version=0, by=staff)
    with pytest.raises(minutes.TextConflict) as raised:
        minutes.write_text(item=item, text="B menulis", version=0, by=world.user("bappeda_admin"))
    assert raised.value.item.text == "A menulis"
    minutes.write_text(item=item, text="A dan B", version=one.text_version, by=world.user("bappeda_admin"))
    assert AgendaItem.objects.get(pk=item.pk).text == "A dan B"


def test_the_same_text_again_is_no_conflict(staff):
    item = make.AgendaItemFactory(meeting=make.MeetingFactory(held=True), text="Sama", text_version=4)
    assert minutes.write_text(item=item, text="Sama", version=1, by=staff).text_version == 4


def test_final_minutes_are_locked_and_amended_beside_the_text(world, staff):
    meeting = make.MeetingFactory(held=True)
    item = make.AgendaItemFactory(meeting=meeting)
    with pytest.raises(ValidationError):
        minutes.finalise(meeting=meeting, by=staff)  # nothing written
    with pytest.raises(ValidationError):
        minutes.amend(meeting=meeting, by=staff, text="x", reason="y")
    minutes.write_text(item=item, text="12 keluarga", version=0, by=staff)
    final = minutes.finalise(meeting=meeting, by=staff)
    assert (final.state, final.final_by) == ("final", staff)
    with pytest.raises(ValidationError):
        minutes.write_text(item=item, text="21 keluarga", version=1, by=staff)
    one = minutes.amend(meeting=meeting, by=staff, text="21 keluarga", reason="Salah tulis", item=item)
    two = minutes.amend(meeting=meeting, by=staff, text="Lagi", reason="Lagi")
    assert (one.number, two.number) == (1, 2)
    assert AgendaItem.objects.get(pk=item.pk).text == "12 keluarga"
    with pytest.raises(PermissionDenied):
        minutes.approve(meeting=meeting, by=staff)
    chair = world.user("leadership")
    assert minutes.approve(meeting=meeting, by=chair).approved_by == chair
    with pytest.raises(ValidationError):
        minutes.approve(meeting=meeting, by=chair)


def test_comments_only_on_a_draft_that_was_sent_round(world, staff):
    meeting = make.MeetingFactory(held=True)
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    item = make.AgendaItemFactory(meeting=meeting)
    operator = world.user("opd_operator")
    with pytest.raises(ValidationError):
        minutes.comment(item=item, text="Angka?", by=operator)
    minutes.send_draft(meeting=meeting, by=staff)
    assert minutes.comment(item=item, text="Angka?", by=operator).by == operator
    with pytest.raises(PermissionDenied):
        minutes.comment(item=item, text="x", by=world.user("kelurahan_operator"))


def test_open_items_of_the_series_are_the_follow_up(client, world, staff, series):
    first = make.MeetingFactory(series=series, held=True)
    item = items.create_item(
        by=staff, title="Kirim daftar", agency=world.agency, due=timezone.localdate(), meeting=first
    )
    items.create_item(by=staff, title="Lain rangkaian", agency=world.agency, due=timezone.localdate())
    second = plan(staff, series, 10)
    client.force_login(staff)
    page = client.get(f"/meetings/{second.uuid}/").content.decode()
    assert item.title in page
    assert "Lain rangkaian" not in page


def test_number_of_the_meeting_stands_on_page_and_minutes(client, staff, series):
    meeting = plan(staff, series, 5)
    client.force_login(staff)
    url = reverse("meetings:meeting_edit", args=[meeting.uuid])
    planning.edit_meeting(meeting=meeting, by=staff, number="III/2026")
    meeting.refresh_from_db()
    assert "III/2026" in client.get(reverse("meetings:meeting_detail", args=[meeting.uuid])).content.decode()
    assert 'name="number"' in client.get(url).content.decode()
    paper = paperwork.minutes(meeting, None)
    pairs = next(block for block in paper.blocks if block["kind"] == "pairs")
    assert ["Rapat nomor", "III/2026"] in pairs["rows"]
