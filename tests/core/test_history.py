"""The history of rows: which tables keep one, what a change leaves behind, and that nobody takes it back."""

import io
import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.urls import reverse

from core.history import history, request_id
from core.models import Agency, HistoryEntry, HistoryTransaction, RegionAlias
from households.actions.households import edit_household, set_status
from households.models import Household
from tests import factories as make
from tests.core.test_factories import FACTORIES

# Tables without a history of their own, and why. A new table stands here or has the triggers.
NOT_TRACKED = {
    "history": "the history itself",
    "history_tx": "the history itself",
    "core_accessrecord": "append-only itself",
    "reports_issue": "append-only itself: an issued report never changes",
    "core_job": "progress of work; ends in the history of what the work changed",
    "core_importbatch": "a step of work; what it changed is in the history under its uuid",
    "core_importfinding": "staging of an import",
    "core_sheetlayout": "remembered columns of a sheet",
    "core_outgoingmail": "the outbox, kept with its states",
    "households_importrow": "staging of an import",
    "households_importfamily": "staging of an import",
    "programs_recipientrow": "staging of an import",
    "programs_planrow": "staging of an import",
    "households_householdsetrow": "rows of a frozen list, never changed; the list itself is tracked",
    "reports_figuresnapshot": "figures of a day, append-only itself",
    "reports_reportrun": "which reports were taken, append-only itself",
    "meetings_notice": "which reminders went out",
    "django_tasks_database_dbtaskresult": "queue of the worker",
    "django_session": "sessions",
    "django_content_type": "Django's own list of models",
    "django_admin_log": "Django's own log of the admin; the admin writes ours as well",
    "auth_permission": "Django's own list; rights come from roles",
    "auth_group": "Django's groups grant nothing here; who is put into one is tracked",
    "auth_group_permissions": "Django's groups grant nothing here",
    "account_emailaddress": "allauth's copy of the address of core_user",
    "account_emailconfirmation": "allauth's keys",
    "mfa_authenticator": "secrets of second factors",
}
# Columns whose change alone leaves no record: derived from others, or none of anybody's business.
SKIPPED = {
    "core_user": {"last_login", "password", "preferences"},
    "households_household": {"updated", "version", "head_sort", "work_order", "address_search"},
    "households_member": {"updated", "version", "name_sort", "name_search"},
    "programs_assistance": {"delivered_first", "delivered_last", "delivered_amount"},
}
MODELS = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True) if m._meta.managed}
TRACKED = sorted(set(MODELS) - set(NOT_TRACKED))


def triggers(table: str) -> dict[str, tuple[str, str, list[str]]]:
    """Name → (function, event, arguments) of the triggers of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgfoid::regproc::text, pg_get_triggerdef(oid), "
            "string_to_array(encode(tgargs, 'escape'), '\\000') "
            "FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
            [table],
        )
        return {
            name: (function, definition.split(" ON ")[0].split(" ", 3)[3], args)
            for name, function, definition, args in cursor.fetchall()
        }


def entries(table: str, pk=None) -> list[HistoryEntry]:
    rows = HistoryEntry.objects.filter(tbl=table)
    return list((rows if pk is None else rows.filter(pk_text=str(pk))).order_by("id"))


def mark() -> int:
    last = HistoryEntry.objects.order_by("-id").first()
    return last.pk if last else 0


def since(last: int) -> list[HistoryEntry]:
    return list(HistoryEntry.objects.filter(pk__gt=last).order_by("id"))


def said(entry: HistoryEntry) -> HistoryTransaction:
    return HistoryTransaction.objects.get(pk=entry.tx_id)


# --- which tables ----------------------------------------------------------------------------------------------------


def test_the_list_of_excluded_tables_names_only_what_exists():
    assert sorted(set(NOT_TRACKED) - set(MODELS)) == []
    assert sorted(set(SKIPPED) - set(TRACKED)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", TRACKED)
def test_table_is_tracked(table):
    found = triggers(table)
    assert {name: each[:2] for name, each in found.items() if name.startswith("history_")} == {
        "history_i": ("history_record", "AFTER INSERT"),
        "history_u": ("history_record", "AFTER UPDATE"),
        "history_d": ("history_record", "AFTER DELETE"),
        "history_t": ("history_refuse", "BEFORE TRUNCATE"),
    }
    for op in "iud":
        pk, skipped = found[f"history_{op}"][2][:2]
        assert pk == MODELS[table]._meta.pk.column
        assert set(filter(None, skipped.strip("{}").split(","))) == SKIPPED.get(table, set())
    columns = {f.column for f in MODELS[table]._meta.concrete_fields}
    assert SKIPPED.get(table, set()) <= columns | {"name_search", "address_search"}  # two generated by the database


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(NOT_TRACKED))
def test_excluded_table_is_not_tracked(table):
    assert [name for name in triggers(table) if name.startswith("history_")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", [table for table in TRACKED if MODELS[table] in FACTORIES])
def test_row_leaves_its_coming_and_its_going(table):
    model = MODELS[table]
    row = FACTORIES[model]()
    assert [e.op for e in entries(table, row.pk)][0] == "I"
    before = {f.column for f in model._meta.concrete_fields}
    last = mark()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f'DELETE FROM "{table}" WHERE "{model._meta.pk.column}" = %s', [row.pk])
    (gone,) = [e for e in since(last) if (e.tbl, e.pk_text) == (table, str(row.pk))]
    assert gone.op == "D"
    assert before <= set(gone.data), "the whole row is kept"
    transaction.set_rollback(True)  # rows that referred to it would complain


# --- what a change leaves --------------------------------------------------------------------------------------------


def test_action_says_who_which_why_and_what_stood_there(world):
    household, by = world.own.household, world.user("kelurahan_operator")
    before, last = household.address, mark()
    token = request_id.set("request-7")
    try:
        edit_household(household=household, section="address", values={"address": "Jl. Baru 5"}, version=None, by=by)
    finally:
        request_id.reset(token)
    (entry,) = [e for e in since(last) if e.tbl == "households_household"]
    assert (entry.op, entry.pk_text, entry.data) == ("U", str(household.pk), {"address": before})
    tx = said(entry)
    assert (tx.actor_id, tx.actor, tx.action) == (by.pk, str(by), "household.edit_address")
    assert (tx.region, tx.request_id, tx.batch) == (world.own.region.pk, "request-7", None)
    assert Household.objects.get(pk=household.pk).address == "Jl. Baru 5", "what stands there now is the row itself"


def test_reason_of_a_person_is_kept(world):
    last = mark()
    set_status(
        household=world.own.household,
        status="not_found",
        reason="rumah kosong",
        date=world.own.delivery.date,
        by=world.user("kelurahan_operator"),
    )
    assert {said(e).reason for e in since(last) if e.tbl == "households_household"} == {"rumah kosong"}


@pytest.mark.django_db
def test_set_based_update_leaves_a_row_for_each_changed_row_and_one_transaction():
    rows = [make.RegionAliasFactory() for _ in range(3)]
    RegionAlias.objects.filter(pk=rows[0].pk).update(alias="sama")
    last = mark()
    with history(by=None, action="test.set", reason="banyak sekaligus") as tx:
        RegionAlias.objects.exclude(pk=rows[0].pk).update(alias=Concat(Value("x "), F("alias")))
    assert [(e.op, e.pk_text, e.data) for e in since(last)] == [
        ("U", str(row.pk), {"alias": row.alias}) for row in rows[1:]
    ]
    assert {e.tx_id for e in since(last)} == {tx.pk}
    assert (tx.actor_id, tx.actor) == (None, "system")


@pytest.mark.django_db
def test_copy_is_recorded():
    region, last, batch = make.RegionFactory(), mark(), uuid.uuid4()
    lines = "".join(f"{region.pk}\tsalinan {n}\n" for n in range(50))
    with history(by=None, action="test.copy", batch=batch), connection.cursor() as cursor:
        cursor.cursor.copy_expert("COPY core_regionalias (region_id, alias) FROM STDIN", io.StringIO(lines))
    found = since(last)
    assert [e.op for e in found] == ["I"] * 50
    assert {e.pk_text for e in found} == {str(pk) for pk in RegionAlias.objects.values_list("pk", flat=True)}
    assert said(found[0]).batch == batch


@pytest.mark.django_db
def test_upsert_records_both_halves():
    first = make.RegionAliasFactory(alias="lama")
    last = mark()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_regionalias (region_id, alias) VALUES (%s, 'lama'), (%s, 'baru') "
            "ON CONFLICT (region_id, alias) DO UPDATE SET alias = upper(excluded.alias)",
            [first.region_id, first.region_id],
        )
    assert sorted((e.op, e.data.get("alias", "")) for e in since(last)) == [("I", ""), ("U", "lama")]


@pytest.mark.django_db
def test_delete_keeps_the_whole_row():
    row = make.RegionAliasFactory(alias="salah tulis")
    last, pk, region = mark(), row.pk, row.region_id
    with history(by=None, action="test.delete", reason="keliru"):
        row.delete()
    (entry,) = since(last)
    assert (entry.op, entry.data) == ("D", {"id": str(pk), "alias": "salah tulis", "region_id": region})


@pytest.mark.django_db
def test_update_that_changes_nothing_leaves_nothing():
    row, last = make.AgencyFactory(), mark()
    transactions = HistoryTransaction.objects.count()
    Agency.objects.filter(pk=row.pk).update(name=row.name)
    Agency.objects.filter(pk=-1).update(name="x")
    assert since(last) == []
    assert HistoryTransaction.objects.count() == transactions, "nor a transaction without rows"


def test_derived_columns_alone_leave_nothing(world):
    last = mark()
    Household.objects.filter(pk=world.own.household.pk).update(version=99, head_sort="zz", work_order=3)
    assert since(last) == []
    Household.objects.filter(pk=world.own.household.pk).update(version=100, rt="009")
    assert [e.data for e in since(last)] == [{"rt": world.own.household.rt}]


@pytest.mark.django_db
def test_write_outside_an_action_is_recorded_and_recognisable():
    last = mark()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_agency (uuid, name, short_name, kind, address) VALUES "
                       "(gen_random_uuid(), 'Langsung', 'L', 'opd', '')")  # fmt: skip
    (entry,) = since(last)
    assert (said(entry).actor, said(entry).action) == ("database", "direct")


@pytest.mark.django_db(transaction=True)
def test_one_transaction_does_not_speak_for_the_next():
    with history(by=None, action="test.first"):
        make.AgencyFactory(name="Pertama")
    make.AgencyFactory(name="Kedua")
    found = {Agency.objects.get(pk=e.pk_text).name: said(e).action for e in entries("core_agency")}
    assert found == {"Pertama": "test.first", "Kedua": "direct"}


@pytest.mark.django_db
def test_inner_action_speaks_for_its_own_rows():
    last = mark()
    with history(by=None, action="test.outer"):
        make.AgencyFactory(name="a")
        with history(by=None, action="test.inner"):
            make.AgencyFactory(name="b")
        make.AgencyFactory(name="c")
    assert [said(e).action for e in since(last)] == ["test.outer", "test.inner", "test.outer"]


@pytest.mark.django_db(transaction=True)
def test_rolled_back_work_leaves_no_trace_and_no_actor():
    def broken():
        with history(by=None, action="test.broken"):
            make.AgencyFactory(name="a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert not HistoryTransaction.objects.filter(action="test.broken").exists()
    assert entries("core_agency") == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tkpkd.tx', true)")
        assert (cursor.fetchone()[0] or "") == ""


# --- append-only -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["history", "history_tx", "core_accessrecord"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_records_cannot_be_changed(world, table, statement):
    make.AccessRecordFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a waiting check would refuse TRUNCATE by itself
        cursor.execute(f"SELECT count(*) FROM {table}")
        (before,) = cursor.fetchone()
        assert before
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table))
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (before,)


def test_records_cannot_be_changed_through_models_either(world):
    for row in (HistoryEntry.objects.first(), HistoryTransaction.objects.first(), make.AccessRecordFactory()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.save()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.delete()


@pytest.mark.django_db
@pytest.mark.parametrize("table", TRACKED)
def test_tracked_table_is_not_emptied_past_the_history(table):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'TRUNCATE "{table}" CASCADE')


def test_people_are_not_deleted_while_something_refers_to_them(world):
    """Foreign keys protect in the database too: nobody vanishes with a household."""
    Household.objects.filter(pk=world.own.household.pk)._raw_delete("default")
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    transaction.set_rollback(True)


# --- speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_plan_made_for_no_rows_does_not_serve_many():
    """An upsert that only inserts fires the UPDATE trigger with no rows; a plan kept from it joins 30,000 old rows
    with 30,000 new ones one by one, for minutes."""
    upsert = (
        "INSERT INTO core_regionalias (region_id, alias) SELECT %s, 'x' || n FROM generate_series(%s, %s) n "
        "ON CONFLICT (region_id, alias) DO UPDATE SET alias = excluded.alias"
    )
    region = make.RegionFactory().pk
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20s'")
        for n in range(8):  # after five uses PostgreSQL may keep a plan for good
            cursor.execute(upsert, [region, n, n])
        cursor.execute(upsert, [region, 100, 30_099])
        last = mark()
        cursor.execute("UPDATE core_regionalias SET alias = alias || '!'")
    assert HistoryEntry.objects.filter(pk__gt=last, op="U").count() == 30_008


# --- as people read it -----------------------------------------------------------------------------------------------


def test_household_page_tells_its_history_in_words(client, world):
    household, by = world.own.household, world.user("kelurahan_operator")
    edit_household(household=household, section="address", values={"address": "Jl. Baru 5"}, version=None, by=by)
    household.refresh_from_db()
    set_status(household=household, status="not_found", reason="rumah kosong", date=world.own.delivery.date, by=by)
    client.force_login(by)
    page = client.get(reverse("households:household_history", args=[household.uuid])).content.decode()
    for text in ("Jl. Yusmaini", "Jl. Baru 5", "rumah kosong", str(by)):
        assert text in page
    for machine in ("households_household", "household.edit_address", "not_found", household.kk):
        assert machine not in page


def test_history_of_another_area_is_not_found(client, world):
    client.force_login(world.user("kelurahan_operator"))
    assert client.get(reverse("households:household_history", args=[world.other.household.uuid])).status_code == 404
