"""What apply writes: all of it or nothing, what a person saw and nothing else, and the better source over the worse."""

import datetime as dt

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection
from django.urls import reverse

from core.imports import batches
from core.models import CitySettings, HistoryEntry, HistoryTransaction, ImportBatch, ImportFinding
from households.actions.households import edit_household
from households.actions.members import add_member
from households.imports.choices import overwrite_newer
from households.imports.precedence import DEFAULT
from households.models import Household, HouseholdNumber, ImportFamily, Member, Membership, WelfareRank
from tests.households.sheets import VILLAGE, bring, check, family, household, kk, load, outcomes, person, said, step

pytestmark = pytest.mark.usefixtures("answers")
TABLES = (Household, HouseholdNumber, Member, Membership)


@pytest.fixture
def keeper(world):
    return world.user("kelurahan_operator")


@pytest.fixture
def bappeda(world):
    return world.user("bappeda_admin")


def sizes() -> list[int]:
    return [model.objects.count() for model in TABLES]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- all or nothing --------------------------------------------------------------------------------------------------


def test_check_stores_nothing_and_apply_stores_what_was_shown(keeper):
    before = sizes()
    batch = check(keeper, family(1, 3) + family(2, 2))
    assert sizes() == before
    assert outcomes(batch) == ["new", "new"]
    assert batch.counts["to_apply"] == 2

    step(batch, "apply", keeper)

    assert [now - then for now, then in zip(sizes(), before, strict=True)] == [2, 2, 5, 5]
    assert batch.counts["report"] == {
        "households": {"created": 2, "updated": 0, "unchanged": 0},
        "members": {"created": 5, "updated": 0, "unchanged": 0},
    }
    one = household(1)
    assert (one.region_id, one.source, one.size, one.head_name) == (VILLAGE, "verval", 3, "Orang satu nol")
    assert [m.relation for m in one.members.order_by("pk")][0] == 1
    assert {m.reason for m in one.memberships.all()} == {"import"}


def test_everything_it_writes_is_one_transaction_of_the_history(keeper):
    batch = load(keeper, family(1) + family(2))
    (tx,) = HistoryTransaction.objects.filter(batch=batch.uuid)
    assert (tx.action, tx.actor_id, tx.reason, tx.region) == ("import.apply", keeper.pk, "verval.csv", VILLAGE)
    written = HistoryEntry.objects.filter(tx_id=tx.pk).values_list("tbl", flat=True)
    assert {"households_household", "households_member", "households_membership"} <= set(written)
    assert list(written).count("households_member") >= 4


@pytest.mark.parametrize("table", ["households_member", "households_membership", "core_importbatch"])
def test_error_in_the_middle_leaves_nothing(keeper, table):
    batch, before = check(keeper, family(1) + family(2)), sizes()
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
                       "$$ BEGIN IF NEW IS NULL OR to_jsonb(NEW)->>'state' IS NULL OR to_jsonb(NEW)->>'state' = "
                       "'applied' THEN RAISE EXCEPTION 'broken'; END IF; RETURN NEW; END $$")  # fmt: skip
        cursor.execute(f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW "
                       "EXECUTE FUNCTION broken()")  # fmt: skip
    with pytest.raises(DatabaseError, match="broken"):
        batches.run(batch, "apply", by=keeper, at_once=True)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER broken ON {table}")
    batch.refresh_from_db()
    assert sizes() == before
    assert not HistoryTransaction.objects.filter(batch=batch.uuid).exists()
    assert (batch.state, batches.stage(batch)) == ("failed", "failed")
    assert batch.message

    step(batch, "check", keeper)
    step(batch, "apply", keeper)
    assert batch.state == "applied"
    assert household(2).size == 2


def test_applied_batch_finds_nothing_more_to_write(keeper):
    batch = load(keeper, family(1))
    before, entries = sizes(), HistoryEntry.objects.count()
    step(batch, "apply", keeper)
    assert sizes() == before
    assert HistoryEntry.objects.count() == entries


def test_same_sheet_again_changes_nothing(keeper):
    rows = family(1, 3, desil=2, floor="Tanah") + family(2)
    load(keeper, rows)
    before, entries = sizes(), HistoryEntry.objects.exclude(tbl="households_datarelease").count()
    batch = check(keeper, rows)
    assert outcomes(batch) == ["same", "same"]
    assert said(batch, "error", "warning") == {}
    step(batch, "apply", keeper)
    assert batch.counts["report"] == {
        "households": {"created": 0, "updated": 0, "unchanged": 2},
        "members": {"created": 0, "updated": 0, "unchanged": 5},
    }
    assert sizes() == before
    assert HistoryEntry.objects.exclude(tbl="households_datarelease").count() == entries


def test_changes_are_written_field_by_field(keeper):
    load(keeper, family(1))
    rows = family(1)
    rows[0] |= {"address": "Jl. Lain 9"}
    rows[1] |= {"name": "Orang Baru Sama Sekali"}
    batch = check(keeper, [*rows, {"kk": kk(1)} | person(55, relation="Anak")])
    assert outcomes(batch) == ["changed"]
    step(batch, "apply", keeper)
    one = household(1)
    assert (one.address, one.rt, one.size) == ("Jl. Lain 9", "001", 3)
    assert sorted(one.members.values_list("name", flat=True)) == [
        "Orang Baru Sama Sekali",
        "Orang lima lima",
        "Orang satu nol",
    ]
    tx = HistoryTransaction.objects.get(batch=batch.uuid)
    (changed,) = HistoryEntry.objects.filter(tx_id=tx.pk, tbl="households_household", op="U", data__has_key="address")
    assert changed.data["address"] == "Jl. Contoh 1"


def test_empty_cell_changes_nothing(keeper):
    load(keeper, family(1, floor="Tanah"))
    batch = check(keeper, family(1, floor="", address=""))
    assert outcomes(batch) == ["same"]


def test_nobody_applies_who_may_not_import_there_any_more(keeper):
    batch = check(keeper, family(1))
    keeper.role_assignments.update(valid_to=dt.date(2021, 1, 1))
    by = type(keeper).objects.get(pk=keeper.pk)
    with pytest.raises(PermissionDenied):
        batches.run(batch, "apply", by=by, at_once=True)
    assert not Household.objects.filter(kk=kk(1)).exists()


def test_unchecked_batch_is_not_applied(keeper):
    batch = bring(keeper, family(1))
    with pytest.raises(ValidationError):
        batches.run(batch, "apply", by=keeper, at_once=True)


# --- refused families ------------------------------------------------------------------------------------------------


def refused_sheet():
    rows = family(1) + family(2, 3) + family(3)
    rows[3] |= {"nik": "13720145"}  # the second of three
    return rows


def test_refused_family_keeps_the_whole_sheet_out(keeper):
    batch, before = check(keeper, refused_sheet()), sizes()
    assert outcomes(batch) == ["new", "refused", "new"]
    with pytest.raises(ValidationError):
        batches.run(batch, "apply", by=keeper, at_once=True)
    batch.refresh_from_db()
    assert sizes() == before
    assert batch.state == "checked"
    assert batch.message


def test_refused_family_is_left_out_whole_and_the_choice_is_on_record(client, keeper):
    batch = check(keeper, refused_sheet())
    client.force_login(keeper)
    client.post(reverse("households:import_step", args=[batch.uuid, "apply"]), {"skip_refused": "1"})
    batch.refresh_from_db()
    assert (batch.state, batch.skip_refused) == ("applied", True)
    assert batch.options["skip_refused"]["by"] == keeper.pk
    assert dt.datetime.fromisoformat(batch.options["skip_refused"]["at"])
    assert set(Household.objects.filter(source="verval").values_list("kk", flat=True)) == {kk(1), kk(3)}
    assert not Member.objects.filter(nik=refused_sheet()[2]["nik"]).exists(), "nor the sound people of that family"
    assert batch.counts["report"]["households"]["created"] == 2


def test_refused_workbook_mended_and_brought_again_adds_the_rest(client, keeper, tmp_path):
    batch = check(keeper, refused_sheet())
    client.force_login(keeper)
    client.post(reverse("households:import_step", args=[batch.uuid, "apply"]), {"skip_refused": "1"})
    answer = client.post(reverse("households:import_refused", args=[batch.uuid]))
    book = tmp_path / "ditolak.xlsx"
    book.write_bytes(b"".join(answer.streaming_content))

    opened = openpyxl.load_workbook(book)
    table = opened.worksheets[0]
    cells = [cell for row in table.iter_rows() for cell in row if str(cell.value) == "13720145"]
    assert len(cells) == 1
    assert len([row for row in table.iter_rows(values_only=True) if kk(2) in row]) == 3, "the whole family comes along"
    cells[0].value = family(2, 3)[1]["nik"]
    opened.save(book)

    again = batches.bring(
        kind="households", file=book, name=book.name, by=keeper, source="verval", effective=batch.effective,
        area=VILLAGE,
    )  # fmt: skip
    for name in ("read", "check", "apply"):
        step(again, name, keeper)
    assert outcomes(again) == ["new"]
    assert household(2).size == 3


# --- changed since the preview ---------------------------------------------------------------------------------------


def test_family_changed_since_is_shown_again_and_the_rest_goes_in(client, keeper):
    load(keeper, family(1) + family(2))
    batch = check(keeper, family(1, rt="007") + family(2, rt="007") + family(3))
    assert outcomes(batch) == ["changed", "changed", "new"]
    edit_household(household=household(1), section="address", values={"rt": "009"}, version=None, by=keeper)

    step(batch, "apply", keeper)

    assert (household(1).rt, household(2).rt, household(3).rt) == ("009", "007", "001")
    assert said(batch)["changed_since"] == 1
    assert batch.state == "applied"
    (shown,) = ImportFamily.objects.filter(batch_id=batch.pk, stale=True, applied=False)
    assert shown.changes["rt"] == ["009", "007"], "as it is now"
    client.force_login(keeper)
    page = client.get(reverse("households:import_batch", args=[batch.uuid]) + "?show=stale").content.decode()
    assert "009" in page
    assert "007" in page

    step(batch, "apply", keeper)
    assert household(1).rt == "007"
    assert not ImportFamily.objects.filter(batch_id=batch.pk, applied=False).exists()
    assert batch.counts["report"]["households"] == {"created": 1, "updated": 2, "unchanged": 2}


def test_change_that_the_sheet_does_not_touch_holds_nothing_back(keeper):
    load(keeper, family(1))
    batch = check(keeper, family(1, rt="007"))
    edit_household(household=household(1), section="address", values={"address": "Jl. Lain"}, version=None, by=keeper)
    other = family(1, rt="007")[0]["address"]
    step(batch, "apply", keeper)
    one = household(1)
    # The preview said that the address is the same; now it is not, so a person has to look again.
    assert (one.rt, one.address) == ("001", "Jl. Lain")
    assert said(batch)["changed_since"] == 1
    step(batch, "apply", keeper)
    assert (household(1).rt, household(1).address) == ("007", other)


def test_nik_taken_meanwhile_is_refused_for_its_family_alone(world, keeper):
    batch = check(keeper, family(1) + family(2))
    taken = family(1)[1]["nik"]
    add_member(
        household=world.own.household, values={"name": "Orang Lain", "nik": taken, "relation": 4}, date=OLD, by=keeper
    )
    batch.skip_refused = True
    batch.save(update_fields=["skip_refused"])
    step(batch, "apply", keeper)
    assert Member.objects.get(nik=taken).name == "Orang Lain"
    assert not Household.objects.filter(kk=kk(1)).exists()
    assert household(2).size == 2
    assert said(batch)["changed_since"] == 1


def test_purged_rows_ask_for_another_check(keeper):
    batch = check(keeper, family(1))
    batches.kind_of(batch).drop_staging(batch)
    with pytest.raises(ValidationError):
        batches.run(batch, "apply", by=keeper, at_once=True)
    step(batch, "check", keeper)
    step(batch, "apply", keeper)
    assert household(1).size == 2


# --- newer visits, better sources ------------------------------------------------------------------------------------

OLD, NEW = dt.date(2025, 3, 1), dt.date(2026, 3, 1)


def test_older_sheet_never_overwrites_a_newer_visit_without_being_shown(client, keeper):
    load(keeper, family(1, rt="001", floor="Tanah"), effective=NEW)
    batch = check(keeper, family(1, rt="005", floor="Keramik"), effective=OLD)
    (staged,) = ImportFamily.objects.filter(batch_id=batch.pk)
    assert (staged.newer, staged.changes) == (True, None)
    assert set(staged.held) == {"rt", "floor"}
    client.force_login(keeper)
    page = client.get(reverse("households:import_batch", args=[batch.uuid]) + "?show=held").content.decode()
    assert "005" in page
    step(batch, "apply", keeper)
    assert household(1).rt == "001"


def test_older_sheet_overwrites_when_a_person_says_so(keeper):
    load(keeper, family(1, rt="001"), effective=NEW)
    batch = check(keeper, family(1, rt="005"), effective=OLD)
    (staged,) = ImportFamily.objects.filter(batch_id=batch.pk)
    assert overwrite_newer(batch, families=[staged.family], by=keeper) == 1
    batch.refresh_from_db()
    assert batch.options["overwrite_by"] == [keeper.pk]
    step(batch, "apply", keeper)
    assert household(1).rt == "005"
    assert household(1).data_date == NEW, "the data do not grow older by it"


def test_older_sheet_fills_what_is_empty(keeper):
    load(keeper, family(1), effective=NEW)
    batch = check(keeper, family(1, floor="Tanah"), effective=OLD)
    step(batch, "apply", keeper)
    assert household(1).floor is not None


def test_visit_recorded_by_hand_counts_as_newer(keeper):
    load(keeper, family(1, rt="001"), effective=OLD)
    Household.objects.filter(kk=kk(1)).update(verified_at=NEW)
    batch = check(keeper, family(1, rt="005"), effective=OLD + dt.timedelta(days=1))
    step(batch, "apply", keeper)
    assert household(1).rt == "001"


GROUPS = {  # group of fields → how a sheet says one of them, first and other value
    "address": ("rt", "001", "005"),
    "housing": ("floor", "Tanah", "Keramik"),
    "person": ("occupation", "Petani", "Guru"),
    "identity": ("name", "Orang Lama", "Zubaidah Chaniago"),
}


@pytest.mark.parametrize(
    ("had", "brought"),
    [("verval", "p3ke"), ("p3ke", "verval"), ("siak", "dtsen"), ("dtsen", "siak"), ("local", "opensid")],
)
def test_source_overwrites_what_its_rank_allows(bappeda, had, brought):
    load(bappeda, family(1, 1, **{key: old for key, old, _new in GROUPS.values()}), source=had, effective=OLD)

    def values():
        one = household(1)
        someone = one.members.get()
        return {"address": one.rt, "housing": one.floor, "person": someone.occupation, "identity": someone.name}

    before = values()
    batch = load(bappeda, family(1, 1, **{key: new for key, _old, new in GROUPS.values()}), source=brought)
    after = values()
    allowed = {group for group in GROUPS if DEFAULT[group][brought] >= DEFAULT[group][had]}
    assert {group for group in GROUPS if after[group] != before[group]} == allowed
    assert batch.counts["held"] == (1 if allowed < set(GROUPS) else 0), "what a better source holds back is shown"


def test_city_keeps_ranks_of_its_own(bappeda):
    load(bappeda, family(1, rt="001"), source="verval", effective=OLD)
    CitySettings.objects.update(import_precedence={"address": {"p3ke": 5}})
    load(bappeda, family(1, rt="005"), source="p3ke", effective=NEW)
    assert household(1).rt == "005"


def test_official_rank_is_replaced_by_a_newer_official_one_only(bappeda):
    load(bappeda, family(1, desil=3), source="dtsen", effective=OLD)
    load(bappeda, family(1, desil=1), source="p3ke", effective=NEW, name="p3ke.csv")
    assert (household(1).desil, household(1).desil_source) == (3, "dtsen")
    load(bappeda, family(1, desil=5), source="dtsen", effective=NEW, name="dtsen2.csv")
    load(bappeda, family(1, desil=2), source="dtsen", effective=OLD - dt.timedelta(days=90), name="dtsen0.csv")
    assert (household(1).desil, household(1).desil_date) == (5, NEW)
    assert WelfareRank.objects.filter(household=household(1)).count() == 4, "every release keeps its own"


# --- who belongs where -----------------------------------------------------------------------------------------------


def test_person_of_another_family_moves_with_a_record(keeper):
    load(keeper, family(1, 3) + family(2))
    mover = Member.objects.get(nik=family(1, 3)[2]["nik"])
    batch = load(keeper, [*family(2), family(1, 3)[2] | {"kk": kk(2), "relation": "Famili lain"}])
    mover = fresh(mover)
    assert mover.household == household(2)
    assert [(m.household_id, m.valid_to is None) for m in mover.memberships.order_by("pk")] == [
        (household(1).pk, False),
        (household(2).pk, True),
    ]
    assert (household(1).size, household(2).size) == (2, 3)
    assert batch.counts["moved"] == 1


def test_two_families_swap_their_cards(keeper):
    load(keeper, family(1) + family(2))
    first, second = household(1), household(2)
    rows = [row | {"kk": kk(2)} for row in family(1)] + [row | {"kk": kk(1)} for row in family(2)]
    batch = check(keeper, rows)
    batch.skip_refused = True
    batch.save(update_fields=["skip_refused"])
    step(batch, "apply", keeper)
    # Whatever is made of it, no number is lost and nobody is without a household.
    assert {h.kk for h in Household.objects.filter(pk__in=[first.pk, second.pk])} == {kk(1), kk(2)}
    for row in rows:
        assert Member.objects.get(nik=row["nik"]).household.kk == row["kk"]


def test_head_and_child_swap_places(keeper):
    load(keeper, family(1))
    rows = family(1)
    rows[0]["relation"], rows[1]["relation"] = "Anak", "Kepala Keluarga"
    load(keeper, rows)
    assert household(1).members.get(relation=1).nik == rows[1]["nik"]
    assert household(1).head_name == rows[1]["name"]


def test_two_people_of_a_family_swap_their_niks(keeper):
    load(keeper, family(1, 3))
    rows = family(1, 3)
    rows[1]["nik"], rows[2]["nik"] = rows[2]["nik"], rows[1]["nik"]
    batch = check(keeper, rows)
    batch.skip_refused = True
    batch.save(update_fields=["skip_refused"])
    step(batch, "apply", keeper)
    assert Member.objects.filter(nik__in=[row["nik"] for row in rows]).count() == 3


def test_findings_name_sheet_row_column_and_value(keeper):
    batch = check(keeper, refused_sheet())
    (finding,) = ImportFinding.objects.filter(batch=batch, level="error")
    assert (finding.row, finding.col, finding.field, finding.value) == (5, "NIK", "nik", "13720145")


def test_batch_of_another_is_not_applied_by_its_address(client, world, keeper):
    batch = check(world.user("bappeda_staff"), family(1))
    client.force_login(keeper)
    assert client.post(reverse("households:import_step", args=[batch.uuid, "apply"])).status_code == 404
    assert ImportBatch.objects.get(pk=batch.pk).state == "checked"
