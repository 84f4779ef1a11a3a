"""The import of plan sheets as a kind of the engine."""

from __future__ import annotations

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.imports import ImportKind, UndoTable, register_kind
from core.models import ImportBatch
from core.roles import Perm
from programs.plans.imports.apply import CHANGED_AGAIN, after_undo, apply
from programs.plans.imports.fields import FIELDS, NAMING, worth
from programs.plans.imports.judge import check, drop
from programs.plans.imports.messages import MESSAGES


def guess(batch: ImportBatch) -> None:
    """The year of the plans: the one in the name of the file, else this one."""
    this = timezone.localdate().year
    years = [int(text) for text in re.findall(r"20\d\d", batch.file_name) if abs(int(text) - this) <= 5]
    batch.options.setdefault("year", years[-1] if years else this)


KIND = register_kind(
    ImportKind(
        key="plans",
        label=_("Plan sheet"),
        perm=Perm.MANAGE_PROGRAMS,
        url_name="programs:plan_import",
        fields=lambda batch: FIELDS,
        check=check,
        apply=apply,
        tables=(
            UndoTable("programs_programyear"),
            UndoTable(
                "programs_programfunding",
                (("program_year_id", "programs_programyear", False),),
                conflicts=(CHANGED_AGAIN,),
                counts_writers=False,
            ),
        ),
        messages=MESSAGES,
        drop_staging=drop,
        after_undo=after_undo,
        guess=guess,
        needs=NAMING,
        worth=worth,
    )
)
