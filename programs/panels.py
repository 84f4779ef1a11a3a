"""Panels of the household page: what it should get and does not, what is proposed, what reached it year by year."""

from __future__ import annotations

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core.roles import Perm, access
from households.models import Household
from programs import eligibility, figures, rights
from programs.choices import CLOSED, AssistanceStatus
from programs.models import Assistance, Delivery, GroupMember, ProgramYear

S = AssistanceStatus
YEARS_SHOWN = 5


def may_see_aid(user, household: Household) -> bool:
    """Whether `user` sees which programmes a household is in."""
    return access(user).can(Perm.SEE_AID, region=household.region_id)


def deserved_panel(request, household: Household) -> str:
    """“Fits and is not reached”: programmes of the year whose rule it meets, each with its button."""
    if not may_see_aid(request.user, household) or household.status != "active" or household.merged_into_id:
        return ""
    found, hidden = eligibility.deserved(household, request.year, request.user)
    not_in = {n.program_year.pk for n in figures.lists_not_in(request.year) if n.state == "none"}
    rows = [
        {
            "deserved": each,
            "people": ", ".join(m.name for m in each.members),
            "list_not_in": each.program_year.pk in not_in,
            "may_propose": rights.may(request.user, Perm.PROPOSE, each.program_year.program, household.region_id),
        }
        for each in found
    ]
    if not rows and not hidden:
        return ""
    context = {"rows": rows, "hidden": hidden, "household": household}
    return render_to_string("programs/_panel_deserved.html", context, request=request)


def proposed_panel(request, household: Household) -> str:
    """“Already proposed”: rows of the year that are on their way."""
    if not may_see_aid(request.user, household):
        return ""
    rows = list(
        _rows_of(household)
        .filter(program_year__year=request.year, status__in=[S.PROPOSED, S.VERIFIED, S.APPROVED, S.RETURNED])
        .select_related("program_year__program__owner", "program_year__program__benefit_kind", "member", "group")
        .order_by("program_year__program__name", "pk")
    )
    if not rows:
        return ""
    return render_to_string("programs/_panel_proposed.html", {"rows": rows, "household": household}, request=request)


def _rows_of(household: Household):
    groups = GroupMember.objects.filter(household=household).values("group")
    return Assistance.objects.exclude(status=S.VOID).filter(Q(counts_for=household) | Q(group__in=groups))


def reach_panel(request, household: Household) -> str:
    """“Programmes that reach it”: programme × year, amounts only where the reader may see them."""
    if not may_see_aid(request.user, household):
        return ""
    user, last = request.user, request.year
    years = list(range(last - YEARS_SHOWN + 1, last + 1))
    rows = list(
        _rows_of(household)
        .filter(program_year__year__in=years)
        .exclude(status=S.REJECTED)
        .select_related("program_year__program__owner", "member")
        .order_by("program_year__program__name", "pk")
    )
    received = _received_years(rows)
    not_in = _lists_not_in(years)
    programs: dict[int, dict] = {}
    for row in rows:
        program = row.program_year.program
        entry = programs.setdefault(program.pk, {"program": program, "cells": {}, "people": set(), "row": row})
        if row.member_id:
            entry["people"].add(row.member.name)
        cell = entry["cells"].setdefault(row.program_year.year, {"states": set(), "amount": 0})
        cell["states"].add(_state(row, received.get(row.pk, set())))
        cell["row"] = row
    for pk, amounts in _amounts(user, household, rows).items():
        for year, amount in amounts.items():
            if year in programs[pk]["cells"]:
                programs[pk]["cells"][year]["amount"] = amount
    table = [
        {
            "program": entry["program"],
            "people": sorted(entry["people"]),
            "cells": [_cell(entry["cells"].get(y), (pk, y) in not_in, y == last) for y in years],
        }
        for pk, entry in programs.items()
    ]
    waiting = sorted({name for (pk, y), name in not_in.items() if y == last and pk not in programs})
    context = {
        "table": table,
        "years": [{"year": y, "now": y == last} for y in years],
        "waiting": waiting,
        "with_amounts": request.GET.get("amounts") == "1",
        "may_amounts": any(cell["amount"] for line in table for cell in line["cells"]),
        "household": household,
    }
    return render_to_string("programs/_panel_reach.html", context, request=request)


def _received_years(rows: list[Assistance]) -> dict[int, set[int]]:
    """Years in which each row was delivered something."""
    found: dict[int, set[int]] = {}
    deliveries = Delivery.objects.filter(assistance__in=rows, void=False).values_list("assistance", "date__year")
    for pk, year in deliveries:
        found.setdefault(pk, set()).add(year)
    return found


def _lists_not_in(years: list[int]) -> dict[tuple[int, int], str]:
    """(programme, year) → short name of programmes whose list has not come in at all, or is decided elsewhere and not
    complete: nothing recorded there does not mean nothing received.
    """
    last = years[-1]
    found = {(n.program_year.program_id, last): n.program_year.program.short_name for n in figures.lists_not_in(last)}
    earlier = ProgramYear.objects.filter(
        year__in=years[:-1], list_complete__isnull=True, program__decided_elsewhere=True
    ).values_list("program", "year", "program__short_name")
    return found | {(program, year): name for program, year, name in earlier}


def _state(row: Assistance, received: set[int]) -> str:
    if row.status in CLOSED:
        return "none"
    if row.status == S.STOPPED:
        return "stopped"
    if received:
        return "received"
    return "approved" if row.status == S.APPROVED else "proposed"


# Of several rows of one programme and year the one that says most stands for them.
_ORDER = ("received", "stopped", "approved", "proposed")
_CELLS = {
    "received": ("check-circle-fill", "good"),
    "stopped": ("x-circle", "bad"),
    "approved": ("hourglass-split", ""),
    "proposed": ("clock", "warn"),
    "unknown": ("question-circle", ""),
}


def _cell(cell: dict | None, list_not_in: bool, now: bool) -> dict:
    words = {
        "received": _("received"),
        "stopped": _("stopped"),
        "approved": _("approved"),
        "proposed": _("proposed"),
        "unknown": _("recipient list has not come in"),
        "none": _("no"),
    }
    state = next((s for s in _ORDER if cell and s in cell["states"]), None)
    state = state or ("unknown" if list_not_in else "none")
    return {
        "word": words[state],
        "icon": _CELLS.get(state, ("", ""))[0],
        "kind": _CELLS.get(state, ("", ""))[1],
        "amount": cell["amount"] if cell else 0,
        "now": now,
        "url_row": cell["row"] if cell else None,
    }


def _amounts(user, household: Household, rows: list[Assistance]) -> dict[int, dict[int, int]]:
    """Rupiah delivered by programme and year of delivery, of programmes whose amounts `user` may see."""
    seen = {row.program_year.program_id: row.program_year.program for row in rows if not row.group_id}
    seen = {pk for pk, program in seen.items() if rights.sees_amounts(user, program, household.region_id)}
    found: dict[int, dict[int, int]] = {}
    sums = Delivery.objects.filter(assistance__in=rows, void=False, assistance__group__isnull=True).values_list(
        "assistance__program_year__program", "assistance__program_year__year", "amount"
    )
    for program, year, amount in sums:
        if program in seen and amount:
            years = found.setdefault(program, {})
            years[year] = years.get(year, 0) + amount
    return found


def history_keys(household: Household) -> list[tuple[str, object]]:
    """Hook: rows of the log whose history belongs on the household's page."""
    rows = list(household.aid.values_list("pk", flat=True))
    deliveries = Delivery.objects.filter(assistance__in=rows).values_list("pk", flat=True)
    return [("programs_assistance", pk) for pk in rows] + [("programs_delivery", pk) for pk in deliveries]
