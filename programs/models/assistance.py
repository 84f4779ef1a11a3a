"""The assistance log: who is targeted, who received what and when."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.models import Household, Member
from programs.choices import CLOSED, AssistanceStatus
from programs.models.programs import Program, ProgramYear
from programs.querysets import AssistanceQuerySet


class RecipientGroup(models.Model):
    """A group that receives together (KUBE, kelompok tani); its members are households of the log."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    program = models.ForeignKey(Program, models.PROTECT, related_name="groups", verbose_name=_("programme"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("kelurahan"))

    class Meta:
        verbose_name = _("recipient group")
        verbose_name_plural = _("recipient groups")
        ordering = ["name", "id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["program", "region", "name"], name="group_name_once")]

    def __str__(self):
        return self.name


class GroupMember(models.Model):
    """A household (through one of its members) in a group, from when to when."""

    group = models.ForeignKey(RecipientGroup, models.PROTECT, related_name="members")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["group", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "household"], condition=Q(valid_to__isnull=True), name="group_household_once"
            )
        ]

    def __str__(self):
        return f"{self.household_id} in {self.group_id}"


def _one_unit():
    units = ("household", "member", "group", "area")
    q = Q()
    for unit in units:
        q |= Q(**{f"{u}__isnull": u != unit for u in units})
    return q


def _once_per(unit):
    return models.UniqueConstraint(
        fields=["program_year", unit],
        condition=Q(**{f"{unit}__isnull": False}) & ~Q(status__in=[str(s) for s in CLOSED]),
        name=f"assistance_once_per_{unit}",
        violation_error_message=_("This beneficiary is already in this programme year."),
    )


class Assistance(models.Model):
    """One benefit of one programme year for exactly one unit: household, member, group or area.

    `counts_for` is the household it counts for today: the unit itself, or the member's present household. Moves keep
    it right in the same transaction (`programs.actions.follow`). `household_then`, `desil_then`, `region_then`: as it
    was at enrolment.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    program_year = models.ForeignKey(ProgramYear, models.PROTECT, related_name="assistance")
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="assistance")
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="assistance")
    group = models.ForeignKey(RecipientGroup, models.PROTECT, null=True, blank=True, related_name="assistance")
    area = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    counts_for = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="aid")
    household_then = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="+")
    desil_then = models.PositiveSmallIntegerField(null=True, blank=True)
    region_then = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")

    status = models.CharField(_("status"), max_length=10, choices=AssistanceStatus, default=AssistanceStatus.PROPOSED)
    status_reason = models.CharField(_("reason"), max_length=300, blank=True)
    status_at = models.DateTimeField(db_default=models.functions.Now())
    status_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(db_default=models.functions.Now())
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    decree_number = models.CharField(_("decree number"), max_length=80, blank=True)
    decree_date = models.DateField(_("decree date"), null=True, blank=True)
    period = models.CharField(_("period"), max_length=40, blank=True)
    amount = models.PositiveBigIntegerField(_("amount (Rp)"), null=True, blank=True)
    benefit_key = models.CharField(_("one benefit with"), max_length=60, blank=True)
    receipt_no = models.PositiveIntegerField(_("receipt number"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    override_reason = models.CharField(_("why although it does not fit"), max_length=300, blank=True)
    batch = models.UUIDField(null=True, blank=True)
    # Of the deliveries that are not void; a trigger on them keeps these (migration 0005_delivered_span).
    delivered_first = models.DateField(null=True, editable=False)
    delivered_last = models.DateField(null=True, editable=False)
    delivered_amount = models.BigIntegerField(null=True, editable=False)

    objects = AssistanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("assistance")
        verbose_name_plural = _("assistance log")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=_one_unit(), name="assistance_exactly_one_unit"),
            _once_per("household"),
            _once_per("member"),
            _once_per("group"),
            _once_per("area"),
            models.CheckConstraint(condition=Q(status__in=AssistanceStatus.values), name="assistance_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["returned", "stopped", "rejected", "void"]) | ~Q(status_reason=""),
                name="assistance_end_has_reason",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(
                condition=Q(household__isnull=True, member__isnull=True) | Q(counts_for__isnull=False),
                name="assistance_counts_for_household",
            ),
            models.CheckConstraint(
                condition=Q(desil_then__isnull=True) | Q(desil_then__gte=1, desil_then__lte=10),
                name="assistance_desil_range",
            ),
            models.UniqueConstraint(
                fields=["program_year", "receipt_no"],
                condition=Q(receipt_no__isnull=False),
                name="assistance_receipt_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["program_year", "status", "id"], include=["delivered_amount"], name="assistance_year_status"
            ),
            models.Index(fields=["counts_for", "program_year"], name="assistance_counts_for"),
            models.Index(fields=["batch"], name="assistance_batch", condition=Q(batch__isnull=False)),
            models.Index(
                fields=["delivered_last", "delivered_first", "counts_for", "program_year"],
                include=["benefit_key", "id"],
                condition=Q(delivered_last__isnull=False),
                name="assistance_delivered",
            ),
        ]

    def __str__(self):
        return f"{self.program_year}: {self.get_status_display()}"


class Delivery(models.Model):
    """Something was handed over: a stage, a date, money or goods, proof. Void = entered by mistake, with reason.

    A household is reached in a period when a delivery that is not void falls into it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assistance = models.ForeignKey(Assistance, models.PROTECT, related_name="deliveries")
    stage = models.PositiveSmallIntegerField(_("stage"), default=1)
    date = models.DateField(_("date"))
    amount = models.PositiveBigIntegerField(_("amount (Rp)"), null=True, blank=True)
    goods = models.CharField(_("goods"), max_length=200, blank=True)
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    void = models.BooleanField(default=False)
    void_reason = models.CharField(max_length=250, blank=True)
    batch = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["assistance", "stage", "date", "id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["assistance", "stage"],
                condition=Q(void=False),
                name="delivery_once_per_stage",
                violation_error_message=_("This stage is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(void=False) | ~Q(void_reason=""),
                name="delivery_void_reason",
                violation_error_message=_("Write the reason."),
            ),
        ]
        indexes = [
            models.Index(F("date"), F("assistance"), name="delivery_by_date", condition=Q(void=False)),
        ]

    def __str__(self):
        return f"{self.assistance_id} / {self.stage}"
