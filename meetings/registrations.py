"""What meetings plug into the pages below them."""

from django.utils.translation import gettext_lazy as _

from core.registry import BulkAction, MenuEntry, Panel, PeriodicTask, SearchSource, registry
from core.roles import Perm
from meetings import daily, files, panels, search
from meetings.actions.handover import hand_over_meetings
from meetings.followup import overdue_count
from meetings.views.decisions import decide_selection
from meetings.wording import ACTIONS


def _badge(request) -> int | None:
    return overdue_count(request.user) or None


registry.menu += [
    MenuEntry(
        "coordination",
        10,
        _("Meetings"),
        "calendar3",
        "meetings:meeting_list",
        perms=(Perm.SEE_MEETINGS,),
        bottom=40,
        bottom_label=_("Meetings"),
    ),
    MenuEntry(
        "coordination",
        20,
        _("Follow-up"),
        "check2-square",
        "meetings:action_list",
        perms=(Perm.SEE_MEETINGS,),
        badge=_badge,
    ),
]
registry.household_panels.append(Panel("decisions", 40, panels.decisions_panel, side=True))
registry.program_panels.append(Panel("touching", 10, panels.program_panel))
registry.set_panels.append(Panel("touching", 10, panels.set_panel))
registry.search_sources.append(SearchSource("meetings", _("Meetings and decisions"), 30, search.find_meetings))
registry.bulk_actions.append(
    BulkAction("decide", _("Decide on these in a meeting…"), "check2-all", Perm.RUN_MEETINGS, decide_selection)
)
registry.periodic.append(PeriodicTask("propose_reached_items", 3600, daily.propose_reached))
registry.periodic.append(PeriodicTask("action_item_notices", 3600, daily.find_notices))
registry.periodic.append(PeriodicTask("meeting_reminders", 3600, daily.remind_invited))
registry.periodic.append(PeriodicTask("monthly_mail_to_the_leadership", 3600, daily.write_monthly))
registry.attachment_owners |= files.OWNERS
registry.action_words |= ACTIONS
registry.agency_handovers.append(hand_over_meetings)
registry.work_order_links.append(panels.work_order_links)
