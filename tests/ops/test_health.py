"""`/healthz` and `/readyz`."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core import health


def waiting(minutes: int) -> None:
    entry = DBTaskResult.objects.create(
        task_path="core.jobs.run_job",
        args_kwargs={"args": [1], "kwargs": {}},
        queue_name="long",
        backend_name="default",
        run_after=timezone.now() - timedelta(minutes=minutes),
        exception_class_path="",
        traceback="",
    )
    DBTaskResult.objects.filter(pk=entry.pk).update(enqueued_at=timezone.now() - timedelta(minutes=minutes))


def test_healthz_asks_nobody(client):
    """Neither a sign-in nor the database, which this test may not touch."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready(client):
    waiting(5)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "migrations": "ok", "queue": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_when_no_worker_takes_the_work(client):
    waiting(11)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["queue"] == "no worker takes the waiting work"


@pytest.mark.django_db
def test_not_ready_when_migrations_are_missing(client, monkeypatch):
    from django.db import connection

    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reports' OR app = 'core'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() | {"ready": False} == {
        "ready": False,
        "database": "ok",
        "migrations": "missing",
        "queue": "ok",
    }


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_a_database(client, settings):
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"
    assert "no_such_database" not in answer.content.decode()
