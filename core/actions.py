"""Changes of what core owns that are not one row of the admin."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.history import history
from core.models import User

PREFERENCES = {"language": {"id", "en"}, "theme": {"", "light", "dark"}, "keys": {True, False}, "digest": {True, False}}


def set_preferences(*, user: User, **values) -> User:
    """Keep choices of a person for themselves: `language` id/en, `theme` ""/light/dark, `keys` (shortcuts)
    and `digest` (one mail a day on follow-up) on/off.

    Raises ValidationError for an unknown choice. Other preferences stay.
    """
    for name, value in values.items():
        if name not in PREFERENCES or value not in PREFERENCES[name]:
            raise ValidationError(_("This choice does not exist. Choose one of the list."))
    with history(by=user, action="account.preferences"):
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        row.preferences = row.preferences | values
        row.save(update_fields=["preferences"])
    user.preferences = row.preferences
    return user
