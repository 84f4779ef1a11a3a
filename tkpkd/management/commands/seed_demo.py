"""The demo city: fictional people, real kelurahan."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.models import User
from households.models import Household
from tkpkd.demo.city import DemoCity


class Command(BaseCommand):
    """`manage.py seed_demo`."""

    help = "Fill an empty database with a demo city of invented people, and make the demo sign-ins."

    def add_arguments(self, parser):
        parser.add_argument(
            "--households", type=int, default=6000, metavar="N", help="how many (0: reference data and sign-ins only)"
        )
        parser.add_argument("--seed", type=int, default=1372, help="same seed and day, same city")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is any household")

    def handle(self, *args, households, seed, if_empty, **options):
        """Check that it may be done, then do it."""
        if not settings.DEMO_USERS:
            raise CommandError(
                "Demo people have a known password, so they are refused where DEBUG is off. Set DEMO_USERS=1 to allow "
                "them in a database that holds no real people."
            )
        if households < 0:
            raise CommandError("--households cannot be negative.")
        # One that was made with --households 0 on purpose has its demo people, and stays as it is.
        if if_empty and (Household.objects.exists() or User.objects.exists()):
            return
        if households and Household.objects.exists():
            raise CommandError(
                "This database already holds households, and the demo city would be mixed with them. Use an empty "
                "database (TKPKD_DATA=/another/folder), or --if-empty to leave it as it is."
            )
        counts = DemoCity(households, seed, say=self.stderr.write).build()
        for what, count in counts.items():
            self.stdout.write(f"{count} {what}")
