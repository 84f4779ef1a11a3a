"""Requests to move a person who is registered outside the asker's area."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Region
from households.models.households import Household
from households.models.members import Member


class TransferRequest(models.Model):
    """A kelurahan asks for a NIK that is registered elsewhere; the asker learns neither person nor place."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="transfer_requests")
    to_household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="+")
    to_region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("transfer request")
        verbose_name_plural = _("transfer requests")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["member", "to_region"],
                condition=models.Q(state="open"),
                name="transfer_one_open",
                violation_error_message=_("This transfer is already requested."),
            )
        ]

    def __str__(self):
        return f"{self.to_region}: {self.get_state_display()}"
