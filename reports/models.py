"""What reports keep: the figures of each day, as they were known that day."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FigureSnapshot(models.Model):
    """Counts of one bundle of programmes in one area for one year, as known on `day`; written once, never changed.

    `bundle`, `label`: as in `programs.targeting.Bundle`; `area`: region code, "" = the whole city.
    """

    day = models.DateField(_("day"))
    year = models.PositiveSmallIntegerField(_("year"))
    bundle = models.CharField(_("programmes"), max_length=60)
    label = models.CharField(_("label"), max_length=250)
    area = models.CharField(_("area"), max_length=13, blank=True)
    target = models.PositiveIntegerField(_("target group"))
    reached = models.PositiveIntegerField(_("reached"))
    receivers = models.PositiveIntegerField(_("receivers"))
    outside = models.PositiveIntegerField(_("outside the target group"))
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures of past days")
        ordering = ["-day", "year", "bundle", "area"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["day", "year", "bundle", "area"], name="snapshot_once"),
            models.CheckConstraint(
                condition=models.Q(reached__lte=models.F("target"), outside__lte=models.F("receivers")),
                name="snapshot_parts",
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.bundle} {self.area}".strip()


# Models that stand beside what they serve.
from reports.cities.models import CityAggregate  # noqa: E402
from reports.indicators.models import Indicator, IndicatorValue  # noqa: E402
from reports.layouts.models import ReportLayout  # noqa: E402
from reports.lp2kd.models import Issue, Narrative  # noqa: E402
from reports.runs.models import ReportRun  # noqa: E402

__all__ = [
    "CityAggregate",
    "FigureSnapshot",
    "Indicator",
    "IndicatorValue",
    "Issue",
    "Narrative",
    "ReportLayout",
    "ReportRun",
]
