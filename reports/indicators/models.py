"""Indicators of the region's plan (RPKD): what is measured, its yearly values and targets."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Indicator(models.Model):
    """Something that the plan measures once a year."""

    class Better(models.TextChoices):
        LOWER = "lower", _("lower is better")
        HIGHER = "higher", _("higher is better")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=150)
    unit = models.CharField(_("unit"), max_length=40)
    better = models.CharField(_("direction"), max_length=6, choices=Better, default=Better.LOWER)
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), default=2)
    note = models.CharField(_("definition"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    ended = models.DateField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["order", "pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(better__in=["lower", "higher"]), name="indicator_better_known"),
            models.CheckConstraint(condition=Q(decimals__lte=4), name="indicator_decimals_range"),
        ]

    def __str__(self):
        return self.name


class IndicatorValue(models.Model):
    """An indicator in one year: what was measured, what was aimed at, who says so.

    Published figures are revised: `source` and `released` say which publication the value is from.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values", verbose_name=_("indicator"))
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    source = models.CharField(_("source"), max_length=150, blank=True)
    released = models.DateField(_("published on"), null=True, blank=True)

    class Meta:
        verbose_name = _("value of an indicator")
        verbose_name_plural = _("values of indicators")
        ordering = ["indicator", "year"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year"], name="indicator_value_once"),
            models.CheckConstraint(condition=Q(year__gte=1990, year__lte=2100), name="indicator_year_range"),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(target__isnull=False),
                name="indicator_something",
                violation_error_message=_("Write a value or a target."),
            ),
        ]

    def __str__(self):
        return f"{self.indicator} {self.year}"
