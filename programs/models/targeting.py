"""What targeting needs beside rules: packages, programmes that exclude each other, orders of quotas, work orders."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency, Region
from households.models import HouseholdSet
from programs.models.programs import Program
from programs.querysets import WorkOrderQuerySet


class Package(models.Model):
    """What a family of one kind should have together: `rule` says which families, the parts what.

    `rule`: of `households.rules`. A family has the whole package in a year when every part reached it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rule = models.JSONField(_("rule"), default=dict, blank=True)
    year_from = models.PositiveSmallIntegerField(_("from year"))
    year_to = models.PositiveSmallIntegerField(_("to year"), null=True, blank=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(year_to__isnull=True) | Q(year_to__gte=F("year_from")),
                name="package_years_in_order",
                violation_error_message=_("The last year lies before the first year."),
            ),
        ]

    def __str__(self):
        return self.name


class PackagePart(models.Model):
    """One part of a package; any of its programmes gives it."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="parts")
    label = models.CharField(_("part"), max_length=60)
    order = models.PositiveSmallIntegerField(default=0)
    programs = models.ManyToManyField(Program, related_name="+", verbose_name=_("programmes"))

    class Meta:
        verbose_name = _("part of a package")
        verbose_name_plural = _("parts of packages")
        ordering = ["package", "order", "id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["package", "label"], name="package_part_once")]

    def __str__(self):
        return self.label


class ExclusivePair(models.Model):
    """Two programmes of which a family may be in one only, in the same year."""

    first = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("programme"))
    second = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("not together with"))
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("exclusive pair")
        verbose_name_plural = _("exclusive pairs")
        ordering = ["first", "second"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="exclusive_pair_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="exclusive_pair_two"),
        ]

    def __str__(self):
        return f"{self.first.short_name} / {self.second.short_name}"


class QuotaOrder(models.Model):
    """Who comes first when a quota does not reach all: the desil, then these criteria, each with its weight of one.

    `criteria`: list of rules of `households.rules` over households, in order; whoever meets one stands before who does
    not. What is still equal is a tie, and shown as one.
    """

    program = models.OneToOneField(
        Program, models.CASCADE, related_name="quota_order", primary_key=True, verbose_name=_("programme")
    )
    criteria = models.JSONField(_("criteria"), default=list, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("order of a quota")
        verbose_name_plural = _("orders of quotas")
        ordering = ["program"]
        default_permissions = ("view",)

    def __str__(self):
        return str(self.program)


class WorkOrder(models.Model):
    """A gap list given to an agency: households that should get something and did not on that day, as a frozen list.

    `program` empty: any programme, or every part of `package`. It shrinks as the log fills: what is still to do is
    counted, never kept.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160)
    year = models.PositiveSmallIntegerField(_("year"))
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="work_orders", verbose_name=_("programme")
    )
    package = models.ForeignKey(
        Package, models.PROTECT, null=True, blank=True, related_name="work_orders", verbose_name=_("package")
    )
    area = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="work_orders", verbose_name=_("agency"))
    due = models.DateField(_("due"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    household_set = models.OneToOneField(HouseholdSet, models.PROTECT, related_name="work_order")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(db_default=models.functions.Now())
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(_("result"), max_length=300, blank=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["due", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(result=""),
                name="work_order_result",
                violation_error_message=_("Write the result."),
            ),
            models.CheckConstraint(
                condition=Q(program__isnull=True) | Q(package__isnull=True), name="work_order_program_or_package"
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "due", "id"], name="work_order_open")]

    def __str__(self):
        return self.title
