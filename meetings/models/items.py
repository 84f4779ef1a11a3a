"""Action items: who does what by when, how it is measured, and what was written about it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency, Region
from households.models import HouseholdSet
from meetings.choices import ItemState, Measure, Priority, UpdateKind
from meetings.models.decisions import Decision
from meetings.models.meetings import AgendaItem, Meeting
from meetings.querysets import ActionItemQuerySet
from programs.models import ProgramYear


class ActionItem(models.Model):
    """One thing to do, owned by an agency or a kelurahan.

    `measure` other than free: progress is counted from the log (`meetings.measures`), never typed. The goal is
    `goal_count` households or `goal_percent`; without either every household of the list.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("meeting")
    )
    agenda_item = models.ForeignKey(AgendaItem, models.PROTECT, null=True, blank=True, related_name="items")
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("decision")
    )
    title = models.CharField(_("what is to be done"), max_length=200)
    text = models.TextField(_("details"), max_length=3000, blank=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible agency")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible kelurahan")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    helpers = models.ManyToManyField(Agency, through="ActionHelper", related_name="+", verbose_name=_("helpers"))
    due = models.DateField(_("due"), null=True, blank=True)
    first_due = models.DateField(null=True, blank=True, editable=False)
    extensions = models.PositiveSmallIntegerField(default=0, editable=False)
    asked_due = models.DateField(null=True, blank=True, editable=False)  # an extension that waits for its answer
    priority = models.CharField(_("priority"), max_length=6, choices=Priority, default=Priority.NORMAL)
    area = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area concerned")
    )
    program_year = models.ForeignKey(
        ProgramYear, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("programme")
    )
    measure = models.CharField(_("measured by"), max_length=14, choices=Measure, default=Measure.FREE)
    household_set = models.ForeignKey(
        HouseholdSet, models.PROTECT, null=True, blank=True, related_name="action_items", verbose_name=_("list")
    )
    goal_count = models.PositiveIntegerField(_("at least (households)"), null=True, blank=True)
    goal_percent = models.PositiveSmallIntegerField(_("at least (%)"), null=True, blank=True)
    quarter = models.PositiveSmallIntegerField(_("by the end of quarter"), null=True, blank=True)
    reported = models.PositiveSmallIntegerField(_("reported progress (%)"), null=True, blank=True)
    obstacle = models.CharField(_("obstacle"), max_length=250, blank=True)
    proof = models.CharField(_("proof"), max_length=250, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ItemState, default=ItemState.OPEN)
    proposed_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    against_number = models.BooleanField(default=False, editable=False)
    close_reason = models.CharField(_("reason"), max_length=250, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["due", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_known"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="item_measure_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="item_priority_known"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | (Q(due__isnull=False) & (Q(agency__isnull=False) | Q(region__isnull=False))),
                name="item_owner_and_due",
                violation_error_message=_("Choose who is responsible and by when."),
            ),
            models.CheckConstraint(
                condition=~Q(measure__in=["received", "enrolled"])
                | Q(household_set__isnull=False, program_year__isnull=False),
                name="item_measure_of_a_list",
                violation_error_message=_("This measure needs a list of households and a programme."),
            ),
            models.CheckConstraint(
                condition=~Q(measure="spent")
                | Q(program_year__isnull=False, goal_percent__isnull=False, quarter__isnull=False),
                name="item_measure_of_money",
                violation_error_message=_("This measure needs a programme, a percentage and a quarter."),
            ),
            models.CheckConstraint(
                condition=~Q(measure="nobody_without") | Q(program_year__isnull=False, area__isnull=False),
                name="item_measure_of_an_area",
                violation_error_message=_("This measure needs a programme and an area."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__isnull=True) | Q(quarter__gte=1, quarter__lte=4), name="item_quarter_range"
            ),
            models.CheckConstraint(
                condition=Q(goal_percent__isnull=True) | Q(goal_percent__gte=1, goal_percent__lte=100),
                name="item_goal_percent",
                violation_error_message=_("Write a percentage from 1 to 100."),
            ),
            models.CheckConstraint(
                condition=Q(reported__isnull=True) | Q(reported__lte=100, measure="free"),
                name="item_reported_free",
                violation_error_message=_("Progress of this item is counted, not reported."),
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                name="item_done_when_done",
            ),
            models.CheckConstraint(
                condition=(Q(against_number=False) & ~Q(state="cancelled")) | ~Q(close_reason=""),
                name="item_close_reason",
                violation_error_message=_("Write the reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["due", "id"], name="item_unfinished", condition=Q(state__in=["open", "proposed"])),
            models.Index(fields=["agency", "state", "due"], name="item_agency"),
            models.Index(fields=["year", "state"], name="item_year"),
        ]

    def __str__(self):
        return self.title


class ActionHelper(models.Model):
    """An agency that helps with an action item."""

    item = models.ForeignKey(ActionItem, models.CASCADE, related_name="helping")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "agency"], name="item_helper_once")]

    def __str__(self):
        return f"{self.item_id}: {self.agency_id}"


class ActionUpdate(models.Model):
    """Something written about an action item, in order. Never changed afterwards."""

    item = models.ForeignKey(ActionItem, models.PROTECT, related_name="updates")
    kind = models.CharField(max_length=10, choices=UpdateKind)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    new_due = models.DateField(null=True, blank=True)
    done = models.BigIntegerField(null=True, blank=True)  # what the measure counted in that moment
    total = models.BigIntegerField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("update of an action item")
        verbose_name_plural = _("updates of action items")
        ordering = ["item", "-id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(kind__in=UpdateKind.values), name="update_kind_known")]
        indexes = [models.Index(fields=["kind", "at"], name="update_kind_at")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class Notice(models.Model):
    """Something a person should know about an action item. `key`: what and when, so that nothing is said twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="meeting_notices")
    item = models.ForeignKey(ActionItem, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=models.functions.Now())
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True))]

    def __str__(self):
        return self.key
