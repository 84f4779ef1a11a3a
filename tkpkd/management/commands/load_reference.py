"""Reference data for a new database."""

from django.core.management.base import BaseCommand

from tkpkd import reference


class Command(BaseCommand):
    """`manage.py load_reference`."""

    help = (
        "Add the reference data that are missing: regions of Kota Solok, agencies, settings, answer codes, "
        "classifications and typical programmes. Changes made in the admin stay."
    )

    def handle(self, *args, **options):
        """Add what is missing and say what was added."""
        added = {what: count for what, count in reference.load().items() if count}
        if not added:
            self.stdout.write("Reference data were complete.")
        for what, count in added.items():
            self.stdout.write(f"{count} {what} added")
