"""`manage.py dbshell` on the embedded server, with the wheel's psql."""

import os

from django.db.backends.postgresql.client import DatabaseClient as PostgresClient

from tkpkd import embedded


class DatabaseClient(PostgresClient):
    """Starts the server first; the wheel's psql is used because a bare machine has none."""

    def runshell(self, parameters):
        """Open psql on the embedded server."""
        self.connection.ensure_connection()
        self.connection.close()
        os.environ["PATH"] = f"{embedded.programs()}{os.pathsep}{os.environ.get('PATH', '')}"
        super().runshell(parameters)
