"""A calendar file that goes with a mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_words_of_recorded_actions")]

    operations = [migrations.AddField("outgoingmail", "calendar", models.TextField(blank=True, default=""))]
