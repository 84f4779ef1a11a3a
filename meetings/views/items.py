"""Action items: the list, one item with what was written about it, the steps of agency and secretariat, the matrix."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core.keyset import BadToken
from core.roles import Perm, access, require
from meetings.actions import filters, notices
from meetings.actions import items as actions
from meetings.choices import ItemState, Measure, UpdateKind
from meetings.followup import FollowUp
from meetings.forms.decisions import ReasonForm
from meetings.forms.items import ExtensionForm, ItemForm, ReportForm
from meetings.models import ActionItem, Decision, Meeting, Notice
from meetings.rows import item_rows
from meetings.views.finding import do, find_decision, find_item, find_meeting, meeting_url, run_form

UPDATE_MARKS = {
    UpdateKind.OBSTACLE: "exclamation-triangle",
    UpdateKind.PROOF: "paperclip",
    UpdateKind.EXTENSION: "calendar-plus",
    UpdateKind.GRANTED: "calendar-check",
    UpdateKind.REFUSED: "calendar-x",
    UpdateKind.CONFIRMED: "check-circle",
}
GROUPS = {
    "late": ("bad", "clock", gettext_lazy("Overdue")),
    "week": ("warn", "alarm", gettext_lazy("Due this week")),
    "later": ("", "hourglass-split", gettext_lazy("Later")),
}


@require_safe
@vary_on_headers("HX-Request")
def action_list(request):
    """Action items by due date, as a table or a board."""
    require(request.user, Perm.SEE_MEETINGS)
    user = request.user
    found = FollowUp(request.GET, user=user, year=request.year)
    part = request.htmx and not request.htmx.boosted
    if not found.is_valid():
        context = {"found": found, "problems": [_("This filter is not known. Remove it and choose again.")]}
        status = 422 if part else 400
        return render(
            request, "meetings/_item_table.html" if part else "meetings/action_list.html", context, status=status
        )
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        page = found.page(after="" if before else after, before=before)
    except BadToken:
        messages.warning(request, _("That page is not known. This is the first page."))
        page = found.page()
    counts = found.counts()
    board = found.values["view"] == "board"
    rows = [] if board else item_rows(page.rows, user)
    runs = access(user).can(Perm.RUN_MEETINGS)
    _mark_groups(rows, found)
    for row in rows:
        row.may_report = (
            row.state in (ItemState.OPEN, ItemState.PROPOSED) and actions.may_report(user, row) if not runs else False
        )
    path = request.path
    context = {
        "found": found,
        "filter": found.form,
        "page": page,
        "rows": rows,
        "total": found.queryset().order_by().count(),
        "tiles": _tiles(found, counts, path),
        "tabs": [*_who_tabs(found, path), *_kept(user, path, found.query())],
        "kept": filters.of(user),
        "board": _board(found, user, path) if board else None,
        "board_url": f"{path}?{found.query(view='board')}",
        "table_url": f"{path}?{found.query(view='')}",
        "counts": counts,
        "runs": runs,
        "query": found.query(),
        "prev": f"{path}?{found.query(before=page.before)}" if page.before else "",
        "next": f"{path}?{found.query(after=page.after)}" if page.after else "",
        "export_url": f"{reverse('meetings:action_export')}?{found.query()}",
        "may_direct": access(user).can(Perm.APPROVE_MINUTES),
        "notices": _notices(user),
    }
    partial = "meetings/_item_board.html" if board else "meetings/_item_table.html"
    response = render(request, partial if part else "meetings/action_list.html", context)
    if part:
        response["HX-Push-Url"] = f"{path}?{found.query()}" if found.query() else path
    return response


def _mark_groups(rows: list[ActionItem], found: FollowUp) -> None:
    """Give the first row of each group its heading."""
    if found.show not in ("attention", "all"):
        return
    last = None
    for row in rows:
        key = "late" if row.due < found.today else "week" if (row.due - found.today).days <= 7 else "later"
        row.group = GROUPS[key] if key != last else None
        last = key


def _tiles(found: FollowUp, counts: dict, path: str) -> list[dict]:
    oldest = (found.today - counts["oldest"]).days if counts["oldest"] else 0
    share = f"{100 * counts['done_of_year'] // counts['of_year']}%" if counts["of_year"] else "—"
    texts = {
        "attention": (_("Need attention"), "bell", _("overdue, this week, to confirm")),
        "overdue": (_("Overdue"), "clock", _("oldest %(n)s days") % {"n": oldest} if oldest else _("none")),
        "week": (_("This week"), "alarm", _("due within 7 days")),
        "later": (_("Later"), "hourglass-split", _("after this week")),
        "done": (
            _("Done in %(year)s") % {"year": found.year},
            "check",
            _("%(share)s of this year's %(n)s") % {"share": share, "n": counts["of_year"]},
        ),
    }
    return [
        {
            "label": label,
            "icon": icon,
            "hint": hint,
            "n": counts[key],
            "url": f"{path}?{found.query(show=key)}",
            "current": found.show == key,
        }
        for key, (label, icon, hint) in texts.items()
    ]


def _who_tabs(found: FollowUp, path: str) -> list[dict]:
    words = {"mine": _("Mine"), "agency": _("My agency or area"), "all": _("All I may see")}
    if found.runs:
        words = {"mine": _("Mine"), "all": _("All")}
    return [
        {"label": label, "url": f"{path}?{found.query(who=key)}", "current": found.who == key}
        for key, label in words.items()
    ]


def _notices(user) -> list[Notice]:
    rows = list(notices.unread(user)[:5])
    for row in rows:
        row.words = notices.kind_words(row.kind)
    return rows


BOARD_MARKS = {
    "overdue": ("bad", "clock", gettext_lazy("Overdue")),
    "week": ("warn", "alarm", gettext_lazy("This week")),
    "later": ("", "hourglass-split", gettext_lazy("Later")),
    "waiting": ("warn", "patch-question", gettext_lazy("Wait for confirmation")),
    "done": ("good", "check-circle", gettext_lazy("Done")),
}


def _board(found: FollowUp, user, path: str) -> list[dict]:
    """The columns of the board with their cards."""
    columns = found.board()
    item_rows([row for _key, _n, rows in columns for row in rows], user)
    return [
        {
            "mark": BOARD_MARKS[key],
            "n": n,
            "rows": rows,
            "more": f"{path}?{found.query(show=key, view='')}" if n > len(rows) else "",
        }
        for key, n, rows in columns
    ]


def _kept(user, path: str, query: str) -> list[dict]:
    """Tabs of the filters this person keeps."""
    return [
        {"label": row["name"], "url": f"{path}?{row['query']}", "icon": "bookmark", "current": row["query"] == query}
        for row in filters.of(user)
    ]


@require_POST
def filter_keep(request):
    """Keep the filter that is on, under a name of one's own."""
    require(request.user, Perm.SEE_MEETINGS)
    found = FollowUp(QueryDict(request.POST.get("query", "")[:1000]), user=request.user, year=request.year)
    if not found.is_valid():
        raise BadRequest(_("This filter is not known. Remove it and choose again."))
    return do(
        request,
        lambda: filters.keep(by=request.user, name=request.POST.get("name", ""), query=found.query()),
        back=f"{reverse('meetings:action_list')}?{found.query()}",
    )


@require_POST
def filter_drop(request):
    """Forget a kept filter."""
    require(request.user, Perm.SEE_MEETINGS)
    name = request.POST.get("name", "")
    return do(request, lambda: filters.drop(by=request.user, name=name), back=reverse("meetings:action_list"))


@require_safe
def action_detail(request, uuid):
    """One item: what, who, by when, how far, what was written."""
    item = find_item(request, uuid)
    user = request.user
    item_rows([item], user)
    runs = access(user).can(Perm.RUN_MEETINGS)
    reports = actions.may_report(user, item)
    updates = [
        {
            "at": u.at,
            "title": u.get_kind_display(),
            "text": " · ".join(filter(None, [u.text, _update_facts(u)])),
            "by": str(u.by) if u.by else _("by the system"),
            "hot": u.kind in (UpdateKind.CONFIRMED, UpdateKind.AGAINST, UpdateKind.PROPOSED),
        }
        for u in item.updates.select_related("by")
    ]
    unfinished = item.state in (ItemState.OPEN, ItemState.PROPOSED)
    needs_reason = item.measure != Measure.FREE and not (item.progress and item.progress.reached)
    context = {
        "item": item,
        "crumbs": [(_("Action items"), reverse("meetings:action_list")), (item.title[:60], None)],
        "updates": updates,
        "helpers": [h.agency.short_name for h in item.helping.select_related("agency")],
        "runs": runs,
        "may_report": reports and unfinished,
        "may_extend": reports and item.state == ItemState.OPEN and not item.asked_due,
        "may_answer": runs and item.asked_due is not None,
        "may_confirm": runs and unfinished,
        "needs_proof": item.measure == Measure.FREE and not item.proof,
        "may_send_back": runs and item.state in (ItemState.PROPOSED, ItemState.DONE),
        "may_edit": runs and item.state in (ItemState.DRAFT, ItemState.OPEN, ItemState.PROPOSED),
        "needs_reason": needs_reason,
        "report_form": ReportForm(item=item),
        "waiting_url": _waiting_url(item, user),
    }
    return render(request, "meetings/action_detail.html", context)


def _update_facts(update) -> str:
    if update.kind in (UpdateKind.EXTENSION, UpdateKind.GRANTED, UpdateKind.REFUSED) and update.new_due:
        from core.templatetags.shell import tanggal

        return _("until %(day)s") % {"day": tanggal(update.new_due)}
    if update.percent is not None:
        return f"{update.percent}%"
    return ""


def _waiting_url(item: ActionItem, user) -> str:
    """The list of who still waits, where the item has the decision's list and programme."""
    decision = item.decision
    if not (decision and item.household_set_id and item.household_set_id == decision.household_set_id):
        return ""
    if not access(user).can(Perm.SEE_NAMES) or not decision.programs.filter(program_year=item.program_year_id).exists():
        return ""
    base = reverse("meetings:decision_households", args=[decision.uuid])
    return f"{base}?part=waiting&line={item.program_year.uuid}"


# --- made and changed ------------------------------------------------------------------------------------------------


def _new(request, *, meeting: Meeting | None = None, decision: Decision | None = None):
    require(request.user, Perm.RUN_MEETINGS)
    year = meeting.year if meeting else request.year
    initial = {"due": decision.due} if decision else {}
    if decision and decision.household_set_id:
        initial["measure"] = Measure.RECEIVED
        first = decision.programs.filter(program_year__isnull=False).first()
        initial["program_year"] = first and first.program_year.uuid
        initial["household_set"] = decision.household_set.uuid
    elif request.GET.get("set"):
        initial |= _of_a_list(request)
    form = ItemForm(request.POST or None, user=request.user, year=year, decision=decision, initial=initial)
    back = reverse("meetings:action_list")
    if decision:
        back = reverse("meetings:decision_detail", args=[decision.uuid])
    elif meeting:
        back = meeting_url(meeting)

    def act(values):
        made = actions.create_item(by=request.user, meeting=meeting, decision=decision, **values)
        return back if (meeting or decision) else reverse("meetings:action_detail", args=[made.uuid])

    return run_form(
        request,
        form,
        act,
        title=_("Add an action item"),
        back=back,
        crumbs=[(_("Action items"), reverse("meetings:action_list")), (_("Add an action item"), None)],
        facts=str(decision or meeting or ""),
        template_hint="item",
    )


def _of_a_list(request) -> dict:
    """What the address says of the item: a frozen list, whose it is, until when, and the programme to be received."""
    names = {"set": "household_set", "title": "title", "agency": "agency", "due": "due", "program_year": "program_year"}
    given = {field: request.GET[name] for name, field in names.items() if request.GET.get(name)}
    return given | ({"measure": Measure.RECEIVED} if "program_year" in given else {})


def action_new(request):
    """An item of its own; `?set=` and what stands beside it fill in a list that was handed over."""
    return _new(request)


def action_new_of_meeting(request, uuid):
    """An item of a meeting."""
    return _new(request, meeting=find_meeting(request, uuid))


def action_new_of_decision(request, uuid):
    """An item of a decision, measured by its list and programme unless changed."""
    decision = find_decision(request, uuid)
    return _new(request, meeting=decision.meeting, decision=decision)


@require_POST
def action_direct(request):
    """Arahan: one sentence that becomes a draft."""
    rights = access(request.user)
    if not (rights.can(Perm.APPROVE_MINUTES) or rights.can(Perm.RUN_MEETINGS)):
        raise PermissionDenied(_("Only the leadership gives directions."))
    meeting = None
    back = reverse("meetings:meeting_list")
    if request.POST.get("meeting"):
        meeting = Meeting.objects.visible_to(request.user).filter(uuid=_uuid(request.POST["meeting"])).first()
        back = meeting_url(meeting) if meeting else back
    text = request.POST.get("text", "")[:1000]
    return do(
        request,
        lambda: actions.direct(by=request.user, text=text, meeting=meeting) and None,
        back=back,
        done=_("The secretariat has your direction as a draft."),
    )


def _uuid(text: str):
    try:
        return uuids.UUID(text)
    except ValueError as error:
        raise Http404 from error


def action_edit(request, uuid):
    """Change an item, or complete a draft."""
    item = find_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = ItemForm(request.POST or None, user=request.user, year=item.year, item=item)
    return _form(request, item, form, actions.edit_item, _("Change the action item"))


def _form(request, item: ActionItem, form, action, title: str, *, facts: str = "", button: str = "", done: str = ""):
    back = reverse("meetings:action_detail", args=[item.uuid])
    return run_form(
        request,
        form,
        lambda values: action(item=item, by=request.user, **values) and None,
        title=title,
        back=back,
        crumbs=[(_("Action items"), reverse("meetings:action_list")), (item.title[:60], back), (title, None)],
        facts=facts or item.title,
        button=button,
        done=done,
    )


# --- the agency ------------------------------------------------------------------------------------------------------


def _reporting(request, uuid) -> ActionItem:
    item = find_item(request, uuid)
    if not actions.may_report(request.user, item):
        require(request.user, Perm.RUN_MEETINGS)
    return item


def action_report(request, uuid):
    """Progress, obstacle, proof; or that it is done."""
    item = _reporting(request, uuid)
    form = ReportForm(request.POST or None, item=item)

    def act(*, item, by, text, obstacle, proof, percent=None, done=False):
        if done:
            if obstacle != item.obstacle or percent is not None:
                actions.report(item=item, by=by, percent=percent, obstacle=obstacle)
            return actions.propose_done(item=item, by=by, text=text, proof=proof)
        return actions.report(item=item, by=by, text=text, percent=percent, obstacle=obstacle, proof=proof)

    return _form(request, item, form, act, _("Record progress"))


def action_extend(request, uuid):
    """Ask for more time; the secretariat moves the date at once."""
    item = _reporting(request, uuid)
    runs = access(request.user).can(Perm.RUN_MEETINGS)
    form = ExtensionForm(request.POST or None)
    title = _("Give more time") if runs else _("Ask for more time")
    return _form(request, item, form, actions.extend if runs else actions.ask_extension, title)


# --- the secretariat -------------------------------------------------------------------------------------------------


@require_POST
def action_grant(request, uuid):
    """Grant the request for more time."""
    item = find_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    back = reverse("meetings:action_detail", args=[item.uuid])
    return do(request, lambda: actions.answer_extension(item=item, by=request.user, granted=True) and None, back=back)


@require_POST
def action_confirm(request, uuid):
    """Close as done what is proposed or has its number or proof."""
    item = find_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    back = reverse("meetings:action_detail", args=[item.uuid])
    return do(
        request, lambda: actions.confirm(item=item, by=request.user) and None, back=back, done=_("Closed as done.")
    )


STEPS = {
    "refuse": (gettext_lazy("Do not give more time"), "refuse"),
    "against": (gettext_lazy("Close against the number"), "against"),
    "send-back": (gettext_lazy("Open again"), "send_back"),
    "cancel": (gettext_lazy("Cancel the action item"), "cancel"),
}


def action_step(request, uuid, step):
    """A step of the secretariat that needs its reason."""
    item = find_item(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    if step not in STEPS:
        raise Http404
    acts = {
        "refuse": lambda *, item, by, reason: actions.answer_extension(item=item, by=by, granted=False, reason=reason),
        "against": actions.confirm,
        "send-back": actions.send_back,
        "cancel": actions.cancel_item,
    }
    return _form(request, item, ReasonForm(request.POST or None), acts[step], str(STEPS[step][0]))


@require_safe
def notice_list(request):
    """Everything that was said to this person, unread first."""
    require(request.user, Perm.SEE_MEETINGS)
    rows = notices.latest(request.user)
    for row in rows:
        row.words = notices.kind_words(row.kind)
    context = {
        "rows": rows,
        "unread": sum(1 for row in rows if row.read_at is None),
        "crumbs": [(_("Action items"), reverse("meetings:action_list")), (_("Notices"), None)],
    }
    return render(request, "meetings/notice_list.html", context)


@require_POST
def notice_read(request):
    """All notices are read, or those about one action item."""
    require(request.user, Perm.SEE_MEETINGS)
    asked = request.POST.get("item", "")
    notices.mark_read(user=request.user, item=_uuid(asked) if asked else None)
    return redirect("meetings:notice_list" if request.POST.get("back") == "list" else "meetings:action_list")


@require_safe
def action_export(request):
    """The filtered items as matriks tindak lanjut, xlsx."""
    require(request.user, Perm.SEE_MEETINGS)
    from meetings.matrix import matrix_response

    found = FollowUp(request.GET, user=request.user, year=request.year)
    if not found.is_valid():
        raise Http404
    return matrix_response(found, when=timezone.localtime())
