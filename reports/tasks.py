"""What awaits the reader: work of their own agency, area or desk, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.choices import BatchState
from core.dates import tanggal
from core.models import ImportBatch
from core.models.regions import area_q
from core.roles import Perm, access
from households.filters import list_url
from households.models import Household, TransferRequest
from meetings.followup import overdue_count
from meetings.models import ActionItem
from programs.choices import AssistanceStatus, Duty, PlanState, RealisationState
from programs.figures import lists_not_in
from programs.models import Assistance, ProgramYear, Realisation
from programs.plans.duties import LATE, duties_of, quarter_number
from programs.plans.quarters import ROMAN
from programs.views.realisations import grid_url

SHOWN = 8


@dataclass(frozen=True)
class Task:
    """One thing to do: how many, what, and where."""

    icon: str
    title: str
    text: str
    url: str
    hot: bool = False


def tasks_for(request) -> list[Task]:
    """The reader's tasks, most pressing first; a handful of small queries."""
    user, year = request.user, request.year
    rights = access(user)
    tasks = [
        *_steps(user, year),
        *_plans(user, year),
        *_returned(user, year),
        *_transfers(rights),
        *_imports(user),
        *_lists(user, year),
    ]
    tasks += _follow_up(user, rights)
    if rights.can(Perm.CHANGE_HOUSEHOLDS):
        tasks += _visits(rights)
    return tasks[:SHOWN]


def _steps(user, year: int) -> list[Task]:
    """Rows that wait for a step this person may take, by programme."""
    steps = (
        (Perm.VERIFY, AssistanceStatus.PROPOSED, "clipboard-check", _("to verify")),
        (Perm.APPROVE, AssistanceStatus.VERIFIED, "pen", _("to approve")),
        (Perm.DELIVER, AssistanceStatus.APPROVED, "box-seam", _("to hand over")),
    )
    tasks = []
    for perm, status, icon, words in steps:
        if not access(user).can(perm):
            continue
        mine = ProgramYear.objects.filter(year=year, closed=False).managed_by(user, perm)
        # Counted from the log: from the programmes it would read every row of theirs, whatever its status.
        rows = Assistance.objects.filter(program_year__in=mine.values("pk"), status=status).order_by()
        counts = dict(rows.values_list("program_year").annotate(n=Count("pk")).order_by("-n", "program_year")[:3])
        years = mine.select_related("program", "owner").in_bulk(counts)
        for pk, n in counts.items():
            each = years[pk]
            url = reverse("programs:recipient_list", args=[each.uuid])
            unit = each.program.get_benefit_unit_display().lower()
            tasks.append(
                Task(
                    icon,
                    f"{each.program.short_name}: {n} {words}",
                    _("%(unit)s, programme of %(owner)s") % {"unit": unit.capitalize(), "owner": each.owner.short_name},
                    f"{url}?{urlencode({'stage': status.value, 'year': year})}",
                )
            )
    return tasks


def _plans(user, year: int) -> list[Task]:
    """Plans and quarters: what the own agency still owes, what waits for the reader's verification."""
    rights, tasks = access(user), []
    plans = f"{reverse('programs:plan_list')}?{urlencode({'year': year})}"
    own = rights.agency_ids(Perm.MANAGE_PROGRAMS)
    if own:
        for row in duties_of(year, agencies=own):
            late = [duty for duty in row.duties.values() if duty.state(timezone.localdate()) == LATE]
            for duty in late[-2:]:
                quarter = quarter_number(duty.duty)
                title = _("%(what)s: %(n)s of %(all)s not handed on") % {
                    "what": Duty(duty.duty).label,
                    "n": len(duty.missing),
                    "all": duty.total,
                }
                url = grid_url(year, quarter, row.agency) if quarter else plans
                tasks.append(Task("alarm", title, _("Due on %(day)s.") % {"day": tanggal(duty.due)}, url, True))
    if rights.can(Perm.VERIFY_PLANS):
        mine = ProgramYear.objects.filter(year=year, closed=False).managed_by(user, Perm.VERIFY_PLANS)
        waiting = mine.filter(plan_state=PlanState.SUBMITTED).count()
        if waiting:
            title = ngettext("%(n)s plan to verify", "%(n)s plans to verify", waiting) % {"n": waiting}
            tasks.append(Task("journal-check", title, _("Submitted by the agencies."), f"{plans}&state=submitted"))
        quarters = Realisation.objects.filter(program_year__in=mine.values("pk"), state=RealisationState.SUBMITTED)
        found = dict(quarters.order_by().values_list("quarter").annotate(n=Count("pk")))
        for quarter, n in sorted(found.items()):
            title = ngettext("%(n)s realisation to verify", "%(n)s realisations to verify", n) % {"n": n}
            text = _("Quarter %(n)s") % {"n": ROMAN[quarter]}
            tasks.append(Task("graph-up-arrow", title, text, grid_url(year, quarter)))
    return tasks


def _returned(user, year: int) -> list[Task]:
    n = Assistance.objects.filter(proposed_by=user, status=AssistanceStatus.RETURNED, program_year__year=year).count()
    if not n:
        return []
    title = ngettext("%(n)s proposal came back to you", "%(n)s proposals came back to you", n) % {"n": n}
    return [
        Task(
            "arrow-return-left",
            title,
            _("Mend and send it again, or withdraw it."),
            reverse("programs:proposal_list"),
            True,
        )
    ]


def _transfers(rights) -> list[Task]:
    prefixes = rights.region_prefixes(Perm.CHANGE_HOUSEHOLDS)
    n = TransferRequest.objects.filter(
        area_q("member__household__region_id", prefixes), state=TransferRequest.State.OPEN
    ).count()
    if not n:
        return []
    title = ngettext("%(n)s transfer waits for an answer", "%(n)s transfers wait for an answer", n) % {"n": n}
    return [
        Task(
            "arrow-left-right",
            title,
            _("People registered here who live elsewhere."),
            reverse("households:transfer_list"),
        )
    ]


def _imports(user) -> list[Task]:
    batches = ImportBatch.objects.filter(by=user, kind="households", state=BatchState.CHECKED).order_by("-id")[:2]
    return [
        Task(
            "file-earmark-spreadsheet",
            _("%(file)s is checked and not applied") % {"file": batch.file_name},
            _("Nothing is stored until you apply it."),
            reverse("households:import_batch", args=[batch.uuid]),
            True,
        )
        for batch in batches
    ]


def _lists(user, year: int) -> list[Task]:
    """Recipient lists of one's own agency that have not come in."""
    if access(user).agency_ids(Perm.DELIVER) is None:
        return []
    mine = set(ProgramYear.objects.filter(year=year).managed_by(user, Perm.DELIVER).values_list("pk", flat=True))
    missing = [each.program_year for each in lists_not_in(year) if each.program_year.pk in mine]
    return [
        Task(
            "inbox",
            _("Recipient list of %(program)s has not come in") % {"program": each.program.short_name},
            _("Until then figures of aid say so."),
            reverse("programs:program_detail", args=[each.program.uuid]),
        )
        for each in missing[:3]
    ]


def _follow_up(user, rights) -> list[Task]:
    """What meetings left to do: overdue for who answers for it and for the leadership, drafts for the secretariat."""
    tasks = []
    late = overdue_count(user)
    if late:
        leads = rights.can(Perm.APPROVE_MINUTES)
        url = reverse("meetings:leadership_page") if leads else f"{reverse('meetings:action_list')}?show=overdue"
        title = ngettext("%(n)s action item is overdue", "%(n)s action items are overdue", late) % {"n": late}
        tasks.append(Task("clock", title, _("Decided in a meeting and not done in time."), url, True))
    if rights.can(Perm.RUN_MEETINGS):
        drafts = ActionItem.objects.visible_to(user).filter(state="draft").count()
        if drafts:
            words = ngettext("%(n)s direction is a draft", "%(n)s directions are drafts", drafts) % {"n": drafts}
            url = f"{reverse('meetings:action_list')}?who=all&show=draft"
            tasks.append(Task("pencil", words, _("Say who does it and by when."), url))
    return tasks


def _visits(rights) -> list[Task]:
    """Poor households that nobody visited for a year."""
    prefixes = rights.region_prefixes(Perm.CHANGE_HOUSEHOLDS)
    if prefixes == [""]:
        return []
    long_ago = timezone.localdate() - timedelta(days=365)
    n = (
        Household.objects.target_group()
        .filter(area_q("region_id", prefixes))
        .filter(Q(verified_at__isnull=True) | Q(verified_at__lt=long_ago))
        .count()
    )
    if not n:
        return []
    title = ngettext(
        "%(n)s poor household not verified for a year", "%(n)s poor households not verified for a year", n
    ) % {"n": n}
    url = list_url(status="active", desil_from=1, desil_to=4, gap="stale", area=prefixes)
    return [Task("house-exclamation", title, _("Desil 1–4 in your area, longest unverified first."), url)]
