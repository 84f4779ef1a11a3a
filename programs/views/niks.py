"""Proposing by pasted NIKs: each line answered, the chosen ones proposed."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.roles import Perm
from households.models import Member
from households.views.edits import add_errors
from programs import rights
from programs.actions import enrolment as actions
from programs.choices import AssistanceStatus, BenefitUnit
from programs.forms.enrol import NiksForm
from programs.pasted import MOST_LINES, read_lines
from programs.views.enrol import enrolled_text
from programs.views.finding import find_year, program_url, recipients_url, year_crumbs


def _find_year(request, uuid):
    program_year = find_year(request, uuid)
    rights.require_program(request.user, Perm.PROPOSE, program_year.program)
    if program_year.program.benefit_unit not in (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON):
        raise Http404
    return program_year


def enrol_niks(request, uuid):
    """Paste NIKs and see what each line means; nothing is written."""
    program_year = _find_year(request, uuid)
    form = NiksForm(request.POST or None)
    context = {
        "program_year": program_year,
        "program": program_year.program,
        "form": form,
        "crumbs": year_crumbs(program_year, (_("Paste NIKs"), None)),
        "cancel_url": program_url(program_year),
        "person": program_year.program.benefit_unit == BenefitUnit.PERSON,
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                lines = read_lines(form.cleaned_data["niks"], program_year, request.user)
            except ValidationError as error:
                add_errors(form, error)
            else:
                status = 200
                for line in lines:
                    if line.check and line.check.enrolled:
                        line.check.enrolled = AssistanceStatus(line.check.enrolled).label
                coming = [line for line in lines if line.can_come_in]
                context |= {
                    "lines": lines,
                    "fit": sum(1 for line in coming if line.check.fits),
                    "unfit": sum(1 for line in coming if not line.check.fits),
                    "unknown": sum(1 for line in lines if line.problem),
                }
    return render(request, "programs/enrol_niks.html", context, status=status)


@require_POST
def enrol_niks_confirm(request, uuid):
    """Propose the ticked people of a pasted list, or their households."""
    program_year = _find_year(request, uuid)
    try:
        picked = [uuids.UUID(text) for text in request.POST.getlist("pick")[:MOST_LINES]]
    except ValueError:
        raise Http404 from None
    members = list(Member.objects.visible_to(request.user).filter(uuid__in=picked).values_list("pk", flat=True))
    reason = request.POST.get("override_reason", "").strip()
    try:
        if not members:
            raise ValidationError(_("Tick at least one line first."))
        done = actions.propose(
            program_year=program_year,
            by=request.user,
            members=members,
            include_unfit=bool(reason),
            override_reason=reason,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("programs:enrol_niks", uuid=program_year.uuid)
    undo = reverse("programs:batch_undo", args=[done.batch])
    messages.success(request, enrolled_text(program_year, done), extra_tags=f"undo:{undo}" if done.added else "")
    return redirect(recipients_url(program_year, stage="proposed"))
