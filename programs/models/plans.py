"""The annual plan beside its programme year, what came of it quarter by quarter, and until when both are due."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Region
from programs.choices import Duty, Fund, RealisationState, ReviewAct, Sponsor
from programs.models.programs import ProgramYear


class PlanLocation(models.Model):
    """Where a programme works in its year; none means the whole city."""

    program_year = models.ForeignKey(ProgramYear, models.PROTECT, related_name="locations")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("location"))

    class Meta:
        verbose_name = _("location of the plan")
        verbose_name_plural = _("locations of the plan")
        default_permissions = ()
        ordering = ["program_year", "region"]
        constraints = [models.UniqueConstraint(fields=["program_year", "region"], name="plan_location_once")]

    def __str__(self):
        return str(self.region)


class PlanQuarter(models.Model):
    """What the plan foresees within one quarter alone: output in the indicator's unit, and rupiah."""

    program_year = models.ForeignKey(ProgramYear, models.PROTECT, related_name="schedule")
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    output = models.PositiveIntegerField(_("output"), default=0)
    money = models.PositiveBigIntegerField(_("money (Rp)"), default=0)

    class Meta:
        verbose_name = _("quarter of the plan")
        verbose_name_plural = _("quarters of the plan")
        default_permissions = ()
        ordering = ["program_year", "quarter"]
        constraints = [
            models.UniqueConstraint(fields=["program_year", "quarter"], name="plan_quarter_once"),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="plan_quarter_range"),
        ]

    def __str__(self):
        return f"{self.program_year_id} / {self.quarter}"


class ReviewStep(models.Model):
    """A step of a plan (`quarter` null) or of the realisation of a quarter, with who, when and the remark.

    `before`: for a later correction, the figures that stood there.
    """

    program_year = models.ForeignKey(ProgramYear, models.PROTECT, related_name="review")
    quarter = models.PositiveSmallIntegerField(_("quarter"), null=True, blank=True)
    act = models.CharField(_("step"), max_length=10, choices=ReviewAct)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("at"), db_default=models.functions.Now())
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    before = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("step of a plan or realisation")
        verbose_name_plural = _("steps of plans and realisations")
        default_permissions = ()
        ordering = ["program_year", "-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=ReviewAct.values), name="review_act_known"),
            models.CheckConstraint(
                condition=Q(quarter__isnull=True) | Q(quarter__gte=1, quarter__lte=4), name="review_quarter_range"
            ),
            models.CheckConstraint(
                condition=~Q(act__in=["return", "reopen", "correct"]) | ~Q(remark=""),
                name="review_remark_given",
                violation_error_message=_("Write the remark."),
            ),
        ]

    def __str__(self):
        return f"{self.program_year_id}: {self.get_act_display()}"


class Realisation(models.Model):
    """What a programme year achieved by the end of a quarter, counted from the first of January (cumulative).

    `output`: in the unit of the indicator; `beneficiaries`: in the programme's own unit, for groups and areas the
    households served; `from_log`: what the log said when it was written.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    program_year = models.ForeignKey(ProgramYear, models.PROTECT, related_name="realisations")
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    state = models.CharField(_("state"), max_length=10, choices=RealisationState, default=RealisationState.DRAFT)
    output = models.PositiveIntegerField(_("output"), null=True, blank=True)
    beneficiaries = models.PositiveIntegerField(_("beneficiaries"), null=True, blank=True)
    from_log = models.PositiveIntegerField(_("beneficiaries in the log"), null=True, blank=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    obstacle = models.CharField(_("obstacle"), max_length=300, blank=True)
    follow_up = models.CharField(_("follow-up"), max_length=300, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)  # the first time
    corrections = models.PositiveSmallIntegerField(_("later corrections"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("realisation of a quarter")
        verbose_name_plural = _("realisations of quarters")
        default_permissions = ("view",)
        ordering = ["program_year", "quarter"]
        constraints = [
            models.UniqueConstraint(fields=["program_year", "quarter"], name="realisation_once_per_quarter"),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="realisation_quarter_range"),
            models.CheckConstraint(condition=Q(state__in=RealisationState.values), name="realisation_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False), name="realisation_submitted_when"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="returned") | Q(output__isnull=False, beneficiaries__isnull=False),
                name="realisation_submitted_whole",
            ),
        ]

    def __str__(self):
        return f"{self.program_year} / {self.quarter}"


class RealisationSpending(models.Model):
    """Rupiah of one sponsor and source spent by the end of the quarter (cumulative)."""

    realisation = models.ForeignKey(Realisation, models.PROTECT, related_name="spending")
    sponsor = models.CharField(_("sponsor"), max_length=10, choices=Sponsor)
    source = models.CharField(_("source of funds"), max_length=10, choices=Fund)
    amount = models.PositiveBigIntegerField(_("spent (Rp)"), default=0)

    class Meta:
        verbose_name = _("spending of a quarter")
        verbose_name_plural = _("spending of quarters")
        default_permissions = ()
        ordering = ["realisation", "sponsor", "source"]
        constraints = [
            models.UniqueConstraint(fields=["realisation", "sponsor", "source"], name="spending_once_per_source"),
        ]

    def __str__(self):
        return f"{self.realisation_id} {self.get_source_display()}"


class DutyDeadline(models.Model):
    """The day by which a duty of a year is due, where it is not the usual one (`programs.plans.duties`)."""

    year = models.PositiveSmallIntegerField(_("year"))
    duty = models.CharField(_("duty"), max_length=4, choices=Duty)
    due = models.DateField(_("due on"))

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        default_permissions = ("view",)
        ordering = ["-year", "duty"]
        constraints = [
            models.UniqueConstraint(fields=["year", "duty"], name="deadline_once"),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="deadline_duty_known"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="deadline_year_range"),
        ]

    def __str__(self):
        return f"{self.get_duty_display()} {self.year}"
