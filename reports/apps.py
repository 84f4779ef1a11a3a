"""Application configuration of reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Loads what reports registers for the apps below it."""

    name = "reports"

    def ready(self):
        from reports import registrations  # noqa: F401
