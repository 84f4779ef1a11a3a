"""Search, own work, account and guide: what they show, to whom, and what they do with bad input."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from core import guide
from core.choices import JobState
from core.models import HistoryTransaction, Job, User
from core.registry import SearchSource, registry

pytestmark = pytest.mark.django_db
NIK = "1372024503720001"


@pytest.fixture
def rina(client):
    user = User.objects.create_user("rina", password="x", full_name="Rina Marlina")
    client.force_login(user)
    return user


@pytest.fixture
def people(monkeypatch):
    """A search source over a few names; remembers what it was asked."""
    names = [f"Yusmaini {n:02}" for n in range(30)]
    asked = []

    def find(request, text, limit):
        asked.append(text)
        found = ["Yusmaini"] if text == NIK else [n for n in names if text.lower() in n.lower()]
        return [{"label": n, "sub": "Laing", "url": f"/{n}/", "icon": "people"} for n in found][:limit]

    source = SearchSource(key="people", label="Keluarga", order=1, find=find)
    monkeypatch.setattr(registry, "search_sources", [source])
    return asked


# --- search


def test_search_shows_twenty_on_the_page_and_says_there_are_more(client, rina, people):
    html = client.get("/search/", {"q": "yus"}).content.decode()
    assert html.count("data-hit") == 20
    assert "Masih ada lagi" in html


def test_search_drop_shows_five(client, rina, people):
    response = client.get("/search/", {"q": "yus"}, headers={"HX-Request": "true"})
    assert response.content.decode().count('class="hit"') == 5
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_whole_number_goes_straight_to_the_one_hit(client, rina, people):
    response = client.get("/search/", {"q": "1372.0245 0372.0001"})
    assert response.url == "/Yusmaini/"
    assert people == [NIK]


def test_one_letter_is_not_searched(client, rina, people):
    assert "paling sedikit dua huruf" in client.get("/search/", {"q": " y "}).content.decode()
    assert people == []


def test_search_survives_odd_input(client, rina, people):
    for odd in ("\0\0\0", "\0yus", "%_'\"<b>", "x" * 5000, "  "):
        assert client.get("/search/", {"q": odd}).status_code == 200
    assert "\0" not in "".join(people)
    assert max(map(len, people)) <= 100


def test_nothing_found_says_what_to_do(client, rina, people):
    assert "Periksa ejaan" in client.get("/search/", {"q": "zzzz"}).content.decode()


# --- work


def job(user, **values):
    return Job.objects.create(**{"kind": "x", "title": "Impor Laing", "by": user, "state": JobState.RUNNING} | values)


def test_running_card_polls_and_a_finished_one_does_not(client, rina):
    work = job(rina, done=484, total=1000)
    html = client.get(reverse("job_status", args=[work.uuid])).content.decode()
    assert f'hx-get="/jobs/{work.uuid}/status/"' in html
    assert "484 dari 1.000" in html
    Job.objects.update(state=JobState.DONE)
    assert "hx-get" not in client.get(reverse("job_status", args=[work.uuid])).content.decode()


def test_work_of_others_is_not_there(client, rina):
    other = job(User.objects.create_user("dewi"))
    for name in ("job_detail", "job_status", "job_file"):
        assert client.get(reverse(name, args=[other.uuid])).status_code == 404, name
    for name in ("job_cancel", "job_rerun"):
        assert client.post(reverse(name, args=[other.uuid])).status_code == 404, name
    assert "Impor Laing" not in client.get("/jobs/").content.decode()


def test_stop_asks_the_work_to_stop(client, rina):
    work = job(rina)
    assert client.get(reverse("job_cancel", args=[work.uuid])).status_code == 405
    response = client.post(reverse("job_cancel", args=[work.uuid]), headers={"HX-Request": "true"})
    assert "Sedang dihentikan" in response.content.decode()
    work.refresh_from_db()
    assert work.cancel_requested


def test_interrupted_work_runs_again(client, rina):
    work = job(rina, state=JobState.INTERRUPTED)
    assert "Jalankan lagi" in client.get(reverse("job_detail", args=[work.uuid])).content.decode()
    client.post(reverse("job_rerun", args=[work.uuid]))
    work.refresh_from_db()
    assert work.state == JobState.QUEUED


def test_result_file_stays_inside_the_folder(client, rina, settings, tmp_path):
    settings.REPORTS_DIR = tmp_path / "reports"
    settings.REPORTS_DIR.mkdir()
    (settings.REPORTS_DIR / "gap.xlsx").write_bytes(b"sheet")
    (tmp_path / "secret.txt").write_text("secret")
    good = job(rina, state=JobState.DONE, result_file="gap.xlsx")
    response = client.get(reverse("job_file", args=[good.uuid]))
    assert b"".join(response.streaming_content) == b"sheet"
    assert 'filename="gap.xlsx"' in response["Content-Disposition"]
    for name in ("../secret.txt", "", "absent.xlsx", str(tmp_path / "secret.txt")):
        bad = job(rina, state=JobState.DONE, result_file=name)
        assert client.get(reverse("job_file", args=[bad.uuid])).status_code == 404, name


def test_list_of_work_turns_pages(client, rina, monkeypatch):
    monkeypatch.setattr("core.views.jobs.PAGE", 2)
    for n in range(3):
        job(rina, title=f"Pekerjaan {n}")
    first = client.get("/jobs/")
    assert [j.title for j in first.context["jobs"]] == ["Pekerjaan 2", "Pekerjaan 1"]
    second = client.get("/jobs/" + first.context["next"])
    assert [j.title for j in second.context["jobs"]] == ["Pekerjaan 0"]
    assert (second.context["start"], second.context["end"], second.context["total"]) == (3, 3, 3)
    for odd in ("x", "-1", "9" * 40, "²"):
        assert client.get("/jobs/", {"before": odd}).status_code == 200


# --- account


def test_preferences_are_kept_and_used(client, rina):
    response = client.post("/account/", {"language": "en", "theme": "dark"}, follow=True)
    html = response.content.decode()
    assert '<html lang="en" data-bs-theme="dark">' in html
    assert "Saved." in html
    assert 'data-keys="off"' in html
    rina.refresh_from_db()
    off = {"keys": False, "digest": False, "monthly": False}
    assert rina.preferences == {"language": "en", "theme": "dark"} | off
    assert HistoryTransaction.objects.filter(action="account.preferences", actor_id=rina.pk).count() == 1


def test_look_follows_the_account_to_another_computer(client, rina):
    client.post("/account/", {"language": "id", "theme": "dark"})
    del client.cookies["theme"]
    assert 'data-bs-theme="dark"' in client.get("/account/").content.decode()


def test_unknown_preferences_are_refused(client, rina):
    response = client.post("/account/", {"language": "xx", "theme": "pink"})
    assert response.status_code == 422
    assert "Belum tersimpan: 2 isian" in response.content.decode()
    rina.refresh_from_db()
    assert rina.preferences == {}


@pytest.mark.parametrize(("path", "name", "value"), [("theme", "theme", "dark"), ("language", "language", "en")])
def test_switches_of_the_account_menu(client, rina, path, name, value):
    response = client.post(f"/account/{path}/", {name: value, "next": "/jobs/?a=1"})
    assert response.url == "/jobs/?a=1"
    rina.refresh_from_db()
    assert rina.preferences[name] == value
    assert client.get(f"/account/{path}/").status_code == 405
    assert client.post(f"/account/{path}/", {name: "zz"}).status_code == 400


def test_switch_does_not_lead_away(client, rina):
    for away in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""):
        assert client.post("/account/theme/", {"theme": "dark", "next": away}).url == "/"


def test_language_of_the_account_goes_before_the_cookie(client, rina):
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "id"
    client.post("/account/language/", {"language": "en"})
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "id"
    assert '<html lang="en"' in client.get("/account/").content.decode()


# --- sign-in and error pages


def test_sign_in_page_offers_no_sign_up(client):
    html = client.get("/accounts/login/").content.decode()
    assert "signup" not in html
    assert "Nama pengguna atau surel" in html
    assert client.get("/accounts/signup/").status_code == 404


def test_wrong_password_says_so_and_keeps_the_name(client):
    html = client.post("/accounts/login/", {"login": "rina", "password": "salah"}).content.decode()
    assert "Nama pengguna atau kata sandi salah" in html
    assert 'value="rina"' in html


def test_unknown_page_is_ours(client, rina):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "Halaman ini tidak ada" in response.content.decode()


def test_failed_page_names_a_reference_without_the_database(rf, django_assert_num_queries):
    from core.views.errors import server_error

    request = rf.get("/")
    request.id = "abc-123"
    with django_assert_num_queries(0):
        response = server_error(request)
    assert response.status_code == 500
    assert "abc-123" in response.content.decode()


def test_expired_form_says_what_to_do(rina):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(rina)
    response = client.post("/account/", {"language": "id"})
    assert response.status_code == 403
    assert "muat ulang halaman" in response.content.decode()


# --- guide


@pytest.fixture
def book(tmp_path, monkeypatch):
    (tmp_path / "10-impor.md").write_text("# Impor data\n\nDari **lembar** sampai [tersimpan](/x/).\n")
    (tmp_path / "20-kelurahan.md").write_text(
        "<!-- roles: kelurahan_operator -->\n# Operator kelurahan\n\nKunjungan.\n\n## Mulai\n\n1. Buka\n2. Simpan\n"
    )
    monkeypatch.setattr(guide, "FOLDER", tmp_path)


def test_guide_lists_and_opens_chapters(client, rina, book):
    html = client.get("/help/").content.decode()
    assert html.index("Impor data") < html.index("Operator kelurahan")
    assert "Dari lembar sampai tersimpan." in html
    chapter = client.get("/help/kelurahan/").content.decode()
    assert "<h2>Mulai</h2>" in chapter
    assert "<ol><li>Buka</li><li>Simpan</li></ol>" in chapter
    assert client.get("/help/absent/").status_code == 404


def test_guide_without_chapters_says_so(client, rina, tmp_path, monkeypatch):
    monkeypatch.setattr(guide, "FOLDER", tmp_path / "absent")
    assert "Panduan belum tersedia" in client.get("/help/").content.decode()


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>x</script> & **tebal**", "<p>&lt;script&gt;x&lt;/script&gt; &amp; <b>tebal</b></p>"),
        ("*miring* 3*4*5 `a*b*`", "<p><em>miring</em> 3*4*5 <code>a*b*</code></p>"),
        ("[a](javascript:alert(1))", "<p>a)</p>"),
        ("[a](//elsewhere.example)", "<p>a</p>"),
        ("[a](https://solok.go.id/?a=1&b=2)", '<p><a href="https://solok.go.id/?a=1&amp;b=2">a</a></p>'),
        ("[bab](20-kelurahan.md)", '<p><a href="/help/kelurahan/">bab</a></p>'),
        ("- satu\n  lanjut\n- dua", "<ul><li>satu lanjut</li><li>dua</li></ul>"),
        ("Lakukan:\n- satu", "<p>Lakukan:</p><ul><li>satu</li></ul>"),
        ("> Ingat", '<div class="note mb-3"><p>Ingat</p></div>'),
        ("#### Bukan judul", "<p>#### Bukan judul</p>"),
        (
            "| a | b |\n|---|---|\n| 1 | <i> |",
            '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
            "<tbody><tr><td>1</td><td>&lt;i&gt;</td></tr></tbody></table>",
        ),
        ("", ""),
    ],
)
def test_guide_markup(source, html):
    assert guide.render(source) == html
