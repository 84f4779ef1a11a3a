"""Row history of every table of core that holds people, assistance, rights or programmes."""

from django.db import migrations

from core.history import TRIGGER_FUNCTION, TRIGGER_FUNCTION_REVERSE, append_only, track_table


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(TRIGGER_FUNCTION, TRIGGER_FUNCTION_REVERSE),
        append_only("history"),
        append_only("history_tx"),
        append_only("core_accessrecord"),
        track_table("core_region", pk="code"),
        track_table("core_regionalias"),
        track_table("core_agency"),
        track_table("core_agencysuccession"),
        track_table("core_user", skip=("last_login", "password", "preferences")),
        track_table("core_roleassignment"),
        track_table("core_attachment"),
        track_table("core_citysettings"),
    ]
