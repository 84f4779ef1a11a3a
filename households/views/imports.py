"""Sheets of households from file to result: one address a batch, which shows the stage it is in."""

from __future__ import annotations

import tempfile

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind, BatchState
from core.history import record_access
from core.imports import batches
from core.imports.findings import page as findings_page
from core.imports.forms import ColumnsForm, SheetFileField
from core.imports.mending import fix_cell, leave_out
from core.imports.pages import findings_context, stage_context
from core.imports.refused import write_refused
from core.models import ImportFinding
from core.registry import registry
from core.roles import Perm, require
from core.sheets import XLSX_TYPE, SheetError, TemplateColumn, safe_file_name, write_template
from households.choices import Source
from households.forms import DateField, PlainForm, village_field
from households.imports.preview import SHOWS, Preview
from households.labels import Labels
from households.models import ImportRow
from households.models.households import HOUSING_CODES

KIND = "households"
SHOWN = 50


class ImportForm(PlainForm):
    """The file, whose data it is, of which day, and for DTSEN why it may be used (Inpres 4/2025)."""

    file = SheetFileField(label=gettext_lazy("File"))
    source = forms.ChoiceField(
        label=gettext_lazy("Source"),
        choices=[("", gettext_lazy("Recognise by its columns")), *Source.choices],
        required=False,
    )
    effective = DateField(label=gettext_lazy("date of the data"), required=False)
    purpose = forms.CharField(label=gettext_lazy("purpose"), max_length=300, required=False)
    legal_basis = forms.CharField(label=gettext_lazy("legal basis"), max_length=300, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        field = village_field(user)
        field.label = _("Kelurahan of every row")
        field.help_text = _("Only for sheets that do not name the kelurahan.")
        field.required = field.empty_label is None
        self.fields["area"] = field
        self.order_fields(["file", "area", "source", "effective", "purpose", "legal_basis"])

    def clean(self):
        values = super().clean()
        if values.get("source") == Source.DTSEN and not values.get("purpose", "").strip():
            self.add_error("purpose", _("DTSEN may be used for a purpose only. Write it."))
        return values


def import_list(request):
    """Bring a sheet; imports so far."""
    require(request.user, Perm.IMPORT_HOUSEHOLDS)
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            batch = batches.bring(
                kind=KIND,
                file=values["file"],
                name=values["file"].name,
                by=request.user,
                source=values["source"],
                effective=values["effective"],
                area=values["area"].code if values["area"] else "",
                purpose=values["purpose"],
                legal_basis=values["legal_basis"],
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            _run(request, batch, "read")
            return redirect("households:import_batch", uuid=batch.uuid)
    context = {
        "form": form,
        "batches": batches.visible_batches(request.user, KIND).select_related("by")[:SHOWN],
        "crumbs": [(_("Households"), reverse("households:household_list")), (_("Import data"), None)],
    }
    return render(request, "households/import_list.html", context, status=422 if request.method == "POST" else 200)


def _find(request, uuid):
    require(request.user, Perm.IMPORT_HOUSEHOLDS)
    return get_object_or_404(batches.visible_batches(request.user, KIND).select_related("job", "by"), uuid=uuid)


def _run(request, batch, step: str) -> None:
    """Do a step; what it refuses is said, what fails stands in the batch."""
    try:
        batches.run(batch, step, by=request.user)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, " ".join(getattr(error, "messages", None) or [str(error)]))


@require_safe
def import_batch(request, uuid):
    """The page of a batch: columns, preview, work under way, result."""
    batch = _find(request, uuid)
    stage = batches.stage(batch)
    context = stage_context(batch, stage) | {
        "crumbs": [
            (_("Households"), reverse("households:household_list")),
            (_("Import data"), reverse("households:import_list")),
            (batch.file_name, None),
        ],
        "again_url": reverse("households:import_step", args=[batch.uuid, "again"]),
        "may_undo": batches.may_undo(request.user, batch),
    }
    if stage == "columns":
        context["form"] = ColumnsForm(batch=batch)
    elif stage in ("preview", "result"):
        context |= _preview(request, batch, stage)
    return render(request, "households/import_batch.html", context)


def _preview(request, batch, stage: str) -> dict:
    preview = Preview(batch, request.user)
    counts = preview.counts
    show = request.GET.get("show", "")
    context = {"tiles": [(key, SHOWS[key], n) for key, n in counts.items()], "counts": counts}
    context |= findings_context(batch)
    code, level = request.GET.get("code", "")[:60], "error" if show == "refused" else ""
    if code or show == "refused":
        after = request.GET.get("after", "")
        rows, more = findings_page(
            batch, level=level, code=code, field=request.GET.get("field", "")[:30], after=_number(after, 0), n=SHOWN
        )
        context |= {"findings": rows, "more_findings": rows[-1].id if more else None, "code": code}
    if show not in SHOWS:
        show = "changed" if counts.get("changed") else ""
    after = _number(request.GET.get("after", ""), -1)
    if show in ("moved", "missing", "gone"):
        context["people"], context["more"] = getattr(preview, show)(after)
    elif show in SHOWS and show not in ("refused", "notes"):
        context["families"], context["more"] = preview.families(show, after)
    context |= {"show": show, "show_label": SHOWS.get(show, "")}
    context["going"] = counts.get("new", 0) + counts.get("changed", 0)
    if stage == "result":
        context["extras"] = [html for hook in registry.import_results if (html := hook(request, batch))]
    return context


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else default


@require_POST
def import_step(request, uuid, step):
    """Go on: columns, check, apply, undo, discard, or start interrupted work again."""
    batch = _find(request, uuid)
    page = redirect("households:import_batch", uuid=batch.uuid)
    if step == "columns":
        form = ColumnsForm(request.POST, batch=batch)
        if not form.is_valid():
            context = stage_context(batch, "columns") | {"form": form, "crumbs": []}
            return render(request, "households/import_batch.html", context, status=422)
        batches.choose_columns(batch, form.choice(), by=request.user)
        _run(request, batch, "check")
    elif step == "back":
        if batch.applied_at is None:
            type(batch).objects.filter(pk=batch.pk, state=BatchState.CHECKED).update(state=BatchState.UPLOADED)
    elif step == "apply":
        batch.skip_refused = request.POST.get("skip_refused") == "1"
        batch.save(update_fields=["skip_refused"])
        _run(request, batch, "apply")
        batch.refresh_from_db()
        if batch.state == BatchState.APPLIED and batch.job is None:
            messages.success(request, _("The import is applied. You can undo it at any time."))
    elif step == "undo":
        _run(request, batch, "undo")
    elif step == "discard":
        try:
            batches.discard(batch, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    elif step == "again":
        again = stage_context(batch, batches.stage(batch))["again"]
        if again:
            _run(request, batch, again)
    else:
        raise Http404
    return page


@require_POST
def import_mend(request, uuid):
    """Take another value for one cell, or keep rows without their number; then everything is checked again."""
    batch = _find(request, uuid)
    finding = get_object_or_404(ImportFinding, batch=batch, pk=_number(request.POST.get("finding", ""), 0))
    try:
        if request.POST.get("leave_out") and finding.field in ("nik", "kk"):
            same = ImportFinding.objects.filter(batch=batch, code=finding.code, field=finding.field)
            rows = same if request.POST["leave_out"] == "all" else [finding]
            leave_out(batch, rows=[(f.sheet, f.row) for f in rows], field=finding.field, by=request.user)
        else:
            fix_cell(
                batch,
                sheet=finding.sheet,
                row=finding.row,
                field=finding.field,
                value=request.POST.get("value", ""),
                by=request.user,
            )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _run(request, batch, "check")
    return redirect(f"{reverse('households:import_batch', args=[batch.uuid])}?show=refused")


@require_POST
def import_refused(request, uuid):
    """The refused families as a workbook with a reason column; they hold full numbers, so the download is recorded."""
    batch = _find(request, uuid)
    reasons: dict[tuple[str, int], str] = {}
    groups = set()
    after = 0
    while True:
        rows, more = findings_page(batch, level="error", after=after, n=500)
        for f in rows:
            key = (f.sheet, f.row)
            reasons[key] = " ".join(filter(None, [reasons.get(key, ""), f.text, f.todo]))
            groups.add(f.group)
            after = f.id
        if not more:
            break
    names = [about["name"] for about in batch.layout.get("sheets", [])]
    for row in ImportRow.objects.filter(batch_id=batch.pk, family__in=groups - {None}):
        reasons.setdefault((names[row.sheet], row.row), "")
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    try:
        n = write_refused(batch, reasons, target, by=request.user)
    except SheetError as error:
        messages.error(request, error.message)
        return redirect("households:import_batch", uuid=batch.uuid)
    record_access(
        request.user, AccessKind.EXPORT_UNMASKED, _("Refused rows of an import"), purpose=batch.file_name, rows=n
    )
    target.seek(0)
    name = safe_file_name(_("refused %(file)s") % {"file": batch.file_name.rsplit(".", 1)[0]})
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)


@require_safe
def import_template(request):
    """Our own blank sheet: drop-downs, numbers as text, examples."""
    require(request.user, Perm.IMPORT_HOUSEHOLDS)
    labels = Labels(*HOUSING_CODES, "relation", "marital", "education")

    def words(field):
        return [label for _code, label in labels.choices(field)]

    columns = [
        TemplateColumn("No KK", "nik", required=True),
        TemplateColumn("NIK", "nik", required=True),
        TemplateColumn("Nama Lengkap", required=True, width=28),
        TemplateColumn("Jenis Kelamin", choices=["L", "P"]),
        TemplateColumn("Tempat Lahir"),
        TemplateColumn("Tanggal Lahir", "date"),
        TemplateColumn("Hubungan Keluarga", choices=words("relation"), required=True),
        TemplateColumn("Status Kawin", choices=words("marital")),
        TemplateColumn("Pendidikan", choices=words("education")),
        TemplateColumn("Pekerjaan"),
        TemplateColumn("Alamat", width=32),
        TemplateColumn("RT", "code"),
        TemplateColumn("RW", "code"),
        TemplateColumn("Kelurahan"),
        TemplateColumn("Desil", "int", choices=[str(n) for n in range(1, 11)]),
        TemplateColumn("Status Bangunan", choices=words("ownership")),
        TemplateColumn("Jenis Lantai", choices=words("floor")),
        TemplateColumn("Jenis Dinding", choices=words("wall")),
        TemplateColumn("Jenis Atap", choices=words("roof")),
        TemplateColumn("Sumber Air Minum", choices=words("water")),
        TemplateColumn("Fasilitas BAB", choices=words("toilet")),
    ]
    rest = ["SOLOK", "05/03/1980", "Kepala Keluarga", "Cerai Mati", "", "Buruh harian lepas"]
    child = ["SOLOK", "11/07/2012", "Anak", "Belum Kawin", "", "Pelajar"]
    address = ["Jl. Contoh No. 1", "001", "002", "Laing", 1, "Milik sendiri"]
    examples = [
        ["1372021203100001", "1372024503800001", "CONTOH KEPALA", "P", *rest, *address],
        ["1372021203100001", "1372021107120002", "CONTOH ANAK", "L", *child, *address],
    ]
    examples = [row + [""] * (len(columns) - len(row)) for row in examples]
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so removed, by the response)
    write_template(target, name="Keluarga", columns=columns, examples=examples)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="templat-impor-keluarga.xlsx", content_type=XLSX_TYPE)
