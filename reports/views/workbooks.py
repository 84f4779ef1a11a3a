"""Reports to take out: the list of them, masked by GET, with full numbers by POST and a purpose."""

from __future__ import annotations

import tempfile

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.attachments import stored_at
from core.choices import AccessKind
from core.history import record_access
from core.models import Region
from core.roles import Perm, require
from core.sheets import XLSX_TYPE, safe_file_name
from reports.forms import PurposeForm, ReportForm
from reports.jobs import DIRECT_ROWS, file_name, start_report
from reports.periods import parse_period
from reports.runs.actions import record_run
from reports.runs.models import ReportRun
from reports.tabs import written_tabs
from reports.workbooks import REPORTS, ReportRequest, check, estimate, write

RUNS = 20  # shown on the page


@require_safe
def report_list(request):
    """Every report the reader may take out, with a form each."""
    require(request.user, Perm.SEE_FIGURES)
    rights = request.access
    kinds = [k for k in REPORTS.values() if rights.can(_perm(k))]
    rows = [
        {
            "kind": kind,
            "form": ReportForm(user=request.user, perm=_perm(kind), initial={"year": request.year}, prefix=None),
            "url": reverse("reports:report_download", args=[kind.name]),
            "unmasked_url": reverse("reports:report_unmasked", args=[kind.name])
            if kind.lists_names and rights.can(Perm.UNMASK)
            else "",
        }
        for kind in kinds
    ]
    return render(
        request,
        "reports/report_list.html",
        {"rows": rows, "runs": _runs(request)} | written_tabs("report_list", rights),
    )


def _runs(request) -> list[ReportRun]:
    """The newest runs the reader may see, with their words."""
    runs = list(ReportRun.objects.visible_to(request.user).select_related("by").order_by("-pk")[:RUNS])
    names = dict(Region.objects.filter(code__in={run.area for run in runs}).order_by().values_list("code", "name"))
    for run in runs:
        run.kind = REPORTS.get(run.name)
        run.where = names.get(run.area, "")
        run.when = parse_period(run.period).label
    return runs


@require_safe
def report_run(request, uuid):
    """The file of a run as it was."""
    require(request.user, Perm.SEE_FIGURES)
    run = get_object_or_404(ReportRun.objects.visible_to(request.user), uuid=uuid)
    path = stored_at(run.sha256) if run.sha256 else None
    if path is None or not path.is_file():
        raise Http404
    record_access(request.user, AccessKind.FILE, f"{run.name} {run.period}", rows=run.rows)
    name = safe_file_name(f"{run.name} {run.area} {run.period}")
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=XLSX_TYPE)


@require_safe
def report_download(request, name):
    """The workbook, NIK and KK masked; long ones are written by a job."""
    kind = _kind(name)
    data = request.GET.copy()
    data.setdefault("year", str(request.year))
    prefixes = request.access.region_prefixes(_perm(kind))
    if prefixes and prefixes != [""]:
        data.setdefault("area", prefixes[0])
    form = ReportForm(data, user=request.user, perm=_perm(kind))
    return _answer(request, kind, form, unmasked=False)


def report_unmasked(request, name):
    """The workbook with full numbers: a purpose, the right in the area, and a record."""
    kind = _kind(name)
    require(request.user, Perm.UNMASK)
    form = PurposeForm(request.POST or None, user=request.user, perm=Perm.UNMASK, initial={"year": request.year})
    return _answer(request, kind, form, unmasked=True)


def _answer(request, kind, form, *, unmasked: bool):
    require(request.user, _perm(kind))
    if not form.is_bound or not form.is_valid():
        context = {
            "kind": kind,
            "form": form,
            "unmasked": unmasked,
            "crumbs": [(_("Reports"), reverse("reports:report_list")), (kind.label, None)],
        }
        return render(request, "reports/report_form.html", context, status=422 if form.is_bound else 200)
    values = form.cleaned_data
    asked = ReportRequest(
        name=kind.name,
        period=values["period"],
        user=request.user,
        area=values["area"].code if values["area"] else "",
        unmasked=unmasked,
        purpose=values.get("purpose", ""),
    )
    check(asked)
    if estimate(asked) > DIRECT_ROWS:
        return redirect("job_detail", start_report(asked, values["period_text"]).uuid)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    rows = write(asked, target)
    target.seek(0)
    record_run(asked, period=values["period_text"], rows=rows, data=target.read())
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=file_name(asked), content_type=XLSX_TYPE)


def _perm(kind) -> Perm:
    return Perm.SEE_NAMES if kind.lists_names else Perm.SEE_FIGURES


def _kind(name: str):
    if name not in REPORTS:
        raise Http404
    return REPORTS[name]
