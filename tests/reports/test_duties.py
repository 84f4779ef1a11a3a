"""Agencies × duties: what is done, late or empty; one click makes the letter and the mail."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from core.models import OutgoingMail
from meetings.models import Letter
from programs.models import ProgramYear
from reports import duties
from tests import factories as make

LAST = timezone.localdate().year - 1


@pytest.fixture(autouse=True)
def english():
    """Sentences in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def year(world):
    """A programme year of last year, of which nothing came."""
    return make.ProgramYearFactory(program=world.program, year=LAST)


@pytest.fixture
def bappeda(world):
    return world.user("bappeda_staff")


def cells(user, agency):
    (row,) = (row for row in duties.rows(user, LAST) if row.agency == agency)
    return {cell.key: (cell.state, cell.text) for cell in row.cells}


def test_nothing_came(world, year, bappeda):
    found = cells(bappeda, world.agency)
    assert found == dict.fromkeys(("plan", "q1", "q2", "q3", "q4"), ("late", "nothing came")) | {
        "lists": ("late", "0 of 1"),
        "items": ("done", "nothing open"),
    }


def test_part_of_it_came(world, year, bappeda):
    second = make.ProgramYearFactory(program__owner=world.agency, year=LAST, plan_state="locked")
    day = timezone.make_aware(dt.datetime(LAST, 4, 2, 9))
    for each in (year, second):
        make.RealisationFactory(program_year=each, quarter=1, verified=True, submitted_at=day)
    make.RealisationFactory(program_year=second, quarter=2, submitted=True, submitted_at=day)
    make.RealisationFactory(program_year=year, quarter=2, returned=True, submitted_at=day)
    for each in (year, second):
        aid = make.AssistanceFactory(program_year=each, received=True)
        make.DeliveryFactory(assistance=aid)
    found = cells(bappeda, world.agency)
    assert (found["plan"], found["q1"], found["q2"]) == (("late", "1 of 2"), ("done", "done"), ("late", "1 of 2"))
    assert found["lists"] == ("done", "all in")
    (row,) = duties.rows(bappeda, LAST)
    assert next(cell.sub for cell in row.cells if cell.key == "q2") == "returned: 1"


def test_areas_bring_no_list(world, bappeda):
    make.ProgramYearFactory(program__owner=world.agency, program__benefit_unit="area", year=LAST)
    assert cells(bappeda, world.agency)["lists"] == ("none", "—")


def test_overdue_action_items(world, year, bappeda):
    make.ActionItemFactory(agency=world.agency, due=timezone.localdate() - dt.timedelta(days=1), state="open")
    make.ActionItemFactory(agency=world.agency, due=timezone.localdate() + dt.timedelta(days=9), state="open")
    make.ActionItemFactory(agency=world.other_agency, due=timezone.localdate() - dt.timedelta(days=1), state="open")
    assert cells(bappeda, world.agency)["items"] == ("late", "1 overdue")


def test_most_late_first_and_own_agency_alone(world, year, bappeda):
    done = make.ProgramYearFactory(program=world.other_program, year=LAST, plan_state="locked")
    assert done.plan_state == "locked"
    rows = duties.rows(bappeda, LAST)
    assert [row.agency for row in rows] == [world.agency, world.other_agency]
    assert [row.agency for row in duties.rows(world.user("opd_operator"), LAST)] == [world.agency]
    assert duties.rows(world.user("opd_operator"), LAST, agency=world.other_agency) == []


def test_few_queries_however_many_agencies(world, year, bappeda, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    duties.rows(bappeda, LAST)
    with CaptureQueriesContext(connection) as few:
        duties.rows(bappeda, LAST)
    for _n in range(3):
        make.ProgramYearFactory(year=LAST)
    with django_assert_num_queries(len(few)):
        assert len(duties.rows(bappeda, LAST)) == 4


# --- pages -----------------------------------------------------------------------------------------------------------


def test_page(client, world, year, bappeda):
    client.force_login(bappeda)
    response = client.get(f"/reports/duties/?year={LAST}")
    text = response.content.decode()
    assert f"/reports/duties/{world.agency.uuid}/remind/" in text
    assert response.context["late"] == 1
    client.force_login(world.user("leadership"))
    assert "/remind/" not in client.get(f"/reports/duties/?year={LAST}").content.decode()


def test_every_figure_opens_for_who_sees_it(client, world, year):
    for role in ("bappeda_staff", "opd_operator", "leadership", "auditor", "kelurahan_operator"):
        user = world.user(role)
        client.force_login(user)
        for row in duties.rows(user, LAST):
            for cell in row.cells:
                if cell.url:
                    assert client.get(cell.url).status_code == 200, (role, cell.url)


def test_one_click_makes_letter_and_mail(client, world, year, bappeda):
    client.force_login(bappeda)
    url = f"/reports/duties/{world.agency.uuid}/remind/?year={LAST}"
    assert client.post(url).status_code == 302
    letter = Letter.objects.get()
    assert (letter.counterpart, letter.direction) == (world.agency.name, "out")
    mail = OutgoingMail.objects.get()
    assert mail.to == world.user("opd_operator").email
    assert world.program.short_name in mail.body
    assert str(LAST) in mail.subject
    client.post(url)
    assert (Letter.objects.count(), OutgoingMail.objects.count()) == (1, 1)
    pdf = client.get(f"/reports/duties/{world.agency.uuid}/letter.pdf?year={LAST}")
    assert pdf.content[:5] == b"%PDF-"
    assert letter.number in duties_text(world, bappeda, letter)


def duties_text(world, user, letter):
    (row,) = duties.rows(user, LAST, agency=world.agency)
    paper = duties.letter(row, LAST, letter)
    return " ".join(str(block) for block in paper.blocks)


def test_letter_says_what_is_owed(world, year, bappeda):
    with translation.override("id"):
        text = duties_text(world, bappeda, None)
    assert f"31 Januari {LAST}" in text
    assert world.program.short_name in text
    assert "Kepala Dinas Sosial" in text


def test_agency_that_owes_nothing_gets_no_letter(client, world, bappeda):
    year = make.ProgramYearFactory(program=world.program, year=LAST, plan_state="locked", list_complete="2026-01-01")
    for quarter in (1, 2, 3, 4):
        make.RealisationFactory(
            program_year=year,
            quarter=quarter,
            verified=True,
            submitted_at=timezone.make_aware(dt.datetime(LAST, 1, 3, 9)),
        )
    assert ProgramYear.objects.filter(pk=year.pk).exists()
    client.force_login(bappeda)
    client.post(f"/reports/duties/{world.agency.uuid}/remind/?year={LAST}")
    assert not Letter.objects.exists()
    assert not OutgoingMail.objects.exists()


# --- the start page --------------------------------------------------------------------------------------------------


def tasks(client, user, year=LAST):
    client.force_login(user)
    return [task.title for task in client.get(f"/?year={year}").context["tasks"]]


def test_start_page_says_what_the_agency_owes(client, world, year):
    found = tasks(client, world.user("opd_operator"))
    assert any(title.startswith("Realisasi TW IV: 1") for title in found)
    assert not any("TW IV" in title for title in tasks(client, world.user("opd_approver")))


def test_start_page_says_what_waits_for_verification(client, world, year):
    year.plan_state = "submitted"
    year.save()
    make.RealisationFactory(program_year=year, quarter=2, submitted=True)
    for role in ("bappeda_staff", "group_coordinator"):
        found = " ".join(tasks(client, world.user(role)))
        assert "1 rencana" in found, role
        assert "1 realisasi" in found, role
    year.program.cluster = world.other_program.cluster
    year.program.save()
    assert "1 rencana" not in " ".join(tasks(client, world.user("group_coordinator")))
