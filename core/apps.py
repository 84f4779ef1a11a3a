"""Application configuration of core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The ground that every app stands on."""

    name = "core"

    def ready(self):
        """Fill the registry."""
        from core import registrations  # noqa: F401
