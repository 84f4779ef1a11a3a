"""Work for tests of the real worker; run as a program it is a worker that knows this work.

`python -m tests.core.slow_work` works on the queue `long` until it is ended.
"""

import os

import django


def register() -> None:
    """Make the kinds of work known: `test.sleep` sits in one SQL statement, `test.steps` makes progress and stops."""
    import time

    from django.db import connection

    from core.jobs import job_kind

    @job_kind("test.sleep")
    def sleep(job):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [job.params["seconds"]])

    @job_kind("test.steps")
    def steps(job):
        for n in range(1000):
            job.progress(n, 1000, f"langkah {n}", force=True)
            time.sleep(0.02)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tkpkd.settings")
    django.setup()
    register()
    from django.core.management import call_command

    call_command("db_worker", "--queue-name", "long", "--no-reload", "--interval", "0.1", "--no-startup-delay", "-v0")
