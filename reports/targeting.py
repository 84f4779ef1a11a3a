"""What the pages on targeting show: breakdowns of `programs.targeting` as one reader may see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kept import kept
from core.models import Region
from core.templatetags.shell import tanggal_pendek
from households.choices import Source
from households.filters import list_url
from programs import figures, targeting
from programs.bundle_filters import bundles_of, may_judge
from programs.targeting import Asked, Bundle, Targeting
from reports.models import FigureSnapshot
from reports.scope import Scope

BY = {
    "program": gettext_lazy("Programme"),
    "agency": gettext_lazy("Agency"),
    "cluster": gettext_lazy("Cluster"),
    "fund": gettext_lazy("Source of funds"),
    "district": gettext_lazy("Kecamatan"),
    "village": gettext_lazy("Kelurahan"),
    "rw": "RW",
    "rt": "RT",
    "desil": gettext_lazy("Desil"),
    "source": gettext_lazy("Source of the household data"),
    "quarter": gettext_lazy("Quarter"),
    "year": gettext_lazy("Year"),
}
BUNDLED = ("program", "agency", "cluster", "fund")
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
YEARS_BACK = 4
MOST_ROWS = 400  # an RT list of a whole city is asked for by kelurahan


def grouped(found: dict[str, Bundle]) -> list:
    """The bundles of a year as choices under their kinds."""
    groups = [("all", _("All programmes"))]
    for kind in BUNDLED:
        rows = [(b.key, b.label) for b in found.values() if b.key.startswith(f"{kind}-")]
        if rows:
            groups.append((str(BY[kind]), rows))
    return groups


class TargetingForm(forms.Form):
    """What the page is asked: breakdown, programmes, quarter, desil, source."""

    by = forms.ChoiceField(label=gettext_lazy("Broken down by"), choices=list(BY.items()), required=False)
    of = forms.ChoiceField(label=gettext_lazy("Programmes"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("Period"),
        choices=[("", gettext_lazy("Whole year")), *((n, f"TW {r}") for n, r in ROMAN.items())],
        coerce=int,
        empty_value=0,
        required=False,
    )
    desil = forms.TypedChoiceField(
        label=gettext_lazy("Desil"),
        choices=[("", gettext_lazy("Every desil")), *((n, f"Desil {n}") for n in range(1, 11))],
        coerce=int,
        empty_value=0,
        required=False,
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Source of the household data"),
        choices=[("", gettext_lazy("Every source")), *Source.choices],
        required=False,
    )

    since = forms.ChoiceField(label=gettext_lazy("Against an earlier day"), required=False)

    def __init__(self, data, *, year: int, areas: list[Region]):
        super().__init__(data)
        days = [(day.isoformat(), _("since %(day)s") % {"day": tanggal_pendek(day)}) for day in snapshot_days(year)]
        self.fields["since"].choices = [("", _("No earlier day")), *days]
        self.fields["of"].choices = grouped(bundles_of(year))
        self.fields["area"].choices = [("", str(areas[0]) if areas else "—"), *((r.code, r.name) for r in areas[1:])]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-select", "aria-label": field.label}

    def clean(self):
        values = super().clean()
        values["by"] = values.get("by") or "program"
        values["of"] = values.get("of") or "all"
        return values


def asked_of(values: dict, scope: Scope) -> Asked:
    """The question that the form and the reader's scope make."""
    desil = values.get("desil") or 0
    return Asked(
        scope.year,
        values.get("quarter") or 0,
        scope.area,
        desil=(desil, desil) if desil else None,
        source=values.get("source") or "",
    )


# --- counting, once for all readers --------------------------------------------------------------------------------


def _plain(asked: Asked) -> list:
    return [asked.year, asked.quarter, asked.area, asked.rw, asked.rt, list(asked.desil or ()), asked.source]


def whole(asked: Asked, bundle: Bundle) -> Targeting:
    """`targeting.whole`, counted once until something changes."""

    def count() -> list[int]:
        row = targeting.whole(asked, bundle)
        return [row.target, row.reached, row.receivers, row.outside]

    found = kept("targeting.whole", bundle.key, _plain(asked), count=count)
    return Targeting(bundle.key, bundle.label, *found, bundle=bundle, asked=asked)


def breakdown(by: str, asked: Asked, bundle: Bundle) -> list[Targeting]:
    """The rows of the breakdown with their labels."""
    if by in BUNDLED:
        groups = [b for b in bundles_of(asked.year).values() if b.key.startswith(f"{by}-")]

        def count_bundles() -> list[list[int]]:
            return [[r.target, r.reached, r.receivers, r.outside] for r in targeting.by_bundle(groups, asked)]

        found = kept("targeting.bundles", by, [b.key for b in groups], _plain(asked), count=count_bundles)
        return [Targeting(b.key, b.label, *n, bundle=b, asked=asked) for b, n in zip(groups, found, strict=True)]
    if by == "quarter":
        rows = [(f"TW {ROMAN[q]}", whole(replace(asked, quarter=q), bundle)) for q in targeting.QUARTERS]
        return [replace(row, key=label, label=label) for label, row in rows]
    if by == "year":
        rows = []
        for year in range(asked.year, asked.year - YEARS_BACK - 1, -1):
            same = targeting.bundle_of(bundle.key, year)
            if same is not None:
                rows.append(replace(whole(replace(asked, year=year), same), key=str(year), label=str(year)))
        return rows

    def count() -> list[list]:
        return [
            [key, r.target, r.reached, r.receivers, r.outside] for key, r in targeting.by_household(by, asked, bundle)
        ]

    found = kept("targeting.households", by, bundle.key, _plain(asked), count=count)
    names = labels(by, [key for key, *_n in found])
    return [
        Targeting(key, names[key], *n, bundle=bundle, asked=targeting.narrowed(asked, by, key)) for key, *n in found
    ]


def labels(by: str, keys: list[str]) -> dict[str, str]:
    """The keys of a breakdown in words."""
    if by in ("district", "village", "rw", "rt"):
        codes = {key.split("/")[0] for key in keys}
        names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
        return {key: _place(key, names) for key in keys}
    if by == "desil":
        return {key: _("Desil %(n)s") % {"n": key} if key else _("Without a desil") for key in keys}
    return {key: str(Source(key).label) for key in keys}


def _place(key: str, names: dict[str, str]) -> str:
    code, *parts = key.split("/")
    words = [names.get(code, code)]
    if parts:
        words.append(_("RW %(n)s") % {"n": parts[0].lstrip("0") or "—"})
    if len(parts) > 1:
        words.append(_("RT %(n)s") % {"n": parts[1].lstrip("0") or "—"})
    return ", ".join(words)


# --- what was known on an earlier day ------------------------------------------------------------------------------

DAYS_OFFERED = 90


def snapshot_days(year: int) -> list[dt.date]:
    """Days before today whose figures of `year` were kept, newest first."""
    found = FigureSnapshot.objects.filter(year=year, bundle="all", area="", day__lt=timezone.localdate())
    return list(found.order_by("-day").values_list("day", flat=True)[:DAYS_OFFERED])


def comparable(by: str, asked: Asked) -> bool:
    """Whether figures of past days are kept for this question: by programmes or areas, of whole years."""
    kept_by = by in (*BUNDLED, "district", "village")
    return kept_by and not (asked.quarter or asked.desil or asked.source or asked.rw or asked.rt)


def known_then(rows: list[Targeting], day: dt.date, scope: Scope) -> list[Targeting | None]:
    """Each row as it was known on `day`; None where nothing was kept or this reader may not see it. One query."""
    wanted = {(row.bundle.key, row.asked.area) for row in rows}
    found = {
        (s.bundle, s.area): s
        for s in FigureSnapshot.objects.filter(
            day=day,
            year=rows[0].asked.year,
            bundle__in={key for key, _area in wanted},
            area__in={area for _key, area in wanted},
        )
    }
    then = []
    for row in rows:
        s = found.get((row.bundle.key, row.asked.area))
        then.append(s and replace(row, target=s.target, reached=s.reached, receivers=s.receivers, outside=s.outside))
    if not scope.names:
        places = [i for i, each in enumerate(then) if each]
        for n in targeting.hidden_rows([then[i] for i in places]):
            then[places[n]] = None
    return then


# --- as a reader may see it ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A count and where it leads, `url` "" = nowhere."""

    n: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the page; `hidden`: too few households behind it for this reader; `then`: on an earlier day."""

    row: Targeting
    hidden: bool
    then: Targeting | None = None
    target: Cell | None = None
    reached: Cell | None = None
    missed: Cell | None = None
    receivers: Cell | None = None
    outside: Cell | None = None

    @property
    def change(self) -> float | None:
        """Coverage now less coverage then; None where one of them is not known."""
        if self.hidden or self.then is None or self.then.coverage is None or self.row.coverage is None:
            return None
        return self.row.coverage - self.then.coverage


COLUMNS = ("target", "reached", "missed", "receivers", "outside")


def shown(rows: list[Targeting], scope: Scope, user, *, hidden: set[int] | None = None) -> list[Row]:
    """Rows as this reader may see them: each count with its list, or for readers without names its breakdown."""
    if hidden is None:
        hidden = set() if scope.names else targeting.hidden_rows(rows)
    judged: dict[tuple[str, int], bool] = {}
    made = []
    for i, row in enumerate(rows):
        if i in hidden:
            made.append(Row(row, True))
            continue
        key = (row.bundle.key, row.asked.year)
        if key not in judged:
            judged[key] = may_judge(user, row.bundle, row.asked.year)
        made.append(Row(row, False, **{c: Cell(getattr(row, c), _url(row, c, scope, judged[key])) for c in COLUMNS}))
    return made


def _url(row: Targeting, column: str, scope: Scope, judged: bool) -> str:
    if scope.names:
        return list_url(**row.params(column)) if judged or column == "receivers" else ""
    query = {"year": row.asked.year, "of": row.bundle.key, "by": "village", "area": row.asked.area}
    if len(row.asked.area) == 13:
        query["by"] = "desil"
    return f"{reverse('reports:targeting')}?{urlencode({k: v for k, v in query.items() if v})}"


def shown_total(total: Targeting, rows: list[Targeting], scope: Scope, user, *, adds_up: bool) -> Row:
    """The row of the whole. It is hidden where it is small itself, or where the hidden rows could be told from it."""
    if scope.names:
        return shown([total], scope, user)[0]
    hidden = bool(targeting.hidden_rows([total]))
    if adds_up and not hidden:
        gone = targeting.hidden_rows(rows)
        hidden = bool(gone) and not targeting.safe(rows, gone)
    return shown([total], scope, user, hidden={0} if hidden else set())[0]


@dataclass(frozen=True)
class RupiahRow:
    """Rupiah of one desil; None = hidden."""

    label: str
    households: int | None
    median: int | None
    total: int | None


def rupiah_rows(found: targeting.RupiahByDesil, scope: Scope) -> tuple[list[RupiahRow], bool]:
    """Rows by desil, and whether the shares may be shown: not when they would give a hidden row away."""
    desils = sorted(found.desil, key=lambda d: d or 11)
    counts = [found.desil[d].households for d in desils]
    seen = counts if scope.names else figures.hide_small(counts)
    rows = []
    for d, n in zip(desils, seen, strict=True):
        each, label = found.desil[d], _("Desil %(n)s") % {"n": d} if d else _("Without a desil")
        rows.append(RupiahRow(label, n, each.median if n else None, each.total if n else None))
    return rows, all(n is not None for n in seen) and (scope.names or found.all.households >= figures.SMALL)


def kept_rupiah(asked: Asked, bundle: Bundle) -> targeting.RupiahByDesil:
    """`targeting.rupiah`, counted once until something changes."""

    def count() -> list:
        found = targeting.rupiah(asked, bundle)
        rows = [(None, found.all), *found.desil.items()]
        return [[d, r.households, r.total, r.median] for d, r in rows]

    (_none, *total), *rows = kept("targeting.rupiah", bundle.key, _plain(asked), count=count)
    return targeting.RupiahByDesil(targeting.Rupiah(*total), {d: targeting.Rupiah(*r) for d, *r in rows})
