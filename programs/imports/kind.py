"""The import of recipients as a kind of the engine."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.imports import ImportKind, UndoTable, register_kind
from core.roles import Perm
from programs.imports.apply import DELIVERED_SINCE, after_undo, apply
from programs.imports.fields import FIELDS, NAMING
from programs.imports.guess import guess
from programs.imports.judge import check
from programs.imports.messages import MESSAGES
from programs.imports.staging import drop

KIND = register_kind(
    ImportKind(
        key="recipients",
        label=_("Recipients"),
        perm=Perm.DELIVER,
        url_name="programs:recipient_import",
        fields=lambda batch: FIELDS,
        check=check,
        apply=apply,
        tables=(
            UndoTable("programs_programyear"),
            UndoTable("programs_assistance", conflicts=(DELIVERED_SINCE,)),
            UndoTable("programs_delivery", (("assistance_id", "programs_assistance", False),)),
        ),
        messages=MESSAGES,
        drop_staging=drop,
        after_undo=after_undo,
        guess=guess,
        needs=NAMING,
    )
)
