"""The way back from a backup."""

import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from tkpkd.backups import BackupError, restore_backup
from tkpkd.embedded_place import EmbeddedError, make_home, plain_errors
from tkpkd.serve import ServeError, Supervisor


class Command(BaseCommand):
    """`manage.py restore DIR [--replace]`."""

    help = "Put a backup in place of the database and files, whole or not at all; stop the server first."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Options of the command."""
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--replace", action="store_true", help="give up what is in the database now")

    def handle(self, *args, folder, replace, **options):
        """Restore, or say in one line why not."""
        home = Path(settings.TKPKD_DATA)
        supervisor = Supervisor(home, os.environ.get("PORT", ""), Path(settings.BASE_DIR))
        try:
            with plain_errors(home):
                make_home(home, for_database=not settings.DATABASE_URL)
                supervisor.lock()
            try:
                manifest = restore_backup(folder, replace=replace)
            finally:
                supervisor.unlock()
        except (BackupError, ServeError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(f"The database cannot be used ({' '.join(str(error).split())}).") from error
        self.stdout.write(f"Restored the backup of {manifest['created']}.")
