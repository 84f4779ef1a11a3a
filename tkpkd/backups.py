"""Backups: the whole database and all uploaded and finished files in one private folder, and the way back.

A backup is whole when its `manifest.json` is there, which is written last and holds the sha256 of every file.
A restore builds a second database beside the present one and swaps the names in one transaction; uploaded files are
named by their content, so that adding them first harms nothing. Interrupted anywhere, the old state stands.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from tkpkd.embedded_place import environment, last_line, programs

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"

# Tables whose rows any migrated database has; rows in another one mean that somebody works with this database.
ALWAYS_FILLED = {"django_migrations", "django_content_type", "auth_permission", "core_cache", "django_session"}


class BackupError(Exception):
    """A backup or restore is impossible; the text is one line that says what to do."""


# --- backup ----------------------------------------------------------------------------------------------------------


def create_backup(target: Path) -> dict:
    """Write a backup into a new or empty folder.

    Args:
        target: the folder; made with mode 0700 when missing.

    Returns:
        The manifest.

    Raises:
        BackupError: the folder is not empty, the disk is full, or the database cannot be dumped.
    """
    target = Path(target).absolute()
    mask = os.umask(0o077)
    made, written = not target.exists(), []
    try:
        if not made and any(target.iterdir()):
            raise BackupError(f"{target} is not empty: give a new or an empty folder.")
        target.mkdir(parents=True, exist_ok=True)
        written.append(target / DUMP)
        _dump(target / DUMP)
        files = {DUMP: _describe(target / DUMP)}
        for name, folder in _folders().items():
            written.append(target / name)
            (target / name).mkdir()
            for path in _regular_files(folder):
                copy = target / name / path.relative_to(folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(FileNotFoundError):  # purged by its age at this moment
                    shutil.copyfile(path, copy)
                    files[str(copy.relative_to(target))] = _describe(copy)
        manifest = {
            "format": FORMAT,
            "created": timezone.now().isoformat(timespec="seconds"),
            "postgresql": connection.pg_version // 10000,
            "migrations": sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations()),
            "files": files,
        }
        written += [target / f"{MANIFEST}.part", target / MANIFEST]
        with (target / f"{MANIFEST}.part").open("w") as file:
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        (target / f"{MANIFEST}.part").rename(target / MANIFEST)
    except BaseException as error:
        for path in written:
            _remove(path)
        if made:
            with contextlib.suppress(OSError):
                target.rmdir()
        if isinstance(error, OSError):
            raise BackupError(_plain(error, target)) from error
        raise
    finally:
        os.umask(mask)
    return manifest


def remove_backup(folder: Path) -> None:
    """Remove a backup; its manifest first, so that half of one is never taken for whole."""
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder)


def _dump(path: Path) -> None:
    connection.ensure_connection()
    arguments = ["--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=core_cache"]
    done = _run_tool("pg_dump", *arguments, f"--file={path}", connection.settings_dict["NAME"])
    if done.returncode:
        raise BackupError(f"The database could not be dumped ({last_line(done.stderr)}): nothing was kept, try again.")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _folders() -> dict[str, Path]:
    return {"uploads": Path(settings.UPLOADS_DIR), "reports": Path(settings.REPORTS_DIR)}


def _regular_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _describe(path: Path) -> dict:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


# --- restore ---------------------------------------------------------------------------------------------------------


def restore_backup(source: Path, *, replace: bool = False) -> dict:
    """Put the state of a backup into the database and the data folder, whole or not at all.

    Args:
        source: folder of the backup.
        replace: whether a database in which somebody works may be replaced.

    Returns:
        The manifest.

    Raises:
        BackupError: the backup is damaged or newer than this version, or the database is in use or not empty.
    """
    source = Path(source).absolute()
    try:
        manifest = _verified(source)
        connection.ensure_connection()  # starts the embedded server; the tools need its address
        if not replace and not _is_empty():
            raise BackupError("The database is not empty: add --replace to give up what is in it for the backup.")
        name = connection.settings_dict["NAME"]
        _drop_leftovers(name)
        fresh = f"{name}_restore_{uuid.uuid4().hex[:8]}"
        try:
            _fill(fresh, source / DUMP)
            _update(fresh, name)
            _add_files(source, manifest)
            old = _swap(fresh, name)
        except BaseException:
            _drop(fresh)
            raise
        _drop(old)
        if replace:
            _remove_other_files(manifest)
    except OSError as error:
        raise BackupError(_plain(error, Path(settings.TKPKD_DATA))) from error
    return manifest


def _verified(source: Path) -> dict:
    """The manifest, after every file was compared with it."""
    if not source.is_dir():
        raise BackupError(f"{source} is not a folder: give the folder that `manage.py backup` wrote.")
    try:
        manifest = json.loads((source / MANIFEST).read_text())
        known, files = manifest["format"], manifest["files"]
    except FileNotFoundError:
        raise BackupError(f"{source} has no {MANIFEST}: it is not a backup, or one that was interrupted.") from None
    except (ValueError, KeyError, TypeError):
        raise BackupError(f"{source / MANIFEST} is damaged: take another backup.") from None
    if known != FORMAT:
        raise BackupError(f"The backup has format {known}, this version reads {FORMAT}: update TKPKD first.")
    if not isinstance(files, dict) or DUMP not in files:
        raise BackupError(f"{source / MANIFEST} is damaged: take another backup.")
    for name, expected in files.items():
        path = source / name
        if not path.resolve().is_relative_to(source.resolve()) or not path.is_file():
            raise BackupError(f"The backup is not whole, {name} is missing: take another backup.")
        if _describe(path) != expected:
            raise BackupError(f"The backup is damaged, {name} differs from its sha256: take another backup.")
    _refuse_newer(manifest)
    return manifest


def _refuse_newer(manifest: dict) -> None:
    present = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    newer = sorted(set(manifest.get("migrations", ())) - present)
    if newer:
        raise BackupError(f"The backup comes from a newer version (it has {newer[-1]}): update TKPKD first.")


def _is_empty() -> bool:
    """Whether no table but those of the framework holds a row."""
    tables = set(connection.introspection.table_names()) - ALWAYS_FILLED
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})")
            if cursor.fetchone()[0]:
                return False
    return True


def _fill(fresh: str, dump: Path) -> None:
    """Make the second database and read the dump into it, in one transaction."""
    with connection._nodb_cursor() as cursor:
        try:
            cursor.execute(f'CREATE DATABASE "{fresh}" TEMPLATE template0')
        except Exception as error:
            raise BackupError(
                f"A second database cannot be made ({_line(error)}): restoring needs that right."
            ) from error
    arguments = ["--single-transaction", "--no-owner", "--no-privileges", "--no-comments"]
    done = _run_tool("pg_restore", *arguments, f"--dbname={fresh}", str(dump))
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        raise BackupError(f"The dump could not be read ({last_line(errors[0] if errors else done.stderr)}).")


def _update(fresh: str, name: str) -> None:
    """Bring the second database to this version, and its statistics up to date."""
    _use(fresh)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", "core_cache", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    finally:
        _use(name)


def _swap(fresh: str, name: str) -> str:
    """Exchange the two databases in one transaction; returns the present name of the old one."""
    old = f"{name}_before_{uuid.uuid4().hex[:8]}"
    connections.close_all()
    for attempt in range(20):
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname IN (%s, %s) AND pid <> pg_backend_pid()",
                [name, fresh],
            )
            try:
                cursor.execute("BEGIN")
                cursor.execute(f'ALTER DATABASE "{name}" RENAME TO "{old}"')
                cursor.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{name}"')
                cursor.execute("COMMIT")
                return old
            except OperationalError as error:
                cursor.execute("ROLLBACK")
                if attempt == 19:
                    raise BackupError(f"The database is in use ({_line(error)}): stop what uses it.") from error
        time.sleep(0.25)
    raise AssertionError("unreachable")


def _add_files(source: Path, manifest: dict) -> None:
    folders = _folders()
    for name in manifest["files"]:
        kind, _slash, inner = name.partition("/")
        if kind not in folders:
            continue
        target = folders[kind] / inner
        if target.exists() and _describe(target) == manifest["files"][name]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = target.with_name(f"{target.name}.part")
        shutil.copyfile(source / name, part)
        part.chmod(0o600)
        part.replace(target)


def _remove_other_files(manifest: dict) -> None:
    for kind, folder in _folders().items():
        for path in _regular_files(folder):
            if f"{kind}/{path.relative_to(folder)}" not in manifest["files"]:
                path.unlink(missing_ok=True)


def _drop_leftovers(name: str) -> None:
    """Drop what a killed restore left."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        names = [row[0] for row in cursor.fetchall()]
    for found in names:
        if re.fullmatch(rf"{re.escape(name)}_(restore|before)_[0-9a-f]{{8}}", found):
            _drop(found)


def _drop(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _use(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name


# --- tools -----------------------------------------------------------------------------------------------------------


def _run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run pg_dump or pg_restore on the server of this project; the password goes by the environment."""
    found = connection.settings_dict
    _arguments, extra = type(connection.client).settings_to_cmd_args_env(found, [])
    login = {"PGHOST": found["HOST"], "PGPORT": str(found["PORT"] or ""), "PGUSER": found["USER"]}
    return subprocess.run(
        [_tool(name), *arguments],
        env=environment() | {key: value for key, value in login.items() if value} | (extra or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def _tool(name: str) -> str:
    """The machine's own program where it is new enough for a server given by URL (it can do TLS), else the wheel's."""
    if settings.DATABASE_URL and (own := shutil.which(name)):
        version = subprocess.run([own, "--version"], capture_output=True, text=True).stdout
        major = re.search(r"(\d+)(?:\.\d+)*\s*(?:\(|$)", version)
        if major and int(major[1]) >= connection.pg_version // 10000:
            return own
    return str(programs() / name)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _plain(error: OSError, place: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk that holds {place} is full: free some space, or take another disk. Nothing was kept."
    return f"{error.filename or place} cannot be used ({error.strerror}): mend its rights, or take another folder."
