"""`manage.py backup` and `restore` on the embedded server and on a server given by URL."""

import fcntl
import os

import pytest

from tests.ops.conftest import manage, new_folder
from tkpkd import embedded

pytestmark = pytest.mark.slow
COUNT = ["dbshell", "--", "-At", "-c", "SELECT string_agg(username, ',' ORDER BY username) FROM core_user"]
ADD = ["shell", "-v0", "-c", "from core.models import User; User.objects.create(username='{}')"]


def add(folder, name, **more):
    done = manage(folder, *ADD[:-1], ADD[-1].format(name), **more)
    assert done.returncode == 0, done.stderr


def test_another_machine_gets_the_same_city(home, tmp_path):
    """Embedded server → backup → a new, empty data folder; then the same folder again with --replace."""
    assert manage(home, "migrate", "-v0").returncode == 0
    add(home, "first")
    done = manage(home, "backup", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Backup in {tmp_path / 'backup'}: ")

    other = new_folder()
    try:
        done = manage(other, "restore", str(tmp_path / "backup"))
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Restored the backup of ")
        assert manage(other, *COUNT).stdout == "first\n"

        add(other, "second")
        done = manage(other, "restore", str(tmp_path / "backup"))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "add --replace" in done.stderr
        assert manage(other, *COUNT).stdout == "first,second\n"
        assert manage(other, "restore", str(tmp_path / "backup"), "--replace").returncode == 0
        assert manage(other, *COUNT).stdout == "first\n"
        assert not embedded.is_running(other)
    finally:
        os.system(f"rm -rf {other}")


@pytest.mark.django_db(transaction=True)
def test_server_given_by_url(process_env, test_database, tmp_path):
    more = {"DATABASE_URL": test_database.url}
    add(tmp_path / "data", "first", **more)
    done = manage(tmp_path / "data", "backup", str(tmp_path / "backup"), **more)
    assert done.returncode == 0, done.stderr
    add(tmp_path / "data", "second", **more)
    done = manage(tmp_path / "data", "restore", str(tmp_path / "backup"), "--replace", **more)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "data" / "postgres").exists()
    from core.models import User

    assert list(User.objects.values_list("username", flat=True)) == ["first"]


def test_restore_waits_for_nobody_who_serves(home, tmp_path):
    home.mkdir(mode=0o755)
    descriptor = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        done = manage(home, "restore", str(tmp_path))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "already runs" in done.stderr
    finally:
        os.close(descriptor)
