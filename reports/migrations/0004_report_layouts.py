"""Layouts of reports, with their history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_report_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("report", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("ending", models.CharField(max_length=4)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "layout of a report",
                "verbose_name_plural": "layouts of reports",
                "ordering": ["name", "-id"],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ending__in", ["docx", "xlsx"])), name="layout_ending_known"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("report", "name"),
                        name="layout_name_once",
                        violation_error_message="A layout with this name is there already. Withdraw it or choose another.",
                    ),
                ],
            },
        ),
        track_table("reports_reportlayout"),
    ]
