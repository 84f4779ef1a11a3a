"""Regions of any city or province."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.region_files import RefusedError, UnreadableError, read_regions, store_regions


class Command(BaseCommand):
    """`manage.py load_regions FILE.csv`; exit 0 loaded, 1 refused with errors, 2 unreadable file."""

    help = "Load regions from a CSV with the columns code,name,level,parent (Kemendagri codes). Safe to repeat."

    def add_arguments(self, parser):
        """Options of the command."""
        parser.add_argument("file", metavar="FILE.csv", type=Path)

    def handle(self, *args, file, **options):
        """Load the whole file or nothing of it."""
        try:
            changes = store_regions(read_regions(file))
        except UnreadableError as error:
            raise CommandError(str(error), returncode=2) from error
        except RefusedError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{changes.created} regions new, {changes.updated} changed, {changes.unchanged} as before")
