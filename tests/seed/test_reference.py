"""The facts we ship: complete, within the fields, and rules that the rule compiler takes."""

import pytest
from django.core.management import call_command

from core import reference as core_facts
from core.models import Agency, AgencySuccession, Region, RegionAlias
from core.names import RegionMatcher, RegionName
from households import reference as household_facts
from households import rules
from households.models import Code, Household
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES
from programs import reference as program_facts
from programs.models import EligibilityRule, Program, SchemeMapping


@pytest.fixture
def reference(db):
    """Reference data of Kota Solok."""
    call_command("load_reference", verbosity=0)


def test_every_coded_field_has_answers():
    wanted = {*HOUSING_CODES, *MEMBER_CODES, "disability", "chronic_illness", "social_security"}
    assert wanted == set(household_facts.CODES)


def test_codes_and_words_are_used_once_in_a_field():
    for field, answers in household_facts.CODES.items():
        codes = [a.code for a in answers]
        assert len(codes) == len(set(codes)), field
        words = [w.casefold() for a in answers for w in {a.label.casefold(), *map(str.casefold, a.synonyms)}]
        assert len(words) == len(set(words)), field


def test_answers_that_count_as_poor_are_those_of_the_domain():
    poor = {f: [a.code for a in answers if a.unfit] for f, answers in household_facts.CODES.items()}
    assert poor["floor"] == [7, 8]
    assert poor["wall"] == [4, 6, 7]
    assert poor["roof"] == [6, 7]
    assert poor["water"] == [6, 8, 9]
    assert poor["toilet"] == [6]
    assert poor["sewage"] == [3, 4, 5, 6]


@pytest.mark.usefixtures("reference")
def test_regions_of_the_home_city_are_complete():
    assert Region.objects.count() == 16
    assert Region.objects.villages().count() == 13
    assert not Region.objects.filter(bps_code="").exists()
    assert not Region.objects.filter(lat=None).exists()
    assert Region.objects.get(pk="13.72.02.1006").parent_id == "13.72.02"


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("written", "name"),
    [("KTK", "Kampai Tabu Karambia"), ("PPA", "Pasar Pandan Air Mati"), ("Sp. Rumbio", "Simpang Rumbio"),
     ("6 SUKU", "VI Suku"), ("Aro 4 Korong", "Aro IV Korong")],
)  # fmt: skip
def test_usual_spellings_find_their_kelurahan(written, name):
    regions = [RegionName(r.code, r.name, r.bps_code) for r in Region.objects.villages()]
    aliases = dict(RegionAlias.objects.values_list("alias", "region_id"))
    assert Region.objects.get(pk=RegionMatcher(regions, aliases).match(written).code).name == name


@pytest.mark.usefixtures("reference")
def test_merged_offices_have_successors():
    old = Agency.objects.filter(valid_to__isnull=False)
    assert old.count() == len({pair[0] for pair in core_facts.SOLOK_SUCCESSIONS})
    assert not old.exclude(successions__isnull=False).exists()
    assert AgencySuccession.objects.filter(old__short_name="DP3AKB (s.d. 2024)").count() == 2
    assert Agency.objects.valid_on().get(short_name="Dinas Sosial").valid_from is not None


@pytest.mark.usefixtures("reference")
def test_every_rule_is_taken_by_the_compiler_and_asked_of_the_database():
    assert EligibilityRule.objects.count() == sum(len(fact.rules) for fact in program_facts.PROGRAMS)
    for row in EligibilityRule.objects.select_related("program"):
        rule = rules.validate(row.rule)
        Household.objects.filter(rules.compile_rule(rule, year=2026)).count()
        if row.program.benefit_unit == "person":
            assert "person" in str(rule), row.program


@pytest.mark.usefixtures("reference")
def test_cluster_and_strategy_imply_the_other_classes():
    implied = {(m.source.scheme_id, m.source.code): m.target.code for m in SchemeMapping.objects.all()}
    assert implied["cluster", "2"] == implied["cluster", "3"] == "b"
    assert implied["strategy", "c"] == "B"
    rtlh = Program.objects.get(short_name="RTLH")
    assert rtlh.classifications.get().item.code == "C"


@pytest.mark.usefixtures("reference")
def test_public_ids_are_the_same_everywhere():
    assert str(Program.objects.get(short_name="PKH").uuid) == "cb3524df-76d7-5a5f-b247-055af4feda3a"


def test_labels_fit_their_fields():
    longest = max(len(a.label) for answers in household_facts.CODES.values() for a in answers)
    assert longest <= Code._meta.get_field("label").max_length
