"""Papers of a programme year: the annex of a decree, and the numbered receipt list; as PDF, the annex as Excel too.

Numbers are masked in the database unless the person holds the right and names a purpose. Papers speak Indonesian,
whatever language the pages are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, CharField, Count, F, Max, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core import papers
from core.choices import AccessKind
from core.dates import tanggal
from core.exports import masked
from core.history import record_access
from core.models.regions import area_q
from core.roles import Perm, access
from core.rupiah import thousands
from core.sheets.styled import Footer, ReportColumn, ReportRow, ReportSheet, Signer, write_report
from households.models import Member
from programs import rights
from programs.choices import AssistanceStatus, BenefitUnit
from programs.models import ProgramYear
from programs.recipients import NAME, REGION, amount_seen

STANDING = (AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED)
MOST_ROWS = 10_000
_BY_HAND = {"name": "", "rank": "", "nip": ""}  # the name is written by hand
TAGGED_ROWS = 500  # tags for screen readers make a long table ten times as heavy


@dataclass(frozen=True)
class Asked:
    """What is to be printed.

    decree: number of the decree, None = all approved; area: code of a kelurahan or ""; paper: a4 or f4; stage: of the
    receipt list; purpose: why numbers stand in full, "" = masked.
    """

    decree: str | None = None
    area: str = ""
    paper: str = "f4"
    stage: int = 1
    purpose: str = ""

    @property
    def unmasked(self) -> bool:
        """Whether NIK and KK stand in full."""
        return bool(self.purpose)


def unmask_areas(user, program) -> list[str]:
    """Areas in which `user` may print full numbers of this programme's recipients, as code prefixes."""
    prefixes = {
        *access(user).region_prefixes(Perm.UNMASK),
        *(rights.areas(user, Perm.UNMASK_RECIPIENTS, program) if user is not None else [""]),
    }
    return [""] if "" in prefixes else sorted(prefixes)


def decrees(program_year: ProgramYear, user) -> list[dict]:
    """Decrees of the programme year in the sight of `user`: number, date, recipients; newest first, "" = without."""
    return list(
        _standing(program_year, user)
        .order_by()
        .values("decree_number")
        .annotate(date=Max("decree_date"), n=Count("pk"))
        .order_by(F("date").desc(nulls_last=True), "decree_number")
    )


def numbered(program_year: ProgramYear, user) -> int:
    """How many approved and received recipients in sight have a number on the receipt list."""
    return _standing(program_year, user).filter(receipt_no__isnull=False).count()


def _standing(program_year: ProgramYear, user) -> QuerySet:
    rows = program_year.assistance.filter(status__in=STANDING)
    return rows if user is None else rows.visible_to(user)


# --- rows ------------------------------------------------------------------------------------------------------------


def rows_of(program_year: ProgramYear, asked: Asked, user) -> list[dict]:
    """Approved and received rows in the order an official walks: kelurahan, RW, RT, name.

    Raises ValidationError when there are none or too many, PermissionDenied when full numbers are not for `user`.
    """
    program = program_year.program
    rows = _standing(program_year, user)
    if asked.decree is not None:
        rows = rows.filter(decree_number=asked.decree)
    if asked.area:
        rows = rows.annotate(place=REGION).filter(area_q("place", [asked.area]))
    head = Member.objects.filter(household=OuterRef("counts_for"), relation=1, status="active").order_by("pk")
    nik = "member__nik" if program.benefit_unit == BenefitUnit.PERSON else "head_nik"
    rows = rows.annotate(
        name=NAME,
        head_nik=Subquery(head.values("nik")[:1]),
        code=REGION,
        village=Coalesce("counts_for__region__name", "group__region__name", "area__name"),
        district=Coalesce("counts_for__region__parent__name", "group__region__parent__name", "area__parent__name"),
        nik=_number(nik, asked, user, program),
        kk=_number("counts_for__kk", asked, user, program),
        head_name=F("counts_for__head_name"),
        address=F("counts_for__address"),
        rw=F("counts_for__rw"),
        rt=F("counts_for__rt"),
        desil=F("counts_for__desil"),
        money=amount_seen(user, program_year) if user is not None else F("amount"),
        sort=Coalesce("member__name_sort", "counts_for__head_sort", "group__name", Value("")),
    )
    found = list(
        rows.order_by("code", "rw", "rt", "sort", "pk").values(
            "name", "nik", "kk", "head_name", "code", "village", "district", "address", "rw", "rt", "desil", "money",
            "receipt_no", "decree_date",
        )[: MOST_ROWS + 1]
    )  # fmt: skip
    if not found:
        raise ValidationError(_("There is nobody to print. Approve recipients first, or choose another kelurahan."))
    if len(found) > MOST_ROWS:
        raise ValidationError(
            _("The list has more than %(n)s rows. Print it by kelurahan.") % {"n": thousands(MOST_ROWS)}
        )
    return found


def _number(path: str, asked: Asked, user, program):
    """A NIK or KK: masked in the database, in full only where `user` may see it and named a purpose."""
    if not asked.unmasked:
        return masked(path)
    prefixes = unmask_areas(user, program)
    if not prefixes:
        raise PermissionDenied(_("You may not print full numbers. Print the list with masked numbers."))
    own = area_q("counts_for__region_id", prefixes)
    if not own:
        return F(path)
    return Case(When(own, then=F(path)), default=masked(path), output_field=CharField())


def place_of(row: dict) -> str:
    """Address with RT and RW, without the kelurahan."""
    rt = f"RT {row['rt']}" if row["rt"] else ""
    rw = f"RW {row['rw']}" if row["rw"] else ""
    numbers = "/".join(filter(None, (rt, rw)))
    return ", ".join(filter(None, (row["address"], numbers)))


def _by_village(rows: Iterable[dict]) -> Iterator[tuple[str, list[dict]]]:
    for _code, group in groupby(rows, key=lambda row: row["code"]):
        group = list(group)
        first = group[0]
        district = f", Kecamatan {first['district']}" if first["district"] else ""
        yield f"Kelurahan {first['village']}{district} ({thousands(len(group))} penerima)", group


def _unit(program_year: ProgramYear, n: int) -> str:
    words = {BenefitUnit.HOUSEHOLD: "keluarga", BenefitUnit.PERSON: "orang", BenefitUnit.GROUP: "kelompok"}
    return f"{thousands(n)} {words.get(program_year.program.benefit_unit, 'lokasi')}"


# --- annex of a decree -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of the annex: key of the row, heading, width in mm (0 = the rest), alignment, width in Excel."""

    key: str
    label: str
    width: int
    align: str = "left"
    excel: float = 14
    kind: str = "text"


def _columns(program_year: ProgramYear, rows: list[dict]) -> list[_Column]:
    unit = program_year.program.benefit_unit
    named = {BenefitUnit.PERSON: "Nama", BenefitUnit.HOUSEHOLD: "Nama kepala keluarga"}.get(unit, "Nama")
    columns = [_Column("no", "No.", 11, "center", 6, "int"), _Column("name", named, 52, excel=30)]
    if unit in (BenefitUnit.PERSON, BenefitUnit.HOUSEHOLD):
        columns += [
            _Column("nik", "NIK", 36, excel=20, kind="code"),
            _Column("kk", "No. KK", 36, excel=20, kind="code"),
        ]
    if unit == BenefitUnit.PERSON:
        columns.append(_Column("head_name", "Kepala keluarga", 44, excel=26))
    columns += [_Column("place", "Alamat", 0, excel=38), _Column("desil", "Desil", 14, "center", 8, "int")]
    if any(row["money"] is not None for row in rows):
        columns.append(_Column("money", "Jumlah (Rp)", 28, "right", 16, "rupiah"))
    return columns


def _cell(column: _Column, number: int, row: dict) -> str:
    if column.key == "no":
        return str(number)
    if column.key == "place":
        return place_of(row)
    value = row[column.key]
    if value is None:
        return "—" if column.key in ("nik", "kk", "desil") else ""
    return thousands(value) if column.key == "money" else str(value)


def annex_pdf(program_year: ProgramYear, asked: Asked, user) -> bytes:
    """The annex of a decree as PDF, recorded. Raises as `rows_of`."""
    rows = rows_of(program_year, asked, user)
    columns = _columns(program_year, rows)
    program = program_year.program
    parts, number = [], 0
    for name, group in _by_village(rows):
        cells = [[_cell(c, number + i, row) for c in columns] for i, row in enumerate(group, 1)]
        number += len(group)
        parts.append({"name": name, "rows": cells, "total": _total(columns, group)})
    decree = _decree(asked, rows)
    data = {
        "title": f"Daftar penerima {program.name}",
        "subtitles": [f"Tahun {program_year.year}"],
        "landscape": True,
        "kop": papers.letterhead(),
        "decree": decree | {"of": f"Keputusan {papers.decided_by()}".strip()},
        "columns": [{"label": c.label, "width": c.width, "align": c.align} for c in columns],
        "parts": parts,
        "total": _sum_line(program_year, rows),
        "sign": _annex_signer(asked),
    }
    return _typeset("annex", data, asked, user, program_year, len(rows), _("Annex of the decree"))


def _decree(asked: Asked, rows: list[dict]) -> dict[str, str]:
    day = max((row["decree_date"] for row in rows if row["decree_date"]), default=None) if asked.decree else None
    return {"number": asked.decree or "", "date": tanggal(day)}


def _annex_signer(asked: Asked) -> dict[str, str]:
    """Who signs the annex: who issued the decree, by hand; a list without a decree is signed by the secretariat."""
    sign = papers.signer()
    return sign | {"office": papers.decided_by(), **_BY_HAND} if asked.decree else sign


def _total(columns: list[_Column], group: list[dict]) -> list[str]:
    if columns[-1].key != "money":
        return []
    amount = sum(row["money"] or 0 for row in group)
    return ["", "Jumlah", *[""] * (len(columns) - 3), thousands(amount)]


def _sum_line(program_year: ProgramYear, rows: list[dict]) -> str:
    text = f"Jumlah seluruhnya: {_unit(program_year, len(rows))}"
    if any(row["money"] is not None for row in rows):
        text += f", Rp {thousands(sum(row['money'] or 0 for row in rows))}"
    return f"{text}."


def annex_excel(program_year: ProgramYear, asked: Asked, user, target: BinaryIO) -> int:
    """The annex as a printable sheet; returns the number of rows, recorded. Raises as `rows_of`."""
    rows = rows_of(program_year, asked, user)
    columns = _columns(program_year, rows)
    kop, sign = papers.letterhead(), _annex_signer(asked)
    decree = _decree(asked, rows)
    told = f"Lampiran Keputusan {papers.decided_by()} Nomor {decree['number']} tanggal {decree['date']}"
    sheet = ReportSheet(
        name="Lampiran",
        title=f"Daftar penerima {program_year.program.name}",
        subtitles=[f"Tahun {program_year.year}", *([told] if decree["number"] else [])],
        letterhead=[kop["city"].upper(), kop["agency"].upper(), kop["address"]],
        columns=[
            ReportColumn(c.key, c.label, c.kind, c.excel, centred=c.align == "center",
                         total="sum" if c.key == "money" else "")
            for c in columns
        ],
        rows=_excel_rows(rows, columns),
        total_label="Jumlah" if columns[-1].key == "money" else "",
        signers=[Signer(sign["office"], sign["name"], sign["rank"], sign["nip"], sign["place"].rstrip(","))],
        footer=Footer(
            source="TKPKD",
            data_date=timezone.localdate(),
            printed_by=str(user or "sistem"),
            printed_at=timezone.now(),
            unmasked=asked.unmasked,
        ),
        paper=asked.paper.upper(),
        frozen=2,
    )  # fmt: skip
    write_report(target, [sheet])
    _record(asked, user, program_year, len(rows), _("Annex of the decree"), export=True)
    return len(rows)


def _excel_rows(rows: list[dict], columns: list[_Column]) -> Iterator:
    number = 0
    for name, group in _by_village(rows):
        yield ReportRow(["", name, *[""] * (len(columns) - 2)], "section")
        for row in group:
            number += 1
            yield [number if c.key == "no" else place_of(row) if c.key == "place" else row[c.key] for c in columns]


# --- receipt list ----------------------------------------------------------------------------------------------------


def receipts_pdf(program_year: ProgramYear, asked: Asked, user) -> bytes:
    """The numbered receipt list as PDF, recorded. Rows without a number are left out. Raises as `rows_of`."""
    rows = [row for row in rows_of(program_year, asked, user) if row["receipt_no"] is not None]
    if not rows:
        raise ValidationError(_("No recipient has a receipt number yet. Give the numbers first."))
    rows.sort(key=lambda row: row["receipt_no"])
    stages = max(len(program_year.stages), 1)
    money = any(row["money"] is not None for row in rows)
    shares = [row["money"] // stages if row["money"] is not None else None for row in rows]
    listed = [
        {
            "number": row["receipt_no"],
            "cells": [
                str(row["receipt_no"]),
                row["name"],
                row["nik"] or "—",
                place_of(row),
                row["village"],
                "" if share is None else thousands(share),
            ],
        }
        for row, share in zip(rows, shares, strict=True)
    ]
    total = ["", "Jumlah", "", "", "", thousands(sum(filter(None, shares)))] if money else []
    label = program_year.stages[asked.stage - 1] if asked.stage <= len(program_year.stages) else ""
    title = f"Tanda terima {program_year.program.name}"
    data = {
        "title": title,
        "subtitles": [" · ".join(filter(None, (f"Tahun {program_year.year}", label)))],
        "landscape": True,
        "kop": papers.letterhead(program_year.program.owner.name),
        "columns": [
            {"label": "No.", "width": 12, "align": "center"},
            {"label": "Nama", "width": 55, "align": "left"},
            {"label": "NIK", "width": 36, "align": "left"},
            {"label": "Alamat", "width": 0, "align": "left"},
            {"label": "Kelurahan", "width": 32, "align": "left"},
            {"label": "Jumlah (Rp)" if money else "Barang", "width": 30, "align": "right" if money else "left"},
        ],
        "rows": listed,
        "sum": total,
        "total": f"Jumlah penerima: {_unit(program_year, len(rows))}.",
        "sign": papers.signer() | {"office": f"Kepala {program_year.program.owner.name}", **_BY_HAND},
    }
    return _typeset("receipts", data, asked, user, program_year, len(rows), _("Receipt list"))


# --- setting and recording -------------------------------------------------------------------------------------------


def _typeset(template: str, data: dict, asked: Asked, user, program_year: ProgramYear, n: int, what: str) -> bytes:
    now = timezone.localtime()
    left = f"Sumber: TKPKD. Keadaan data {tanggal(now.date())}."
    data = data | {
        "paper": papers.size(asked.paper),
        "foot": {
            "left": f"Memuat data pribadi. {left}" if asked.unmasked else left,
            "right": f"Dicetak {tanggal(now.date())} {now:%H.%M} oleh {user or 'sistem'}",
        },
    }
    pdf = papers.typeset(template, data, tagged=n <= TAGGED_ROWS)
    _record(asked, user, program_year, n, what)
    return pdf


def _record(asked: Asked, user, program_year: ProgramYear, n: int, what: str, *, export: bool = False) -> None:
    kind = AccessKind.EXPORT_UNMASKED if asked.unmasked else AccessKind.EXPORT if export else AccessKind.PRINT
    filters = "; ".join(filter(None, (asked.decree or "", asked.area)))
    record_access(
        user,
        kind,
        f"{what}: {program_year}",
        purpose=asked.purpose,
        object_key=f"program_year:{program_year.uuid}",
        filters=filters,
        rows=n,
    )
