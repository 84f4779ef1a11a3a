"""Pages of meetings: who sees what, the journey from agenda to enrolment, numbers that open their lists, bad input."""

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from core.history import history
from core.models import AccessRecord
from core.templatetags.shell import tanggal
from households.models import Household, HouseholdSet
from meetings import coverage
from meetings.actions import decisions, items
from meetings.models import ActionItem, AgendaItem, Decision, Meeting
from tests import factories as make
from tests.meetings.test_decisions import received

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SOON = TODAY + dt.timedelta(days=20)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def meeting(world):
    return make.MeetingFactory(held=True, title="Rakor triwulan")


@pytest.fixture
def decision(world, staff, meeting):
    houses = [world.own.household, world.other.household]
    return decisions.decide(
        meeting=meeting,
        by=staff,
        title="Modal usaha",
        text="Semua didaftarkan.",
        households=Household.objects.filter(pk__in=[h.pk for h in houses]),
        programs=[world.program_year, world.other_program_year],
        agencies=[world.other_agency],
    )


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


# --- sight -----------------------------------------------------------------------------------------------------------


def seen(user):
    return set(Meeting.objects.visible_to(user).values_list("title", flat=True))


def test_who_sees_which_meeting(world):
    invited = make.MeetingFactory(invited=True, title="diundang")
    make.InvitationFactory(meeting=invited, agency=world.agency)
    planned = make.MeetingFactory(title="baru direncanakan")
    make.InvitationFactory(meeting=planned, agency=world.agency)
    make.InvitationFactory(meeting=make.MeetingFactory(invited=True, title="orang lain"), agency=world.other_agency)
    make.MeetingFactory(final=True, title="rakor final")
    make.MeetingFactory(final=True, title="pokja final", kind="group", group="a")
    make.MeetingFactory(invited=True, title="musyawarah", kind="village", region=world.own.region)
    make.MeetingFactory(invited=True, title="musyawarah lain", kind="village", region=world.other.region)
    local = make.MeetingFactory(invited=True, title="kelurahan diundang")
    make.InvitationFactory(meeting=local, agency=None, region=world.own.region)
    every = set(Meeting.objects.values_list("title", flat=True))
    for role in ("bappeda_admin", "bappeda_staff", "leadership", "auditor"):
        assert seen(world.user(role)) == every
    assert seen(world.user("opd_operator")) == {"diundang", "rakor final"}
    assert seen(world.user("group_coordinator")) == {"pokja final", "rakor final"}
    assert seen(world.user("kelurahan_operator")) == {"musyawarah", "kelurahan diundang"}
    assert seen(world.user("kecamatan_reader")) == {"musyawarah", "kelurahan diundang"}
    assert seen(world.user("none")) == set()


def test_who_sees_which_decision(world, decision):
    assert decision in Decision.objects.visible_to(world.user("kelurahan_operator"))  # households of its area
    assert decision not in Decision.objects.visible_to(world.user("opd_operator"))  # not named, meeting not final
    make.DecisionAgencyFactory(decision=decision, agency=world.agency)
    assert decision in Decision.objects.visible_to(world.user("opd_operator"))
    assert decision in Decision.objects.visible_to(world.user("leadership"))
    assert decision not in Decision.objects.visible_to(world.user("none"))


def test_drafts_of_minutes_are_read_by_the_invited_only_after_they_were_sent_round(client, world, meeting):
    make.AgendaItemFactory(meeting=meeting, text="Rahasia draf")
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    client.force_login(world.user("opd_operator"))
    assert "Rahasia draf" not in page(client, f"/meetings/{meeting.uuid}/")
    Meeting.objects.filter(pk=meeting.pk).update(draft_sent_at=timezone.now())
    assert "Rahasia draf" in page(client, f"/meetings/{meeting.uuid}/")


def test_names_only_within_ones_own_area(client, world, decision):
    url = f"/meetings/decisions/{decision.uuid}/"
    client.force_login(world.user("kelurahan_operator"))
    own, other = world.own.household, world.other.household
    listed = page(client, f"{url}households/?part=all")
    assert own.head_name in listed
    assert other.head_name not in listed
    client.force_login(world.user("leadership"))
    assert client.get(f"{url}households/?part=all").status_code == 403
    assert client.get(f"{url}export/?part=all").status_code == 403
    shown = page(client, url)
    assert f"{url}households/" not in shown  # no link that may not be opened
    assert own.head_name not in shown


def test_small_numbers_are_hidden_from_who_may_not_see_names(client, world, decision):
    url = f"/meetings/decisions/{decision.uuid}/"

    def numbers(role):
        client.force_login(world.user(role))
        lines = client.get(url).context["d"]["lines"]
        return {text for line in lines for text in (*line["parts"].values(), line["target"])}

    assert numbers("leadership") <= {"0", "kurang dari 5"}
    assert numbers("bappeda_staff") == {"0", "2"}


# --- numbers open their lists ----------------------------------------------------------------------------------------


def test_each_number_opens_a_list_of_that_many(client, world, staff, decision):
    extra = make.family(1, region_id=world.own.region.pk)
    with history(by=None, action="test"):
        Household.objects.filter(pk=world.other.household.pk).update(
            status="moved", status_reason="pindah", status_date=TODAY
        )
    received(world.other_program_year, extra, day=TODAY)
    client.force_login(staff)
    found = coverage.coverage(decision)
    for line in found.lines:
        for part in ("then", "now", "since", "lost", "waiting"):
            response = client.get(f"/meetings/decisions/{decision.uuid}/households/?part={part}&line={line.key}")
            assert response.context["total"] == getattr(line, part), (line.label, part)
    for part, n in (("all", 2), ("here", found.here), ("left", found.left)):
        assert client.get(f"/meetings/decisions/{decision.uuid}/households/?part={part}").context["total"] == n


def test_each_month_opens_who_had_it_by_then(client, world, staff, meeting):
    early_one, late_one = make.family(1), make.family(1)
    decision = decisions.decide(
        meeting=meeting,
        by=staff,
        title="Sembako",
        text="Semua menerima.",
        households=Household.objects.filter(pk__in=[early_one.pk, late_one.pk]),
        programs=[world.program_year],
    )
    with history(by=None, action="test"):
        HouseholdSet.objects.filter(pk=decision.household_set_id).update(
            frozen_at=timezone.now() - dt.timedelta(days=100)
        )
    early = max(TODAY - dt.timedelta(days=62), TODAY.replace(month=1, day=1))
    received(world.program_year, early_one, day=early)
    received(world.program_year, late_one, day=TODAY)
    client.force_login(staff)
    months = client.get(f"/meetings/decisions/{decision.uuid}/").context["months"]
    counts = [month["values"][0]["text"] for month in months]
    assert counts == sorted(counts)
    assert counts[-1] == "2"
    for month in months:
        for cell in month["values"]:
            assert str(client.get(cell["url"]).context["total"]) == cell["text"], (month["month"], cell)
    assert tanggal(TODAY) in page(client, months[-1]["values"][0]["url"])


@pytest.mark.parametrize(
    "query",
    [
        "part=x",
        "line=x",
        "part=all&line=00000000-0000-0000-0000-000000000000",
        "area=" + "9" * 30,
        "part=now&until=x",
        "part=then&until=2026-01-31",
    ],
)
def test_unknown_parts_are_not_found(client, staff, decision, query):
    client.force_login(staff)
    assert client.get(f"/meetings/decisions/{decision.uuid}/households/?{query}").status_code == 404


def test_a_forged_page_token_shows_the_first_page(client, staff, decision):
    client.force_login(staff)
    assert client.get(f"/meetings/decisions/{decision.uuid}/households/?part=all&after=forged").status_code == 200
    assert client.get("/meetings/actions/?after=forged&show=all").status_code == 200


def test_export_is_masked_and_recorded(client, world, staff, decision):
    client.force_login(staff)
    response = client.get(f"/meetings/decisions/{decision.uuid}/export/?part=all")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    text = " ".join(str(c.value) for row in book.worksheets[0].iter_rows() for c in row)
    assert world.own.household.head_name in text
    assert world.own.household.kk not in text
    assert AccessRecord.objects.filter(kind="export").count() == 1


def test_who_waits_goes_to_enrolment_with_one_button(client, world, staff, decision):
    client.force_login(staff)
    waiting = page(client, f"/meetings/decisions/{decision.uuid}/households/?part=waiting")
    assert "enrol" in waiting
    response = client.post(
        f"/meetings/decisions/{decision.uuid}/enrol/", {"program_year": str(world.other_program_year.uuid)}
    )
    assert response.status_code == 302
    assert f"/programs/years/{world.other_program_year.uuid}/enrol/?set=" in response.url
    chosen = HouseholdSet.objects.get(temporary=True)
    key = str(world.other_program_year.uuid)
    assert set(chosen.rows.values_list("household", flat=True)) == set(coverage.household_ids(decision, "waiting", key))
    client.force_login(world.user("leadership"))
    assert client.post(f"/meetings/decisions/{decision.uuid}/enrol/", {"program_year": key}).status_code == 403


# --- deciding --------------------------------------------------------------------------------------------------------


def decide(client, meeting, **values):
    data = {"title": "Sembako", "text": "Semua diusulkan."} | values
    return client.post(f"/meetings/{meeting.uuid}/decisions/new/", data)


def test_deciding_on_a_filter(client, world, staff, meeting):
    poor = make.family(1, region_id=world.other.region.pk, desil=1)
    make.family(1, region_id=world.other.region.pk, desil=9)
    client.force_login(staff)
    address = f"https://host/households/?area={world.other.region.pk}&desil_from=1&desil_to=1&status=active"
    response = decide(client, meeting, query=address, programs=[str(world.program_year.uuid)])
    assert response.status_code == 302
    made = Decision.objects.get()
    assert set(made.household_set.rows.values_list("household", flat=True)) == set(
        Household.objects.filter(desil=1, region=world.other.region, status="active").values_list("pk", flat=True)
    )
    assert poor.pk in made.household_set.rows.values_list("household", flat=True)
    assert made.source
    assert made.household_set.shared


def test_deciding_on_a_saved_list_and_on_ticked_households(client, world, staff, meeting):
    live = make.HouseholdSetFactory(
        owner=staff, rule={"field": "region", "op": "in", "value": [world.own.region.pk]}, name="Tanah Garam"
    )
    client.force_login(staff)
    assert decide(client, meeting, saved=str(live.uuid)).status_code == 302
    assert Decision.objects.get().household_set.rows.get().household == world.own.household
    response = client.post("/households/bulk/decide/", {"pick": [str(world.other.household.uuid)]})
    assert response.status_code == 302
    start = page(client, response.url)
    assert f"/meetings/{meeting.uuid}/decisions/new/?set=" in start


def test_deciding_on_pasted_niks(client, world, staff, meeting):
    client.force_login(staff)
    assert decide(client, meeting, niks="123\n").status_code == 422
    assert decide(client, meeting, niks="1372010101900001").status_code == 422  # nobody has it
    nik = world.own.head.nik
    assert decide(client, meeting, niks=f" {nik[:6]} {nik[6:]} \n{nik}").status_code == 302
    assert Decision.objects.get().household_set.rows.get().household == world.own.household
    assert AccessRecord.objects.filter(kind="lookup").exists()


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"query": "?desil_from=99"},
        {"query": "?area=13.72.01.1001", "niks": "1"},
        {"saved": "not-a-uuid"},
        {"programs": ["x"]},
        {"query": "?desil_from=1&desil_to=1&area=13.72.02.1006&status=graduated"},  # nobody
    ],
)
def test_what_cannot_be_decided_is_said(client, world, staff, meeting, values):
    client.force_login(staff)
    response = decide(client, meeting, **values)
    assert response.status_code == 422
    assert not Decision.objects.exists()
    assert not HouseholdSet.objects.exists()


# --- minutes by page -------------------------------------------------------------------------------------------------


JSON = {"Accept": "application/json"}


def test_typing_is_saved_and_a_second_writer_never_overwrites(client, world, staff, meeting):
    item = make.AgendaItemFactory(meeting=meeting)
    url = f"/meetings/agenda/{item.uuid}/text/"
    client.force_login(staff)
    first = client.post(url, {"text": "Satu", "version": "0"}, headers=JSON)
    assert (first.status_code, first.json()["version"], first.json()["who"]) == (200, 1, str(staff))
    client.force_login(world.user("bappeda_admin"))
    second = client.post(url, {"text": "Dua", "version": "0"}, headers=JSON)
    assert (second.status_code, second.json()["text"], second.json()["version"]) == (409, "Satu", 1)
    assert AgendaItem.objects.get(pk=item.pk).text == "Satu"
    plain = client.post(url, {"text": "Dua", "version": "0"})
    assert plain.status_code == 409
    assert "Satu\n\nDua" in plain.content.decode()  # without script both come back joined
    assert client.post(url, {"text": "Satu dan dua", "version": "1"}).status_code == 302
    assert AgendaItem.objects.get(pk=item.pk).text == "Satu dan dua"
    client.post(url, {"text": "Tiga", "version": "x"})
    assert AgendaItem.objects.get(pk=item.pk).text == "Satu dan dua"
    Meeting.objects.filter(pk=meeting.pk).update(state="final", final_at=timezone.now())
    late = client.post(url, {"text": "Empat", "version": "2"}, headers=JSON)
    assert late.status_code == 422
    assert late.json()["problem"]


def test_writers_see_each_other(client, world, staff, meeting):
    one, two = (make.AgendaItemFactory(meeting=meeting, text=text) for text in ("a", "b"))
    url = f"/meetings/{meeting.uuid}/minutes/live/"
    have = f"{one.uuid}.0,{two.uuid}.0"
    client.force_login(staff)
    assert client.get(f"{url}?at={one.uuid}&have={have}").json()["items"][str(one.uuid)] == {"writers": []}
    admin = world.user("bappeda_admin")
    client.force_login(admin)
    client.post(f"/meetings/agenda/{two.uuid}/text/", {"text": "dari admin", "version": "0"}, headers=JSON)
    seen = client.get(f"{url}?at={two.uuid}&have={have}").json()["items"]
    assert seen[str(one.uuid)] == {"writers": [str(staff)]}
    client.force_login(staff)
    seen = client.get(f"{url}?at={one.uuid}&have={have}").json()["items"][str(two.uuid)]
    assert (seen["writers"], seen["text"], seen["version"]) == ([str(admin)], "dari admin", 1)
    client.force_login(admin)
    client.get(f"{url}?at=&have=")  # went away from the point
    client.force_login(staff)
    assert client.get(f"{url}?at={one.uuid}&have=x").json()["items"][str(two.uuid)] == {"writers": []}


def test_quick_entries_in_place(client, world, staff, meeting):
    point = make.AgendaItemFactory(meeting=meeting)
    other = make.AgendaItemFactory(meeting=make.MeetingFactory(held=True))
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}"
    data = {"title": "Air bersih", "item": str(point.uuid), "agency": str(world.agency.uuid)}
    made = client.post(f"{url}/decisions/quick/", data, headers=JSON)
    assert made.status_code == 201
    decision = Decision.objects.get()
    assert (decision.item, decision.text, list(decision.agencies.all())) == (point, "Air bersih", [world.agency])
    assert made.json() == {"label": str(decision), "url": f"/meetings/decisions/{decision.uuid}/"}
    data |= {"title": "Pasang pipa", "due": SOON.isoformat()}
    assert client.post(f"{url}/actions/quick/", data, headers=JSON).status_code == 201
    item = ActionItem.objects.get()
    assert (item.agenda_item, item.due, item.agency) == (point, SOON, world.agency)
    refused = client.post(f"{url}/actions/quick/", {"title": "x", "item": str(other.uuid)}, headers=JSON)
    assert refused.status_code == 422
    assert refused.json()["problem"]
    assert client.post(f"{url}/decisions/quick/", {}).status_code == 302
    assert (Decision.objects.count(), ActionItem.objects.count()) == (1, 1)
    shown = page(client, f"{url}/")
    assert "Pasang pipa" in shown
    client.force_login(world.user("leadership"))
    assert client.post(f"{url}/decisions/quick/", data).status_code == 403


def test_a_script_in_the_minutes_stays_text(client, staff, meeting):
    make.AgendaItemFactory(meeting=meeting, text="</textarea><script>alert(1)</script>", title="<b>x</b>")
    client.force_login(staff)
    shown = page(client, f"/meetings/{meeting.uuid}/")
    assert "<script>alert(1)" not in shown
    assert "<b>x</b>" not in shown


# --- items -----------------------------------------------------------------------------------------------------------


def test_items_mine_of_my_agency_and_all(client, world, staff):
    mine = items.create_item(by=staff, title="Milik dinas", agency=world.agency, due=TODAY - dt.timedelta(days=3))
    items.create_item(by=staff, title="Milik lain", agency=world.other_agency, due=TODAY)
    operator = world.user("opd_operator")
    client.force_login(operator)
    shown = page(client, "/meetings/actions/")
    assert "Milik dinas" in shown
    assert "Milik lain" not in shown
    assert client.get("/meetings/actions/?who=mine").context["total"] == 0
    items.edit_item(item=mine, by=staff, owner=operator)
    assert client.get("/meetings/actions/?who=mine").context["rows"] == [mine]
    client.force_login(staff)
    both = page(client, "/meetings/actions/")
    assert "Milik lain" in both
    assert client.get("/meetings/actions/?show=overdue").context["total"] == 1


def test_menu_counts_overdue_of_ones_own(client, world, staff):
    items.create_item(by=staff, title="a", agency=world.agency, due=TODAY - dt.timedelta(days=1))
    items.create_item(by=staff, title="b", agency=world.other_agency, due=TODAY - dt.timedelta(days=1))
    client.force_login(world.user("opd_operator"))
    entry = next(
        i for g in client.get("/meetings/").context["menu"] for i in g["items"] if i["url"] == "/meetings/actions/"
    )
    assert entry["badge"] == 1


@pytest.mark.parametrize(
    "query", ["agency=x", "show=nothing", "who=you", "meeting=1", "program=1", "series=x", "measure=y"]
)
def test_unknown_filters_are_refused(client, staff, query):
    client.force_login(staff)
    assert client.get(f"/meetings/actions/?{query}").status_code == 400
    assert client.get(f"/meetings/actions/?{query}", headers={"HX-Request": "true"}).status_code == 422


def test_agency_reports_and_secretariat_confirms(client, world, staff):
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON)
    url = f"/meetings/actions/{item.uuid}"
    client.force_login(world.user("opd_operator"))
    assert client.post(f"{url}/report/", {}).status_code == 422
    assert client.post(f"{url}/report/", {"text": "Terkirim", "percent": "80"}).status_code == 302
    assert client.post(f"{url}/report/", {"done": "on"}).status_code == 422  # without proof
    assert client.post(f"{url}/report/", {"done": "on", "proof": "Surat 1"}).status_code == 302
    assert client.post(f"{url}/confirm/").status_code == 403
    client.force_login(world.user("opd_approver"))
    assert client.get(f"{url}/").status_code == 200
    client.force_login(staff)
    assert client.post(f"{url}/confirm/").status_code == 302
    item.refresh_from_db()
    assert item.state == "done"
    assert "Surat 1" in page(client, f"{url}/")


def test_extension_by_page(client, world, staff):
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON)
    url = f"/meetings/actions/{item.uuid}"
    later = SOON + dt.timedelta(days=9)
    client.force_login(world.user("opd_operator"))
    client.post(f"{url}/extend/", {"new_due": later.isoformat(), "reason": "Menunggu"})
    item.refresh_from_db()
    assert (item.due, item.asked_due) == (SOON, later)
    client.force_login(staff)
    client.post(f"{url}/grant/")
    item.refresh_from_db()
    assert (item.due, item.extensions) == (later, 1)


def test_measured_item_from_a_decision(client, world, staff, decision):
    client.force_login(staff)
    url = f"/meetings/decisions/{decision.uuid}/actions/new/"
    data = {"title": "Salurkan", "agency": str(world.agency.uuid), "due": SOON.isoformat(), "priority": "normal"}
    data |= {"measure": "received", "program_year": str(world.other_program_year.uuid)}
    assert client.post(url, data | {"goal_count": "1", "goal_percent": "5"}).status_code == 422
    assert client.post(url, data).status_code == 302
    item = ActionItem.objects.get()
    assert (item.household_set, item.meeting) == (decision.household_set, decision.meeting)
    assert "Salurkan" in page(client, f"/meetings/decisions/{decision.uuid}/")


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_household_page_shows_the_decisions_that_hold_it(client, world, staff, decision):
    client.force_login(staff)
    url = f"/households/{world.own.household.uuid}/"
    assert decision.title in page(client, url)
    stranger = make.family(1)
    assert decision.title not in page(client, f"/households/{stranger.uuid}/")


def test_search_finds_decisions_and_final_minutes_by_beginnings_of_words(client, world, staff, decision):
    make.AgendaItemFactory(meeting=make.MeetingFactory(final=True), text="Jamban sehat keluarga", title="Sanitasi")
    make.AgendaItemFactory(meeting=decision.meeting, text="Jamban rahasia", title="Draf")
    client.force_login(staff)
    assert decision.title in page(client, "/search/?q=mod+usa")
    found = page(client, "/search/?q=jamb")
    assert "Sanitasi" in found
    assert "Draf" in found
    client.force_login(world.user("auditor"))
    assert "Draf" not in page(client, "/search/?q=jamb")
    assert page(client, "/search/?q=%27%3A*+%7C+%26")


# --- queries ---------------------------------------------------------------------------------------------------------


def queries_of(client, url, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200


def test_lists_ask_as_much_for_many_as_for_few(client, world, staff, decision, django_assert_max_num_queries):
    for n in range(12):
        items.create_item(
            by=staff, title=f"Butir {n}", agency=world.agency, due=TODAY, decision=decision, measure="received",
            program_year=world.program_year,
        )  # fmt: skip
        make.InvitationFactory(meeting=decision.meeting)
        make.AgendaItemFactory(meeting=decision.meeting)
    client.force_login(staff)
    client.get("/meetings/")
    queries_of(client, "/meetings/actions/?show=all", django_assert_max_num_queries, 22)
    queries_of(client, "/meetings/", django_assert_max_num_queries, 20)
    queries_of(client, "/meetings/decisions/", django_assert_max_num_queries, 12)
    queries_of(client, f"/meetings/decisions/{decision.uuid}/", django_assert_max_num_queries, 35)
    queries_of(client, f"/meetings/{decision.meeting.uuid}/attendance/", django_assert_max_num_queries, 20)
    queries_of(client, f"/meetings/{decision.meeting.uuid}/invitations/", django_assert_max_num_queries, 20)
    client.force_login(world.user("opd_operator"))
    client.get("/meetings/")
    queries_of(client, "/meetings/actions/?show=all", django_assert_max_num_queries, 25)
