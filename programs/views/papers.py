"""Papers of a programme year: annex of the decree and receipt list. Masked by plain links, in full only by a form."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.papers import PDF_TYPE
from core.roles import Perm, require
from core.sheets import XLSX_TYPE, safe_file_name
from programs import papers, rights
from programs.forms.papers import PaperForm, PurposeForm
from programs.views.finding import find_year, program_url, year_crumbs

KINDS = ("annex", "annex-excel", "receipts")


@require_safe
def paper_list(request, uuid):
    """What can be printed of a programme year."""
    program_year = _find(request, uuid)
    return _page(request, program_year, PurposeForm())


def _find(request, uuid):
    require(request.user, Perm.SEE_AID)
    return find_year(request, uuid)


def _page(request, program_year, purpose: PurposeForm, status: int = 200):
    program = program_year.program
    decrees = papers.decrees(program_year, request.user)
    numbered = papers.numbered(program_year, request.user)
    context = {
        "program_year": program_year,
        "program": program,
        "decrees": decrees,
        "numbered": numbered,
        "standing": sum(each["n"] for each in decrees),
        "form": PaperForm({}, user=request.user, program_year=program_year),
        "purpose": purpose,
        "may_unmask": bool(papers.unmask_areas(request.user, program)),
        "may_number": rights.may(request.user, Perm.DELIVER, program) and not program_year.closed,
        "crumbs": year_crumbs(program_year, (_("Papers"), None)),
        "cancel_url": program_url(program_year),
    }
    return render(request, "programs/paper_list.html", context, status=status)


def _asked(request, data, program_year, purpose: str = "") -> papers.Asked:
    form = PaperForm(data, user=request.user, program_year=program_year)
    if not form.is_valid():
        raise ValidationError([text for texts in form.errors.values() for text in texts])
    return form.asked(purpose=purpose)


def _give(request, program_year, kind: str, data, purpose: str = ""):
    """The paper, or back to the list of papers with what stands in the way."""
    try:
        asked = _asked(request, data, program_year, purpose)
        if kind == "annex-excel":
            return _excel(request, program_year, asked)
        make = papers.annex_pdf if kind == "annex" else papers.receipts_pdf
        pdf = make(program_year, asked, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("programs:paper_list", uuid=program_year.uuid)
    response = HttpResponse(pdf, content_type=PDF_TYPE)
    response["Content-Disposition"] = f'inline; filename="{_name(program_year, kind, "pdf")}"'
    return response


def _excel(request, program_year, asked):
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    try:
        papers.annex_excel(program_year, asked, request.user, target)
    except Exception:
        target.close()
        raise
    target.seek(0)
    name = _name(program_year, "annex", "xlsx")
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _name(program_year, kind: str, ending: str) -> str:
    words = {"annex": "lampiran", "receipts": "tanda terima"}[kind]
    return safe_file_name(f"{words} {program_year}", ending)


@require_safe
def paper_annex(request, uuid):
    """The annex of a decree as PDF, numbers masked."""
    return _give(request, _find(request, uuid), "annex", request.GET)


@require_safe
def paper_annex_excel(request, uuid):
    """The annex as a printable sheet, numbers masked."""
    return _give(request, _find(request, uuid), "annex-excel", request.GET)


@require_safe
def paper_receipts(request, uuid):
    """The numbered receipt list as PDF, numbers masked."""
    return _give(request, _find(request, uuid), "receipts", request.GET)


@require_POST
def paper_full(request, uuid):
    """A paper with full numbers: needs the right and a purpose, and is recorded as such."""
    program_year = _find(request, uuid)
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise Http404
    if not papers.unmask_areas(request.user, program_year.program):
        raise PermissionDenied(_("You may not print full numbers. Print the list with masked numbers."))
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, program_year, form, status=422)
    data = {key: value for key, value in request.POST.items() if key in ("decree", "area", "paper", "stage")}
    if data.get("decree") == "*":
        del data["decree"]
    return _give(request, program_year, kind, data, form.cleaned_data["purpose"].strip())
