"""The household list: who sees what, pages, counts, columns, search by number, bulk work."""

import datetime as dt
import re

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.models import AccessRecord, HistoryTransaction
from core.registry import BulkAction, ListColumn, registry
from core.roles import Perm
from households import sets
from households.models import HouseholdSet
from tests import factories as make

URL = "/households/"
HTMX = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.usefixtures("alone")


def names(response):
    """Heads of household in the table, in order."""
    return re.findall(r'class="name" href="[^"]+">([^<]+)<', response.content.decode())


@pytest.fixture
def staff(client, world):
    for area in (world.own, world.other):
        area.child.name = "Anak"
        area.child.save()
    user = world.user("bappeda_staff")
    client.force_login(user)
    return user


def test_roles_see_their_area_only(client, world):
    for role, want in (
        ("bappeda_admin", ["Yusmaini", "Zulfahmi Piliang"]),
        ("opd_operator", ["Yusmaini", "Zulfahmi Piliang"]),
        ("auditor", ["Yusmaini", "Zulfahmi Piliang"]),
        ("kelurahan_operator", ["Yusmaini"]),
        ("kecamatan_reader", ["Yusmaini"]),
    ):
        client.force_login(world.user(role))
        assert names(client.get(URL)) == want, role
    for role in ("leadership", "none"):
        client.force_login(world.user(role))
        for address in (URL, f"{URL}count/", f"{URL}tabs/", f"{URL}export/", f"{URL}sets/", f"{URL}duplicates/"):
            assert client.get(address).status_code == 403, (role, address)


def test_numbers_are_never_in_the_page(client, world, staff):
    page = client.get(URL).content.decode()
    for area in (world.own, world.other):
        assert area.household.kk not in page
        assert area.head.nik not in page
    assert f"{world.own.household.kk[:6]}••••••••••" in page


def test_htmx_gets_the_part_that_changes(client, world, staff):
    whole, part = client.get(f"{URL}?desil_to=4"), client.get(f"{URL}?desil_to=4&q=", **HTMX)
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert names(whole) == names(part) == ["Yusmaini", "Zulfahmi Piliang"]
    assert part["HX-Push-Url"] == f"{URL}?desil_to=4"
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("n", [1, 30])
def test_the_number_of_queries_does_not_grow(client, world, staff, n, django_assert_num_queries):
    for _ in range(n):
        make.family(2, region_id="13.72.02.1006")
    client.get(URL)
    with django_assert_num_queries(11):
        client.get(URL)
    with django_assert_num_queries(9):
        client.get(URL, **HTMX)


def test_sorts(client, world, staff):
    make.family(1, region_id="13.72.01.1001", head={"name": "Basri"}, desil=3)
    make.family(1, region_id="13.72.01.1001", head={"name": "Amir"}, without_desil=True)
    make.family(1, region_id="13.72.01.1001", head={"name": "Candra"}, desil=3, verified_at=dt.date(2026, 3, 1))
    make.family(1, region_id="13.72.01.1001", head={"name": "Doni"}, desil=3, verified_at=dt.date(2026, 1, 1))
    first = ["Yusmaini", "Zulfahmi Piliang"]
    assert names(client.get(URL)) == [*first, "Basri", "Doni", "Candra", "Amir"]
    assert names(client.get(f"{URL}?sort=-desil")) == [*first, "Basri", "Doni", "Candra", "Amir"][::-1]
    assert names(client.get(f"{URL}?sort=name")) == ["Amir", "Basri", "Candra", "Doni", *first]
    assert names(client.get(f"{URL}?sort=area"))[-1] == "Zulfahmi Piliang"
    assert names(client.get(f"{URL}?sort=-changed"))[0] == "Doni"


def test_pages_forwards_and_back(client, world, staff, monkeypatch):
    monkeypatch.setattr("households.listing.PAGE_SIZE", 2)
    for n in range(5):
        make.family(1, region_id="13.72.01.1001", head={"name": f"Keluarga {n}"}, desil=5)
    first = client.get(URL)
    assert first.context["prev"] == ""
    second = client.get(first.context["next"])
    assert names(second) == ["Keluarga 0", "Keluarga 1"]
    assert (second.context["page"].start, second.context["page"].end) == (3, 4)
    assert "3–4" in second.content.decode()
    last = client.get(client.get(second.context["next"]).context["next"])
    assert names(last) == ["Keluarga 4"]
    assert last.context["next"] == ""
    assert names(client.get(second.context["prev"])) == names(first)


def test_a_strange_page_token_opens_the_first_page_and_says_so(client, world, staff):
    for token in ("after=abc", "before=%00", "after=eyJ:1:x&before=y"):
        response = client.get(f"{URL}?{token}")
        assert response.status_code == 200
        assert names(response) == ["Yusmaini", "Zulfahmi Piliang"]
        assert [str(m) for m in response.context["messages"]]


def test_unknown_values_show_an_error_and_no_list(client, world, staff):
    response = client.get(f"{URL}?status=gone")
    assert response.status_code == 400
    assert names(response) == []
    assert 'class="note bad"' in response.content.decode()
    assert client.get(f"{URL}?status=gone", **HTMX).status_code == 422
    assert client.get(f"{URL}count/?status=gone").status_code == 404


def test_an_empty_list_names_its_filters(client, world, staff):
    page = client.get(f"{URL}?desil_from=9").content.decode()
    assert "Desil 9" in page
    assert f'href="{URL}"' in page


def test_counts_stand_in_the_page_while_they_are_cheap(client, world, staff):
    response = client.get(URL)
    assert (response.context["total"].households, response.context["total"].members) == (2, 4)
    assert b'hx-trigger="load"' not in response.content.split(b'id="count"')[1].split(b">")[0]


def test_counts_of_long_lists_come_in_a_request_of_their_own(client, world, staff, monkeypatch):
    monkeypatch.setattr("households.listing.SMALL_TABLE", -2)
    monkeypatch.setattr("households.listing.QUICK_COST", 0)
    response = client.get(f"{URL}?desil_to=4")
    assert response.context["total"] is None
    place = response.content.decode().split('id="count"')[1].split(">")[0]
    address = re.search(r'hx-get="([^"]+)"', place)[1]
    assert address == f"{URL}count/?desil_to=4"
    count = client.get(address, **HTMX).content.decode()
    assert 'data-total="2"' in count
    assert 'hx-swap-oob="true"' in count
    assert client.get(f"{URL}?q=zzqqxy").context["total"].households == 0


def test_tabs_bring_their_numbers_later(client, world, staff):
    make.HouseholdSetFactory(
        owner=staff, name="Semua tanah garam", rule=_area("13.72.01.1001"), query="area=13.72.01.1001"
    )
    page = client.get(f"{URL}?area=13.72.01.1001")
    assert 'aria-current="page">Semua tanah garam' in page.content.decode()
    tabs = client.get(f"{URL}tabs/?area=13.72.01.1001", **HTMX).context["tabs"]
    assert [(t["count"], t["current"]) for t in tabs] == [
        (2, False), (2, False), (0, False), (2, False), (1, True)
    ]  # fmt: skip


def test_tabs_leave_out_what_is_drawn_by_health(client, world):
    owner = world.user("bappeda_staff")
    rule = {"field": "disability", "op": "eq", "value": True}
    make.HouseholdSetFactory(owner=owner, name="Difabel", rule=rule, query="member=disability", shared=True)
    for role, shown in (("bappeda_admin", True), ("auditor", False)):
        client.force_login(world.user(role))
        assert ("Difabel" in client.get(URL).content.decode()) == shown, role


def _area(code):
    return {"field": "region", "op": "in", "value": [code]}


class TestNumbers:
    """Looking somebody up by a whole NIK or KK."""

    def test_finds_and_records_without_the_number(self, client, world, staff):
        for number in (world.own.head.nik, world.own.household.kk, world.own.child.nik):
            assert names(client.get(URL, {"q": number})) == ["Yusmaini"]
        records = AccessRecord.objects.filter(kind="lookup")
        assert records.count() == 3
        assert all(r.user == staff and "••••" in r.what for r in records)
        assert not any(world.own.head.nik in f"{r.what}{r.filters}{r.object_key}" for r in records)

    def test_elsewhere_names_neither_person_nor_place(self, client, world):
        client.force_login(world.user("kelurahan_operator"))
        page = client.get(URL, {"q": world.other.head.nik})
        assert names(page) == []
        text = page.content.decode()
        assert reverse("households:transfer_request") in text
        assert "Zulfahmi" not in text
        assert "Laing" not in text
        nowhere = client.get(URL, {"q": "1372010101800999"}).content.decode()
        assert f'href="{reverse("households:transfer_request")}"' not in nowhere

    def test_many_lookups_have_to_wait(self, client, world, staff):
        make.AccessRecordFactory.create_batch(30, user=staff, kind="lookup")
        response = client.get(URL, {"q": world.own.head.nik})
        assert response.status_code == 429
        assert names(response) == []
        assert client.get(URL, {"q": "yusmaini"}).status_code == 200

    def test_a_part_of_a_number_finds_nobody(self, client, world, staff):
        response = client.get(URL, {"q": world.own.head.nik[:12]})
        assert response.status_code == 400
        assert "16" in response.content.decode()


def test_slips_are_forgiven_and_said(client, world, staff):
    response = client.get(f"{URL}?q=zulfhami")
    assert names(response) == ["Zulfahmi Piliang"]
    assert response.context["like"]
    assert 'class="note warn"' in response.content.decode()
    assert not client.get(f"{URL}?q=zulfahmi").context["like"]


def test_columns_are_chosen_and_remembered(client, world, staff):
    assert "<th" in client.get(URL).content.decode()
    response = client.post(f"{URL}columns/", {"columns": ["source", "desil", "nik"], "query": "desil_to=4&x=1"})
    assert response["Location"] == f"{URL}?desil_to=4"
    staff.refresh_from_db()
    assert staff.preferences["household_columns"] == ["desil", "source"]
    page = client.get(URL).content.decode()
    assert page.count('scope="col"') == 4  # tick, head, desil, source
    assert HistoryTransaction.objects.filter(action="account.preferences", actor_id=staff.pk).exists()
    assert client.get(f"{URL}columns/").status_code == 405


def test_registered_columns_are_asked_for_the_page_only(client, world, staff, monkeypatch):
    from django.db.models import Count

    column = ListColumn(
        "people",
        "Orang",
        lambda queryset, year: queryset.annotate(people=Count("members")),
        lambda row: row.people,
        kind="int",
        default=True,
    )
    hidden = ListColumn("secret", "Rahasia", column.annotate, column.value, perm=Perm.MANAGE_USERS, default=True)
    monkeypatch.setattr(registry, "household_columns", [column, hidden])
    response = client.get(URL)
    assert [cell.html for row in response.context["page"].rows for cell in row["extras"]] == ["2", "2"]
    assert "Rahasia" not in response.content.decode()


class TestBulk:
    """What is done with ticked rows or the whole filter."""

    def post(self, client, key, data, query=""):
        return client.post(f"{URL}bulk/{key}/{query}", data)

    def test_ticked_rows_become_a_selection(self, client, world, staff):
        response = self.post(client, "save", {"pick": [str(world.own.household.uuid)]})
        selection = HouseholdSet.objects.get()
        assert (selection.temporary, selection.owner, selection.rows.get().household) == (
            True,
            staff,
            world.own.household,
        )
        assert response["Location"] == f"{URL}sets/new/?set={selection.uuid}"
        assert self.post(client, "export", {"pick": [str(world.own.household.uuid)]})["Location"].startswith(
            f"{URL}export/?set="
        )

    def test_the_whole_filter_keeps_the_filter(self, client, world, staff):
        assert (
            self.post(client, "save", {"all": "1"}, "?desil_to=4&after=x")["Location"] == f"{URL}sets/new/?desil_to=4"
        )
        assert self.post(client, "export", {"all": "1"}, "?desil_to=4")["Location"] == f"{URL}export/?desil_to=4"
        assert not HouseholdSet.objects.exists()

    def test_rows_beyond_sight_or_filter_are_not_taken(self, client, world):
        client.force_login(world.user("kelurahan_operator"))
        both = [str(world.own.household.uuid), str(world.other.household.uuid)]
        self.post(client, "save", {"pick": both})
        assert [r.household for r in HouseholdSet.objects.get().rows.all()] == [world.own.household]
        response = self.post(client, "save", {"pick": [str(world.other.household.uuid)]})
        assert response["Location"] == f"{URL}?"
        assert HouseholdSet.objects.count() == 1

    @pytest.mark.parametrize("data", [{}, {"pick": "x"}, {"pick": ""}, {"pick": ["x"] * 3}])
    def test_nothing_ticked_says_so(self, client, world, staff, data):
        response = client.post(f"{URL}bulk/save/", data, follow=True)
        assert [m.level_tag for m in response.context["messages"]] == ["error"]
        assert not HouseholdSet.objects.exists()

    def test_unknown_actions_and_broken_filters(self, client, world, staff):
        assert self.post(client, "explode", {"all": "1"}).status_code == 404
        assert self.post(client, "save", {"all": "1"}, "?status=x")["Location"] == URL
        assert client.get(f"{URL}bulk/save/").status_code == 405

    def test_registered_actions_get_a_selection_and_need_their_right(self, client, world, staff, monkeypatch):
        started = []

        def start(request, household_set):
            started.append(household_set)
            return HttpResponse("ok")

        action = BulkAction("enrol", "Ajukan", "bullseye", Perm.PROPOSE, start)
        monkeypatch.setattr(registry, "bulk_actions", [action])
        assert "Ajukan" in client.get(URL).content.decode()
        assert self.post(client, "enrol", {"all": "1"}, "?area=13.72.01").content == b"ok"
        assert set(sets.resolve(started[0], staff)) == {world.own.household}
        client.force_login(world.user("auditor"))
        assert "Ajukan" not in client.get(URL).content.decode()
        assert self.post(client, "enrol", {"all": "1"}).status_code == 404


def test_search_finds_people_households_and_numbers(client, world, staff):
    world.own.child.name = "Ahmad Fauzan"
    world.own.child.save()
    hits = client.get("/search/?q=fauzan+ah", **HTMX).content.decode()
    assert "Ahmad Fauzan" in hits
    assert "Yusmaini" in hits
    detail = reverse("households:household_detail", args=[world.own.household.uuid])
    assert f'href="{detail}"' in hits
    assert client.get("/search/", {"q": world.own.child.nik})["Location"] == detail
    assert AccessRecord.objects.filter(kind="lookup", user=staff).count() == 1
    client.force_login(world.user("kelurahan_operator"))
    assert "Zulfahmi" not in client.get("/search/?q=zulfahmi", **HTMX).content.decode()


def test_old_selections_go(world, db):
    from households.tasks import drop_old_selections

    owner = world.user("bappeda_staff")
    old, new = (make.HouseholdSetFactory(frozen=True, owner=owner, temporary=True) for _ in range(2))
    make.HouseholdSetRowFactory(set=old, household=world.own.household)
    HouseholdSet.objects.filter(pk=old.pk).update(created=timezone.now() - dt.timedelta(days=2))
    kept = make.HouseholdSetFactory(owner=owner)
    assert drop_old_selections() == "1 selections"
    assert set(HouseholdSet.objects.all()) == {new, kept}
    assert drop_old_selections() == ""


def test_counts_are_of_this_moment(client, world, staff):
    """Counted once for all readers, and again after every change; each area for itself."""

    def shown(path="count/"):
        page = client.get(f"{URL}{path}", **HTMX).content.decode()
        return re.findall(r"<b>([\d.]+) keluarga</b>|<span>(\d+)</span>", page)

    before, tabs = shown(), shown("tabs/")
    assert before == shown() == [("2", "")]
    made = make.family(2, region_id=world.own.region.pk, desil=1)
    assert shown() == [("3", "")]
    assert shown("tabs/") != tabs
    client.force_login(world.user("kelurahan_operator"))
    assert shown() == [("2", "")]
    type(made).objects.filter(pk=made.pk).update(region=world.other.region)
    assert shown() == [("1", "")]
    client.force_login(staff)
    assert shown() == [("3", "")]
