"""Where the rows of brought lists of recipients and of matched lists stand while they are checked."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0003_household_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecipientRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "n", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch_id", models.BigIntegerField()),
                ("n", models.IntegerField()),
                ("sheet", models.PositiveSmallIntegerField()),
                ("row", models.PositiveIntegerField()),
                ("bad", models.BooleanField(default=False)),
                ("nik", models.CharField(max_length=16, null=True)),
                ("kk", models.CharField(max_length=16, null=True)),
                ("name", models.TextField(null=True)),
                ("name_sort", models.TextField(null=True)),
                ("birth_date", models.DateField(null=True)),
                ("region", models.CharField(max_length=13, null=True)),
                ("rw", models.CharField(max_length=3, null=True)),
                ("rt", models.CharField(max_length=3, null=True)),
                ("address", models.TextField(null=True)),
                ("amount", models.BigIntegerField(null=True)),
                ("goods", models.TextField(null=True)),
                ("date", models.DateField(null=True)),
                ("stage", models.PositiveSmallIntegerField(null=True)),
                ("period", models.TextField(null=True)),
                ("decree_number", models.TextField(null=True)),
                ("decree_date", models.DateField(null=True)),
                ("note", models.TextField(null=True)),
                ("unpaid", models.BooleanField(default=False)),
                ("member_id", models.BigIntegerField(null=True)),
                ("household_id", models.BigIntegerField(null=True)),
                ("how", models.CharField(max_length=8, null=True)),
                (
                    "near",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("same_as", models.IntegerField(null=True)),
                ("elsewhere", models.BooleanField(default=False)),
                ("assistance_id", models.BigIntegerField(null=True)),
                ("outcome", models.CharField(max_length=10, null=True)),
                ("told", models.JSONField(null=True)),
                ("digest", models.CharField(max_length=32, null=True)),
                ("shown", models.CharField(max_length=32, null=True)),
                ("stale", models.BooleanField(default=False)),
                ("applied", models.BooleanField(default=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["batch_id", "outcome", "n"], name="recipient_row_outcome")],
            },
        ),
        # Staging may vanish in a crash of the server: the check reads the stored file again. That makes COPY cheap.
        migrations.RunSQL("ALTER TABLE programs_recipientrow SET UNLOGGED", migrations.RunSQL.noop),
    ]
