"""What a province knows of its cities."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Region


class CityAggregate(models.Model):
    """The newest package of one city for one year; a later one replaces it, the history keeps the earlier.

    `cells`: rows of [kelurahan, desil or null, households, reached], null where fewer than five; `programs`: rows of
    name, agency, cluster, target, reached, ceiling, spent.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("city or regency"))
    year = models.PositiveSmallIntegerField(_("year"))
    made = models.DateTimeField(_("made at"))
    cells = models.JSONField(default=list)
    programs = models.JSONField(default=list)
    total = models.PositiveIntegerField(_("target group"))
    reached = models.PositiveIntegerField(_("reached"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("brought at"), auto_now=True)

    class Meta:
        verbose_name = _("aggregates of a city")
        verbose_name_plural = _("aggregates of cities")
        ordering = ["-year", "region"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="city_aggregate_once"),
            models.CheckConstraint(condition=models.Q(reached__lte=models.F("total")), name="city_aggregate_parts"),
        ]

    def __str__(self):
        return f"{self.region} {self.year}"
