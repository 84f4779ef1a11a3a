"""Databases of the tests: one template for a state of the migrations, one copy for each worker.

Tests that commit (`transaction=True`, `live_server`) get a fresh copy afterwards. Emptying the tables instead would
take longer, lose the rows that migrations made, and is refused by the history triggers, as it should be.
"""

import contextlib
import hashlib
import os
import re
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

ROOT = Path(settings.BASE_DIR)
APPS = ("core", "households", "programs", "meetings", "reports")
ADVISORY_LOCK = 7203401


def migrations_hash() -> str:
    """A name for the state of the schema: our migrations, what they import, and the versions of other packages."""
    files = {ROOT / "requirements.txt"}
    for app in APPS:
        files |= {*(ROOT / app).glob("migrations/*.py"), *(ROOT / app).rglob("*.sql")}
    for migration in list(files):
        for name in re.findall(rf"from ((?:{'|'.join(APPS)})(?:\.\w+)+) import", migration.read_text()):
            module = ROOT.joinpath(*name.split("."))
            files |= {found for found in (module.with_suffix(".py"), module / "__init__.py") if found.exists()}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class TestDatabase:
    """The database of this test process.

    Args:
        worker: name of the xdist worker, empty without xdist.
    """

    __test__ = False

    def __init__(self, worker: str = ""):
        self.template = f"tpl_tkpkd_{migrations_hash()}"
        self.name = f"test_tkpkd_{os.getpid()}{'_' + worker if worker else ''}"
        self.kept: set[str] = set()

    def create(self) -> None:
        """Make the template unless it is there, and this process's copy of it."""
        with self._server() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            try:
                self._drop_leftovers(cursor)
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
                if cursor.fetchone() is None:
                    self._build_template(cursor)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
        self.reset()

    def reset(self) -> None:
        """Replace this process's database by a fresh copy of the template."""
        self._copy(self.template, self.name)

    def keep(self, name: str) -> None:
        """Remember what stands in this process's database as `name`, for `restore`."""
        self._copy(self.name, f"{self.name}_{name}")
        self.kept.add(name)

    def restore(self, name: str) -> None:
        """Replace this process's database by a copy of what was kept as `name`."""
        self._copy(f"{self.name}_{name}", self.name)

    def drop(self) -> None:
        """Remove this process's database, and what was kept of it."""
        connections.close_all()
        with self._server() as cursor:
            for name in (self.name, *(f"{self.name}_{kept}" for kept in self.kept)):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @property
    def url(self) -> str:
        """DATABASE_URL under which another process reaches this database."""
        found = connection.settings_dict
        login = found["USER"] + (f":{found['PASSWORD']}" if found["PASSWORD"] else "")
        if found["HOST"].startswith("/"):
            return f"postgres://{login}@/{found['HOST']}/{self.name}"
        return f"postgres://{login}@{found['HOST']}:{found['PORT'] or 5432}/{self.name}"

    def _copy(self, source: str, target: str) -> None:
        """Make `target` anew as a copy of `source`, whoever still used either; go on with this process's own."""
        self._use("postgres")
        with self._server() as cursor:
            if source == self.name:  # a thread of the live server may still hold it
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
            cursor.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY file_copy')
        self._use(self.name)

    def _build_template(self, cursor) -> None:
        building = f"{self.template}_{os.getpid()}"
        cursor.execute(f'CREATE DATABASE "{building}"')
        self._use(building)
        try:
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", "core_cache", verbosity=0)
        finally:
            connections.close_all()
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{self.template}"')

    def _drop_leftovers(self, cursor) -> None:
        """Drop what killed runs on this machine left, and all templates but the newest four."""
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^(test|tpl)_tkpkd_' ORDER BY oid")
        names = [row[0] for row in cursor.fetchall()]
        templates = [name for name in names if re.fullmatch(r"tpl_tkpkd_[0-9a-f]{12}", name)]
        stale = [name for name in templates[:-4] if name != self.template]
        for name in names:
            found = re.fullmatch(r"(?:test_tkpkd|tpl_tkpkd_[0-9a-f]{12})_(\d+)(?:_\w+)?", name)
            if found and not settings.DATABASE_URL and not Path(f"/proc/{found[1]}").exists():
                stale.append(name)
        for name in stale:
            with contextlib.suppress(Exception):  # somebody copies it at this moment: the next run drops it
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')

    @staticmethod
    def _use(name: str) -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = name

    @staticmethod
    def _server():
        return connection._nodb_cursor()
