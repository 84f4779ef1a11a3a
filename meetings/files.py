"""Files and photos of meetings, points of an agenda, action items and letters: who opens them, who brings them.

Whoever sees the thing opens its files. The secretariat changes them; the presenting agency those of its point while the
minutes are open, and who answers for an action item its proof.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.registry import AttachmentOwner
from core.roles import Perm, access
from meetings.actions.items import may_report
from meetings.choices import UNFINISHED, WRITABLE
from meetings.models import ActionItem, AgendaItem, Letter, Meeting


def _always(user, found) -> bool:
    return True


def _runs(user, found) -> bool:
    return access(user).can(Perm.RUN_MEETINGS)


def find_agenda_item(user, uuid) -> AgendaItem | None:
    """A point of a meeting in sight."""
    seen = AgendaItem.objects.filter(meeting__in=Meeting.objects.visible_to(user))
    return seen.select_related("meeting").filter(uuid=uuid).first()


def find_letter(user, uuid) -> Letter | None:
    """A letter: the whole register for the secretariat, else those of a meeting in sight that went out."""
    if access(user).can(Perm.RUN_MEETINGS):
        seen = Letter.objects.all()
    else:
        seen = Letter.objects.filter(meeting__in=Meeting.objects.visible_to(user), direction="out", refused_reason="")
    return seen.select_related("meeting").filter(uuid=uuid).first()


def may_bring_to_agenda(user, item: AgendaItem) -> bool:
    """Whether `user` may attach to a point: the secretariat; its presenting agency until the minutes are final."""
    if _runs(user, item):
        return True
    agencies = access(user).agency_ids(Perm.REPORT_ACTIONS) or []
    return item.meeting.state in WRITABLE and item.presenter_id in agencies


def may_bring_proof(user, item: ActionItem) -> bool:
    """Whether `user` may attach proof: the secretariat always, who answers for the item until it is closed."""
    return _runs(user, item) or (item.state in UNFINISHED and may_report(user, item))


OWNERS = {
    "meeting": AttachmentOwner(
        "meeting",
        find=lambda user, uuid: Meeting.objects.visible_to(user).filter(uuid=uuid).first(),
        may_change=_runs,
        may_open=_always,
        url=lambda found: reverse("meetings:meeting_detail", args=[found.uuid]) + "#files",
        title=lambda found: _("Meeting %(name)s") % {"name": found},
        region=lambda found: found.region_id or "",
    ),
    "agenda": AttachmentOwner(
        "agenda",
        find=find_agenda_item,
        may_change=may_bring_to_agenda,
        may_open=_always,
        url=lambda found: reverse("meetings:agenda_files", args=[found.uuid]),
        title=lambda found: _("Agenda item %(name)s") % {"name": found},
        region=lambda found: found.meeting.region_id or "",
    ),
    "action": AttachmentOwner(
        "action",
        find=lambda user, uuid: ActionItem.objects.visible_to(user).filter(uuid=uuid).distinct().first(),
        may_change=may_bring_proof,
        may_open=_always,
        url=lambda found: reverse("meetings:action_detail", args=[found.uuid]) + "#files",
        title=lambda found: _("Action item %(name)s") % {"name": found},
        region=lambda found: found.region_id or "",
    ),
    "letter": AttachmentOwner(
        "letter",
        find=find_letter,
        may_change=_runs,
        may_open=_always,
        url=lambda found: reverse("meetings:letter_files", args=[found.uuid]),
        title=lambda found: _("Letter %(name)s") % {"name": found},
    ),
}
