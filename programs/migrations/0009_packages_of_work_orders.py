"""A gap list may ask for a package instead of a programme."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_city_arms_and_meeting_rules"),
        ("households", "0008_heads_from_the_index"),
        ("programs", "0008_plan_staging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="workorder",
            name="package",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="work_orders",
                to="programs.package",
                verbose_name="package",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("program__isnull", True), ("package__isnull", True), _connector="OR"),
                name="work_order_program_or_package",
            ),
        ),
    ]
