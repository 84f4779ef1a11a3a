"""Whatever a form sends, no page breaks over it: the answer says what is wrong, or nothing was meant."""

import pytest
from django.db import transaction

from tests import factories as make
from tests.access import Doors, names
from tests.attack.test_hostile_queries import Listening, read

TOGETHER = [
    "",
    "-1",
    "9" * 30,
    "²",
    "9999-12-31",
    '{"all": 5}',
    "[[[[1]]]]",
    "x" * 6000,
]
TOGETHER += ["00000000-0000-0000-0000-000000000000", "1\n2\r3\x0b4", "<b>' OR 1=1 --"]
ALONE = ["a\x00b", "²"]
# Sent beside: a step that reads nothing else before it knows what to do.
DO = {"do": "submit", "step": "add", "confirm": "1"}


def broken(client, url, data) -> bool:
    point = transaction.savepoint()
    try:
        return read(client.post(url, data)).status_code >= 500
    except Exception:  # whatever a page throws would be a 500
        return True
    finally:
        transaction.get_connection().needs_rollback = False  # what an error inside left behind
        transaction.savepoint_rollback(point)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["bappeda_admin", "opd_operator"])
def test_no_post_breaks_a_page(client, world, monkeypatch, role):
    doors, found, seen = Doors(world), [], 0
    heard = Listening(monkeypatch)
    client.force_login(world.user(role))
    for name in names():
        url = doors.url(name, "own")
        heard.keys.clear()
        if broken(client, url, {}):
            found.append((name, "", ""))
        keys = sorted(heard.keys - {"csrfmiddlewaretoken"})
        if not keys:
            continue
        seen += 1
        tries = [(keys, value) for value in TOGETHER] + [([key], value) for key in keys for value in ALONE]
        for some, value in tries:
            if broken(client, url, DO | dict.fromkeys(some, value)):
                found.append((name, some if len(some) == 1 else "all", value[:40]))
    assert found == []
    assert seen > 20


def test_words_that_lead_nowhere(client, world):
    client.force_login(world.user("bappeda_admin"))
    answer = client.post("/account/theme/", {"theme": "dark", "next": "²"})
    assert (answer.status_code, client.post("/account/theme/", {"theme": "dark", "next": "//evil.example"}).url) == (
        302,
        "/",
    )
    builder = f"/programs/{world.program.uuid}/rule/builder/"
    for place in ("nowhere", "all.²", "9" * 30, "all.-1.x"):
        assert client.post(builder, {"rule": "{}", "place": place}).status_code == 404
    point = world_point(world)
    assert client.post(f"/meetings/agenda/{point}/text/", {"text": "x", "version": "²"}).status_code == 409


def world_point(world):
    return make.AgendaItemFactory(meeting=make.MeetingFactory(state="held"), text="Ada.").uuid
