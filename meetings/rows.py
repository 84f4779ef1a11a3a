"""Decisions and action items as tables and panels show them."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.roles import Perm, access
from core.templatetags.shell import angka, tanggal_pendek
from meetings import coverage
from meetings.choices import DecisionState, ItemState, Measure
from meetings.measures import progress_of
from meetings.models import ActionItem, Decision
from programs.figures import SMALL, hide_small

DECISION_MARKS = {
    DecisionState.IN_FORCE: ("good", "check-circle"),
    DecisionState.REPLACED: ("", "arrow-repeat"),
    DecisionState.WITHDRAWN: ("bad", "x-circle"),
}


def item_rows(items: list[ActionItem], user) -> list[ActionItem]:
    """The items with `progress`, `mark` (kind, icon, words), `responsible`; numbers counted in one go."""
    progress = progress_of(items)
    today = timezone.localdate()
    whole = sees_everywhere(user)
    for item in items:
        item.progress = progress.get(item.pk)
        item.progress_text = progress_text(item, whole)
        item.mark = item_mark(item, today)
        item.responsible = item.agency.short_name if item.agency else str(item.region or "—")
    return items


def progress_text(item: ActionItem, whole: bool) -> str:
    """Progress in words; from readers without the right to names small counts of households are hidden."""
    found = item.progress
    if found is None:
        return "—"
    counted = item.measure not in (Measure.FREE, Measure.SPENT)
    if counted and not whole and (0 < found.done < SMALL or 0 < found.goal - found.done < SMALL):
        return _("fewer than %(n)s") % {"n": SMALL}
    return found.text


def item_mark(item: ActionItem, today) -> tuple[str, str, str]:
    """(kind, icon, words) of an item's state with its distance to the due date."""
    if item.state == ItemState.DONE:
        return (
            ("warn", "check-circle", _("Closed against the number"))
            if item.against_number
            else ("good", "check-circle", _("Done"))
        )
    if item.state == ItemState.CANCELLED:
        return "", "slash-circle", _("Cancelled")
    if item.state == ItemState.DRAFT:
        return "", "pencil", _("Draft")
    if item.state == ItemState.PROPOSED:
        return "warn", "patch-question", _("Waits for confirmation")
    days = (item.due - today).days
    if days < 0:
        return "bad", "clock", ngettext("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": angka(-days)}
    if days == 0:
        return "warn", "alarm", _("Due today")
    if days <= 7:
        return "warn", "alarm", ngettext("%(n)s day left", "%(n)s days left", days) % {"n": angka(days)}
    return "", "hourglass-split", _("Running")


def sees_everywhere(user) -> bool:
    """Whether the person may see names in the whole city."""
    return access(user).region_prefixes(Perm.SEE_NAMES) == [""]


def prefixes_of(user) -> list[str]:
    """Areas whose households a decision counts for this reader: the own ones, or all in figures."""
    own = access(user).region_prefixes(Perm.SEE_NAMES)
    return own or access(user).region_prefixes(Perm.SEE_FIGURES)


def decision_view(decision: Decision, user) -> dict:
    """A decision with its coverage as `templates/meetings/_decision.html` shows it."""
    prefixes = prefixes_of(user)
    names = bool(access(user).region_prefixes(Perm.SEE_NAMES))
    found = coverage.coverage(decision, prefixes=prefixes) if decision.household_set_id else None
    view = {
        "decision": decision,
        "mark": (*DECISION_MARKS[DecisionState(decision.state)], decision.get_state_display()),
        "programs": list(decision.programs.select_related("program_year__program").order_by("pk")),
        "agencies": [a.short_name for a in decision.agencies.all()],
        "coverage": found,
        "whole": prefixes == [""],
        "names": names,
        "url": reverse("meetings:decision_detail", args=[decision.uuid]),
    }
    if found:
        view["set_url"] = list_url(decision, "all") if names else ""
        view["lines"] = [line_view(decision, found, line, names) for line in found.lines]
        view["total_text"] = shown(found.total, names)
        view["any"] = view["lines"][-1]
    return view


def line_view(decision: Decision, found: coverage.Coverage, line: coverage.Line, names: bool) -> dict:
    """One line of then and now, with rows for `_pair` and links to the lists behind its numbers."""
    frozen = timezone.localtime(decision.household_set.frozen_at).date()
    total = found.total or 1

    def row(label, part, n, kind):
        return {
            "label": label,
            "share": n / total if names or n >= SMALL or n == 0 else 0,
            "text": shown(n, names, found.total),
            "url": list_url(decision, part, line.key) if names else "",
            "kind": kind,
        }

    return {
        "line": line,
        "label": line.label,
        "pair": [
            row(tanggal_pendek(frozen), "then", line.then, "then"),
            row(tanggal_pendek(found.day), "now", line.now, "accent"),
        ],
        "target": shown(line.goal, names),
        "parts": {
            part: shown(getattr(line, part), names, found.total) for part in ("then", "now", "since", "lost", "waiting")
        },
        "urls": {
            part: list_url(decision, part, line.key) if names else ""
            for part in ("then", "now", "since", "lost", "waiting")
        },
    }


def shown(n: int, names: bool, total: int = 0) -> str:
    """A number of households out of `total`. From readers without the right to names 1 to 4 are hidden, and so is a
    number that all but 1 to 4 of the whole make up: the rest would give them away.
    """
    if names:
        return angka(n)
    if 0 < n < SMALL or 0 < total < SMALL:
        return _("fewer than %(n)s") % {"n": SMALL}
    if 0 < total - n < SMALL:
        return _("more than %(n)s") % {"n": angka(total - SMALL)}
    return angka(n)


def moved_texts(then: int, now: int) -> tuple[str, str, str]:
    """A number on an earlier day, now, and how much it rose, for readers without the right to names: two of the three
    give the third, so with a small one the earlier number and the rise are hidden both.
    """
    if not any(0 < n < SMALL for n in (then, now, abs(now - then))):
        return angka(then), angka(now), angka(now - then)
    some = _("hidden")
    few, rise = shown(then, False), shown(abs(now - then), False)
    return few if 0 < then < SMALL else some, shown(now, False), rise if 0 < abs(now - then) < SMALL else some


def hidden_texts(values: list[int], names: bool) -> list[str]:
    """Numbers of one breakdown whose sum stands on the same page. From readers without the right to names 1 to 4 are
    hidden, and the next smallest with a single one of them.
    """
    if names:
        return [angka(n) for n in values]
    hidden = hide_small(values)
    few, some = _("fewer than %(n)s") % {"n": SMALL}, _("hidden")
    return [
        angka(kept) if kept is not None else few if n < SMALL else some for n, kept in zip(values, hidden, strict=True)
    ]


def steps_of(values: list[int]) -> list[int]:
    """A series whose steps are five or more: read from its end, a smaller step is shown with the next one."""
    shown_values, last = [], None
    for value in reversed(values):
        if last is None or abs(last - value) >= SMALL:
            last = value
        shown_values.append(last)
    return shown_values[::-1]


def list_url(decision: Decision, part: str, key: str = coverage.ANY) -> str:
    """Address of the list behind a number. A page has hundreds of them: the way to the decision is looked up once."""
    if not hasattr(decision, "lists_url"):
        decision.lists_url = reverse("meetings:decision_households", args=[decision.uuid])
    return f"{decision.lists_url}?part={part}&line={key}"
