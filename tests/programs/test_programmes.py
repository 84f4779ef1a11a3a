"""Programmes, their years, their money and their rules as actions change them."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from programs.actions import benefits, groups, programmes
from programs.eligibility import own_rule, rule_in_force
from programs.models import EligibilityRule, Program
from tests import factories as make

DESIL_2 = {"field": "desil", "op": "lte", "value": 2}
DESIL_3 = {"field": "desil", "op": "lte", "value": 3}


def values(world, **changes):
    return {
        "name": "Bantuan Pangan Kota",
        "short_name": "Pangan",
        "owner": world.agency,
        "cluster": world.program.cluster,
        "strategy": world.program.strategy,
        "benefit_unit": "household",
        "benefit_kind": world.program.benefit_kind,
        **changes,
    }


def test_create_program(world, operator, left):
    extreme = make.SchemeItemFactory(scheme__code="extreme", code="C")
    program = programmes.create_program(values=values(world), classes=[extreme], by=operator)
    assert Program.objects.get(pk=program.pk).short_name == "Pangan"
    assert [c.item for c in program.classifications.all()] == [extreme]
    assert left("programs_program") == ("program.create", str(operator), 1, "")


def test_create_program_needs_the_right_over_its_owner(world, operator):
    with pytest.raises(PermissionDenied):
        programmes.create_program(values=values(world, owner=world.other_agency), by=operator)
    for role in ("opd_approver", "kelurahan_operator", "group_coordinator", "leadership", "auditor"):
        with pytest.raises(PermissionDenied):
            programmes.create_program(values=values(world), by=world.user(role))


def test_one_name_once_per_agency(world, operator):
    with pytest.raises(ValidationError, match="already has a programme"):
        programmes.create_program(values=values(world, name=world.program.name), by=operator)


def test_edit_program(world, operator, left):
    old = make.ProgramClassificationFactory(program=world.program)
    new = make.SchemeItemFactory(scheme__code="extreme", code="B")
    programmes.edit_program(program=world.program, values={"short_name": "BTK"}, classes=[new], by=operator)
    world.program.refresh_from_db()
    assert world.program.short_name == "BTK"
    assert list(world.program.classifications.values_list("item", flat=True)) == [new.pk]
    assert not type(old).objects.filter(pk=old.pk).exists()
    assert left("programs_program")[0] == "program.edit"


def test_edit_keeps_the_unit_of_a_programme_with_beneficiaries(world, operator):
    with pytest.raises(ValidationError) as error:
        programmes.edit_program(program=world.program, values={"benefit_unit": "person"}, by=operator)
    assert "benefit_unit" in error.value.message_dict


def test_edit_cannot_give_a_programme_to_an_agency_one_does_not_work_for(world, operator, bappeda):
    with pytest.raises(PermissionDenied):
        programmes.edit_program(program=world.program, values={"owner": world.other_agency}, by=operator)
    with pytest.raises(PermissionDenied):
        programmes.edit_program(program=world.other_program, values={"short_name": "X"}, by=operator)
    programmes.edit_program(program=world.program, values={"owner": world.other_agency}, by=bappeda)
    with pytest.raises(ValueError):
        programmes.edit_program(program=world.program, values={"ended": None}, by=bappeda)


def test_end_and_reopen(world, operator, left):
    day = dt.date(2026, 6, 30)
    programmes.end_program(program=world.program, date=day, by=operator, reason="Perda dicabut")
    world.program.refresh_from_db()
    assert world.program.ended == day
    assert left("programs_program") == ("program.end", str(operator), 1, "Perda dicabut")
    programmes.end_program(program=world.program, date=None, by=operator, reason="Lanjut")
    world.program.refresh_from_db()
    assert world.program.ended is None
    with pytest.raises(ValidationError):
        programmes.end_program(program=world.program, date=day, by=operator, reason="")


# --- years ---------------------------------------------------------------------------------------------------------


def test_create_year_keeps_the_owner_of_today(world, operator, left):
    row = programmes.create_year(program=world.program, year=2024, values={"target": 120, "stages": ["I"]}, by=operator)
    assert (row.owner, row.target, row.stages) == (world.agency, 120, ["I"])
    assert left("programs_programyear") == ("program_year.create", str(operator), 1, "")
    with pytest.raises(ValidationError, match="already has this year"):
        programmes.create_year(program=world.program, year=2024, values={}, by=operator)
    with pytest.raises(PermissionDenied):
        programmes.create_year(program=world.other_program, year=2024, values={}, by=operator)


def test_edit_and_close_a_year(world, operator, approver, left):
    programmes.edit_year(program_year=world.program_year, values={"quota": 10}, by=operator)
    with pytest.raises(PermissionDenied):
        programmes.edit_year(program_year=world.program_year, values={"quota": 11}, by=approver)
    programmes.close_year(program_year=world.program_year, by=operator)
    with pytest.raises(ValidationError, match="closed"):
        programmes.edit_year(program_year=world.program_year, values={"quota": 12}, by=operator)
    with pytest.raises(ValidationError):
        programmes.reopen_year(program_year=world.program_year, by=operator, reason=" ")
    row = programmes.reopen_year(program_year=world.program_year, by=operator, reason="Koreksi BPK")
    assert (row.closed, row.quota) == (False, 10)
    assert left("programs_programyear") == ("program_year.reopen", str(operator), 1, "Koreksi BPK")


def test_list_complete(world, operator, village):
    row = programmes.set_list_complete(program_year=world.program_year, by=operator)
    assert row.list_complete == timezone.localdate()
    assert programmes.set_list_complete(program_year=row, by=operator, complete=False).list_complete is None
    with pytest.raises(PermissionDenied):
        programmes.set_list_complete(program_year=row, by=village)


def test_changed_ceiling_is_a_new_version_with_a_reason(world, operator, left):
    year = world.program_year
    args = {"program_year": year, "sponsor": "city", "source": "apbd_kota", "by": operator}
    programmes.set_funding(ceiling=100, **args)
    with pytest.raises(ValidationError) as error:
        programmes.set_funding(ceiling=80, **args)
    assert "reason" in error.value.message_dict
    programmes.set_funding(ceiling=80, reason="Pergeseran", **args)
    same = programmes.set_funding(ceiling=80, **args)

    versions = list(year.funding.order_by("version").values_list("version", "ceiling", "current", "reason"))
    assert versions == [(1, 100, False, ""), (2, 80, True, "Pergeseran")]
    assert same.version == 2
    assert left("programs_programfunding")[3] == "Pergeseran"
    with pytest.raises(ValidationError):
        programmes.set_funding(**args | {"source": "judi", "ceiling": 1})
    with pytest.raises(PermissionDenied):
        programmes.set_funding(**args | {"by": world.user("opd_approver"), "ceiling": 5})


def test_copy_year_takes_plan_and_money(world, operator):
    source = world.program_year
    programmes.edit_year(program_year=source, values={"target": 50, "quota": 40}, by=operator)
    make.ProgramFundingFactory(program_year=source, ceiling=70)
    make.ProgramFundingFactory(program_year=source, ceiling=90, version=2, current=False, reason="x", source="dak")

    new = programmes.copy_year(source=source, year=source.year + 1, by=operator)

    assert (new.target, new.quota, new.unit_amount, new.stages) == (50, 40, 600_000, ["Tahap 1", "Tahap 2"])
    assert list(new.funding.values_list("ceiling", "version", "current")) == [(70, 1, True)]
    assert not new.assistance.exists()


# --- rules ---------------------------------------------------------------------------------------------------------


def test_rule_from_a_year_on_leaves_earlier_years_their_rule(world, operator, left):
    program = world.program
    programmes.set_rule(program=program, rule=DESIL_3, year_from=2022, by=operator)
    programmes.set_rule(program=program, rule=DESIL_2, year_from=2025, legal_basis="Perwako 3/2025", by=operator)

    assert own_rule(program, 2024) == DESIL_3
    assert own_rule(program, 2025) == own_rule(program, 2030) == DESIL_2
    assert list(program.rules.order_by("year_from").values_list("year_from", "year_to")) == [(2022, 2024), (2025, None)]
    assert left("programs_eligibilityrule") == ("program.rule", str(operator), 2, "Perwako 3/2025")


def test_rule_before_a_later_one_ends_before_it(world, operator):
    programmes.set_rule(program=world.program, rule=DESIL_2, year_from=2025, by=operator)
    programmes.set_rule(program=world.program, rule=DESIL_3, year_from=2023, by=operator)
    assert rule_in_force(world.program, 2024).year_to == 2024
    assert own_rule(world.program, 2025) == DESIL_2


def test_rule_of_the_same_start_is_replaced(world, operator):
    for rule in (DESIL_2, DESIL_3):
        programmes.set_rule(program=world.program, rule=rule, year_from=2025, by=operator)
    assert EligibilityRule.objects.get(program=world.program).rule == DESIL_3


@pytest.mark.parametrize(
    "rule",
    [{"field": "wealth", "op": "eq", "value": 1}, {"all": []}, {"field": "program.fits", "value": {"programs": "?"}}],
)
def test_rule_that_means_nothing_is_refused(world, operator, rule):
    with pytest.raises(ValidationError):
        programmes.set_rule(program=world.program, rule=rule, year_from=2025, by=operator)


def test_rule_cannot_ask_for_a_rule(world, operator):
    rule = {"field": "program.fits", "value": {"programs": [str(world.program.uuid)]}}
    with pytest.raises(ValidationError, match="cannot ask whether another rule fits"):
        programmes.set_rule(program=world.program, rule=rule, year_from=2025, by=operator)


def test_rule_is_for_who_manages_the_programme(world, operator, approver):
    for program, by in ((world.other_program, operator), (world.program, approver)):
        with pytest.raises(PermissionDenied):
            programmes.set_rule(program=program, rule=DESIL_2, year_from=2025, by=by)


# --- groups --------------------------------------------------------------------------------------------------------


@pytest.fixture
def kube(world):
    return make.ProgramFactory(owner=world.agency, cluster=world.program.cluster, of_groups=True)


def test_group_is_made_joined_and_left(world, kube, village, left):
    group = groups.create_group(program=kube, region=world.own.region, name=" KUBE Maju ", by=village)
    membership = groups.add_to_group(group=group, household=world.own.household, member=world.own.head, by=village)
    with pytest.raises(ValidationError, match="already belongs"):
        groups.add_to_group(group=group, household=world.own.household, by=village)
    groups.leave_group(membership=membership, by=village)
    with pytest.raises(ValidationError, match="already left"):
        groups.leave_group(membership=membership, by=village)
    groups.add_to_group(group=group, household=world.own.household, by=village)
    assert group.name == "KUBE Maju"
    assert group.members.count() == 2
    assert left("programs_groupmember")[:2] == ("group.add", str(village))


def test_group_is_guarded(world, kube, village, operator):
    with pytest.raises(PermissionDenied):
        groups.create_group(program=kube, region=world.other.region, name="KUBE", by=village)
    with pytest.raises(ValidationError, match="does not go to groups"):
        groups.create_group(program=world.program, region=world.own.region, name="KUBE", by=operator)
    with pytest.raises(ValidationError):
        groups.create_group(program=kube, region=make.region("13.72.01"), name="KUBE", by=operator)
    group = groups.create_group(program=kube, region=world.own.region, name="KUBE", by=operator)
    with pytest.raises(ValidationError, match="one of its members"):
        groups.add_to_group(group=group, household=world.own.household, member=world.other.head, by=operator)


# --- one benefit, several sponsors -----------------------------------------------------------------------------------


def test_join_and_part(world, operator, left):
    own, other = world.own.assistance, world.own.other_assistance
    key = benefits.join(rows=[own.pk, other.pk], by=operator)
    own.refresh_from_db()
    other.refresh_from_db()
    assert key == own.benefit_key == other.benefit_key != ""
    assert left("programs_assistance") == ("assistance.join", str(operator), 2, "")
    assert benefits.join(rows=[own.pk, other.pk], by=operator) == key

    benefits.part(row=own, by=operator)
    own.refresh_from_db()
    assert own.benefit_key == ""
    with pytest.raises(ValidationError, match="not joined"):
        benefits.part(row=own, by=operator)


def test_join_takes_one_family_and_two_programmes(world, operator, village):
    with pytest.raises(ValidationError, match="one family"):
        benefits.join(rows=[world.own.assistance, world.other.other_assistance], by=operator)
    with pytest.raises(ValidationError, match="two different programmes"):
        benefits.join(rows=[world.own.assistance, world.other.assistance], by=operator)
    with pytest.raises(PermissionDenied):
        benefits.join(rows=[world.own.assistance, world.own.other_assistance], by=village)
