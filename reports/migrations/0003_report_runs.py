"""Which reports were taken; append-only."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from core.history import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_indicators_and_issues"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=40)),
                ("period", models.CharField(max_length=10, verbose_name="period")),
                ("area", models.CharField(blank=True, max_length=13, verbose_name="area")),
                ("unmasked", models.BooleanField(default=False)),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "taken report",
                "verbose_name_plural": "taken reports",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["by", "-id"], name="run_by")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("by__isnull", True)), fields=("name", "period"), name="run_of_itself_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sha256", ""),
                            models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("unmasked", False)),
                            _connector="OR",
                        ),
                        name="run_keeps_no_numbers",
                    ),
                ],
            },
        ),
        append_only("reports_reportrun"),
    ]
