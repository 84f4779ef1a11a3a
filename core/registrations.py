"""What core itself puts into the registry."""

from django.utils.translation import gettext_lazy as _

from core.jobs import purge_results
from core.mail import send_waiting
from core.registry import ActionWord, HistoryWords, MenuEntry, PeriodicTask, registry
from core.roles import Perm


def _purge() -> str:
    count = purge_results()
    return f"{count} result files removed" if count else ""


registry.menu.append(
    MenuEntry("foot", 10, _("Access records"), "eye", "access_list", perms=(Perm.SEE_LOGS,)),
)
registry.periodic += [
    PeriodicTask("remove old result files", 86400, _purge),
    PeriodicTask("send mail", 30, send_waiting),
]
registry.action_words |= {
    "account.preferences": ActionWord(_("Own choices changed")),
    "reference.load": ActionWord(_("Reference data loaded")),
    "regions.load": ActionWord(_("Regions loaded")),
    "regions.load_boundaries": ActionWord(_("Boundaries loaded")),
    "agency.hand_over": ActionWord(_("Open work moved to the new agency")),
    "user.deactivate": ActionWord(_("User deactivated")),
    "user.first_admin": ActionWord(_("First administrator made")),
    "attachment.add": ActionWord(_("File attached")),
    "attachment.withdraw": ActionWord(_("File withdrawn")),
}
registry.history_words["core_attachment"] = HistoryWords(
    _("File"),
    title=lambda row: row.get("label") or row.get("name") or "",
    quiet=frozenset({"owner_kind", "owner_uuid", "sha256", "content_type"}),
)
