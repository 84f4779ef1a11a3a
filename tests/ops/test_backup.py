"""Backup and restore: a true round trip, and nothing half done when something is wrong."""

import hashlib
import json
import shutil
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.choices import Role
from core.history import history
from core.models import RoleAssignment, User
from tkpkd.backups import BackupError, create_backup, restore_backup

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "files" / "uploads"
    settings.REPORTS_DIR = tmp_path / "files" / "reports"
    return tmp_path


@pytest.fixture
def city(folders):
    """A person, a role, an uploaded file and a finished report."""
    with history(by=None, action="test.city"):
        user = User.objects.create(username="bappeda", full_name="Rina Marlina")
        RoleAssignment.objects.create(user=user, role=Role.BAPPEDA_ADMIN)
    for name in ("uploads/ab/abcdef", "reports/gap.xlsx"):
        path = folders / "files" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 1000)
    return user


def fingerprint() -> dict[str, str]:
    """Every row of every table, as a digest a table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t ORDER BY 1")
            found[table] = hashlib.sha256("\n".join(row[0] for row in cursor.fetchall()).encode()).hexdigest()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def described(content: bytes) -> dict:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [connection.settings_dict["NAME"] + "%"]
        )
        found = {row[0] for row in cursor.fetchall()}
    # What the browser tests of this run keep of the demo city (`tests/databases.py`) is not of a restore.
    return {name for name in found if not name.endswith("_city")}


def change_everything(folders):
    User.objects.create(username="later")
    User.objects.filter(username="bappeda").update(full_name="Somebody Else")
    (folders / "files" / "uploads" / "later").write_text("later")
    (folders / "files" / "uploads" / "ab" / "abcdef").unlink()


def test_round_trip_brings_back_every_row_and_file(city, folders):
    before, files_before = fingerprint(), files(folders / "files")
    call_command("backup", str(folders / "backup"))
    change_everything(folders)
    assert fingerprint() != before

    restore_backup(folders / "backup", replace=True)

    assert fingerprint() == before
    assert files(folders / "files") == files_before
    assert len(databases()) == 1
    # It is a working database: numbers go on, and history is written and kept.
    with history(by=city, action="test.after"):
        assert User.objects.create(username="after").pk > city.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM history h JOIN history_tx t ON t.id = h.tx_id WHERE action = 'test.after'")
        assert cursor.fetchone() == (1,)
        with pytest.raises(Exception, match="append-only"):
            cursor.execute("DELETE FROM history")


def test_nobody_else_may_read_a_backup(city, folders):
    create_backup(folders / "backup")
    assert stat.S_IMODE((folders / "backup").stat().st_mode) == 0o700
    for path in (folders / "backup").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_manifest_names_every_file_with_its_sha256(city, folders):
    create_backup(folders / "backup")
    manifest = json.loads((folders / "backup" / "manifest.json").read_text())
    written = files(folders / "backup")
    written.pop("manifest.json")
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in written.items()
    }
    assert set(written) == {"database.dump", "uploads/ab/abcdef", "reports/gap.xlsx"}


def test_folder_with_something_in_it_is_refused_and_left_alone(city, folders):
    target = folders / "backup"
    target.mkdir()
    (target / "mine").write_text("mine")
    with pytest.raises(CommandError, match="is not empty: give a new or an empty folder"):
        call_command("backup", str(target))
    assert files(target) == {"mine": b"mine"}


def test_interrupted_backup_leaves_nothing(city, folders, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(BackupError, match="is full: free some space"):
        create_backup(folders / "backup")
    assert not (folders / "backup").exists()


def test_database_in_use_by_people_is_kept_without_replace(city, folders):
    create_backup(folders / "backup")
    before = fingerprint()
    with pytest.raises(BackupError, match="not empty: add --replace"):
        restore_backup(folders / "backup")
    assert fingerprint() == before


def test_empty_database_needs_no_replace(city, folders, test_database):
    create_backup(folders / "backup")
    before = fingerprint()
    test_database.reset()
    assert not User.objects.exists()
    restore_backup(folders / "backup")
    assert fingerprint() == before


@pytest.mark.parametrize("name", ["database.dump", "uploads/ab/abcdef"])
def test_damaged_file_is_named_and_nothing_changes(city, folders, name):
    create_backup(folders / "backup")
    content = bytearray((folders / "backup" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folders / "backup" / name).write_bytes(content)
    change_everything(folders)
    before, files_before = fingerprint(), files(folders / "files")
    with pytest.raises(BackupError, match=f"{name} differs from its sha256"):
        restore_backup(folders / "backup", replace=True)
    assert fingerprint() == before
    assert files(folders / "files") == files_before


def test_missing_file_is_named(city, folders):
    create_backup(folders / "backup")
    (folders / "backup" / "reports" / "gap.xlsx").unlink()
    with pytest.raises(BackupError, match="reports/gap.xlsx is missing"):
        restore_backup(folders / "backup", replace=True)


def test_dump_that_cannot_be_read_leaves_the_database_as_it_was(city, folders):
    create_backup(folders / "backup")
    dump = folders / "backup" / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-5000])
    manifest = json.loads((folders / "backup" / "manifest.json").read_text())
    content = dump.read_bytes()
    manifest["files"]["database.dump"] = described(content)
    (folders / "backup" / "manifest.json").write_text(json.dumps(manifest))
    change_everything(folders)
    before = fingerprint()
    with pytest.raises(BackupError, match="could not be read") as caught:
        restore_backup(folders / "backup", replace=True)
    assert "\n" not in str(caught.value)
    assert fingerprint() == before
    assert len(databases()) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "has format 2"),
        ({"migrations": ["core.9999_future"]}, "newer version .it has core.9999_future"),
        ({"files": {"../../etc/passwd": {}, "database.dump": {}}}, "not whole"),
        ({"files": {}}, "damaged"),
        ({"files": None}, "damaged"),
    ],
)
def test_manifest_that_cannot_be_ours_is_refused(city, folders, change, message):
    create_backup(folders / "backup")
    path = folders / "backup" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BackupError, match=message):
        restore_backup(folders / "backup", replace=True)


def test_folder_that_is_no_backup_is_one_line(folders):
    with pytest.raises(BackupError, match=r"has no manifest\.json"):
        restore_backup(folders)
    with pytest.raises(BackupError, match="is not a folder"):
        restore_backup(folders / "nothing")


def test_restore_drops_what_a_killed_one_left(city, folders):
    create_backup(folders / "backup")
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}_restore_0123abcd"')
    restore_backup(folders / "backup", replace=True)
    assert databases() == {name}
