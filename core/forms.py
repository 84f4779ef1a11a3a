"""Forms of the shell."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PreferencesForm(forms.Form):
    """What a person may choose for themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(
        label=_("Look"),
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
        required=False,
    )
    keys = forms.BooleanField(
        label=_("Single-key shortcuts are on"),
        help_text=_("Turn them off if you dictate, or if keys fire by accident."),
        required=False,
    )
    digest = forms.BooleanField(
        label=_("One mail a day when there is something on my follow-up"),
        help_text=_("Assigned, due within 7 days, overdue, changed, closed. Notices in the application stay."),
        required=False,
    )
    monthly = forms.BooleanField(
        label=_("One mail a month for the leadership, in five sentences"),
        help_text=_("What rose, what fell, what was decided and done, who is late, whom to call."),
        required=False,
    )

    @classmethod
    def of(cls, user, theme: str) -> "PreferencesForm":
        """The form filled with the choices of `user`; `theme` is the one the browser shows now."""
        chosen = user.preferences
        return cls(
            initial={
                "language": chosen.get("language", settings.LANGUAGE_CODE),
                "theme": theme,
                "keys": chosen.get("keys", True),
                "digest": chosen.get("digest", True),
                "monthly": chosen.get("monthly", True),
            }
        )
