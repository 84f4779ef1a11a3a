"""The annual plan beside the programme year and what came of it, quarter by quarter; both with their history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_history"),
        ("programs", "0005_delivered_span"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyDeadline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("plan", "Annual plan"),
                            ("q1", "Realisation I"),
                            ("q2", "Realisation II"),
                            ("q3", "Realisation III"),
                            ("q4", "Realisation IV"),
                        ],
                        max_length=4,
                        verbose_name="duty",
                    ),
                ),
                ("due", models.DateField(verbose_name="due on")),
            ],
            options={
                "verbose_name": "deadline",
                "verbose_name_plural": "deadlines",
                "ordering": ["-year", "duty"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="PlanLocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "location of the plan",
                "verbose_name_plural": "locations of the plan",
                "ordering": ["program_year", "region"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PlanQuarter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quarter", models.PositiveSmallIntegerField(verbose_name="quarter")),
                ("output", models.PositiveIntegerField(default=0, verbose_name="output")),
                ("money", models.PositiveBigIntegerField(default=0, verbose_name="money (Rp)")),
            ],
            options={
                "verbose_name": "quarter of the plan",
                "verbose_name_plural": "quarters of the plan",
                "ordering": ["program_year", "quarter"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Realisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("quarter", models.PositiveSmallIntegerField(verbose_name="quarter")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("returned", "Returned with remarks"),
                            ("verified", "Verified"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("output", models.PositiveIntegerField(blank=True, null=True, verbose_name="output")),
                ("beneficiaries", models.PositiveIntegerField(blank=True, null=True, verbose_name="beneficiaries")),
                (
                    "from_log",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="beneficiaries in the log"),
                ),
                ("explanation", models.CharField(blank=True, max_length=300, verbose_name="explanation")),
                ("obstacle", models.CharField(blank=True, max_length=300, verbose_name="obstacle")),
                ("follow_up", models.CharField(blank=True, max_length=300, verbose_name="follow-up")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="submitted at")),
                ("corrections", models.PositiveSmallIntegerField(default=0, verbose_name="later corrections")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "realisation of a quarter",
                "verbose_name_plural": "realisations of quarters",
                "ordering": ["program_year", "quarter"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RealisationSpending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sponsor",
                    models.CharField(
                        choices=[
                            ("central", "Central government"),
                            ("province", "Province"),
                            ("city", "City"),
                            ("business", "Business world"),
                            ("society", "Society"),
                        ],
                        max_length=10,
                        verbose_name="sponsor",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("apbn", "APBN"),
                            ("apbd_prov", "APBD Provinsi"),
                            ("apbd_kota", "APBD Kota"),
                            ("dak", "DAK"),
                            ("dbh", "DBH"),
                            ("csr", "CSR"),
                            ("zakat", "Baznas/zakat"),
                            ("swadaya", "Swadaya"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="source of funds",
                    ),
                ),
                ("amount", models.PositiveBigIntegerField(default=0, verbose_name="spent (Rp)")),
            ],
            options={
                "verbose_name": "spending of a quarter",
                "verbose_name_plural": "spending of quarters",
                "ordering": ["realisation", "sponsor", "source"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReviewStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quarter", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="quarter")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("submit", "Submitted"),
                            ("withdraw", "Taken back by the agency"),
                            ("return", "Returned with remarks"),
                            ("verify", "Verified"),
                            ("lock", "Locked"),
                            ("reopen", "Opened again"),
                            ("correct", "Corrected later"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="at")),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                ("before", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name": "step of a plan or realisation",
                "verbose_name_plural": "steps of plans and realisations",
                "ordering": ["program_year", "-at", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="programfunding",
            name="created",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="since"
            ),
        ),
        migrations.AddField(
            model_name="programyear",
            name="indicator_unit",
            field=models.CharField(blank=True, db_default="", max_length=40, verbose_name="unit of the indicator"),
        ),
        migrations.AddField(
            model_name="programyear",
            name="plan_activity",
            field=models.CharField(blank=True, db_default="", max_length=250, verbose_name="activity (kegiatan)"),
        ),
        migrations.AddField(
            model_name="programyear",
            name="plan_note",
            field=models.CharField(blank=True, db_default="", max_length=300, verbose_name="note on the plan"),
        ),
        migrations.AddField(
            model_name="programyear",
            name="plan_program",
            field=models.CharField(blank=True, db_default="", max_length=250, verbose_name="programme in the plan"),
        ),
        migrations.AddField(
            model_name="programyear",
            name="plan_state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Submitted"),
                    ("returned", "Returned with remarks"),
                    ("verified", "Verified"),
                    ("locked", "Locked"),
                ],
                db_default="draft",
                default="draft",
                max_length=10,
                verbose_name="state of the plan",
            ),
        ),
        migrations.AddField(
            model_name="programyear",
            name="plan_sub_activity",
            field=models.CharField(
                blank=True, db_default="", max_length=250, verbose_name="sub-activity (sub kegiatan)"
            ),
        ),
        migrations.AddField(
            model_name="programyear",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddConstraint(
            model_name="programyear",
            constraint=models.CheckConstraint(
                condition=models.Q(("plan_state__in", ["draft", "submitted", "returned", "verified", "locked"])),
                name="program_year_plan_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydeadline",
            constraint=models.UniqueConstraint(fields=("year", "duty"), name="deadline_once"),
        ),
        migrations.AddConstraint(
            model_name="dutydeadline",
            constraint=models.CheckConstraint(
                condition=models.Q(("duty__in", ["plan", "q1", "q2", "q3", "q4"])), name="deadline_duty_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydeadline",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 2000), ("year__lte", 2100)), name="deadline_year_range"
            ),
        ),
        migrations.AddField(
            model_name="planlocation",
            name="program_year",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="locations", to="programs.programyear"
            ),
        ),
        migrations.AddField(
            model_name="planlocation",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region", verbose_name="location"
            ),
        ),
        migrations.AddField(
            model_name="planquarter",
            name="program_year",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="schedule", to="programs.programyear"
            ),
        ),
        migrations.AddField(
            model_name="realisation",
            name="program_year",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="realisations", to="programs.programyear"
            ),
        ),
        migrations.AddField(
            model_name="realisationspending",
            name="realisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="spending", to="programs.realisation"
            ),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="program_year",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="review", to="programs.programyear"
            ),
        ),
        migrations.AddConstraint(
            model_name="planlocation",
            constraint=models.UniqueConstraint(fields=("program_year", "region"), name="plan_location_once"),
        ),
        migrations.AddConstraint(
            model_name="planquarter",
            constraint=models.UniqueConstraint(fields=("program_year", "quarter"), name="plan_quarter_once"),
        ),
        migrations.AddConstraint(
            model_name="planquarter",
            constraint=models.CheckConstraint(
                condition=models.Q(("quarter__gte", 1), ("quarter__lte", 4)), name="plan_quarter_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="realisation",
            constraint=models.UniqueConstraint(fields=("program_year", "quarter"), name="realisation_once_per_quarter"),
        ),
        migrations.AddConstraint(
            model_name="realisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("quarter__gte", 1), ("quarter__lte", 4)), name="realisation_quarter_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="realisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "submitted", "returned", "verified"])),
                name="realisation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="realisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("submitted_at__isnull", False), _connector="OR"),
                name="realisation_submitted_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="realisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    ("state", "returned"),
                    models.Q(("beneficiaries__isnull", False), ("output__isnull", False)),
                    _connector="OR",
                ),
                name="realisation_submitted_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="realisationspending",
            constraint=models.UniqueConstraint(
                fields=("realisation", "sponsor", "source"), name="spending_once_per_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("act__in", ["submit", "withdraw", "return", "verify", "lock", "reopen", "correct"])
                ),
                name="review_act_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quarter__isnull", True), models.Q(("quarter__gte", 1), ("quarter__lte", 4)), _connector="OR"
                ),
                name="review_quarter_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act__in", ["return", "reopen", "correct"]), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="review_remark_given",
                violation_error_message="Write the remark.",
            ),
        ),
        track_table("programs_planlocation"),
        track_table("programs_planquarter"),
        track_table("programs_reviewstep"),
        track_table("programs_realisation"),
        track_table("programs_realisationspending"),
        track_table("programs_dutydeadline"),
    ]
