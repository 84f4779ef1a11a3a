"""Welfare ranks (desil 1–10, national) with their source and date; nothing is overwritten."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from households.choices import Source
from households.models.households import Household


class DataRelease(models.Model):
    """One load of ranked data, with its purpose and legal basis (access to DTSEN, Inpres 4/2025)."""

    source = models.CharField(_("source"), max_length=10, choices=Source)
    label = models.CharField(_("label"), max_length=120)
    effective = models.DateField(_("date of the data"))
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    loaded_at = models.DateTimeField(db_default=models.functions.Now())
    batch = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("data release")
        verbose_name_plural = _("data releases")
        ordering = ["-effective", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(source__in=Source.values), name="release_source_known"),
            models.UniqueConstraint(fields=["source", "label", "effective"], name="release_once"),
        ]

    def __str__(self):
        return self.label


class WelfareRank(models.Model):
    """The desil of a household in one release."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="ranks")
    release = models.ForeignKey(DataRelease, models.PROTECT, related_name="ranks")
    desil = models.PositiveSmallIntegerField(_("desil"))

    class Meta:
        default_permissions = ()
        ordering = ["household", "-release"]
        constraints = [
            models.UniqueConstraint(fields=["household", "release"], name="rank_once_per_release"),
            models.CheckConstraint(condition=Q(desil__gte=1, desil__lte=10), name="rank_desil_range"),
        ]

    def __str__(self):
        return str(self.desil)
