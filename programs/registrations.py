"""What programmes plug into the pages below them."""

from django.utils.translation import gettext_lazy as _

from core.registry import MenuEntry, Panel, PeriodicTask, SearchSource, registry
from core.roles import Perm
from programs import bundle_filters, conditions, household_list, panels, recipients  # noqa: F401
from programs.actions import duties, follow
from programs.actions.handover import hand_over_programs
from programs.actions.targeting import hand_over_orders
from programs.imports import (
    aid_columns,
    kind,  # noqa: F401
)
from programs.matching import lists as matched_lists
from programs.matching import pages as matched_pages  # noqa: F401
from programs.plans.imports import kind as plan_sheets  # noqa: F401
from programs.wording import ACTIONS, WORDS

# Who writes plans and figures, and who checks them.
PLANNERS = (Perm.MANAGE_PROGRAMS, Perm.VERIFY_PLANS, Perm.SEE_LOGS)

registry.menu.append(
    MenuEntry(
        "programs",
        10,
        _("List of programmes"),
        "box-seam",
        "programs:program_list",
        perms=(Perm.SEE_FIGURES,),
        bottom=30,
        bottom_label=_("Programmes"),
    )
)
registry.menu += [
    MenuEntry("programs", 20, _("Match a list"), "person-check", "programs:match_start", perms=(Perm.SEE_NAMES,)),
    MenuEntry(
        "programs",
        30,
        _("Bring recipients"),
        "file-earmark-arrow-up",
        "programs:recipient_import_list",
        perms=(Perm.DELIVER,),
    ),
    MenuEntry("programs", 40, _("Annual plans"), "journal-check", "programs:plan_list", perms=PLANNERS),
    MenuEntry("programs", 50, _("Realisation"), "graph-up-arrow", "programs:realisation_grid", perms=PLANNERS),
]
registry.menu.append(
    MenuEntry("reports", 10, _("Gap lists"), "list-check", "programs:gap_list", perms=(Perm.SEE_NAMES,)),
)
registry.conditions |= {condition.key: condition for condition in conditions.ALL}
registry.household_filters += household_list.FILTERS + bundle_filters.FILTERS
registry.household_columns += household_list.COLUMNS
registry.bulk_actions.append(household_list.ENROL)
registry.household_panels += [
    Panel("deserved", 10, panels.deserved_panel),
    Panel("proposed", 20, panels.proposed_panel),
    Panel("reach", 30, panels.reach_panel),
]
registry.household_history.append(panels.history_keys)
registry.search_sources.append(SearchSource("programs", _("Programmes"), 20, household_list.find_programs))
registry.recipients_of.append(household_list.serves)
registry.members_moved.append(follow.members_moved)
registry.import_undo_tables += follow.UNDO_TABLES
registry.households_merged.append(follow.households_merged)
registry.set_snapshots.append(follow.set_snapshot)
registry.periodic.append(PeriodicTask("forget matched lists", 86400, matched_lists.forget_old))
registry.periodic.append(PeriodicTask("remind of plans and quarters", 6 * 3600, duties.remind_by_clock))
registry.import_results.append(aid_columns.panel)
registry.action_words |= ACTIONS
registry.history_words |= WORDS
registry.agency_handovers += [hand_over_programs, hand_over_orders]
