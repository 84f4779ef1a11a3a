"""What figures read: active households by area and desil without opening the rows, and members without a NIK."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("households", "0006_member_one_head_without_unknown")]

    operations = [
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                OpClass("region", name="text_pattern_ops"),
                models.F("desil"),
                models.F("id"),
                condition=models.Q(status="active", merged_into__isnull=True),
                name="household_active",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["household"],
                condition=models.Q(nik__isnull=True, status="active", merged_into__isnull=True),
                name="member_without_nik",
            ),
        ),
    ]
