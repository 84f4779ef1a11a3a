"""A backup of the database and the files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from tkpkd.backups import BackupError, create_backup


class Command(BaseCommand):
    """`manage.py backup DIR`."""

    help = "Write a backup of the database, uploads and finished reports into a new or empty folder."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Options of the command."""
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args, folder, **options):
        """Back up, or say in one line why not."""
        try:
            manifest = create_backup(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(f"The database cannot be used ({' '.join(str(error).split())}).") from error
        size = sum(file["bytes"] for file in manifest["files"].values())
        self.stdout.write(f"Backup in {folder}: {len(manifest['files'])} files, {size / 1e6:.1f} MB.")
