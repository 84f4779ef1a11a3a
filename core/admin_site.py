"""The admin behind the same door as the pages, open only to who manages reference data."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.roles import Perm, access


class AdminSite(admin.AdminSite):
    """Django's admin for Bappeda."""

    site_header = _("TKPKD administration")
    site_title = _("TKPKD administration")
    index_title = _("Reference data, users and records")
    enable_nav_sidebar = False

    def has_permission(self, request):
        """Only active people with the right to manage reference data, whatever `is_staff` says."""
        return request.user.is_active and access(request.user).can(Perm.MANAGE_REFERENCE)

    def login(self, request, extra_context=None):
        """Sign-in by allauth, so that throttling and the second factor hold here too."""
        return secure_admin_login(super().login)(request, extra_context)
