"""The global search: households, programmes, meetings, whatever the apps register."""

import re

from django.shortcuts import redirect, render
from django.views.decorators.vary import vary_on_headers

from core.registry import registry

SHORTEST = 2
LONGEST = 100
HITS_IN_DROP, HITS_ON_PAGE = 5, 20
_WHOLE_NUMBER = re.compile(r"(?:\d[ .]?){15}\d")


@vary_on_headers("HX-Request")
def search(request):
    """Hits in groups; a whole NIK or KK number that meets exactly one hit goes straight to it."""
    text = " ".join(request.GET.get("q", "").replace("\0", "")[:LONGEST].split())
    if _WHOLE_NUMBER.fullmatch(text):
        text = re.sub(r"\D", "", text)
    limit = HITS_IN_DROP if request.htmx else HITS_ON_PAGE
    groups, more = [], False
    if len(text) >= SHORTEST:
        for source in sorted(registry.search_sources, key=lambda s: s.order):
            hits = source.find(request, text, limit + 1)
            more |= len(hits) > limit
            if hits:
                groups.append({"label": source.label, "hits": hits[:limit]})
    found = [hit for group in groups for hit in group["hits"]]
    if not request.htmx and len(found) == 1 and len(text) == 16 and text.isdigit():
        return redirect(found[0]["url"])
    context = {"q": text, "groups": groups, "more": more, "short": 0 < len(text) < SHORTEST}
    return render(request, "core/_search_hits.html" if request.htmx else "core/search.html", context)
