"""Application configuration of programs."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Loads what programs registers for the apps below it."""

    name = "programs"

    def ready(self):
        """Load the registrations."""
        from programs import registrations  # noqa: F401
