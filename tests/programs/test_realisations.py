"""Realisation by quarter: cumulative figures, what the log proposes, who may do what, corrections with their trace."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from programs.actions import realisations
from programs.choices import BenefitUnit
from programs.figures import log_until
from programs.models import Realisation
from programs.plans.quarters import (
    Values,
    board_of,
    doubts,
    problems,
    quarter_begin,
    quarter_end,
    quarter_of,
    source_label,
)
from tests import factories as make

CITY = ("city", "apbd_kota")
DAK = ("central", "dak")
LAST = timezone.localdate().year - 1  # a year of which every quarter has ended


@pytest.fixture
def plan(world):
    """Last year of the operator's programme: 24 million of the city, 6 million of the DAK."""
    year = make.ProgramYearFactory(program=world.program, year=LAST)
    make.whole_plan(year)
    make.ProgramFundingFactory(program_year=year, sponsor="central", source="dak", ceiling=6_000_000)
    return year


def values(city=1_000_000, dak=0, output=2, beneficiaries=0, **texts):
    return Values({CITY: city, DAK: dak}, output, beneficiaries, **texts)


def save(plan, quarter, by, **changes):
    return realisations.save_realisation(program_year=plan, quarter=quarter, values=values(**changes), by=by)


def handed_on(plan, quarter, operator, bappeda, **changes):
    save(plan, quarter, operator, **changes)
    realisations.submit_realisation(program_year=plan, quarter=quarter, by=operator)
    return realisations.verify_realisation(program_year=plan, quarter=quarter, by=bappeda)


def test_days_of_quarters():
    assert [quarter_end(2024, q) for q in (1, 2, 3, 4)] == [
        dt.date(2024, 3, 31),
        dt.date(2024, 6, 30),
        dt.date(2024, 9, 30),
        dt.date(2024, 12, 31),
    ]
    assert quarter_begin(2024, 4) == dt.date(2024, 10, 1)
    assert [quarter_of(2026, dt.date(2026, 4, 1)), quarter_of(2026, dt.date(2026, 2, 1))] == [1, 1]
    assert [quarter_of(2026, dt.date(2026, 11, 1)), quarter_of(2025, dt.date(2026, 11, 1))] == [3, 4]


def test_source_tells_its_sponsor_where_it_must():
    assert source_label(CITY) == "APBD Kota"
    assert source_label(("society", "swadaya")) == "Swadaya (Society)"


def test_save_submit_verify(plan, operator, bappeda, left):
    row = save(plan, 1, operator, obstacle="Hujan", follow_up="Ditunda")
    assert left("programs_realisation") == ("realisation.save", str(operator), 1, "")
    assert {(s.sponsor, s.source): s.amount for s in row.spending.all()} == {CITY: 1_000_000, DAK: 0}
    realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    row = realisations.verify_realisation(program_year=plan, quarter=1, by=bappeda)
    assert (row.state, row.output, row.from_log, row.obstacle) == ("verified", 2, 0, "Hujan")
    assert row.submitted_at is not None
    acts = list(plan.review.order_by("pk").values_list("quarter", "act", "by__username"))
    assert acts == [(1, "submit", "opd_operator"), (1, "verify", "bappeda_staff")]


def test_the_same_again_writes_nothing(plan, operator, left):
    first = save(plan, 1, operator)
    assert save(plan, 1, operator).version == first.version
    assert save(plan, 1, operator, city=2_000_000).version == first.version + 1


def test_who_may(plan, world, operator, bappeda):
    for role in ("opd_approver", "group_coordinator", "kelurahan_operator", "leadership", "auditor"):
        with pytest.raises(PermissionDenied):
            save(plan, 1, world.user(role))
    save(plan, 1, operator)
    realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    for role in ("opd_operator", "opd_approver", "leadership"):
        with pytest.raises(PermissionDenied):
            realisations.verify_realisation(program_year=plan, quarter=1, by=world.user(role))
    realisations.return_realisation(program_year=plan, quarter=1, remark="SP2D?", by=world.user("group_coordinator"))
    row = Realisation.objects.get()
    assert row.state == "returned"
    other = make.ProgramYearFactory(program=world.other_program, year=LAST)
    with pytest.raises(PermissionDenied):
        save(other, 1, operator)


def test_a_later_quarter_is_not_lower_without_a_reason(plan, operator):
    save(plan, 1, operator, city=5_000_000, output=9, beneficiaries=9)
    with pytest.raises(ValidationError) as error:
        save(plan, 2, operator, city=4_999_999, output=8, beneficiaries=10)
    assert error.value.message_dict == {
        "spent_city_apbd_kota": ["Lower than quarter I. Write the reason in the explanation."],
        "output": ["Lower than quarter I. Write the reason in the explanation."],
    }
    save(plan, 2, operator, city=4_999_999, output=8, beneficiaries=10, explanation="Kontrak dibatalkan")


def test_an_earlier_quarter_is_not_higher_than_a_later_one(plan, operator):
    save(plan, 3, operator, city=5_000_000)
    with pytest.raises(ValidationError, match="Higher than quarter III"):
        save(plan, 1, operator, city=6_000_000)
    save(plan, 1, operator, city=5_000_000)


def test_above_the_ceiling_needs_a_reason(plan, operator):
    with pytest.raises(ValidationError) as error:
        save(plan, 1, operator, dak=6_000_001)
    assert list(error.value.message_dict) == ["spent_central_dak"]
    save(plan, 1, operator, dak=6_000_001, explanation="Menunggu perubahan anggaran")


def test_source_without_a_ceiling_is_refused(plan, operator):
    with pytest.raises(ValidationError, match="no ceiling"):
        realisations.save_realisation(
            program_year=plan, quarter=1, values=Values({("business", "csr"): 5}, 1, 1), by=operator
        )


def test_submitting_needs_every_figure_and_explains_the_log(plan, world, operator):
    realisations.save_realisation(program_year=plan, quarter=1, values=Values({CITY: 5}), by=operator)
    with pytest.raises(ValidationError) as error:
        realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    assert sorted(error.value.message_dict) == ["beneficiaries", "output", "spent_central_dak"]
    aid = make.AssistanceFactory(program_year=plan, household=world.own.household, received=True)
    make.DeliveryFactory(assistance=aid, date=dt.date(LAST, 2, 1))
    save(plan, 1, operator, beneficiaries=3)
    with pytest.raises(ValidationError, match="The log knows 1. Explain"):
        realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    save(plan, 1, operator, beneficiaries=3, explanation="Dua berita acara menyusul")
    row = realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    assert row.from_log == 1
    save(plan, 2, operator, beneficiaries=1, explanation="Salah catat di triwulan I")


def test_quarters_in_time(world, operator):
    year = make.whole_plan(make.ProgramYearFactory(program=world.program, year=timezone.localdate().year + 1))
    with pytest.raises(ValidationError, match="not begun"):
        realisations.save_realisation(program_year=year, quarter=1, values=Values({CITY: 1}), by=operator)


def test_running_quarter_is_written_and_not_submitted(world, operator):
    today = timezone.localdate()
    quarter = (today.month + 2) // 3
    year = make.whole_plan(world.program_year)
    args = {"program_year": year, "quarter": quarter, "by": operator}
    realisations.save_realisation(values=Values({CITY: 1}, 1, 2, "Log belum lengkap"), **args)
    with pytest.raises(ValidationError, match="not ended"):
        realisations.submit_realisation(**args)


def test_two_writers(plan, operator, bappeda):
    row = save(plan, 1, operator)
    args = {"program_year": plan, "quarter": 1}
    realisations.save_realisation(values=values(city=7), version=row.version, by=bappeda, **args)
    with pytest.raises(ValidationError, match=str(bappeda)):
        realisations.save_realisation(values=values(city=8), version=row.version, by=operator, **args)
    with pytest.raises(ValidationError, match="meanwhile"):
        realisations.save_realisation(values=values(city=8), version=0, by=operator, **args)
    assert Realisation.objects.get().spending.get(source="apbd_kota").amount == 7


def test_submitted_figures_stand_until_taken_back(plan, operator):
    save(plan, 1, operator)
    realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    with pytest.raises(ValidationError, match="does not fit"):
        save(plan, 1, operator, city=9)
    realisations.withdraw_realisation(program_year=plan, quarter=1, by=operator)
    save(plan, 1, operator, city=9)


def test_correction_keeps_what_stood_there(plan, operator, bappeda, left):
    row = handed_on(plan, 1, operator, bappeda)
    first = row.submitted_at
    args = {"program_year": plan, "quarter": 1, "by": operator}
    with pytest.raises(ValidationError, match="Nothing differs"):
        realisations.correct_realisation(values=values(), reason="x", **args)
    with pytest.raises(ValidationError):
        realisations.correct_realisation(values=values(city=2), reason=" ", **args)
    row = realisations.correct_realisation(values=values(city=1_200_000, output=3), reason="SP2D tertinggal", **args)
    assert (row.state, row.corrections, row.submitted_at) == ("submitted", 1, first)
    assert left("programs_realisation") == ("realisation.correct", str(operator), 1, "SP2D tertinggal")
    step = plan.review.get(act="correct")
    assert (step.remark, step.before) == (
        "SP2D tertinggal",
        {"spent_city_apbd_kota": 1_000_000, "spent_central_dak": 0, "output": 2, "beneficiaries": 0},
    )
    with pytest.raises(ValidationError, match="does not fit"):
        realisations.correct_realisation(values=values(city=3), reason="x", **args)


def test_closed_year_is_left_alone(plan, operator):
    plan.closed = True
    plan.save()
    with pytest.raises(ValidationError, match="closed"):
        save(plan, 1, operator)


# --- what the log says -----------------------------------------------------------------------------------------------


def test_log_counts_each_beneficiary_once_until_the_day(plan, world):
    first = make.AssistanceFactory(program_year=plan, household=world.own.household, received=True)
    make.DeliveryFactory(assistance=first, stage=1, date=dt.date(LAST, 3, 31), amount=100)
    make.DeliveryFactory(assistance=first, stage=2, date=dt.date(LAST, 6, 30), amount=200)
    second = make.AssistanceFactory(program_year=plan, household=world.other.household, received=True)
    make.DeliveryFactory(assistance=second, date=dt.date(LAST, 4, 1), amount=None, goods="Beras")
    make.DeliveryFactory(assistance=second, stage=2, date=dt.date(LAST, 4, 2), voided=True)
    found = {q: log_until([plan], quarter_end(LAST, q))[plan.pk] for q in (1, 2)}
    assert [(s.units, s.money, s.goods) for s in found.values()] == [(1, 100, 0), (2, 300, 1)]


def test_groups_and_areas_count_once_and_apart(world):
    """A group of two households is one unit that reached two; a work in an area reaches none that the log knows."""
    groups = make.ProgramYearFactory(program__benefit_unit=BenefitUnit.GROUP, program__owner=world.agency, year=LAST)
    group = make.RecipientGroupFactory(program=groups.program, region=world.own.region)
    for household in (world.own.household, world.other.household):
        make.GroupMemberFactory(group=group, household=household, valid_from=dt.date(LAST, 1, 1))
    gone = make.GroupMemberFactory(group=group, valid_from=dt.date(LAST, 1, 1), valid_to=dt.date(LAST, 1, 20))
    aid = make.AssistanceFactory(program_year=groups, household=None, group=group, received=True)
    make.DeliveryFactory(assistance=aid, stage=1, date=dt.date(LAST, 2, 1))
    make.DeliveryFactory(assistance=aid, stage=2, date=dt.date(LAST, 3, 1))
    areas = make.ProgramYearFactory(program__benefit_unit=BenefitUnit.AREA, program__owner=world.agency, year=LAST)
    work = make.AssistanceFactory(program_year=areas, household=None, area=world.own.region, received=True)
    make.DeliveryFactory(assistance=work, date=dt.date(LAST, 2, 1), goods="Jalan lingkungan")
    found = log_until([groups, areas], quarter_end(LAST, 1))
    assert (found[groups.pk].units, found[groups.pk].households) == (1, 2)
    assert (found[areas.pk].units, found[areas.pk].households) == (1, 0)
    assert gone.household not in (world.own.household, world.other.household)
    of_groups, of_areas = board_of(groups), board_of(areas)
    assert (of_groups.shape, of_groups.proposed(1)) == ("group", 2)
    assert (of_areas.shape, of_areas.proposed(1)) == ("area", None)
    assert not problems(of_areas, 1, Values({}, 1, 30), whole=True)


def test_goods_and_money_are_told_apart(plan, world):
    aid = make.AssistanceFactory(program_year=plan, household=world.own.household, received=True)
    make.DeliveryFactory(assistance=aid, date=dt.date(LAST, 2, 1))
    assert board_of(plan).shape == "money"
    make.DeliveryFactory(assistance=aid, stage=2, date=dt.date(LAST, 3, 1), goods="Jamban")
    assert (board_of(plan).shape, board_of(plan).tag) == ("goods", "in kind")


def test_figures_that_repeat_others_are_doubted(plan, operator):
    ago = make.whole_plan(make.ProgramYearFactory(program=plan.program, year=LAST - 1))
    for quarter, spent in ((1, 5), (2, 9)):
        realisations.save_realisation(program_year=ago, quarter=quarter, values=Values({CITY: spent}, 2, 0), by=None)
    save(plan, 1, operator, city=5, output=2)
    save(plan, 2, operator, city=5, output=2)
    board = board_of(plan)
    assert doubts(board, 1) == ["the same figures as a year ago"]
    assert doubts(board, 2) == ["unchanged since quarter I"]
    save(plan, 2, operator, city=9, output=2)
    assert doubts(board_of(plan), 2) == ["the same figures as a year ago"]
    save(plan, 3, operator, city=9, output=3)
    assert doubts(board_of(plan), 3) == []


def test_nothing_spent_twice_is_no_doubt(plan, operator):
    save(plan, 1, operator, city=0, output=0)
    save(plan, 2, operator, city=0, output=0)
    assert doubts(board_of(plan), 2) == []


# --- the grid --------------------------------------------------------------------------------------------------------


@pytest.fixture
def grid(client, plan, operator):
    """Posts lines of figures to the grid of the first quarter, and gets it."""
    client.force_login(operator)

    class Grid:
        url = f"/programs/realisation/?year={LAST}&quarter=1"

        def get(self):
            return client.get(self.url)

        def post(self, do="save", version=0, year=plan, **cells):
            key = year.uuid.hex
            data = {f"{name}-{key}": value for name, value in cells.items()}
            return client.post(self.url, data | {f"v-{key}": version, "do": do})

    return Grid()


WHOLE = {"spent_city_apbd_kota": "1.000.000", "spent_central_dak": "0", "output": "2", "beneficiaries": "0"}


def test_grid_saves_and_submits(grid, plan):
    assert grid.post(**WHOLE).status_code == 302
    row = Realisation.objects.get()
    assert (row.state, row.output, row.version) == ("draft", 2, 1)
    assert grid.post(do="submit", version=1, **WHOLE).status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"
    page = grid.get().content.decode()
    assert f'name="output-{plan.uuid.hex}"' not in page


def test_grid_posts_to_its_own_year_and_quarter(client, plan, operator):
    """Another tab may have chosen another year for the session since the grid was loaded."""
    client.force_login(operator)
    client.get(f"/programs/realisation/?year={LAST}")
    page = client.get("/programs/realisation/?quarter=2")
    action = page.context["action"]
    client.get(f"/programs/plans/?year={timezone.localdate().year}")
    key = plan.uuid.hex
    client.post(action, {f"v-{key}": 0, f"output-{key}": "4", f"obstacle-{key}": "Hujan", "do": "save"})
    assert (Realisation.objects.get().quarter, Realisation.objects.get().output) == (2, 4)


def test_grid_proposes_what_the_log_says_and_writes_nothing_by_itself(grid, plan, world):
    aid = make.AssistanceFactory(program_year=plan, household=world.own.household, received=True)
    make.DeliveryFactory(assistance=aid, date=dt.date(LAST, 2, 1))
    line = grid.get().context["grid"].lines[0]
    assert {c.key: c.text for c in line.cells if c.key in ("output", "beneficiaries")} == {
        "output": "1",
        "beneficiaries": "1",
    }
    grid.post(output="1", beneficiaries="1")
    assert not Realisation.objects.exists()


def test_grid_says_at_which_cell_something_is_wrong_and_keeps_what_was_typed(grid, plan, world):
    good = make.whole_plan(make.ProgramYearFactory(program__owner=world.agency, year=LAST))
    key = good.uuid.hex
    more = {f"spent_city_apbd_kota-{key}": "5", f"output-{key}": "1", f"v-{key}": "0"}
    response = grid.post(**WHOLE | {"output": "dua", "explanation": "x" * 301})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="dua"' in page
    assert f'id="id_output-{plan.uuid.hex}-e"' in page
    assert len(response.context["grid"].problems) == 2
    assert not Realisation.objects.exists()
    data = {f"{k}-{plan.uuid.hex}": v for k, v in WHOLE.items()} | {f"output-{plan.uuid.hex}": "-3"}
    client = response.client
    response = client.post(grid.url, data | more | {f"v-{plan.uuid.hex}": "0", "do": "save"})
    assert response.status_code == 422
    assert [r.program_year for r in Realisation.objects.all()] == [good]


def test_grid_does_not_overwrite_what_somebody_else_wrote(grid, plan, bappeda):
    save(plan, 1, bappeda, city=77)
    response = grid.post(**WHOLE)
    assert response.status_code == 422
    assert str(bappeda) in response.content.decode()
    assert 'value="1.000.000"' in response.content.decode()
    assert Realisation.objects.get().spending.get(source="apbd_kota").amount == 77
    again = grid.post(version=response.context["grid"].lines[0].version, **WHOLE)
    assert again.status_code == 422


def test_grid_keeps_a_saved_line_that_cannot_be_submitted(grid, plan):
    response = grid.post(do="submit", spent_city_apbd_kota="5")
    assert response.status_code == 422
    row = Realisation.objects.get()
    assert (row.state, row.spending.get().amount) == ("draft", 5)
    line = response.context["grid"].lines[0]
    assert line.version == row.version
    assert {cell.key for cell in line.cells if cell.error} == {"spent_central_dak", "output", "beneficiaries"}
    assert grid.post(do="submit", version=line.version, **WHOLE).status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"


def test_line_that_was_handed_on_meanwhile_is_not_lost_silently(grid, plan, operator):
    save(plan, 1, operator)
    realisations.submit_realisation(program_year=plan, quarter=1, by=operator)
    other = make.whole_plan(make.ProgramYearFactory(program__owner=plan.program.owner, year=LAST))
    assert other.pk
    response = grid.post(version=1, **WHOLE | {"output": "9"})
    assert response.status_code == 422
    assert str(operator) in response.content.decode()


def test_grid_verifies_what_is_ticked(client, plan, world, operator, bappeda):
    other = make.whole_plan(make.ProgramYearFactory(program=world.other_program, year=LAST))
    for year in (plan, other):
        realisations.save_realisation(
            program_year=year, quarter=1, values=Values({CITY: 1} | ({DAK: 0} if year == plan else {}), 1, 0), by=None
        )
        realisations.submit_realisation(program_year=year, quarter=1, by=None)
    url = f"/programs/realisation/?year={LAST}&quarter=1"
    ticks = {"do": "verify", "tick": [plan.uuid.hex, other.uuid.hex]}
    client.force_login(operator)
    client.post(url, ticks)
    assert set(Realisation.objects.values_list("state", flat=True)) == {"submitted"}
    client.force_login(world.user("group_coordinator"))
    client.post(url, ticks)
    assert dict(Realisation.objects.values_list("program_year", "state")) == {
        plan.pk: "verified",
        other.pk: "submitted",
    }
    client.force_login(bappeda)
    client.post(url, ticks)
    assert set(Realisation.objects.values_list("state", flat=True)) == {"verified"}


def test_reader_writes_nothing(client, plan, world):
    client.force_login(world.user("leadership"))
    url = f"/programs/realisation/?year={LAST}&quarter=1"
    assert not client.get(url).context["grid"].writable
    key = plan.uuid.hex
    assert client.post(url, {f"v-{key}": 0, f"output-{key}": 5, "do": "save"}).status_code == 403
    assert client.get("/programs/realisation/?quarter=5").status_code == 404


def test_grid_asks_a_fixed_number_of_times(client, plan, world, bappeda, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(bappeda)
    url = f"/programs/realisation/?year={LAST}&quarter=2"
    client.get(url)
    save(plan, 1, bappeda)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _n in range(4):
        year = make.whole_plan(make.ProgramYearFactory(program__owner=world.agency, year=LAST))
        realisations.save_realisation(program_year=year, quarter=1, values=Values({CITY: 1}, 1, 0), by=None)
    with django_assert_num_queries(len(few)):
        assert len(client.get(url).context["grid"].lines) == 5


# --- one programme ---------------------------------------------------------------------------------------------------


def test_page_of_one_programme(client, plan, operator, bappeda):
    handed_on(plan, 1, operator, bappeda)
    client.force_login(operator)
    url = f"/programs/years/{plan.uuid}/realisation/"
    page = client.get(url)
    assert [each["may"]["write"] for each in page.context["quarters"]] == [False, True, True, True]
    assert page.context["quarters"][0]["may"]["correct"]
    assert page.context["quarters"][0]["late"]  # it came a year too late
    correct = f"{url}1/correct/"
    form = client.get(correct).context["form"]
    data = {
        "version": form.initial["version"],
        "spent_city_apbd_kota": "1.500.000",
        "spent_central_dak": "0",
        "output": "2",
        "beneficiaries": "0",
        "reason": "",
    }
    assert client.post(correct, data).status_code == 422
    assert client.post(correct, data | {"reason": "SP2D tertinggal"}).status_code == 302
    text = client.get(url).content.decode()
    assert "SP2D tertinggal" in text
    assert "<s>1.000.000</s> → 1.500.000" in text
    assert client.get(correct).status_code == 302  # it is submitted by now, and not verified


def test_steps_by_page(client, plan, operator, bappeda):
    save(plan, 1, operator)
    url = f"/programs/years/{plan.uuid}/realisation/"
    client.force_login(operator)
    client.post(f"{url}1/submit/")
    assert client.post(f"{url}1/verify/").status_code == 403
    client.post(f"{url}1/withdraw/")
    client.post(f"{url}1/submit/")
    assert client.post(f"{url}1/burn/").status_code == 404
    assert client.post(f"{url}5/submit/").status_code == 404
    client.force_login(bappeda)
    client.post(f"{url}1/return/", {"reason": "Lampirkan SP2D"})
    assert Realisation.objects.get().state == "returned"
    assert "Lampirkan SP2D" in client.get(url).content.decode()
