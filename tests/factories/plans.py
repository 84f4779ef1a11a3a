"""Factories of plans and of what came of them."""

import datetime as dt

import factory
from django.utils import timezone

from programs.choices import Duty, Fund, RealisationState, ReviewAct, Sponsor
from programs.models import (
    DutyDeadline,
    PlanLocation,
    PlanQuarter,
    PlanRow,
    ProgramYear,
    Realisation,
    RealisationSpending,
    ReviewStep,
)
from tests.factories.base import Factory
from tests.factories.core import RegionFactory
from tests.factories.programs import ProgramFundingFactory, ProgramYearFactory


class PlanLocationFactory(Factory):
    """A kelurahan of a plan."""

    class Meta:
        model = PlanLocation

    program_year = factory.SubFactory(ProgramYearFactory)
    region = factory.SubFactory(RegionFactory)


class PlanQuarterFactory(Factory):
    """The first quarter of a schedule."""

    class Meta:
        model = PlanQuarter

    program_year = factory.SubFactory(ProgramYearFactory)
    quarter = 1
    output = 10
    money = 6_000_000


class ReviewStepFactory(Factory):
    """A plan that was submitted."""

    class Meta:
        model = ReviewStep

    program_year = factory.SubFactory(ProgramYearFactory)
    act = ReviewAct.SUBMIT


class RealisationFactory(Factory):
    """A draft of the first quarter."""

    class Meta:
        model = Realisation

    program_year = factory.SubFactory(ProgramYearFactory)
    quarter = 1
    output = 4
    beneficiaries = 4
    state = RealisationState.DRAFT
    submitted_at = None

    class Params:
        submitted = factory.Trait(state=RealisationState.SUBMITTED, submitted_at=factory.LazyFunction(timezone.now))
        verified = factory.Trait(state=RealisationState.VERIFIED, submitted_at=factory.LazyFunction(timezone.now))
        returned = factory.Trait(state=RealisationState.RETURNED, submitted_at=factory.LazyFunction(timezone.now))


class RealisationSpendingFactory(Factory):
    """Money of the city that was spent."""

    class Meta:
        model = RealisationSpending

    realisation = factory.SubFactory(RealisationFactory)
    sponsor = Sponsor.CITY
    source = Fund.APBD_CITY
    amount = 2_000_000


class DutyDeadlineFactory(Factory):
    """Another day for the first quarter."""

    class Meta:
        model = DutyDeadline

    year = factory.Sequence(lambda n: 2001 + n % 90)
    duty = Duty.Q1
    due = factory.LazyAttribute(lambda o: dt.date(o.year, 4, 20))


class PlanRowFactory(Factory):
    """A row of a plan sheet in staging."""

    class Meta:
        model = PlanRow

    batch_id = 1
    n = factory.Sequence(int)
    sheet = 0
    row = factory.LazyAttribute(lambda o: o.n + 2)
    name = "Bantuan tunai"


def whole_plan(year: ProgramYear, *, target: int = 40, ceiling: int = 24_000_000, **changes) -> ProgramYear:
    """Make a programme year's plan complete: indicator, target, one ceiling, four even quarters."""
    values = {"indicator": "Jumlah keluarga", "indicator_unit": "keluarga", "target": target, **changes}
    for name, value in values.items():
        setattr(year, name, value)
    year.save()
    ProgramFundingFactory(program_year=year, ceiling=ceiling)
    for quarter in (1, 2, 3, 4):
        PlanQuarterFactory(program_year=year, quarter=quarter, output=target // 4, money=ceiling // 4)
    return year
