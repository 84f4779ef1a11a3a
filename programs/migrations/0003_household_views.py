"""Views that say which aid reached a household and in which programmes it stands (`programs.models.reach`)."""

import django.db.models.deletion
from django.db import migrations, models

# A part of each view is aid of households and persons, the other aid of groups, by the households that belong to them.
CREATE = """
CREATE VIEW programs_reached AS
SELECT d.id AS delivery, a.counts_for_id AS household_id, a.id AS assistance_id, a.program_year_id, y.program_id,
       p.benefit_kind_id AS kind_id, d.date, extract(year FROM d.date)::smallint AS year, a.benefit_key
FROM programs_delivery d
JOIN programs_assistance a ON a.id = d.assistance_id
JOIN programs_programyear y ON y.id = a.program_year_id
JOIN programs_program p ON p.id = y.program_id
WHERE NOT d.void AND a.counts_for_id IS NOT NULL
UNION ALL
SELECT d.id, g.household_id, a.id, a.program_year_id, y.program_id,
       p.benefit_kind_id, d.date, extract(year FROM d.date)::smallint, a.benefit_key
FROM programs_delivery d
JOIN programs_assistance a ON a.id = d.assistance_id
JOIN programs_groupmember g ON g.group_id = a.group_id
  AND (g.valid_from IS NULL OR g.valid_from <= d.date) AND (g.valid_to IS NULL OR g.valid_to >= d.date)
JOIN programs_programyear y ON y.id = a.program_year_id
JOIN programs_program p ON p.id = y.program_id
WHERE NOT d.void;

CREATE VIEW programs_enrolled AS
SELECT a.id AS assistance_id, a.counts_for_id AS household_id, a.program_year_id, y.program_id,
       p.benefit_kind_id AS kind_id, y.year, a.status, a.benefit_key
FROM programs_assistance a
JOIN programs_programyear y ON y.id = a.program_year_id
JOIN programs_program p ON p.id = y.program_id
WHERE a.status NOT IN ('void', 'rejected') AND a.counts_for_id IS NOT NULL
UNION ALL
SELECT a.id, g.household_id, a.program_year_id, y.program_id,
       p.benefit_kind_id, y.year, a.status, a.benefit_key
FROM programs_assistance a
JOIN programs_groupmember g ON g.group_id = a.group_id AND (g.valid_to IS NULL OR g.valid_to >= current_date)
JOIN programs_programyear y ON y.id = a.program_year_id
JOIN programs_program p ON p.id = y.program_id
WHERE a.status NOT IN ('void', 'rejected');
"""
DROP = """
DROP VIEW IF EXISTS programs_enrolled;
DROP VIEW IF EXISTS programs_reached;
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_history")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.CreateModel(
            name="EnrolledHousehold",
            fields=[
                (
                    "assistance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="programs.assistance",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("status", models.CharField(max_length=10)),
                ("benefit_key", models.CharField(max_length=60)),
            ],
            options={"db_table": "programs_enrolled", "managed": False, "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="ReachedHousehold",
            fields=[
                ("delivery", models.BigIntegerField(primary_key=True, serialize=False)),
                ("date", models.DateField()),
                ("year", models.PositiveSmallIntegerField()),
                ("benefit_key", models.CharField(max_length=60)),
            ],
            options={"db_table": "programs_reached", "managed": False, "default_permissions": ()},
        ),
    ]
