"""From when to when a row of the log was delivered, and how much: kept by a trigger, so that figures of a year read
the log alone and not every delivery of it."""

from django.db import migrations, models

from core.history import track_table

DERIVED = ("delivered_first", "delivered_last", "delivered_amount")
_UPDATE = """
UPDATE programs_assistance a
SET delivered_first = d.first, delivered_last = d.last, delivered_amount = d.amount
FROM (
  SELECT i.id, min(p.date) AS first, max(p.date) AS last, sum(p.amount) AS amount
  FROM unnest({ids}) AS i(id) LEFT JOIN programs_delivery p ON p.assistance_id = i.id AND NOT p.void GROUP BY i.id
) d
WHERE a.id = d.id AND (a.delivered_first, a.delivered_last, a.delivered_amount) IS DISTINCT FROM
  (d.first, d.last, d.amount)
"""
# EXECUTE: a plan kept from a statement of one row would serve one of 100,000 badly.
TRIGGER = f"""
CREATE FUNCTION programs_delivered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT assistance_id) INTO ids FROM new_rows WHERE NOT void;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT assistance_id) INTO ids FROM old_rows WHERE NOT void;
  ELSE
    SELECT array_agg(DISTINCT assistance_id) INTO ids
    FROM (SELECT assistance_id FROM old_rows UNION SELECT assistance_id FROM new_rows) touched;
  END IF;
  IF ids IS NOT NULL THEN
    EXECUTE $update${_UPDATE.format(ids="$1")}$update$ USING ids;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER delivered_i AFTER INSERT ON programs_delivery REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION programs_delivered();
CREATE TRIGGER delivered_u AFTER UPDATE ON programs_delivery REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION programs_delivered();
CREATE TRIGGER delivered_d AFTER DELETE ON programs_delivery REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION programs_delivered();
"""
TRIGGER_REVERSE = "DROP FUNCTION programs_delivered() CASCADE;"
TRACKED = track_table("programs_assistance")  # as 0002 left it: recorded again when this migration is taken back

# LEFT JOIN: a query that asks neither for the programme nor for the kind does without it.
VIEW = """
CREATE VIEW programs_aided AS
SELECT a.id AS assistance_id, a.counts_for_id AS household_id, a.program_year_id, y.program_id,
       p.benefit_kind_id AS kind_id, a.benefit_key, a.delivered_first AS first, a.delivered_last AS last
FROM programs_assistance a
LEFT JOIN programs_programyear y ON y.id = a.program_year_id
LEFT JOIN programs_program p ON p.id = y.program_id
WHERE a.delivered_last IS NOT NULL AND a.counts_for_id IS NOT NULL
UNION ALL
SELECT a.id, g.household_id, a.program_year_id, y.program_id, p.benefit_kind_id, a.benefit_key, d.date, d.date
FROM programs_groupmember g
JOIN programs_assistance a ON a.group_id = g.group_id
JOIN programs_delivery d ON d.assistance_id = a.id AND NOT d.void
  AND (g.valid_from IS NULL OR g.valid_from <= d.date) AND (g.valid_to IS NULL OR g.valid_to >= d.date)
LEFT JOIN programs_programyear y ON y.id = a.program_year_id
LEFT JOIN programs_program p ON p.id = y.program_id;
"""
VIEW_REVERSE = "DROP VIEW programs_aided;"


class Migration(migrations.Migration):
    dependencies = [("programs", "0004_recipient_staging")]

    operations = [
        migrations.AddField("assistance", "delivered_first", models.DateField(editable=False, null=True)),
        migrations.AddField("assistance", "delivered_last", models.DateField(editable=False, null=True)),
        migrations.AddField("assistance", "delivered_amount", models.BigIntegerField(editable=False, null=True)),
        migrations.RunSQL(TRACKED.reverse_sql, TRACKED.sql),
        migrations.RunSQL(
            _UPDATE.format(ids="(SELECT array_agg(DISTINCT assistance_id) FROM programs_delivery)"),
            migrations.RunSQL.noop,
        ),
        track_table("programs_assistance", skip=DERIVED),
        migrations.RunSQL(TRIGGER, TRIGGER_REVERSE),
        migrations.RunSQL(VIEW, VIEW_REVERSE),
        migrations.RemoveIndex("assistance", "assistance_year_status"),
        migrations.AddIndex(
            "assistance",
            models.Index(
                fields=["program_year", "status", "id"], include=["delivered_amount"], name="assistance_year_status"
            ),
        ),
        migrations.AddIndex(
            "assistance",
            models.Index(
                fields=["delivered_last", "delivered_first", "counts_for", "program_year"],
                include=["benefit_key", "id"],
                condition=models.Q(delivered_last__isnull=False),
                name="assistance_delivered",
            ),
        ),
    ]
