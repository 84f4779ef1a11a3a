"""Fixtures of all tests: database, browser, sample sheets, background work."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.worlds import world  # noqa: F401 (a fixture of every test)

# A machine shared with others pauses at will: no example has a deadline.
hypothesis_settings.register_profile("tkpkd", deadline=None)
hypothesis_settings.load_profile("tkpkd")

# Playwright keeps an event loop in the test's thread; the ORM may be used there all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def pytest_collection_modifyitems(items):
    """Mark browser tests by the fixture they use, and leave them out where there is no browser to drive."""
    for item in items:
        if "page" in item.fixturenames or "browser" in item.fixturenames:
            item.add_marker("browser")
    wanted = [item for item in items if item.get_closest_marker("browser")]
    if not wanted or CHROMIUM:
        return
    if os.environ.get("TKPKD_REQUIRE_BROWSER"):
        raise pytest.UsageError("TKPKD_REQUIRE_BROWSER is set, but there is no Chromium: apt-get install chromium")
    for item in wanted:
        item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium"))


def pytest_sessionfinish(session, exitstatus):
    """In CI a run in which no test passed is a failure, whatever the reason."""
    if not os.environ.get("TKPKD_REQUIRE_TESTS") or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and not (reporter and reporter.stats.get("passed")):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


# --- database ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def test_database(request, django_test_environment, django_db_blocker):
    """This process's database, a copy of the template (`tests/databases.py`)."""
    from django.core.management.base import CommandError
    from django.db import Error
    from django.test import TransactionTestCase

    from tests.databases import TestDatabase

    database = TestDatabase(getattr(request.config, "workerinput", {}).get("workerid", ""))
    with django_db_blocker.unblock():
        try:
            database.create()
        except (CommandError, Error) as error:
            pytest.exit(f"No database for the tests: {error}", returncode=2)

    def fresh_copy(self):
        database.reset()

    patched = pytest.MonkeyPatch()
    patched.setattr(TransactionTestCase, "_fixture_teardown", fresh_copy)
    yield database
    patched.undo()
    with django_db_blocker.unblock():
        database.drop()


@pytest.fixture(scope="session")
def django_db_setup(test_database):
    """pytest-django's set-up, replaced by the copy of a template."""


@pytest.fixture
def process_env(test_database, transactional_db, settings, tmp_path):
    """Environment for another process (`manage.py …`) that works on this test's database. Commits: use sparingly."""
    return os.environ | {
        "DATABASE_URL": test_database.url,
        "DJANGO_SETTINGS_MODULE": "tkpkd.settings",
        "TKPKD_DATA": str(tmp_path / "data"),
        "DEBUG": "1",
    }


# --- work, files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def immediate_tasks(settings):
    """Background work runs at once, in the same process, when it is put into the queue."""
    settings.TASKS = settings.TASKS_IMMEDIATE


@pytest.fixture(scope="session")
def samples():
    """A function: name of a sample sheet → its path; skips the test where the sheet is absent."""
    folder = Path(os.environ.get("TKPKD_SAMPLES") or ROOT.parent / "shared" / "data" / "xlsx")

    def path(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not in {folder} (TKPKD_SAMPLES)")
        return folder / name

    return path


# --- browser -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, quiet and without a sandbox (tests run as root in CI)."""
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """An office computer: Indonesian, Jakarta's clock, a low and wide screen."""
    return {
        **browser_context_args,
        "locale": "id-ID",
        "timezone_id": "Asia/Jakarta",
        "viewport": {"width": 1280, "height": 800},
    }
