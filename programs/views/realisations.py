"""Quarterly realisation: the grid of many programmes, one programme over the year, corrections, deadlines."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.roles import Perm, require
from core.templatetags.shell import angka
from households.views.edits import add_errors
from programs import rights
from programs.actions import duties as duty_actions
from programs.actions import plans as plan_actions
from programs.actions import realisations as actions
from programs.choices import QUARTERS, REALISATION_OPEN, RealisationState
from programs.forms.realisation import LABELS, CorrectionForm, DeadlineForm, Grid
from programs.models import ProgramYear
from programs.plans import quarters as reading
from programs.plans.duties import deadlines
from programs.plans.reading import with_plan
from programs.views.finding import program_url
from programs.views.plans import chosen_agency, years_of

SHOWN_STATES = (RealisationState.SUBMITTED, RealisationState.VERIFIED)


def grid_url(year: int, quarter: int, agency=None) -> str:
    """The grid of a quarter, of one agency."""
    query = {"year": year, "quarter": quarter} | ({"agency": agency.uuid} if agency else {})
    return f"{reverse('programs:realisation_grid')}?{urlencode(query)}"


def _quarter(request) -> int:
    asked = request.GET.get("quarter", "")
    if not asked:
        return reading.quarter_of(request.year, timezone.localdate())
    if asked not in ("1", "2", "3", "4"):
        raise Http404
    return int(asked)


def realisation_grid(request):
    """Fill, submit and verify a quarter of many programmes at once."""
    require(request.user, Perm.SEE_FIGURES)
    quarter = _quarter(request)
    agency, agencies = chosen_agency(request)
    grid = _grid(request, quarter, agency, agencies)
    status = 200
    if request.method == "POST":
        if request.POST.get("do") == "verify":
            _verify_ticked(request, grid)
            return redirect(grid_url(request.year, quarter, agency))
        if not grid.writable:
            raise PermissionDenied(_("There is nothing here that you may write."))
        grid.read(request.POST)
        saved, submitted = _save(request, grid)
        _say_saved(request, saved, submitted)
        if not grid.problems:
            return redirect(grid_url(request.year, quarter, agency))
        grid = _again(request, quarter, agency, agencies, grid)
        status = 422
    context = _grid_context(request, quarter, agency, agencies, grid)
    return render(request, "programs/realisation_grid.html", context, status=status)


def _grid(request, quarter: int, agency, agencies) -> Grid:
    boards = reading.boards(years_of(request, agency, agencies), [quarter])
    return Grid(
        boards,
        quarter,
        writes=lambda program: rights.may(request.user, Perm.MANAGE_PROGRAMS, program),
        verifies=lambda program: plan_actions.may_verify(request.user, program),
    )


def _save(request, grid: Grid) -> tuple[int, int]:
    """Save each line that can be read; with `do=submit` hand it on as well. What is refused stands at its line."""
    submit, saved, submitted = request.POST.get("do") == "submit", 0, 0
    for line in grid.lines:
        if line.values is None or line.bad:
            continue
        args = {"program_year": line.board.program_year, "quarter": grid.quarter, "by": request.user}
        try:
            row = line.row
            if line.touched:
                row = actions.save_realisation(values=line.values, version=line.version, **args)
                saved += 1
            if submit and row is not None:
                actions.submit_realisation(**args)
                submitted += 1
        except ValidationError as error:
            line.refuse(error)
    return saved, submitted


def _again(request, quarter: int, agency, agencies, posted: Grid) -> Grid:
    """The grid as it stands by now, with what was refused where it was typed."""
    fresh = _grid(request, quarter, agency, agencies)
    refused = {line.key: line for line in posted.lines if line.bad}
    for line in fresh.lines:
        old = refused.get(line.key)
        if old is None:
            continue
        line.errors = old.errors
        if line.writable:
            # Whom somebody else overtook keeps the version it was read with: the line must be loaded anew.
            overtaken = old.version != (old.row.version if old.row else 0)
            line.version = old.version if overtaken else line.version
            line.cells = old.cells
    return fresh


def _say_saved(request, saved: int, submitted: int) -> None:
    if saved:
        text = ngettext("%(n)s programme saved.", "%(n)s programmes saved.", saved)
        messages.success(request, text % {"n": angka(saved)})
    if submitted:
        text = ngettext("%(n)s programme submitted.", "%(n)s programmes submitted.", submitted)
        messages.success(request, text % {"n": angka(submitted)})


def _verify_ticked(request, grid: Grid) -> None:
    ticked, done = set(request.POST.getlist("tick")), 0
    for line in grid.lines:
        if line.key not in ticked or not line.tickable:
            continue
        try:
            actions.verify_realisation(program_year=line.board.program_year, quarter=grid.quarter, by=request.user)
            done += 1
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    text = ngettext("%(n)s programme verified.", "%(n)s programmes verified.", done)
    messages.success(request, text % {"n": angka(done)})


def _grid_context(request, quarter: int, agency, agencies, grid: Grid) -> dict:
    today, due = timezone.localdate(), deadlines(request.year)[f"q{quarter}"]
    handed = sum(bool(line.row and line.row.state in SHOWN_STATES) for line in grid.lines)
    return {
        "grid": grid,
        # Year and quarter stand in the address that is posted to: another tab may have chosen another year since.
        "action": grid_url(request.year, quarter, agency),
        "quarter": quarter,
        "roman": reading.ROMAN[quarter],
        "agency": agency,
        "agencies": agencies if len(agencies) > 1 else [],
        "many": agency is None and len(agencies) > 1,
        "tabs": [
            {
                "label": _("Quarter %(n)s") % {"n": reading.ROMAN[q]},
                "url": grid_url(request.year, q, agency),
                "current": q == quarter,
            }
            for q in QUARTERS
        ],
        "due": due,
        "late": today > due and handed < len(grid.lines),
        "missing": len(grid.lines) - handed,
        "ended": reading.quarter_end(request.year, quarter) < today,
        "end": reading.quarter_end(request.year, quarter),
        "may_set_deadlines": request.access.can(Perm.MANAGE_REFERENCE),
    }


# --- one programme ---------------------------------------------------------------------------------------------------


def _find(request, uuid) -> ProgramYear:
    require(request.user, Perm.SEE_FIGURES)
    found = with_plan(ProgramYear.objects.visible_to(request.user)).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


@require_safe
def realisation_detail(request, uuid):
    """One programme over the four quarters: figures beside schedule and log, steps, what was corrected."""
    program_year = _find(request, uuid)
    board = reading.board_of(program_year)
    due = deadlines(program_year.year)
    writes = rights.may(request.user, Perm.MANAGE_PROGRAMS, program_year.program) and not program_year.closed
    verifies = plan_actions.may_verify(request.user, program_year.program) and not program_year.closed
    context = {
        "program_year": program_year,
        "program": program_year.program,
        "quarters": [_column(board, q, due[f"q{q}"], writes=writes, verifies=verifies) for q in QUARTERS],
        "table": _table(board),
        "texts": _texts(board),
        "trace": _trace(board),
        "program_url": program_url(program_year),
        "crumbs": _crumbs(program_year),
    }
    return render(request, "programs/realisation_detail.html", context)


def _crumbs(program_year: ProgramYear, *more) -> list[tuple]:
    here = reverse("programs:realisation_detail", args=[program_year.uuid]) if more else None
    quarter = reading.quarter_of(program_year.year, timezone.localdate())
    grid = grid_url(program_year.year, quarter)
    return [(_("Realisation"), grid), (program_year.program.short_name, here), *more]


def _column(board: reading.Board, quarter: int, due, *, writes: bool, verifies: bool) -> dict:
    row, today = board.rows.get(quarter), timezone.localdate()
    began = reading.quarter_begin(board.program_year.year, quarter) <= today
    state = row.state if row else ""
    came = timezone.localtime(row.submitted_at).date() if row and row.submitted_at else None
    late = came > due if came else today > due
    return {
        "n": quarter,
        "roman": reading.ROMAN[quarter],
        "row": row,
        "face": reading.FACES[RealisationState(state)] if row else None,
        "due": due,
        "late": late and (came is not None or began),
        "doubts": reading.doubts(board, quarter) if row else [],
        "came": came,
        "remark": board.program_year.review.filter(quarter=quarter, act="return").order_by("-at", "-pk").first()
        if state == RealisationState.RETURNED
        else None,
        "grid_url": grid_url(board.program_year.year, quarter, board.program_year.program.owner),
        "may": {
            "write": writes and began and (row is None or state in REALISATION_OPEN),
            "withdraw": writes and state == RealisationState.SUBMITTED,
            "correct": writes and state == RealisationState.VERIFIED,
            "review": verifies and state == RealisationState.SUBMITTED,
        },
    }


def _table(board: reading.Board) -> list[dict]:
    """Rows of figures: label, kind of row, one value a quarter (and its share where there is one)."""
    values = {q: board.values(q) for q in QUARTERS}
    planned = {q: board.planned(q) for q in QUARTERS}
    rows = [
        {
            "label": reading.source_label(source),
            "note": _("ceiling %(n)s") % {"n": angka(ceiling)},
            "cells": [angka(values[q].spent.get(source)) for q in QUARTERS],
        }
        for source, ceiling in board.ceilings.items()
    ]
    rows.append(
        {
            "label": _("Spent, all sources (Rp)"),
            "strong": True,
            "note": _("ceiling %(n)s") % {"n": angka(board.ceiling)},
            "cells": [angka(values[q].total) for q in QUARTERS],
            "shares": [reading.absorbed(board, values[q]) for q in QUARTERS],
        }
    )
    rows.append({"label": _("Planned (Rp)"), "muted": True, "cells": [angka(planned[q][1]) for q in QUARTERS]})
    handed = [angka(board.log[q].money) if q in board.log else "—" for q in QUARTERS]
    rows.append({"label": _("Handed over by the log (Rp)"), "muted": True, "cells": handed})
    target = board.program_year.target
    rows.append(
        {
            "label": _("Output"),
            "strong": True,
            "note": _("target %(n)s %(unit)s") % {"n": angka(target), "unit": board.program_year.indicator_unit},
            "cells": [angka(values[q].output) for q in QUARTERS],
            "shares": [
                values[q].output / target if target and values[q].output is not None else None for q in QUARTERS
            ],
        }
    )
    rows.append({"label": _("Planned output"), "muted": True, "cells": [angka(planned[q][0]) for q in QUARTERS]})
    people = [angka(values[q].beneficiaries) for q in QUARTERS]
    rows.append({"label": _("Beneficiaries"), "strong": True, "note": _counted(board), "cells": people})
    log = [angka(board.proposed(q)) for q in QUARTERS]
    rows.append({"label": _("Beneficiaries by the log"), "muted": True, "cells": log})
    return rows


def _counted(board: reading.Board) -> str:
    return {
        "household": _("households"),
        "person": _("people"),
        "group": _("households of the groups"),
        "area": _("households that the areas serve; outside coverage"),
    }[board.program_year.program.benefit_unit]


def _texts(board: reading.Board) -> list[dict]:
    found = []
    for quarter in QUARTERS:
        values = board.values(quarter)
        said = [(LABELS[key], getattr(values, key)) for key in reading.TEXTS if getattr(values, key)]
        if said:
            found.append({"roman": reading.ROMAN[quarter], "said": said})
    return found


def _trace(board: reading.Board) -> list:
    """Steps of all quarters, newest first; a correction shows what stood there before."""
    steps = list(board.program_year.review.filter(quarter__isnull=False).select_related("by").order_by("-at", "-pk"))
    after = {q: board.values(q).cells() for q in QUARTERS}
    labels = {reading.source_key(s): reading.source_label(s) for s in board.ceilings} | {
        key: str(LABELS[key]) for key in reading.NUMBERS
    }
    for step in steps:
        step.roman = reading.ROMAN[step.quarter]
        step.before_rows = [
            (labels.get(key, key), value, after[step.quarter].get(key))
            for key, value in step.before.items()
            if value != after[step.quarter].get(key)
        ]
        if step.before:
            after[step.quarter] = after[step.quarter] | step.before
    return steps


STEPS = {
    "submit": (actions.submit_realisation, False),
    "withdraw": (actions.withdraw_realisation, False),
    "verify": (actions.verify_realisation, False),
    "return": (actions.return_realisation, True),
}


@require_POST
def realisation_step(request, uuid, quarter, step):
    """Submit, take back, verify, return with a remark."""
    program_year = _find(request, uuid)
    if step not in STEPS or quarter not in QUARTERS:
        raise Http404
    act, remarks = STEPS[step]
    remark = {"remark": request.POST.get("reason", "")} if remarks else {}
    try:
        done = act(program_year=program_year, quarter=quarter, by=request.user, **remark)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = {"n": reading.ROMAN[quarter], "state": done.get_state_display().lower()}
        messages.success(request, _("Quarter %(n)s is %(state)s.") % said)
    return redirect("programs:realisation_detail", uuid=program_year.uuid)


def realisation_correct(request, uuid, quarter):
    """Correct figures that were verified, with a reason."""
    program_year = _find(request, uuid)
    if quarter not in QUARTERS:
        raise Http404
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program_year.program)
    board = reading.board_of(program_year)
    url = reverse("programs:realisation_detail", args=[program_year.uuid])
    row = board.rows.get(quarter)
    if row is None or row.state != RealisationState.VERIFIED:
        messages.error(request, _("Only verified figures are corrected; others are simply changed."))
        return redirect(url)
    form = CorrectionForm(request.POST or None, board=board, quarter=quarter)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_realisation(
                program_year=program_year,
                quarter=quarter,
                values=form.values(),
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                by=request.user,
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Corrected. What stood there is kept, and Bappeda verifies anew."))
            return redirect(url)
    title = _("Correct quarter %(n)s of %(program)s") % {"n": reading.ROMAN[quarter], "program": program_year}
    context = {"form": form, "page_title": title, "crumbs": _crumbs(program_year, (title, None)), "cancel_url": url}
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)


def deadline_edit(request):
    """Set by when the duties of the year are due."""
    require(request.user, Perm.MANAGE_REFERENCE)
    form = DeadlineForm(request.POST or None, days=deadlines(request.year))
    if request.method == "POST" and form.is_valid():
        try:
            duty_actions.set_deadlines(year=request.year, days=form.cleaned_data, by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(grid_url(request.year, _quarter(request)))
    title = _("Deadlines of %(year)s") % {"year": request.year}
    url = grid_url(request.year, _quarter(request))
    context = {
        "form": form,
        "page_title": title,
        "crumbs": [(_("Realisation"), url), (title, None)],
        "cancel_url": url,
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)
