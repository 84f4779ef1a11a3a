"""What a programme is: owner, classification, who qualifies, and what each year plans."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency
from programs.choices import BenefitUnit, Fund, PlanState, Sponsor
from programs.querysets import ProgramQuerySet, ProgramYearQuerySet


class Scheme(models.Model):
    """A classification in use: `cluster` (Perpres 15/2010), `group` and `strategy` (Permendagri 53/2020 art. 18, 17),
    `extreme` (three strategies of Inpres 4/2022 and 8/2025)."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ["code"]

    def __str__(self):
        return self.name


class SchemeItem(models.Model):
    """One class of a classification (cluster 1, strategy A)."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="items", verbose_name=_("classification"))
    code = models.CharField(_("code"), max_length=5)
    name = models.CharField(_("name"), max_length=250)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ["scheme", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="scheme_item_once")]

    def __str__(self):
        return f"{self.code}. {self.name}"


class SchemeMapping(models.Model):
    """A class of one classification that implies a class of another (cluster 1 → group a)."""

    source = models.ForeignKey(SchemeItem, models.PROTECT, related_name="implies", verbose_name=_("class"))
    target = models.ForeignKey(SchemeItem, models.PROTECT, related_name="implied_by", verbose_name=_("implies"))

    class Meta:
        verbose_name = _("mapping of classes")
        verbose_name_plural = _("mappings of classes")
        ordering = ["source", "target"]
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="scheme_mapping_once")]

    def __str__(self):
        return f"{self.source} → {self.target}"


class BenefitKind(models.Model):
    """What kind of good a benefit is; a second aid of the same kind in a family warns."""

    code = models.SlugField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    icon = models.SlugField(_("icon"), max_length=40, default="box")

    class Meta:
        verbose_name = _("kind of benefit")
        verbose_name_plural = _("kinds of benefit")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Program(models.Model):
    """A programme for the poor, over the years."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(_("short name"), max_length=40)
    owner = models.ForeignKey(Agency, models.PROTECT, related_name="programs", verbose_name=_("owner agency"))
    cluster = models.ForeignKey(
        SchemeItem,
        models.PROTECT,
        related_name="+",
        limit_choices_to={"scheme": "cluster"},
        verbose_name=_("cluster"),
    )
    strategy = models.ForeignKey(
        SchemeItem,
        models.PROTECT,
        related_name="+",
        limit_choices_to={"scheme": "strategy"},
        verbose_name=_("strategy"),
    )
    benefit_unit = models.CharField(_("benefit unit"), max_length=10, choices=BenefitUnit)
    benefit_kind = models.ForeignKey(BenefitKind, models.PROTECT, related_name="+", verbose_name=_("kind of benefit"))
    description = models.TextField(_("description"), blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)
    contact = models.CharField(_("contact"), max_length=150, blank=True)
    four_eyes = models.BooleanField(_("approval by a second person"), default=True)
    decided_elsewhere = models.BooleanField(_("recipients are decided elsewhere"), default=False)
    aliases = models.JSONField(_("names in sheets"), default=list, blank=True)
    ended = models.DateField(_("ended"), null=True, blank=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="program_name_once_per_owner",
                violation_error_message=_("This agency already has a programme with this name."),
            ),
            models.CheckConstraint(condition=Q(benefit_unit__in=BenefitUnit.values), name="program_unit_known"),
        ]

    def __str__(self):
        return self.name


class ProgramClassification(models.Model):
    """A class of a programme that differs from what the mapping implies."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="classifications")
    item = models.ForeignKey(SchemeItem, models.PROTECT, related_name="+", verbose_name=_("class"))

    class Meta:
        verbose_name = _("classification of a programme")
        verbose_name_plural = _("classifications of programmes")
        ordering = ["program", "item"]
        constraints = [models.UniqueConstraint(fields=["program", "item"], name="program_class_once")]

    def __str__(self):
        return str(self.item)


class AllowedPair(models.Model):
    """Two programmes of the same kind that a family may have together without a warning (PKH and Sembako)."""

    first = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("programme"))
    second = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("together with"))

    class Meta:
        verbose_name = _("allowed pair")
        verbose_name_plural = _("allowed pairs")
        ordering = ["first", "second"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="allowed_pair_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="allowed_pair_two"),
        ]

    def __str__(self):
        return f"{self.first.short_name} + {self.second.short_name}"


class EligibilityRule(models.Model):
    """Who qualifies, as a rule of the one grammar (`households.rules`), for a range of years.

    A past year is judged by that year's rule.
    """

    program = models.ForeignKey(Program, models.PROTECT, related_name="rules")
    rule = models.JSONField(_("rule"), default=dict)
    year_from = models.PositiveSmallIntegerField(_("from year"))
    year_to = models.PositiveSmallIntegerField(_("to year"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("eligibility rule")
        verbose_name_plural = _("eligibility rules")
        ordering = ["program", "-year_from"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["program", "year_from"], name="eligibility_once_per_start"),
            models.CheckConstraint(
                condition=Q(year_to__isnull=True) | Q(year_to__gte=F("year_from")),
                name="eligibility_years_in_order",
                violation_error_message=_("The last year lies before the first year."),
            ),
        ]

    def __str__(self):
        return f"{self.program.short_name} {self.year_from}"


class ProgramYear(models.Model):
    """A programme in one year: plan codes and their names, indicator, target, quota, amount, state of the plan.

    Locations, schedule and remarks of the plan stand in `programs.models.plans`, its money in `ProgramFunding`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    program = models.ForeignKey(Program, models.PROTECT, related_name="years", verbose_name=_("programme"))
    year = models.PositiveSmallIntegerField(_("year"))
    owner = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("owner agency that year"))
    plan_code = models.CharField(_("plan code"), max_length=40, blank=True)
    plan_program = models.CharField(_("programme in the plan"), max_length=250, blank=True, db_default="")
    plan_activity = models.CharField(_("activity (kegiatan)"), max_length=250, blank=True, db_default="")
    plan_sub_activity = models.CharField(_("sub-activity (sub kegiatan)"), max_length=250, blank=True, db_default="")
    indicator = models.CharField(_("indicator"), max_length=200, blank=True)
    indicator_unit = models.CharField(_("unit of the indicator"), max_length=40, blank=True, db_default="")
    target = models.PositiveIntegerField(_("target"), null=True, blank=True)
    quota = models.PositiveIntegerField(_("quota"), null=True, blank=True)
    unit_amount = models.PositiveBigIntegerField(_("amount per beneficiary (Rp)"), null=True, blank=True)
    stages = models.JSONField(_("stages"), default=list, blank=True)  # labels of deliveries, in order
    list_complete = models.DateField(_("recipient list complete on"), null=True, blank=True)
    closed = models.BooleanField(_("closed"), default=False)
    plan_note = models.CharField(_("note on the plan"), max_length=300, blank=True, db_default="")
    plan_state = models.CharField(
        _("state of the plan"), max_length=10, choices=PlanState, default=PlanState.DRAFT, db_default=PlanState.DRAFT
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)  # two writers of one plan

    objects = ProgramYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme year")
        verbose_name_plural = _("programme years")
        ordering = ["-year", "program__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "year"],
                name="program_year_once",
                violation_error_message=_("This programme already has this year."),
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="program_year_range"),
            models.CheckConstraint(condition=Q(plan_state__in=PlanState.values), name="program_year_plan_state_known"),
        ]

    def __str__(self):
        return f"{self.program.short_name} {self.year}"


class ProgramFunding(models.Model):
    """Money of a programme year by sponsor and source; a changed ceiling is a new version with its reason."""

    program_year = models.ForeignKey(ProgramYear, models.PROTECT, related_name="funding")
    sponsor = models.CharField(_("sponsor"), max_length=10, choices=Sponsor)
    source = models.CharField(_("source of funds"), max_length=10, choices=Fund)
    ceiling = models.PositiveBigIntegerField(_("ceiling (Rp)"), default=0)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    current = models.BooleanField(default=True)
    created = models.DateTimeField(_("since"), db_default=models.functions.Now(), editable=False)

    class Meta:
        verbose_name = _("funding")
        verbose_name_plural = _("funding")
        ordering = ["program_year", "sponsor", "source", "-version"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["program_year", "sponsor", "source", "version"], name="funding_version_once"
            ),
            models.UniqueConstraint(
                fields=["program_year", "sponsor", "source"], condition=Q(current=True), name="funding_one_current"
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""),
                name="funding_change_reason",
                violation_error_message=_("Write why the ceiling changed."),
            ),
        ]

    def __str__(self):
        return f"{self.get_source_display()}"
