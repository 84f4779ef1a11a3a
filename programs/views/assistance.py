"""One row of the log: what it is, what happened to it, what can be done."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.roles import Perm
from core.templatetags.shell import rupiah, tanggal
from core.timeline import timeline
from households.models import Household, Member
from households.validation import clean_nik
from households.views.edits import add_errors
from programs import eligibility, rights
from programs.actions import benefits, follow
from programs.actions.deliveries import region_of
from programs.actions.steps import STEPS
from programs.choices import CLOSED, AssistanceStatus, BenefitUnit
from programs.forms.enrol import GroupMemberForm
from programs.forms.programs import ReasonForm
from programs.models import Assistance
from programs.views.finding import find_assistance, recipients_url, year_crumbs
from programs.views.recipients import bulk_steps

KINDS = {
    AssistanceStatus.PROPOSED: ("warn", "clock"),
    AssistanceStatus.VERIFIED: ("", "check2"),
    AssistanceStatus.APPROVED: ("", "hourglass-split"),
    AssistanceStatus.RECEIVED: ("good", "check-circle"),
    AssistanceStatus.RETURNED: ("warn", "arrow-return-left"),
    AssistanceStatus.STOPPED: ("bad", "stop-circle"),
    AssistanceStatus.REJECTED: ("bad", "x-circle"),
    AssistanceStatus.VOID: ("", "slash-circle"),
}


def beneficiary_name(row: Assistance) -> str:
    """Who a row of the log is for."""
    return str(row.member or row.household or row.group or row.area)


def history_keys(row: Assistance) -> list[tuple[str, object]]:
    """Rows whose history belongs to this one: itself and its deliveries."""
    keys = [("programs_assistance", row.pk)]
    return keys + [("programs_delivery", pk) for pk in row.deliveries.values_list("pk", flat=True)]


@require_safe
def assistance_detail(request, uuid):
    """One row of the log with its deliveries, its timeline and what can be done."""
    row = find_assistance(request, uuid)
    program_year, program = row.program_year, row.program_year.program
    region = region_of(row)
    sees_amounts = rights.sees_amounts(request.user, program, region)
    sources = {step.key: step.sources for step in STEPS.values()}
    steps = [s for s in bulk_steps(request.user, program) if row.status in sources[s["key"]]]
    may_deliver = rights.may(request.user, Perm.DELIVER, program, region)
    others = _others(request.user, row)
    context = {
        "row": row,
        "name": beneficiary_name(row),
        "program_year": program_year,
        "program": program,
        "status": KINDS[AssistanceStatus(row.status)],
        "region_name": _region_name(row),
        "facts": _facts(row, sees_amounts),
        "deliveries": _deliveries(row),
        "sees_amounts": sees_amounts,
        "may_deliver": may_deliver and not program_year.closed,
        "deliverable": row.status in (AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED),
        "steps": [] if program_year.closed else steps,
        "verdicts": _verdicts(request.user, row),
        "others": others,
        "joined": [o for o in others if o["joined"]],
        "may_join": row.status not in CLOSED and rights.may(request.user, Perm.MANAGE_PROGRAMS, program),
        "may_move": bool(row.household_id)
        and row.status not in CLOSED
        and rights.may(request.user, Perm.VERIFY, program),
        "may_slip": row.proposed_by_id is not None,
        "entries": timeline(history_keys(row), user=request.user, limit=50),
        "crumbs": year_crumbs(
            program_year, (_("Recipients"), recipients_url(program_year)), (beneficiary_name(row), None)
        ),
    }
    return render(request, "programs/assistance_detail.html", context)


def _region_name(row: Assistance) -> str:
    place = row.counts_for or row.group
    return place.region.name if place else row.area.name


def _facts(row: Assistance, sees_amounts: bool) -> list[tuple[str, object]]:
    def who(user, at):
        return f"{user or _('the system')}, {tanggal(at)}" if at else None

    facts = [
        (_("Proposed"), who(row.proposed_by, row.proposed_at)),
        (_("Verified"), who(row.verified_by, row.verified_at)),
        (_("Approved"), who(row.approved_by, row.approved_at)),
        (_("Decree"), f"{row.decree_number}, {tanggal(row.decree_date)}" if row.decree_number else None),
        (_("Period"), row.period or None),
        (_("Amount"), rupiah(row.amount) if sees_amounts and row.amount is not None else None),
        (_("Receipt number"), str(row.receipt_no) if row.receipt_no else None),
        (_("Desil at enrolment"), row.desil_then),
        (_("Why although it does not fit"), row.override_reason or None),
        (_("Note"), row.note or None),
    ]
    return [(label, value) for label, value in facts if value is not None]


def _deliveries(row: Assistance) -> list[dict]:
    stages = row.program_year.stages
    return [
        {
            "delivery": d,
            "stage": stages[d.stage - 1] if d.stage <= len(stages) else _("Stage %(n)s") % {"n": d.stage},
        }
        for d in row.deliveries.select_related("by").order_by("stage", "date", "pk")
    ]


def _verdicts(user, row: Assistance) -> list:
    """The rule in force, condition by condition, where this person may judge by it."""
    program_year = row.program_year
    if row.counts_for is None or program_year.program.benefit_unit not in (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON):
        return []
    rule = eligibility.own_rule(program_year.program, program_year.year)
    if not eligibility.may_judge(user, program_year.program, rule, row.counts_for.region_id):
        return []
    return eligibility.explain(program_year, row.counts_for)


def _others(user, row: Assistance) -> list[dict]:
    """Other open aid of the family in the same year, which could be one benefit with this row."""
    if row.counts_for_id is None:
        return []
    rows = (
        Assistance.objects.visible_to(user)
        .open()
        .filter(counts_for=row.counts_for_id, program_year__year=row.program_year.year)
        .exclude(pk=row.pk)
        .exclude(program_year=row.program_year)
        .select_related("program_year__program__benefit_kind", "member")
        .order_by("program_year__program__name", "pk")
    )
    kind = row.program_year.program.benefit_kind_id
    return [
        {
            "row": other,
            "same_kind": other.program_year.program.benefit_kind_id == kind,
            "joined": bool(row.benefit_key) and other.benefit_key == row.benefit_key,
            "status": KINDS[AssistanceStatus(other.status)],
        }
        for other in rows
    ]


@require_POST
def assistance_join(request, uuid):
    """Say that this row and another one pay for one and the same good; or take it out again."""
    row = find_assistance(request, uuid)
    try:
        if request.POST.get("part"):
            benefits.part(row=row, by=request.user)
        else:
            seen = Assistance.objects.visible_to(request.user)
            other = get_object_or_404(seen, uuid=_uuid(request.POST.get("with", "")))
            benefits.join(rows=[row.pk, other.pk], by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("programs:assistance_detail", uuid=row.uuid)


def _uuid(text: str):
    try:
        return uuids.UUID(text)
    except ValueError:
        raise Http404 from None


class MoveForm(GroupMemberForm, ReasonForm):
    """Which household keeps the aid, named by the NIK of one of its members, and why."""

    field_order = ("nik", "reason")


def assistance_move(request, uuid):
    """Let another household keep the aid: the family split, the house was sold."""
    row = find_assistance(request, uuid)
    rights.require_program(request.user, Perm.VERIFY, row.program_year.program)
    if row.household_id is None:
        raise Http404
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            to = household_of_nik(request.user, form.cleaned_data["nik"])
            follow.move_household_aid(assistance=row, to=to, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The aid goes on with household %(name)s.") % {"name": to})
            return redirect("programs:assistance_detail", uuid=row.uuid)
    context = {
        "form": form,
        "page_title": _("Which household keeps this aid?"),
        "crumbs": year_crumbs(row.program_year, (_("Move the aid"), None)),
        "cancel_url": reverse("programs:assistance_detail", args=[row.uuid]),
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)


def household_of_nik(user, text: str) -> Household:
    """The household in sight in which the person with this NIK lives; ValidationError by `nik` when there is none."""
    try:
        nik = clean_nik(text)
    except ValidationError as error:
        raise ValidationError({"nik": error.messages}) from None
    member = Member.objects.visible_to(user).filter(nik=nik).select_related("household").first() if nik else None
    if member is None:
        raise ValidationError({"nik": _("Nobody in your sight has this NIK.")})
    return member.household
