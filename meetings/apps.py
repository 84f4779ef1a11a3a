"""Application configuration of meetings."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Loads what meetings registers for the apps below it."""

    name = "meetings"

    def ready(self):
        from meetings import registrations  # noqa: F401
