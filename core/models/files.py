"""Files that belong to an object of any app, stored once by their content."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """A file of an object: `owner_kind` names a registered owner (`core.registry`), `owner_uuid` the row.

    The bytes lie in `UPLOADS_DIR` under their sha256 and are served only to who may see the owner.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner_kind = models.CharField(max_length=40)
    owner_uuid = models.UUIDField()
    name = models.CharField(_("file name"), max_length=150)
    label = models.CharField(_("what it shows"), max_length=150, blank=True)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), db_default=models.functions.Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_reason="")),
                name="attachment_withdrawn_reason",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attachment_sha256_hex"),
        ]
        indexes = [
            models.Index(fields=["owner_kind", "owner_uuid"], name="attachment_owner"),
            models.Index(fields=["sha256"], name="attachment_sha256"),
        ]

    def __str__(self):
        return self.name
