"""Household = keluarga, identified by its uuid; its family-card number is dated and may be absent."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.choices import HouseholdStatus, Source
from households.querysets import HouseholdQuerySet


def coded(label, **options):
    """A field that holds an answer code of `households.Code`; null = not asked."""
    return models.PositiveSmallIntegerField(label, null=True, blank=True, **options)


# Coded housing fields, in the order of the Regsosek 2022 questionnaire (questions 301a to 310).
HOUSING_CODES = (
    "ownership",
    "land_proof",
    "floor",
    "wall",
    "roof",
    "water",
    "water_distance",
    "lighting",
    "power",
    "fuel",
    "toilet",
    "toilet_type",
    "sewage",
)


# Never visited counts as visited longest ago: an expression that is never null, so that lists can page by it.
LAST_VISIT = Coalesce("verified_at", dt.date(1900, 1, 1))


class Household(models.Model):
    """One family. Current values stand in columns; what was before stands in the history."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kk = models.CharField(_("family card number (KK)"), max_length=16, null=True, blank=True)
    kk_note = models.CharField(_("note on the KK"), max_length=100, blank=True)
    # Its two indexes are household_area (prefixes) and household_by_area.
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="households", verbose_name=_("kelurahan"), db_index=False
    )
    rw = models.CharField("RW", max_length=3, blank=True)
    rt = models.CharField("RT", max_length=3, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    lat = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    lng = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    status = models.CharField(_("status"), max_length=10, choices=HouseholdStatus, default=HouseholdStatus.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=250, blank=True)
    status_date = models.DateField(_("since"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    ownership = coded(_("house ownership"))
    land_proof = coded(_("proof of land ownership"))
    floor_area = models.PositiveSmallIntegerField(_("floor area (m²)"), null=True, blank=True)
    floor = coded(_("floor"))
    wall = coded(_("wall"))
    roof = coded(_("roof"))
    water = coded(_("drinking water"))
    water_distance = coded(_("distance of the water to sewage"))
    lighting = coded(_("lighting"))
    power = coded(_("installed power"))
    fuel = coded(_("cooking fuel"))
    toilet = coded(_("toilet"))
    toilet_type = coded(_("toilet type"))
    sewage = coded(_("sewage"))
    pln_id = models.CharField(_("PLN customer number"), max_length=20, blank=True)
    assets = models.JSONField(_("assets"), default=dict, blank=True)

    desil = models.PositiveSmallIntegerField(_("desil"), null=True, blank=True)
    desil_source = models.CharField(_("source of the desil"), max_length=10, choices=Source, blank=True)
    desil_date = models.DateField(_("date of the desil"), null=True, blank=True)

    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.LOCAL)
    data_date = models.DateField(_("date of the data"), null=True, blank=True)
    verified_at = models.DateField(_("last verified"), null=True, blank=True)
    created = models.DateTimeField(_("recorded"), db_default=models.functions.Now())
    updated = models.DateTimeField(_("last changed"), auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    # Derived from the members by households.derived.refresh; never typed.
    head_name = models.CharField(_("head of household"), max_length=150, blank=True, editable=False)
    head_sort = models.CharField(max_length=150, blank=True, editable=False)
    size = models.PositiveSmallIntegerField(_("members"), default=0, editable=False)
    work_order = models.PositiveSmallIntegerField(
        default=11, editable=False
    )  # desil, 11 without: first column of the work order
    address_search = models.GeneratedField(
        expression=models.Func(F("address"), function="to_tsvector", template="to_tsvector('simple', %(expressions)s)"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["head_sort", "id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["kk"],
                condition=Q(merged_into__isnull=True, kk__isnull=False),
                name="household_kk_once",
                violation_error_message=_("This family card number is already registered."),
            ),
            models.CheckConstraint(
                condition=Q(kk__isnull=True) | Q(kk__regex=r"^\d{16}$"),
                name="household_kk_digits",
                violation_error_message=_("A family card number has 16 digits."),
            ),
            models.CheckConstraint(condition=Q(status__in=HouseholdStatus.values), name="household_status_known"),
            models.CheckConstraint(
                condition=Q(status="active") | (~Q(status_reason="") & Q(status_date__isnull=False)),
                name="household_status_reason",
                violation_error_message=_("Write the reason and the date of this status."),
            ),
            models.CheckConstraint(
                condition=Q(desil__isnull=True) | Q(desil__gte=1, desil__lte=10),
                name="household_desil_range",
                violation_error_message=_("The desil lies between 1 and 10."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="duplicate"), name="household_merged_duplicate"
            ),
            models.CheckConstraint(
                condition=Q(rt__regex=r"^(\d{3})?$") & Q(rw__regex=r"^(\d{3})?$"),
                name="household_rt_rw_digits",
                violation_error_message=_("Write RT and RW as numbers."),
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lng__isnull=True)
                | Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180),
                name="household_coordinates",
                violation_error_message=_("Write both coordinates, or none."),
            ),
        ]
        indexes = [
            models.Index(OpClass("region", name="text_pattern_ops"), F("rw"), F("rt"), name="household_area"),
            models.Index(F("work_order"), LAST_VISIT, F("head_sort"), F("id"), name="household_work_order"),
            models.Index(fields=["region", "rw", "rt", "head_sort", "id"], name="household_by_area"),
            models.Index(fields=["head_sort", "id"], name="household_by_name"),
            models.Index(fields=["updated", "id"], name="household_by_change"),
            models.Index(fields=["status", "desil"], name="household_status_desil"),
            models.Index(
                OpClass("region", name="text_pattern_ops"),
                F("desil"),
                F("id"),
                name="household_active",
                condition=Q(status="active", merged_into__isnull=True),
            ),
            GinIndex(fields=["address_search"], name="household_address_words"),
            GinIndex(OpClass("address", name="gin_trgm_ops"), name="household_address_trgm"),
        ]

    def __str__(self):
        return self.head_name or str(_("Household without members"))


class HouseholdNumber(models.Model):
    """The family card numbers a household has had."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="numbers")
    kk = models.CharField(max_length=16)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["household", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(valid_to__isnull=True), name="household_number_one_open"
            ),
            models.CheckConstraint(condition=Q(kk__regex=r"^\d{16}$"), name="household_number_digits"),
        ]
        indexes = [models.Index(fields=["kk"], name="household_number_kk")]

    def __str__(self):
        return f"{self.kk[:6]}…"


class ExternalId(models.Model):
    """The key another system uses for a household (P3KE id, DTKS id)."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="external_ids")
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=60)

    class Meta:
        default_permissions = ()
        ordering = ["household", "scheme"]
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="external_id_once")]
        indexes = [models.Index(fields=["household"], name="external_id_household")]

    def __str__(self):
        return f"{self.scheme} {self.value}"


class HouseholdNote(models.Model):
    """A dated remark on a household. Notes are withdrawn, never deleted."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        default_permissions = ()
        ordering = ["-id"]

    def __str__(self):
        return self.text[:60]
