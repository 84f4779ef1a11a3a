"""Plan sheets from file to result: one address a batch, which shows the stage it is in."""

from __future__ import annotations

import tempfile
import uuid as uuids

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.choices import BatchState
from core.imports import batches
from core.imports.forms import ColumnsForm
from core.imports.layout import layout_line
from core.imports.mending import fix_cell, pass_over
from core.imports.pages import findings_context, findings_list, stage_context
from core.imports.refused import write_refused
from core.models import ImportFinding
from core.roles import Perm, require
from core.sheets import XLSX_TYPE, SheetError, safe_file_name
from core.templatetags.shell import angka
from programs.forms.plan_import import PlanSheetForm, UploadForm
from programs.models import PlanRow, Program
from programs.plans.imports import preview

KIND = "plans"
SHOWN = 50


def _crumbs(last: str = "") -> list[tuple]:
    here = [(_("Bring a plan sheet"), reverse("programs:plan_import_list") if last else None)]
    return [(_("Annual plans"), reverse("programs:plan_list")), *here, *([(last, None)] if last else [])]


def plan_import_list(request):
    """Bring a sheet; imports so far."""
    require(request.user, Perm.MANAGE_PROGRAMS)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = batches.bring(kind=KIND, file=file, name=file.name, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            _run(request, batch, "read")
            return redirect("programs:plan_import", uuid=batch.uuid)
    found = batches.visible_batches(request.user, KIND).exclude(state=BatchState.DISCARDED).select_related("by", "job")
    context = {"form": form, "batches": list(found[:SHOWN]), "crumbs": _crumbs()}
    return render(request, "programs/plan_import_list.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def plan_import_template(request):
    """A blank sheet with the columns, examples and advice."""
    require(request.user, Perm.MANAGE_PROGRAMS)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    preview.write_blank(target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="lembar-rencana.xlsx", content_type=XLSX_TYPE)


def _find(request, uuid):
    require(request.user, Perm.MANAGE_PROGRAMS)
    found = batches.visible_batches(request.user, KIND).select_related("job", "by", "applied_by", "undone_by")
    return get_object_or_404(found, uuid=uuid)


def _run(request, batch, step: str) -> bool:
    """Do a step; what it refuses is said. Whether it was done or is on its way."""
    try:
        batches.run(batch, step, by=request.user)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, " ".join(getattr(error, "messages", None) or [str(error)]))
        return False
    return True


def _here(batch, query: str = ""):
    return redirect(reverse("programs:plan_import", args=[batch.uuid]) + query)


@require_safe
def plan_import(request, uuid):
    """The page of a batch: columns, preview, work under way, result."""
    batch = _find(request, uuid)
    stage = batches.stage(batch)
    context = _page(request, batch, stage)
    if stage == "columns":
        context |= _column_forms(ColumnsForm(batch=batch), PlanSheetForm(batch=batch))
    elif stage in ("preview", "result", "undone"):
        context |= _preview(request, batch, stage)
    return render(request, "programs/plan_import_batch.html", context)


def _page(request, batch, stage: str) -> dict:
    year = batch.options.get("year")
    return stage_context(batch, stage) | {
        "crumbs": _crumbs(batch.file_name),
        "layout_line": layout_line(batch),
        "again_url": reverse("programs:plan_import_step", args=[batch.uuid, "again"]),
        "may_undo": batches.may_undo(request.user, batch),
        "of_year": year,
        "plans_url": f"{reverse('programs:plan_list')}?{urlencode({'year': year})}" if year else "",
    }


def _column_forms(form: ColumnsForm, plan: PlanSheetForm) -> dict:
    return {"form": form, "plan": plan, "column_forms": [plan, form]}


def _preview(request, batch, stage: str) -> dict:
    counts = preview.counts(batch)
    show = request.GET.get("show", "")
    if show not in (*preview.SHOWS, "undo"):
        show = next((key for key in ("refused", "new", "changed", "unknown") if counts.get(key)), "")
        show = "undo" if stage == "undone" else "" if stage == "result" else show
    plans = batch.counts.get("plans", {})
    context = {
        "counts": counts,
        "lists": [
            {"label": label, "url": f"?show={key}", "count": angka(counts[key]), "current": key == show}
            for key, label in preview.SHOWS.items()
            if counts.get(key)
        ],
        "show": show,
        "show_label": preview.SHOWS.get(show, ""),
        "plans": plans,
        "to_apply": 0 if stage == "undone" else plans.get("new", 0) + plans.get("changed", 0),
        "done": batch.counts.get("done", {}),
        "unchecked": batch.options.get("unchecked", 0),
        "programs": Program.objects.managed_by(request.user).order_by("short_name", "pk")
        if show in ("unknown", "refused")
        else [],
    }
    after = _number(request.GET.get("after", ""), -1)
    if show in ("refused", "notes", "undo"):
        context |= findings_list(batch, show, request.GET, after=max(after, 0), n=SHOWN)
        for each in context["findings"]:
            each["pass_over"] = each["shown"].row is not None
            each["choose"] = each["shown"].code == "several"
    elif show:
        context["rows"], context["more"] = preview.page(batch, show, after=after)
    return context | findings_context(batch)


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


# --- steps -----------------------------------------------------------------------------------------------------------


@require_POST
def plan_import_step(request, uuid, step):
    """Go on: columns, back to them, check, apply, undo, put aside, or start interrupted work again."""
    batch = _find(request, uuid)
    steps = {"columns": _columns, "back": _back, "check": _check, "apply": _apply, "undo": _undo}
    steps |= {"discard": _discard, "again": _again}
    if step not in steps:
        raise Http404
    return steps[step](request, batch) or _here(batch)


def _columns(request, batch):
    form, plan = ColumnsForm(request.POST, batch=batch), PlanSheetForm(request.POST, batch=batch)
    if batches.stage(batch) != "columns":
        messages.error(request, _("This step does not fit the state of the import. Reload the page."))
        return None
    if not (form.is_valid() & plan.is_valid()):
        context = _page(request, batch, "columns") | _column_forms(form, plan)
        return render(request, "programs/plan_import_batch.html", context, status=422)
    batch.options |= plan.cleaned_data
    batch.save(update_fields=["options"])
    batches.choose_columns(batch, form.choice(), by=request.user)
    _run(request, batch, "check")
    return None


def _back(request, batch):
    batches.visible_batches(request.user, KIND).filter(pk=batch.pk, state=BatchState.CHECKED).update(
        state=BatchState.UPLOADED
    )


def _check(request, batch):
    _run(request, batch, "check")


def _apply(request, batch):
    if request.POST.get("skip_refused") == "1" and not batch.skip_refused:
        batch.skip_refused = True
        batch.options["skip_refused"] = {
            "by": request.user.pk,
            "at": timezone.now().isoformat(timespec="seconds"),
        }
        batch.save(update_fields=["skip_refused", "options"])
    if _run(request, batch, "apply") and batch.state == BatchState.APPLIED and batch.job is None:
        done = batch.counts.get("done", {})
        text = _("Plan sheet applied: %(new)s new plans, %(changed)s changed.")
        messages.success(request, text % {"new": angka(done["created"]), "changed": angka(done["updated"])})


def _undo(request, batch):
    if _run(request, batch, "undo") and batch.state == BatchState.UNDONE:
        messages.success(request, _("Undone."))


def _discard(request, batch):
    try:
        batches.discard(batch, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return None
    messages.success(request, _("The import was put aside; nothing of it was stored."))
    return redirect("programs:plan_import_list")


def _again(request, batch):
    again = stage_context(batch, batches.stage(batch))["again"]
    if again:
        _run(request, batch, again)


# --- mending and choosing --------------------------------------------------------------------------------------------


def _not_now(request, batch) -> bool:
    if batches.stage(batch) == "preview":
        return False
    messages.error(request, _("This step does not fit the state of the import. Reload the page."))
    return True


@require_POST
def plan_import_mend(request, uuid):
    """Take another value for one cell, or pass over a row."""
    batch = _find(request, uuid)
    finding = get_object_or_404(ImportFinding, batch=batch, pk=_number(request.POST.get("finding", ""), 0))
    if _not_now(request, batch) or finding.row is None:
        return _here(batch)
    place = {"sheet": finding.sheet, "row": finding.row, "by": request.user}
    if request.POST.get("pass_over"):
        pass_over(batch, **place)
    else:
        fix_cell(batch, field=finding.field, value=request.POST.get("value", ""), **place)
    return _again_checked(request, batch, "?show=refused")


@require_POST
def plan_import_choose(request, uuid):
    """Say which of our programmes a row means."""
    batch = _find(request, uuid)
    if _not_now(request, batch):
        return _here(batch)
    n = _number(request.POST.get("row", ""), -1)
    row = PlanRow.objects.filter(batch_id=batch.pk, n=n, level="sub").first()
    managed = Program.objects.managed_by(request.user)
    program = managed.filter(uuid=_uuid(request.POST.get("program", ""))).first()
    if row is None or program is None:
        raise Http404
    batch.options.setdefault("chosen", {})[f"{row.sheet}|{row.row}"] = str(program.uuid)
    batch.save(update_fields=["options"])
    return _again_checked(request, batch, "?show=unknown")


def _uuid(text: str):
    try:
        return uuids.UUID(text)
    except ValueError:
        raise Http404 from None


def _again_checked(request, batch, query: str):
    _run(request, batch, "check")
    return _here(batch, query)


@require_POST
def plan_import_rows(request, uuid):
    """Refused rows as a workbook with a reason column."""
    batch = _find(request, uuid)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    try:
        write_refused(batch, preview.reasons(batch), target, by=request.user)
    except SheetError as error:
        target.close()
        messages.error(request, error.message)
        return _here(batch)
    target.seek(0)
    name = safe_file_name(f"{_('refused')} {batch.file_name}")
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)
