"""Application configuration of core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Loads what core registers for the apps below it."""

    name = "core"
