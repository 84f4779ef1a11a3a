"""The first administrator of a new office, before there is anybody who could make accounts."""

from django.core.exceptions import PermissionDenied

from core.choices import Role
from core.history import history
from core.models import RoleAssignment, User


def create_first_admin(*, username: str) -> User:
    """Make an administrator who has no password yet; the one-time link lets that person choose it.

    Args:
        username: sign-in name.

    Raises:
        PermissionDenied: somebody can sign in already, and accounts are theirs to make.
    """
    with history(by=None, action="user.first_admin", reason="first start of this office"):
        if any(person.has_usable_password() for person in User.objects.filter(is_active=True)):
            raise PermissionDenied("There are people who can sign in; one of them makes further accounts.")
        admin = User(username=username, full_name="Administrator")
        admin.set_unusable_password()
        admin.full_clean()
        admin.save()
        RoleAssignment.objects.create(user=admin, role=Role.BAPPEDA_ADMIN, note="first administrator")
    return admin
