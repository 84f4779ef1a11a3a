"""Which households have a head is counted from the index of heads alone: it says as well whether the row was merged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("households", "0007_active_households")]

    operations = [
        migrations.RemoveConstraint(model_name="member", name="member_one_head"),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("household",),
                condition=models.Q(("relation", 1), ("relation__isnull", False), ("status", "active")),
                include=("merged_into",),
                name="member_one_head",
                violation_error_message="This household already has a head.",
            ),
        ),
    ]
