"""Packages, exclusive pairs, the order of quotas, and work orders, each with its history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_history"),
        ("households", "0001_initial"),
        ("programs", "0006_plan_and_realisation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuotaOrder",
            fields=[
                (
                    "program",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quota_order",
                        serialize=False,
                        to="programs.program",
                        verbose_name="programme",
                    ),
                ),
                ("criteria", models.JSONField(blank=True, default=list, verbose_name="criteria")),
                ("legal_basis", models.CharField(blank=True, max_length=250, verbose_name="legal basis")),
            ],
            options={
                "verbose_name": "order of a quota",
                "verbose_name_plural": "orders of quotas",
                "ordering": ["program"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                ("rule", models.JSONField(blank=True, default=dict, verbose_name="rule")),
                ("year_from", models.PositiveSmallIntegerField(verbose_name="from year")),
                ("year_to", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="to year")),
            ],
            options={
                "verbose_name": "package",
                "verbose_name_plural": "packages",
                "ordering": ["name"],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_to__isnull", True), ("year_to__gte", models.F("year_from")), _connector="OR"
                        ),
                        name="package_years_in_order",
                        violation_error_message="The last year lies before the first year.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExclusivePair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("legal_basis", models.CharField(blank=True, max_length=250, verbose_name="legal basis")),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.program",
                        verbose_name="programme",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.program",
                        verbose_name="not together with",
                    ),
                ),
            ],
            options={
                "verbose_name": "exclusive pair",
                "verbose_name_plural": "exclusive pairs",
                "ordering": ["first", "second"],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="exclusive_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first", models.F("second")), _negated=True), name="exclusive_pair_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackagePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60, verbose_name="part")),
                ("order", models.PositiveSmallIntegerField(default=0)),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="programs.package"
                    ),
                ),
                (
                    "programs",
                    models.ManyToManyField(related_name="+", to="programs.program", verbose_name="programmes"),
                ),
            ],
            options={
                "verbose_name": "part of a package",
                "verbose_name_plural": "parts of packages",
                "ordering": ["package", "order", "id"],
                "default_permissions": ("view",),
                "constraints": [models.UniqueConstraint(fields=("package", "label"), name="package_part_once")],
            },
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("due", models.DateField(verbose_name="due")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("result", models.CharField(blank=True, max_length=300, verbose_name="result")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="core.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="area",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "household_set",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_order",
                        to="households.householdset",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="programs.program",
                        verbose_name="programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "work order",
                "verbose_name_plural": "work orders",
                "ordering": ["due", "id"],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["closed_at", "due", "id"], name="work_order_open")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True), models.Q(("result", ""), _negated=True), _connector="OR"
                        ),
                        name="work_order_result",
                        violation_error_message="Write the result.",
                    )
                ],
            },
        ),
        track_table("programs_package"),
        track_table("programs_packagepart"),
        track_table("programs_packagepart_programs"),
        track_table("programs_exclusivepair"),
        track_table("programs_quotaorder", pk="program_id"),
        track_table("programs_workorder"),
    ]
