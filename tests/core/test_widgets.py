"""Controls are written as Django's own templates write them, and let no markup through."""

import datetime as dt
import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core.widgets import FormRenderer

HOSTILE = "\"><script>alert(1)</script>&'"
CHOICES = [("", "—"), (1, 1), (1234, 1234), (HOSTILE, HOSTILE), ("Kel. A", [("a", gettext_lazy("Area")), ("b", "B")])]
WIDGETS = [
    (forms.Select(choices=CHOICES), "1234"),
    (forms.Select(choices=CHOICES, attrs={"class": "form-select", "required": True, "disabled": False}), HOSTILE),
    (forms.SelectMultiple(choices=CHOICES, attrs={"data-x": HOSTILE}), ["a", "1"]),
    (forms.NullBooleanSelect(), True),
    (forms.TextInput(attrs={"maxlength": 3000, "placeholder": gettext_lazy("Area")}), HOSTILE),
    (forms.TextInput(), None),
    (forms.TextInput(), ""),
    (forms.NumberInput(), 1234567),
    (forms.HiddenInput(), HOSTILE),
    (forms.DateInput(), dt.date(2026, 3, 1)),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.SearchInput(), "x"),
    (forms.MultipleHiddenInput(), ["a", "b"]),
    (forms.Textarea(), HOSTILE),
    (forms.RadioSelect(choices=CHOICES), "a"),
]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_control_is_what_django_makes_of_it(widget, value, language):
    with translation.override(language):
        ours, theirs = (
            widget.render("name<", value, attrs={"id": "id_x"}, renderer=renderer)
            for renderer in (FormRenderer(), TemplatesSetting())
        )
    assert str(ours) == str(theirs)
    assert "<script>" not in ours


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_out_of_a_choice(value, label, attr):
    widget = forms.Select(choices=[(value, label)], attrs={"title": attr})
    ours, theirs = (widget.render("x", value, renderer=r) for r in (FormRenderer(), TemplatesSetting()))
    assert str(ours) == str(theirs)


def test_a_select_with_options_of_its_own_uses_its_template(settings):
    class Marked(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    html = Marked(choices=[("a", "A")]).render("x", "a", renderer=FormRenderer())
    assert html == Marked(choices=[("a", "A")]).render("x", "a", renderer=TemplatesSetting())
    assert 'type="' in html


class Boxes(forms.Form):
    one = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)


def test_boxes_escape_and_mark_what_is_chosen():
    field = Boxes({"one": ["a", "1234"]})["one"]
    html = Template('{% include "bootstrap5/layout/radio_checkbox_select.html" %}').render(Context({"field": field}))
    assert html.count('type="checkbox"') == 6
    assert html.count(" checked") == 2
    assert '<p class="hint strong mb-1">Kel. A</p>' in html
    assert re.search(r'value="1234" [^>]*\bchecked\b[^>]*><label for="id_one_2" class="form-check-label">1234<', html)
    assert "<script>" not in html
