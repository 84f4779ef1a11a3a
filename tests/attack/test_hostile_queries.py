"""Whatever stands behind the question mark of an address, no page breaks over it."""

import pytest
from django.db import transaction
from django.http import QueryDict

from tests.access import Doors, names

TOGETHER = [
    "-1",
    "9" * 30,
    "²",
    "9999-12-31",
    "' OR 1=1 --",
    '{"all": [{"field": "desil", "op": "in", "value": "x"}]}',
    "00000000-0000-0000-0000-000000000000",
    "x" * 3000,
]
# Values that a page may meet only where no other value of the same query was refused before.
ALONE = ["13.72\x00", "9" * 20]


class Listening:
    """Which keys a page asks its query for."""

    def __init__(self, monkeypatch):
        self.keys = set()
        for method in ("get", "getlist", "__getitem__", "__contains__", "pop"):
            monkeypatch.setattr(QueryDict, method, self._heard(method, getattr(QueryDict, method)))

    def _heard(self, method, real):
        def call(query, key, *rest, **named):
            if isinstance(key, str):
                self.keys.add(key)
            return real(query, key, *rest, **named)

        return call


def read(answer):
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def broken(client, url, query) -> bool:
    point = transaction.savepoint()
    try:
        return read(client.get(url, query)).status_code >= 500
    except Exception:  # whatever a page throws would be a 500
        return True
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["bappeda_admin", "kelurahan_operator"])
def test_no_query_breaks_a_page(client, world, monkeypatch, role):
    doors, found, seen = Doors(world), [], 0
    heard = Listening(monkeypatch)
    client.force_login(world.user(role))
    for name in names():
        url = doors.url(name, "own")
        heard.keys.clear()
        status = read(client.get(url)).status_code
        keys = sorted(heard.keys - {"csrfmiddlewaretoken"})
        if status in (403, 404, 405) or not keys:
            continue
        seen += 1
        tries = [(keys, value) for value in TOGETHER]
        tries += [([key], value) for key in keys for value in ALONE]
        found += [(name, some, value[:40]) for some, value in tries if broken(client, url, dict.fromkeys(some, value))]
    assert found == []
    assert seen > 20


def test_a_nul_byte_is_a_bad_request(client, world):
    client.force_login(world.user("bappeda_admin"))
    assert client.get("/households/", {"area": "13.72\x00"}).status_code == 400
    sent = {"name": "a\x00b", "query": "show=all"}  # kept as JSON
    assert client.post("/meetings/actions/filters/keep/", sent).status_code == 400
    assert client.get("/programs/import/", {"group": "a\x00"}).status_code == 200
