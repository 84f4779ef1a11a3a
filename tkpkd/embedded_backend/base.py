"""The engine: starts the embedded server on the first connection and makes the database when it is missing."""

import contextlib
import os
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.utils import OperationalError
from psycopg2 import errors, sql

from tkpkd import embedded
from tkpkd.embedded_backend.client import DatabaseClient


class DatabaseUnavailable(CommandError, OperationalError):
    """The embedded server cannot be used: one line in a command, an ordinary database error everywhere else."""


class DatabaseWrapper(PostgresWrapper):
    """PostgreSQL on the embedded server; everything but the way to it is Django's own."""

    client_class = DatabaseClient

    def start_server(self, *, check: bool = False) -> None:
        """Have the server running and point the connection at its socket.

        Args:
            check: look again although this process has used the server before.

        Raises:
            DatabaseUnavailable: it cannot be used; the text says what to do.
        """
        try:
            run = embedded.acquire(
                Path(settings.TKPKD_DATA),
                given=bool(os.environ.get(getattr(settings, "EMBEDDED_HOME_VARIABLE", "TKPKD_DATA"))),
                options=getattr(settings, "EMBEDDED_OPTIONS", None),
                check=check,
            )
        except embedded.EmbeddedError as error:
            raise DatabaseUnavailable(str(error)) from error
        self.settings_dict["HOST"] = str(run)
        self.settings_dict["PORT"] = embedded.PORT
        self.settings_dict["USER"] = embedded.SUPERUSER

    def get_connection_params(self):
        """Django's parameters, with the embedded server's socket as host."""
        self.start_server()
        return super().get_connection_params()

    def get_new_connection(self, conn_params):
        """Connect; a server that went away is started again, a missing database is made."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            self.start_server(check=True)
            conn_params["host"] = self.settings_dict["HOST"]
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError as error:
            name = conn_params.get("dbname", "")
            if f'database "{name}" does not exist' not in str(error) or name != "tkpkd":
                raise
            self._create_database(name)
        return super().get_new_connection(conn_params)

    def _create_database(self, name: str) -> None:
        connection = psycopg2.connect(
            host=self.settings_dict["HOST"], port=embedded.PORT, user=embedded.SUPERUSER, dbname="postgres"
        )
        try:
            connection.autocommit = True
            # Another process may be making it at this moment; either error means it is there now.
            with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation), connection.cursor() as cursor:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        finally:
            connection.close()
