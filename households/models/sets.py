"""Saved sets of households: a live filter, or a frozen list that never changes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.models.households import Household
from households.querysets import HouseholdSetQuerySet


class HouseholdSet(models.Model):
    """A named set. `frozen_at` null: live, its `rule` is asked each time; else its rows are the set."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    rule = models.JSONField(default=dict, blank=True)
    query = models.TextField(blank=True)  # the list's own query string, so that the filter opens as it was
    description = models.TextField(_("description"), blank=True)
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True)
    area = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="household_sets")
    shared = models.BooleanField(_("shared with others"), default=False)
    temporary = models.BooleanField(default=False)  # a selection on its way to a bulk action
    archived_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(db_default=models.functions.Now())

    objects = HouseholdSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved set")
        verbose_name_plural = _("saved sets")
        ordering = ["name", "id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(archived_at__isnull=True, temporary=False),
                name="set_name_once_per_owner",
                violation_error_message=_("You already have a set with this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="set_name_given"),
        ]

    def __str__(self):
        return self.name


class HouseholdSetRow(models.Model):
    """A household of a frozen set, with what it had that day."""

    set = models.ForeignKey(HouseholdSet, models.CASCADE, related_name="rows")
    household = models.ForeignKey(Household, models.PROTECT, related_name="set_rows")
    desil_then = models.PositiveSmallIntegerField(null=True)
    region_then = models.CharField(max_length=13)
    then = models.JSONField(default=dict)  # filled by registered snapshots: programmes received, size

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["set", "household"], name="set_row_once")]

    def __str__(self):
        return f"{self.set_id}: {self.household_id}"
