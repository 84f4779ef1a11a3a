"""Factories of reports."""

import datetime as dt

import factory
from django.utils import timezone

from reports.models import (
    CityAggregate,
    FigureSnapshot,
    Indicator,
    IndicatorValue,
    Issue,
    Narrative,
    ReportLayout,
    ReportRun,
)
from tests.factories.base import Factory
from tests.factories.core import RegionFactory, UserFactory


class FigureSnapshotFactory(Factory):
    """The whole city on one day."""

    class Meta:
        model = FigureSnapshot

    day = factory.Sequence(lambda n: dt.date(2026, 1, 1) + dt.timedelta(days=n))
    year = 2026
    bundle = "all"
    label = "all"
    target = 100
    reached = 60
    receivers = 70
    outside = 10


class IndicatorFactory(Factory):
    """An indicator without values."""

    class Meta:
        model = Indicator

    code = factory.Sequence(lambda n: f"indikator-{n}")
    name = factory.Sequence(lambda n: f"Indikator {n}")
    unit = "%"


class IndicatorValueFactory(Factory):
    """A measured year."""

    class Meta:
        model = IndicatorValue

    indicator = factory.SubFactory(IndicatorFactory)
    year = 2024
    value = "3.07"
    source = "BPS"


class NarrativeFactory(Factory):
    """The text of a chapter."""

    class Meta:
        model = Narrative

    report = "lp2kd"
    year = factory.Sequence(lambda n: 2000 + n % 100)
    chapter = "penutup"
    text = "Simpulan"
    by = factory.SubFactory(UserFactory)


class IssueFactory(Factory):
    """An issued version; no bytes lie behind it."""

    class Meta:
        model = Issue

    report = "lp2kd"
    year = 2024
    version = factory.Sequence(lambda n: n + 1)
    files = {"pdf": {"sha256": "0" * 64, "size": 10}}
    by = factory.SubFactory(UserFactory)


class ReportLayoutFactory(Factory):
    """A layout; no bytes lie behind it."""

    class Meta:
        model = ReportLayout

    report = "lp2kd"
    name = factory.Sequence(lambda n: f"Bentuk {n}")
    ending = "docx"
    sha256 = "0" * 64
    by = factory.SubFactory(UserFactory)


class ReportRunFactory(Factory):
    """A report that was taken and not kept."""

    class Meta:
        model = ReportRun

    name = "gap"
    period = "2024"
    rows = 3
    by = factory.SubFactory(UserFactory)


class CityAggregateFactory(Factory):
    """Counts of a city."""

    class Meta:
        model = CityAggregate

    region = factory.SubFactory(RegionFactory, code="13.72")
    year = factory.Sequence(lambda n: 2000 + n % 100)
    made = factory.LazyFunction(timezone.now)
    total = 10
    reached = 6
