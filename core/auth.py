"""Sign-in: closed sign-up, and Django's permissions fed from the role table."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend

from core.roles import Perm, access


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the secretariat; nobody signs up alone."""

    def is_open_for_signup(self, request):
        return False


class RoleBackend(ModelBackend):
    """Answers `has_perm` from the roles in force: `tkpkd.<right>` directly, the admin's model rights by app.

    Viewing in the admin needs a right to manage; models decide further in their ModelAdmin.
    """

    def authenticate(self, request, **credentials):
        return None  # passwords are checked by allauth's backend, which throttles

    def has_perm(self, user_obj, perm, obj=None):
        """Whether a role grants `perm` (`tkpkd.see_names`)."""
        app, _dot, name = perm.partition(".")
        return app == "tkpkd" and name in Perm._value2member_map_ and access(user_obj).can(Perm(name))

    def has_module_perms(self, user_obj, app_label):
        """The admin lists an app for who may manage reference data; each ModelAdmin decides for itself."""
        return access(user_obj).can(Perm.MANAGE_REFERENCE)
