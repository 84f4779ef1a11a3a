"""Suspected duplicates, to read: pairs side by side within one's own area."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.exports import Export, ExportColumn, ExportSheet, export_response, register_export
from core.models import Region
from core.roles import Perm, require
from households import duplicates
from households.filters import AreaField

KIND = "households.duplicates"
MOST_PAGES = 400
_SIDE = (
    ("name", gettext_lazy("Name"), "text"),
    ("nik", "NIK", "code"),
    ("birth_date", gettext_lazy("Date of birth"), "date"),
    ("head", gettext_lazy("Head of household"), "text"),
    ("kk", gettext_lazy("KK number"), "code"),
    ("village", gettext_lazy("Kelurahan"), "text"),
    ("rw", "RW", "code"),
    ("rt", "RT", "code"),
    ("address", gettext_lazy("Address"), "text"),
)


def _areas(user, asked: str) -> list[str]:
    """The area asked for, or all that the person may see. Raises ValidationError for one beyond sight."""
    field = AreaField(user, required=False)
    if asked:
        return field.clean([asked])
    return field.prefixes


@require_safe
def duplicate_list(request):
    """Pairs of the area, by sign."""
    require(request.user, Perm.SEE_NAMES)
    asked, kind = request.GET.get("area", ""), request.GET.get("kind", "")
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    try:
        areas = _areas(request.user, asked)
    except ValidationError:
        raise Http404 from None
    if kind and kind not in duplicates.KINDS or not 1 <= page <= MOST_PAGES:
        raise Http404
    field = AreaField(request.user, required=False)
    villages = [r for r in field.regions if r.is_village]
    context = {"villages": villages, "asked": asked, "kind": kind, "slow": False, "pairs": []}
    try:
        counts = duplicates.counts(areas)
        offset = (page - 1) * duplicates.PAGE_SIZE
        context["pairs"] = duplicates.pairs(areas, kind=kind, limit=duplicates.PAGE_SIZE, offset=offset)
    except duplicates.TooSlow:
        return render(request, "households/duplicate_list.html", context | {"slow": True})
    total = counts[kind] if kind else sum(counts.values())
    context |= {
        "tabs": _tabs(request, counts, kind),
        "total": total,
        "start": offset + 1,
        "end": offset + len(context["pairs"]),
        "prev": _address(request.GET, page=page - 1) if page > 1 else "",
        "next": _address(request.GET, page=page + 1) if offset + len(context["pairs"]) < total else "",
        "export_url": f"{reverse('households:duplicate_export')}{_address(request.GET, page=None)}",
    }
    return render(request, "households/duplicate_list.html", context)


def _tabs(request, counts: dict[str, int], kind: str) -> list[dict]:
    tabs = [{"label": _("All"), "url": _address(request.GET, kind=None, page=None), "count": sum(counts.values())}]
    tabs += [
        {
            "label": label,
            "url": _address(request.GET, kind=key, page=None),
            "count": counts[key],
            "current": key == kind,
        }
        for key, label in duplicates.KINDS.items()
    ]
    tabs[0]["current"] = not kind
    return tabs


def _address(data: QueryDict, **changes) -> str:
    query = data.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


@require_safe
def duplicate_export(request):
    """The pairs as a workbook, numbers masked."""
    require(request.user, Perm.SEE_NAMES)
    params = {"area": request.GET.get("area", ""), "kind": request.GET.get("kind", "")}
    try:
        return export_response(request, KIND, params)
    except ValidationError:
        raise Http404 from None


def build(user, params: dict) -> Export:
    """The workbook of pairs. `params`: area (code or ""), kind (or "")."""
    require(user, Perm.SEE_NAMES)
    areas = _areas(user, params["area"])
    kind = params["kind"]
    if kind and kind not in duplicates.KINDS:
        raise ValidationError(_("Choose one of the signs in the list."))
    counts = duplicates.counts(areas, wait=True)
    columns = [ExportColumn("kind", _("Sign"), "", width=28)]
    for number in (1, 2):
        columns += [ExportColumn(f"{key}_{number}", f"{label} {number}", "", kd) for key, label, kd in _SIDE]
    names = dict(Region.objects.filter(code__in=areas).values_list("code", "name"))
    filters = [(_("Area"), ", ".join(names.get(code, code) for code in areas))] if params["area"] else []
    if kind:
        filters.append((_("Sign"), duplicates.KINDS[kind]))
    rows = counts[kind] if kind else sum(counts.values())
    return Export(
        title=_("Suspected duplicates"),
        sheets=[ExportSheet(_("Pairs"), None, columns, rows=lambda: _rows(areas, kind), count=rows)],
        what=_("Suspected duplicates"),
        filters=filters,
    )


def _rows(areas: list[str], kind: str):
    for pair in duplicates.pairs(areas, kind=kind, limit=None, wait=True):
        sides = [getattr(side, key) for side in (pair.first, pair.second) for key, _label, _kind in _SIDE]
        yield [pair.label, *sides]


register_export(KIND, build)
