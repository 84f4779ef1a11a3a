"""`manage.py serve`: starts everything, stops everything, and starts again after any death."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ops.conftest import ROOT, environment, manage, new_folder
from tkpkd import embedded, office
from tkpkd.processes import birth, exists, is_zombie
from tkpkd.serve import ServeError, reserve_port

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Served:
    """One running `serve`.

    Args:
        folder: data folder.
        port: port of the web server.
        parent: command that runs it as its child instead of the test itself.
    """

    def __init__(self, folder: Path, port: int, *, parent: tuple = ()):
        self.folder, self.port = folder, port
        more = {"PORT": str(port)} | ({"TKPKD_FOLLOW_PARENT": "1"} if parent else {})
        self.output: list[str] = []
        self.process = subprocess.Popen(
            [*parent, sys.executable, str(ROOT / "manage.py"), "serve"],
            env=environment(folder, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_served(self) -> "Served":
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith("Stop with Ctrl-C"):
                return self
        raise AssertionError("".join(self.output))

    @property
    def note(self) -> dict:
        return json.loads((self.folder / "serve.json").read_text())

    @property
    def children(self) -> list[int]:
        return [child["pid"] for child in self.note["children"]]

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sign)
        self.output += self.process.communicate(timeout=40)[0].splitlines(keepends=True)
        return self.process.returncode


def gone(pids: list[int], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(not exists(pid) or is_zombie(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def office_folder():
    """A data folder on which everything was prepared once."""
    folder = new_folder()
    office.prepare(str(folder))
    done = manage(folder, "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def served(office_folder):
    """A function that starts `serve`; what still runs at the end is stopped."""
    running = []

    def start(**options) -> Served:
        running.append(Served(office_folder, options.pop("port", None) or free_port(), **options))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serves_until_a_signal_and_leaves_nothing(served, office_folder, sign):
    one = served().wait_until_served()
    assert get(one.port, "/healthz") == (200, "ok\n")
    status, body = get(one.port, "/readyz")
    assert (status, json.loads(body)["ready"]) == (200, True)
    assert get(one.port, "/accounts/login/")[0] == 200
    children = one.children
    assert len(children) == 4
    assert one.stop(sign) == 0
    assert gone(children, 0.1)
    assert not embedded.is_running(office_folder)
    assert not (office_folder / "serve.json").exists()
    assert "Traceback" not in "".join(one.output)


def test_taken_port_is_one_line(office_folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = manage(office_folder, "serve", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"Port {port} is taken" in done.stderr
    assert f"PORT={port + 1}" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_port_that_is_none_is_one_line(port):
    with pytest.raises(ServeError, match="is not a port"):
        reserve_port(port)


def test_second_server_of_a_data_folder_is_refused(served, office_folder):
    one = served().wait_until_served()
    done = manage(office_folder, "serve", PORT=str(free_port()))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"already runs on {office_folder} (process {one.process.pid}, http://localhost:{one.port})" in done.stderr


def test_killed_supervisor_can_be_started_again_at_once(served):
    first = served().wait_until_served()
    children = first.children
    first.process.kill()
    first.process.wait()
    second = served(port=first.port).wait_until_served()
    assert gone(children, 0.1)
    assert get(second.port, "/healthz")[0] == 200


def test_child_that_outlives_a_killed_supervisor_is_ended(served, office_folder):
    """A worker may be deaf to SIGTERM in the middle of its work."""
    program = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    deaf = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    with deaf.stdout as said:
        said.read(1)
    stranger = subprocess.Popen(["sleep", "60"])
    note = {
        "pid": 1,
        "port": "1",
        "stopping": False,
        "children": [{"pid": deaf.pid, "born": birth(deaf.pid)}, {"pid": stranger.pid, "born": "1"}],
    }
    (office_folder / "serve.json").write_text(json.dumps(note))
    served().wait_until_served()
    assert gone([deaf.pid], 0.1)
    assert stranger.poll() is None, "a later process with the same number was ended"
    stranger.kill()
    stranger.wait()
    deaf.wait()


def test_killed_worker_is_started_again(served):
    one = served().wait_until_served()
    before = one.children
    os.kill(before[1], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while one.children == before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(set(one.children) - set(before)) == 1
    assert get(one.port, "/healthz")[0] == 200
    assert one.stop() == 0
    assert "The worker ended (signal SIGKILL); it is started again." in "".join(one.output)


PARENT = "import subprocess, sys; subprocess.call(sys.argv[1:])"
WAITING_PARENT = """
import signal, subprocess, sys
def interrupted(*_):
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as make does, before it waits for its children
signal.signal(signal.SIGINT, interrupted)
child = subprocess.Popen(sys.argv[1:])
child.wait()
"""


@pytest.mark.parametrize(
    ("parent", "sign"), [(PARENT, signal.SIGKILL), (WAITING_PARENT, signal.SIGINT)], ids=["killed", "interrupted"]
)
def test_stops_with_make(served, office_folder, parent, sign):
    one = served(parent=(sys.executable, "-c", parent)).wait_until_served()
    pids = [one.note["pid"], *one.children]
    one.process.send_signal(sign)
    assert gone(pids, 20)
    assert not embedded.is_running(office_folder)


def test_unreachable_database_url_is_one_line(home):
    url = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    done = manage(home, "serve", DATABASE_URL=url, PORT=str(free_port()))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL cannot be used" in done.stderr


def test_data_folder_that_is_a_file_is_one_line(home):
    home.write_text("")
    done = manage(home, "serve", PORT=str(free_port()))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "choose another TKPKD_DATA" in done.stderr
    home.unlink()
