"""Decisions: made in a meeting, then and now, the lists behind the numbers, on to enrolment, replaced or withdrawn."""

from __future__ import annotations

import contextlib
import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import CharField, IntegerField, OuterRef, Subquery
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.choices import AccessKind
from core.exports import Export, ExportColumn, ExportSheet, export_response, masked, register_export
from core.history import record_access
from core.keyset import BadToken, Key, Sort, keyset_page
from core.nik import parse_nik
from core.roles import Perm, access, require
from core.templatetags.shell import tanggal
from households import sets
from households.actions.sets import make_selection
from households.filters import HouseholdFilter
from households.models import Household, HouseholdSet, HouseholdSetRow, Member
from meetings import chat, coverage
from meetings.about import decisions_about
from meetings.actions import decisions as actions
from meetings.choices import WRITABLE, DecisionState, MeetingState
from meetings.forms.decisions import MOST_NIKS, DecisionEditForm, DecisionFilterForm, DecisionForm, ReasonForm
from meetings.lines import MOST_LINES, drawn
from meetings.models import ActionItem, Decision, Meeting
from meetings.rows import DECISION_MARKS, decision_view, hidden_texts, item_rows, list_url, prefixes_of, shown, steps_of
from meetings.views.finding import find_decision, find_meeting, meeting_crumbs, meeting_url, run_form
from programs import rights

KIND = "meetings.decision"
PAGE_SIZE = 50
MOST_DECISIONS = 200
_SORT = Sort(
    "work",
    (
        Key("work_order", "work_order", IntegerField()),
        Key("head_sort", "head_sort", CharField()),
        Key("id", "id", IntegerField()),
    ),
)


def part_label(part: str) -> str:
    """The part of a list in words."""
    return {
        "all": _("All of the frozen list"),
        "here": _("Still here"),
        "left": _("Left the list since"),
        "then": _("Had it then"),
        "now": _("Have it now"),
        "since": _("Reached since"),
        "lost": _("Had it then, not any more"),
        "waiting": _("Still waiting"),
    }[part]


# --- made ------------------------------------------------------------------------------------------------------------


def decision_new(request, uuid):
    """Record a decision of a meeting. `?set=`: a selection of the household list."""
    meeting = find_meeting(request, uuid)
    user = request.user
    require(user, Perm.RUN_MEETINGS)
    initial = {"saved": request.GET.get("set"), "item": request.GET.get("item")}
    form = DecisionForm(request.POST or None, meeting=meeting, user=user, initial=initial)

    def act(values):
        chosen = _households(values, user, meeting.year)
        made = actions.decide(
            meeting=meeting,
            by=user,
            title=values["title"],
            text=values["text"],
            item=values["item"],
            due=values["due"],
            region=values["region"],
            agencies=values["agencies"],
            programs=values["programs"],
            wishes=[values["wish"]] if values["wish"] else [],
            replaces=values["replaces"],
            number=values["number"],
            **chosen,
        )
        return reverse("meetings:decision_detail", args=[made.uuid])

    return run_form(
        request,
        form,
        act,
        title=_("Add a decision"),
        back=meeting_url(meeting),
        crumbs=meeting_crumbs(meeting, (_("Add a decision"), None)),
        facts=str(meeting),
    )


def _households(values: dict, user, year: int) -> dict:
    """What the form says about the households, as arguments of `decide`."""
    if values.get("saved"):
        chosen: HouseholdSet = values["saved"]
        words = _("Ticked in the household list") if chosen.temporary else _("List “%(name)s”") % {"name": chosen}
        return {
            "households": sets.resolve(chosen, user),
            "rule": {} if chosen.temporary else chosen.rule,
            "query": chosen.query,
            "source": words,
        }
    if values.get("query"):
        query: QueryDict = values["query"]
        given = query.get("year", "")
        year = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else year
        found = HouseholdFilter(query, user=user, year=year)
        if not found.is_valid():
            raise ValidationError({"query": list(found.errors) or [_("This is no address of a household list.")]})
        return {
            "households": found.queryset(),
            "rule": found.rule,
            "query": found.clean_query(),
            "source": found.sentence or _("All households"),
        }
    if values.get("niks", "").strip():
        return _pasted(values["niks"], user)
    return {"households": None}


def _pasted(text: str, user) -> dict:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_NIKS:
        raise ValidationError({"niks": _("At most %(n)s lines at once.") % {"n": MOST_NIKS}})
    numbers, bad = set(), []
    for n, line in enumerate(lines, 1):
        parsed = parse_nik(line.split("\t")[0].strip())
        if parsed.ok and parsed.value:
            numbers.add(parsed.value)
        else:
            bad.append(n)
    if bad:
        shown_lines = ", ".join(map(str, bad[:10]))
        raise ValidationError(
            {"niks": _("These lines hold no valid NIK: %(lines)s. Mend or remove them.") % {"lines": shown_lines}}
        )
    record_access(user, AccessKind.LOOKUP, _("Pasted list of NIK"), rows=len(numbers))
    members = Member.objects.visible_to(user).filter(nik__in=numbers, status="active")
    found = set(members.values_list("nik", flat=True))
    missing = len(numbers - found)
    if missing:
        raise ValidationError(
            {
                "niks": _(
                    "%(n)s of the NIKs are not in the data you see. Take them out, or record the households first."
                )
                % {"n": missing}
            }
        )
    households = Household.objects.visible_to(user).filter(pk__in=members.values("household"))
    return {"households": households, "source": _("Pasted list of %(n)s NIKs") % {"n": len(numbers)}}


# --- read ------------------------------------------------------------------------------------------------------------


@require_safe
def decision_list(request):
    """Decisions by state: of the chosen year, of all, or all that touch an agency, a programme, an area or a list."""
    require(request.user, Perm.SEE_MEETINGS)
    form = DecisionFilterForm(request.GET, user=request.user)
    if not form.is_valid():
        raise Http404
    values = form.cleaned_data
    rows = Decision.objects.visible_to(request.user).select_related("meeting", "household_set").distinct()
    rows = decisions_about(rows, **form.about())
    if not (values["years"] == "all" or form.about()):
        rows = rows.filter(year=request.year)
    tabs = [{"label": _("All"), "url": f"?{form.query(state='')}", "current": not values["state"]}]
    tabs += [
        {"label": label, "url": f"?{form.query(state=key)}", "current": values["state"] == key}
        for key, label in DecisionState.choices
    ]
    rows = rows.filter(state=values["state"]) if values["state"] else rows
    found = list(rows.prefetch_related("agencies").order_by("-year", "-sequence")[:MOST_DECISIONS])
    for row in found:
        row.mark = (*DECISION_MARKS[DecisionState(row.state)], row.get_state_display())
    context = {
        "rows": found,
        "tabs": tabs,
        "filter": form,
        "chips": form.chips(),
        "whole": bool(values["years"] == "all" or form.about()),
        "crumbs": [(_("Meetings"), reverse("meetings:meeting_list")), (_("Decisions"), None)],
    }
    return render(request, "meetings/decision_list.html", context)


@require_safe
def decision_detail(request, uuid):
    """A decision: then, target, now; who waits, who left; by area; over time; its items and its chain."""
    decision = find_decision(request, uuid)
    user = request.user
    runs = access(user).can(Perm.RUN_MEETINGS)
    view = decision_view(decision, user)
    items = list(
        ActionItem.objects.visible_to(user)
        .filter(decision=decision)
        .select_related("agency", "region", "owner", "program_year__program")
        .order_by("due", "pk")
    )
    context = {
        "d": view,
        "decision": decision,
        "crumbs": meeting_crumbs(decision.meeting, (decision.number, None)),
        "items": item_rows(items, user),
        "earlier": _chain(decision),
        "later": list(decision.replaced_by.order_by("pk")),
        "runs": runs,
        "may_edit": runs and decision.meeting.state != MeetingState.FINAL,
        "may_end": runs and decision.state == DecisionState.IN_FORCE,
        "chat_text": chat.decision_text(decision),
    }
    if view["coverage"]:
        found = view["coverage"]
        months, drawing = _months(decision, view)
        context |= {
            "areas": _area_rows(decision, view),
            "months": months,
            "drawing": drawing,
            "left": [
                {"label": label, "n": text}
                for (_status, label, _n), text in zip(
                    found.left_by, hidden_texts([n for _s, _l, n in found.left_by], view["names"]), strict=True
                )
            ],
            "enrol": _enrol_links(decision, user),
            "left_url": list_url(decision, "left") if view["names"] else "",
            "merged_text": shown(found.merged, view["names"], found.total),
            "here_text": shown(found.here, view["names"], found.total),
        }
    return render(request, "meetings/decision_detail.html", context)


def _chain(decision: Decision) -> list[Decision]:
    chain, one = [], decision.replaces
    while one is not None and len(chain) < 20:
        chain.append(one)
        one = one.replaces
    return chain


def _area_rows(decision: Decision, view: dict) -> list[dict]:
    """Coverage by kelurahan: at most four programmes beside the whole.

    From readers without names small numbers are hidden, and one more of each column where a single hidden one could be
    told from the sum.
    """
    found, names = view["coverage"], view["names"]
    keys = [line.key for line in found.lines][-5:]
    totals = hidden_texts([area.total for area in found.areas], names)
    cells = {key: hidden_texts([area.now[key] for area in found.areas], names) for key in keys}
    return [
        {
            "name": area.name,
            "total": totals[n],
            "url": f"{list_url(decision, 'all')}&area={area.code}" if names else "",
            "cells": [
                {
                    "now": cells[key][n],
                    "url": f"{list_url(decision, 'now', key)}&area={area.code}" if names else "",
                }
                for key in keys
            ],
        }
        for n, area in enumerate(found.areas)
    ]


def _months(decision: Decision, view: dict) -> tuple[list[dict], list[dict]]:
    """(rows of the table, lines of the drawing) over the last months.

    Without the right to names the numbers only move by steps of five and more, so that no month gives a family away.
    """
    found, names = view["coverage"], view["names"]
    points = coverage.over_time(decision, found=found)[-18:]
    series = {}
    for line in found.lines:
        values = [values[line.key] for _month, values in points]
        series[line.key] = values if names else steps_of(values)
    ends = [_month_end(month, found.day) for month, _values in points]
    rows = [
        {
            "month": month,
            "values": [
                {
                    "text": shown(series[line.key][n], names, found.total),
                    "url": f"{list_url(decision, 'now', line.key)}&until={ends[n]}" if names else "",
                }
                for line in found.lines
            ],
        }
        for n, (month, _values) in enumerate(points)
    ]
    most = max([found.total, *(v for values in series.values() for v in values)], default=0)
    return rows, drawn([(line.label, line.goal, series[line.key]) for line in found.lines[:MOST_LINES]], most)


def _month_end(month: dt.date, today: dt.date) -> dt.date:
    """The last day of a month, today for the one that is running."""
    return min((month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1), today)


def _enrol_links(decision: Decision, user) -> list[dict]:
    """Programmes of the decision into which this person may propose who still waits."""
    links = []
    for named in decision.programs.filter(program_year__isnull=False).select_related("program_year__program"):
        program_year = named.program_year
        unit_ok = program_year.program.benefit_unit in ("household", "person")
        if unit_ok and not program_year.closed and rights.may(user, Perm.PROPOSE, program_year.program):
            links.append({"program_year": program_year, "label": str(program_year)})
    return links


# --- lists behind the numbers ----------------------------------------------------------------------------------------


def _asked(request, decision: Decision) -> dict:
    """`part`, `key` of the line, `area` and `until` (day, else None) of the query string; 404 for what there is not."""
    part, key, area, until = (request.GET.get(n, "") for n in ("part", "line", "area", "until"))
    part, key = part or "all", key or coverage.ANY
    known = {coverage.ANY, *(str(u) for u in decision.programs.values_list("program_year__uuid", flat=True) if u)}
    day = parse_day(until)
    odd_day = until and (day is None or part != "now")
    if part not in coverage.PARTS or key not in known or len(area) > 13 or odd_day or not decision.household_set_id:
        raise Http404
    return {"part": part, "key": key, "area": area, "until": day}


def parse_day(text: str) -> dt.date | None:
    """A day as `2026-10-31`, None for anything else."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def households_behind(
    decision: Decision, user, part: str, key: str = coverage.ANY, area: str = "", until: dt.date | None = None
):
    """Households behind a number that `user` may see by name; `until`: who had it by the end of that day."""
    ids = coverage.household_ids(decision, part, key, prefixes=prefixes_of(user), day=until)
    found = Household.objects.visible_to(user).filter(pk__in=ids)
    return found.in_area(area) if area else found


def _list_label(part: str, until: dt.date | None) -> str:
    return _("Had it by %(day)s") % {"day": tanggal(until)} if until else part_label(part)


@require_safe
def decision_households(request, uuid):
    """The households behind a number of the decision, with what each had then."""
    decision = find_decision(request, uuid)
    require(request.user, Perm.SEE_NAMES)
    asked = _asked(request, decision)
    part, key, area, until = asked["part"], asked["key"], asked["area"], asked["until"]
    queryset = households_behind(decision, request.user, **asked)
    rows = HouseholdSetRow.objects.filter(set=decision.household_set_id, household=OuterRef("pk"))
    queryset = queryset.annotate(desil_then=Subquery(rows.values("desil_then")[:1]))
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        page = keyset_page(
            queryset.select_related("region"), _SORT, after="" if before else after, before=before, size=PAGE_SIZE
        )
    except BadToken:
        page = keyset_page(queryset.select_related("region"), _SORT, size=PAGE_SIZE)
    line = _line_label(decision, key)
    query = f"part={part}&line={key}" + (f"&area={area}" if area else "") + (f"&until={until}" if until else "")
    label = _list_label(part, until)
    context = {
        "decision": decision,
        "crumbs": meeting_crumbs(
            decision.meeting,
            (decision.number, reverse("meetings:decision_detail", args=[decision.uuid])),
            (label, None),
        ),
        "title": f"{label}: {line}" if part not in ("all", "here", "left") else label,
        "page": page,
        "total": queryset.order_by().count(),
        "prev": f"?{query}&before={page.before}" if page.before else "",
        "next": f"?{query}&after={page.after}" if page.after else "",
        "query": query,
        "export_url": f"{reverse('meetings:decision_export', args=[decision.uuid])}?{query}",
        "enrol": [
            each
            for each in (_enrol_links(decision, request.user) if part == "waiting" else [])
            if key in (coverage.ANY, str(each["program_year"].uuid))
        ],
    }
    return render(request, "meetings/decision_households.html", context)


def _line_label(decision: Decision, key: str) -> str:
    if key == coverage.ANY:
        return _("Any programme at all")
    named = decision.programs.filter(program_year__uuid=key).select_related("program_year__program").first()
    return str(named.program_year)


@require_POST
def decision_enrol(request, uuid):
    """Take who still waits for a programme of the decision to its enrolment page."""
    decision = find_decision(request, uuid)
    require(request.user, Perm.SEE_NAMES)
    wanted = request.POST.get("program_year", "")
    link = next((e for e in _enrol_links(decision, request.user) if str(e["program_year"].uuid) == wanted), None)
    if link is None:
        raise PermissionDenied(_("You may not propose for this programme."))
    waiting = households_behind(decision, request.user, "waiting", wanted)
    try:
        selection = make_selection(by=request.user, queryset=waiting)
    except ValidationError as error:
        messages.info(request, " ".join(error.messages))
        return redirect("meetings:decision_detail", uuid=decision.uuid)
    return redirect(f"{reverse('programs:enrol', args=[wanted])}?set={selection.uuid}")


def _build_export(user, params: dict) -> Export:
    require(user, Perm.SEE_NAMES)
    decision = Decision.objects.visible_to(user).filter(uuid=params["decision"]).distinct().first()
    if decision is None:
        raise PermissionDenied
    until = parse_day(params.get("until", ""))
    found = households_behind(decision, user, params["part"], params["line"], params["area"], until)
    queryset = found.order_by("work_order", "head_sort", "pk")
    label = _list_label(params["part"], until)
    rows = HouseholdSetRow.objects.filter(set=decision.household_set_id, household=OuterRef("pk"))
    columns = [
        ExportColumn("head", _("Head of household"), "head_name"),
        ExportColumn("kk", _("Family card number"), masked("kk"), "code"),
        ExportColumn("address", _("Address"), "address"),
        ExportColumn("rt", "RT", "rt", "code"),
        ExportColumn("rw", "RW", "rw", "code"),
        ExportColumn("region", _("Kelurahan"), "region__name"),
        ExportColumn("then", _("Desil then"), Subquery(rows.values("desil_then")[:1]), "int"),
        ExportColumn("desil", _("Desil now"), "desil", "int"),
        ExportColumn("status", _("Status"), "status", labels=dict(Household._meta.get_field("status").choices)),
    ]
    title = f"{decision.number}: {label}"
    return Export(
        title=title,
        sheets=[ExportSheet(_("Households"), queryset, columns)],
        what=title,
        filters=[(_("Decision"), str(decision)), (_("List"), label)],
    )


register_export(KIND, _build_export)


@require_safe
def decision_export(request, uuid):
    """The list behind a number as a workbook, numbers masked; recorded."""
    decision = find_decision(request, uuid)
    require(request.user, Perm.SEE_NAMES)
    asked = _asked(request, decision)
    params = {"decision": str(decision.uuid), "part": asked["part"], "line": asked["key"], "area": asked["area"]}
    return export_response(request, KIND, params | {"until": str(asked["until"] or "")})


# --- changed ---------------------------------------------------------------------------------------------------------


def decision_edit(request, uuid):
    """The words, while the minutes are not final."""
    decision = find_decision(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    initial = {name: getattr(decision, name) for name in ("title", "text", "due")}
    initial["agencies"] = [a.uuid for a in decision.agencies.all()]
    form = DecisionEditForm(request.POST or None, initial=initial)
    return _form(request, decision, form, actions.edit_decision, _("Change the decision"))


def decision_withdraw(request, uuid):
    """The decision no longer stands."""
    decision = find_decision(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    return _form(request, decision, ReasonForm(request.POST or None), actions.withdraw, _("Withdraw the decision"))


def _form(request, decision: Decision, form, action, title: str):
    back = reverse("meetings:decision_detail", args=[decision.uuid])
    return run_form(
        request,
        form,
        lambda values: action(decision=decision, by=request.user, **values) and None,
        title=title,
        back=back,
        crumbs=meeting_crumbs(decision.meeting, (decision.number, back), (title, None)),
        facts=str(decision),
    )


# --- from the household list -----------------------------------------------------------------------------------------


def decide_selection(request, household_set: HouseholdSet):
    """Bulk action of the household list: choose the meeting that decides about these households."""
    return redirect(f"{reverse('meetings:decision_start')}?set={household_set.uuid}")


@require_safe
def decision_start(request):
    """Choose the meeting for a selection of households."""
    require(request.user, Perm.RUN_MEETINGS)
    meetings = Meeting.objects.visible_to(request.user).filter(state__in=WRITABLE).order_by("-year", "starts", "pk")
    given = request.GET.get("set", "")
    chosen = None
    with contextlib.suppress(ValidationError):
        chosen = HouseholdSet.objects.openable_by(request.user).filter(uuid=given).first()
    if chosen is None:
        raise Http404
    context = {
        "meetings": meetings,
        "set": chosen,
        "n": chosen.rows.count(),
        "today": timezone.localdate(),
        "crumbs": [(_("Meetings"), reverse("meetings:meeting_list")), (_("Add a decision"), None)],
    }
    return render(request, "meetings/decision_start.html", context)
