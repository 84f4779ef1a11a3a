"""Gap lists: how large the gaps are, handing one over as a work order, how far it is, and its paper for the way."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind
from core.history import record_access
from core.kept import kept
from core.models import CitySettings, Region
from core.registry import registry
from core.roles import Perm, access, require
from core.templatetags.shell import angka
from households import rules
from households.filters import list_url
from households.models import Household
from households.views.edits import add_errors
from programs import eligibility, gaps, targeting
from programs.actions import targeting as actions
from programs.bundle_filters import bundles_of, may_judge, may_open
from programs.forms.gaps import CloseForm, HandOverForm
from programs.models import Package, Program, WorkOrder
from programs.views.finding import figures_area

SHOWN_ORDERS = 100
PRINTED = 3_000
DUE_DAYS = 30


def _orders(request):
    return WorkOrder.objects.visible_to(request.user).select_related(
        "program", "package", "area", "agency", "household_set", "given_by", "closed_by"
    )


def _find(request, uuid) -> WorkOrder:
    require(request.user, Perm.SEE_NAMES)
    return get_object_or_404(_orders(request), uuid=uuid)


def _own_area(user) -> str:
    prefixes = access(user).region_prefixes(Perm.SEE_NAMES)
    return "" if "" in prefixes else prefixes[0]


@require_safe
def gap_list(request):
    """Every programme with its gap, and the lists that were handed over."""
    require(request.user, Perm.SEE_NAMES)
    area, area_name = figures_area(request)
    year = request.year

    def count() -> list:
        return [
            [g.bundle.key, [g.row.target, g.row.reached, g.row.receivers, g.row.outside], g.most]
            for g in gaps.gap_table(year, area)
        ]

    known = bundles_of(year)
    may_give = access(request.user).can(Perm.SHARE_SETS) and access(request.user).can(Perm.VERIFY)
    rows = []
    for key, counts, most in kept("gaps.table", year, area, count=count):
        bundle = known[key]
        row = targeting.Targeting(key, bundle.label, *counts, bundle=bundle, asked=targeting.Asked(year, area=area))
        judged = may_judge(request.user, bundle, year)
        rows.append(
            {
                "row": row,
                "owner": bundle.programs[0].owner.short_name if bundle.programs else "",
                "url": list_url(**row.params("missed")) if judged else "",
                "most": ", ".join(f"{name} ({angka(n)})" for _code, name, n in most),
                "hand_over": f"{reverse('programs:gap_hand_over')}?of={key}"
                if may_give and judged and row.missed
                else "",
            }
        )
    packages = [_package_row(request, p, year, area, may_give) for p in targeting.packages_of(year)]
    orders = list(_orders(request).order_by("closed_at", "due", "pk")[:SHOWN_ORDERS])
    orders.sort(key=lambda o: (o.closed_at is not None, o.due, o.pk))
    done = gaps.progress(orders, _own_area(request.user))
    for order in orders:
        order.progress = done[order.pk]
        order.late = order.closed_at is None and order.due < timezone.localdate()
    context = {
        "rows": rows,
        "packages": packages,
        "orders": orders,
        "area_name": area_name,
        "year": year,
        "waiting": targeting.waiting_lists(year),
        "crumbs": [],
    }
    return render(request, "programs/gap_list.html", context)


def _package_row(request, package: Package, year: int, area: str, may_give: bool) -> dict:
    """A package with the families that lack a part of it."""
    found, opens = targeting.convergence(package, year, area), may_open(request.user, package)
    params = {"package": f"{package.uuid}.lack", "year": year} | ({"area": area} if area else {})
    lacking = found.target - found.whole
    return {
        "package": package,
        "target": found.target,
        "lacking": lacking,
        "share": lacking / found.target if found.target else None,
        "url": list_url(**params) if opens else "",
        "hand_over": f"{reverse('programs:gap_hand_over')}?of=package-{package.uuid}"
        if may_give and opens and lacking
        else "",
    }


def _asked(request) -> tuple[Program | None, Package | None, str]:
    """The programme or the package of `?of=`, and what it is called; 404 for what is not there."""
    key = request.GET.get("of", "all")
    package = next((p for p in targeting.packages_of(request.year) if key == f"package-{p.uuid}"), None)
    if package is not None:
        return None, package, package.name
    bundle = bundles_of(request.year).get(key)
    if bundle is None or not (bundle.is_all or key.startswith("program-")):
        raise Http404
    return (bundle.programs[0] if bundle.programs else None), None, bundle.label


def gap_hand_over(request):
    """Give the gap of a programme or a package to an agency, with a date."""
    require(request.user, Perm.SHARE_SETS)
    require(request.user, Perm.VERIFY)
    program, package, label = _asked(request)
    initial = {
        "title": _("Not yet receiving %(program)s %(year)s")
        % {"program": label if program or package else _("any programme"), "year": request.year},
        "due": timezone.localdate() + dt.timedelta(days=DUE_DAYS),
        "agency": program.owner.uuid if program else None,
    }
    form = HandOverForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            order = actions.hand_over(
                program=program, package=package, year=request.year, by=request.user, **form.cleaned_data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            n = order.household_set.rows.count()
            text = ngettext("%(n)s household handed over.", "%(n)s households handed over.", n) % {"n": angka(n)}
            messages.success(request, text)
            return redirect("programs:gap_detail", uuid=order.uuid)
    area = form.cleaned_data.get("area") if form.is_bound and hasattr(form, "cleaned_data") else None
    code = area.code if area else _own_area(request.user)
    gap = gaps.gap_of_package(package, request.year, code) if package else None
    context = {
        "form": form,
        "label": label,
        "n": (gaps.gap_households(program, request.year, code) if gap is None else gap).count(),
        "sentence": eligibility.sentence_for(program, request.year)
        if program
        else rules.sentence(package.rule)
        if package
        else "",
        "crumbs": [(_("Gap lists"), reverse("programs:gap_list")), (_("Hand over"), None)],
        "cancel_url": reverse("programs:gap_list"),
    }
    return render(request, "programs/gap_hand_over.html", context, status=422 if request.method == "POST" else 200)


def _names_seen(request, order: WorkOrder) -> bool:
    """Whether the reader may learn who stands on a list drawn by health."""
    if order.package:
        return may_open(request.user, order.package)
    return order.program is None or eligibility.may_judge(
        request.user, order.program, eligibility.own_rule(order.program, order.year), order.area_id
    )


@require_safe
def gap_detail(request, uuid):
    """One list: how far it is, where, and what to do with it."""
    order = _find(request, uuid)
    area = _own_area(request.user)
    key = f"program-{order.program.uuid}" if order.program else "all"
    missing = {"package": f"{order.package.uuid}.lack"} if order.package else {"not_got": key}
    drawn_by_health = rules.uses_health(order.household_set.rule) and not access(request.user).can(Perm.SEE_HEALTH)
    params = {"set": order.household_set.uuid, "year": order.year}
    seen = _names_seen(request, order)
    rows = [
        {
            "name": name,
            "progress": each,
            "url": "" if drawn_by_health else list_url(**params | missing | {"area": code, "status": "active"}),
            "print": f"{reverse('programs:gap_print', args=[order.uuid])}?area={code}" if seen else "",
        }
        for code, name, each in gaps.progress_by_village(order, area)
    ]
    context = {
        "order": order,
        "progress": gaps.progress([order], area)[order.pk],
        "rows": rows,
        "names_seen": seen,
        "late": order.closed_at is None and order.due < timezone.localdate(),
        "set_url": "" if drawn_by_health else list_url(**params),
        "open_url": "" if drawn_by_health else list_url(**params | missing | {"status": "active"}),
        "may_close": order.closed_at is None and actions.may_hand_over(request.user, order.agency),
        "form": CloseForm(),
        "links": [link for hook in registry.work_order_links for link in hook(request, order)],
        "panels": []
        if drawn_by_health
        else [p.render(request, order.household_set) for p in sorted(registry.set_panels, key=lambda p: p.order)],
        "crumbs": [(_("Gap lists"), reverse("programs:gap_list")), (order.title, None)],
    }
    return render(request, "programs/gap_detail.html", context)


@require_POST
def gap_close(request, uuid):
    """Close a list with its result."""
    order = _find(request, uuid)
    try:
        actions.close_work_order(order=order, result=request.POST.get("result", "")[:300], by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Closed."))
    return redirect("programs:gap_detail", uuid=order.uuid)


@require_safe
def gap_print(request, uuid):
    """Who is still to be reached, by kelurahan, RW and RT, with room for the result of each visit."""
    order = _find(request, uuid)
    if not _names_seen(request, order):
        raise Http404
    area = request.GET.get("area", "")[:13]
    households = gaps.to_do(order, Household.objects.visible_to(request.user).in_area(area))
    rows = list(households.select_related("region")[:PRINTED])
    record_access(request.user, AccessKind.PRINT, str(order.title), filters=area, rows=len(rows))
    city = CitySettings.load()
    region = Region.objects.filter(code=area).first() if area else order.area
    context = {
        "order": order,
        "rows": rows,
        "cut": len(rows) == PRINTED,
        "region": region,
        "today": timezone.localdate(),
        "back": reverse("programs:gap_detail", args=[order.uuid]),
        "kop": {
            "city": city.government_name if city else "",
            "agency": order.agency.name,
            "address": order.agency.address,
        },
    }
    return render(request, "programs/gap_print.html", context)
