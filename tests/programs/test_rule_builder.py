"""The rule builder: pieces put together by buttons, one sentence, the count and the list they take, a try on NIKs."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AccessRecord
from households import rules
from households.models import Household
from programs import eligibility, rule_tree
from programs.models import EligibilityRule
from tests import factories as make

YEAR = timezone.localdate().year
DESIL = {"field": "desil", "op": "lte", "value": 4}
HOUSE = {"field": "unfit_house", "op": "eq", "value": True}
AGE = {"field": "age", "op": "between", "value": [0, 6]}
CHILD = {"count": "members", "where": AGE, "op": ">=", "value": 1}


# --- pieces ----------------------------------------------------------------------------------------------------------


def test_add_joins_by_and_and_inside_a_bracket_by_its_own_join():
    assert rule_tree.add({}, "", DESIL) == DESIL
    assert rule_tree.add(DESIL, "", HOUSE) == {"all": [DESIL, HOUSE]}
    both = {"all": [DESIL, {"any": [HOUSE]}]}
    assert rule_tree.add(both, "all.1", CHILD) == {"all": [DESIL, {"any": [HOUSE, CHILD]}]}
    assert rule_tree.add({"person": AGE}, "person", AGE) == {"person": {"all": [AGE, AGE]}}
    assert both == {"all": [DESIL, {"any": [HOUSE]}]}  # what was given stays as it was


@pytest.mark.parametrize(
    ("rule", "path", "left"),
    [
        ({"all": [DESIL, HOUSE]}, "all.0", HOUSE),
        ({"all": [DESIL, HOUSE, CHILD]}, "all.1", {"all": [DESIL, CHILD]}),
        ({"all": [DESIL, {"any": [HOUSE]}]}, "all.1.any.0", DESIL),
        ({"not": HOUSE}, "not", {}),
        ({"all": [DESIL, {"not": HOUSE}]}, "all.1.not", DESIL),
        (CHILD, "where", CHILD | {"where": {}}),
        ({"all": [DESIL, {"person": AGE}]}, "all.1.person", DESIL),
        (DESIL, "", {}),
    ],
)
def test_remove_tidies_what_is_left(rule, path, left):
    assert rule_tree.remove(rule, path) == left


def test_switch_negate_bracket():
    assert rule_tree.switch({"all": [DESIL, HOUSE]}, "") == {"any": [DESIL, HOUSE]}
    assert rule_tree.switch({"all": [{"any": [HOUSE]}, DESIL]}, "all.0") == {"all": [{"all": [HOUSE]}, DESIL]}
    assert rule_tree.negate({"all": [DESIL]}, "all.0") == {"all": [{"not": DESIL}]}
    assert rule_tree.negate({"not": DESIL}, "") == DESIL
    assert rule_tree.bracket({"all": [DESIL, HOUSE]}, "all.1") == {"all": [DESIL, {"any": [HOUSE]}]}
    assert rule_tree.level_at({"all": [CHILD]}, "all.0.where") == "member"
    for wrong in ("all.7", "nothing", "all.x", "field.0"):
        with pytest.raises(rule_tree.NoPlace):
            rule_tree.at({"all": [DESIL]}, wrong)


def test_nodes_speak_and_know_their_place(db):
    rule = {"all": [DESIL, {"not": HOUSE}, CHILD]}
    tree = rule_tree.nodes(rule, rules.sentence)
    assert [node.path for node in tree.parts] == ["all.0", "all.1", "all.2"]
    assert [node.kind for node in tree.parts] == ["leaf", "not", "count"]
    assert tree.parts[2].parts[0].level == "member"
    assert "0–6" in tree.parts[2].parts[0].text


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def build(client, world):
    """A function that posts a step of the builder of the own agency's programme."""
    client.force_login(world.user("opd_operator"))
    url = reverse("programs:rule_builder", args=[world.program.uuid])

    def post(rule, step, **values):
        return client.post(url, {"rule": json.dumps(rule), "step": step} | values)

    return post


def kept(response) -> dict:
    return json.loads(response.context["rule_json"])


def test_choose_shows_the_controls_and_add_makes_the_condition(build, world):
    response = build({}, "choose", what="h:desil")
    assert {"op", "low", "high", "negated"} <= set(response.context["condition"].fields)
    response = build({}, "add", what="h:desil", op="between", low="1", high="4")
    assert kept(response) == {"field": "desil", "op": "between", "value": [1, 4]}
    assert response.context["preview"]["sentence"] == "Desil 1–4"


@pytest.mark.parametrize(
    ("what", "values", "rule"),
    [
        ("h:unfit_house", {"answer": "yes"}, HOUSE),
        ("h:unfit_house", {"answer": "no"}, HOUSE | {"value": False}),
        ("h:region", {"op": "in", "values": ["13.72.01.1001"]},
         {"field": "region", "op": "in", "value": ["13.72.01.1001"]}),
        ("h:rt", {"op": "eq", "text": "2"}, {"field": "rt", "op": "eq", "value": "002"}),
        ("h:kk", {"op": "missing"}, {"field": "kk", "op": "missing"}),
        ("h:floor_area", {"op": "lte", "low": "30"}, {"field": "floor_area", "op": "lte", "value": 30}),
        ("m:age", {"op": "between", "low": "0", "high": "6", "whose": "count", "count_op": ">=", "count": "1"}, CHILD),
        ("m:sex", {"op": "in", "values": ["F"], "whose": "count", "count_op": "==", "count": "0"},
         {"count": "members", "where": {"field": "sex", "op": "in", "value": ["F"]}, "op": "==", "value": 0}),
        ("h:desil", {"op": "lte", "low": "4", "negated": "on"}, {"not": DESIL}),
        ("a:program.twice", {"in_year": "2025"}, {"field": "program.twice", "value": {"year": 2025}}),
        ("a:program.received", {"kinds": ["living"], "negated": "on"},
         {"not": {"field": "program.received", "value": {"kinds": ["living"]}}}),
    ],
)  # fmt: skip
def test_every_kind_of_condition(build, world, what, values, rule):
    response = build({}, "add", what=what, **values)
    assert kept(response) == rule, response.context["condition"] and response.context["condition"].errors


def test_received_another_programme_in_a_year(build, world):
    other = str(world.other_program.uuid)
    response = build({}, "add", what="a:program.received", programs=[other], in_year=str(YEAR), negated="on")
    assert kept(response) == {"not": {"field": "program.received", "value": {"programs": [other], "year": YEAR}}}


def test_programmes_of_persons_ask_about_the_person(client, world):
    program = make.ProgramFactory(owner=world.agency, of_persons=True)
    client.force_login(world.user("opd_operator"))
    url = reverse("programs:rule_builder", args=[program.uuid])
    values = {"what": "m:age", "op": "gte", "low": "60", "whose": "person"}
    response = client.post(url, {"rule": json.dumps(DESIL), "step": "add"} | values)
    assert kept(response) == {"all": [DESIL, {"person": {"field": "age", "op": "gte", "value": 60}}]}
    response = client.post(url, {"rule": json.dumps(kept(response)), "step": "place:all.1.person"})
    assert response.context["place"] == "all.1.person"
    values = {"what": "m:sex", "op": "in", "values": ["F"], "place": "all.1.person"}
    response = client.post(url, {"rule": response.context["rule_json"], "step": "add"} | values)
    assert kept(response)["all"][1]["person"]["all"][1] == {"field": "sex", "op": "in", "value": ["F"]}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"what": "h:desil", "op": "between", "low": "9", "high": "2"}, None),
        ({"what": "h:desil", "op": "between", "low": "1"}, None),
        ({"what": "h:desil", "op": "lte", "low": "40"}, None),
        ({"what": "h:region", "op": "in"}, None),
        ({"what": "h:desil", "op": "lte", "low": "x"}, "low"),
        ({"what": "m:age", "op": "gte", "low": "60", "whose": "count", "count": "99"}, "count"),
    ],
)
def test_wrong_values_are_named_and_nothing_is_added(build, values, field):
    response = build(DESIL, "add", **values)
    assert response.status_code == 422
    assert kept(response) == DESIL
    assert response.context["condition"].errors.get(field or "__all__")


def test_buttons_change_the_rule(build):
    rule = {"all": [DESIL, HOUSE]}
    assert kept(build(rule, "switch:")) == {"any": [DESIL, HOUSE]}
    assert kept(build(rule, "negate:all.1")) == {"all": [DESIL, {"not": HOUSE}]}
    assert kept(build(rule, "bracket:all.1")) == {"all": [DESIL, {"any": [HOUSE]}]}
    assert kept(build(rule, "remove:all.0")) == HOUSE
    for step in ("remove:all.9", "switch:all.0", "place:nowhere"):
        assert build(rule, step).status_code == 404
    assert build({"field": "nothing"}, "choose").status_code == 404


def test_count_and_sample_are_those_of_the_rule(build, world):
    poor = [make.family(1, region_id=world.own.region.pk, desil=2) for _n in range(3)]
    make.family(1, region_id=world.own.region.pk, desil=9)
    response = build({"field": "desil", "op": "eq", "value": 2}, "choose")
    assert response.context["preview"]["households"] == 3
    assert set(response.context["preview"]["sample"]) == set(poor)


def test_save_keeps_versions_with_their_years(build, world, left):
    make.EligibilityRuleFactory(program=world.program, year_from=2020)
    values = {"year_from": YEAR, "legal_basis": "SK 4"}
    response = build({"all": [DESIL, CHILD]}, "save", **values)
    assert response.status_code == 302
    assert list(world.program.rules.order_by("year_from").values_list("year_from", "year_to")) == [
        (2020, YEAR - 1),
        (YEAR, None),
    ]
    assert world.program.rules.get(year_from=YEAR).rule == {"all": [DESIL, CHILD]}
    assert left("programs_eligibilityrule")[0] == "program.rule"
    assert build({}, "save", year_from="").status_code == 422


def test_a_rule_tried_on_niks_says_which_conditions_hold_fail_or_lack_data(build, world):
    make.CodeFactory(field="floor", code=8, unfit=True)
    Household.objects.filter(pk=world.own.household.pk).update(desil=2, floor=8)
    Household.objects.filter(pk=world.other.household.pk).update(desil=9)
    lines = f"{world.own.head.nik}\n{world.other.head.nik}\n1372\n"
    before = AccessRecord.objects.count()
    response = build({"all": [DESIL, HOUSE]}, "test", niks=lines)
    own, other, broken = response.context["lines"]
    assert (own["fits"], [v.holds for v in own["why"]]) == (True, [True, True, True])
    assert (other["fits"], [v.holds for v in other["why"]]) == (False, [True, False, None])
    assert broken["line"].problem
    assert broken["why"] == []
    assert AccessRecord.objects.count() == before + 1
    assert world.own.head.nik not in response.content.decode().replace(lines.split()[0], "", 1)


def test_somebody_elses_programme_is_refused(client, world):
    client.force_login(world.user("opd_operator"))
    url = reverse("programs:rule_builder", args=[world.other_program.uuid])
    assert client.get(url).status_code == 403
    assert client.post(url, {"rule": "{}", "step": "save", "year_from": YEAR}).status_code == 403
    assert EligibilityRule.objects.count() == 0


# --- one household ---------------------------------------------------------------------------------------------------


def why(client, program_year, household):
    return client.get(reverse("programs:explain", args=[program_year.uuid]), {"household": household.uuid})


def test_explanation_of_one_household(client, world):
    make.EligibilityRuleFactory(program=world.program, rule={"all": [DESIL, HOUSE]})
    client.force_login(world.user("kelurahan_operator"))
    response = why(client, world.program_year, world.own.household)
    assert [v.holds for v in response.context["verdicts"]] == [True, True, None]
    assert response.context["missing"]
    assert why(client, world.program_year, world.other.household).status_code == 404
    assert client.get(reverse("programs:explain", args=[world.program_year.uuid])).status_code == 404


def test_explanation_agrees_with_who_fits(client, world):
    make.EligibilityRuleFactory(program=world.program, rule={"all": [DESIL, CHILD]})
    client.force_login(world.user("bappeda_staff"))
    fits = set(eligibility.fit(world.program_year).values_list("pk", flat=True))
    for household in Household.objects.all():
        assert why(client, world.program_year, household).context["fits"] == (household.pk in fits)


def test_a_rule_on_health_is_not_explained_to_everybody(client, world):
    rule = {"field": "disability", "op": "eq", "value": True}
    make.EligibilityRuleFactory(program=world.program, rule=rule)
    client.force_login(world.user("kecamatan_reader"))
    response = why(client, world.program_year, world.own.household)
    assert not response.context["may_see"]
    assert "verdicts" not in response.context
    client.force_login(world.user("opd_operator"))
    assert why(client, world.program_year, world.own.household).context["may_see"]
