"""What would happen, put into words for the page: families by outcome, changes field by field, moves, gaps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import tanggal
from core.models import ImportBatch, Region
from core.nik import mask
from core.roles import Perm, access
from households.choices import HouseholdStatus, MemberStatus, Sex
from households.imports.fields import LABELS
from households.imports.judge import gone_families
from households.models import Code, Household, ImportFamily, ImportRow, Member
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES
from households.reference import ASSETS

PAGE = 25
SHOWS = {
    "changed": gettext_lazy("Changed"),
    "new": gettext_lazy("New"),
    "same": gettext_lazy("Same"),
    "refused": gettext_lazy("Refused"),
    "moved": gettext_lazy("Moved to another household"),
    "kk": gettext_lazy("New KK number"),
    "held": gettext_lazy("Held back"),
    "missing": gettext_lazy("No longer in the sheet"),
    "gone": gettext_lazy("Families not in the sheet"),
    "unknown": gettext_lazy("Not in our data"),
    "stale": gettext_lazy("Changed since"),
    "notes": gettext_lazy("Remarks"),
}
_LABELS = {**LABELS, "region": gettext_lazy("Kelurahan"), "status": gettext_lazy("Status")}
_CODED = frozenset({*HOUSING_CODES, *MEMBER_CODES})
_LISTED = {"disability": "disability", "chronic_illness": "chronic_illness", "social_security": "social_security"}
_SENSITIVE = frozenset({"disability", "chronic_illness", "pregnant"})


@dataclass
class Change:
    """One field of one person or of the household: what it is called, ours, theirs."""

    label: str
    ours: str
    theirs: str
    who: str = ""


@dataclass
class FamilyView:
    """A family of the batch as a list shows it."""

    number: int
    name: str
    url: str
    kk: str
    place: str
    row: int
    sheet: str
    size: int
    changes: list[Change] = field(default_factory=list)
    newer: bool = False
    overwrite: bool = False

    @property
    def span(self) -> int:
        """Rows the family takes in a table of its changes."""
        return max(len(self.changes), 1)


@dataclass
class PersonView:
    """A person in a list of moves or of people the sheet no longer names."""

    name: str
    family: str
    url: str
    other: str = ""
    row: int | None = None


class Preview:
    """The lists of one batch. `user` sees what the batch's own area allows; households of ours are linked."""

    def __init__(self, batch: ImportBatch, user):
        self.batch, self.user = batch, user
        self.sheets = [about["name"] for about in batch.layout.get("sheets", [])]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of entries of each list that has any."""
        counts, families = self.batch.counts, self.batch.counts.get("families", {})
        found = {
            **{key: families.get(key, 0) for key in ("changed", "new", "same", "refused", "unknown")},
            "moved": counts.get("moved", 0),
            "kk": counts.get("kk_changes", 0),
            "held": counts.get("held", 0),
            "missing": counts.get("missing", 0),
            "gone": counts.get("gone", 0),
            "stale": counts.get("stale", 0),
        }
        return {key: n for key, n in found.items() if n}

    def _families(self, show: str):
        rows = ImportFamily.objects.filter(batch_id=self.batch.pk)
        if show in ("changed", "new", "same", "refused", "unknown"):
            return rows.filter(outcome=show)
        if show == "stale":
            return rows.filter(stale=True, applied=False)
        if show == "kk":
            return rows.filter(changes__has_key="kk").exclude(outcome="refused").exclude(changes__kk__0=None)
        held = ImportRow.objects.filter(batch_id=self.batch.pk).filter(Q(held__isnull=False) | Q(outcome="held"))
        return rows.filter(Q(held__isnull=False) | Q(family__in=held.values("family"))).exclude(outcome="refused")

    def families(self, show: str, after: int = -1) -> tuple[list[FamilyView], int | None]:
        """Up to 25 families after number `after`, and the number to go on after, None at the end."""
        found = list(self._families(show).filter(family__gt=after).order_by("family")[: PAGE + 1])
        more = found[PAGE - 1].family if len(found) > PAGE else None
        return self._views(found[:PAGE], "held" if show == "held" else "changes"), more

    def _views(self, families: list[ImportFamily], side: str) -> list[FamilyView]:
        numbers = [f.family for f in families]
        rows = ImportRow.objects.filter(batch_id=self.batch.pk, family__in=numbers).order_by("n")
        of_family: dict[int, list[ImportRow]] = {number: [] for number in numbers}
        for row in rows:
            of_family[row.family].append(row)
        households = Household.objects.in_bulk([f.household_id for f in families if f.household_id])
        members = Member.objects.in_bulk([row.member_id for row in rows if row.member_id])
        visible = set(
            Household.objects.visible_to(self.user).filter(pk__in=list(households)).values_list("pk", flat=True)
        )
        views = []
        for f in families:
            household = households.get(f.household_id)
            head = next((row for row in of_family[f.family] if row.n == f.head_n), of_family[f.family][0])
            view = FamilyView(
                number=f.family,
                name=f.name or (str(household) if household else _("Without name")),
                url=reverse("households:household_detail", args=[household.uuid])
                if household and household.pk in visible
                else "",
                kk=mask(f.kk or (household.kk if household else "") or ""),
                place=self._place(f, household),
                row=head.row,
                sheet=self.sheets[head.sheet] if len(self.sheets) > 1 else "",
                size=f.rows,
                newer=f.newer,
                overwrite=f.overwrite,
            )
            self._changes(view, f, of_family[f.family], members, side)
            views.append(view)
        return views

    def _changes(self, view: FamilyView, f: ImportFamily, rows, members: dict[int, Member], side: str) -> None:
        for key, (ours, theirs) in (getattr(f, side) or {}).items():
            view.changes += self._told(key, ours, theirs, "")
        for row in rows:
            member = members.get(row.member_id)
            who = member.name if member else row.name or ""
            if side == "held" and row.outcome == "held":
                view.changes.append(Change(_("Household"), _("stays where it is"), f.name or "", who))
            if row.outcome == "held" and side == "changes":
                continue
            for key, (ours, theirs) in (getattr(row, side) or {}).items():
                view.changes += self._told(key, ours, theirs, who)
            if side == "changes" and row.from_household and row.outcome == "changed":
                view.changes.append(Change(_("Household"), _("another household"), f.name or "", who))
        if side == "changes":
            added = [row.name or "" for row in rows if row.outcome == "new"]
            view.changes += [Change(_("New member"), "—", name) for name in added]

    def _place(self, f: ImportFamily, household: Household | None) -> str:
        region = f.region or (household.region_id if household else "")
        rt, rw = f.rt or (household.rt if household else ""), f.rw or (household.rw if household else "")
        parts = [f.address or (household.address if household else ""), f"RT {rt} / RW {rw}" if rt or rw else ""]
        return ", ".join(part for part in (*parts, self._region_names.get(region, "")) if part)

    @cached_property
    def _region_names(self) -> dict[str, str]:
        return dict(Region.objects.villages().values_list("code", "name"))

    @cached_property
    def _answers(self) -> dict[tuple[str, int], str]:
        return {(field, code): label for field, code, label in Code.objects.values_list("field", "code", "label")}

    def _told(self, key: str, ours, theirs, who: str) -> list[Change]:
        if key == "assets":
            changed = {k: v for k, v in (theirs or {}).items() if (ours or {}).get(k) != v}
            return [
                Change(ASSETS.get(k, k), self.value(k, (ours or {}).get(k)), self.value(k, v))
                for k, v in changed.items()
            ]
        if key in _SENSITIVE and not self._sees_health:
            return [Change(str(_LABELS[key]), "•••", "•••", who)]
        return [Change(str(_LABELS.get(key, key)), self.value(key, ours), self.value(key, theirs), who)]

    @cached_property
    def _sees_health(self) -> bool:
        return self.user is None or access(self.user).can(Perm.SEE_HEALTH)

    def value(self, key: str, value) -> str:
        """A value of a field as people read it."""
        if value is None or value == "":
            return _("empty")
        if key in ("nik", "kk"):
            return mask(str(value))
        if key == "region":
            return self._region_names.get(value, str(value))
        if key in _CODED:
            return self._answers.get((key, value), str(value))
        if key in _LISTED:
            return ", ".join(self._answers.get((_LISTED[key], code), str(code)) for code in value) or _("none")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if key == "sex":
            return str(Sex(value).label)
        if key == "status":
            known = dict(HouseholdStatus.choices) | dict(MemberStatus.choices)
            return str(known.get(value, value))
        if key in ("birth_date", "verified_at"):
            return tanggal(dt.date.fromisoformat(value), short=True)
        return str(value)

    # --- people

    def moved(self, after: int = -1) -> tuple[list[PersonView], int | None]:
        """People who come from another household of ours."""
        rows = list(
            ImportRow.objects.filter(
                batch_id=self.batch.pk, from_household__isnull=False, outcome="changed", n__gt=after
            ).order_by("n")[: PAGE + 1]
        )
        more = rows[PAGE - 1].n if len(rows) > PAGE else None
        rows = rows[:PAGE]
        families = {
            f.family: f
            for f in ImportFamily.objects.filter(batch_id=self.batch.pk, family__in=[row.family for row in rows])
        }
        members = Member.objects.in_bulk([row.member_id for row in rows])
        before = Household.objects.select_related("region").in_bulk([row.from_household for row in rows])
        views = []
        for row in rows:
            old = before.get(row.from_household)
            views.append(
                PersonView(
                    name=members[row.member_id].name,
                    family=families[row.family].name or "",
                    url=self._url(old),
                    other=f"{old}, {old.region}" if old else "",
                    row=row.row,
                )
            )
        return views, more

    def missing(self, after: int = -1) -> tuple[list[PersonView], int | None]:
        """People of families in the sheet whom the sheet does not name."""
        families = list(
            ImportFamily.objects.filter(batch_id=self.batch.pk, missing__len__gt=0, family__gt=after)
            .exclude(outcome="refused")
            .order_by("family")[: PAGE + 1]
        )
        more = families[PAGE - 1].family if len(families) > PAGE else None
        families = families[:PAGE]
        members = Member.objects.select_related("household").in_bulk([pk for f in families for pk in f.missing])
        views = [
            PersonView(members[pk].name, f.name or "", self._url(members[pk].household))
            for f in families
            for pk in f.missing
            if pk in members
        ]
        return views, more

    def gone(self, after: int = -1) -> tuple[list[PersonView], int | None]:
        """Families we know from the same source in the same kelurahan that the sheet does not name."""
        found = list(gone_families(self.batch).filter(pk__gt=after).select_related("region").order_by("pk")[: PAGE + 1])
        more = found[PAGE - 1].pk if len(found) > PAGE else None
        return [PersonView(str(h), str(h.region), self._url(h)) for h in found[:PAGE]], more

    def _url(self, household: Household | None) -> str:
        if household is None:
            return ""
        visible = Household.objects.visible_to(self.user).filter(pk=household.pk).exists()
        return reverse("households:household_detail", args=[household.uuid]) if visible else ""
