"""Lists of recipients from file to result: one address a batch, which shows the stage it is in."""

from __future__ import annotations

import tempfile
import uuid as uuids

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
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
from core.roles import Perm, require
from core.sheets import XLSX_TYPE, SheetError, safe_file_name
from core.templatetags.shell import angka
from households.models import Member
from programs.imports import aid_columns, preview
from programs.imports.forms import PlanForm, ReasonsForm, UploadForm, plan_initial, unit_words
from programs.imports.plan import EnterAs
from programs.models import ProgramYear
from programs.views.finding import recipients_url

KIND = "recipients"
SHOWN = 50


def _crumbs(last: str = "") -> list[tuple]:
    here = [(_("Bring recipients"), reverse("programs:recipient_import_list") if last else None)]
    return [(_("Programmes"), reverse("programs:program_list")), *here, *([(last, None)] if last else [])]


def recipient_import_list(request):
    """Bring lists; imports so far, or those of one group with `?group=`."""
    require(request.user, Perm.DELIVER)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        brought = _bring(request, form)
        if len(brought) == 1:
            return redirect("programs:recipient_import", uuid=brought[0].uuid)
        if brought:
            return redirect(f"{request.path}?group={brought[0].options['group']}")
    found = batches.visible_batches(request.user, KIND).exclude(state=BatchState.DISCARDED).select_related("by", "job")
    group = request.GET.get("group", "").replace("\0", "")[:40]
    if group:
        found = found.filter(options__group=group)
    shown = list(found[:SHOWN])
    years = {str(y.uuid): y for y in _years(shown)}
    for batch in shown:
        batch.program_year = years.get(batch.options.get("program_year"))
    context = {"form": form, "batches": shown, "group": group, "crumbs": _crumbs()}
    status = 422 if request.method == "POST" else 200
    return render(request, "programs/recipient_import_list.html", context, status=status)


def _bring(request, form: UploadForm) -> list:
    """A batch for each file, read at once; what a file is refused for stands at the form."""
    group, brought = uuids.uuid4().hex, []
    for file in form.cleaned_data["files"]:
        try:
            batch = batches.bring(kind=KIND, file=file, name=file.name, by=request.user, options={"group": group})
        except ValidationError as error:
            form.add_error("files", [f"{file.name}: {text}" for text in error.messages])
            continue
        _run(request, batch, "read")
        brought.append(batch)
    return brought


def _years(found) -> list[ProgramYear]:
    wanted = {batch.options.get("program_year") for batch in found} - {None, ""}
    return list(ProgramYear.objects.filter(uuid__in=wanted).select_related("program__owner"))


def _find(request, uuid):
    require(request.user, Perm.DELIVER)
    found = batches.visible_batches(request.user, KIND).select_related("job", "by", "applied_by", "undone_by")
    batch = get_object_or_404(found, uuid=uuid)
    batch.program_year = next(iter(_years([batch])), None)
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


def _here(batch, query: str = ""):
    return redirect(reverse("programs:recipient_import", args=[batch.uuid]) + query)


@require_safe
def recipient_import(request, uuid):
    """The page of a batch: columns, preview, work under way, result."""
    batch = _find(request, uuid)
    stage = batches.stage(batch)
    context = _page(request, batch, stage)
    if stage == "columns":
        context |= _column_forms(
            ColumnsForm(batch=batch), PlanForm(user=request.user, batch=batch, initial=plan_initial(batch))
        )
    elif stage in ("preview", "result", "undone"):
        context |= _preview(request, batch, stage)
        context["reasons_form"] = ReasonsForm(batch=batch) if stage == "preview" else None
    return render(request, "programs/recipient_import_batch.html", context)


def _page(request, batch, stage: str) -> dict:
    return stage_context(batch, stage) | {
        "crumbs": _crumbs(batch.file_name),
        "layout_line": layout_line(batch),
        "again_url": reverse("programs:recipient_import_step", args=[batch.uuid, "again"]),
        "may_undo": batches.may_undo(request.user, batch),
        "program_year": batch.program_year,
        "enter_as": EnterAs(batch.options["enter_as"]).label if batch.options.get("enter_as") else "",
    }


def _column_forms(form: ColumnsForm, plan: PlanForm) -> dict:
    return {"form": form, "plan": plan, "column_forms": [plan, form]}


def _preview(request, batch, stage: str) -> dict:
    counts = preview.counts(batch)
    show = request.GET.get("show", "")
    if show not in (*preview.SHOWS, "undo"):
        show = next((key for key in ("choose", "refused", "new", "changed", "unknown") if counts.get(key)), "")
        show = "undo" if stage == "undone" else "" if stage == "result" else show
    outcomes, recipients = batch.counts.get("outcomes", {}), batch.counts.get("recipients", {})
    context = {
        "counts": counts,
        "lists": [
            {"label": label, "url": f"?show={key}", "count": counts[key], "current": key == show}
            for key, label in preview.SHOWS.items()
            if counts.get(key)
        ],
        "show": show,
        "show_label": preview.SHOWS.get(show, ""),
        **{f"is_{key}": show == key for key in ("new", "changed", "same", "unknown", "refused")},
        "recipients": recipients,
        "unit": unit_words(batch.program_year) if batch.program_year else "",
        "to_apply": 0 if stage == "undone" else outcomes.get("new", 0) + outcomes.get("changed", 0),
        "unchecked": batch.options.get("unchecked", 0),
        "done": batch.counts.get("done", {}),
        "is_received": batch.options.get("enter_as") == EnterAs.RECEIVED,
    }
    if show in ("notes", "undo"):
        context |= findings_list(batch, show, request.GET, after=_number(request.GET.get("after", ""), 0), n=SHOWN)
    elif show == "refused":
        context |= _refused(request, batch)
    elif show:
        after = _number(request.GET.get("after", ""), -1)
        context["rows"], context["more"] = preview.page(batch, show, request.user, after=after)
    context |= findings_context(batch)
    if batch.program_year and stage == "result":
        context["recipients_url"] = recipients_url(batch.program_year)
    return context


def _refused(request, batch) -> dict:
    context = findings_list(batch, "refused", request.GET, after=_number(request.GET.get("after", ""), 0), n=SHOWN)
    for each in context["findings"]:
        # Every refused row may be passed over; who it may be is chosen in the list of those to be chosen.
        each["pass_over"] = each["shown"].row is not None
    return context


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


# --- steps -----------------------------------------------------------------------------------------------------------


@require_POST
def recipient_import_step(request, uuid, step):
    """Go on: columns, back to them, check, apply, undo, put aside, or start interrupted work again."""
    batch = _find(request, uuid)
    steps = {
        "columns": _columns,
        "back": _back,
        "check": _check,
        "apply": _apply,
        "undo": _undo,
        "discard": _discard,
        "again": _again,
    }
    if step not in steps:
        raise Http404
    return steps[step](request, batch) or _here(batch)


def _columns(request, batch):
    form = ColumnsForm(request.POST, batch=batch)
    plan = PlanForm(request.POST, user=request.user, batch=batch)
    if batches.stage(batch) != "columns":
        messages.error(request, _("This step does not fit the state of the import. Reload the page."))
        return None
    if not (form.is_valid() & plan.is_valid()):
        context = _page(request, batch, "columns") | _column_forms(form, plan)
        return render(request, "programs/recipient_import_batch.html", context, status=422)
    batch.options |= plan.options()
    batch.save(update_fields=["options"])
    batches.choose_columns(batch, form.choice(), by=request.user)
    _run(request, batch, "check")
    return None


def _back(request, batch):
    batches.visible_batches(request.user, KIND).filter(pk=batch.pk, state=BatchState.CHECKED).update(
        state=BatchState.UPLOADED
    )


def _check(request, batch):
    return _here(batch, "?show=refused") if _run(request, batch, "check") else None


def _apply(request, batch):
    form = ReasonsForm(request.POST, batch=batch)
    stage = batches.stage(batch)
    if stage == "preview" and not form.is_valid():
        context = _page(request, batch, stage) | _preview(request, batch, stage) | {"reasons_form": form}
        return render(request, "programs/recipient_import_batch.html", context, status=422)
    batch.options |= form.cleaned_data if form.is_valid() else {}
    if request.POST.get("skip_refused") == "1" and not batch.skip_refused:
        batch.skip_refused = True
        chosen = {"by": request.user.pk, "at": timezone.now().isoformat(timespec="seconds")}
        batch.options["skip_refused"] = chosen
    batch.save(update_fields=["skip_refused", "options"])
    if _run(request, batch, "apply") and batch.state == BatchState.APPLIED and batch.job is None:
        messages.success(request, _done_text(batch))
    return None


def _done_text(batch) -> str:
    done = batch.counts.get("done", {})
    return _("List applied: %(new)s new, %(changed)s with a further delivery or step.") % {
        "new": angka(done.get("created", 0)),
        "changed": angka(done.get("updated", 0)),
    }


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
    return redirect("programs:recipient_import_list")


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
def recipient_import_mend(request, uuid):
    """Take another value for one cell, leave out a number, or pass over a row."""
    batch = _find(request, uuid)
    finding = get_object_or_404(ImportFinding, batch=batch, pk=_number(request.POST.get("finding", ""), 0))
    if _not_now(request, batch) or finding.row is None:
        return _here(batch)
    place = {"sheet": finding.sheet, "row": finding.row, "by": request.user}
    try:
        if request.POST.get("pass_over"):
            pass_over(batch, **place)
        elif request.POST.get("leave_out") and finding.field in ("nik", "kk"):
            same = ImportFinding.objects.filter(batch=batch, level="error", code=finding.code, field=finding.field)
            rows = same if request.POST["leave_out"] == "all" else [finding]
            leave_out(batch, rows=[(f.sheet, f.row) for f in rows], field=finding.field, by=request.user)
        else:
            fix_cell(batch, field=finding.field, value=request.POST.get("value", ""), **place)
    except ValidationError as error:
        _say(request, error)
        return _here(batch, "?show=refused")
    _check_again(request, batch)
    return _here(batch, "?show=refused")


@require_POST
def recipient_import_choose(request, uuid):
    """Say who a row means, of those it may mean."""
    batch = _find(request, uuid)
    row = preview.row_of(batch, _number(request.POST.get("row", ""), -1))
    if _not_now(request, batch):
        return _here(batch)
    if row is None:
        raise Http404
    member = get_object_or_404(Member.objects.visible_to(request.user), uuid=_uuid(request.POST.get("member", "")))
    if member.pk not in (row.near or ()):
        raise Http404
    batch.options.setdefault("chosen", {})[f"{row.sheet}|{row.row}"] = str(member.uuid)
    batch.save(update_fields=["options"])
    _check_again(request, batch)
    return _here(batch, "?show=choose" if preview.counts(batch).get("choose") else "")


def _uuid(text: str):
    try:
        return uuids.UUID(text)
    except ValueError:
        raise Http404 from None


def _check_again(request, batch) -> None:
    if batch.size <= batches.SMALL_BYTES:
        _run(request, batch, "check")
    else:
        messages.success(request, _("Kept. Check again when you are done with the corrections."))


# --- workbooks, aid of household sheets ------------------------------------------------------------------------------


@require_POST
def recipient_import_rows(request, uuid, which):
    """Refused rows, or those not in our data, as a workbook with a reason column; they hold full numbers: recorded."""
    if which not in ("refused", "unknown"):
        raise Http404
    batch = _find(request, uuid)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    try:
        n = write_refused(batch, preview.reasons(batch, unknown=which == "unknown"), target, by=request.user)
    except SheetError as error:
        target.close()
        messages.error(request, error.message)
        return _here(batch)
    what = _("Rows not in our data of an import") if which == "unknown" else _("Refused rows of an import")
    purpose = _("Mend the rows of %(file)s") % {"file": batch.file_name}
    record_access(request.user, AccessKind.EXPORT_UNMASKED, what, purpose=purpose, rows=n)
    target.seek(0)
    stem = batch.file_name.rsplit(".", 1)[0]
    text = _("not in our data %(file)s") if which == "unknown" else _("refused %(file)s")
    name = safe_file_name(text % {"file": stem})
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)


@require_POST
def recipient_import_aid(request, uuid):
    """Make a list of recipients from a column of a household sheet that spoke of aid."""
    require(request.user, Perm.DELIVER)
    source = get_object_or_404(batches.visible_batches(request.user, "households"), uuid=uuid)
    try:
        batch = aid_columns.bring_column(source, request.POST.get("column", "")[:200], by=request.user)
    except ValidationError as error:
        _say(request, error)
        return redirect("households:import_batch", uuid=source.uuid)
    messages.success(request, _("The list is made. Confirm programme and columns, then check it."))
    return _here(batch)
