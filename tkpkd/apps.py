"""The admin site of the project , behind the same door as the pages."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin with our site class."""

    default_site = "core.admin_site.AdminSite"
