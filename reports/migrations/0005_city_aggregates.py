"""Counts that cities sent to their province, with their history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_city_arms_and_meeting_rules"),
        ("reports", "0004_report_layouts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CityAggregate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("made", models.DateTimeField(verbose_name="made at")),
                ("cells", models.JSONField(default=list)),
                ("programs", models.JSONField(default=list)),
                ("total", models.PositiveIntegerField(verbose_name="target group")),
                ("reached", models.PositiveIntegerField(verbose_name="reached")),
                ("at", models.DateTimeField(auto_now=True, verbose_name="brought at")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="city or regency",
                    ),
                ),
            ],
            options={
                "verbose_name": "aggregates of a city",
                "verbose_name_plural": "aggregates of cities",
                "ordering": ["-year", "region"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "year"), name="city_aggregate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reached__lte", models.F("total"))), name="city_aggregate_parts"
                    ),
                ],
            },
        ),
        track_table("reports_cityaggregate"),
    ]
