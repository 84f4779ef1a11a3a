"""Filters and tags of every page: formats in both languages, and nothing that lets markup through."""

import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from core.choices import JobState
from core.templatetags import shell

TEN_DOTS = "•" * 10
MORNING = datetime.datetime(2026, 10, 15, 3, 42, tzinfo=datetime.UTC)  # 10.42 in Jakarta


def render(source: str, **context) -> str:
    return Template("{% load i18n shell %}" + source).render(Context(context))


@pytest.fixture(params=["id", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def by(language: str, indonesian: str, english: str) -> str:
    return indonesian if language == "id" else english


def test_angka_groups_by_language(language):
    assert shell.angka(1689) == by(language, "1.689", "1,689")
    assert shell.angka("7807") == by(language, "7.807", "7,807")
    assert shell.angka(Decimal("1234567.85"), 1) == by(language, "1.234.567,9", "1,234,567.9")


def test_angka_tells_nothing_from_zero():
    assert shell.angka(0) == "0"
    for nothing in (None, "", "x", float("nan"), float("inf"), True):
        assert shell.angka(nothing) == "—"


def test_rupiah(language):
    assert shell.rupiah(2_400_000_000) == by(language, "Rp\xa02.400.000.000", "Rp\xa02,400,000,000")
    assert shell.rupiah(None) == "—"
    assert shell.rupiah(0) == "Rp\xa00"


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (2_400_000_000, "2,4\xa0miliar", "2.4\xa0billion"),
        (2_000_000_000, "2\xa0miliar", "2\xa0billion"),
        (850_000_000, "850\xa0juta", "850\xa0million"),
        (1_250_000_000_000, "1,3\xa0triliun", "1.3\xa0trillion"),
        (999_999, "Rp\xa0999.999", "Rp\xa0999,999"),
        (-1_500_000, "-1,5\xa0juta", "-1.5\xa0million"),
        (None, "—", "—"),
    ],
)
def test_rupiah_singkat(language, value, indonesian, english):
    assert shell.rupiah_singkat(value) == by(language, indonesian, english)


def test_persen_takes_a_share(language):
    assert shell.persen(0.784) == by(language, "78,4%", "78.4%")
    assert shell.persen(Decimal("0.62"), 0) == "62%"
    assert shell.persen(0) == by(language, "0,0%", "0.0%")
    assert shell.persen(None) == "—"


def test_persen_rounds_instead_of_cutting():
    with translation.override("id"):
        assert shell.persen(0.2167) == "21,7%"


def test_tahun_never_groups():
    with translation.override("id"):
        assert render("{{ y|tahun }}", y=2026) == "2026"
        assert render("{{ y }}", y=2026) == "2.026"  # the trap the filter is for


def test_dates(language):
    day = datetime.date(2026, 8, 3)
    assert shell.tanggal(day) == by(language, "3 Agustus 2026", "3 August 2026")
    assert shell.tanggal_pendek(day) == by(language, "3 Agu 2026", "3 Aug 2026")
    assert shell.tanggal(None) == shell.tanggal_pendek("") == "—"


def test_times_are_of_this_place(language):
    assert shell.jam(MORNING) == by(language, "10.42 WIB", "10:42 WIB")
    assert shell.waktu(MORNING) == by(language, "15 Oktober 2026 pukul 10.42 WIB", "15 October 2026 at 10:42 WIB")
    assert shell.waktu(datetime.date(2026, 10, 15)) == by(language, "15 Oktober 2026", "15 October 2026")
    assert shell.tanggal(datetime.datetime(2026, 10, 14, 20, 0, tzinfo=datetime.UTC)).startswith("15 ")
    assert shell.jam(None) == "—"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 detik"), (20.4, "20 detik"), (90, "2 menit"), (7300, "2 jam"), (None, "—"), (-1, "—")]
)
def test_lama(seconds, words):
    with translation.override("id"):
        assert shell.lama(seconds) == words


def test_mask_nik_keeps_six_digits():
    assert shell.mask_nik("1372024503720001") == "137202" + TEN_DOTS
    assert shell.mask_nik("") == "—"
    assert "0001" not in render("{{ n|mask_nik }}", n="1372024503720001")


def test_isi_keeps_zero():
    assert [shell.isi(v) for v in (None, "", 0, "Laing")] == ["—", "—", 0, "Laing"]


def test_status_escapes_and_refuses_unknown_kinds():
    html = shell.status("bad", "x-circle", "<b>Ditolak</b>", box=True)
    assert '<span class="st bad box">' in html
    assert "&lt;b&gt;Ditolak" in html
    with pytest.raises(ValueError):
        shell.status("success", "x", "x")


def test_desil_speaks_and_shows_nothing_as_a_dash():
    with translation.override("id"):
        assert shell.desil(1) == '<span class="desil d1"><span class="visually-hidden">Desil </span>1</span>'
        assert "—" in shell.desil(None)


@pytest.mark.parametrize(
    ("value", "total", "width"),
    [(62, 100, "62.0%"), (1, 3, "33.3%"), (5, 4, "100.0%"), (-1, 4, "0.0%"), (1, 0, "0%"), (None, 4, "0%")],
)
def test_bar_width_stays_within_the_track(value, total, width):
    with translation.override("id"):  # SVG wants a dot, whatever the language
        assert f'width="{width}"' in shell.bar(value, total)


def test_bar_paints_the_rest_and_speaks_when_told():
    html = shell.bar(6118, 7807, label="6.118 <terjangkau>", size="lg", rest="gap")
    assert 'class="bar lg" role="img" aria-label="6.118 &lt;terjangkau&gt;"' in html
    assert '<rect class="f-gap" x="78.4%" width="21.6%"' in html
    assert 'aria-hidden="true"' in shell.bar(1, 2)
    with pytest.raises(ValueError):
        shell.bar(1, 2, kind="red")


def sort_head(query: str, current: str) -> str:
    request = RequestFactory().get("/households/" + query)
    return render('{% sort_th "Desil" "desil" sort cls="n" hx="#list" %}', request=request, sort=current)


def test_sort_th_turns_the_order_and_starts_at_the_first_page():
    html = sort_head("?q=a%26b&after=xyz", "desil")
    assert 'aria-sort="ascending"' in html
    assert 'href="?q=a%26b&amp;sort=-desil"' in html
    assert 'hx-target="#list"' in html
    assert "after" not in html


def test_sort_th_of_another_column_is_not_marked():
    html = sort_head("?sort=name", "name")
    assert "aria-sort" not in html
    assert "?sort=desil" in html


@pytest.mark.parametrize(
    ("tags", "action"),
    [
        ("undo:/imports/1/undo/", {"kind": "undo", "url": "/imports/1/undo/"}),
        ("open:/jobs/", {"kind": "open", "url": "/jobs/"}),
        ("undo:https://elsewhere.example/", None),
        ("undo://elsewhere.example/", None),
        ("delete:/x/", None),
        ("", None),
        (None, None),
    ],
)
def test_toast_action_stays_on_this_site(tags, action):
    assert shell.toast_action(SimpleNamespace(extra_tags=tags)) == action


class VisitForm(forms.Form):
    nik = forms.CharField(label="NIK", max_length=16)
    note = forms.CharField(label="Catatan")
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Sudah diubah orang lain.")


def test_form_problems_name_field_and_anchor():
    with translation.override("id"):
        problems = shell.form_problems(VisitForm({"nik": "1" * 17}))
    texts = [p["text"] for p in problems]
    assert texts[0] == "Sudah diubah orang lain."
    assert {p["anchor"] for p in problems} == {"", "id_nik", "id_note"}
    assert any(t.startswith("Catatan: ") for t in texts)
    assert shell.form_problems(None) == []


def test_form_problems_of_formsets():
    visits = forms.formset_factory(VisitForm)
    formset = visits({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-nik": "1"})
    anchors = [p["anchor"] for p in shell.form_problems(forms=[formset])]
    assert "id_form-0-note" in anchors


def job(state, **values):
    return SimpleNamespace(**{"state": state, "done": 0, "total": 0, "started": None} | values)


def test_job_face_polls_only_while_it_lives():
    for state in JobState:
        face = shell.job_face(job(state))
        assert face["live"] == (state in (JobState.QUEUED, JobState.RUNNING)), state
        assert face["again"] == (state in (JobState.FAILED, JobState.INTERRUPTED)), state


def test_job_face_tells_the_time_left():
    started = timezone.now() - datetime.timedelta(seconds=30)
    face = shell.job_face(job(JobState.RUNNING, done=600, total=1000, started=started))
    assert face["share"] == 0.6
    assert 19 <= face["left"] <= 22
    assert shell.job_face(job(JobState.RUNNING, started=started))["left"] is None
