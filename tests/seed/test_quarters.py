"""The demo's plans and quarters agree with its log, and some of them are late, returned or missing."""

import pytest
from django.db.models import Sum

from programs.choices import QUARTERS
from programs.models import ProgramYear, Realisation, ReviewStep
from programs.plans.duties import LATE, duties_of
from programs.plans.quarters import boards, problems
from programs.plans.reading import lacks, with_plan
from tests.seed.conftest import TODAY


@pytest.mark.usefixtures("city")
class TestQuarters:
    """Reads only; one city serves all."""

    def test_plans_are_whole_and_in_every_state(self):
        years = list(with_plan(ProgramYear.objects.all()))
        unlocked = {y.plan_state for y in years if y.year == TODAY.year}
        assert unlocked == {"draft", "submitted", "returned", "verified", "locked"}
        assert {y.plan_state for y in years if y.year < TODAY.year} == {"locked"}
        assert [str(y) for y in years if lacks(y) and y.target] == []

    def test_states_have_their_steps(self):
        for year in ProgramYear.objects.exclude(plan_state="draft"):
            acts = set(year.review.filter(quarter=None).values_list("act", flat=True))
            assert "submit" in acts
            assert ("verify" in acts) == (year.plan_state in ("verified", "locked"))
            assert ("return" in acts) == (year.plan_state == "returned")

    def test_submitted_quarters_would_be_accepted(self):
        for board in boards(with_plan(ProgramYear.objects.all())):
            for quarter, row in board.rows.items():
                if row.state in ("submitted", "verified"):
                    assert problems(board, quarter, board.values(quarter), whole=True) == {}, (row, quarter)

    def test_nobody_spends_more_than_the_ceiling(self):
        for board in boards(with_plan(ProgramYear.objects.all()), []):
            for row in board.rows.values():
                assert (row.spending.aggregate(n=Sum("amount"))["n"] or 0) <= board.ceiling

    def test_last_quarter_is_late_returned_and_missing_in_parts(self):
        ended = max(
            q for q in QUARTERS if Realisation.objects.filter(program_year__year=TODAY.year, quarter=q).exists()
        )
        rows = Realisation.objects.filter(program_year__year=TODAY.year, quarter=ended)
        assert set(rows.values_list("state", flat=True)) == {"draft", "submitted", "returned", "verified"}
        assert rows.count() < ProgramYear.objects.filter(year=TODAY.year).count()
        duties = [row.duties[f"q{ended}"] for row in duties_of(TODAY.year)]
        assert {duty.state(TODAY) for duty in duties} >= {LATE}

    def test_one_quarter_was_corrected_later(self):
        row = Realisation.objects.get(corrections__gt=0)
        step = ReviewStep.objects.get(act="correct")
        assert (step.program_year_id, step.quarter) == (row.program_year_id, row.quarter)
        assert step.before
        assert step.remark
