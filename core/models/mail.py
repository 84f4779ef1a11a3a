"""Mail that is to go out, kept until it is sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """One mail. `key` says what it is about (`handover:12:2026-03-01`), so that nothing is sent twice."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    key = models.CharField(max_length=120, unique=True)
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    calendar = models.TextField(blank=True, default="")  # a calendar file that goes with it
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created = models.DateTimeField(_("written"), db_default=models.functions.Now())
    next_try = models.DateTimeField(db_default=models.functions.Now())
    sent = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "sent", "failed"]), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(state="sent", sent__isnull=False) | (~Q(state="sent") & Q(sent__isnull=True)),
                name="mail_sent_when_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try"], condition=Q(state="waiting"), name="mail_waiting"),
        ]

    def __str__(self):
        return self.subject
