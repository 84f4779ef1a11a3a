"""The guide opens in the application, chapter by chapter, and its links lead somewhere."""

import re

import pytest

from core.guide import chapters
from core.roles import ROLES

CHAPTERS = chapters()


def test_there_is_a_chapter_for_each_task():
    assert {"mulai", "impor-keluarga", "program", "laporan", "data-pribadi"} <= {c.slug for c in CHAPTERS}


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
def test_links_lead_to_chapters(chapter):
    known = {f"{c.slug}.md" for c in CHAPTERS} | {c.slug for c in CHAPTERS}
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)\)", chapter.source)
    assert [link for link in links if link not in known and not link.startswith("/")] == []
