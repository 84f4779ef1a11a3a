"""Row history of every table of meetings but notices, and the word index of decisions, minutes and action items."""

from django.db import migrations

from core.history import track_table

WORDS = {
    "meetings_decision": "title || ' ' || text",
    "meetings_agendaitem": "title || ' ' || text",
    "meetings_actionitem": "title || ' ' || text",
    "meetings_meeting": "title || ' ' || place || ' ' || purpose",
}
CREATE = "".join(
    f"CREATE INDEX {table}_words ON {table} USING gin (to_tsvector('simple', {expression}));\n"
    for table, expression in WORDS.items()
)
DROP = "".join(f"DROP INDEX IF EXISTS {table}_words;\n" for table in WORDS)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("core", "0002_history")]

    operations = [
        track_table("meetings_decree"),
        track_table("meetings_teammember"),
        track_table("meetings_letter"),
        track_table("meetings_series"),
        track_table("meetings_meeting"),
        track_table("meetings_topic"),
        track_table("meetings_agendaitem"),
        track_table("meetings_amendment"),
        track_table("meetings_comment"),
        track_table("meetings_invitation"),
        track_table("meetings_attendance"),
        track_table("meetings_decision"),
        track_table("meetings_decisionagency"),
        track_table("meetings_decisionprogram"),
        track_table("meetings_actionitem"),
        track_table("meetings_actionhelper"),
        track_table("meetings_actionupdate"),
        migrations.RunSQL(CREATE, DROP),
    ]
