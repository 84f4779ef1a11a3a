"""The list of action items: board, kept filters, notices, what touches a thing; the digest of a killed worker."""

import datetime as dt
import io
import os
import signal
import subprocess
import sys
import time

import openpyxl
import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.models import OutgoingMail, User
from households.models import Household
from meetings.actions import decisions, filters, items, notices
from meetings.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SOON = TODAY + dt.timedelta(days=20)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


def hand_out(world, staff, title, days, **values):
    values = {"agency": world.agency} | values
    return items.create_item(by=staff, title=title, due=TODAY + dt.timedelta(days=days), **values)


# --- board -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(world, staff):
    made = {name: hand_out(world, staff, name, days) for name, days in
            (("telat", -3), ("minggu", 2), ("nanti", 40), ("usul", -1), ("tutup", 5))}  # fmt: skip
    for name in ("usul", "tutup"):
        items.propose_done(item=made[name], by=staff, proof="Surat")
    items.confirm(item=made["tutup"], by=staff)
    hand_out(world, staff, "milik lain", -9, agency=world.other_agency)
    return made


def test_each_item_stands_in_one_column_of_the_board(client, world, staff, five):
    client.force_login(world.user("opd_operator"))
    columns = client.get("/meetings/actions/?view=board").context["board"]
    shown = {str(c["mark"][2]): ([row.title for row in c["rows"]], c["n"]) for c in columns}
    assert list(shown.values()) == [(["telat"], 1), (["minggu"], 1), (["nanti"], 1), (["usul"], 1), (["tutup"], 1)]
    part = client.get("/meetings/actions/?view=board&q=nanti", headers={"HX-Request": "true"}).content.decode()
    assert "nanti" in part
    assert "telat" not in part
    client.force_login(staff)
    assert client.get("/meetings/actions/?view=board").context["board"][0]["n"] == 2
    assert client.get("/meetings/actions/?view=x").status_code == 400


# --- filters ---------------------------------------------------------------------------------------------------------


def test_items_and_decisions_by_agency_programme_area_and_list(client, world, staff):
    houses = Household.objects.filter(pk=world.own.household.pk)
    meeting = make.MeetingFactory(held=True)
    made = decisions.decide(
        meeting=meeting, by=staff, title="Modal Tanah Garam", text="x", programs=[world.program_year],
        agencies=[world.agency], households=houses, region=None,
    )  # fmt: skip
    decisions.decide(meeting=meeting, by=staff, title="Keputusan lain", text="y", region=world.other.region)
    item = items.create_item(
        by=staff, title="Salurkan", decision=made, agency=world.other_agency, helpers=[world.agency], due=SOON,
        measure="received", program_year=world.program_year, area=world.own.region,
    )  # fmt: skip
    hand_out(world, staff, "Butir lain", 20, agency=world.other_agency, area=world.other.region)
    client.force_login(staff)
    about = {
        "agency": world.agency.uuid,
        "program": world.program.uuid,
        "area": world.own.region.pk,
        "set": made.household_set.uuid,
    }
    for name, value in about.items():
        assert client.get(f"/meetings/decisions/?{name}={value}").context["rows"] == [made], name
        found = client.get(f"/meetings/actions/?who=all&show=all&{name}={value}").context["rows"]
        assert found == [item], name
    assert client.get(f"/meetings/decisions/?agency={world.other_agency.uuid}").context["rows"] == []
    for bad in ("agency=x", "area=99", "set=x", "program=x", "state=x"):
        assert client.get(f"/meetings/decisions/?{bad}").status_code == 404
    places = (
        f"/programs/{world.program.uuid}/",
        f"/households/sets/{made.household_set.uuid}/",
        f"/reports/coverage/?area={world.own.region.pk}",
    )
    for url in places:
        shown = client.get(url).content.decode()
        assert "Modal Tanah Garam" in shown, url
        assert "Salurkan" in shown, url
        assert "Keputusan lain" not in shown, url
    assert "Modal Tanah Garam" not in client.get(f"/programs/{world.other_program.uuid}/").content.decode()
    client.force_login(world.user("none"))
    assert client.get(f"/meetings/decisions/?set={made.household_set.uuid}").status_code == 403
    client.force_login(world.user("group_coordinator"))  # the meeting is not final: nothing of it in sight
    assert "Modal Tanah Garam" not in client.get(places[0]).content.decode()


def test_a_person_keeps_filters_of_their_own(client, world, staff):
    operator = world.user("opd_operator")
    client.force_login(operator)
    url = "/meetings/actions/"
    query = f"who=all&show=all&agency={world.agency.uuid}&view=board"
    assert client.post(f"{url}filters/keep/", {"name": " Dinas  saya ", "query": query}).status_code == 302
    kept = filters.of(world.user("opd_operator"))
    assert [row["name"] for row in kept] == ["Dinas saya"]
    tab = next(t for t in client.get(f"{url}?{kept[0]['query']}").context["tabs"] if t["label"] == "Dinas saya")
    assert tab["current"]
    client.post(f"{url}filters/keep/", {"name": "Dinas saya", "query": "show=overdue"})  # the same name again
    assert [row["query"] for row in filters.of(world.user("opd_operator"))] == ["show=overdue"]
    assert client.post(f"{url}filters/keep/", {"name": "x", "query": "show=nothing"}).status_code == 400
    client.post(f"{url}filters/keep/", {"name": "", "query": ""})
    for n in range(20):
        client.post(f"{url}filters/keep/", {"name": f"Saringan {n}", "query": "show=all"})
    assert len(filters.of(world.user("opd_operator"))) == filters.MOST
    client.force_login(staff)
    assert "Dinas saya" not in client.get(url).content.decode()
    client.force_login(operator)
    client.post(f"{url}filters/drop/", {"name": "Dinas saya"})
    assert "Dinas saya" not in [row["name"] for row in filters.of(world.user("opd_operator"))]


def test_keeping_a_filter_keeps_the_other_preferences(client, world):
    operator = world.user("opd_operator")
    User.objects.filter(pk=operator.pk).update(preferences={"digest": False})
    filters.keep(by=world.user("opd_operator"), name="a", query="show=all")
    assert world.user("opd_operator").preferences == {
        "digest": False,
        "action_filters": [{"name": "a", "query": "show=all"}],
    }


def test_the_matrix_holds_what_the_filter_shows(client, world, staff, five):
    client.force_login(staff)
    response = client.get(f"/meetings/actions/export/?who=all&show=overdue&agency={world.agency.uuid}")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    cells = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value is not None]
    assert "telat" in cells
    assert "usul" in cells
    for other in ("nanti", "tutup", "milik lain"):
        assert other not in cells


# --- notices ---------------------------------------------------------------------------------------------------------


def test_notices_are_listed_and_marked_read(client, world, staff):
    first, second = hand_out(world, staff, "Surati BPJS", 20), hand_out(world, staff, "Verifikasi", 20)
    operator = world.user("opd_operator")
    client.force_login(operator)
    shown = client.get("/meetings/actions/notices/")
    assert shown.context["unread"] == 2
    assert "Surati BPJS" in shown.content.decode()
    client.post("/meetings/actions/notices/read/", {"item": str(first.uuid), "back": "list"})
    assert set(Notice.objects.filter(user=operator, read_at__isnull=True).values_list("item", flat=True)) == {second.pk}
    again = client.get("/meetings/actions/notices/").context
    assert (again["unread"], again["rows"][0].item) == (1, second)  # what is not read stands first
    assert client.post("/meetings/actions/notices/read/", {"item": "x"}).status_code == 404
    others = Notice.objects.exclude(user=operator).filter(read_at__isnull=True).count()
    client.post("/meetings/actions/notices/read/", {"back": "list"})
    assert client.get("/meetings/actions/notices/").context["unread"] == 0
    assert Notice.objects.exclude(user=operator).filter(read_at__isnull=True).count() == others


# --- the digest ------------------------------------------------------------------------------------------------------

CHILD = "import django; django.setup(); from meetings.actions.notices import write_digests; write_digests()"


def wait_for(condition, seconds=40):
    for _n in range(seconds * 10):
        if condition():
            return True
        time.sleep(0.1)
    return False


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
def test_a_digest_goes_out_once_when_its_worker_is_killed_in_the_middle(process_env):
    """A real child process writes the first person's mail and is killed while it holds the second person's."""
    people = [make.UserFactory(username=f"orang{n}", email=f"orang{n}@example.org") for n in range(3)]
    item = make.ActionItemFactory()
    for person in people:
        make.NoticeFactory(user=person, item=item)
        make.NoticeFactory(user=person, item=item, kind="due")
    with transaction.atomic():
        list(Notice.objects.select_for_update().filter(user=people[1]))  # the child stops here
        child = subprocess.Popen([sys.executable, "-c", CHILD], env=process_env)
        try:
            assert wait_for(lambda: OutgoingMail.objects.filter(to=people[0].email).exists() and waits_for_a_lock())
            assert child.poll() is None
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
    assert OutgoingMail.objects.count() == 1
    assert set(Notice.objects.filter(mailed_on__isnull=False).values_list("user", flat=True)) == {people[0].pk}
    done = subprocess.run([sys.executable, "-c", CHILD], env=process_env, check=True, capture_output=True)
    assert done.returncode == 0
    subprocess.run([sys.executable, "-c", CHILD], env=process_env, check=True, capture_output=True)
    mails = list(OutgoingMail.objects.order_by("to").values_list("to", flat=True))
    assert mails == [person.email for person in people]  # each once
    assert not Notice.objects.filter(mailed_on__isnull=True).exists()
    assert OutgoingMail.objects.first().body.count("/meetings/actions/") == 2


def test_who_switched_the_digest_off_gets_none(world, staff):
    operator, approver = world.user("opd_operator"), world.user("opd_approver")
    User.objects.filter(pk=operator.pk).update(preferences={"digest": False})
    hand_out(world, staff, "Surati", 20)
    notices.write_digests()
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {approver.email}
    assert notices.write_digests() == 0
    assert notices.unread(operator).count() == 1  # the notice in the application stays
