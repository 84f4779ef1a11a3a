"""What households plugs into the shell: menu, search, exports, periodic work."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.registry import AttachmentOwner, MenuEntry, PeriodicTask, SearchSource, registry
from core.roles import Perm, access
from households import exports  # noqa: F401
from households.actions.reading import may_unmask
from households.imports import kind  # noqa: F401
from households.models import Household
from households.search import find_households
from households.tasks import drop_old_selections
from households.wording import ACTIONS, WORDS

registry.menu += [
    MenuEntry(
        "households",
        10,
        _("List of households"),
        "people",
        "households:household_list",
        perms=(Perm.SEE_NAMES,),
        bottom=20,
        bottom_label=_("Households"),
    ),
    MenuEntry(
        "households",
        40,
        _("Import data"),
        "file-earmark-arrow-up",
        "households:import_list",
        perms=(Perm.IMPORT_HOUSEHOLDS,),
    ),
    MenuEntry(
        "households",
        30,
        _("Duplicate data"),
        "intersect",
        "households:duplicate_list",
        perms=(Perm.SEE_NAMES,),
    ),
]
registry.search_sources.append(SearchSource("households", _("Households"), 10, find_households))
registry.periodic.append(PeriodicTask("drop_old_selections", 3600, drop_old_selections))
registry.attachment_owners["household"] = AttachmentOwner(
    "household",
    find=lambda user, uuid: Household.objects.visible_to(user).filter(uuid=uuid).first(),
    may_change=lambda user, found: access(user).can(Perm.CHANGE_HOUSEHOLDS, region=found.region_id),
    may_open=may_unmask,  # photographed cards show numbers in full
    url=lambda found: reverse("households:household_detail", args=[found.uuid]) + "#files",
    title=lambda found: _("Household %(name)s") % {"name": found},
    region=lambda found: found.region_id,
)
registry.action_words |= ACTIONS
registry.history_words |= WORDS
