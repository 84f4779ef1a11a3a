"""Roles take only the scope they look at; sign-in names and addresses are one person's; rights given by Django's
groups, which we do not use, are recorded as well."""

import django.db.models.functions.text
from django.db import migrations, models

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [("core", "0003_import_findings")]

    operations = [
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["kelurahan_operator", "kecamatan_reader"]), ("region__isnull", True), _connector="OR"
                ),
                name="role_area_only",
                violation_error_message="This role holds in the whole city: leave the area empty.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["opd_operator", "opd_approver"]), ("agency__isnull", True), _connector="OR"
                ),
                name="role_agency_only",
                violation_error_message="This role belongs to no agency: leave the agency empty.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("role", "group_coordinator"), ("program_group", ""), _connector="OR"),
                name="role_group_only",
                violation_error_message="This role belongs to no programme group: leave the group empty.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("username"),
                name="user_name_once",
                violation_error_message="Somebody already signs in with this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="user_email_once",
                violation_error_message="Somebody already signs in with this e-mail address.",
            ),
        ),
        track_table("core_user_groups"),
        track_table("core_user_user_permissions"),
    ]
