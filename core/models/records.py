"""Append-only records: what changed, and who saw personal data."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import AccessKind


class HistoryTransaction(models.Model):
    """Why a transaction changed rows: who, which action, reason, where. Written by `core.history.history`.

    Holds no foreign key that could vanish or block: the label is kept beside the id.
    """

    at = models.DateTimeField(db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    region = models.CharField(max_length=13, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    batch = models.UUIDField(null=True)

    class Meta:
        db_table = "history_tx"
        verbose_name = _("recorded action")
        verbose_name_plural = _("recorded actions")
        default_permissions = ()
        indexes = [models.Index(fields=["actor_id", "at"], name="history_tx_actor")]

    def __str__(self):
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class HistoryEntry(models.Model):
    """One changed row, written by the statement-level trigger only.

    `op` I, U or D; `data`: for U the old values of the changed columns, for D the whole old row, for I `{}`.
    """

    tx_id = models.BigIntegerField()
    tbl = models.CharField(max_length=63)
    pk_text = models.CharField(max_length=40, db_column="pk")
    op = models.CharField(max_length=1)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "history"
        default_permissions = ()
        indexes = [
            models.Index(fields=["tbl", "pk_text", "id"], name="history_row"),
            models.Index(fields=["tx_id"], name="history_tx_id"),
        ]

    def __str__(self):
        return f"{self.op} {self.tbl} {self.pk_text}"


class AccessRecord(models.Model):
    """Somebody saw a number in full, looked one up, or took data out (UU 27/2022)."""

    at = models.DateTimeField(_("at"), db_default=models.functions.Now())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    actor = models.CharField(_("person"), max_length=150)
    kind = models.CharField(_("kind"), max_length=16, choices=AccessKind)
    what = models.CharField(_("what"), max_length=200)
    object_key = models.CharField(_("object"), max_length=80, blank=True)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    filters = models.TextField(_("filters"), blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["object_key", "-id"], name="access_object"),
            models.Index(fields=["user", "-id"], name="access_user"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.what}"
