"""Application configuration of households."""

from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    """Loads what households registers for the apps below it."""

    name = "households"

    def ready(self):
        """Load the registrations."""
        from households import registrations  # noqa: F401
