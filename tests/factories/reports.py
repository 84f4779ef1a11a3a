"""Factories of reports."""

import datetime as dt

import factory

from reports.models import FigureSnapshot
from tests.factories.base import Factory


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
