"""Sheets of households from file to result: one address a batch, which shows the stage it is in."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind, BatchState
from core.history import record_access
from core.imports import batches
from core.imports.forms import ColumnsForm
from core.imports.layout import layout_line
from core.imports.mending import fix_cell, leave_out, pass_over
from core.imports.pages import findings_context, findings_list, stage_context
from core.imports.refused import write_refused
from core.models import ImportFinding
from core.registry import registry
from core.roles import Perm, require
from core.sheets import XLSX_TYPE, SheetError, safe_file_name
from households.choices import Source
from households.imports.choices import ask_for_transfer, overwrite_newer, refused_rows
from households.imports.forms import ColumnFactsForm, UploadForm
from households.imports.preview import SHOWS, Preview
from households.imports.template import write_household_template

KIND = "households"
SHOWN = 50
SOURCES = dict(Source.choices)
_PEOPLE = ("moved", "missing", "gone")


def _crumbs(last: str = "") -> list[tuple]:
    here = [(_("Import data"), reverse("households:import_list") if last else None)]
    return [(_("Households"), reverse("households:household_list")), *here, *([(last, None)] if last else [])]


def import_list(request):
    """Bring a sheet; imports so far."""
    require(request.user, Perm.IMPORT_HOUSEHOLDS)
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            batch = batches.bring(
                kind=KIND,
                file=form.cleaned_data["file"],
                name=form.cleaned_data["file"].name,
                by=request.user,
                options={"area_is_default": form.area_is_default},
                **form.facts(),
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            _run(request, batch, "read")
            return redirect("households:import_batch", uuid=batch.uuid)
    found = batches.visible_batches(request.user, KIND).exclude(state=BatchState.DISCARDED).select_related("by")
    shown = list(found[:SHOWN])
    for batch in shown:
        batch.source_label = SOURCES.get(batch.source, "")
    context = {"form": form, "batches": shown, "crumbs": _crumbs()}
    return render(request, "households/import_list.html", context, status=422 if request.method == "POST" else 200)


def _find(request, uuid):
    require(request.user, Perm.IMPORT_HOUSEHOLDS)
    found = batches.visible_batches(request.user, KIND).select_related("job", "by", "applied_by", "undone_by")
    batch = get_object_or_404(found, uuid=uuid)
    batch.source_label = SOURCES.get(batch.source, "")
    return batch


def _run(request, batch, step: str) -> bool:
    """Do a step; what it refuses is said. Whether it was done or is on its way."""
    try:
        batches.run(batch, step, by=request.user)
    except (ValidationError, PermissionDenied) as error:
        _say(request, error)
        return False
    return True


def _say(request, error: Exception) -> None:
    messages.error(request, " ".join(getattr(error, "messages", None) or [str(error)]))


@require_safe
def import_batch(request, uuid):
    """The page of a batch: columns, preview, work under way, result."""
    batch = _find(request, uuid)
    stage = batches.stage(batch)
    context = _page(request, batch, stage)
    if stage == "columns":
        context |= _column_forms(ColumnsForm(batch=batch), _facts_form(request, batch))
    elif stage in ("preview", "result", "undone"):
        context |= _preview(request, batch, stage)
    return render(request, "households/import_batch.html", context)


def _page(request, batch, stage: str) -> dict:
    return stage_context(batch, stage) | {
        "crumbs": _crumbs(batch.file_name),
        "layout_line": layout_line(batch),
        "again_url": reverse("households:import_step", args=[batch.uuid, "again"]),
        "may_undo": batches.may_undo(request.user, batch),
    }


def _column_forms(form: ColumnsForm, facts: ColumnFactsForm) -> dict:
    return {"form": form, "facts": facts, "column_forms": [facts, form]}


def _facts_form(request, batch, data=None) -> ColumnFactsForm:
    initial = {name: getattr(batch, name) for name in ("source", "effective", "area", "purpose", "legal_basis")}
    initial |= {"health": batch.options.get("health", True), "effective": batch.effective or timezone.localdate()}
    return ColumnFactsForm(data, user=request.user, initial=initial)


def _preview(request, batch, stage: str) -> dict:
    preview = Preview(batch, request.user)
    counts = preview.counts
    show = request.GET.get("show", "")
    if show not in SHOWS:
        show = next((key for key in ("changed", "refused", "new", "unknown") if counts.get(key)), "")
        show = "undo" if stage == "undone" else "" if stage == "result" else show
    after = request.GET.get("after", "")
    context = {
        "counts": counts,
        "lists": [
            {"label": label, "url": f"?show={key}", "count": counts[key], "current": key == show}
            for key, label in SHOWS.items()
            if counts.get(key)
        ],
        "show": show,
        "show_label": SHOWS.get(show, ""),
        **{f"is_{key}": show == key for key in ("new", "changed", "same", "refused")},
        "to_apply": batch.counts.get("to_apply", 0),
        "unchecked": batch.options.get("unchecked", 0),
    }
    if show in _PEOPLE:
        context["people"], context["more"] = getattr(preview, show)(_number(after, -1))
    elif show in ("refused", "notes", "undo"):
        context |= findings_list(batch, show, request.GET, after=_number(after, 0), n=SHOWN)
    elif show:
        context["families"], context["more"] = preview.families(show, _number(after, -1))
    context |= findings_context(batch)
    if stage == "result":
        context["extras"] = [html for hook in registry.import_results if (html := hook(request, batch))]
        report = batch.counts.get("report", {})
        families = report.get("households", {})
        context |= {"report": report, "stored": families.get("created", 0) + families.get("updated", 0)}
    return context


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else default


@require_POST
def import_step(request, uuid, step):
    """Go on: columns, check, apply, undo, put aside, or start interrupted work again."""
    batch = _find(request, uuid)
    steps = {
        "columns": _columns,
        "back": _back,
        "check": _check,
        "apply": _apply,
        "undo": _undo,
        "discard": _discard,
        "overwrite": _overwrite,
        "again": _again,
    }
    if step not in steps:
        raise Http404
    answer = steps[step](request, batch)
    return answer or redirect("households:import_batch", uuid=batch.uuid)


def _columns(request, batch):
    form, facts = ColumnsForm(request.POST, batch=batch), _facts_form(request, batch, request.POST)
    if batches.stage(batch) != "columns":
        messages.error(request, _("This step does not fit the state of the import. Reload the page."))
        return None
    if not (form.is_valid() & facts.is_valid()):
        context = _page(request, batch, "columns") | _column_forms(form, facts)
        return render(request, "households/import_batch.html", context, status=422)
    for name, value in facts.facts().items():
        setattr(batch, name, value)
    batch.options["area_is_default"] = facts.area_is_default
    batch.options["health"] = facts.cleaned_data.get("health", False)
    batch.save()
    batches.choose_columns(batch, form.choice(), by=request.user)
    _run(request, batch, "check")
    return None


def _back(request, batch):
    type(batch).objects.filter(pk=batch.pk, state=BatchState.CHECKED).update(state=BatchState.UPLOADED)


def _check(request, batch):
    if _run(request, batch, "check"):
        return redirect(f"{reverse('households:import_batch', args=[batch.uuid])}?show=refused")
    return None


def _apply(request, batch):
    if request.POST.get("skip_refused") == "1" and not batch.skip_refused:
        batch.skip_refused = True
        chosen = {"by": request.user.pk, "at": timezone.now().isoformat(timespec="seconds")}
        batch.options["skip_refused"] = chosen
        batch.save(update_fields=["skip_refused", "options"])
    if _run(request, batch, "apply") and batch.state == BatchState.APPLIED and batch.job is None:
        families = batch.counts.get("report", {}).get("households", {})
        text = _("Import applied: %(new)s new, %(changed)s changed.")
        messages.success(request, text % {"new": families.get("created", 0), "changed": families.get("updated", 0)})


def _undo(request, batch):
    if _run(request, batch, "undo") and batch.state == BatchState.UNDONE:
        messages.success(request, _("Undone."))


def _discard(request, batch):
    try:
        batches.discard(batch, by=request.user)
    except ValidationError as error:
        _say(request, error)
        return None
    messages.success(request, _("The import was put aside; nothing of it was stored."))
    return redirect("households:import_list")


def _overwrite(request, batch):
    numbers = [_number(text, -1) for text in request.POST.getlist("family")[:SHOWN]]
    try:
        n = overwrite_newer(batch, families=numbers, by=request.user)
    except ValidationError as error:
        _say(request, error)
        return None
    text = ngettext("%(n)s family will be overwritten.", "%(n)s families will be overwritten.", n)
    messages.success(request, text % {"n": n})
    return redirect(f"{reverse('households:import_batch', args=[batch.uuid])}?show=held")


def _again(request, batch):
    again = stage_context(batch, batches.stage(batch))["again"]
    if again:
        _run(request, batch, again)


@require_POST
def import_mend(request, uuid):
    """Take another value for one cell, keep rows without their number, pass over a row, or ask for a transfer."""
    batch = _find(request, uuid)
    finding = get_object_or_404(ImportFinding, batch=batch, pk=_number(request.POST.get("finding", ""), 0))
    if batches.stage(batch) != "preview" or finding.row is None:
        messages.error(request, _("This step does not fit the state of the import. Reload the page."))
        return redirect("households:import_batch", uuid=batch.uuid)
    back = redirect(f"{reverse('households:import_batch', args=[batch.uuid])}?show=refused")
    try:
        if request.POST.get("transfer"):
            ask_for_transfer(batch, finding, by=request.user)
            messages.success(request, _("The request was passed on. You will see the answer under Transfers."))
            return back
        _mend(request, batch, finding)
    except ValidationError as error:
        _say(request, error)
        return back
    if batch.size <= batches.SMALL_BYTES:
        _run(request, batch, "check")
    else:
        messages.success(request, _("Kept. Check again when you are done with the corrections."))
    return back


def _mend(request, batch, finding: ImportFinding) -> None:
    place = {"sheet": finding.sheet, "row": finding.row, "by": request.user}
    if request.POST.get("pass_over"):
        pass_over(batch, **place)
    elif request.POST.get("leave_out") and finding.field in ("nik", "kk"):
        same = ImportFinding.objects.filter(batch=batch, level="error", code=finding.code, field=finding.field)
        rows = same if request.POST["leave_out"] == "all" else [finding]
        leave_out(batch, rows=[(f.sheet, f.row) for f in rows], field=finding.field, by=request.user)
    else:
        fix_cell(batch, field=finding.field, value=request.POST.get("value", ""), **place)


@require_POST
def import_refused(request, uuid):
    """The refused families as a workbook with a reason column; they hold full numbers, so the download is recorded."""
    batch = _find(request, uuid)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    try:
        n = write_refused(batch, refused_rows(batch), target, by=request.user)
    except SheetError as error:
        target.close()
        messages.error(request, error.message)
        return redirect("households:import_batch", uuid=batch.uuid)
    record_access(
        request.user,
        AccessKind.EXPORT_UNMASKED,
        _("Refused rows of an import"),
        purpose=_("Mend the refused rows of %(file)s") % {"file": batch.file_name},
        rows=n,
    )
    target.seek(0)
    name = safe_file_name(_("refused %(file)s") % {"file": batch.file_name.rsplit(".", 1)[0]})
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)


@require_safe
def import_template(request):
    """Our own blank sheet: drop-downs, numbers as text, examples."""
    require(request.user, Perm.IMPORT_HOUSEHOLDS)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    write_household_template(target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="templat-impor-keluarga.xlsx", content_type=XLSX_TYPE)
