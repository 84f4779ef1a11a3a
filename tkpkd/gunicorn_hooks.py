"""Gunicorn: the application is loaded once, then forked; a database connection must not be shared by the forks."""


def pre_fork(server, worker):
    """Close what loading the application may have opened."""
    from django.db import connections

    connections.close_all()
