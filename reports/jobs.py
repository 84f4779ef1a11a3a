"""Reports that take longer than a page may are written by a job."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from core.jobs import JobHandle, job_kind, start_job
from core.models import Job
from core.sheets import safe_file_name
from reports.periods import parse_period
from reports.runs.actions import record_run
from reports.workbooks import ReportRequest, write

DIRECT_ROWS = 800  # a printed sheet of this many rows takes about a second


def file_name(request: ReportRequest) -> str:
    """`gap-kota-solok-2026.xlsx`."""
    return safe_file_name(f"{request.name} {request.region} {request.period.label}")


def start_report(request: ReportRequest, period_text: str) -> Job:
    """Put the report into the long queue; the right is checked again when it is written."""
    params = {
        "name": request.name,
        "period": period_text,
        "area": request.area,
        "unmasked": request.unmasked,
        "purpose": request.purpose,
    }
    return start_job("reports.workbook", by=request.user, title=str(request.kind.label), params=params, queue="long")


@job_kind("reports.workbook")
def run_report(job: JobHandle) -> dict:
    """Write the report to the folder of results."""
    if job.by is None or not job.by.is_active:
        raise PermissionDenied(_("The person who asked for this report may not sign in any more."))
    params = job.params
    request = ReportRequest(
        name=params["name"],
        period=parse_period(params["period"]),
        user=job.by,
        area=params["area"],
        unmasked=params["unmasked"],
        purpose=params["purpose"],
    )
    folder = Path(settings.REPORTS_DIR) / str(job.job.uuid)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(request)
    with path.open("wb") as target:
        rows = write(request, target, lambda done, total: job.progress(done, total, _("Writing rows")))
    path.chmod(0o600)
    record_run(request, period=params["period"], rows=rows, data=path.read_bytes())
    Job.objects.filter(pk=job.job.pk).update(result_file=str(path.relative_to(settings.REPORTS_DIR)))
    return {"rows": rows}
