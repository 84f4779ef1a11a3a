"""Signs of life for whatever watches the server: `/healthz` (this process) and `/readyz` (what it stands on)."""

import logging
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# Work that waits longer than this says that no worker takes it.
QUEUE_PATIENCE = timedelta(minutes=10)

_migrated = False


@login_not_required
@never_cache
def healthz(request):
    """Answer 200 as long as this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
def readyz(request):
    """Answer 200 when database, migrations and queue are ready, else 503; the parts as JSON, `ok` or what is wrong."""
    parts = {}
    for name, check in (("database", _database), ("migrations", _migrations), ("queue", _queue)):
        try:
            parts[name] = check()
        except Error as error:
            logger.warning("readyz: %s: %s", name, error)
            parts[name] = "unreachable"
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    """Reading all migrations costs; once none is missing, none can be missing again in this process."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "missing"


def _queue() -> str:
    oldest = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    return "ok" if oldest is None or timezone.now() - oldest < QUEUE_PATIENCE else "no worker takes the waiting work"
