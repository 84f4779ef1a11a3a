"""`manage.py export_report NAME --year Y … --out FILE.xlsx`: a report without a browser."""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand

from core.models import User
from reports.periods import parse_period, period
from reports.workbooks import REPORTS, ReportRequest, write


class Command(BaseCommand):
    """Exit 0 written, 2 refused with one line that says why."""

    help = "Write a report as an Excel workbook."

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME", help=f"one of {', '.join(REPORTS)}")
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--quarter", type=int, choices=[1, 2, 3, 4])
        parser.add_argument("--period", metavar="2026-S1", default="")
        parser.add_argument("--known-at", metavar="DATE", default="")
        parser.add_argument("--area", metavar="CODE", default="")
        parser.add_argument("--unmasked", action="store_true")
        parser.add_argument("--by", metavar="USER", default="")
        parser.add_argument("--purpose", metavar="TEXT", default="")
        parser.add_argument("--out", metavar="FILE.xlsx", required=True)

    def handle(self, *args, **options):
        try:
            rows = self._write(options)
        except (ValidationError, PermissionDenied, OSError) as error:
            self.stderr.write(" ".join(getattr(error, "messages", None) or [str(error)]))
            sys.exit(2)
        self.stdout.write(f"{options['out']}: {rows} rows")

    def _write(self, options) -> int:
        name = options["name"]
        if name not in REPORTS:
            raise ValidationError(f"There is no report {name}; there are {', '.join(REPORTS)}.")
        if options["unmasked"] and not (options["by"] and options["purpose"].strip()):
            raise ValidationError("--unmasked needs --by USER and --purpose TEXT.")
        request = ReportRequest(
            name=name,
            period=self._period(options),
            user=self._user(options["by"]),
            area=options["area"],
            unmasked=options["unmasked"],
            purpose=options["purpose"],
            known_at=self._day(options["known_at"]),
        )
        return self._into(Path(options["out"]), request)

    def _period(self, options):
        if options["period"]:
            found = parse_period(options["period"])
            if found.year != options["year"]:
                raise ValidationError("--period and --year name different years.")
            return found
        return period(options["year"], quarter=options["quarter"])

    def _day(self, text: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            raise ValidationError("Write --known-at as 2026-12-31.") from None

    def _user(self, name: str) -> User | None:
        if not name:
            return None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise ValidationError(f"There is no active user {name}.")
        return user

    def _into(self, out: Path, request: ReportRequest) -> int:
        """Write beside the target first, so that a failure leaves no half file."""
        handle, part = tempfile.mkstemp(dir=out.parent or ".", suffix=".part")
        try:
            with os.fdopen(handle, "w+b") as target:
                rows = write(request, target)
            os.replace(part, out)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        return rows
