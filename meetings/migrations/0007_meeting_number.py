"""A meeting may have a number of its own, as the city counts its meetings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0006_invitations_by_post")]

    operations = [
        migrations.AddField(
            "meeting",
            "number",
            models.CharField("number of the meeting", blank=True, default="", max_length=80),
        ),
    ]
