"""Boundaries of regions, for maps."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.region_files import RefusedError, UnreadableError, read_boundaries, store_boundaries


class Command(BaseCommand):
    """`manage.py load_boundaries FILE.geojson`; exit 0 loaded, 1 refused with errors, 2 unreadable file."""

    help = "Load boundaries and centres of regions from a GeoJSON whose feature ids are region codes. Safe to repeat."

    def add_arguments(self, parser):
        """Options of the command."""
        parser.add_argument("file", metavar="FILE.geojson", type=Path)

    def handle(self, *args, file, **options):
        """Load the whole file or nothing of it."""
        try:
            changes = store_boundaries(read_boundaries(file))
        except UnreadableError as error:
            raise CommandError(str(error), returncode=2) from error
        except RefusedError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{changes.updated} boundaries changed, {changes.unchanged} as before")
