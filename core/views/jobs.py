"""Long work of one's own: list, progress, stop, run again, result file."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind, JobState
from core.history import record_access
from core.jobs import cancel_job, rerun_job
from core.models import Job

PAGE = 50


@require_safe
def job_list(request):
    """Own work, newest first; `?before=<id>` goes on from there."""
    mine = Job.objects.visible_to(request.user)
    before = request.GET.get("before", "")
    page = mine.filter(pk__lt=int(before)) if before.isascii() and before.isdigit() and len(before) < 19 else mine
    jobs = list(page.order_by("-pk")[: PAGE + 1])
    more, jobs = len(jobs) > PAGE, jobs[:PAGE]
    start = mine.filter(pk__gte=jobs[0].pk).count() if jobs else 0
    context = {
        "jobs": jobs,
        "start": start,
        "end": start + len(jobs) - 1,
        "total": mine.count(),
        "prev": request.path if start > 1 else "",
        "next": f"?before={jobs[-1].pk}" if more else "",
    }
    return render(request, "core/job_list.html", context)


def _own(request, uuid) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), uuid=uuid)


@require_safe
def job_detail(request, uuid):
    """One piece of work with its progress."""
    return render(request, "core/job_detail.html", {"job": _own(request, uuid)})


@require_safe
def job_status(request, uuid):
    """The card alone, for the page that asks every two seconds."""
    return render(request, "core/_job_status.html", {"job": _own(request, uuid)})


@require_POST
def job_cancel(request, uuid):
    """Ask running work to stop."""
    job = _own(request, uuid)
    cancel_job(job, by=request.user)
    job.refresh_from_db()
    if request.htmx:
        return render(request, "core/_job_status.html", {"job": job})
    return redirect("job_detail", uuid=uuid)


@require_POST
def job_rerun(request, uuid):
    """Run interrupted or failed work again."""
    if not rerun_job(_own(request, uuid), by=request.user):
        messages.info(request, _("This work runs or is done; it was not started again."))
    return redirect("job_detail", uuid=uuid)


@require_safe
def job_file(request, uuid):
    """The file that finished work left in the folder of reports."""
    job = _own(request, uuid)
    folder = Path(settings.REPORTS_DIR).resolve()
    path = (folder / job.result_file).resolve() if job.result_file else folder
    if job.state != JobState.DONE or folder not in path.parents or not path.is_file():
        raise Http404
    record_access(request.user, AccessKind.FILE, f"{job}: {path.name}", object_key=f"job:{job.uuid}")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
