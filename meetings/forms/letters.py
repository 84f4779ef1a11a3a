"""Form of the register of letters."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.papers import PAPERS
from households.forms import DateField
from meetings.choices import Direction, LetterKind, Sifat
from meetings.forms import fields


class LetterForm(fields.Form):
    """A line of the register."""

    direction = forms.ChoiceField(
        label=_("direction"), choices=Direction.choices, widget=forms.RadioSelect, initial="out"
    )
    kind = forms.ChoiceField(label=_("kind"), choices=LetterKind.choices, initial=LetterKind.OTHER)
    date = DateField(label=_("date"), initial=timezone.localdate)
    subject = forms.CharField(label=_("subject"), max_length=250)
    counterpart = forms.CharField(label=_("to or from"), max_length=250, required=False)
    sifat = forms.ChoiceField(label="Sifat", choices=Sifat.choices)
    enclosure = forms.CharField(
        label=_("enclosure (lampiran)"), max_length=60, required=False, help_text=_("For example: 1 (satu) berkas.")
    )
    number = forms.CharField(
        label=_("number"),
        max_length=80,
        required=False,
        help_text=_("Empty takes the next number of the year. Type it when the city's letter system gave one."),
    )
    blank_reason = forms.CharField(label=_("why without a number"), max_length=200, required=False)
    code = forms.CharField(label=_("classification code"), max_length=20, required=False)


class PaperLetterForm(LetterForm):
    """The letter of a paper: everything but the number has an answer already."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("direction", "kind", "counterpart"):
            del self.fields[name]
        for name in ("date", "sifat", "subject"):
            self.fields[name].required = False


class FullPaperForm(fields.Form):
    """What numbers in full are needed for, and the file to make."""

    purpose = forms.CharField(label=_("What the full numbers are needed for"), max_length=300)
    form = forms.ChoiceField(label=_("file"), choices=[("pdf", "PDF"), ("docx", "Word")], widget=forms.RadioSelect)
    size = forms.ChoiceField(label=_("paper"), choices=[(key, key.upper()) for key in PAPERS], initial="f4")
