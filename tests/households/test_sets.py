"""Saved sets: live and frozen, own and shared, combined and compared, put away and brought back."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import HistoryTransaction
from core.registry import registry
from households import sets
from households.actions import sets as actions
from households.models import Household, HouseholdSet
from tests import factories as make

pytestmark = pytest.mark.usefixtures("alone")
LAING = {"field": "region", "op": "in", "value": ["13.72.02.1006"]}
POOR = {"field": "desil", "op": "lte", "value": 2}
DISABLED = {"field": "disability", "op": "eq", "value": True}


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


def address(name, household_set):
    return reverse(f"households:{name}", args=[household_set.uuid])


class TestSaving:
    """Live filters and frozen lists."""

    def test_live_sets_are_asked_anew(self, world, staff):
        saved = actions.save_set(name="  Miskin   Laing ", by=staff, rule={"all": [LAING, POOR]}, query="desil_to=2")
        assert saved.name == "Miskin Laing"
        assert set(sets.resolve(saved, staff)) == {world.other.household}
        new = make.family(1, region_id="13.72.02.1006", desil=2)
        assert set(sets.resolve(saved, staff)) == {world.other.household, new}
        tx = HistoryTransaction.objects.get(action="set.save")
        assert tx.actor_id == staff.pk

    def test_frozen_lists_keep_what_they_had(self, world, staff, monkeypatch):
        seen = []
        monkeypatch.setattr(registry, "set_snapshots", [seen.append])
        frozen = actions.freeze_queryset(
            name="Kunci", by=staff, queryset=Household.objects.visible_to(staff), rule=POOR
        )
        assert seen == [frozen.pk]
        rows = {r.household_id: r for r in frozen.rows.all()}
        assert set(rows) == {world.own.household.pk, world.other.household.pk}
        row = rows[world.own.household.pk]
        assert (row.desil_then, row.region_then, row.then) == (1, "13.72.01.1001", {"size": 2, "status": "active"})
        make.family(1, region_id="13.72.02.1006")
        world.own.household.desil = 5
        world.own.household.save()
        assert set(sets.resolve(frozen, staff)) == {world.own.household, world.other.household}
        row.refresh_from_db()
        assert row.desil_then == 1

    def test_merged_households_count_through_their_survivor_once(self, world, staff):
        twin = make.family(1, region_id="13.72.01.1001", kk=None)
        frozen = actions.freeze_queryset(name="Kunci", by=staff, queryset=Household.objects.all())
        Household.objects.filter(pk=twin.pk).update(
            merged_into=world.own.household, status="duplicate", status_reason="x", status_date=dt.date(2026, 1, 1)
        )
        assert sorted(sets.resolve(frozen, staff), key=lambda h: h.pk) == [world.own.household, world.other.household]

    def test_refusals(self, world, staff):
        with pytest.raises(ValidationError):
            actions.freeze_queryset(name="Kosong", by=staff, queryset=Household.objects.none())
        with pytest.raises(ValidationError):
            actions.freeze_queryset(name="Kosong", by=staff, queryset=Household.objects.filter(desil=9))
        with pytest.raises(ValidationError):
            actions.save_set(name="", by=staff, rule=POOR)
        with pytest.raises(ValidationError):
            actions.save_set(name="x", by=staff, rule={"field": "nope"})
        with pytest.raises(ValidationError):
            actions.save_set(name="x", by=staff, rule={"field": "text", "op": "contains", "value": world.own.head.nik})
        actions.save_set(name="Sama", by=staff, rule=POOR)
        with pytest.raises(ValidationError):
            actions.save_set(name="Sama", by=staff, rule=LAING)
        with pytest.raises(PermissionDenied):
            actions.save_set(name="x", by=world.user("leadership"), rule=POOR)
        with pytest.raises(ValidationError):
            actions.save_set(name="x", by=world.user("auditor"), rule=DISABLED)
        assert HouseholdSet.objects.count() == 1

    def test_only_roles_with_the_right_share(self, world, staff):
        assert actions.save_set(name="a", by=staff, rule=POOR, shared=True).shared
        operator = world.user("kelurahan_operator")
        with pytest.raises(PermissionDenied):
            actions.save_set(name="a", by=operator, rule=POOR, shared=True)
        own = actions.save_set(name="a", by=operator, rule=POOR)
        assert own.area_id == "13.72.01.1001"
        with pytest.raises(PermissionDenied):
            actions.share_set(household_set=own, shared=True, by=operator)


class TestOpening:
    """Who sees what of a set."""

    def test_shared_sets_show_the_readers_own_area(self, world, staff):
        operator = world.user("kelurahan_operator")
        saved = actions.save_set(name="Miskin", by=staff, rule=POOR)
        with pytest.raises(PermissionDenied):
            sets.resolve(saved, operator)
        actions.share_set(household_set=saved, shared=True, by=staff)
        assert set(sets.resolve(saved, operator)) == {world.own.household}
        frozen = actions.freeze_queryset(
            name="Kunci", by=staff, queryset=Household.objects.visible_to(staff), shared=True
        )
        assert set(sets.resolve(frozen, operator)) == {world.own.household}

    def test_sets_by_health_need_the_right(self, world, staff):
        saved = actions.save_set(name="Difabel", by=staff, rule=DISABLED, shared=True)
        frozen = actions.freeze_queryset(
            name="Kunci", by=staff, queryset=sets.resolve(saved, staff), rule=DISABLED, shared=True
        )
        both = actions.combine_sets(first=saved, second=frozen, how="intersection", name="Dua", by=staff)
        actions.share_set(household_set=both, shared=True, by=staff)
        for household_set in (saved, frozen, both):
            assert set(sets.resolve(household_set, staff)) == {world.own.household, world.other.household}
            assert set(sets.resolve(household_set, world.user("kelurahan_operator"))) == {world.own.household}
            with pytest.raises(PermissionDenied):
                sets.resolve(household_set, world.user("opd_operator"))

    def test_pages_by_health_are_refused_and_not_listed(self, client, world, staff):
        saved = actions.save_set(name="Difabel", by=staff, rule=DISABLED, shared=True)
        client.force_login(world.user("opd_operator"))
        assert client.get(address("set_detail", saved)).status_code == 403
        assert "Difabel" not in client.get(reverse("households:set_list")).content.decode()
        assert client.get(f"/households/?set={saved.uuid}").status_code == 400


class TestPages:
    """The pages of sets."""

    def test_saving_from_the_list(self, client, world, staff):
        client.force_login(staff)
        page = client.get("/households/sets/new/?desil_to=2&area=13.72.02.1006")
        assert page.context["total"].households == 1
        response = client.post(
            "/households/sets/new/?desil_to=2&area=13.72.02.1006", {"name": "Laing", "kind": "live", "shared": "on"}
        )
        saved = HouseholdSet.objects.get()
        assert response["Location"] == address("set_detail", saved)
        assert (saved.query, saved.shared, saved.frozen_at) == ("desil_to=2&area=13.72.02.1006", True, None)
        again = client.post("/households/sets/new/?desil_to=2", {"name": "Laing", "kind": "live"})
        assert again.status_code == 422
        assert again.context["form"].errors
        frozen = client.post("/households/sets/new/", {"name": "Semua", "kind": "frozen"}, follow=True)
        assert frozen.context["then"].rows == 2

    def test_ticked_rows_can_only_be_frozen(self, client, world, staff):
        client.force_login(staff)
        selection = actions.make_selection(by=staff, queryset=Household.objects.filter(pk=world.own.household.pk))
        url = f"/households/sets/new/?set={selection.uuid}"
        assert client.post(url, {"name": "x", "kind": "live"}).status_code == 422
        client.post(url, {"name": "Dicentang", "kind": "frozen"})
        saved = HouseholdSet.objects.get(temporary=False)
        assert [r.household for r in saved.rows.all()] == [world.own.household]
        assert saved.rule == {}

    def test_list_and_detail(self, client, world, staff):
        saved = actions.save_set(name="Miskin", by=staff, rule=POOR, query="desil_to=2", shared=True)
        frozen = actions.freeze_queryset(
            name="Kunci", by=staff, queryset=Household.objects.visible_to(staff), shared=True
        )
        client.force_login(world.user("kelurahan_operator"))
        rows = client.get(reverse("households:set_list")).context["rows"]
        assert [(r["set"].name, r["count"], r["url"], r["own"]) for r in rows] == [
            ("Miskin", 1, "/households/?desil_to=2", False),
            ("Kunci", 1, f"/households/?set={frozen.uuid}", False),
        ]
        then = client.get(address("set_detail", frozen)).context["then"]
        assert (then.rows, then.seen, then.left, then.by_desil) == (2, 1, 0, [(1, 1, 1)])
        assert client.get(address("set_detail", saved)).context["total"].households == 1
        for name in ("set_rename", "set_share", "set_archive"):
            assert client.post(address(name, saved), {"name": "x", "shared": "1"}).status_code == 403
        assert client.post(address("set_restore", saved)).status_code == 404

    def test_leavers_of_a_frozen_list_are_counted_apart(self, world, staff):
        frozen = actions.freeze_queryset(name="Kunci", by=staff, queryset=Household.objects.visible_to(staff))
        Household.objects.filter(pk=world.own.household.pk).update(
            status="moved", status_reason="x", status_date=dt.date(2026, 1, 1), desil=3
        )
        then = sets.then_and_now(frozen, staff)
        assert (then.rows, then.seen, then.active, then.left) == (2, 2, 1, 1)
        assert then.by_desil == [(1, 2, 1), (3, 0, 1)]

    def test_rename_share_archive_undo(self, client, world, staff):
        client.force_login(staff)
        saved = actions.save_set(name="Miskin", by=staff, rule=POOR)
        client.post(address("set_rename", saved), {"name": "Desil rendah", "description": "untuk rakor"})
        client.post(address("set_share", saved), {"shared": "1"})
        saved.refresh_from_db()
        assert (saved.name, saved.description, saved.shared) == ("Desil rendah", "untuk rakor", True)
        client.post(address("set_share", saved), {})
        response = client.post(address("set_archive", saved), follow=True)
        assert any(m.extra_tags == f"undo:{address('set_restore', saved)}" for m in response.context["messages"])
        assert client.get(address("set_detail", saved)).status_code == 404
        client.post(address("set_restore", saved))
        assert client.get(address("set_detail", saved)).status_code == 200
        done = list(HistoryTransaction.objects.filter(action__startswith="set.").values_list("action", flat=True))
        assert done == ["set.save", "set.rename", "set.share", "set.unshare", "set.archive", "set.restore"]

    def test_restoring_over_a_taken_name_is_refused(self, client, world, staff):
        client.force_login(staff)
        old = actions.save_set(name="Sama", by=staff, rule=POOR)
        actions.archive_set(household_set=old, by=staff)
        actions.save_set(name="Sama", by=staff, rule=LAING)
        response = client.post(address("set_restore", old), follow=True)
        assert [m.level_tag for m in response.context["messages"]] == ["error"]

    def test_freezing_copies_what_the_person_sees(self, client, world, staff):
        saved = actions.save_set(name="Miskin", by=staff, rule=POOR, shared=True)
        client.force_login(world.user("kelurahan_operator"))
        client.post(address("set_freeze", saved), {"name": "Salinan"})
        copy = HouseholdSet.objects.get(name="Salinan")
        assert (copy.owner, [r.household for r in copy.rows.all()]) == (
            world.user("kelurahan_operator"),
            [world.own.household],
        )
        assert copy.rule == POOR
        response = client.post(address("set_freeze", saved), {"name": ""}, follow=True)
        assert [m.level_tag for m in response.context["messages"]] == ["success", "error"]

    @pytest.mark.parametrize("name", ["set_rename", "set_share", "set_archive", "set_restore", "set_freeze"])
    def test_changes_only_by_post(self, client, world, staff, name):
        client.force_login(staff)
        assert client.get(address(name, make.HouseholdSetFactory(owner=staff))).status_code == 405

    def test_other_peoples_sets_are_not_found(self, client, world, staff):
        saved = actions.save_set(name="Miskin", by=staff, rule=POOR)
        client.force_login(world.user("auditor"))
        assert client.get(address("set_detail", saved)).status_code == 404
        assert client.post(address("set_freeze", saved), {"name": "x"}).status_code == 404


class TestTwo:
    """Combining and comparing."""

    @pytest.fixture
    def pair(self, world, staff):
        third = make.family(1, region_id="13.72.02.1006", desil=7)
        unknown = make.family(1, region_id="13.72.02.1006", without_desil=True)
        poor = actions.save_set(name="Miskin", by=staff, rule=POOR)
        laing = actions.freeze_queryset(name="Laing", by=staff, queryset=Household.objects.in_area("13.72.02"))
        return poor, laing, third, unknown

    @pytest.mark.parametrize("how", ["union", "intersection", "difference"])
    def test_combinations(self, world, staff, pair, how):
        poor, laing, third, unknown = pair
        want = {
            "union": {world.own.household, world.other.household, third, unknown},
            "intersection": {world.other.household},
            "difference": {world.own.household},
        }[how]
        made = actions.combine_sets(first=poor, second=laing, how=how, name="Baru", by=staff)
        assert set(sets.resolve(made, staff)) == want

    def test_unknown_data_are_outside_a_live_set(self, world, staff, pair):
        poor, laing, third, unknown = pair
        made = actions.combine_sets(first=laing, second=poor, how="difference", name="Baru", by=staff)
        assert set(sets.resolve(made, staff)) == {third, unknown}

    def test_comparison_opens_its_lists(self, client, world, staff, pair):
        poor, laing, _third, _unknown = pair
        client.force_login(staff)
        url = f"/households/sets/compare/?first={poor.uuid}&second={laing.uuid}"
        page = client.get(url)
        found = page.context["compared"]
        assert (found.only_first, found.both, found.only_second) == (1, 1, 2)
        for name, number in (("only_first_url", 1), ("both_url", 1), ("only_second_url", 2)):
            assert client.get(page.context[name]).context["total"].households == number
        client.post(url, {"how": "union", "name": "Gabungan"})
        assert HouseholdSet.objects.filter(name="Gabungan", owner=staff).exists()

    def test_refusals(self, client, world, staff, pair):
        poor, laing, *_ = pair
        client.force_login(staff)
        same = client.post(
            f"/households/sets/compare/?first={poor.uuid}&second={poor.uuid}", {"how": "union", "name": "x"}
        )
        assert same.status_code == 422
        for query in ("", "?first=x&second=y", f"?first={poor.uuid}"):
            assert client.get(f"/households/sets/compare/{query}").status_code == 404
        client.force_login(world.user("auditor"))
        assert client.get(f"/households/sets/compare/?first={poor.uuid}&second={laing.uuid}").status_code == 404
        with pytest.raises(PermissionDenied):
            actions.combine_sets(first=poor, second=laing, how="union", name="x", by=world.user("auditor"))
