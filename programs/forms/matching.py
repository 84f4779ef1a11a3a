"""Forms of matched lists: what is to be matched, for which programme, and the name of a list to be kept."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.forms import SheetFileField
from programs.matching.lists import MOST_LETTERS, years_to_match
from programs.models import ProgramYear


class ProgramYearField(forms.ModelChoiceField):
    """A programme year, or none."""

    def __init__(self, **options):
        super().__init__(
            ProgramYear.objects.none(),
            to_field_name="uuid",
            required=False,
            empty_label=gettext_lazy("no programme"),
            **options,
        )

    def label_from_instance(self, obj):
        """The programme by its short name; the year stands in the title of the page."""
        return obj.program.short_name


class MatchForm(forms.Form):
    """Candidates as a file or as pasted lines."""

    program_year = ProgramYearField(
        label=gettext_lazy("For which programme?"),
        help_text=gettext_lazy("Tells who meets its rule. You may choose another one later."),
    )
    file = SheetFileField(
        label=gettext_lazy("Upload an Excel or CSV file"), required=False, help_text=gettext_lazy("With NIK or names.")
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste names and NIK, one person a line"),
        required=False,
        strip=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Copy columns from Excel and paste them here. The order of the columns is free."),
    )

    def __init__(self, *args, user, year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["program_year"].queryset = years_to_match(user, year)

    def clean(self):
        """One of the two, not both."""
        values = super().clean()
        if not self.errors and bool(values.get("file")) == bool((values.get("text") or "").strip()):
            raise forms.ValidationError(_("Choose a file or paste lines: one of the two."))
        return values


class ForProgramForm(forms.Form):
    """The programme that a matched list is read for."""

    program_year = ProgramYearField(label=gettext_lazy("Programme"))

    def __init__(self, *args, user, year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["program_year"].queryset = years_to_match(user, year)
        self.fields["program_year"].widget.attrs["class"] = "form-select form-select-sm w-auto"


class KeepForm(forms.Form):
    """The name of a frozen list made of matched households."""

    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=120)
