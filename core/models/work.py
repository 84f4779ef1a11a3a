"""Long work and imports: rows that people can open, with progress, messages and result."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.choices import BatchState, JobState


class JobQuerySet(models.QuerySet):
    """Reads of jobs."""

    def visible_to(self, user):
        """A person sees the work they started."""
        return self.filter(by=user) if user.is_authenticated else self.none()


class Job(models.Model):
    """One piece of long work. The queue carries only its id (`core.jobs`)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    params = models.JSONField(default=dict, blank=True)
    queue = models.CharField(max_length=20, default="default")
    state = models.CharField(_("state"), max_length=12, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    messages = models.JSONField(default=list, blank=True)
    result = models.JSONField(null=True, blank=True)
    result_file = models.CharField(max_length=300, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    cancel_requested = models.BooleanField(default=False)
    created = models.DateTimeField(db_default=models.functions.Now())
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known")]
        indexes = [models.Index(fields=["state", "heartbeat"], name="job_state_heartbeat")]

    def __str__(self):
        return self.title or self.kind


class ImportBatch(models.Model):
    """One brought sheet: file, layout, state, counts. Its rows stand in a staging table of the app that reads it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    created = models.DateTimeField(_("brought at"), db_default=models.functions.Now())
    file_name = models.CharField(_("file"), max_length=200)
    path = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=12, choices=BatchState, default=BatchState.UPLOADED)
    source = models.CharField(_("source"), max_length=20, blank=True)
    effective = models.DateField(_("date of the data"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    area = models.CharField(_("area"), max_length=13, blank=True)
    options = models.JSONField(default=dict, blank=True)
    layout = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    skip_refused = models.BooleanField(_("leave out refused"), default=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(state__in=["applied", "undoing", "undone", "failed"]),
                name="batch_applied_state",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="batch_kind"),
            models.Index(fields=["sha256"], name="batch_sha256"),
        ]

    def __str__(self):
        return self.file_name


class SheetLayout(models.Model):
    """A mapping a person confirmed, remembered by the fingerprint of the header."""

    kind = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("sheet layout")
        verbose_name_plural = _("sheet layouts")
        default_permissions = ("view", "delete")
        constraints = [models.UniqueConstraint(fields=["kind", "fingerprint"], name="layout_once")]

    def __str__(self):
        return f"{self.kind} {self.fingerprint[:8]}"
