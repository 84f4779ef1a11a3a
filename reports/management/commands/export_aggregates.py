"""`manage.py export_aggregates --year Y --out FILE.json`: counts for the province, without names."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from reports.cities.packages import make


class Command(BaseCommand):
    """Exit 0 written, 1 refused with one line."""

    help = "Write the signed package of this city's counts for its province. Needs AGGREGATE_KEY."

    def add_arguments(self, parser):
        """Options of the command."""
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--out", type=Path, required=True, metavar="FILE.json")

    def handle(self, *args, year, out, **options):
        """Make and write the package."""
        try:
            data = make(year)
            out.write_bytes(data)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{out}: {len(data)} bytes")
