"""Import a sheet of households; exit 0 applied (or checked), 1 refused, 2 unreadable."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core.imports.command import run_file, write_report
from core.models import Region, User

_NOTHING = {"created": 0, "updated": 0, "unchanged": 0}


class Command(BaseCommand):
    """The page's importer from the command line."""

    help = __doc__

    def add_arguments(self, parser):
        """File, sheet, area and how far to go."""
        parser.add_argument("file")
        parser.add_argument("--sheet", default="", help="read this sheet only")
        parser.add_argument("--area", default="", help="code of the kelurahan of every row")
        parser.add_argument("--dry-run", action="store_true", help="check only, store nothing")
        parser.add_argument("--skip-refused", action="store_true", help="leave out refused households, apply the rest")
        parser.add_argument("--report", help="write the findings to this JSON file")
        parser.add_argument("--by", help="user whose rights and areas apply (default: the system)")

    def handle(self, *args, **options):
        """Run the import and say how it went."""
        by = None
        if options["by"]:
            by = User.objects.filter(username=options["by"]).first()
            if by is None:
                raise CommandError(f"There is no user {options['by']}.", returncode=2)
        area = options["area"]
        if area and not Region.objects.villages().filter(pk=area).exists():
            raise CommandError(f"{area} is no kelurahan. Write its code, for example 13.72.01.1001.", returncode=2)
        with translation.override(settings.LANGUAGE_CODE):
            code, report = run_file(
                "households",
                options["file"],
                by=by,
                empty_report={"households": _NOTHING, "members": _NOTHING},
                sheet=options["sheet"],
                dry_run=options["dry_run"],
                skip_refused=options["skip_refused"],
                area=area,
            )
        if options["report"]:
            write_report(report, options["report"])
        self._say(report)
        sys.exit(code)

    def _say(self, report: dict) -> None:
        households, members = report["households"], report["members"]
        self.stdout.write(
            f"{report['status']}: {report['rows']} rows; households {households['created']} new, "
            f"{households['updated']} changed, {households['unchanged']} same; people {members['created']} new, "
            f"{members['updated']} changed, {members['unchanged']} same; {len(report['errors'])} errors, "
            f"{len(report['warnings'])} warnings"
        )
        if report["batch"]:
            self.stdout.write(f"batch {report['batch']}")
        for finding in report["errors"][:20]:
            place = f"{finding['sheet']} {finding['row'] or ''} {finding['column']}".strip()
            self.stdout.write(f"  {place}: {finding['message']}")
        if len(report["errors"]) > 20:
            self.stdout.write(f"  … {len(report['errors']) - 20} more errors; --report FILE writes them all")
