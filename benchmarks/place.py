"""Where the benches run: a data folder, a server and databases of their own; no real data is read or touched."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "TKPKD_BENCH_DATA"
ROOT = Path(__file__).resolve().parent.parent


def set_up() -> Path:
    """Set Django up as in real use (DEBUG off) and return the folder: TKPKD_BENCH_DATA, else `bench` of the data."""
    given = os.environ.get(VARIABLE)
    folder = Path(given or Path(os.environ.get("TKPKD_DATA") or ROOT / ".data") / "bench").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ |= {
        "TKPKD_DATA": str(folder),
        "DATABASE_URL": "",
        "DEBUG": "0",
        "SECRET_KEY": "only-for-benches-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
        "PUBLIC_URL": "http://localhost:8000",
        "DEMO_USERS": "1",
        "DJANGO_SETTINGS_MODULE": "tkpkd.settings",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    }
    import django
    from django.conf import settings

    # A folder nobody chose may be replaced where the server's account cannot reach it.
    settings.EMBEDDED_HOME_VARIABLE = VARIABLE
    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def use_database(name: str) -> bool:
    """Work on the database `name` from here on; made and migrated when it is missing. Returns whether it was new."""
    from django.core.management import call_command
    from django.db import connection, connections

    connections.close_all()
    connection.settings_dict["NAME"] = "postgres"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        new = cursor.fetchone() is None
        if new:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections.close_all()
    connection.settings_dict["NAME"] = name
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", "core_cache", verbosity=0)
    return new


def copy_database(source: str, name: str) -> None:
    """Work on a fresh copy of the database `source`, named `name`; a database of that name goes first."""
    from django.db import connection, connections

    drop_database(name)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    connections.close_all()
    connection.settings_dict["NAME"] = name


def drop_database(name: str) -> None:
    """Remove a database of the benches."""
    from django.db import connection, connections

    connections.close_all()
    connection.settings_dict["NAME"] = "postgres"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    connections.close_all()


def database_url() -> str:
    """DATABASE_URL under which another process reaches the database in use."""
    from django.db import connection

    found = connection.settings_dict
    return f"postgres://{found['USER']}@/{found['HOST']}/{found['NAME']}"
