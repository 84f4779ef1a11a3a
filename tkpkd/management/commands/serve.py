"""Everything in one command: database, migrations, first data, web server, workers, periodic work."""

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection, connections
from django.db.migrations.executor import MigrationExecutor

from core.models import Region
from tkpkd.embedded_place import EmbeddedError, make_home, plain_errors
from tkpkd.serve import ServeError, Supervisor, reserve_port
from tkpkd.static_files import collect_static


class Command(BaseCommand):
    """`manage.py serve`, behind `make run` and `make office`."""

    help = "Prepare the database, then serve the pages and run the background work until Ctrl-C."
    requires_system_checks = ()  # they cost a second of every start, and `make check` runs them

    def handle(self, *args, **options):
        """Prepare, serve, stop; every expected failure is one line."""
        home = Path(settings.TKPKD_DATA)
        port = os.environ.get("PORT") or "8000"
        supervisor = Supervisor(home, port, Path(settings.BASE_DIR))
        supervisor.catch_signals()
        if os.environ.get("TKPKD_FOLLOW_PARENT"):
            supervisor.follow(os.getppid())
        try:
            with plain_errors(home):
                make_home(home, for_database=not settings.DATABASE_URL)
                supervisor.lock()
                web = reserve_port(port)
                self.prepare()
            supervisor.run(web, announce=lambda: self.announce(port))
        except (ServeError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(_plain(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("Stopped before serving.")
            sys.exit(130)

    def prepare(self) -> None:
        """Bring database, first data and static files up to date; quick when they are."""
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stderr.write("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        streams = {"stdout": self.stdout, "stderr": self.stderr}
        if settings.OFFICE or not (settings.DEBUG or settings.DEMO_USERS):
            call_command("setup_office", **streams)
        else:
            if settings.DEMO_USERS:
                call_command("seed_demo", if_empty=True, **streams)
            elif not Region.objects.exists():
                call_command("load_reference", **streams)
            if not settings.DEBUG:
                collect_static()
        connections.close_all()

    def announce(self, port: str) -> None:
        """Say where the pages are and who can sign in."""
        self.stdout.write(f"\nTKPKD is served at http://localhost:{port}")
        if settings.DEMO_USERS:
            self.stdout.write("Demo sign-ins: bappeda, dinsos, tanahgaram, pimpinan (password tkpkd-demo)")
        self.stdout.write("Stop with Ctrl-C.")
        self.stdout.flush()


def _plain(error: Error) -> str:
    """One line out of a database error."""
    text = " ".join(str(error).split())
    if "No space left" in text:
        return "The disk of the database is full: free some space, then start again."
    if settings.DATABASE_URL:
        return f"The database of DATABASE_URL cannot be used ({text}): check the address and that the server runs."
    return f"The database cannot be used ({text})."
