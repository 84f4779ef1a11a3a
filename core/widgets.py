"""Form controls as Django's own templates write them, byte for byte, without a template for each option.

A list of choices costs Django two templates an option; the filters of the household list have two hundred options.
"""

from __future__ import annotations

from collections.abc import Callable

from django.forms.renderers import TemplatesSetting
from django.template import Context
from django.template.base import render_value_in_context
from django.templatetags.l10n import unlocalize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_CONTEXT = Context()
_OPTION = "django/forms/widgets/select_option.html"
_PLAIN_INPUTS = ("text", "search", "number", "hidden", "date", "checkbox", "input")


class FormRenderer(TemplatesSetting):
    """Renders the frequent controls directly, every other one by its template."""

    def render(self, template_name, context, request=None):
        """HTML of a control or form."""
        write = _DIRECT.get(template_name)
        html = write(context["widget"]) if write else None
        return super().render(template_name, context, request) if html is None else html


def shown(value) -> SafeString:
    """A value as `{{ value }}` shows it: numbers and dates by language, text escaped."""
    if isinstance(value, str):
        return conditional_escape(value)
    return render_value_in_context(value, _CONTEXT)


def attributes(attrs: dict) -> str:
    """Attributes as ` name="value"`; True is a name alone, False nothing."""
    parts = []
    for name, value in attrs.items():
        if value is False:
            continue
        parts.append(f" {shown(name)}" if value is True else f' {shown(name)}="{_text(value)}"')
    return "".join(parts)


def _text(value) -> SafeString:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _select(widget: dict) -> SafeString | None:
    parts = [f'<select name="{shown(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{shown(group)}">')
        for option in options:
            if option["template_name"] != _OPTION:
                return None
            parts.append(
                f'\n  <option value="{_text(option["value"])}"{attributes(option["attrs"])}>'
                f"{shown(option['label'])}</option>\n"
            )
        if group:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return mark_safe("".join(parts))


def _input(widget: dict) -> SafeString:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    html = f'<input type="{shown(widget["type"])}" name="{shown(widget["name"])}"{value}{attributes(widget["attrs"])}>'
    return mark_safe(html)


def tick_boxes(name: str, optgroups: list) -> SafeString:
    """The boxes of `bootstrap5/layout/radio_checkbox_select.html`: one line a choice, groups under their names."""
    parts = []
    for group, options, _index in optgroups:
        if group:
            parts.append(f'<p class="hint strong mb-1">{shown(group)}</p>\n')
        for option in options:
            attrs = option["attrs"]
            parts.append(
                f'<div class="form-check"><input type="{option["type"]}" class="form-check-input" name="{shown(name)}"'
                f' value="{_text(unlocalize(option["value"]))}" {attributes(attrs)}>'
                f'<label for="{_text(attrs.get("id", ""))}" class="form-check-label">'
                f"{_text(unlocalize(option['label']))}</label></div>\n"
            )
    return mark_safe("".join(parts))


_DIRECT: dict[str, Callable[[dict], SafeString | None]] = {"django/forms/widgets/select.html": _select}
_DIRECT |= {f"django/forms/widgets/{name}.html": _input for name in _PLAIN_INPUTS}
