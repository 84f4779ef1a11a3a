"""Forms of the import of plan sheets: the file, the year, and why ceilings change."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.imports.forms import SheetFileField
from core.models import ImportBatch


class UploadForm(forms.Form):
    """The sheet as the planning system exports it."""

    file = SheetFileField(label=_("File"), help_text=_("Excel, ODS or CSV."))


class PlanSheetForm(forms.Form):
    """Whose year the sheet plans, and why ceilings that stand already change."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    reason = forms.CharField(
        label=_("why ceilings change"),
        required=False,
        max_length=250,
        help_text=_("For example “APBD Perubahan”; the name of the file is kept when it is empty."),
    )

    def __init__(self, *args, batch: ImportBatch, **kwargs):
        super().__init__(*args, **kwargs)
        this = timezone.localdate().year
        self.fields["year"].choices = [(y, str(y)) for y in range(this + 1, this - 5, -1)]
        self.initial = {"year": batch.options.get("year", this), "reason": batch.options.get("reason", "")}
