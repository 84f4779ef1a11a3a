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
registry.menu += [
    MenuEntry(
        "reports",
        60,
        _("Coverage and map"),
        "bar-chart",
        "reports:coverage",
        perms=(Perm.SEE_FIGURES,),
        also=("reports:map", "reports:brief", "reports:indicator_list"),
    ),
    MenuEntry("reports", 63, _("Accuracy of targeting"), "bullseye", "reports:targeting", perms=(Perm.SEE_FIGURES,)),
    MenuEntry(
        "reports",
        65,
        _("Reports"),
        "file-earmark-text",
        "reports:report_list",
        perms=(Perm.SEE_FIGURES,),
        also=("reports:lp2kd", "reports:duty_list", "reports:city_list"),
    ),
]
registry.periodic.append(PeriodicTask("keep the figures of the day", 3600, daily_snapshot))
registry.action_words["indicator.values"] = ActionWord(_("Values of an indicator changed"))
registry.action_words |= {
    "report.write_text": ActionWord(_("Text of a report written")),
    "city.bring": ActionWord(_("Counts of a city brought")),
    "layout.bring": ActionWord(_("Layout brought")),
    "layout.withdraw": ActionWord(_("Layout withdrawn")),
    "report.issue": ActionWord(_("Report issued"), hot=True),
}
registry.periodic.append(PeriodicTask("reports of the finished quarter", 3600, make_quarterly))
