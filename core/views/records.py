"""Who saw personal data and who changed what, for those who watch over it (UU 27/2022)."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms_records import AccessFilter, RecordFilter
from core.models import AccessRecord, HistoryTransaction
from core.models.records import HistoryEntry
from core.registry import registry
from core.roles import Perm, require

PAGE = 50


@require_safe
def access_list(request):
    """Reads of personal data, newest first; `?object=household:<uuid>` those of one object."""
    require(request.user, Perm.SEE_LOGS)
    form = AccessFilter(request.GET)
    rows = AccessRecord.objects.all()
    if form.is_valid():
        asked = form.cleaned_data
        rows = _between(rows, asked)
        if asked["kind"]:
            rows = rows.filter(kind=asked["kind"])
        if asked["object"]:
            rows = rows.filter(object_key=asked["object"])
        if asked["what"]:
            rows = rows.filter(Q(what__icontains=asked["what"]) | Q(purpose__icontains=asked["what"]))
    else:
        rows = rows.none()
    return render(request, "core/access_list.html", _page(request, form, rows))


@require_safe
def change_list(request):
    """Recorded actions, newest first, with how many rows each changed."""
    require(request.user, Perm.SEE_LOGS)
    form = RecordFilter(request.GET)
    rows = HistoryTransaction.objects.order_by("-pk")
    if form.is_valid():
        rows = _between(rows, form.cleaned_data)
        if what := form.cleaned_data["what"]:
            named = [key for key, word in registry.action_words.items() if what.lower() in str(word.label).lower()]
            rows = rows.filter(Q(action__icontains=what) | Q(action__in=named) | Q(reason__icontains=what))
    else:
        rows = rows.none()
    context = _page(request, form, rows)
    shown = [row.pk for row in context["rows"]]
    counted = HistoryEntry.objects.filter(tx_id__in=shown).values("tx_id").annotate(n=Count("pk"))
    numbers = {row["tx_id"]: row["n"] for row in counted}
    for row in context["rows"]:
        word = registry.action_words.get(row.action)
        row.label = word.label if word else row.action
        row.changed = numbers.get(row.pk, 0)
        row.person = _("System") if row.actor == "system" else row.actor
    return render(request, "core/change_list.html", context)


def _between(rows: QuerySet, asked: dict) -> QuerySet:
    if asked["since"]:
        rows = rows.filter(at__date__gte=asked["since"])
    if asked["until"]:
        rows = rows.filter(at__date__lte=asked["until"])
    return rows.filter(actor__icontains=asked["who"]) if asked["who"] else rows


def _page(request, form, rows: QuerySet) -> dict:
    """One page by key; `?before=<id>` goes on from there. The filter stays in the address."""
    before = request.GET.get("before", "")
    on = rows.filter(pk__lt=int(before)) if before.isascii() and before.isdigit() and len(before) < 19 else rows
    shown = list(on.order_by("-pk")[: PAGE + 1])
    more, shown = len(shown) > PAGE, shown[:PAGE]
    query = request.GET.copy()
    query.pop("before", None)
    first = f"{request.path}?{query.urlencode()}" if before else ""
    if more:
        query["before"] = shown[-1].pk
    start = rows.filter(pk__gte=shown[0].pk).count() if shown else 0
    return {
        "form": form,
        "rows": shown,
        "start": start,
        "end": start + len(shown) - 1 if shown else 0,
        "total": rows.count(),
        "prev": first if start > 1 else "",
        "next": f"?{query.urlencode()}" if more else "",
        "filtered": any(value for key, value in request.GET.items() if key != "before"),
    }
