"""Agencies × duties, and reminding one of them: letter and mail in one click."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST, require_safe

from core.models import Agency
from core.papers import PDF_TYPE
from core.roles import Perm, require
from core.sheets import safe_file_name
from core.templatetags.shell import angka
from meetings.actions.letters import register_letter
from meetings.paperwork import pdf
from programs.actions.duties import people_of, remind
from reports import duties
from reports.tabs import written_tabs


@require_safe
def duty_list(request):
    """What every agency owes this year: done, late, empty."""
    require(request.user, Perm.SEE_FIGURES)
    rows = duties.rows(request.user, request.year)
    context = {
        "rows": rows,
        "columns": duties.columns(request.year),
        "late": sum(1 for row in rows if row.late),
        "may_remind": _may_remind(request),
        "today": timezone.localdate(),
    }
    return render(request, "reports/duty_list.html", context | written_tabs("duty_list", request.access))


def _may_remind(request) -> bool:
    return request.access.can(Perm.RUN_MEETINGS)


def _row(request, uuid):
    require(request.user, Perm.RUN_MEETINGS)
    agency = Agency.objects.visible_to(request.user).filter(uuid=uuid).first()
    with override("id"):  # letter and mail speak Indonesian, whatever language the pages have
        found = duties.rows(request.user, request.year, agency=agency) if agency else []
    if not found:
        raise Http404
    return found[0]


@require_safe
def duty_letter(request, uuid):
    """The reminder letter as PDF, with the number it got in the register."""
    row = _row(request, uuid)
    paper = duties.letter(row, request.year, duties.letter_of(row.agency, request.year))
    response = HttpResponse(pdf(paper, by=request.user), content_type=PDF_TYPE)
    name = safe_file_name(f"pengingat {row.agency.short_name} {request.year}", "pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_POST
def duty_remind(request, uuid):
    """Give the letter its number and mail the operators of the agency; a second click on one day does nothing more."""
    row = _row(request, uuid)
    if not row.owed:
        messages.error(request, _("%(agency)s owes nothing that is due.") % {"agency": row.agency.short_name})
        return redirect("reports:duty_list")
    try:
        with transaction.atomic():
            # Of two clicks at once the second waits, and finds the letter of the first.
            Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=row.agency.pk)
            known = duties.letter_of(row.agency, request.year)
            if known is None or known.date != timezone.localdate():
                known = register_letter(
                    by=request.user, subject=duties.subject(request.year), counterpart=row.agency.name
                )
            with override("id"):
                n = remind(agency=row.agency, year=request.year, lines=row.owed, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("reports:duty_list")
    mailed = ngettext("%(n)s mail goes out.", "%(n)s mails go out.", n) % {"n": angka(n)}
    if not people_of(row.agency):
        mailed = _("Nobody of the agency has an e-mail address: send the letter by hand.")
    elif not n:
        mailed = _("A mail went out today already.")
    url = reverse("reports:duty_letter", args=[row.agency.uuid])
    said = _("Letter %(number)s to %(agency)s is made.") % {"number": known.number, "agency": row.agency.short_name}
    messages.success(request, f"{said} {mailed}", extra_tags=f"open:{url}?year={request.year}")
    return redirect("reports:duty_list")
