"""Request ids, the chosen language, and the year and rights that every page works with."""

import uuid
from contextlib import suppress

from django.conf import settings
from django.db import DataError
from django.http import HttpResponseBadRequest
from django.utils import timezone, translation

from core.history import request_id
from core.once import keeping
from core.roles import access

YEARS_BACK = 15


class RequestIdMiddleware:
    """Gives each request an id that history, access records and error pages name, and a place for what it keeps."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = str(uuid.uuid4())
        token = request_id.set(request.id)
        try:
            with keeping():
                response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id
        return response


class ChosenLanguageMiddleware:
    """Indonesian unless the person chose otherwise; a browser's own language does not decide for an office."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = ""
        if request.user.is_authenticated:
            chosen = request.user.preferences.get("language", "")
        chosen = chosen or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", chosen)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        return response


class WorkContextMiddleware:
    """Puts `request.year` (one choice for the whole session) and `request.access` on the request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        this_year = timezone.localdate().year
        year = this_year
        with suppress(TypeError, ValueError):
            year = int(request.session.get("year", this_year))
        asked = request.GET.get("year", "")
        if asked.isascii() and asked.isdigit() and this_year - YEARS_BACK <= int(asked[:4]) <= this_year + 1:
            year = int(asked[:4])
            if request.user.is_authenticated and request.session.get("year") != year:
                request.session["year"] = year
        request.year = year
        request.access = access(request.user)
        return self.get_response(request)

    def process_exception(self, request, exception):
        """A NUL byte that a request brought, which no text of the database can hold, is a bad request, no failure."""
        said = str(exception)
        if (isinstance(exception, ValueError) and "NUL (0x00)" in said) or (
            isinstance(exception, DataError) and "\\u0000" in said
        ):
            # Plain, without a page around it: that would ask a database whose transaction may be broken.
            return HttpResponseBadRequest("NUL byte", content_type="text/plain")
        return None
