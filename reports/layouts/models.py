"""An uploaded layout."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReportLayout(models.Model):
    """A DOCX or XLSX with named places, for one report. Its bytes lie with the uploads under their sha256."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=120)
    ending = models.CharField(max_length=4)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("layout of a report")
        verbose_name_plural = _("layouts of reports")
        ordering = ["name", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(ending__in=["docx", "xlsx"]), name="layout_ending_known"),
            models.UniqueConstraint(
                fields=["report", "name"],
                condition=Q(withdrawn_at__isnull=True),
                name="layout_name_once",
                violation_error_message=_("A layout with this name is there already. Withdraw it or choose another."),
            ),
        ]

    def __str__(self):
        return self.name
