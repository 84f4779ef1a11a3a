"""Conditions on aid: for any rule the compiler finds and explains exactly the households that plain Python finds."""

import datetime as dt
import random

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households import rules
from households.models import Household
from programs.models import Assistance, Delivery
from tests import factories as make

YEAR = timezone.localdate().year
YEARS = (YEAR, YEAR - 1)


@pytest.fixture
def log(db):
    """Thirty families and four programmes with a random log: planned, delivered, voided, rejected, of persons too."""
    make.region("13.72.01.1001")
    make.CitySettingsFactory()
    rng = random.Random(6)
    families = [make.family(2, desil=rng.choice([1, 2, 4, 5, 8])) for _n in range(30)]
    programs = [
        make.ProgramFactory(benefit_kind__code=kind, of_persons=persons)
        for kind, persons in (("living", False), ("living", False), ("housing", False), ("education", True))
    ]
    for program in programs:
        for year in YEARS:
            program_year = make.ProgramYearFactory(program=program, year=year)
            for family in rng.sample(families, 12):
                unit = {"household": family}
                if program.benefit_unit == "person":
                    unit = {"household": None, "member": rng.choice(list(family.members.all()))}
                state = rng.choice(["received", "received", "approved", "rejected", "stopped"])
                aid = make.AssistanceFactory(program_year=program_year, **unit, **{state: True})
                for stage in range(rng.choice([0, 1, 1, 2])):
                    day = dt.date(year, rng.randint(1, 12), 10)
                    make.DeliveryFactory(assistance=aid, stage=stage + 1, date=day, voided=rng.random() < 0.25)
    return families, programs


def slow(rule, household, aid, deliveries):
    """The rule for one household, the obvious way."""
    if "all" in rule:
        return all(slow(r, household, aid, deliveries) for r in rule["all"])
    if "any" in rule:
        return any(slow(r, household, aid, deliveries) for r in rule["any"])
    if "not" in rule:
        return not slow(rule["not"], household, aid, deliveries)
    key, value = rule["field"], rule.get("value")
    if key == "desil":
        return household.desil <= value
    year = value.get("year", YEAR)
    mine = [a for a in aid if a.counts_for_id == household.pk]
    if value.get("programs"):
        mine = [a for a in mine if str(a.program_year.program.uuid) in value["programs"]]
    if value.get("kinds"):
        mine = [a for a in mine if a.program_year.program.benefit_kind_id in value["kinds"]]
    if key == "program.enrolled":
        return any(a.program_year.year == year and a.status not in ("void", "rejected") for a in mine)
    if key == "program.target":
        return household.status == "active" and household.desil <= 4
    ids = {a.pk: a for a in mine}
    got = [d for d in deliveries if d.assistance_id in ids and not d.void and d.date.year == year]
    if value.get("quarter"):
        got = [d for d in got if (d.date.month + 2) // 3 == value["quarter"]]
    if key == "program.none":
        return not got
    if key == "program.twice":
        reached = {ids[d.assistance_id].program_year.program for d in got}
        kinds = [p.benefit_kind_id for p in reached]
        return any(kinds.count(kind) > 1 for kind in kinds)
    return bool(got)


def test_compiler_equals_slow_evaluation_and_explanations_equal_the_set(log):
    families, programs = log
    aid = list(Assistance.objects.select_related("program_year__program"))
    deliveries = list(Delivery.objects.all())
    households = list(Household.objects.order_by("pk"))
    uuids = [str(p.uuid) for p in programs]
    period = st.fixed_dictionaries({}, optional={"year": st.sampled_from(YEARS)})
    what = st.fixed_dictionaries(
        {},
        optional={
            "programs": st.lists(st.sampled_from(uuids), min_size=1, max_size=3, unique=True),
            "kinds": st.lists(st.sampled_from(["living", "housing"]), min_size=1, max_size=2, unique=True),
            "year": st.sampled_from(YEARS),
        },
    )
    quarter = st.fixed_dictionaries({}, optional={"quarter": st.integers(1, 4)})
    received = st.builds(
        lambda v, q: {"field": "program.received", "value": v | q},
        what,
        quarter,
    )
    leaves = st.one_of(
        received,
        st.builds(lambda v: {"field": "program.enrolled", "value": v}, what),
        st.builds(lambda v: {"field": "program.none", "value": v}, period),
        st.builds(lambda v: {"field": "program.twice", "value": v}, period),
        st.builds(lambda v: {"field": "program.target", "value": v}, period),
        st.builds(lambda n: {"field": "desil", "op": "lte", "value": n}, st.integers(1, 10)),
    )
    nested = st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda r: {"all": r}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda r: {"any": r}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda r: {"not": r}, inner),
        ),
        max_leaves=5,
    )

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(nested)
    def check(rule):
        clean = rules.validate(rule)
        want = {h.pk for h in households if slow(clean, h, aid, deliveries)}
        assert set(Household.objects.filter(rules.compile_rule(clean)).values_list("pk", flat=True)) == want
        why = rules.explain(clean, Household.objects.all())
        assert {pk for pk, verdicts in why.items() if all(v.holds for v in verdicts)} == want
        assert all(v.holds is not None for verdicts in why.values() for v in verdicts)
        assert rules.sentence(clean)

    check()
