"""Where the rows of brought plan sheets stand while they are checked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0007_targeting"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanRow",
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
                ("code", models.TextField(default="")),
                ("level", models.TextField(default="sub")),
                ("name", models.TextField(default="")),
                ("program_name", models.TextField(default="")),
                ("activity_name", models.TextField(default="")),
                ("ours", models.TextField(default="")),
                ("indicator", models.TextField(default="")),
                ("unit", models.TextField(default="")),
                ("target", models.PositiveIntegerField(null=True)),
                ("sponsor", models.TextField(default="")),
                ("source", models.TextField(default="")),
                ("ceiling", models.BigIntegerField(null=True)),
                ("program_id", models.BigIntegerField(null=True)),
                ("how", models.TextField(default="")),
                ("outcome", models.CharField(max_length=10, null=True)),
                ("changes", models.JSONField(default=list)),
                ("digest", models.CharField(max_length=32, null=True)),
                ("shown", models.CharField(max_length=32, null=True)),
                ("stale", models.BooleanField(default=False)),
                ("applied", models.BooleanField(default=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["batch_id", "outcome", "n"], name="plan_row_outcome")],
            },
        ),
        # Staging may vanish in a crash of the server: the check reads the stored file again.
        migrations.RunSQL("ALTER TABLE programs_planrow SET UNLOGGED", migrations.RunSQL.noop),
    ]
