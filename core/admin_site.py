"""The admin behind the same door as the pages, open only to who manages reference data or reads the logs."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.roles import Access, Perm, access


def may_enter(rights: Access) -> bool:
    """Whether the admin has anything to show to a person with these rights."""
    return rights.can(Perm.MANAGE_REFERENCE) or rights.can(Perm.SEE_LOGS)


class AdminSite(admin.AdminSite):
    """Django's admin for Bappeda; auditors find the records of access and change there, and nothing else."""

    site_header = _("TKPKD administration")
    site_title = _("TKPKD administration")
    index_title = _("Reference data, users and records")
    enable_nav_sidebar = False

    def has_permission(self, request):
        """Only active people with one of these rights, whatever `is_staff` says; each table asks for its own."""
        return request.user.is_active and may_enter(access(request.user))

    def login(self, request, extra_context=None):
        """Sign-in by allauth, so that throttling and the second factor hold here too."""
        return secure_admin_login(super().login)(request, extra_context)
