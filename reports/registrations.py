"""What reports adds to the shell."""

from django.utils.translation import gettext_lazy as _

from core.registry import ActionWord, MenuEntry, PeriodicTask, registry
from core.roles import Perm
from reports import jobs  # noqa: F401 (registers its kind of work)
from reports.actions import daily_snapshot
from reports.lp2kd import workbook  # noqa: F401 (registers its report)
from reports.runs.actions import make_quarterly

registry.menu.append(
    MenuEntry(group="home", order=0, label=_("Home"), icon="house", url_name="reports:dashboard", bottom=0)
)
registry.menu.append(
    MenuEntry(
        group="reports",
        order=60,
        label=_("Coverage"),
        icon="bar-chart",
        url_name="reports:coverage",
        perms=(Perm.SEE_FIGURES,),
    )
)
registry.menu.append(
    MenuEntry(
        group="reports",
        order=61,
        label=_("Excel reports"),
        icon="file-earmark-text",
        url_name="reports:report_list",
        perms=(Perm.SEE_FIGURES,),
    )
)
registry.menu.append(
    MenuEntry(group="reports", order=62, label=_("Map"), icon="map", url_name="reports:map", perms=(Perm.SEE_FIGURES,))
)
registry.menu.append(
    MenuEntry(
        group="reports",
        order=63,
        label=_("Accuracy of targeting"),
        icon="bullseye",
        url_name="reports:targeting",
        perms=(Perm.SEE_FIGURES,),
    )
)
registry.menu.append(
    MenuEntry(
        group="reports",
        order=55,
        label=_("Duties of the agencies"),
        icon="list-check",
        url_name="reports:duty_list",
        perms=(Perm.MANAGE_PROGRAMS, Perm.VERIFY_PLANS, Perm.APPROVE_MINUTES, Perm.SEE_LOGS),
    )
)
registry.periodic.append(PeriodicTask("keep the figures of the day", 3600, daily_snapshot))
registry.menu.append(
    MenuEntry(
        group="reports",
        order=64,
        label=_("Indicators"),
        icon="graph-up",
        url_name="reports:indicator_list",
        perms=(Perm.SEE_FIGURES,),
    )
)
registry.action_words["indicator.values"] = ActionWord(_("Values of an indicator changed"))
registry.action_words |= {
    "report.write_text": ActionWord(_("Text of a report written")),
    "city.bring": ActionWord(_("Counts of a city brought")),
    "layout.bring": ActionWord(_("Layout brought")),
    "layout.withdraw": ActionWord(_("Layout withdrawn")),
    "report.issue": ActionWord(_("Report issued"), hot=True),
}
registry.menu.append(
    MenuEntry(
        group="reports",
        order=65,
        label="LP2KD",
        icon="journal-text",
        url_name="reports:lp2kd",
        perms=(Perm.SEE_FIGURES,),
    )
)
registry.periodic.append(PeriodicTask("reports of the finished quarter", 3600, make_quarterly))
