"""A meeting: series, place and time, agenda with its minutes, amendments, topics that wait."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.choices import ProgramGroup
from core.models import Agency, Region
from meetings.choices import MeetingKind, MeetingState, TopicState
from meetings.querysets import MeetingQuerySet


class Series(models.Model):
    """Meetings that follow each other: the open items of one stand on the agenda of the next."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MeetingKind)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible agency")
    )
    purpose = models.CharField(_("purpose"), max_length=250, blank=True)
    basis = models.CharField(_("legal basis"), max_length=250, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    agenda = models.JSONField(_("agenda of the template"), default=list, blank=True)
    ended = models.DateField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("series of meetings")
        verbose_name_plural = _("series of meetings")
        ordering = ["name", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="series_kind_known"),
        ]

    def __str__(self):
        return self.name


class Meeting(models.Model):
    """One meeting. `starts` may be open while it is only planned for a month; `sequence` counts what was sent out about
    its time (SEQUENCE of the calendar file).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("series")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MeetingKind)
    title = models.CharField(_("title"), max_length=200)
    number = models.CharField(_("number of the meeting"), max_length=80, blank=True, default="")
    year = models.PositiveSmallIntegerField(_("year"))
    month = models.PositiveSmallIntegerField(_("month"), null=True, blank=True)
    starts = models.DateTimeField(_("begins"), null=True, blank=True)
    ends = models.DateTimeField(_("ends"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    link = models.URLField(_("link"), max_length=300, blank=True)
    purpose = models.CharField(_("purpose"), max_length=250, blank=True)
    basis = models.CharField(_("legal basis"), max_length=250, blank=True)
    papers_due = models.CharField(_("papers due"), max_length=150, blank=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible agency")
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area"))
    group = models.CharField(_("programme group"), max_length=1, choices=ProgramGroup, blank=True)
    chair = models.CharField(_("chair"), max_length=150, blank=True)
    secretary = models.CharField(_("secretary"), max_length=150, blank=True)
    note_taker = models.CharField(_("note taker"), max_length=150, blank=True)
    signer = models.ForeignKey(
        "meetings.TeamMember",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signs the papers"),
    )
    signs_for = models.CharField(_("on behalf of (a.n.)"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MeetingState, default=MeetingState.PLANNED)
    state_reason = models.CharField(_("reason"), max_length=250, blank=True)
    state_at = models.DateTimeField(db_default=models.functions.Now())
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    draft_sent_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    final_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-year", "-starts", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_known"),
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_known"),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(month__gte=1, month__lte=12), name="meeting_month_range"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=False, ends__gt=F("starts")),
                name="meeting_times_in_order",
                violation_error_message=_("The meeting must end after it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["invited", "held", "final"]) | Q(starts__isnull=False),
                name="meeting_time_known",
                violation_error_message=_("Write day and time of the meeting first."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["postponed", "cancelled"]) | ~Q(state_reason=""),
                name="meeting_state_reason",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(
                condition=Q(state="final", final_at__isnull=False)
                | (~Q(state="final") & Q(final_at__isnull=True, approved_at__isnull=True)),
                name="meeting_final_when_final",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="meeting_approved_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["year", "starts"], name="meeting_year"),
            models.Index(fields=["series", "starts"], name="meeting_series"),
        ]

    def __str__(self):
        return self.title


class Topic(models.Model):
    """Something that an agency wants on an agenda; the secretariat takes it in, or says why not."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("topic"), max_length=200)
    text = models.TextField(_("why"), max_length=2000, blank=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proposed by")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    state = models.CharField(_("state"), max_length=10, choices=TopicState, default=TopicState.PROPOSED)
    answer = models.CharField(_("answer"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TopicState.values), name="topic_state_known"),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="topic_refused_answer",
                violation_error_message=_("Write the reason."),
            ),
        ]

    def __str__(self):
        return self.title


class AgendaItem(models.Model):
    """One point of the agenda with what was said about it. `minutes_version` refuses to overwrite another writer."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    order = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("agenda item"), max_length=200)
    presenter = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("presented by")
    )
    minutes_planned = models.PositiveSmallIntegerField(_("planned minutes"), null=True, blank=True)
    follow_up = models.BooleanField(_("follow-up of the last meeting"), default=False)
    # Null: finished when something was written or decided about it (`meetings.actions.minutes.finalise`).
    finished = models.BooleanField(_("finished"), null=True, blank=True)
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carried_to")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="agenda_items")
    text = models.TextField(_("minutes"), blank=True, max_length=50_000)
    text_version = models.PositiveIntegerField(default=0, editable=False)
    text_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    text_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["meeting", "order", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "order"], name="agenda_order_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["meeting", "carried_from"],
                condition=Q(carried_from__isnull=False),
                name="agenda_carried_once",
            ),
        ]

    def __str__(self):
        return f"{self.order}. {self.title}"


class Amendment(models.Model):
    """A numbered correction of final minutes; it stands beside the text, which stays as it was."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="amendments")
    item = models.ForeignKey(AgendaItem, models.PROTECT, null=True, blank=True, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("correction"), max_length=5000)
    reason = models.CharField(_("reason"), max_length=250)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["meeting", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="amendment_number_once"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(reason=""), name="amendment_says_what_and_why"),
        ]

    def __str__(self):
        return f"{self.meeting}: {self.number}"


class Comment(models.Model):
    """A remark of a participant on draft minutes."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="comments")
    text = models.TextField(_("comment"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("comment on draft minutes")
        verbose_name_plural = _("comments on draft minutes")
        ordering = ["item", "id"]
        default_permissions = ()

    def __str__(self):
        return self.text[:60]
