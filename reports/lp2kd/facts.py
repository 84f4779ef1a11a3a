"""The figures of a year's LP2KD: values for its sentences, tables for its chapters, and what is still missing.

Every figure comes from its one definition (`programs.figures`, meetings, indicators). The report leaves the house, so
small cells are hidden for every reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from core.dates import tanggal
from core.models import CitySettings, Region
from core.rupiah import rupiah, thousands
from meetings.choices import UNFINISHED, MeetingState
from meetings.models import ActionItem, Decision, Meeting
from programs import figures
from programs.models import ProgramYear
from reports.indicators.listing import Line, lines
from reports.lp2kd.trends import trends
from reports.maps.classes import scale_of
from reports.maps.picture import svg
from reports.maps.shapes import draw

HIDDEN = "<5"


@dataclass(frozen=True)
class Column:
    """Label with unit, kind (text, int, rupiah, percent, number), width in millimetres, 0 = the rest."""

    label: str
    kind: str = "text"
    width: int = 0


@dataclass
class Table:
    """A table of a chapter. `rows`: raw values, None for nothing."""

    title: str
    columns: Sequence[Column]
    rows: list[list[Any]]
    note: str = ""


@dataclass
class Facts:
    """All of a year. `values`: name → words; `tables`: chapter → tables; `missing`: what stands in the way."""

    year: int
    values: dict[str, str]
    tables: dict[str, list[Table]]
    picture: str = ""
    caption: str = ""
    trends: str = ""
    missing: list[str] = field(default_factory=list)


def collect(year: int) -> Facts:
    """Count everything for the report of `year`; about thirty queries, whatever the size of the city."""
    city = CitySettings.load()
    indicators = lines(year)
    cells = figures.coverage_cells(year)
    whole = figures.coverage(year, cells=cells)
    by_desil = figures.coverage_by_desil(year, cells=cells)
    twice, _params = figures.twice_served(year)
    money = figures.money_of_year(year)
    years = list(
        ProgramYear.objects.filter(year=year)
        .select_related("program__cluster", "owner")
        .order_by("program__cluster__code", "program__short_name", "pk")
    )
    ceiling = sum(money[y.pk].ceiling or 0 for y in years if y.pk in money)
    spent = sum(money[y.pk].spent for y in years if y.pk in money)
    work = _work(year)
    p0 = next((line for line in indicators if line.indicator.code == "p0"), None)
    desil1 = next((share for share in by_desil if share.key == "1"), None)
    values = {
        "wilayah": str(city.home_region) if city else "",
        "tim": city.team_name if city else "TKPKD",
        "tahun": str(year),
        "tanggal_data": tanggal(timezone.localdate()),
        "p0": _plain(p0.latest.value, 2) if p0 and p0.latest else "…",
        "p0_tahun": str(p0.latest.year) if p0 and p0.latest else "…",
        "desil_sasaran": str(figures.poor_desil_max()),
        "sasaran": thousands(whole.total),
        "desil1": _count(desil1.total if desil1 else 0),
        "terjangkau": thousands(whole.part),
        "belum_terjangkau": _count(whole.missing),
        "cakupan": _percent(whole.share),
        "ganda": _count(twice),
        "jumlah_program": thousands(len(years)),
        "jumlah_opd": thousands(len({y.owner_id for y in years})),
        "pagu": rupiah(ceiling),
        "realisasi": rupiah(spent),
        "serapan": _percent(spent / ceiling if ceiling else None),
        "jumlah_rapat": thousands(work["meetings"]),
        "jumlah_keputusan": thousands(work["decisions"]),
        "tindak_lanjut": thousands(work["items"]),
        "tindak_lanjut_selesai": thousands(work["done"]),
        "tindak_lanjut_terlambat": thousands(work["late"]),
    }
    areas = figures.coverage_by_area(year, cells=cells)
    tables = {
        "kondisi-umum": [_indicator_table(indicators, year)],
        "program-anggaran": [_program_table(years, money, figures.stages_of_year(year))],
        "koordinasi": [_meeting_table(year), _item_table(year)],
        "ketepatan-sasaran": [
            _share_table("Cakupan menurut desil", "Desil", by_desil),
            _share_table("Cakupan keluarga sasaran menurut kelurahan", "Kelurahan", areas),
            _target_table(year),
        ],
    }
    picture, caption = _picture(areas)
    missing = _missing(year, city, indicators, years, money)
    return Facts(year, values, tables, picture, caption, trends(indicators, _plain), missing)


def _plain(number, decimals: int) -> str:
    """A number as papers write it: `3,07`."""
    whole, _dot, rest = f"{number:.{decimals}f}".partition(".")
    return thousands(int(whole)) + (f",{rest}" if rest else "")


def _percent(share: float | None) -> str:
    return "…" if share is None else f"{_plain(share * 100, 1)}%"


def _count(n: int) -> str:
    return "kurang dari 5" if 0 < n < figures.SMALL else thousands(n)


def words(value: Any, kind: str) -> str:
    """A cell of a table in Indonesian words."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if kind == "rupiah":
        return thousands(int(value))
    if kind == "percent":
        return _percent(value)
    if kind == "number":
        return _plain(value, 2)
    return thousands(value) if isinstance(value, int) else str(value)


# --- tables --------------------------------------------------------------------------------------------------------


def _indicator_table(indicators: list[Line], year: int) -> Table:
    years = range(year - 4, year + 1)
    rows = []
    for line in indicators:
        by_year = {row.year: row for row in line.rows}
        aim = by_year.get(year)
        rows.append(
            [
                line.indicator.name,
                line.indicator.unit,
                *(
                    _plain(by_year[y].value, line.indicator.decimals)
                    if y in by_year and by_year[y].value is not None
                    else None
                    for y in years
                ),
                _plain(aim.target, line.indicator.decimals) if aim and aim.target is not None else None,
            ]
        )
    return Table(
        "Perkembangan indikator",
        [
            Column("Indikator"),
            Column("Satuan", width=26),
            *(Column(str(y), "number", 15) for y in years),
            Column(f"Target {year}", "number", 18),
        ],
        rows,
        "Angka seperti diterbitkan; sumber tiap angka tersimpan pada daftar indikator.",
    )


def _program_table(years: list[ProgramYear], money: dict, stages: dict[int, dict[str, int]]) -> Table:
    rows, clusters = [], {}
    for n, each in enumerate(years, 1):
        found = money.get(each.pk) or figures.Money(None, 0)
        received = stages.get(each.pk, {}).get("received", 0)
        cluster = each.program.cluster
        if cluster:
            clusters[cluster.code] = cluster.name
        rows.append(
            [
                n,
                each.program.short_name,
                each.owner.short_name,
                cluster.code if cluster else "—",
                each.target,
                HIDDEN if 0 < received < figures.SMALL else received,
                found.ceiling,
                found.spent,
                found.share,
            ]
        )
    return Table(
        "Program, anggaran, dan realisasi",
        [
            Column("No.", "int", 11),
            Column("Program"),
            Column("Perangkat daerah", width=26),
            Column("Kel.", width=12),
            Column("Target", "int", 16),
            Column("Menerima", "int", 19),
            Column("Pagu (Rp)", "rupiah", 28),
            Column("Tersalur (Rp)", "rupiah", 28),
            Column("Serapan", "percent", 18),
        ],
        rows,
        "Menerima: penerima berstatus diterima, dalam satuan program. Tersalur: penyaluran yang tidak dibatalkan."
        + "".join(f"\nKelompok {code}: {name}." for code, name in sorted(clusters.items())),
    )


def _share_table(title: str, first: str, shares: list[figures.Share]) -> Table:
    keys = [share.key for share in shares]
    missing = figures.hide_by_district(keys, [share.missing for share in shares])
    reached = figures.hide_by_district(keys, [share.part for share in shares])
    rows = []
    for n, share in enumerate(shares):
        if missing[n] is None or reached[n] is None:
            rows.append([share.label, HIDDEN, HIDDEN, HIDDEN, None])
        else:
            rows.append([share.label, share.total, share.part, share.missing, share.share])
    columns = [
        Column(first),
        Column("Sasaran", "int", 24),
        Column("Terjangkau", "int", 24),
        Column("Belum", "int", 24),
        Column("Cakupan", "percent", 24),
    ]
    return Table(title, columns, rows, "Satuan: keluarga aktif. Terjangkau: ada penyaluran apa pun dalam tahun ini.")


def _target_table(year: int) -> Table:
    found = figures.coverage_by_program(year)
    missing = figures.hide_small([share.missing for _year, share in found])
    rows = [
        [share.label, share.total, share.part, share.missing, share.share]
        if missing[n] is not None and not figures.gives_away(share.part, share.total)
        else [share.label, HIDDEN, HIDDEN, HIDDEN, None]
        for n, (_each, share) in enumerate(found)
    ]
    columns = [
        Column("Program"),
        Column("Sasaran menurut aturan", "int", 30),
        Column("Sudah menerima", "int", 28),
        Column("Sasaran belum menerima", "int", 30),
        Column("Cakupan", "percent", 22),
    ]
    return Table("Sasaran tiap program", columns, rows, "Satuan: keluarga yang memenuhi aturan program tahun itu.")


def _meeting_table(year: int) -> Table:
    held = (
        Meeting.objects.filter(year=year, state__in=[MeetingState.HELD, MeetingState.FINAL])
        .annotate(
            decided=Count("decisions", distinct=True),
            given=Count("items", filter=~Q(items__state="draft"), distinct=True),
        )
        .order_by("starts", "pk")
    )
    rows = [
        [n, m.title, tanggal(timezone.localtime(m.starts).date(), short=True) if m.starts else None, m.decided, m.given]
        for n, m in enumerate(held, 1)
    ]
    columns = [
        Column("No.", "int", 10),
        Column("Rapat"),
        Column("Tanggal", width=28),
        Column("Keputusan", "int", 22),
        Column("Tindak lanjut", "int", 26),
    ]
    return Table("Rapat yang diselenggarakan", columns, rows)


def _item_table(year: int) -> Table:
    today = timezone.localdate()
    rows = list(
        ActionItem.objects.filter(_of_year(year))
        .exclude(state="draft")
        .order_by()
        .values_list("agency__short_name")
        .annotate(
            n=Count("pk"),
            done=Count("pk", filter=Q(state="done")),
            late=Count("pk", filter=Q(state__in=UNFINISHED, due__lt=today)),
        )
        .order_by("agency__short_name")
    )
    columns = [
        Column("Penanggung jawab"),
        Column("Tindak lanjut", "int", 30),
        Column("Selesai", "int", 26),
        Column("Terlambat", "int", 26),
    ]
    return Table(
        "Tindak lanjut menurut penanggung jawab", columns, [[name or "Kelurahan", *numbers] for name, *numbers in rows]
    )


def _of_year(year: int) -> Q:
    return Q(year=year)


def _work(year: int) -> dict[str, int]:
    today = timezone.localdate()
    items = ActionItem.objects.filter(_of_year(year)).exclude(state="draft")
    return {
        "meetings": Meeting.objects.filter(year=year, state__in=[MeetingState.HELD, MeetingState.FINAL]).count(),
        "decisions": Decision.objects.filter(year=year).count(),
        **items.aggregate(
            items=Count("pk"),
            done=Count("pk", filter=Q(state="done")),
            late=Count("pk", filter=Q(state__in=UNFINISHED, due__lt=today)),
        ),
    }


def _picture(shares: list[figures.Share]) -> tuple[str, str]:
    """Share not reached by kelurahan as a map, with its caption; "" when no area has a place."""
    regions = Region.objects.filter(code__in=[share.key for share in shares]).order_by("code")
    sheet = draw(regions)
    if not sheet.shapes:
        return "", ""
    shown = figures.hide_small([share.missing for share in shares])
    values = {
        share.key: share.missing / share.total if share.total and shown[n] is not None else None
        for n, share in enumerate(shares)
    }
    scale = scale_of(list(values.values()))
    limits = [_plain(limit * 100, 0) for limit in (0.0, *scale.limits)]
    legend = [f"{low}–{high}%" for low, high in zip(limits, limits[1:], strict=False)] + [f"{limits[-1]}%+"]
    caption = "Bagian keluarga sasaran yang belum terjangkau menurut kelurahan"
    if sheet.scheme:
        caption += " (skema di sekitar titik tengah wilayah, bukan batas)"
    if numbered := sorted((shape.number, shape.name) for shape in sheet.shapes if shape.number):
        caption += ". " + ", ".join(f"{number} = {name}" for number, name in numbered)
    return svg(sheet, {code: scale.shade(value) for code, value in values.items()}, legend), f"{caption}."


# --- what is missing -----------------------------------------------------------------------------------------------


def _missing(year: int, city, indicators: list[Line], years: list[ProgramYear], money: dict) -> list[str]:
    found = []
    unmeasured = [line.indicator.name for line in indicators if not line.latest or line.latest.year < year - 1]
    if unmeasured:
        found.append(f"Indikator tanpa nilai {year - 1} atau {year}: {', '.join(unmeasured)}.")
    lists = figures.lists_not_in(year)
    if lists:
        names = ", ".join(each.program_year.program.short_name for each in lists)
        found.append(f"Daftar penerima belum masuk lengkap: {names}.")
    bare = [y.program.short_name for y in years if y.pk not in money or money[y.pk].ceiling is None]
    if bare:
        found.append(f"Program tanpa pagu: {', '.join(bare)}.")
    today = timezone.localdate()
    open_minutes = Meeting.objects.filter(year=year, state=MeetingState.HELD).count()
    if open_minutes:
        found.append(f"Notula belum final: {thousands(open_minutes)} rapat.")
    if city is None or not (city.signer_name and city.signer_title):
        found.append("Penanda tangan belum diisi pada pengaturan kota.")
    if year == today.year and today < dt.date(year, 12, 31):
        found.append(f"Tahun {year} belum berakhir; angka masih dapat berubah.")
    return found
