"""Reports of figures: recapitulation by area and overlap of programmes."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Region
from core.sheets import ReportColumn, ReportRow, ReportSheet
from programs import figures
from programs.models import Delivery, Program
from reports.workbooks import known
from reports.workbooks.asking import ReportRequest, paper
from reports.workbooks.lists import not_known, programs_of, reached_in
from reports.workbooks.names import ReportKind, register


def _villages(request: ReportRequest):
    return Region.objects.villages().in_area(request.prefix or request.region.code).order_by("code")


def _recap(request: ReportRequest) -> list[ReportSheet]:
    return known.build(request) if request.known_at else [_by_desil(request), _by_program(request)]


def _grouped(request: ReportRequest, cells) -> list:
    """Rows of kelurahan under their kecamatan; `cells(code)` gives the figures of a kelurahan."""
    rows, district = [], None
    for n, village in enumerate(_villages(request).select_related("parent"), 1):
        if village.parent_id != district:
            district = village.parent_id
            heading = [None, f"{village.parent}", *[None] * len(cells(village.code))]
            rows.append(ReportRow(heading, "section"))
        rows.append([n, village.name, *cells(village.code)])
    return rows


def hide_cells(rows: list[list], columns, *, sums=(), shares=()) -> None:
    """Put "<5" into small cells for readers without the right to names, and where a difference would tell one.

    Args:
        rows: rows without headings, changed in place.
        columns: places of the counts.
        sums: groups of columns that add up along a row to a number which is known: one hidden cell takes another.
        shares: (whole, parts): where a part or what it leaves of the whole is small, all the parts go.
    """
    hidden = {(i, c) for i, row in enumerate(rows) for c in columns if 0 < row[c] < figures.SMALL}
    for i, row in enumerate(rows):
        for whole, parts in shares:
            if any(figures.gives_away(row[part], row[whole]) for part in parts):
                hidden |= {(i, part) for part in parts}
    lines = [[(i, c) for i in range(len(rows))] for c in columns]
    lines += [[(i, c) for c in group] for i in range(len(rows)) for group in sums]
    before = -1
    while before != len(hidden):
        before = len(hidden)
        for line in lines:
            gone = [cell for cell in line if cell in hidden and rows[cell[0]][cell[1]]]
            rest = [(rows[i][c], i, c) for i, c in line if rows[i][c] and (i, c) not in hidden]
            if len(gone) == 1 and rest:
                hidden.add(min(rest)[1:])
    for i, c in hidden:
        rows[i][c] = "<5"


def _hidden(request: ReportRequest, rows: list, columns, **how) -> list:
    """The rows as this reader may see them; see `hide_cells`."""
    if not request.names:
        hide_cells([row for row in rows if not isinstance(row, ReportRow)], columns, **how)
    return rows


def _by_desil(request: ReportRequest) -> ReportSheet:
    top = figures.poor_desil_max()
    desils = range(1, top + 1)
    got = reached_in(request).values("household")
    found = {
        (row["region"], row["desil"]): row
        for row in figures.target_group(request.prefix)
        .order_by()
        .values("region", "desil")
        .annotate(n=Count("pk"), reached=Count("pk", filter=Q(pk__in=got)))
    }

    def cells(code: str) -> list:
        here = [found.get((code, d), {"n": 0, "reached": 0}) for d in desils]
        flat = [value for row in here for value in (row["n"], row["reached"])]
        total, reached = sum(r["n"] for r in here), sum(r["reached"] for r in here)
        return [*flat, total, reached, total - reached]

    columns = [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("region", _("Kecamatan / kelurahan"), width=30),
    ]
    for d in desils:
        group = (_("Desil %(n)s") % {"n": d},)
        columns += [
            ReportColumn(f"t{d}", _("Households"), "int", width=11, groups=group, total="sum"),
            ReportColumn(f"r{d}", _("Reached"), "int", width=11, groups=group, total="sum"),
        ]
    last = 2 + 2 * top  # households, reached, not reached of all desil
    rows = _hidden(
        request,
        _grouped(request, cells),
        range(2, last + 3),
        sums=(range(2, last, 2), range(3, last, 2)),
        shares=(*((c, (c + 1,)) for c in range(2, last, 2)), (last, (last + 1, last + 2))),
    )
    group = (_("All of the target group"),)
    columns += [
        ReportColumn("total", _("Households"), "int", width=11, groups=group, total="sum"),
        ReportColumn("reached", _("Reached"), "int", width=11, groups=group, total="sum"),
        ReportColumn("missing", _("Not reached"), "int", width=11, groups=group, total="sum"),
    ]
    return ReportSheet(
        name=_("By desil"),
        title=_("Recapitulation by area and desil"),
        subtitles=[f"{request.region}, {request.period.label}"],
        columns=columns,
        rows=rows,
        column_numbers=True,
        total_label=_("Total"),
        notes=[_("Unit: households. Target group: status active, desil 1–%(n)s.") % {"n": top}, *not_known(request)],
        frozen=2,
        **paper(request),
    )


def _by_program(request: ReportRequest) -> ReportSheet:
    programs = programs_of(request)
    reached: dict[tuple[str, int], int] = {
        (row["household__region"], row["program"]): row["n"]
        for row in reached_in(request)
        .values("household__region", "program")
        .annotate(n=Count("household", distinct=True))
    }
    money: dict[str, int] = defaultdict(int)
    for row in (
        Delivery.objects.filter(
            date__range=(request.period.first, request.period.last), void=False, assistance__counts_for__isnull=False
        )
        .order_by()
        .values("assistance__counts_for__region")
        .annotate(n=Sum("amount"))
    ):
        money[row["assistance__counts_for__region"]] += row["n"] or 0

    def cells(code: str) -> list:
        return [*(reached.get((code, p.pk), 0) for p in programs), money.get(code, 0)]

    rows = _grouped(request, cells)
    if not request.names:  # the money of a handful of families is what each of them got
        for row in rows:
            if not isinstance(row, ReportRow) and 0 < sum(row[2:-1]) < figures.SMALL:
                row[-1] = "<5"
    _hidden(request, rows, range(2, 2 + len(programs)))

    columns = [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("region", _("Kecamatan / kelurahan"), width=30),
        *(
            ReportColumn(f"p{p.pk}", p.short_name, "int", width=11, groups=(p.owner.short_name,), total="sum")
            for p in programs
        ),
        ReportColumn("money", _("Handed over (Rp)"), "rupiah", total="sum"),
    ]
    return ReportSheet(
        name=_("By programme"),
        title=_("Recapitulation by area and programme"),
        subtitles=[f"{request.region}, {request.period.label}"],
        columns=columns,
        rows=rows,
        column_numbers=True,
        total_label=_("Total"),
        notes=[_("Unit: households reached by the programme, whatever their desil."), *not_known(request)],
        frozen=2,
        **paper(request),
    )


def _overlap(request: ReportRequest) -> list[ReportSheet]:
    counts = figures.overlap(request.period.year, request.prefix)
    used = {pk for pair in counts for pk in pair}
    programs = list(Program.objects.filter(pk__in=used).order_by("cluster__code", "short_name", "pk"))

    def cell(a: Program, b: Program):
        n = counts.get((min(a.pk, b.pk), max(a.pk, b.pk)), 0)
        wholes = {counts.get((pk, pk), n) for pk in (a.pk, b.pk)}
        return "<5" if not request.names and n and any(figures.gives_away(n, whole) for whole in wholes) else n

    columns = [
        ReportColumn("no", _("No."), "int", width=6, centred=True),
        ReportColumn("program", _("Programme"), width=26),
        *(ReportColumn(f"p{p.pk}", p.short_name, "int", width=11) for p in programs),
    ]
    rows = [[n, p.short_name, *(cell(p, other) for other in programs)] for n, p in enumerate(programs, 1)]
    return [
        ReportSheet(
            name=_("Overlap"),
            title=_("Households reached by both of two programmes"),
            subtitles=[f"{request.region}, " + _("Year %(year)s") % {"year": request.period.year}],
            columns=columns,
            rows=rows,
            column_numbers=True,
            notes=[
                _("Unit: households. The diagonal is all the programme reached. Always the whole year."),
                *not_known(request),
            ],
            frozen=2,
            **paper(request),
        )
    ]


register(
    ReportKind(
        name="rekap-wilayah",
        label=gettext_lazy("Recapitulation by area"),
        about=gettext_lazy("Kecamatan and kelurahan × desil × programme: households, reached, rupiah."),
        icon="table",
        lists_names=False,
        count=lambda request: _villages(request).count(),
        build=_recap,
        check_known=known.check,
    )
)
register(
    ReportKind(
        name="overlap",
        label=gettext_lazy("Overlap of programmes"),
        about=gettext_lazy("How many households two programmes reach together."),
        icon="intersect",
        lists_names=False,
        count=lambda _request: 0,
        build=_overlap,
    )
)
