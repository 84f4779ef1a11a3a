"""Forms of the import pages of recipients: the files, what the list is, and the reasons that apply asks for."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.files import SUFFIXES
from core.imports.forms import SheetFileField
from core.models import ImportBatch
from households.forms import DateField
from programs.choices import BenefitUnit
from programs.forms.fields import RupiahField
from programs.imports.parse import MOST_STAGES
from programs.imports.plan import EnterAs, Plan, check, usual_date, ways_for, years_for
from programs.models import ProgramYear

MOST_FILES = 20


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class SheetFilesField(SheetFileField):
    """One or several sheets at once; cleans to a list of files."""

    widget = _FilesInput(attrs={"accept": ",".join(SUFFIXES), "multiple": True})

    def clean(self, data, initial=None):
        """The files as a list."""
        files = data if isinstance(data, (list, tuple)) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(n)s files at once."), params={"n": MOST_FILES})
        return [super(SheetFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """The first stage: the lists as offices have them."""

    files = SheetFilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Excel, ODS or CSV. Several at once make an import each."),
    )


class PlanForm(forms.Form):
    """What the list is: programme and year, how its rows come in, and what holds for rows that do not say."""

    program_year = forms.ModelChoiceField(
        ProgramYear.objects.none(), label=gettext_lazy("Programme and year"), to_field_name="uuid", empty_label="—"
    )
    enter_as = forms.ChoiceField(
        label=gettext_lazy("How do the rows come in?"), choices=EnterAs.choices, widget=forms.RadioSelect
    )
    date = DateField(
        label=gettext_lazy("Handed over on"),
        required=False,
        help_text=gettext_lazy("For rows without a day of their own."),
    )
    stage = forms.TypedChoiceField(
        label=gettext_lazy("Stage"),
        choices=[(n, n) for n in range(1, MOST_STAGES + 1)],
        coerce=int,
        help_text=gettext_lazy("Each stage is recorded once; a further payment is the next stage."),
    )
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("In words, for example Triwulan II or Januari–Maret 2026."),
    )
    amount = RupiahField(
        label=gettext_lazy("Amount each (Rp)"),
        required=False,
        help_text=gettext_lazy("Empty = the column of the sheet, else what the year plans."),
    )
    goods = forms.CharField(label=gettext_lazy("Goods"), max_length=200, required=False)
    decree_number = forms.CharField(label=gettext_lazy("Number of the decree"), max_length=80, required=False)
    decree_date = DateField(label=gettext_lazy("Date of the decree"), required=False)
    complete = forms.BooleanField(
        label=gettext_lazy("This is the whole list of the year"),
        required=False,
        help_text=gettext_lazy("Figures then no longer say that the list has not come in."),
    )

    def __init__(self, *args, user, batch: ImportBatch, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.batch = user, batch
        years = years_for(batch.by).select_related("program").order_by("-year", "program__short_name", "pk")
        self.fields["program_year"].queryset = years
        self.fields["program_year"].label_from_instance = str
        self._group_by_year(years)

    def _group_by_year(self, years) -> None:
        groups: dict[str, list] = {}
        for each in years:
            groups.setdefault(str(each.year), []).append((str(each.uuid), str(each)))
        self.fields["program_year"].widget.choices = [("", "—"), *groups.items()]

    def clean(self):
        """What was chosen must go together: the way with the programme, the day with the year."""
        values = super().clean()
        program_year = values.get("program_year")
        if self.errors or program_year is None:
            return values
        enter_as = EnterAs(values["enter_as"])
        if enter_as not in ways_for(self.batch.by, program_year):
            self.add_error("enter_as", _("You may not bring the list in this way. Choose another one."))
            return values
        values["date"] = values.get("date") or usual_date(program_year)
        chosen = ("date", "stage", "period", "amount", "goods", "decree_number", "decree_date", "complete")
        plan = Plan(program_year=program_year, enter_as=enter_as, **{key: values[key] for key in chosen})
        try:
            check(plan, decree_in_sheet=self._decree_in_sheet())
        except forms.ValidationError as error:
            self.add_error(None, error)
        return values

    def _decree_in_sheet(self) -> bool:
        """Whether the columns chosen beside this form name a decree."""
        return any(value == "decree_number" for name, value in self.data.items() if name.startswith("col_"))

    def options(self) -> dict:
        """What is kept in the batch."""
        values = self.cleaned_data
        return {
            "program_year": str(values["program_year"].uuid),
            "enter_as": values["enter_as"],
            "date": values["date"].isoformat(),
            "stage": values["stage"],
            "period": values["period"],
            "amount": values["amount"],
            "goods": values["goods"],
            "decree_number": values["decree_number"],
            "decree_date": values["decree_date"].isoformat() if values["decree_date"] else None,
            "complete": values["complete"],
        }


def plan_initial(batch: ImportBatch) -> dict:
    """What the form shows first: what was chosen, else what the file seems to be."""
    options = batch.options
    return {
        "program_year": options.get("program_year", ""),
        "enter_as": options.get("enter_as", EnterAs.RECEIVED.value),
        "date": options.get("date", timezone.localdate().isoformat()),
        "stage": options.get("stage", 1),
        "period": options.get("period", ""),
        "amount": options.get("amount"),
        "goods": options.get("goods", ""),
        "decree_number": options.get("decree_number", ""),
        "decree_date": options.get("decree_date"),
        "complete": options.get("complete", False),
    }


class ReasonsForm(forms.Form):
    """Why rows come in that the rule or the limits speak against; only what this list needs."""

    def __init__(self, *args, batch: ImportBatch, **kwargs):
        super().__init__(*args, **kwargs)
        enter_as = batch.options.get("enter_as")
        if enter_as in (EnterAs.PROPOSED, EnterAs.APPROVED) and batch.counts.get("unfit"):
            self.fields["unfit_reason"] = self._reason(_("Why recipients come in who do not meet the rule"))
        if enter_as == EnterAs.APPROVED and batch.counts.get("excess"):
            self.fields["excess_reason"] = self._reason(_("Why more than quota or ceiling is right"))

    @staticmethod
    def _reason(label: str) -> forms.CharField:
        return forms.CharField(label=label, max_length=250, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 250}))


def unit_words(program_year: ProgramYear) -> str:
    """Who one row of the log is for, for sentences: people or families."""
    return _("people") if program_year.program.benefit_unit == BenefitUnit.PERSON else _("families")
