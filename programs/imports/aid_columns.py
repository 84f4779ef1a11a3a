"""Aid that a sheet of households carried (SIKS-NG, P3KE): its columns offered as lists of recipients.

The import of households keeps such columns in its staging. Each becomes a list of its own, a sheet that goes the way
of every other list: columns, check, preview, apply, undo.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import batches
from core.models import ImportBatch
from core.roles import Perm, access
from core.sheets import Column, Info, PlainSheet, write_plain
from programs.imports.guess import Clues, best_program
from programs.imports.plan import years_for
from programs.models import Program

# Answers that say no; everything else in such a column means that the family or person gets it.
_NO = re.compile(r"^(?:tidak|tdk|bukan|belum|kosong|0|n|no|false|f|-|x|non)(?:\W.*|\s.*)?$|^\W*$", re.IGNORECASE)
# About the registry or the targeting, not about aid.
_NOT_AID = re.compile(r"padan|pensasaran|resiko|risiko|gc_|siks|is_se", re.IGNORECASE)


@dataclass
class AidColumn:
    """A column about aid: its header, how many rows say yes, the programme it seems to be, its import when made."""

    title: str
    rows: int
    program: Program | None = None
    batch: ImportBatch | None = None


def columns_of(batch: ImportBatch, user) -> list[AidColumn]:
    """Columns about aid in the staging of a household import, those with a programme of `user` first."""
    counted: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT x.key, x.value, count(*) FROM households_importrow r CROSS JOIN LATERAL jsonb_each_text(r.extra) x "
            "WHERE r.batch_id = %s AND r.extra IS NOT NULL GROUP BY x.key, x.value",
            [batch.pk],
        )
        for title, value, n in cursor.fetchall():
            if not _NOT_AID.search(title) and not _NO.match(value.strip()):
                counted[title] = counted.get(title, 0) + n
    if not counted:
        return []
    programs = list(Program.objects.filter(years__in=years_for(user)).distinct())
    made = {
        b.options.get("column"): b
        for b in ImportBatch.objects.filter(kind="recipients", options__from_households=str(batch.uuid)).order_by("id")
    }
    found = [
        AidColumn(title, n, best_program(Clues(file=title), programs), made.get(title)) for title, n in counted.items()
    ]
    return sorted(found, key=lambda c: (c.program is None, -c.rows, c.title))


def panel(request, batch: ImportBatch) -> str:
    """The panel below the result of a household import; "" when its sheet carried no aid, or not for this person."""
    if batch.kind != "households" or not access(request.user).can(Perm.DELIVER):
        return ""
    columns = columns_of(batch, request.user)
    if not columns:
        return ""
    context = {"batch": batch, "aid_columns": columns}
    return render_to_string("programs/_recipient_import_aid.html", context, request)


_ROWS = """
SELECT r.nik, coalesce(r.kk, f.kk), r.name, r.birth_date, coalesce(r.address, f.address),
  coalesce(r.rw, f.rw), coalesce(r.rt, f.rt), coalesce(r.region, f.region), r.extra->>%(title)s
FROM households_importrow r
LEFT JOIN households_importfamily f ON f.batch_id = r.batch_id AND f.family = r.family
WHERE r.batch_id = %(batch)s AND r.extra ? %(title)s ORDER BY r.n
"""


def bring_column(batch: ImportBatch, title: str, *, by) -> ImportBatch:
    """Make a list of recipients from one column of a household import. Raises ValidationError when nobody is in it."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"batch": batch.pk, "title": title})
        rows = [row for row in cursor.fetchall() if not _NO.match((row[-1] or "").strip())]
    if not rows:
        raise ValidationError(_("Nobody in this column gets anything, or the rows are no longer there."))
    columns = [
        Column("nik", "NIK", "code"),
        Column("kk", "No KK", "code"),
        Column("name", "Nama"),
        Column("birth", "Tanggal Lahir", "date"),
        Column("address", "Alamat"),
        Column("rw", "RW", "code"),
        Column("rt", "RT", "code"),
        Column("region", "Kode Kelurahan", "code"),
        Column("aid", title),
    ]
    info = Info(title=title, who=str(by), when=timezone.now(), filters=[(_("File"), batch.file_name)], unmasked=True)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as target:
        write_plain(target.name, [PlainSheet(title, columns, rows)], info)
        with open(target.name, "rb") as stream:
            stem = batch.file_name.rsplit(".", 1)[0]
            made = batches.bring(
                kind="recipients",
                file=File(stream),
                name=f"{title} - {stem}.xlsx".replace("/", " "),
                by=by,
                effective=batch.effective,
                options={"from_households": str(batch.uuid), "column": title},
            )
    batches.run(made, "read", by=by)
    return made
