"""Coat of arms on letterheads; quorum and reminders of meetings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0009_outgoing_calendar"),
    ]

    operations = [
        migrations.AddField(
            model_name="citysettings",
            name="arms",
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name="coat of arms"),
        ),
        migrations.AddField(
            model_name="citysettings",
            name="quorum_percent",
            field=models.PositiveSmallIntegerField(
                default=50, verbose_name="quorum of a meeting (% of the invited agencies)"
            ),
        ),
        migrations.AddField(
            model_name="citysettings",
            name="reminder_days",
            field=models.PositiveSmallIntegerField(
                default=3,
                verbose_name="days before a meeting on which those without an answer are reminded (0 = never)",
            ),
        ),
        migrations.AddConstraint(
            model_name="citysettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("quorum_percent__gte", 1), ("quorum_percent__lte", 100)),
                name="city_quorum_percent",
                violation_error_message="Write a percentage from 1 to 100.",
            ),
        ),
        migrations.AddConstraint(
            model_name="citysettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("arms", ""), ("arms__regex", "^[0-9a-f]{64}$"), _connector="OR"),
                name="city_arms_sha256",
            ),
        ),
    ]
