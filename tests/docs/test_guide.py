"""The guide opens in the application, its links lead somewhere, and so do the pictures of the README."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve

from core.guide import FOLDER, chapters
from core.roles import ROLES

ROOT = Path(settings.BASE_DIR)
CHAPTERS = chapters()
BY_SLUG = {chapter.slug: chapter for chapter in CHAPTERS}
TASKS = {
    "mulai",
    "peran",
    "data-pribadi",
    "daftar-keluarga",
    "daftar-tersimpan",
    "halaman-keluarga",
    "impor-keluarga",
    "program",
    "impor-penerima",
    "cocokkan-daftar",
    "rencana-realisasi",
    "angka",
    "laporan",
    "administrasi",
    "istilah",
}
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")
MOST_BYTES = 150_000


def test_there_is_a_chapter_for_each_task():
    assert set(BY_SLUG) >= TASKS


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_chapter_of_its_own(role):
    assert any(str(role) in chapter.roles for chapter in CHAPTERS)


def test_slugs_are_told_apart():
    assert len(BY_SLUG) == len(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.slug)
def test_chapter_says_something_and_opens(client, world, chapter):
    assert chapter.title
    assert chapter.text
    assert chapter.roles <= {str(role) for role in ROLES}
    client.force_login(world.user("kelurahan_operator"))
    response = client.get(f"/help/{chapter.slug}/")
    assert response.status_code == 200
    assert chapter.title in response.content.decode()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.slug)
def test_nothing_of_the_markup_is_left_over(chapter):
    words = re.sub(r"<code>.*?</code>|<[^>]+>", "", str(chapter.html))
    assert not re.search(r"\*\*|\]\(|^#|^\|", words, re.MULTILINE)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.slug)
def test_links_lead_to_chapters_and_pages(chapter):
    for target in _LINK.findall(chapter.source):
        if target.startswith("/"):
            try:
                resolve(target)
            except Resolver404:
                pytest.fail(f"{target} is no page")
        else:
            assert (FOLDER / target).is_file(), target


def test_the_first_chapter_names_all_others(client, world):
    first = CHAPTERS[0]
    named = {Path(target).name for target in _LINK.findall(first.source)}
    missing = {path.name for path in FOLDER.glob("*.md")} - named - {"01-mulai.md"}
    assert not missing


def test_the_index_lists_every_chapter_own_ones_first(client, world):
    client.force_login(world.user("auditor"))
    page = client.get("/help/").content.decode()
    listed = re.findall(r'class="task" href="/help/([\w-]+)/"', page)
    assert sorted(listed) == sorted(BY_SLUG)
    assert listed[0] == "auditor"


def test_pictures_of_the_readme_are_there_and_small():
    pictures = re.findall(r"!\[[^\]]+\]\((docs/img/[^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) >= 5
    for name in pictures:
        assert (ROOT / name).read_bytes()[:4] == b"\x89PNG", name
        assert (ROOT / name).stat().st_size < MOST_BYTES, name
    assert {path.name for path in (ROOT / "docs" / "img").glob("*")} == {Path(name).name for name in pictures}


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_files_named_in_the_documents_are_there(path):
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith("/"):
            assert (path.parent / target).exists(), target
