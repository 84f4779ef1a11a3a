"""One's own account: language, look, shortcuts, security."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.actions import PREFERENCES, set_preferences
from core.choices import Role
from core.forms import PreferencesForm
from core.roles import access

A_YEAR = 365 * 24 * 60 * 60


def account_settings(request):
    """Preferences, ways into security, and the roles one holds."""
    form = PreferencesForm.of(request.user, request.COOKIES.get("theme") or request.user.preferences.get("theme", ""))
    status = 200
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            set_preferences(user=request.user, **form.cleaned_data)
            response = redirect("account_settings")
            _remember(response, request, theme=form.cleaned_data["theme"], language=form.cleaned_data["language"])
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Saved."))
            return response
        status = 422
    context = {
        "form": form,
        "assignments": access(request.user).assignments,
        "leads": Role.LEADERSHIP in access(request.user).roles,
        "mfa_on": is_mfa_enabled(request.user),
    }
    return render(request, "core/account_settings.html", context, status=status)


@require_POST
def theme_set(request):
    """Light or dark, from the account menu."""
    return _switch(request, "theme")


@require_POST
def language_set(request):
    """Indonesian or English, from the account menu."""
    return _switch(request, "language")


def _switch(request, name: str):
    value = request.POST.get(name, "")
    if value not in PREFERENCES[name]:
        raise BadRequest(_("This choice does not exist. Choose one of the list."))
    set_preferences(user=request.user, **{name: value})
    url = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        url = "/"
    response = HttpResponseRedirect(url)  # not `redirect`, which takes a word for the name of a page
    _remember(response, request, **{name: value})
    return response


def _remember(response, request, *, theme: str | None = None, language: str | None = None) -> None:
    """Cookies, so that the sign-in page and script know the choice too."""
    kept = {"max_age": A_YEAR, "samesite": "Lax", "secure": request.is_secure()}
    if theme:
        response.set_cookie("theme", theme, **kept)
    elif theme == "":
        response.delete_cookie("theme", samesite="Lax")
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **kept)
