"""Figures of past days, append-only."""

import django.db.models.functions.datetime
from django.db import migrations, models

from core.history import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("core", "0002_history")]

    operations = [
        migrations.CreateModel(
            name="FigureSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("bundle", models.CharField(max_length=60, verbose_name="programmes")),
                ("label", models.CharField(max_length=250, verbose_name="label")),
                ("area", models.CharField(blank=True, max_length=13, verbose_name="area")),
                ("target", models.PositiveIntegerField(verbose_name="target group")),
                ("reached", models.PositiveIntegerField(verbose_name="reached")),
                ("receivers", models.PositiveIntegerField(verbose_name="receivers")),
                ("outside", models.PositiveIntegerField(verbose_name="outside the target group")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "figure of a day",
                "verbose_name_plural": "figures of past days",
                "ordering": ["-day", "year", "bundle", "area"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("day", "year", "bundle", "area"), name="snapshot_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outside__lte", models.F("receivers")), ("reached__lte", models.F("target"))
                        ),
                        name="snapshot_parts",
                    ),
                ],
            },
        ),
        append_only("reports_figuresnapshot"),
    ]
