"""Indicators of the plan, texts and issued versions of written reports, with their history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from core.history import append_only, track_table


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_figure_snapshot"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("unit", models.CharField(max_length=40, verbose_name="unit")),
                (
                    "better",
                    models.CharField(
                        choices=[("lower", "lower is better"), ("higher", "higher is better")],
                        default="lower",
                        max_length=6,
                        verbose_name="direction",
                    ),
                ),
                ("decimals", models.PositiveSmallIntegerField(default=2, verbose_name="decimals shown")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="definition")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("ended", models.DateField(blank=True, null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "indicator",
                "verbose_name_plural": "indicators",
                "ordering": ["order", "pk"],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("better__in", ["lower", "higher"])), name="indicator_better_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("decimals__lte", 4)), name="indicator_decimals_range"),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "value",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="value"),
                ),
                (
                    "target",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="target"),
                ),
                ("source", models.CharField(blank=True, max_length=150, verbose_name="source")),
                ("released", models.DateField(blank=True, null=True, verbose_name="published on")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="reports.indicator",
                        verbose_name="indicator",
                    ),
                ),
            ],
            options={
                "verbose_name": "value of an indicator",
                "verbose_name_plural": "values of indicators",
                "ordering": ["indicator", "year"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("indicator", "year"), name="indicator_value_once"),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 1990), ("year__lte", 2100)), name="indicator_year_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__isnull", False), ("target__isnull", False), _connector="OR"),
                        name="indicator_something",
                        violation_error_message="Write a value or a target.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("report", models.CharField(max_length=20)),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("number", models.CharField(blank=True, max_length=80, verbose_name="letter number")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="remark")),
                ("missing", models.JSONField(blank=True, default=list)),
                ("files", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                "verbose_name": "issued report",
                "verbose_name_plural": "issued reports",
                "ordering": ["-year", "-version"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("report", "year", "version"), name="issue_version_once"),
                    models.CheckConstraint(condition=models.Q(("files", {}), _negated=True), name="issue_has_files"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Narrative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("report", models.CharField(max_length=20)),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("chapter", models.SlugField(max_length=40)),
                ("text", models.TextField(blank=True, max_length=20000, verbose_name="text")),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(auto_now=True)),
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
                "verbose_name": "text of a report",
                "verbose_name_plural": "texts of reports",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("report", "year", "chapter"), name="narrative_once")],
            },
        ),
        track_table("reports_indicator"),
        track_table("reports_indicatorvalue"),
        track_table("reports_narrative"),
        append_only("reports_issue"),
    ]
