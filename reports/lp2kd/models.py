"""Written reports: the texts of their chapters by year, and the versions that were issued."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Narrative(models.Model):
    """The text of one chapter of a report in one year. Figures stand in it as `{{name}}` and are filled in."""

    report = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField(_("year"))
    chapter = models.SlugField(max_length=40)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("text of a report")
        verbose_name_plural = _("texts of reports")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["report", "year", "chapter"], name="narrative_once")]

    def __str__(self):
        return f"{self.report} {self.year} {self.chapter}"


class Issue(models.Model):
    """An issued version of a report: its files by content, never changed. `files`: ending → sha256 and size."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"))
    number = models.CharField(_("letter number"), max_length=80, blank=True)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    missing = models.JSONField(default=list, blank=True)
    files = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("issued report")
        verbose_name_plural = _("issued reports")
        ordering = ["-year", "-version"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["report", "year", "version"], name="issue_version_once"),
            models.CheckConstraint(condition=~Q(files={}), name="issue_has_files"),
        ]

    def __str__(self):
        return f"{self.report} {self.year} v{self.version}"
