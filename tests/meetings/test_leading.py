"""What the leadership gets: material of a meeting, the page of a year, the mail of a month; figures by hand."""

import datetime as dt
import io
import shutil
import subprocess

import pytest
from django.core.management import call_command
from django.utils import timezone
from pptx import Presentation

from core.history import history
from core.models import OutgoingMail, User
from households.models import Household
from meetings import material, monthly, since, summary
from meetings.actions import decisions, items
from meetings.slides import slides
from programs.models import Delivery
from tests import factories as make
from tests.meetings.test_decisions import received

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SOON = TODAY + dt.timedelta(days=20)
START = dt.date(TODAY.year, 1, 1)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def leader(world):
    return world.user("leadership")


def reached_by_hand(program, first, last):
    """Households with a delivery that stands, one by one."""
    rows = Delivery.objects.filter(void=False, date__range=(first, last), assistance__program_year__program=program)
    return {row.assistance.counts_for_id for row in rows.select_related("assistance")}


# --- figures between two days ----------------------------------------------------------------------------------------


def test_reached_between_two_days(world):
    program_year = world.program_year
    houses = [make.family(1, desil=2) for _n in range(4)]
    early, late = dt.date(TODAY.year, 1, 10), TODAY
    before = dt.date(TODAY.year, 1, 12)
    received(program_year, houses[0], day=early)
    received(program_year, houses[1], day=late)
    received(program_year, houses[2], day=dt.date(TODAY.year - 1, 12, 31))  # of the year before
    voided = received(program_year, houses[3], day=early)
    with history(by=None, action="test"):
        Delivery.objects.filter(pk=voided.pk).update(void=True, void_reason="salah")
    found = {m.program: m for m in since.reached_between(before, TODAY)}[world.program]
    assert found.then == len(reached_by_hand(world.program, START, before))
    assert found.now == len(reached_by_hand(world.program, START, TODAY))
    assert found.more == found.now - found.then
    poor = Household.objects.filter(status="active", desil__lte=4, merged_into__isnull=True)
    got = reached_by_hand(world.program, START, TODAY) | reached_by_hand(world.other_program, START, TODAY)
    total, target = since.target_between(before, TODAY)
    assert total == poor.count()
    assert target.now == poor.filter(pk__in=got).count()
    assert target.then == poor.filter(pk__in=reached_by_hand(world.program, START, before)).count()


def test_the_same_day_of_the_year_before(world):
    family = make.family(1)
    last_year = make.ProgramYearFactory(program=world.program, year=TODAY.year - 1)
    received(last_year, family, day=dt.date(TODAY.year - 1, 1, 3))
    received(last_year, make.family(1), day=dt.date(TODAY.year - 1, 12, 31))  # later than this day a year ago
    moved = {m.program: m for m in since.year_on_year(TODAY)}[world.program]
    a_year_ago = since.a_year_before(TODAY)
    assert moved.then == len(reached_by_hand(world.program, dt.date(TODAY.year - 1, 1, 1), a_year_ago))
    assert moved.now == len(reached_by_hand(world.program, START, TODAY))
    assert since.a_year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)


def test_money_handed_over_since(world):
    received(world.program_year, make.family(1), day=TODAY, amount=300_000)
    received(world.program_year, make.family(1), day=TODAY - dt.timedelta(days=40), amount=70_000)
    received(world.program_year, make.family(1), day=TODAY, amount=900_000, voided=True)
    assert since.spent_between(TODAY - dt.timedelta(days=1), TODAY) == 300_000


# --- material --------------------------------------------------------------------------------------------------------


@pytest.fixture
def coming(world, staff):
    series = make.SeriesFactory(name="Rakor")
    last = make.MeetingFactory(final=True, series=series, title="Rakor yang lalu")
    made = make.MeetingFactory(invited=True, series=series, title="Rakor berikutnya")
    make.AgendaItemFactory(meeting=made, title="Kesenjangan Laing")
    make.InvitationFactory(meeting=made, agency=world.other_agency)
    operator = world.user("opd_operator")
    late = items.create_item(
        by=staff, title="Surati kementerian", agency=world.agency, meeting=last, owner=operator,
        due=TODAY - dt.timedelta(days=12),
    )  # fmt: skip
    items.report(item=late, by=operator, obstacle="KK 1372010101900001 belum padan")
    items.create_item(by=staff, title="Data UMKM", agency=world.other_agency, meeting=last, due=SOON)
    items.direct(by=world.user("leadership"), text="Tuntaskan air bersih")
    return made


def pages_of(content: bytes) -> list[str]:
    """The words of each page of a PDF; without pdftotext the test is skipped."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def texts_of(content: bytes) -> list[str]:
    found = []
    for slide in Presentation(io.BytesIO(content)).slides:
        words = []
        for shape in slide.shapes:
            if shape.has_text_frame:
                words.append(shape.text_frame.text)
            if shape.has_table:
                words += [cell.text for row in shape.table.rows for cell in row.cells]
        found.append("\n".join(words))
    return found


def test_material_says_what_is_open_and_who_is_late(world, leader, coming):
    made = material.prepare(coming, leader)
    titles = [sheet.title for sheet in made.sheets]
    assert titles[0] == "Rakor berikutnya"
    assert "Tindak lanjut rapat sebelumnya" in titles
    assert {"Dinas Sosial", "Dinas Koperasi"} <= set(titles)  # one page an agency
    everything = "\n".join(texts_of(slides(made)))
    assert "2 belum selesai, 1 terlambat" in everything
    assert "terlambat 12 hari" in everything
    assert "Minta Dinsos menjelaskan 1 yang terlambat, terlama 12 hari: Surati kementerian." in everything
    assert "1 arahan pimpinan masih berupa draf." in everything
    assert "Kesenjangan Laing" in everything


def test_material_holds_no_personal_data(world, leader, coming):
    everything = "\n".join(texts_of(slides(material.prepare(coming, leader))))
    assert "1372010101900001" not in everything
    assert "137201" in everything  # the number is masked, the words around it stay
    for person in User.objects.all():
        assert str(person) not in everything
    for household in Household.objects.all():
        assert household.head_name not in everything
    assert " 1 keluarga" not in everything  # counts under five are hidden
    assert "kurang dari 5" in everything


def test_slides_and_pdf_say_the_same(client, world, leader, coming):
    client.force_login(leader)
    show = client.get(f"/meetings/{coming.uuid}/material/pptx/")
    paper = client.get(f"/meetings/{coming.uuid}/material/pdf/")
    assert (show.status_code, paper.status_code) == (200, 200)
    pages = pages_of(paper.content)
    slides_ = texts_of(show.content)
    assert len(pages) == len(slides_)
    for page, text in zip(pages, slides_, strict=True):
        assert text.split("\n")[0].split(" (")[0] in page
    assert client.get(f"/meetings/{coming.uuid}/material/docx/").status_code == 404
    client.force_login(world.user("auditor"))
    assert client.get(f"/meetings/{coming.uuid}/material/pdf/").status_code == 403


def test_a_first_meeting_without_anything_has_material_too(world, leader):
    made = make.MeetingFactory(title="=1+1 #set text(fill: red)")
    content = slides(material.prepare(made, leader))
    assert "=1+1 #set text(fill: red)" in texts_of(content)[0]
    assert "=1+1 #set text(fill: red)" in pages_of(material.pdf(material.prepare(made, leader)))[0]


# --- directions and approval -----------------------------------------------------------------------------------------


def test_direction_from_meeting_and_from_the_leaderships_page(client, world, staff, leader):
    meeting = make.MeetingFactory(held=True)
    client.force_login(leader)
    for page in (f"/meetings/{meeting.uuid}/", "/meetings/"):
        assert "/meetings/actions/direct/" in client.get(page).content.decode()
    client.post("/meetings/actions/direct/", {"text": "Jemput bola ke Laing", "meeting": str(meeting.uuid)})
    client.post("/meetings/actions/direct/", {"text": "Percepat RTLH"})
    drafts = list(meeting.items.model.objects.filter(state="draft").order_by("pk"))
    assert [(d.title, d.meeting) for d in drafts] == [("Jemput bola ke Laing", meeting), ("Percepat RTLH", None)]
    client.force_login(staff)
    shown = client.get("/meetings/actions/?show=draft").content.decode()
    assert f"/meetings/actions/{drafts[0].uuid}/edit/" in shown


def test_the_chair_approves_final_minutes_once(client, world, leader):
    final, open_ = make.MeetingFactory(final=True), make.MeetingFactory(held=True)
    client.force_login(leader)
    step = f"/meetings/{final.uuid}/minutes/approve/"
    assert step in client.get(f"/meetings/{final.uuid}/").content.decode()
    client.post(step)
    client.post(f"/meetings/{open_.uuid}/minutes/approve/")
    final.refresh_from_db()
    open_.refresh_from_db()
    assert final.approved_by == leader
    assert open_.approved_by is None
    assert step not in client.get(f"/meetings/{final.uuid}/").content.decode()


# --- the page of a year ----------------------------------------------------------------------------------------------


@pytest.fixture
def decided(world, staff):
    meeting = make.MeetingFactory(held=True, title="Rakor")
    houses = [make.family(1) for _n in range(12)]
    for house in houses[:6]:
        received(world.program_year, house, day=TODAY)
    made = decisions.decide(
        meeting=meeting, by=staff, title="PBI Laing", text="Semua", programs=[world.program_year],
        agencies=[world.agency], households=Household.objects.filter(pk__in=[h.pk for h in houses]),
    )  # fmt: skip
    done = items.create_item(by=staff, title="Selesai", agency=world.agency, meeting=meeting, due=SOON)
    items.report(item=done, by=staff, text="x", proof="Surat 1")
    items.confirm(item=done, by=staff)
    items.create_item(by=staff, title="Terlambat sekali", agency=world.other_agency, meeting=meeting,
                      due=TODAY - dt.timedelta(days=30))  # fmt: skip
    items.create_item(by=staff, title="Terlambat", agency=world.other_agency, meeting=meeting,
                      due=TODAY - dt.timedelta(days=3))  # fmt: skip
    return made


def test_what_we_decided_what_happened_who_is_late(client, world, leader, decided):
    found = summary.summarise(leader, year=TODAY.year)
    row = found.decided[0]
    assert (row.decision, row.agencies, row.then, row.target, row.now) == (decided, "Dinsos", "6", "12", "6")
    assert (found.work.decided, found.work.closed, found.work.open, found.work.overdue) == (1, 1, 2, 2)
    late = found.late[0]
    assert (late.name, late.n, late.days, late.oldest.title) == ("Diskop", 2, 30, "Terlambat sekali")
    client.force_login(leader)
    shown = client.get("/meetings/leadership/").content.decode()
    assert "PBI Laing" in shown
    assert "Diskop: 2 terlambat" in shown
    opened = client.get(summary.late_url(late))
    assert opened.context["total"] == 2  # the figure opens its list
    paper = client.get("/meetings/leadership/pdf/")
    text = pages_of(paper.content)[0]
    for words in ("PBI Laing", "Diskop: 2 terlambat, terlama 30 hari", "RINGKASAN PIMPINAN"):
        assert words in text
    assert client.get("/meetings/leadership/?quarter=5").status_code == 404


def test_a_quarter_holds_its_own_decisions(leader, decided):
    quarter = (timezone.localtime(decided.meeting.starts).month + 2) // 3
    assert [d.decision for d in summary.summarise(leader, year=TODAY.year, quarter=quarter).decided] == [decided]
    other = 1 if quarter > 1 else 4
    assert summary.summarise(leader, year=TODAY.year, quarter=other).decided == []
    assert summary.summarise(leader, year=TODAY.year - 1).decided == []


# --- the mail of a month ---------------------------------------------------------------------------------------------


def bodies():
    return list(OutgoingMail.objects.filter(key__startswith="monthly:").order_by("pk").values_list("to", "body"))


def test_five_sentences_once_a_month_with_links(world, leader, decided, settings):
    settings.PUBLIC_URL = "https://tkpkd.example"
    day = (TODAY.replace(day=28) + dt.timedelta(days=7)).replace(day=2)  # the month after
    assert monthly.write_monthly(day) == 1
    assert monthly.write_monthly(day) == 0
    assert monthly.write_monthly(day + dt.timedelta(days=20)) == 0
    [(to, body)] = bodies()
    assert to == leader.email
    said = [part for part in body.split("\n\n") if part]
    assert [part.split(":")[0] for part in said[:5]] == [
        "Naik", "Turun", "Diputuskan dan selesai", "Terlambat", "Perlu dihubungi",
    ]  # fmt: skip
    assert "2 tindak lanjut lewat tenggat, terbanyak di Diskop (2)" in said[3]
    assert "https://tkpkd.example/meetings/actions/?who=all&show=overdue" in said[3]
    assert f"/programs/{world.program.uuid}/" in said[0]
    assert "Terlambat sekali" in said[4]
    assert monthly.write_monthly(day.replace(day=28) + dt.timedelta(days=7)) == 1  # the next month again


def test_a_programme_whose_list_is_not_in_is_no_fall(world, leader):
    """Recipients of last year and none of this one yet: nothing is known, so nothing fell."""
    program = make.ProgramFactory(name="Belum masuk", owner=world.agency, decided_elsewhere=True)
    last = make.ProgramYearFactory(program=program, year=TODAY.year - 1)
    make.ProgramYearFactory(program=program, year=TODAY.year)
    for _n in range(9):
        received(last, make.family(1), day=dt.date(TODAY.year - 1, 1, 5))
    first, end = dt.date(TODAY.year, 1, 1), TODAY
    assert "Belum masuk" not in monthly.sentences(leader, first, end)[1]
    assert not {m.program: m for m in since.year_on_year(end)}[program].known


def test_who_switched_the_monthly_mail_off_gets_none(client, world, leader):
    client.force_login(leader)
    assert "monthly" in client.get("/account/").content.decode()
    data = {"language": "id", "theme": "", "keys": "on", "digest": "on"}
    assert client.post("/account/", data).status_code == 302
    assert monthly.write_monthly() == 0
    assert client.post("/account/", data | {"monthly": "on"}).status_code == 302
    assert monthly.write_monthly() == 1
    out = io.StringIO()
    call_command("periodic", stdout=out)
    assert "monthly_mail_to_the_leadership" in out.getvalue()


def test_only_the_leadership_gets_it(world):
    monthly.write_monthly()
    assert {to for to, _body in bodies()} == {world.user("leadership").email}


# --- the start page --------------------------------------------------------------------------------------------------


def test_what_is_overdue_rises_to_the_leaderships_start_page(client, world, staff, leader, decided):
    items.direct(by=leader, text="Tuntaskan air bersih")
    client.force_login(leader)
    task = next(t for t in client.get("/").context["tasks"] if t.icon == "clock")
    assert (task.title, task.url, task.hot) == ("2 tindak lanjut rapat terlambat", "/meetings/leadership/", True)
    client.force_login(staff)
    tasks = {t.icon: t for t in client.get("/").context["tasks"]}
    assert tasks["pencil"].title == "1 arahan masih berupa draf"
    assert client.get(tasks["pencil"].url).context["total"] == 1
    client.force_login(world.user("opd_operator"))  # of the agency that is not late
    assert "clock" not in {t.icon for t in client.get("/").context["tasks"]}
