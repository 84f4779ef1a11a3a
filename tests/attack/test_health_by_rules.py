"""Nobody learns who is ill or disabled by writing a rule that no programme has."""

import json

import pytest

from core.choices import Role
from core.models import AccessRecord
from programs.actions.programmes import set_rule
from programs.pasted import LISTS_AN_HOUR

RULE = {"field": "disability", "op": "eq", "value": True}


@pytest.fixture
def builder(client, world):
    client.force_login(world.user(Role.OPD_OPERATOR))
    return f"/programs/{world.program.uuid}/rule/builder/"


def post(client, url, rule, **more):
    return client.post(url, {"rule": json.dumps(rule)} | more)


def test_a_rule_on_health_that_nobody_kept_shows_nobody(client, world, builder):
    page = post(client, builder, RULE)
    assert page.status_code == 200
    text = page.content.decode()
    assert world.own.head.name not in text
    assert "kurang dari 5 keluarga" in text or "fewer than 5 households" in text
    tried = post(client, builder, RULE, step="test", niks=world.own.head.nik)
    assert world.own.head.name not in tried.content.decode()


def test_the_same_rule_once_it_is_kept(client, world, builder):
    set_rule(
        program=world.program,
        rule=RULE,
        year_from=world.year,
        year_to=None,
        legal_basis="Perwako",
        by=world.user(Role.BAPPEDA_STAFF),
    )
    assert world.own.head.name in post(client, builder, RULE).content.decode()
    other = {"field": "chronic", "op": "eq", "value": True}
    assert world.own.head.name not in post(client, builder, other).content.decode()


def test_pasted_lists_of_numbers_have_an_end(client, world, builder):
    for _n in range(LISTS_AN_HOUR):
        post(client, builder, {}, step="test", niks=world.own.head.nik)
    assert post(client, builder, {}, step="test", niks=world.own.head.nik).status_code == 403
    assert AccessRecord.objects.filter(kind="lookup").count() == LISTS_AN_HOUR
