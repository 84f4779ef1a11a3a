"""Two posts of one agency may be invited to one meeting, also while nobody holds them by name."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_city_arms_and_meeting_rules"),
        ("meetings", "0005_team_posts_and_signers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_agency_once",
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("agency__isnull", False)),
                fields=("meeting", "agency", "name", "position"),
                name="invitation_agency_once",
                violation_error_message="This agency is invited already.",
            ),
        ),
    ]
