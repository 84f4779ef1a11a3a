"""The LP2KD of a year: what is missing, the texts, drafts, and issued versions that never change."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.attachments import stored_at
from core.choices import AccessKind
from core.history import record_access
from core.roles import Perm, require
from core.sheets import safe_file_name
from reports.layouts.actions import bring_layout, fill_layout, withdraw_layout
from reports.layouts.filling import known
from reports.layouts.models import ReportLayout
from reports.lp2kd import papers
from reports.lp2kd.actions import issue
from reports.lp2kd.chapters import BY_KEY, REPORT
from reports.lp2kd.facts import collect
from reports.lp2kd.models import Issue
from reports.lp2kd.texts import LONGEST, fill, texts_of, unknown_names, write_text
from reports.scope import require_city
from reports.tabs import written_tabs


class TextForm(forms.Form):
    """The text of a chapter and the version it was read in."""

    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 16})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class IssueForm(forms.Form):
    """What goes with an issued version."""

    number = forms.CharField(label=gettext_lazy("Letter number"), max_length=80, required=False)
    note = forms.CharField(label=gettext_lazy("Why this version"), max_length=300, required=False)


def _crumbs(*more):
    return [(_("Reports"), reverse("reports:report_list")), ("LP2KD", reverse("reports:lp2kd")), *more]


def _versions(year: int):
    return Issue.objects.filter(report=REPORT, year=year).select_related("by")


@require_safe
def overview(request):
    """Checklist, chapters and versions of the chosen year; readers who do not write it see the issued versions."""
    require_city(request.user)
    writes = request.access.can(Perm.MANAGE_REFERENCE)
    context = {"writes": writes, "versions": _versions(request.year), "crumbs": _crumbs()[:1] + [("LP2KD", None)]}
    if writes:
        facts, texts = collect(request.year), texts_of(request.year)
        context |= {
            "texts": texts,
            "missing": papers.missing(facts, texts),
            "form": IssueForm(),
            "layouts": ReportLayout.objects.filter(report=REPORT, withdrawn_at=None).select_related("by"),
            "names": sorted(known(facts, texts)),
        }
    return render(request, "reports/lp2kd.html", context | written_tabs("lp2kd", request.access))


def text_edit(request, chapter):
    """Write one chapter, with last year's text and the figures it may name beside."""
    require(request.user, Perm.MANAGE_REFERENCE)
    if chapter not in BY_KEY:
        raise Http404
    year = request.year
    now = next(text for text in texts_of(year) if text.chapter.key == chapter)
    values = collect(year).values
    form = TextForm(request.POST or None, initial={"text": now.text, "version": now.version})
    conflict = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            write_text(year=year, chapter=chapter, text=data["text"], version=data["version"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
            conflict = now.text
            form.data = form.data.copy()
            form.data["version"] = now.version
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:lp2kd")
    context = {
        "now": now,
        "form": form,
        "conflict": conflict,
        "values": sorted(values.items()),
        "filled": fill(now.text, values),
        "unknown": unknown_names(now.text, values),
        "cancel_url": reverse("reports:lp2kd"),
        "crumbs": _crumbs((now.chapter.title, None)),
    }
    return render(request, "reports/lp2kd_text.html", context, status=422 if form.is_bound else 200)


@require_safe
def draft(request, form):
    """The report as it stands now, to look at."""
    require(request.user, Perm.MANAGE_REFERENCE)
    if form not in papers.TYPES:
        raise Http404
    facts, texts = collect(request.year), texts_of(request.year)
    build = {
        "pdf": lambda: papers.pdf(facts, texts, by=request.user),
        "docx": lambda: papers.word(facts, texts),
        "xlsx": lambda: papers.workbook(facts, by=request.user),
    }
    response = HttpResponse(build[form](), content_type=papers.TYPES[form])
    name = safe_file_name(f"lp2kd {facts.values['wilayah']} {request.year} konsep", form)
    response["Content-Disposition"] = f'{"inline" if form == "pdf" else "attachment"}; filename="{name}"'
    return response


@require_POST
def layout_add(request):
    """Bring a layout of one's own."""
    require(request.user, Perm.MANAGE_REFERENCE)
    name, upload = request.POST.get("name", "")[:120], request.FILES.get("file")
    try:
        bring_layout(upload=upload, name=name, by=request.user, year=request.year)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The layout is kept. Open it filled with today's figures below."))
    return redirect(f"{reverse('reports:lp2kd')}#layouts")


@require_safe
def layout_file(request, uuid):
    """A layout filled with the figures of the chosen year."""
    require(request.user, Perm.MANAGE_REFERENCE)
    layout = get_object_or_404(ReportLayout, uuid=uuid)
    response = HttpResponse(fill_layout(layout, year=request.year), content_type=papers.TYPES[layout.ending])
    name = safe_file_name(f"{layout.name} {request.year}", layout.ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def layout_withdraw(request, uuid):
    """Take a layout out of use."""
    require(request.user, Perm.MANAGE_REFERENCE)
    withdraw_layout(layout=get_object_or_404(ReportLayout, uuid=uuid), by=request.user)
    messages.success(request, _("The layout was withdrawn."))
    return redirect(f"{reverse('reports:lp2kd')}#layouts")


@require_POST
def issue_version(request):
    """Freeze the report as its next version."""
    require(request.user, Perm.MANAGE_REFERENCE)
    form = IssueForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    else:
        row = issue(year=request.year, by=request.user, **form.cleaned_data)
        messages.success(request, _("Version %(n)s is issued. It never changes.") % {"n": row.version})
    return redirect("reports:lp2kd")


@require_safe
def issued(request, uuid, form):
    """A file of an issued version, byte for byte as it was."""
    require_city(request.user)
    row = get_object_or_404(Issue, uuid=uuid)
    kept = row.files.get(form)
    path = stored_at(kept["sha256"]) if kept else None
    if path is None or not path.is_file():
        raise Http404
    record_access(request.user, AccessKind.FILE, f"{row.report.upper()} {row.year}, versi {row.version} ({form})")
    name = safe_file_name(f"{row.report} {row.year} versi {row.version}", form)
    return FileResponse(path.open("rb"), as_attachment=form != "pdf", filename=name, content_type=papers.TYPES[form])
