"""Addresses of the pages that `test_shell_browser.py` looks at: every component on one page, and small answers."""

import datetime
import uuid
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from core.choices import JobState

SOURCE = Path(__file__).parent / "components.html"
OTHER_PAGE = """{% extends "base.html" %}{% block title %}Lain{% endblock %}{% block head %}{% endblock %}
{% block content %}{% include "components/_problem.html" with icon="house" %}{% endblock %}"""
PAPER = """{% extends "print.html" %}{% block title %}Rekap{% endblock %}{% block orientation %}landscape{% endblock %}
{% block paper %}{% include "components/_kop.html" %}<h1>REKAPITULASI</h1><table><thead><tr><th>No.</th></tr></thead>
<tbody><tr><td class="n">1</td></tr></tbody></table>{% include "components/_sign.html" %}{% endblock %}"""
NIK = "1372024503720001"
JOB = uuid.UUID("00000000-0000-4000-8000-000000000001")
polls = []


class VisitForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Nama lengkap")
    nik = forms.CharField(label="NIK", help_text="16 digit. Kosongkan bila belum punya.", required=False)
    visited = forms.DateField(label="Tanggal kunjungan", widget=forms.DateInput(attrs={"type": "date"}))
    result = forms.ChoiceField(label="Hasil", choices=[("1", "Ditemukan"), ("2", "Pindah")], widget=forms.RadioSelect)
    aid = forms.MultipleChoiceField(
        label="Bantuan", choices=[("1", "PKH"), ("2", "Sembako")], widget=forms.CheckboxSelectMultiple, required=False
    )
    area = forms.ChoiceField(label="Kelurahan", choices=[("1", "Laing"), ("2", "Nan Balimo")])
    checked = forms.BooleanField(label="Data sudah diperiksa di lapangan", help_text="Centang setelah kunjungan.")
    photo = forms.FileField(label="Foto rumah", required=False)
    note = forms.CharField(label="Catatan", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_nik(self):
        """Refuse what is not 16 long."""
        raise forms.ValidationError("NIK 15 digit, seharusnya 16.")


class FakeJob(SimpleNamespace):
    """What the job templates read of a job."""

    def __str__(self):
        return self.title

    def get_state_display(self):
        return JobState(self.state).label


def job(state, **values):
    """A job in a state, otherwise half done."""
    now = timezone.now()
    return FakeJob(
        **{
            "uuid": uuid.uuid4(),
            "title": f"Matriks intervensi ({state})",
            "state": state,
            "done": 500,
            "total": 1000,
            "message": "",
            "messages": [],
            "result_url": "",
            "result_file": "",
            "cancel_requested": False,
            "created": now,
            "started": now - datetime.timedelta(seconds=20),
            "finished": now,
        }
        | values
    )


def components(request):
    """Every component once, with a form that was refused when `?refused` is there."""
    now = timezone.now()
    if "toast" in request.GET:
        messages.success(request, "24 keluarga diajukan sebagai calon penerima.", extra_tags="undo:/elsewhere/")
        messages.error(request, "NIK ini sudah tercatat.")
    data = {"name": "Yusmaini", "nik": "137202450372000", "result": "1", "area": "1"}
    context = {
        "form": VisitForm(data if "refused" in request.GET else None),
        "q": request.GET.get("q", ""),
        "area": request.GET.get("area", ""),
        "at": now,
        "money": 2_400_000_000,
        "crumbs": [("Keluarga", "/elsewhere/"), ("Yusmaini", None)],
        "tabs": [{"label": "Semua", "url": "?", "count": "24.612"}, {"label": "Laing", "url": "?", "current": True}],
        "chips": [{"label": "Desil 1–4", "remove_url": "?"}, {"label": "Kelurahan Laing", "remove_url": "?"}],
        "rows": [
            ("Yusmaini", NIK, "RT 02/RW 03, Jl. Laing Permai", 1, 5),
            ("Ermawati yang namanya sangat panjang binti Sutan Malenggang Alam", NIK, "RT 03/RW 01", None, 3),
            ("Rafles Koto", NIK, "RT 04/RW 03, Jl. Padang Laweh", 7, 5),
        ],
        "steps": ["Berkas", "Kolom", "Periksa", "Terapkan", "Hasil"],
        "line": [
            {"at": now, "title": "Diusulkan ke RTLH", "url": "/elsewhere/", "by": "Rina Marlina", "hot": True},
            {"at": now, "title": "Desil 2 menjadi 1", "text": "DTSEN triwulan III", "by": "sistem"},
        ],
        "facts": [("Program", "Sembako 2026"), ("Melebihi kuota", 0), ("Catatan", None)],
        "funnel": [
            {"label": "Diusulkan", "value": 168, "share": 1, "kind": "then", "url": "?"},
            {"label": "Menerima", "value": 87, "share": 0.518, "url": "?"},
        ],
        "pair": [
            {"label": "31 Des", "share": 0.731, "text": "73,1%"},
            {"label": "15 Okt", "share": 0.784, "text": "78%"},
        ],
        "jobs": [
            job("running", uuid=JOB),
            job("done", result_url="/elsewhere/", result_file="a.xlsx"),
            job("failed", message="Berkas tidak dapat dibaca. Simpan ulang sebagai xlsx."),
        ],
        "kop": {"city": "Pemerintah Kota Solok", "agency": "Bapperida", "address": "Jl. Lubuk Sikarah"},
        "sign": {"place": "Solok", "date": now, "office": "Kepala", "name": "Syahrial", "rank": "IV/c", "nip": "1969"},
    }
    return HttpResponse(engines["django"].from_string(SOURCE.read_text()).render(context, request))


def unmask(request):
    """The full number for 30 s."""
    return render(request, "components/_mask.html", {"value": NIK, "url": "/unmask/", "shown": True})


def dialog(request):
    """A question that comes from the server."""
    context = {"id": "stop", "title": "Hentikan program ini?", "button": "Hentikan", "action": "/elsewhere/"}
    return render(request, "components/_ask.html", context | {"kind": "stop", "reason": True, "open": True})


def search(request):
    """Two groups of hits."""
    hits = [{"label": f"Yusmaini {n}", "sub": "Laing", "url": f"/elsewhere/?hit={n}", "icon": "people"} for n in (1, 2)]
    groups = [{"label": "Keluarga", "hits": hits}] if request.GET.get("q") else []
    template = "core/_search_hits.html" if request.htmx else "core/search.html"
    return render(request, template, {"q": request.GET.get("q", ""), "groups": groups, "short": False, "more": False})


def job_status(request, job):
    """Done at the second look."""
    polls.append(job)
    state = "running" if len(polls) < 2 else "done"
    return render(request, "core/_job_status.html", {"job": globals()["job"](state, uuid=job)})


@login_not_required
def elsewhere(request):
    """Another page: says how it was reached."""
    context = {"what": request.method, "todo": request.get_full_path(), "detail": str(dict(request.POST))}
    return HttpResponse(engines["django"].from_string(OTHER_PAGE).render(context, request))


def paper(request):
    """A paper as a page of its own."""
    sign = {"place": "Solok", "date": timezone.now(), "office": "Kepala", "name": "Syahrial"}
    context = {"kop": {"city": "Pemerintah Kota Solok", "agency": "Bapperida"}, "sign": sign}
    return HttpResponse(engines["django"].from_string(PAPER).render(context, request))


def breaks(request):
    """A page that fails."""
    return HttpResponse(status=500)


urlpatterns = [
    path("components/", components),
    path("unmask/", unmask),
    path("dialog/", dialog),
    path("elsewhere/", elsewhere),
    path("paper/", paper),
    path("breaks/", breaks),
    path("search/", search, name="search"),
    path("jobs/", elsewhere, name="job_list"),
    path("jobs/<uuid:job>/status/", job_status, name="job_status"),
    path("jobs/<uuid:job>/", elsewhere, name="job_detail"),
    path("jobs/<uuid:job>/cancel/", elsewhere, name="job_cancel"),
    path("jobs/<uuid:job>/rerun/", elsewhere, name="job_rerun"),
    path("jobs/<uuid:job>/file/", elsewhere, name="job_file"),
    path("account/", elsewhere, name="account_settings"),
    path("account/theme/", elsewhere, name="theme_set"),
    path("account/language/", elsewhere, name="language_set"),
    path("help/", elsewhere, name="help_index"),
    path("accounts/", include("core.account_urls")),
    path("admin/", admin.site.urls),
]
