"""Withdrawn attachments have a reason; contents are found by their hash."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_job_queue")]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["sha256"], name="attachment_sha256"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_reason", "")),
                    models.Q(("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="attachment_withdrawn_reason",
                violation_error_message="Write the reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="attachment_sha256_hex"
            ),
        ),
    ]
