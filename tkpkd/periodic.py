"""Periodic work that belongs to no app: queue, sign-in records and the nightly backup."""

import logging
import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.jobs import reclaim_stale
from core.registry import PeriodicTask, registry
from tkpkd.backups import create_backup, remove_backup

BACKUPS_KEPT = 14
BACKUP_HOUR = 1  # local time; a machine that is off at night is backed up after its next start

logger = logging.getLogger(__name__)


def reclaim() -> str:
    """Mark the work of dead workers as interrupted."""
    count = reclaim_stale()
    return f"{count} interrupted" if count else ""


def tidy_queue() -> str:
    """Drop old entries of the queue; entries that a killed worker left as running end after a day."""
    day_ago = timezone.now() - timedelta(days=1)
    stuck = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=day_ago)
    count = stuck.update(status=TaskResultStatus.FAILED, finished_at=timezone.now())
    call_command("prune_db_task_results", queue_name="*", min_age_days=14, verbosity=0)
    return f"{count} left by a killed worker" if count else ""


def clear_sessions() -> str:
    """Drop sign-in sessions that ran out."""
    call_command("clearsessions", verbosity=0)
    return ""


def nightly_backup() -> str:
    """In real use: one backup a day below the data folder, the newest fourteen are kept."""
    now = timezone.localtime()
    folder = Path(settings.BACKUPS_DIR)
    target = folder / now.strftime("%Y-%m-%d")
    if not settings.OFFICE or now.hour < BACKUP_HOUR or (target / "manifest.json").exists():
        return ""
    folder.mkdir(mode=0o700, exist_ok=True)
    if target.exists():  # half of one, of a process that was killed
        remove_backup(target)
    create_backup(target)
    kept = sorted(entry for entry in folder.iterdir() if re.fullmatch(r"\d{4}-\d\d-\d\d", entry.name))
    for old in kept[:-BACKUPS_KEPT]:
        remove_backup(old)
    return f"backup {target}"


registry.periodic += [
    PeriodicTask("reclaim interrupted work", 30, reclaim),
    PeriodicTask("tidy the queue", 3600, tidy_queue),
    PeriodicTask("clear old sign-in sessions", 86400, clear_sessions),
    PeriodicTask("nightly backup", 900, nightly_backup),
]
