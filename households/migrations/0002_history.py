"""Row history of every table of households that holds people, assistance, rights or programmes."""

from django.db import migrations

from core.history import track_table


class Migration(migrations.Migration):
    dependencies = [("households", "0001_initial"), ("core", "0002_history")]

    operations = [
        track_table("households_code"),
        track_table(
            "households_household",
            skip=("updated", "version", "head_sort", "work_order", "address_search"),
        ),
        track_table("households_householdnumber"),
        track_table("households_externalid"),
        track_table("households_householdnote"),
        track_table("households_member", skip=("updated", "version", "name_sort", "name_search")),
        track_table("households_membership"),
        track_table("households_datarelease"),
        track_table("households_welfarerank"),
        track_table("households_householdset"),
        track_table("households_transferrequest"),
    ]
