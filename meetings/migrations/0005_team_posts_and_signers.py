"""Posts of the team get a public id and a fourth working group; papers a signer, an enclosure; invitations a reminder."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_city_arms_and_meeting_rules"),
        ("meetings", "0004_blank_actors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_somebody",
        ),
        migrations.RemoveConstraint(
            model_name="teammember",
            name="team_group_known",
        ),
        migrations.AddField(
            model_name="invitation",
            name="reminded_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="letter",
            name="enclosure",
            field=models.CharField(blank=True, max_length=60, verbose_name="enclosure (lampiran)"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="signer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="meetings.teammember",
                verbose_name="signs the papers",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="signs_for",
            field=models.CharField(blank=True, max_length=150, verbose_name="on behalf of (a.n.)"),
        ),
        # The database makes one for each row there is; later rows get theirs from the model.
        migrations.AddField(
            model_name="teammember",
            name="uuid",
            field=models.UUIDField(db_default=RandomUUID(), editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name="teammember",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name="letter",
            name="sifat",
            field=models.CharField(
                choices=[
                    ("biasa", "Biasa"),
                    ("segera", "Segera"),
                    ("sangat_segera", "Sangat Segera"),
                    ("terbatas", "Terbatas"),
                    ("rahasia", "Rahasia"),
                ],
                default="biasa",
                max_length=14,
                verbose_name="sifat",
            ),
        ),
        migrations.AlterField(
            model_name="teammember",
            name="working_group",
            field=models.CharField(
                blank=True,
                choices=[
                    ("a", "Social assistance and security"),
                    ("b", "Community empowerment and micro enterprise"),
                    ("c", "Other programmes that raise economic activity"),
                    ("d", "Data and information"),
                ],
                max_length=1,
                verbose_name="working group",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agency__isnull", False),
                    ("region__isnull", False),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("organisation", ""), _negated=True),
                    models.Q(("position", ""), _negated=True),
                    _connector="OR",
                ),
                name="invitation_somebody",
                violation_error_message="Choose an agency or an area, or write a name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(("working_group", ""), ("working_group__in", ["a", "b", "c", "d"]), _connector="OR"),
                name="team_group_known",
            ),
        ),
    ]
