"""Undo of an applied sheet: what it made goes, what it changed returns, what was touched since stays and is said."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.urls import reverse

from core.imports import batches
from core.models import HistoryEntry, HistoryTransaction, ImportFinding
from households.actions.households import add_note, edit_household
from households.actions.members import add_member, move_member
from households.models import Household, Member
from tests import factories as make
from tests.households.sheets import bring, check, family, household, kk, load, outcomes, person, step

pytestmark = pytest.mark.usefixtures("answers")
TABLES = [
    "households_household",
    "households_householdnumber",
    "households_externalid",
    "households_member",
    "households_membership",
    "households_datarelease",
    "households_welfarerank",
    "programs_assistance",
]
OLD, NEW = dt.date(2025, 3, 1), dt.date(2026, 3, 1)


@pytest.fixture
def keeper(world):
    return world.user("kelurahan_operator")


def picture() -> dict[str, list[str]]:
    """Every row of the tables that an import writes, but for the counters of saves."""
    rows = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT (to_jsonb(t) - 'version' - 'updated')::text FROM {table} t ORDER BY id")
            rows[table] = [row for (row,) in cursor.fetchall()]
    return rows


def undo(batch, by):
    step(batch, "undo", by)
    assert (batch.state, batch.undone_by) == ("undone", by)
    return batch


# --- back to what was ------------------------------------------------------------------------------------------------


def test_new_families_go_without_a_trace_outside_the_history(keeper):
    before = picture()
    batch = load(keeper, family(1, 3, desil=2) + family(2))
    undo(batch, keeper)
    assert picture() == before
    assert batch.counts["undo"]["deleted"]["households_member"] == 5
    assert batch.counts["undo"]["kept"] == {}
    gone = HistoryEntry.objects.filter(tbl="households_member", op="D")
    assert {e.data["nik"] for e in gone} == {row["nik"] for row in family(1, 3) + family(2)}, "the history keeps them"
    tx = HistoryTransaction.objects.get(batch=batch.uuid, action="import.undo")
    assert (tx.actor_id, tx.reason) == (keeper.pk, "verval.csv")


def changed_rows():
    """Families 1 to 3 as a later sheet brings them: other values, another head, a new card, a death, a move."""
    one, two, three = family(1, 3), family(2, 3), family(3, 2)
    for row in one:
        row |= {"address": "Jl. Pindah 3", "rt": "008", "floor": "Keramik", "desil": 4}
    one[1] |= {"name": "Zulkarnain Dt. Bandaro", "occupation": "Petani"}
    one[0]["relation"], one[1]["relation"] = "Anak", "Kepala Keluarga"
    moved = two.pop()
    for row in two:
        row["kk"] = kk(22)  # a new card for the same people
    two[1] |= {"status": "meninggal"}
    three.append(moved | {"kk": kk(3), "relation": "Famili lain"})
    three.append(person(77, relation="Anak", kk=kk(3)))
    return one + two + three


def test_changed_families_return_to_what_they_were(keeper):
    load(keeper, family(1, 3, floor="Tanah", desil=2) + family(2, 3) + family(3, 2), effective=OLD)
    before = picture()

    batch = check(keeper, changed_rows(), effective=NEW)
    assert outcomes(batch) == ["changed", "changed", "changed"]
    step(batch, "apply", keeper)
    assert picture() != before
    assert household(22).size == 1
    assert household(3).size == 4
    assert household(1).head_name.startswith("Zulkarnain")

    undo(batch, keeper)
    after = picture()
    for table in TABLES:
        assert after[table] == before[table], table
    assert batch.counts["undo"]["kept"] == {}


def test_swapped_niks_and_heads_swap_back(keeper):
    load(keeper, family(1, 3), effective=OLD)
    before = picture()
    rows = family(1, 3)
    rows[0]["relation"], rows[2]["relation"] = "Anak", "Kepala Keluarga"
    batch = load(keeper, rows, effective=NEW)
    assert household(1).head_name == rows[2]["name"]
    undo(batch, keeper)
    assert picture() == before


def test_household_that_everybody_left_lives_again(keeper):
    load(keeper, family(1, 2) + family(2, 2), effective=OLD)
    before = picture()
    mover = [row | {"kk": kk(2), "relation": "Famili lain"} for row in family(1, 2)]
    batch = load(keeper, family(2, 2) + mover, effective=NEW)
    assert household(1).status == "moved"
    undo(batch, keeper)
    assert picture() == before


def test_batch_applied_in_two_parts_is_undone_as_a_whole(keeper):
    load(keeper, family(1) + family(2), effective=OLD)
    batch = check(keeper, family(1, rt="007") + family(2, rt="007") + family(3), effective=NEW)
    edit_household(household=household(1), section="address", values={"rt": "009"}, version=None, by=keeper)
    before = picture()
    step(batch, "apply", keeper)
    step(batch, "apply", keeper)
    assert {household(n).rt for n in (1, 2)} == {"007"}
    undo(batch, keeper)
    assert picture() == before


def test_undo_needs_neither_the_staging_nor_the_file(keeper):
    before = picture()
    batch = load(keeper, family(1))
    batches.kind_of(batch).drop_staging(batch)
    batches.files.drop(batch.path)
    undo(batch, keeper)
    assert picture() == before


def test_undone_sheet_can_be_brought_again(keeper):
    batch = undo(load(keeper, family(1)), keeper)
    again = load(keeper, family(1))
    assert again.pk != batch.pk
    assert household(1).size == 2


# --- what stays ------------------------------------------------------------------------------------------------------


def kept(batch) -> set[tuple[str, str, str]]:
    """(why, what, who touched it) of the rows that stayed."""
    return {(f.code, f.value, f.params.get("by", "")) for f in ImportFinding.objects.filter(batch=batch, stage="undo")}


def test_rows_touched_since_stay_and_are_listed_with_who_touched_them(client, world, keeper):
    load(keeper, family(1) + family(2), effective=OLD)
    batch = load(keeper, family(1, rt="007") + family(2, rt="007"), effective=NEW)
    other = world.user("bappeda_admin")
    edit_household(household=household(1), section="address", values={"rw": "009"}, version=None, by=other)
    undo(batch, keeper)
    assert (household(1).rt, household(1).rw) == ("007", "009"), "stays as it is, whole"
    assert household(2).rt == "001"
    assert kept(batch) == {("undo_touched", str(household(1)), str(other))}
    assert batch.counts["undo"]["kept"] == {"touched": 1}
    client.force_login(keeper)
    page = client.get(reverse("households:import_batch", args=[batch.uuid])).content.decode()
    assert str(household(1)) in page
    assert str(other) in page


def test_new_household_with_a_later_person_stays_with_its_people(keeper):
    batch = load(keeper, family(1) + family(2))
    add_member(household=household(1), values={"name": "Cucu Baru", "relation": 5}, date=NEW, by=keeper)
    undo(batch, keeper)
    assert sorted(household(1).members.values_list("name", flat=True)) == [
        "Cucu Baru",
        "Orang satu nol",
        "Orang satu satu",
    ]
    assert household(1).size == 3
    assert household(1).memberships.count() == 3
    assert household(1).numbers.count() == 1
    assert not Household.objects.filter(kk=kk(2)).exists()


@pytest.mark.parametrize("later", ["note", "aid of the household", "aid of a person", "set"])
def test_new_household_that_something_refers_to_stays(world, keeper, later):
    batch = load(keeper, family(1))
    one = household(1)
    if later == "note":
        add_note(household=one, text="Atap bocor.", by=keeper)
    elif later == "aid of the household":
        make.AssistanceFactory(program_year=world.program_year, household=one)
    elif later == "aid of a person":
        make.AssistanceFactory(program_year=world.program_year, household=None, member=one.members.first())
    else:
        make.HouseholdSetRowFactory(household=one)
    undo(batch, keeper)
    assert household(1).size == one.size
    assert household(1).head_name == one.head_name
    assert batch.counts["undo"]["kept"]["referred"] >= 1
    assert "undo_referred" in {why for why, _what, _who in kept(batch)}


def test_attachment_of_a_new_household_holds_it(keeper):
    batch = load(keeper, family(1))
    make.AttachmentFactory(owner_kind="household", owner_uuid=household(1).uuid)
    undo(batch, keeper)
    assert Household.objects.filter(kk=kk(1)).exists()


def test_number_that_is_in_use_by_now_is_not_taken_back(world, keeper):
    load(keeper, family(1), effective=OLD)
    old = family(1)[1]["nik"]
    rows = family(1)
    rows[1] |= {"nik": person(555)["nik"], "birth_date": family(1)[1]["birth_date"]}
    batch = check(keeper, rows, effective=NEW)
    batch.skip_refused = True
    batch.save(update_fields=["skip_refused"])
    step(batch, "apply", keeper)
    child = household(1).members.get(name=rows[1]["name"])
    assert child.nik == rows[1]["nik"]
    add_member(household=world.own.household, values={"name": "Lain", "nik": old, "relation": 5}, date=NEW, by=keeper)
    undo(batch, keeper)
    assert Member.objects.get(pk=child.pk).nik == rows[1]["nik"]
    assert ("undo_taken", child.name, "") in kept(batch)


def test_person_moved_on_since_stays_where_they_are(world, keeper):
    load(keeper, family(1, 3) + family(2), effective=OLD)
    rows = [*family(2), family(1, 3)[2] | {"kk": kk(2), "relation": "Famili lain"}]
    batch = load(keeper, rows, effective=NEW)
    mover = Member.objects.get(nik=family(1, 3)[2]["nik"])
    move_member(member=mover, to=world.own.household, date=NEW, relation=9, by=keeper, reason="menikah")
    undo(batch, keeper)
    assert Member.objects.get(pk=mover.pk).household == world.own.household
    assert [m.household_id for m in mover.memberships.filter(valid_to=None)] == [world.own.household.pk]
    for one in (household(1), household(2), world.own.household):
        one.refresh_from_db()
        assert one.size == one.members.filter(status="active").count()


def test_later_sheet_over_the_same_families_keeps_its_own(keeper):
    first = load(keeper, family(1) + family(2), effective=OLD)
    second = load(keeper, family(1, rt="007"), effective=NEW)
    undo(first, keeper)
    assert household(1).rt == "007"
    assert household(1).size == 2, "its people stay with it"
    assert not Household.objects.filter(kk=kk(2)).exists()
    undo(second, keeper)
    assert household(1).rt == "001"


# --- who, when, how often --------------------------------------------------------------------------------------------


def test_undo_is_for_who_applied_and_for_bappeda(client, world, keeper):
    batch = load(world.user("bappeda_staff"), family(1))
    with pytest.raises(PermissionDenied):
        batches.run(batch, "undo", by=keeper, at_once=True)
    client.force_login(keeper)
    assert client.post(reverse("households:import_step", args=[batch.uuid, "undo"])).status_code == 404
    assert household(1).size == 2
    own = load(keeper, family(2))
    undo(own, world.user("bappeda_admin"))
    assert not Household.objects.filter(kk=kk(2)).exists()


def test_undo_is_done_once(keeper):
    batch = undo(load(keeper, family(1)), keeper)
    with pytest.raises(ValidationError):
        batches.run(batch, "undo", by=keeper, at_once=True)
    with pytest.raises(PermissionDenied):  # nobody applied it
        batches.run(bring(keeper, family(2)), "undo", by=keeper, at_once=True)


def test_error_in_the_middle_leaves_the_import_applied(keeper):
    batch = load(keeper, family(1))
    before = picture()
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
                       "$$ BEGIN RAISE EXCEPTION 'broken'; END $$")  # fmt: skip
        cursor.execute("CREATE TRIGGER broken BEFORE DELETE ON households_household FOR EACH ROW "
                       "EXECUTE FUNCTION broken()")  # fmt: skip
    with pytest.raises(DatabaseError, match="broken"):
        batches.run(batch, "undo", by=keeper, at_once=True)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken ON households_household")
    batch.refresh_from_db()
    assert picture() == before
    assert (batch.state, batch.undone_at) == ("applied", None)
    undo(batch, keeper)


def test_command_undoes_and_refuses(keeper, capsys):
    batch = load(keeper, family(1))
    call_command("undo_import", str(batch.uuid))
    assert not Household.objects.filter(kk=kk(1)).exists()
    batch.refresh_from_db()
    assert batch.state == "undone"
    for name, code in ((str(batch.uuid), 1), ("00000000-0000-0000-0000-000000000000", 2), ("tidak ada", 2)):
        with pytest.raises((SystemExit, CommandError)) as error:
            call_command("undo_import", name)
        assert getattr(error.value, "returncode", getattr(error.value, "code", None)) == code
