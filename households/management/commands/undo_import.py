"""Undo an applied import; exit 0 undone, 1 refused (not applied, or not yours), 2 no such import."""

import sys
import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core.imports import batches
from core.imports.findings import view
from core.models import ImportBatch, ImportFinding, User


class Command(BaseCommand):
    """The page's undo from the command line, for imports of every kind."""

    help = __doc__

    def add_arguments(self, parser):
        """Which import, and by whom."""
        parser.add_argument("batch", help="uuid of the import")
        parser.add_argument("--by", help="user whose rights apply (default: the system)")

    def handle(self, *args, **options):
        """Undo it and say what stayed."""
        try:
            batch = ImportBatch.objects.filter(uuid=uuid.UUID(options["batch"])).first()
        except ValueError:
            batch = None
        if batch is None:
            raise CommandError(f"There is no import {options['batch']}.", returncode=2)
        by = None
        if options["by"]:
            by = User.objects.filter(username=options["by"]).first()
            if by is None:
                raise CommandError(f"There is no user {options['by']}.", returncode=2)
        with translation.override(settings.LANGUAGE_CODE):
            try:
                batches.run(batch, "undo", by=by, at_once=True)
            except (PermissionDenied, ValidationError) as error:
                self.stderr.write(" ".join(getattr(error, "messages", None) or [str(error)]))
                sys.exit(1)
            counts = batch.counts["undo"]
            self.stdout.write(
                f"undone: {sum(counts['deleted'].values())} rows removed, {sum(counts['restored'].values())} restored, "
                f"{sum(counts['kept'].values())} kept"
            )
            for finding in ImportFinding.objects.filter(batch=batch, stage="undo").order_by("id")[:50]:
                self.stdout.write(f"  {finding.value}: {view(batch, finding).text}")
