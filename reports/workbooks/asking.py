"""Asking for a report: who, which period and area, with which numbers; checked, written, on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AccessKind
from core.history import record_access
from core.models import CitySettings, Region, User
from core.roles import Perm, access, require
from core.sheets import Column, Footer, Info, PlainSheet, ReportSheet, Signer, write_plain, write_report
from reports.periods import Period
from reports.workbooks.names import REPORTS, ReportKind

PRINTED_ROWS = 5_000  # longer lists are no paper: they come as a plain list that streams


@dataclass(frozen=True)
class ReportRequest:
    """What is asked for. `area`: region code, `""` = the home region; `user` None = the system itself; `public`: it is
    for everybody who may see figures, so small cells are hidden whoever asks; `known_at`: as it was known that day,
    None = today.
    """

    name: str
    period: Period
    user: User | None
    area: str = ""
    unmasked: bool = False
    purpose: str = ""
    public: bool = False
    known_at: dt.date | None = None

    @property
    def kind(self) -> ReportKind:
        """What the name stands for."""
        return REPORTS[self.name]

    @property
    def region(self) -> Region | None:
        """The region the report is about."""
        city = CitySettings.load()
        return Region.objects.filter(code=self.area).first() if self.area else (city and city.home_region)

    @property
    def prefix(self) -> str:
        """Area as figures take it: `""` for the whole city."""
        city = CitySettings.load()
        return "" if city and self.area == city.home_region_id else self.area

    @property
    def names(self) -> bool:
        """Whether the reader may see names in the area; without, small cells are hidden."""
        if self.public:
            return False
        return self.user is None or access(self.user).can(Perm.SEE_NAMES, region=self.area or _home())


def _home() -> str:
    city = CitySettings.load()
    return city.home_region_id if city else ""


def check(request: ReportRequest) -> None:
    """Raise ValidationError or PermissionDenied unless the report may be given to who asks."""
    if request.name not in REPORTS:
        raise ValidationError(_("There is no report %(name)s.") % {"name": request.name})
    if request.region is None:
        raise ValidationError(_("There is no region %(code)s.") % {"code": request.area or _home()})
    area = request.area or _home()
    require(request.user, Perm.SEE_NAMES if request.kind.lists_names else Perm.SEE_FIGURES, region=area)
    if request.known_at:
        if request.kind.check_known is None:
            raise ValidationError(
                _("Of %(name)s only what is known today can be had; a frozen list keeps the families of a day.")
                % {"name": request.name}
            )
        request.kind.check_known(request)
    if request.unmasked:
        if request.user is None or not request.purpose.strip():
            raise ValidationError(_("Full numbers need a user and a purpose."))
        if not access(request.user).can(Perm.UNMASK, region=area):
            raise PermissionDenied(_("You may not take full numbers of this area."))


def estimate(request: ReportRequest) -> int:
    """Number of rows the report will have."""
    return request.kind.count(request)


def write(request: ReportRequest, target: BinaryIO, progress: Callable[[int, int], None] | None = None) -> int:
    """Check, write the workbook to a binary file, record who took it, and return the number of data rows."""
    check(request)
    sheets = request.kind.build(request)
    total = estimate(request)
    if progress:
        sheets = [_counted(sheet, total, progress) for sheet in sheets]
    rows = _write_long(request, target, sheets) if total > PRINTED_ROWS else write_report(target, sheets)
    record_access(
        request.user,
        AccessKind.EXPORT_UNMASKED if request.unmasked else AccessKind.EXPORT,
        str(request.kind.label),
        purpose=request.purpose,
        filters=f"{request.period.label}; {request.region}",
        rows=rows,
    )
    return rows


def _write_long(request: ReportRequest, target: BinaryIO, sheets: Sequence[ReportSheet]) -> int:
    plain = [
        PlainSheet(
            name=sheet.name,
            columns=[
                Column(c.key, " / ".join([*map(str, c.groups), str(c.label)]), c.kind, c.width) for c in sheet.columns
            ],
            rows=sheet.rows,
            frozen=sheet.frozen,
        )
        for sheet in sheets
    ]
    info = Info(
        title=str(request.kind.label),
        who=str(request.user) if request.user else "system",
        when=timezone.now(),
        filters=[(_("Period"), request.period.label), (_("Area"), str(request.region))],
        notes=[str(note) for sheet in sheets for note in sheet.notes],
        data_date=timezone.localdate(),
        unmasked=request.unmasked,
        purpose=request.purpose,
    )
    return write_plain(target, plain, info)


def _counted(sheet: ReportSheet, total: int, progress) -> ReportSheet:
    def rows():
        for n, row in enumerate(sheet.rows, 1):
            if n % 500 == 0:
                progress(n, total)
            yield row

    return ReportSheet(**{**sheet.__dict__, "rows": rows()})


def paper(request: ReportRequest) -> dict:
    """Letterhead, signer and footer of every printed sheet, from the settings of the city."""
    city = CitySettings.load()
    letterhead, signers = [], []
    if city:
        letterhead = [t for t in (city.government_name.upper(), city.planning_agency.upper(), city.address) if t]
        signers = [
            Signer(
                post=city.signer_title or city.planning_agency,
                name=city.signer_name,
                rank=city.signer_rank,
                nip=city.signer_nip,
                place=city.place,
                day=timezone.localdate(),
            )
        ]
    return {
        "letterhead": letterhead,
        "signers": signers,
        "footer": Footer(
            source=f"{city.team_name} {city.home_region}" if city else "",
            data_date=timezone.localdate(),
            printed_by=str(request.user) if request.user else "system",
            printed_at=timezone.now(),
            unmasked=request.unmasked,
        ),
    }
