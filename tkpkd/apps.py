"""The project itself: its commands and periodic work, and the admin site behind the same door as the pages."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin with our site class."""

    default_site = "core.admin_site.AdminSite"


class ProjectConfig(AppConfig):
    """The wiring: commands that need every app, and the periodic work that belongs to none."""

    name = "tkpkd"

    def ready(self):
        """Register the periodic work."""
        from tkpkd import periodic  # noqa: F401
