"""A job remembers its queue, so that it runs again in the same one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0005_outgoing_mail")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="queue",
            field=models.CharField(default="default", max_length=20),
        ),
    ]
