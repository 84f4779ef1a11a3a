"""A demo city for a whole module; it is rolled back at its end."""

import datetime as dt

import pytest
from django.db import connection, transaction

from tkpkd.demo.city import DemoCity

TODAY = dt.date(2026, 10, 15)
SIZE = 1200


def build(households=SIZE, *, seed=7, today=TODAY):
    """Build a city without a word; returns its counts."""
    counts = DemoCity(households, seed, today, say=lambda text: None).build()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return counts


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """A city of 1,200 households on 15 October 2026; the tests of the module may read, and must not write."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def rows(sql, *params):
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def value(sql, *params):
    """The one value of a query."""
    return rows(sql, *params)[0][0]
