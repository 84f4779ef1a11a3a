"""Targeting quality: who of the target group is reached, who gets something outside it, by every breakdown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.models import Agency, Region
from households.filters import list_url
from households.rules import sentence
from programs import figures, targeting
from programs.bundle_filters import bundles_of, may_open
from programs.definitions import DEFINITIONS
from programs.models import Program
from reports import targeting as shown
from reports.dashboard import data_date
from reports.scope import Scope, scope_of


def tabs(current: str, scope: Scope) -> list[dict]:
    """The pages on targeting, for the tabs above each."""
    query = f"?{urlencode({'year': scope.year} | ({'area': scope.area} if scope.area else {}))}"
    pages = (
        ("targeting", _("Accuracy")),
        ("overlap_matrix", _("Overlap")),
        ("packages", _("Packages")),
        ("compare", _("Compare")),
        ("priority", _("Priority")),
        ("what_if", _("What if")),
        ("definitions", _("Definitions")),
    )
    return [
        {"url": reverse(f"reports:{name}") + query, "label": label, "current": name == current} for name, label in pages
    ]


def areas_of(request) -> list[Region]:
    """The reader's own area first, then what lies in it down to the kelurahan."""
    scope = scope_of(request)
    inside = Region.objects.in_area(scope.area or scope.region.code).exclude(level="provinsi").order_by("code")
    own = scope.region.code
    return [scope.region, *(r for r in inside if r.code != own)]


def page(request, name: str, scope: Scope, **more) -> dict:
    """What every page of targeting shows: scope, tabs, date of the data, way back; `more`: its own part."""
    return {
        "scope": scope,
        "tabs": tabs(name, scope),
        "data_date": data_date(),
        "crumbs": [(_("Reports"), reverse("reports:report_list")), (_("Accuracy"), None)],
    } | more


@require_safe
def targeting_page(request):
    """Coverage, exclusion and inclusion by one breakdown, with what a rupiah did and what has not come in."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    form = shown.TargetingForm(request.GET, year=scope.year, areas=areas_of(request))
    if not form.is_valid():
        context = page(request, "targeting", scope, form=form, problem=_("This choice is not known. Choose again."))
        return render(request, "reports/targeting.html", context, status=400)
    values = form.cleaned_data
    by, asked = values["by"], shown.asked_of(values, scope)
    bundle = targeting.everything() if by in shown.BUNDLED else bundles_of(scope.year)[values["of"]]
    too_long = by == "rt" and len(asked.area) < 8
    rows = [] if too_long else shown.breakdown(by, asked, bundle)
    total = shown.whole(asked, bundle)
    waiting = targeting.waiting_lists(scope.year, bundle)
    rupiah = shown.kept_rupiah(asked, bundle)
    rupiah_rows, shares = shown.rupiah_rows(rupiah, scope)
    highest = figures.poor_desil_max()
    total_row = shown.shown_total(total, rows, scope, request.user, adds_up=by not in (*shown.BUNDLED, "year"))
    seen, since = shown.shown(rows[: shown.MOST_ROWS], scope, request.user), None
    if values["since"] and rows and shown.comparable(by, asked):
        since = dt.date.fromisoformat(values["since"])
        *before, whole_before = shown.known_then([r.row for r in [*seen, total_row]], since, scope)
        seen = [replace(row, then=then) for row, then in zip(seen, before, strict=True)]
        total_row = replace(total_row, then=whole_before)
    context = page(
        request,
        "targeting",
        scope,
        form=form,
        since=since,
        since_unknown=bool(values["since"]) and since is None,
        by=by,
        by_label=shown.BY[by],
        bundle=bundle,
        asked=asked,
        rows=seen,
        cut=len(rows) > shown.MOST_ROWS,
        too_long=too_long,
        total=total_row,
        adds_up=by not in (*shown.BUNDLED, "quarter", "year"),
        waiting=waiting,
        highest_coverage=None if total_row.hidden or not waiting else targeting.highest_coverage(total, waiting),
        rupiah=rupiah if scope.names or rupiah.all.households >= figures.SMALL else None,
        rupiah_rows=rupiah_rows,
        share_poorest=rupiah.share(1) if shares else None,
        share_poor=rupiah.share(highest) if shares else None,
        poor_max=highest,
        tiles=_tiles(scope, bundle),
    )
    return render(request, "reports/targeting.html", context)


def _tiles(scope: Scope, bundle) -> dict:
    """Households with nothing and with two of a kind: of all programmes and whole years only."""
    if not bundle.is_all:
        return {}
    nothing = figures.nothing_recorded(scope.year, scope.area)
    twice, params = figures.twice_served(scope.year, scope.area)
    return {
        "none": nothing.part if scope.names or not figures.gives_away(nothing.part, nothing.total) else None,
        "none_url": scope.link(nothing.params),
        "twice": scope.shown([twice])[0],
        "twice_url": scope.link(params),
    }


@require_safe
def overlap_matrix(request):
    """Which programmes, or agencies, reach the same households."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    of_agencies = request.GET.get("of") == "agency"
    if of_agencies:
        counts = targeting.overlap_of_agencies(scope.year, scope.area)
        names = Agency.objects.filter(pk__in={pk for pair in counts for pk in pair}).order_by("short_name", "pk")
        keys = {a.pk: f"agency-{a.pk}" for a in names}
    else:
        counts = figures.overlap(scope.year, scope.area)
        names = Program.objects.filter(pk__in={pk for pair in counts for pk in pair}).order_by("short_name", "pk")
        keys = {p.pk: f"program-{p.uuid}" for p in names}
    things = list(names)
    known = bundles_of(scope.year)
    most = max((n for (a, b), n in counts.items() if a != b), default=0)
    rows = []
    for each in things:
        cells = []
        for other in things:
            n = counts.get((min(each.pk, other.pk), max(each.pk, other.pk)), 0)
            # Nearly all of a programme that another one reaches too leaves as few that it does not.
            wholes = {counts.get((pk, pk), n) for pk in (each.pk, other.pk)}
            hidden = not scope.names and n > 0 and any(figures.gives_away(n, whole) for whole in wholes)
            cells.append(
                {
                    "n": None if hidden else n,
                    "hidden": hidden,
                    "own": each.pk == other.pk,
                    "shade": 0 if each.pk == other.pk or not most or hidden else min(5, -(-5 * n // most)),
                    "url": _pair_url(scope, keys[each.pk], keys[other.pk], known) if n and not hidden else "",
                    "title": f"{each.short_name} + {other.short_name}",
                }
            )
        rows.append({"label": each.short_name, "cells": cells})
    query = {"year": scope.year} | ({"area": scope.area} if scope.area else {})
    context = page(
        request,
        "overlap_matrix",
        scope,
        things=things,
        rows=rows,
        of_agencies=of_agencies,
        switch=[
            {"url": f"?{urlencode(query)}", "label": _("Programmes"), "current": not of_agencies},
            {"url": f"?{urlencode(query | {'of': 'agency'})}", "label": _("Agencies"), "current": of_agencies},
        ],
        lists=figures.lists_not_in(scope.year),
    )
    return render(request, "reports/overlap_matrix.html", context)


def _pair_url(scope: Scope, first: str, second: str, known: dict) -> str:
    """The list of the households of a pair. One filter holds one bundle, so two of them need a filter each."""
    if not scope.names or first not in known or second not in known:
        return ""
    params = {"year": scope.year, "got": first} | ({"area": scope.area} if scope.area else {})
    return list_url(**params | ({"got_too": second} if first != second else {}))


@require_safe
def packages(request):
    """How far the complementary packages come together."""
    scope = scope_of(request, request.GET.get("area", "")[:13])
    rows = []
    for package in targeting.packages_of(scope.year):
        found = targeting.convergence(package, scope.year, scope.area)
        counts = scope.shown(found.by_count)
        parts = scope.shown([part.n for part in found.parts])
        opens = scope.names and may_open(request.user, package)

        def cell(n: int, which: str, package=package, opens=opens) -> shown.Cell:
            params = {"package": f"{package.uuid}{which}", "year": scope.year}
            params |= {"area": scope.area} if scope.area else {}
            return shown.Cell(n, list_url(**params) if opens else "")

        rows.append(
            {
                "package": package,
                "found": found,
                "hidden": None in counts or None in parts,
                "target": cell(found.target, ""),
                "whole": cell(found.whole, ".whole"),
                "lacking": cell(found.target - found.whole, ".lack"),
                "parts": [
                    (part.label, cell(part.n, f".p{part.pk}"), part.n / found.target if found.target else None)
                    for part in found.parts
                ],
                "counts": list(enumerate(counts)),
                "sentence": sentence(package.rule),
            }
        )
    return render(request, "reports/packages.html", page(request, "packages", scope, rows=rows))


@require_safe
def compare(request):
    """Two questions side by side: areas, years or programmes."""
    sides = []
    for side in ("a", "b"):
        area = request.GET.get(f"area_{side}", "")[:13]
        scope = scope_of(request, area)
        text = request.GET.get(f"year_{side}", "")
        before = 1 if side == "a" and not request.GET.keys() - {"year"} else 0  # at first: last year and this one
        year = int(text) if text.isdecimal() and len(text) == 4 and 2000 <= int(text) <= 2100 else scope.year - before
        sides.append((scope, year, request.GET.get(f"of_{side}", "all")))
    found = []
    for scope, year, key in sides:
        bundle = targeting.bundle_of(key, year)
        if bundle is None:
            bundle = targeting.everything()
        asked = targeting.Asked(year, area=scope.area)
        row = shown.whole(asked, bundle)
        rupiah = shown.kept_rupiah(asked, bundle)
        _rows, shares = shown.rupiah_rows(rupiah, scope)
        found.append(
            {
                "scope": scope,
                "year": year,
                "bundle": bundle,
                "row": shown.shown([row], scope, request.user)[0],
                "rupiah": rupiah if scope.names or rupiah.all.households >= figures.SMALL else None,
                "share_poorest": rupiah.share(1) if shares else None,
                "share_poor": rupiah.share(figures.poor_desil_max()) if shares else None,
                "waiting": targeting.waiting_lists(year, bundle),
            }
        )
    scope = scope_of(request)
    context = page(
        request,
        "compare",
        scope,
        sides=[s | {"side": side} for s, side in zip(found, "ab", strict=True)],
        lines=_lines(*found),
        areas=areas_of(request),
        years=range(scope.year, scope.year - shown.YEARS_BACK - 1, -1),
        choices=shown.grouped(bundles_of(scope.year)),
    )
    return render(request, "reports/compare.html", context)


def _lines(first: dict, second: dict) -> list[dict]:
    """The figures of both sides with their difference."""
    lines = []

    def line(label, kind, read):
        a, b = read(first), read(second)
        difference = None if a is None or b is None else b[0] - a[0] if a[0] is not None and b[0] is not None else None
        lines.append({"label": label, "kind": kind, "a": a, "b": b, "difference": difference})

    def count(name):
        def read(side):
            row = side["row"]
            return None if row.hidden else (getattr(row, name).n, getattr(row, name).url)

        return read

    def share(name):
        return lambda side: None if side["row"].hidden else (getattr(side["row"].row, name), "")

    line(_("Target group"), "n", count("target"))
    line(_("Reached"), "n", count("reached"))
    line(_("Coverage"), "share", share("coverage"))
    line(_("Target group not yet receiving"), "n", count("missed"))
    line(_("Share of it"), "share", share("exclusion"))
    line(_("Receivers"), "n", count("receivers"))
    line(_("Receivers outside the target group"), "n", count("outside"))
    line(_("Share of them"), "share", share("inclusion"))
    line(_("Handed over"), "rupiah", lambda s: s["rupiah"] and (s["rupiah"].all.total, ""))
    line(_("Median per household"), "rupiah", lambda s: s["rupiah"] and (s["rupiah"].all.median, ""))
    line(_("Share of benefits of desil 1"), "share", lambda s: (s["share_poorest"], ""))
    line(_("Share of benefits of the target desil"), "share", lambda s: (s["share_poor"], ""))
    return lines


@require_safe
def definitions(request):
    """What each figure counts, in words."""
    scope = scope_of(request)
    return render(request, "reports/definitions.html", page(request, "definitions", scope, definitions=DEFINITIONS))
