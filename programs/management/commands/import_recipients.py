"""Import a list of recipients into a programme year; exit 0 applied (or checked), 1 refused, 2 unreadable."""

import datetime as dt
import sys
import uuid
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from core.imports.command import run_file, write_report
from core.models import User
from programs.imports.plan import EnterAs
from programs.models import ProgramYear

_NOTHING = {"assistance": {"created": 0, "updated": 0, "unchanged": 0}}


class Command(BaseCommand):
    """The page's importer of recipients from the command line."""

    help = __doc__

    def add_arguments(self, parser):
        """File, programme year, and how its rows come in."""
        parser.add_argument("file")
        parser.add_argument("--program-year", required=True, help="uuid of the programme year")
        parser.add_argument("--sheet", default="", help="read this sheet only")
        parser.add_argument("--dry-run", action="store_true", help="check only, store nothing")
        parser.add_argument("--skip-refused", action="store_true", help="leave out refused rows, apply the rest")
        parser.add_argument("--report", help="write the findings to this JSON file")
        parser.add_argument("--by", help="user whose rights and areas apply (default: the system)")
        parser.add_argument("--as", dest="enter_as", choices=EnterAs.values, help="default: by the programme")
        parser.add_argument("--date", type=dt.date.fromisoformat, help="day of handing over, YYYY-MM-DD")
        parser.add_argument("--stage", type=int, help="stage of the delivery, 1 to 12")
        parser.add_argument("--period", default="", help="period in words")
        parser.add_argument("--amount", type=int, help="rupiah of each delivery")
        parser.add_argument("--decree-number", default="", help="number of the decree, with --as approved")
        parser.add_argument("--decree-date", type=dt.date.fromisoformat, help="date of the decree, YYYY-MM-DD")
        parser.add_argument("--complete", action="store_true", help="this is the whole list of the year")

    def handle(self, *args, **options):
        """Run the import and say how it went."""
        by = None
        if options["by"]:
            by = User.objects.filter(username=options["by"]).first()
            if by is None:
                raise CommandError(f"There is no user {options['by']}.", returncode=2)
        program_year = _program_year(options["program_year"])
        with translation.override(settings.LANGUAGE_CODE):
            code, report = run_file(
                "recipients",
                options["file"],
                by=by,
                empty_report=_NOTHING,
                sheet=options["sheet"],
                dry_run=options["dry_run"],
                skip_refused=options["skip_refused"],
                options=_chosen(options, program_year),
            )
        if options["report"]:
            write_report(report, options["report"])
        self._say(report)
        sys.exit(code)

    def _say(self, report: dict) -> None:
        done = report["assistance"]
        self.stdout.write(
            f"{report['status']}: {report['rows']} rows; {done['created']} new, {done['updated']} changed, "
            f"{done['unchanged']} same; {len(report['errors'])} errors, {len(report['warnings'])} warnings"
        )
        if report["batch"]:
            self.stdout.write(f"batch {report['batch']}")
        for finding in report["errors"][:20]:
            place = f"{finding['sheet']} {finding['row'] or ''} {finding['column']}".strip()
            self.stdout.write(f"  {place}: {finding['message']}")
        if len(report["errors"]) > 20:
            self.stdout.write(f"  … {len(report['errors']) - 20} more errors; --report FILE writes them all")


def _program_year(text: str) -> ProgramYear:
    try:
        found = ProgramYear.objects.filter(uuid=uuid.UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"There is no programme year {text}. Its address on the pages holds the uuid.", returncode=2)
    return found


def _chosen(options: dict, program_year: ProgramYear) -> dict:
    """What was said on the command line, as options of the batch; the rest is guessed from the file."""
    file = _("List %(file)s") % {"file": Path(options["file"]).name[:150]}
    said = {
        "enter_as": options["enter_as"],
        "stage": options["stage"],
        "period": options["period"][:40],
        "amount": options["amount"],
        "date": options["date"] and options["date"].isoformat(),
        "decree_number": options["decree_number"][:80],
        "decree_date": options["decree_date"] and options["decree_date"].isoformat(),
        "complete": options["complete"],
    }
    # Who types a command has seen the list: that it was given so is the reason for rows that do not fit.
    kept = {"program_year": str(program_year.uuid), "unfit_reason": file, "excess_reason": file}
    return kept | {key: value for key, value in said.items() if value}
