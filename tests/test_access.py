"""The access walk: every address × every role × an object of one's own area and one elsewhere.

The names come from the resolver, so a new address fails here until it has a row in `tests/access_expected.py`.
"""

import pytest

from tests.access import PUBLIC, ROLES, Doors, knock, names
from tests.access_expected import EXPECTED


def test_every_address_has_a_row():
    assert [name for name in names() if name not in EXPECTED] == []
    assert [name for name in EXPECTED if name not in names()] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_access(client, world, name):
    doors = Doors(world)
    expected = {role: answers for answers, roles in EXPECTED[name].items() for role in roles.split()}
    assert sorted(expected) == sorted(ROLES)
    for role in ROLES:
        for area, wanted in zip(("own", "other"), expected[role], strict=True):
            assert knock(client, world, doors, name, role, area) == wanted, (name, role, area)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(EXPECTED) - set(PUBLIC)))
def test_nobody_enters_without_signing_in(client, world, name):
    url = Doors(world).url(name, "own")
    response = client.get(url)
    if response.status_code == 405:
        response = client.post(url)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")
