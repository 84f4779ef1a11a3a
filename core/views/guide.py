"""The guide, opened from the help link."""

from django.http import Http404
from django.shortcuts import render

from core.guide import chapters
from core.roles import access


def help_index(request):
    """All chapters, those for one's own roles first."""
    roles = access(request.user).roles
    listed = [{"slug": c.slug, "title": c.title, "text": c.text, "current": bool(roles & c.roles)} for c in chapters()]
    return render(request, "core/help_index.html", {"chapters": sorted(listed, key=lambda c: not c["current"])})


def help_chapter(request, slug):
    """One chapter."""
    listed = chapters()
    chapter = next((c for c in listed if c.slug == slug), None)
    if chapter is None:
        raise Http404
    return render(request, "core/help_chapter.html", {"chapter": chapter, "chapters": listed})
