"""Forms of the import pages that every kind of import shows: the file, and the columns of its sheets."""

from __future__ import annotations

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.imports.files import SUFFIXES
from core.imports.kinds import kind_of
from core.models import ImportBatch
from core.sheets import column_letter

HOW = {
    "exact": _("by its header"),
    "fuzzy": _("by a similar header"),
    "content": _("by what stands in it"),
    "given": _("chosen by you"),
    "remembered": _("as last time"),
}


class SheetFileField(forms.FileField):
    """A file that may be a sheet."""

    widget = forms.FileInput(attrs={"accept": ",".join(SUFFIXES)})
    default_error_messages = {
        "required": _("Choose a file first."),
        "empty": _("The file is empty. Choose the right file and upload it again."),
    }


class ColumnsForm(forms.Form):
    """Which sheets are read, and what each column is taken as. A column has one field, a field one column."""

    def __init__(self, *args, batch: ImportBatch, **kwargs):
        super().__init__(*args, **kwargs)
        self.batch = batch
        kind = kind_of(batch)
        self.kind, self.known = kind, {field.key: field for field in kind.fields(batch)}
        choices = self._choices()
        for i, about in enumerate(self.sheets):
            self.fields[f"take_{i}"] = forms.BooleanField(
                required=False, label=about["name"], initial=about["taken"], disabled=not about.get("titles")
            )
            taken_as = {index: key for key, index in about.get("mapping", {}).items()}
            for index, text, _parts in about.get("titles", []):
                self.fields[f"col_{i}_{index}"] = forms.ChoiceField(
                    choices=choices,
                    required=False,
                    label=text or column_letter(index),
                    initial=taken_as.get(index, ""),
                    widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
                )

    @property
    def sheets(self) -> list[dict]:
        """The sheets of the file as `batch.layout` describes them."""
        return self.batch.layout.get("sheets", [])

    def _choices(self):
        groups: dict[str, list] = {}
        for field in self.known.values():
            groups.setdefault(str(field.group), []).append((field.key, field.label))
        return [("", _("not read")), *((label, options) for label, options in groups.items())]

    @cached_property
    def tables(self) -> list[dict]:
        """What the template shows: a sheet with its tick, its columns, sample values and how each was recognised."""
        result = []
        for i, about in enumerate(self.sheets):
            columns = []
            how = {about["mapping"][key]: how for key, how in about.get("how", {}).items() if key in about["mapping"]}
            for place, (index, text, _parts) in enumerate(about.get("titles", [])):
                columns.append(
                    {
                        "field": self[f"col_{i}_{index}"],
                        "letter": column_letter(index),
                        "text": text,
                        "samples": [row[place] for _number, row in about["samples"] if row[place]][:3],
                        "how": HOW.get(how.get(index, ""), ""),
                        "known": index in how,
                    }
                )
            result.append(
                {
                    "about": about,
                    "take": self[f"take_{i}"],
                    "columns": columns,
                    "read": sum(column["known"] for column in columns),
                }
            )
        return result

    def clean(self):
        """At least one sheet, each with a column that names somebody, no field twice."""
        values = super().clean()
        taken = False
        for i, about in enumerate(self.sheets):
            if not values.get(f"take_{i}"):
                continue
            taken = True
            seen: dict[str, str] = {}
            for index, text, _parts in about["titles"]:
                name = f"col_{i}_{index}"
                key = values.get(name, "")
                if not key:
                    continue
                if key in seen:
                    self.add_error(
                        name,
                        _("“%(field)s” is already taken from “%(column)s”. Choose another field for one of the two.")
                        % {"field": self.known[key].label, "column": seen[key]},
                    )
                seen[key] = text or column_letter(index)
            if not seen.keys() & set(self.kind.needs):
                labels = ", ".join(str(self.known[key].label) for key in self.kind.needs if key in self.known)
                raise forms.ValidationError(
                    _("The sheet “%(sheet)s” needs one of these columns: %(fields)s.")
                    % {"sheet": about["name"], "fields": labels}
                )
        if not taken:
            raise forms.ValidationError(_("Choose at least one sheet to read."))
        return values

    def choice(self) -> dict[str, dict[str, int] | None]:
        """For `batches.choose_columns`: sheet name → {field: column index}, None for a sheet that is not read."""
        result: dict[str, dict[str, int] | None] = {}
        for i, about in enumerate(self.sheets):
            if not self.cleaned_data.get(f"take_{i}"):
                result[about["name"]] = None
                continue
            fields = ((self.cleaned_data[f"col_{i}_{index}"], index) for index, _text, _parts in about["titles"])
            result[about["name"]] = {key: index for key, index in fields if key}
        return result
