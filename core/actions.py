"""Changes of what core owns that are not one row of the admin."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Agency, AgencySuccession, RoleAssignment, User
from core.registry import registry
from core.roles import Perm, require

PREFERENCES = {
    "language": {"id", "en"},
    "theme": {"", "light", "dark"},
    "keys": {True, False},
    "digest": {True, False},
    "monthly": {True, False},
}


def set_preferences(*, user: User, **values) -> User:
    """Keep choices of a person for themselves: `language` id/en, `theme` ""/light/dark, `keys` (shortcuts),
    `digest` (one mail a day on follow-up) and `monthly` (one mail a month for the leadership) on/off.

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


@transaction.atomic
def hand_over(*, succession: AgencySuccession, by) -> int:
    """Move the open work of an agency to the one that followed it; what is past keeps the old name.

    People and their roles go along from the day of the succession on, the old agency ends the day before; upper apps
    move their open rows through `registry.agency_handovers`.

    Returns:
        How many rows moved.

    Raises:
        ValidationError: the day has not come yet.
        PermissionDenied: `by` may not manage users.
    """
    require(by, Perm.MANAGE_USERS)
    old, new, day = succession.old, succession.new, succession.date
    if day > timezone.localdate():
        raise ValidationError(
            _("%(new)s follows on %(day)s. Move the open work on that day or later.") % {"new": new, "day": day}
        )
    with history(by=by, action="agency.hand_over", reason=succession.legal_basis):
        before = day - timedelta(days=1)
        moved = User.objects.filter(agency=old).update(agency=new)
        roles = RoleAssignment.objects.filter(agency=old).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        for role in roles.select_for_update(of=("self",)):
            started = role.valid_from < day
            if started:  # its past stays with the old agency
                RoleAssignment.objects.create(
                    user=role.user, role=role.role, agency=new, valid_from=day, valid_to=role.valid_to, note=role.note
                )
                role.valid_to = before
            else:
                role.agency = new
            role.save()
            moved += 1
        moved += sum(hook(old, new, day) for hook in registry.agency_handovers)
        if old.valid_to is None or old.valid_to >= day:
            ended = Q(valid_from__isnull=True) | Q(valid_from__lte=before)
            Agency.objects.filter(ended, pk=old.pk).update(valid_to=before)
    return moved
