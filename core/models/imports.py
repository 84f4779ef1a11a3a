"""What an import found in a sheet: one row a finding, from reading a cell, comparing rows, applying or undoing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.work import ImportBatch


class ImportFinding(models.Model):
    """One finding. Its words are made from `code` and `params` when it is shown (`core.imports.findings`).

    `col`: the header as it stands in the sheet; `grp`: number of the family (or recipient) within the batch.
    """

    class Level(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        NOTE = "note", _("Note")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="findings")
    stage = models.CharField(max_length=8)  # file, cells, rules, apply, undo
    level = models.CharField(max_length=8, choices=Level)
    code = models.CharField(max_length=40)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(null=True)
    col = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    grp = models.IntegerField(null=True)

    class Meta:
        verbose_name = _("import finding")
        verbose_name_plural = _("import findings")
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["batch", "level", "code", "id"], name="finding_kind"),
            models.Index(fields=["batch", "grp"], name="finding_group"),
        ]

    def __str__(self):
        return f"{self.code} {self.sheet} {self.row}"
