"""Fixtures of the operations tests: data folders that the database's account can reach, and their processes."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

from tkpkd import embedded

ROOT = Path(__file__).resolve().parent.parent.parent


def new_folder() -> Path:
    """A path for a data folder that nobody has made yet (pytest's own folders admit only their owner)."""
    return Path(tempfile.gettempdir()) / f"tkpkd-ops-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def home():
    """A new data folder; its server is stopped at the end."""
    folder = new_folder()
    yield folder
    embedded.release(folder)
    shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a `manage.py` process on a data folder, free of what the tests' own run was given."""
    dropped = ("DJANGO_SETTINGS_MODULE", "TKPKD_TEST_DATA", "DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "EMAIL_URL")
    kept = {key: value for key, value in os.environ.items() if key not in (*dropped, "DEBUG", "ALLOWED_HOSTS", "PORT")}
    return kept | {"TKPKD_DATA": str(folder)} | more


def manage(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess:
    """Run one `manage.py` command on a data folder to its end."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=120,
    )
