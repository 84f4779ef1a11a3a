"""What households plugs into the shell: menu, search, exports, periodic work."""

from django.utils.translation import gettext_lazy as _

from core.registry import MenuEntry, PeriodicTask, SearchSource, registry
from core.roles import Perm
from households import exports  # noqa: F401
from households.imports import kind  # noqa: F401
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
registry.action_words |= ACTIONS
registry.history_words |= WORDS
