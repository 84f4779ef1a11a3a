"""The import of households as a kind of the engine."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.imports import ImportKind, UndoTable, register_kind
from core.models import ImportBatch
from core.registry import registry
from core.roles import Perm
from households.imports.apply import apply
from households.imports.check import check
from households.imports.fields import FIELDS
from households.imports.messages import MESSAGES
from households.imports.profiles import guess_profile
from households.imports.undo import CONFLICTING_HEADS, CONFLICTING_KKS, CONFLICTING_NIKS, after_undo, held_by_files


def guess(batch: ImportBatch) -> None:
    """Tell the layout, and whose data it is unless the person said so."""
    profile = guess_profile(batch.layout)
    batch.options["profile"] = profile.key
    batch.source = batch.source or profile.source


def drop_staging(batch: ImportBatch) -> None:
    """Forget the staged rows and families."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM households_importrow WHERE batch_id = %s", [batch.pk])
        cursor.execute("DELETE FROM households_importfamily WHERE batch_id = %s", [batch.pk])


_OF_HOUSEHOLD = (("household_id", "households_household", True),)

KIND = register_kind(
    ImportKind(
        key="households",
        label=_("Households"),
        perm=Perm.IMPORT_HOUSEHOLDS,
        url_name="households:import_batch",
        fields=lambda batch: FIELDS,
        check=check,
        apply=apply,
        tables=(
            UndoTable("households_datarelease"),
            UndoTable("households_household", release=("kk",), conflicts=(CONFLICTING_KKS,)),
            UndoTable("households_householdnumber", (("household_id", "households_household", False),)),
            UndoTable("households_externalid", _OF_HOUSEHOLD),
            UndoTable(
                "households_member", _OF_HOUSEHOLD, ("nik", "relation"), conflicts=(CONFLICTING_NIKS, CONFLICTING_HEADS)
            ),
            UndoTable("households_membership", (("member_id", "households_member", False),)),
            UndoTable("households_welfarerank", _OF_HOUSEHOLD),
        ),
        messages=MESSAGES,
        drop_staging=drop_staging,
        after_undo=after_undo,
        guess=guess,
    )
)
registry.import_undo_blockers.append(held_by_files)
