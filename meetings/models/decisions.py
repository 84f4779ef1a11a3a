"""Decisions, with the programmes and agencies they name and the frozen list of households they are about."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency, Region
from households.models import HouseholdSet
from meetings.choices import DecisionState
from meetings.models.meetings import AgendaItem, Meeting
from meetings.querysets import DecisionQuerySet
from programs.models import ProgramYear


class Decision(models.Model):
    """What a meeting decided.

    `household_set`: frozen in the moment of the decision; each of its rows keeps in `then` what the household had
    (`meetings.actions.snapshots`). `source`: in words, where the list came from.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("agenda item")
    )
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveSmallIntegerField()
    number = models.CharField(_("number"), max_length=60)
    title = models.CharField(_("in short"), max_length=150)
    text = models.TextField(_("decision"), max_length=5000)
    due = models.DateField(_("by"), null=True, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area"))
    household_set = models.OneToOneField(
        HouseholdSet, models.PROTECT, null=True, blank=True, related_name="decision", verbose_name=_("households")
    )
    source = models.CharField(max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=DecisionState, default=DecisionState.IN_FORCE)
    state_reason = models.CharField(_("reason"), max_length=250, blank=True)
    state_at = models.DateTimeField(db_default=models.functions.Now())
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    agencies = models.ManyToManyField(Agency, through="DecisionAgency", verbose_name=_("responsible agencies"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-year", "-sequence"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="decision_sequence_once"),
            models.UniqueConstraint(
                fields=["year", "number"],
                name="decision_number_once",
                violation_error_message=_("This number is taken by another decision of this year."),
            ),
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="decision_state_known"),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(state_reason=""),
                name="decision_withdrawn_reason",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="decision_says_something"),
        ]
        indexes = [models.Index(fields=["meeting", "sequence"], name="decision_meeting")]

    def __str__(self):
        return f"{self.number}: {self.title}"


class DecisionAgency(models.Model):
    """An agency that must act on a decision."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="responsible")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["decision", "agency"], name="decision_agency_once")]

    def __str__(self):
        return f"{self.decision_id}: {self.agency_id}"


class DecisionProgram(models.Model):
    """A programme year that a decision names, or in `wish` one there is not yet. `target`: percent of the list."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="programs")
    program_year = models.ForeignKey(ProgramYear, models.PROTECT, null=True, blank=True, related_name="+")
    wish = models.CharField(_("wished programme"), max_length=160, blank=True)
    target = models.PositiveSmallIntegerField(_("target (%)"), default=100)

    class Meta:
        default_permissions = ()
        ordering = ["decision", "id"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "program_year"], name="decision_program_once"),
            models.CheckConstraint(
                condition=Q(program_year__isnull=False, wish="") | (Q(program_year__isnull=True) & ~Q(wish="")),
                name="decision_program_or_wish",
            ),
            models.CheckConstraint(condition=Q(target__gte=1, target__lte=100), name="decision_target_percent"),
        ]

    def __str__(self):
        return str(self.program_year or self.wish)
