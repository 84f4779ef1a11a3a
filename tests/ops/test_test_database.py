"""The tests' own ground: rows of one test are gone in the next, also when they were committed."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client

from core.models import User


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_rolled_back_rows_are_gone(turn):
    assert not User.objects.exists()
    User.objects.create(username="first")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_rows_are_gone(turn):
    assert not User.objects.exists()
    assert ContentType.objects.filter(app_label="core").exists()
    User.objects.create(username="first")


@pytest.mark.django_db(transaction=True)
def test_history_of_committed_rows_is_gone_too():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM history")
        assert cursor.fetchone() == (0,)


def test_live_server_sees_committed_rows(live_server):
    import http.client

    host = live_server.url.removeprefix("http://")
    with_connection = http.client.HTTPConnection(host, timeout=10)
    with_connection.request("GET", "/healthz")
    assert with_connection.getresponse().status == 200
    with_connection.close()


@pytest.mark.django_db
def test_another_database_is_not_touched():
    assert connection.settings_dict["NAME"].startswith("test_tkpkd_")
    assert Client().get("/healthz").status_code == 200
