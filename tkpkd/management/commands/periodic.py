"""The periodic work of all apps, once or for as long as the server runs."""

import logging
import signal
import sys
import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from core.registry import registry

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """`manage.py periodic [--apply] [--loop]`."""

    help = "List the periodic work; with --apply do it, with --loop keep doing it when it is due."

    def add_arguments(self, parser):
        """Options of the command."""
        parser.add_argument("--apply", action="store_true", help="do the work instead of listing it")
        parser.add_argument("--loop", action="store_true", help="stay, and do each piece when it is due")

    def handle(self, *args, apply, loop, **options):
        """List, do once, or stay."""
        if not apply:
            for piece in registry.periodic:
                self.stdout.write(f"every {piece.every_seconds} s: {piece.name}")
            return
        if not loop:
            failed = sum(not self._run(piece) for piece in registry.periodic)
            sys.exit(1 if failed else 0)
        # An exit in the middle of a backup removes what it wrote.
        signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(0))
        due = {piece.name: 0.0 for piece in registry.periodic}
        while True:
            close_old_connections()
            for piece in registry.periodic:
                if due[piece.name] <= time.monotonic():
                    self._run(piece)
                    due[piece.name] = time.monotonic() + piece.every_seconds
            close_old_connections()
            time.sleep(max(1.0, min(due.values(), default=60) - time.monotonic()))

    def _run(self, piece) -> bool:
        """Do one piece; its failure is logged and does not keep the others from running."""
        try:
            if done := piece.run():
                self.stdout.write(f"{piece.name}: {done}")
        except Exception:
            logger.exception("periodic work failed: %s", piece.name)
            return False
        return True
