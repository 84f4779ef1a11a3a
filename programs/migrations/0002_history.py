"""Row history of every table of programs that holds people, assistance, rights or programmes."""

from django.db import migrations

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial"), ("core", "0002_history")]

    operations = [
        track_table("programs_schemeitem"),
        track_table("programs_schememapping"),
        track_table("programs_benefitkind", pk="code"),
        track_table("programs_program"),
        track_table("programs_programclassification"),
        track_table("programs_allowedpair"),
        track_table("programs_eligibilityrule"),
        track_table("programs_programyear"),
        track_table("programs_programfunding"),
        track_table("programs_recipientgroup"),
        track_table("programs_groupmember"),
        track_table("programs_assistance"),
        track_table("programs_delivery"),
        track_table("programs_scheme", pk="code"),
    ]
