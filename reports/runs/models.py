"""A report that was taken."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.regions import area_q
from core.roles import Perm, Scope, access


class ReportRunQuerySet(models.QuerySet):
    """Reads of runs."""

    def visible_to(self, user):
        """One's own runs in areas that one still sees, and for who sees the whole city those that came by themselves
        (they hold no names and no small cells); of these what meetings decided only for who sees all meetings."""
        prefixes = access(user).region_prefixes(Perm.SEE_FIGURES)
        seen = Q(by=user) & (Q() if prefixes == [""] else area_q("area", prefixes))
        if prefixes == [""]:
            whole = any(s == Scope() for s in access(user).grants.get(Perm.SEE_MEETINGS, ()))
            seen |= Q(by__isnull=True) if whole else Q(by__isnull=True) & ~Q(name="tindak-lanjut")
        return self.filter(seen)


class ReportRun(models.Model):
    """A report as it was asked for. `by` null: it came by itself. `sha256`: the kept file, "" for lists of names."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40)
    period = models.CharField(_("period"), max_length=10)
    area = models.CharField(_("area"), max_length=13, blank=True)
    unmasked = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(_("rows"))
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), db_default=models.functions.Now())

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("taken report")
        verbose_name_plural = _("taken reports")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], condition=Q(by__isnull=True), name="run_of_itself_once"),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(sha256__regex=r"^[0-9a-f]{64}$", unmasked=False), name="run_keeps_no_numbers"
            ),
        ]
        indexes = [models.Index(fields=["by", "-id"], name="run_by")]

    def __str__(self):
        return f"{self.name} {self.period}"
