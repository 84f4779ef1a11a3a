"""One supervisor over all processes of the application: the web server, two workers, the periodic work.

It holds the data folder's `serve.lock`, so that there is one at a time, and writes its children into `serve.json`, so
that the next start finds what a killed one left. The kernel tells the children when the supervisor dies. A child that
ends by itself is started again; one that keeps ending stops everything.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from tkpkd.processes import birth, catches, die_with_parent, end_process, is_same

STOP_SECONDS = 15
READY_SECONDS = 90
RESTARTS = 5  # as many ends of one child within RESTART_WINDOW seconds, and it is given up
RESTART_WINDOW = 60


class ServeError(Exception):
    """Serving is impossible; the text is one line that says what to do."""


@dataclass
class Child:
    """A process under the supervisor.

    Args:
        name: how messages call it.
        command: its command line.
        descriptors: open files it inherits.
    """

    name: str
    command: list[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    ends: deque = field(default_factory=lambda: deque(maxlen=RESTARTS))


def reserve_port(port: str) -> socket.socket:
    """Bind the port on the loopback address before any long work, and keep it for the web server.

    The socket does not listen yet: until the pages are there, callers are refused instead of left waiting.

    Raises:
        ServeError: the port is no number, taken, or not allowed.
    """
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ServeError(f"PORT={port} is not a port: give a number from 1024 to 65535.")
    bound = None
    # The first socket listens to find out whether somebody else does; binding alone does not tell.
    for listen in (True, False):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1", int(port)))
            if listen:
                bound.listen(1)
                bound.close()
        except PermissionError:
            raise ServeError(f"Port {port} needs special rights: choose one above 1023 (PORT=8000).") from None
        except OSError:
            raise ServeError(
                f"Port {port} is taken by another program: end that one, or choose another port (PORT={_other(port)})."
            ) from None
    return bound


def web_command(root: Path, descriptor: int) -> list[str]:
    """Command line of the web server of the checkout `root`, on a socket that is bound already."""
    processes = str(max(2, min(4, os.cpu_count() or 2)))
    web = ["-m", "gunicorn", "--config", str(root / "tkpkd" / "gunicorn_hooks.py"), "--preload"]
    web += ["--bind", f"fd://{descriptor}", "--workers", processes, "--worker-class", "gthread", "--threads", "4"]
    web += ["--timeout", "180", "--graceful-timeout", "10", "--keep-alive", "15", "--log-level", "warning"]
    web += ["--no-control-socket", "tkpkd.wsgi:application"]
    return [sys.executable, *web]


def _other(port: str) -> int:
    return int(port) + 1 if int(port) < 65535 else 8000


class Supervisor:
    """Starts, watches and stops the processes of one data folder.

    Args:
        home: data folder.
        port: port of the web server.
        root: folder of `manage.py`.
    """

    def __init__(self, home: Path, port: str, root: Path):
        self.home, self.port, self.root = home, port, root
        self.note = home / "serve.json"
        self.children: list[Child] = []
        self.signals = 0
        self._lock: int | None = None
        self._parent: int | None = None

    # --- one at a time ---------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Become the only supervisor of this data folder; wait for one that is stopping.

        Raises:
            ServeError: another one runs.
        """
        self._lock = os.open(self.home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
        begun = time.monotonic()
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited, other = time.monotonic() - begun, self._read_note()
                if waited > (STOP_SECONDS + 10 if other.get("stopping") else 2):
                    raise ServeError(
                        f"TKPKD already runs on {self.home} (process {other.get('pid')}, http://localhost:"
                        f"{other.get('port')}): stop that one first, or set another TKPKD_DATA."
                    ) from None
                time.sleep(0.1)
        self._end_orphans()
        self._write_note()

    def unlock(self) -> None:
        """Let the next one in."""
        self.note.unlink(missing_ok=True)
        os.close(self._lock)

    def _end_orphans(self) -> None:
        """End what a killed supervisor left; its children were told to stop when it died."""
        for child in self._read_note().get("children", []):
            if is_same(child["pid"], child["born"]):
                end_process(child["pid"], child["born"], patience=5)

    def _read_note(self) -> dict:
        try:
            return json.loads(self.note.read_text())
        except (OSError, ValueError):
            return {}

    def _write_note(self, *, stopping: bool = False) -> None:
        running = [child.process.pid for child in self.children if child.process and child.process.poll() is None]
        text = json.dumps(
            {
                "pid": os.getpid(),
                "port": self.port,
                "stopping": stopping,
                "children": [{"pid": pid, "born": birth(pid)} for pid in running],
            }
        )
        part = self.note.with_suffix(".part")
        part.write_text(text)
        part.replace(self.note)

    # --- running -----------------------------------------------------------------------------------------------------

    def catch_signals(self) -> None:
        """Have SIGINT, SIGTERM and SIGHUP end the run; before `run` they end it as a KeyboardInterrupt."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._interrupt)

    def follow(self, parent: int) -> None:
        """Stop when `make` stops, however it does: a killed one must not leave a server that holds the port."""
        self._parent = parent if catches(parent, signal.SIGINT) else None
        die_with_parent(parent)

    def _parent_was_interrupted(self) -> bool:
        # A SIGINT sent to make alone: it drops its handler and waits for us, and does not pass the signal on.
        return self._parent is not None and not catches(self._parent, signal.SIGINT)

    def _interrupt(self, signum, frame) -> None:
        self.signals += 1
        if not self.children:
            raise KeyboardInterrupt

    def run(self, web: socket.socket, *, announce) -> None:
        """Start everything, call `announce` when pages are served, and stay until a signal comes.

        Raises:
            ServeError: a process keeps ending.
        """
        self.children = self._plan(web.fileno())
        try:
            self._start(self.children[0])
            self._write_note()
            if self._wait_until_served():
                # The rest starts when the pages are there: on two cores all at once would make people wait.
                for child in self.children[1:]:
                    self._start(child)
                self._write_note()
                announce()
            while not self.signals and not self._parent_was_interrupted():
                self._restart_ended()
                time.sleep(0.2)
        finally:
            self._stop()

    def _plan(self, descriptor: int) -> list[Child]:
        manage = [sys.executable, str(self.root / "manage.py")]
        worker = [*manage, "db_worker", "--no-reload", "--interval", "0.5", "--no-startup-delay", "--verbosity", "0"]
        return [
            Child("web server", web_command(self.root, descriptor), (descriptor,)),
            Child("worker", [*worker, "--queue-name", "default"]),
            Child("worker for long work", [*worker, "--queue-name", "long"]),
            Child("periodic work", [*manage, "periodic", "--apply", "--loop"]),
        ]

    def _start(self, child: Child) -> None:
        parent = os.getpid()
        child.process = subprocess.Popen(
            child.command,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            pass_fds=child.descriptors,
            start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone
            preexec_fn=lambda: die_with_parent(parent),  # safe: the supervisor has one thread
        )

    def _wait_until_served(self) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not self.signals:
            if self.children[0].process.poll() is not None:
                raise ServeError("The web server ended while starting: its message stands above.")
            if time.monotonic() > deadline:
                raise ServeError(f"The web server did not answer within {READY_SECONDS} seconds: start again.")
            with contextlib.suppress(OSError, http.client.HTTPException):
                asked = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=5)
                asked.request("GET", "/healthz")
                if asked.getresponse().status == 200:
                    asked.close()
                    return True
            time.sleep(0.1)
        return False

    def _restart_ended(self) -> None:
        for child in self.children:
            code = child.process.poll() if child.process else None
            if code is None:
                continue
            now = time.monotonic()
            if len(child.ends) == RESTARTS and now - child.ends[0] < RESTART_WINDOW:
                raise ServeError(f"The {child.name} keeps ending ({_how(code)}): its messages stand above.")
            child.ends.append(now)
            print(f"The {child.name} ended ({_how(code)}); it is started again.", file=sys.stderr, flush=True)
            self._start(child)
            self._write_note()

    def _stop(self) -> None:
        """Ask all to stop, wait, then insist; a second signal insists at once."""
        self._write_note(stopping=True)
        asked = self.signals
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in running):
            if time.monotonic() > deadline or self.signals > max(asked, 1):
                for process in running:
                    if process.poll() is None:
                        process.kill()
                for process in running:
                    process.wait()
                break
            time.sleep(0.05)
        self.unlock()


def _how(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
