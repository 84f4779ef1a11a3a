"""What a list of recipients would do, row by row, for the page; and the rows that go out again as workbooks."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.findings import view
from core.models import ImportBatch, ImportFinding
from core.nik import mask
from households.models import Household, Member
from programs.matching.pages import Candidate, candidate
from programs.models import RecipientRow

PAGE = 25
SHOWS = {
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Gets a delivery"),
    "same": gettext_lazy("Unchanged"),
    "choose": gettext_lazy("To be chosen"),
    "unknown": gettext_lazy("Not in our data"),
    "refused": gettext_lazy("Refused"),
    "twice": gettext_lazy("Counted once"),
    "left": gettext_lazy("Not paid out"),
    "stale": gettext_lazy("Changed since"),
    "notes": gettext_lazy("Remarks"),
}


@dataclass
class RowView:
    """A row of the list as the page shows it."""

    row: RecipientRow
    number: str  # masked
    household: Household | None = None
    member: Member | None = None
    sheet: str = ""
    remarks: list[str] = field(default_factory=list)
    near: list[Candidate] = field(default_factory=list)


def counts(batch: ImportBatch) -> dict[str, int]:
    """Number of rows of each list that has any."""
    outcomes = batch.counts.get("outcomes", {})
    found = {key: outcomes.get(key, 0) for key in ("new", "changed", "same", "unknown", "refused", "twice", "left")}
    found["choose"] = _choosable(batch).count() if outcomes else 0
    found["stale"] = batch.counts.get("stale", 0)
    return {key: n for key, n in found.items() if n}


def _choosable(batch: ImportBatch) -> QuerySet:
    rows = RecipientRow.objects.filter(batch_id=batch.pk, how__isnull=True, elsewhere=False)
    return rows.filter(near__len__gt=0)


def rows_for(batch: ImportBatch, show: str) -> QuerySet:
    """Rows of one list."""
    if show == "choose":
        return _choosable(batch).order_by("n")
    rows = RecipientRow.objects.filter(batch_id=batch.pk).order_by("n")
    return rows.filter(stale=True, applied=False) if show == "stale" else rows.filter(outcome=show)


def page(batch: ImportBatch, show: str, user, *, after: int) -> tuple[list[RowView], int | None]:
    """Up to a page of rows after `after` (their n), and where the next page begins; a fixed number of queries."""
    rows = list(rows_for(batch, show).filter(n__gt=after)[: PAGE + 1])
    more = rows[PAGE - 1].n if len(rows) > PAGE else None
    rows = rows[:PAGE]
    seen = Household.objects.visible_to(user).select_related("region")
    households = seen.in_bulk([r.household_id for r in rows if r.household_id])
    near_ids = [pk for r in rows for pk in (r.near or ()) if r.how is None]
    wanted = near_ids + [r.member_id for r in rows if r.member_id]
    members = Member.objects.visible_to(user).select_related("household__region").in_bulk(wanted)
    remarks = _remarks(batch, [r.n for r in rows])
    sheets = [about["name"] for about in batch.layout.get("sheets", [])] or [""]
    shown = []
    for row in rows:
        each = RowView(row, mask(row.nik or row.kk or ""), sheet=sheets[row.sheet] if len(sheets) > 1 else "")
        each.household, each.member = households.get(row.household_id), members.get(row.member_id)
        each.remarks = remarks.get(row.n, [])
        if row.how is None:
            each.near = [candidate(row, members[pk]) for pk in row.near or () if pk in members]
        shown.append(each)
    return shown, more


def _remarks(batch: ImportBatch, ns: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for finding in ImportFinding.objects.filter(batch=batch, grp__in=ns).exclude(stage="undo").order_by("id"):
        found.setdefault(finding.grp, []).append(view(batch, finding).text)
    return found


def row_of(batch: ImportBatch, n: int) -> RecipientRow | None:
    """A row of the list by its number, of those that a person may be chosen for."""
    return _choosable(batch).filter(n=n).first()


def chosen_rows(batch: ImportBatch) -> int:
    """How many people were chosen by hand."""
    return RecipientRow.objects.filter(batch_id=batch.pk, how="chosen").count()


def reasons(batch: ImportBatch, *, unknown: bool) -> dict[tuple[str, int], str]:
    """(sheet, row) → why, for `write_refused`: refused rows, or with `unknown` those that are not in our data."""
    sheets = [about["name"] for about in batch.layout.get("sheets", [])]
    rows = rows_for(batch, "unknown" if unknown else "refused")
    said: dict[tuple[str, int], str] = {}
    places = {n: (sheets[sheet], row) for n, sheet, row in rows.values_list("n", "sheet", "row")}
    told = Q(level="error") if not unknown else Q(code__in=("not_in_data", "nik_of_other"))
    for finding in ImportFinding.objects.filter(told, batch=batch, grp__in=list(places)).order_by("id"):
        shown = view(batch, finding)
        text = f"{finding.col}: {shown.text} {shown.todo}".strip(": ")
        key = places[finding.grp]
        said[key] = f"{said[key]} | {text}" if key in said else text
    return {place: said.get(place, _("Refused.")) for place in places.values()}
