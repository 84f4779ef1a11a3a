"""The embedded server: started once, shared, stopped by the last, found again after any death."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from tests.ops.conftest import ROOT, manage, new_folder
from tkpkd import embedded, embedded_place
from tkpkd.embedded import EmbeddedError
from tkpkd.processes import exists, is_zombie

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server under another account")

# Takes the server, says so, and leaves when its input ends; argument 1 is the data folder.
USER = """
import sys, psycopg2
from pathlib import Path
from tkpkd import embedded
run = embedded.acquire(Path(sys.argv[1]))
connection = psycopg2.connect(host=str(run), port=embedded.PORT, user=embedded.SUPERUSER, dbname="postgres")
cursor = connection.cursor()
cursor.execute("SELECT pg_postmaster_start_time()::text")
print(cursor.fetchone()[0], flush=True)
sys.stdin.read()
cursor.execute("SELECT 1")
print("still there", flush=True)
"""


def start_user(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def query(run: Path, statement: str):
    connection = psycopg2.connect(host=str(run), port=embedded.PORT, user=embedded.SUPERUSER, dbname="postgres")
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def server_pid(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])


def test_second_start_finds_the_data(home):
    run = embedded.acquire(home)
    query(run, "CREATE TABLE kept AS SELECT 42 AS value")
    assert embedded.release(home)
    assert not embedded.is_running(home)
    assert query(embedded.acquire(home), "SELECT value FROM kept") == [(42,)]


def test_nothing_but_the_account_may_enter(home):
    run = embedded.acquire(home)
    for folder in (home, home / "postgres", home / "postgres" / "data", run):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    assert query(run, "SHOW listen_addresses") == [("",)]
    assert query(run, "SHOW data_checksums") == [("on",)]
    assert query(run, "SHOW fsync") == [("on",)]
    assert query(run, "SHOW synchronous_commit") == [("on",)]


def test_six_at_once_share_one_server(home):
    users = [start_user(home) for _ in range(6)]
    started = [user.stdout.readline() for user in users]
    left = [user.communicate("")[0] for user in users]
    assert len(set(started)) == 1
    assert set(started) != {""}
    assert left == ["still there\n"] * 6
    assert not embedded.is_running(home)


def test_who_started_it_may_leave_first(home):
    first = start_user(home)
    began = first.stdout.readline()
    second = start_user(home)
    assert second.stdout.readline() == began
    first.communicate("")
    assert embedded.is_running(home)
    assert second.communicate("")[0] == "still there\n"
    assert not embedded.is_running(home)


def test_server_left_by_killed_users_is_taken_over(home):
    user = start_user(home)
    began = user.stdout.readline()
    user.kill()
    user.communicate()
    assert embedded.is_running(home)
    next_user = start_user(home)
    assert next_user.stdout.readline() == began
    next_user.communicate("")
    assert not embedded.is_running(home)


def test_killed_server_comes_back_with_its_data(home):
    run = embedded.acquire(home)
    query(run, "CREATE TABLE kept AS SELECT 42 AS value")
    os.kill(server_pid(home), signal.SIGKILL)
    run = embedded.acquire(home, check=True)
    assert query(run, "SELECT value FROM kept") == [(42,)]


def test_recycled_process_number_is_no_server(home):
    """After a crash the recorded number may belong to anybody, here to another process of the same account."""
    place = embedded_place.locate(home)
    embedded.acquire(home)
    embedded.release(home)
    account = place.account.popen_arguments if place.account else {}
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **account)
    try:
        note = home / "postgres" / "data" / "postmaster.pid"
        note.write_text(f"{stranger.pid}\n{home}/postgres/data\n1\n5432\n{home}/postgres/run\n\n  1 1\nready\n")
        if place.account:
            os.chown(note, place.account.uid, place.account.gid)
        begun = time.monotonic()
        assert query(embedded.acquire(home), "SELECT 1") == [(1,)]
        assert time.monotonic() - begun < 10
        assert exists(stranger.pid)
        assert not is_zombie(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


def test_killed_first_start_is_repeated(home):
    place = embedded_place.locate(home)
    (place.cluster / "data.new").mkdir()
    (place.cluster / "data.new" / "PG_VERSION").write_text("18\n")
    assert query(embedded.acquire(home), "SELECT 1") == [(1,)]


@pytest.mark.parametrize("name", ["x" * 120, "with space, 'quotes' and $HOME"], ids=["long", "odd"])
def test_path_no_socket_can_have(home, name):
    deep = home.with_name(f"{home.name}-deep")
    folder = deep / name
    try:
        deep.mkdir(mode=0o755)
        run = embedded.acquire(folder)
        assert query(run, "SELECT 1") == [(1,)]
        assert len(str(run)) < 60
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
    finally:
        embedded.release(folder)
        subprocess.run(["rm", "-rf", deep], check=True)


def test_short_run_folder_of_another_owner_is_refused(home, monkeypatch, tmp_path):
    """In a shared /tmp somebody else may have made the folder first."""
    folder = tmp_path / "prepared"
    folder.mkdir(mode=0o755)
    with pytest.raises(EmbeddedError, match="0700"):
        embedded_place._make_private(folder)


def test_file_instead_of_a_folder_is_one_line(home):
    home.write_text("")
    with pytest.raises(EmbeddedError, match="choose another TKPKD_DATA") as caught:
        embedded.acquire(home)
    assert "\n" not in str(caught.value)
    home.unlink()


@as_root
def test_folder_the_account_cannot_reach_is_one_line(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    done = manage(private / "data", "migrate", "--check")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be reached by the system account tkpkd" in done.stderr
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@as_root
def test_default_folder_the_account_cannot_reach_gets_a_place_of_its_own(tmp_path, capsys):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    run = embedded.acquire(private / ".data", given=False)
    place = Path((private / ".data" / "postgres-place").read_text().strip())
    try:
        assert run.is_relative_to("/var/lib/tkpkd/clusters")
        query(run, "CREATE TABLE kept AS SELECT 42 AS value")
        embedded.release(private / ".data")
        # A moved checkout finds its database again.
        (private / ".data").rename(private / ".moved")
        run = embedded.acquire(private / ".moved", given=False)
        assert query(run, "SELECT value FROM kept") == [(42,)]
    finally:
        embedded.release(private / ".data")
        embedded.release(private / ".moved")
        subprocess.run(["rm", "-rf", place], check=True)
    assert "lives in /var/lib/tkpkd/clusters" in capsys.readouterr().err


@as_root
def test_copied_checkout_gets_its_own_place(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    places = []
    try:
        for name in ("one", "two"):
            folder = private / name
            if name == "two":
                folder.mkdir()
                (folder / "postgres-place").write_text((private / "one" / "postgres-place").read_text())
            places.append(embedded_place.locate(folder, given=False).cluster)
        assert places[0] != places[1]
    finally:
        subprocess.run(["rm", "-rf", *places], check=True)


@as_root
def test_full_disk_is_one_line():
    disk = new_folder()
    disk.mkdir(mode=0o755)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "none", disk]).returncode:
        disk.rmdir()
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        done = manage(disk / "data", "migrate", "--check")
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "is full" in done.stderr
        assert "TKPKD_DATA" in done.stderr
    finally:
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def test_disk_that_fills_up_while_the_server_is_made_is_one_line(home):
    place = embedded_place.locate(home)
    said = embedded._explain("initdb: error: could not write to file: No space left on device", place, None)
    assert said.startswith(f"The disk that holds {home}")


def test_command_needs_no_running_server(home):
    """It starts the server, makes the database, and leaves nothing running."""
    strange = {"PGHOST": "example.org", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "nothing"}
    done = manage(home, "dbshell", "--", "-At", "-c", "SELECT current_database(), current_setting('port')", **strange)
    assert done.stdout == "tkpkd|5432\n", done.stderr
    assert not embedded.is_running(home)


def test_version_of_another_postgresql_is_one_line(home):
    embedded.acquire(home)
    embedded.release(home)
    (home / "postgres" / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 15"):
        embedded.acquire(home)
