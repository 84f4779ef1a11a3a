"""`manage.py find_duplicates [--area CODE] [--report OUT.json]`: pairs of people or families that are probably one."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.models import Region
from households import duplicates


class Command(BaseCommand):
    """Counts pairs by sign; the report lists them, NIK and KK masked."""

    help = "Find people and families that are probably recorded twice."

    def add_arguments(self, parser):
        parser.add_argument("--area", default="", help="region code, e.g. 13.72.01.1001; empty = everywhere")
        parser.add_argument("--report", type=Path, help="write the pairs to this JSON file")

    def handle(self, *args, area, report, **options):
        if area and not Region.objects.filter(code=area).exists():
            raise CommandError(f"There is no region {area}. Write a code of load_regions.", returncode=2)
        counts = duplicates.counts([area], wait=True)
        for kind, number in counts.items():
            self.stdout.write(f"{kind}: {number}")
        if report:
            pairs = duplicates.pairs([area], limit=None, wait=True)
            data = {"area": area, "counts": counts, "pairs": [_pair(pair) for pair in pairs]}
            try:
                report.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
            except OSError as error:
                raise CommandError(f"The report cannot be written: {error}", returncode=2) from error


def _pair(pair: duplicates.Pair) -> dict:
    return {"kind": pair.kind, "first": _side(pair.first), "second": _side(pair.second)}


def _side(side: duplicates.Side) -> dict:
    return {
        "household": str(side.household),
        "member": str(side.member) if side.member else None,
        "name": side.name,
        "nik": side.nik,
        "birth_date": side.birth_date.isoformat() if side.birth_date else None,
        "kk": side.kk,
        "region": side.village,
        "rw": side.rw,
        "rt": side.rt,
    }
