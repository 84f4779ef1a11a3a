"""Settings of the tests: a server and a data folder of their own, nothing that reaches outside."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["DEBUG"] = "0"
os.environ["SECRET_KEY"] = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ"
os.environ["PUBLIC_URL"] = "http://localhost:8000"
os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ["EMAIL_URL"] = "memorymail://"

from tkpkd.settings import *  # noqa: F403
from tkpkd.settings import BASE_DIR, STORAGES, TASKS, env

DEMO_USERS = False

# One embedded server for all test runs of a checkout. Its data may be lost, so it need not wait for the disk.
_given = env.str("TKPKD_TEST_DATA", default="")
_beside = env.str("TKPKD_DATA", default="")
TKPKD_DATA = Path(_given or (f"{_beside}/test" if _beside else BASE_DIR / ".data" / "test")).absolute()
EMBEDDED_HOME_VARIABLE = "TKPKD_TEST_DATA"
EMBEDDED_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "512MB",
    "shared_buffers": "128MB",
    "autovacuum": "off",
}

# What tests upload and write goes with the process.
_files = Path(tempfile.mkdtemp(prefix="tkpkd-test-"))
atexit.register(shutil.rmtree, _files, ignore_errors=True)
UPLOADS_DIR = _files / "uploads"
REPORTS_DIR = _files / "reports"
BACKUPS_DIR = _files / "backups"
STATIC_ROOT = _files / "staticfiles"
STATIC_ROOT.mkdir()
MEDIA_ROOT = _files / "media"

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # finds files when asked for them, so that no test waits for the scan of all of them
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Work is queued as in real life; the fixture `immediate_tasks` runs it at once.
TASKS_IMMEDIATE = {"default": {**TASKS["default"], "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
