"""Indexes of the household list: the work order (desil, longest unvisited, name) and the order by area."""

import datetime

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("core", "0003_import_findings"), ("households", "0004_import_staging")]

    operations = [
        migrations.RemoveIndex(model_name="household", name="household_work_order"),
        migrations.AlterField(
            model_name="household",
            name="region",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="households",
                to="core.region",
                verbose_name="kelurahan",
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                models.F("work_order"),
                Coalesce("verified_at", datetime.date(1900, 1, 1)),
                models.F("head_sort"),
                models.F("id"),
                name="household_work_order",
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(fields=["region", "rw", "rt", "head_sort", "id"], name="household_by_area"),
        ),
    ]
